//! What a change of the file makes of the design, found by solving the changed file.

use super::Asked;
use crate::demand::Reader;
use crate::plan::advice::{Grade, MOST_PATTERNS, effect, uncovered};
use crate::plan::build::{model_of, status_of};
use crate::plan::change::Change;
use crate::plan::costs::dollars;
use crate::plan::proof::plural;
use crate::report::explanation::{Block, ChangeEntry, Section};
use crate::report::view::money;
use crate::solve::oracle::FixedKeys;
use crate::solve::{Objective, fewest, solve};
use crate::workload::PatternId;

/// The most changes that are shown, beside the best that leaves a pattern out.
const SHOWN: usize = 4;

/// A change that was tried.
struct Tried {
    change: Change,
    indexes: usize,
    pico: u128,
    degraded: Vec<PatternId>,
    effect: String,
}

impl Tried {
    /// Patterns that are left out.
    fn left(&self) -> usize {
        match &self.change {
            Change::Leave(patterns) => patterns.len(),
            _ => 0,
        }
    }
}

impl Asked<'_> {
    /// Whether the design is small enough to solve it again and again.
    pub(super) fn can_try(&self) -> bool {
        self.workload.patterns.len() <= MOST_PATTERNS
    }

    /// The cost of the design as it is, in picodollars a month.
    pub(super) fn total(&self) -> u128 {
        self.model.total(self.schema)
    }

    /// Those of some changes that lead to fewer indexes and leave no other pattern uncovered: the cheapest first, those
    /// that leave patterns out last.
    pub(super) fn with_fewer_indexes(
        &self,
        candidates: impl IntoIterator<Item = Change>,
    ) -> Vec<ChangeEntry> {
        let now = self.schema.indexes.len();
        // Counting is much faster than designing, and most changes save nothing.
        let counts = self.design.objective == Objective::Indexes;
        let fewer = |c: &Change| !counts || fewest(&c.apply(self.workload)) < now;
        self.tried(candidates.into_iter().filter(fewer), |t| t.indexes < now)
    }

    /// Whether a change of a read alone can lead to fewer indexes: where a clique of patterns proves the number, only a
    /// change of one of them can, or of what keeps the table from answering them.
    pub(super) fn matters(&self, pattern: PatternId) -> bool {
        let solution = &self.design.solution;
        let proof = &solution.proof;
        let proven = proof.optimal && proof.lower_bound == self.schema.indexes.len();
        let follows =
            || Reader::of(self.workload, pattern).is_some_and(|r| !r.read.follow.is_empty());
        let mut clique = proof.clique.iter();
        !proven
            || clique.any(|v| solution.variants[*v].pattern == pattern)
            || (proof.without_table && follows())
    }

    /// Those of some changes that make the design cheaper or smaller, and none larger.
    pub(super) fn that_help(
        &self,
        candidates: impl IntoIterator<Item = Change>,
    ) -> Vec<ChangeEntry> {
        let (indexes, cents) = (self.schema.indexes.len(), dollars(self.total()));
        self.tried(candidates, |t| {
            t.indexes < indexes || (t.indexes == indexes && dollars(t.pico) < cents)
        })
    }

    fn tried(
        &self,
        candidates: impl IntoIterator<Item = Change>,
        wanted: impl Fn(&Tried) -> bool,
    ) -> Vec<ChangeEntry> {
        let before = uncovered(&self.design.solution, self.workload);
        let mut made: Vec<Tried> = Vec::new();
        for change in candidates {
            if made.iter().any(|t| t.change == change) {
                continue;
            }
            let changed = change.apply(self.workload);
            let solved = solve(&changed, &FixedKeys::default(), self.design.objective);
            let degraded = self
                .workload
                .pattern_ids()
                .filter(|p| status_of(&solved, *p) == Grade::Degraded)
                .filter(|p| status_of(&self.design.solution, *p) == Grade::Covered)
                .collect();
            let effect = change
                .pattern()
                .map(|p| effect(&changed, &solved, p).trim_start().to_owned())
                .unwrap_or_default();
            let tried = Tried {
                indexes: solved.schema.indexes.len(),
                pico: model_of(&changed, &solved).total(&solved.schema),
                degraded,
                effect,
                change,
            };
            if uncovered(&solved, &changed) <= before && wanted(&tried) {
                made.push(tried);
            }
        }
        made.sort_by_key(|t| (t.left(), t.pico, t.indexes, t.change.clone()));
        let whole = made.iter().filter(|t| t.left() == 0).take(SHOWN);
        let best_without = made.iter().find(|t| t.left() > 0);
        whole
            .chain(best_without)
            .map(|t| self.change_entry(t))
            .collect()
    }

    fn change_entry(&self, of: &Tried) -> ChangeEntry {
        let words = of.change.words(self.workload);
        let change = match of.change.pattern() {
            Some(p) => format!("{words} in `{}`", self.name_of(p)),
            None => words,
        };
        let mut parts: Vec<String> = Vec::new();
        if !of.effect.is_empty() {
            parts.push(format!("it {}", of.effect));
        } else if !of.degraded.is_empty() {
            let names = of.degraded.iter().map(|p| self.name_of(*p));
            parts.push(format!("degrades {}", super::words::ticked(names)));
        }
        ChangeEntry {
            change,
            edits: of.change.edits(self.workload),
            indexes: of.indexes,
            usd_per_month: dollars(of.pico),
            effect: parts.join("; "),
        }
    }

    /// The changes as a section; `lead` is said of them, `none` where there are none.
    pub(super) fn changes(
        &self,
        title: &str,
        lead: &str,
        entries: &[ChangeEntry],
        none: &str,
    ) -> Section {
        let now = self.schema.indexes.len();
        if !self.can_try() {
            let text = format!(
                "Not looked for: each change is tried by solving the design again, which is done up to {MOST_PATTERNS} patterns."
            );
            return Section::new(title, vec![Block::Text(text)]);
        }
        let text = if entries.is_empty() {
            none.to_owned()
        } else {
            format!(
                "{lead}Found by solving the changed file; as it is, the design has {} and costs {} a month.",
                plural(now, "index", "indexes"),
                money(dollars(self.total()))
            )
        };
        let rows = entries.iter().map(|e| {
            vec![
                e.change.clone(),
                e.indexes.to_string(),
                money(e.usd_per_month),
                e.effect.clone(),
            ]
        });
        let table = Block::table(
            &["Change of the file", "Indexes ", "A month ", "What else"],
            rows.collect(),
        );
        Section::new(title, vec![Block::Text(text), table])
    }
}

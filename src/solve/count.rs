//! The least number of indexes, and what is proven of it.
//!
//! Promises: patterns are left uncovered only where the account's limits leave no other way, and then as few as
//! possible; of the designs that leave out so few, [`Found::globals`] is the least number of global indexes where
//! [`Found::least`] says so.

use super::colour::{Answer, enough};
use super::problem::{Choice, Problem};
use super::{Context, Proof};
use crate::layout::Kind;
use crate::schema::{Schema, Served};
use crate::workload::PatternId;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a part before the kinds are chosen.
pub(super) struct Counted {
    /// A greatest clique of its vertices and the table.
    clique: Vec<usize>,
    /// For each number of local indexes the least number of global ones, and choices that do.
    pub(super) globals: Vec<Found>,
}

/// A number of global indexes that is enough.
pub(super) struct Found {
    pub(super) globals: usize,
    pub(super) choices: Vec<Choice>,
    /// Whether fewer are shown to be too few, and fewer patterns to be left out.
    pub(super) least: bool,
    /// Patterns left out.
    pub(super) uncovered: usize,
}

/// Steps of the search for a clique.
const CLIQUE_STEPS: u32 = 50_000;

impl<'o, 'a> Context<'o, 'a> {
    /// The least number of indexes of a part.
    pub(super) fn count(&self, part: &Problem<'o, 'a>) -> Counted {
        let all: Vec<usize> = (0..part.vertices.len()).collect();
        let clique = clique(part, &all);
        let locals = usize::try_from(self.oracle.workload.limits.lsis).unwrap_or(0);
        let globals = (0..=locals).map(|l| self.least(part, &clique, l)).collect();
        Counted { clique, globals }
    }

    /// The least number of global indexes beside some local ones.
    fn least(&self, part: &Problem<'o, 'a>, clique: &[usize], locals: usize) -> Found {
        let most = usize::try_from(self.oracle.workload.limits.gsis).unwrap_or(usize::MAX);
        let table = part.vertices.len();
        let first: Vec<usize> = clique.iter().copied().filter(|v| *v != table).collect();
        let fixed = self.fixed.indexes.len();
        let mut least = true;
        for uncovered in 0..=table {
            let from = (clique.len() - 1).saturating_sub(locals + fewer(part, clique, uncovered));
            for globals in from..=most.min(from.max(1) + table) {
                match enough(part, &self.kinds(globals, locals), fixed, &first, uncovered) {
                    Answer::Enough(choices) => {
                        return Found {
                            globals,
                            choices: whole_patterns(part, choices),
                            least,
                            uncovered,
                        };
                    }
                    Answer::TooFew => {}
                    Answer::Unknown => least = false,
                }
            }
        }
        Found {
            globals: 0,
            uncovered: table,
            choices: vec![Choice::Not; table],
            least: false,
        }
    }

    /// How many global and local indexes all parts need together: they share indexes, so the most demanding one counts.
    /// All numbers that are equally good, the fewest local ones first.
    pub(super) fn choose_kinds(&self, counts: &[Counted]) -> Vec<(usize, usize)> {
        let locals = usize::try_from(self.oracle.workload.limits.lsis).unwrap_or(0);
        let of = |l: usize| {
            let uncovered: usize = counts.iter().map(|c| c.globals[l].uncovered).sum();
            let globals = counts
                .iter()
                .map(|c| c.globals[l].globals)
                .max()
                .unwrap_or(0);
            let globals = globals.max(self.fixed_of(Kind::Global));
            ((uncovered, globals + l), (globals, l))
        };
        let all: Vec<_> = (self.fixed_of(Kind::Local).min(locals)..=locals)
            .map(of)
            .collect();
        let best = all.iter().map(|(score, _)| *score).min();
        let best = all.into_iter().filter(|(score, _)| Some(*score) == best);
        best.map(|(_, kinds)| kinds).collect()
    }

    pub(super) fn fixed_of(&self, kind: Kind) -> usize {
        self.fixed
            .indexes
            .iter()
            .filter(|(_, k, _)| *k == kind)
            .count()
    }

    /// What is proven of a schema: the bound is that of the reads that it answers.
    pub(super) fn proof(
        &self,
        parts: &[Problem<'o, 'a>],
        counts: &[Counted],
        schema: &Schema,
        fewest: usize,
    ) -> Proof {
        let cliques = parts.iter().zip(counts).map(|(part, counted)| {
            let answered =
                |v: &usize| !matches!(schema.served[part.vertices[*v].variant], Served::Not);
            let among: Vec<usize> = (0..part.vertices.len()).filter(answered).collect();
            if among.len() == part.vertices.len() {
                return (part, counted.clique.clone());
            }
            (part, clique(part, &among))
        });
        // Of the greatest cliques one without the table, then that of the first part.
        let cliques: Vec<_> = cliques.collect();
        let best = cliques
            .iter()
            .rev()
            .max_by_key(|(p, c)| (c.len(), !c.contains(&p.vertices.len())));
        let mut made = Proof {
            lower_bound: 0,
            clique: Vec::new(),
            without_table: false,
            fewest,
            optimal: true,
        };
        let cut_off = self.oracle.was_cut_off();
        // Where a search for keys ran out of steps, that two reads cannot share an index may only not have been seen.
        if let Some((part, clique)) = best.filter(|_| !cut_off) {
            // Where limits leave several choices of what to cover, another one may need fewer: any part of a clique is one.
            let clique = &clique[..clique.len().min(fewest + 1)];
            let table = part.vertices.len();
            made.lower_bound = clique.len().saturating_sub(1);
            made.without_table = clique.contains(&table);
            made.clique = clique
                .iter()
                .filter(|v| **v != table)
                .map(|v| part.vertices[*v].variant)
                .collect();
        }
        let searched = counts.iter().all(|c| c.globals.iter().all(|f| f.least));
        let indexes = schema.indexes.len();
        let searched = searched && !cut_off && indexes == fewest;
        made.optimal = made.lower_bound == indexes || searched;
        made
    }
}

/// A greatest clique of some vertices and the table, which is the last vertex of the graph.
fn clique(part: &Problem<'_, '_>, among: &[usize]) -> Vec<usize> {
    let table = part.vertices.len();
    let all: Vec<usize> = among.iter().copied().chain([table]).collect();
    let (with, _) = part.graph.clique(&all, CLIQUE_STEPS);
    // A clique of reads alone is easier to see than one with the table in it.
    if with.contains(&table) {
        let (alone, _) = part.graph.clique(among, CLIQUE_STEPS);
        if alone.len() == with.len() {
            return alone;
        }
    }
    with
}

/// How many vertices of a clique leaving out some patterns can take away at most.
fn fewer(part: &Problem<'_, '_>, clique: &[usize], uncovered: usize) -> usize {
    let mut of: BTreeMap<PatternId, usize> = BTreeMap::new();
    for vertex in clique.iter().filter_map(|v| part.vertices.get(*v)) {
        *of.entry(vertex.pattern).or_default() += 1;
    }
    let mut counts: Vec<usize> = of.into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.iter().take(uncovered).sum()
}

/// Leaves out every variant of a pattern of which one is left out.
fn whole_patterns(part: &Problem<'_, '_>, choices: Vec<Choice>) -> Vec<Choice> {
    let some: Vec<Option<Choice>> = choices.iter().copied().map(Some).collect();
    let out: BTreeSet<PatternId> = part.left_out(&some).collect();
    let settled = part.vertices.iter().zip(choices);
    settled
        .map(|(v, c)| {
            if out.contains(&v.pattern) {
                Choice::Not
            } else {
                c
            }
        })
        .collect()
}

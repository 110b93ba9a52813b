//! The proof: whether the bound follows from the clique, and whether the pairs of the clique are real.
//!
//! Counts, method and the shape of the clique must be right. Of each conflict a small search in other terms than the
//! solver's ([`sharing`]) asks for one key that would serve both sides: where it finds one, the claim is wrong; where a
//! plain argument about sets of attributes shows that there is none, it is right; otherwise it is left unverified.

pub(super) mod sharing;

use super::Findings;
use super::identity::key_sources;
use super::model::Model;
use crate::plan::{ConflictEntry, Proof};
use crate::workload::Basis;
use sharing::{Verdict, Wanted, against_table, between, is_kept_by, wanted};
use std::collections::{BTreeMap, BTreeSet};

const PLACE: &str = "proof";
/// Steps of the search for the variants that a clique means.
const STEPS: usize = 5_000;

/// Checks the proof of a document.
pub(super) fn check(model: &Model<'_>, found: &mut Findings) {
    let proof = &model.plan.proof;
    counts(model, proof, found);
    assumptions(model, proof, found);
    for conflict in &proof.conflicts {
        if let Some(problem) = misnamed(model, conflict) {
            found.wrong(
                PLACE,
                format!(
                    "the conflict of {}: {problem}",
                    conflict.patterns.join(" and ")
                ),
            );
            return;
        }
    }
    match clique(proof) {
        Ok(Some(clique)) => judge(model, &clique, found),
        Ok(None) => {}
        Err(problem) => found.wrong(PLACE, problem),
    }
}

fn counts(model: &Model<'_>, proof: &Proof, found: &mut Findings) {
    let count = |kind: &str| {
        model
            .plan
            .tables
            .iter()
            .flat_map(|t| &t.indexes)
            .filter(|i| i.kind == kind)
            .count()
    };
    let fewest = model.plan.cost.frontier.iter().map(|p| p.indexes).min();
    let claims = [
        (
            proof.gsis == count("global") && proof.lsis == count("local"),
            "the numbers of indexes are not those of the tables",
        ),
        (
            proof.indexes == proof.gsis + proof.lsis,
            "`indexes` is not the sum of global and local ones",
        ),
        (
            proof.lower_bound <= proof.indexes,
            "the lower bound is above the number of indexes",
        ),
        (
            matches!(proof.method.as_str(), "clique" | "exhaustive"),
            "there is no such method",
        ),
        (
            (proof.method == "clique") == (proof.lower_bound == proof.indexes),
            "the method is `clique` exactly where the bound is met",
        ),
        (
            proof.optimal || proof.lower_bound != proof.indexes,
            "the bound is met, and the number is not called the least",
        ),
        (
            fewest.is_none_or(|f| f >= proof.lower_bound),
            "the frontier has a design below the lower bound",
        ),
        (
            !proof.optimal || fewest.is_none_or(|f| f >= proof.indexes),
            "the number of indexes is called the least, and the frontier has a design with fewer",
        ),
    ];
    for (_, what) in claims.iter().filter(|(holds, _)| !holds) {
        found.wrong(PLACE, *what);
    }
}

/// What the table's keys rest on without being declared is said, and nothing else.
fn assumptions(model: &Model<'_>, proof: &Proof, found: &mut Findings) {
    let mut expected: BTreeSet<(&str, &str)> = BTreeSet::new();
    for kind in model.kinds.iter().filter(|k| k.is_item) {
        let entity = model.workload.entity(kind.entity);
        for id in kind
            .table_entry()
            .map(|e| key_sources(entity, e.attributes))
            .unwrap_or_default()
            .iter()
        {
            let attribute = entity.attribute(id);
            if matches!(attribute.basis, Basis::Assumed | Basis::Writes) {
                expected.insert((&entity.name, &attribute.name));
            }
        }
    }
    let said: BTreeSet<(&str, &str)> = proof
        .assumptions
        .iter()
        .map(|a| (a.entity.as_str(), a.attribute.as_str()))
        .collect();
    for (entity, attribute) in expected.symmetric_difference(&said) {
        found.wrong(PLACE, format!("`{attribute}` of {entity} is taken as immutable and not said to be, or the other way round"));
    }
}

/// Why the names of a conflict do not lead to what they must.
fn misnamed(model: &Model<'_>, conflict: &ConflictEntry) -> Option<String> {
    let planned = |name: &String| model.patterns.iter().find(|p| p.planned.name == *name);
    if let Some(name) = conflict.patterns.iter().find(|n| planned(n).is_none()) {
        return Some(format!("there is no pattern `{name}`"));
    }
    let sides = match &conflict.table {
        Some(name) if model.table(name).is_none() => {
            return Some(format!("there is no table `{name}`"));
        }
        Some(_) => 1,
        None => 2,
    };
    if !(sides..=2).contains(&conflict.patterns.len()) {
        return Some("it does not name its sides".to_owned());
    }
    for side in conflict.patterns.iter().take(sides).filter_map(planned) {
        if !matches!(side.planned.status.as_str(), "covered" | "degraded") {
            return Some(format!(
                "`{}` is {}, so it needs no index",
                side.planned.name, side.planned.status
            ));
        }
        if conflict
            .entity
            .as_ref()
            .is_some_and(|e| !side.planned.entities.contains(e))
        {
            return Some(format!(
                "`{}` has nothing to do with {}",
                side.planned.name,
                conflict.entity.as_deref().unwrap_or_default()
            ));
        }
    }
    witness(model, conflict)
}

/// Why the second pattern of a conflict with the table is not what makes it so.
fn witness(model: &Model<'_>, conflict: &ConflictEntry) -> Option<String> {
    let [first, second] = conflict.patterns.as_slice() else {
        return None;
    };
    let pattern = |name: &String| model.patterns.iter().find(|p| p.planned.name == *name);
    let (first, second) = (pattern(first)?, pattern(second)?);
    let holds = conflict.table.is_none()
        || wanted(model, first)
            .iter()
            .any(|w| is_kept_by(model, w, second));
    (!holds).then(|| {
        format!(
            "`{}` neither changes what the table's key would hold nor goes by the key without it",
            second.planned.name
        )
    })
}

/// The vertices behind the bound, a pattern once for each of its variants that is one, and whether the table is another.
struct Clique<'a> {
    names: Vec<&'a str>,
    with_table: bool,
}

/// The clique that the conflicts are the pairs of.
fn clique(proof: &Proof) -> Result<Option<Clique<'_>>, String> {
    let (tables, pairs): (Vec<_>, Vec<_>) = proof.conflicts.iter().partition(|c| c.table.is_some());
    if proof.lower_bound == 0 {
        return if proof.conflicts.is_empty() {
            Ok(None)
        } else {
            Err("conflicts bound nothing".to_owned())
        };
    }
    let with_table = !tables.is_empty();
    let size = if with_table {
        proof.lower_bound
    } else {
        proof.lower_bound + 1
    };
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    let mut between: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for pair in &pairs {
        let [a, b] = pair.patterns.as_slice() else {
            continue;
        };
        *ends.entry(a).or_default() += 1;
        *ends.entry(b).or_default() += 1;
        *between.entry((a.min(b), a.max(b))).or_default() += 1;
    }
    let mut of_table: BTreeMap<&str, usize> = BTreeMap::new();
    for name in tables.iter().filter_map(|c| c.patterns.first()) {
        *of_table.entry(name).or_default() += 1;
    }
    // Each vertex is the end of as many pairs as there are other vertices.
    let times: BTreeMap<&str, usize> = if size == 1 {
        of_table.clone()
    } else {
        ends.iter()
            .map(|(name, n)| (*name, n / (size - 1)))
            .collect()
    };
    let complete = times.iter().all(|(a, m)| {
        times.iter().all(|(b, n)| {
            let wanted = if a == b {
                m * m.saturating_sub(1) / 2
            } else {
                m * n
            };
            a > b || between.get(&(*a, *b)).copied().unwrap_or_default() == wanted
        })
    });
    if times.values().sum::<usize>() != size || pairs.len() != size * (size - 1) / 2 || !complete {
        return Err(format!(
            "the conflicts are not all the pairs of {size} patterns, which the bound {} takes",
            proof.lower_bound
        ));
    }
    if with_table && of_table != times {
        return Err("the table is in conflict with some patterns of the clique only".to_owned());
    }
    let names = times
        .iter()
        .flat_map(|(name, n)| std::iter::repeat_n(*name, *n))
        .collect();
    Ok(Some(Clique { names, with_table }))
}

fn judge(model: &Model<'_>, clique: &Clique<'_>, found: &mut Findings) {
    let mut vertices: Vec<Vec<Wanted<'_>>> = Vec::new();
    for name in &clique.names {
        let variants = model
            .patterns
            .iter()
            .find(|p| p.planned.name == *name)
            .map(|p| wanted(model, p))
            .unwrap_or_default();
        if variants.is_empty() {
            found.wrong(
                PLACE,
                format!("`{name}` reads nothing that an index is needed for"),
            );
            return;
        }
        vertices.push(variants);
    }
    let search = Search {
        model,
        clique,
        vertices: &vertices,
    };
    let pairs = vertices.len() * (vertices.len() + 1) / 2;
    // With as few pairs as can be that are not shown.
    for open in [0, 1, 2, 4, 8, pairs] {
        let mut chosen = Vec::new();
        if search.choose(&mut chosen, open, &mut 0) {
            search.report(&chosen, found);
            return;
        }
    }
    search.refute(found);
}

/// The search for the variants that make every pair of a clique a conflict.
struct Search<'s, 'm> {
    model: &'s Model<'m>,
    clique: &'s Clique<'s>,
    vertices: &'s [Vec<Wanted<'m>>],
}

impl Search<'_, '_> {
    /// Chooses a variant for every vertex, so that no pair is refuted and at most `open` are not shown.
    fn choose(&self, chosen: &mut Vec<usize>, open: usize, steps: &mut usize) -> bool {
        let at = chosen.len();
        let Some(variants) = self.vertices.get(at) else {
            return true;
        };
        for variant in 0..variants.len() {
            *steps += 1;
            if *steps > STEPS {
                return false;
            }
            let verdicts = self.verdicts((at, variant), chosen);
            let unknown = verdicts.iter().filter(|(_, v)| *v == Verdict::Open).count();
            if unknown > open
                || verdicts
                    .iter()
                    .any(|(_, v)| matches!(v, Verdict::Refuted(_)))
            {
                continue;
            }
            chosen.push(variant);
            if self.choose(chosen, open - unknown, steps) {
                return true;
            }
            chosen.pop();
        }
        false
    }

    /// The verdicts on a variant of a vertex beside those chosen before it, and beside the table.
    fn verdicts(&self, (at, variant): (usize, usize), chosen: &[usize]) -> Vec<(String, Verdict)> {
        let name = |at: usize| self.clique.names.get(at).copied().unwrap_or_default();
        let wanted = |at: usize, variant: usize| self.vertices.get(at).and_then(|v| v.get(variant));
        let Some(own) = wanted(at, variant) else {
            return Vec::new();
        };
        let mut made = Vec::new();
        for (before, choice) in chosen.iter().enumerate() {
            let what = format!("{} and {}", name(before), name(at));
            let verdict = match wanted(before, *choice) {
                // Two vertices of one pattern are different variants of it.
                _ if name(before) == name(at) && *choice >= variant => {
                    Verdict::Refuted("it is one variant".to_owned())
                }
                Some(other) => between(self.model, other, own),
                None => Verdict::Open,
            };
            made.push((what, verdict));
        }
        if self.clique.with_table {
            made.push((
                format!("{} and the table", name(at)),
                against_table(self.model, own),
            ));
        }
        made
    }

    /// Reports the pairs that are not shown.
    fn report(&self, chosen: &[usize], found: &mut Findings) {
        for (at, variant) in chosen.iter().enumerate() {
            for (what, verdict) in
                self.verdicts((at, *variant), chosen.get(..at).unwrap_or_default())
            {
                if verdict != Verdict::Shown {
                    found.open(PLACE, format!("the conflict of {what}"));
                }
            }
        }
    }

    /// Reports the pairs that are refuted whichever variants are meant.
    fn refute(&self, found: &mut Findings) {
        let before = found.violations.len();
        for (at, variants) in self.vertices.iter().enumerate() {
            for (to, others) in self.vertices.iter().enumerate().take(at) {
                let pairs = variants
                    .iter()
                    .flat_map(|a| others.iter().map(move |b| between(self.model, a, b)));
                self.refute_one(&[to, at], &pairs.collect::<Vec<_>>(), found);
            }
            if self.clique.with_table {
                let all: Vec<Verdict> = variants
                    .iter()
                    .map(|v| against_table(self.model, v))
                    .collect();
                self.refute_one(&[at], &all, found);
            }
        }
        if before == found.violations.len() {
            found.open(PLACE, "which variants of its patterns the clique means");
        }
    }

    fn refute_one(&self, sides: &[usize], verdicts: &[Verdict], found: &mut Findings) {
        let names: Vec<&str> = sides
            .iter()
            .filter_map(|at| self.clique.names.get(*at).copied())
            .collect();
        if let Some(Verdict::Refuted(how)) = verdicts.first()
            && verdicts.iter().all(|v| matches!(v, Verdict::Refuted(_)))
        {
            found.wrong(
                PLACE,
                format!(
                    "{} are in no conflict: {how}",
                    if sides.len() == 1 {
                        format!("{} and the table", names.join(""))
                    } else {
                        names.join(" and ")
                    }
                ),
            );
        }
    }
}

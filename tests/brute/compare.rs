//! The tool's answer to a design, beside what trying everything found.
//!
//! Promises: [`mismatch`] says in words what is wrong with the tool's answer, or that nothing is.

use crate::optimum::{Best, best};
use crate::question::Spread;
use crate::render::yaml;
use crate::spec::{Design, Test};
use design::demand::Ways;
use design::diagnostic::Diagnostics;
use design::plan::advice::Grade;
use design::plan::build::status_of;
use design::solve::oracle::FixedKeys;
use design::solve::{Objective, Solution, solve};
use design::source::Source;
use design::workload::Workload;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Agree,
    /// The language refuses the design.
    Refused(String),
    /// Trying everything takes too long.
    TooLarge,
    /// The kind of mismatch, and all about it.
    Mismatch(&'static str, String),
}

/// A workload and its solution.
pub(crate) struct Solved {
    pub(crate) workload: Workload,
    pub(crate) solution: Solution,
}

/// Solves a text; the error is the tool's.
pub(crate) fn solved(text: &str) -> Result<Solved, String> {
    let source = Source::new("design.yaml", text);
    let tree = design::document::parse(&source).map_err(|e| e.message)?;
    let mut found = Diagnostics::default();
    let workload = design::resolve::resolve(&tree, &mut found).filter(|_| !found.has_errors());
    let workload = workload.ok_or_else(|| found.render(&source, false, 120))?;
    let solution = solve(&workload, &FixedKeys::default(), Objective::Indexes);
    Ok(Solved { workload, solution })
}

/// How many patterns a solution leaves uncovered, its indexes, and how many patterns are degraded.
pub(crate) fn score(of: &Solved) -> (usize, usize, usize) {
    let grades: Vec<Grade> = of
        .workload
        .pattern_ids()
        .map(|p| status_of(&of.solution, p))
        .collect();
    let count = |grade: Grade| grades.iter().filter(|g| **g == grade).count();
    (
        count(Grade::Uncovered),
        of.solution.schema.indexes.len(),
        count(Grade::Degraded),
    )
}

/// Compares the tool with the oracle on a design.
pub(crate) fn compare(design: &Design) -> Verdict {
    let text = yaml(design);
    if divides_a_text(design) {
        return Verdict::Refused("texts are not divided".to_owned());
    }
    let made = match solved(&text) {
        Ok(made) => made,
        Err(error) => return Verdict::Refused(error),
    };
    for objective in [Objective::Indexes, Objective::Cost] {
        let made = design::compile(&Source::new("design.yaml", text.clone()), objective);
        if made.plan.is_none() {
            let source = Source::new("design.yaml", text.clone());
            let report = made.diagnostics.render(&source, false, 120);
            return Verdict::Mismatch("the plan is wrong", format!("{text}\n{report}"));
        }
    }
    let Some(best) = best(design, &spread(&made)) else {
        return Verdict::TooLarge;
    };
    wrong(&made, &best).map_or(Verdict::Agree, |kind| {
        let proof = &made.solution.proof;
        let tool = score(&made);
        Verdict::Mismatch(
            kind,
            format!(
                "{kind}\n{text}\noracle: {} uncovered, {} indexes, {} degraded\n{}\ntool: {} uncovered, {} indexes, {} degraded; lower bound {}, optimal {}\n{:#?}",
                best.uncovered, best.indexes, best.degraded, best.told, tool.0, tool.1, tool.2, proof.lower_bound, proof.optimal,
                crate::tell::schema(&made),
            ),
        )
    })
}

/// Whether collections ask for different constants of a text or number: the oracle would lay other blocks between them,
/// which the language does for enumerations only.
fn divides_a_text(design: &Design) -> bool {
    let reads = (0..design.patterns.len()).filter_map(|p| design.read(p));
    let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
    for read in reads.filter(|r| r.entities.len() > 1) {
        for (name, test) in &read.conditions {
            let finite = |e: &usize| {
                let of = design.entities[*e].find(name);
                of.is_none_or(|a| design.ty(*e, a).is_finite())
            };
            if let (Test::OneOf(values), false) = (test, read.entities.iter().all(finite)) {
                seen.push((name.clone(), values.clone()));
            }
        }
    }
    let differs = |(a, b): (&(String, Vec<u8>), &(String, Vec<u8>))| a.0 == b.0 && a.1 != b.1;
    seen.iter().any(|a| seen.iter().any(|b| differs((a, b))))
}

/// Over how many partitions the tool spreads each read.
fn spread(of: &Solved) -> Spread {
    let variants = of.solution.variants.iter();
    variants
        .filter_map(|v| match &v.ways {
            Ways::Demands(all, _) => {
                let most = all.iter().map(|d| d.shards).max()?;
                Some(((usize::from(v.pattern.0), v.given.clone()), most))
            }
            Ways::ByKey { .. } => None,
        })
        .collect()
}

fn wrong(made: &Solved, best: &Best) -> Option<&'static str> {
    let (uncovered, indexes, degraded) = score(made);
    let proof = &made.solution.proof;
    let checks = [
        (uncovered > best.uncovered, "the tool leaves more uncovered"),
        (uncovered < best.uncovered, "the tool leaves less uncovered"),
        (indexes < best.indexes, "the tool needs fewer indexes"),
        (
            best.hopeless && indexes > best.indexes,
            "hopeless: more indexes",
        ),
        (
            best.hopeless && proof.lower_bound > best.indexes,
            "hopeless: bound",
        ),
        (
            uncovered == 0 && proof.lower_bound > best.indexes,
            "the lower bound is above the least number of indexes",
        ),
        (
            uncovered == 0 && proof.lower_bound > indexes,
            "the lower bound is above the number of indexes",
        ),
        (
            indexes > best.indexes && proof.optimal,
            "the tool needs more indexes, and calls them the least",
        ),
        (indexes > best.indexes, "the tool needs more indexes"),
        (degraded > best.degraded, "the tool degrades more"),
        (degraded < best.degraded, "the tool degrades less"),
    ];
    checks
        .into_iter()
        .find(|(is, _)| *is)
        .map(|(_, words)| words)
}

//! The cheapest change of the file that would help a pattern, found by solving the changed file.

use super::build::status_of;
use super::change::{Change, easier};
use crate::demand::{Price, Reader, Variant, Ways};
use crate::schema::Served;
use crate::solve::oracle::FixedKeys;
use crate::solve::{Objective, Solution, solve};
use crate::workload::{PatternId, Workload};

/// Beyond so many patterns nothing is tried out for a sentence of the plan: each trial solves the whole workload.
pub const MOST_PATTERNS: usize = 150;

/// How well a pattern is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// In one request that reads only what it returns.
    Covered,
    /// At a price that its `allow` accepts.
    Degraded,
    /// Not at all.
    Uncovered,
}

/// What would help a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The cheapest change, and what it does.
    pub words: String,
    /// The least price at which the pattern would be answered, were it accepted; empty where none helps.
    pub price: Vec<String>,
}

/// The cheapest change that answers a pattern better: in words, with what it does.
#[must_use]
pub fn advice(
    workload: &Workload,
    solution: &Solution,
    pattern: PatternId,
    now: Grade,
) -> Option<Advice> {
    if workload.patterns.len() > MOST_PATTERNS {
        return None;
    }
    let indexes = solution.schema.indexes.len();
    let before = uncovered(solution, workload);
    let mut best: Option<((Grade, usize, u128), String)> = None;
    let mut price: Option<Vec<String>> = None;
    for change in trials(workload, pattern, now) {
        let changed = change.apply(workload);
        let solved = solve(&changed, &FixedKeys::default(), Objective::Indexes);
        let grade = status_of(&solved, pattern);
        let better = grade < now && uncovered(&solved, &changed) <= before;
        if !better {
            continue;
        }
        let asked = price_of(&solved, pattern);
        let cheaper = |known: &Vec<String>| (asked.len(), &asked) < (known.len(), known);
        if grade == Grade::Degraded && price.as_ref().is_none_or(cheaper) {
            price = Some(asked);
        }
        let cost = solved.frontier.first().map_or(0, |p| p.cost);
        let key = (grade, solved.schema.indexes.len(), cost);
        if best.as_ref().is_none_or(|(k, _)| key < *k) {
            let more = solved.schema.indexes.len().saturating_sub(indexes);
            let price = effect(&changed, &solved, pattern);
            let extra = match more {
                0 => String::new(),
                1 => ", with one more index".to_owned(),
                n => format!(", with {n} more indexes"),
            };
            best = Some((key, format!("{}{price}{extra}", change.words(workload))));
        }
    }
    best.map(|(_, words)| Advice {
        words,
        price: price.unwrap_or_default(),
    })
}

/// How many patterns a solution does not answer.
#[must_use]
pub fn uncovered(solution: &Solution, workload: &Workload) -> usize {
    workload
        .pattern_ids()
        .filter(|p| status_of(solution, *p) == Grade::Uncovered)
        .count()
}

/// What a pattern pays: the words of the worst of its variants.
fn price_of(solved: &Solution, pattern: PatternId) -> Vec<String> {
    let own = solved.variants.iter().zip(&solved.schema.served);
    let price = |(variant, served): (&Variant, &Served)| match (served, &variant.ways) {
        (Served::Table(d) | Served::Index(_, d) | Served::Scan(d), _) => d.price,
        (Served::ByKey, Ways::ByKey { price, .. }) => *price,
        (Served::ByKey | Served::Not, _) => Price::default(),
    };
    let words = own
        .filter(|(v, _)| v.pattern == pattern)
        .map(|of| price(of).words());
    let worst = words.max_by_key(Vec::len).unwrap_or_default();
    worst.into_iter().map(str::to_owned).collect()
}

/// What the answer of a pattern reads beside what it returns, to be put behind the words of a change; may be empty.
#[must_use]
pub fn effect(workload: &Workload, solved: &Solution, pattern: PatternId) -> String {
    let Some(reader) = Reader::of(workload, pattern) else {
        return String::new();
    };
    let model = crate::cost::model::Model {
        workload,
        variants: &solved.variants,
        prices: crate::cost::price::Prices::of(workload),
    };
    let mut worst: Option<(u128, u128)> = None;
    for (variant, served) in solved.variants.iter().zip(&solved.schema.served) {
        if variant.pattern != pattern {
            continue;
        }
        match served {
            Served::Table(d) | Served::Index(_, d) if d.price.filter => {
                let items = model.items(reader.read, d);
                worst = worst.max(Some((items.read, items.returned)));
            }
            Served::Scan(_) => return " reads the whole table".to_owned(),
            _ => {}
        }
    }
    match worst {
        Some((read, returned)) if returned > 0 => {
            format!(
                " reads {} items for each one returned",
                (read + returned / 2) / returned
            )
        }
        _ => String::new(),
    }
}

/// The changes to try, in the order in which ties are broken.
fn trials(workload: &Workload, pattern: PatternId, now: Grade) -> Vec<Change> {
    if now == Grade::Degraded {
        return vec![Change::AllowNothing(pattern)];
    }
    let mut made = easier(workload, pattern);
    if usize::try_from(workload.limits.gsis).is_ok_and(|most| most < workload.patterns.len()) {
        made.push(Change::Globals(workload.limits.gsis + 1));
    }
    made
}

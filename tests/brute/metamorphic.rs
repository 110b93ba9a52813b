//! Changes of a design that must not change the answer, or only in one direction.
//!
//! Promises: nothing here needs an oracle. The order of a file changes nothing; asking twice costs no index; asking less
//! never needs more indexes. Whatever comes out can be shown with sample items.

use crate::compare::{score, solved};
use crate::generate::design;
use crate::random::Random;
use crate::render::{ordered, yaml};
use crate::spec::{Action, Design};
use crate::style;
use design::Objective;
use design::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// The seeds of each test.
const SEEDS: std::ops::Range<u64> = 20_000..20_200;

/// The tables and the patterns of a plan, by name; `None` where the language refuses the design.
fn plan(text: &str) -> Option<(String, BTreeMap<String, String>)> {
    let made = design::compile(&Source::new("design.yaml", text), Objective::Indexes);
    let plan = made.plan.filter(|_| !made.diagnostics.has_errors())?;
    let patterns = plan.patterns.iter().map(|p| {
        let text = serde_json::to_string(p).unwrap();
        (p.name.clone(), text)
    });
    Some((
        serde_json::to_string(&plan.tables).unwrap(),
        patterns.collect(),
    ))
}

#[test]
fn the_order_of_a_file_changes_nothing() {
    for seed in SEEDS {
        let made = design(seed, style());
        let mut random = Random::new(seed);
        let entities = random.order(made.entities.len());
        let patterns = random.order(made.patterns.len());
        let (one, other) = (
            yaml(&made),
            ordered(&made, &entities, &patterns, seed % 2 == 0),
        );
        assert_eq!(plan(&one), plan(&other), "seed {seed}\n{one}\n{other}");
    }
}

#[test]
fn every_plan_can_be_pictured() {
    for seed in SEEDS.take(60) {
        let text = yaml(&design(seed, style()));
        let source = Source::new("design.yaml", text.as_str());
        let Some(plan) = design::compile(&source, Objective::Indexes).plan else {
            continue;
        };
        let sample = design::sample::sample(&plan).unwrap();
        let tables = sample.pictures.iter().filter(|p| p.index.is_none());
        let mut keys = BTreeSet::new();
        for collection in tables.flat_map(|t| &t.collections) {
            for item in &collection.items {
                let key = (&collection.key, &item.key);
                assert!(keys.insert(key), "seed {seed}: {key:?} twice\n{text}");
            }
        }
        design::report::html::render(&plan).unwrap();
    }
}

#[test]
fn asking_twice_needs_no_index() {
    for seed in SEEDS {
        let mut made = design(seed, style());
        let Ok(before) = solved(&yaml(&made)) else {
            continue;
        };
        let reads = made.patterns.iter();
        let Some(mut again) = reads
            .rev()
            .find(|p| matches!(p.action, Action::Read(_)))
            .cloned()
        else {
            continue;
        };
        again.name = "again".to_owned();
        made.patterns.push(again);
        let after = solved(&yaml(&made)).ok().unwrap();
        let (one, two) = (score(&before), score(&after));
        if one.0 == 0 && before.solution.proof.optimal {
            assert_eq!(
                (one.0, one.1),
                (two.0, two.1),
                "seed {seed}\n{}",
                yaml(&made)
            );
        }
    }
}

/// The design without a read. (Without a write attributes may become mutable that were not.)
fn without(design: &Design, at: usize) -> Option<Design> {
    let mut made = design.clone();
    let gone = made.patterns.remove(at);
    (matches!(gone.action, Action::Read(_)) && !made.patterns.is_empty()).then_some(made)
}

#[test]
fn asking_less_never_needs_more_indexes() {
    for seed in SEEDS {
        let mut whole = design(seed, style());
        whole.gsis = 20;
        let Ok(before) = solved(&yaml(&whole)) else {
            continue;
        };
        let (uncovered, indexes, _) = score(&before);
        if uncovered > 0 || !before.solution.proof.optimal {
            continue;
        }
        for at in 0..whole.patterns.len() {
            let Some(less) = without(&whole, at) else {
                continue;
            };
            let after = solved(&yaml(&less)).ok().unwrap();
            let (left, fewer, _) = score(&after);
            assert!(
                left == 0 && fewer <= indexes,
                "seed {seed} without {at}\n{}",
                yaml(&whole)
            );
        }
    }
}

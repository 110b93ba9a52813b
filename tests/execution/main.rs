//! Runs plans on the embedded engine and compares what they answer with the reference model.

#![expect(clippy::panic, reason = "a test fails by a panic")]

mod mutations;

use design::verify::{self, Options, Stats, engine::Embedded};

/// Runs a plan on the embedded engine.
fn check_design(
    yaml: &str,
    plan: &str,
    seed: u64,
    rounds: usize,
    items: usize,
) -> Result<Stats, String> {
    let options = Options {
        seed,
        rounds,
        items,
        calls: 10,
    };
    verify::run(yaml, plan, Box::new(Embedded::new()?), &options)
}

const BLOG: (&str, &str) = (
    include_str!("blog/design.yaml"),
    include_str!("blog/plan.json"),
);
const FORGE: (&str, &str) = (
    include_str!("plans/forge.yaml"),
    include_str!("plans/forge.json"),
);
const STORE: (&str, &str) = (
    include_str!("plans/store.yaml"),
    include_str!("plans/store.json"),
);
const LOGIN: (&str, &str) = (
    include_str!("plans/login.yaml"),
    include_str!("plans/login.json"),
);
const WALL: (&str, &str) = (
    include_str!("plans/wall.yaml"),
    include_str!("plans/wall.json"),
);

fn agrees(design: (&str, &str), seeds: std::ops::RangeInclusive<u64>) {
    for seed in seeds {
        let stats = check_design(design.0, design.1, seed, 3, 60)
            .unwrap_or_else(|difference| panic!("{difference}"));
        assert!(stats.unserved.is_empty() && stats.reads > 0 && stats.physical_items > 0);
        let idle: Vec<_> = stats
            .by_pattern
            .iter()
            .filter(|(_, (calls, _))| *calls == 0)
            .collect();
        assert!(idle.is_empty(), "never called: {idle:?}");
    }
}

#[test]
fn the_complete_example_answers_as_the_model() {
    agrees(BLOG, 1..=4);
}

#[test]
fn the_store_answers_as_the_model() {
    agrees(STORE, 1..=4);
}

#[test]
fn the_forge_answers_as_the_model() {
    agrees(FORGE, 1..=4);
}

#[test]
fn the_logins_answer_as_the_model() {
    agrees(LOGIN, 1..=4);
}

#[test]
fn the_wall_answers_as_the_model() {
    agrees(WALL, 1..=4);
}

#[test]
#[ignore = "a long run over many seeds"]
fn many_seeds_agree() {
    for (place, design) in [BLOG, FORGE, STORE, LOGIN, WALL].into_iter().enumerate() {
        for seed in 1000..1150 {
            let size = [15, 60, 200][(seed % 3) as usize];
            if let Err(difference) = check_design(design.0, design.1, seed, 3, size) {
                panic!("design {place}, {size} writes: {difference}");
            }
        }
    }
}

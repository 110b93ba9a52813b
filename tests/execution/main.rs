//! Runs plans on the embedded engine and compares what they answer with the reference model.

#![expect(clippy::panic, reason = "a test fails by a panic")]

mod mutations;

use design::verify::{self, Figures, Mismatch, Options, engine::Embedded};
use std::ops::ControlFlow;

/// Runs a plan on the embedded engine.
fn check_design(
    yaml: &str,
    plan: &str,
    seed: u64,
    rounds: usize,
    items: usize,
) -> Result<Figures, Mismatch> {
    let options = Options {
        seed,
        rounds,
        items,
        queries: 300,
        shrink: false,
    };
    let plan = serde_json::from_str(plan).unwrap_or_else(|e| panic!("{e}"));
    let engine = Embedded::new().unwrap_or_else(|e| panic!("{e}"));
    let go_on = &mut |_| ControlFlow::Continue(());
    let run = verify::run(yaml, &plan, Box::new(engine), &options, go_on)
        .unwrap_or_else(|e| panic!("{e}"));
    run.mismatch.map_or(Ok(run.figures), Err)
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
        let figures = check_design(design.0, design.1, seed, 3, 60)
            .unwrap_or_else(|difference| panic!("{difference}"));
        assert!(figures.unserved.is_empty() && figures.reads() > 0 && figures.physical_items > 0);
        let idle: Vec<_> = figures
            .patterns
            .iter()
            .filter(|(_, of)| of.calls == 0)
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

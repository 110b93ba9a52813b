//! Published workloads whose least number of indexes is known: `RUBiS` 3, EAC 1, eBay's likes 1.
//!
//! The workloads are those of `NoSE` (Mior, Salem, Aboulnaga and Liu, ICDE 2016); the numbers were derived by hand for
//! one table in which what a read asks of a parent is copied to the child.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::source::Source;
use design::{Objective, compile};

/// Global indexes, the bound, whether proven, and the patterns that are not covered.
fn outcome(name: &str) -> (usize, usize, bool, Vec<String>) {
    let path = format!("{}/tests/designs/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the design");
    let plan = compile(&Source::new(path, text), Objective::Indexes)
        .plan
        .expect("it compiles");
    let open = plan.patterns.iter().filter(|p| p.status != "covered");
    let open = open.map(|p| p.name.clone()).collect();
    (
        plan.proof.gsis,
        plan.proof.lower_bound,
        plan.proof.optimal,
        open,
    )
}

#[test]
fn the_bidding_site_needs_three() {
    assert_eq!(outcome("auction"), (3, 3, true, Vec::new()));
}

#[test]
fn the_states_of_players_need_one() {
    assert_eq!(outcome("game-states"), (1, 1, true, Vec::new()));
}

#[test]
fn likes_need_one() {
    assert_eq!(outcome("likes"), (1, 1, true, Vec::new()));
}

//! The solver against an oracle that tries everything.
//!
//! Promises: on thousands of small random designs the tool leaves as few patterns uncovered, needs as few indexes and
//! degrades as few patterns as the best design that exhaustive search finds. The oracle is written from the language
//! page: it runs keys on small sets of items and looks whether what a read wants is one run, in order.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test ends there"
)]

mod columns;
mod compare;
mod cost;
mod features;
mod generate;
mod keys;
mod metamorphic;
mod optimum;
mod question;
mod random;
mod render;
mod scene;
mod shrink;
mod spec;
mod tell;

use compare::{Verdict, compare};
use features::features;
use generate::{Style, design};
use std::collections::BTreeMap;

/// The first seed of an ordinary run, and how many each of its parts takes.
const FIRST: u64 = 800;
const SEEDS: u64 = 450;

/// Of a hundred designs so many may be refused or take too long, at most.
const MOST_SKIPPED: usize = 6;

/// Each construct occurs in so many of the designs of a part on which the tool and the oracle agree, at least.
const LEAST_OF_EACH: usize = 3;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn style() -> Style {
    Style {
        spice: usize::try_from(number("BRUTE_SPICE").unwrap_or(100)).unwrap_or(100),
        most_entities: 3,
        most_reads: 6,
    }
}

/// What came of some seeds.
#[derive(Debug, Default)]
struct Tally {
    verdicts: BTreeMap<&'static str, usize>,
    /// How often each construct occurs where the tool and the oracle agree.
    features: BTreeMap<&'static str, usize>,
    mismatches: Vec<String>,
}

/// Compares the tool with the oracle on some seeds, up to the first mismatch unless `keep_going`.
fn tally(seeds: std::ops::Range<u64>, keep_going: bool) -> Tally {
    let mut made = Tally::default();
    for seed in seeds {
        let design = design(seed, style());
        let word = match compare(&design) {
            Verdict::Agree => {
                for feature in features(&design) {
                    *made.features.entry(feature).or_default() += 1;
                }
                "agree"
            }
            Verdict::Refused(_) => "refused",
            Verdict::TooLarge => "too large",
            Verdict::Mismatch(kind, words) => {
                let same =
                    |d: &spec::Design| matches!(compare(d), Verdict::Mismatch(k, _) if k == kind);
                let words = match compare(&shrink::shrink(&design, same)) {
                    Verdict::Mismatch(_, shrunk) => shrunk,
                    _ => words,
                };
                let words = format!("seed {seed}: {words}");
                if keep_going {
                    println!("{words}");
                }
                made.mismatches.push(words);
                kind
            }
        };
        *made.verdicts.entry(word).or_default() += 1;
        if !keep_going && !made.mismatches.is_empty() {
            break;
        }
    }
    made
}

fn part(at: u64) {
    let from = FIRST + at * SEEDS;
    let made = tally(from..from + SEEDS, false);
    assert!(made.mismatches.is_empty(), "{}", made.mismatches.join("\n"));
    let of = |word: &str| made.verdicts.get(word).copied().unwrap_or(0);
    let all: usize = made.verdicts.values().sum();
    let skipped = of("refused") + of("too large");
    assert!(skipped * 100 <= all * MOST_SKIPPED, "{:?}", made.verdicts);
    for feature in features::ALL {
        let count = made.features.get(feature).copied().unwrap_or(0);
        assert!(count >= LEAST_OF_EACH, "{feature} occurs {count} times");
    }
}

#[test]
fn the_tool_is_as_good_as_trying_everything_first_part() {
    part(0);
}

#[test]
fn the_tool_is_as_good_as_trying_everything_second_part() {
    part(1);
}

#[test]
fn the_tool_is_as_good_as_trying_everything_third_part() {
    part(2);
}

#[test]
fn the_tool_is_as_good_as_trying_everything_fourth_part() {
    part(3);
}

/// A long run: `BRUTE_COUNT` seeds from `BRUTE_FROM` on, with `BRUTE_ALL=1` beyond the first mismatch.
#[test]
fn the_seeds_of_the_environment() {
    let Some(count) = number("BRUTE_COUNT") else {
        return;
    };
    let from = number("BRUTE_FROM").unwrap_or(0);
    let made = tally(from..from + count, number("BRUTE_ALL") == Some(1));
    println!("{:?}\n{:?}", made.verdicts, made.features);
    assert!(made.mismatches.is_empty(), "{}", made.mismatches.join("\n"));
}

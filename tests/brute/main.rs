//! The solver against an oracle that tries everything.
//!
//! Promises: on thousands of small random designs the tool leaves as few patterns uncovered, needs as few indexes and
//! degrades as few patterns as the best design that exhaustive search finds. The oracle is written from the language
//! page: it runs keys on small sets of items and looks whether what a read wants is one run, in order.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test ends there"
)]

mod columns;
mod compare;
mod generate;
mod keys;
mod optimum;
mod question;
mod random;
mod render;
mod scene;
mod shrink;
mod spec;
mod tell;

use compare::{Verdict, compare};
use generate::{Style, design};
use std::collections::BTreeMap;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(default)
}

#[test]
fn the_tool_is_as_good_as_trying_everything() {
    let (from, count) = (number("BRUTE_FROM", 0), number("BRUTE_COUNT", 1000));
    let style = Style {
        spice: usize::try_from(number("BRUTE_SPICE", 100)).unwrap(),
        most_entities: 3,
        most_reads: 6,
    };
    let keep_going = number("BRUTE_ALL", 0) == 1;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut slow = Vec::new();
    for seed in from..from + count {
        let made = design(seed, style);
        let start = std::time::Instant::now();
        let verdict = compare(&made);
        slow.push((start.elapsed().as_millis(), seed));
        match verdict {
            Verdict::Agree => *counts.entry("agree").or_default() += 1,
            Verdict::Refused(error) => {
                *counts.entry("refused").or_default() += 1;
                if number("BRUTE_REFUSED", 0) == 1 {
                    println!("{seed}: {error}");
                }
            }
            Verdict::TooLarge => *counts.entry("too large").or_default() += 1,
            Verdict::Mismatch(kind, _) => {
                *counts.entry(kind).or_default() += 1;
                let same =
                    |d: &spec::Design| matches!(compare(d), Verdict::Mismatch(k, _) if k == kind);
                let Verdict::Mismatch(_, words) = compare(&shrink::shrink(&made, same)) else {
                    panic!("shrinking lost the mismatch")
                };
                println!("seed {seed}: {words}");
                assert!(keep_going, "mismatch");
            }
        }
    }
    slow.sort_unstable();
    println!(
        "{counts:?} slowest {:?}",
        slow.iter().rev().take(5).collect::<Vec<_>>()
    );
}

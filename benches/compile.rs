//! How long it takes to compile designs of growing size, from the text to the checked plan.
//!
//! `cargo bench` prints the median and the slowest of the runs for each number of patterns. The designs are made up: six
//! patterns an entity, one of them a `get`, the others lists by one or two of eight attributes.

#![expect(clippy::print_stdout, reason = "the figures are the output")]

use design::source::Source;
use design::{Objective, compile};
use std::fmt::Write;
use std::time::Instant;

const RUNS: usize = 11;

/// Random numbers that are the same in every run (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A design with so many reads.
fn design(patterns: u64) -> String {
    let mut random = Random(patterns);
    let entities = patterns.div_ceil(6);
    let mut text = "design: bench\nentities:\n".to_owned();
    for e in 0..entities {
        let _ = writeln!(text, "  E{e}:\n    key: [e{e}_id]\n    count: 100000");
        let _ = writeln!(text, "    attributes:\n      e{e}_id: string");
        for a in 0..4 {
            let fixed = random.below(2) == 0;
            let _ = writeln!(text, "      ref{a}: {{ type: string, immutable: {fixed} }}");
        }
        text.push_str("      status: string\n      created: { type: timestamp, immutable: true }\n      score: { type: integer, max: 100000 }\n");
    }
    text.push_str("patterns:\n");
    for p in 0..patterns {
        let e = p % entities;
        if p < entities {
            let _ = writeln!(text, "  p{p}: {{ get: E{e} }}");
            continue;
        }
        let by = match random.below(6) {
            4 => "status".to_owned(),
            5 => format!("ref{}, status", random.below(4)),
            n => format!("ref{n}"),
        };
        let sort = [
            "",
            ", sort: created",
            ", sort: created desc",
            ", sort: score",
        ][usize::try_from(random.below(4)).unwrap_or(0)];
        let _ = writeln!(text, "  p{p}: {{ list: E{e}, by: [{by}]{sort} }}");
    }
    for e in 0..entities {
        let _ = writeln!(text, "  c{e}: {{ create: E{e}, rate: 5/s }}");
    }
    text
}

fn main() {
    println!("patterns  indexes  median ms  slowest ms");
    for patterns in [10, 50, 100, 200, 500] {
        let source = Source::new("bench.yaml", design(patterns));
        let mut times = Vec::new();
        let mut indexes = 0;
        for _ in 0..RUNS {
            let start = Instant::now();
            let made = compile(&source, Objective::Indexes);
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            indexes = made.plan.map_or(0, |p| p.proof.indexes);
        }
        times.sort_by(f64::total_cmp);
        let (median, slowest) = (times[RUNS / 2], times[RUNS - 1]);
        println!("{patterns:>8}  {indexes:>7}  {median:>9.1}  {slowest:>10.1}");
    }
}

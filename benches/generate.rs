//! How long it takes to make all files of a plan that is there: of `examples/shop`, and of random designs.
//!
//! `cargo bench --bench generate` prints for each target the median over the runs, and for all of them together. Solving
//! is not part of it, nor is writing.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the figures are the output, and without them there is nothing to go on with"
)]

/// As in the binary.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod designs;

use design::emit::{Artifact, Origin, Target, emit};
use design::plan::{OutputEntry, Plan};
use design::source::Source;
use design::{Objective, compile};
use std::collections::BTreeMap;
use std::time::Instant;

/// How often each target is made.
const RUNS: usize = 21;

fn main() {
    let shop = include_str!("../examples/shop/design.yaml").to_owned();
    let mut all = vec![("shop".to_owned(), shop)];
    all.push(("rubis 3".to_owned(), designs::rubis(3, 1)));
    // Five reads an entity, and its write.
    for (patterns, reads) in [(100, 83), (500, 416)] {
        let text = designs::layered(reads, 5, 1);
        all.push((format!("typical {patterns}"), text));
    }
    println!("design       patterns  target          median ms      bytes");
    for (name, text) in all {
        let made = compile(&Source::new("design.yaml", text), Objective::Indexes);
        let plan = made.plan.expect("a plan");
        // All files of a call bear the same lines.
        let start = Instant::now();
        let origin = Origin::new(&plan, "design.yaml");
        let mut sum = start.elapsed().as_secs_f64() * 1000.0;
        println!("{name:<12} {:>8}  {:<14} {sum:>10.2}", "", "(hash)");
        for target in Target::ALL {
            let (time, bytes) = median(&plan, *target, &origin);
            sum += time;
            let (patterns, target) = (plan.patterns.len(), target.name());
            println!("{name:<12} {patterns:>8}  {target:<14} {time:>10.2} {bytes:>10}");
        }
        println!("{name:<12} {:>8}  all            {sum:>10.2}", "");
    }
}

/// Milliseconds, and how much there is to write.
fn median(plan: &Plan, target: Target, origin: &Origin) -> (f64, usize) {
    let output = OutputEntry {
        path: target.usual_path(None).to_owned(),
        options: BTreeMap::new(),
    };
    let mut bytes = 0;
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let artifact = emit(plan, target, &output, origin).expect("a template");
            let time = start.elapsed().as_secs_f64() * 1000.0;
            bytes = match artifact {
                Artifact::File(text) => text.len(),
                Artifact::Directory(files) => files.values().map(String::len).sum(),
            };
            time
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[RUNS / 2], bytes)
}

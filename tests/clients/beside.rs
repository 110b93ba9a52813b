//! The clients of designs beside the reference model, in any language: an adapter is started, and drives the client.

use crate::designs::Design;
use design::verify::engine::Embedded;
use design::verify::external::External;
use design::verify::{Options, Run, run_external};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs a command, and gives what it printed.
pub(crate) fn succeeds(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let start: String = said.lines().take(120).collect::<Vec<_>>().join("\n");
    assert!(output.status.success(), "{command:?}\n{start}");
    said
}

/// Runs the client of a design, which an adapter drives, beside the model.
pub(crate) fn run(design: &Design, adapter: Command, queries: usize) -> Run {
    let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok());
    let external = External::start(adapter).unwrap_or_else(|e| panic!("{e}"));
    let options = Options {
        seed: seed.unwrap_or(1),
        items: 200,
        rounds: 2,
        queries,
        shrink: false,
    };
    let plan = serde_json::to_value(&design.plan).unwrap_or_else(|e| panic!("{e}"));
    let engine = Embedded::new().unwrap_or_else(|e| panic!("{e}"));
    run_external(&design.yaml, &plan, Box::new(engine), &options, external)
        .unwrap_or_else(|e| panic!("{}: {e}", design.name))
}

/// Runs the clients of all designs, and fails where one differs from the model, or has a pattern that was never called.
pub(crate) fn all_agree(designs: &[Design], adapter: impl Fn(&Design) -> Command + Sync) {
    let runs = each(designs, |design| run(design, adapter(design), 400));
    let mut wrong = Vec::new();
    for (design, run) in designs.iter().zip(runs) {
        eprintln!("{}: {} requests", design.name, run.figures.requests);
        let patterns = run.figures.patterns.values();
        let idle = patterns.filter(|p| p.calls == 0).count();
        match run.mismatch {
            Some(difference) => wrong.push(format!("{}: {difference}", design.name)),
            None if idle > 0 => {
                let what = format!("{}: {idle} patterns were never called", design.name);
                wrong.push(what);
            }
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Does something with each design, on all processors; the answers stand in the order of the designs.
fn each<T: Send>(designs: &[Design], work: impl Fn(&Design) -> T + Sync) -> Vec<T> {
    let (work, next) = (&work, &AtomicUsize::new(0));
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut made: Vec<(usize, T)> = std::thread::scope(|scope| {
        let worker = move || {
            let places = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
            let taken = places.map_while(|at| designs.get(at).map(|d| (at, d)));
            taken.map(|(at, d)| (at, work(d))).collect::<Vec<_>>()
        };
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let joined = all
            .into_iter()
            .flat_map(|w| w.join().unwrap_or_else(|e| resume_unwind(e)));
        joined.collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, one)| one).collect()
}

//! How much a run checks in a second, beside what the engine does in a second when nothing is checked.
//!
//! `cargo bench --bench verify` runs `design verify` on some examples and notes each request to the engine. Then it sends
//! the same requests to a new engine, without an executor, a model or a comparison. The ratio of the two times is what
//! a run takes for each second that the engine needs by itself.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the figures are the output, and without them there is nothing to go on with"
)]

use design::Objective;
use design::source::Source;
use design::verify::engine::{Embedded, Engine, Fault};
use design::verify::{self, Options};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::{Duration, Instant};

const RUNS: usize = 3;
const EXAMPLES: [&str; 4] = ["shop", "library", "complaint-management", "game-lobby"];
const SIZES: [(usize, usize); 1] = [(1000, 2000)];

type Requests = Rc<RefCell<Vec<(String, Json)>>>;

/// The embedded engine, which notes what it is asked.
struct Noting {
    engine: Embedded,
    requests: Requests,
}

impl Engine for Noting {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        let noted = (operation.to_owned(), request.clone());
        self.requests.borrow_mut().push(noted);
        self.engine.call(operation, request)
    }

    fn name(&self) -> String {
        self.engine.name()
    }
}

/// One run; how long it took, and what was done.
fn run(
    yaml: &str,
    plan: &Json,
    options: &Options,
    engine: Box<dyn Engine>,
) -> (Duration, verify::Figures) {
    let start = Instant::now();
    let go_on = &mut |_| ControlFlow::Continue(());
    let run = verify::run(yaml, plan, engine, options, go_on).expect("the engine works");
    if let Some(mismatch) = run.mismatch {
        panic!("{mismatch}");
    }
    (start.elapsed(), run.figures)
}

/// The requests alone, whatever the answers are.
fn bare(requests: &[(String, Json)]) -> Duration {
    let engine = Embedded::new().expect("an engine");
    let requests = requests.to_vec();
    let start = Instant::now();
    for (operation, request) in requests {
        drop(engine.call(&operation, request));
    }
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn main() {
    println!(
        "example               items  queries  seconds  writes/s  queries/s  requests/s  bare/s  ratio"
    );
    for example in EXAMPLES {
        let path = format!(
            "{}/examples/{example}/design.yaml",
            env!("CARGO_MANIFEST_DIR")
        );
        let yaml = std::fs::read_to_string(path).expect("an example");
        let source = Source::new(example.to_owned(), yaml.clone());
        let plan = design::compile(&source, Objective::Indexes).plan;
        let plan = serde_json::to_value(plan.expect("a plan")).expect("a document");
        for (items, queries) in SIZES {
            let options = Options {
                items,
                queries,
                ..Options::default()
            };
            let requests = Requests::default();
            let noting = Noting {
                engine: Embedded::new().expect("an engine"),
                requests: Rc::clone(&requests),
            };
            let (_, figures) = run(&yaml, &plan, &options, Box::new(noting));
            let requests = requests.take();
            let mut whole = Vec::new();
            let mut alone = Vec::new();
            for _ in 0..RUNS {
                let engine = Embedded::new().expect("an engine");
                whole.push(run(&yaml, &plan, &options, Box::new(engine)).0);
                alone.push(bare(&requests));
            }
            let (whole, alone) = (median(whole), median(alone));
            let rate = |n: usize, time: f64| n as f64 / time;
            println!(
                "{example:<20} {:>6} {:>8} {whole:>8.2} {:>9.0} {:>10.0} {:>11.0} {:>7.0} {:>6.2}",
                figures.items,
                figures.reads(),
                rate(figures.writes() + figures.implied_puts, whole),
                rate(figures.reads(), whole),
                rate(requests.len(), whole),
                rate(requests.len(), alone),
                whole / alone
            );
        }
    }
}

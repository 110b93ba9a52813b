//! Every example and every design of `tests/designs`, run on the embedded engine against the reference model: examples
//! and the published workloads at the default size of `design verify`, and all of them in small with further seeds.
//!
//! `ONLY=shop` runs those designs whose path has the word, `SEEDS=20` more seeds. Prints what was checked of each.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test ends there, and says what it checked"
)]

use design::verify::engine::{Embedded, Engine, Fault};
use design::verify::{self, Differs, Figures, Options, Run};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Designs of `tests/designs` that are published workloads.
const WORKLOADS: [&str; 3] = ["auction.yaml", "game-states.yaml", "likes.yaml"];

fn run(path: &Path, options: &Options) -> Result<Figures, String> {
    let run = run_on(path, options, Box::new(Embedded::new()?))?;
    match run.mismatch {
        Some(mismatch) => Err(format!("seed {}: {mismatch}", options.seed)),
        None => Ok(run.figures),
    }
}

fn run_on(path: &Path, options: &Options, engine: Box<dyn Engine>) -> Result<Run, String> {
    let yaml = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let source = design::source::Source::new(path.display().to_string(), yaml.clone());
    let compiled = design::compile(&source, design::Objective::Indexes);
    let rejected = compiled.plan.is_none();
    // A plan that the checker rejects is run too: a counter-example says what is wrong with it.
    let plan = compiled.plan.or(compiled.rejected);
    let plan = serde_json::to_value(plan.ok_or("does not compile")?).map_err(|e| e.to_string())?;
    let go_on = &mut |_| ControlFlow::Continue(());
    let run = verify::run(&yaml, &plan, engine, options, go_on)?;
    if rejected && run.mismatch.is_none() {
        return Err("the checker rejects the plan, though it runs".to_owned());
    }
    Ok(run)
}

/// What is run of a design, the largest run first.
fn runs(path: &Path) -> Vec<Options> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let usual = path.starts_with("examples") || name.is_some_and(|n| WORKLOADS.contains(&&*n));
    let seeds = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok());
    let small = (0..seeds.unwrap_or(2)).map(|seed| Options {
        seed,
        rounds: 2,
        items: 120,
        queries: 300,
        ..Options::default()
    });
    let usual = usual.then(Options::default);
    usual.into_iter().chain(small).collect()
}

fn designs() -> Vec<PathBuf> {
    let examples = std::fs::read_dir("examples")
        .expect("examples")
        .map(|e| e.expect("entry").path().join("design.yaml"))
        .filter(|p| p.is_file());
    let tests = std::fs::read_dir("tests/designs")
        .expect("designs")
        .map(|e| e.expect("entry").path());
    let only = std::env::var("ONLY").unwrap_or_default();
    let all = examples.chain(tests);
    all.filter(|p| p.display().to_string().contains(&only))
        .collect()
}

#[test]
fn every_design_runs() {
    let left = Mutex::new(designs());
    let done = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(path) = { left.lock().expect("the list").pop() } {
            let all = runs(&path);
            let outcome: Result<Vec<Figures>, String> =
                all.iter().map(|options| run(&path, options)).collect();
            done.lock().expect("the list").insert(path, outcome);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    println!("items    reads   writes  units consumed  estimated  design (its largest run)");
    let mut failures = Vec::new();
    for (path, outcome) in done.into_inner().expect("the list") {
        let path = path.display();
        match outcome.map(|all| all.into_iter().next().unwrap_or_default()) {
            Ok(of) => {
                let sum = |f: fn(&verify::PatternFigures) -> f64| {
                    of.patterns.values().map(f).sum::<f64>()
                };
                println!(
                    "{:>5} {:>8} {:>8} {:>15} {:>10}  {path}",
                    of.items,
                    of.reads(),
                    of.writes() + of.implied_puts,
                    sum(|p| p.consumed),
                    sum(|p| p.estimated)
                );
            }
            Err(e) => failures.push(format!(
                "{path}: {}",
                e.chars().take(2500).collect::<String>()
            )),
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{}",
        failures.len(),
        failures.join("\n-----\n")
    );
}

/// An engine that says one operation takes half a unit more than it does.
struct Dearer {
    engine: Embedded,
    operation: &'static str,
    exact: bool,
}

impl Engine for Dearer {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        let mut answer = self.engine.call(operation, request)?;
        if operation == self.operation {
            let consumed = &mut answer["ConsumedCapacity"];
            let one = match consumed {
                Json::Array(tables) => &mut tables[0],
                one => one,
            };
            let units = one["CapacityUnits"].as_f64().unwrap_or_default();
            one["CapacityUnits"] = json!(units + 0.5);
        }
        Ok(answer)
    }

    fn name(&self) -> String {
        "dearer".to_owned()
    }

    fn exact_units(&self) -> bool {
        self.exact
    }
}

#[test]
fn other_units_than_the_arithmetic_says_fail_a_run() {
    let shop = Path::new("examples/shop/design.yaml");
    let options = Options {
        rounds: 1,
        items: 60,
        queries: 60,
        ..Options::default()
    };
    for operation in ["GetItem", "Query", "UpdateItem", "TransactWriteItems"] {
        let run = |exact| {
            let engine = Embedded::new().expect("an engine");
            let dearer = Dearer {
                engine,
                operation,
                exact,
            };
            run_on(shop, &options, Box::new(dearer)).expect("a run")
        };
        let mismatch = run(true).mismatch.expect("a difference");
        assert_eq!(mismatch.differs, Differs::Units, "{operation}: {mismatch}");
        // Of an engine whose units are not known to be right it is a figure and no fault.
        let figures = run(false);
        assert!(figures.mismatch.is_none(), "{operation}");
        let patterns = figures.figures.patterns.values();
        assert!(
            patterns.clone().any(|p| p.consumed > p.estimated),
            "{operation}"
        );
    }
}

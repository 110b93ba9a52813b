//! Every example and every design of `tests/designs`, run on the embedded engine against the reference model.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::verify::{self, Options, engine::Embedded};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

fn run(path: &Path) -> Result<(), String> {
    let yaml = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let source = design::source::Source::new(path.display().to_string(), yaml.clone());
    let compiled = design::compile(&source, design::Objective::Indexes);
    let plan = compiled.plan.ok_or("does not compile")?;
    let plan = serde_json::to_value(&plan).map_err(|e| e.to_string())?;
    let seeds = std::env::var("SEEDS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(2u64);
    for seed in 0..seeds {
        let options = Options {
            seed,
            rounds: 2,
            items: 120,
            queries: 300,
            shrink: true,
        };
        let engine = Box::new(Embedded::new()?);
        let go_on = &mut |_| ControlFlow::Continue(());
        let run = verify::run(&yaml, &plan, engine, &options, go_on)?;
        if let Some(mismatch) = run.mismatch {
            return Err(format!("seed {seed}: {mismatch}"));
        }
    }
    Ok(())
}

fn designs() -> Vec<PathBuf> {
    let examples = std::fs::read_dir("examples")
        .expect("examples")
        .map(|e| e.expect("entry").path().join("design.yaml"))
        .filter(|p| p.is_file());
    let tests = std::fs::read_dir("tests/designs")
        .expect("designs")
        .map(|e| e.expect("entry").path());
    let mut all: Vec<PathBuf> = examples.chain(tests).collect();
    all.sort();
    all
}

#[test]
fn every_design_runs() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut failures = Vec::new();
    for path in designs()
        .into_iter()
        .filter(|p| p.display().to_string().contains(&only))
    {
        if let Err(e) = run(&path) {
            failures.push(format!(
                "{}: {}",
                path.display(),
                e.chars().take(2500).collect::<String>()
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{}",
        failures.len(),
        failures.join("\n-----\n")
    );
}

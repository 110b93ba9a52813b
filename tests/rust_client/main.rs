//! The Rust client: of every example and of every design of `tests/designs`, generated, laid out, linted, compiled, and
//! run against the reference model.
//!
//! All of them are modules of one crate under `target/ci/rust-client`, so that the SDK is compiled once. `ONLY=shop` runs
//! those whose path has the word. The tests need `cargo`, `clippy` and `rustfmt`, and the registry the first time.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test ends there, and says what it checked"
)]

mod illegal;
mod workspace;

use design::verify::engine::Embedded;
use design::verify::external::External;
use design::verify::{Figures, Options, run_external};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};
use workspace::Design;

/// One test at a time writes the crate.
static CRATE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    CRATE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn succeeds(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let more = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = said.lines().chain(more.lines()).take(120).collect();
    Err(format!("{command:?}\n{}", lines.join("\n")))
}

#[test]
fn is_laid_out_as_rustfmt_does_it() {
    let _alone = alone();
    let designs = workspace::designs();
    workspace::write(&designs);
    for design in &designs {
        let mut one = Command::new("rustfmt");
        one.args(["--check", "--edition", "2024"])
            .arg(design.module_path());
        succeeds(&mut one).expect("laid out");
    }
}

#[test]
fn is_clean_under_pedantic_lints() {
    let _alone = alone();
    workspace::write(&workspace::designs());
    let mut command = workspace::cargo("clippy");
    command.args(["--lib", "--", "-D", "warnings", "-W", "clippy::pedantic"]);
    succeeds(&mut command).expect("no warnings");
}

fn run(design: &Design, program: &Path, seed: u64) -> Result<Figures, String> {
    let options = Options {
        seed,
        items: 150,
        rounds: 2,
        queries: 300,
        shrink: false,
    };
    let engine = Box::new(Embedded::new()?);
    let plan = serde_json::to_value(&design.plan).map_err(|e| e.to_string())?;
    let mut command = Command::new(program);
    command.arg(&design.name);
    let external = External::start(command)?;
    let run = run_external(&design.yaml, &plan, engine, &options, external)?;
    match run.mismatch {
        Some(mismatch) => Err(format!("seed {seed}: {mismatch}")),
        None => Ok(run.figures),
    }
}

#[test]
fn does_what_the_model_says() {
    let _alone = alone();
    let designs = workspace::designs();
    workspace::write(&designs);
    succeeds(workspace::cargo("build").arg("--bins")).expect("compiled");
    let program = workspace::program();
    let mut wrong = Vec::new();
    for design in &designs {
        for seed in 1..=2 {
            match run(design, &program, seed) {
                Ok(figures) => {
                    let calls: usize = figures.patterns.values().map(|p| p.calls).sum();
                    println!(
                        "{}: {} patterns, {calls} calls, {} requests, {} items",
                        design.name,
                        figures.patterns.len(),
                        figures.requests,
                        figures.items
                    );
                }
                Err(text) => wrong.push(format!("{}: {text}", design.name)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

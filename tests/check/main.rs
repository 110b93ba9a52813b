//! The checker finds nothing wrong with the plans of the examples, and finds every change of a plan that matters.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod chosen;
mod every_leaf;

use design::check::{Violation, check};
use design::diagnostic::Diagnostics;
use design::plan::Plan;
use design::source::Source;
use design::workload::Workload;
use design::{Objective, document, plan, resolve};
use std::fs;
use std::path::{Path, PathBuf};

/// A design and its plan, made without the check that `compile` ends with.
fn planned(name: &str, text: &str, objective: Objective) -> (Workload, Plan) {
    let source = Source::new(name, text.to_owned());
    let tree = document::parse(&source).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let mut diagnostics = Diagnostics::default();
    let workload = resolve::resolve(&tree, &mut diagnostics);
    let workload =
        workload.unwrap_or_else(|| panic!("{}", diagnostics.render(&source, false, 160)));
    let plan = plan::compile(&source, &workload, objective, &mut diagnostics);
    (workload, plan)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every design of the repository: the examples and those made for tests.
fn designs() -> Vec<PathBuf> {
    let entries = |folder: &str| {
        let all = fs::read_dir(root().join(folder)).expect("the folder is there");
        all.map(|e| e.expect("an entry").path()).collect::<Vec<_>>()
    };
    let examples = entries("examples")
        .into_iter()
        .map(|p| p.join("design.yaml"))
        .filter(|p| p.exists());
    let made = entries("tests/designs")
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"));
    let mut all: Vec<PathBuf> = examples.chain(made).collect();
    all.sort();
    all
}

#[test]
fn plans_of_all_designs_hold() {
    let mut wrong = Vec::new();
    assert!(designs().len() > 20, "{:?}", designs());
    for path in designs() {
        for objective in [Objective::Indexes, Objective::Cost] {
            let (workload, plan) = planned("design.yaml", &read(&path), objective);
            wrong.extend(
                check(&workload, &plan)
                    .iter()
                    .map(|v: &Violation| format!("{} by {objective:?}: {v}", path.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

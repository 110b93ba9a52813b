//! What `design generate` makes for people: the coverage table, the model for `NoSQL` Workbench, the diagrams.
//!
//! The diagrams are read by Graphviz and by Mermaid, the page by a parser of Markdown. These tests say so and pass where
//! the tools are not there, unless the variables `DOT` (a program) and `MERMAID` (a folder with `node_modules`) name them.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test ends there, and says what it skips"
)]

mod coverage;
mod tools;
mod workbench;

use design::emit::{Artifact, Origin, Target, emit, is_ours};
use design::plan::{OutputEntry, Plan};
use design::source::Source;
use design::{Objective, compile};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

const HOSTILE: &str = "tests/files/hostile.yaml";
const SHOP: &str = "examples/shop/design.yaml";
const TARGETS: [Target; 4] = [
    Target::Coverage,
    Target::Workbench,
    Target::Graphviz,
    Target::Mermaid,
];

fn compiled(yaml: &str) -> Plan {
    let source = Source::new("design.yaml", yaml.to_owned());
    let made = compile(&source, Objective::Indexes);
    let found = format!("{:?}", made.diagnostics);
    made.plan.expect(&found)
}

/// The plans of the examples, of the designs of other tests and of the hostile one, by the path of their file.
static ALL: LazyLock<Vec<(String, Plan)>> = LazyLock::new(|| {
    let listed = |folder: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|e| e.expect("entry").path()).collect()
    };
    let examples = listed("examples").into_iter();
    let mut all: Vec<PathBuf> = examples.map(|p| p.join("design.yaml")).collect();
    all.extend(listed("tests/designs"));
    all.push(PathBuf::from(HOSTILE));
    all.retain(|p| p.extension().is_some_and(|e| e == "yaml") && p.exists());
    all.sort();
    assert!(all.len() > 25, "{all:?}");
    let plan = |p: &PathBuf| compiled(&std::fs::read_to_string(p).expect("a file"));
    all.iter()
        .map(|p| (p.display().to_string(), plan(p)))
        .collect()
});

fn plan(path: &str) -> &'static Plan {
    let found = ALL.iter().find(|(p, _)| p == path);
    &found.expect("a plan").1
}

fn made(plan: &Plan, target: Target) -> String {
    let output = OutputEntry {
        path: target.usual_path(None).to_owned(),
        options: BTreeMap::new(),
    };
    let origin = Origin::new(plan, "design.yaml");
    let file = match emit(plan, target, &output, &origin).expect("a target") {
        Artifact::File(text) => Some(text),
        Artifact::Directory(_) => None,
    };
    file.expect("a document is one file")
}

#[test]
fn each_is_known_as_generated_and_ends_with_a_line() {
    for (path, plan) in ALL.iter() {
        for target in TARGETS {
            let text = made(plan, target);
            assert!(is_ours(&text), "{path}: {}", target.name());
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
            assert_eq!(text, made(plan, target), "the same again");
            let spaces = text.lines().find(|l| l.ends_with(' ') || l.contains('\r'));
            assert_eq!(spaces, None, "{path}: {}", target.name());
        }
    }
}

#[test]
fn documents_of_the_shop() {
    let plan = plan(SHOP);
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        snapshot_path => "../snapshots/documents",
        omit_expression => true,
    }, {
        insta::assert_snapshot!("shop.COVERAGE.md", made(plan, Target::Coverage));
        insta::assert_snapshot!("shop.model.dot", made(plan, Target::Graphviz));
        insta::assert_snapshot!("shop.model.mmd", made(plan, Target::Mermaid));
        insta::assert_snapshot!("shop.workbench.json", made(plan, Target::Workbench));
    });
}

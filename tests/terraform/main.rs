//! The Terraform that is generated: it says what the plan says, for every example and a matrix of settings; it is
//! formatted and valid by the real tools; no text of a design breaks out of it.
//!
//! `terraform` is used where it is on the path. `TERRAFORM_CHECK` names a command that validates and applies a directory
//! offline (`COMMAND DIR --apply --json`), `CHECKOV` the program of that name, where it is not on the path.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends there"
)]

mod consumers;
mod hostile;
mod matrix;
#[path = "../files/pairs.rs"]
mod pairs;
mod parsed;
mod said;
mod tools;

use design::emit::{Artifact, Origin, Target, emit};
use design::plan::{OutputEntry, Plan};
use design::source::Source;
use design::{Objective, compile};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

/// A design, and what is made of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) plan: Plan,
    pub(crate) output: OutputEntry,
    pub(crate) files: BTreeMap<&'static str, String>,
}

/// What comes of a design file.
pub(crate) fn case(name: &str, yaml: &str) -> Case {
    let source = Source::new("design.yaml", yaml.to_owned());
    let compiled = compile(&source, Objective::Indexes);
    let Some(plan) = compiled.plan else {
        panic!(
            "{name}\n{yaml}\n{}",
            compiled.diagnostics.render_all(&source, false, 100)
        );
    };
    let output = plan.generate.get("terraform").cloned();
    let output = output.unwrap_or_else(|| OutputEntry {
        path: "terraform".to_owned(),
        options: BTreeMap::new(),
    });
    let origin = Origin::new(&plan, "design.yaml");
    match emit(&plan, Target::Terraform, &output, &origin) {
        Ok(Artifact::Directory(files)) => Case {
            name: name.to_owned(),
            plan,
            output,
            files,
        },
        other => panic!("{name}: {other:?}"),
    }
}

/// The examples as they are.
pub(crate) fn examples() -> &'static [Case] {
    static MADE: OnceLock<Vec<Case>> = OnceLock::new();
    MADE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let mut names: Vec<String> = std::fs::read_dir(&root)
            .expect("examples")
            .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
            .filter(|n| root.join(n).join("design.yaml").exists())
            .collect();
        names.sort();
        let read = |n: &String| std::fs::read_to_string(root.join(n).join("design.yaml"));
        let of = |n: &String| case(n, &read(n).expect("a file"));
        names.iter().map(of).collect()
    })
}

/// The matrix of settings.
pub(crate) fn settings() -> &'static [Case] {
    static MADE: OnceLock<Vec<Case>> = OnceLock::new();
    MADE.get_or_init(|| {
        let (rows, _) = matrix::rows();
        let of = |(at, row)| case(&format!("settings-{at:02}"), &matrix::design(row));
        rows.iter().enumerate().map(of).collect()
    })
}

/// All of these, and the hostile one.
pub(crate) fn all() -> Vec<&'static Case> {
    let of = [
        examples(),
        settings(),
        std::slice::from_ref(hostile::hostile()),
    ];
    of.into_iter().flatten().collect()
}

//! The files that are made from a plan: infrastructure, documents, diagrams.
//!
//! Promises: a function of the plan document and of the name of the file that it came from, with no other input; the
//! same plan gives the same bytes; every file says in its first lines what made it and from what ([`Origin`]), without a
//! version or a time; no text of a design can break out of its place in any of them. Nothing is written here.
//!
//! Each target has a module that computes a view, strings and lists of what is to be printed, and templates under
//! `templates/` that print it.

mod client;
mod coverage;
mod engine;
mod origin;
mod rust;
mod typescript;

pub use origin::{Origin, is_ours};

use crate::plan::{OutputEntry, Plan};
use std::collections::BTreeMap;

/// Something that can be made of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The table of patterns and how each is answered, in Markdown.
    Coverage,
    /// The manifest of the patterns: what each asks and answers, in JSON.
    Patterns,
    /// A client in Rust.
    Rust,
    /// A client in TypeScript.
    Typescript,
}

impl Target {
    /// All of them, by name.
    pub const ALL: &'static [Self] =
        &[Self::Coverage, Self::Patterns, Self::Rust, Self::Typescript];

    /// Its name under `generate` and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coverage => "coverage",
            Self::Patterns => "patterns",
            Self::Rust => "rust",
            Self::Typescript => "typescript",
        }
    }

    /// The target of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == name)
    }

    /// The file or directory that it is written to where nothing else is said; `given` is what the design file says.
    #[must_use]
    pub fn usual_path(self, _given: Option<&OutputEntry>) -> &'static str {
        match self {
            Self::Coverage => "COVERAGE.md",
            Self::Patterns => "patterns.json",
            Self::Rust => "src/table",
            Self::Typescript => "typescript",
        }
    }
}

/// What one target gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Artifact {
    /// One file.
    File(String),
    /// The files of a directory, by their names in it.
    Directory(BTreeMap<&'static str, String>),
}

/// Whether a path is that of one module, and not of a directory.
fn is_module(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|e| e == "ts")
}

/// Makes what a target gives.
///
/// # Errors
/// Only where a template is wrong, which the tests exclude.
pub fn emit(
    plan: &Plan,
    target: Target,
    output: &OutputEntry,
    origin: &Origin,
) -> Result<Artifact, minijinja::Error> {
    match target {
        Target::Coverage => coverage::emit(plan, origin).map(Artifact::File),
        Target::Patterns => Ok(Artifact::File(typescript::manifest(plan, origin))),
        Target::Rust => Ok(rust::emit(plan, output, origin)),
        Target::Typescript if is_module(&output.path) => {
            typescript::module(plan, origin).map(Artifact::File)
        }
        Target::Typescript => typescript::directory(plan, origin).map(Artifact::Directory),
    }
}

/// The adapter by which tests call the Rust client of a plan, which is the module `name` beside it: it reads questions and
/// writes answers by the protocol of `verify::external`.
#[must_use]
#[doc(hidden)]
pub fn rust_adapter(plan: &Plan, name: &str) -> String {
    rust::adapter(plan, name)
}

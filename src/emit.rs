//! The files that are made from a plan: infrastructure, documents, diagrams.
//!
//! Promises: a function of the plan document and of the name of the file that it came from, with no other input; the
//! same plan gives the same bytes; every file says in its first lines what made it and from what ([`Origin`]), without a
//! version or a time; no text of a design can break out of its place in any of them. Nothing is written here.
//!
//! Each target has a module that computes a view, strings and lists of what is to be printed, and templates under
//! `templates/` that print it.

mod client;
mod cloudformation;
mod coverage;
mod diagram;
mod engine;
mod facts;
mod graphviz;
mod mermaid;
mod origin;
mod rust;
mod terraform;
mod typescript;
mod workbench;
mod yaml;

pub use origin::{Origin, is_ours};

use crate::plan::{OutputEntry, Plan};
use std::collections::BTreeMap;

/// Something that can be made of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A `CloudFormation` template of the table.
    CloudFormation,
    /// The table of patterns and how each is answered, in Markdown.
    Coverage,
    /// Entities, indexes and patterns as a diagram, in DOT.
    Graphviz,
    /// The same diagram, in Mermaid.
    Mermaid,
    /// The manifest of the patterns: what each asks and answers, in JSON.
    Patterns,
    /// A client in Rust.
    Rust,
    /// A module of Terraform.
    Terraform,
    /// A client in TypeScript.
    TypeScript,
    /// The tables with sample items, for `NoSQL` Workbench.
    Workbench,
}

impl Target {
    /// All of them, by name.
    pub const ALL: &'static [Self] = &[
        Self::CloudFormation,
        Self::Coverage,
        Self::Graphviz,
        Self::Mermaid,
        Self::Patterns,
        Self::Rust,
        Self::Terraform,
        Self::TypeScript,
        Self::Workbench,
    ];

    /// Its name under `generate` and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::Coverage => "coverage",
            Self::Graphviz => "graphviz",
            Self::Mermaid => "mermaid",
            Self::Patterns => "patterns",
            Self::Rust => "rust",
            Self::Terraform => "terraform",
            Self::TypeScript => "typescript",
            Self::Workbench => "workbench",
        }
    }

    /// The target of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == name)
    }

    /// The file or directory that it is written to where nothing else is said; `given` is what the design file says.
    #[must_use]
    pub fn usual_path(self, given: Option<&OutputEntry>) -> &'static str {
        match self {
            Self::CloudFormation if given.is_some_and(|g| cloudformation::is_json(&g.path)) => {
                "cloudformation.json"
            }
            Self::CloudFormation => "cloudformation.yaml",
            Self::Coverage => "COVERAGE.md",
            Self::Graphviz => "model.dot",
            Self::Mermaid => "model.mmd",
            Self::Patterns => "patterns.json",
            Self::Rust if given.is_some_and(|g| rust::is_module(&g.path)) => "client.rs",
            Self::Rust => "rust",
            Self::Terraform => "terraform",
            Self::TypeScript if given.is_some_and(|g| typescript::is_module(&g.path)) => {
                "client.ts"
            }
            Self::TypeScript => "typescript",
            Self::Workbench => "workbench.json",
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

/// Makes what a target gives.
///
/// # Errors
/// Only where a template is wrong, or a plan that has no sample items; the tests exclude both.
pub fn emit(
    plan: &Plan,
    target: Target,
    output: &OutputEntry,
    origin: &Origin,
) -> Result<Artifact, minijinja::Error> {
    match target {
        Target::CloudFormation => cloudformation::emit(plan, output, origin).map(Artifact::File),
        Target::Coverage => coverage::emit(plan, origin).map(Artifact::File),
        Target::Graphviz => graphviz::emit(plan, origin).map(Artifact::File),
        Target::Mermaid => mermaid::emit(plan, origin).map(Artifact::File),
        Target::Patterns => Ok(Artifact::File(typescript::manifest(plan, origin))),
        Target::Rust => Ok(rust::emit(plan, output, origin)),
        Target::Terraform => terraform::emit(plan, output, origin).map(Artifact::Directory),
        Target::TypeScript if typescript::is_module(&output.path) => {
            typescript::module(plan, origin).map(Artifact::File)
        }
        Target::TypeScript => typescript::directory(plan, origin).map(Artifact::Directory),
        Target::Workbench => workbench::emit(plan, origin).map(Artifact::File),
    }
}

/// The adapter by which tests call the Rust client of a plan, which is the module `name` beside it: it reads questions and
/// writes answers by the protocol of `verify::external`.
#[must_use]
#[doc(hidden)]
pub fn rust_adapter(plan: &Plan, name: &str) -> String {
    rust::adapter(plan, name)
}

/// The program that compares the keys that the Rust client of a plan makes, the module `name` of the crate `generated`,
/// with the vectors of `tests/clients/keys`.
#[must_use]
#[doc(hidden)]
pub fn rust_vectors(plan: &Plan, name: &str) -> String {
    rust::vectors(plan, name)
}

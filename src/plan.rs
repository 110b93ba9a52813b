//! The plan document: tables, keys, and the steps of every pattern, as data.
//!
//! Promises: whoever has only this document can create the tables, write items and run every pattern. It is the one
//! input of the terminal view, of generators and of other people's tools. Its meaning is described in the reference
//! page that `design explain plan-document` prints. Lists whose order carries no meaning are sorted by name; every
//! field is present, also where it is null or empty, except the operands that make up a segment or a condition.

pub mod advice;
pub mod build;
pub mod change;
mod conditions;
mod cost;
pub mod costs;
mod entities;
mod keys;
mod parameters;
pub mod proof;
mod reading;
pub mod reasons;
mod settings;
mod steps;
mod table;
mod writing;

pub use build::{Design, compile, document, entry};
pub use conditions::constant;
pub use cost::*;
pub use steps::*;
pub use table::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the document: a change of meaning raises it.
pub const VERSION: u32 = 1;

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The version of the document.
    pub plan_version: u32,
    /// The design's name.
    pub design: String,
    /// What the design is for.
    pub description: Option<String>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The entities, sorted by name.
    pub entities: Vec<Entity>,
    /// The access patterns, sorted by name.
    pub patterns: Vec<Pattern>,
    /// What is proven.
    pub proof: Proof,
    /// What it costs.
    pub cost: Cost,
    /// Warnings and notes, and errors about coverage and limits.
    pub diagnostics: Vec<DiagnosticEntry>,
    /// Consumers of the stream, sorted by name.
    pub consumers: Vec<ConsumerEntry>,
    /// What is to be generated, by target.
    pub generate: BTreeMap<String, OutputEntry>,
}

/// What is proven of the number of indexes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// Secondary indexes.
    pub indexes: usize,
    /// Global ones.
    pub gsis: usize,
    /// Local ones.
    pub lsis: usize,
    /// No design that answers as many patterns has fewer.
    pub lower_bound: usize,
    /// Whether the number is the least.
    pub optimal: bool,
    /// `clique`: by the lower bound; `exhaustive`: by search.
    #[schemars(extend("enum" = ["clique", "exhaustive"]))]
    pub method: String,
    /// The pairs of the clique behind the lower bound.
    pub conflicts: Vec<ConflictEntry>,
    /// What the table's key rests on without being declared.
    pub assumptions: Vec<Assumption>,
    /// The proof in two sentences.
    pub summary: String,
}

/// Why two patterns cannot share an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConflictEntry {
    /// The two patterns. Where the table is the other side: the pattern that it cannot answer, and one that makes it so
    /// where there is one.
    pub patterns: Vec<String>,
    /// The table, where it is the other side.
    pub table: Option<String>,
    /// The entity about which they disagree.
    pub entity: Option<String>,
    /// Why, in words.
    pub reason: String,
}

/// Something taken for granted that shaped the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assumption {
    /// The entity.
    pub entity: String,
    /// The attribute.
    pub attribute: String,
    /// What is assumed, and what the design would be otherwise.
    pub text: String,
}

/// A finding about the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticEntry {
    /// Its code.
    pub code: String,
    /// `error`, `warning` or `note`.
    #[schemars(extend("enum" = ["error", "warning", "note"]))]
    pub severity: String,
    /// What is the matter.
    pub message: String,
    /// The line in the design file, from 1.
    pub line: Option<usize>,
    /// The column in the design file, from 1.
    pub column: Option<usize>,
}

/// A consumer of the table's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsumerEntry {
    /// Its name.
    pub name: String,
    /// Whose changes; empty: all.
    pub entities: Vec<String>,
    /// Which changes; empty: all.
    pub events: Vec<String>,
    /// The function.
    pub function: String,
}

/// Something that `design generate` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutputEntry {
    /// The file or directory, relative to the design file.
    pub path: String,
    /// Options of the target.
    pub options: BTreeMap<String, String>,
}

//! The Rust client: one function for each pattern, in a module or a crate of its own.
//!
//! Promises: what a function does is what the plan says of its pattern; the code needs the SDK of AWS and nothing else;
//! it is laid out as `rustfmt` does it, and has only what the design uses. A pattern that cannot be served is left out by
//! name, in the module's own documentation.

mod adapter;
mod checks;
mod docs;
mod entities;
mod keys;
mod layout;
mod manifest;
mod names;
mod reads;
mod requests;
mod signature;
mod support;
mod table;
mod types;
mod vectors;
mod writes;

use super::client::{Body, Client, PatternCode};
use super::{Artifact, Origin};
use crate::plan::{Condition, OutputEntry, Plan};
use manifest::Sdk;
use names::Taken;
use std::collections::BTreeMap;
use std::path::Path;
use support::Words;
use types::Types;

/// What the client has beside the functions of patterns.
const CONSTRUCTORS: &[&str] = &[
    "consistent",
    "new",
    "with_clock",
    "with_expired",
    "with_table",
];

/// A module on its way.
struct Module<'a> {
    plan: &'a Plan,
    client: &'a Client,
    /// The name of the client.
    name: String,
    types: Types,
    keys: keys::Keys,
    /// The functions that give the keys of kinds: of the table, and of indexes.
    table_keys: BTreeMap<String, String>,
    index_keys: BTreeMap<(String, String), String>,
    /// The functions of patterns, by their names.
    by_pattern: BTreeMap<String, String>,
    /// The names of all functions.
    functions: Taken,
    /// Methods of the client, printed.
    methods: Vec<String>,
    /// Methods of its strongly consistent reads, printed, and the type that has them.
    strong: Vec<String>,
    view: Option<String>,
    /// Types, printed.
    parts: Vec<String>,
    /// Functions that others use, printed.
    support: Vec<String>,
    signatures: BTreeMap<String, signature::Signature>,
    answers: BTreeMap<String, reads::Answer>,
    returned: BTreeMap<String, writes::Returned>,
}

/// Whether a path is that of one module, and not of a directory.
pub(super) fn is_module(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == "rs")
}

/// Makes the module, or the crate.
pub(super) fn emit(plan: &Plan, output: &OutputEntry, origin: &Origin) -> Artifact {
    let client = Client::new(plan);
    let text = module(plan, &client, origin);
    let sdk = match output.options.get("crate").map(String::as_str) {
        Some("true") => Sdk::Own,
        Some("workspace") => Sdk::OfWorkspace,
        _ if is_module(&output.path) => return Artifact::File(text),
        _ => return Artifact::Directory(BTreeMap::from([("mod.rs", text)])),
    };
    Artifact::Directory(BTreeMap::from([
        ("Cargo.toml", manifest::manifest(plan, sdk, origin)),
        ("src/lib.rs", text),
    ]))
}

/// The adapter by which a run calls the client of a plan, which is a module of this name beside it.
pub(super) fn adapter(plan: &Plan, name: &str) -> String {
    let client = Client::new(plan);
    made(plan, &client).adapter(name)
}

/// The program that compares the keys of a client with vectors; the client is a module of this name in the crate
/// `generated`.
pub(super) fn vectors(plan: &Plan, name: &str) -> String {
    let client = Client::new(plan);
    made(plan, &client).vectors(name)
}

/// The text of the module.
fn module(plan: &Plan, client: &Client, origin: &Origin) -> String {
    made(plan, client).print(origin)
}

fn made<'a>(plan: &'a Plan, client: &'a Client) -> Module<'a> {
    let mut types = Types::new(client);
    let keys = keys::Keys::new(types.locals.clone());
    let name = types
        .taken
        .give(&format!("{}Table", names::pascal(&client.design)), "Client");
    let mut functions = Taken::default();
    for own in CONSTRUCTORS {
        functions.give(own, "");
    }
    let by_pattern = client.patterns.iter();
    let by_pattern = by_pattern.map(|p| (p.name.clone(), functions.give(&p.name, "_")));
    let by_pattern = by_pattern.collect();
    let mut made = Module {
        by_pattern,
        functions,
        plan,
        client,
        name,
        types,
        keys,
        table_keys: BTreeMap::new(),
        index_keys: BTreeMap::new(),
        methods: Vec::new(),
        strong: Vec::new(),
        view: None,
        parts: Vec::new(),
        support: Vec::new(),
        signatures: BTreeMap::new(),
        answers: BTreeMap::new(),
        returned: BTreeMap::new(),
    };
    made.kinds();
    for pattern in &client.patterns {
        match &pattern.body {
            Body::Read(read) => made.reading(pattern, read),
            Body::Write(write) => made.writing(pattern, write),
        }
    }
    made.entities();
    made.small_types();
    made.strong_reads();
    made
}

impl Module<'_> {
    /// The function of a pattern: named as in the design, unless the client has that name for itself.
    fn function<'s>(&'s self, of: &'s PatternCode) -> &'s str {
        self.by_pattern.get(&of.name).map_or(&of.name, |f| f)
    }

    /// The greatest value or length of an attribute.
    fn max(&self, entity: &str, attribute: &str) -> Option<u64> {
        let entity = self.plan.entities.iter().find(|e| e.name == entity)?;
        entity.stored.iter().find(|s| s.attribute == attribute)?.max
    }

    fn print(self, origin: &Origin) -> String {
        let mut body = self.client_struct();
        for part in &self.parts {
            body.push('\n');
            body.push_str(part);
        }
        let mut own: Vec<(String, String)> = Vec::new();
        for text in &self.support {
            own.push((function_name(text), text.clone()));
        }
        let keys = self.keys.print();
        // Only what is used of the functions that put items together.
        let mut used = body.clone();
        let mut chosen = vec![false; own.len()];
        loop {
            let before = used.len();
            for (place, (name, text)) in own.iter().enumerate() {
                if !chosen[place] && used.contains(&format!("{name}(")) {
                    chosen[place] = true;
                    used.push_str(text);
                }
            }
            if used.len() == before {
                break;
            }
        }
        for ((_, text), _) in own.iter().zip(&chosen).filter(|(_, c)| **c) {
            body.push('\n');
            body.push_str(text);
        }
        let mut words = Words::of(&body);
        let support = support::used(&body, &words, &keys);
        words.read(&support.outside);
        let keys = format!("{keys}{}", support.keys);
        let inside = keys::module(&keys);
        let imports = support::imports(&format!("{body}{}", support.outside), &words);
        let [line, hash] = origin.lines();
        let mut out = format!(
            "// {line}\n// {hash}\n\n{}\n{imports}\n{body}",
            self.manual()
        );
        out.push_str(&inside);
        out.push_str(&support.outside);
        out
    }
}

/// The name of a printed function.
fn function_name(text: &str) -> String {
    let after = text.split_once("fn ").map_or("", |(_, rest)| rest);
    after
        .split(['(', '<'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Whether a condition looks at the clock.
fn uses_clock(of: &Condition) -> bool {
    of.now == Some(true) || of.any.iter().flatten().any(uses_clock)
}

/// Whether a name is one that the lints take for a function.
fn is_snake(name: &str) -> bool {
    !name.chars().any(char::is_uppercase)
}

//! Every value of a plan that claims something is changed, in several ways, and the change must be found.
//!
//! A change is found when the checker reports it or the document can no longer be read. What a change puts in the place
//! of a value is what stands at that place elsewhere in the same plan, so that the changes are those that a mistake
//! would make: another index, another attribute, another operator; from a list it takes an entry. Some of the changes of
//! a value make another plan that is right as well (`text` and `enum` write the same, say), so of each value one at
//! least must be found. [`SILENT`] lists the places that claim nothing, or nothing that could be wrong.

use super::{planned, read, root};
use design::Objective;
use design::check::check;
use design::plan::Plan;
use design::workload::{Action, Read, ReadVerb, Workload};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Places (their ends; with what is there, where it matters) of which no change is found, and why that is right.
const SILENT: &[(&str, &str, &str)] = &[
    ("/template", "", "for people; the segments are what counts"),
    ("/description", "", "for people"),
    (
        "/reason",
        "",
        "for people; that there is one exactly where there must be is checked",
    ),
    ("/summary", "", "for people"),
    ("/assumptions/*/text", "", "for people"),
    ("/item_bytes", "", "an estimate, for information"),
    ("/cost", "", "estimates; no request depends on them"),
    ("/cost/items_read", "", "an estimate"),
    ("/cost/items_returned", "", "an estimate"),
    ("/cost/assumptions", "", "for people"),
    ("/cost/assumptions/*", "", "for people"),
    (
        "/cost/alternatives/*/usd_per_month",
        "",
        "of capacity for the peaks, which the document does not show; `tests/costs.rs` has the others",
    ),
    (
        "/cost/provisioned/read_used_percent",
        "",
        "an estimate of the peaks",
    ),
    (
        "/cost/provisioned/write_used_percent",
        "",
        "an estimate of the peaks",
    ),
    (
        "/steps/*/sort",
        "",
        "where nothing else lies in a partition, all of it may be read; each condition is changed itself",
    ),
    (
        "/segments/*/literal",
        "#",
        "behind a value of fixed length, or at the end of a key that no bound reaches, any text will do",
    ),
    ("/segments/*", "#", "the same"),
    (
        "/segments/*",
        "entry_no",
        "behind the order that is asked for, anything may stand in the key of an index",
    ),
    (
        "/then/*/literal",
        "$",
        "behind a bound of fixed length, any text above `#` bounds the same",
    ),
    ("/then/*", "$", "the same"),
    (
        "/segments/*/literal",
        "UNIQUE",
        "the key of a guard is free, as long as nothing else has it",
    ),
];

/// The parts of the document that are changed.
const PARTS: &[&str] = &["tables", "entities", "patterns", "proof", "cost"];

/// A place with the numbers of list entries left out: `/patterns/*/steps/*/index`.
fn shape(pointer: &str) -> String {
    let part = |p: &str| {
        if !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()) {
            "*".to_owned()
        } else {
            p.to_owned()
        }
    };
    pointer.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// All places of a value, with those below.
fn places(pointer: &str, value: &Value, to: &mut Vec<String>) {
    to.push(pointer.to_owned());
    match value {
        Value::Array(all) => all
            .iter()
            .enumerate()
            .for_each(|(at, v)| places(&format!("{pointer}/{at}"), v, to)),
        Value::Object(all) => all
            .iter()
            .for_each(|(key, v)| places(&format!("{pointer}/{key}"), v, to)),
        _ => {}
    }
}

/// What may stand in the place of a value: each kind of change once. Sums are `rounded` to cents, so that one unit more or
/// less is no mistake.
fn changes(value: &Value, elsewhere: &BTreeSet<String>, rounded: bool) -> Vec<(String, Value)> {
    let mut made: Vec<(String, Value)> = Vec::new();
    let own = value.to_string();
    let others = elsewhere
        .iter()
        .filter(|o| **o != own)
        .filter_map(|o| serde_json::from_str::<Value>(o).ok());
    match value {
        Value::String(text) => {
            made.push(("another text".to_owned(), json!(format!("x{text}"))));
            made.extend(others.take(3).map(|o| (format!("{o}"), o)));
        }
        Value::Number(n) => {
            let n = n.as_f64().unwrap_or_default();
            made.extend(rounded.then(|| ("much more".to_owned(), number((n * 1.1).round() + 1e8))));
            made.push(("one more".to_owned(), number(n + 1.0)));
            made.extend((n >= 1.0).then(|| ("one less".to_owned(), number(n - 1.0))));
            made.extend(others.filter(Value::is_null).map(|o| (format!("{o}"), o)));
        }
        Value::Bool(b) => made.push(("the other".to_owned(), json!(!b))),
        Value::Null => made.extend(others.take(2).map(|o| (format!("{o}"), o))),
        Value::Array(all) => {
            for at in 0..all.len() {
                let mut less = all.clone();
                let gone = less.remove(at);
                made.push((format!("without {gone}"), Value::Array(less)));
            }
            made.extend(
                others
                    .filter(|o| all.is_empty() || o.is_null())
                    .take(2)
                    .map(|o| (format!("{o}"), o)),
            );
        }
        Value::Object(_) => made.extend(others.take(2).map(|o| (format!("{o}"), o))),
    }
    made
}

/// The name of the pattern or entity that a place is in.
fn pattern_of(document: &Value, pointer: &str) -> String {
    let parts: Vec<&str> = pointer.split('/').take(3).collect();
    document
        .pointer(&format!("{}/name", parts.join("/")))
        .and_then(Value::as_str)
        .map(|n| format!("{n}: "))
        .unwrap_or_default()
}

fn number(n: f64) -> Value {
    // `1.0` is not read as a whole number, `1` is.
    serde_json::from_str(&n.to_string()).unwrap_or(Value::Null)
}

/// The places of which no change is found, and how many changes were made.
fn unnoticed(workload: &Workload, plan: &Plan, to: &mut BTreeMap<String, Vec<String>>) -> usize {
    let mut document = serde_json::to_value(plan).expect("a plan is JSON");
    let mut all = Vec::new();
    for part in PARTS {
        places(&format!("/{part}"), &document[part], &mut all);
    }
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pointer in &all {
        let value = document
            .pointer(pointer)
            .expect("the place is there")
            .to_string();
        if value.len() < 400 {
            seen.entry(shape(pointer)).or_default().insert(value);
        }
    }
    let mut count = 0;
    for pointer in &all {
        let shape = shape(pointer);
        let original = document
            .pointer(pointer)
            .expect("the place is there")
            .clone();
        if is_silent(&shape, &original) || is_any_way(workload, &document, pointer) {
            continue;
        }
        let mut missed = Vec::new();
        let others = seen.get(&shape).cloned().unwrap_or_default();
        let all = changes(&original, &others, shape.starts_with("/cost/"));
        let tried = all.len();
        for (what, changed) in all {
            *document.pointer_mut(pointer).expect("the place is there") = changed;
            count += 1;
            let found = Plan::deserialize(&document)
                .map_or(true, |plan| !check(workload, &plan).is_empty());
            if !found {
                missed.push(what);
            }
        }
        if tried > 0 && missed.len() == tried {
            to.entry(shape.clone()).or_default().push(format!(
                "{}{pointer} = {original}: {}",
                pattern_of(&document, pointer),
                missed.join(", ")
            ));
        }
        *document.pointer_mut(pointer).expect("the place is there") = original;
    }
    count
}

/// Whether a place is one of [`SILENT`].
fn is_silent(shape: &str, value: &Value) -> bool {
    let text = value.to_string();
    SILENT
        .iter()
        .any(|(end, holds, _)| shape.ends_with(end) && (holds.is_empty() || text.contains(holds)))
}

/// Whether a place is the direction of a read that asks for no order and no first items.
fn is_any_way(workload: &Workload, document: &Value, pointer: &str) -> bool {
    let name = pattern_of(document, pointer);
    let declared = workload
        .patterns
        .iter()
        .find(|p| format!("{}: ", p.name) == name);
    let read = declared.and_then(|p| match &p.action {
        Action::Read(read) => Some(read.as_ref()),
        Action::Find(find) => Some(&find.read),
        _ => None,
    });
    let ordered = |r: &Read| {
        r.verb == ReadVerb::List && !(r.sort.is_empty() && r.range.is_none() && r.prefix.is_none())
    };
    pointer.ends_with("/forward") && read.is_some_and(|r| !ordered(r) && r.limit.is_none())
}

#[test]
fn every_change_that_matters_is_found() {
    let mut left = BTreeMap::new();
    let mut count = 0;
    for name in [
        "examples/shop/design.yaml",
        "tests/designs/expiring.yaml",
        "tests/designs/feeds.yaml",
        "tests/designs/local.yaml",
    ] {
        let (workload, plan) = planned(name, &read(&root().join(name)), Objective::Indexes);
        assert_eq!(check(&workload, &plan), [], "{name}");
        count += unnoticed(&workload, &plan, &mut left);
    }
    assert!(count > 10_000, "{count}");
    let lines: Vec<String> = left
        .iter()
        .map(|(shape, all)| format!("{shape}\n    {}", all.join("\n    ")))
        .collect();
    assert!(
        left.is_empty(),
        "of {count} changes none is found at:\n{}",
        lines.join("\n")
    );
}

//! Changes of a file that must not change its plan, or only in one way.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

#[path = "../files/mod.rs"]
mod files;
mod names;
mod order;
mod patterns;
mod rates;
mod together;
mod written;

use design::plan::Plan;
use design::source::Source;
use design::{Objective, compile};
use files::examples;

/// The texts of all examples and of the designs that only tests need.
fn designs() -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/designs");
    let files = std::fs::read_dir(root).expect("designs").map(|e| {
        let path = e.expect("entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        (path.display().to_string(), text)
    });
    let mut all: Vec<_> = examples().into_iter().chain(files).collect();
    all.sort();
    all
}

fn planned(name: &str, text: &str) -> Plan {
    let made = compile(&Source::new("design.yaml", text), Objective::Indexes);
    made.plan
        .unwrap_or_else(|| panic!("{name} does not compile:\n{text}"))
}

/// The plan without places in the file, which do change with its order.
fn placeless(name: &str, text: &str) -> serde_json::Value {
    let mut json = serde_json::to_value(planned(name, text)).expect("JSON");
    let findings = json["diagnostics"].as_array_mut().expect("a list");
    for finding in findings.iter_mut() {
        finding["line"] = serde_json::Value::Null;
        finding["column"] = serde_json::Value::Null;
    }
    findings.sort_by_key(ToString::to_string);
    json
}

/// The paths at which two documents differ.
fn differences(a: &serde_json::Value, b: &serde_json::Value, at: &str, into: &mut Vec<String>) {
    use serde_json::Value as Json;
    match (a, b) {
        (Json::Object(a), Json::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, value) in a {
                differences(value, &b[key], &format!("{at}/{key}"), into);
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                differences(a, b, &format!("{at}/{n}"), into);
            }
        }
        _ if a == b => {}
        _ => into.push(format!("{at}: {a} / {b}").chars().take(300).collect()),
    }
}

fn indexes(plan: &serde_json::Value) -> usize {
    let tables = plan["tables"].as_array().expect("a list").iter();
    tables
        .map(|t| t["indexes"].as_array().map_or(0, Vec::len))
        .sum()
}

fn uncovered(plan: &serde_json::Value) -> usize {
    let patterns = plan["patterns"].as_array().expect("a list").iter();
    patterns.filter(|p| p["status"] == "uncovered").count()
}

/// What the keys of all kinds of items are made of: attributes, order and condition. Left out is what follows from which
/// families happen to share an index: its number, and the literals that keep them apart.
fn keys(plan: &serde_json::Value) -> serde_json::Value {
    let key = |key: &serde_json::Value| {
        let columns = ["partition", "sort"].map(|part| {
            let templates = key[part].as_array().expect("a list").iter();
            let segments = templates.flat_map(|t| t["segments"].as_array().expect("a list"));
            let kept = segments.filter(|s| s.get("literal").is_none());
            kept.map(ToString::to_string).collect::<Vec<_>>()
        });
        format!(
            "{} {columns:?} {}",
            !key["index"].is_null(),
            key["only_when"]
        )
    };
    let of = |kind: &serde_json::Value| {
        let mut all: Vec<String> = kind["keys"]
            .as_array()
            .expect("a list")
            .iter()
            .map(key)
            .collect();
        all.sort();
        all
    };
    let kinds = |e: &serde_json::Value| -> Vec<Vec<String>> {
        e["kinds"]
            .as_array()
            .expect("a list")
            .iter()
            .map(of)
            .collect()
    };
    plan["entities"]
        .as_array()
        .expect("a list")
        .iter()
        .map(kinds)
        .collect()
}

//! Changes of a file that must not change its plan, or only in one way.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

#[path = "files/mod.rs"]
mod files;

use design::document::{Node, ScalarKind, Value, parse};
use design::source::Source;
use design::{Objective, compile};
use files::examples;

/// A design as JSON, which is YAML, its maps in an order that `rank` gives by their keys.
fn written(node: &Node, rank: &dyn Fn(&str) -> u64, into: &mut String) {
    match &node.value {
        Value::Null => into.push_str("null"),
        Value::Scalar {
            text,
            kind: ScalarKind::Text,
        } => {
            into.push_str(&serde_json::to_string(text).expect("JSON"));
        }
        Value::Scalar { text, .. } => into.push_str(text),
        Value::List(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                into.push_str(if at == 0 { "" } else { ", " });
                written(item, rank, into);
            }
            into.push(']');
        }
        Value::Map(entries) => {
            let mut entries: Vec<&(Node, Node)> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| rank(key.text().unwrap_or_default()));
            into.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                into.push_str(if at == 0 { "" } else { ",\n" });
                into.push_str(
                    &serde_json::to_string(key.text().unwrap_or_default()).expect("JSON"),
                );
                into.push_str(": ");
                written(value, rank, into);
            }
            into.push('}');
        }
    }
}

fn tree(text: &str) -> Node {
    parse(&Source::new("design.yaml", text)).expect("YAML")
}

fn text_of(node: &Node, rank: &dyn Fn(&str) -> u64) -> String {
    let mut made = String::new();
    written(node, rank, &mut made);
    made
}

/// A rank by a hash of key and seed; seed 0 keeps the order of the file.
fn shuffled(seed: u64) -> impl Fn(&str) -> u64 {
    move |key| {
        if seed == 0 {
            return 0;
        }
        key.bytes()
            .fold(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
                (hash ^ u64::from(byte))
                    .wrapping_mul(0x0100_0000_01b3)
                    .rotate_left(17)
            })
    }
}

/// The plan without places in the file, which do change with its order.
fn placeless(name: &str, text: &str) -> serde_json::Value {
    let plan = compile(&Source::new("design.yaml", text), Objective::Indexes).plan;
    let plan = plan.unwrap_or_else(|| panic!("{name} does not compile:\n{text}"));
    let mut json = serde_json::to_value(plan).expect("JSON");
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

#[test]
fn the_order_of_maps_does_not_matter() {
    let mut failures = Vec::new();
    for (name, text) in examples() {
        let tree = tree(&text);
        let expected = placeless(&name, &text_of(&tree, &shuffled(0)));
        assert_eq!(
            expected,
            placeless(&name, &text),
            "{name} written as JSON is another design"
        );
        for seed in 1..3 {
            let made = placeless(&name, &text_of(&tree, &shuffled(seed)));
            let mut all = Vec::new();
            differences(&expected, &made, "", &mut all);
            if !all.is_empty() {
                all.truncate(4);
                failures.push(format!("{name}, seed {seed}: {all:#?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A design with another list of patterns.
fn with_patterns(tree: &Node, change: impl FnOnce(&mut Vec<(Node, Node)>)) -> String {
    let mut made = tree.clone();
    if let Value::Map(fields) = &mut made.value {
        for (key, value) in fields {
            if let (Some("patterns"), Value::Map(patterns)) = (key.text(), &mut value.value) {
                change(patterns);
                break;
            }
        }
    }
    text_of(&made, &shuffled(0))
}

fn reads(tree: &Node) -> Vec<String> {
    let patterns = tree.get("patterns").map(Node::entries).unwrap_or_default();
    let reads = patterns.iter().filter(|(_, p)| {
        ["get", "list", "count"]
            .iter()
            .any(|verb| p.get(verb).is_some())
            && p.get("external").is_none()
    });
    reads
        .filter_map(|(name, _)| name.text().map(str::to_owned))
        .collect()
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

/// Reads of which a second one swaps what is in the table and what is in an index: both designs cost the same, and the
/// one that answers more reads from the table is taken.
const TIES: [&str; 2] = ["orders_of_product", "inventory_of_product"];

#[test]
fn a_second_name_for_a_read_changes_no_key() {
    let mut failures = Vec::new();
    for (name, text) in examples() {
        let tree = tree(&text);
        let before = placeless(&name, &text);
        for read in reads(&tree).iter().step_by(3) {
            let twice = with_patterns(&tree, |patterns| {
                let of = |key: &Node| key.text() == Some(read);
                let (key, body) = patterns.iter().find(|(k, _)| of(k)).expect("there").clone();
                let named = |text: String, kind| Node {
                    value: Value::Scalar { text, kind },
                    ..key.clone()
                };
                let name = named(format!("{read}_again"), ScalarKind::Text);
                // Hardly ever called: a read that is called twice as often may well deserve another place.
                let Value::Map(mut fields) = body.value else {
                    panic!("{read} is a map")
                };
                fields.retain(|(k, _)| !matches!(k.text(), Some("rate" | "peak")));
                fields.push((
                    named("rate".to_owned(), ScalarKind::Text),
                    named("1/day".to_owned(), ScalarKind::Text),
                ));
                patterns.push((
                    name,
                    Node {
                        value: Value::Map(fields),
                        ..body
                    },
                ));
            });
            let after = placeless(&name, &twice);
            if indexes(&after) != indexes(&before) {
                failures.push(format!(
                    "{name}: {read} twice needs {} indexes instead of {}",
                    indexes(&after),
                    indexes(&before)
                ));
            } else if keys(&after) != keys(&before) && !TIES.contains(&read.as_str()) {
                let mut all = Vec::new();
                differences(&keys(&before), &keys(&after), "", &mut all);
                all.truncate(2);
                failures.push(format!("{name}: {read} twice changes keys: {all:#?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_read_less_never_needs_an_index_more() {
    let mut failures = Vec::new();
    for (name, text) in examples() {
        let tree = tree(&text);
        let before = placeless(&name, &text);
        for read in reads(&tree).iter().step_by(2) {
            let less = with_patterns(&tree, |patterns| {
                patterns.retain(|(k, _)| k.text() != Some(read));
            });
            let after = placeless(&name, &less);
            if indexes(&after) > indexes(&before) || uncovered(&after) > uncovered(&before) {
                failures.push(format!(
                    "{name} without {read}: {} indexes instead of {}, {} uncovered",
                    indexes(&after),
                    indexes(&before),
                    uncovered(&after)
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

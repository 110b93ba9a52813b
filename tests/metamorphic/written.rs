//! Designs as trees, and trees as text.

use design::document::{Node, ScalarKind, Value, parse};
use design::source::Source;

/// A design as JSON, which is YAML, its maps in an order that `rank` gives by their keys.
pub(crate) fn written(node: &Node, rank: &dyn Fn(&str) -> u64, into: &mut String) {
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

pub(crate) fn tree(text: &str) -> Node {
    parse(&Source::new("design.yaml", text)).expect("YAML")
}

pub(crate) fn text_of(node: &Node, rank: &dyn Fn(&str) -> u64) -> String {
    let mut made = String::new();
    written(node, rank, &mut made);
    made
}

/// A rank by a hash of key and seed; seed 0 keeps the order of the file.
pub(crate) fn shuffled(seed: u64) -> impl Fn(&str) -> u64 {
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

/// A text in the place of another node.
pub(crate) fn named(at: &Node, text: &str) -> Node {
    let text = text.to_owned();
    Node {
        value: Value::Scalar {
            text,
            kind: ScalarKind::Text,
        },
        ..at.clone()
    }
}

//! The template as JSON, from its form in YAML.
//!
//! Promises: the same names and values in the same order; comments are left out, since JSON has none.

use super::super::yaml;
use crate::document::{self, Node, ScalarKind, Value};
use crate::source::Source;
use minijinja::{Error, ErrorKind};
use serde_json::Value as Json;

/// Makes the one of the other.
///
/// # Errors
/// Where it is not YAML, which the tests exclude.
pub(super) fn of_yaml(yaml: &str) -> Result<String, Error> {
    let source = Source::new("template.yaml", yaml);
    let tree =
        document::parse(&source).map_err(|d| Error::new(ErrorKind::InvalidOperation, d.message))?;
    let mut made = String::new();
    print(&tree, 0, &mut made);
    made.push('\n');
    Ok(made)
}

fn print(node: &Node, depth: usize, into: &mut String) {
    match &node.value {
        Value::Null => into.push_str("null"),
        Value::Scalar { text, kind } => match kind {
            ScalarKind::Text => into.push_str(&quoted(text)),
            ScalarKind::Number | ScalarKind::Boolean => into.push_str(text),
        },
        Value::List(items) => {
            let items = items.iter().map(|item| (None, item));
            lines(('[', ']'), items, depth, into);
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, item)| (key.text(), item));
            lines(('{', '}'), entries, depth, into);
        }
    }
}

/// A list or a map, each of its items in lines of its own.
fn lines<'a>(
    (open, close): (char, char),
    items: impl Iterator<Item = (Option<&'a str>, &'a Node)>,
    depth: usize,
    into: &mut String,
) {
    into.push(open);
    let indent = |depth: usize| format!("\n{}", "  ".repeat(depth));
    let mut any = false;
    for (key, item) in items {
        if any {
            into.push(',');
        }
        any = true;
        into.push_str(&indent(depth + 1));
        if let Some(key) = key {
            into.push_str(&quoted(key));
            into.push_str(": ");
        }
        print(item, depth + 1, into);
    }
    if any {
        into.push_str(&indent(depth));
    }
    into.push(close);
}

/// A text of JSON. `CloudFormation` reads JSON as the YAML that it is, so what YAML takes with an escape only has one.
fn quoted(text: &str) -> String {
    let all = Json::from(text).to_string();
    let escaped = |c: char| {
        if yaml::is_printable(c) {
            c.to_string()
        } else {
            format!("\\u{:04x}", u32::from(c))
        }
    };
    all.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_kinds_are_kept() {
        let yaml = "# a comment\nb: { Ref: \"AWS::Region\" }\na: [1, true, \"2\", yes, \"\\n\"]\nc: []\nd:\n  - e: f\n";
        let json = "{\n  \"b\": {\n    \"Ref\": \"AWS::Region\"\n  },\n  \"a\": [\n    1,\n    true,\n    \"2\",\n    \"yes\",\n    \"\\n\"\n  ],\n  \"c\": [],\n  \"d\": [\n    {\n      \"e\": \"f\"\n    }\n  ]\n}\n";
        assert_eq!(of_yaml(yaml).unwrap_or_default(), json);
    }
}

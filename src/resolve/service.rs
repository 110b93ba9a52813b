//! Settings that are well formed and that AWS refuses: better here, at their place, than half-way through a deployment.
//!
//! Promises: what is refused here no table can have, whoever makes it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::source::Span;

/// Quotas of tags. Source: Amazon `DynamoDB` Developer Guide, "Tagging restrictions in `DynamoDB`".
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Looks at the settings of the table.
pub(super) fn check(tree: &Node, found: &mut Diagnostics) {
    let Some(table) = tree.get("table") else {
        return;
    };
    for field in ["max_throughput", "warm_throughput"] {
        let units = table.get(field).map(Node::entries).unwrap_or_default();
        units.iter().for_each(|(_, node)| some_units(node, found));
    }
    if let Some(node) = table.get("dax").and_then(|d| d.get("type")) {
        node_type(node, found);
    }
    if let Some((key, node)) = table.entry("tags") {
        tags(key.span, node, found);
    }
}

fn refuse(span: Span, message: String, note: &str, help: &str, found: &mut Diagnostics) {
    let made = Diagnostic::at(Code::D0219, span, message);
    found.push(made.note(note).help(help));
}

fn some_units(node: &Node, found: &mut Diagnostics) {
    if node.text().and_then(super::units::count) == Some(0) {
        refuse(
            node.span,
            "a throughput of nothing".to_owned(),
            "no request would be served",
            "write at least 1, or leave it out",
            found,
        );
    }
}

/// `dax.r5.large`: a family and a size.
fn node_type(node: &Node, found: &mut Diagnostics) {
    let text = node.text().unwrap_or_default();
    let parts: Vec<&str> = text.split('.').collect();
    let is_part = |p: &&str| {
        !p.is_empty()
            && p.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if parts.len() != 3 || parts[0] != "dax" || !parts.iter().all(is_part) {
        refuse(
            node.span,
            format!("`{}` is no type of node", text.escape_debug()),
            "the types of nodes of DynamoDB Accelerator have a family and a size",
            "write one such as `dax.r5.large`",
            found,
        );
    }
}

fn tags(span: Span, node: &Node, found: &mut Diagnostics) {
    const NOTE: &str = "Amazon DynamoDB Developer Guide, \"Tagging restrictions in DynamoDB\"";
    let entries = node.entries();
    if entries.len() > MOST_TAGS {
        let message = format!("{} tags are more than a table can have", entries.len());
        refuse(span, message, NOTE, "keep 50 of them", found);
    }
    for (key, value) in entries {
        let text = key.text().unwrap_or_default();
        let length = text.chars().count();
        if length == 0 || length > LONGEST_KEY || text.to_ascii_lowercase().starts_with("aws:") {
            refuse(
                key.span,
                "this cannot be the name of a tag".to_owned(),
                NOTE,
                "take 1 to 128 characters that do not begin with `aws:`",
                found,
            );
        }
        if value.text().unwrap_or_default().chars().count() > LONGEST_VALUE {
            let message = format!("the value of the tag `{text}` is too long");
            refuse(
                value.span,
                message,
                NOTE,
                "take 256 characters at most",
                found,
            );
        }
    }
}

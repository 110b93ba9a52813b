//! The diagram in DOT, for Graphviz: `dot -Tsvg model.dot`.
//!
//! Promises: texts stand in labels alone, escaped as its HTML-like labels want it.

use super::diagram::diagram;
use super::{Origin, engine};
use crate::plan::Plan;
use minijinja::Error;

/// Makes the file.
pub(super) fn emit(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    engine::render("graphviz/model.dot", &diagram(plan, origin, escape))
}

/// Text in an HTML-like label, which is read as XML: control characters have no place in it.
fn escape(text: &str) -> String {
    let mut made = String::new();
    for c in text.chars() {
        match c {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\n' | '\r' | '\t' => made.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => made.push('\u{FFFD}'),
            c => made.push(c),
        }
    }
    made
}

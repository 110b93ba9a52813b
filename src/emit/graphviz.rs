//! The diagram in DOT, for Graphviz: `dot -Tsvg model.dot`.
//!
//! Promises: texts stand in labels alone, escaped as its HTML-like labels want it.

use super::Origin;
use super::diagram::diagram;
use super::engine::Templates;
use crate::plan::Plan;
use minijinja::Error;

/// Its template, by its path under `templates/`.
const TEMPLATE: (&str, &str) = (
    "graphviz/model.dot",
    include_str!("../../templates/graphviz/model.dot.j2"),
);

/// Makes the file.
pub(super) fn emit(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    Templates::new(&[TEMPLATE])?.render(TEMPLATE.0, &diagram(plan, origin, escape))
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

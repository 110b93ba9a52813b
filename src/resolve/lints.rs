//! How much the findings of a rule weigh: the section `lints`.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::document::Node;
use std::collections::BTreeMap;

/// The levels that the file sets; `None`: findings of the rule are left out.
pub(super) fn lints(tree: &Node, found: &mut Diagnostics) -> BTreeMap<Code, Option<Severity>> {
    let mut made = BTreeMap::new();
    for (key, level) in tree.get("lints").map(Node::entries).unwrap_or_default() {
        let name = key.text().unwrap_or_default();
        let Some(code) = Code::find(name) else {
            let rules = || Code::ALL.iter().filter(|c| c.is_rule());
            found.push(
                Diagnostic::at(Code::D0225, key.span, format!("there is no rule `{name}`"))
                    .note("a rule is named by its code, such as `D0302`, or by its name, such as `hot-partition`")
                    .help("take the code from the finding that you mean; `design explain CODE` tells more of it")
                    .did_you_mean(name, rules().flat_map(|c| [c.name(), c.id()])),
            );
            continue;
        };
        if !code.is_rule() {
            found.push(
                Diagnostic::at(
                    Code::D0225,
                    key.span,
                    format!("`{name}` is no rule whose level could be set"),
                )
                .note("without what it asks for there is no plan; levels are for findings about a plan")
                .help("drop the line, and put right what the finding points at"),
            );
            continue;
        }
        let level = match level.text() {
            Some("deny") => Some(Severity::Error),
            Some("warn") => Some(Severity::Warning),
            Some("note") => Some(Severity::Note),
            _ => None,
        };
        if made.insert(code, level).is_some() {
            found.push(
                Diagnostic::at(
                    Code::D0201,
                    key.span,
                    format!("the level of {} is set twice", code.id()),
                )
                .note(format!(
                    "`{}` and `{}` are one rule",
                    code.id(),
                    code.name()
                ))
                .help("keep one of the two lines"),
            );
        }
    }
    made
}

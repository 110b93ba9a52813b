//! Things that are well formed one by one and make no sense together.
//!
//! Promises: every check here says what is wrong and what to write instead. Nothing later relies on these checks for its
//! safety; they are here because such a line means something else than its author thinks.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::workload::{Attribute, Change, Entity, Operand, Operator, Step, Type, WriteVerb};

/// The fields of an attribute against each other.
pub(super) fn attribute(attribute: &Attribute, node: &Node, found: &mut Diagnostics) {
    let name = &attribute.name;
    let mut refuse = |field: &str, message: String, help: String| {
        if let Some((key, _)) = node.entry(field) {
            found.push(
                Diagnostic::at(Code::D0211, key.span, message)
                    .context(attribute.span, format!("`{name}` is declared here"))
                    .note(match field {
                        "default" => "derived attributes are computed on every write",
                        "share" => "a share of any value says how many items have the attribute",
                        "max" => "it is the most bytes of a text, or the greatest size of a number",
                        _ => "the names of stored attributes become parts of expressions and policies",
                    })
                    .help(help),
            );
        }
    };
    if node.get("derived").is_some() {
        let message = format!("`{name}` is derived and can have no default");
        refuse("default", message, "drop `default`".to_owned());
    }
    let any_share = node.get("share").is_some_and(|n| !n.is_map());
    if any_share && !attribute.optional {
        let message = format!("every item has `{name}`, so no share of them does");
        let help = format!(
            "declare it as `{name}?`, or give shares of its values: `share: {{ value: 2% }}`"
        );
        refuse("share", message, help);
    }
    if matches!(attribute.ty, Type::Boolean | Type::Enumeration(_)) {
        let message = format!("`max` means nothing for {}", attribute.ty.with_article());
        refuse("max", message, "drop `max`".to_owned());
    }
    let stored: &str = &attribute.stored_as;
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
    if stored.is_empty() || !stored.chars().all(legal) {
        let message = format!("`{stored}` cannot be the name of a stored attribute");
        let help = "use letters, digits, `_`, `-`, `.` and `:`".to_owned();
        refuse("stored_as", message, help);
    }
}

/// The parts of a write against the entity and each other.
pub(super) fn write(step: &Step, entity: &Entity, found: &mut Diagnostics) {
    left_out(step, entity, found);
    overlapping(step, entity, found);
    if !step.upsert {
        never_missing(step, entity, found);
    }
}

/// A name with `?` where no parameter can be left out.
fn left_out(step: &Step, entity: &Entity, found: &mut Diagnostics) {
    let creates = matches!(step.verb, WriteVerb::Create | WriteVerb::Put);
    for change in step.set.iter().filter(|c| creates && c.optional) {
        let attribute = entity.attribute(change.attribute);
        let (message, help) = if attribute.optional {
            let message = format!("`{}` may be left out anyway", attribute.name);
            (message, "take it out of `set`".to_owned())
        } else {
            let message = format!("`{}` is required and cannot be left out", attribute.name);
            (message, format!("declare it as `{}?`", attribute.name))
        };
        found.push(
            Diagnostic::at(Code::D0216, change.span, message)
                .context(attribute.span, "declared here")
                .note("a `create` or `put` takes required attributes always, optional ones when they are given")
                .help(help),
        );
    }
    for change in step
        .remove
        .iter()
        .filter(|c| c.optional && c.operand.is_none())
    {
        let name = &entity.attribute(change.attribute).name;
        found.push(
            Diagnostic::at(
                Code::D0211,
                change.span,
                format!("removing `{name}` takes no parameter that could be left out"),
            )
            .note("a `?` is for parameters that the caller may leave out")
            .help(format!("write `{name}`; what is not there is no error")),
        );
    }
}

/// Changes of a map and of something inside it.
fn overlapping(step: &Step, entity: &Entity, found: &mut Diagnostics) {
    let all: Vec<&Change> = step
        .set
        .iter()
        .chain(&step.add)
        .chain(&step.remove)
        .collect();
    for (at, change) in all.iter().enumerate() {
        let inside = |other: &&&Change| {
            let (short, long) = if other.path.len() < change.path.len() {
                (&other.path, &change.path)
            } else {
                (&change.path, &other.path)
            };
            other.attribute == change.attribute
                && short.len() < long.len()
                && long.starts_with(short)
        };
        if let Some(first) = all.iter().take(at).find(inside) {
            let name = &entity.attribute(change.attribute).name;
            found.push(
                Diagnostic::at(
                    Code::D0215,
                    change.span,
                    format!("`{name}` is changed as a whole and in part"),
                )
                .context(first.span, "the other change")
                .note("DynamoDB refuses paths of which one leads into the other")
                .help("keep one of the two"),
            );
        }
    }
}

/// Conditions that no item meets.
fn never_missing(step: &Step, entity: &Entity, found: &mut Diagnostics) {
    for condition in &step.conditions {
        let attribute = entity.attribute(condition.attribute);
        let never = condition.operator == Operator::Missing && condition.path.is_empty();
        if never && !attribute.optional {
            found.push(
                Diagnostic::at(
                    Code::D0216,
                    condition.span,
                    format!("`{}` is required and never missing", attribute.name),
                )
                .context(attribute.span, "declared here")
                .note("no item meets such a condition, so nothing would ever be written")
                .help(format!(
                    "declare it as `{}?`, or drop the condition",
                    attribute.name
                )),
            );
        }
        let many = matches!(condition.operand, Some(Operand::Parameter { .. }))
            && condition.path.is_empty()
            && condition.operator == Operator::Equal
            && !attribute.ty.fits_key();
        if many {
            found.push(
                Diagnostic::at(
                    Code::D0210,
                    condition.span,
                    format!("{} is not compared as a whole", attribute.ty.with_article()),
                )
                .context(attribute.span, "declared here")
                .note("what can be asked is whether it is there, and of a set whether it has an element")
                .help(format!(
                    "write `{{ {name}: exists }}`, or for a set `{{ {name}: {{ contains: ${name} }} }}`",
                    name = attribute.name
                )),
            );
        }
        let one_for_list = matches!(condition.operand, Some(Operand::Parameter { .. }))
            && condition.operator == Operator::In;
        if one_for_list {
            found.push(
                Diagnostic::at(
                    Code::D0104,
                    condition.span,
                    "`in` takes a list of constants",
                )
                .note("a parameter is one value")
                .help(format!("write `{{ {}: [one, two] }}`", attribute.name)),
            );
        }
    }
}

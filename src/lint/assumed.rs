//! What the design rests on that nobody said, and what a caller can get wrong.

use super::{Design, and};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::workload::{Action, Entity, Step, WriteVerb};

/// Applies the rules of this family.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    load(design, found);
    for pattern in &design.workload.patterns {
        if let Action::Transaction(steps) = &pattern.action {
            one_item(design, &pattern.name, steps, found);
        }
    }
}

/// Counts and rates that are taken because the file is silent.
fn load(design: &Design<'_>, found: &mut Diagnostics) {
    let workload = design.workload;
    let used = |name: &str| {
        workload.patterns.iter().any(|p| {
            p.entities.iter().any(|e| workload.entity(*e).name == name) && p.external.is_none()
        })
    };
    let entities: Vec<&str> = workload
        .entities
        .iter()
        // Of a singleton there is one item, and one is as many as it takes.
        .filter(|e| !e.counted && !e.identity.is_empty())
        .map(|e| e.name.as_str())
        .filter(|n| used(n))
        .collect();
    let patterns: Vec<&str> = workload
        .patterns
        .iter()
        .filter(|p| !p.rated && !matches!(p.action, Action::External))
        .map(|p| p.name.as_str())
        .collect();
    let of_entities = format!("10,000 items of {}", and(entities.iter().copied()));
    let of_patterns = format!("1 call a second of {}", and(patterns.iter().copied()));
    let taken = match (entities.is_empty(), patterns.is_empty()) {
        (true, true) => return,
        (false, true) => of_entities,
        (true, false) => of_patterns,
        (false, false) => format!("{of_entities}; {of_patterns}"),
    };
    found.push(
        Diagnostic::at(
            Code::D0318,
            workload.span,
            format!("where the file does not say how many, it is taken: {taken}"),
        )
        .note("costs, partition loads and the choice between designs with equally many indexes rest on counts and rates")
        .help("give the entities a `count`, the patterns a `rate`, and a `peak` where it is more than three times that"),
    );
}

/// Actions of a transaction that a caller can make meet on one item.
fn one_item(design: &Design<'_>, pattern: &str, steps: &[Step], found: &mut Diagnostics) {
    for (at, step) in steps.iter().enumerate() {
        let entity = design.workload.entity(step.entity);
        if makes_new(entity, step) {
            continue;
        }
        let other = steps[..at]
            .iter()
            .find(|s| s.entity == step.entity && !makes_new(entity, s));
        let message = if other.is_some() {
            format!(
                "two steps of `{pattern}` meet on one item of `{}` where the caller names the same item twice",
                entity.name
            )
        } else if step.times.is_some_and(|t| t.max > 1) {
            format!(
                "two repetitions of a step of `{pattern}` meet on one item of `{}` where the caller names it twice",
                entity.name
            )
        } else {
            continue;
        };
        let made = Diagnostic::at(Code::D0319, step.span, message)
            .note("DynamoDB refuses a transaction with two actions on one item")
            .help("let the caller put together what goes to one item before the call");
        found.push(match other {
            Some(other) => made.context(other.span, "the other step"),
            None => made,
        });
    }
}

/// Whether a step makes an item under an identifier that is generated for it.
fn makes_new(entity: &Entity, step: &Step) -> bool {
    step.verb == WriteVerb::Create
        && entity.identity.iter().any(|a| {
            let attribute = entity.attribute(*a);
            attribute.ty.is_generated() && attribute.target.is_none()
        })
}

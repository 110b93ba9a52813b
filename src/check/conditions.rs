//! The conditions that a write must make of the stored item.

use super::known::Writing;
use super::model::KindOf;
use super::values::compared_as;
use crate::plan::{Condition, PathStep};
use crate::workload::{self, AttributeSet, Constant, Operand, PathSegment, WriteVerb};
use serde_json::{Value, json};

/// What conditions are made of beside the write: the physical partition key and the kind of item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    /// The name of the table's partition key.
    pub(super) partition: &'a str,
    /// The kind of item.
    pub(super) kind: &'a KindOf<'a>,
    /// The attributes of its table key.
    pub(super) in_key: AttributeSet,
}

fn on(attribute: &str, op: &str) -> Condition {
    Condition {
        attribute: Some(attribute.to_owned()),
        op: Some(op.to_owned()),
        ..Condition::default()
    }
}

fn failing(condition: Condition, failure: &str) -> Condition {
    Condition {
        failure: Some(failure.to_owned()),
        ..condition
    }
}

fn any(of: Vec<Condition>) -> Condition {
    Condition {
        any: Some(of),
        ..Condition::default()
    }
}

fn clock(name: &str, op: &str, stored: &str) -> Condition {
    Condition {
        stored_as: Some(stored.to_owned()),
        now: Some(true),
        ..on(name, op)
    }
}

/// That there is no item, or one over its time.
pub(super) fn absent(stored: Stored<'_>, failure: &str) -> Condition {
    let missing = on(stored.partition, "missing");
    let made = match stored.kind.expiry {
        None => missing,
        Some((name, how)) => any(vec![missing, clock(name, "<", how)]),
    };
    failing(made, failure)
}

/// That an item is not over its time.
fn alive(stored: Stored<'_>) -> Option<Condition> {
    let (name, how) = stored.kind.expiry?;
    Some(any(vec![on(name, "missing"), clock(name, ">=", how)]))
}

/// The conditions of the action of a write on its item, in the order in which their failures are told.
pub(super) fn expected(writing: &Writing<'_>, stored: Stored<'_>) -> Vec<Condition> {
    let step = writing.step;
    let own = || step.conditions.iter().map(|c| of_if(writing, c));
    match step.verb {
        WriteVerb::Create => vec![absent(stored, "exists")],
        WriteVerb::Put => own().flat_map(|c| of_living(stored, c)).collect(),
        WriteVerb::Update if step.upsert => known(writing, stored, true)
            .into_iter()
            .chain(own().flat_map(|c| of_living(stored, c)))
            .collect(),
        WriteVerb::Delete if step.conditions.is_empty() && writing.found.is_none() => {
            known(writing, stored, true)
        }
        WriteVerb::Update | WriteVerb::Delete | WriteVerb::Check => {
            let there = failing(on(stored.partition, "exists"), "not_found");
            let living = alive(stored).map(|c| failing(c, "not_found"));
            std::iter::once(there)
                .chain(living)
                .chain(known(writing, stored, false))
                .chain(own())
                .collect()
        }
    }
}

/// That what the call says of the item beside its key is so; where there need be no item, only of one that is there.
fn known(writing: &Writing<'_>, stored: Stored<'_>, or_missing: bool) -> Vec<Condition> {
    let outside =
        |id: &workload::AttributeId| writing.found.is_some() || !stored.in_key.contains(*id);
    let same = |(id, parameter): (workload::AttributeId, &str)| {
        let attribute = writing.entity.attribute(id);
        let same = Condition {
            stored_as: Some(compared_as(&attribute.ty).to_owned()),
            parameter: Some(parameter.to_owned()),
            ..on(&attribute.stored_as, "=")
        };
        // An item over its time counts as none.
        let over = stored.kind.expiry.map(|(name, how)| clock(name, "<", how));
        let none = std::iter::once(on(stored.partition, "missing")).chain(over);
        let same = if or_missing {
            any(none.chain([same]).collect())
        } else {
            same
        };
        failing(same, "not_found")
    };
    writing
        .by()
        .into_iter()
        .filter(|(id, _)| outside(id))
        .map(same)
        .collect()
}

/// A condition for which an item over its time is none: no item meets only `missing` and `lacks`.
fn of_living(stored: Stored<'_>, condition: Condition) -> Vec<Condition> {
    let Some(living) = alive(stored) else {
        return vec![condition];
    };
    if !matches!(condition.op.as_deref(), Some("missing" | "lacks")) {
        return vec![failing(living, "condition"), condition];
    }
    let over = stored.kind.expiry.map(|(name, how)| clock(name, "<", how));
    let inner = Condition {
        failure: None,
        ..condition
    };
    vec![failing(
        any(std::iter::once(inner).chain(over).collect()),
        "condition",
    )]
}

fn json_of(value: &Constant) -> Value {
    match value {
        Constant::Text(t) | Constant::Decimal(t) => json!(t),
        Constant::Integer(n) => json!(n),
        Constant::Boolean(b) => json!(b),
    }
}

fn of_if(writing: &Writing<'_>, condition: &workload::Condition) -> Condition {
    let attribute = writing.entity.attribute(condition.attribute);
    let mut made = failing(
        on(&attribute.stored_as, condition.operator.symbol()),
        "condition",
    );
    made.path = path(&condition.path);
    match &condition.operand {
        None => {}
        Some(Operand::Parameter { name, text, .. }) => {
            made.parameter = Some(name.clone());
            made.text = text.then_some(true);
        }
        Some(Operand::Constant(value)) => made.value = Some(json_of(value)),
        Some(Operand::Constants(values)) => made.value = Some(values.iter().map(json_of).collect()),
    }
    // Inside a map nothing says how a value is stored but the value itself.
    made.stored_as = condition.operand.as_ref().map(|operand| {
        let how = match operand {
            _ if condition.path.is_empty() => compared_as(&attribute.ty),
            Operand::Constant(Constant::Integer(_) | Constant::Decimal(_)) => "number",
            Operand::Constant(Constant::Boolean(_)) => "boolean",
            _ => "string",
        };
        how.to_owned()
    });
    made
}

/// A path into a map as the document has it.
pub(super) fn path(of: &[PathSegment]) -> Option<Vec<PathStep>> {
    let step = |s: &PathSegment| match s {
        PathSegment::Name(name) => PathStep::Name(name.clone()),
        PathSegment::Parameter(name) => PathStep::Parameter {
            parameter: name.clone(),
        },
    };
    (!of.is_empty()).then(|| of.iter().map(step).collect())
}

/// Whether a constant of the document is one of the design.
pub(super) fn is_constant(value: Option<&Value>, constant: &Constant) -> bool {
    value == Some(&json_of(constant))
}

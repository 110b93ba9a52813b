//! Conditions of sparse indexes and filters as statements about items.

use super::compare::Operand;
use super::facts::{Atom, Relation};
use super::model::KindOf;
use super::outcome::Outcome;
use super::values::{Given, compared_as, constant, physical};
use crate::plan::Condition;
use crate::workload::{AttributeId, Constant, Entity, Type};
use serde_json::Value;

/// What a condition of a sparse index says, and of which attribute; names are the design's.
///
/// # Errors
/// What cannot be understood, in words.
pub(super) fn only_when(
    entity: &Entity,
    condition: &Condition,
) -> Result<(AttributeId, Atom), String> {
    let (Some(name), Some(op)) = (&condition.attribute, &condition.op) else {
        return Err("`only_when` has a condition without attribute".to_owned());
    };
    let id = entity
        .find(name)
        .ok_or_else(|| format!("`only_when` names `{name}`, which is no attribute"))?;
    let plain = condition.any.is_none()
        && condition.path.is_none()
        && condition.parameter.is_none()
        && condition.now.is_none();
    let ty = &entity.attribute(id).ty;
    let atom = match (op.as_str(), &condition.value) {
        ("=", Some(value)) => one_of(ty, std::slice::from_ref(value)).map(|v| Atom::OneOf(id, v)),
        ("in", Some(Value::Array(values))) => one_of(ty, values).map(|v| Atom::OneOf(id, v)),
        ("exists", None) => Some(Atom::Present(id)),
        ("missing", None) => Some(Atom::Missing(id)),
        _ => None,
    };
    match atom.filter(|_| plain) {
        Some(atom) => Ok((id, atom)),
        None => Err(format!(
            "`only_when` has a condition on `{name}` that an index cannot have"
        )),
    }
}

fn one_of(ty: &Type, values: &[Value]) -> Option<Vec<Constant>> {
    values.iter().map(|v| constant(v, ty)).collect()
}

/// Which items of a kind a filter lets through.
pub(super) fn passes(
    entity: &Entity,
    kind: &KindOf<'_>,
    filter: &[Condition],
    given: &Given<'_>,
) -> Outcome {
    filter.iter().fold(Outcome::all(), |so_far, condition| {
        so_far.and(|| passes_one(entity, kind, condition, given))
    })
}

fn passes_one(
    entity: &Entity,
    kind: &KindOf<'_>,
    condition: &Condition,
    given: &Given<'_>,
) -> Outcome {
    if mentions_lacking(condition, given) {
        return Outcome::all();
    }
    let Some(branches) = &condition.any else {
        return single(entity, kind, condition);
    };
    let mut rest: Vec<&Condition> = Vec::new();
    for branch in branches {
        match by_kind(kind, branch) {
            Some(true) => return Outcome::all(),
            Some(false) => {}
            None => rest.push(branch),
        }
    }
    match rest.as_slice() {
        [] => Outcome::Never,
        [one] => passes_one(entity, kind, one, given),
        [one, two] if is_alive(kind, one, two) || is_alive(kind, two, one) => {
            Outcome::When(vec![Atom::Alive])
        }
        _ => Outcome::Unclear("a filter has alternatives that are not understood".to_owned()),
    }
}

/// Whether a condition compares with a parameter that is left out; it is then left out itself.
fn mentions_lacking(condition: &Condition, given: &Given<'_>) -> bool {
    condition.parameter.as_ref().is_some_and(|p| given.lacks(p))
        || condition
            .any
            .iter()
            .flatten()
            .any(|c| mentions_lacking(c, given))
}

/// What a condition on the discriminator comes to for a kind; `None` of any other condition.
fn by_kind(kind: &KindOf<'_>, condition: &Condition) -> Option<bool> {
    let own = &kind.kind.discriminator;
    if condition.attribute.as_ref() != Some(&own.attribute) {
        return None;
    }
    let value = condition.value.as_ref()?;
    match condition.op.as_deref()? {
        "=" => Some(value.as_str() == Some(&own.value)),
        "<>" => Some(value.as_str() != Some(&own.value)),
        "in" => Some(
            value
                .as_array()?
                .iter()
                .any(|v| v.as_str() == Some(&own.value)),
        ),
        _ => None,
    }
}

/// Whether two alternatives say that an item has no time or is not over it.
fn is_alive(kind: &KindOf<'_>, missing: &Condition, later: &Condition) -> bool {
    let Some((name, stored)) = kind.expiry else {
        return false;
    };
    let plain = |op: &str| Condition {
        attribute: Some(name.to_owned()),
        op: Some(op.to_owned()),
        ..Condition::default()
    };
    *missing == plain("missing")
        && *later
            == Condition {
                stored_as: Some(stored.to_owned()),
                now: Some(true),
                ..plain(">=")
            }
}

fn single(entity: &Entity, kind: &KindOf<'_>, condition: &Condition) -> Outcome {
    if let Some(holds) = by_kind(kind, condition) {
        return if holds {
            Outcome::all()
        } else {
            Outcome::Never
        };
    }
    let (Some(name), Some(op)) = (&condition.attribute, condition.op.as_deref()) else {
        return Outcome::Unclear("a filter condition has no attribute".to_owned());
    };
    let Some(id) = physical(entity, name).filter(|id| kind.carries.contains(*id)) else {
        // What an item does not have meets only these two.
        return if matches!(op, "missing" | "lacks") {
            Outcome::all()
        } else {
            Outcome::Never
        };
    };
    let ty = &entity.attribute(id).ty;
    let unclear = |why: &str| Outcome::Unclear(format!("the filter on `{name}` {why}"));
    match op {
        "exists" => return Outcome::When(vec![Atom::Present(id)]),
        "missing" => return Outcome::When(vec![Atom::Missing(id)]),
        _ => {}
    }
    if condition.path.is_some() || condition.text.is_some() || condition.now.is_some() {
        return unclear("goes into a map, or compares with a text or the clock");
    }
    if condition.stored_as.as_deref() != Some(compared_as(ty)) {
        return unclear("compares with a value that is stored in another way");
    }
    let operand = match (&condition.parameter, &condition.value) {
        (Some(parameter), None) => Operand::Parameter(parameter.clone()),
        (None, Some(Value::Array(values))) if op == "in" => {
            return one_of(ty, values).map_or_else(
                || unclear("has constants of another type"),
                |v| Outcome::When(vec![Atom::OneOf(id, v)]),
            );
        }
        (None, Some(value)) => match constant(value, ty) {
            Some(value) => Operand::Constant(value),
            None => return unclear("has a constant of another type"),
        },
        _ => return unclear("has no operand, or two"),
    };
    let relation = match op {
        "=" => Relation::Equal,
        "<" => Relation::Below,
        "<=" => Relation::AtMost,
        ">" => Relation::Above,
        ">=" => Relation::AtLeast,
        "begins_with" => Relation::Begins,
        _ => return unclear("has an operator that is not understood"),
    };
    Outcome::When(vec![Atom::Compare(id, relation, operand)])
}

/// The design's names of the attributes that a filter drops items by: neither the time to live nor the kind of item.
pub(super) fn dropped_by<'a>(
    entity: &'a Entity,
    kind: &KindOf<'_>,
    filter: &[Condition],
) -> Vec<&'a str> {
    let mut made: Vec<&str> = Vec::new();
    for condition in filter {
        let branches = condition
            .any
            .as_deref()
            .unwrap_or(std::slice::from_ref(condition));
        let rest: Vec<&Condition> = branches
            .iter()
            .filter(|b| by_kind(kind, b).is_none())
            .collect();
        if let [one, two] = rest.as_slice()
            && (is_alive(kind, one, two) || is_alive(kind, two, one))
        {
            continue;
        }
        let names = rest.iter().filter_map(|c| c.attribute.as_ref());
        made.extend(
            names
                .filter_map(|n| physical(entity, n))
                .map(|id| entity.attribute(id).name.as_str()),
        );
    }
    made
}

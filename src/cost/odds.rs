//! How often a write touches the entries of an index.
//!
//! Promises: attributes that the write does not touch are the same before and after; conditions on different attributes
//! are taken as independent. A constant that the write sets or requires is certain, a parameter is as likely in the
//! index as the items are on average.

use crate::effect::changed;
use crate::estimate::{self, WHOLE};
use crate::layout::Family;
use crate::workload::{
    AttributeId, Constant, Entity, Operand, Operator, Step, Workload, WriteVerb,
};

/// How often an entry enters, leaves, moves or changes, in parts per million of the writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Odds {
    /// It comes into the index.
    pub enters: u128,
    /// It leaves it.
    pub leaves: u128,
    /// Its key changes.
    pub moves: u128,
    /// Something else of it changes.
    pub changes: u128,
}

/// What happens to a member's entry.
#[must_use]
pub fn odds(
    workload: &Workload,
    step: &Step,
    family: &Family,
    member: usize,
    projected: impl Fn(AttributeId) -> bool,
) -> Odds {
    let m = &family.members[member];
    let entity = workload.entity(m.entity);
    let changed = changed(entity, step);
    let whole = u128::from(WHOLE);
    // Both times, only before, only after: the chance that each condition holds.
    let (mut steady, mut before, mut after) = (whole, whole, whole);
    let mut condition = |attribute: AttributeId, was: u64, will: u64| {
        if changed.contains(attribute) {
            before = before * u128::from(was) / whole;
            after = after * u128::from(will) / whole;
        } else {
            steady = steady * u128::from(was) / whole;
        }
    };
    for (attribute, values) in &m.sparse.values {
        let share = estimate::share(workload, entity, *attribute, values);
        let known = |value: Option<&Constant>| {
            value.map_or(share, |v| if values.contains(v) { WHOLE } else { 0 })
        };
        condition(
            *attribute,
            known(required(step, *attribute)),
            known(written(entity, step, *attribute)),
        );
    }
    let named = |a: AttributeId| m.sparse.values.iter().any(|(b, _)| *b == a);
    for attribute in m.sparse.presence.iter().filter(|a| !named(*a)) {
        condition(
            attribute,
            present_before(entity, step, attribute),
            present_after(entity, step, attribute),
        );
    }
    for attribute in m.sparse.missing.iter() {
        let absent = |present: u64| WHOLE - present;
        condition(
            attribute,
            absent(present_before(entity, step, attribute)),
            absent(present_after(entity, step, attribute)),
        );
    }
    let of = |a: u128, b: u128| steady * a / whole * b / whole;
    match step.verb {
        WriteVerb::Create | WriteVerb::Put => Odds {
            enters: of(after, whole),
            ..Odds::default()
        },
        WriteVerb::Delete => Odds {
            leaves: of(before, whole),
            ..Odds::default()
        },
        WriteVerb::Check => Odds::default(),
        WriteVerb::Update => {
            let stays = of(before, after);
            let key = family.key_attributes(member);
            let moves = !changed.intersection(key).is_empty();
            let changes = changed.iter().any(projected);
            Odds {
                enters: of(whole - before, after),
                leaves: of(before, whole - after),
                moves: if moves { stays } else { 0 },
                changes: if changes && !moves { stays } else { 0 },
            }
        }
    }
}

/// The value that an `if` requires an attribute to have.
#[must_use]
pub fn required(step: &Step, attribute: AttributeId) -> Option<&Constant> {
    step.conditions
        .iter()
        .find_map(|c| match (&c.operator, &c.operand) {
            (Operator::Equal, Some(Operand::Constant(v)))
                if c.attribute == attribute && c.path.is_empty() =>
            {
                Some(v)
            }
            _ => None,
        })
}

/// The constant that a write gives an attribute.
#[must_use]
pub fn written<'a>(
    entity: &'a Entity,
    step: &'a Step,
    attribute: AttributeId,
) -> Option<&'a Constant> {
    let set = step
        .set
        .iter()
        .find(|c| c.attribute == attribute && c.path.is_empty());
    match set.map(|c| &c.operand) {
        Some(Some(Operand::Constant(v))) => Some(v),
        None if matches!(step.verb, WriteVerb::Create | WriteVerb::Put) => {
            let declared = entity.attribute(attribute);
            // Of an attribute with a default the caller may still give another value; mostly nobody does.
            declared.default.as_ref()
        }
        Some(_) | None => None,
    }
}

fn present_before(entity: &Entity, step: &Step, attribute: AttributeId) -> u64 {
    let of = |c: &&crate::workload::Condition| c.attribute == attribute && c.path.is_empty();
    match step.conditions.iter().find(of).map(|c| c.operator) {
        Some(Operator::Missing) => 0,
        Some(Operator::NotEqual | Operator::Lacks) | None => estimate::present(entity, attribute),
        Some(_) => WHOLE,
    }
}

fn present_after(entity: &Entity, step: &Step, attribute: AttributeId) -> u64 {
    let whole_value = |c: &&crate::workload::Change| c.attribute == attribute && c.path.is_empty();
    if step
        .remove
        .iter()
        .any(|c| whole_value(&c) && c.operand.is_none())
    {
        return 0;
    }
    match step.set.iter().chain(&step.add).find(whole_value) {
        Some(change) if !change.optional => WHOLE,
        _ => estimate::present(entity, attribute),
    }
}

//! The values that a call gives an instance, before or after its write.

use super::super::encode::plain;
use super::super::plan::{As, Entity, Given, Origin, Stored};
use super::super::value::{Attrs, Physical, Value};
use super::Outcome;
use super::stored::{constant, from_stored};
use std::collections::BTreeSet;

pub(super) use crate::items::instance::{Instance, derived_value, ttl_seconds};

/// The value of an entry of `values`, `set`, `add` or `remove`; nothing where its optional parameter is not given.
pub(super) fn given_value(
    stored: &Stored,
    given: &Given,
    values: &Attrs,
    row: Option<&Physical>,
) -> Outcome<Option<Value>> {
    let value = match &given.value {
        Origin::Constant(json) if given.path.is_empty() => {
            constant(stored.form, &stored.kind, json)?
        }
        Origin::Constant(json) => inner_constant(json)?,
        Origin::Parameter { name, text } => match values.get(name) {
            None => return Ok(None),
            Some(value) if *text => Value::Text(plain(value)?),
            Some(value) => value.clone(),
        },
        Origin::Row(name) => match row.and_then(|r| r.get(name)) {
            None => return Ok(None),
            Some(json) => from_stored(stored, json)?,
        },
        Origin::Derived | Origin::None => return Ok(None),
    };
    Ok(Some(match (stored.form, value) {
        (As::TextSet | As::NumberSet, value)
            if given.path.is_empty() && !matches!(value, Value::Set(_)) =>
        {
            Value::Set(BTreeSet::from([value]))
        }
        (_, value) => value,
    }))
}

/// A constant inside of a map has the type that its JSON has.
fn inner_constant(json: &serde_json::Value) -> Result<Value, String> {
    let stored_as = match json {
        serde_json::Value::Number(_) => As::Number,
        serde_json::Value::Bool(_) => As::Boolean,
        serde_json::Value::String(_) => As::Text,
        _ => As::Map,
    };
    constant(stored_as, "decimal", json)
}

/// The instance that the `values` of a put give.
pub(super) fn put_instance(
    entity: &Entity,
    given: &[Given],
    values: &Attrs,
    row: Option<&Physical>,
) -> Outcome<Instance> {
    let mut instance = Instance::missing();
    for entry in given.iter().filter(|g| !matches!(g.value, Origin::Derived)) {
        let stored = entity.stored(&entry.attribute)?;
        let mut value = given_value(stored, entry, values, row)?;
        if value.is_none()
            && let Some(default) = &stored.default
        {
            value = Some(constant(stored.form, &stored.kind, default)?);
        }
        instance.learn(&entry.attribute, value);
    }
    for entry in given.iter().filter(|g| matches!(g.value, Origin::Derived)) {
        let value = derived_value(entity.stored(&entry.attribute)?, &instance)?;
        instance.learn(&entry.attribute, value);
    }
    Ok(instance)
}

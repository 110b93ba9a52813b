//! One instance of an entity as far as a call knows it, before or after its write.

use super::super::encode::{derive, parse_day, plain};
use super::super::plan::{As, Entity, Given, Origin, Stored};
use super::super::value::{Attrs, Physical, Value};
use super::conditions::seconds_up;
use super::stored::{constant, from_stored};
use super::{CallError, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// Attributes that are known (to be missing, perhaps), and what holds of all others.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    known: BTreeMap<String, Option<Value>>,
    /// Attributes that are not known are missing: the item is not there.
    others_missing: bool,
}

impl Instance {
    pub(super) fn unknown() -> Self {
        Self {
            known: BTreeMap::new(),
            others_missing: false,
        }
    }

    pub(super) fn missing() -> Self {
        Self {
            known: BTreeMap::new(),
            others_missing: true,
        }
    }

    /// A whole item.
    pub(super) fn whole(attributes: &Attrs) -> Self {
        let known = attributes
            .iter()
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect();
        Self {
            known,
            others_missing: true,
        }
    }

    pub(super) fn others_are_missing(&mut self) {
        self.others_missing = true;
    }

    pub(super) fn learn(&mut self, name: &str, value: Option<Value>) {
        let value = value.filter(|v| !matches!(v, Value::Set(elements) if elements.is_empty()));
        self.known.insert(name.to_owned(), value);
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.known.remove(name);
        self.others_missing = false;
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.others_missing || self.known.contains_key(name)
    }

    /// An attribute's value; a fault when the plan lets the call need what it does not know.
    pub(super) fn get(&self, name: &str) -> Outcome<Option<Value>> {
        match self.known.get(name) {
            Some(value) => Ok(value.clone()),
            None if self.others_missing => Ok(None),
            None => Err(CallError::Fault(format!(
                "`{name}` is needed and in neither `values` nor `current`"
            ))),
        }
    }
}

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

/// A derived attribute of an instance; nothing when a source is missing.
pub(super) fn derived_value(stored: &Stored, instance: &Instance) -> Outcome<Option<Value>> {
    let Some(derived) = &stored.derived else {
        return Err(CallError::Fault(format!(
            "`{}` is not derived",
            stored.attribute
        )));
    };
    let mut sources = Vec::new();
    for name in &derived.of {
        match instance.get(name)? {
            Some(value) => sources.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(derive(&derived.function, &sources, derived.argument)?))
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

/// What a kind's `ttl` attribute holds for its source: whole seconds, rounded up.
pub(super) fn ttl_seconds(source: &Value) -> Outcome<i128> {
    match source {
        Value::Instant(ms) => Ok(i128::from(seconds_up(*ms))),
        Value::Int(seconds) => Ok(*seconds),
        Value::Text(day) => Ok(i128::from(parse_day(day)?) * 86_400),
        other => Err(CallError::Fault(format!("{other:?} is no time to live"))),
    }
}

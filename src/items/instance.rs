//! One instance of an entity as far as it is known.

use super::conditions::seconds_up;
use super::document::Stored;
use super::encode::{derive, parse_day};
use super::value::{Attrs, Value};
use super::{CallError, Outcome};
use std::collections::BTreeMap;

/// Attributes that are known (to be missing, perhaps), and what holds of all others.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    known: BTreeMap<String, Option<Value>>,
    /// Attributes that are not known are missing: the item is not there.
    others_missing: bool,
}

impl Instance {
    pub(crate) fn unknown() -> Self {
        Self {
            known: BTreeMap::new(),
            others_missing: false,
        }
    }

    pub(crate) fn missing() -> Self {
        Self {
            known: BTreeMap::new(),
            others_missing: true,
        }
    }

    /// A whole item.
    pub(crate) fn whole(attributes: &Attrs) -> Self {
        let known = attributes
            .iter()
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect();
        Self {
            known,
            others_missing: true,
        }
    }

    pub(crate) fn others_are_missing(&mut self) {
        self.others_missing = true;
    }

    pub(crate) fn learn(&mut self, name: &str, value: Option<Value>) {
        let value = value.filter(|v| !matches!(v, Value::Set(elements) if elements.is_empty()));
        self.known.insert(name.to_owned(), value);
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.known.remove(name);
        self.others_missing = false;
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.others_missing || self.known.contains_key(name)
    }

    /// An attribute's value; a fault when the plan lets the call need what it does not know.
    pub(crate) fn get(&self, name: &str) -> Outcome<Option<Value>> {
        match self.known.get(name) {
            Some(value) => Ok(value.clone()),
            None if self.others_missing => Ok(None),
            None => Err(CallError::Fault(format!(
                "`{name}` is needed and in neither `values` nor `current`"
            ))),
        }
    }
}

/// A derived attribute of an instance; nothing when a source is missing.
pub(crate) fn derived_value(stored: &Stored, instance: &Instance) -> Outcome<Option<Value>> {
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

/// What a kind's `ttl` attribute holds for its source: whole seconds, rounded up.
pub(crate) fn ttl_seconds(source: &Value) -> Outcome<i128> {
    match source {
        Value::Instant(ms) => Ok(i128::from(seconds_up(*ms))),
        Value::Int(seconds) => Ok(*seconds),
        Value::Text(day) => Ok(i128::from(parse_day(day)?) * 86_400),
        other => Err(CallError::Fault(format!("{other:?} is no time to live"))),
    }
}

//! The update expression of an action: its changes, the keys that follow, `ttl`, and what an upsert adds.

use super::super::plan::{Action, As, Change as KeyChange, Entity, Kind, Table};
use super::super::value::{Attrs, Physical, Value};
use super::change::{Change, What};
use super::conditions::Expression;
use super::instance::{Instance, given_value, ttl_seconds};
use super::stored::{to_nested, to_stored};
use super::{CallError, Executor, Outcome, keys};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// The parts of an update expression.
#[derive(Default)]
pub(super) struct Parts {
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    delete: Vec<String>,
}

impl Parts {
    pub(super) fn text(&self) -> Option<String> {
        let clause = |name: &str, parts: &[String]| {
            (!parts.is_empty()).then(|| format!("{name} {}", parts.join(", ")))
        };
        let all = [
            clause("SET", &self.set),
            clause("REMOVE", &self.remove),
            clause("ADD", &self.add),
            clause("DELETE", &self.delete),
        ];
        let all: Vec<String> = all.into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn assign(&mut self, expression: &mut Expression, name: &str, value: Option<Json>) {
        let place = expression.name(name);
        match value {
            Some(value) => {
                let value = expression.value(value);
                self.set.push(format!("{place} = {value}"));
            }
            None => self.remove.push(place),
        }
    }

    fn change(&mut self, expression: &mut Expression, change: &Change) -> Outcome<()> {
        let value = |value: &Value| {
            let stored = if change.path.is_empty() {
                to_stored(change.stored_as, value)?
            } else {
                Some(to_nested(value)?)
            };
            stored.ok_or_else(|| CallError::Fault(format!("an empty value for `{}`", change.name)))
        };
        let place = expression.path(&change.name, &change.path);
        match &change.what {
            What::Remove => self.remove.push(place),
            What::Set(to) => {
                let to = expression.value(value(to)?);
                self.set.push(format!("{place} = {to}"));
            }
            What::Add(to @ Value::Set(_)) => {
                let to = expression.value(value(to)?);
                self.add.push(format!("{place} {to}"));
            }
            What::Add(to) => {
                let (zero, to) = (
                    expression.value(json!({ "N": "0" })),
                    expression.value(value(to)?),
                );
                self.set
                    .push(format!("{place} = if_not_exists({place}, {zero}) + {to}"));
            }
            What::Take(elements) => {
                let elements = expression.value(value(elements)?);
                self.delete.push(format!("{place} {elements}"));
            }
        }
        Ok(())
    }
}

/// One update, ready to be put into an expression.
pub(super) struct Update<'a> {
    pub(super) entity: &'a Entity,
    pub(super) kind: &'a Kind,
    pub(super) table: &'a Table,
    pub(super) action: &'a Action,
    pub(super) changes: &'a [Change],
    pub(super) after: &'a Instance,
    pub(super) values: &'a Attrs,
    pub(super) row: Option<&'a Physical>,
}

impl Update<'_> {
    pub(super) fn parts(&self, executor: &Executor, expression: &mut Expression) -> Outcome<Parts> {
        let mut parts = Parts::default();
        for change in self.changes {
            parts.change(expression, change)?;
        }
        let mut changed: BTreeSet<&str> =
            self.changes.iter().map(|c| c.attribute.as_str()).collect();
        if self.action.upsert {
            self.upsert(&mut parts, expression, &mut changed)?;
        }
        if let Some((name, of)) = &self.kind.ttl
            && changed.contains(of.as_str())
        {
            let source = self.after.get(of)?;
            let seconds = source.map(|s| ttl_seconds(&s)).transpose()?;
            parts.assign(
                expression,
                name,
                seconds.map(|s| json!({ "N": s.to_string() })),
            );
        }
        for change in &self.action.keys {
            let attributes = self.key_attributes(executor, &change.index, change.change)?;
            for (name, value) in attributes {
                parts.assign(expression, &name, value);
            }
        }
        Ok(parts)
    }

    fn in_table_key(&self, name: &str) -> bool {
        self.table.key.attributes().any(|a| a.name == name)
    }

    /// The discriminator, and the attributes of `values` that nothing else sets.
    fn upsert<'a>(
        &'a self,
        parts: &mut Parts,
        expression: &mut Expression,
        changed: &mut BTreeSet<&'a str>,
    ) -> Outcome<()> {
        if let Some((name, value)) = &self.kind.discriminator {
            parts.assign(expression, name, Some(json!({ "S": value })));
        }
        for given in &self.action.values {
            let stored = self.entity.stored(&given.attribute)?;
            if !changed.insert(&given.attribute) || self.in_table_key(&stored.name) {
                continue;
            }
            let value = given_value(stored, given, self.values, self.row)?;
            if let Some(json) = value
                .map(|v| to_stored(stored.form, &v))
                .transpose()?
                .flatten()
            {
                parts.assign(expression, &stored.name, Some(json));
            }
        }
        Ok(())
    }

    /// The synthetic key attributes of an index after the write; nothing for a value that is removed.
    fn key_attributes(
        &self,
        executor: &Executor,
        index: &str,
        change: KeyChange,
    ) -> Outcome<Vec<(String, Option<Json>)>> {
        let schema = self.table.schema(Some(index))?;
        let fault = |text: String| CallError::Fault(format!("keys of `{index}`: {text}"));
        let entry = self
            .kind
            .entry(Some(index))
            .ok_or_else(|| fault("the item is never in it".to_owned()))?;
        let get = |name: &str| self.after.get(name);
        let rendered = match change {
            KeyChange::Remove => None,
            KeyChange::Either => keys::in_index(self.entity, entry, schema, executor.now, &get)?,
            KeyChange::Set => {
                if let Ok(false) = keys::wanted(self.entity, entry, executor.now, &get) {
                    return Err(fault(
                        "set, though the item does not belong in it".to_owned(),
                    ));
                }
                let rendered = keys::entry(entry, schema, &get)?;
                Some(
                    rendered
                        .map_err(|missing| fault(format!("set, though `{missing}` is missing")))?,
                )
            }
        };
        let native = |name: &str| {
            self.entity.stored.iter().any(|s| s.name == name) || self.in_table_key(name)
        };
        let own = schema.attributes().filter(|a| !native(&a.name));
        Ok(own
            .map(|a| {
                (
                    a.name.clone(),
                    rendered.as_ref().and_then(|r| r.get(&a.name).cloned()),
                )
            })
            .collect())
    }
}

/// Places whose maps must be there for the changes of an update.
pub(super) fn maps_on_the_way(changes: &[Change]) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    for change in changes
        .iter()
        .filter(|c| !c.path.is_empty() && c.stored_as == As::Map)
    {
        for length in 0..change.path.len() {
            let place = (change.name.clone(), change.path[..length].to_vec());
            if !out.contains(&place) {
                out.push(place);
            }
        }
    }
    out
}

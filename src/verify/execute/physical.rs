//! The physical items of an instance, as the item kinds of its entity say.

use super::super::plan::{As, Entity, Kind};
use super::super::value::{Attrs, Physical, Value};
use super::instance::{Instance, ttl_seconds};
use super::keys;
use super::stored::to_stored;
use super::{CallError, Executor, Outcome};
use serde_json::json;

/// The whole physical item of a kind; nothing for a guard whose attributes are not all there.
pub(super) fn item(
    executor: &Executor,
    entity: &Entity,
    kind: &Kind,
    instance: &Instance,
) -> Outcome<Option<Physical>> {
    let get = |name: &str| instance.get(name);
    let Some(mut out) = key(executor, entity, kind, instance)? else {
        return Ok(None);
    };
    let table = executor.plan.table(&kind.table)?;
    if let Some((name, value)) = &kind.discriminator {
        out.insert(name.clone(), json!({ "S": value }));
    }
    for stored in &entity.stored {
        if kind
            .attributes
            .as_ref()
            .is_some_and(|names| !names.contains(&stored.attribute))
        {
            continue;
        }
        let value = instance.get(&stored.attribute)?;
        nonempty(entity, &stored.attribute, value.as_ref())?;
        let set = matches!(stored.form, As::TextSet | As::NumberSet);
        if value.is_none() && !kind.guard && !stored.optional && stored.derived.is_none() && !set {
            return Err(CallError::Fault(format!(
                "`{}.{}` is not optional and missing",
                entity.name, stored.attribute
            )));
        }
        if let Some(value) = value
            && let Some(json) = to_stored(stored.form, &value)?
        {
            out.insert(stored.name.clone(), json);
        }
    }
    if let Some((name, of)) = &kind.ttl
        && let Some(source) = instance.get(of)?
    {
        out.insert(
            name.clone(),
            json!({ "N": ttl_seconds(&source)?.to_string() }),
        );
    }
    for entry in kind.keys.iter().filter(|k| k.index.is_some()) {
        let schema = table.schema(entry.index.as_deref())?;
        out.extend(
            keys::in_index(entity, entry, schema, executor.now, &get)?
                .into_iter()
                .flatten(),
        );
    }
    Ok(Some(out))
}

/// The key of the table of a kind for an instance; nothing for a guard that is not written.
pub(super) fn key(
    executor: &Executor,
    entity: &Entity,
    kind: &Kind,
    instance: &Instance,
) -> Outcome<Option<Physical>> {
    let get = |name: &str| instance.get(name);
    let table = executor.plan.table(&kind.table)?;
    if kind.guard
        && let Some(entry) = kind.entry(None)
        && !keys::wanted(entity, entry, executor.now, &get)?
    {
        return Ok(None);
    }
    match keys::table_key(table, kind, &get)? {
        Ok(key) => Ok(Some(key)),
        Err(_) if kind.guard => Ok(None),
        Err(missing) => Err(CallError::Fault(format!(
            "`{}` has no key of the table: `{missing}` is missing",
            entity.name
        ))),
    }
}

/// An attribute that is a native key refuses empty text.
pub(super) fn nonempty(entity: &Entity, attribute: &str, value: Option<&Value>) -> Outcome<()> {
    let empty = match value {
        Some(Value::Text(text)) => text.is_empty(),
        Some(Value::Bytes(bytes)) => bytes.is_empty(),
        _ => false,
    };
    if empty && entity.stored(attribute)?.nonempty {
        return Err(CallError::Refused(format!("empty text in `{attribute}`")));
    }
    Ok(())
}

/// The attribute that says when an item of an entity is over its time, and how it is stored.
pub(super) fn expiry(entity: &Entity, kind: &Kind) -> Outcome<Option<(String, As)>> {
    let Some(ttl) = &entity.ttl else {
        return Ok(None);
    };
    let stored = entity.stored(ttl)?;
    match (stored.kind.as_str(), &kind.ttl) {
        ("date", Some((name, _))) => Ok(Some((name.clone(), As::Number))),
        ("date", None) => Err(CallError::Fault(format!(
            "`{}` has no epoch of its date `{ttl}`",
            kind.name
        ))),
        _ => Ok(Some((stored.name.clone(), stored.form))),
    }
}

impl Executor<'_> {
    /// The implied `put`: all items of all kinds, without conditions; guards of `before` that are no longer
    /// wanted go.
    pub(crate) fn implied_put(
        &self,
        entity: &str,
        before: Option<&Attrs>,
        after: &Attrs,
    ) -> Outcome<()> {
        let entity = self.plan.entity(entity)?;
        let items = self.items(&entity.name, after)?;
        let table_of = |kind: &Kind| kind.table.clone();
        if let Some(before) = before {
            let old = Instance::whole(before);
            for kind in entity.kinds.iter().filter(|k| k.guard) {
                if let Some(key) = key(self, entity, kind, &old)? {
                    self.send(
                        "DeleteItem",
                        json!({ "TableName": table_of(kind), "Key": key }),
                    )?;
                }
            }
        }
        for (table, item) in items {
            self.send("PutItem", json!({ "TableName": table, "Item": item }))?;
        }
        Ok(())
    }

    /// Every physical item of an instance, with its table.
    pub(crate) fn items(
        &self,
        entity: &str,
        attributes: &Attrs,
    ) -> Outcome<Vec<(String, Physical)>> {
        let entity = self.plan.entity(entity)?;
        let instance = Instance::whole(attributes);
        let mut out = Vec::new();
        for kind in &entity.kinds {
            if let Some(item) = item(self, entity, kind, &instance)? {
                out.push((kind.table.clone(), item));
            }
        }
        Ok(out)
    }

    /// Whether a physical item of an entity with `ttl` is over its time.
    pub(crate) fn over_its_time(&self, table: &str, item: &Physical) -> Outcome<bool> {
        let Some((entity, kind)) = super::rows::kind_of(self.plan, table, item)? else {
            return Ok(false);
        };
        let Some((name, _)) = expiry(entity, kind)? else {
            return Ok(false);
        };
        let followed = kind.ttl.as_ref().and_then(|(ttl, _)| item.get(ttl));
        let Some(json) = item.get(&name).or(followed) else {
            return Ok(false);
        };
        let seconds = json.get("N").and_then(|n| n.as_str()?.parse::<i64>().ok());
        let instant = json
            .get("S")
            .and_then(|s| super::super::encode::parse_instant(s.as_str()?).ok());
        let time = seconds.map(|s| s.saturating_mul(1000)).or(instant);
        Ok(time.is_some_and(|t| t < self.now))
    }

    fn send(&self, operation: &str, request: serde_json::Value) -> Outcome<()> {
        self.client
            .call(operation, request)
            .map(drop)
            .map_err(|e| CallError::Fault(format!("{operation}: {e:?}")))
    }
}

//! The physical items of an instance, as the item kinds of its entity say.

use super::document::{self, As, Entity, Kind, Table};
use super::instance::{Instance, ttl_seconds};
use super::keys;
use super::stored::to_stored;
use super::value::{Physical, Value};
use super::{CallError, Outcome};
use serde_json::json;

/// The whole physical item of a kind; nothing for a guard whose attributes are not all there.
pub(crate) fn item(
    tables: &[Table],
    now: i64,
    entity: &Entity,
    kind: &Kind,
    instance: &Instance,
) -> Outcome<Option<Physical>> {
    let get = |name: &str| instance.get(name);
    let Some(mut out) = key(tables, now, entity, kind, instance)? else {
        return Ok(None);
    };
    let table = document::table(tables, &kind.table)?;
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
            keys::in_index(entity, entry, schema, now, &get)?
                .into_iter()
                .flatten(),
        );
    }
    Ok(Some(out))
}

/// The key of the table of a kind for an instance; nothing for a guard that is not written.
pub(crate) fn key(
    tables: &[Table],
    now: i64,
    entity: &Entity,
    kind: &Kind,
    instance: &Instance,
) -> Outcome<Option<Physical>> {
    let get = |name: &str| instance.get(name);
    let table = document::table(tables, &kind.table)?;
    if kind.guard
        && let Some(entry) = kind.entry(None)
        && !keys::wanted(entity, entry, now, &get)?
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
pub(crate) fn nonempty(entity: &Entity, attribute: &str, value: Option<&Value>) -> Outcome<()> {
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

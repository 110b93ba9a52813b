//! Key values from segments, for items and for requests, with the limits that are checked before a request.

use super::conditions::{self, Operands};
use super::document::{Entity, KeyEntry, KeySchema, Kind, Segment, Source, Table};
use super::encode::{self, Encoding};
use super::stored::{base64, to_stored};
use super::value::{Attrs, Physical, Value};
use super::{CallError, Outcome};
use serde_json::{Value as Json, json};

/// Where the values of segments come from: nothing for an attribute that is missing.
pub(crate) type Lookup<'a> = &'a dyn Fn(&Source, Encoding) -> Outcome<Option<Value>>;

/// A key value, or the attribute that is missing for it.
pub(crate) enum Rendered {
    Key(Json),
    Missing(String),
}

/// Puts segments together for a key attribute of type `kind` (`S`, `N`, `B`).
pub(crate) fn render(segments: &[Segment], kind: &str, lookup: Lookup) -> Outcome<Rendered> {
    let alone = segments.len() == 1;
    let mut text = String::new();
    for segment in segments {
        let (source, encoding) = match segment {
            Segment::Literal(literal) => {
                text.push_str(literal);
                continue;
            }
            Segment::Value { source, encoding } => (source, *encoding),
        };
        let Some(value) = lookup(source, encoding)? else {
            return Ok(Rendered::Missing(name(source)));
        };
        if matches!(encoding, Encoding::Number | Encoding::Binary) {
            return native(encoding, kind, alone, &value).map(Rendered::Key);
        }
        let part = encode::encode(encoding, &value, alone);
        text.push_str(&part.map_err(|e| CallError::Refused(format!("{}: {e}", name(source))))?);
    }
    if kind != "S" {
        return Err(CallError::Fault(format!(
            "text for a key attribute of type {kind}"
        )));
    }
    Ok(Rendered::Key(json!({ "S": text })))
}

fn native(encoding: Encoding, kind: &str, alone: bool, value: &Value) -> Outcome<Json> {
    if !alone {
        return Err(CallError::Fault(format!(
            "{encoding:?} beside other segments"
        )));
    }
    match (encoding, kind, value) {
        (Encoding::Number, "N", Value::Int(n)) => Ok(json!({ "N": n.to_string() })),
        (Encoding::Number, "N", Value::Dec(n)) => Ok(json!({ "N": n.to_string() })),
        (Encoding::Binary, "B", Value::Bytes(bytes)) => Ok(json!({ "B": base64(bytes) })),
        _ => Err(CallError::Fault(format!(
            "{value:?} as {encoding:?} in a key attribute of type {kind}"
        ))),
    }
}

fn name(source: &Source) -> String {
    match source {
        Source::Attribute(name)
        | Source::Parameter(name)
        | Source::Variable(name)
        | Source::Row { name, .. } => name.clone(),
        Source::Shard { of, .. } => of.join(", "),
    }
}

/// The values of an item's own segments; `get` knows its attributes.
pub(crate) fn of_instance(
    get: &dyn Fn(&str) -> Outcome<Option<Value>>,
) -> impl Fn(&Source, Encoding) -> Outcome<Option<Value>> {
    move |source, _| match source {
        Source::Attribute(name) => get(name),
        Source::Shard { of, count } => sharded(of, *count, get),
        other => Err(CallError::Fault(format!("{other:?} in the key of an item"))),
    }
}

pub(crate) fn sharded(
    of: &[String],
    count: u32,
    get: &dyn Fn(&str) -> Outcome<Option<Value>>,
) -> Outcome<Option<Value>> {
    let mut values = Vec::new();
    for name in of {
        match get(name)? {
            Some(value) => values.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(encode::shard(&values, count)?))
}

/// What every refusal of the limits says.
pub(crate) const BEYOND_LIMITS: &str = "in the key attribute";

/// A key attribute's value within the limits of the service.
pub(crate) fn within_limits(
    attribute: &str,
    key: &Json,
    partition: bool,
    whose: &str,
) -> Outcome<()> {
    let limit = if partition { 2048 } else { 1024 };
    let length = match (
        key.get("S").and_then(Json::as_str),
        key.get("B").and_then(Json::as_str),
    ) {
        (Some(text), _) => text.len(),
        (_, Some(bytes)) => bytes.trim_end_matches('=').len() * 3 / 4,
        _ => return Ok(()),
    };
    let what = match length {
        0 => "empty text".to_owned(),
        n if n > limit => format!("{n} bytes"),
        _ => return Ok(()),
    };
    Err(CallError::Refused(format!(
        "{whose}: {what} {BEYOND_LIMITS} `{attribute}`"
    )))
}

/// The physical key attributes that an entry gives an instance, or the attribute that is missing for them.
pub(crate) fn entry(
    entry: &KeyEntry,
    schema: &KeySchema,
    get: &dyn Fn(&str) -> Outcome<Option<Value>>,
) -> Outcome<Result<Physical, String>> {
    let lookup = of_instance(get);
    let mut keys = Physical::new();
    let parts = schema
        .partition
        .iter()
        .zip(&entry.partition)
        .map(|p| (p, true));
    let parts = parts.chain(schema.sort.iter().zip(&entry.sort).map(|p| (p, false)));
    for ((attribute, segments), partition) in parts {
        match render(segments, &attribute.kind, &lookup)? {
            Rendered::Missing(name) => return Ok(Err(name)),
            Rendered::Key(json) => {
                within_limits(&attribute.name, &json, partition, &whose(segments))?;
                keys.insert(attribute.name.clone(), json);
            }
        }
    }
    Ok(Ok(keys))
}

fn whose(segments: &[Segment]) -> String {
    let names = segments.iter().filter_map(|s| match s {
        Segment::Literal(_) => None,
        Segment::Value { source, .. } => Some(name(source)),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Whether an instance meets an entry's `only_when`.
pub(crate) fn wanted(
    entity: &Entity,
    entry: &KeyEntry,
    now: i64,
    get: &dyn Fn(&str) -> Outcome<Option<Value>>,
) -> Outcome<bool> {
    let stored = |attribute: &str| -> Outcome<Option<Json>> {
        let of = entity.stored(attribute)?;
        match get(attribute)? {
            Some(value) => Ok(to_stored(of.form, &value)?),
            None => Ok(None),
        }
    };
    let as_of = |attribute: &str| entity.stored(attribute).ok().map(|s| s.form);
    let none = Attrs::new();
    let operands = Operands { values: &none, now };
    for condition in &entry.only_when {
        if conditions::holds(condition, &stored, &as_of, &operands)? == Some(false) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The key attributes of an index for an instance, or nothing when it is not in that index.
pub(crate) fn in_index(
    entity: &Entity,
    of: &KeyEntry,
    schema: &KeySchema,
    now: i64,
    get: &dyn Fn(&str) -> Outcome<Option<Value>>,
) -> Outcome<Option<Physical>> {
    if !wanted(entity, of, now, get)? {
        return Ok(None);
    }
    Ok(entry(of, schema, get)?.ok())
}

/// The key of the table of a kind for an instance, or the attribute that is missing.
pub(crate) fn table_key(
    table: &Table,
    kind: &Kind,
    get: &dyn Fn(&str) -> Outcome<Option<Value>>,
) -> Outcome<Result<Physical, String>> {
    let of = kind
        .entry(None)
        .ok_or_else(|| format!("`{}` has no key of the table", kind.name))?;
    entry(of, &table.key, get)
}

//! Images: the sizes of items as the wire has them, and what an index holds of an item.
//!
//! Promises sizes in bytes by the arithmetic of `cost::units`, whatever the engine says of them. Sources: the Amazon
//! `DynamoDB` Developer Guide, "`DynamoDB` item sizes and formats" and "Using global secondary indexes" (attribute
//! projections).

use super::super::plan::{Index, KeyAttribute, Table};
use super::super::value::Physical;
use crate::cost::units::{self, Entry, Stored};
use serde_json::Value as Json;

/// The bytes of an item.
pub(super) fn size(item: &Physical) -> Result<u64, String> {
    let mut sized = Vec::new();
    for (name, value) in item {
        sized.push((name.as_str(), stored(value)?));
    }
    Ok(units::item_size(&sized))
}

/// A value of the wire, which is an object of one type name and what it holds.
fn stored(value: &Json) -> Result<Stored, String> {
    let wrong = || format!("no value of an item: {value}");
    let (kind, inner) = value
        .as_object()
        .and_then(|o| o.iter().next())
        .ok_or_else(wrong)?;
    let text = || inner.as_str().map(str::to_owned).ok_or_else(wrong);
    let many = || inner.as_array().ok_or_else(wrong);
    let texts = || -> Result<Vec<String>, String> {
        let text = |t: &Json| t.as_str().map(str::to_owned).ok_or_else(wrong);
        many()?.iter().map(text).collect()
    };
    Ok(match kind.as_str() {
        "S" => Stored::S(text()?),
        "N" => Stored::N(text()?),
        "B" => Stored::B(bytes(&text()?)),
        "BOOL" => Stored::Bool(inner.as_bool().ok_or_else(wrong)?),
        "NULL" => Stored::Null,
        "SS" => Stored::Ss(texts()?),
        "NS" => Stored::Ns(texts()?),
        "BS" => Stored::Bs(texts()?.iter().map(|t| bytes(t)).collect()),
        "L" => Stored::L(many()?.iter().map(stored).collect::<Result<_, _>>()?),
        "M" => {
            let entries = inner.as_object().ok_or_else(wrong)?.iter();
            let entries = entries.map(|(name, v)| Ok((name.clone(), stored(v)?)));
            Stored::M(entries.collect::<Result<_, String>>()?)
        }
        _ => return Err(wrong()),
    })
}

/// As many bytes as Base64 text stands for: which ones does not matter to a size.
fn bytes(base64: &str) -> Vec<u8> {
    let digits = base64.trim_end_matches('=').len();
    vec![0; digits * 3 / 4]
}

/// What happens to the entry of an index when its item changes from one image to the other.
pub(super) fn entry(
    table: &Table,
    index: &Index,
    before: Option<&Physical>,
    after: Option<&Physical>,
) -> Result<Entry, String> {
    let view = |item: Option<&Physical>| item.and_then(|i| view(table, index, i));
    let (before, after) = (view(before), view(after));
    Ok(match (&before, &after) {
        (None, None) => Entry::Absent,
        (None, Some(new)) => Entry::Enters(size(new)?),
        (Some(old), None) => Entry::Leaves(size(old)?),
        (Some(old), Some(new)) if key(index, old) != key(index, new) => {
            Entry::Moves(size(old)?, size(new)?)
        }
        (Some(old), Some(new)) if unordered(old) == unordered(new) => Entry::Same,
        (Some(old), Some(new)) => Entry::Changes(size(old)?, size(new)?),
    })
}

/// The entry of an item: the keys of table and index and what is projected. Nothing where the item lacks a key
/// attribute of the index.
fn view(table: &Table, index: &Index, item: &Physical) -> Option<Physical> {
    if !index.key.attributes().all(|a| item.contains_key(&a.name)) {
        return None;
    }
    let kept = item.iter().filter(|(name, _)| holds(table, index, name));
    Some(kept.map(|(n, v)| (n.clone(), v.clone())).collect())
}

/// Whether the entries of an index hold an attribute.
pub(super) fn holds(table: &Table, index: &Index, name: &str) -> bool {
    let is = |a: &KeyAttribute| a.name == name;
    index.projection == "ALL"
        || table.key.attributes().chain(index.key.attributes()).any(is)
        || index.included.iter().any(|i| i == name)
}

fn key<'a>(index: &Index, item: &'a Physical) -> Vec<Option<&'a Json>> {
    index.key.attributes().map(|a| item.get(&a.name)).collect()
}

/// The item with its sets in one order: a set with other places of the same members is the same set.
fn unordered(item: &Physical) -> Physical {
    item.iter().map(|(n, v)| (n.clone(), ordered(v))).collect()
}

fn ordered(value: &Json) -> Json {
    let Some((kind, inner)) = value.as_object().and_then(|o| o.iter().next()) else {
        return value.clone();
    };
    let inner = match (kind.as_str(), inner) {
        ("SS" | "NS" | "BS", Json::Array(members)) => {
            let mut members = members.clone();
            members.sort_by_key(ToString::to_string);
            Json::Array(members)
        }
        ("L", Json::Array(values)) => Json::Array(values.iter().map(ordered).collect()),
        ("M", Json::Object(entries)) => Json::Object(unordered(entries)),
        _ => inner.clone(),
    };
    Json::Object([(kind.clone(), inner)].into_iter().collect())
}

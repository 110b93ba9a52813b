//! Values, items, calls and requests as people read them in a message.

use super::encode::instant_text;
use super::operation::Operation;
use super::value::{Args, Attrs, Row, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The types of the service's values.
const TYPES: [&str; 10] = ["B", "BOOL", "BS", "L", "M", "N", "NS", "NULL", "S", "SS"];
/// The most characters of a text that are shown.
const MOST_CHARACTERS: usize = 60;

/// A value as it would stand in a call.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(v) => v.to_string(),
        Value::Int(v) => v.to_string(),
        Value::Dec(v) => v.to_string(),
        Value::Text(v) => text(v),
        Value::Instant(v) => instant_text(*v).unwrap_or_else(|_| format!("{v} ms")),
        Value::Bytes(v) => {
            let hex = |text: String, byte: &u8| text + &format!("{byte:02x}");
            v.iter().fold("0x".to_owned(), hex)
        }
        Value::List(v) => format!("[{}]", joined(v.iter().map(self::value))),
        Value::Set(v) => format!("{{{}}}", joined(v.iter().map(self::value))),
        Value::Map(v) => format!(
            "{{{}}}",
            joined(
                v.iter()
                    .map(|(k, v)| format!("{}: {}", text(k), self::value(v)))
            )
        ),
    }
}

/// Quoted, with everything escaped that a terminal would not show.
fn text(text: &str) -> String {
    let count = text.chars().count();
    if count > MOST_CHARACTERS {
        let start: String = text.chars().take(MOST_CHARACTERS / 2).collect();
        return format!("{start:?}… ({} bytes)", text.len());
    }
    format!("{text:?}")
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// `customer_id: "a", total: 1.5`; nothing for none.
pub(crate) fn attrs(attrs: &Attrs) -> String {
    joined(attrs.iter().map(|(n, v)| format!("{n}: {}", value(v))))
}

/// An item with the name of its entity.
pub(crate) fn item(entity: &str, of: &Attrs) -> String {
    format!("{entity} {{ {} }}", attrs(of))
}

pub(crate) fn row(row: &Row) -> String {
    item(&row.entity, &row.attributes)
}

/// The parameters of several sets.
pub(crate) fn sets(sets: &[Attrs]) -> String {
    joined(sets.iter().map(|s| format!("{{ {} }}", attrs(s))))
}

/// The arguments of a write.
pub(crate) fn args(args: &Args) -> String {
    let lists = args.lists.iter();
    let lists = lists.map(|(name, list)| format!("{name}: [{}]", sets(list)));
    let values = args.values.iter();
    let values = values.map(|(n, v)| format!("{n}: {}", value(v)));
    joined(values.chain(lists))
}

/// An operation as a line.
pub(crate) fn operation(operation: &Operation) -> String {
    match operation {
        Operation::Write {
            pattern,
            args: given,
        } => format!("{pattern}({})", args(given)),
        Operation::Put { entity, item: of } => format!("put {}", item(entity, of)),
        Operation::Read {
            pattern, values, ..
        } => format!("{pattern}({})", attrs(values)),
        Operation::Batch {
            pattern, sets: of, ..
        } => format!("{pattern}([{}])", sets(of)),
        Operation::Wait(ms) => format!("wait {ms} ms"),
        Operation::Tables => "compare the tables".to_owned(),
    }
}

/// A request with its names and values in the places that stand for them.
pub(crate) fn request(operation: &str, request: &Json) -> String {
    let mut request = request.clone();
    let Some(fields) = request.as_object_mut() else {
        return operation.to_owned();
    };
    let mut stands_for = BTreeMap::new();
    for map in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        if let Some(Json::Object(entries)) = fields.remove(map) {
            let entries = entries.into_iter();
            stands_for.extend(
                entries.map(|(k, v)| (k, v.as_str().map_or_else(|| plain(&v), str::to_owned))),
            );
        }
    }
    fields.remove("ReturnConsumedCapacity");
    let mut parts = Vec::new();
    for (name, field) in fields {
        let shown = match (name.as_str(), field) {
            ("TransactItems", Json::Array(actions)) => by_line(actions, &stands_for),
            (_, field) => filled(field, &stands_for),
        };
        parts.push(format!("{name}: {shown}"));
    }
    format!("{operation} {}", parts.join(", "))
}

/// The actions of a transaction, each on a line of its own.
fn by_line(actions: &[Json], stands_for: &BTreeMap<String, String>) -> String {
    let line = |action| format!("\n  {}", filled(action, stands_for));
    let lines: Vec<String> = actions.iter().map(line).collect();
    format!("[{}]", lines.join(","))
}

/// A field of a request; texts with what their placeholders stand for.
fn filled(field: &Json, stands_for: &BTreeMap<String, String>) -> String {
    match field {
        Json::String(text) => replaced(text, stands_for),
        Json::Object(fields)
            if fields.len() == 1 && fields.keys().all(|k| TYPES.contains(&&**k)) =>
        {
            plain(field)
        }
        Json::Object(fields) => {
            let mut names = BTreeMap::clone(stands_for);
            for map in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
                for (k, v) in fields
                    .get(map)
                    .and_then(Json::as_object)
                    .into_iter()
                    .flatten()
                {
                    names.insert(
                        k.clone(),
                        v.as_str().map_or_else(|| plain(v), str::to_owned),
                    );
                }
            }
            let shown = fields
                .iter()
                .filter(|(k, _)| !k.starts_with("ExpressionAttribute"));
            let shown = shown.map(|(k, v)| format!("{k}: {}", filled(v, &names)));
            format!("{{ {} }}", joined(shown))
        }
        Json::Array(list) => format!("[{}]", joined(list.iter().map(|v| filled(v, stands_for)))),
        other => other.to_string(),
    }
}

/// A typed value of the service without its type.
fn plain(value: &Json) -> String {
    match value.as_object().and_then(|o| o.iter().next()) {
        Some((kind, inner)) if kind == "N" => inner.as_str().unwrap_or_default().to_owned(),
        Some((kind, inner)) if kind == "S" => text(inner.as_str().unwrap_or_default()),
        Some((_, inner)) => inner.to_string(),
        None => value.to_string(),
    }
}

/// A text in which every `#name` and `:value` is what it stands for.
fn replaced(text: &str, stands_for: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', ':']) {
        let word = rest[at + 1..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .map_or(rest.len(), |end| at + 1 + end);
        out.push_str(&rest[..at]);
        let name = &rest[at..word];
        out.push_str(stands_for.get(name).map_or(name, String::as_str));
        rest = &rest[word..];
    }
    out + rest
}

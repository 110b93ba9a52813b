//! Answers questions to the client `MODULE`, by the protocol of `src/verify/external`.

use super::MODULE::{Error, Failure};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value as Json, json};
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

/// Why there is no answer.
enum Wrong {
    Client(Error),
    Refused(String),
    Error(String),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

/// The answer to a call.
pub async fn reply(client: &aws_sdk_dynamodb::Client, call: &Json) -> Json {
    let table = table(client, call);
    match answer(&table, call).await {
        Ok(json) => json,
        Err(Wrong::Refused(text)) => json!({ "refused": text }),
        Err(Wrong::Error(text)) => json!({ "error": text }),
        Err(Wrong::Client(error)) => match error {
            Error::Refused(text) => json!({ "refused": text }),
            Error::ConditionFailed(failed) => {
                let failure = match failed.failure {
                    Failure::Exists => "exists",
                    Failure::NotFound => "not_found",
                    Failure::NotUnique => "not_unique",
                    _ => "condition",
                };
                json!({ "failed": { "failure": failure, "entity": failed.entity } })
            }
            other => json!({ "error": format!("{other:?}") }),
        },
    }
}
//@ page
fn page(items: Vec<Json>, followed: Vec<Json>, cursor: Option<&str>) -> Json {
    json!({ "items": items, "followed": followed, "cursor": cursor })
}
//@ cursor_of
fn cursor_of(call: &Json) -> Option<super::MODULE::Cursor> {
    call["cursor"].as_str().map(super::MODULE::Cursor::new)
}
//@ sets
fn sets(of: &Json) -> Vec<&Json> {
    of.as_array().into_iter().flatten().collect()
}
//@ all_sets
fn all_sets(call: &Json) -> Vec<&Json> {
    if call["sets"].is_array() { sets(&call["sets"]) } else { vec![&call["values"]] }
}
//@ given
fn given<T>(set: &Json, name: &str, to: impl Fn(&Json) -> Result<T, Wrong>) -> Result<T, Wrong> {
    match set.get(name) {
        Some(value) => to(value),
        None => Err(Wrong::Error(format!("`{name}` is not given"))),
    }
}
//@ maybe
fn maybe<T>(
    set: &Json,
    name: &str,
    to: impl Fn(&Json) -> Result<T, Wrong>,
) -> Result<Option<T>, Wrong> {
    set.get(name).map(to).transpose()
}
//@ to_text
fn to_text(value: &Json) -> Result<String, Wrong> {
    let text = value["text"].as_str().or_else(|| digits(value));
    text.map(str::to_owned).ok_or_else(|| Wrong::Error(format!("{value} is no text")))
}
//@ digits
/// The digits of a number.
fn digits(value: &Json) -> Option<&str> {
    value["int"].as_str().or_else(|| value["dec"].as_str())
}
//@ to_parsed
fn to_parsed<T: FromStr<Err = Error>>(value: &Json) -> Result<T, Wrong> {
    Ok(to_text(value)?.parse()?)
}
//@ to_time
fn to_time(value: &Json) -> Result<super::MODULE::Timestamp, Wrong> {
    let millis = value["instant"].as_i64();
    let millis = millis.ok_or_else(|| Wrong::Error(format!("{value} is no time")))?;
    let refused = || Wrong::Refused(format!("{millis} is no time that can be stored"));
    super::MODULE::Timestamp::from_millis(millis).ok_or_else(refused)
}
//@ to_integer
fn to_integer(value: &Json) -> Result<i64, Wrong> {
    let wrong = || Wrong::Refused(format!("{value} is no integer"));
    digits(value).and_then(|n| n.parse().ok()).ok_or_else(wrong)
}
//@ to_decimal
fn to_decimal(value: &Json) -> Result<super::MODULE::Decimal, Wrong> {
    Ok(digits(value).unwrap_or_default().parse()?)
}
//@ to_boolean
fn to_boolean(value: &Json) -> Result<bool, Wrong> {
    value["bool"].as_bool().ok_or_else(|| Wrong::Error(format!("{value} is no boolean")))
}
//@ to_bytes
fn to_bytes(value: &Json) -> Result<Vec<u8>, Wrong> {
    let wrong = || Wrong::Error(format!("{value} is no bytes"));
    let digits = value["bytes"].as_str().ok_or_else(wrong)?;
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    bytes.ok_or_else(wrong)
}
//@ to_list
fn to_list(value: &Json) -> Result<Vec<AttributeValue>, Wrong> {
    sets(&value["list"]).into_iter().map(to_value).collect()
}
//@ to_map
fn to_map(value: &Json) -> Result<HashMap<String, AttributeValue>, Wrong> {
    let all = value["map"].as_object().into_iter().flatten();
    all.map(|(name, value)| Ok((name.clone(), to_value(value)?))).collect()
}
//@ to_texts
fn to_texts(value: &Json) -> Result<BTreeSet<String>, Wrong> {
    sets(&value["set"]).into_iter().map(to_text).collect()
}
//@ to_numbers
fn to_numbers(value: &Json) -> Result<BTreeSet<super::MODULE::Decimal>, Wrong> {
    sets(&value["set"]).into_iter().map(to_decimal).collect()
}
//@ to_value
fn to_value(value: &Json) -> Result<AttributeValue, Wrong> {
    let wrong = || Wrong::Error(format!("{value} is no value"));
    let (tag, inner) = value.as_object().and_then(|v| v.iter().next()).ok_or_else(wrong)?;
    Ok(match tag.as_str() {
        "text" => AttributeValue::S(to_text(value)?),
        "int" | "dec" => AttributeValue::N(to_text(value)?),
        "bool" => AttributeValue::Bool(inner.as_bool().ok_or_else(wrong)?),
        "null" => AttributeValue::Null(true),
        "bytes" => AttributeValue::B(Blob::new(to_bytes(value)?)),
        "list" => AttributeValue::L(to_list(value)?),
        "map" => AttributeValue::M(to_map(value)?),
        _ => return Err(wrong()),
    })
}
//@ of_bytes
fn of_bytes(bytes: &[u8]) -> Json {
    let digits: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    json!({ "bytes": digits.concat() })
}
//@ of_list
fn of_list(list: &[AttributeValue]) -> Json {
    json!({ "list": list.iter().map(of_value).collect::<Vec<_>>() })
}
//@ of_map
fn of_map(map: &HashMap<String, AttributeValue>) -> Json {
    let pair = |(name, value): (&String, &AttributeValue)| (name.clone(), of_value(value));
    let all: serde_json::Map<String, Json> = map.iter().map(pair).collect();
    json!({ "map": all })
}
//@ of_texts
fn of_texts(set: &BTreeSet<String>) -> Json {
    json!({ "set": set.iter().map(|text| json!({ "text": text })).collect::<Vec<_>>() })
}
//@ of_numbers
fn of_numbers(set: &BTreeSet<super::MODULE::Decimal>) -> Json {
    let number = |number: &super::MODULE::Decimal| json!({ "dec": number.to_string() });
    json!({ "set": set.iter().map(number).collect::<Vec<_>>() })
}
//@ of_value
/// A value inside of a list or map.
fn of_value(value: &AttributeValue) -> Json {
    match value {
        AttributeValue::S(text) => json!({ "text": text }),
        AttributeValue::N(number) => json!({ "dec": number }),
        AttributeValue::Bool(value) => json!({ "bool": value }),
        AttributeValue::B(blob) => of_bytes(blob.as_ref()),
        AttributeValue::L(list) => of_list(list),
        AttributeValue::M(map) => of_map(map),
        _ => json!({ "null": true }),
    }
}

//! Answers calls of the client `MODULE`, one JSON a line.

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
    Fault(String),
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
        Err(Wrong::Fault(text)) => json!({ "fault": text }),
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
            other => json!({ "fault": format!("{other:?}") }),
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
        None => Err(Wrong::Fault(format!("`{name}` is not given"))),
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
    let text = value["S"].as_str().or_else(|| value["N"].as_str());
    text.map(str::to_owned).ok_or_else(|| Wrong::Fault(format!("{value} is no text")))
}
//@ to_parsed
fn to_parsed<T: FromStr<Err = Error>>(value: &Json) -> Result<T, Wrong> {
    Ok(to_text(value)?.parse()?)
}
//@ to_integer
fn to_integer(value: &Json) -> Result<i64, Wrong> {
    let wrong = || Wrong::Refused(format!("{value} is no integer"));
    value["N"].as_str().and_then(|n| n.parse().ok()).ok_or_else(wrong)
}
//@ to_decimal
fn to_decimal(value: &Json) -> Result<super::MODULE::Decimal, Wrong> {
    Ok(value["N"].as_str().unwrap_or_default().parse()?)
}
//@ to_boolean
fn to_boolean(value: &Json) -> Result<bool, Wrong> {
    value["BOOL"].as_bool().ok_or_else(|| Wrong::Fault(format!("{value} is no boolean")))
}
//@ to_bytes
fn to_bytes(value: &Json) -> Result<Vec<u8>, Wrong> {
    match to_value(value)? {
        AttributeValue::B(blob) => Ok(blob.into_inner()),
        other => Err(Wrong::Fault(format!("{other:?} is no bytes"))),
    }
}
//@ to_list
fn to_list(value: &Json) -> Result<Vec<AttributeValue>, Wrong> {
    sets(&value["L"]).into_iter().map(to_value).collect()
}
//@ to_map
fn to_map(value: &Json) -> Result<HashMap<String, AttributeValue>, Wrong> {
    let all = value["M"].as_object().into_iter().flatten();
    all.map(|(name, value)| Ok((name.clone(), to_value(value)?))).collect()
}
//@ to_texts
fn to_texts(value: &Json) -> Result<BTreeSet<String>, Wrong> {
    let text = |v: &Json| v.as_str().unwrap_or_default().to_owned();
    Ok(sets(&value["SS"]).into_iter().map(text).collect())
}
//@ to_numbers
fn to_numbers(value: &Json) -> Result<BTreeSet<super::MODULE::Decimal>, Wrong> {
    let numbers = sets(&value["NS"]).into_iter();
    let number = |v: &Json| v.as_str().unwrap_or_default().parse().map_err(Wrong::Client);
    numbers.map(number).collect()
}
//@ to_value
fn to_value(value: &Json) -> Result<AttributeValue, Wrong> {
    let wrong = || Wrong::Fault(format!("{value} is no value"));
    let (tag, inner) = value.as_object().and_then(|v| v.iter().next()).ok_or_else(wrong)?;
    Ok(match tag.as_str() {
        "S" => AttributeValue::S(inner.as_str().unwrap_or_default().to_owned()),
        "N" => AttributeValue::N(inner.as_str().unwrap_or_default().to_owned()),
        "BOOL" => AttributeValue::Bool(inner.as_bool().unwrap_or_default()),
        "NULL" => AttributeValue::Null(true),
        "B" => {
            let digits = inner.as_str().unwrap_or_default().as_bytes().chunks(2);
            let byte = |pair: &[u8]| {
                let text = std::str::from_utf8(pair).unwrap_or_default();
                u8::from_str_radix(text, 16).unwrap_or_default()
            };
            AttributeValue::B(Blob::new(digits.map(byte).collect::<Vec<u8>>()))
        }
        "L" => AttributeValue::L(to_list(value)?),
        "M" => AttributeValue::M(to_map(value)?),
        _ => return Err(wrong()),
    })
}
//@ of_value
/// A value inside of a list or map; bytes as hexadecimal digits.
fn of_value(value: &AttributeValue) -> Json {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::B(blob) => {
            let digits: Vec<String> = blob.as_ref().iter().map(|b| format!("{b:02x}")).collect();
            json!({ "B": digits.concat() })
        }
        AttributeValue::L(all) => json!({ "L": all.iter().map(of_value).collect::<Vec<_>>() }),
        AttributeValue::M(all) => {
            let pair = |(name, value): (&String, &AttributeValue)| (name.clone(), of_value(value));
            let all: serde_json::Map<String, Json> = all.iter().map(pair).collect();
            json!({ "M": all })
        }
        _ => json!({ "NULL": true }),
    }
}

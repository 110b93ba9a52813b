//! Logical values as the engine stores them, and back.
//!
//! Promises that a stored value which is not of its attribute's type is an error, and that an empty set is a
//! missing attribute.

use super::document::{As, Stored};
use super::encode::{instant_text, parse_instant};
use super::value::{Decimal, Value};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;

/// The stored form, nothing for an empty set.
pub(crate) fn to_stored(stored_as: As, value: &Value) -> Result<Option<Json>, String> {
    let wrong = || Err(format!("{value:?} cannot be stored as {stored_as:?}"));
    let json = match (stored_as, value) {
        (As::Text, Value::Text(text)) => json!({ "S": text }),
        (As::Timestamp, Value::Instant(ms)) => json!({ "S": instant_text(*ms)? }),
        (As::Number, Value::Int(n)) => json!({ "N": n.to_string() }),
        (As::Number, Value::Dec(n)) => json!({ "N": n.to_string() }),
        (As::Boolean, Value::Bool(b)) => json!({ "BOOL": b }),
        (As::Binary, Value::Bytes(_)) | (As::List, Value::List(_)) | (As::Map, Value::Map(_)) => {
            to_nested(value)?
        }
        (As::TextSet | As::NumberSet, Value::Set(elements)) if elements.is_empty() => {
            return Ok(None);
        }
        (As::TextSet, Value::Set(elements)) => {
            let text = |v: &Value| {
                if let Value::Text(t) = v {
                    Ok(t.clone())
                } else {
                    wrong().map(|()| String::new())
                }
            };
            json!({ "SS": elements.iter().map(text).collect::<Result<Vec<_>, _>>()? })
        }
        (As::NumberSet, Value::Set(elements)) => {
            let number = |v: &Value| match v {
                Value::Dec(n) => Ok(n.to_string()),
                Value::Int(n) => Ok(n.to_string()),
                _ => wrong().map(|()| String::new()),
            };
            json!({ "NS": elements.iter().map(number).collect::<Result<Vec<_>, _>>()? })
        }
        _ => return wrong().map(|()| None),
    };
    Ok(Some(json))
}

/// A value inside of a list or map.
pub(crate) fn to_nested(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(b) => json!({ "BOOL": b }),
        Value::Int(n) => json!({ "N": n.to_string() }),
        Value::Dec(n) => json!({ "N": n.to_string() }),
        Value::Text(text) => json!({ "S": text }),
        Value::Instant(ms) => json!({ "S": instant_text(*ms)? }),
        Value::Bytes(bytes) => json!({ "B": base64(bytes) }),
        Value::List(elements) => {
            json!({ "L": elements.iter().map(to_nested).collect::<Result<Vec<_>, _>>()? })
        }
        Value::Map(entries) => {
            let pair = |(k, v): (&String, &Value)| Ok::<_, String>((k.clone(), to_nested(v)?));
            json!({ "M": entries.iter().map(pair).collect::<Result<serde_json::Map<_, _>, _>>()? })
        }
        Value::Set(_) => return Err("a set inside of a list or map".to_owned()),
    })
}

/// The logical value of a stored attribute.
pub(crate) fn from_stored(attribute: &Stored, json: &Json) -> Result<Value, String> {
    let value = value_of(attribute.form, json)?;
    match (value, attribute.kind.as_str()) {
        (Value::Dec(number), "integer" | "epoch") => match number.shifted(0) {
            Some(n) => Ok(Value::Int(n)),
            None => Err(format!("{number} is stored for an integer")),
        },
        (value, _) => Ok(value),
    }
}

/// The logical value of a stored value; numbers as decimals.
pub(crate) fn value_of(stored_as: As, json: &Json) -> Result<Value, String> {
    let wrong = || format!("{json} is not stored as {stored_as:?}");
    let (tag, inner) = tagged(json).ok_or_else(wrong)?;
    let text = || inner.as_str().ok_or_else(wrong);
    Ok(match (stored_as, tag) {
        (As::Text, "S") => Value::Text(text()?.to_owned()),
        (As::Timestamp, "S") => canonical_instant(text()?)?,
        (As::Number, "N")
        | (As::Boolean, "BOOL")
        | (As::Binary, "B")
        | (As::List, "L")
        | (As::Map, "M") => untagged(json).ok_or_else(wrong)?,
        (As::TextSet, "SS") => set(inner, |t| Some(Value::Text(t.to_owned()))).ok_or_else(wrong)?,
        (As::NumberSet, "NS") => {
            set(inner, |t| Decimal::parse(t).map(Value::Dec)).ok_or_else(wrong)?
        }
        _ => return Err(wrong()),
    })
}

/// An instant in exactly the text that the document gives it.
fn canonical_instant(text: &str) -> Result<Value, String> {
    let ms = parse_instant(text)?;
    if instant_text(ms)? == text {
        Ok(Value::Instant(ms))
    } else {
        Err(format!("{text:?} is not the text of an instant"))
    }
}

fn set(json: &Json, element: impl Fn(&str) -> Option<Value>) -> Option<Value> {
    json.as_array()?
        .iter()
        .map(|v| element(v.as_str()?))
        .collect::<Option<_>>()
        .map(Value::Set)
}

fn tagged(json: &Json) -> Option<(&str, &Json)> {
    let object = json.as_object()?;
    let (tag, inner) = object.iter().next()?;
    (object.len() == 1).then_some((tag.as_str(), inner))
}

fn untagged(json: &Json) -> Option<Value> {
    let (tag, inner) = tagged(json)?;
    Some(match tag {
        "S" => Value::Text(inner.as_str()?.to_owned()),
        "N" => Value::Dec(Decimal::parse(inner.as_str()?)?),
        "BOOL" => Value::Bool(inner.as_bool()?),
        "B" => Value::Bytes(unbase64(inner.as_str()?)?),
        "NULL" => Value::Null,
        "L" => Value::List(
            inner
                .as_array()?
                .iter()
                .map(untagged)
                .collect::<Option<_>>()?,
        ),
        "M" => {
            let pair = |(k, v): (&String, &Json)| Some((k.clone(), untagged(v)?));
            Value::Map(inner.as_object()?.iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The logical value of a constant in the plan.
pub(crate) fn constant(stored_as: As, kind: &str, json: &Json) -> Result<Value, String> {
    let wrong = || format!("the constant {json} is no value stored as {stored_as:?}");
    let number = || match json {
        Json::String(text) => Decimal::parse(text),
        other => Decimal::parse(&other.to_string()),
    };
    Ok(match (stored_as, json) {
        (As::Text, Json::String(text)) => Value::Text(text.clone()),
        (As::Timestamp, Json::String(text)) => canonical_instant(text)?,
        (As::Number, _) => {
            let number = number().ok_or_else(wrong)?;
            let whole = matches!(kind, "integer" | "epoch")
                .then(|| number.shifted(0))
                .flatten();
            whole.map_or(Value::Dec(number), Value::Int)
        }
        (As::Boolean, Json::Bool(b)) => Value::Bool(*b),
        (As::TextSet, Json::Array(list)) => Value::Set(
            list.iter()
                .map(|v| constant(As::Text, "", v))
                .collect::<Result<_, _>>()?,
        ),
        (As::NumberSet, Json::Array(list)) => Value::Set(
            list.iter()
                .map(|v| constant(As::Number, "", v))
                .collect::<Result<_, _>>()?,
        ),
        (As::TextSet, one) => Value::Set([constant(As::Text, "", one)?].into()),
        (As::NumberSet, one) => Value::Set([constant(As::Number, "", one)?].into()),
        (As::List | As::Map, json) => plain_json(json),
        _ => return Err(wrong()),
    })
}

fn plain_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Decimal::parse(&n.to_string()).map_or(Value::Null, Value::Dec),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(list) => Value::List(list.iter().map(plain_json).collect()),
        Json::Object(map) => Value::Map(
            map.iter()
                .map(|(k, v)| (k.clone(), plain_json(v)))
                .collect(),
        ),
    }
}

/// The engine's order of two stored values of one type; nothing for different types or those without order.
pub(crate) fn order(left: &Json, right: &Json) -> Option<Ordering> {
    let ((left_tag, left), (right_tag, right)) = (tagged(left)?, tagged(right)?);
    if left_tag != right_tag {
        return None;
    }
    match left_tag {
        "S" => Some(left.as_str()?.as_bytes().cmp(right.as_str()?.as_bytes())),
        "N" => compare(
            Decimal::parse(left.as_str()?)?,
            Decimal::parse(right.as_str()?)?,
        ),
        "BOOL" => Some(left.as_bool()?.cmp(&right.as_bool()?)),
        "B" => Some(unbase64(left.as_str()?)?.cmp(&unbase64(right.as_str()?)?)),
        _ => None,
    }
}

fn compare(left: Decimal, right: Decimal) -> Option<Ordering> {
    let scale = left.scale.max(right.scale);
    Some(left.shifted(scale)?.cmp(&right.shifted(scale)?))
}

/// Two stored values are the same value: numbers by value, sets without order.
pub(crate) fn same(left: &Json, right: &Json) -> bool {
    normal(left) == normal(right)
}

/// One form of each stored value.
pub(crate) fn normal(json: &Json) -> Json {
    let number = |v: &Json| {
        v.as_str()
            .and_then(Decimal::parse)
            .map_or(v.clone(), |n| json!(n.to_string()))
    };
    let Some((tag, inner)) = tagged(json) else {
        return json.clone();
    };
    let inner = match tag {
        "N" => number(inner),
        "SS" | "NS" | "BS" => {
            let mut elements: Vec<Json> = inner.as_array().into_iter().flatten().cloned().collect();
            if tag == "NS" {
                elements = elements.iter().map(number).collect();
            }
            elements.sort_by_key(Json::to_string);
            Json::Array(elements)
        }
        "L" => Json::Array(inner.as_array().into_iter().flatten().map(normal).collect()),
        "M" => Json::Object(
            inner
                .as_object()
                .into_iter()
                .flatten()
                .map(|(k, v)| (k.clone(), normal(v)))
                .collect(),
        ),
        _ => inner.clone(),
    };
    json!({ tag: inner })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut block = [0_u8; 3];
        block[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, block[0], block[1], block[2]]);
        for place in 0..4 {
            let letter = char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
            out.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut bits = 0_u32;
    let mut count = 0;
    for letter in text.bytes().filter(|b| *b != b'=') {
        let place = ALPHABET.iter().position(|a| *a == letter)?;
        bits = bits << 6 | u32::try_from(place).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 255).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_both_ways() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", &[0, 255, 128, 7]] {
            assert_eq!(unbase64(&base64(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(base64(b"foob"), "Zm9vYg==");
    }

    #[test]
    fn numbers_compare_by_value() {
        assert!(same(&json!({ "N": "1.50" }), &json!({ "N": "1.5" })));
        assert_eq!(
            order(&json!({ "N": "-2" }), &json!({ "N": "-1.5" })),
            Some(Ordering::Less)
        );
        assert_eq!(order(&json!({ "S": "1" }), &json!({ "N": "1" })), None);
    }
}

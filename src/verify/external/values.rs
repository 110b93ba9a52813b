//! Logical values as JSON that loses nothing.

use crate::items::encode::parse_instant;
use crate::items::value::{Attrs, Decimal, Value};
use serde_json::{Map, Value as Json, json};

/// Values by name.
pub(super) fn all(of: &Attrs) -> Result<Json, String> {
    let made: Result<Map<String, Json>, String> = of
        .iter()
        .map(|(name, value)| Ok((name.clone(), write(value)?)))
        .collect();
    made.map(Json::Object)
}

/// Values by name, read back.
pub(super) fn read_all(json: &Json) -> Result<Attrs, String> {
    json.as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| Ok((name.clone(), read(value)?)))
        .collect()
}

fn write(value: &Value) -> Result<Json, String> {
    let many =
        |all: &mut dyn Iterator<Item = &Value>| all.map(write).collect::<Result<Vec<_>, _>>();
    Ok(match value {
        Value::Null => json!({ "null": true }),
        Value::Bool(b) => json!({ "bool": b }),
        Value::Int(n) => json!({ "int": n.to_string() }),
        Value::Dec(n) => json!({ "dec": n.to_string() }),
        Value::Text(text) => json!({ "text": text }),
        Value::Instant(ms) => json!({ "instant": ms }),
        Value::Bytes(_) => {
            json!({ "bytes": crate::items::encode::plain(value)? })
        }
        Value::List(list) => json!({ "list": many(&mut list.iter())? }),
        Value::Set(set) => json!({ "set": many(&mut set.iter())? }),
        Value::Map(map) => json!({ "map": all(map)? }),
    })
}

fn read(json: &Json) -> Result<Value, String> {
    let wrong = || format!("{json} is no value");
    let object = json.as_object().ok_or_else(wrong)?;
    let (tag, inner) = object.iter().next().ok_or_else(wrong)?;
    let text = || inner.as_str().ok_or_else(wrong);
    let many = || {
        let list = inner.as_array().ok_or_else(wrong)?;
        list.iter().map(read).collect::<Result<Vec<_>, _>>()
    };
    Ok(match tag.as_str() {
        "null" => Value::Null,
        "bool" => Value::Bool(inner.as_bool().ok_or_else(wrong)?),
        "int" => Value::Int(text()?.parse().map_err(|_| wrong())?),
        "dec" => Value::Dec(Decimal::parse(text()?).ok_or_else(wrong)?),
        "text" => Value::Text(text()?.to_owned()),
        "instant" => Value::Instant(match inner.as_str() {
            Some(text) => parse_instant(text)?,
            None => inner.as_i64().ok_or_else(wrong)?,
        }),
        "bytes" => {
            let hex = text()?;
            let byte = |place: usize| u8::from_str_radix(hex.get(place..place + 2)?, 16).ok();
            let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
            Value::Bytes(bytes.ok_or_else(wrong)?)
        }
        "list" => Value::List(many()?),
        "set" => Value::Set(many()?.into_iter().collect()),
        "map" => Value::Map(read_all(inner)?),
        _ => return Err(wrong()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(i128::from(i64::MIN)),
            Value::Dec(Decimal::new(-15, 1)),
            Value::Text("\u{0}é🙂".to_owned()),
            Value::Instant(-62_167_219_200_000),
            Value::Bytes(vec![0, 255]),
            Value::Set([Value::Dec(Decimal::new(1, 0))].into()),
            Value::List(vec![Value::Map(Attrs::from([(
                "#".to_owned(),
                Value::Null,
            )]))]),
        ];
        for value in values {
            assert_eq!(write(&value).and_then(|json| read(&json)), Ok(value));
        }
    }
}

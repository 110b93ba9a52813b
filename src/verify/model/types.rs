//! Attribute types of the design language, and constants of these types.

use super::super::value::{Decimal, Value};
use super::derived::instant;
use serde_json::Value as Yaml;
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Uuid,
    Ulid,
    Ksuid,
    Integer,
    Decimal,
    Boolean,
    Timestamp,
    Date,
    Month,
    Epoch,
    Binary,
    List,
    Map,
    TextSet,
    NumberSet,
    Enumeration(Vec<String>),
}

impl Type {
    /// A type by its name; nothing for the name of an entity.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::Text,
            "uuid" => Self::Uuid,
            "ulid" => Self::Ulid,
            "ksuid" => Self::Ksuid,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Timestamp,
            "date" => Self::Date,
            "month" => Self::Month,
            "epoch" => Self::Epoch,
            "binary" => Self::Binary,
            "list" => Self::List,
            "map" => Self::Map,
            "set(string)" => Self::TextSet,
            "set(number)" => Self::NumberSet,
            _ => return None,
        })
    }

    pub(crate) fn is_set(&self) -> bool {
        matches!(self, Self::TextSet | Self::NumberSet)
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Epoch)
    }

    /// The type of a set's elements; of anything else itself.
    pub(crate) fn element(&self) -> Self {
        match self {
            Self::TextSet => Self::Text,
            Self::NumberSet => Self::Decimal,
            other => other.clone(),
        }
    }

    pub(crate) fn generated(&self) -> bool {
        matches!(self, Self::Uuid | Self::Ulid | Self::Ksuid)
    }

    pub(crate) fn time(&self) -> bool {
        matches!(
            self,
            Self::Timestamp | Self::Date | Self::Month | Self::Epoch
        )
    }

    /// A constant of the file as a value of this type.
    pub(crate) fn constant(&self, yaml: &Yaml) -> Result<Value, String> {
        let wrong = || format!("{yaml} is no {self:?}");
        let text = scalar_text(yaml);
        let number = || text.as_deref().and_then(Decimal::parse).ok_or_else(wrong);
        Ok(match self {
            Self::Integer | Self::Epoch => Value::Int(number()?.shifted(0).ok_or_else(wrong)?),
            Self::Decimal => Value::Dec(number()?),
            Self::Boolean => Value::Bool(yaml.as_bool().ok_or_else(wrong)?),
            Self::Timestamp => Value::Instant(instant(&text.ok_or_else(wrong)?).ok_or_else(wrong)?),
            Self::TextSet | Self::NumberSet => {
                let one = |v: &Yaml| self.element().constant(v);
                match yaml {
                    Yaml::Array(list) => {
                        Value::Set(list.iter().map(one).collect::<Result<_, _>>()?)
                    }
                    other => Value::Set(BTreeSet::from([one(other)?])),
                }
            }
            Self::List | Self::Map => free(yaml),
            Self::Binary => return Err(wrong()),
            _ => Value::Text(text.ok_or_else(wrong)?),
        })
    }
}

/// Booleans and numbers are accepted as text where text is meant.
fn scalar_text(yaml: &Yaml) -> Option<String> {
    match yaml {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Bool(_) | Yaml::Number(_) => Some(yaml.to_string()),
        _ => None,
    }
}

/// A value inside of a list or map has the type that it is written with; numbers are decimals.
pub(crate) fn free(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(b) => Value::Bool(*b),
        Yaml::Number(n) => Decimal::parse(&n.to_string()).map_or(Value::Null, Value::Dec),
        Yaml::String(text) => Value::Text(text.clone()),
        Yaml::Array(list) => Value::List(list.iter().map(free).collect()),
        Yaml::Object(map) => Value::Map(map.iter().map(|(k, v)| (k.clone(), free(v))).collect()),
    }
}

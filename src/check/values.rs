//! Constants of the document, and which parameters a caller gives.

use crate::plan::{Choice, Pattern};
use crate::workload::{Constant, Entity, Type, Workload};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A constant of the document as a constant of a type.
pub(super) fn constant(value: &Value, ty: &Type) -> Option<Constant> {
    match (value, ty) {
        (Value::Number(n), Type::Integer | Type::Epoch) => n.as_i64().map(Constant::Integer),
        (Value::String(t), Type::Decimal) => Some(Constant::Decimal(t.clone())),
        (Value::Number(n), Type::Decimal) => Some(Constant::Decimal(n.to_string())),
        (Value::Bool(b), Type::Boolean) => Some(Constant::Boolean(*b)),
        (Value::String(t), ty) if !matches!(ty, Type::Integer | Type::Epoch | Type::Boolean) => {
            Some(Constant::Text(t.clone()))
        }
        _ => None,
    }
}

/// How a type is stored, in the word of the document.
pub(super) const fn stored_as(ty: &Type) -> &'static str {
    match ty {
        Type::String
        | Type::Date
        | Type::Month
        | Type::Uuid
        | Type::Ulid
        | Type::Ksuid
        | Type::Enumeration(_) => "string",
        Type::Timestamp => "timestamp",
        Type::Integer | Type::Decimal | Type::Epoch => "number",
        Type::Boolean => "boolean",
        Type::Binary => "binary",
        Type::List => "list",
        Type::Map => "map",
        Type::StringSet => "string_set",
        Type::NumberSet => "number_set",
    }
}

/// How a value of a type, of a set one of its elements, is compared.
pub(super) const fn compared_as(ty: &Type) -> &'static str {
    match ty {
        Type::StringSet => "string",
        Type::NumberSet => "number",
        other => stored_as(other),
    }
}

/// The attribute of an entity that has a physical name.
pub(super) fn physical(entity: &Entity, name: &str) -> Option<crate::workload::AttributeId> {
    entity
        .attribute_ids()
        .find(|id| entity.attribute(*id).stored_as == name)
}

/// Which of the optional parameters a caller gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Given<'a> {
    /// Those that may be left out.
    pub(super) optional: BTreeSet<&'a str>,
    /// Those of them that are given.
    pub(super) given: BTreeSet<&'a str>,
}

impl Given<'_> {
    /// Whether a parameter is left out.
    pub(super) fn lacks(&self, name: &str) -> bool {
        self.optional.contains(name) && !self.given.contains(name)
    }

    /// What a choice comes to.
    pub(super) fn resolve<'c, T>(&self, choice: &'c Choice<T>) -> &'c T {
        let mut at = choice;
        loop {
            match at {
                Choice::Plain(thing) => return thing,
                Choice::Given {
                    given,
                    then,
                    otherwise,
                } => {
                    at = if given.iter().any(|name| self.lacks(name)) {
                        otherwise
                    } else {
                        then
                    };
                }
            }
        }
    }

    /// In words.
    pub(super) fn describe(&self) -> String {
        if self.optional.is_empty() {
            return String::new();
        }
        let given: Vec<&str> = self.given.iter().copied().collect();
        if given.is_empty() {
            "with no optional parameter, ".to_owned()
        } else {
            format!("with {}, ", given.join(", "))
        }
    }
}

/// The values of the parameters of a read that have few.
pub(super) fn few(workload: &Workload, pattern: &Pattern) -> BTreeMap<String, Vec<Constant>> {
    let mut made = BTreeMap::new();
    for parameter in &pattern.parameters {
        let ty = parameter.attributes.iter().find_map(|(entity, attribute)| {
            let entity = workload.entity(workload.find_entity(entity)?);
            Some(&entity.attribute(entity.find(attribute)?).ty)
        });
        let Some(ty) = ty else { continue };
        let read: Option<Vec<Constant>> = match &parameter.values {
            Some(values) => values.iter().map(|v| constant(v, ty)).collect(),
            None => ty.values(),
        };
        if let Some(read) = read {
            made.insert(parameter.name.clone(), read);
        }
    }
    made
}

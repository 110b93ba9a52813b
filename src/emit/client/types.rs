//! The types of attributes and parameters, with identifiers that are told apart.

use super::pascal;
use crate::plan::{Entity, Plan, Stored};
use std::collections::BTreeMap;

/// The greatest whole number that a double has exactly, with all below it.
const EXACT: u64 = 9_007_199_254_740_991;

/// A type of its own for the identifiers of one entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Brand {
    /// Its name, in the way of types: `CustomerId`.
    pub(crate) name: String,
    /// The entity whose identity it is part of.
    pub(crate) entity: String,
    /// The attribute there.
    pub(crate) attribute: String,
}

/// What values there are of an attribute or a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text: `string`, `uuid`, `ulid`, `ksuid`; with the brands of what it identifies, several for a reference to several.
    Text(Vec<String>),
    /// One of some texts.
    Enumeration(Vec<String>),
    /// `2026-11-20`.
    Date,
    /// `2026-11`.
    Month,
    /// An instant, in whole milliseconds.
    Timestamp,
    /// Whole seconds since 1970, a number.
    Epoch,
    /// A whole number; `wide`: of 64 bits, otherwise a double has each exactly.
    Integer {
        /// Whether a double is too narrow.
        wide: bool,
    },
    /// A decimal number, exact.
    Decimal,
    /// True or false.
    Boolean,
    /// Bytes.
    Bytes,
    /// A list of anything.
    List,
    /// A map of anything.
    Map,
    /// A set of texts.
    TextSet,
    /// A set of numbers.
    NumberSet,
}

/// The brand of each attribute of an identity that is text and no reference, by entity and attribute.
pub(super) type Brands = BTreeMap<(String, String), Brand>;

pub(super) fn brands(plan: &Plan) -> Brands {
    let mut made = Brands::new();
    for entity in &plan.entities {
        for attribute in &entity.identity {
            let Some(stored) = stored(entity, attribute) else {
                continue;
            };
            let text = matches!(stored.ty.as_str(), "string" | "uuid" | "ulid" | "ksuid");
            if !text || stored.derived.is_some() || !targets(entity, attribute).is_empty() {
                continue;
            }
            let key = (entity.name.clone(), attribute.clone());
            let name = brand_name(plan, entity, attribute);
            made.insert(
                key,
                Brand {
                    name,
                    entity: entity.name.clone(),
                    attribute: attribute.clone(),
                },
            );
        }
    }
    made
}

/// `CustomerId` of `Customer.customer_id` and of `Customer.id`; longer where other names are the same.
fn brand_name(plan: &Plan, entity: &Entity, attribute: &str) -> String {
    let owner = pascal(&entity.name);
    let own = pascal(attribute);
    let name = if own.starts_with(&owner) && own != owner {
        own
    } else {
        format!("{owner}{own}")
    };
    let taken = plan.entities.iter().any(|e| pascal(&e.name) == name);
    if taken { format!("{name}Key") } else { name }
}

fn stored<'a>(entity: &'a Entity, attribute: &str) -> Option<&'a Stored> {
    entity.stored.iter().find(|s| s.attribute == attribute)
}

/// Where a reference that an attribute is part of leads: entities and their attributes.
fn targets<'a>(entity: &'a Entity, attribute: &str) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    for reference in &entity.references {
        for (place, name) in reference.attributes.iter().enumerate() {
            if name == attribute {
                found.extend(reference.entities.iter().map(|e| (e.as_str(), place)));
            }
        }
    }
    found
}

/// The brands of an attribute: its own, or those of what it refers to, however far away.
fn brands_of(
    plan: &Plan,
    brands: &Brands,
    entity: &Entity,
    attribute: &str,
    far: usize,
) -> Vec<String> {
    if let Some(own) = brands.get(&(entity.name.clone(), attribute.to_owned())) {
        return vec![own.name.clone()];
    }
    let mut made = Vec::new();
    // A reference may lead in a circle.
    if far < plan.entities.len() {
        for (name, place) in targets(entity, attribute) {
            let Some(target) = plan.entities.iter().find(|e| e.name == name) else {
                continue;
            };
            if let Some(key) = target.identity.get(place) {
                made.extend(brands_of(plan, brands, target, key, far + 1));
            }
        }
    }
    made.sort();
    made.dedup();
    made
}

/// The type of a stored attribute.
pub(super) fn of_stored(plan: &Plan, brands: &Brands, entity: &Entity, of: &Stored) -> Type {
    match named(&of.ty, of.values.as_deref(), of.max) {
        Type::Text(_) => Type::Text(brands_of(plan, brands, entity, &of.attribute, 0)),
        other => other,
    }
}

/// The type of a name in the document.
pub(super) fn named(ty: &str, values: Option<&[String]>, max: Option<u64>) -> Type {
    match ty {
        "enumeration" => Type::Enumeration(values.unwrap_or_default().to_vec()),
        "date" => Type::Date,
        "month" => Type::Month,
        "timestamp" => Type::Timestamp,
        "epoch" => Type::Epoch,
        "integer" => Type::Integer {
            wide: max.is_none_or(|m| m > EXACT),
        },
        "decimal" => Type::Decimal,
        "boolean" => Type::Boolean,
        "binary" => Type::Bytes,
        "list" => Type::List,
        "map" => Type::Map,
        "set(string)" => Type::TextSet,
        "set(number)" => Type::NumberSet,
        _ => Type::Text(Vec::new()),
    }
}

impl Type {
    /// What two uses of one parameter have in common.
    pub(super) fn or(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Text(mut one), Self::Text(more)) => {
                // Beside plain text the brands of the other use say nothing.
                if one.is_empty() || more.is_empty() {
                    return Self::Text(Vec::new());
                }
                one.extend(more.iter().cloned());
                one.sort();
                one.dedup();
                Self::Text(one)
            }
            (Self::Integer { wide }, Self::Integer { wide: other }) => Self::Integer {
                wide: wide || *other,
            },
            (one, _) => one,
        }
    }

    /// How values of it are stored, in the document's words.
    pub(crate) fn stored_as(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Enumeration(_) | Self::Date | Self::Month => "string",
            Self::Timestamp => "timestamp",
            Self::Epoch | Self::Integer { .. } | Self::Decimal => "number",
            Self::Boolean => "boolean",
            Self::Bytes => "binary",
            Self::List => "list",
            Self::Map => "map",
            Self::TextSet => "string_set",
            Self::NumberSet => "number_set",
        }
    }

    /// Whether it is a set.
    pub(crate) fn is_set(&self) -> bool {
        matches!(self, Self::TextSet | Self::NumberSet)
    }
}

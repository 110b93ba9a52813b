//! Sizes of items and keys, estimated from the types where the file does not say.

use super::units;
use crate::encoding::{self, Encoding};
use crate::estimate::{self, WHOLE};
use crate::layout::Component;
use crate::workload::{Attribute, AttributeId, EntityId, Type, Workload};

/// Bytes of a text of unknown length.
const TEXT: u64 = 24;
/// Bytes of a list, map or set of unknown content.
const DOCUMENT: u64 = 120;

/// Bytes of an attribute's value, on average, where it is there.
#[must_use]
pub fn value(attribute: &Attribute) -> u64 {
    match &attribute.ty {
        Type::String => attribute.max.map_or(TEXT, |m| TEXT.min(m)),
        Type::Binary => attribute.max.map_or(64, |m| 64.min(m)),
        Type::Enumeration(values) => {
            let all: u64 = values.iter().map(|v| v.len() as u64).sum();
            all.div_ceil(values.len().max(1) as u64)
        }
        Type::Uuid => 36,
        Type::Ulid => 26,
        Type::Ksuid => 27,
        Type::Timestamp => 24,
        Type::Date => 10,
        Type::Month => 7,
        Type::Epoch => units::number_size("1800000001"),
        Type::Integer => units::number_size("12345"),
        Type::Decimal => units::number_size("123.45"),
        Type::Boolean => 1,
        Type::List | Type::Map | Type::StringSet | Type::NumberSet => DOCUMENT,
    }
}

/// Bytes of a stored attribute, name included, over all items: less where it may be missing.
#[must_use]
pub fn attribute(workload: &Workload, entity: EntityId, id: AttributeId) -> u64 {
    let declared = workload.entity(entity);
    let attribute = declared.attribute(id);
    let bytes = attribute.stored_as.len() as u64 + value(attribute);
    bytes * estimate::present(declared, id) / WHOLE
}

/// Bytes of an item without the keys that the design adds.
#[must_use]
pub fn item(workload: &Workload, entity: EntityId) -> u64 {
    let declared = workload.entity(entity);
    declared.size.unwrap_or_else(|| {
        declared
            .attribute_ids()
            .map(|a| attribute(workload, entity, a))
            .sum()
    })
}

/// Characters of an attribute in a key.
#[must_use]
pub fn encoded(attribute: &Attribute, descending: bool) -> u64 {
    match encoding::encoding(attribute, descending) {
        Some(Encoding::Integer { width, .. }) => u64::from(width),
        Some(Encoding::Decimal {
            width, fraction, ..
        }) => u64::from(width + fraction + 1),
        Some(Encoding::Boolean) => 5,
        Some(Encoding::Hex) => 2 * value(attribute),
        Some(_) => value(attribute),
        None => 0,
    }
}

/// The most bytes of an attribute in a key; `None` of a text without `max`.
///
/// Each byte of a text may be one that is written as three, such as a space.
#[must_use]
pub fn longest(attribute: &Attribute, descending: bool) -> Option<u64> {
    match (&attribute.ty, encoding::encoding(attribute, descending)) {
        (Type::Enumeration(values), _) => {
            let lengths = values.iter().map(|v| encoding::escape(v).len() as u64);
            Some(lengths.max().unwrap_or(0))
        }
        (Type::String, _) => attribute.max.map(|m| m.saturating_mul(3)),
        (Type::Binary, _) => attribute.max.map(|m| m.saturating_mul(2)),
        _ => Some(encoded(attribute, descending)),
    }
}

/// The most bytes of an attribute's value, where the file says so, else those of an average one.
#[must_use]
pub fn greatest(attribute: &Attribute) -> u64 {
    match attribute.ty {
        Type::String | Type::Binary => attribute.max.unwrap_or_else(|| value(attribute)),
        _ => value(attribute),
    }
}

/// Characters of a component in a sort key, with the `#` after it.
#[must_use]
pub fn component(workload: &Workload, entity: EntityId, of: Component) -> u64 {
    encoded(
        workload.entity(entity).attribute(of.attribute),
        of.descending,
    ) + 1
}

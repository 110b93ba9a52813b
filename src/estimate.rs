//! How many items there are of what: averages from counts, references and declared shares.
//!
//! Promises: integers only; the same workload gives the same numbers. Assumptions where the file is silent, chosen to be
//! moderate and always the same: an attribute that is neither a reference nor a time nor an enumeration has as many
//! different values as the square root of the items; the values of an enumeration are equally frequent; an optional
//! attribute is there half the time; a `range` or `prefix` keeps a tenth; what a call asks for is there at least once.

use crate::workload::{AttributeId, AttributeSet, Constant, Entity, Type, Workload};

/// Parts per million of one.
pub const WHOLE: u64 = 1_000_000;

/// What a `range` or `prefix` keeps, in parts per million.
pub const RANGE_KEEPS: u64 = 100_000;

/// How many different values an attribute has, at least one.
#[must_use]
pub fn distinct(workload: &Workload, entity: &Entity, id: AttributeId) -> u64 {
    let attribute = entity.attribute(id);
    let root = || entity.count.isqrt();
    let alone = entity.identity == [id] || entity.uniques.iter().any(|u| u.attributes == [id]);
    let referenced = attribute
        .target
        .map(|t| workload.entity(t).count)
        .or_else(|| {
            let single = |r: &&crate::workload::Reference| r.attributes == [id];
            entity
                .references
                .iter()
                .find(single)
                .map(|r| r.targets.iter().map(|t| workload.entity(*t).count).sum())
        });
    let natural = match (&attribute.ty, referenced) {
        _ if attribute.distinct.is_some() => attribute.distinct.unwrap_or(1),
        _ if alone => entity.count,
        (_, Some(count)) => count,
        (Type::Enumeration(values), _) => values.len() as u64,
        (Type::Boolean, _) => 2,
        (Type::Timestamp | Type::Epoch | Type::Uuid | Type::Ulid | Type::Ksuid, _) => entity.count,
        (Type::Date, _) => 1_000,
        (Type::Month, _) => 36,
        _ => match attribute.derived.as_ref().and_then(|d| d.argument) {
            Some(buckets) if attribute.ty == Type::Integer => u64::from(buckets),
            _ => root(),
        },
    };
    natural.clamp(1, entity.count.max(1))
}

/// What part of the items has the attribute, in parts per million.
#[must_use]
pub fn present(entity: &Entity, id: AttributeId) -> u64 {
    let attribute = entity.attribute(id);
    if !attribute.optional {
        return WHOLE;
    }
    let listed: u64 = attribute.share.of.iter().map(|(_, p)| p).sum();
    attribute
        .share
        .any
        .unwrap_or(if listed > 0 { listed } else { WHOLE / 2 })
}

/// What part of the items has one of these values, in parts per million.
#[must_use]
pub fn share(workload: &Workload, entity: &Entity, id: AttributeId, values: &[Constant]) -> u64 {
    let attribute = entity.attribute(id);
    let there = present(entity, id);
    let declared = |v: &Constant| {
        attribute
            .share
            .of
            .iter()
            .find(|(c, _)| c == v)
            .map(|(_, p)| *p)
    };
    let listed: u64 = attribute.share.of.iter().map(|(_, p)| p).sum();
    let others = distinct(workload, entity, id)
        .saturating_sub(attribute.share.of.len() as u64)
        .max(1);
    let each = there.saturating_sub(listed) / others;
    values
        .iter()
        .map(|v| declared(v).unwrap_or(each))
        .sum::<u64>()
        .min(WHOLE)
}

/// Which items are meant: attributes fixed by equality with a parameter, and constants.
#[derive(Debug, Clone, Copy)]
pub struct Chosen<'a> {
    /// Attributes that equal a parameter.
    pub fixed: AttributeSet,
    /// Attributes that have one of some constants.
    pub constants: &'a [(AttributeId, Vec<Constant>)],
    /// Attributes that are there.
    pub exists: AttributeSet,
    /// Attributes that are not there.
    pub missing: AttributeSet,
}

/// How many items match on average, in millionths of an item, not rounded up to one.
#[must_use]
pub fn matching(workload: &Workload, entity: &Entity, chosen: Chosen<'_>) -> u128 {
    let mut micro = u128::from(entity.count) * u128::from(WHOLE);
    let constant = |id: AttributeId| chosen.constants.iter().find(|(a, _)| *a == id);
    for id in chosen.fixed.iter() {
        micro = match constant(id) {
            // A parameter that constants narrow: as frequent as one of them.
            Some((_, values)) => {
                micro * u128::from(share(workload, entity, id, values))
                    / u128::from(WHOLE)
                    / values.len().max(1) as u128
            }
            None => {
                micro * u128::from(present(entity, id))
                    / u128::from(WHOLE)
                    / u128::from(distinct(workload, entity, id))
            }
        };
    }
    for (id, values) in chosen
        .constants
        .iter()
        .filter(|(id, _)| !chosen.fixed.contains(*id))
    {
        micro = micro * u128::from(share(workload, entity, *id, values)) / u128::from(WHOLE);
    }
    let by_value = |id: AttributeId| chosen.fixed.contains(id) || constant(id).is_some();
    for id in chosen.exists.iter().filter(|id| !by_value(*id)) {
        micro = micro * u128::from(present(entity, id)) / u128::from(WHOLE);
    }
    for id in chosen.missing.iter() {
        micro = micro * u128::from(WHOLE - present(entity, id)) / u128::from(WHOLE);
    }
    if entity.determines(chosen.fixed) {
        micro.min(u128::from(WHOLE))
    } else {
        micro
    }
}

/// The share of the items that the most frequent value of the fixed attributes has, in parts per million, at least one.
#[must_use]
pub fn heaviest(workload: &Workload, entity: &Entity, fixed: AttributeSet) -> u64 {
    let mut part = WHOLE;
    for id in fixed.iter() {
        let attribute = entity.attribute(id);
        let declared = entity
            .largest
            .get(&id)
            .map(|n| n.saturating_mul(WHOLE) / entity.count.max(1));
        let frequent = attribute.share.of.iter().map(|(_, p)| *p).max();
        let one = declared
            .or(frequent)
            .unwrap_or_else(|| WHOLE / distinct(workload, entity, id));
        part = part.saturating_mul(one.min(WHOLE)) / WHOLE;
    }
    part.max(1)
}

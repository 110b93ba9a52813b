//! The partition key of a family: every attribute that all of its demands fix.
//!
//! A greater partition key never hurts: an attribute that each demand fixes may be taken from the sort key to the
//! partition key, and each read still is one run. So the greatest one is taken; it also spreads the load best.

use super::membership::Held;
use super::search::Setting;
use super::{Conflict, Kind};
use crate::demand::{Demand, Shape};
use crate::workload::{AttributeId, AttributeSet, EntityId, Type};
use std::collections::BTreeMap;

/// The columns of the partition key: for each, the attribute of every member.
pub(super) fn partition(
    setting: &Setting<'_>,
    members: &[EntityId],
    held: &[Held],
) -> Result<Vec<Vec<AttributeId>>, Conflict> {
    if let Some(columns) = &setting.columns {
        return given(setting, members, columns);
    }
    let mut made: Vec<Vec<AttributeId>> = match members {
        [one] => {
            single(setting, *one, held.first()).map(|set| set.iter().map(|a| vec![a]).collect())?
        }
        _ => several(setting, members, held)?,
    };
    // Access policies compare the start of a partition key, so the tenant stands there.
    if let (Some(tenant), Some(first)) = (&setting.workload.tenant, members.first()) {
        let tenant = setting.workload.entity(*first).find(tenant);
        made.sort_by_key(|column| column.first().copied() != tenant);
    }
    Ok(made)
}

/// Whether a demand names one item of the table by its key: such a read needs no place in the order.
pub(super) fn is_pointed(setting: &Setting<'_>, demand: &Demand) -> bool {
    let [part] = demand.parts.as_slice() else {
        return false;
    };
    let identity = setting.rule(part.entity).identity;
    // A fan-out over what the key leaves out would read the item once for each value.
    let fans_over_key = demand.fan.iter().all(|(a, _)| identity.contains(*a));
    setting.kind == Kind::Table && fans_over_key && identity.is_subset(part.fixed)
}

/// What each demand fixes of an entity, without what the index settles.
fn fixed_sets(setting: &Setting<'_>, entity: EntityId, held: Option<&Held>) -> Vec<AttributeSet> {
    let settled = held.map_or_else(AttributeSet::default, |h| h.settled);
    let own = setting
        .demands
        .iter()
        .filter(|d| d.shape == Shape::Query && !is_pointed(setting, d));
    let of = |d: &&Demand| d.part(entity).map(|p| p.fixed);
    own.filter_map(|d| of(d).map(|f| f.without(settled)))
        .chain(setting.also.iter().filter_map(of))
        .collect()
}

/// What all reads know that name one item of an entity by the table's key, so what the key may hold.
fn pointed(setting: &Setting<'_>, entity: EntityId) -> Option<AttributeSet> {
    let reads = setting.demands.iter().filter(|d| is_pointed(setting, d));
    let known = reads.filter_map(|d| d.part(entity)).map(|p| p.fixed);
    known.reduce(AttributeSet::intersection)
}

fn single(
    setting: &Setting<'_>,
    entity: EntityId,
    held: Option<&Held>,
) -> Result<AttributeSet, Conflict> {
    let sets = fixed_sets(setting, entity, held);
    let declared = setting.workload.entity(entity);
    let Some(first) = sets.first() else {
        return Ok(if setting.kind == Kind::Table {
            natural(setting, entity)
        } else {
            declared.identity_set()
        });
    };
    let mut common = sets.iter().fold(*first, |a, b| a.intersection(*b));
    if setting.kind == Kind::Table {
        common = common.intersection(setting.rule(entity).allowed);
        common = pointed(setting, entity).map_or(common, |known| common.intersection(known));
    }
    // One constant key serves reads by different attributes only where they have sort keys of their own: on local
    // indexes.
    if common.is_empty() && setting.also.is_empty() && !sets.iter().any(|s| s.is_empty()) {
        return Err(Conflict::Partition);
    }
    Ok(common)
}

/// The partition key of an entity that is only read by its whole key: the first attribute of the identity, so that the
/// items which belong together lie together, unless that has few values; with the tenant, where every access names it.
fn natural(setting: &Setting<'_>, entity: EntityId) -> AttributeSet {
    let declared = setting.workload.entity(entity);
    let tenant = setting.workload.tenant.as_ref();
    let tenant: AttributeSet = tenant
        .and_then(|name| declared.find(name))
        .filter(|a| setting.rule(entity).allowed.contains(*a))
        .into_iter()
        .collect();
    let Some(first) = declared.identity.first() else {
        return tenant;
    };
    let few = matches!(
        declared.attribute(*first).ty,
        Type::Enumeration(_) | Type::Boolean | Type::Date | Type::Month
    );
    if few {
        declared.identity_set().union(tenant)
    } else {
        tenant.with(*first)
    }
}

fn several(
    setting: &Setting<'_>,
    members: &[EntityId],
    held: &[Held],
) -> Result<Vec<Vec<AttributeId>>, Conflict> {
    let collections: Vec<&Demand> = setting
        .demands
        .iter()
        .chain(setting.also)
        .copied()
        .filter(|d| d.is_collection())
        .collect();
    let Some(first) = collections.first() else {
        return Err(Conflict::Partition);
    };
    let mut made: Vec<Vec<AttributeId>> = Vec::new();
    for column in &first.columns {
        let start: BTreeMap<EntityId, AttributeId> = first
            .parts
            .iter()
            .map(|p| p.entity)
            .zip(column.iter().copied())
            .collect();
        let Some(full) = extend(start, &collections) else {
            continue;
        };
        let Some(column) = members
            .iter()
            .map(|m| full.get(m).copied())
            .collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let fixed = members
            .iter()
            .zip(&column)
            .zip(held)
            .all(|((entity, attribute), held)| {
                fixed_sets(setting, *entity, Some(held))
                    .iter()
                    .all(|s| s.contains(*attribute))
                    && pointed(setting, *entity).is_none_or(|known| known.contains(*attribute))
                    && (setting.kind != Kind::Table
                        || setting.rule(*entity).allowed.contains(*attribute))
            });
        if fixed && !made.contains(&column) {
            made.push(column);
        }
    }
    if made.is_empty() {
        Err(Conflict::Partition)
    } else {
        Ok(made)
    }
}

/// Follows a column through all collections that share an entity with it; `None` if one of them lacks it.
fn extend(
    mut column: BTreeMap<EntityId, AttributeId>,
    collections: &[&Demand],
) -> Option<BTreeMap<EntityId, AttributeId>> {
    loop {
        let before = column.len();
        for demand in collections {
            let known = |c: &&Vec<AttributeId>| {
                demand
                    .parts
                    .iter()
                    .zip(c.iter())
                    .all(|(p, a)| column.get(&p.entity).is_none_or(|b| a == b))
            };
            if !demand.parts.iter().any(|p| column.contains_key(&p.entity)) {
                continue;
            }
            let matching = demand.columns.iter().find(known)?.clone();
            column.extend(demand.parts.iter().map(|p| p.entity).zip(matching));
        }
        if column.len() == before {
            return Some(column);
        }
    }
}

/// A partition key that is given: that of the table, for a local index.
fn given(
    setting: &Setting<'_>,
    members: &[EntityId],
    columns: &[BTreeMap<EntityId, AttributeId>],
) -> Result<Vec<Vec<AttributeId>>, Conflict> {
    let made: Option<Vec<Vec<AttributeId>>> = columns
        .iter()
        .map(|c| members.iter().map(|m| c.get(m).copied()).collect())
        .collect();
    let made = made.ok_or(Conflict::LocalPartition)?;
    for (at, entity) in members.iter().enumerate() {
        let partition: AttributeSet = made.iter().map(|c| c[at]).collect();
        // A constant that the index settles is a part of the partition key all the same.
        if fixed_sets(setting, *entity, None)
            .iter()
            .any(|s| !partition.is_subset(*s))
        {
            return Err(Conflict::LocalPartition);
        }
    }
    Ok(made)
}

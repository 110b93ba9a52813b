//! What can be said of demands without a search: whether an index of a kind may serve them at all.

use super::columns::is_pointed;
use super::membership::{Held, run_of};
use super::search::Setting;
use super::{Conflict, Family, Kind};
use crate::demand::{Demand, Shape};
use crate::workload::EntityId;

/// What can be said of each demand alone, and of the shards.
pub(super) fn check_uses(setting: &Setting<'_>, members: &[EntityId]) -> Result<(), Conflict> {
    // A local index has the table's partitions, so both are spread alike.
    let mut shards = setting
        .demands
        .iter()
        .chain(setting.also)
        .filter(|d| d.shape == Shape::Query)
        .map(|d| d.shards);
    if let Some(first) = shards.next()
        && shards.any(|s| s != first)
    {
        return Err(Conflict::Shards);
    }
    for demand in setting.also {
        check_spread(setting, demand)?;
    }
    for demand in setting.demands {
        if demand.consistent && setting.kind == Kind::Global {
            return Err(Conflict::Consistent);
        }
        if setting.kind == Kind::Local && demand.shape != Shape::Query {
            return Err(Conflict::LocalPartition);
        }
        if demand.shape == Shape::ScanIndex && (setting.kind == Kind::Table || members.len() > 1) {
            return Err(Conflict::Exclusive);
        }
        if setting.kind == Kind::Table && !is_pointed(setting, demand) {
            check_table(setting, demand)?;
        }
    }
    Ok(())
}

/// That the table's partitions may be spread over as many as a demand says.
fn check_spread(setting: &Setting<'_>, demand: &Demand) -> Result<(), Conflict> {
    let mut entities = demand.parts.iter().map(|p| p.entity);
    match entities.find(|e| demand.shards > 1 && setting.rule(*e).addressed) {
        Some(entity) => Err(Conflict::Addressed { entity }),
        None => Ok(()),
    }
}

/// That the table's key may hold what a demand needs.
fn check_table(setting: &Setting<'_>, demand: &Demand) -> Result<(), Conflict> {
    check_spread(setting, demand)?;
    for part in &demand.parts {
        let entity = part.entity;
        let rule = setting.rule(entity);
        let needed = part.attributes().union(part.several().collect());
        if let Some(attribute) = needed.without(rule.allowed).iter().next() {
            let declared = setting.workload.entity(entity).attribute(attribute);
            return Err(if declared.mutable {
                Conflict::Mutable { entity, attribute }
            } else if declared.optional {
                Conflict::Optional { entity, attribute }
            } else {
                Conflict::Unknown { entity, attribute }
            });
        }
    }
    Ok(())
}

/// A read of one item by its key knows the whole of it.
pub(super) fn check_pointed(setting: &Setting<'_>, family: &Family) -> Result<(), Conflict> {
    for demand in setting.demands.iter().filter(|d| is_pointed(setting, d)) {
        let Some(part) = demand.parts.first() else {
            continue;
        };
        let Some(member) = family.member(part.entity) else {
            continue;
        };
        if let Some(attribute) = family
            .key_attributes(member)
            .without(part.fixed)
            .iter()
            .next()
        {
            return Err(Conflict::Unknown {
                entity: part.entity,
                attribute,
            });
        }
        if family.shards > 1 {
            return Err(Conflict::Addressed {
                entity: part.entity,
            });
        }
    }
    Ok(())
}

/// A scanned index holds just what is wanted. `held`: of the one entity that it has then.
pub(super) fn check_scans(setting: &Setting<'_>, held: &[Held]) -> Result<(), Conflict> {
    for demand in setting
        .demands
        .iter()
        .filter(|d| d.shape == Shape::ScanIndex)
    {
        for (part, held) in demand.parts.iter().zip(held) {
            let open = part.fixed.without(held.settled).iter().next();
            let run = run_of(part, held).map_err(|()| Conflict::Exclusive)?;
            if let Some(attribute) = open.or(run) {
                return Err(Conflict::Condition {
                    entity: part.entity,
                    attribute,
                });
            }
        }
    }
    Ok(())
}

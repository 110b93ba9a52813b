//! The second round of `follow`: whether each reference leads to its targets, and to nothing else.

use super::Findings;
use super::compare::Operand;
use super::facts::Facts;
use super::model::Model;
use super::request::{Brings, request};
use super::values::{Given, stored_as};
use crate::plan::{ForEach, Pattern, ReadStep, Segment, Step};
use crate::workload::{EntityId, Read};
use std::collections::{BTreeMap, BTreeSet};

/// Checks that the following steps of a read, all done under one choice, follow every reference once.
pub(super) fn check(
    model: &Model<'_>,
    (pattern, read): (&Pattern, &Read),
    given: &Given<'_>,
    steps: &[(usize, &ReadStep)],
    found: &mut Findings,
) {
    let place = pattern.name.as_str();
    let mut left: Vec<(EntityId, usize, EntityId)> = Vec::new();
    for (entity, at) in &read.follow {
        let targets = model
            .workload
            .entity(*entity)
            .references
            .get(*at)
            .map(|r| r.targets.clone())
            .unwrap_or_default();
        left.extend(targets.into_iter().map(|t| (*entity, *at, t)));
    }
    for (_, step) in steps {
        match follows(model, pattern, read, given, step) {
            Ok(all) => {
                let before = left.len();
                left.retain(|one| !all.contains(one));
                if before == left.len() {
                    found.wrong(
                        place,
                        "a step follows what is not asked for, or was followed before",
                    );
                }
            }
            Err(why) => found.wrong(place, why),
        }
    }
    for (entity, at, target) in left {
        let from = model.workload.entity(entity);
        let name = from.references.get(at).map_or("", |r| r.name.as_str());
        found.wrong(
            place,
            format!(
                "`{name}` of {} is not followed to {}",
                from.name,
                model.workload.entity(target).name
            ),
        );
    }
}

/// The references that a step follows, each with the entity that it gets.
fn follows(
    model: &Model<'_>,
    pattern: &Pattern,
    read: &Read,
    given: &Given<'_>,
    step: &ReadStep,
) -> Result<Vec<(EntityId, usize, EntityId)>, String> {
    let rows: Vec<usize> = step
        .for_each
        .iter()
        .flatten()
        .filter_map(|f| match f {
            ForEach::Rows { rows_of } => Some(*rows_of),
            _ => None,
        })
        .collect();
    let first = rows.first().and_then(|at| pattern.steps.get(*at));
    if rows.len() != 1
        || step.for_each.iter().flatten().count() != 1
        || !matches!(first, Some(Step::Read(_)))
    {
        return Err("a following step does not go through the rows of one reading step".to_owned());
    }
    if step.call != "BatchGetItem"
        || step.index.is_some()
        || step.returns != "followed"
        || step.select.is_some()
    {
        return Err(
            "a following step is no BatchGetItem on the table that hands over what it gets"
                .to_owned(),
        );
    }
    if step.projection.is_some() {
        return Err("a following step leaves attributes out".to_owned());
    }
    let table = model
        .table(&step.table)
        .ok_or("a following step names no table")?;
    let made = request(step, given)?;
    if let Some(why) = made.misshapen(&table.key) {
        return Err(why);
    }
    let none = BTreeMap::new();
    let mut target = None;
    for (kind, entry) in model.residents((&step.table, None)) {
        match made.brings(model, (kind, entry), given, &none) {
            Brings::Nothing => {}
            Brings::Items { facts, .. } if kind.is_item && target.is_none() => {
                target = Some((kind.entity, facts));
            }
            Brings::Items { .. } => {
                return Err(format!(
                    "a following step can get items of {}",
                    kind.kind.name
                ));
            }
            Brings::Unclear(why) => {
                return Err(format!(
                    "it cannot be told whether a following step gets items of {}: {why}",
                    kind.kind.name
                ));
            }
        }
    }
    let (target, facts) = target.ok_or("a following step gets nothing")?;
    let name = &model.workload.entity(target).name;
    if step.followed.as_deref() != Some(std::slice::from_ref(name)) {
        return Err(format!(
            "a following step gets items of {name} and names others"
        ));
    }
    let all = references(model, read, (target, &facts), step)?;
    if all.is_empty() {
        return Err(format!(
            "a following step gets items of {name} by what is no reference to them"
        ));
    }
    Ok(all)
}

/// The references of the pattern by whose attributes a step gets its target.
fn references(
    model: &Model<'_>,
    read: &Read,
    (target, facts): (EntityId, &Facts),
    step: &ReadStep,
) -> Result<Vec<(EntityId, usize, EntityId)>, String> {
    let to = model.workload.entity(target);
    if facts.alive != to.ttl.is_some() {
        return Err(format!(
            "a following step looks at the time of {} where it has none, or the other way round",
            to.name
        ));
    }
    let rows = rows(step);
    let mut made = Vec::new();
    for id in &read.entities {
        let from = model.workload.entity(*id);
        for (at, reference) in from
            .references
            .iter()
            .enumerate()
            .filter(|(_, r)| r.targets.contains(&target))
        {
            let pairs = to.identity.iter().zip(&reference.attributes);
            let mut same = facts.about.len() == to.identity.len() && facts.missing.is_empty();
            for (wanted, by) in pairs {
                let attribute = from.attribute(*by);
                let row = Operand::Row(attribute.stored_as.clone());
                let about = facts.about.get(wanted);
                same &= about.is_some_and(|a| {
                    a.equal == BTreeSet::from([row]) && a.bounds.is_empty() && a.values.is_none()
                });
                same &= rows.get(attribute.stored_as.as_str()) == Some(&stored_as(&attribute.ty));
            }
            if !same {
                continue;
            }
            if !read.follow.contains(&(*id, at)) {
                return Err(format!(
                    "a following step also follows `{}` of {}",
                    reference.name, from.name
                ));
            }
            made.push((*id, at, target));
        }
    }
    Ok(made)
}

/// The physical attributes of the rows that a step names, and how it takes them to be stored.
fn rows(step: &ReadStep) -> BTreeMap<&str, &str> {
    let mut made = BTreeMap::new();
    for segment in super::parameters::segments(step) {
        if let Segment::Row { row, stored_as, .. } = segment {
            made.insert(row.as_str(), stored_as.as_str());
        }
    }
    made
}

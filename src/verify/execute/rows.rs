//! Rows of an answer as items of entities.
//!
//! A row that breaks a rule of the plan document is a fault: one of a guard, of an entity that the pattern
//! does not name, without its discriminator, or without an attribute that it should have.

use super::super::plan::{As, Entity, Kind, Plan, ReadStep, Returns, Stored};
use super::super::value::{Attrs, Physical, Row};
use super::stored::from_stored;
use super::{CallError, Outcome};
use serde_json::Value as Json;

/// The entity and kind that a physical item of `table` says it is, by its discriminator.
pub(crate) fn kind_of<'a>(
    plan: &'a Plan,
    table: &str,
    row: &Physical,
) -> Outcome<Option<(&'a Entity, &'a Kind)>> {
    let mut says = None;
    for entity in &plan.entities {
        for kind in entity.kinds.iter().filter(|k| k.table == table) {
            let Some((attribute, value)) = &kind.discriminator else {
                continue;
            };
            match row
                .get(attribute)
                .map(|json| json.get("S").and_then(Json::as_str))
            {
                Some(Some(found)) if found == value => return Ok(Some((entity, kind))),
                Some(found) => says = Some(format!("{found:?}")),
                None => {}
            }
        }
    }
    match says {
        Some(says) => Err(CallError::Fault(format!(
            "a row whose discriminator says {says}"
        ))),
        None => Ok(None),
    }
}

/// The item that a row of a reading step is; `names` are the entities that can come.
pub(super) fn item(plan: &Plan, step: &ReadStep, names: &[String], row: &Physical) -> Outcome<Row> {
    let entity = match kind_of(plan, &step.table, row)? {
        Some((entity, kind)) if kind.guard => {
            return Err(CallError::Fault(format!(
                "a row of the guard `{}` of `{}`: {row:?}",
                kind.name, entity.name
            )));
        }
        Some((entity, _)) => entity,
        None => match names {
            [only] => plan.entity(only)?,
            _ => {
                return Err(CallError::Fault(format!(
                    "a row without a discriminator: {row:?}"
                )));
            }
        },
    };
    if !names.contains(&entity.name) {
        return Err(CallError::Fault(format!(
            "a row of `{}`, which the pattern does not name: {row:?}",
            entity.name
        )));
    }
    let attributes = attributes(entity, row)?;
    let needed: Vec<&str> = match step.returns {
        Returns::Nothing => Vec::new(),
        _ if whole_items(plan, step)? => {
            // An empty set is a missing attribute.
            let set = |s: &Stored| matches!(s.form, As::TextSet | As::NumberSet);
            let there = entity
                .stored
                .iter()
                .filter(|s| !s.optional && s.derived.is_none() && !set(s));
            there.map(|s| s.attribute.as_str()).collect()
        }
        _ => entity.identity.iter().map(String::as_str).collect(),
    };
    match needed.iter().find(|name| !attributes.contains_key(**name)) {
        Some(missing) => Err(CallError::Fault(format!(
            "a row of `{}` lacks `{missing}`: {row:?}",
            entity.name
        ))),
        None => Ok(Row {
            entity: entity.name.clone(),
            attributes,
        }),
    }
}

/// The logical attributes of a physical item.
pub(crate) fn attributes(entity: &Entity, row: &Physical) -> Outcome<Attrs> {
    let mut out = Attrs::new();
    for stored in &entity.stored {
        if let Some(json) = row.get(&stored.name) {
            let value =
                from_stored(stored, json).map_err(|e| format!("`{}`: {e}", stored.attribute))?;
            out.insert(stored.attribute.clone(), value);
        }
    }
    Ok(out)
}

/// Whether a step's rows are whole items.
fn whole_items(plan: &Plan, step: &ReadStep) -> Outcome<bool> {
    if step.projection.is_some() {
        return Ok(false);
    }
    Ok(match &step.index {
        None => true,
        Some(index) => plan.table(&step.table)?.index(index)?.projection == "ALL",
    })
}

//! Guards: every uniqueness constraint has one, and what it is made of.

use super::Findings;
use super::identity::is_of_identity;
use super::model::{KindOf, Model};
use super::token::{Part, Source, Token};
use crate::workload::{AttributeId, AttributeSet, Unique};
use std::collections::BTreeMap;

/// Checks the guards of all entities.
pub(super) fn check(model: &Model<'_>, found: &mut Findings) {
    for id in model.workload.entity_ids() {
        let entity = model.workload.entity(id);
        let guards: Vec<&KindOf<'_>> = model.guards(id).collect();
        let serves = |guard: &KindOf<'_>, unique: &Unique| {
            let names = entity.names(unique.attributes.iter().copied());
            guard.kind.unique.iter().flatten().eq(names)
                && guard.kind.namespace == unique.namespace
                && !unique.promised
        };
        for unique in entity.uniques.iter().filter(|u| !u.promised) {
            let count = guards.iter().filter(|g| serves(g, unique)).count();
            if count != 1 {
                let names = entity.names(unique.attributes.iter().copied()).join(", ");
                found.wrong(
                    &entity.name,
                    format!("{count} guards keep [{names}] unique, instead of one"),
                );
            }
        }
        for guard in guards {
            if !entity.uniques.iter().any(|u| serves(guard, u)) && !is_of_identity(model, guard) {
                found.wrong(
                    &guard.kind.name,
                    "it keeps nothing unique that the design asks for",
                );
            }
            check_guard(model, guard, found);
        }
    }
    check_namespaces(model, found);
}

/// The attributes that a guard keeps unique, in their order.
pub(super) fn unique_of(model: &Model<'_>, guard: &KindOf<'_>) -> Vec<AttributeId> {
    let entity = model.workload.entity(guard.entity);
    guard
        .kind
        .unique
        .iter()
        .flatten()
        .filter_map(|n| entity.find(n))
        .collect()
}

/// A guard's key is made of what it keeps unique, and it carries whose it is and until when.
fn check_guard(model: &Model<'_>, guard: &KindOf<'_>, found: &mut Findings) {
    let place = guard.kind.name.as_str();
    let entity = model.workload.entity(guard.entity);
    let unique: AttributeSet = unique_of(model, guard).into_iter().collect();
    let Some(entry) = guard.table_entry() else {
        return;
    };
    let tokens = || entry.partition.iter().chain(&entry.sort).flatten();
    let held: AttributeSet = tokens()
        .filter_map(|t| match t {
            Token::Part(Part {
                source: Source::Attribute(id),
                ..
            }) => Some(*id),
            _ => None,
        })
        .collect();
    let parts = tokens().filter(|t| matches!(t, Token::Part(_))).count();
    if held != unique || parts != unique.len() as usize {
        found.wrong(
            place,
            "its key is not made of the attributes that it keeps unique, each once",
        );
    }
    let needed: AttributeSet = entity.identity.iter().copied().chain(entity.ttl).collect();
    if guard.kind.attributes.is_none() {
        found.wrong(
            place,
            "it carries all of its item's attributes, and nothing keeps them as they are",
        );
    }
    if !needed.is_subset(guard.carries) {
        found.wrong(
            place,
            "it does not carry the identity, or the time to live, of its item",
        );
    }
}

/// A template with the places of its values in the list of what is unique.
type Shape = Vec<Vec<(Option<String>, Option<(usize, super::coding::Coding)>)>>;

/// Guards of one namespace have one template, so that equal values meet.
fn check_namespaces(model: &Model<'_>, found: &mut Findings) {
    let mut shapes: BTreeMap<(&str, &str), (Shape, &str)> = BTreeMap::new();
    for guard in model.kinds.iter().filter(|k| !k.is_item) {
        let Some(namespace) = &guard.kind.namespace else {
            continue;
        };
        let Some(shape) = shape(model, guard) else {
            continue;
        };
        let (first, name) = shapes
            .entry((guard.kind.table.as_str(), namespace.as_str()))
            .or_insert_with(|| (shape.clone(), guard.kind.name.as_str()));
        if *first != shape {
            found.wrong(
                &guard.kind.name,
                format!("its key differs from that of {name}, which shares its namespace"),
            );
        }
    }
}

fn shape(model: &Model<'_>, guard: &KindOf<'_>) -> Option<Shape> {
    let unique = unique_of(model, guard);
    let entry = guard.table_entry()?;
    let token = |t: &Token| match t {
        Token::Text(text) => (Some(text.clone()), None),
        Token::Part(part) => match &part.source {
            Source::Attribute(id) => (
                None,
                unique
                    .iter()
                    .position(|u| u == id)
                    .map(|at| (at, part.coding)),
            ),
            _ => (None, None),
        },
    };
    Some(
        entry
            .partition
            .iter()
            .chain(&entry.sort)
            .map(|tokens| tokens.iter().map(token).collect())
            .collect(),
    )
}

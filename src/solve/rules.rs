//! What the table's keys may be made of.
//!
//! The table's key of an entity holds its identity, and may hold more: attributes that never change, that every item
//! has, and that every access by the key knows, namely each `get`, `update`, `delete` and `check` by the key, and each
//! reference that is followed.

use crate::demand::{Variant, Ways};
use crate::layout::TableRule;
use crate::workload::{Action, AttributeSet, EntityId, Workload, WriteVerb};

/// The rule of each entity, by its id.
#[must_use]
pub fn table_rules(workload: &Workload, variants: &[Variant]) -> Vec<TableRule> {
    let mut known: Vec<Vec<AttributeSet>> = vec![Vec::new(); workload.entities.len()];
    let mut note = |entity: EntityId, set: AttributeSet| known[usize::from(entity.0)].push(set);
    for variant in variants {
        if let (Ways::ByKey { known, .. }, Action::Read(read)) =
            (&variant.ways, &workload.pattern(variant.pattern).action)
        {
            read.entities.iter().for_each(|e| note(*e, *known));
        }
    }
    for pattern in &workload.patterns {
        match &pattern.action {
            Action::Read(read) => {
                read.followed(workload)
                    .for_each(|e| note(e, workload.entity(e).identity_set()));
            }
            Action::Write(step) => steps(std::slice::from_ref(step)).for_each(|(e, s)| note(e, s)),
            Action::Transaction(all) => steps(all).for_each(|(e, s)| note(e, s)),
            // What is found is written by the keys of its rows.
            Action::Find(_) | Action::External => {}
        }
    }
    workload
        .entity_ids()
        .zip(known)
        .map(|(entity, known)| rule(workload, entity, &known))
        .collect()
}

fn steps<S: std::borrow::Borrow<crate::workload::Step>>(
    all: &[S],
) -> impl Iterator<Item = (EntityId, AttributeSet)> + '_ {
    all.iter()
        .map(std::borrow::Borrow::borrow)
        .filter(|s| {
            matches!(
                s.verb,
                WriteVerb::Update | WriteVerb::Delete | WriteVerb::Check
            )
        })
        .map(|s| (s.entity, s.by.iter().map(|(a, _)| *a).collect()))
}

fn rule(workload: &Workload, id: EntityId, known: &[AttributeSet]) -> TableRule {
    let entity = workload.entity(id);
    let identity = entity.identity_set();
    let constant: AttributeSet = entity
        .attribute_ids()
        .filter(|a| {
            let attribute = entity.attribute(*a);
            !attribute.mutable && !attribute.optional && attribute.ty.fits_key()
        })
        .collect();
    let common = known.iter().fold(constant, |a, b| a.intersection(*b));
    TableRule {
        identity,
        allowed: identity.union(common),
        addressed: !known.is_empty(),
    }
}

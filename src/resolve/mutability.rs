//! Which attributes can change once written.
//!
//! What the file declares decides. Otherwise the key never changes, what is derived changes with its sources, and in an
//! entity with write patterns an attribute changes if one of them can change it. In an entity without, references, times
//! and generated identifiers are taken as immutable, the rest as mutable; the table's key says when it rests on that.

use crate::workload::{AttributeId, Basis, Entity, Step, Workload, WriteVerb};

/// Settles `mutable` and `basis` of every attribute. Attributes whose declaration was read before keep it.
pub(super) fn settle(workload: &mut Workload) {
    let all: Vec<Step> = workload.steps().map(|(_, s)| s.clone()).collect();
    for (at, entity) in workload.entities.iter_mut().enumerate() {
        let id = crate::workload::EntityId(u16::try_from(at).unwrap_or(u16::MAX));
        let steps: Vec<&Step> = all.iter().filter(|s| s.entity == id).collect();
        for attribute in 0..entity.attributes.len() {
            settle_one(entity, attribute, &steps);
        }
        // What is derived follows, from the sources up; circles were refused.
        for _ in 0..entity.attributes.len() {
            for attribute in 0..entity.attributes.len() {
                follow_sources(entity, attribute);
            }
        }
    }
}

fn settle_one(entity: &mut Entity, at: usize, steps: &[&Step]) {
    let id = AttributeId(u16::try_from(at).unwrap_or(u16::MAX));
    if entity.attributes[at].basis == Basis::Declared {
        return;
    }
    let writes: Vec<&&Step> = steps
        .iter()
        .filter(|s| s.verb != WriteVerb::Check)
        .collect();
    let (mutable, basis) = if entity.identity.contains(&id) {
        (false, Basis::Key)
    } else if entity.attributes[at].derived.is_some() {
        (false, Basis::Derived)
    } else if writes.is_empty() {
        let attribute = &entity.attributes[at];
        let referring = entity.references.iter().any(|r| r.attributes.contains(&id));
        (
            !(referring || attribute.ty.is_time() || attribute.ty.is_generated()),
            Basis::Assumed,
        )
    } else {
        (writes.iter().any(|s| changes(s, id)), Basis::Writes)
    };
    entity.attributes[at].mutable = mutable;
    entity.attributes[at].basis = basis;
}

/// Whether a write can give an existing item another value.
fn changes(step: &Step, id: AttributeId) -> bool {
    match step.verb {
        WriteVerb::Put => true,
        WriteVerb::Update => step
            .set
            .iter()
            .chain(&step.add)
            .chain(&step.remove)
            .any(|c| c.attribute == id),
        WriteVerb::Create | WriteVerb::Delete | WriteVerb::Check => false,
    }
}

fn follow_sources(entity: &mut Entity, at: usize) {
    if entity.attributes[at].basis != Basis::Derived {
        return;
    }
    let of = entity.attributes[at]
        .derived
        .as_ref()
        .map(|d| d.of.clone())
        .unwrap_or_default();
    entity.attributes[at].mutable = of.iter().any(|s| entity.attribute(*s).mutable);
}

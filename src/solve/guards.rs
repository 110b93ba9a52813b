//! Guards: items that keep values unique.
//!
//! A guard has the unique values as its key, so that putting it on the condition that it is not there fails where
//! another item holds them. It is written, moved and removed with its item, in one transaction.

use crate::estimate::{self, WHOLE};
use crate::schema::{Schema, find};
use crate::workload::{AttributeId, AttributeSet, Entity, EntityId, Workload, WriteVerb};

/// What keeps some attributes of an entity unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The attributes, in their order.
    pub attributes: Vec<AttributeId>,
    /// The namespace that it shares with other entities.
    pub namespace: Option<String>,
    /// Whether it keeps the identity unique, beside a table key that is wider.
    pub of_identity: bool,
}

impl Guard {
    /// What part of the items has it, in parts per million.
    #[must_use]
    pub fn present(&self, entity: &Entity) -> u64 {
        self.attributes.iter().fold(WHOLE, |part, a| {
            part * estimate::present(entity, *a) / WHOLE
        })
    }
}

/// The guards of an entity under a schema, those of its uniqueness constraints first.
#[must_use]
pub fn guards(workload: &Workload, schema: &Schema, id: EntityId) -> Vec<Guard> {
    let entity = workload.entity(id);
    let mut made: Vec<Guard> = entity
        .uniques
        .iter()
        .filter(|u| !u.promised)
        .map(|u| Guard {
            attributes: u.attributes.clone(),
            namespace: u.namespace.clone(),
            of_identity: false,
        })
        .collect();
    if let Some((family, member)) = find(&schema.table, id) {
        made.extend(identity_guard(workload, id, family.key_attributes(member)));
    }
    made
}

/// The guard of an identity that the table's key does not keep unique by itself: the key is wider, some item is made by
/// `create`, and the identity is not generated nor does it imply the rest of the key. Where it is needed, `put` and
/// upsert write it too, so that a later `create` finds it.
#[must_use]
pub fn identity_guard(workload: &Workload, id: EntityId, key: AttributeSet) -> Option<Guard> {
    let entity = workload.entity(id);
    if key.is_subset(entity.identity_set()) {
        return None;
    }
    let created = workload
        .steps()
        .any(|(_, s)| s.entity == id && s.verb == WriteVerb::Create);
    let generated = entity.identity.iter().any(|a| {
        let attribute = entity.attribute(*a);
        let refers = attribute.target.is_some()
            || entity.references.iter().any(|r| r.attributes.contains(a));
        attribute.ty.is_generated() && !refers
    });
    let implied = key.is_subset(implied_by(entity, entity.identity_set()));
    let needed = created && !implied && !generated;
    needed.then(|| Guard {
        attributes: entity.identity.clone(),
        namespace: None,
        of_identity: true,
    })
}

/// What is known of an item of which some attributes are: these, and what is derived from them.
fn implied_by(entity: &Entity, mut known: AttributeSet) -> AttributeSet {
    loop {
        let before = known;
        for id in entity.attribute_ids() {
            if entity
                .attribute(id)
                .derived
                .as_ref()
                .is_some_and(|d| d.of.iter().all(|s| known.contains(*s)))
            {
                known.insert(id);
            }
        }
        if known == before {
            return known;
        }
    }
}

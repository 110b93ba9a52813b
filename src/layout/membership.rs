//! Which items of an entity an index holds, so that each demand finds all of its items and no others.

use super::{Conflict, Kind, Sparse};
use crate::demand::Part;
use crate::workload::{AttributeId, AttributeSet, Constant, EntityId, Type, Workload};

/// What the demands leave to be fixed of an entity, given what the index holds of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// Which items are in the index.
    pub(super) sparse: Sparse,
    /// Attributes of which the index holds one value only: no key needs to fix them.
    pub(super) settled: AttributeSet,
}

/// Settles the membership of an entity, for the parts that the demands have of it.
pub(super) fn held(
    workload: &Workload,
    kind: Kind,
    entity: EntityId,
    parts: &[(usize, &Part)],
) -> Result<Held, Conflict> {
    let mut made = Held {
        sparse: Sparse::default(),
        settled: AttributeSet::default(),
    };
    if kind == Kind::Table {
        for (_, part) in parts {
            if let Some(attribute) = part.presence.union(part.missing).iter().next() {
                return Err(Conflict::Whole { entity, attribute });
            }
        }
        return Ok(made);
    }
    for (_, part) in parts {
        made.sparse.presence = made.sparse.presence.union(part.presence);
        made.sparse.missing = made.sparse.missing.union(part.missing);
    }
    // An index lacks only items that none of its demands means.
    for (_, part) in parts {
        let present = part.presence.union(part.spare.presence);
        let lacking = part.missing.union(part.spare.missing);
        let more = made.sparse.presence.without(present);
        let less = made.sparse.missing.without(lacking);
        if let Some(attribute) = more.union(less).iter().next() {
            return Err(Conflict::Presence { entity, attribute });
        }
    }
    let mut attributes: Vec<AttributeId> = parts
        .iter()
        .flat_map(|(_, p)| p.constants.iter().map(|(a, _)| *a))
        .collect();
    attributes.sort_unstable();
    attributes.dedup();
    for attribute in attributes {
        settle(workload, entity, attribute, parts, &mut made)?;
    }
    Ok(made)
}

/// The constants of an attribute that a filter takes over.
fn spare(part: &Part, id: AttributeId) -> Option<&[Constant]> {
    let found = part.spare.constants.iter().find(|(a, _)| *a == id);
    found.map(|(_, values)| values.as_slice())
}

/// Which constants of one attribute the index is restricted to.
fn settle(
    workload: &Workload,
    entity: EntityId,
    attribute: AttributeId,
    parts: &[(usize, &Part)],
    made: &mut Held,
) -> Result<(), Conflict> {
    let mut union: Vec<Constant> = Vec::new();
    let mut restricted = true;
    for (_, part) in parts {
        match part.values(attribute).or_else(|| spare(part, attribute)) {
            Some(values) => union.extend(values.iter().cloned()),
            None => restricted = false,
        }
    }
    union.sort();
    union.dedup();
    let same = |part: &Part| part.values(attribute) == Some(union.as_slice());
    if restricted {
        let one = union.len() == 1;
        // What a caller gives is compared all the same.
        let given = parts.iter().any(|(_, p)| p.given.contains(attribute));
        let apart = parts
            .iter()
            .all(|(_, p)| p.values(attribute).is_none() || same(p) && !p.fixed.contains(attribute));
        if !given && (one || apart) {
            made.settled.insert(attribute);
        }
        made.sparse.values.push((attribute, union.clone()));
    }
    // A demand for several values is met by an index of just these, or by a run of neighbouring values.
    for (_, part) in parts {
        let several = !part.fixed.contains(attribute) && part.values(attribute).is_some();
        if several && !(restricted && same(part)) {
            let all = if restricted {
                Some(union.clone())
            } else {
                workload.entity(entity).attribute(attribute).ty.values()
            };
            let neighbours = all
                .zip(part.values(attribute))
                .is_some_and(|(all, values)| contiguous(&all, values));
            if !neighbours || !part.order.is_empty() {
                return Err(Conflict::Condition { entity, attribute });
            }
        }
    }
    Ok(())
}

/// Whether `values` are neighbours among `all`; both sorted.
pub(super) fn contiguous(all: &[Constant], values: &[Constant]) -> bool {
    all.windows(values.len().max(1)).any(|w| w == values)
}

/// Whether a part asks for several values that the index does not hold apart: they must be a run of its key.
pub(super) fn run_of(part: &Part, held: &Held) -> Result<Option<AttributeId>, ()> {
    let mut runs = part.several().filter(|a| {
        let exactly = held
            .sparse
            .values
            .iter()
            .any(|(b, v)| b == a && part.values(*a) == Some(v.as_slice()));
        !held.settled.contains(*a) && !exactly
    });
    match (runs.next(), runs.next()) {
        (first, None) => Ok(first),
        _ => Err(()),
    }
}

/// Whether a component of this type can be divided by its values: the language divides enumerations.
pub(super) const fn divides(ty: &Type) -> bool {
    matches!(ty, Type::Enumeration(_) | Type::Boolean)
}

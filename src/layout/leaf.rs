//! The components of one entity: a sequence that begins with every set that its demands need.
//!
//! A demand that fixes the set F and then asks for the order s1, s2 … needs a key that begins with F in any order, then
//! s1, then s2. One sequence serves several demands exactly if all the sets F, F+s1, F+s1+s2 … of all of them form a
//! chain under inclusion (Subotić et al., "Automatic Index Selection for Large-Scale Datalog Computation", PVLDB 2018).

use super::membership::contiguous;
use super::parity::Parity;
use super::search::{Pending, Search, Setting, Then};
use super::{Component, Conflict, Family, Kind, Node};
use crate::demand::Part;
use crate::workload::{AttributeId, AttributeSet};

/// Lays out one member; its key begins with `first` where other blocks lie between that attribute's values.
pub(super) fn leaf(
    search: &Search<'_>,
    member: usize,
    first: Option<AttributeId>,
    pending: &[Pending],
    parity: Parity,
    then: Then<'_>,
) -> Option<(Node, Parity)> {
    let mut sets: Vec<(AttributeSet, usize)> = Vec::new();
    if let Some(attribute) = first {
        sets.push((AttributeSet::default().with(attribute), usize::MAX));
    }
    for p in pending {
        let demand = search.demand(p.demand);
        for part in p.parts.iter().filter(|part| part.member == member) {
            let asked = &demand.parts[part.part];
            let mut set = part.fixed;
            sets.push((set, p.demand));
            if let Some(run) = part.run {
                if !values_are_neighbours(search, member, run, asked)
                    || part.ordered < asked.order.len()
                {
                    search.fail(Conflict::Condition {
                        entity: search.members[member],
                        attribute: run,
                    });
                    return None;
                }
                sets.push((set.with(run), p.demand));
            }
            for (attribute, _) in asked.order.iter().skip(part.ordered) {
                set.insert(*attribute);
                sets.push((set, p.demand));
            }
        }
    }
    sets.sort_by_key(|(set, demand)| (set.len(), *set, *demand));
    for pair in sets.windows(2) {
        if let [a, b] = pair
            && !a.0.is_subset(b.0)
        {
            search.fail(Conflict::NotNested {
                entity: search.members[member],
                first: (a.1, a.0),
                second: (b.1, b.0),
            });
            return None;
        }
    }
    let components = sequence(search, member, &sets);
    then(
        Node::Leaf {
            member,
            label: String::new(),
            components,
        },
        parity,
    )
}

/// Where only some values of an attribute are asked for, they must lie side by side.
pub(super) fn values_are_neighbours(
    search: &Search<'_>,
    member: usize,
    run: AttributeId,
    asked: &Part,
) -> bool {
    let entity = search.setting.workload.entity(search.members[member]);
    let held = search.held[member]
        .sparse
        .values
        .iter()
        .find(|(a, _)| *a == run)
        .map(|(_, v)| v.clone());
    let all = held.or_else(|| entity.attribute(run).ty.values());
    all.zip(asked.values(run))
        .is_some_and(|(all, values)| contiguous(&all, values))
}

/// The chain of sets as a sequence; inside a difference what never changes comes first, then by name.
fn sequence(search: &Search<'_>, member: usize, sets: &[(AttributeSet, usize)]) -> Vec<Component> {
    let entity = search.setting.workload.entity(search.members[member]);
    let mut made: Vec<Component> = Vec::new();
    let mut known = AttributeSet::default();
    for (set, _) in sets {
        let mut next: Vec<AttributeId> = set.without(known).iter().collect();
        next.sort_by_key(|a| (entity.attribute(*a).mutable, *a));
        made.extend(next.into_iter().map(|attribute| Component {
            attribute,
            descending: false,
        }));
        known = known.union(*set);
    }
    made
}

/// Appends the identity where a key does not name one item yet: in the table because keys must be unique, in indexes so
/// that items which are equal in the order have one order all the same.
pub(super) fn add_tails(setting: &Setting<'_>, family: &mut Family) {
    for member in 0..family.members.len() {
        let entity = setting.workload.entity(family.members[member].entity);
        let known = family.key_attributes(member);
        let needed = setting.kind == Kind::Table || !entity.determines(known);
        let tail: Vec<AttributeId> = entity
            .identity
            .iter()
            .copied()
            .filter(|a| needed && !known.contains(*a))
            .collect();
        append(&mut family.root, member, &tail);
    }
}

fn append(node: &mut Node, at: usize, tail: &[AttributeId]) {
    match node {
        Node::Leaf {
            member, components, ..
        } if *member == at => {
            components.extend(tail.iter().map(|attribute| Component {
                attribute: *attribute,
                descending: false,
            }));
        }
        Node::Leaf { .. } => {}
        Node::Shared { next, .. } => append(next, at, tail),
        Node::Blocks { groups, .. } => groups.iter_mut().for_each(|g| append(g, at, tail)),
    }
}

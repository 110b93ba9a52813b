//! Components that several entities share.
//!
//! A demand over several entities reads one run of keys below a component only if the component is one that it fixes to
//! the same value in all of them, or one in whose order it reads all that lies below.

use super::leaf::values_are_neighbours;
use super::parity::{FALSE, Parity};
use super::search::{Pending, PendingPart, Search, Then};
use super::{Conflict, Node, blocks};
use crate::demand::{Demand, Side};
use crate::workload::AttributeId;
use std::collections::BTreeMap;

/// The most ways of merging that are tried at one place.
const MOST_WAYS: usize = 128;

/// Sets of members that are to be merged.
type Merged = Vec<Vec<usize>>;

impl Search<'_> {
    /// Lays out several members: merged, or side by side.
    pub(super) fn several(
        &self,
        members: &[usize],
        pending: &[Pending],
        parity: &Parity,
        then: Then<'_>,
    ) -> Option<(Node, Parity)> {
        let mut ways: Vec<Vec<Merged>> = vec![Vec::new()];
        for p in pending {
            let own = self.merging(p);
            ways = ways
                .into_iter()
                .flat_map(|way| {
                    own.iter()
                        .map(move |o| [way.as_slice(), std::slice::from_ref(o)].concat())
                })
                .collect();
            if ways.len() > MOST_WAYS {
                self.cut_off();
                return None;
            }
        }
        let mut tried: Vec<Merged> = Vec::new();
        for way in ways {
            let groups = merged_groups(members, &way.concat());
            if tried.contains(&groups) {
                continue;
            }
            let found = if groups.len() == 1 {
                let together = pending.iter().zip(&way).filter(|(_, m)| !m.is_empty());
                let merging: Vec<&Pending> = together.map(|(p, _)| p).collect();
                self.share(members, pending, &merging, parity, then)
            } else {
                blocks::blocks(self, &groups, pending, parity, then)
            };
            if found.is_some() {
                return found;
            }
            tried.push(groups);
        }
        None
    }

    /// The ways in which a demand can have its members merged here, the most first. A component that it fixes by a
    /// parameter, or orders for all of them, must be shared. Constants may also choose blocks. What is bounded must be
    /// shared too, but a one-sided bound may cut the blocks at both ends of a run.
    fn merging(&self, pending: &Pending) -> Vec<Merged> {
        if pending.chosen || pending.parts.len() < 2 {
            return vec![Vec::new()];
        }
        let demand = self.demand(pending.demand);
        let all = || vec![pending.parts.iter().map(|p| p.member).collect::<Vec<_>>()];
        let unordered = |p: &PendingPart| p.ordered < demand.parts[p.part].order.len();
        let merged = demand.merged && pending.parts.iter().any(unordered);
        if !pending.columns.is_empty() || merged || pending.cut {
            return vec![all()];
        }
        let bounds: Vec<(usize, Side)> = pending
            .parts
            .iter()
            .filter(|p| p.ordered == 0)
            .filter_map(|p| Some((p.member, demand.parts[p.part].bounded?.side)))
            .collect();
        let mut made: Vec<Merged> = Vec::new();
        if !pending.alike.is_empty() || pending.parts.iter().all(|p| p.run.is_some()) {
            made.push(all());
        }
        let bounded: Vec<usize> = bounds.iter().map(|(member, _)| *member).collect();
        if bounds
            .iter()
            .any(|(_, side)| matches!(side, Side::Both | Side::Start))
        {
            made.push(vec![bounded]);
            return made;
        }
        // The first one is at one end; each other one is merged with it or lies at the other end.
        for apart in 0..1usize << bounded.len().saturating_sub(1).min(8) {
            let is_apart = |at: usize| at > 0 && apart >> (at - 1) & 1 == 1;
            let side = |wanted: bool| -> Vec<usize> {
                let there = bounded
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| is_apart(*at) == wanted);
                there.map(|(_, m)| *m).collect()
            };
            let mut way: Merged = vec![side(false), side(true)];
            way.retain(|set| set.len() > 1);
            made.push(way);
        }
        made
    }

    /// Lays out a component that all members share.
    fn share(
        &self,
        members: &[usize],
        pending: &[Pending],
        merging: &[&Pending],
        parity: &Parity,
        then: Then<'_>,
    ) -> Option<(Node, Parity)> {
        for shared in self.shareable(members, merging) {
            let Some(rest) = self.consume(members, &shared, pending) else {
                self.fail(Conflict::Merged);
                continue;
            };
            let mut tied = parity.clone();
            let mut variables = shared.iter().map(|(m, a)| self.stored(*m, *a));
            let first = variables.next().unwrap_or(FALSE);
            if !variables.all(|v| tied.tie(first, v, false)) {
                self.fail(Conflict::Direction);
                continue;
            }
            let found = self.place(members, &rest, tied, &mut |next, parity| {
                let next = Box::new(next);
                then(
                    Node::Shared {
                        label: String::new(),
                        attributes: shared.clone(),
                        descending: false,
                        next,
                    },
                    parity,
                )
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The components that the members could share first, for each member its attribute.
    fn shareable(&self, members: &[usize], merging: &[&Pending]) -> Vec<Vec<(usize, AttributeId)>> {
        let mut made: Vec<Vec<(usize, AttributeId)>> = Vec::new();
        for p in merging {
            let fixed: Vec<Vec<AttributeId>> = self.columns(p).collect();
            let candidates = if fixed.is_empty() {
                self.next_ordered(p).into_iter().collect()
            } else {
                fixed
            };
            for candidate in candidates {
                let start: BTreeMap<usize, AttributeId> = p
                    .parts
                    .iter()
                    .map(|part| part.member)
                    .zip(candidate)
                    .collect();
                made.extend(self.spread(start, members, merging));
            }
        }
        made.sort();
        made.dedup();
        made
    }

    /// The equalities, and the neighbouring values, that a demand still needs of all of its parts, for each the attributes of the parts that are left.
    fn columns<'p>(&'p self, pending: &'p Pending) -> impl Iterator<Item = Vec<AttributeId>> + 'p {
        let demand = self.demand(pending.demand);
        let given = pending.columns.iter().map(|c| &demand.columns[*c]);
        let alike = pending.alike.iter().map(|c| &demand.alike[*c]);
        let runs = pending.parts.iter().map(|part| part.run).collect();
        given
            .chain(alike)
            .map(|c| pending.parts.iter().map(|part| c[part.part]).collect())
            .chain::<Option<Vec<AttributeId>>>(runs)
    }

    /// The next attribute of each part's order, if all have one.
    fn next_ordered(&self, pending: &Pending) -> Option<Vec<AttributeId>> {
        let demand = self.demand(pending.demand);
        let next = |part: &PendingPart| {
            demand.parts[part.part]
                .order
                .get(part.ordered)
                .map(|(a, _)| *a)
        };
        pending.parts.iter().map(next).collect()
    }

    /// Follows a component through the demands that need merging, until every member has its attribute.
    fn spread(
        &self,
        mut known: BTreeMap<usize, AttributeId>,
        members: &[usize],
        merging: &[&Pending],
    ) -> Vec<Vec<(usize, AttributeId)>> {
        loop {
            if members.iter().all(|m| known.contains_key(m)) {
                return vec![known.into_iter().collect()];
            }
            let before = known.len();
            for p in merging {
                let agrees = |tuple: &Vec<AttributeId>| {
                    p.parts
                        .iter()
                        .zip(tuple)
                        .all(|(part, a)| known.get(&part.member).is_none_or(|b| a == b))
                        && p.parts.iter().any(|part| known.contains_key(&part.member))
                };
                let matching = self.columns(p).chain(self.next_ordered(p)).find(agrees);
                known.extend(
                    p.parts
                        .iter()
                        .map(|part| part.member)
                        .zip(matching.into_iter().flatten()),
                );
            }
            if known.len() == before {
                return Vec::new();
            }
        }
    }

    /// What the demands still need after a shared component; `None` if one of them cannot have it here.
    fn consume(
        &self,
        members: &[usize],
        shared: &[(usize, AttributeId)],
        pending: &[Pending],
    ) -> Option<Vec<Pending>> {
        let attribute = |member: usize| shared.iter().find(|(m, _)| *m == member).map(|(_, a)| *a);
        let mut made = Vec::new();
        for p in pending {
            let demand = self.demand(p.demand);
            let mut next = p.clone();
            if !p.chosen && fixes(demand, p, &attribute) {
                for part in &mut next.parts {
                    attribute(part.member)
                        .into_iter()
                        .for_each(|a| part.fixed.remove(a));
                }
                let other = |column: &Vec<AttributeId>| {
                    let same =
                        |part: &PendingPart| attribute(part.member) == Some(column[part.part]);
                    !p.parts.iter().all(same)
                };
                next.columns.retain(|c| other(&demand.columns[*c]));
                next.alike.retain(|c| other(&demand.alike[*c]));
                made.push(next);
                continue;
            }
            // Otherwise everything here is read, in the order of the component if any order is asked for.
            // A limit that counts one entity needs the others before it, not among its items.
            let counts = |at: usize| p.parts.iter().any(|part| part.part == at);
            let whole = p.chosen
                || (!demand.limited.is_some_and(|at| !p.cut || counts(at))
                    && members
                        .iter()
                        .all(|m| p.parts.iter().any(|part| part.member == *m)));
            let unfixed = p.parts.iter().all(|part| part.fixed.is_empty());
            // Neighbouring values of the component, the same ones of each entity.
            let is_run = |part: &PendingPart| {
                part.run.is_some_and(|run| {
                    let asked = &demand.parts[part.part];
                    attribute(part.member) == Some(run)
                        && values_are_neighbours(self, part.member, run, asked)
                })
            };
            let runs = p.parts.iter().all(|part| part.run.is_none())
                || (!p.chosen && p.parts.iter().all(is_run));
            // A bound holds for all items that are read.
            let cut =
                |part: &PendingPart| part.ordered == 0 && demand.parts[part.part].bounded.is_some();
            let cut_alike = p.parts.iter().all(cut) || !p.parts.iter().any(cut);
            if !whole || !unfixed || !runs || !cut_alike {
                return None;
            }
            next.cut = false;
            for part in &mut next.parts {
                part.run = None;
                match demand.parts[part.part].order.get(part.ordered) {
                    Some((first, _)) if Some(*first) == attribute(part.member) => part.ordered += 1,
                    Some(_) => return None,
                    None => {}
                }
            }
            let merged_order_left = demand.merged
                && next
                    .parts
                    .iter()
                    .any(|part| part.ordered < demand.parts[part.part].order.len());
            if merged_order_left {
                made.push(next);
            } else {
                made.extend(next.parts.into_iter().map(|part| Pending {
                    demand: p.demand,
                    parts: vec![part],
                    columns: Vec::new(),
                    alike: Vec::new(),
                    chosen: true,
                    cut: false,
                }));
            }
        }
        Some(made)
    }
}

/// Whether a demand fixes a component to one value in all of its parts.
fn fixes(
    demand: &Demand,
    pending: &Pending,
    attribute: &dyn Fn(usize) -> Option<AttributeId>,
) -> bool {
    let fixed = |part: &PendingPart| {
        attribute(part.member).is_some_and(|a| part.fixed.contains(a) || part.settled.contains(a))
    };
    let same = |column: &Vec<AttributeId>| {
        let of = |part: &PendingPart| attribute(part.member) == Some(column[part.part]);
        pending.parts.iter().all(of)
    };
    pending.parts.iter().all(fixed)
        && (pending.parts.len() < 2 || demand.columns.iter().chain(&demand.alike).any(same))
}

/// The members that must stay together, as groups; merging where nothing needs it never helps, since blocks side by
/// side serve whatever a merged block would.
fn merged_groups(members: &[usize], sets: &[Vec<usize>]) -> Merged {
    let mut groups: Merged = members.iter().map(|m| vec![*m]).collect();
    for set in sets {
        let touched = |g: &Vec<usize>| set.iter().any(|m| g.contains(m));
        let (joined, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(touched);
        groups = rest;
        let mut one: Vec<usize> = joined.into_iter().flatten().collect();
        one.sort_unstable();
        groups.push(one);
    }
    groups.sort();
    groups
}

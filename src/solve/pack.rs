//! Putting the parts of an instance together: which index of one part is which index of all.
//!
//! Promises: every part keeps its indexes as they are; a scanned index holds one entity. Of the ways to pair the new
//! global indexes the cheapest is taken; they differ where the projection of an index is that of all its entities.

use super::oracle::Slot;
use super::problem::{Choice, Problem, Vertex};
use super::projection::needed;
use super::refine::{Preference, Refine};
use super::{Context, refine};
use crate::demand::{Shape, Ways};
use crate::layout::Kind;
use crate::schema::{Schema, Served};
use std::collections::BTreeSet;

/// What the entries of a slot carry: `None` where nothing is in it, `Some(None)` for everything.
type Carried = Option<Option<BTreeSet<String>>>;

impl<'o, 'a> Context<'_, 'o, 'a> {
    /// Puts the parts' indexes together: which index of one part becomes which index of all matters where projections
    /// differ, and where one is scanned.
    pub(super) fn pack(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        preference: Preference,
        chosen: Vec<Vec<Choice>>,
    ) -> Schema {
        let fixed = self.fixed.indexes.len();
        let movable: Vec<usize> = (fixed + 1..kinds.len())
            .filter(|s| kinds[*s] == Kind::Global)
            .collect();
        let mut placed: Vec<Vec<Choice>> = Vec::new();
        for choices in chosen {
            let mut tried: Vec<(Vec<Carried>, u128, Vec<Choice>)> = Vec::new();
            let before = self.carried(parts, kinds, &placed);
            for order in orders(movable.len()) {
                let moved: Vec<Choice> = choices
                    .iter()
                    .map(|c| relabel(*c, &movable, &order))
                    .collect();
                placed.push(moved);
                let joined = self.carried(parts, kinds, &placed);
                let new = tried.iter().all(|(carried, ..)| *carried != joined);
                if new && self.exclusive_respected(kinds, &placed) {
                    let own = self.carried(
                        &parts[placed.len() - 1..],
                        kinds,
                        &placed[placed.len() - 1..],
                    );
                    let as_before =
                        |(joined, of): (&Carried, &Carried)| of.is_none() || joined == of;
                    let widens = !joined.iter().zip(&before).all(as_before)
                        || !joined.iter().zip(&own).all(as_before);
                    // Nothing is cheaper than to carry no more than before.
                    let cost = if widens {
                        self.joined_cost(parts, kinds, &placed)
                    } else {
                        0
                    };
                    tried.push((joined, cost, placed.last().cloned().unwrap_or_default()));
                    if !widens {
                        placed.pop();
                        break;
                    }
                }
                placed.pop();
            }
            let best = tried.into_iter().min_by_key(|(_, cost, _)| *cost);
            placed.push(best.map_or(choices, |(.., c)| c));
        }
        let differs = |slot: &Carried| matches!(slot, Some(Some(_)));
        let narrow = |part: &Problem<'o, 'a>, own: &Vec<Choice>| {
            let of = self.carried(std::slice::from_ref(part), kinds, std::slice::from_ref(own));
            of.iter().skip(1).any(differs)
        };
        if parts.len() > 1 && parts.iter().zip(&placed).any(|(p, c)| narrow(p, c)) {
            placed = self.polished(parts, kinds, preference, &placed);
        }
        self.joined(parts, kinds, &placed)
    }

    /// Moves single reads once more, now that all parts are there: an index that carries little for one part may have to
    /// carry everything for another.
    fn polished(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        preference: Preference,
        placed: &[Vec<Choice>],
    ) -> Vec<Vec<Choice>> {
        let vertices = parts.iter().flat_map(|p| p.vertices.clone()).collect();
        let locals = kinds.contains(&Kind::Local);
        let whole = Problem::new(self.oracle, vertices, locals);
        let refine = Refine::new(
            &whole,
            self.model,
            kinds,
            self.fixed.indexes.len(),
            preference,
        );
        let mut better = refine.improve(placed.concat()).into_iter();
        let lengths = placed.iter().map(Vec::len);
        lengths.map(|n| better.by_ref().take(n).collect()).collect()
    }

    /// What the entries of each slot carry for some parts.
    fn carried(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        placed: &[Vec<Choice>],
    ) -> Vec<Carried> {
        let mut made: Vec<Carried> = vec![None; kinds.len()];
        for (part, choices) in parts.iter().zip(placed) {
            for (vertex, choice) in part.vertices.iter().zip(choices) {
                let Choice::At(slot, d) = choice else {
                    continue;
                };
                let workload = self.oracle.workload;
                let more = needed(workload, vertex.pattern, self.oracle.demand(*d));
                let of = &mut made[slot.0];
                *of = Some(match of.take() {
                    None => more,
                    Some(known) => known.zip(more).map(|(mut a, b)| {
                        a.extend(b);
                        a
                    }),
                });
            }
        }
        made
    }

    /// Whether no scanned index would hold two entities.
    fn exclusive_respected(&self, kinds: &[Kind], placed: &[Vec<Choice>]) -> bool {
        let mut entities: Vec<Vec<crate::workload::EntityId>> = vec![Vec::new(); kinds.len()];
        let mut scanned = vec![false; kinds.len()];
        for choice in placed.iter().flatten() {
            if let Choice::At(slot, d) = choice {
                let demand = self.oracle.demand(*d);
                scanned[slot.0] |= demand.shape == Shape::ScanIndex;
                for part in &demand.parts {
                    if !entities[slot.0].contains(&part.entity) {
                        entities[slot.0].push(part.entity);
                    }
                }
            }
        }
        scanned
            .iter()
            .zip(&entities)
            .all(|(s, e)| !s || e.len() <= 1)
    }

    fn joined_cost(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        placed: &[Vec<Choice>],
    ) -> u128 {
        let schema = self.joined(parts, kinds, placed);
        let parts = || parts.iter().take(placed.len());
        let stored: u128 = parts()
            .flat_map(|p| &p.entities)
            .map(|e| self.model.entity(&schema, *e))
            .sum();
        let variants = parts().flat_map(|p| p.vertices.iter().map(|v| v.variant));
        stored
            + variants
                .map(|v| self.model.variant(&schema, v, &schema.served[v]))
                .sum::<u128>()
    }

    /// One schema of the choices of the first parts.
    fn joined(&self, parts: &[Problem<'o, 'a>], kinds: &[Kind], placed: &[Vec<Choice>]) -> Schema {
        let vertices: Vec<Vertex> = parts
            .iter()
            .take(placed.len())
            .flat_map(|p| p.vertices.clone())
            .collect();
        let choices: Vec<Option<Choice>> = placed.iter().flatten().copied().map(Some).collect();
        let whole = Problem::joined(
            self.oracle,
            vertices,
            self.oracle.workload.entity_ids().collect(),
        );
        let board = Problem::board(kinds, &choices);
        let mut schema = refine::schema(
            &whole,
            self.oracle.workload,
            self.model.variants,
            &board,
            &choices,
        );
        for (variant, served) in self.model.variants.iter().zip(&mut schema.served) {
            if matches!(variant.ways, Ways::ByKey { .. }) {
                *served = Served::ByKey;
            }
        }
        schema
    }
}

fn relabel(choice: Choice, movable: &[usize], order: &[usize]) -> Choice {
    match choice {
        Choice::At(slot, d) => match movable.iter().position(|s| *s == slot.0) {
            Some(at) => Choice::At(Slot(movable[order[at]]), d),
            None => choice,
        },
        other => other,
    }
}

/// The orders of `count` things that are tried: all of up to five, else rotations.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count > 5 {
        return (0..count)
            .map(|by| (0..count).map(|at| (at + by) % count).collect())
            .collect();
    }
    let mut made: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        made = made
            .into_iter()
            .flat_map(|order| {
                let next = (0..count)
                    .filter(|n| !order.contains(n))
                    .collect::<Vec<_>>();
                next.into_iter()
                    .map(move |n| order.iter().copied().chain([n]).collect())
            })
            .collect();
    }
    made
}

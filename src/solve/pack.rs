//! Putting the parts of an instance together: which index of one part is which index of all.
//!
//! Promises: every part keeps its indexes as they are; a scanned index holds one entity. Of the ways to pair the new
//! global indexes the cheapest is taken; they differ where the projection of an index is that of all its entities.

use super::oracle::Slot;
use super::problem::{Choice, Problem, Vertex};
use super::projection::needed;
use super::refine::{Known, Preference, Refine};
use super::{Context, refine};
use crate::cost::figures::Figures;
use crate::demand::{Shape, Ways};
use crate::layout::Kind;
use crate::schema::{Schema, Served};
use crate::workload::EntityId;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What the entries of a slot carry: `None` where nothing is in it, `Some(None)` for everything.
type Carried = Option<Option<BTreeSet<String>>>;

impl<'o, 'a> Context<'o, 'a> {
    /// Puts the parts' indexes together: which index of one part becomes which index of all matters where projections
    /// differ, and where one is scanned. Where the choices of `before` are cheaper, it goes on from those.
    pub(super) fn pack(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        preference: Preference,
        chosen: &[Vec<Choice>],
        before: Option<Vec<Choice>>,
        known: &RefCell<Known<'a>>,
    ) -> (Schema, Vec<Choice>) {
        let all = parts.iter().flat_map(|p| p.vertices.clone()).collect();
        let entities = self.oracle.workload.entity_ids().collect();
        let whole = Problem::joined(self.oracle, all, entities);
        let fixed = self.fixed.indexes.len();
        let refine = Refine::new(&whole, self.model, kinds, fixed, preference, known);
        let mut placed = self.paired(parts, kinds, &refine, chosen);
        if let Some(before) = before
            && refine.cost(&before) < refine.cost(&placed)
        {
            placed = before;
        }
        // An index that carries little for one part may have to carry everything for another.
        if self.depends_on_pairs(parts, kinds, chosen) {
            placed = refine.improve(placed);
        }
        let schema = self.joined(&whole, kinds, &placed);
        debug_assert_eq!(
            refine.cost(&placed),
            self.whole_cost(&whole, &schema),
            "what a search takes a design to cost is what it costs"
        );
        (schema, placed)
    }

    /// Whether it matters which index of one part is which index of another: where one carries less than everything.
    pub(super) fn depends_on_pairs(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        chosen: &[Vec<Choice>],
    ) -> bool {
        let narrow = |(part, own): (&Problem<'o, 'a>, &Vec<Choice>)| {
            let of = self.carried(&part.vertices, kinds, own);
            of.iter().skip(1).any(|slot| matches!(slot, Some(Some(_))))
        };
        parts.len() > 1 && parts.iter().zip(chosen).any(narrow)
    }

    /// What the entities and the reads that need a place cost.
    fn whole_cost(&self, whole: &Problem<'o, 'a>, schema: &Schema) -> u128 {
        let figures = Figures::new(self.model, schema);
        let entities = whole.entities.iter();
        let variants = whole.vertices.iter().map(|v| v.variant);
        entities
            .map(|e| figures.entity(*e))
            .chain(variants.map(|v| self.model.variant(schema, v, &schema.served[v])))
            .sum()
    }

    /// The choices of all parts, the new global indexes of each paired with those of the parts before as is cheapest.
    fn paired(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        refine: &Refine<'_, 'o, 'a>,
        chosen: &[Vec<Choice>],
    ) -> Vec<Choice> {
        let fixed = self.fixed.indexes.len();
        let movable: Vec<usize> = (fixed + 1..kinds.len())
            .filter(|s| kinds[*s] == Kind::Global)
            .collect();
        let orders = orders(movable.len());
        let mut before: Vec<Carried> = vec![None; kinds.len()];
        let mut placed: Vec<Choice> = Vec::new();
        for (part, choices) in parts.iter().zip(chosen) {
            let own = self.carried(&part.vertices, kinds, choices);
            let mut tried: Vec<(Vec<Carried>, u128, Vec<Choice>)> = Vec::new();
            for order in &orders {
                let mut moved = own.clone();
                for (at, slot) in movable.iter().enumerate() {
                    moved[movable[order[at]]].clone_from(&own[*slot]);
                }
                let joined: Vec<Carried> = before
                    .iter()
                    .zip(&moved)
                    .map(|(a, b)| both(a.clone(), b))
                    .collect();
                if tried.iter().any(|(carried, ..)| *carried == joined) {
                    continue;
                }
                let here = choices.iter().map(|c| relabel(*c, &movable, order));
                let with: Vec<Choice> = placed.iter().copied().chain(here).collect();
                if !self.exclusive_respected(kinds, &with) {
                    continue;
                }
                let as_before = |(joined, of): (&Carried, &Carried)| of.is_none() || joined == of;
                let widens = !joined.iter().zip(&before).all(as_before)
                    || !joined.iter().zip(&moved).all(as_before);
                // Nothing is cheaper than to carry no more than before.
                let cost = if widens { refine.cost(&with) } else { 0 };
                tried.push((joined, cost, with));
                if !widens {
                    break;
                }
            }
            match tried.into_iter().min_by_key(|(_, cost, _)| *cost) {
                Some((carried, _, with)) => (before, placed) = (carried, with),
                None => placed.extend(choices),
            }
        }
        placed
    }

    /// What the entries of each slot carry for some reads.
    fn carried(&self, vertices: &[Vertex], kinds: &[Kind], choices: &[Choice]) -> Vec<Carried> {
        let mut made: Vec<Carried> = vec![None; kinds.len()];
        for (vertex, choice) in vertices.iter().zip(choices) {
            if let Choice::At(slot, d) = choice
                && made[slot.0] != Some(None)
            {
                let workload = self.oracle.workload;
                let more = needed(workload, vertex.pattern, self.oracle.demand(*d));
                made[slot.0] = both(made[slot.0].take(), &Some(more));
            }
        }
        made
    }

    /// Whether no scanned index would hold two entities.
    fn exclusive_respected(&self, kinds: &[Kind], placed: &[Choice]) -> bool {
        let scans = |c: &Choice| matches!(c, Choice::At(_, d) if self.oracle.demand(*d).shape == Shape::ScanIndex);
        if !placed.iter().any(scans) {
            return true;
        }
        let mut entities: Vec<Vec<EntityId>> = vec![Vec::new(); kinds.len()];
        let mut scanned = vec![false; kinds.len()];
        for choice in placed {
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

    /// The schema of the choices of all parts.
    fn joined(&self, whole: &Problem<'o, 'a>, kinds: &[Kind], placed: &[Choice]) -> Schema {
        let choices: Vec<Option<Choice>> = placed.iter().copied().map(Some).collect();
        let board = Problem::board(kinds, &choices);
        let mut schema = refine::schema(
            whole,
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

/// What two parts need of a slot together.
fn both(one: Carried, other: &Carried) -> Carried {
    match (one, other) {
        (one, None) => one,
        (None, other) => other.clone(),
        (Some(one), Some(other)) => Some(one.zip(other.as_ref()).map(|(mut a, b)| {
            a.extend(b.iter().cloned());
            a
        })),
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

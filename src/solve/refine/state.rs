//! A design that is being looked at, with what each entity and each read of it costs.
//!
//! Promises: [`State::set`] leaves the same figures, whatever the design before was. A search looks at thousands of
//! designs that each differ from the one before in one or two reads, so only what such a difference touches is worked
//! out again: the slots concerned, the entities whose keys or entries change there, the reads of those entities.

use super::known::{Held, Known, Look};
use super::{Refine, answer, demands_at};
use crate::cost::model::Place;
use crate::cost::storage::Bytes;
use crate::layout::{Family, Kind};
use crate::schema::Schema;
use crate::solve::oracle::Board;
use crate::solve::problem::Choice;
use crate::solve::projection::projection;
use crate::workload::EntityId;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// A design and its costs.
pub(super) struct State {
    choices: Vec<Option<Choice>>,
    board: Board,
    /// By entity what each slot has of it.
    looks: Vec<Vec<Look>>,
    /// By slot how many entities have entries there.
    members: Vec<usize>,
    entities: Vec<u128>,
    bytes: Vec<Rc<Bytes>>,
    reads: Vec<u128>,
    /// What all entities and reads cost.
    cost: u128,
    /// By entity the vertices that read it.
    readers: Vec<Vec<usize>>,
}

impl State {
    /// A state in which nothing is placed.
    pub(super) fn new(refine: &Refine<'_, '_, '_>) -> Self {
        let problem = refine.problem;
        let entities = problem.entities.len();
        let slots = refine.kinds.len();
        let mut made = Self {
            choices: vec![None; problem.vertices.len()],
            board: Board::new(refine.kinds.iter().skip(1).copied()),
            looks: vec![vec![Look::NONE; slots]; entities],
            members: vec![0; slots],
            entities: vec![0; entities],
            bytes: vec![Rc::default(); entities],
            reads: vec![0; problem.vertices.len()],
            cost: 0,
            readers: readers(refine),
        };
        made.update(refine, &vec![true; slots], Vec::new(), true);
        made
    }

    /// Makes it that of some choices.
    pub(super) fn set(&mut self, refine: &Refine<'_, '_, '_>, choices: &[Option<Choice>]) {
        let mut touched = vec![false; self.board.kinds.len()];
        let mut changed = Vec::new();
        for (vertex, choice) in choices.iter().enumerate() {
            let before = std::mem::replace(&mut self.choices[vertex], *choice);
            if before == *choice {
                continue;
            }
            changed.push(vertex);
            before.into_iter().for_each(|c| c.lift(&mut self.board));
            let slots = before.into_iter().chain(*choice);
            slots
                .filter_map(Choice::slot)
                .for_each(|s| touched[s.0] = true);
        }
        let placed = changed.iter().filter_map(|v| choices[*v]);
        placed.for_each(|c| c.put(&mut self.board));
        if !changed.is_empty() {
            self.update(refine, &touched, changed, false);
        }
    }

    /// What all entities and reads cost, in picodollars a month.
    pub(super) const fn cost(&self) -> u128 {
        self.cost
    }

    /// Entities' entries in indexes.
    pub(super) fn placements(&self) -> usize {
        self.members.iter().skip(1).sum()
    }

    /// Works out again what the touched slots and the changed vertices make different.
    fn update(
        &mut self,
        refine: &Refine<'_, '_, '_>,
        touched: &[bool],
        changed: Vec<usize>,
        all: bool,
    ) {
        let known = &mut *refine.known.borrow_mut();
        let mut dirty = vec![all; self.entities.len()];
        if refine.is_dependent() {
            let oracle = refine.problem.oracle;
            let families = oracle.families(&self.board, &refine.problem.entities);
            for (slot, families) in families.iter().enumerate() {
                let held = self.held(refine, known, slot, families);
                self.look(refine, known, slot, &held, &mut dirty);
            }
        } else {
            for slot in (0..touched.len()).filter(|s| touched[*s]) {
                let held = self.held_alone(refine, known, slot);
                self.look(refine, known, slot, &held, &mut dirty);
            }
        }
        let mut reads = changed;
        for entity in (0..dirty.len()).filter(|e| dirty[*e]) {
            let id = refine.problem.entities[entity];
            let (cost, bytes) = known.row(refine, id, &self.looks[entity]);
            self.cost = self.cost - self.entities[entity] + cost;
            self.entities[entity] = cost;
            self.bytes[entity] = bytes;
            reads.extend(&self.readers[entity]);
        }
        // A scan reads every entity, whatever they look like.
        let scans = |c: &Option<Choice>| matches!(c, Some(Choice::Free(_)));
        let scanning = (0..self.choices.len()).filter(|v| scans(&self.choices[*v]));
        reads.extend(scanning);
        reads.sort_unstable();
        reads.dedup();
        for vertex in reads {
            let cost = self.read(refine, known, vertex);
            self.cost = self.cost - self.reads[vertex] + cost;
            self.reads[vertex] = cost;
        }
    }

    /// What a slot that depends on no other has of entities.
    fn held_alone<'a>(
        &self,
        refine: &Refine<'_, '_, 'a>,
        known: &mut Known<'a>,
        slot: usize,
    ) -> Rc<Held> {
        let (kind, demands) = (self.board.kinds[slot], self.board.slots[slot].as_slice());
        if let Some(held) = known.held(kind).get(demands) {
            return Rc::clone(held);
        }
        let families = refine.problem.oracle.families_alone(kind, demands);
        let held = Rc::new(self.held(refine, known, slot, &families));
        known.held(kind).insert(demands.to_vec(), Rc::clone(&held));
        held
    }

    /// What a slot with some families has of entities.
    fn held<'a>(
        &self,
        refine: &Refine<'_, '_, 'a>,
        known: &mut Known<'a>,
        slot: usize,
        families: &[Arc<Family>],
    ) -> Held {
        let kind = self.board.kinds[slot];
        let carried = match kind {
            Kind::Table => None,
            Kind::Global | Kind::Local => Some(self.projection(refine, known, slot)),
        };
        let mut looks: Vec<(EntityId, Look)> = Vec::new();
        for family in families {
            for member in &family.members {
                // An entity is in the first family that has it.
                if looks.iter().all(|(e, _)| *e != member.entity) {
                    let look = known.look(refine, kind, family, member.entity, carried);
                    looks.push((member.entity, look));
                }
            }
        }
        Held {
            looks,
            members: families.iter().map(|f| f.members.len()).sum(),
        }
    }

    /// The number of what the entries of an index carry.
    fn projection<'a>(
        &self,
        refine: &Refine<'_, '_, 'a>,
        known: &mut Known<'a>,
        slot: usize,
    ) -> usize {
        let key = &self.board.slots[slot];
        if let Some(at) = known.projections.get(key) {
            return *at;
        }
        let read = demands_at(refine.problem, refine.model.variants, &self.choices, slot);
        let at = known.shape(projection(refine.model.workload, &read));
        known.projections.insert(key.clone(), at);
        at
    }

    /// Notes what a slot has of each entity; those of which it has something else than before are dirty.
    fn look<'a>(
        &mut self,
        refine: &Refine<'_, '_, 'a>,
        known: &mut Known<'a>,
        slot: usize,
        held: &Held,
        dirty: &mut [bool],
    ) {
        let entities = &refine.problem.entities;
        let mut looks = vec![Look::NONE; entities.len()];
        for (entity, look) in &held.looks {
            if let Ok(at) = entities.binary_search(entity) {
                looks[at] = *look;
            }
        }
        for (at, mut look) in looks.into_iter().enumerate() {
            // What nothing asks the table for has its plain key there.
            if slot == 0 && look == Look::NONE {
                look = known.plain(refine, entities[at]);
            }
            dirty[at] |= self.looks[at][slot] != look;
            self.looks[at][slot] = look;
        }
        self.members[slot] = held.members;
    }

    /// What a vertex costs.
    fn read<'a>(&self, refine: &Refine<'_, '_, 'a>, known: &mut Known<'a>, vertex: usize) -> u128 {
        let Some(choice) = self.choices[vertex] else {
            return 0;
        };
        let variant = refine.problem.vertices[vertex].variant;
        let own = |entity: EntityId| refine.problem.entities.binary_search(&entity);
        // What is followed may be of another part, whose keys are not known here.
        let nothing = Schema::default();
        let sizes = |entity: EntityId, place: Place| {
            own(entity).map_or_else(
                |_| refine.model.item_bytes(&nothing, entity),
                |at| self.bytes[at].at(place),
            )
        };
        match choice {
            Choice::At(slot, demand) => {
                let reading = known.reading(refine, variant, demand);
                reading.map_or(0, |r| {
                    refine.model.reading_cost(r, slot.0.checked_sub(1), &sizes)
                })
            }
            Choice::Free(_) | Choice::Not => {
                let served = answer(refine.problem, Some(choice));
                refine.model.variant_of(variant, &served, &sizes)
            }
        }
    }
}

/// By entity the vertices that read it.
fn readers(refine: &Refine<'_, '_, '_>) -> Vec<Vec<usize>> {
    let (problem, workload) = (refine.problem, refine.model.workload);
    let mut made = vec![Vec::new(); problem.entities.len()];
    for (at, vertex) in problem.vertices.iter().enumerate() {
        let demands = vertex.demands.iter().chain(&vertex.free);
        let of = demands.flat_map(|d| &problem.oracle.demand(*d).parts);
        let followed = workload.pattern(vertex.pattern).action.read();
        let followed = followed.into_iter().flat_map(|r| r.followed(workload));
        let own: BTreeSet<usize> = of
            .map(|p| p.entity)
            .chain(followed)
            .filter_map(|e| problem.entities.binary_search(&e).ok())
            .collect();
        own.iter().for_each(|e: &usize| made[*e].push(at));
    }
    made
}

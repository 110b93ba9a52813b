//! A design that is being looked at, with what each entity and each read of it costs.
//!
//! Promises: [`State::set`] leaves the same figures, whatever the design before was. A search looks at thousands of
//! designs that each differ from the one before in one or two reads, so only what such a difference touches is worked
//! out again: the slots concerned, the entities whose keys or entries change there, the reads of those entities.

use super::{Refine, answer, demands_at};
use crate::layout::{Family, Kind};
use crate::schema::{Index, Projection, Schema, Served};
use crate::solve::oracle::{Board, DemandId, Slot};
use crate::solve::problem::{Choice, Problem};
use crate::solve::projection::projection;
use std::collections::HashMap;
use std::rc::Rc;

/// What a slot has of an entity: its family and what its entries carry, as a small number; 0 for nothing.
type Look = u32;

/// A design and its costs.
pub(super) struct State {
    choices: Vec<Option<Choice>>,
    board: Board,
    families: Vec<Vec<Rc<Family>>>,
    /// The number of each slot's projection.
    projections: Vec<usize>,
    /// By slot what it has of each of the problem's entities.
    looks: Vec<Vec<Look>>,
    /// By entity the number of all that it looks like.
    rows: Vec<u32>,
    entities: Vec<u128>,
    reads: Vec<u128>,
    known: Known,
    /// By entity the vertices that read it.
    readers: Vec<Vec<usize>>,
    /// By vertex the entities that its demands read.
    read: Vec<Vec<usize>>,
}

/// What was computed before.
#[derive(Default)]
struct Known {
    /// What each slot's demands carry, as small numbers.
    projections: HashMap<Vec<DemandId>, usize>,
    shapes: Vec<Projection>,
    /// Families are remembered by the oracle, so their addresses tell them apart.
    looks: HashMap<(usize, usize), Look>,
    /// What an entity looks like in all slots, as a small number, with what it costs then.
    rows: HashMap<(usize, Vec<Look>), u32>,
    costs: Vec<u128>,
    /// Costs of reads: by the vertex, its demand, and what its entities look like in its slot and in all of them.
    reads: HashMap<(usize, DemandId, Vec<u32>), u128>,
}

impl State {
    /// A state in which nothing is placed.
    pub(super) fn new(refine: &Refine<'_, '_, '_>) -> Self {
        let problem = refine.problem;
        let entities = &problem.entities;
        let mut readers = vec![Vec::new(); entities.len()];
        let mut read = Vec::new();
        for (at, vertex) in problem.vertices.iter().enumerate() {
            let demands = vertex.demands.iter().chain(&vertex.free);
            let mut own: Vec<usize> = demands
                .flat_map(|d| &problem.oracle.demand(*d).parts)
                .filter_map(|p| entities.binary_search(&p.entity).ok())
                .collect();
            own.sort_unstable();
            own.dedup();
            own.iter().for_each(|e| readers[*e].push(at));
            read.push(own);
        }
        let slots = refine.kinds.len();
        let mut made = Self {
            choices: vec![None; problem.vertices.len()],
            board: Board::new(refine.kinds.iter().skip(1).copied()),
            families: vec![Vec::new(); slots],
            projections: vec![0; slots],
            looks: vec![vec![0; entities.len()]; slots],
            rows: vec![0; entities.len()],
            entities: vec![0; entities.len()],
            reads: vec![0; problem.vertices.len()],
            known: Known::default(),
            readers,
            read,
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
            if let Some(Choice::At(slot, demand)) = before {
                self.board.remove(slot, demand);
                touched[slot.0] = true;
            }
        }
        for vertex in &changed {
            if let Some(Choice::At(slot, demand)) = choices[*vertex] {
                self.board.insert(slot, demand);
                touched[slot.0] = true;
            }
        }
        if !changed.is_empty() {
            self.update(refine, &touched, changed, false);
        }
    }

    /// What all entities and reads cost, in picodollars a month.
    pub(super) fn cost(&self) -> u128 {
        self.entities.iter().chain(&self.reads).sum()
    }

    /// Entities' entries in indexes.
    pub(super) fn placements(&self) -> usize {
        let families = self.families.iter().skip(1).flatten();
        families.map(|f| f.members.len()).sum()
    }

    /// Works out again what the touched slots and the changed vertices make different.
    fn update(
        &mut self,
        refine: &Refine<'_, '_, '_>,
        touched: &[bool],
        changed: Vec<usize>,
        all: bool,
    ) {
        self.families(refine, touched);
        let mut dirty = vec![all; self.rows.len()];
        for slot in 0..self.board.kinds.len() {
            self.look(refine, slot, &mut dirty);
        }
        let mut reads = changed;
        for entity in (0..dirty.len()).filter(|e| dirty[*e]) {
            self.entity(refine, entity);
            reads.extend(&self.readers[entity]);
        }
        // A scan reads every entity, whatever they look like.
        let scans = |c: &Option<Choice>| matches!(c, Some(Choice::Free(_)));
        let scanning = (0..self.choices.len()).filter(|v| scans(&self.choices[*v]));
        reads.extend(scanning);
        reads.sort_unstable();
        reads.dedup();
        for vertex in reads {
            self.reads[vertex] = self.read(refine, vertex);
        }
    }

    /// The families and projections of the touched slots.
    fn families(&mut self, refine: &Refine<'_, '_, '_>, touched: &[bool]) {
        let problem = refine.problem;
        if refine.fixed > 0 || self.board.kinds.contains(&Kind::Local) || problem.oracle.is_fixed()
        {
            // Slots depend on each other.
            self.families = problem.oracle.families(&self.board, &problem.entities);
        } else {
            for slot in (0..touched.len()).filter(|s| touched[*s]) {
                let oracle = problem.oracle;
                self.families[slot] =
                    oracle.families_alone(&self.board, Slot(slot), &problem.entities);
            }
        }
        for slot in (0..touched.len()).filter(|s| touched[*s]) {
            self.projections[slot] = self.projection(refine, slot);
        }
    }

    fn projection(&mut self, refine: &Refine<'_, '_, '_>, slot: usize) -> usize {
        let key = &self.board.slots[slot];
        if let Some(at) = self.known.projections.get(key) {
            return *at;
        }
        let variants = refine.model.variants;
        let read = demands_at(refine.problem, variants, &self.choices, slot);
        let shape = projection(refine.model.workload, &read);
        let shapes = &mut self.known.shapes;
        let at = shapes.iter().position(|s| *s == shape);
        let at = at.unwrap_or_else(|| {
            shapes.push(shape);
            shapes.len() - 1
        });
        self.known.projections.insert(key.clone(), at);
        at
    }

    /// What a slot has of each entity; those of which it has something else than before are dirty.
    fn look(&mut self, refine: &Refine<'_, '_, '_>, slot: usize, dirty: &mut [bool]) {
        let mut looks = vec![0; dirty.len()];
        // What the table carries is always everything.
        let projection = if slot == 0 {
            usize::MAX
        } else {
            self.projections[slot]
        };
        for family in &self.families[slot] {
            let next = Look::try_from(self.known.looks.len() + 1).unwrap_or(Look::MAX);
            let key = (Rc::as_ptr(family).addr(), projection);
            let look = *self.known.looks.entry(key).or_insert(next);
            for member in &family.members {
                // An entity is in the first family that has it.
                if let Ok(at) = refine.problem.entities.binary_search(&member.entity)
                    && looks[at] == 0
                {
                    looks[at] = look;
                }
            }
        }
        for (at, look) in looks.iter().enumerate() {
            dirty[at] |= self.looks[slot][at] != *look;
        }
        self.looks[slot] = looks;
    }

    /// What an entity costs.
    fn entity(&mut self, refine: &Refine<'_, '_, '_>, entity: usize) {
        let looks = self.looks.iter().map(|slot| slot[entity]);
        let key = (entity, looks.filter(|l| *l > 0).collect::<Vec<Look>>());
        let row = if let Some(row) = self.known.rows.get(&key) {
            *row
        } else {
            let id = refine.problem.entities[entity];
            let cost = refine.model.entity(&self.schema(), id);
            let row = u32::try_from(self.known.costs.len()).unwrap_or(u32::MAX);
            self.known.costs.push(cost);
            self.known.rows.insert(key, row);
            row
        };
        self.rows[entity] = row;
        self.entities[entity] = self.known.costs[row as usize];
    }

    /// What a vertex costs.
    fn read(&mut self, refine: &Refine<'_, '_, '_>, vertex: usize) -> u128 {
        let Some(choice) = self.choices[vertex] else {
            return 0;
        };
        let Some(demand) = Problem::demand_of(choice) else {
            return 0;
        };
        let slot = match choice {
            Choice::At(slot, _) => slot.0,
            Choice::Free(_) | Choice::Not => return self.cost_of(refine, vertex, choice),
        };
        let looks = self.read[vertex].iter();
        let looks = looks.flat_map(|e| [self.rows[*e], self.looks[slot][*e]]);
        let key = (vertex, demand, looks.collect::<Vec<u32>>());
        if let Some(cost) = self.known.reads.get(&key) {
            return *cost;
        }
        let cost = self.cost_of(refine, vertex, choice);
        self.known.reads.insert(key, cost);
        cost
    }

    fn cost_of(&self, refine: &Refine<'_, '_, '_>, vertex: usize, choice: Choice) -> u128 {
        let variant = refine.problem.vertices[vertex].variant;
        let served = answer(refine.problem, Some(choice));
        refine.model.variant(&self.schema(), variant, &served)
    }

    /// The schema, without what answers the reads: costs are asked for one read at a time.
    fn schema(&self) -> Schema {
        let indexes = (1..self.board.kinds.len()).map(|slot| Index {
            name: String::new(),
            kind: self.board.kinds[slot],
            projection: self.known.shapes[self.projections[slot]].clone(),
            families: self.families[slot].clone(),
        });
        Schema {
            table: self.families[0].clone(),
            indexes: indexes.collect(),
            served: Vec::<Served>::new(),
        }
    }
}

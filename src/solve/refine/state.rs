//! A design that is being looked at, with what each entity and each read of it costs.
//!
//! Promises: [`State::set`] leaves the same figures, whatever the design before was. A search looks at thousands of
//! designs that each differ from the one before in one or two reads, so only what such a difference touches is worked
//! out again: the slots concerned, the entities whose keys or entries change there, the reads of those entities.

use super::{Refine, answer, demands_at};
use crate::cost::model::Place;
use crate::cost::storage::Bytes;
use crate::layout::{Family, Kind};
use crate::schema::{Index, Projection, Schema, Served};
use crate::solve::oracle::{Board, DemandId, Slot};
use crate::solve::problem::{Choice, Problem};
use crate::solve::projection::projection;
use crate::workload::{EntityId, Workload};
use std::collections::HashMap;
use std::rc::Rc;

/// What a slot has of an entity: its family and what its entries carry, as a small number; 0 for nothing.
type Look = u32;

/// A design and its costs.
pub(super) struct State {
    choices: Vec<Option<Choice>>,
    board: Board,
    /// The families and projections of all slots, without what answers the reads: costs are asked for one read at a time.
    schema: Schema,
    /// The number of each slot's projection.
    projections: Vec<usize>,
    /// By slot what it has of each of the problem's entities.
    looks: Vec<Vec<Look>>,
    /// By entity the number of all that it looks like.
    rows: Vec<u32>,
    entities: Vec<u128>,
    bytes: Vec<Rc<Bytes>>,
    reads: Vec<u128>,
    /// By entity the vertices that read it.
    readers: Vec<Vec<usize>>,
    /// By vertex the entities that its demands read.
    read: Vec<Vec<usize>>,
}

/// What was computed before, of all designs of an instance that were looked at.
#[derive(Default)]
pub struct Known {
    /// What some demands carry in one slot, as small numbers.
    projections: HashMap<Vec<DemandId>, usize>,
    shapes: Vec<Projection>,
    /// What each projection carries of an entity, as the number of a narrower one: a name that only other entities have
    /// makes no difference to it.
    narrowed: HashMap<(usize, EntityId), usize>,
    /// By family, entity and projection. Families are remembered by the oracle, so their addresses tell them apart.
    looks: HashMap<(usize, EntityId, usize), Look>,
    /// What an entity looks like in all slots, as a small number, with what it costs then and how large it is.
    rows: HashMap<(EntityId, Vec<Look>), u32>,
    costs: Vec<(u128, Rc<Bytes>)>,
    /// Costs of reads: by the variant, its demand, and what its entities look like in its slot and in all of them.
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
            let of = demands.flat_map(|d| &problem.oracle.demand(*d).parts);
            let workload = refine.model.workload;
            let followed = workload.pattern(vertex.pattern).action.read();
            let followed = followed.into_iter().flat_map(|r| r.followed(workload));
            let mut own: Vec<usize> = of
                .map(|p| p.entity)
                .chain(followed)
                .filter_map(|e| entities.binary_search(&e).ok())
                .collect();
            own.sort_unstable();
            own.dedup();
            own.iter().for_each(|e| readers[*e].push(at));
            read.push(own);
        }
        let slots = refine.kinds.len();
        let indexes = refine.kinds.iter().skip(1).map(|kind| Index {
            name: String::new(),
            kind: *kind,
            projection: Projection::KeysOnly,
            families: Vec::new(),
        });
        let mut made = Self {
            choices: vec![None; problem.vertices.len()],
            board: Board::new(refine.kinds.iter().skip(1).copied()),
            schema: Schema {
                table: Vec::new(),
                indexes: indexes.collect(),
                served: Vec::<Served>::new(),
            },
            projections: vec![usize::MAX; slots],
            looks: vec![vec![0; entities.len()]; slots],
            rows: vec![0; entities.len()],
            entities: vec![0; entities.len()],
            bytes: vec![Rc::default(); entities.len()],
            reads: vec![0; problem.vertices.len()],
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
    pub(super) fn cost(&self) -> u128 {
        self.entities.iter().chain(&self.reads).sum()
    }

    /// Entities' entries in indexes.
    pub(super) fn placements(&self) -> usize {
        let families = self.schema.indexes.iter().flat_map(|i| &i.families);
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
        let known = &mut *refine.known.borrow_mut();
        let dependent = self.families(refine, touched);
        for slot in (1..touched.len()).filter(|s| touched[*s]) {
            self.project(refine, known, slot);
        }
        let mut dirty = vec![all; self.rows.len()];
        for slot in (0..touched.len()).filter(|s| dependent || touched[*s]) {
            self.look(refine, known, slot, &mut dirty);
        }
        let mut reads = changed;
        for entity in (0..dirty.len()).filter(|e| dirty[*e]) {
            self.entity(refine, known, entity);
            reads.extend(&self.readers[entity]);
        }
        // A scan reads every entity, whatever they look like.
        let scans = |c: &Option<Choice>| matches!(c, Some(Choice::Free(_)));
        let scanning = (0..self.choices.len()).filter(|v| scans(&self.choices[*v]));
        reads.extend(scanning);
        reads.sort_unstable();
        reads.dedup();
        for vertex in reads {
            self.reads[vertex] = self.read(refine, known, vertex);
        }
    }

    /// The families of the touched slots, or of all where slots depend on each other; whether they do.
    fn families(&mut self, refine: &Refine<'_, '_, '_>, touched: &[bool]) -> bool {
        let (problem, oracle) = (refine.problem, refine.problem.oracle);
        let locals = self.board.kinds.contains(&Kind::Local);
        let dependent = refine.fixed > 0 || locals || oracle.is_fixed();
        if dependent {
            let all = oracle.families(&self.board, &problem.entities);
            for (slot, families) in all.into_iter().enumerate() {
                *self.families_mut(slot) = families;
            }
        } else {
            for slot in (0..touched.len()).filter(|s| touched[*s]) {
                let families = oracle.families_alone(&self.board, Slot(slot), &problem.entities);
                *self.families_mut(slot) = families;
            }
        }
        dependent
    }

    fn families_mut(&mut self, slot: usize) -> &mut Vec<Rc<Family>> {
        match slot.checked_sub(1) {
            None => &mut self.schema.table,
            Some(index) => &mut self.schema.indexes[index].families,
        }
    }

    /// What the entries of an index carry.
    fn project(&mut self, refine: &Refine<'_, '_, '_>, known: &mut Known, slot: usize) {
        let key = &self.board.slots[slot];
        let at = if let Some(at) = known.projections.get(key) {
            *at
        } else {
            let variants = refine.model.variants;
            let read = demands_at(refine.problem, variants, &self.choices, slot);
            let at = known.shape(projection(refine.model.workload, &read));
            known.projections.insert(key.clone(), at);
            at
        };
        if self.projections[slot] != at {
            self.projections[slot] = at;
            self.schema.indexes[slot - 1].projection = known.shapes[at].clone();
        }
    }

    /// What a slot has of each entity; those of which it has something else than before are dirty.
    fn look(
        &mut self,
        refine: &Refine<'_, '_, '_>,
        known: &mut Known,
        slot: usize,
        dirty: &mut [bool],
    ) {
        let mut looks = vec![0; dirty.len()];
        // What the table carries is always everything, and its number that of no projection.
        let projection = self.projections[slot];
        for family in families(&self.schema, slot) {
            for member in &family.members {
                // An entity is in the first family that has it.
                if let Ok(at) = refine.problem.entities.binary_search(&member.entity)
                    && looks[at] == 0
                {
                    let carried = known.narrow(refine.model.workload, projection, member.entity);
                    let next = Look::try_from(known.looks.len() + 1).unwrap_or(Look::MAX);
                    let key = (Rc::as_ptr(family).addr(), member.entity, carried);
                    looks[at] = *known.looks.entry(key).or_insert(next);
                }
            }
        }
        for (at, look) in looks.iter().enumerate() {
            dirty[at] |= self.looks[slot][at] != *look;
        }
        self.looks[slot] = looks;
    }

    /// What an entity costs.
    fn entity(&mut self, refine: &Refine<'_, '_, '_>, known: &mut Known, entity: usize) {
        let mut looks: Vec<Look> = self.looks.iter().map(|slot| slot[entity]).collect();
        // In which slot something lies matters: what is known of its size is known by slot.
        let used = looks.iter().rposition(|l| *l > 0).map_or(0, |at| at + 1);
        looks.truncate(used);
        let id = refine.problem.entities[entity];
        let key = (id, looks);
        let row = if let Some(row) = known.rows.get(&key) {
            *row
        } else {
            let bytes = refine.model.bytes(&self.schema, id);
            let cost = refine.model.entity_of(&self.schema, id, &bytes);
            let row = u32::try_from(known.costs.len()).unwrap_or(u32::MAX);
            known.costs.push((cost, Rc::new(bytes)));
            known.rows.insert(key, row);
            row
        };
        self.rows[entity] = row;
        let (cost, bytes) = &known.costs[row as usize];
        self.entities[entity] = *cost;
        self.bytes[entity] = Rc::clone(bytes);
    }

    /// What a vertex costs.
    fn read(&self, refine: &Refine<'_, '_, '_>, known: &mut Known, vertex: usize) -> u128 {
        let Some(choice) = self.choices[vertex] else {
            return 0;
        };
        let Some(demand) = Problem::demand_of(choice) else {
            return 0;
        };
        let variant = refine.problem.vertices[vertex].variant;
        let cost = || {
            let served = answer(refine.problem, Some(choice));
            let sizes = |entity: EntityId, place: Place| {
                let own = refine.problem.entities.binary_search(&entity);
                // What is followed may be of another part, whose keys are not known here.
                own.map_or_else(
                    |_| refine.model.item_bytes(&self.schema, entity),
                    |at| self.bytes[at].at(place),
                )
            };
            refine.model.variant_of(variant, &served, &sizes)
        };
        let Some(Slot(slot)) = choice.slot() else {
            return cost();
        };
        let looks = self.read[vertex].iter();
        let looks = looks.flat_map(|e| [self.rows[*e], self.looks[slot][*e]]);
        let key = (variant, demand, looks.collect::<Vec<u32>>());
        *known.reads.entry(key).or_insert_with(cost)
    }
}

/// The families of a slot.
fn families(schema: &Schema, slot: usize) -> &[Rc<Family>] {
    match slot.checked_sub(1) {
        None => &schema.table,
        Some(index) => &schema.indexes[index].families,
    }
}

impl Known {
    /// What a projection carries of an entity, as the number of the projection that carries no more than that.
    fn narrow(&mut self, workload: &Workload, projection: usize, entity: EntityId) -> usize {
        let Some(Projection::Include(names)) = self.shapes.get(projection) else {
            return projection;
        };
        if let Some(at) = self.narrowed.get(&(projection, entity)) {
            return *at;
        }
        let declared = workload.entity(entity);
        let stored = declared.attribute_ids();
        let stored = stored.map(|a| declared.attribute(a).stored_as.as_str());
        let own = stored.chain([workload.settings.names.discriminator.as_str()]);
        let own = own.filter(|n| names.contains(*n)).map(str::to_owned);
        let at = self.shape(Projection::Include(own.collect()));
        self.narrowed.insert((projection, entity), at);
        at
    }

    /// The number of a projection.
    fn shape(&mut self, shape: Projection) -> usize {
        let at = self.shapes.iter().position(|s| *s == shape);
        at.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        })
    }
}

//! Whether an index can take one more demand: the ground truth of the search, remembered.
//!
//! Promises: an answer depends on the set of demands alone, not on the order in which they were asked for. A set that
//! fits goes on fitting when a demand is taken out.

mod memory;

use super::graph::components;
use crate::demand::{Demand, Shape};
use crate::layout::access::access;
use crate::layout::{Conflict, Family, Kind, Setting, TableRule, arrange};
use crate::workload::{AttributeId, EntityId, Workload};
use memory::{Known, locked};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A demand of an instance, by its place in the list of all.
pub type DemandId = u32;

/// Where a demand can be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub usize);

/// Keys that a solution must keep: those of a deployed design.
#[derive(Debug, Clone, Default)]
pub struct FixedKeys {
    /// The table's families.
    pub table: Vec<Arc<Family>>,
    /// Indexes with their names and families, in their order.
    pub indexes: Vec<(String, Kind, Vec<Arc<Family>>)>,
}

type Found = Result<Arc<Family>, Conflict>;

/// Answers what fits together.
pub struct Oracle<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// What the table's keys may be made of.
    pub rules: &'a [TableRule],
    /// All demands.
    pub demands: Vec<&'a Demand>,
    /// Keys that must be kept.
    pub fixed: &'a FixedKeys,
    known: Mutex<Known>,
    /// Families of the table that no demand names.
    plain: Mutex<FxHashMap<EntityId, Found>>,
    /// Families of local indexes, by their demands and the table's family, which is kept so that its address is its own.
    local: Mutex<FxHashMap<(Vec<DemandId>, usize), (Arc<Family>, Found)>>,
    cut_off: AtomicBool,
}

/// What lies where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The kind of each slot; the first is the table, fixed indexes come next.
    pub kinds: Vec<Kind>,
    /// The demands in each slot, sorted.
    pub slots: Vec<Vec<DemandId>>,
}

impl Board {
    /// An empty board: the table, and indexes of these kinds.
    #[must_use]
    pub fn new(indexes: impl IntoIterator<Item = Kind>) -> Self {
        let kinds: Vec<Kind> = std::iter::once(Kind::Table).chain(indexes).collect();
        Self {
            slots: vec![Vec::new(); kinds.len()],
            kinds,
        }
    }

    /// Puts a demand into a slot.
    pub fn insert(&mut self, slot: Slot, demand: DemandId) {
        let of = &mut self.slots[slot.0];
        if let Err(at) = of.binary_search(&demand) {
            of.insert(at, demand);
        }
    }

    /// Takes a demand out of a slot.
    pub fn remove(&mut self, slot: Slot, demand: DemandId) {
        self.slots[slot.0].retain(|d| *d != demand);
    }

    /// The demands in slots of a kind.
    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = DemandId> + '_ {
        self.kinds
            .iter()
            .zip(&self.slots)
            .filter(move |(k, _)| **k == kind)
            .flat_map(|(_, s)| s.iter().copied())
    }
}

impl<'a> Oracle<'a> {
    /// An oracle for an instance.
    #[must_use]
    pub fn new(
        workload: &'a Workload,
        rules: &'a [TableRule],
        demands: Vec<&'a Demand>,
        fixed: &'a FixedKeys,
    ) -> Self {
        Self {
            workload,
            rules,
            demands,
            fixed,
            known: Mutex::default(),
            plain: Mutex::default(),
            local: Mutex::default(),
            cut_off: AtomicBool::new(false),
        }
    }

    /// Whether some search for a layout was cut off, so that something may fit that was taken not to.
    #[must_use]
    pub fn was_cut_off(&self) -> bool {
        self.cut_off.load(Ordering::Relaxed)
    }

    /// The demand of an id.
    #[must_use]
    pub fn demand(&self, id: DemandId) -> &'a Demand {
        self.demands[id as usize]
    }

    fn entities(&self, id: DemandId) -> impl Iterator<Item = EntityId> + use<'a> {
        self.demand(id).parts.iter().map(|p| p.entity)
    }

    /// The demands of `among` that are connected with `start` by shared entities, `start` included; sorted.
    fn connected(&self, start: &[DemandId], among: &[DemandId]) -> Vec<DemandId> {
        let mut entities: Vec<EntityId> = start.iter().flat_map(|d| self.entities(*d)).collect();
        let mut made = start.to_vec();
        let mut left: Vec<DemandId> = among
            .iter()
            .copied()
            .filter(|d| !start.contains(d))
            .collect();
        loop {
            let before = made.len();
            left.retain(|d| {
                let apart = !self.entities(*d).any(|e| entities.contains(&e));
                if !apart {
                    made.push(*d);
                    entities.extend(self.entities(*d));
                }
                apart
            });
            if made.len() == before {
                made.sort_unstable();
                made.dedup();
                return made;
            }
        }
    }

    /// The families of a slot's sorted demands: sets connected by shared entities, in the order of their first demand.
    #[must_use]
    pub fn groups(&self, demands: &[DemandId]) -> Vec<Vec<DemandId>> {
        let mut first: FxHashMap<EntityId, usize> = FxHashMap::default();
        let mut links = Vec::new();
        for (at, demand) in demands.iter().enumerate() {
            for entity in self.entities(*demand) {
                links.push((*first.entry(entity).or_insert(at), at));
            }
        }
        let groups = components(demands.len(), &links).into_iter();
        let of = |group: Vec<usize>| group.into_iter().map(|at| demands[at]).collect();
        groups.map(of).collect()
    }

    /// The family that serves a connected set of demands in an index of a kind; `also` are demands on local indexes
    /// whose partition key must be the table's.
    ///
    /// # Errors
    /// The conflict.
    pub fn family(&self, kind: Kind, demands: &[DemandId], also: &[DemandId]) -> Found {
        if let Some(found) = locked(&self.known).get(kind, demands, also) {
            return found.clone();
        }
        let found = self.find(kind, demands, also, None);
        locked(&self.known).keep(kind, demands, also, found)
    }

    fn find(
        &self,
        kind: Kind,
        demands: &[DemandId],
        also: &[DemandId],
        table: Option<&Family>,
    ) -> Found {
        let own: Vec<&Demand> = demands.iter().map(|d| self.demand(*d)).collect();
        let also: Vec<&Demand> = also.iter().map(|d| self.demand(*d)).collect();
        let setting = Setting {
            workload: self.workload,
            kind,
            demands: &own,
            also: &also,
            columns: table.map(partition_of),
            rules: self.rules,
            entity: None,
        };
        let found = arrange(&setting).map(Arc::new);
        if found == Err(Conflict::Budget) {
            self.cut_off.store(true, Ordering::Relaxed);
        }
        found
    }

    /// The table's family of an entity that no demand on the table names.
    ///
    /// # Errors
    /// The conflict.
    pub fn plain_family(&self, entity: EntityId) -> Found {
        if let Some(found) = locked(&self.plain).get(&entity) {
            return found.clone();
        }
        let setting = Setting {
            workload: self.workload,
            kind: Kind::Table,
            demands: &[],
            also: &[],
            columns: None,
            rules: self.rules,
            entity: Some(entity),
        };
        let found = arrange(&setting).map(Arc::new);
        locked(&self.plain).entry(entity).or_insert(found).clone()
    }

    /// The family of a local index beside the table's.
    fn local_family(&self, demands: &[DemandId], table: &Arc<Family>) -> Found {
        let key = (demands.to_vec(), Arc::as_ptr(table).addr());
        if let Some((_, found)) = locked(&self.local).get(&key) {
            return found.clone();
        }
        let found = self.find(Kind::Local, demands, &[], Some(table));
        let kept = (Arc::clone(table), found);
        locked(&self.local).entry(key).or_insert(kept).1.clone()
    }

    /// Whether a slot can take one more demand.
    #[must_use]
    pub fn fits(&self, board: &Board, slot: Slot, demand: DemandId) -> bool {
        self.try_fit(board, slot, demand).is_ok()
    }

    /// Whether a slot can take one more demand, and if not, why.
    ///
    /// # Errors
    /// The conflict.
    pub fn try_fit(&self, board: &Board, slot: Slot, demand: DemandId) -> Result<(), Conflict> {
        if let Some(fixed) = self.fixed_family(slot, demand)? {
            let served = access(&fixed, self.demand(demand)).is_some();
            return if served { Ok(()) } else { Err(Conflict::Fixed) };
        }
        let here = &board.slots[slot.0];
        match board.kinds[slot.0] {
            Kind::Global => {
                self.check_exclusive(slot, here, demand)?;
                self.family(Kind::Global, &self.connected(&[demand], here), &[])
                    .map(|_| ())
            }
            Kind::Table | Kind::Local => {
                let mut with = board.clone();
                with.insert(slot, demand);
                self.local_families(&with, &[demand]).map(|_| ())
            }
        }
    }

    /// The fixed family of a slot that holds the demand's entities; an error if only some of them are in one.
    fn fixed_family(&self, slot: Slot, demand: DemandId) -> Result<Option<Arc<Family>>, Conflict> {
        let families = match slot.0 {
            0 => &self.fixed.table,
            at => match self.fixed.indexes.get(at - 1) {
                Some((_, _, families)) => families,
                None => return Ok(None),
            },
        };
        let holding = families
            .iter()
            .find(|f| self.entities(demand).any(|e| f.member(e).is_some()));
        match holding {
            Some(family) if self.entities(demand).all(|e| family.member(e).is_some()) => {
                Ok(Some(Arc::clone(family)))
            }
            Some(_) => Err(Conflict::Fixed),
            None => Ok(None),
        }
    }

    /// That a scanned index holds one entity only.
    fn check_exclusive(
        &self,
        slot: Slot,
        here: &[DemandId],
        demand: DemandId,
    ) -> Result<(), Conflict> {
        let scans = |d: &DemandId| self.demand(*d).shape == Shape::ScanIndex;
        if !scans(&demand) && !here.iter().any(scans) {
            return Ok(());
        }
        let fixed = slot
            .0
            .checked_sub(1)
            .and_then(|at| self.fixed.indexes.get(at));
        let occupied = fixed
            .into_iter()
            .flat_map(|(_, _, f)| f.iter().flat_map(|f| f.members.iter().map(|m| m.entity)));
        let entities: BTreeSet<EntityId> = here
            .iter()
            .chain([&demand])
            .flat_map(|d| self.entities(*d))
            .chain(occupied)
            .collect();
        if entities.len() > 1 {
            Err(Conflict::Exclusive)
        } else {
            Ok(())
        }
    }

    /// The families of the table and of local indexes that are connected with some demands.
    fn local_families(
        &self,
        board: &Board,
        start: &[DemandId],
    ) -> Result<Vec<(Slot, Arc<Family>)>, Conflict> {
        let on_table: Vec<DemandId> = board.of_kind(Kind::Table).collect();
        let on_local: Vec<DemandId> = board.of_kind(Kind::Local).collect();
        let all: Vec<DemandId> = on_table.iter().chain(&on_local).copied().collect();
        let connected = self.connected(start, &all);
        let table: Vec<DemandId> = connected
            .iter()
            .copied()
            .filter(|d| on_table.contains(d))
            .collect();
        let local: Vec<DemandId> = connected
            .iter()
            .copied()
            .filter(|d| on_local.contains(d))
            .collect();
        let mut made = Vec::new();
        let family = self
            .fixed_table(&connected)
            .map_or_else(|| self.family(Kind::Table, &table, &local), Ok)?;
        for (at, kind) in board
            .kinds
            .iter()
            .enumerate()
            .filter(|(_, k)| **k == Kind::Local)
        {
            debug_assert_eq!(*kind, Kind::Local);
            let here: Vec<DemandId> = board.slots[at]
                .iter()
                .copied()
                .filter(|d| local.contains(d))
                .collect();
            for group in self.groups(&here) {
                made.push((Slot(at), self.local_family(&group, &family)?));
            }
        }
        made.push((Slot(0), family));
        Ok(made)
    }

    fn fixed_table(&self, demands: &[DemandId]) -> Option<Arc<Family>> {
        let first = demands.first().and_then(|d| self.entities(*d).next())?;
        self.fixed
            .table
            .iter()
            .find(|f| f.member(first).is_some())
            .cloned()
    }

    /// All families of a board, by slot; entities that nothing asks the table for have their plain key there.
    #[must_use]
    pub fn families(&self, board: &Board, entities: &[EntityId]) -> Vec<Vec<Arc<Family>>> {
        let mut made: Vec<Vec<Arc<Family>>> = vec![Vec::new(); board.kinds.len()];
        made[0].extend(self.fixed.table.iter().cloned());
        for (at, (_, _, families)) in self.fixed.indexes.iter().enumerate() {
            if let Some(slot) = made.get_mut(at + 1) {
                slot.extend(families.iter().cloned());
            }
        }
        let free =
            |slot: usize, d: &DemandId| matches!(self.fixed_family(Slot(slot), *d), Ok(None));
        for (at, kind) in board.kinds.iter().enumerate() {
            if *kind == Kind::Global {
                let here: Vec<DemandId> = board.slots[at]
                    .iter()
                    .copied()
                    .filter(|d| free(at, d))
                    .collect();
                for group in self.groups(&here) {
                    made[at].extend(self.family(Kind::Global, &group, &[]).ok());
                }
            }
        }
        let anchored: Vec<DemandId> = board
            .of_kind(Kind::Table)
            .chain(board.of_kind(Kind::Local))
            .collect();
        for group in self.groups(&anchored) {
            for (slot, family) in self.local_families(board, &group).into_iter().flatten() {
                if !made[slot.0].contains(&family) {
                    made[slot.0].push(family);
                }
            }
        }
        for entity in entities {
            if !made[0].iter().any(|f| f.member(*entity).is_some()) {
                made[0].extend(self.plain_family(*entity).ok());
            }
        }
        for families in &mut made {
            families.sort_by_key(|f| f.members.first().map(|m| m.entity));
        }
        made
    }

    /// The families of a slot's demands, where there are no local indexes and no keys that must be kept: then each slot
    /// stands alone.
    #[must_use]
    pub fn families_alone(&self, kind: Kind, demands: &[DemandId]) -> Vec<Arc<Family>> {
        let groups = self.groups(demands);
        let families = groups.iter().filter_map(|g| self.family(kind, g, &[]).ok());
        families.collect()
    }

    /// Whether there are keys that must be kept.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        !self.fixed.table.is_empty() || !self.fixed.indexes.is_empty()
    }

    /// Whether two demands can share some index.
    #[must_use]
    pub fn compatible(&self, a: DemandId, b: DemandId, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.pair(*kind, a, b).is_ok()) || self.compatible_fixed(a, b)
    }

    fn compatible_fixed(&self, a: DemandId, b: DemandId) -> bool {
        (0..=self.fixed.indexes.len()).any(|slot| {
            let serves = |d| {
                matches!(self.fixed_family(Slot(slot), d), Ok(Some(f)) if access(&f, self.demand(d)).is_some())
            };
            serves(a) && serves(b)
        })
    }

    /// Whether an index of a kind can hold two demands and nothing else.
    ///
    /// # Errors
    /// The conflict.
    pub fn pair(&self, kind: Kind, a: DemandId, b: DemandId) -> Result<(), Conflict> {
        let alone = |d: DemandId| self.family(kind, &[d], &[]).map(|_| ());
        if a == b {
            return alone(a);
        }
        if self.entities(a).any(|e| self.demand(b).part(e).is_some()) {
            let both = [a.min(b), a.max(b)];
            return self.family(kind, &both, &[]).map(|_| ());
        }
        let scans = |d: DemandId| self.demand(d).shape == Shape::ScanIndex;
        if scans(a) || scans(b) {
            return Err(Conflict::Exclusive);
        }
        alone(a).and_then(|()| alone(b))
    }
}

/// The partition key of a family, for each column the attribute of every member.
fn partition_of(family: &Family) -> Vec<BTreeMap<EntityId, AttributeId>> {
    family
        .columns
        .iter()
        .map(|c| {
            family
                .members
                .iter()
                .map(|m| m.entity)
                .zip(c.iter().copied())
                .collect()
        })
        .collect()
}

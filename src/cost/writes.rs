//! What one call of a write takes: the item, its guards, its entry in each index, and what is read before.
//!
//! Sources: Amazon `DynamoDB` Developer Guide, "Managing complex workflows with transactions" (each item of a transaction
//! counts twice) and "Using global secondary indexes" (the units of index entries).

use super::model::{Model, Place, Units};
use super::odds::{self, Odds};
use super::pieces::{StepInIndex, StepInTable};
use super::storage::Bytes;
use super::units::{Entry, index_write_units, read_halves, write_units};
use crate::estimate::{self, Chosen, WHOLE};
use crate::schema::{Index, Projection, Schema, find};
use crate::workload::{Action, AttributeSet, EntityId, PatternId, Read, Step};

/// What one repetition of a step takes, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUnits {
    /// Bytes of the item.
    pub item_bytes: u64,
    /// Whether the write is part of a transaction, in which each item counts twice.
    pub transaction: bool,
    /// Write units of the item, the transaction counted.
    pub item: u64,
    /// Guards that are put or deleted.
    pub guards: u64,
    /// What happens in each index that the entity is in.
    pub entries: Vec<EntryUnits>,
    /// Whether the item is read before it is written.
    pub read_before: bool,
    /// How often a call does the step on average, in millionths.
    pub times: u128,
}

/// What a write does to an entry of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryUnits {
    /// The index, by its place.
    pub index: usize,
    /// Bytes of the entry.
    pub bytes: u64,
    /// How often what happens.
    pub odds: Odds,
    /// Write units on average, in millionths.
    pub units: u128,
    /// Of them what it takes that the entry is put in, taken out or put under another key.
    pub moves: u128,
}

impl EntryUnits {
    /// Of an entry of so many bytes.
    fn of(index: usize, odds: Odds, bytes: u64) -> Self {
        let unit = |entry: Entry| u128::from(index_write_units(entry));
        let moves = unit(Entry::Enters(bytes)) * odds.enters
            + unit(Entry::Leaves(bytes)) * odds.leaves
            + unit(Entry::Moves(bytes, bytes)) * odds.moves;
        Self {
            index,
            bytes,
            odds,
            units: moves + unit(Entry::Changes(bytes, bytes)) * odds.changes,
            moves,
        }
    }
}

impl StepUnits {
    /// Of what a step does to the table and to each index, where it is known how large the item and its entries are.
    pub(super) fn of(
        table: StepInTable,
        indexes: impl Iterator<Item = Option<StepInIndex>>,
        bytes: &Bytes,
    ) -> Self {
        let mut made = Self {
            item_bytes: bytes.item,
            transaction: table.transaction,
            item: write_units(bytes.item) * if table.transaction { 2 } else { 1 },
            guards: table.guards,
            entries: Vec::new(),
            read_before: table.read_before,
            times: table.times,
        };
        for (at, index) in indexes.enumerate() {
            let Some(index) = index else { continue };
            made.read_before |= index.read_before;
            made.entries
                .push(EntryUnits::of(at, index.odds, bytes.entry(at)));
        }
        made
    }

    /// What all repetitions of a call take at each place.
    pub fn at(&self, mut each: impl FnMut(Place, Units)) {
        let whole = u128::from(WHOLE);
        let repeated = |units: Units| units.times(self.times, whole);
        let written = Units {
            write: u128::from(self.item + self.guards * 2) * whole,
            ..Units::default()
        };
        let read = if self.read_before {
            Units::halves(read_halves(self.item_bytes, true))
        } else {
            Units::default()
        };
        each(None, repeated(written.plus(read)));
        for entry in &self.entries {
            let units = Units {
                index_write: entry.units,
                ..Units::default()
            };
            each(Some(entry.index), repeated(units));
        }
    }

    /// What happens in an index; nothing where the entity is not in it.
    #[must_use]
    pub fn entry(&self, index: usize) -> Option<&EntryUnits> {
        self.entries.iter().find(|e| e.index == index)
    }

    /// What all repetitions of a call take.
    #[must_use]
    pub fn total(&self) -> Units {
        let mut all = Units::default();
        self.at(|_, units| all = all.plus(units));
        all
    }
}

impl Model<'_> {
    /// What one call of a write takes, for one of its steps with all repetitions.
    #[must_use]
    pub fn step(&self, schema: &Schema, pattern: PatternId, step: &Step) -> Units {
        self.step_units(schema, pattern, step).total()
    }

    /// The same, part by part.
    #[must_use]
    pub fn step_units(&self, schema: &Schema, pattern: PatternId, step: &Step) -> StepUnits {
        self.step_of(schema, pattern, step, &self.bytes(schema, step.entity))
    }

    /// The same, where it is known how large the item and its entries are.
    pub(super) fn step_of(
        &self,
        schema: &Schema,
        pattern: PatternId,
        step: &Step,
        bytes: &Bytes,
    ) -> StepUnits {
        let of = (pattern, step);
        let indexes = 0..schema.indexes.len();
        let entries = indexes.map(|at| self.step_in_index(schema, at, of));
        StepUnits::of(self.step_in_table(schema, of), entries, bytes)
    }

    /// How often a call of a pattern does a step, on average, in millionths.
    #[must_use]
    pub fn repetitions(&self, pattern: PatternId, step: &Step) -> u128 {
        let (min, max) = step.times.map_or((1, 1), |t| (t.min, t.max));
        let found = match &self.workload.pattern(pattern).action {
            Action::Find(find) => self.found(&find.read, step.entity),
            _ => u128::from(WHOLE),
        };
        u128::from(min + max) * found / 2
    }

    /// How often one repetition of a step does what to the entry of its item in an index.
    pub(super) fn odds(&self, index: &Index, step: &Step) -> Option<Odds> {
        let (family, member) = find(&index.families, step.entity)?;
        let entity = self.workload.entity(step.entity);
        let projected = |a| match &index.projection {
            Projection::All => true,
            Projection::Include(names) => names.contains(&entity.attribute(a).stored_as),
            Projection::KeysOnly => false,
        };
        Some(odds::odds(self.workload, step, family, member, projected))
    }

    /// Items that find, then write finds, in millionths.
    fn found(&self, read: &Read, entity: EntityId) -> u128 {
        if let Some(returns) = read.returns {
            return u128::from(returns) * u128::from(WHOLE);
        }
        let fixed = read
            .by
            .iter()
            .filter_map(|c| c.binding.get(&entity).copied())
            .collect();
        let chosen = Chosen {
            fixed,
            constants: &[],
            exists: AttributeSet::default(),
            missing: AttributeSet::default(),
        };
        estimate::matching(self.workload, self.workload.entity(entity), chosen)
            .max(u128::from(WHOLE))
    }
}

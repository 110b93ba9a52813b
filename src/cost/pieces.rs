//! What an entity costs, put together from what the table and each of its indexes have of it.
//!
//! Promises: a piece depends on its own place alone, on the family there and on what entries carry; put together, the
//! pieces of a schema give the bytes and the costs that the model says of it. A search that looks at thousands of schemas
//! works each piece out once.

use super::model::Model;
use super::odds::Odds;
use super::storage::{Bytes, EntryBytes, ItemBytes};
use super::writes::StepUnits;
use crate::effect::Effect;
use crate::layout::Kind;
use crate::schema::{Schema, find};
use crate::workload::{Action, EntityId, PatternId, Rate, Step, WriteVerb};

/// A write of an entity, and the pattern that it belongs to.
pub type EntityStep<'a> = (PatternId, &'a Step);

/// What the table has of an entity.
#[derive(Debug, Clone)]
pub struct InTable {
    bytes: ItemBytes,
    /// Bytes that its guards are charged for.
    guards: u128,
    steps: Vec<StepInTable>,
}

/// What a write does to the table, whatever the indexes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StepInTable {
    rate: Rate,
    /// Guards that are put or deleted.
    pub(super) guards: u64,
    /// Whether it is part of a transaction.
    pub(super) transaction: bool,
    /// Whether something must be read before, beside what the keys of indexes need.
    pub(super) read_before: bool,
    /// How often a call does the step on average, in millionths.
    pub(super) times: u128,
}

/// What an index has of an entity.
#[derive(Debug, Clone)]
pub struct InIndex {
    kind: Kind,
    bytes: EntryBytes,
    steps: Vec<StepInIndex>,
}

/// What a write does to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StepInIndex {
    /// How often what happens to it.
    pub(super) odds: Odds,
    /// Whether its key needs something that must be read before.
    pub(super) read_before: bool,
}

impl<'a> Model<'a> {
    /// The writes of an entity.
    #[must_use]
    pub fn steps_of(&self, entity: EntityId) -> Vec<EntityStep<'a>> {
        let steps = self.workload.steps();
        steps.filter(|(_, s)| s.entity == entity).collect()
    }
}

impl Model<'_> {
    /// What the table has of an entity with these writes.
    #[must_use]
    pub fn in_table(&self, schema: &Schema, entity: EntityId, steps: &[EntityStep<'_>]) -> InTable {
        let steps = steps.iter().map(|s| self.step_in_table(schema, *s));
        InTable {
            bytes: self.table_bytes(schema, entity),
            guards: self.guards_stored(schema, entity),
            steps: steps.collect(),
        }
    }

    /// What an index has of an entity with these writes; nothing where it is not in there.
    #[must_use]
    pub fn in_index(
        &self,
        schema: &Schema,
        index: usize,
        entity: EntityId,
        steps: &[EntityStep<'_>],
    ) -> Option<InIndex> {
        let of = schema.indexes.get(index)?;
        let steps = steps.iter().map(|s| self.step_in_index(schema, index, *s));
        Some(InIndex {
            kind: of.kind,
            bytes: self.index_bytes(of, entity)?,
            steps: steps.collect::<Option<_>>()?,
        })
    }

    /// The bytes of an entity, and what it costs in picodollars a month: storage of items, entries and guards, and all of
    /// its writes. `indexes`: what each index has of it, in their order.
    #[must_use]
    pub fn put_together(
        &self,
        entity: EntityId,
        table: &InTable,
        indexes: &[Option<&InIndex>],
    ) -> (Bytes, u128) {
        let bytes = Bytes::of(&table.bytes, indexes.iter().map(|i| i.map(|i| &i.bytes)));
        let stored = self.item_stored(entity, bytes.item) + table.guards;
        let mut cost = self.prices.storing(stored) + self.prices.recovering(stored);
        for (at, index) in indexes.iter().enumerate() {
            let Some(index) = index else { continue };
            let stored = self.entry_stored(entity, bytes.entry(at), index.bytes.held);
            cost += self.prices.storing(stored);
            if index.kind == Kind::Local {
                cost += self.prices.recovering(stored);
            }
        }
        for (n, step) in table.steps.iter().enumerate() {
            let entries = indexes.iter().map(|i| i.map(|i| i.steps[n]));
            let units = StepUnits::of(*step, entries, &bytes);
            cost += self.monthly(step.rate, units.total());
        }
        (bytes, cost)
    }

    /// What a write does to the table.
    pub(super) fn step_in_table(&self, schema: &Schema, of: EntityStep<'_>) -> StepInTable {
        let (pattern, step) = of;
        let effect = self.effect(schema, of);
        let guards = effect.guards();
        let written = guards
            .iter()
            .map(|w| u64::from(w.put.is_some()) + u64::from(w.delete))
            .sum();
        StepInTable {
            rate: self.workload.pattern(pattern).rate,
            guards: written,
            // A transaction of one action is that action alone.
            transaction: effect.joined || written > 0 || step.times.is_some(),
            read_before: !effect.needed_beside_keys(&guards).is_empty(),
            times: self.repetitions(pattern, step),
        }
    }

    /// What a write does to the entry of its item in an index; nothing where it has none there.
    pub(super) fn step_in_index(
        &self,
        schema: &Schema,
        index: usize,
        of: EntityStep<'_>,
    ) -> Option<StepInIndex> {
        let step = of.1;
        let index = schema.indexes.get(index)?;
        let (family, member) = find(&index.families, step.entity)?;
        let needed = || self.effect(schema, of).needed_by_key(family, member);
        Some(StepInIndex {
            odds: self.odds(index, step)?,
            read_before: step.verb == WriteVerb::Update && !needed().is_empty(),
        })
    }

    fn effect<'e>(&'e self, schema: &'e Schema, (pattern, step): EntityStep<'e>) -> Effect<'e> {
        let (found, steps) = match &self.workload.pattern(pattern).action {
            Action::Find(find) => (Some(&find.read), 1),
            Action::Transaction(steps) => (None, steps.len()),
            Action::Write(_) | Action::Read(_) | Action::External => (None, 1),
        };
        Effect {
            workload: self.workload,
            schema,
            step,
            found,
            joined: steps > 1,
        }
    }
}

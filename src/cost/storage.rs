//! Bytes: of items, of entries, of their keys and guards; what storing them costs.
//!
//! Promises: averages, estimated where the file does not say; numbers of indexes count as one digit.

use super::model::{Model, Place};
use super::price::STORED_OVERHEAD;
use super::size;
use crate::estimate::{self, WHOLE};
use crate::layout::{Family, Kind};
use crate::schema::{Projection, Schema, find};
use crate::solve::guards::{Guard, guards};
use crate::workload::EntityId;

impl Model<'_> {
    /// Bytes of the keys that an index (or the table) adds to an item, names included.
    pub(super) fn key_bytes(&self, family: &Family, member: usize, kind: Kind) -> u64 {
        let names = &self.workload.settings.names;
        let entity = family.members[member].entity;
        // Numbers of indexes count as one digit.
        let prefix = if kind == Kind::Table {
            0
        } else {
            names.index.len() as u64 + 1
        };
        let partition = if kind == Kind::Local {
            0
        } else {
            prefix + names.partition.len() as u64 + self.partition_bytes(family, member)
        };
        let sort = prefix + names.sort.len() as u64 + family.root.literals(member).len() as u64;
        let components: u64 = family
            .components(member)
            .into_iter()
            .map(|c| size::component(self.workload, entity, c))
            .sum();
        partition + sort + components
    }

    /// Bytes of an item's partition key in an index or the table.
    #[must_use]
    pub fn partition_bytes(&self, family: &Family, member: usize) -> u64 {
        let entity = self.workload.entity(family.members[member].entity);
        let mut bytes = family.label.len() as u64;
        for (at, column) in family.columns.iter().enumerate() {
            if at > 0 {
                bytes += crate::layout::column_name(self.workload, family, column).len() as u64 + 1;
            }
            bytes += column
                .get(member)
                .map_or(0, |a| size::encoded(entity.attribute(*a), false) + 1);
        }
        bytes
            + if family.shards > 1 {
                u64::from(family.shards.ilog10()) + 1
            } else {
                0
            }
    }

    /// What part of an entity's items a family holds, in parts per million.
    #[must_use]
    pub fn held(&self, family: &Family, member: usize) -> u64 {
        let m = &family.members[member];
        let entity = self.workload.entity(m.entity);
        let named = |a| m.sparse.values.iter().any(|(b, _)| *b == a);
        let values = m
            .sparse
            .values
            .iter()
            .map(|(a, v)| estimate::share(self.workload, entity, *a, v));
        let there = m
            .sparse
            .presence
            .iter()
            .filter(|a| !named(*a))
            .map(|a| estimate::present(entity, a));
        let gone = m
            .sparse
            .missing
            .iter()
            .map(|a| WHOLE - estimate::present(entity, a));
        values
            .chain(there)
            .chain(gone)
            .fold(WHOLE, |part, p| part * p / WHOLE)
    }

    /// Bytes of a whole item, with the keys that the schema adds.
    #[must_use]
    pub fn item_bytes(&self, schema: &Schema, entity: EntityId) -> u64 {
        let declared = self.workload.entity(entity);
        let discriminator = self.workload.settings.names.discriminator.len() + declared.name.len();
        let mut bytes = size::item(self.workload, entity) + discriminator as u64;
        if let Some(ttl) = declared.ttl
            && declared.attribute(ttl).ty != crate::workload::Type::Epoch
        {
            bytes += 10;
        }
        if let Some((family, member)) = find(&schema.table, entity) {
            bytes += self.key_bytes(family, member, Kind::Table);
        }
        for index in &schema.indexes {
            if let Some((family, member)) = find(&index.families, entity) {
                bytes +=
                    self.key_bytes(family, member, index.kind) * self.held(family, member) / WHOLE;
            }
        }
        bytes
    }

    /// Bytes of an entity's entry in an index.
    #[must_use]
    pub fn entry_bytes(&self, schema: &Schema, index: usize, entity: EntityId) -> u64 {
        let Some(of) = schema.indexes.get(index) else {
            return 0;
        };
        if of.projection == Projection::All {
            return self.item_bytes(schema, entity);
        }
        let table =
            find(&schema.table, entity).map_or(0, |(f, m)| self.key_bytes(f, m, Kind::Table));
        let own = find(&of.families, entity).map_or(0, |(f, m)| self.key_bytes(f, m, of.kind));
        let Projection::Include(names) = &of.projection else {
            return table + own;
        };
        let declared = self.workload.entity(entity);
        let discriminator = &self.workload.settings.names.discriminator;
        let attributes: u64 = declared
            .attribute_ids()
            .filter(|a| names.contains(&declared.attribute(*a).stored_as))
            .map(|a| size::attribute(self.workload, entity, a))
            .sum();
        let typed = if names.contains(discriminator) {
            discriminator.len() + declared.name.len()
        } else {
            0
        };
        table + own + attributes + typed as u64
    }

    /// Picodollars a month that storing an entity costs, point-in-time recovery included.
    #[must_use]
    pub fn storage(&self, schema: &Schema, entity: EntityId) -> u128 {
        let mut pico = 0;
        self.stored(schema, entity, |place, bytes| {
            pico += self.prices.storing(bytes) + self.recovery(schema, place, bytes);
        });
        pico
    }

    /// Picodollars a month for point-in-time recovery of bytes at a place: of the table and of local indexes.
    #[must_use]
    pub fn recovery(&self, schema: &Schema, place: Place, bytes: u128) -> u128 {
        let kept = place.is_none_or(|at| schema.indexes[at].kind == Kind::Local);
        if kept {
            self.prices.recovering(bytes)
        } else {
            0
        }
    }

    /// What an entity takes: for each place the bytes that are charged, overhead included.
    pub fn stored(&self, schema: &Schema, entity: EntityId, mut at: impl FnMut(Place, u128)) {
        let count = u128::from(self.workload.entity(entity).count);
        let stored = |bytes: u64, part: u64| {
            count * u128::from(part) / u128::from(WHOLE) * u128::from(bytes)
        };
        let item = |bytes: u64| bytes + self.prices.overhead;
        let mut table = stored(item(self.item_bytes(schema, entity)), WHOLE);
        for guard in guards(self.workload, schema, entity) {
            table += stored(
                item(self.guard_bytes(entity, &guard)),
                guard.present(self.workload.entity(entity)),
            );
        }
        at(None, table);
        for (index, of) in schema.indexes.iter().enumerate() {
            if let Some((family, member)) = find(&of.families, entity) {
                let bytes = self.entry_bytes(schema, index, entity) + STORED_OVERHEAD;
                at(Some(index), stored(bytes, self.held(family, member)));
            }
        }
    }

    /// Bytes that an entity's entries in an index are charged for, overhead included.
    #[must_use]
    pub fn entries_bytes(&self, schema: &Schema, index: usize, entity: EntityId) -> u128 {
        let mut bytes = 0;
        self.stored(schema, entity, |place, of| {
            if place == Some(index) {
                bytes += of;
            }
        });
        bytes
    }

    fn guard_bytes(&self, entity: EntityId, guard: &Guard) -> u64 {
        let declared = self.workload.entity(entity);
        let attributes = guard.attributes.iter().chain(&declared.identity);
        40 + attributes
            .map(|a| {
                size::value(declared.attribute(*a)) + declared.attribute(*a).stored_as.len() as u64
            })
            .sum::<u64>()
    }
}

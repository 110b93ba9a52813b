//! Bytes: of items, of entries, of their keys and guards; what storing them costs.
//!
//! Promises: averages, estimated where the file does not say; numbers of indexes count as one digit.

use super::model::{Model, Place};
use super::price::STORED_OVERHEAD;
use super::size;
use crate::estimate::{self, WHOLE};
use crate::layout::{Family, Kind};
use crate::schema::{Index, Projection, Schema, find};
use crate::solve::guards::{Guard, guards};
use crate::workload::EntityId;

/// How large an entity's item is, and its entry in each index; an entry where it has none has no bytes, or those of the
/// item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes {
    /// Of the item.
    pub item: u64,
    entries: Vec<u64>,
}

impl Bytes {
    /// Of its entry in an index.
    #[must_use]
    pub fn entry(&self, index: usize) -> u64 {
        self.entries.get(index).copied().unwrap_or(0)
    }

    /// At a place.
    #[must_use]
    pub fn at(&self, place: Place) -> u64 {
        place.map_or(self.item, |index| self.entry(index))
    }
}

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
        self.bytes(schema, entity).item
    }

    /// Bytes of an entity's entry in an index that it is in.
    #[must_use]
    pub fn entry_bytes(&self, schema: &Schema, index: usize, entity: EntityId) -> u64 {
        self.bytes(schema, entity).entry(index)
    }

    /// Bytes of an entity's item and entries, all worked out at once.
    #[must_use]
    pub fn bytes(&self, schema: &Schema, entity: EntityId) -> Bytes {
        let (table, mut item) = self.table_bytes(schema, entity);
        let mut entries = vec![0; schema.indexes.len()];
        for (of, entry) in schema.indexes.iter().zip(&mut entries) {
            if let Some((key, held)) = self.in_index(of, entity) {
                item += key * held / WHOLE;
                *entry = table + key;
            }
        }
        for (of, entry) in schema.indexes.iter().zip(&mut entries) {
            match of.projection {
                Projection::All => *entry = item,
                _ if *entry == 0 => {}
                Projection::KeysOnly | Projection::Include(_) => {
                    *entry += self.projected_bytes(of, entity);
                }
            }
        }
        Bytes { item, entries }
    }

    /// Bytes of an item's key in the table, and of the item with it but without the keys of indexes.
    fn table_bytes(&self, schema: &Schema, entity: EntityId) -> (u64, u64) {
        let declared = self.workload.entity(entity);
        let discriminator = self.workload.settings.names.discriminator.len() + declared.name.len();
        let mut bytes = size::item(self.workload, entity) + discriminator as u64;
        if let Some(ttl) = declared.ttl
            && declared.attribute(ttl).ty != crate::workload::Type::Epoch
        {
            bytes += 10;
        }
        let key = find(&schema.table, entity).map_or(0, |(f, m)| self.key_bytes(f, m, Kind::Table));
        (key, bytes + key)
    }

    /// Bytes of an entity's key in an index, and what part of its items is there.
    fn in_index(&self, index: &Index, entity: EntityId) -> Option<(u64, u64)> {
        let (family, member) = find(&index.families, entity)?;
        let key = self.key_bytes(family, member, index.kind);
        Some((key, self.held(family, member)))
    }

    /// Bytes of what a projection of named attributes carries of an entity, beside keys.
    fn projected_bytes(&self, index: &Index, entity: EntityId) -> u64 {
        let Projection::Include(names) = &index.projection else {
            return 0;
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
        attributes + typed as u64
    }

    /// Picodollars a month that storing an entity costs, point-in-time recovery included.
    #[must_use]
    pub fn storage(&self, schema: &Schema, entity: EntityId) -> u128 {
        self.storage_of(schema, entity, &self.bytes(schema, entity))
    }

    /// The same, where it is known how large its item and entries are.
    pub(super) fn storage_of(&self, schema: &Schema, entity: EntityId, bytes: &Bytes) -> u128 {
        let mut pico = 0;
        self.stored_of(schema, entity, bytes, |place, bytes| {
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
    pub fn stored(&self, schema: &Schema, entity: EntityId, at: impl FnMut(Place, u128)) {
        self.stored_of(schema, entity, &self.bytes(schema, entity), at);
    }

    /// The same, where it is known how large its item and entries are.
    pub(super) fn stored_of(
        &self,
        schema: &Schema,
        entity: EntityId,
        bytes: &Bytes,
        mut at: impl FnMut(Place, u128),
    ) {
        let count = u128::from(self.workload.entity(entity).count);
        let stored = |bytes: u64, part: u64| {
            count * u128::from(part) / u128::from(WHOLE) * u128::from(bytes)
        };
        let item = |bytes: u64| bytes + self.prices.overhead;
        let mut table = stored(item(bytes.item), WHOLE);
        for guard in guards(self.workload, schema, entity) {
            table += stored(
                item(self.guard_bytes(entity, &guard)),
                guard.present(self.workload.entity(entity)),
            );
        }
        at(None, table);
        for (index, of) in schema.indexes.iter().enumerate() {
            if let Some((family, member)) = find(&of.families, entity) {
                let bytes = bytes.entry(index) + STORED_OVERHEAD;
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

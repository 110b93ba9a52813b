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

/// How large an entity's item is, and its entry in each index; no bytes where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes {
    /// Of the item.
    pub item: u64,
    entries: Vec<u64>,
}

/// Bytes of an item by what they are for, without the keys of indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ItemBytes {
    /// Of its key in the table.
    key: u64,
    /// Of all, the key included.
    all: u64,
}

/// Bytes of an entry by what they are for, beside the item's key in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryBytes {
    /// Of its key in the index.
    key: u64,
    /// What part of the items has an entry, in parts per million.
    pub(super) held: u64,
    /// Of what it carries beside keys, unless that is the whole item.
    carried: Option<u64>,
}

impl Bytes {
    /// Of an item and of what each index has of it.
    pub(super) fn of<'b>(
        table: &ItemBytes,
        indexes: impl Iterator<Item = Option<&'b EntryBytes>> + Clone,
    ) -> Self {
        let keys = indexes.clone().flatten();
        let item = table.all + keys.map(|i| i.key * i.held / WHOLE).sum::<u64>();
        let entry = |index: Option<&EntryBytes>| {
            let carried = |i: &EntryBytes| i.carried.map_or(item, |c| table.key + i.key + c);
            index.map_or(0, carried)
        };
        Self {
            item,
            entries: indexes.map(entry).collect(),
        }
    }

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
        let indexes = schema.indexes.iter();
        let entries: Vec<_> = indexes.map(|i| self.index_bytes(i, entity)).collect();
        let table = self.table_bytes(schema, entity);
        Bytes::of(&table, entries.iter().map(Option::as_ref))
    }

    /// Bytes of an item in the table, without the keys of indexes.
    pub(super) fn table_bytes(&self, schema: &Schema, entity: EntityId) -> ItemBytes {
        let declared = self.workload.entity(entity);
        let discriminator = self.workload.settings.names.discriminator.len() + declared.name.len();
        let mut bytes = size::item(self.workload, entity) + discriminator as u64;
        if let Some(ttl) = declared.ttl
            && declared.attribute(ttl).ty != crate::workload::Type::Epoch
        {
            bytes += 10;
        }
        let key = find(&schema.table, entity).map_or(0, |(f, m)| self.key_bytes(f, m, Kind::Table));
        ItemBytes {
            key,
            all: bytes + key,
        }
    }

    /// Bytes of an entity's entry in an index.
    pub(super) fn index_bytes(&self, index: &Index, entity: EntityId) -> Option<EntryBytes> {
        let (family, member) = find(&index.families, entity)?;
        let carried = match index.projection {
            Projection::All => None,
            Projection::KeysOnly | Projection::Include(_) => {
                Some(self.projected_bytes(index, entity))
            }
        };
        Some(EntryBytes {
            key: self.key_bytes(family, member, index.kind),
            held: self.held(family, member),
            carried,
        })
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
        let table = self.item_stored(entity, bytes.item) + self.guards_stored(schema, entity);
        at(None, table);
        for (index, of) in schema.indexes.iter().enumerate() {
            if let Some((family, member)) = find(&of.families, entity) {
                let held = self.held(family, member);
                at(
                    Some(index),
                    self.entry_stored(entity, bytes.entry(index), held),
                );
            }
        }
    }

    /// Bytes that an entity's items of this size are charged for.
    pub(super) fn item_stored(&self, entity: EntityId, bytes: u64) -> u128 {
        self.part_stored(entity, bytes + self.prices.overhead, WHOLE)
    }

    /// Bytes that an entity's guards are charged for.
    pub(super) fn guards_stored(&self, schema: &Schema, entity: EntityId) -> u128 {
        let declared = self.workload.entity(entity);
        let guards = guards(self.workload, schema, entity);
        let each = guards.iter().map(|guard| {
            let bytes = self.guard_bytes(entity, guard) + self.prices.overhead;
            self.part_stored(entity, bytes, guard.present(declared))
        });
        each.sum()
    }

    /// Bytes that an entity's entries of this size are charged for, where an index holds a part of its items.
    pub(super) fn entry_stored(&self, entity: EntityId, bytes: u64, held: u64) -> u128 {
        self.part_stored(entity, bytes + STORED_OVERHEAD, held)
    }

    fn part_stored(&self, entity: EntityId, bytes: u64, part: u64) -> u128 {
        let count = u128::from(self.workload.entity(entity).count);
        count * u128::from(part) / u128::from(WHOLE) * u128::from(bytes)
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

//! A schema: the table's keys, the indexes, and which of them answers which read.
//!
//! Promises: data only. Every family in it serves the demands that are assigned to it, as
//! [`crate::layout::access`] defines serving.

use crate::demand::Demand;
use crate::layout::{Family, Kind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The table, its indexes, and what they answer.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The table's families; every entity is in one.
    pub table: Vec<Arc<Family>>,
    /// The secondary indexes.
    pub indexes: Vec<Index>,
    /// What answers each variant, in the order of the variants.
    pub served: Vec<Served>,
}

/// A secondary index.
#[derive(Debug, Clone)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Local or global.
    pub kind: Kind,
    /// The families in it.
    pub families: Vec<Arc<Family>>,
    /// What its entries carry.
    pub projection: Projection,
}

/// What the entries of an index carry beside keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Projection {
    /// Nothing.
    KeysOnly,
    /// These physical attributes.
    Include(BTreeSet<String>),
    /// The whole item.
    All,
}

/// What answers a variant.
#[derive(Debug, Clone)]
pub enum Served {
    /// The table's key.
    ByKey,
    /// A run of the table.
    Table(Demand),
    /// An index, by its place in the list.
    Index(usize, Demand),
    /// A scan of the table.
    Scan(Demand),
    /// Nothing.
    Not,
}

impl Schema {
    /// The number of secondary indexes of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.indexes.iter().filter(|i| i.kind == kind).count()
    }

    /// The table's family of an entity, and the entity's place in it.
    #[must_use]
    pub fn table_family(&self, entity: crate::workload::EntityId) -> Option<(&Family, usize)> {
        find(&self.table, entity)
    }
}

/// The family of an entity among some, and the entity's place in it.
#[must_use]
pub fn find(
    families: &[Arc<Family>],
    entity: crate::workload::EntityId,
) -> Option<(&Family, usize)> {
    families
        .iter()
        .find_map(|f| f.member(entity).map(|m| (f.as_ref(), m)))
}

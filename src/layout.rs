//! Layouts: how the items of an index lie, and whether one index can serve several demands.
//!
//! Promises: [`arrange`] is exact within the space that is described here: it returns a layout that serves all demands,
//! or the reason why none does. [`access::access`] says how a layout serves a demand, and is the only definition of
//! serving: whatever `arrange` builds is read through it.
//!
//! The space. An index is divided into *families*: entities that share partitions. A family has a partition key, made of
//! attributes that every one of its demands fixes (and perhaps a shard), and a tree of sort keys. In the tree a *block*
//! holds the items of one entity, or of several that are merged: a *shared* component, fixed or bounded by their demands
//! for all of them, comes first and the type after it. Blocks lie side by side, in an order that is part of the
//! layout; where the first component of a block is an enumeration that constants choose from, other blocks may lie
//! between its values. Below its block an entity has a sequence of components. A read is one contiguous run of keys.
//! Numbers and times may be stored descending. An entity has one key in an index, which may be sparse: only items that
//! meet some constants, have some optional attributes, or lack some.

pub mod access;
mod blocks;
mod checks;
mod columns;
mod conflict;
mod finish;
mod labels;
mod leaf;
mod membership;
mod merge;
mod parity;
mod search;

use crate::workload::{AttributeId, AttributeSet, Constant, EntityId, Workload};
pub use conflict::{Conflict, needs};
pub use labels::{column_name, distinct_tags, tag};
pub use search::{Setting, arrange};

/// The kinds of indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The table itself.
    Table,
    /// A local secondary index: the table's partition key, its own sort key.
    Local,
    /// A global secondary index.
    Global,
}

/// What the table's key of an entity may be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableRule {
    /// The identity.
    pub identity: AttributeSet,
    /// The identity and the attributes that may extend it: immutable, required, and known to every access by the key.
    pub allowed: AttributeSet,
    /// Whether some access renders the key from parameters, so that it cannot hold a shard.
    pub addressed: bool,
}

/// Entities that share partitions of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The entities, sorted.
    pub members: Vec<Member>,
    /// The attributes of the partition key: for each, that of every member.
    pub columns: Vec<Vec<AttributeId>>,
    /// Over how many partitions the items of one value are spread.
    pub shards: u32,
    /// The sort keys.
    pub root: Node,
    /// The start of the partition key.
    pub label: String,
}

/// An entity in a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The entity.
    pub entity: EntityId,
    /// Which of its items are in the index.
    pub sparse: Sparse,
}

/// Which items of an entity are in an index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sparse {
    /// Those that have one of some constants, sorted by attribute.
    pub values: Vec<(AttributeId, Vec<Constant>)>,
    /// Those that have all of these optional attributes.
    pub presence: AttributeSet,
    /// Those that lack all of these.
    pub missing: AttributeSet,
}

/// A place in the tree of sort keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// The components of one member, to the end of its key.
    Leaf {
        /// Its place in the family.
        member: usize,
        /// The literal before its components.
        label: String,
        /// Its components.
        components: Vec<Component>,
    },
    /// A component that several members share.
    Shared {
        /// The literal before it.
        label: String,
        /// For each member its attribute.
        attributes: Vec<(usize, AttributeId)>,
        /// Whether stored descending.
        descending: bool,
        /// What follows.
        next: Box<Self>,
    },
    /// Blocks side by side.
    Blocks {
        /// What they hold.
        groups: Vec<Self>,
        /// Their order; a group that is divided by values has one entry for each.
        order: Vec<Block>,
    },
}

/// A block: a group, or one value of the first component of a group of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The place in the list of groups.
    pub group: usize,
    /// The value.
    pub value: Option<Constant>,
}

/// An attribute in a sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// The attribute.
    pub attribute: AttributeId,
    /// Whether stored descending.
    pub descending: bool,
}

impl Family {
    /// The place of an entity.
    #[must_use]
    pub fn member(&self, entity: EntityId) -> Option<usize> {
        self.members.iter().position(|m| m.entity == entity)
    }

    /// The attributes of a member's partition key.
    #[must_use]
    pub fn partition(&self, member: usize) -> AttributeSet {
        self.columns
            .iter()
            .filter_map(|c| c.get(member).copied())
            .collect()
    }

    /// The components of a member's sort key, shared ones included, in their order.
    #[must_use]
    pub fn components(&self, member: usize) -> Vec<Component> {
        let mut made = Vec::new();
        self.root.collect(member, &mut made);
        made
    }

    /// Every attribute of a member's key.
    #[must_use]
    pub fn key_attributes(&self, member: usize) -> AttributeSet {
        self.components(member)
            .iter()
            .fold(self.partition(member), |set, c| set.with(c.attribute))
    }

    /// Every attribute on which a member's key depends: those of the key, of the shard and of the conditions.
    #[must_use]
    pub fn depends_on(&self, member: usize, workload: &Workload) -> AttributeSet {
        let mut set = self.key_attributes(member);
        let Some(m) = self.members.get(member) else {
            return set;
        };
        if self.shards > 1 {
            set = set.union(workload.entity(m.entity).identity_set());
        }
        m.sparse
            .values
            .iter()
            .fold(set, |s, (a, _)| s.with(*a))
            .union(m.sparse.presence)
            .union(m.sparse.missing)
    }
}

impl Node {
    /// Whether it holds a member.
    #[must_use]
    pub fn holds(&self, member: usize) -> bool {
        match self {
            Self::Leaf { member: m, .. } => *m == member,
            Self::Shared { attributes, .. } => attributes.iter().any(|(m, _)| *m == member),
            Self::Blocks { groups, .. } => groups.iter().any(|g| g.holds(member)),
        }
    }

    /// The literals before a member's components.
    #[must_use]
    pub fn literals(&self, member: usize) -> String {
        match self {
            Self::Leaf {
                label, member: m, ..
            } if *m == member => label.clone(),
            Self::Leaf { .. } => String::new(),
            Self::Shared { label, next, .. } => format!("{label}{}", next.literals(member)),
            Self::Blocks { groups, .. } => groups
                .iter()
                .filter(|g| g.holds(member))
                .map(|g| g.literals(member))
                .collect(),
        }
    }

    fn collect(&self, member: usize, made: &mut Vec<Component>) {
        match self {
            Self::Leaf {
                member: m,
                components,
                ..
            } if *m == member => made.extend(components),
            Self::Leaf { .. } => {}
            Self::Shared {
                attributes,
                descending,
                next,
                ..
            } => {
                if let Some((_, attribute)) = attributes.iter().find(|(m, _)| *m == member) {
                    made.push(Component {
                        attribute: *attribute,
                        descending: *descending,
                    });
                    next.collect(member, made);
                }
            }
            Self::Blocks { groups, .. } => groups.iter().for_each(|g| g.collect(member, made)),
        }
    }
}

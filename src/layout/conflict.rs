//! Why an index cannot serve some demands.

use crate::demand::Demand;
use crate::workload::{AttributeId, AttributeSet, EntityId, Workload};

/// The reason. The numbers are places in the list of demands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what the variant's line names")]
pub enum Conflict {
    /// Two demands need different items of an entity, because of an optional attribute.
    Presence {
        entity: EntityId,
        attribute: AttributeId,
    },
    /// Two demands need different items of an entity, because of constants.
    Condition {
        entity: EntityId,
        attribute: AttributeId,
    },
    /// No key order begins with both sets of attributes.
    NotNested {
        entity: EntityId,
        first: (usize, AttributeSet),
        second: (usize, AttributeSet),
    },
    /// The entities have no partition key that all demands fix.
    Partition,
    /// The blocks cannot lie so that each demand reads one run.
    Neighbours,
    /// Entities that must be merged for one demand must be apart for another.
    Merged,
    /// A demand fixes an attribute that only some entities of its collection have.
    Partial { demand: usize },
    /// The orders contradict each other.
    Direction,
    /// The demands are spread over different numbers of partitions.
    Shards,
    /// A global index cannot be read consistently.
    Consistent,
    /// A scanned index can hold nothing else.
    Exclusive,
    /// The table's key cannot hold the attribute, because it can change.
    Mutable {
        entity: EntityId,
        attribute: AttributeId,
    },
    /// The table's key cannot hold the attribute, because it may be missing.
    Optional {
        entity: EntityId,
        attribute: AttributeId,
    },
    /// The table's key cannot hold the attribute, because some access by the key does not know it.
    Unknown {
        entity: EntityId,
        attribute: AttributeId,
    },
    /// The table holds all items of the entity, not only those that the demand needs.
    Whole {
        entity: EntityId,
        attribute: AttributeId,
    },
    /// The table's key cannot hold a shard, because it is rendered from parameters.
    Addressed { entity: EntityId },
    /// A local index has the table's partition key.
    LocalPartition,
    /// The index has fixed keys that do not serve the demand.
    Fixed,
    /// The search for a layout was cut off.
    Budget,
}

impl Conflict {
    /// The entity that the reason is about, where it is about one.
    #[must_use]
    pub const fn entity(&self) -> Option<EntityId> {
        match self {
            Self::Presence { entity, .. }
            | Self::Condition { entity, .. }
            | Self::NotNested { entity, .. }
            | Self::Mutable { entity, .. }
            | Self::Optional { entity, .. }
            | Self::Unknown { entity, .. }
            | Self::Whole { entity, .. }
            | Self::Addressed { entity } => Some(*entity),
            _ => None,
        }
    }
}

/// What a demand needs of an entity, in words: "by `customer_id` and status in order of `placed_at`".
#[must_use]
pub fn needs(workload: &Workload, demand: &Demand, entity: EntityId) -> String {
    let Some(part) = demand.part(entity) else {
        return String::new();
    };
    let declared = workload.entity(entity);
    let fixed = declared.names(part.fixed.iter());
    let order: Vec<&str> = declared.names(part.order.iter().map(|(a, _)| *a));
    let by = if fixed.is_empty() {
        "all together".to_owned()
    } else {
        format!("by {}", fixed.join(" and "))
    };
    if order.is_empty() {
        by
    } else {
        format!("{by} in order of {}", order.join(", then "))
    }
}

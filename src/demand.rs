//! Demands: what a key has to provide so that one request answers a read.
//!
//! Promises: a demand is independent of any index. For each entity that the read names it says which attributes must be
//! fixed by equality, in which order the items must come, which one may be bounded, and which items must be there and no
//! others. A read has one variant for each choice of its optional parameters; a variant has one demand that costs
//! nothing beyond a request, and, where the pattern's `allow` accepts a price, further ones that ask for less.
//!
//! Terms. *Fixed*: equal to one value known to the caller. *Order*: the attributes that the items are sorted by, without
//! those that are fixed, cut off as soon as at most one item is left. *Presence*: optional attributes without which an
//! item does not match.

mod build;
mod options;

use crate::workload::{AttributeId, AttributeSet, Constant, EntityId, PatternId};
pub use build::{Reader, conditions_of, variants};
pub use options::kept;

/// What a request costs beyond one that reads only what it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Price {
    /// Reads and drops items.
    pub filter: bool,
    /// One request a value, in parallel.
    pub fan_out: bool,
    /// A second round.
    pub extra_request: bool,
    /// A scan of the table.
    pub scan: bool,
}

impl Price {
    /// Whether it costs nothing.
    #[must_use]
    pub fn is_free(self) -> bool {
        self == Self::default()
    }

    /// The words of the plan document, sorted.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        let all = [
            (self.extra_request, "extra_request"),
            (self.fan_out, "fan_out"),
            (self.filter, "filter"),
            (self.scan, "scan"),
        ];
        all.into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| word)
            .collect()
    }
}

/// A read with a choice of its optional parameters.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The pattern.
    pub pattern: PatternId,
    /// Which columns of `by` the caller gives, by their place.
    pub given: Vec<usize>,
    /// How it can be answered.
    pub ways: Ways,
}

/// How a variant can be answered.
#[derive(Debug, Clone)]
pub enum Ways {
    /// By the table's key: a `get` whose `by` holds the identity.
    ByKey {
        /// What the caller knows of the item.
        known: AttributeSet,
        /// What it costs.
        price: Price,
    },
    /// By one of these demands, cheapest price first; empty: by none, for the reason.
    Demands(Vec<Demand>, Option<Refusal>),
}

/// Why a read has no demand at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A bounded attribute is not the first of the order.
    RangeBeforeSort,
    /// `range` and `prefix` bound two attributes.
    RangeAndPrefix,
    /// `follow` needs a second round.
    Follow,
    /// Finding before writing needs a second round.
    Find,
    /// A batch goes by the table's key.
    Batch,
    /// A sharded collection has no order of its own.
    ShardedCollection,
    /// Several constants without a key that holds only them.
    SeveralValues,
}

/// What one request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// One part for each entity, sorted.
    pub parts: Vec<Part>,
    /// Equalities with a parameter that all parts have: for each part its attribute.
    pub columns: Vec<Vec<AttributeId>>,
    /// Equalities with one constant that all parts have: for each part its attribute.
    pub alike: Vec<Vec<AttributeId>>,
    /// How the items are read.
    pub shape: Shape,
    /// Whether it must see every earlier write.
    pub consistent: bool,
    /// Whether the items of all entities come in one order.
    pub merged: bool,
    /// The part whose items a limit counts, in a collection: the others must come first.
    pub limited: Option<usize>,
    /// Over how many partitions the items are spread.
    pub shards: u32,
    /// What it costs beyond one request.
    pub price: Price,
    /// Conditions that the key does not fix: items are read and dropped.
    pub dropped: Vec<Criterion>,
    /// Attributes that are fixed to one value after the other.
    pub fan: Vec<(AttributeId, Vec<Constant>)>,
    /// The order of the items of parallel requests together.
    pub merge: Vec<(AttributeId, bool)>,
}

/// How the items are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A run of one partition.
    Query,
    /// A whole index that holds nothing else.
    ScanIndex,
    /// The whole table.
    ScanTable,
}

/// What a request needs of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The entity.
    pub entity: EntityId,
    /// Fixed by equality.
    pub fixed: AttributeSet,
    /// Those of them that a parameter fixes.
    pub given: AttributeSet,
    /// Constants that an item must have one of, sorted by attribute; those of one value are fixed too.
    pub constants: Vec<(AttributeId, Vec<Constant>)>,
    /// Optional attributes without which an item does not match.
    pub presence: AttributeSet,
    /// Attributes without which only an item matches.
    pub missing: AttributeSet,
    /// What a filter takes over: the index may hold only items that meet it.
    pub spare: Spare,
    /// The order: attribute, and whether descending.
    pub order: Vec<(AttributeId, bool)>,
    /// Attributes in the order of which all items that match have one value: their direction does not matter.
    pub loose: AttributeSet,
    /// The attribute that is bounded, or whose start is matched; the first of the order.
    pub bounded: Option<Bounded>,
    /// Whether the order is only that of the key: the caller asked for none, so it may be read from either end.
    pub either_way: bool,
    /// Whether at most one item matches.
    pub single: bool,
}

/// Conditions that a filter takes over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spare {
    /// Constants that an item that matches has one of, sorted by attribute.
    pub constants: Vec<(AttributeId, Vec<Constant>)>,
    /// Optional attributes that it has.
    pub presence: AttributeSet,
    /// Attributes that it lacks.
    pub missing: AttributeSet,
}

/// A bound on the first attribute of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounded {
    /// The attribute.
    pub attribute: AttributeId,
    /// Which bounds.
    pub side: Side,
}

/// Which bounds a range has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From and to.
    Both,
    /// Only a lower one.
    Lower,
    /// Only an upper one.
    Upper,
    /// The start of a text.
    Start,
}

/// A condition of a read that a filter can take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criterion {
    /// A column of `by`, by its place.
    Column(usize),
    /// A condition of `where`, by its place.
    Constant(usize),
    /// The range.
    Range,
    /// The prefix.
    Prefix,
    /// That the optional attributes of `sort` are there.
    Sorted,
}

impl Part {
    /// The constants of an attribute.
    #[must_use]
    pub fn values(&self, id: AttributeId) -> Option<&[Constant]> {
        self.constants
            .iter()
            .find(|(a, _)| *a == id)
            .map(|(_, v)| v.as_slice())
    }

    /// The order without attributes of one value.
    pub fn directed(&self) -> impl Iterator<Item = &(AttributeId, bool)> {
        let free = |(a, _): &&(AttributeId, bool)| !self.either_way && !self.loose.contains(*a);
        self.order.iter().filter(free)
    }

    /// Attributes that must have one of several constants and are not fixed.
    pub fn several(&self) -> impl Iterator<Item = AttributeId> {
        self.constants
            .iter()
            .map(|(a, _)| *a)
            .filter(|a| !self.fixed.contains(*a))
    }

    /// Every attribute that a key must hold for this part.
    #[must_use]
    pub fn attributes(&self) -> AttributeSet {
        let ordered: AttributeSet = self.order.iter().map(|(a, _)| *a).collect();
        self.fixed
            .union(ordered)
            .union(self.bounded.iter().map(|b| b.attribute).collect())
    }
}

impl Demand {
    /// The part of an entity.
    #[must_use]
    pub fn part(&self, entity: EntityId) -> Option<&Part> {
        self.parts.iter().find(|p| p.entity == entity)
    }

    /// Whether it is of several entities.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        self.parts.len() > 1
    }
}

//! The workload: entities and access patterns, names resolved, units read, defaults filled in.
//!
//! Promises: whatever [`crate::resolve`] returns here is meaningful by the rules of the language: every id is valid,
//! every constant has its attribute's type, every list is sorted by name unless its order means something. It is data
//! only; how it is stored is decided later.
//!
//! Vocabulary. An *entity* is a kind of thing, an *item* one of them. The *identity* is the attributes of its `key`. A
//! *pattern* is an access pattern: a read or a write. A *column* is an equality of a read's `by`: one parameter, and the
//! attribute that it fixes in each entity.

mod attribute;
mod pattern;
mod prices;
mod settings;

pub use attribute::{Attribute, AttributeSet, Basis, Constant, Derivation, Derived, Share, Type};
pub use pattern::{
    Action, Allow, Binding, Change, Column, Condition, Find, Ids, Limit, Operand, Operator,
    PathSegment, Pattern, Period, Range, RangeOperator, Rate, Read, ReadVerb, Sort, Step, Test,
    Times, Where, WriteVerb,
};
pub use prices::{ClassPrices, Prices};
pub use settings::{Billing, Capacity, Consumer, Dax, Encryption, Limits, Names, Output, Settings};

use crate::diagnostic::{Code, Severity};
use crate::source::Span;
use std::collections::BTreeMap;

/// An entity of a workload, by its place in the list sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u16);

/// An attribute of an entity, by its place in the list sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(pub u16);

/// A pattern of a workload, by its place in the list sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(pub u16);

/// Everything the design file says, and the prices that it is judged by.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The design's name.
    pub name: String,
    /// Where the name stands, the place of findings about the design as a whole.
    pub span: Span,
    /// What it is for.
    pub description: Option<String>,
    /// Entities, sorted by name.
    pub entities: Vec<Entity>,
    /// Access patterns, sorted by name.
    pub patterns: Vec<Pattern>,
    /// The attribute that says whose an item is, where tenants must be kept apart.
    pub tenant: Option<String>,
    /// Settings of the table.
    pub settings: Settings,
    /// Quotas on indexes.
    pub limits: Limits,
    /// Consumers of the stream, sorted by name.
    pub consumers: Vec<Consumer>,
    /// What units and storage cost: not of the file, but a table that comes with the tool, or one that the caller gives.
    pub prices: Prices,
    /// How much the findings of some rules weigh; `None`: they are left out.
    pub lints: BTreeMap<Code, Option<Severity>>,
    /// What `design generate` writes, by the name of the target.
    pub generate: BTreeMap<String, Output>,
}

/// A kind of thing that is stored.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// What it is.
    pub description: Option<String>,
    /// Its attributes, sorted by name.
    pub attributes: Vec<Attribute>,
    /// The attributes of its key, in their order; none of a singleton.
    pub identity: Vec<AttributeId>,
    /// How many items there will be.
    pub count: u64,
    /// Whether the file says how many.
    pub counted: bool,
    /// Average bytes of an item without the keys that the design adds, where the file says so.
    pub size: Option<u64>,
    /// Items of the most frequent value of an attribute.
    pub largest: BTreeMap<AttributeId, u64>,
    /// Further uniqueness constraints, sorted by the names of their attributes.
    pub uniques: Vec<Unique>,
    /// References to other items, sorted by name.
    pub references: Vec<Reference>,
    /// The attribute after whose time an item counts as gone.
    pub ttl: Option<AttributeId>,
}

/// No two items agree on all of these attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// The attributes, in the order of the file.
    pub attributes: Vec<AttributeId>,
    /// The namespace shared with other entities.
    pub namespace: Option<String>,
    /// Unique by nature: nothing needs to enforce it.
    pub promised: bool,
    /// Where it is declared.
    pub span: Span,
}

/// Attributes that hold the key of another item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its name: the attribute's, where it is a single one.
    pub name: String,
    /// The entities that may be meant, sorted.
    pub targets: Vec<EntityId>,
    /// The attributes, in the order of the targets' keys.
    pub attributes: Vec<AttributeId>,
}

impl Workload {
    /// The entity of an id.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[usize::from(id.0)]
    }

    /// The pattern of an id.
    #[must_use]
    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[usize::from(id.0)]
    }

    /// All entities with their ids.
    pub fn entity_ids(&self) -> impl Iterator<Item = EntityId> + use<> {
        (0..u16::try_from(self.entities.len()).unwrap_or(u16::MAX)).map(EntityId)
    }

    /// All patterns with their ids.
    pub fn pattern_ids(&self) -> impl Iterator<Item = PatternId> + use<> {
        (0..u16::try_from(self.patterns.len()).unwrap_or(u16::MAX)).map(PatternId)
    }

    /// The entity with this name.
    #[must_use]
    pub fn find_entity(&self, name: &str) -> Option<EntityId> {
        let at = self
            .entities
            .binary_search_by(|e| e.name.as_str().cmp(name))
            .ok()?;
        u16::try_from(at).ok().map(EntityId)
    }

    /// The writes of all patterns: the pattern and the step.
    pub fn steps(&self) -> impl Iterator<Item = (PatternId, &Step)> {
        self.pattern_ids()
            .flat_map(|id| self.steps_of(id).iter().map(move |s| (id, s)))
    }

    /// The steps of a pattern; none of a read.
    #[must_use]
    pub fn steps_of(&self, id: PatternId) -> &[Step] {
        match &self.pattern(id).action {
            Action::Write(step) => std::slice::from_ref(step),
            Action::Find(find) => std::slice::from_ref(&find.step),
            Action::Transaction(steps) => steps,
            Action::Read(_) | Action::External => &[],
        }
    }
}

impl Entity {
    /// The attribute of an id.
    #[must_use]
    pub fn attribute(&self, id: AttributeId) -> &Attribute {
        &self.attributes[usize::from(id.0)]
    }

    /// The attribute with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<AttributeId> {
        let at = self
            .attributes
            .binary_search_by(|a| a.name.as_str().cmp(name))
            .ok()?;
        u16::try_from(at).ok().map(AttributeId)
    }

    /// All attributes' ids.
    pub fn attribute_ids(&self) -> impl Iterator<Item = AttributeId> + use<> {
        (0..u16::try_from(self.attributes.len()).unwrap_or(u16::MAX)).map(AttributeId)
    }

    /// The identity as a set.
    #[must_use]
    pub fn identity_set(&self) -> AttributeSet {
        self.identity.iter().copied().collect()
    }

    /// The names of some attributes, in their order.
    #[must_use]
    pub fn names(&self, ids: impl IntoIterator<Item = AttributeId>) -> Vec<&str> {
        ids.into_iter()
            .map(|id| self.attribute(id).name.as_str())
            .collect()
    }

    /// Whether equality on `fixed` leaves at most one item: it holds the identity or a unique set.
    #[must_use]
    pub fn determines(&self, fixed: AttributeSet) -> bool {
        self.identity_set().is_subset(fixed)
            || self.uniques.iter().any(|u| {
                u.attributes
                    .iter()
                    .copied()
                    .collect::<AttributeSet>()
                    .is_subset(fixed)
            })
    }

    /// Whether an attribute may be missing from an item.
    #[must_use]
    pub fn is_optional(&self, id: AttributeId) -> bool {
        self.attribute(id).optional
    }
}

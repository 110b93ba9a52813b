//! The plan document as structs: what a reader of the plan gets to know, and nothing else.
//!
//! Promises that a role, call, action, operator or encoding which the document does not define is an error
//! that names its place, and that an absent field and `null` are the same.

mod calls;
mod patterns;
mod rules;

pub(crate) use calls::{
    Action, ActionKey, Change, Choice, ForEach, Given, KeyChange, KeyPart, Limit, MergeKey, Origin,
    Parameter, Pattern, ReadCall, ReadStep, Returns, Segments, SortCondition, SortOp, Step,
    Variant, Verb, When, WriteCall, WriteStep,
};

pub(crate) use crate::items::document::{
    As, Condition, Entity, Index, KeyAttribute, KeyEntry, KeySchema, Kind, Op, Operand, PathPart,
    Segment, Source, Stored, Table, Test,
};

use crate::items::{document, node, reading};
use serde_json::Value as Json;

/// A whole plan.
pub(crate) struct Plan {
    pub(crate) tables: Vec<Table>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) patterns: Vec<Pattern>,
}

impl Plan {
    /// Reads a plan and checks what its page promises of every plan.
    pub(crate) fn read(document: &Json) -> Result<Self, String> {
        let root = node::Node::new(document);
        if root.field("plan_version").number()? != Some(1) {
            return Err("plan_version is not 1".to_owned());
        }
        let plan = Self {
            tables: reading::tables(&root.field("tables"))?,
            entities: reading::entities(&root.field("entities"))?,
            patterns: patterns::patterns(&root.field("patterns"))?,
        };
        rules::check(&plan)?;
        rules::proof(&root.field("proof"), &plan)?;
        Ok(plan)
    }

    /// How many items the design expects of each entity.
    pub(crate) fn counts(&self) -> Vec<(String, u64)> {
        let entities = self.entities.iter();
        entities.map(|e| (e.name.clone(), e.count)).collect()
    }

    pub(crate) fn table(&self, name: &str) -> Result<&Table, String> {
        document::table(&self.tables, name)
    }

    pub(crate) fn entity(&self, name: &str) -> Result<&Entity, String> {
        self.entities
            .iter()
            .find(|e| e.name == name)
            .ok_or_else(|| format!("the plan has no entity `{name}`"))
    }

    pub(crate) fn pattern(&self, name: &str) -> Result<&Pattern, String> {
        self.patterns
            .iter()
            .find(|p| p.name == name)
            .ok_or_else(|| format!("the plan has no pattern `{name}`"))
    }
}

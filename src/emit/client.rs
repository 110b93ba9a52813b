//! What a client of a plan has to do, before any language: functions, parameters, rows, keys, requests.
//!
//! Promises: made of the plan document alone; plain data; whatever a language does not need to decide is decided here, so
//! that two languages make the same requests, byte for byte. A pattern that this cannot say is left out by name and with
//! the reason ([`Client::left_out`]), never half of it.
//!
//! A call of a pattern is what `explain/plan-document.md` says it is. Words used here:
//!
//! * a *state* is what is known of an instance of an entity: attributes by the design's names, each with a value, known
//!   to be missing, or unknown; a write knows one before it and one after it;
//! * a *clause* is a part of an expression of the service, with the placeholders that it uses;
//! * a *row* is an item as a read answers it.

mod clauses;
mod entities;
mod patterns;
mod reads;
mod types;
mod writes;

pub(super) use clauses::{Bound, Clause, Name, NameOf, Operand, operands};
pub(super) use entities::{EntityCode, Field, IndexKey, KeyPart, KindCode};
pub(super) use patterns::{Body, ListCode, ParameterCode, PatternCode};
pub(super) use reads::{
    Call, KeyBound, MergeBy, ReadCode, RowCode, RowField, Shape, SortOp, StepCode,
};
pub(super) use types::{Brand, Type};
pub(super) use writes::{ActionCode, Does, Tracked, Value, ValueOf, WriteCode, Written};

use crate::plan::Plan;

/// A client of a plan.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// The design's name.
    pub(super) design: String,
    /// What the design is for.
    pub(super) description: Option<String>,
    /// The names of the tables.
    pub(super) tables: Vec<String>,
    /// The brands of identifiers, by name: each a type of its own in the language.
    pub(super) brands: Vec<Brand>,
    /// The entities, by name.
    pub(super) entities: Vec<EntityCode>,
    /// The patterns that can be served, in the plan's order.
    pub(super) patterns: Vec<PatternCode>,
    /// Those that cannot: name and reason. External and uncovered ones are among them.
    pub(super) left_out: Vec<(String, String)>,
}

impl Client {
    /// Of a plan.
    pub(super) fn new(plan: &Plan) -> Self {
        let brands = types::brands(plan);
        let entities: Vec<EntityCode> = plan
            .entities
            .iter()
            .map(|e| EntityCode::new(plan, &brands, e))
            .collect();
        let mut patterns = Vec::new();
        let mut left_out = Vec::new();
        for pattern in &plan.patterns {
            match PatternCode::new(plan, &entities, pattern) {
                Ok(made) => patterns.push(made),
                Err(reason) => left_out.push((pattern.name.clone(), reason)),
            }
        }
        let mut named: Vec<Brand> = brands.into_values().collect();
        named.sort();
        named.dedup();
        Self {
            design: plan.design.clone(),
            description: plan.description.clone(),
            tables: plan.tables.iter().map(|t| t.name.clone()).collect(),
            brands: named,
            entities,
            patterns,
            left_out,
        }
    }

    /// An entity by its name.
    pub(super) fn entity(&self, name: &str) -> Option<&EntityCode> {
        self.entities.iter().find(|e| e.name == name)
    }
}

/// `OrderItem` of `order_item`, `orderItem` and `OrderItem`: how most languages write types.
pub(super) fn pascal(name: &str) -> String {
    name.split('_')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_in_the_usual_way() {
        assert_eq!(pascal("order_item"), "OrderItem");
        assert_eq!(pascal("orderItem"), "OrderItem");
        assert_eq!(pascal("_x_"), "X");
    }
}

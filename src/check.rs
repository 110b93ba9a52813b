//! The checker: whether every claim of a plan document holds, derived again from the design.
//!
//! Promises: it uses the design ([`Workload`]), the types of the document and nothing else; it shares no code with the
//! solver that chose the plan nor with the planner that wrote it, so that a mistake there is seen here. What it finds
//! are [`Violation`]s: statements of the document that are wrong, or that it could not show to be right where they must
//! be. Of the conflicts behind the lower bound it reports those that it can refute; those that it can neither show nor
//! refute within its small search are returned apart. It never panics, and is fast enough to run on every plan.
//!
//! How a read is checked. A key template becomes `token`s. Where a key of each kind of item lies beside the values of
//! a request is worked out for all items at once (`compare`), and becomes a statement about the items that come
//! (`outcome`, `facts`). The same statement is made of what the design asks for (`wanted`). The two must be equal
//! for every entity of the pattern, and no other kind of item may come at all.

mod actions;
mod apart;
mod carried;
mod coding;
mod compare;
mod conditions;
mod cost;
mod document;
mod facts;
mod filter;
mod follow;
mod given;
mod guards;
mod identity;
mod keeping;
mod known;
mod model;
mod order;
mod outcome;
mod parameters;
mod price;
mod proof;
mod reads;
mod request;
mod settings;
mod tables;
mod token;
mod values;
mod wanted;
mod writes;

#[cfg(test)]
mod tests;

use crate::parallel;
use crate::plan::Plan;
use crate::workload::Workload;
use std::fmt;

/// Something that a plan says and that is wrong, or that cannot be shown to be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where in the document: the pattern, entity, table or part of the proof.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// What could be neither shown nor refuted; nothing of it makes an answer of a pattern wrong.
    pub unverified: Vec<Violation>,
}

impl Findings {
    fn wrong(&mut self, place: &str, problem: impl Into<String>) {
        self.violations.push(Violation {
            place: place.to_owned(),
            problem: problem.into(),
        });
    }

    fn open(&mut self, place: &str, problem: impl Into<String>) {
        self.unverified.push(Violation {
            place: place.to_owned(),
            problem: problem.into(),
        });
    }
}

/// What is wrong with a plan of a design; empty where every claim holds.
#[must_use]
pub fn check(workload: &Workload, plan: &Plan) -> Vec<Violation> {
    examine(workload, plan).violations
}

/// Checks a plan and also says what could be neither shown nor refuted.
#[must_use]
pub fn examine(workload: &Workload, plan: &Plan) -> Findings {
    let mut found = Findings::default();
    document::check(workload, plan, &mut found);
    tables::check(workload, plan, &mut found);
    if found.violations.is_empty() {
        // The rest relies on names that lead somewhere and keys that have their shape.
        let model = model::Model::new(workload, plan, &mut found);
        identity::check(&model, &mut found);
        guards::check(&model, &mut found);
        let much = parallel::is_much(model.patterns.len());
        let each = parallel::each(&model.patterns, much, |pattern| {
            let mut found = Findings::default();
            reads::check(&model, pattern, &mut found);
            writes::check(&model, pattern, &mut found);
            found
        });
        for more in each {
            found.violations.extend(more.violations);
            found.unverified.extend(more.unverified);
        }
        proof::check(&model, &mut found);
        cost::check(workload, plan, &mut found);
    }
    found.violations.sort();
    found.violations.dedup();
    found.unverified.sort();
    found.unverified.dedup();
    found
}

//! Writing patterns: what each action knows, changes and demands.
//!
//! The order in which an action is made ready: `current` is read, if it names anything; the state before is what `values`
//! and `current` say (nothing else is known; of an upsert, and of an item that is not there, all else is missing); the
//! state after is that with the `changes` applied (of a put: `values` alone); then the expressions are put together.

mod action;

use super::clauses::{Clause, Name};
use super::entities::{EntityCode, KeyPart};
use super::reads::{Reader, StepCode};
use super::types::Type;
use crate::plan::{ActionEntry, Condition, ForEach, Parameter, PathStep, Pattern, Step, WriteStep};
use serde_json::Value as Json;

/// A writing pattern.
#[derive(Debug, Clone)]
pub(crate) struct WriteCode {
    /// `PutItem`, `UpdateItem`, `DeleteItem` with one action, or `TransactWriteItems`.
    pub(crate) call: String,
    /// What finds the items that are written, one call for each row; their conditions then only skip. The answer is the
    /// number written.
    pub(crate) find: Option<StepCode>,
    /// What is written, guards after what they belong to.
    pub(crate) actions: Vec<ActionCode>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Writes the kind's whole item.
    Put,
    /// Changes attributes.
    Update,
    /// Removes the item.
    Delete,
    /// Only looks. An update that changes nothing in a call is one too.
    Check,
}

/// A write of one physical item.
#[derive(Debug, Clone)]
pub(crate) struct ActionCode {
    /// Its place among the actions.
    pub(crate) place: usize,
    /// The step that callers know it by: its name in the design, or its entity's, with a number where that is taken.
    /// A guard has the name of what it belongs to.
    pub(crate) step: String,
    /// What it does.
    pub(crate) does: Does,
    /// The entity.
    pub(crate) entity: String,
    /// The kind of item.
    pub(crate) kind: String,
    /// Of a guard, the place of the action that it belongs to: a put is made of the state after, a delete of the one
    /// before. It is left out where its key lacks an attribute, where the action needs no write, and where a put and a
    /// delete of one action would have the same key.
    pub(crate) of: Option<usize>,
    /// The list parameter that it is repeated for.
    pub(crate) times: Option<String>,
    /// Attributes that are read first, and demanded to be still so.
    pub(crate) current: Vec<Current>,
    /// That there is no item or one over its time: demanded where `current` found none.
    pub(crate) gone: Option<(Clause, Condition)>,
    /// The key, of what is neither a put nor a guard: literals, parameters, and attributes of a row that was found.
    pub(crate) key: Vec<KeyPart>,
    /// Of a put the instance; otherwise what is known before.
    pub(crate) values: Vec<Value>,
    /// What an update changes, in the order in which it is applied.
    pub(crate) changes: Vec<Value>,
    /// Whether the item is made where it is missing.
    pub(crate) upsert: bool,
    /// What an upsert sets beside: the discriminator, as name, placeholder and value.
    pub(crate) discriminator: Option<(Name, String, String)>,
    /// What an upsert sets beside: attributes of `values` that are not in the table's key and nothing else sets.
    pub(crate) sets: Vec<Value>,
    /// The epoch that follows an attribute.
    pub(crate) ttl: Option<Followed>,
    /// What becomes of the keys of indexes.
    pub(crate) keys: Vec<KeyWrite>,
    /// What is demanded of the stored item, in order.
    pub(crate) checks: Vec<Check>,
    /// Places that have to be maps, because a change leads through them; a failure `condition`, after the others.
    pub(crate) maps: Vec<Clause>,
    /// The placeholder of the type `M` that `maps` compare with.
    pub(crate) map_type: Option<String>,
    /// The attributes of the state before that something is made of, sorted.
    pub(crate) needs_before: Vec<String>,
    /// The attributes of the state after that something is made of, sorted.
    pub(crate) needs_after: Vec<String>,
    /// The attributes after the write that the call answers with: from the engine for `UpdateItem`, otherwise from the
    /// state after.
    pub(crate) returned: Vec<String>,
}

/// An attribute that is read before it is written.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    /// Its name in the design.
    pub(crate) attribute: String,
    /// Its physical name, with its placeholder.
    pub(crate) name: Name,
    /// The placeholder of what was read.
    pub(crate) placeholder: String,
}

/// A number that follows an attribute.
#[derive(Debug, Clone)]
pub(crate) struct Followed {
    /// The physical attribute.
    pub(crate) name: Name,
    /// The placeholder of its value.
    pub(crate) placeholder: String,
    /// The attribute whose seconds it holds, rounded up; removed where that is missing.
    pub(crate) of: String,
    /// Optional parameters without which nothing changes.
    pub(crate) given: Vec<String>,
}

/// A condition on the stored item.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// As a part of an expression.
    pub(crate) clause: Clause,
    /// As it stands in the document, to look at the item that a failed write brings back.
    pub(crate) test: Condition,
    /// `exists`, `not_found`, `not_unique`, `condition`.
    pub(crate) failure: String,
}

/// What becomes of the key attributes of an index.
#[derive(Debug, Clone)]
pub(crate) struct KeyWrite {
    /// The index.
    pub(crate) index: String,
    /// How.
    pub(crate) how: Tracked,
    /// The key attributes that are not written anyway, with placeholders of their values.
    pub(crate) attributes: Vec<(Name, String)>,
}

/// How an index key follows a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tracked {
    /// It is set, from the state after.
    Set,
    /// It is removed.
    Remove,
    /// Set where the item is in the index after the write, otherwise removed.
    Either,
}

/// A value for an attribute, or for a place in its map.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// The attribute.
    pub(crate) attribute: String,
    /// What is done with it.
    pub(crate) written: Written,
    /// The attribute's type.
    pub(crate) ty: Type,
    /// The way into a map.
    pub(crate) path: Vec<PathStep>,
    /// Where the value comes from.
    pub(crate) from: ValueOf,
    /// The place in an expression: `#a.#b`.
    pub(crate) place: String,
    /// The names in it.
    pub(crate) names: Vec<Name>,
    /// The placeholder of the value.
    pub(crate) placeholder: String,
    /// The placeholder of 0, of a sum.
    pub(crate) zero: Option<String>,
    /// Whether the parameter may be left out: then nothing is written (a put writes the default, if there is one).
    pub(crate) optional: bool,
    /// Whether something is made of the attribute after the write.
    pub(crate) tracked: bool,
    /// Whether empty text is refused.
    pub(crate) nonempty: bool,
}

/// What is done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Set; an empty set removes the attribute.
    Set,
    /// Added to a number, where a missing one counts as 0, or to a set. Nothing where an empty set is given.
    Add,
    /// The attribute, or the place, is removed.
    Remove,
    /// Elements are taken from a set. Nothing where an empty set is given.
    Take,
    /// Computed from the state after; removed where it lacks a source.
    Derive,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ValueOf {
    /// A parameter.
    Parameter {
        /// Its name.
        name: String,
        /// Whether its plain text is meant.
        text: bool,
        /// Whether it is negated.
        negate: bool,
        /// Whether it is one element for a set.
        element: bool,
    },
    /// A constant of the document.
    Constant(Json),
    /// The other attributes.
    Derived,
    /// Nothing is needed.
    Nothing,
}

/// What the writing step of a pattern is made from.
pub(super) struct Writer<'a> {
    pub(super) reader: Reader<'a>,
}

impl Writer<'_> {
    pub(super) fn write(&self) -> Result<WriteCode, String> {
        let pattern = self.reader.pattern;
        let mut find = None;
        for (place, step) in pattern.steps.iter().enumerate() {
            match step {
                Step::Read(step) if find.is_none() => find = Some(self.reader.step(place, step)?),
                Step::Read(_) => return Err("it finds in two steps".to_owned()),
                Step::Write(step) => {
                    let rows = matches!(step.for_each.as_deref(), Some([ForEach::Rows { .. }]));
                    if step.for_each.is_some() && !rows || find.is_some() != rows {
                        return Err("it is repeated for something else than rows".to_owned());
                    }
                    return Ok(WriteCode {
                        call: step.call.clone(),
                        actions: self.actions(step)?,
                        find,
                    });
                }
            }
        }
        Err("it writes nothing".to_owned())
    }

    fn actions(&self, step: &WriteStep) -> Result<Vec<ActionCode>, String> {
        let transaction = step.call == "TransactWriteItems";
        let mut made: Vec<ActionCode> = Vec::new();
        for (place, action) in step.actions.iter().enumerate() {
            let one = action::OneAction {
                writer: self,
                entity: self.entity(&action.entity)?,
                action,
                place,
                guards: step
                    .actions
                    .iter()
                    .filter(|a| a.of == Some(place))
                    .collect(),
                transaction,
            };
            let mut code = one.code()?;
            code.step = match action.of.and_then(|of| made.get(of)) {
                Some(main) => main.step.clone(),
                None => step_name(action, &made),
            };
            if let Some(main) = action.of.and_then(|of| made.get(of)) {
                code.times.clone_from(&main.times);
            }
            made.push(code);
        }
        Ok(made)
    }

    fn entity(&self, name: &str) -> Result<&EntityCode, String> {
        let missing = || format!("there is no entity `{name}`");
        let mut all = self.reader.entities.iter();
        all.find(|e| e.name == name).ok_or_else(missing)
    }

    fn parameter(&self, name: &str) -> Option<&Parameter> {
        find_parameter(self.reader.pattern, name)
    }
}

/// A parameter by its name, also one of a list.
pub(super) fn find_parameter<'a>(pattern: &'a Pattern, name: &str) -> Option<&'a Parameter> {
    let lists = pattern
        .parameters
        .iter()
        .filter_map(|p| p.parameters.as_ref());
    pattern
        .parameters
        .iter()
        .chain(lists.flatten())
        .find(|p| p.role != "list" && p.name == name)
}

fn step_name(action: &ActionEntry, before: &[ActionCode]) -> String {
    let base = action.name.as_ref().unwrap_or(&action.entity);
    let mut name = base.clone();
    let mut count = 2;
    while before.iter().any(|a| a.step == name) {
        name = format!("{base}_{count}");
        count += 1;
    }
    name
}

impl ActionCode {
    /// How many of the leading checks have to be looked at to say which failed first: the rest all mean the same.
    pub(crate) fn told_apart(&self) -> usize {
        let last = if self.maps.is_empty() {
            self.checks
                .last()
                .map_or("condition", |c| c.failure.as_str())
        } else {
            "condition"
        };
        let same = self
            .checks
            .iter()
            .rev()
            .take_while(|c| c.failure == last)
            .count();
        self.checks.len() - same
    }

    /// What a failure means that none of the checks which are looked at explains.
    pub(crate) fn otherwise(&self) -> &str {
        match self.checks.last() {
            Some(check) if self.maps.is_empty() => &check.failure,
            _ => "condition",
        }
    }
}

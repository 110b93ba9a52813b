//! Conditions of the plan, evaluated over items at hand: membership of an index, rows that the reader filters, the first
//! condition that a refused item does not meet.

use super::document::{As, Condition, Op, Operand, PathPart, Test};
use super::encode::plain;
use super::stored::{constant, order, same, to_stored};
use super::value::{Attrs, Value};
use super::{CallError, Outcome};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;

/// What operands may name.
pub(crate) struct Operands<'a> {
    pub(crate) values: &'a Attrs,
    /// The caller's clock, in milliseconds.
    pub(crate) now: i64,
}

impl Operands<'_> {
    /// The clock as it is compared with an attribute stored as `stored_as`.
    fn clock(&self, stored_as: As) -> Outcome<Value> {
        match stored_as {
            As::Timestamp => Ok(Value::Instant(self.now)),
            As::Number => Ok(Value::Int(i128::from(seconds_up(self.now)))),
            other => Err(CallError::Fault(format!("the clock against {other:?}"))),
        }
    }

    /// The stored operands of a test (several for `in`); nothing when an optional parameter is not given.
    pub(crate) fn stored(&self, test: &Test, stored_as: As) -> Outcome<Option<Vec<Json>>> {
        let values = match &test.operand {
            Operand::None => return Ok(Some(Vec::new())),
            Operand::Constant(Json::Array(list)) if test.op == Op::In => list
                .iter()
                .map(|v| constant(stored_as, "", v))
                .collect::<Result<_, _>>()?,
            Operand::Constant(value) => vec![constant(stored_as, "", value)?],
            Operand::Now => vec![self.clock(stored_as)?],
            Operand::Parameter { name, text } => match self.values.get(name) {
                None => return Ok(None),
                Some(value) if *text => vec![Value::Text(plain(value)?)],
                Some(value) => vec![value.clone()],
            },
        };
        let stored = |v: &Value| {
            let empty = || CallError::Fault("an empty set as an operand".to_owned());
            to_stored(stored_as, v)?.ok_or_else(empty)
        };
        values.iter().map(stored).collect::<Outcome<_>>().map(Some)
    }

    pub(crate) fn path(&self, path: &[PathPart]) -> Outcome<Vec<String>> {
        path.iter()
            .map(|part| path_name(part, self.values))
            .collect()
    }
}

/// The name that a part of a path has in this call.
pub(crate) fn path_name(part: &PathPart, values: &Attrs) -> Outcome<String> {
    match part {
        PathPart::Name(name) => Ok(name.clone()),
        PathPart::Parameter(name) => match values.get(name) {
            Some(value) => Ok(plain(value)?),
            None => Err(CallError::Fault(format!(
                "the path parameter `{name}` is not given"
            ))),
        },
    }
}

/// Whole seconds, rounded up.
pub(crate) fn seconds_up(ms: i64) -> i64 {
    ms.div_euclid(1000) + i64::from(ms.rem_euclid(1000) > 0)
}

pub(crate) fn needed_as(test: &Test) -> Outcome<As> {
    test.stored_as.ok_or_else(|| {
        CallError::Fault(format!("a condition on `{}` without `as`", test.attribute))
    })
}

/// Whether a condition holds of an item whose stored attributes `get` gives; nothing when it is left out.
pub(crate) fn holds(
    condition: &Condition,
    get: &dyn Fn(&str) -> Outcome<Option<Json>>,
    as_of: &dyn Fn(&str) -> Option<As>,
    operands: &Operands,
) -> Outcome<Option<bool>> {
    let test = match condition {
        Condition::Any { conditions, .. } => {
            let mut answer = None;
            for condition in conditions {
                let one = holds(condition, get, as_of, operands)?;
                answer = answer.max(one);
            }
            return Ok(answer);
        }
        Condition::Test(test) => test,
    };
    let mut found = get(&test.attribute)?;
    for name in operands.path(&test.path)? {
        found = found.and_then(|json| json.get("M")?.get(&name).cloned());
    }
    match test.op {
        Op::Exists => return Ok(Some(found.is_some())),
        Op::Missing => return Ok(Some(found.is_none())),
        _ => {}
    }
    let stored_as = match test
        .stored_as
        .or_else(|| as_of(&test.attribute).map(|of| operand_as(test.op, of)))
    {
        Some(stored_as) => stored_as,
        None => needed_as(test)?,
    };
    let Some(values) = operands.stored(test, stored_as)? else {
        return Ok(None);
    };
    let Some(found) = found else {
        return Ok(Some(test.op == Op::Lacks));
    };
    Ok(Some(
        values.iter().any(|value| meets(test.op, &found, value)),
    ))
}

/// How the operand of a condition on an attribute is stored: for `contains` and `lacks` as its elements are.
fn operand_as(op: Op, attribute: As) -> As {
    match (op, attribute) {
        (Op::Contains | Op::Lacks, As::TextSet) => As::Text,
        (Op::Contains | Op::Lacks, As::NumberSet) => As::Number,
        _ => attribute,
    }
}

fn meets(op: Op, found: &Json, value: &Json) -> bool {
    let compared = || order(found, value);
    match op {
        Op::Equal | Op::In => same(found, value),
        Op::Unequal => !same(found, value),
        Op::Less => compared() == Some(Ordering::Less),
        Op::LessOrEqual => matches!(compared(), Some(Ordering::Less | Ordering::Equal)),
        Op::Greater => compared() == Some(Ordering::Greater),
        Op::GreaterOrEqual => matches!(compared(), Some(Ordering::Greater | Ordering::Equal)),
        Op::BeginsWith => match (
            found.get("S").and_then(Json::as_str),
            value.get("S").and_then(Json::as_str),
        ) {
            (Some(text), Some(start)) => text.starts_with(start),
            _ => false,
        },
        Op::Contains => contains(found, value),
        Op::Lacks => !contains(found, value),
        Op::Exists => true,
        Op::Missing => false,
    }
}

fn contains(found: &Json, value: &Json) -> bool {
    if let (Some(text), Some(part)) = (
        found.get("S").and_then(Json::as_str),
        value.get("S").and_then(Json::as_str),
    ) {
        return text.contains(part);
    }
    let elements = |tag: &str, element: &str| {
        let list = found.get(tag).and_then(Json::as_array);
        list.into_iter()
            .flatten()
            .any(|v| same(&json!({ element: v }), value))
    };
    let listed = found
        .get("L")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .any(|v| same(v, value));
    elements("SS", "S") || elements("NS", "N") || listed
}

//! Conditions of the plan as expressions of the service.

use super::super::plan::{Condition, Op, Test};
use super::Outcome;
use crate::items::conditions::needed_as;
use serde_json::Value as Json;

pub(super) use crate::items::conditions::{Operands, holds, path_name};

/// The names and values of one request's expressions.
#[derive(Default)]
pub(crate) struct Expression {
    names: Vec<String>,
    values: Vec<Json>,
}

impl Expression {
    pub(crate) fn name(&mut self, name: &str) -> String {
        let place = self
            .names
            .iter()
            .position(|n| n == name)
            .unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.names.len() - 1
            });
        format!("#n{place}")
    }

    pub(crate) fn value(&mut self, value: Json) -> String {
        self.values.push(value);
        format!(":v{}", self.values.len() - 1)
    }

    pub(crate) fn path(&mut self, attribute: &str, path: &[String]) -> String {
        let mut out = self.name(attribute);
        for part in path {
            out.push('.');
            out.push_str(&self.name(part));
        }
        out
    }

    /// Adds the names and values that the request's expressions use.
    pub(crate) fn finish(self, request: &mut Json) {
        let names = self
            .names
            .into_iter()
            .enumerate()
            .map(|(i, n)| (format!("#n{i}"), Json::String(n)));
        let names: serde_json::Map<_, _> = names.collect();
        let values = self
            .values
            .into_iter()
            .enumerate()
            .map(|(i, v)| (format!(":v{i}"), v));
        let values: serde_json::Map<_, _> = values.collect();
        if !names.is_empty() {
            request["ExpressionAttributeNames"] = Json::Object(names);
        }
        if !values.is_empty() {
            request["ExpressionAttributeValues"] = Json::Object(values);
        }
    }

    /// All of `conditions` in one text; nothing when each of them is left out.
    pub(crate) fn all(
        &mut self,
        conditions: &[Condition],
        operands: &Operands,
    ) -> Outcome<Option<String>> {
        self.joined(conditions, " AND ", operands)
    }

    fn joined(
        &mut self,
        conditions: &[Condition],
        with: &str,
        operands: &Operands,
    ) -> Outcome<Option<String>> {
        let mut parts = Vec::new();
        for condition in conditions {
            parts.extend(self.condition(condition, operands)?);
        }
        Ok(if parts.is_empty() {
            None
        } else {
            Some(parts.join(with))
        })
    }

    fn condition(&mut self, condition: &Condition, operands: &Operands) -> Outcome<Option<String>> {
        match condition {
            Condition::Any { conditions, .. } => Ok(self
                .joined(conditions, " OR ", operands)?
                .map(|text| format!("({text})"))),
            Condition::Test(test) => self.test(test, operands),
        }
    }

    fn test(&mut self, test: &Test, operands: &Operands) -> Outcome<Option<String>> {
        let path = operands.path(&test.path)?;
        if matches!(test.op, Op::Exists | Op::Missing) {
            let place = self.path(&test.attribute, &path);
            let function = if test.op == Op::Exists {
                "attribute_exists"
            } else {
                "attribute_not_exists"
            };
            return Ok(Some(format!("{function}({place})")));
        }
        let Some(values) = operands.stored(test, needed_as(test)?)? else {
            return Ok(None);
        };
        let place = self.path(&test.attribute, &path);
        let values: Vec<String> = values.into_iter().map(|v| self.value(v)).collect();
        let first = values.first().cloned().unwrap_or_default();
        Ok(Some(match test.op {
            Op::Equal => format!("{place} = {first}"),
            // The service takes a missing attribute for unequal, the plan does not.
            Op::Unequal => format!("(attribute_exists({place}) AND {place} <> {first})"),
            Op::Less => format!("{place} < {first}"),
            Op::LessOrEqual => format!("{place} <= {first}"),
            Op::Greater => format!("{place} > {first}"),
            Op::GreaterOrEqual => format!("{place} >= {first}"),
            Op::In => format!("{place} IN ({})", values.join(", ")),
            Op::BeginsWith => format!("begins_with({place}, {first})"),
            Op::Contains => format!("contains({place}, {first})"),
            Op::Lacks => format!("(NOT contains({place}, {first}))"),
            Op::Exists | Op::Missing => return Ok(None),
        }))
    }
}

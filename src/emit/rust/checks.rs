//! Conditions as expressions that make them.

use super::Module;
use super::layout::{E, call, raw};
use super::types::{Given, constant, quoted};
use crate::emit::client::EntityCode;
use crate::plan::{Condition, PathStep};
use std::collections::BTreeMap;

/// What the caller gave, by the names of parameters.
pub(super) type Context = BTreeMap<String, Given>;

impl Module<'_> {
    /// A condition on an item in the table; the parameters that may be left out are given.
    pub(super) fn check(&self, of: &Condition, context: &Context) -> E {
        if let Some(any) = &of.any {
            let all = any.iter().map(|c| self.check(c, context)).collect();
            return call("any", vec![E::Array("vec!", all)]);
        }
        let attribute = of.attribute.as_deref().unwrap_or_default();
        let path = self.path(attribute, of.path.as_deref().unwrap_or_default(), context);
        let stored_as = of.stored_as.as_deref().unwrap_or("string");
        self.comparison(of, path, stored_as, context)
    }

    /// A condition on an instance, by the names of the design; constants only.
    pub(super) fn instance_check(&self, entity: &EntityCode, of: &Condition) -> E {
        if let Some(any) = &of.any {
            let all = any.iter().map(|c| self.instance_check(entity, c)).collect();
            return call("any", vec![E::Array("vec!", all)]);
        }
        let attribute = of.attribute.as_deref().unwrap_or_default();
        let stored_as = entity
            .field(attribute)
            .map_or("string", |f| f.ty.stored_as());
        let element = match (stored_as, of.op.as_deref()) {
            ("string_set", Some("contains" | "lacks")) => "string",
            ("number_set", Some("contains" | "lacks")) => "number",
            (other, _) => other,
        };
        let physical = self.physical(entity, attribute);
        let context = Context::new();
        let path = self.path(&physical, of.path.as_deref().unwrap_or_default(), &context);
        self.comparison(of, path, element, &context)
    }

    fn comparison(&self, of: &Condition, path: String, stored_as: &str, context: &Context) -> E {
        let op = of.op.as_deref().unwrap_or_default();
        match (op, &of.value) {
            ("exists" | "missing", _) => call(op, vec![raw(path)]),
            ("in", Some(serde_json::Value::Array(all))) => {
                let all = all.iter().map(|v| constant(stored_as, v)).collect();
                call("one_of", vec![raw(path), E::Array("", all)])
            }
            _ => {
                let op = if op == "in" { "=" } else { op };
                let value = self.operand(of, stored_as, context);
                call("is", vec![raw(path), raw(quoted(op)), value])
            }
        }
    }

    fn operand(&self, of: &Condition, stored_as: &str, context: &Context) -> E {
        if let Some(value) = &of.value {
            return constant(stored_as, value);
        }
        if of.now == Some(true) {
            return now(stored_as);
        }
        let name = of.parameter.as_deref().unwrap_or_default();
        match context.get(name) {
            Some(given) if of.text == Some(true) => {
                call("text", vec![raw(given.plain(&self.types))])
            }
            Some(given) => given.stored(&self.types),
            None => raw("()"),
        }
    }

    /// A path as a slice of texts.
    pub(super) fn path(&self, physical: &str, path: &[PathStep], context: &Context) -> String {
        let mut names = vec![quoted(physical)];
        for step in path {
            names.push(match step {
                PathStep::Name(name) => quoted(name),
                PathStep::Parameter { parameter } => context
                    .get(parameter)
                    .map_or_else(|| quoted(parameter), |given| given.plain(&self.types)),
            });
        }
        format!("&[{}]", names.join(", "))
    }
}

/// The clock, as it is compared with something that is stored so.
pub(super) fn now(stored_as: &str) -> E {
    if stored_as == "timestamp" {
        call("text", vec![raw("&now.to_string()")])
    } else {
        call("number", vec![raw("seconds_up(now)")])
    }
}

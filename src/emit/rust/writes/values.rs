//! The values that writes store.
//!
//! Promises: what is not given is not stored, unless the design has a default for it.

use super::action::Site;
use crate::emit::client::{Type, Value, ValueOf};
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::types::{Given, constant, nested, quoted};

impl Module<'_> {
    pub(super) fn put_value(&mut self, code: &mut Code, site: &Site<'_>, value: &Value) {
        let physical = quoted(&self.physical(site.entity, &value.attribute));
        let default = site
            .entity
            .field(&value.attribute)
            .and_then(|f| f.default.clone());
        let target = |value: E, set: bool| {
            call(
                if set { "put_if" } else { "put" },
                vec![raw("&mut item"), raw(physical.clone()), value],
            )
        };
        if let ValueOf::Parameter { name, .. } = &value.from
            && let Some(given) = site.context.get(name)
            && given.optional
        {
            let (head, inner) = given.when(&self.types, name);
            code.open(format!("{head} {{"));
            let (stored, set) = self.stored_value(value, Some(&inner), site);
            code.stmt("", &target(stored, set), ";");
            if let Some(default) = default {
                code.reopen("} else {");
                code.stmt(
                    "",
                    &target(constant(value.ty.stored_as(), &default), false),
                    ";",
                );
            }
            code.close("}");
            return;
        }
        let (stored, set) = self.stored_value(value, None, site);
        code.stmt("", &target(stored, set), ";");
    }

    /// A value as it is stored, and whether that is an `Option`.
    pub(super) fn stored_value(
        &self,
        value: &Value,
        given: Option<&Given>,
        site: &Site<'_>,
    ) -> (E, bool) {
        match &value.from {
            ValueOf::Parameter {
                name,
                text,
                negate,
                element,
            } => {
                let Some(given) = given.or_else(|| site.context.get(name)) else {
                    return (raw("()"), false);
                };
                if *text {
                    return (call("text", vec![raw(given.plain(&self.types))]), false);
                }
                if *element {
                    let tag = if value.ty == Type::NumberSet {
                        "Ns"
                    } else {
                        "Ss"
                    };
                    let one = match given.ty {
                        Type::Text(_) | Type::Enumeration(_) => given.to_string(&self.types),
                        _ => format!("{}.to_string()", given.text),
                    };
                    let one = E::Array("vec!", vec![raw(one)]);
                    return (call(format!("AttributeValue::{tag}"), vec![one]), false);
                }
                let stored = given.stored(&self.types);
                if *negate {
                    let stored = E::Prefixed("&", Box::new(stored));
                    return (call("negative", vec![stored]), false);
                }
                (stored, given.ty.is_set())
            }
            ValueOf::Constant(json) if value.path.is_empty() => {
                (constant(value.ty.stored_as(), json), false)
            }
            ValueOf::Constant(json) => (nested(json), false),
            ValueOf::Derived | ValueOf::Nothing => (raw("()"), false),
        }
    }
}

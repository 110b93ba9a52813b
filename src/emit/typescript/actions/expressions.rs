//! The expressions of an action: names, values, the update and the condition.

use super::OneAction;
use super::states::negative;
use crate::emit::client::{Name, Tracked, Type, Value, ValueOf, Written};
use crate::emit::typescript::code::Code;
use crate::emit::typescript::entities::{seconds, stored};
use crate::emit::typescript::names::part;
use crate::emit::typescript::placeholders::{
    bound_value, declared, distinct_names, name_all, name_value, value_all,
};
use crate::emit::typescript::requests::{physical, when_given};
use crate::emit::typescript::values::{inner_stored_as, literal, plain, store, stored_constant};

impl OneAction<'_> {
    /// Names, values, and the parts of the update.
    pub(super) fn expressions(&self, code: &mut Code) {
        let action = self.action;
        let fixed: Vec<&Value> = action.changes.iter().filter(|c| is_fixed(c)).collect();
        let mut names: Vec<&Name> = fixed.iter().flat_map(|c| &c.names).collect();
        let checks = || action.checks.iter().filter(|c| c.clause.given.is_empty());
        names.extend(checks().flat_map(|c| &c.clause.names));
        let moving: Vec<&Value> = action.changes.iter().filter(|c| !is_fixed(c)).collect();
        names.extend(
            moving
                .iter()
                .filter(|c| !c.optional && c.written != Written::Add && c.written != Written::Take)
                .flat_map(|c| &c.names),
        );
        names.extend(
            action
                .keys
                .iter()
                .flat_map(|k| k.attributes.iter().map(|(n, _)| n)),
        );
        names.extend(
            action
                .maps
                .iter()
                .filter(|m| m.given.is_empty())
                .flat_map(|m| &m.names),
        );
        names.extend(action.sets.iter().flat_map(|s| &s.names));
        names.extend(action.discriminator.iter().map(|(n, _, _)| n));
        if let Some(ttl) = action.ttl.as_ref().filter(|t| t.given.is_empty()) {
            names.push(&ttl.name);
        }
        let pattern = self.context.pattern;
        let mut values: Vec<String> = Vec::new();
        for change in &fixed {
            values.extend(self.change_values(change));
        }
        for set in &action.sets {
            values.push(format!(
                "{}: {},",
                literal(&set.placeholder),
                self.set_value(set)
            ));
        }
        if let Some((_, placeholder, value)) = &action.discriminator {
            values.push(format!(
                "{}: {{ S: {} }},",
                literal(placeholder),
                literal(value)
            ));
        }
        values
            .extend(checks().flat_map(|c| c.clause.values.iter().map(|v| bound_value(pattern, v))));
        if let Some(map) = action
            .map_type
            .as_ref()
            .filter(|_| action.maps.iter().any(|m| m.given.is_empty()))
        {
            values.push(format!("{}: {{ S: \"M\" }},", literal(map)));
        }
        declared(code, "names", "Names", &distinct_names(pattern, &names));
        declared(code, "values", "Values", &values);
        if self.update() {
            self.update_parts(code, &fixed);
            for change in moving {
                self.moving(code, change);
            }
            self.follow(code);
        }
    }

    /// The lines of values that a change always has.
    pub(super) fn change_values(&self, change: &Value) -> Vec<String> {
        if change.written == Written::Remove {
            return Vec::new();
        }
        let mut made = Vec::new();
        if let Some(zero) = &change.zero {
            made.push(format!("{}: {{ N: \"0\" }},", literal(zero)));
        }
        made.push(format!(
            "{}: {},",
            literal(&change.placeholder),
            self.set_value(change)
        ));
        made
    }

    /// A value as it is stored.
    pub(super) fn set_value(&self, change: &Value) -> String {
        if let ValueOf::Constant(json) = &change.from {
            return if change.path.is_empty() {
                stored_constant(json, change.ty.stored_as())
            } else {
                stored_constant(json, inner_stored_as(json))
            };
        }
        let ValueOf::Parameter {
            name,
            text,
            negate,
            element,
        } = &change.from
        else {
            return "undefined".to_owned();
        };
        let parameter = self.context.pattern.parameter(name);
        let ty = parameter.map_or(Type::Text(Vec::new()), |p| p.ty.clone());
        let given = format!("given.{name}");
        if *text {
            return format!("text({})", plain(&ty, &given));
        }
        if *element {
            let mut one = change.clone();
            one.optional = false;
            return store(&change.ty, &self.given_value(&one));
        }
        if *negate {
            return store(&ty, &negative(&ty, &given));
        }
        match self.entity.field(&change.attribute) {
            Some(field) if change.nonempty && change.written == Written::Set => {
                let mut of = field.clone();
                of.ty = ty;
                stored(&of, &given)
            }
            _ => store(&ty, &given),
        }
    }

    /// The parts of the update that are there in every call.
    pub(super) fn update_parts(&self, code: &mut Code, fixed: &[&Value]) {
        let list = |what: &dyn Fn(&Value) -> Option<String>| {
            let all: Vec<String> = fixed
                .iter()
                .filter_map(|c| what(c))
                .map(|t| literal(&t))
                .collect();
            all
        };
        let mut set = list(&|c| match c.written {
            Written::Set => Some(format!("{} = {}", c.place, c.placeholder)),
            Written::Add if c.zero.is_some() => Some(sum_text(c)),
            _ => None,
        });
        let own = self
            .action
            .discriminator
            .iter()
            .map(|(n, p, _)| format!("{} = {p}", n.placeholder));
        let sets = self
            .action
            .sets
            .iter()
            .map(|s| format!("{} = {}", s.place, s.placeholder));
        set.extend(own.chain(sets).map(|t| literal(&t)));
        let remove = list(&|c| (c.written == Written::Remove).then(|| c.place.clone()));
        code.open("const update: Update = {");
        code.line(format!("set: [{}],", set.join(", ")));
        code.line(format!("remove: [{}],", remove.join(", ")));
        code.line("add: [],");
        code.line("take: [],");
        code.close("};");
    }

    /// A change that depends on what is given.
    pub(super) fn moving(&self, code: &mut Code, change: &Value) {
        let pattern = self.context.pattern;
        let parameter = match &change.from {
            ValueOf::Parameter { name, .. } if change.optional => Some(name),
            _ => None,
        };
        if let Some(name) = parameter {
            code.open(format!("if (given.{name} !== undefined) {{"));
        }
        let conditional =
            matches!(change.written, Written::Add | Written::Take) && change.zero.is_none();
        let named = |code: &mut Code| name_all(code, pattern, &change.names);
        let place = literal(&change.place);
        let placeholder = literal(&change.placeholder);
        if conditional {
            let local = format!("some_{}", change.attribute);
            code.line(format!("const {local} = {};", self.set_value(change)));
            code.open(format!("if ({local} !== undefined) {{"));
            named(code);
            code.line(format!("values[{placeholder}] = {local};"));
            let list = if change.written == Written::Add {
                "add"
            } else {
                "take"
            };
            code.line(format!(
                "update.{list}.push({});",
                literal(&format!("{} {}", change.place, change.placeholder))
            ));
            code.close("}");
        } else {
            if parameter.is_some() {
                named(code);
            }
            match change.written {
                Written::Add => {
                    if let Some(zero) = &change.zero {
                        code.line(format!("values[{}] = {{ N: \"0\" }};", literal(zero)));
                    }
                    code.line(format!(
                        "values[{placeholder}] = {};",
                        self.set_value(change)
                    ));
                    code.line(format!("update.set.push({});", literal(&sum_text(change))));
                }
                Written::Derive => {
                    let value = format!(
                        "{}(after)",
                        self.context
                            .names
                            .derived_name(self.entity, &change.attribute)
                    );
                    let stored = self
                        .entity
                        .field(&change.attribute)
                        .map_or_else(String::new, |f| stored(f, &value));
                    code.line(format!(
                        "assign(update, values, {place}, {placeholder}, {stored});"
                    ));
                }
                _ => {
                    let value = self.set_value(change);
                    code.line(format!(
                        "assign(update, values, {place}, {placeholder}, {value});"
                    ));
                }
            }
        }
        if parameter.is_some() {
            code.close("}");
        }
    }

    /// What follows the changes: the epoch, and the keys of indexes.
    pub(super) fn follow(&self, code: &mut Code) {
        if let Some(ttl) = &self.action.ttl {
            let value = seconds(self.entity, &ttl.of, &format!("after.{}", ttl.of));
            let line = format!(
                "assign(update, values, {}, {}, {value});",
                literal(&ttl.name.placeholder),
                literal(&ttl.placeholder)
            );
            if ttl.given.is_empty() {
                code.line(line);
            } else {
                let tests: Vec<String> = ttl
                    .given
                    .iter()
                    .map(|g| format!("given.{g} !== undefined"))
                    .collect();
                code.open(format!("if ({}) {{", tests.join(" && ")));
                code.line(format!(
                    "names[{}] = {};",
                    literal(&ttl.name.placeholder),
                    name_value(self.context.pattern, &ttl.name)
                ));
                code.line(line);
                code.close("}");
            }
        }
        for key in &self.action.keys {
            let index = self.kind.index(&key.index);
            let function = self
                .context
                .names
                .key_name(self.kind, index.and_then(|i| i.index.as_deref()));
            let local = format!("in{}", part(&key.index));
            match key.how {
                Tracked::Set => code.line(format!("const {local} = needed({function}(after));")),
                Tracked::Either => code.line(format!("const {local} = {function}(after);")),
                Tracked::Remove => {}
            }
            for (name, placeholder) in &key.attributes {
                let place = &name.placeholder;
                let physical = physical(name);
                if key.how == Tracked::Remove {
                    code.line(format!("update.remove.push({});", literal(place)));
                    continue;
                }
                code.line(
                    format!(
                        "assign(update, values, {}, {}, {local}?.[{}]);",
                        literal(place),
                        literal(placeholder),
                        literal(physical)
                    )
                    .replace("?.[", if key.how == Tracked::Set { "[" } else { "?.[" }),
                );
            }
        }
    }

    /// The condition of the request.
    pub(super) fn conditions(&self, code: &mut Code) {
        let action = self.action;
        let pattern = self.context.pattern;
        let mut fixed: Vec<String> = Vec::new();
        for check in action.checks.iter().filter(|c| c.clause.given.is_empty()) {
            fixed.push(literal(&check.clause.text));
        }
        for map in action.maps.iter().filter(|m| m.given.is_empty()) {
            fixed.push(literal(&map.text));
        }
        code.line(format!(
            "const condition: string[] = [{}];",
            fixed.join(", ")
        ));
        for check in action.checks.iter().filter(|c| !c.clause.given.is_empty()) {
            when_given(code, pattern, &check.clause, "condition");
        }
        for map in action.maps.iter().filter(|m| !m.given.is_empty()) {
            when_given(code, pattern, map, "condition");
            if let Some(of) = &action.map_type {
                code.open(format!(
                    "if ({}) {{",
                    map.given
                        .iter()
                        .map(|g| format!("given.{g} !== undefined"))
                        .collect::<Vec<_>>()
                        .join(" && ")
                ));
                code.line(format!("values[{}] = {{ S: \"M\" }};", literal(of)));
                code.close("}");
            }
        }
        let Some((gone, _)) = &action.gone else {
            return;
        };
        if self.keeps_going_without() {
            code.open("if (gone) {");
            name_all(code, pattern, &gone.names);
            value_all(code, pattern, &gone.values);
            code.line(format!("condition.push({});", literal(&gone.text)));
            code.close("} else {");
            code.level_up();
            self.still(code);
            code.close("}");
        } else {
            self.still(code);
        }
    }

    pub(super) fn still(&self, code: &mut Code) {
        for current in &self.action.current {
            let place = literal(&current.name.placeholder);
            let physical = name_value(self.context.pattern, &current.name);
            code.line(format!("names[{place}] = {physical};"));
            code.line(format!(
                "still(condition, values, {place}, {}, at(old, {physical}));",
                literal(&current.placeholder)
            ));
        }
    }
}

/// Whether a change is the same part of the expression in every call.
fn is_fixed(change: &Value) -> bool {
    let empty = change.ty.is_set() && change.path.is_empty();
    !change.optional
        && match change.written {
            Written::Set => !empty || matches!(change.from, ValueOf::Constant(_)),
            Written::Add => change.zero.is_some(),
            Written::Remove => true,
            Written::Take | Written::Derive => false,
        }
}

fn sum_text(change: &Value) -> String {
    let zero = change.zero.as_deref().unwrap_or_default();
    format!(
        "{0} = if_not_exists({0}, {zero}) + {1}",
        change.place, change.placeholder
    )
}

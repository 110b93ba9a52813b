//! Updates, deletes and checks: what is set, added and removed, and the keys that follow.
//!
//! Promises: every key of an index that a changed attribute is part of is written with it.

use super::action::Site;
use crate::emit::client::{Does, NameOf, Tracked, Value, ValueOf, Written};
use crate::emit::rust::Module;
use crate::emit::rust::entities::derived_name;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::{bare, snake};
use crate::emit::rust::types::{Given, grouped, quoted};

impl Module<'_> {
    /// An update, a delete or a check.
    pub(super) fn change(&mut self, code: &mut Code, site: &Site<'_>) {
        let action = site.action;
        code.line("let mut key = Row::new();");
        for part in &action.key {
            let wanted = format!("{}_{}", site.pattern.name, part.physical);
            let value = self.key_value(
                code,
                &wanted,
                &part.physical,
                part.partition,
                &part.segments,
                &site.context,
            );
            let arguments = vec![raw("&mut key"), raw(quoted(&part.physical)), value];
            code.stmt("", &call("put", arguments), ";");
        }
        self.current(code, site);
        self.new_write(code, site, "write", &action.step, "key");
        self.checks(code, site, action, "write");
        if !action.current.is_empty() && action.does == Does::Update && !action.upsert {
            code.open("if before.is_none() {");
            code.line(format!(
                "return Err(write.failed_so({}, Failure::NotFound));",
                quoted(&site.pattern.name)
            ));
            code.close("}");
        }
        self.stale(code, site);
        let tracks = site.tracks();
        let old = site.guards().any(|g| g.does == Does::Delete);
        if tracks || old {
            let first = if action.current.is_empty() {
                "Row::new()"
            } else {
                "before.clone().unwrap_or_default()"
            };
            let name = if tracks { "after" } else { "known" };
            let known: Vec<&Value> = action.values.iter().collect();
            let mutable = tracks || !known.is_empty();
            code.line(format!(
                "let {}{name} = {first};",
                if mutable { "mut " } else { "" }
            ));
            for value in known {
                let physical = quoted(&self.physical(site.entity, &value.attribute));
                let (stored, set) = self.stored_value(value, None, site);
                let put = if set { "put_if" } else { "put" };
                let arguments = vec![raw(format!("&mut {name}")), raw(physical), stored];
                code.stmt("", &call(put, arguments), ";");
            }
            if tracks && old {
                code.line("let known = after.clone();");
            }
        }
        for value in &action.changes {
            self.one_change(code, site, value);
        }
        if action.upsert {
            self.upsert(code, site);
        }
        self.follow_up(code, site);
    }

    pub(super) fn upsert(&mut self, code: &mut Code, site: &Site<'_>) {
        if let Some((name, _, value)) = &site.action.discriminator {
            let physical = match &name.of {
                NameOf::Fixed(name) | NameOf::Parameter(name) => name,
            };
            code.stmt("let made = ", &call("text", vec![raw(quoted(value))]), ";");
            code.line(format!(
                "write.assign(&[{}], Some(&made));",
                quoted(physical)
            ));
        }
        for value in &site.action.sets {
            let path = format!(
                "&[{}]",
                quoted(&self.physical(site.entity, &value.attribute))
            );
            let variable = self.types.locals.of(&value.attribute);
            let (stored, set) = self.stored_value(value, None, site);
            code.stmt(&format!("let {variable} = "), &stored, ";");
            let given = if set {
                format!("{variable}.as_ref()")
            } else {
                format!("Some(&{variable})")
            };
            code.stmt("", &call("write.assign", vec![raw(path), raw(given)]), ";");
        }
    }

    /// The epoch and the keys that follow the changes.
    pub(super) fn follow_up(&mut self, code: &mut Code, site: &Site<'_>) {
        if let Some(ttl) = &site.action.ttl {
            let of = quoted(&self.physical(site.entity, &ttl.of));
            let NameOf::Fixed(name) = &ttl.name.of else {
                return;
            };
            let given: Vec<String> = ttl
                .given
                .iter()
                .filter_map(|n| site.context.get(n))
                .map(|g| format!("{}.is_some()", g.text))
                .collect();
            if !given.is_empty() {
                code.open(format!("if {} {{", given.join(" && ")));
            }
            code.line(format!(
                "let seconds = after.get({of}).and_then(seconds_of);"
            ));
            code.line(format!(
                "write.assign(&[{}], seconds.as_ref());",
                quoted(name)
            ));
            if !given.is_empty() {
                code.close("}");
            }
        }
        for key in &site.action.keys {
            let names: Vec<E> = key
                .attributes
                .iter()
                .filter_map(|(name, _)| match &name.of {
                    NameOf::Fixed(name) => Some(raw(quoted(name))),
                    NameOf::Parameter(_) => None,
                })
                .collect();
            if names.is_empty() {
                continue;
            }
            let names = E::Array("&", names);
            if key.how == Tracked::Remove {
                code.stmt("", &call("write.index", vec![names, raw("None")]), ";");
                continue;
            }
            let function = self
                .index_keys
                .get(&(site.action.kind.clone(), key.index.clone()))
                .cloned()
                .unwrap_or_default();
            let variable = format!("{}_entry", snake(&key.index));
            code.line(format!("let {variable} = keys::{function}(&after)?;"));
            let entry = raw(format!("{variable}.as_ref()"));
            code.stmt("", &call("write.index", vec![names, entry]), ";");
        }
        if !site.action.returned.is_empty() && site.write.call != "UpdateItem" {
            code.line("write.after.clone_from(&after);");
        }
    }

    pub(super) fn one_change(&mut self, code: &mut Code, site: &Site<'_>, value: &Value) {
        if let ValueOf::Parameter { name, .. } = &value.from
            && let Some(given) = site.context.get(name)
            && given.optional
        {
            let (head, inner) = given.when(&self.types, name);
            code.open(format!("{head} {{"));
            self.changed(code, site, value, Some(&inner));
            code.close("}");
            return;
        }
        self.changed(code, site, value, None);
    }

    pub(super) fn changed(
        &mut self,
        code: &mut Code,
        site: &Site<'_>,
        value: &Value,
        given: Option<&Given>,
    ) {
        let physical = self.physical(site.entity, &value.attribute);
        let target = quoted(&physical);
        let path = self.path(&physical, &value.path, &site.context);
        // Maps on the way are demanded after all other conditions.
        for length in 0..value.path.len() {
            let way = self.path(&physical, &value.path[..length], &site.context);
            let map = call("a_map", vec![raw(way)]);
            code.stmt(
                "",
                &call("write.check", vec![raw("Failure::Condition"), map]),
                ";",
            );
        }
        let tracked = value.tracked && value.path.is_empty() && site.tracks();
        let variable = self.types.locals.of(&value.attribute);
        let known = given.into_iter().chain(site.context.values());
        let variable = if known.map(|g| &g.text).any(|text| *text == variable) {
            format!("{}_value", bare(&variable))
        } else {
            variable
        };
        match value.written {
            Written::Remove => {
                code.stmt("", &call("write.assign", vec![raw(path), raw("None")]), ";");
                if tracked {
                    code.line(format!("after.remove({target});"));
                }
                return;
            }
            Written::Derive => {
                let Some(field) = site.entity.field(&value.attribute) else {
                    return;
                };
                let function = derived_name(site.entity, field);
                code.line(format!("let {variable} = {function}(&after);"));
                let value = raw(format!("{variable}.as_ref()"));
                code.stmt("", &call("write.assign", vec![raw(path), value]), ";");
                code.line(format!("put_if(&mut after, {target}, {variable});"));
                return;
            }
            Written::Set | Written::Add | Written::Take => {}
        }
        let (stored, optional) = self.stored_value(value, given, site);
        if value.written == Written::Set {
            code.stmt(&format!("let {variable} = "), &stored, ";");
            self.limits(code, site, value, &physical, &variable, optional);
            let given = if optional {
                format!("{variable}.as_ref()")
            } else {
                format!("Some(&{variable})")
            };
            code.stmt("", &call("write.assign", vec![raw(path), raw(given)]), ";");
            if tracked {
                let put = if optional { "put_if" } else { "put" };
                code.line(format!("{put}(&mut after, {target}, {variable});"));
            }
            return;
        }
        if optional {
            code.stmt(&format!("if let Some({variable}) = "), &stored, " {");
            let mut inner = Code::new(code.indent() + 4);
            self.combined(&mut inner, value, &path, &target, &variable, tracked);
            code.append(&inner.text());
            code.line("}");
        } else {
            code.stmt(&format!("let {variable} = "), &stored, ";");
            self.combined(code, value, &path, &target, &variable, tracked);
        }
    }

    /// Refuses what the design does not allow.
    pub(super) fn limits(
        &self,
        code: &mut Code,
        site: &Site<'_>,
        value: &Value,
        physical: &str,
        variable: &str,
        set: bool,
    ) {
        let max = self.max(&site.entity.name, &value.attribute);
        if set || !value.path.is_empty() || (!value.nonempty && max.is_none()) {
            return;
        }
        let target = quoted(physical);
        code.line(format!(
            "let alone = row([({target}, {variable}.clone())]);"
        ));
        if value.nonempty {
            code.line(format!("not_empty(&alone, {target})?;"));
        }
        if let Some(max) = max {
            code.line(format!("at_most(&alone, {target}, {})?;", grouped(&max)));
        }
    }

    /// What is added to a number, or to or from a set.
    pub(super) fn combined(
        &self,
        code: &mut Code,
        value: &Value,
        path: &str,
        target: &str,
        variable: &str,
        tracked: bool,
    ) {
        let set = value.ty.is_set() && value.path.is_empty();
        let (method, function) = match (value.written, set) {
            (Written::Take, _) => ("leave_set", "without"),
            (_, true) => ("join_set", "joined"),
            _ => ("increase", "sum"),
        };
        code.line(format!("write.{method}({path}, &{variable});"));
        if !tracked {
            return;
        }
        let arguments = vec![
            raw(format!("after.get({target})")),
            raw(format!("&{variable}")),
        ];
        let made = call(function, arguments);
        match function {
            "joined" => {
                code.stmt("let all = ", &made, ";");
                code.line(format!("put(&mut after, {target}, all);"));
            }
            "without" => {
                code.stmt("let left = ", &made, ";");
                code.line(format!("put_if(&mut after, {target}, left);"));
            }
            _ => {
                code.stmt("let total = ", &made, ";");
                code.line(format!(
                    "let total = total.ok_or_else(|| refused({target}, \"a sum beyond any number\"))?;"
                ));
                code.line(format!("put(&mut after, {target}, total);"));
            }
        }
    }
}

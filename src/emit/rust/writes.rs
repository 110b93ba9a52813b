//! Writing patterns: what makes their writes ready, their requests, and the functions that send these.
//!
//! Promises: a write is made of the item's state after it, so that no key of an index can be left behind.

use super::Module;
use super::checks::Context;
use super::entities::{derived_name, kind_name};
use super::layout::{Code, E, call, raw};
use super::names::{local, snake};
use super::signature::Signature;
use super::types::{Form, Given, constant, nested, quoted};
use crate::emit::client::{
    ActionCode, Does, EntityCode, NameOf, PatternCode, Tracked, Type, Value, ValueOf, WriteCode,
    Written,
};

/// Where the code of one action goes, and what it knows.
pub(super) struct Site<'a> {
    pub(super) pattern: &'a PatternCode,
    pub(super) write: &'a WriteCode,
    pub(super) action: &'a ActionCode,
    pub(super) entity: &'a EntityCode,
    pub(super) context: Context,
}

impl Site<'_> {
    fn guards(&self) -> impl Iterator<Item = &ActionCode> {
        let place = self.action.place;
        self.write
            .actions
            .iter()
            .filter(move |a| a.of == Some(place))
    }

    /// Whether the state after the write is made, which keys, guards and answers need.
    fn tracks(&self) -> bool {
        let action = self.action;
        action.does == Does::Update
            && (!action.needs_after.is_empty() || self.guards().any(|g| g.does == Does::Put))
    }
}

impl Module<'_> {
    /// The code that makes the writes of an action: `writes` has them at its end.
    pub(super) fn action(&mut self, code: &mut Code, site: &Site<'_>) {
        let action = site.action;
        let reads = !action.current.is_empty();
        if action.does == Does::Put {
            self.put(code, site);
        } else {
            self.change(code, site);
        }
        let mut body = Code::new(code.indent());
        self.guards(&mut body, site);
        let does = match action.does {
            Does::Put => "Put",
            Does::Update => "Update",
            Does::Delete => "Delete",
            Does::Check => "Check",
        };
        if reads && action.does == Does::Delete {
            code.open("if before.is_some() {");
            let mut inner = Code::new(code.indent());
            inner.line(format!("writes.push((Action::{does}, write));"));
            self.guards(&mut inner, site);
            code.append(&inner.text());
            code.reopen("} else if let Some(failure) = write.broken(None) {");
            code.line(format!(
                "return Err(write.failed_so({}, failure));",
                quoted(&site.pattern.name)
            ));
            code.close("}");
            return;
        }
        if site.write.call == "TransactWriteItems" {
            code.line(format!("writes.push((Action::{does}, write));"));
            code.append(&body.text());
        }
    }

    fn checks(&self, code: &mut Code, site: &Site<'_>, of: &ActionCode, variable: &str) {
        for check in &of.checks {
            let failure = match check.failure.as_str() {
                "exists" => "Exists",
                "not_found" => "NotFound",
                "not_unique" => "NotUnique",
                _ => "Condition",
            };
            let made = self.check(&check.test, &site.context);
            let arguments = vec![raw(format!("Failure::{failure}")), made];
            code.stmt("", &call(format!("{variable}.check"), arguments), ";");
        }
    }

    /// That what was read is still so.
    fn stale(&self, code: &mut Code, site: &Site<'_>) {
        if site.action.current.is_empty() {
            return;
        }
        let names: Vec<E> = site
            .action
            .current
            .iter()
            .map(|c| raw(quoted(&self.physical(site.entity, &c.attribute))))
            .collect();
        code.open("if let Some(before) = &before {");
        code.stmt("let names = ", &E::Array("", names), ";");
        code.line("write.still.extend(names.map(|name| still(before, name)));");
        code.reopen("} else {");
        if let Some((_, gone)) = &site.action.gone {
            code.stmt("let gone = ", &self.check(gone, &site.context), ";");
            code.line("write.still.push(gone);");
        }
        code.close("}");
    }

    /// Reads the item of `key`, if something of it is needed.
    fn current(&self, code: &mut Code, site: &Site<'_>) {
        if site.action.current.is_empty() {
            return;
        }
        code.line("let before = current(&self.client, &self.table, key.clone()).await?;");
        if let Some((_, gone)) = &site.action.gone {
            code.stmt("let gone = ", &self.check(gone, &site.context), ";");
            code.line("let before = before.filter(|item| !gone.holds(Some(item)));");
        }
    }

    fn new_write(&self, code: &mut Code, site: &Site<'_>, variable: &str, step: &str, key: &str) {
        let arguments = vec![raw(quoted(&site.entity.name)), raw(quoted(step)), raw(key)];
        code.stmt(
            &format!("let mut {variable} = "),
            &call("Write::new", arguments),
            ";",
        );
    }

    fn put(&mut self, code: &mut Code, site: &Site<'_>) {
        code.line("let mut item = Row::new();");
        for value in site
            .action
            .values
            .iter()
            .filter(|v| v.written != Written::Derive)
        {
            if !matches!(value.from, ValueOf::Derived) {
                self.put_value(code, site, value);
            }
        }
        let Some(kind) = site.entity.kind(&site.action.kind) else {
            return;
        };
        code.line(format!("let item = stored_{}(item)?;", kind_name(kind)));
        let names: Vec<E> = kind
            .key
            .parts
            .iter()
            .map(|p| raw(quoted(&p.physical)))
            .collect();
        let key = call("key_of", vec![raw("&item"), E::Array("&", names)]);
        code.stmt("let key = ", &key, ";");
        self.current(code, site);
        self.new_write(code, site, "write", &site.action.step, "key");
        self.checks(code, site, site.action, "write");
        self.stale(code, site);
        if site.guards().any(|g| g.does == Does::Delete) {
            code.line("let known = before.unwrap_or_default();");
        }
        if site.guards().any(|g| g.does == Does::Put) || !site.action.returned.is_empty() {
            code.line("let after = item.clone();");
        }
        code.line("write.item = Some(item);");
        if !site.action.returned.is_empty() {
            code.line("write.after = after;");
        }
    }

    fn put_value(&mut self, code: &mut Code, site: &Site<'_>, value: &Value) {
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
    fn stored_value(&self, value: &Value, given: Option<&Given>, site: &Site<'_>) -> (E, bool) {
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
                        Type::Text(_) | Type::Enumeration(_) => {
                            format!(
                                "{}.to_owned()",
                                given.as_str(&self.types).trim_start_matches('&')
                            )
                        }
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

    /// An update, a delete or a check.
    fn change(&mut self, code: &mut Code, site: &Site<'_>) {
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

    fn upsert(&mut self, code: &mut Code, site: &Site<'_>) {
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
            let variable = local(&value.attribute);
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
    fn follow_up(&mut self, code: &mut Code, site: &Site<'_>) {
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

    fn one_change(&mut self, code: &mut Code, site: &Site<'_>, value: &Value) {
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

    fn changed(&mut self, code: &mut Code, site: &Site<'_>, value: &Value, given: Option<&Given>) {
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
        let variable = local(&value.attribute);
        let variable = match given {
            Some(given) if given.text == variable => format!("{variable}_value"),
            _ if site.context.values().any(|g| g.text == variable) => format!("{variable}_value"),
            _ => variable,
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
    fn limits(
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
            code.line(format!("at_most(&alone, {target}, {max})?;"));
        }
    }

    /// What is added to a number, or to or from a set.
    fn combined(
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

    fn guards(&mut self, code: &mut Code, site: &Site<'_>) {
        let guards: Vec<ActionCode> = site.guards().cloned().collect();
        if guards.is_empty() {
            return;
        }
        let moved = guards.iter().any(|g| g.does == Does::Delete)
            && guards.iter().any(|g| g.does == Does::Put);
        let list = if moved { "guards" } else { "writes" };
        if moved {
            code.line("let mut guards = Vec::new();");
        }
        for guard in &guards {
            let Some(kind) = site.entity.kind(&guard.kind) else {
                continue;
            };
            let base = kind_name(kind);
            if guard.does == Does::Put {
                code.open(format!("if let Some(item) = stored_{base}(&after)? {{"));
                let names: Vec<E> = kind
                    .key
                    .parts
                    .iter()
                    .map(|p| raw(quoted(&p.physical)))
                    .collect();
                let key = call("key_of", vec![raw("&item"), E::Array("&", names)]);
                code.stmt("let key = ", &key, ";");
                self.new_write(code, site, "guard", &guard.step, "key");
                self.checks(code, site, guard, "guard");
                code.line("guard.item = Some(item);");
                code.line(format!("{list}.push((Action::Put, guard));"));
            } else {
                let table = self
                    .table_keys
                    .get(&guard.kind)
                    .cloned()
                    .unwrap_or_default();
                code.open(format!("if let Some(key) = keys::{table}(&known)? {{"));
                let mutable = if guard.checks.is_empty() { "" } else { "mut " };
                let arguments = vec![
                    raw(quoted(&site.entity.name)),
                    raw(quoted(&guard.step)),
                    raw("key"),
                ];
                code.stmt(
                    &format!("let {mutable}guard = "),
                    &call("Write::new", arguments),
                    ";",
                );
                self.checks(code, site, guard, "guard");
                code.line(format!("{list}.push((Action::Delete, guard));"));
            }
            code.close("}");
        }
        if moved {
            code.line("writes.extend(without_twins(guards));");
        }
    }

    /// The parameters of a call as what they are in its functions.
    pub(super) fn context(&self, signature: &Signature) -> Context {
        let mut context = Context::new();
        for one in &signature.single {
            context.insert(
                one.name.clone(),
                Given {
                    text: one.expression.clone(),
                    ty: one.ty.clone(),
                    form: if signature.input.is_some() {
                        Form::Field
                    } else {
                        Form::Argument
                    },
                    optional: one.optional,
                },
            );
        }
        context
    }
}

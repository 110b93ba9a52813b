//! What makes the writes of one action ready.
//!
//! Promises: a write is made of the item's state after it, so that no key of an index can be left behind.

use crate::emit::client::{
    ActionCode, Does, EntityCode, KindCode, PatternCode, ValueOf, WriteCode, Written,
};
use crate::emit::rust::Module;
use crate::emit::rust::checks::Context;
use crate::emit::rust::entities::kind_name;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::types::quoted;

/// Where the code of one action goes, and what it knows.
pub(super) struct Site<'a> {
    pub(super) pattern: &'a PatternCode,
    pub(super) write: &'a WriteCode,
    pub(super) action: &'a ActionCode,
    pub(super) entity: &'a EntityCode,
    pub(super) context: Context,
}

impl Site<'_> {
    pub(super) fn guards(&self) -> impl Iterator<Item = &ActionCode> {
        let place = self.action.place;
        self.write
            .actions
            .iter()
            .filter(move |a| a.of == Some(place))
    }

    /// Whether the state after the write is made, which keys, guards and answers need.
    pub(super) fn tracks(&self) -> bool {
        let action = self.action;
        action.does == Does::Update
            && (!action.needs_after.is_empty() || self.guards().any(|g| g.does == Does::Put))
    }
}

impl Module<'_> {
    /// The code that makes the writes of an action: `writes` has them at its end.
    pub(super) fn action(&mut self, to: &mut Code, site: &Site<'_>) {
        let mut code = Code::new(to.indent());
        self.one_action(&mut code, site);
        let text = code.text();
        // A write without conditions and changes is ready when it is made.
        let changed = text.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with("write.") && (line.contains('(') || line.contains(" = "))
        });
        to.append(&if changed {
            text
        } else {
            text.replace("let mut write = ", "let write = ")
        });
    }

    fn one_action(&mut self, code: &mut Code, site: &Site<'_>) {
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

    pub(super) fn checks(&self, code: &mut Code, site: &Site<'_>, of: &ActionCode, variable: &str) {
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
    pub(super) fn stale(&self, code: &mut Code, site: &Site<'_>) {
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
    pub(super) fn current(&self, code: &mut Code, site: &Site<'_>) {
        if site.action.current.is_empty() {
            return;
        }
        code.line("let before = current(&self.client, &self.table, key.clone()).await?;");
        if let Some((_, gone)) = &site.action.gone {
            code.stmt("let gone = ", &self.check(gone, &site.context), ";");
            code.line("let before = before.filter(|item| !gone.holds(Some(item)));");
        }
    }

    pub(super) fn new_write(
        &self,
        code: &mut Code,
        site: &Site<'_>,
        variable: &str,
        step: &str,
        key: &str,
    ) {
        let arguments = vec![raw(quoted(&site.entity.name)), raw(quoted(step)), raw(key)];
        code.stmt(
            &format!("let mut {variable} = "),
            &call("Write::new", arguments),
            ";",
        );
    }

    pub(super) fn put(&mut self, code: &mut Code, site: &Site<'_>) {
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
        key_of(code, kind);
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
}

/// The key of the item that was made.
pub(super) fn key_of(code: &mut Code, kind: &KindCode) {
    let parts = kind.key.parts.iter();
    let names: Vec<E> = parts.map(|p| raw(quoted(&p.physical))).collect();
    let key = call("key_of", vec![raw("&item"), E::Array("&", names)]);
    code.stmt("let key = ", &key, ";");
}

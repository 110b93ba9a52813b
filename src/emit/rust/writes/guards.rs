//! The guards of what is unique, which are written with their items.
//!
//! Promises: a value that changes takes its old guard away and puts the new one in the same transaction.

use super::action::{Site, key_of};
use crate::emit::client::{ActionCode, Does};
use crate::emit::rust::Module;
use crate::emit::rust::entities::kind_name;
use crate::emit::rust::layout::{Code, call, raw};
use crate::emit::rust::types::quoted;

impl Module<'_> {
    pub(super) fn guards(&mut self, code: &mut Code, site: &Site<'_>) {
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
                key_of(code, kind);
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
}

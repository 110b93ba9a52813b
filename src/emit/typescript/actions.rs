//! The actions of writes in TypeScript: one function for each action with its guards.

mod expressions;
mod states;

use super::code::Code;
use super::names::{Names, part};
use super::placeholders::{bound_value, distinct_names, name_value};
use super::predicates::{self, holds};
use super::source::{OfCall, reader_lines};
use super::values::{key_lines, literal};
use super::writes;
use crate::emit::client::{
    ActionCode, Client, Does, EntityCode, Field, KindCode, Name, PatternCode, WriteCode,
};
use crate::plan::Condition;

/// What the function of an action is made of.
pub(super) struct Context<'a> {
    pub(super) client: &'a Client,
    pub(super) names: &'a Names,
    pub(super) pattern: &'a PatternCode,
    pub(super) write: &'a WriteCode,
    pub(super) given: &'a str,
}

/// The name of the function of an action.
pub(super) fn name(pattern: &PatternCode, action: &ActionCode) -> String {
    format!("{}_{}", pattern.name, part(&action.step))
}

/// Whether a write reads first.
pub(super) fn reads(write: &WriteCode) -> bool {
    write.actions.iter().any(|a| !a.current.is_empty())
}

/// What every function of a write takes beside what the caller gives.
pub(super) fn common(write: &WriteCode) -> Vec<(String, String)> {
    let mut made = Vec::new();
    let asks = |a: &ActionCode| {
        let mut all: Vec<&Condition> = a.checks.iter().map(|c| &c.test).collect();
        all.extend(a.gone.iter().map(|(_, c)| c));
        all.into_iter().any(predicates::asks_the_clock)
    };
    if write.actions.iter().any(asks) {
        made.push(("now".to_owned(), "number".to_owned()));
    }
    if write.find.is_some() {
        made.push(("row".to_owned(), "Item".to_owned()));
    }
    if reads(write) {
        made.push(("read".to_owned(), "Read".to_owned()));
    }
    made
}

/// The function of an action.
pub(super) fn function(context: &Context, action: &ActionCode) -> Code {
    let mut code = Code::default();
    let Some(entity) = context.client.entity(&action.entity) else {
        return code;
    };
    let Some(kind) = entity.kind(&action.kind) else {
        return code;
    };
    let one = OneAction {
        context,
        action,
        entity,
        kind,
    };
    one.write(&mut code);
    code
}

struct OneAction<'a> {
    context: &'a Context<'a>,
    action: &'a ActionCode,
    entity: &'a EntityCode,
    kind: &'a KindCode,
}

impl OneAction<'_> {
    fn row(&self) -> &str {
        self.context.names.entity(&self.entity.name)
    }

    fn guards(&self) -> Vec<&ActionCode> {
        let all = self.context.write.actions.iter();
        all.filter(|a| a.of == Some(self.action.place)).collect()
    }

    fn update(&self) -> bool {
        self.action.does == Does::Update
    }

    fn write(&self, code: &mut Code) {
        let context = self.context;
        let mut parameters = Vec::new();
        if !context.given.is_empty() {
            let given = match &self.action.times {
                None => context.given.to_owned(),
                Some(list) => format!("{0} & {0}[\"{list}\"][number]", context.given),
            };
            parameters.push(format!("given: {given}"));
        }
        parameters.extend(
            common(context.write)
                .into_iter()
                .map(|(n, t)| format!("{n}: {t}")),
        );
        let (start, returned) = if reads(context.write) {
            ("async function", "Promise<Action[]>")
        } else {
            ("function", "Action[]")
        };
        let name = name(context.pattern, self.action);
        code.open(format!(
            "{start} {name}({}): {returned} {{",
            parameters.join(", ")
        ));
        self.key(code);
        self.read_current(code);
        self.states(code);
        self.expressions(code);
        self.conditions(code);
        self.action(code);
        self.guard_actions(code);
        code.close("}");
    }

    /// The key of what is no put.
    fn key(&self, code: &mut Code) {
        if self.action.does == Does::Put {
            return;
        }
        let source = OfCall {
            pattern: self.context.pattern,
            step: None,
        };
        reader_lines(code, self.action.key.iter().flat_map(|p| &p.segments));
        code.open("const key: Item = {");
        key_lines(code, &self.action.key, &source);
        code.close("};");
    }

    /// Reads what is needed of the item, and leaves where that says enough.
    fn read_current(&self, code: &mut Code) {
        if self.action.current.is_empty() {
            return;
        }
        let Some((_, gone)) = &self.action.gone else {
            return;
        };
        if self.action.does == Does::Put {
            self.put_state(code);
            code.line(format!(
                "const key = needed({}(after));",
                self.context.names.key_name(self.kind, None)
            ));
        }
        code.line(format!(
            "const old = await read({}, key);",
            literal(&self.kind.table)
        ));
        code.line(format!(
            "const gone = {};",
            holds(self.context.pattern, gone, "old")
        ));
        match self.action.does {
            Does::Update if !self.action.upsert => {
                code.open("if (gone) {");
                code.line(format!("throw {};", self.failed("\"not_found\"")));
                code.close("}");
            }
            Does::Delete => {
                code.open("if (gone) {");
                for check in &self.action.checks {
                    let met = holds(self.context.pattern, &check.test, "undefined");
                    code.open(format!("if ({}) {{", predicates::not(&met)));
                    code.line(format!("throw {};", self.failed(&literal(&check.failure))));
                    code.close("}");
                }
                code.line("return [];");
                code.close("}");
            }
            _ => {}
        }
    }

    fn failed(&self, failure: &str) -> String {
        format!(
            "new ConditionFailed({}, {}, {failure}, {}, undefined)",
            literal(&self.context.pattern.name),
            literal(&self.action.step),
            literal(&self.action.entity)
        )
    }

    /// Whether there is something to write where the item that was read is not there.
    fn keeps_going_without(&self) -> bool {
        self.action.does == Does::Put || self.action.upsert
    }

    /// The action itself.
    fn action(&self, code: &mut Code) {
        let action = self.action;
        code.open("const action: Action = {");
        code.line(format!("step: {},", literal(&action.step)));
        code.line(format!("entity: {},", literal(&action.entity)));
        let does = match action.does {
            Does::Put => "Put",
            Does::Update => "Update",
            Does::Delete => "Delete",
            Does::Check => "ConditionCheck",
        };
        code.line(format!("does: \"{does}\","));
        code.line(format!("table: {},", literal(&self.kind.table)));
        code.line("key,");
        let table = format!("TableName: {}", literal(&self.kind.table));
        let what = match action.does {
            Does::Put => format!(
                "{{ {table}, Item: {}(after) }}",
                self.context.names.item_name(self.kind)
            ),
            _ if action.does == Does::Update && !action.returned.is_empty() && self.single() => {
                format!("{{ {table}, Key: key, ReturnValues: \"ALL_NEW\" }}")
            }
            _ => format!("{{ {table}, Key: key }}"),
        };
        let update = if self.update() {
            "updateText(update)"
        } else {
            "\"\""
        };
        code.open("input: actionInput(");
        code.line(format!("{what},"));
        code.line(format!("{update},"));
        code.line("condition,");
        code.line("names,");
        code.line("values,");
        code.close("),");
        self.stale(code);
        self.failure(code, action);
        let row = self.row();
        code.open("current: (item) => ({");
        code.line(format!("entity: {},", literal(&action.entity)));
        code.line(format!("row: rowOf{row}(item),"));
        code.close("}),");
        let by_engine = self.update() && self.single();
        if !action.returned.is_empty() && !by_engine {
            code.open("after: {");
            for attribute in &action.returned {
                // A set that may be missing is stored so where it is empty, and read back so.
                let missing = |f: &Field| f.ty.is_set() && writes::optional(action, f.optional);
                code.line(if self.entity.field(attribute).is_some_and(missing) {
                    format!("{attribute}: filled(after.{attribute}),")
                } else {
                    format!("{attribute}: after.{attribute},")
                });
            }
            code.close("},");
        }
        code.close("};");
    }

    fn single(&self) -> bool {
        self.context.write.call != "TransactWriteItems"
    }

    /// Whether what was read is no longer so.
    fn stale(&self, code: &mut Code) {
        let Some((_, gone)) = &self.action.gone else {
            code.line("stale: () => false,");
            return;
        };
        let changed: Vec<String> = self
            .action
            .current
            .iter()
            .map(|c| {
                let physical = name_value(self.context.pattern, &c.name);
                format!("!same(at(item, {physical}), at(old, {physical}))")
            })
            .collect();
        code.open("stale: (item) => {");
        if self.keeps_going_without() {
            code.open("if (gone) {");
            code.line(format!(
                "const isGone = {};",
                holds(self.context.pattern, gone, "item")
            ));
            code.line("return !isGone;");
            code.close("}");
        }
        code.line(format!("return {};", changed.join(" || ")));
        code.close("},");
    }

    /// What a refusal means.
    fn failure(&self, code: &mut Code, action: &ActionCode) {
        let apart = action.told_apart();
        let otherwise = literal(action.otherwise());
        if apart == 0 {
            code.line(format!("failure: () => {otherwise},"));
            return;
        }
        code.open("failure: (item) => {");
        for check in &action.checks[..apart] {
            let met = holds(self.context.pattern, &check.test, "item");
            code.open(format!("if ({}) {{", predicates::not(&met)));
            code.line(format!("return {};", literal(&check.failure)));
            code.close("}");
        }
        code.line(format!("return {otherwise};"));
        code.close("},");
    }

    /// The actions on guards.
    fn guard_actions(&self, code: &mut Code) {
        let guards = self.guards();
        if guards.is_empty() {
            code.line("return [action];");
            return;
        }
        code.line("const guards: Action[] = [];");
        for guard in guards {
            if let Some(kind) = self.entity.kind(&guard.kind) {
                self.guard(code, guard, kind);
            }
        }
        code.line("return [action, ...withoutTwins(guards)];");
    }

    fn guard(&self, code: &mut Code, guard: &ActionCode, kind: &KindCode) {
        let put = guard.does == Does::Put;
        let state = if put { "after" } else { "before" };
        let local = format!("guard{}", guard.place + 1);
        code.line(format!(
            "const {local} = {}({state});",
            self.context.names.key_name(kind, None)
        ));
        code.open(format!("if ({local} !== undefined) {{"));
        code.open("guards.push({");
        code.line(format!("step: {},", literal(&guard.step)));
        code.line(format!("entity: {},", literal(&guard.entity)));
        code.line(format!("does: \"{}\",", if put { "Put" } else { "Delete" }));
        code.line(format!("table: {},", literal(&kind.table)));
        code.line(format!("key: {local},"));
        code.open("input: actionInput(");
        code.open("{");
        code.line(format!("TableName: {},", literal(&kind.table)));
        if put {
            code.line(format!(
                "Item: needed({}(after)),",
                self.context.names.item_name(kind)
            ));
        } else {
            code.line(format!("Key: {local},"));
        }
        code.close("},");
        code.line("\"\",");
        let texts: Vec<String> = guard
            .checks
            .iter()
            .map(|c| literal(&c.clause.text))
            .collect();
        code.line(format!("[{}],", texts.join(", ")));
        let names: Vec<&Name> = guard.checks.iter().flat_map(|c| &c.clause.names).collect();
        inline(code, &distinct_names(self.context.pattern, &names));
        let values = guard.checks.iter().flat_map(|c| &c.clause.values);
        let values: Vec<String> = values
            .map(|v| bound_value(self.context.pattern, v))
            .collect();
        inline(code, &values);
        code.close("),");
        code.line("stale: () => false,");
        self.failure(code, guard);
        code.line("current: () => undefined,");
        code.close("});");
        code.close("}");
    }
}

/// An object among arguments.
fn inline(code: &mut Code, lines: &[String]) {
    if lines.is_empty() {
        code.line("{},");
        return;
    }
    code.open("{");
    lines.iter().for_each(|l| code.line(l));
    code.close("},");
}

//! The bodies of the functions that make requests: keys, names, values and filters, as the plan has them.
//!
//! Promises: a range whose ends are the wrong way round is no request, since the service refuses it.

use super::fixed;
use crate::emit::client::{
    Body, Bound, Call, Clause, Name, NameOf, Operand, PatternCode, ReadCode, SortOp, StepCode,
};
use crate::emit::rust::Module;
use crate::emit::rust::checks::{Context, now};
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::types::{grouped, quoted};
use crate::plan::{Choice, Segment};

impl Module<'_> {
    /// The body; whether there may be no request.
    pub(super) fn request_body(
        &mut self,
        code: &mut Code,
        pattern: &PatternCode,
        step: &StepCode,
        context: &Context,
        mut option: bool,
    ) -> bool {
        let mut bound: Vec<(String, E)> = Vec::new();
        let mut keys: Vec<(String, E)> = Vec::new();
        let mut variables = crate::emit::rust::names::Taken::default();
        for key in &step.keys {
            let physical = fixed(&key.name).to_owned();
            let base = variables.give(if key.partition { "partition" } else { "sort" }, "");
            for (place, (placeholder, choice)) in key.bounds.iter().enumerate() {
                let side = match (key.op, place) {
                    (SortOp::Equals, _) => "",
                    (SortOp::BeginsWith, _) => "_start",
                    (SortOp::Between, 0) | (SortOp::Greater | SortOp::GreaterOrEqual, _) => "_from",
                    _ => "_to",
                };
                let wanted = format!("{}_{physical}{side}", pattern.name);
                let variable = format!("{base}{side}");
                let of = (wanted.as_str(), physical.as_str(), key.partition);
                self.choice(code, &variable, of, choice, context);
                bound.push((placeholder.clone(), raw(&variable)));
                keys.push((physical.clone(), raw(variable)));
            }
            if key.op == SortOp::Between && key.bounds.iter().any(|(_, c)| depends(c)) {
                code.open(format!(
                    "if order(&{base}_from, &{base}_to) == Some(Ordering::Greater) {{"
                ));
                code.line("return Ok(None);");
                code.close("}");
                option = true;
            }
        }
        let wrap = |e: E| {
            if option {
                call("Ok", vec![call("Some", vec![e])])
            } else {
                call("Ok", vec![e])
            }
        };
        if step.call == Call::BatchGetItem {
            code.line("let mut key = Row::new();");
            for (physical, value) in keys {
                let arguments = vec![raw("&mut key"), raw(quoted(&physical)), value];
                code.stmt("", &call("put", arguments), ";");
            }
            code.stmt("", &wrap(raw("key")), "");
            return option;
        }
        let reading = match &pattern.body {
            Body::Read(read) => Some(read),
            Body::Write(_) => None,
        };
        let mut links = self.links(step, keys, bound);
        if reading.is_some_and(ReadCode::offers_consistent) {
            let wanted = vec![raw("self.consistent")];
            links.push(link("set_consistent_read", wanted));
        }
        // A write never finds what is over its time.
        let timed = |c: &Clause| reading.is_some() && c.given.is_empty() && c.is_timed();
        let (always, sometimes): (Vec<&Clause>, Vec<&Clause>) = step
            .filter
            .iter()
            .partition(|c| c.given.is_empty() && !timed(c));
        let texts: Vec<&str> = always.iter().map(|c| c.text.as_str()).collect();
        for clause in &always {
            links.extend(self.bindings(&clause.names, &clause.values, context, &mut Vec::new()));
        }
        if !texts.is_empty() && sometimes.is_empty() {
            links.push(link(
                "filter_expression",
                vec![raw(quoted(&texts.join(" AND ")))],
            ));
        }
        unique(&mut links);
        let method = match step.call {
            Call::Query => "query",
            Call::Scan => "scan",
            _ => "get_item",
        };
        let mut all = vec![raw(".client"), link(method, Vec::new())];
        all.extend(links);
        let chain = E::Chain("self".to_owned(), all);
        if sometimes.is_empty() {
            code.stmt("let request = ", &chain, ";");
            code.stmt("", &wrap(raw("request")), "");
            return option;
        }
        code.stmt("let mut request = ", &chain, ";");
        let known = texts.iter().map(|t| raw(quoted(t))).collect::<Vec<_>>();
        let start = if known.is_empty() {
            raw("Vec::new()")
        } else {
            E::Array("vec!", known)
        };
        // One clause is the whole filter, or there is none.
        let alone = texts.is_empty() && sometimes.len() == 1;
        if !alone {
            code.stmt("let mut filter: Vec<&str> = ", &start, ";");
        }
        for clause in sometimes {
            let mut inner = context.clone();
            if timed(clause) {
                code.open("if !self.expired {");
            }
            for name in &clause.given {
                if let Some(given) = context.get(name) {
                    let (head, value) = given.when(&self.types, name);
                    code.open(format!("{head} {{"));
                    inner.insert(name.clone(), value);
                }
            }
            let mut links = self.bindings(&clause.names, &clause.values, &inner, &mut Vec::new());
            unique(&mut links);
            let text = raw(quoted(&clause.text));
            if alone {
                code.stmt("let filter = ", &text, ";");
                links.push(link("filter_expression", vec![raw("filter")]));
            }
            for one in links {
                code.stmt("request = request", &one, ";");
            }
            if !alone {
                code.stmt("", &call("filter.push", vec![text]), ";");
            }
            for _ in &clause.given {
                code.close("}");
            }
            if timed(clause) {
                code.close("}");
            }
        }
        let join = "request = request.filter_expression(filter.join(\" AND \"));";
        if alone {
            // It is there already.
        } else if texts.is_empty() {
            code.open("if !filter.is_empty() {");
            code.line(join);
            code.close("}");
        } else {
            code.line(join);
        }
        code.stmt("", &wrap(raw("request")), "");
        option
    }

    pub(super) fn links(
        &self,
        step: &StepCode,
        keys: Vec<(String, E)>,
        bound: Vec<(String, E)>,
    ) -> Vec<E> {
        let mut links = vec![link("table_name", vec![raw("&self.table")])];
        if let Some(index) = &step.index {
            links.push(link("index_name", vec![raw(quoted(index))]));
        }
        if step.call == Call::GetItem {
            for (physical, value) in keys {
                links.push(link("key", vec![raw(quoted(&physical)), value]));
            }
        }
        if step.call == Call::Query {
            links.push(link(
                "key_condition_expression",
                vec![raw(quoted(&step.key_expression))],
            ));
            for key in &step.keys {
                links.push(name_link(&key.name, raw(quoted(fixed(&key.name)))));
            }
            for (placeholder, value) in bound {
                links.push(link(
                    "expression_attribute_values",
                    vec![raw(quoted(&placeholder)), value],
                ));
            }
            if !step.forward {
                links.push(link("scan_index_forward", vec![raw("false")]));
            }
        }
        if let Some(names) = step.projection.as_ref().filter(|_| !step.count) {
            let all: Vec<&str> = names.iter().map(|n| n.placeholder.as_str()).collect();
            links.push(link(
                "projection_expression",
                vec![raw(quoted(&all.join(", ")))],
            ));
            for name in names {
                links.push(name_link(name, raw(quoted(fixed(name)))));
            }
        }
        if step.count {
            links.push(link(
                "select",
                vec![raw("aws_sdk_dynamodb::types::Select::Count")],
            ));
        }
        if step.consistent {
            links.push(link("consistent_read", vec![raw("true")]));
        }
        if let Some(limit) = step.limit.filter(|_| step.call != Call::GetItem) {
            links.push(link("limit", vec![raw(grouped(&limit))]));
        }
        links
    }

    /// The names and values of a clause.
    pub(super) fn bindings(
        &self,
        names: &[Name],
        values: &[Bound],
        context: &Context,
        known: &mut Vec<E>,
    ) -> Vec<E> {
        let mut links = std::mem::take(known);
        for name in names {
            let of = match &name.of {
                NameOf::Fixed(text) => raw(quoted(text)),
                NameOf::Parameter(parameter) => match context.get(parameter) {
                    Some(given) => raw(given.plain(&self.types)),
                    None => raw(quoted(parameter)),
                },
            };
            links.push(name_link(name, of));
        }
        for bound in values {
            let value = match &bound.value {
                Operand::Constant { value, stored_as } => {
                    crate::emit::rust::types::constant(stored_as, value)
                }
                Operand::Now { stored_as } => now(stored_as),
                Operand::Parameter { name, text, .. } => match context.get(name) {
                    Some(given) if *text => call("text", vec![raw(given.plain(&self.types))]),
                    Some(given) => given.stored(&self.types),
                    None => raw("value"),
                },
            };
            links.push(link(
                "expression_attribute_values",
                vec![raw(quoted(&bound.placeholder)), value],
            ));
        }
        links
    }
}

fn link(method: &str, arguments: Vec<E>) -> E {
    call(format!(".{method}"), arguments)
}

fn name_link(name: &Name, of: E) -> E {
    link(
        "expression_attribute_names",
        vec![raw(quoted(&name.placeholder)), of],
    )
}

/// Each name is bound once.
fn unique(links: &mut Vec<E>) {
    let mut seen = Vec::new();
    links.retain(|link| {
        let text = format!("{link:?}");
        let again = text.contains("expression_attribute_names") && seen.contains(&text);
        seen.push(text);
        !again
    });
}

/// Whether a bound rests on something that the caller gives.
fn depends(choice: &Choice<Vec<Segment>>) -> bool {
    match choice {
        Choice::Plain(segments) => segments
            .iter()
            .any(|s| !matches!(s, Segment::Literal { .. })),
        Choice::Given { .. } => true,
    }
}

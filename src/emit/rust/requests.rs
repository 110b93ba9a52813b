//! The requests of reading steps: one function each, which makes the request and sends nothing.
//!
//! Promises: what it makes can be sent as it is.

use super::Module;
use super::checks::{Context, now};
use super::docs;
use super::keys::native;
use super::layout::{Code, E, call, raw};
use super::names::local;
use super::signature::Signature;
use super::types::{Form, Given, quoted};
use crate::emit::client::{
    Bound, Call, Clause, Name, NameOf, Operand, PatternCode, SortOp, StepCode, Type,
};
use crate::plan::{Choice, ForEach, Segment};

/// The function that makes the request of a step.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) name: String,
    /// Whether there may be none.
    pub(super) option: bool,
    pub(super) call: Call,
    /// The variables of its loops, with their heads.
    pub(super) loops: Vec<(String, E)>,
    /// Whether it takes a row of an earlier step, and what it takes of it.
    pub(super) row: Option<Vec<String>>,
    /// What it takes of what the caller gave.
    pub(super) passed: Vec<String>,
}

impl Module<'_> {
    /// The value of a key attribute from segments; what it needs is named before.
    pub(super) fn key_value(
        &mut self,
        code: &mut Code,
        wanted: &str,
        physical: &str,
        partition: bool,
        segments: &[Segment],
        context: &Context,
    ) -> E {
        if let Some((segment, _)) = native(segments) {
            return match self.segment(code, segment, context) {
                Some(given) => given.stored(&self.types),
                None => raw("value"),
            };
        }
        let (name, function) = self.keys.form(wanted, physical, partition, segments);
        if !function {
            return call("text", vec![raw(format!("keys::{name}"))]);
        }
        let mut arguments = Vec::new();
        for segment in segments {
            let encoding = match segment {
                Segment::Literal { .. } => continue,
                Segment::Shard { encoding, .. }
                | Segment::Attribute { encoding, .. }
                | Segment::Parameter { encoding, .. }
                | Segment::Variable { encoding, .. }
                | Segment::Row { encoding, .. } => encoding,
            };
            let Some(given) = self.segment(code, segment, context) else {
                arguments.push(raw("value"));
                continue;
            };
            let kind = encoding.split(':').next().unwrap_or_default();
            arguments.push(raw(match kind {
                "integer" | "timestamp" | "boolean" => given.text.clone(),
                "decimal" | "hex" => given.borrow(),
                _ => given.as_str(&self.types),
            }));
        }
        let variable = if partition {
            "partition_key"
        } else {
            "sort_key"
        };
        code.stmt(
            &format!("let {variable} = "),
            &call(format!("keys::{name}"), arguments),
            "?;",
        );
        call("text", vec![raw(format!("&{variable}"))])
    }

    /// The value of a segment.
    fn segment(&self, code: &mut Code, segment: &Segment, context: &Context) -> Option<Given> {
        match segment {
            Segment::Literal { .. } | Segment::Attribute { .. } => None,
            Segment::Parameter {
                parameter: name, ..
            }
            | Segment::Variable { variable: name, .. } => context.get(name).cloned(),
            Segment::Shard { shard, .. } => {
                let mut parts = Vec::new();
                for name in &shard.of {
                    let given = context.get(name)?;
                    parts.push(call("", vec![raw(quoted(name)), given.stored(&self.types)]));
                }
                code.stmt("let of = ", &call("row", vec![E::Array("", parts)]), ";");
                let names: Vec<String> = shard.of.iter().map(|n| quoted(n)).collect();
                let count = raw(shard.count.to_string());
                let names = raw(format!("&[{}]", names.join(", ")));
                let made = call("shard", vec![raw("&of"), names, count]);
                code.stmt("let of_shard = ", &made, ".unwrap_or_default();");
                Some(integer("of_shard"))
            }
            Segment::Row {
                row,
                stored_as,
                encoding,
            } => {
                let variable = format!("row_{}", super::names::snake(row));
                let value = match (stored_as.as_str(), encoding.split(':').next()) {
                    (_, Some("number" | "binary")) => {
                        return Some(Given {
                            text: format!("row.get({})", quoted(row)),
                            ty: Type::List,
                            form: Form::Field,
                            optional: false,
                        });
                    }
                    ("number", Some("decimal")) => {
                        raw(format!("row.get({}).and_then(the_decimal)", quoted(row)))
                    }
                    ("number", _) => raw(format!("row.get({}).and_then(the_integer)", quoted(row))),
                    ("timestamp", _) => {
                        raw(format!("row.get({}).and_then(the_timestamp)", quoted(row)))
                    }
                    ("boolean", _) => {
                        raw(format!("row.get({}).and_then(the_boolean)", quoted(row)))
                    }
                    ("binary", _) => raw(format!("row.get({}).and_then(the_bytes)", quoted(row))),
                    _ => call("kind", vec![raw("row"), raw(quoted(row))]),
                };
                let ty = match stored_as.as_str() {
                    "number" if encoding.starts_with("decimal") => Type::Decimal,
                    "number" => Type::Integer { wide: true },
                    "timestamp" => Type::Timestamp,
                    "boolean" => Type::Boolean,
                    "binary" => Type::Bytes,
                    _ => Type::Text(Vec::new()),
                };
                code.stmt(&format!("let Some({variable}) = "), &value, " else {");
                code.line("    return Ok(None);");
                code.line("};");
                let form = if ty == Type::Text(Vec::new()) {
                    Form::Argument
                } else {
                    Form::Field
                };
                Some(Given {
                    text: variable,
                    ty,
                    form,
                    optional: false,
                })
            }
        }
    }

    /// Names a bound that may depend on what is given.
    fn choice(
        &mut self,
        code: &mut Code,
        target: &str,
        of: (&str, &str, bool),
        choice: &Choice<Vec<Segment>>,
        context: &Context,
    ) {
        let (wanted, physical, partition) = of;
        match choice {
            Choice::Plain(segments) => {
                let value = self.key_value(code, wanted, physical, partition, segments, context);
                match target {
                    "" => code.stmt("", &value, ""),
                    _ => code.stmt(&format!("let {target} = "), &value, ";"),
                }
            }
            Choice::Given {
                given,
                then,
                otherwise,
            } => {
                let mut inner = context.clone();
                let mut heads = Vec::new();
                for name in given {
                    if let Some(known) = context.get(name).filter(|g| g.optional) {
                        let (head, value) = known.when(&self.types, name);
                        heads.push(head);
                        inner.insert(name.clone(), value);
                    }
                }
                let head = match heads.as_slice() {
                    [] => "if true".to_owned(),
                    [one] => one.clone(),
                    all => {
                        let sides: Vec<(String, String)> = all
                            .iter()
                            .filter_map(|h| h.strip_prefix("if let ")?.split_once(" = "))
                            .map(|(a, b)| (a.to_owned(), b.to_owned()))
                            .collect();
                        let left: Vec<&str> = sides.iter().map(|s| s.0.as_str()).collect();
                        let right: Vec<&str> = sides.iter().map(|s| s.1.as_str()).collect();
                        format!("if let ({}) = ({})", left.join(", "), right.join(", "))
                    }
                };
                let prefix = if target.is_empty() {
                    String::new()
                } else {
                    format!("let {target} = ")
                };
                code.open(format!("{prefix}{head} {{"));
                self.choice(code, "", of, then, &inner);
                code.reopen("} else {");
                self.choice(code, "", of, otherwise, context);
                code.close(if target.is_empty() { "}" } else { "};" });
            }
        }
    }

    /// The function that makes the request of a step.
    pub(super) fn request(
        &mut self,
        pattern: &PatternCode,
        signature: &Signature,
        step: &StepCode,
        number: usize,
    ) -> Request {
        let suffix = if step.call == Call::BatchGetItem {
            "key"
        } else {
            "input"
        };
        let mut name = format!("{}_{suffix}", pattern.name.trim_end_matches('_'));
        if number > 0 {
            name.push_str(&format!("_{}", number + 1));
        }
        let mut context = self.context(signature);
        let mut declared = signature.declared();
        let mut loops = Vec::new();
        for dimension in &step.for_each {
            let (variable, ty, of) = match dimension {
                ForEach::Count { variable, count } => (
                    variable,
                    Type::Integer { wide: false },
                    raw(format!("0..{count}")),
                ),
                ForEach::Values { variable, values } => {
                    let (ty, all) = constants(values);
                    (variable, ty, E::Array("", all))
                }
                ForEach::Rows { .. } => continue,
            };
            let own = local(variable);
            let own = if context.values().any(|g| g.text == own) {
                format!("{own}_")
            } else {
                own
            };
            declared.push(format!("{own}: {}", self.types.borrowed(&ty)));
            let given = Given {
                text: own.clone(),
                ty,
                form: Form::Argument,
                optional: false,
            };
            context.insert(variable.clone(), given);
            loops.push((own, of));
        }
        let row = step.rows_of.map(|_| rows_needed(step));
        if row.is_some() {
            declared.push("row: &Row".to_owned());
        }
        let mut body = Code::new(8);
        self.refuse(&mut body, pattern, signature);
        for name in step.when.iter().flat_map(|w| &w.given) {
            if let Some(given) = context.get(name).filter(|g| g.optional).cloned() {
                let (head, value) = given.when(&self.types, name);
                let head = head.strip_prefix("if ").unwrap_or(&head).to_owned();
                body.open(format!("{head} else {{"));
                let why = call(
                    "refused",
                    vec![raw(quoted(name)), raw("\"it is not given\"")],
                );
                body.stmt("return ", &call("Err", vec![why]), ";");
                body.close("};");
                context.insert(name.clone(), value);
            }
        }
        let option = self.request_body(&mut body, pattern, step, &context, row.is_some());
        let mut text = body.text();
        if text.contains("(now)") || text.contains("&now.") {
            text = format!("        let now = (self.clock)();\n{text}");
        }
        let builder = match step.call {
            Call::GetItem => "GetItemFluentBuilder",
            Call::BatchGetItem => "Row",
            Call::Query => "QueryFluentBuilder",
            Call::Scan => "ScanFluentBuilder",
        };
        let returns = if option {
            format!("Result<Option<{builder}>, Error>")
        } else {
            format!("Result<{builder}, Error>")
        };
        let mut head = Code::new(4);
        let mut doc = format!(
            "The request of [`Self::{}`]: {}",
            pattern.name,
            docs::step(step)
        );
        if step.call == Call::BatchGetItem {
            doc = format!(
                "The key of which [`Self::{}`] gets the item: {}",
                pattern.name,
                docs::step(step)
            );
        }
        if option {
            doc.push_str(" Nothing where nothing can match.");
        }
        head.doc(&doc);
        head.line("///");
        head.line("/// # Errors");
        head.doc("A value that cannot be asked for.");
        let mut parameters = if text.contains("self.") {
            vec!["&self".to_owned()]
        } else {
            Vec::new()
        };
        let used = |declared: &&String| super::support::mentions(&text, declared);
        let all: Vec<String> = declared.iter().filter(used).cloned().collect();
        let passed = all
            .iter()
            .filter(|d| signature.declared().contains(d))
            .filter_map(|d| d.split_once(':').map(|(name, _)| name.to_owned()))
            .collect();
        parameters.extend(all);
        head.head(
            &format!("pub fn {}", super::names::ident(&name)),
            &parameters,
            &returns,
        );
        let mut all = head.text();
        all.push_str(&text);
        all.push_str("    }\n");
        self.methods.push(all);
        let associated = !parameters.first().is_some_and(|p| p == "&self");
        let name = format!("{}{name}", if associated { "Self::" } else { "self." });
        Request {
            name,
            option,
            call: step.call,
            loops,
            row,
            passed,
        }
    }

    /// The body; whether there may be no request.
    fn request_body(
        &mut self,
        code: &mut Code,
        pattern: &PatternCode,
        step: &StepCode,
        context: &Context,
        mut option: bool,
    ) -> bool {
        let mut bound: Vec<(String, E)> = Vec::new();
        let mut keys: Vec<(String, E)> = Vec::new();
        let mut variables = super::names::Taken::default();
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
        let mut links = self.links(step, keys, bound);
        let always: Vec<&Clause> = step.filter.iter().filter(|c| c.given.is_empty()).collect();
        let sometimes: Vec<&Clause> = step.filter.iter().filter(|c| !c.given.is_empty()).collect();
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
        code.stmt("let mut filter: Vec<&str> = ", &start, ";");
        for clause in sometimes {
            let mut inner = context.clone();
            for name in &clause.given {
                if let Some(given) = context.get(name) {
                    let (head, value) = given.when(&self.types, name);
                    code.open(format!("{head} {{"));
                    inner.insert(name.clone(), value);
                }
            }
            let links = self.bindings(&clause.names, &clause.values, &inner, &mut Vec::new());
            for one in links {
                code.stmt("request = request", &one, ";");
            }
            code.stmt(
                "",
                &call("filter.push", vec![raw(quoted(&clause.text))]),
                ";",
            );
            for _ in &clause.given {
                code.close("}");
            }
        }
        let join = "request = request.filter_expression(filter.join(\" AND \"));";
        if texts.is_empty() {
            code.open("if !filter.is_empty() {");
            code.line(join);
            code.close("}");
        } else {
            code.line(join);
        }
        code.stmt("", &wrap(raw("request")), "");
        option
    }

    fn links(&self, step: &StepCode, keys: Vec<(String, E)>, bound: Vec<(String, E)>) -> Vec<E> {
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
            links.push(link("limit", vec![raw(limit.to_string())]));
        }
        links
    }

    /// The names and values of a clause.
    fn bindings(
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
                Operand::Constant { value, stored_as } => super::types::constant(stored_as, value),
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

fn integer(text: &str) -> Given {
    Given {
        text: text.to_owned(),
        ty: Type::Integer { wide: false },
        form: Form::Argument,
        optional: false,
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

/// What a name stands for, of one that rests on no parameter.
pub(super) fn fixed(name: &Name) -> &str {
    match &name.of {
        NameOf::Fixed(name) | NameOf::Parameter(name) => name,
    }
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

fn rows_needed(step: &StepCode) -> Vec<String> {
    let mut names = Vec::new();
    let segments = step
        .keys
        .iter()
        .flat_map(|k| &k.bounds)
        .filter_map(|(_, c)| match c {
            Choice::Plain(segments) => Some(segments),
            Choice::Given { .. } => None,
        });
    for segment in segments.flatten() {
        if let Segment::Row { row, .. } = segment
            && !names.contains(row)
        {
            names.push(row.clone());
        }
    }
    names
}

/// Constants of a loop, and their type.
fn constants(values: &[serde_json::Value]) -> (Type, Vec<E>) {
    let texts = || values.iter().map(|v| raw(v.to_string())).collect();
    match values.first() {
        Some(serde_json::Value::Bool(_)) => (Type::Boolean, texts()),
        Some(serde_json::Value::Number(_)) => (Type::Integer { wide: true }, texts()),
        _ => {
            let quoted = |v: &serde_json::Value| raw(quoted(v.as_str().unwrap_or_default()));
            (Type::Text(Vec::new()), values.iter().map(quoted).collect())
        }
    }
}

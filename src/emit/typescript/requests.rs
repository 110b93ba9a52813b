//! The requests of reading steps in TypeScript: pure functions of what the caller gives.

use super::code::Code;
use super::placeholders::{bound_value, declared, distinct_names, name_all, value_all};
use super::predicates;
use super::source::{OfCall, row_name, row_type, rows_of};
use super::values::{key_text, key_value, literal, member, property, reader};
use crate::emit::client::{
    Call, Clause, KeyBound, Name, NameOf, PatternCode, SortOp, StepCode, Type,
};
use crate::plan::{Choice, ForEach, Segment};
use serde_json::Value as Json;

/// The function that makes a request of a step: its name.
pub(super) fn request_name(pattern: &PatternCode, step: &StepCode, several: bool) -> String {
    if several {
        format!("{}_request_{}", pattern.name, step.place + 1)
    } else {
        format!("{}_request", pattern.name)
    }
}

/// Whether a filter of a step looks at the clock: that of a time to live.
pub(super) fn is_timed(step: &StepCode) -> bool {
    step.filter.iter().any(clocked) || step.reader_filter.iter().any(predicates::asks_the_clock)
}

fn clocked(of: &Clause) -> bool {
    of.values.iter().any(|v| v.placeholder.starts_with(":now"))
}

/// The variables of a step, with their types in TypeScript and their values.
pub(super) fn variables(step: &StepCode) -> Vec<(String, String, String)> {
    let encodings: Vec<(&String, &String)> = bounds(&step.keys)
        .filter_map(|s| match s {
            Segment::Variable { variable, encoding } => Some((variable, encoding)),
            _ => None,
        })
        .collect();
    step.for_each
        .iter()
        .filter_map(|f| match f {
            ForEach::Count { variable, count } => {
                let all: Vec<String> = (0..*count).map(|n| n.to_string()).collect();
                Some((
                    variable.clone(),
                    "number".to_owned(),
                    format!("[{}]", all.join(", ")),
                ))
            }
            ForEach::Values { variable, values } => {
                let encoding = encodings
                    .iter()
                    .find(|(v, _)| *v == variable)
                    .map_or("", |(_, e)| e);
                let ty = OfCall::variable(encoding);
                let name = match ty {
                    Type::Integer { .. } => "number",
                    Type::Boolean => "boolean",
                    _ => "string",
                };
                let all: Vec<String> = values
                    .iter()
                    .map(|v| match (v, name) {
                        (Json::String(text), _) => literal(text),
                        (other, "string") => literal(&other.to_string()),
                        (other, _) => other.to_string(),
                    })
                    .collect();
                Some((
                    variable.clone(),
                    name.to_owned(),
                    format!("[{}]", all.join(", ")),
                ))
            }
            ForEach::Rows { .. } => None,
        })
        .collect()
}

fn bounds(keys: &[KeyBound]) -> impl Iterator<Item = &Segment> {
    keys.iter()
        .flat_map(|k| &k.bounds)
        .flat_map(|(_, b)| segments(b))
}

fn segments(of: &Choice<Vec<Segment>>) -> Vec<&Segment> {
    match of {
        Choice::Plain(all) => all.iter().collect(),
        Choice::Given {
            then, otherwise, ..
        } => segments(then)
            .into_iter()
            .chain(segments(otherwise))
            .collect(),
    }
}

/// Whether a function of these segments needs what the caller gives.
pub(super) fn gives(all: &[KeyBound]) -> bool {
    all.iter()
        .flat_map(|k| &k.bounds)
        .any(|(_, b)| matches!(b, Choice::Given { .. }))
        || bounds(all).any(|s| matches!(s, Segment::Parameter { .. } | Segment::Shard { .. }))
}

/// What is passed to the function that makes a request: names and types.
pub(super) fn arguments(
    pattern: &PatternCode,
    step: &StepCode,
    given: &str,
) -> Vec<(String, String)> {
    let mut made = Vec::new();
    let filters = step.filter.iter().any(|c| {
        !c.given.is_empty()
            || c.values
                .iter()
                .any(|v| matches!(v.value, crate::emit::client::Operand::Parameter { .. }))
            || c.names.iter().any(|n| matches!(n.of, NameOf::Parameter(_)))
    });
    if !pattern.parameters.is_empty()
        && (gives(&step.keys) || filters || step.when.as_ref().is_some_and(|w| !w.given.is_empty()))
    {
        made.push(("given".to_owned(), given.to_owned()));
    }
    if step.filter.iter().any(clocked) {
        made.push(("now".to_owned(), "number | undefined".to_owned()));
    }
    for (name, ty, _) in variables(step) {
        made.push((name, ty));
    }
    if step.rows_of.is_some() {
        made.push(("row".to_owned(), "Item".to_owned()));
    }
    made
}

/// The function that makes one request of a step. Of a `BatchGetItem` it makes a key.
pub(super) fn request(pattern: &PatternCode, step: &StepCode, name: &str, given: &str) -> Code {
    let mut code = Code::default();
    let input = match step.call {
        Call::BatchGetItem => "Item".to_owned(),
        call => format!("{}CommandInput", call.name()),
    };
    let chosen: &[String] = step.when.as_ref().map_or(&[], |w| &w.given);
    let nothing = step.rows_of.is_some()
        || !chosen.is_empty()
        || step.keys.iter().any(|k| k.op == SortOp::Between);
    let returned = if nothing {
        format!("{input} | undefined")
    } else {
        input
    };
    let parameters: Vec<String> = arguments(pattern, step, given)
        .iter()
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect();
    let what = match step.call {
        Call::BatchGetItem => "A key of the items",
        _ => "A request",
    };
    code.doc(&[format!(
        "{what} of `{}`{}.",
        pattern.name,
        if nothing {
            "; nothing where nothing can match"
        } else {
            ""
        }
    )]);
    code.open(format!(
        "export function {name}({}): {returned} {{",
        parameters.join(", ")
    ));
    let source = OfCall {
        pattern,
        step: Some(step),
    };
    if !chosen.is_empty() && !pattern.parameters.is_empty() {
        let tests: Vec<String> = chosen
            .iter()
            .map(|c| format!("given.{c} === undefined"))
            .collect();
        code.open(format!("if ({}) {{", tests.join(" || ")));
        code.line("return undefined;");
        code.close("}");
    }
    taken_of_row(&mut code, step);
    match step.call {
        Call::GetItem | Call::BatchGetItem => by_key(&mut code, step, &source),
        Call::Query | Call::Scan => in_order(&mut code, pattern, step, &source),
    }
    code.close("}");
    code
}

/// The attributes that a request takes of a row; none is made where one is missing.
fn taken_of_row(code: &mut Code, step: &StepCode) {
    for (physical, stored_as) in rows_of(bounds(&step.keys)) {
        let name = row_name(&physical);
        let ty = row_type(&stored_as);
        code.line(format!(
            "const {name} = optional(row, {}, {});",
            literal(&physical),
            reader(&ty)
        ));
        code.open(format!("if ({name} === undefined) {{"));
        code.line("return undefined;");
        code.close("}");
    }
}

fn by_key(code: &mut Code, step: &StepCode, source: &OfCall) {
    let mut values = Vec::new();
    for key in &step.keys {
        let Some((_, Choice::Plain(segments))) = key.bounds.first() else {
            continue;
        };
        if step.rows_of.is_some() && key.ty == "S" {
            limit_of_row(code, key, segments, source);
        }
        values.push(format!(
            "{}: {},",
            property(physical(&key.name)),
            key_value(
                physical(&key.name),
                &key.ty,
                key.partition,
                segments,
                source
            )
        ));
    }
    if step.call == Call::BatchGetItem {
        code.open("return {");
        values.iter().for_each(|v| code.line(v));
        code.close("};");
        return;
    }
    code.open("return {");
    code.line(format!("TableName: {},", literal(&step.table)));
    code.open("Key: {");
    values.iter().for_each(|v| code.line(v));
    code.close("},");
    projected(code, step);
    code.close("};");
}

/// No item can have a key beyond the limits: the target of the row does not exist.
fn limit_of_row(code: &mut Code, key: &KeyBound, segments: &[Segment], source: &OfCall) {
    let most = if key.partition { 2048 } else { 1024 };
    if segments
        .iter()
        .all(|s| matches!(s, Segment::Literal { .. }))
    {
        return;
    }
    code.open(format!(
        "if (!fits({most}, {})) {{",
        key_text(segments, source)
    ));
    code.line("return undefined;");
    code.close("}");
}

/// Projection and consistency of a read by key.
pub(super) fn projected(code: &mut Code, step: &StepCode) {
    if let Some(all) = &step.projection {
        let text: Vec<&str> = all.iter().map(|n| n.placeholder.as_str()).collect();
        code.line(format!(
            "ProjectionExpression: {},",
            literal(&text.join(", "))
        ));
        code.open("ExpressionAttributeNames: {");
        for name in all {
            code.line(format!(
                "{}: {},",
                literal(&name.placeholder),
                literal(physical(name))
            ));
        }
        code.close("},");
    }
    if step.consistent {
        code.line("ConsistentRead: true,");
    }
}

/// The physical name of a placeholder.
pub(super) fn physical(of: &Name) -> &str {
    match &of.of {
        NameOf::Fixed(name) | NameOf::Parameter(name) => name,
    }
}

fn in_order(code: &mut Code, pattern: &PatternCode, step: &StepCode, source: &OfCall) {
    let mut names: Vec<&Name> = step.keys.iter().map(|k| &k.name).collect();
    names.extend(step.projection.iter().flatten().filter(|_| !step.count));
    let fixed = |c: &&Clause| c.given.is_empty() && !clocked(c);
    for clause in step.filter.iter().filter(fixed) {
        names.extend(&clause.names);
    }
    let mut values: Vec<String> = Vec::new();
    for key in &step.keys {
        for (placeholder, bound) in &key.bounds {
            let name = physical(&key.name);
            let value = match bound {
                Choice::Plain(segments) => {
                    if step.rows_of.is_some() && key.ty == "S" {
                        limit_of_row(code, key, segments, source);
                    }
                    key_value(name, &key.ty, key.partition, segments, source)
                }
                Choice::Given { .. } => {
                    let local = format!("bound{}", values.len() + 1);
                    choice(code, &local, bound, source, true);
                    let most = if key.partition { 2048 } else { 1024 };
                    format!("keyText({}, {most}, {local})", literal(name))
                }
            };
            values.push(format!("{}: {value},", literal(placeholder)));
        }
    }
    for clause in step.filter.iter().filter(fixed) {
        values.extend(clause.values.iter().map(|v| bound_value(pattern, v)));
    }
    let dynamic = step.filter.iter().any(|c| !fixed(&c));
    declared(code, "names", "Names", &distinct_names(pattern, &names));
    declared(code, "values", "Values", &values);
    for key in step.keys.iter().filter(|k| k.op == SortOp::Between) {
        if let [(low, _), (high, _)] = key.bounds.as_slice() {
            code.open(format!(
                "if (isAbove(values[{}], values[{}])) {{",
                literal(low),
                literal(high)
            ));
            code.line("return undefined;");
            code.close("}");
        }
    }
    let texts: Vec<String> = step
        .filter
        .iter()
        .filter(fixed)
        .map(|c| c.text.clone())
        .collect();
    if dynamic {
        let all: Vec<String> = texts.iter().map(|t| literal(t)).collect();
        code.line(format!("const filter: string[] = [{}];", all.join(", ")));
        for clause in step.filter.iter().filter(|c| !fixed(c)) {
            when_given(code, pattern, clause, "filter");
        }
    }
    code.open("return {");
    code.line(format!("TableName: {},", literal(&step.table)));
    if let Some(index) = &step.index {
        code.line(format!("IndexName: {},", literal(index)));
    }
    if !step.key_expression.is_empty() {
        code.line(format!(
            "KeyConditionExpression: {},",
            literal(&step.key_expression)
        ));
    }
    if dynamic {
        code.line("...(filter.length > 0 && { FilterExpression: filter.join(\" AND \") }),");
    } else if !texts.is_empty() {
        code.line(format!(
            "FilterExpression: {},",
            literal(&texts.join(" AND "))
        ));
    }
    if step.count {
        code.line("Select: \"COUNT\",");
    } else if let Some(all) = &step.projection {
        let text: Vec<&str> = all.iter().map(|n| n.placeholder.as_str()).collect();
        code.line(format!(
            "ProjectionExpression: {},",
            literal(&text.join(", "))
        ));
    }
    expression_maps(code, names.is_empty(), values.is_empty(), dynamic);
    if step.call == Call::Query && !step.forward {
        code.line("ScanIndexForward: false,");
    }
    if step.consistent {
        code.line("ConsistentRead: true,");
    }
    code.close("};");
}

/// The names and values of a request, unless there are none.
fn expression_maps(code: &mut Code, no_names: bool, no_values: bool, dynamic: bool) {
    for (none, name, of) in [
        (no_names, "ExpressionAttributeNames", "names"),
        (no_values, "ExpressionAttributeValues", "values"),
    ] {
        match (none, dynamic) {
            (true, true) => code.line(format!("...(filter.length > 0 && {{ {name}: {of} }}),")),
            (true, false) => {}
            (false, _) => code.line(format!("{name}: {of},")),
        }
    }
}

/// A clause that is left out unless its parameters are given, or there is a clock.
pub(super) fn when_given(code: &mut Code, pattern: &PatternCode, of: &Clause, list: &str) {
    let mut tests: Vec<String> = of
        .given
        .iter()
        .map(|g| format!("{} !== undefined", member("given", g)))
        .collect();
    if clocked(of) && list == "filter" {
        tests.push("now !== undefined".to_owned());
    }
    code.open(format!("if ({}) {{", tests.join(" && ")));
    name_all(code, pattern, &of.names);
    value_all(code, pattern, &of.values);
    code.line(format!("{list}.push({});", literal(&of.text)));
    code.close("}");
}

/// A bound that rests on what is given.
fn choice(code: &mut Code, local: &str, of: &Choice<Vec<Segment>>, source: &OfCall, first: bool) {
    match of {
        Choice::Plain(segments) => code.line(format!("{local} = {};", key_text(segments, source))),
        Choice::Given {
            given,
            then,
            otherwise,
        } => {
            if first {
                code.line(format!("let {local}: string;"));
            }
            let tests: Vec<String> = given
                .iter()
                .map(|g| format!("{} !== undefined", member("given", g)))
                .collect();
            code.open(format!("if ({}) {{", tests.join(" && ")));
            choice(code, local, then, source, false);
            code.close("} else {");
            code.level_up();
            choice(code, local, otherwise, source, false);
            code.close("}");
        }
    }
}

//! `patterns.json`: what every function asks and answers, for mocks, policies and documents.

use super::names::{method, part};
use crate::emit::Origin;
use crate::emit::client::{
    ActionCode, Body, Call, Client, Does, PatternCode, RowCode, StepCode, Type, Value, Written,
};
use crate::emit::facts::access::{self, Resource};
use crate::plan::Plan;
use serde_json::{Map, Value as Json, json};

/// The manifest of a client.
pub(super) fn of(client: &Client, plan: &Plan, origin: &Origin) -> String {
    let patterns: Vec<Json> = client
        .patterns
        .iter()
        .map(|p| pattern(client, plan, p))
        .collect();
    let left_out: Vec<Json> = client
        .left_out
        .iter()
        .map(|(name, reason)| json!({ "pattern": name, "reason": reason }))
        .collect();
    let entities: Map<String, Json> = client
        .entities
        .iter()
        .map(|e| {
            let fields = e
                .fields
                .iter()
                .map(|f| (f.attribute.clone(), json!(type_name(&f.ty))));
            (e.name.clone(), Json::Object(fields.collect()))
        })
        .collect();
    let [first, second] = origin.lines();
    let all = json!({
        "$comment": [first, second],
        "design": client.design,
        "client": format!("{}Client", part(&client.design)),
        "tables": client.tables,
        "entities": entities,
        "patterns": patterns,
        "left_out": left_out,
    });
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    text
}

fn pattern(client: &Client, plan: &Plan, of: &PatternCode) -> Json {
    let (shape, operations) = match &of.body {
        Body::Read(read) => (
            format!("{:?}", read.shape).to_lowercase(),
            read.steps.iter().map(read_operation).collect::<Vec<_>>(),
        ),
        Body::Write(write) => {
            let mut made: Vec<Json> = write.find.iter().map(read_operation).collect();
            made.extend(
                write
                    .actions
                    .iter()
                    .map(|a| action_operation(client, &write.call, a)),
            );
            ("write".to_owned(), made)
        }
    };
    let (rows, followed, batch) = match &of.body {
        Body::Read(read) => (rows_of(&read.rows), rows_of(&read.followed), read.batch),
        Body::Write(_) => (Json::Null, Json::Null, None),
    };
    let lists: Vec<Json> = of
        .lists
        .iter()
        .map(|l| json!({ "name": l.name, "min": l.min, "max": l.max, "parameters": parameters(&l.parameters) }))
        .collect();
    json!({
        "function": method(of),
        "pattern": of.name,
        "id": of.id,
        "verb": of.verb,
        "answers": shape,
        "parameters": parameters(&of.parameters),
        "lists": lists,
        "batch": batch,
        "rows": rows,
        "followed": followed,
        "requests": of.requests,
        "operations": operations,
        "iam": iam(plan, of),
    })
}

fn parameters(of: &[crate::emit::client::ParameterCode]) -> Vec<Json> {
    of.iter()
        .map(|p| {
            json!({
                "name": p.name, "role": p.role, "type": type_name(&p.ty), "optional": p.optional,
                "values": p.values,
            })
        })
        .collect()
}

fn rows_of(of: &[RowCode]) -> Json {
    of.iter()
        .map(|r| {
            let fields: Vec<&str> = r.fields.iter().map(|f| f.attribute.as_str()).collect();
            json!({ "entity": r.entity, "single": r.single, "attributes": fields })
        })
        .collect()
}

/// A type in one word.
fn type_name(of: &Type) -> &'static str {
    match of {
        Type::Text(_) | Type::Enumeration(_) => "text",
        Type::Date => "date",
        Type::Month => "month",
        Type::Timestamp => "timestamp",
        Type::Epoch => "epoch",
        Type::Integer { wide: false } => "integer",
        Type::Integer { wide: true } => "wide",
        Type::Decimal => "decimal",
        Type::Boolean => "boolean",
        Type::Bytes => "bytes",
        Type::List => "list",
        Type::Map => "map",
        Type::TextSet => "text_set",
        Type::NumberSet => "number_set",
    }
}

fn read_operation(step: &StepCode) -> Json {
    let filter: Vec<&str> = step.filter.iter().map(|c| c.text.as_str()).collect();
    let mut names: Map<String, Json> = Map::new();
    let placed = step.keys.iter().map(|k| &k.name);
    let placed = placed.filter(|_| step.call == Call::Query);
    let filtered = step.filter.iter().flat_map(|c| &c.names);
    for name in placed
        .chain(filtered)
        .chain(step.projection.iter().flatten())
    {
        names.insert(
            name.placeholder.clone(),
            json!(super::requests::physical(name)),
        );
    }
    json!({
        "call": step.call.name(),
        "table": step.table,
        "index": step.index,
        "key_condition": (!step.key_expression.is_empty()).then_some(&step.key_expression),
        "filter": (!filter.is_empty()).then(|| filter.join(" AND ")),
        "projection": super::reads::projection(step),
        "names": names,
        "forward": step.forward,
        "limit": step.limit,
        "consistent": step.consistent,
        "count": step.count,
    })
}

fn action_operation(client: &Client, call: &str, action: &ActionCode) -> Json {
    let kind = client
        .entity(&action.entity)
        .and_then(|e| e.kind(&action.kind));
    let condition: Vec<&str> = action
        .checks
        .iter()
        .map(|c| c.clause.text.as_str())
        .collect();
    let changes: Vec<String> = action.changes.iter().map(change).collect();
    let indexes: Vec<&str> = action.keys.iter().map(|k| k.index.as_str()).collect();
    let mut names: Map<String, Json> = Map::new();
    let checked = action.checks.iter().flat_map(|c| &c.clause.names);
    for name in checked.chain(action.changes.iter().flat_map(|c| &c.names)) {
        names.insert(
            name.placeholder.clone(),
            json!(super::requests::physical(name)),
        );
    }
    json!({
        "call": call,
        "action": does(action),
        "step": action.step,
        "entity": action.entity,
        "item": action.kind,
        "table": kind.map(|k| &k.table),
        "reads_first": !action.current.is_empty(),
        "condition": (!condition.is_empty()).then(|| condition.join(" AND ")),
        "changes": changes,
        "keys_of": indexes,
        "names": names,
    })
}

fn change(of: &Value) -> String {
    let (place, value) = (&of.place, &of.placeholder);
    match of.written {
        Written::Set | Written::Derive => format!("SET {place} = {value}"),
        Written::Add if of.zero.is_none() => format!("ADD {place} {value}"),
        Written::Add => format!("SET {place} = {place} + {value}"),
        Written::Remove => format!("REMOVE {place}"),
        Written::Take => format!("DELETE {place} {value}"),
    }
}

fn does(action: &ActionCode) -> &'static str {
    match action.does {
        Does::Put => "Put",
        Does::Update => "Update",
        Does::Delete => "Delete",
        Does::Check => "ConditionCheck",
    }
}

/// What a policy has to allow for a pattern.
fn iam(plan: &Plan, of: &PatternCode) -> Vec<Json> {
    let mut made: Vec<(String, String)> = Vec::new();
    let pattern = plan.patterns.iter().find(|p| p.name == of.name);
    for (pattern, table) in pattern
        .iter()
        .flat_map(|p| plan.tables.iter().map(move |t| (p, t)))
    {
        for (resource, actions) in access::of_pattern(pattern, &table.name) {
            let on = match resource {
                Resource::Table => format!("table/{}", table.name),
                Resource::Index(index) => format!("table/{}/index/{index}", table.name),
            };
            made.extend(
                actions
                    .into_iter()
                    .map(|a| (format!("dynamodb:{a}"), on.clone())),
            );
        }
    }
    made.sort();
    made.into_iter()
        .map(|(action, resource)| json!({ "action": action, "resource": resource }))
        .collect()
}

/// What a pattern does, in a line for people.
pub(super) fn told(of: &PatternCode) -> String {
    let mut made: Vec<String> = Vec::new();
    let read = |s: &StepCode| {
        let place = s.index.as_ref().unwrap_or(&s.table);
        let keys = if s.key_expression.is_empty() {
            String::new()
        } else {
            format!(", `{}`", s.key_expression)
        };
        let consistent = if s.consistent {
            ", strongly consistent"
        } else {
            ""
        };
        format!("{} of `{place}`{keys}{consistent}", s.call.name())
    };
    match &of.body {
        Body::Read(body) => made.extend(body.steps.iter().map(read)),
        Body::Write(write) => {
            made.extend(write.find.iter().map(read));
            let actions: Vec<String> = write
                .actions
                .iter()
                .map(|a| format!("{} `{}`", does(a), a.kind))
                .collect();
            made.push(format!("{}: {}", write.call, actions.join(", ")));
        }
    }
    let cost = &of.cost;
    let units = [
        (cost.read_units, "read units"),
        (cost.write_units, "write units"),
    ];
    let units: Vec<String> = units
        .iter()
        .filter(|(n, _)| *n > 0.0)
        .map(|(n, what)| format!("{n:.1} {what}"))
        .collect();
    format!(
        "{}; {} on average.",
        made.join("; then "),
        if units.is_empty() {
            "nothing".to_owned()
        } else {
            units.join(" and ")
        }
    )
}

//! The requests of a reading step, and one round of each with the service.

use super::super::encode::Encoding;
use super::super::plan::{
    Choice, ForEach, KeyPart, KeySchema, ReadCall, ReadStep, Segment, SortCondition, SortOp, Source,
};
use super::super::value::{Decimal, Physical, Value};
use super::choices::{chosen, chosen_segments};
use super::conditions::{self, Expression, Operands};
use super::keys::{BEYOND_LIMITS, Rendered, render, sharded, within_limits};
use super::stored::{constant, order, value_of};
use super::{Call, CallError, Executor, Outcome};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// One request of a step: conditions on its key attributes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) conditions: Vec<(String, SortOp, Vec<Json>)>,
    /// A lower bound lies above the upper one: nothing matches and nothing is asked.
    pub(super) empty: bool,
}

impl Request {
    /// The key that only `equals` make.
    pub(super) fn key(&self) -> Physical {
        self.conditions
            .iter()
            .filter_map(|(name, _, values)| Some((name.clone(), values.first()?.clone())))
            .collect()
    }
}

#[derive(Clone, Default)]
struct Combination<'a> {
    variables: BTreeMap<&'a str, Json>,
    row: Option<&'a Physical>,
}

/// The requests of a step in order; `rows` are those of earlier steps by their places.
pub(super) fn requests(
    executor: &Executor,
    call: &Call,
    step: &ReadStep,
    rows: &BTreeMap<usize, Vec<Physical>>,
) -> Outcome<Vec<Request>> {
    let schema = executor
        .plan
        .table(&step.table)?
        .schema(step.index.as_deref())?;
    let mut out: Vec<Request> = Vec::new();
    for combination in combinations(&step.for_each, rows) {
        let keys = match key_conditions(call, schema, &step.partition, &step.sort, &combination) {
            // No item can have a key beyond the limits: the target of the row does not exist.
            Err(CallError::Refused(text))
                if combination.row.is_some() && text.contains(BEYOND_LIMITS) =>
            {
                None
            }
            keys => keys?,
        };
        // Rows that lack the attribute are skipped, equal keys are asked once.
        if let Some(request) = keys
            && (combination.row.is_none() || !out.contains(&request))
        {
            out.push(request);
        }
    }
    Ok(out)
}

fn combinations<'a>(
    dimensions: &'a [ForEach],
    rows: &'a BTreeMap<usize, Vec<Physical>>,
) -> Vec<Combination<'a>> {
    let mut out = vec![Combination::default()];
    for dimension in dimensions {
        let mut longer = Vec::new();
        for combination in &out {
            let with = |name: &'a str, value: Json| {
                let mut next = combination.clone();
                next.variables.insert(name, value);
                next
            };
            match dimension {
                ForEach::Count { variable, count } => {
                    longer.extend((0..*count).map(|n| with(variable, json!(n))));
                }
                ForEach::Values { variable, values } => {
                    longer.extend(values.iter().map(|v| with(variable, v.clone())));
                }
                ForEach::RowsOf(step) => {
                    let of_step = rows.get(step).into_iter().flatten();
                    longer.extend(of_step.map(|row| Combination {
                        row: Some(row),
                        ..combination.clone()
                    }));
                }
            }
        }
        out = longer;
    }
    out
}

/// The key conditions of one combination; nothing when its row lacks an attribute.
fn key_conditions(
    call: &Call,
    schema: &KeySchema,
    partition: &[Choice<KeyPart>],
    sort: &[Choice<SortCondition>],
    combination: &Combination,
) -> Outcome<Option<Request>> {
    let given = |name: &str| call.given(name);
    let mut request = Request {
        conditions: Vec::new(),
        empty: false,
    };
    for (attribute, part) in schema.partition.iter().zip(partition) {
        let part = chosen(part, &given).ok_or_else(|| fault("a partition key that is left out"))?;
        let bounds = [chosen_segments(&part.segments, &given)?];
        let Some(values) = operands(call, combination, &attribute.kind, &bounds)? else {
            return Ok(None);
        };
        within_limits(&attribute.name, &values[0], true, &call.pattern.name)?;
        request
            .conditions
            .push((attribute.name.clone(), SortOp::Equals, values));
    }
    let mut open = false;
    for (attribute, condition) in schema.sort.iter().zip(sort) {
        let Some(condition) = chosen(condition, &given) else {
            open = true;
            continue;
        };
        if open {
            return Err(fault("a condition after one that is left out"));
        }
        open = condition.op != SortOp::Equals;
        let bounds = condition
            .bounds
            .iter()
            .map(|b| chosen_segments(b, &given))
            .collect::<Outcome<Vec<_>>>()?;
        let Some(values) = operands(call, combination, &attribute.kind, &bounds)? else {
            return Ok(None);
        };
        for value in &values {
            within_limits(&attribute.name, value, false, &call.pattern.name)?;
        }
        request.empty |= condition.op == SortOp::Between
            && order(&values[0], &values[1]) == Some(Ordering::Greater);
        request
            .conditions
            .push((attribute.name.clone(), condition.op, values));
    }
    Ok(Some(request))
}

fn fault(text: &str) -> CallError {
    CallError::Fault(text.to_owned())
}

/// The rendered bounds of one key attribute; nothing when the row lacks an attribute.
fn operands(
    call: &Call,
    combination: &Combination,
    kind: &str,
    bounds: &[&Vec<Segment>],
) -> Outcome<Option<Vec<Json>>> {
    let parameter = |name: &str| -> Outcome<Option<Value>> {
        let missing = || {
            CallError::Fault(format!(
                "a request needs the parameter `{name}`, which is not given"
            ))
        };
        call.values.get(name).cloned().map(Some).ok_or_else(missing)
    };
    let lookup = |source: &Source, encoding: Encoding| match source {
        Source::Parameter(name) => parameter(name),
        Source::Shard { of, count } => sharded(of, *count, &parameter),
        Source::Variable(name) => match combination.variables.get(name.as_str()) {
            Some(json) => Ok(Some(variable(encoding, json)?)),
            None => Err(CallError::Fault(format!(
                "no `for_each` gives the variable `{name}`"
            ))),
        },
        Source::Row { name, stored_as } => {
            let row = combination
                .row
                .ok_or_else(|| fault("a `row` without `rows_of`"))?;
            row.get(name)
                .map(|json| value_of(*stored_as, json))
                .transpose()
                .map_err(CallError::Fault)
        }
        Source::Attribute(name) => Err(CallError::Fault(format!(
            "the attribute `{name}` in a request"
        ))),
    };
    let mut values = Vec::new();
    for segments in bounds {
        match render(segments, kind, &lookup)? {
            Rendered::Key(json) => values.push(json),
            Rendered::Missing(_) => return Ok(None),
        }
    }
    Ok(Some(values))
}

/// A constant of `for_each` as the value that its encoding takes.
fn variable(encoding: Encoding, json: &Json) -> Outcome<Value> {
    use super::super::plan::As;
    let value = match encoding {
        Encoding::Integer { .. } => constant(As::Number, "integer", json)?,
        Encoding::Decimal { .. } | Encoding::Number => constant(As::Number, "decimal", json)?,
        Encoding::Timestamp { .. } => constant(As::Timestamp, "", json)?,
        Encoding::Boolean => constant(As::Boolean, "", json)?,
        _ => match json {
            Json::Number(n) => Decimal::parse(&n.to_string())
                .map(Value::Dec)
                .ok_or_else(|| fault("a number"))?,
            Json::Bool(b) => Value::Bool(*b),
            other => constant(As::Text, "", other)?,
        },
    };
    Ok(value)
}

/// The key conditions of an action's `key` as a key; `row` is that of find, then write.
pub(super) fn action_key(
    call: &Call,
    schema: &KeySchema,
    partition: &[Choice<KeyPart>],
    sort: &[Choice<SortCondition>],
    row: Option<&Physical>,
) -> Outcome<Physical> {
    let combination = Combination {
        row,
        ..Combination::default()
    };
    let request = key_conditions(call, schema, partition, sort, &combination)?;
    request
        .map(|r| r.key())
        .ok_or_else(|| fault("a row lacks what its key needs"))
}

/// One answer of a Query or Scan.
pub(super) struct Answer {
    pub(super) rows: Vec<Physical>,
    pub(super) count: usize,
    pub(super) next: Option<Physical>,
}

/// Sends a Query or Scan once.
pub(super) fn query(
    executor: &Executor,
    call: &Call,
    step: &ReadStep,
    request: &Request,
    start: Option<&Physical>,
    limit: Option<usize>,
) -> Outcome<Answer> {
    let mut expression = Expression::default();
    let mut json = json!({ "TableName": step.table });
    if let Some(index) = &step.index {
        json["IndexName"] = json!(index);
    }
    if step.call == ReadCall::Query {
        json["KeyConditionExpression"] = json!(key_expression(request, &mut expression));
        json["ScanIndexForward"] = json!(step.forward);
    }
    let operands = Operands {
        values: call.values,
        now: executor.now,
    };
    if let Some(filter) = expression.all(&step.filter, &operands)? {
        json["FilterExpression"] = json!(filter);
    }
    if step.count {
        json["Select"] = json!("COUNT");
    } else if let Some(names) = &step.projection {
        let names: Vec<String> = names.iter().map(|n| expression.name(n)).collect();
        json["ProjectionExpression"] = json!(names.join(", "));
    }
    if step.consistent {
        json["ConsistentRead"] = json!(true);
    }
    if let Some(limit) = limit {
        json["Limit"] = json!(limit);
    }
    if let Some(start) = start {
        json["ExclusiveStartKey"] = json!(start);
    }
    expression.finish(&mut json);
    let operation = if step.call == ReadCall::Query {
        "Query"
    } else {
        "Scan"
    };
    let mut response = executor
        .client
        .call(operation, json)
        .map_err(|e| CallError::Fault(format!("{operation}: {e:?}")))?;
    Ok(Answer {
        rows: objects(taken(&mut response, &["Items"])),
        count: response["Count"]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0),
        next: response
            .get("LastEvaluatedKey")
            .and_then(Json::as_object)
            .cloned(),
    })
}

fn key_expression(request: &Request, expression: &mut Expression) -> String {
    let mut parts = Vec::new();
    for (name, op, values) in &request.conditions {
        let place = expression.name(name);
        let values: Vec<String> = values.iter().map(|v| expression.value(v.clone())).collect();
        parts.push(match op {
            SortOp::Equals => format!("{place} = {}", values[0]),
            SortOp::BeginsWith => format!("begins_with({place}, {})", values[0]),
            SortOp::Less => format!("{place} < {}", values[0]),
            SortOp::LessOrEqual => format!("{place} <= {}", values[0]),
            SortOp::Greater => format!("{place} > {}", values[0]),
            SortOp::GreaterOrEqual => format!("{place} >= {}", values[0]),
            SortOp::Between => format!("{place} BETWEEN {} AND {}", values[0], values[1]),
        });
    }
    parts.join(" AND ")
}

/// Gets items by their keys with `GetItem` or `BatchGetItem`, in the order of the keys, filtered by the reader.
pub(super) fn get(
    executor: &Executor,
    call: &Call,
    step: &ReadStep,
    keys: &[Physical],
) -> Outcome<Vec<Physical>> {
    let found = if step.call == ReadCall::GetItem {
        keys.iter()
            .map(|key| get_one(executor, step, key))
            .collect::<Outcome<Vec<_>>>()?
    } else {
        get_batch(executor, step, keys)?
    };
    let operands = Operands {
        values: call.values,
        now: executor.now,
    };
    let mut kept = Vec::new();
    for row in found.into_iter().flatten() {
        let of_row = |name: &str| Ok(row.get(name).cloned());
        let mut keep = true;
        for condition in &step.filter {
            keep &= conditions::holds(condition, &of_row, &|_| None, &operands)? != Some(false);
        }
        if keep {
            kept.push(row);
        }
    }
    Ok(kept)
}

fn with_projection(step: &ReadStep, json: &mut Json, extra: &[String]) {
    let mut expression = Expression::default();
    if let Some(names) = &step.projection {
        let missing = extra.iter().filter(|n| !names.contains(n));
        let names: Vec<String> = names
            .iter()
            .chain(missing)
            .map(|n| expression.name(n))
            .collect();
        json["ProjectionExpression"] = json!(names.join(", "));
    }
    if step.consistent {
        json["ConsistentRead"] = json!(true);
    }
    expression.finish(json);
}

fn get_one(executor: &Executor, step: &ReadStep, key: &Physical) -> Outcome<Option<Physical>> {
    let mut json = json!({ "TableName": step.table, "Key": key });
    with_projection(step, &mut json, &[]);
    let mut response = executor
        .client
        .call("GetItem", json)
        .map_err(|e| CallError::Fault(format!("GetItem: {e:?}")))?;
    Ok(object(taken(&mut response, &["Item"])))
}

/// In chunks of 100, what is left unprocessed again. The keys come along to give the items their places.
fn get_batch(
    executor: &Executor,
    step: &ReadStep,
    keys: &[Physical],
) -> Outcome<Vec<Option<Physical>>> {
    let schema = &executor.plan.table(&step.table)?.key;
    let names: Vec<String> = schema.attributes().map(|a| a.name.clone()).collect();
    let key_of = |item: &Physical| -> Physical {
        names
            .iter()
            .filter_map(|n| Some((n.clone(), item.get(n)?.clone())))
            .collect()
    };
    let mut found = Vec::new();
    for chunk in keys.chunks(100) {
        let mut left = chunk.to_vec();
        while !left.is_empty() {
            let mut part = json!({ "Keys": left });
            with_projection(step, &mut part, &names);
            let json = json!({ "RequestItems": { &step.table: part } });
            let response = executor.client.call("BatchGetItem", json);
            let mut response =
                response.map_err(|e| CallError::Fault(format!("BatchGetItem: {e:?}")))?;
            found.extend(objects(taken(&mut response, &["Responses", &step.table])));
            left = objects(taken(
                &mut response,
                &["UnprocessedKeys", &step.table, "Keys"],
            ));
        }
    }
    let item = |key: &Physical| found.iter().find(|item| key_of(item) == *key).cloned();
    Ok(keys
        .iter()
        .map(|key| item(key).map(|row| without(row, &names, step)))
        .collect())
}

/// Without the key attributes that the step did not ask for.
fn without(mut row: Physical, names: &[String], step: &ReadStep) -> Physical {
    for name in names {
        if step.projection.as_ref().is_some_and(|p| !p.contains(name)) {
            row.remove(name);
        }
    }
    row
}

/// A part of an answer, which is not needed again; `null` where it has none.
fn taken(answer: &mut Json, path: &[&str]) -> Json {
    let part = path
        .iter()
        .try_fold(answer, |part, name| part.get_mut(name));
    part.map_or(Json::Null, Json::take)
}

/// The objects of a list.
fn objects(json: Json) -> Vec<Physical> {
    match json {
        Json::Array(all) => all.into_iter().filter_map(object).collect(),
        _ => Vec::new(),
    }
}

fn object(json: Json) -> Option<Physical> {
    match json {
        Json::Object(fields) => Some(fields),
        _ => None,
    }
}

//! Writing steps: prepare every action of a call, send one atomic request, and say what failed.

use super::super::client::EngineError;
use super::super::plan::{Action, ForEach, Pattern, ReadStep, Step, Verb, WriteCall, WriteStep};
use super::super::value::{Args, Attrs, Failure, Physical};
use super::pages::all_rows;
use super::prepare::{Prepared, prepare};
use super::rows::attributes;
use super::{Call, CallError, Executor, Outcome, Written};
use serde_json::{Value as Json, json};

/// How often a call starts again when values changed between its read and its write.
const ATTEMPTS: usize = 5;

/// One action in one repetition.
pub(super) struct Turn<'a> {
    pub(super) place: usize,
    pub(super) action: &'a Action,
    pub(super) repetition: usize,
    pub(super) values: Attrs,
}

pub(super) fn run(executor: &Executor, pattern: &Pattern, args: &Args) -> Outcome<Written> {
    let call = Call {
        pattern,
        values: &args.values,
    };
    let mut reading = Vec::new();
    for (place, step) in pattern.steps.iter().enumerate() {
        match step {
            Step::Read(step) if call.runs(&step.when) => reading.push((place, &**step)),
            Step::Write(step) if call.runs(&step.when) => {
                return run_step(executor, pattern, args, step, &reading);
            }
            _ => {}
        }
    }
    Err(CallError::Fault(
        "no writing step runs for this call".to_owned(),
    ))
}

fn run_step(
    executor: &Executor,
    pattern: &Pattern,
    args: &Args,
    step: &WriteStep,
    reading: &[(usize, &ReadStep)],
) -> Outcome<Written> {
    match step.for_each.as_slice() {
        [] => attempt(executor, pattern, args, step, None),
        [ForEach::RowsOf(of)] => {
            let call = Call {
                pattern,
                values: &args.values,
            };
            let found = reading.iter().find(|(place, _)| place == of);
            let (_, read) =
                found.ok_or_else(|| CallError::Fault(format!("no rows of step {of}")))?;
            let mut number = 0;
            for (row, _) in all_rows(executor, &call, read)? {
                match attempt(executor, pattern, args, step, Some(&row)) {
                    Ok(_) => number += 1,
                    Err(CallError::Failed { .. }) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(Written {
                returned: Vec::new(),
                number: Some(number),
            })
        }
        _ => Err(CallError::Fault(
            "a writing step for each of something else than rows".to_owned(),
        )),
    }
}

/// The write, all over again while what it read has changed meanwhile.
fn attempt(
    executor: &Executor,
    pattern: &Pattern,
    args: &Args,
    step: &WriteStep,
    row: Option<&Physical>,
) -> Outcome<Written> {
    for _ in 0..ATTEMPTS {
        let prepared = prepare(executor, pattern, turns(step, args), row)?;
        match send(executor, step, &prepared)? {
            Sent::Done(response) => return answer(&prepared, response.as_ref()),
            Sent::Again => {}
        }
    }
    Err(CallError::Fault(format!(
        "{ATTEMPTS} times the values had changed meanwhile"
    )))
}

/// The actions of a call, those with `times` once for each set of their list.
fn turns<'a>(step: &'a WriteStep, args: &Args) -> Vec<Turn<'a>> {
    let mut out = Vec::new();
    for (place, action) in step.actions.iter().enumerate() {
        let main = action
            .of
            .and_then(|of| step.actions.get(of))
            .unwrap_or(action);
        let Some(list) = &main.times else {
            out.push(Turn {
                place,
                action,
                repetition: 0,
                values: args.values.clone(),
            });
            continue;
        };
        for (repetition, set) in args.lists.get(list).into_iter().flatten().enumerate() {
            let mut values = args.values.clone();
            values.extend(set.clone());
            out.push(Turn {
                place,
                action,
                repetition,
                values,
            });
        }
    }
    out
}

enum Sent {
    Done(Option<Json>),
    Again,
}

fn send(executor: &Executor, step: &WriteStep, prepared: &[Prepared]) -> Outcome<Sent> {
    two_on_one_item(prepared)?;
    let asked: Vec<&Prepared> = prepared.iter().filter(|p| p.request.is_some()).collect();
    if asked.is_empty() {
        return Ok(Sent::Done(None));
    }
    if asked.len() > 100 {
        return Err(CallError::Refused(format!(
            "{} actions in one transaction",
            asked.len()
        )));
    }
    let (operation, request) = match step.call {
        WriteCall::Put => ("PutItem", single(asked[0])),
        WriteCall::Update => ("UpdateItem", single(asked[0])),
        WriteCall::Delete => ("DeleteItem", single(asked[0])),
        WriteCall::Transact => ("TransactWriteItems", transaction(&asked)),
    };
    match executor.client.call(operation, request) {
        Ok(response) => Ok(Sent::Done(Some(response))),
        Err(EngineError::Condition(old)) => failed(executor, &[(asked[0], old)]),
        Err(EngineError::Cancelled(reasons)) => {
            let failures: Vec<_> = reasons
                .into_iter()
                .filter_map(|(place, old)| Some((*asked.get(place)?, old)))
                .collect();
            failed(executor, &failures)
        }
        Err(EngineError::Other(text)) => Err(CallError::Fault(format!("{operation}: {text}"))),
    }
}

/// Two actions on one physical item are refused, whether or not each needs a write.
fn two_on_one_item(asked: &[Prepared]) -> Outcome<()> {
    for (place, one) in asked.iter().enumerate() {
        if asked[..place]
            .iter()
            .any(|other| other.table == one.table && other.key == one.key)
        {
            return Err(CallError::Refused(format!(
                "two actions on one item: {:?}",
                one.key
            )));
        }
    }
    Ok(())
}

fn single(prepared: &Prepared) -> Json {
    let mut request = prepared.request.clone().unwrap_or_default();
    if prepared.turn.action.verb == Verb::Update && !prepared.turn.action.returns.is_empty() {
        request["ReturnValues"] = json!("ALL_NEW");
    }
    request
}

fn transaction(asked: &[&Prepared]) -> Json {
    let item = |prepared: &&Prepared| {
        let request = prepared.request.clone().unwrap_or_default();
        let name = match prepared.turn.action.verb {
            Verb::Put => "Put",
            // The service takes no update that changes nothing: only its condition is left.
            Verb::Update if request.get("UpdateExpression").is_none() => "ConditionCheck",
            Verb::Update => "Update",
            Verb::Delete => "Delete",
            Verb::Check => "ConditionCheck",
        };
        json!({ name: request })
    };
    json!({ "TransactItems": asked.iter().map(item).collect::<Vec<_>>() })
}

/// What a refused write means: all over again, or the first condition that does not hold.
fn failed(executor: &Executor, failures: &[(&Prepared, Option<Physical>)]) -> Outcome<Sent> {
    for (prepared, old) in failures {
        if prepared.changed_meanwhile(executor, old.as_ref())? {
            return Ok(Sent::Again);
        }
    }
    let Some((prepared, old)) = failures.first() else {
        return Err(CallError::Fault(
            "a transaction that failed without a reason".to_owned(),
        ));
    };
    match prepared.first_failure(executor, old.as_ref())? {
        Some(failure) => Err(prepared.failure(failure)),
        None => Err(CallError::Fault(format!(
            "the service refuses action {}, though each of its conditions holds of {old:?}",
            prepared.turn.place
        ))),
    }
}

/// The `return` attributes: from the engine where it can, otherwise from what is known after the write.
fn answer(prepared: &[Prepared], response: Option<&Json>) -> Outcome<Written> {
    let mut returned = Vec::new();
    for one in prepared
        .iter()
        .filter(|p| !p.turn.action.returns.is_empty())
    {
        let engine = response
            .and_then(|r| r.get("Attributes"))
            .and_then(Json::as_object);
        let mut out = Attrs::new();
        let stored = engine
            .map(|item| attributes(one.entity, item))
            .transpose()?;
        for name in &one.turn.action.returns {
            let value = match &stored {
                Some(attributes) => attributes.get(name).cloned(),
                None => one.after.get(name)?,
            };
            out.extend(value.map(|v| (name.clone(), v)));
        }
        returned.push((one.entity.name.clone(), out));
    }
    Ok(Written {
        returned,
        number: None,
    })
}

impl Prepared<'_> {
    pub(super) fn failure(&self, failure: Failure) -> CallError {
        CallError::Failed {
            failure,
            action: self.turn.place,
            entity: self.entity.name.clone(),
        }
    }
}

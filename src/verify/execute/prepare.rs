//! Prepares the actions of a writing step: what each knows of its instance, its key, its request and its conditions.

use super::super::plan::{As, Condition, Entity, Kind, Op, Operand, Pattern, Table, Test, Verb};
use super::super::value::{Attrs, Failure, Physical};
use super::change::{Change, changes};
use super::conditions::{Expression, Operands, holds};
use super::instance::{Instance, given_value, put_instance};
use super::requests::action_key;
use super::rows::attributes;
use super::stored::{same, to_stored};
use super::update::{Update, maps_on_the_way};
use super::write::Turn;
use super::{Call, CallError, Executor, Outcome, keys, physical};
use serde_json::{Value as Json, json};

/// One action, ready to be sent.
pub(super) struct Prepared<'a> {
    pub(super) turn: Turn<'a>,
    pub(super) entity: &'a Entity,
    pub(super) table: &'a str,
    pub(super) key: Physical,
    pub(super) before: Instance,
    pub(super) after: Instance,
    /// Nothing where the action needs no write.
    pub(super) request: Option<Json>,
    extra: Vec<Extra>,
}

/// A condition that the plan document adds to those of the plan.
enum Extra {
    /// What was read: an attribute is still so, or still missing.
    Still { name: String, value: Option<Json> },
    /// What was read: the item is still missing or over its time.
    StillGone(Condition),
    /// A map on the way of a path.
    Map { name: String, path: Vec<String> },
}

pub(super) fn prepare<'a>(
    executor: &'a Executor,
    pattern: &Pattern,
    turns: Vec<Turn<'a>>,
    row: Option<&Physical>,
) -> Outcome<Vec<Prepared<'a>>> {
    let (mains, guards): (Vec<Turn>, Vec<Turn>) =
        turns.into_iter().partition(|t| t.action.of.is_none());
    let mut out: Vec<Prepared> = Vec::new();
    for turn in mains {
        out.push(main(executor, pattern, turn, row)?);
    }
    let mut instances: Vec<(usize, Prepared)> = Vec::new();
    for turn in guards {
        let of = |p: &Prepared| {
            Some(p.turn.place) == turn.action.of && p.turn.repetition == turn.repetition
        };
        let place = out
            .iter()
            .position(of)
            .ok_or_else(|| CallError::Fault("`of` names no action".to_owned()))?;
        if out[place].request.is_some()
            && let Some(prepared) = guard(executor, turn, &out[place])?
        {
            instances.push((place, prepared));
        }
    }
    out.extend(without_same_keys(instances));
    out.sort_by_key(|p| (p.turn.place, p.turn.repetition));
    Ok(out)
}

/// Where a put and a delete of guards of one action name the same key, both are left out.
fn without_same_keys(guards: Vec<(usize, Prepared)>) -> Vec<Prepared> {
    let twin = |place: usize, one: &Prepared| {
        let other = |(of, p): &&(usize, Prepared)| {
            *of == place
                && p.turn.action.verb != one.turn.action.verb
                && p.table == one.table
                && p.key == one.key
        };
        guards.iter().any(|g| other(&g))
    };
    let left: Vec<bool> = guards
        .iter()
        .map(|(place, one)| twin(*place, one))
        .collect();
    guards
        .into_iter()
        .zip(left)
        .filter(|(_, left)| !left)
        .map(|((_, p), _)| p)
        .collect()
}

fn guard<'a>(
    executor: &'a Executor,
    turn: Turn<'a>,
    main: &Prepared<'a>,
) -> Outcome<Option<Prepared<'a>>> {
    let entity = main.entity;
    let kind = entity.kind(&turn.action.kind)?;
    let (instance, item) = match turn.action.verb {
        Verb::Put => (
            &main.after,
            physical::item(
                &executor.plan.tables,
                executor.now,
                entity,
                kind,
                &main.after,
            )?,
        ),
        Verb::Delete => (&main.before, None),
        _ => return Err(CallError::Fault("a guard is put or deleted".to_owned())),
    };
    let Some(key) = physical::key(&executor.plan.tables, executor.now, entity, kind, instance)?
    else {
        return Ok(None);
    };
    let mut prepared = Prepared {
        turn,
        entity,
        table: &kind.table,
        key,
        before: main.before.clone(),
        after: main.after.clone(),
        request: None,
        extra: Vec::new(),
    };
    let mut request = json!({ "TableName": kind.table });
    match item {
        Some(item) => request["Item"] = json!(item),
        None => request["Key"] = json!(prepared.key),
    }
    let mut expression = Expression::default();
    prepared.finish(executor, request, &mut expression)?;
    Ok(Some(prepared))
}

fn main<'a>(
    executor: &'a Executor,
    pattern: &Pattern,
    turn: Turn<'a>,
    row: Option<&Physical>,
) -> Outcome<Prepared<'a>> {
    let action = turn.action;
    let entity = executor.plan.entity(&action.entity)?;
    let kind = entity.kind(&action.kind)?;
    let table = executor.plan.table(&kind.table)?;
    let mut before = Instance::unknown();
    let mut after = Instance::missing();
    let key = if action.verb == Verb::Put {
        after = put_instance(entity, &action.values, &turn.values, row)?;
        let get = |name: &str| after.get(name);
        let missing =
            |name| CallError::Fault(format!("`{}` has no key: `{name}` is missing", entity.name));
        keys::table_key(table, kind, &get)?.map_err(missing)?
    } else {
        for given in &action.values {
            before.learn(
                &given.attribute,
                given_value(entity.stored(&given.attribute)?, given, &turn.values, row)?,
            );
        }
        let of = action
            .key
            .as_ref()
            .ok_or_else(|| CallError::Fault("an action without `key`".to_owned()))?;
        let call = Call {
            pattern,
            values: &turn.values,
        };
        action_key(&call, &table.key, &of.partition, &of.sort, row)?
    };
    let mut prepared = Prepared {
        turn,
        entity,
        table: &kind.table,
        key,
        before,
        after,
        request: None,
        extra: Vec::new(),
    };
    let there = prepared.read_current(executor, kind)?;
    if action.upsert {
        prepared.before.others_are_missing();
    }
    if there == Some(false) {
        match action.verb {
            Verb::Update if !action.upsert => return Err(prepared.failure(Failure::NotFound)),
            Verb::Delete => {
                return match prepared.first_failure(executor, None)? {
                    Some(failure) => Err(prepared.failure(failure)),
                    None => Ok(prepared),
                };
            }
            _ => {}
        }
    }
    prepared.build(executor, kind, table, row)?;
    Ok(prepared)
}

impl Prepared<'_> {
    /// Reads `current`: whether the item is there and not over its time; nothing where nothing is read.
    fn read_current(&mut self, executor: &Executor, kind: &Kind) -> Outcome<Option<bool>> {
        let action = self.turn.action;
        if action.current.is_empty() {
            return Ok(None);
        }
        let request = json!({
            "TableName": self.table, "Key": self.key, "ConsistentRead": true,
        });
        let response = executor
            .client
            .call("GetItem", request)
            .map_err(|e| CallError::Fault(format!("GetItem: {e:?}")))?;
        let item = response.get("Item").and_then(Json::as_object);
        let gone = gone(executor, self.entity, kind)?;
        let of_item = |name: &str| Ok(item.and_then(|i| i.get(name)).cloned());
        let none = Attrs::new();
        let operands = Operands {
            values: &none,
            now: executor.now,
        };
        if holds(&gone, &of_item, &|_| None, &operands)? == Some(true) {
            self.before.others_are_missing();
            self.extra.push(Extra::StillGone(gone));
            return Ok(Some(false));
        }
        let known = attributes(self.entity, item.unwrap_or(&Physical::new()))?;
        for name in &action.current {
            let stored = self.entity.stored(name)?;
            let value = known.get(name).cloned();
            let json = value
                .as_ref()
                .map(|v| to_stored(stored.form, v))
                .transpose()?
                .flatten();
            self.extra.push(Extra::Still {
                name: stored.name.clone(),
                value: json,
            });
            self.before.learn(name, value);
        }
        Ok(Some(true))
    }

    fn build(
        &mut self,
        executor: &Executor,
        kind: &Kind,
        table: &Table,
        row: Option<&Physical>,
    ) -> Outcome<()> {
        let mut request = json!({ "TableName": table.name });
        let mut expression = Expression::default();
        match self.turn.action.verb {
            Verb::Put => {
                let item = physical::item(
                    &executor.plan.tables,
                    executor.now,
                    self.entity,
                    kind,
                    &self.after,
                )?;
                request["Item"] = json!(
                    item.ok_or_else(|| CallError::Fault("an item without a key".to_owned()))?
                );
            }
            Verb::Update => {
                request["Key"] = json!(self.key);
                let changes = self.change(row)?;
                let update = Update {
                    entity: self.entity,
                    kind,
                    table,
                    action: self.turn.action,
                    changes: &changes,
                    after: &self.after,
                    values: &self.turn.values,
                    row,
                };
                if let Some(text) = update.parts(executor, &mut expression)?.text() {
                    request["UpdateExpression"] = json!(text);
                }
            }
            Verb::Delete | Verb::Check => request["Key"] = json!(self.key),
        }
        self.finish(executor, request, &mut expression)
    }

    fn change(&mut self, row: Option<&Physical>) -> Outcome<Vec<Change>> {
        let (changes, after) = changes(
            self.entity,
            self.turn.action,
            &self.before,
            &self.turn.values,
            row,
        )?;
        self.after = after;
        let maps = maps_on_the_way(&changes);
        self.extra.extend(
            maps.into_iter()
                .map(|(name, path)| Extra::Map { name, path }),
        );
        Ok(changes)
    }

    /// Adds the conditions; an update in a transaction that has none and changes nothing is left out.
    fn finish(
        &mut self,
        executor: &Executor,
        mut request: Json,
        expression: &mut Expression,
    ) -> Outcome<()> {
        let operands = Operands {
            values: &self.turn.values,
            now: executor.now,
        };
        let mut parts: Vec<String> = expression
            .all(&self.turn.action.condition, &operands)?
            .into_iter()
            .collect();
        for extra in &self.extra {
            parts.push(extra.text(expression, &operands)?);
        }
        let idle =
            self.turn.action.verb == Verb::Update && request.get("UpdateExpression").is_none();
        if !parts.is_empty() {
            request["ConditionExpression"] = json!(parts.join(" AND "));
            request["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
        } else if idle {
            return Ok(());
        }
        std::mem::take(expression).finish(&mut request);
        self.request = Some(request);
        Ok(())
    }

    /// The first condition of the plan that does not hold of the item as it was, then a map on the way.
    pub(super) fn first_failure(
        &self,
        executor: &Executor,
        old: Option<&Physical>,
    ) -> Outcome<Option<Failure>> {
        let operands = Operands {
            values: &self.turn.values,
            now: executor.now,
        };
        let of_item = |name: &str| Ok(old.and_then(|item| item.get(name)).cloned());
        for condition in &self.turn.action.condition {
            if holds(condition, &of_item, &|_| None, &operands)? == Some(false) {
                return Ok(Some(condition.failure().unwrap_or(Failure::Condition)));
            }
        }
        let maps = self.extra.iter().filter(|e| matches!(e, Extra::Map { .. }));
        for extra in maps {
            if !extra.holds(executor, old)? {
                return Ok(Some(Failure::Condition));
            }
        }
        Ok(None)
    }

    /// Whether what `current` read is no longer so.
    pub(super) fn changed_meanwhile(
        &self,
        executor: &Executor,
        old: Option<&Physical>,
    ) -> Outcome<bool> {
        for extra in self
            .extra
            .iter()
            .filter(|e| !matches!(e, Extra::Map { .. }))
        {
            if !extra.holds(executor, old)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The item is missing, or over its time.
fn gone(executor: &Executor, entity: &Entity, kind: &Kind) -> Outcome<Condition> {
    let table = executor.plan.table(&kind.table)?;
    let test = |attribute: &str, op, stored_as: Option<As>, operand| {
        Condition::Test(Test {
            attribute: attribute.to_owned(),
            op,
            stored_as,
            path: Vec::new(),
            operand,
            failure: None,
        })
    };
    let partition = table.key.partition.first().map_or("", |a| a.name.as_str());
    let mut conditions = vec![test(partition, Op::Missing, None, Operand::None)];
    if let Some((name, stored_as)) = physical::expiry(entity, kind)? {
        conditions.push(test(&name, Op::Less, Some(stored_as), Operand::Now));
    }
    Ok(Condition::Any {
        conditions,
        failure: None,
    })
}

impl Extra {
    fn text(&self, expression: &mut Expression, operands: &Operands) -> Outcome<String> {
        Ok(match self {
            Self::Still { name, value: None } => {
                format!("attribute_not_exists({})", expression.name(name))
            }
            Self::Still {
                name,
                value: Some(value),
            } => {
                let (name, value) = (expression.name(name), expression.value(value.clone()));
                format!("{name} = {value}")
            }
            Self::StillGone(condition) => expression
                .all(std::slice::from_ref(condition), operands)?
                .unwrap_or_default(),
            Self::Map { name, path } => {
                let (place, map) = (
                    expression.path(name, path),
                    expression.value(json!({ "S": "M" })),
                );
                format!("attribute_type({place}, {map})")
            }
        })
    }

    fn holds(&self, executor: &Executor, old: Option<&Physical>) -> Outcome<bool> {
        let found = |name: &str| old.and_then(|item| item.get(name));
        Ok(match self {
            Self::Still { name, value } => match (found(name), value) {
                (Some(found), Some(value)) => same(found, value),
                (found, value) => found.is_none() && value.is_none(),
            },
            Self::StillGone(condition) => {
                let none = Attrs::new();
                let operands = Operands {
                    values: &none,
                    now: executor.now,
                };
                holds(
                    condition,
                    &|name| Ok(found(name).cloned()),
                    &|_| None,
                    &operands,
                )? == Some(true)
            }
            Self::Map { name, path } => {
                let mut place = found(name);
                for part in path {
                    place = place.and_then(|p| p.get("M")?.get(part));
                }
                place.is_some_and(|p| p.get("M").is_some())
            }
        })
    }
}

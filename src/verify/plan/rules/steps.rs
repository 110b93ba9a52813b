//! Rules of reading and writing steps.

use super::super::{
    Action, Choice, Condition, ForEach, KeyPart, KeySchema, Pattern, Plan, ReadCall, ReadStep,
    Returns, SortCondition, SortOp, Step, Verb, WriteCall, WriteStep,
};

pub(super) fn check(plan: &Plan, pattern: &Pattern) -> Result<(), String> {
    for (place, step) in pattern.steps.iter().enumerate() {
        let loops = match step {
            Step::Read(read) => &read.for_each,
            Step::Write(write) => &write.for_each,
        };
        if loops
            .iter()
            .any(|f| matches!(f, ForEach::RowsOf(of) if *of >= place))
        {
            return Err(format!(
                "step {place} takes the rows of a step that is not earlier"
            ));
        }
        match step {
            Step::Read(read) => read_step(plan, pattern, read),
            Step::Write(write) => write_step(plan, pattern, write),
        }
        .map_err(|e| format!("step {place}: {e}"))?;
    }
    Ok(())
}

fn read_step(plan: &Plan, pattern: &Pattern, step: &ReadStep) -> Result<(), String> {
    let table = plan.table(&step.table)?;
    let schema = table.schema(step.index.as_deref())?;
    match step.call {
        ReadCall::GetItem | ReadCall::BatchGetItem => {
            if step.index.is_some() {
                return Err("an item is got from the table, not from an index".to_owned());
            }
            full_key(schema, &step.partition, &step.sort)?;
        }
        ReadCall::Query => {
            if step.partition.len() != schema.partition.len() || step.sort.len() > schema.sort.len()
            {
                return Err("its conditions do not fit the key".to_owned());
            }
            leading_equals(&step.sort)?;
        }
        ReadCall::Scan => {
            if !step.partition.is_empty() || !step.sort.is_empty() || !step.merge.is_empty() {
                return Err("a Scan has neither keys nor an order".to_owned());
            }
        }
    }
    let global = step
        .index
        .as_deref()
        .map(|name| table.index(name))
        .transpose()?
        .is_some_and(|i| i.global);
    if step.consistent && global {
        return Err("a consistent read of a global index".to_owned());
    }
    if step.filter.iter().any(|c| c.failure().is_some()) {
        return Err("a filter with a failure".to_owned());
    }
    if step.count {
        return Ok(());
    }
    cut_rows(plan, pattern, step)?;
    projection(plan, pattern, step)
}

/// A step whose rows may be cut (a fan-out, a collection with `limit`) projects the keys of table and index.
fn cut_rows(plan: &Plan, pattern: &Pattern, step: &ReadStep) -> Result<(), String> {
    let fan_out = step
        .for_each
        .iter()
        .any(|f| !matches!(f, ForEach::RowsOf(_)));
    let collection = pattern.limit.is_some() && pattern.entities.len() > 1;
    let Some(names) = step
        .projection
        .as_ref()
        .filter(|_| pattern.verb == "list" && (fan_out || collection))
    else {
        return Ok(());
    };
    let table = plan.table(&step.table)?;
    let index = step
        .index
        .as_deref()
        .map(|name| table.schema(Some(name)))
        .transpose()?;
    let mut keys = table
        .key
        .attributes()
        .chain(index.into_iter().flat_map(KeySchema::attributes));
    match keys.find(|key| !names.contains(&key.name)) {
        Some(key) => Err(format!(
            "its rows may be cut, and their key attribute `{}` does not come along",
            key.name
        )),
        None => Ok(()),
    }
}

fn leading_equals(sort: &[Choice<SortCondition>]) -> Result<(), String> {
    let leading = sort.len().saturating_sub(1);
    let wrong = sort[..leading]
        .iter()
        .any(|c| matches!(c, Choice::Plain(s) if s.op != SortOp::Equals));
    if wrong {
        Err("a condition before the last one that is not `equals`".to_owned())
    } else {
        Ok(())
    }
}

fn full_key(
    schema: &KeySchema,
    partition: &[Choice<KeyPart>],
    sort: &[Choice<SortCondition>],
) -> Result<(), String> {
    if partition.len() != schema.partition.len() || sort.len() != schema.sort.len() {
        return Err("it does not give the whole key".to_owned());
    }
    let equals = sort
        .iter()
        .all(|c| !matches!(c, Choice::Plain(s) if s.op != SortOp::Equals));
    if equals {
        Ok(())
    } else {
        Err("a key has only `equals`".to_owned())
    }
}

/// What comes along of each row: the identity, and the discriminator where several entities can come. Of a
/// pattern with several steps the rows themselves show which entities come with which step.
fn projection(plan: &Plan, pattern: &Pattern, step: &ReadStep) -> Result<(), String> {
    let names = if step.returns == Returns::Followed {
        &pattern.followed
    } else {
        &pattern.entities
    };
    let visible = visible(plan, step)?;
    if names.len() > 1 && pattern.steps.len() > 1 {
        return Ok(());
    }
    for name in names {
        let entity = plan.entity(name)?;
        let item = entity.item()?;
        if item.table != step.table {
            continue;
        }
        if step.returns != Returns::Nothing {
            for attribute in &entity.identity {
                let stored = entity.stored(attribute)?;
                if visible.as_ref().is_some_and(|v| !v.contains(&stored.name)) {
                    return Err(format!(
                        "the identity `{attribute}` of `{name}` does not come along"
                    ));
                }
            }
        }
        let Some((attribute, _)) = item.discriminator.as_ref().filter(|_| names.len() > 1) else {
            continue;
        };
        if visible.as_ref().is_some_and(|v| !v.contains(attribute)) {
            return Err(format!(
                "the discriminator `{attribute}` does not come along"
            ));
        }
    }
    Ok(())
}

/// The physical attributes that a step's rows can have; nothing for all.
fn visible(plan: &Plan, step: &ReadStep) -> Result<Option<Vec<String>>, String> {
    let table = plan.table(&step.table)?;
    let mut indexed = None;
    if let Some(index) = step
        .index
        .as_deref()
        .map(|name| table.index(name))
        .transpose()?
        && index.projection != "ALL"
    {
        let keys = table
            .key
            .attributes()
            .chain(index.key.attributes())
            .map(|a| a.name.clone());
        indexed = Some(
            keys.chain(index.included.iter().cloned())
                .collect::<Vec<_>>(),
        );
    }
    let Some(wanted) = &step.projection else {
        return Ok(indexed);
    };
    if let Some(missing) = wanted
        .iter()
        .find(|name| indexed.as_ref().is_some_and(|i| !i.contains(name)))
    {
        return Err(format!(
            "it wants `{missing}`, which the index does not hold"
        ));
    }
    Ok(Some(wanted.clone()))
}

fn write_step(plan: &Plan, pattern: &Pattern, step: &WriteStep) -> Result<(), String> {
    let verbs: Vec<Verb> = step.actions.iter().map(|a| a.verb).collect();
    let fits = match step.call {
        WriteCall::Put => verbs == [Verb::Put],
        WriteCall::Update => verbs == [Verb::Update],
        WriteCall::Delete => verbs == [Verb::Delete],
        WriteCall::Transact => !verbs.is_empty(),
    };
    if !fits {
        return Err(format!("{:?} with the actions {verbs:?}", step.call));
    }
    let found = !step.for_each.is_empty();
    let mut total = 0;
    for (place, action) in step.actions.iter().enumerate() {
        check_action(plan, pattern, step, action, found)
            .map_err(|e| format!("action {place}: {e}"))?;
        let times = action
            .of
            .and_then(|of| step.actions.get(of))
            .unwrap_or(action)
            .times
            .as_ref();
        total += match times {
            None => 1,
            Some(name) => {
                let list = pattern
                    .parameters
                    .iter()
                    .find(|p| p.role == "list" && &p.name == name);
                list.ok_or_else(|| format!("action {place}: no list parameter `{name}`"))?
                    .max
            }
        };
    }
    if total > 100 {
        Err(format!("{total} actions in one transaction"))
    } else {
        Ok(())
    }
}

fn check_action(
    plan: &Plan,
    pattern: &Pattern,
    step: &WriteStep,
    action: &Action,
    found: bool,
) -> Result<(), String> {
    let entity = plan.entity(&action.entity)?;
    let kind = entity.kind(&action.kind)?;
    if !pattern.entities.contains(&action.entity) {
        return Err(format!("the pattern does not name `{}`", action.entity));
    }
    match action.of {
        Some(of) => {
            let main = step
                .actions
                .get(of)
                .filter(|a| a.of.is_none() && a.entity == action.entity);
            if main.is_none() || !kind.guard {
                return Err(
                    "`of` names no action of the same entity, or the kind is no guard".to_owned(),
                );
            }
        }
        None if kind.guard => return Err("a guard's action without `of`".to_owned()),
        None if action.verb != Verb::Put => {
            let key = action.key.as_ref().ok_or("no `key`")?;
            full_key(&plan.table(&kind.table)?.key, &key.partition, &key.sort)?;
        }
        None => {}
    }
    for change in &action.keys {
        if kind.entry(Some(&change.index)).is_none() {
            return Err(format!(
                "it changes the keys of `{}`, in which the item never is",
                change.index
            ));
        }
    }
    for name in action.current.iter().chain(&action.returns) {
        entity.stored(name)?;
    }
    if !found
        && action
            .condition
            .iter()
            .any(|c: &Condition| c.failure().is_none())
    {
        return Err("a condition without `failure`".to_owned());
    }
    Ok(())
}

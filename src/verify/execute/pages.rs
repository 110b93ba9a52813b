//! Pages of a reading pattern: the first step's page, what later steps make of it, and the cursor.

use super::super::plan::{
    ForEach, KeySchema, MergeKey, Pattern, Plan, ReadCall, ReadStep, Returns, Step,
};
use super::super::value::{Attrs, Physical, Row};
use super::requests::{Request, get, query, requests};
use super::stored::order;
use super::{Call, CallError, Cursor, Executor, Outcome, Page, rows};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

/// How far one request has come.
#[derive(Clone, Debug, PartialEq)]
enum State {
    Start,
    After(Physical),
    End,
}

/// The rows of one page of a step: as they came, and as items.
type Rows = Vec<(Physical, Row)>;

impl Cursor {
    fn write(states: &[State]) -> Option<Self> {
        if states.iter().all(|s| *s == State::End) {
            return None;
        }
        let state = |s: &State| match s {
            State::Start => Json::Null,
            State::End => json!("end"),
            State::After(key) => json!(key),
        };
        Some(Self(
            Json::Array(states.iter().map(state).collect()).to_string(),
        ))
    }

    fn read(&self, count: usize) -> Outcome<Vec<State>> {
        let wrong = || CallError::Fault(format!("a cursor of another call: {}", self.0));
        let json: Json = serde_json::from_str(&self.0).map_err(|_| wrong())?;
        let state = |json: &Json| match json {
            Json::Null => State::Start,
            Json::Object(key) => State::After(key.clone()),
            _ => State::End,
        };
        let states: Vec<State> = json.as_array().into_iter().flatten().map(state).collect();
        if states.len() == count {
            Ok(states)
        } else {
            Err(wrong())
        }
    }
}

fn running<'a>(call: &Call<'a>) -> Outcome<Vec<(usize, &'a ReadStep)>> {
    let mut out = Vec::new();
    for (place, step) in call.pattern.steps.iter().enumerate() {
        let Step::Read(step) = step else {
            return Err(CallError::Fault(
                "a writing step in a reading pattern".to_owned(),
            ));
        };
        if call.runs(&step.when) {
            out.push((place, &**step));
        }
    }
    if out.is_empty() {
        return Err(CallError::Fault("no step runs for this call".to_owned()));
    }
    Ok(out)
}

/// One page of the first step and what later steps make of it.
pub(super) fn page(executor: &Executor, call: &Call, cursor: Option<&Cursor>) -> Outcome<Page> {
    let steps = running(call)?;
    let mut found = BTreeMap::new();
    let mut page = Page::default();
    for (turn, (place, step)) in steps.into_iter().enumerate() {
        let dependent = step
            .for_each
            .iter()
            .any(|f| matches!(f, ForEach::RowsOf(_)));
        if turn > 0 && !dependent && cursor.is_some() {
            // A step of its own is read whole, with the first page.
            continue;
        }
        let asked = requests(executor, call, step, &found)?;
        let rows = if turn == 0 {
            let states = match cursor {
                Some(cursor) => cursor.read(asked.len())?,
                None => vec![State::Start; asked.len()],
            };
            let (rows, states) = step_page(executor, call, step, &asked, states)?;
            page.cursor = Cursor::write(&states);
            rows
        } else {
            drain(executor, call, step, &asked)?
        };
        let (physical, items): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        found.insert(place, physical);
        hand_over(step.returns, items, &mut page);
    }
    if call.pattern.verb == "get" && page.items.len() > 1 {
        return Err(CallError::Fault(format!(
            "a get of {} items",
            page.items.len()
        )));
    }
    Ok(page)
}

fn hand_over(returns: Returns, items: Vec<Row>, page: &mut Page) {
    match returns {
        Returns::Items => page.items.extend(items),
        Returns::Nothing => {}
        Returns::Followed => {
            for item in items {
                if !page.followed.contains(&item) {
                    page.followed.push(item);
                }
            }
        }
    }
}

/// All rows of a step.
fn drain(executor: &Executor, call: &Call, step: &ReadStep, asked: &[Request]) -> Outcome<Rows> {
    let mut states = vec![State::Start; asked.len()];
    let mut out = Vec::new();
    loop {
        let (rows, next) = step_page(executor, call, step, asked, states)?;
        out.extend(rows);
        states = next;
        if states.iter().all(|s| *s == State::End) {
            return Ok(out);
        }
    }
}

/// Every row of a step that takes no rows, as they came.
pub(super) fn all_rows(
    executor: &Executor,
    call: &Call,
    step: &ReadStep,
) -> Outcome<Vec<(Physical, Row)>> {
    let asked = requests(executor, call, step, &BTreeMap::new())?;
    drain(executor, call, step, &asked)
}

fn step_page(
    executor: &Executor,
    call: &Call,
    step: &ReadStep,
    asked: &[Request],
    states: Vec<State>,
) -> Outcome<(Rows, Vec<State>)> {
    if matches!(step.call, ReadCall::GetItem | ReadCall::BatchGetItem) {
        let keys: Vec<Physical> = asked.iter().map(Request::key).collect();
        let rows = get(executor, call, step, &keys)?;
        let rows = rows
            .into_iter()
            .map(|row| named(executor.plan, call.pattern, step, row))
            .collect::<Outcome<_>>()?;
        return Ok((rows, vec![State::End; asked.len()]));
    }
    let mut runs: Vec<Run> = asked
        .iter()
        .zip(states)
        .map(|(request, state)| Run::new(request, state))
        .collect();
    let rows = emit(executor, call, step, &mut runs)?;
    let states = runs
        .into_iter()
        .map(|run| run.state_after(executor.plan, step))
        .collect::<Outcome<_>>()?;
    Ok((rows, states))
}

fn named(
    plan: &Plan,
    pattern: &Pattern,
    step: &ReadStep,
    row: Physical,
) -> Outcome<(Physical, Row)> {
    let names = if step.returns == Returns::Followed {
        &pattern.followed
    } else {
        &pattern.entities
    };
    let item = rows::item(plan, step, names, &row)?;
    Ok((row, item))
}

/// One request on this page.
struct Run<'a> {
    request: &'a Request,
    before: State,
    /// Where the request stands once all rows that came are returned; nothing while it was not made.
    after: Option<State>,
    rows: VecDeque<(Physical, Row)>,
    returned: Option<Physical>,
}

impl<'a> Run<'a> {
    fn new(request: &'a Request, before: State) -> Self {
        let before = if request.empty { State::End } else { before };
        Self {
            request,
            before,
            after: None,
            rows: VecDeque::new(),
            returned: None,
        }
    }

    /// Makes the request until it has the step's limit of rows, or without a limit once.
    fn fetch(&mut self, executor: &Executor, call: &Call, step: &ReadStep) -> Outcome<()> {
        if self.after.is_some() || self.before == State::End {
            return Ok(());
        }
        let mut state = self.before.clone();
        loop {
            let start = if let State::After(key) = &state {
                Some(key.clone())
            } else {
                None
            };
            let limit = step.limit.map(|limit| limit - self.rows.len());
            let answer = query(executor, call, step, self.request, start.as_ref(), limit)?;
            for row in answer.rows {
                self.rows
                    .push_back(named(executor.plan, call.pattern, step, row)?);
            }
            state = answer.next.map_or(State::End, State::After);
            let enough = step.limit.is_none_or(|limit| self.rows.len() >= limit);
            if enough || state == State::End {
                self.after = Some(state);
                return Ok(());
            }
        }
    }

    /// No row left, but more to give.
    fn dry(&self) -> bool {
        let ended = self.before == State::End || self.after == Some(State::End);
        self.rows.is_empty() && !ended
    }

    /// The key of the last returned row, or where it stood, or its end.
    fn state_after(self, plan: &Plan, step: &ReadStep) -> Outcome<State> {
        match (self.after, self.rows.is_empty(), self.returned) {
            (None, _, _) | (_, false, None) => Ok(self.before),
            (Some(after), true, _) => Ok(after),
            (Some(_), false, Some(row)) => Ok(State::After(row_key(plan, step, &row)?)),
        }
    }
}

/// The keys of table and index of a row after which a request goes on.
fn row_key(plan: &Plan, step: &ReadStep, row: &Physical) -> Outcome<Physical> {
    let table = plan.table(&step.table)?;
    let mut key = Physical::new();
    let index = step
        .index
        .as_deref()
        .map(|name| table.schema(Some(name)))
        .transpose()?;
    for attribute in table
        .key
        .attributes()
        .chain(index.into_iter().flat_map(KeySchema::attributes))
    {
        let missing = || {
            CallError::Fault(format!(
                "a row that is cut lacks its key attribute `{}`",
                attribute.name
            ))
        };
        key.insert(
            attribute.name.clone(),
            row.get(&attribute.name).cloned().ok_or_else(missing)?,
        );
    }
    Ok(key)
}

/// The rows of a page: merged, and cut to the limits of step and pattern.
fn emit(executor: &Executor, call: &Call, step: &ReadStep, runs: &mut [Run]) -> Outcome<Rows> {
    if !step.merge.is_empty() {
        runs.iter_mut()
            .try_for_each(|run| run.fetch(executor, call, step))?;
    }
    let mut out: Rows = Vec::new();
    let mut counted = 0;
    while step.limit.is_none_or(|limit| out.len() < limit) {
        let next = if step.merge.is_empty() {
            concatenated(executor, call, step, runs)?
        } else {
            smallest(executor.plan, &step.merge, runs)?
        };
        let Some(next) = next else { break };
        let Some(head) = runs[next].rows.front() else {
            break;
        };
        if let Some(limit) = call
            .pattern
            .limit
            .as_ref()
            .filter(|_| step.returns == Returns::Items)
            && limit.entity.as_ref().is_none_or(|e| *e == head.1.entity)
        {
            if counted == limit.count {
                break;
            }
            counted += 1;
        }
        if let Some(head) = runs[next].rows.pop_front() {
            runs[next].returned = Some(head.0.clone());
            out.push(head);
        }
    }
    Ok(out)
}

/// One answer after the other: the first request that has a row; nothing where one with more to give is dry.
fn concatenated(
    executor: &Executor,
    call: &Call,
    step: &ReadStep,
    runs: &mut [Run],
) -> Outcome<Option<usize>> {
    for (place, run) in runs.iter_mut().enumerate() {
        run.fetch(executor, call, step)?;
        if run.dry() {
            return Ok(None);
        }
        if !run.rows.is_empty() {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The request whose next row comes first; of equal ones the first request.
fn smallest(plan: &Plan, merge: &[MergeKey], runs: &[Run]) -> Outcome<Option<usize>> {
    let mut best: Option<(usize, Vec<Json>)> = None;
    for (place, run) in runs.iter().enumerate() {
        if run.dry() {
            return Ok(None);
        }
        let Some((row, item)) = run.rows.front() else {
            continue;
        };
        let keys = merge_keys(plan, merge, row, item)?;
        if best
            .as_ref()
            .is_none_or(|(_, least)| compare(merge, &keys, least) == Ordering::Less)
        {
            best = Some((place, keys));
        }
    }
    Ok(best.map(|(place, _)| place))
}

fn merge_keys(plan: &Plan, merge: &[MergeKey], row: &Physical, item: &Row) -> Outcome<Vec<Json>> {
    let entity = plan.entity(&item.entity)?;
    let value = |key: &MergeKey| {
        let name = entity
            .stored(&key.attribute)
            .map_or(key.attribute.as_str(), |s| s.name.as_str());
        let missing = || CallError::Fault(format!("a row to merge lacks `{name}`: {row:?}"));
        row.get(name).cloned().ok_or_else(missing)
    };
    merge.iter().map(value).collect()
}

fn compare(merge: &[MergeKey], left: &[Json], right: &[Json]) -> Ordering {
    for (key, (left, right)) in merge.iter().zip(left.iter().zip(right)) {
        let ordering = order(left, right).unwrap_or(Ordering::Equal);
        let ordering = if key.descending {
            ordering.reverse()
        } else {
            ordering
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

/// The sum of the counts of all requests and pages.
pub(super) fn count(executor: &Executor, call: &Call) -> Outcome<usize> {
    let mut total = 0;
    let mut found = BTreeMap::new();
    for (place, step) in running(call)? {
        let asked = requests(executor, call, step, &found)?;
        if !step.count {
            let rows = drain(executor, call, step, &asked)?;
            total += if step.returns == Returns::Items {
                rows.len()
            } else {
                0
            };
            found.insert(place, rows.into_iter().map(|(row, _)| row).collect());
            continue;
        }
        for request in asked.iter().filter(|r| !r.empty) {
            let mut start = None;
            loop {
                let answer = query(executor, call, step, request, start.as_ref(), None)?;
                total += answer.count;
                start = answer.next;
                if start.is_none() {
                    break;
                }
            }
        }
    }
    Ok(total)
}

/// The items of many parameter sets: equal sets once, in the order of the sets.
pub(super) fn batch(executor: &Executor, pattern: &Pattern, sets: &[Attrs]) -> Outcome<Page> {
    let mut distinct: Vec<&Attrs> = Vec::new();
    for set in sets {
        if !distinct.contains(&set) {
            distinct.push(set);
        }
    }
    let Some(first) = distinct.first() else {
        return Ok(Page::default());
    };
    let call = Call {
        pattern,
        values: first,
    };
    let steps = running(&call)?;
    let (place, step) = steps[0];
    let mut out = Page::default();
    if step.call != ReadCall::BatchGetItem {
        for set in distinct {
            let one = page(
                executor,
                &Call {
                    pattern,
                    values: set,
                },
                None,
            )?;
            hand_over(Returns::Items, one.items, &mut out);
            hand_over(Returns::Followed, one.followed, &mut out);
        }
        return Ok(out);
    }
    let mut asked = Vec::new();
    for set in distinct {
        asked.extend(requests(
            executor,
            &Call {
                pattern,
                values: set,
            },
            step,
            &BTreeMap::new(),
        )?);
    }
    let rows = drain(executor, &call, step, &asked)?;
    let (physical, items): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    hand_over(step.returns, items, &mut out);
    let mut found = BTreeMap::from([(place, physical)]);
    for (place, step) in steps.into_iter().skip(1) {
        let asked = requests(executor, &call, step, &found)?;
        let (physical, items): (Vec<_>, Vec<_>) =
            drain(executor, &call, step, &asked)?.into_iter().unzip();
        found.insert(place, physical);
        hand_over(step.returns, items, &mut out);
    }
    Ok(out)
}

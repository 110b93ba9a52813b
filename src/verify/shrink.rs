//! From a run that differs to the fewest operations and simplest values that still do.
//!
//! Promises that what it gives differs in the same way as what it was given (the same pattern, or the tables), that it
//! was done again from nothing on an engine in the process, and that the same run gives the same result. It stops
//! after a fixed number of operations, so a long run may end with more than the fewest.

use super::client::Client;
use super::compare::Runner;
use super::engine::{Embedded, Engine, tables};
use super::meter::Meter;
use super::mismatch::Mismatch;
use super::model::{Design, Parameter, Parameters, Type};
use super::operation::Operation;
use super::plan::Plan;
use super::show;
use super::value::{Attrs, Decimal, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The most operations that are done again in all, and how many more for each of a long run.
const BUDGET: usize = 40_000;
const BUDGET_FOR_EACH: usize = 4;
/// The most items of the model that a message shows.
const MOST_ITEMS: usize = 12;
/// The most writes that a message shows.
const MOST_WRITES: usize = 15;

/// What is done again, and how much of it may still be.
struct Again<'a> {
    plan: &'a Plan,
    design: &'a Design,
    /// Of each pattern.
    parameters: &'a BTreeMap<String, Parameters>,
    like: &'a Mismatch,
    budget: usize,
}

/// One try that differed as it should.
struct Found {
    operations: Vec<Operation>,
    mismatch: Mismatch,
    items: Vec<String>,
}

/// The difference at the end of `history` with as little before it as was found.
pub(crate) fn shrink(
    plan: &Plan,
    design: &Design,
    parameters: &BTreeMap<String, Parameters>,
    history: &[Operation],
    mismatch: &Mismatch,
) -> Mismatch {
    let mut again = Again {
        plan,
        design,
        parameters,
        like: mismatch,
        budget: BUDGET + BUDGET_FOR_EACH * history.len(),
    };
    let Some(mut found) = again.try_(history.to_vec()) else {
        return told(mismatch.clone(), history, false);
    };
    again.keep_what_is_named(&mut found);
    again.fewer(&mut found);
    again.less_given(&mut found);
    again.simpler(&mut found);
    again.fewer(&mut found);
    let mut mismatch = found.mismatch;
    let before = found.operations.split_last().map_or(&[][..], |(_, b)| b);
    // After nothing but items put there, they would only be told a second time.
    let told_already = before.iter().all(|o| matches!(o, Operation::Put { .. }))
        && before.len() == found.items.len();
    if found.items.len() <= MOST_ITEMS && !told_already {
        mismatch.items = found.items;
    }
    told(mismatch, &found.operations, true)
}

/// With the writes before the last operation.
fn told(mut mismatch: Mismatch, operations: &[Operation], shrunk: bool) -> Mismatch {
    let before = operations
        .split_last()
        .map_or(&[][..], |(_, before)| before);
    let more = before.len().saturating_sub(MOST_WRITES);
    if more > 0 {
        mismatch
            .after
            .push(format!("{more} operations before these"));
    }
    let shown = before[more..].iter().map(show::operation);
    mismatch.after.extend(shown);
    mismatch.shrunk = shrunk;
    mismatch
}

impl Again<'_> {
    /// Does operations on an empty database; what is found if they differ as they should.
    fn try_(&mut self, mut operations: Vec<Operation>) -> Option<Found> {
        if self.budget < operations.len() {
            return None;
        }
        let engine: Rc<dyn Engine> = Rc::new(Embedded::new().ok()?);
        let _tables = tables::create(&engine, self.plan).ok()?;
        let client = Client::new(Box::new(engine)).with_meter(Meter::new(&self.plan.tables));
        let mut runner = Runner::new(self.plan, &client, self.design.clone()).ok()?;
        for place in 0..operations.len() {
            self.budget = self.budget.saturating_sub(1);
            if let Err(mismatch) = runner.perform(&operations[place]) {
                if !self.like.like(&mismatch) {
                    return None;
                }
                operations.truncate(place + 1);
                let entities = self.design.entities.values();
                let items = entities.flat_map(|e| {
                    let items = runner.model.items.of(&e.name);
                    items.map(|(_, item)| show::item(&e.name, item))
                });
                return Some(Found {
                    items: items.take(MOST_ITEMS + 1).collect(),
                    operations,
                    mismatch,
                });
            }
        }
        None
    }

    /// Whether what is left of the budget is not enough for another try.
    fn spent(&self, found: &Found) -> bool {
        self.budget < found.operations.len()
    }

    /// Tries other operations, and takes them if they differ too.
    fn take(&mut self, operations: Vec<Operation>, found: &mut Found) -> bool {
        match self.try_(operations) {
            Some(better) => {
                *found = better;
                true
            }
            None => false,
        }
    }

    /// Only the operations that are given a value which the last one or the difference names.
    fn keep_what_is_named(&mut self, found: &mut Found) {
        let Some((last, before)) = found.operations.split_last() else {
            return;
        };
        let mut named: BTreeSet<&Value> =
            last.given().into_iter().flat_map(|a| a.values()).collect();
        let text = [&found.mismatch.expected[..], &found.mismatch.got[..]]
            .concat()
            .concat();
        let mentioned = |v: &Value| matches!(v, Value::Text(t) if t.len() > 2 && text.contains(&show::value(v)));
        let given = before
            .iter()
            .flat_map(Operation::given)
            .flat_map(|a| a.values());
        named.extend(given.filter(|v| mentioned(v)));
        let names = |o: &Operation| {
            o.given()
                .iter()
                .any(|a| a.values().any(|v| named.contains(v)))
        };
        let keep = |o: &&Operation| matches!(o, Operation::Wait(_)) || names(o);
        let mut kept: Vec<Operation> = before.iter().filter(keep).cloned().collect();
        kept.push(last.clone());
        if kept.len() < found.operations.len() {
            self.take(kept, found);
        }
    }

    /// Leaves out operations, first many at a time, then one by one, as long as something can go (the algorithm
    /// `ddmin` of Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002, by complements).
    fn fewer(&mut self, found: &mut Found) {
        let mut size = found.operations.len().saturating_sub(1).div_ceil(2);
        while size > 0 && !self.spent(found) {
            let mut start = 0;
            let mut went = false;
            while start + 1 < found.operations.len() && !self.spent(found) {
                let end = (start + size).min(found.operations.len() - 1);
                let mut rest = found.operations.clone();
                rest.drain(start..end);
                if self.take(rest, found) {
                    went = true;
                } else {
                    start = end;
                }
            }
            if size == 1 && !went {
                return;
            }
            size = if size > 1 {
                size.div_ceil(2).min(size - 1)
            } else {
                1
            };
        }
    }

    /// Leaves out optional values, and sets of lists.
    fn less_given(&mut self, found: &mut Found) {
        let mut place = 0;
        while place < found.operations.len() && !self.spent(found) {
            for less in self.with_less(&found.operations[place]) {
                let mut operations = found.operations.clone();
                let Some(one) = operations.get_mut(place) else {
                    break;
                };
                // What was found before may have taken the same away already.
                if found
                    .operations
                    .get(place)
                    .is_some_and(|now| smaller(&less, now))
                {
                    *one = less;
                    self.take(operations, found);
                }
            }
            place += 1;
        }
    }

    /// An operation with one thing less.
    fn with_less(&self, operation: &Operation) -> Vec<Operation> {
        let mut out = Vec::new();
        for (place, attrs) in operation.given().into_iter().enumerate() {
            for name in attrs.keys().filter(|name| self.optional(operation, name)) {
                let mut less = operation.clone();
                if let Some(attrs) = less.given_mut().into_iter().nth(place) {
                    attrs.remove(name);
                }
                out.push(less);
            }
        }
        match operation {
            Operation::Write { args, .. } => {
                for (name, sets) in &args.lists {
                    let least = self.least(operation, name);
                    for place in 0..sets.len().saturating_sub(least) {
                        let mut less = operation.clone();
                        if let Operation::Write { args, .. } = &mut less
                            && let Some(sets) = args.lists.get_mut(name)
                        {
                            sets.remove(place);
                        }
                        out.push(less);
                    }
                }
            }
            Operation::Batch { sets, .. } => {
                for place in 0..sets.len().saturating_sub(1) {
                    let mut less = operation.clone();
                    if let Operation::Batch { sets, .. } = &mut less {
                        sets.remove(place);
                    }
                    out.push(less);
                }
            }
            _ => {}
        }
        out
    }

    /// The fewest sets of a list.
    fn least(&self, operation: &Operation, name: &str) -> usize {
        let Operation::Write { pattern, .. } = operation else {
            return 0;
        };
        let lists = self.parameters.get(pattern).map(|p| &p.lists);
        let list = lists.into_iter().flatten().find(|l| l.name == name);
        list.map_or(0, |l| l.min)
    }

    fn optional(&self, operation: &Operation, name: &str) -> bool {
        match operation {
            Operation::Put { entity, .. } => self
                .design
                .entity(entity)
                .is_ok_and(|e| e.attributes.get(name).is_some_and(|a| a.optional)),
            _ => self.parameter(operation, name).is_some_and(|p| p.optional),
        }
    }

    fn parameter(&self, operation: &Operation, name: &str) -> Option<&Parameter> {
        let (Operation::Write { pattern, .. }
        | Operation::Read { pattern, .. }
        | Operation::Batch { pattern, .. }) = operation
        else {
            return None;
        };
        let parameters = self.parameters.get(pattern)?;
        let lists = parameters.lists.iter().flat_map(|l| &l.parameters);
        let mut all = parameters.single.iter().chain(lists);
        all.find(|p| p.name == name)
    }

    fn kind(&self, operation: &Operation, name: &str) -> Option<Type> {
        match operation {
            Operation::Put { entity, .. } => {
                let entity = self.design.entity(entity).ok()?;
                Some(entity.attributes.get(name)?.kind.clone())
            }
            _ => Some(self.parameter(operation, name)?.kind.clone()),
        }
    }

    /// Simpler values in the places of others: each value everywhere at once, so that what is equal stays equal.
    fn simpler(&mut self, found: &mut Found) {
        let mut kinds: BTreeMap<Value, Vec<Type>> = BTreeMap::new();
        for operation in &found.operations {
            for (name, value) in operation.given().into_iter().flatten() {
                let kinds = kinds.entry(value.clone()).or_default();
                kinds.extend(self.kind(operation, name));
            }
        }
        let mut used = 0;
        for (value, kinds) in kinds {
            let [first, rest @ ..] = kinds.as_slice() else {
                continue;
            };
            if rest.iter().any(|kind| kind != first) {
                continue;
            }
            if self.spent(found) {
                return;
            }
            for simple in simple_ones(first, &value, &mut used) {
                let mut operations = found.operations.clone();
                let given = operations.iter_mut().flat_map(Operation::given_mut);
                for there in given.flat_map(Attrs::values_mut).filter(|v| **v == value) {
                    *there = simple.clone();
                }
                if self.take(operations, found) {
                    break;
                }
            }
        }
    }
}

/// Whether an operation is given less than another one.
fn smaller(less: &Operation, than: &Operation) -> bool {
    let count = |o: &Operation| o.given().iter().map(|a| 1 + a.len()).sum::<usize>();
    count(less) < count(than)
}

/// Simpler values of a type, the simplest first; none where the value is simple already.
fn simple_ones(kind: &Type, value: &Value, used: &mut usize) -> Vec<Value> {
    let text = |text: String| vec![Value::Text(text)];
    *used += 1;
    let n = *used;
    match (kind, value) {
        (Type::Text, Value::Text(there)) => {
            let letter = char::from(b'a' + u8::try_from((n - 1) % 26).unwrap_or(0));
            let half = there.char_indices().nth(there.chars().count() / 2);
            let half = half.map_or(0, |(at, _)| at);
            let mut simple = text(letter.to_string());
            if there.chars().count() > 2 {
                simple.extend(text(there[..half].to_owned()));
                simple.extend(text(there[half..].to_owned()));
            }
            simple
        }
        (Type::Ulid, _) => text(format!("01J{n:023}")),
        (Type::Ksuid, _) => text(format!("2P{n:025}")),
        (Type::Uuid, _) => text(format!("00000000-0000-4000-8000-{n:012}")),
        (Type::Enumeration(values), _) => values.first().cloned().map_or_else(Vec::new, text),
        (Type::Integer, Value::Int(there)) if !(0..3).contains(there) => {
            vec![Value::Int(0), Value::Int(1), Value::Int(2)]
        }
        (Type::Decimal, Value::Dec(there)) if there.scale > 0 || !(0..3).contains(&there.units) => {
            (0..3).map(|n| Value::Dec(Decimal::new(n, 0))).collect()
        }
        (Type::Timestamp, Value::Instant(_)) => {
            let second = i64::try_from(n).unwrap_or(0);
            vec![Value::Instant(super::compare::CLOCK - 250 + 1000 * second)]
        }
        (Type::List, Value::List(there)) if !there.is_empty() => vec![Value::List(Vec::new())],
        (Type::Map, Value::Map(there)) if !there.is_empty() => vec![Value::Map(BTreeMap::new())],
        _ => Vec::new(),
    }
}

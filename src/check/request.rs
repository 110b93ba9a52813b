//! Reading requests: their shape, and which items of each kind of item they bring.

use super::compare::{Scope, compare};
use super::facts::{Facts, Spread, facts};
use super::filter::passes;
use super::model::{Entry, KindOf, Model};
use super::outcome::{Outcome, Test, between, select};
use super::token::{At, Head, Token, tokens};
use super::values::Given;
use crate::plan::{Choice, ForEach, Key, ReadStep, Segment, SortCondition};
use crate::workload::Constant;
use serde_json::Value;
use std::collections::BTreeMap;

/// A condition on a sort key attribute, its choices made.
#[derive(Debug)]
enum Bound {
    /// One value.
    One(Test, Vec<Token>),
    /// From and to.
    Between(Vec<Token>, Vec<Token>),
}

/// A reading step, the choices made that depend on optional parameters.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// The step.
    pub(super) step: &'a ReadStep,
    partition: Vec<Vec<Token>>,
    sort: Vec<Bound>,
    variables: BTreeMap<String, Vec<Value>>,
}

/// What a request brings of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Brings {
    /// Nothing.
    Nothing,
    /// The items of which this holds.
    Items {
        /// What holds of them.
        facts: Facts,
        /// What it holds for, one request after the other.
        spread: Spread,
    },
    /// It cannot be told.
    Unclear(String),
}

/// A step with its choices made.
///
/// # Errors
/// What cannot be understood, in words.
pub(super) fn request<'a>(step: &'a ReadStep, given: &Given<'_>) -> Result<Request<'a>, String> {
    let read = |segments: &Vec<Segment>| tokens(segments, None);
    let partition = step
        .partition
        .iter()
        .map(|p| read(&p.segments))
        .collect::<Result<_, _>>()?;
    let one = |condition: &SortCondition| {
        let single = |test, choice: &Choice<Vec<Segment>>| {
            Ok::<_, String>(Bound::One(test, read(given.resolve(choice))?))
        };
        match condition {
            SortCondition::Equals(c) => single(Test::Equals, c),
            SortCondition::BeginsWith(c) => single(Test::Begins, c),
            SortCondition::Lt(c) => single(Test::Below, c),
            SortCondition::Le(c) => single(Test::AtMost, c),
            SortCondition::Gt(c) => single(Test::Above, c),
            SortCondition::Ge(c) => single(Test::AtLeast, c),
            SortCondition::Between(low, high) => Ok(Bound::Between(
                read(given.resolve(low))?,
                read(given.resolve(high))?,
            )),
        }
    };
    let sort = step
        .sort
        .iter()
        .map(|c| one(given.resolve(c)))
        .collect::<Result<_, _>>()?;
    let mut variables = BTreeMap::new();
    for each in step.for_each.iter().flatten() {
        if let ForEach::Values { variable, values } = each {
            variables.insert(variable.clone(), values.clone());
        }
    }
    Ok(Request {
        step,
        partition,
        sort,
        variables,
    })
}

impl Request<'_> {
    /// Why a request has not the shape of its call on a key.
    pub(super) fn misshapen(&self, key: &Key) -> Option<String> {
        let equal = |b: &Bound| matches!(b, Bound::One(Test::Equals, _));
        let (partition, sort) = (self.partition.len(), self.sort.len());
        let leading = self.sort.len().saturating_sub(1);
        let fits = match self.step.call.as_str() {
            "Scan" => partition == 0 && sort == 0,
            "Query" => {
                partition == key.partition.len()
                    && sort <= key.sort.len()
                    && self.sort.iter().take(leading).all(equal)
            }
            "GetItem" | "BatchGetItem" => {
                let whole = partition == key.partition.len() && sort == key.sort.len();
                whole
                    && self.sort.iter().all(equal)
                    && self.step.index.is_none()
                    && self.step.limit.is_none()
            }
            other => return Some(format!("there is no reading call `{other}`")),
        };
        let bounds = self.sort.iter().flat_map(|b| match b {
            Bound::One(_, tokens) => vec![tokens],
            Bound::Between(low, high) => vec![low, high],
        });
        if self.partition.iter().chain(bounds).any(Vec::is_empty) {
            return Some("it compares a key with empty text, which DynamoDB refuses".to_owned());
        }
        (!fits).then(|| format!("its key conditions are not those of a {}", self.step.call))
    }

    /// What the request brings of a kind.
    pub(super) fn brings(
        &self,
        model: &Model<'_>,
        (kind, entry): (&KindOf<'_>, &Entry<'_>),
        given: &Given<'_>,
        parameters: &BTreeMap<String, Vec<Constant>>,
    ) -> Brings {
        let mut partitions = entry.partition.iter().zip(&self.partition);
        if partitions.any(|(key, wanted)| differ(At::start(key), At::start(wanted))) {
            return Brings::Nothing;
        }
        let entity = model.workload.entity(kind.entity);
        let scope = Scope {
            entity,
            parameters,
            variables: &self.variables,
        };
        let keys = self.selects(scope, entry);
        if keys == Outcome::Never {
            return Brings::Nothing;
        }
        let held = keys.and(|| Outcome::When(entry.holds.clone()));
        let filter = self.step.filter.as_deref().unwrap_or_default();
        match held.and(|| passes(entity, kind, filter, given)) {
            Outcome::Never => Brings::Nothing,
            Outcome::Unclear(why) => Brings::Unclear(why),
            Outcome::When(atoms) => match facts(scope, &atoms) {
                None => Brings::Nothing,
                Some((facts, spread)) => Brings::Items { facts, spread },
            },
        }
    }

    fn selects(&self, scope: Scope<'_>, entry: &Entry<'_>) -> Outcome {
        let mut so_far = Outcome::all();
        for (key, wanted) in entry.partition.iter().zip(&self.partition) {
            so_far = so_far.and(|| {
                select(
                    &compare(scope, At::start(key), At::start(wanted)),
                    Test::Equals,
                )
            });
            if so_far == Outcome::Never {
                return so_far;
            }
        }
        for (key, bound) in entry.sort.iter().zip(&self.sort) {
            let tree = |tokens| compare(scope, At::start(key), At::start(tokens));
            so_far = so_far.and(|| match bound {
                Bound::One(test, tokens) => select(&tree(tokens), *test),
                Bound::Between(low, high) => between(&tree(low), &tree(high)),
            });
        }
        so_far
    }
}

/// Whether two values begin with texts of which neither begins with the other, so that they are never equal: what tells
/// most kinds of items in a place apart from the one that is asked for.
fn differ(key: At<'_>, wanted: At<'_>) -> bool {
    match (key.head(), wanted.head()) {
        (Head::Text(a), Head::Text(b)) => a.iter().zip(b).any(|(a, b)| a != b),
        _ => false,
    }
}

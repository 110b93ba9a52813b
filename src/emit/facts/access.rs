//! Which calls the patterns make, and on what: what a policy of least privilege allows.
//!
//! Promises: every call that a step makes is allowed and no other; an index is allowed only to those who read it.

use crate::plan::{ActionEntry, Assignment, Parameter, Pattern, Plan, ReadStep, Step, WriteStep};
use std::collections::{BTreeMap, BTreeSet};

/// What the patterns need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Access {
    /// Those that only read.
    pub(in crate::emit) read: Vec<Grant>,
    /// Those that write, with the reads that belong to them.
    pub(in crate::emit) write: Vec<Grant>,
}

/// Actions that are allowed on the same resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Grant {
    /// The actions, sorted, without the `dynamodb:` before them.
    pub(in crate::emit) actions: Vec<&'static str>,
    /// The resources, the table first.
    pub(in crate::emit) resources: Vec<Resource>,
}

/// What an action is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::emit) enum Resource {
    /// The table.
    Table,
    /// An index of it, by its name.
    Index(String),
}

/// Actions by resource.
pub(in crate::emit) type Needs = BTreeMap<Resource, BTreeSet<&'static str>>;

/// What the patterns of a table need. Of a pattern that is not covered, nothing.
pub(in crate::emit) fn access(plan: &Plan, table: &str) -> Access {
    let (writing, reading): (Vec<&Pattern>, Vec<&Pattern>) =
        served(plan).partition(|p| p.steps.iter().any(|s| matches!(s, Step::Write(_))));
    let of = |patterns: &[&Pattern]| grants(&needs(patterns.iter().copied(), table));
    Access {
        read: of(&reading),
        write: of(&writing),
    }
}

/// What all patterns of a table need together.
pub(in crate::emit) fn all(plan: &Plan, table: &str) -> Vec<Grant> {
    grants(&needs(served(plan), table))
}

/// What one pattern needs of a table: actions without the `dynamodb:` before them, by resource.
pub(in crate::emit) fn of_pattern(pattern: &Pattern, table: &str) -> Needs {
    needs(std::iter::once(pattern), table)
}

/// The calls of the service that the patterns make, by the names that its metrics have for them: a transaction is one
/// call.
pub(in crate::emit) fn operations(plan: &Plan, table: &str) -> BTreeSet<&'static str> {
    let mut made = BTreeSet::new();
    for step in served(plan).flat_map(|p| &p.steps) {
        match step {
            Step::Read(read) if read.table == table => made.extend(read_call(read)),
            Step::Write(write) if write.table == table => {
                made.extend(write_call(write));
                made.extend(reads_before(write));
            }
            Step::Read(_) | Step::Write(_) => {}
        }
    }
    made
}

fn served(plan: &Plan) -> impl Iterator<Item = &Pattern> {
    let all = plan.patterns.iter();
    all.filter(|p| p.status == "covered" || p.status == "degraded")
}

fn needs<'a>(patterns: impl Iterator<Item = &'a Pattern>, table: &str) -> Needs {
    let mut made = Needs::new();
    for (pattern, step) in patterns.flat_map(|p| p.steps.iter().map(move |s| (p, s))) {
        match step {
            Step::Read(read) if read.table == table => {
                let on = read.index.clone().map_or(Resource::Table, Resource::Index);
                made.entry(on).or_default().extend(read_call(read));
            }
            Step::Write(write) if write.table == table => {
                let on = made.entry(Resource::Table).or_default();
                for one in &write.actions {
                    on.extend(action(&one.action));
                    if write.call == "TransactWriteItems" && may_be_idle(pattern, one) {
                        on.insert("ConditionCheckItem");
                    }
                }
                on.extend(reads_before(write));
            }
            Step::Read(_) | Step::Write(_) => {}
        }
    }
    made
}

/// Resources that allow the same are one statement.
fn grants(needs: &Needs) -> Vec<Grant> {
    let mut made: Vec<Grant> = Vec::new();
    for (resource, actions) in needs {
        let actions: Vec<&'static str> = actions.iter().copied().collect();
        match made.iter_mut().find(|g| g.actions == actions) {
            Some(grant) => grant.resources.push(resource.clone()),
            None => made.push(Grant {
                actions,
                resources: vec![resource.clone()],
            }),
        }
    }
    made
}

fn read_call(read: &ReadStep) -> Option<&'static str> {
    let known = ["BatchGetItem", "GetItem", "Query", "Scan"];
    known.into_iter().find(|c| *c == read.call)
}

fn write_call(write: &WriteStep) -> Option<&'static str> {
    let known = ["DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"];
    known.into_iter().find(|c| *c == write.call)
}

/// A transaction is allowed by what it does, not by its own name.
fn action(name: &str) -> Option<&'static str> {
    Some(match name {
        "put" => "PutItem",
        "update" => "UpdateItem",
        "delete" => "DeleteItem",
        "check" => "ConditionCheckItem",
        _ => return None,
    })
}

/// Whether a call can have an update that changes nothing: the service takes none in a transaction, so that it is sent as
/// a check of its condition.
fn may_be_idle(pattern: &Pattern, of: &ActionEntry) -> bool {
    let all: Vec<&Parameter> = pattern.parameters.iter().collect();
    let listed = all.iter().flat_map(|p| p.parameters.iter().flatten());
    let known: Vec<&Parameter> = all.iter().copied().chain(listed).collect();
    let may_lack = |of: &&Assignment| match &of.parameter {
        Some(name) => known.iter().any(|p| p.name == *name && may_be_nothing(p)),
        // What is computed of others changes only with them.
        None => of.derived == Some(true),
    };
    let mut changes = of.set.iter().chain(&of.add).chain(&of.remove);
    of.action == "update" && changes.all(|c| may_lack(&c))
}

/// Whether nothing can be given for a parameter, or an empty set.
fn may_be_nothing(of: &Parameter) -> bool {
    let set = of.ty.as_deref().is_some_and(|ty| ty.starts_with("set("));
    of.optional || set
}

/// An action that has to know the item as it is gets it first.
fn reads_before(write: &WriteStep) -> Option<&'static str> {
    let reads = write.actions.iter().any(|a| !a.current.is_empty());
    reads.then_some("GetItem")
}

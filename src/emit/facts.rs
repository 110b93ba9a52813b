//! What every target of infrastructure needs to know of a plan, worked out once and as plain data.
//!
//! Promises: a function of the plan alone; every list has one order, in which a new index, pattern or consumer takes its
//! place without moving the others about; nothing here is written in the syntax of a target.
//!
//! - [`key_attributes`]: the attribute definitions, exactly those that keys use.
//! - [`Value`]: what a text of the design is, a literal or the name of a variable; [`variables`]: all of them.
//! - [`access`]: which calls on which resources the patterns make ([`access::Access`]).
//! - [`alarms`]: which alarms there are ([`alarms::Alarm`]).
//! - [`consumers`]: the event source mappings with their filters ([`consumers::Mapping`]).
//! - [`Throughput`]: limits and warm throughput, only where they say more than a new table has.

pub(super) mod access;
pub(super) mod alarms;
pub(super) mod consumers;

use crate::plan::{KeyAttribute, Plan, Table, TableSettings};
use std::collections::BTreeMap;

/// The attributes that the keys of the table and of its indexes use, each once, in the order of their first use: a table
/// defines these and no others.
pub(super) fn key_attributes(table: &Table) -> Vec<&KeyAttribute> {
    let keys = std::iter::once(&table.key).chain(table.indexes.iter().map(|i| &i.key));
    let mut made: Vec<&KeyAttribute> = Vec::new();
    for attribute in keys.flat_map(|k| k.partition.iter().chain(&k.sort)) {
        if !made.iter().any(|a| a.attribute == attribute.attribute) {
            made.push(attribute);
        }
    }
    made
}

/// What a text of the design means where an ARN is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value<'a> {
    /// `var.NAME`: whoever applies the files gives it under this name.
    Variable(&'a str),
    /// The text itself.
    Literal(&'a str),
}

impl<'a> Value<'a> {
    /// Of a text. Names that cannot be declared were refused in the design file.
    pub(super) fn of(text: &'a str) -> Self {
        text.strip_prefix("var.")
            .map_or(Self::Literal(text), Self::Variable)
    }
}

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// The key that encrypts the table.
    Key,
    /// The function of a consumer: of this one, or of the first of several.
    Function(&'a str),
}

/// The variables that a plan names, by their names.
pub(super) fn variables(plan: &Plan) -> BTreeMap<&str, Role<'_>> {
    let mut made = BTreeMap::new();
    let keys = plan
        .tables
        .iter()
        .filter_map(|t| t.settings.kms_key.as_ref());
    let keys = keys.map(|k| (k.as_str(), Role::Key));
    let functions = plan.consumers.iter();
    let functions = functions.map(|c| (c.function.as_str(), Role::Function(&c.name)));
    for (text, role) in keys.chain(functions) {
        if let Value::Variable(name) = Value::of(text) {
            made.entry(name).or_insert(role);
        }
    }
    made
}

/// Units a second, of reads and of writes, where they are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Throughput {
    /// Of reads.
    pub(super) read: Option<u64>,
    /// Of writes.
    pub(super) write: Option<u64>,
}

/// Which keys Contributor Insights show: those that are throttled. Counting every access as well would be paid for by the
/// event.
pub(super) const INSIGHTS: &str = "THROTTLED_KEYS";

/// What a new table and each of its indexes serve at once. Source: Amazon `DynamoDB` Developer Guide, "Understanding
/// `DynamoDB` warm throughput".
const WARM: (u64, u64) = (12_000, 4_000);

impl Throughput {
    fn some(read: Option<u64>, write: Option<u64>) -> Option<Self> {
        (read.is_some() || write.is_some()).then_some(Self { read, write })
    }

    /// The most that is served on demand, of the table and of each global index; nothing where there is no limit.
    pub(super) fn most(settings: &TableSettings) -> Option<Self> {
        Self::some(settings.max_read_units, settings.max_write_units)
    }

    /// What is served at once, of the table and of each global index; nothing where it is what they serve anyway, which
    /// tools would show as a difference again and again.
    pub(super) fn warm(settings: &TableSettings) -> Option<Self> {
        Self::some(
            settings.warm_read_units.filter(|u| *u > WARM.0),
            settings.warm_write_units.filter(|u| *u > WARM.1),
        )
    }

    /// The same with what a new table serves where nothing is said.
    pub(super) fn whole(self) -> Self {
        Self {
            read: self.read.or(Some(WARM.0)),
            write: self.write.or(Some(WARM.1)),
        }
    }
}

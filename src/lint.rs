//! What an expert would say of a finished design: where it will break, what in it is not used, what it rests on.
//!
//! Promises: every finding has a code with a page that names its source, a place in the file and a way out; the numbers
//! are those of the cost model and of [`crate::heat`], so that a finding and the plan never disagree. An error is a
//! limit of `DynamoDB` that the design would break, a warning something that most designs do not have, a note what many
//! have and rightly so: it is listed and shown when asked for.
//!
//! A rule belongs to the file of its family; what they share stands here.

mod assumed;
mod capacity;
mod heat;
mod keys;
mod size;
mod tenant;
mod usage;

use crate::cost::figures::Figures;
use crate::cost::model::Model;
use crate::diagnostic::Diagnostics;
use crate::heat::{Load, loads};
use crate::layout::Family;
use crate::schema::Schema;
use crate::solve::Solution;
use crate::workload::{PatternId, Workload};

/// Beyond so many patterns nothing is solved again for a finding: each trial solves the whole workload.
const MOST_PATTERNS: usize = 150;

/// What the rules look at.
struct Design<'a> {
    workload: &'a Workload,
    solution: &'a Solution,
    schema: &'a Schema,
    model: &'a Model<'a>,
    figures: &'a Figures<'a>,
    loads: Vec<Load<'a>>,
}

/// Applies every rule to a solved design.
pub fn lint(solution: &Solution, figures: &Figures<'_>, found: &mut Diagnostics) {
    let design = Design {
        workload: figures.model.workload,
        solution,
        schema: figures.schema,
        model: &figures.model,
        figures,
        loads: loads(figures),
    };
    heat::lint(&design, found);
    size::lint(&design, found);
    keys::lint(&design, found);
    capacity::lint(&design, found);
    usage::lint(&design, found);
    tenant::lint(&design, found);
    assumed::lint(&design, found);
}

impl Design<'_> {
    /// `the table`, or the name of an index.
    fn place(&self, index: Option<usize>) -> &str {
        index.map_or("the table", |at| self.schema.indexes[at].name.as_str())
    }

    fn name(&self, pattern: PatternId) -> &str {
        &self.workload.pattern(pattern).name
    }

    /// The entities of a family in backticks: `` `A` and `B` ``.
    fn entities(&self, family: &Family) -> String {
        let names = family.members.iter();
        and(names.map(|m| self.workload.entity(m.entity).name.as_str()))
    }

    /// The partition key of a family: `one constant key`, or `one value of the key customer_id`.
    fn partition(&self, family: &Family) -> String {
        let Some(first) = family.members.first() else {
            return String::new();
        };
        let columns = family.columns.iter().filter_map(|c| c.first().copied());
        let names = self.workload.entity(first.entity).names(columns);
        if names.is_empty() {
            "one constant key".to_owned()
        } else {
            format!("one value of the key {}", names.join(", "))
        }
    }
}

/// Names in backticks: `` `a`, `b` and `c` ``; of many the first few.
fn and<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 6;
    let all: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > MOST => {
            format!("{} and {} more", many[..MOST].join(", "), many.len() - MOST)
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Picodollars as dollars and cents.
fn money(pico: u128) -> String {
    let cents = (pico + 5_000_000_000) / 10_000_000_000;
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// Millionths of units a second, rounded up, with the words for what there is of them.
fn units(writes: u128, reads: u128) -> String {
    let whole = u128::from(crate::estimate::WHOLE);
    match (writes.div_ceil(whole), reads.div_ceil(whole)) {
        (0, reads) => format!("{} read units", grouped(reads)),
        (writes, 0) => format!("{} write units", grouped(writes)),
        (writes, reads) => format!(
            "{} write and {} read units",
            grouped(writes),
            grouped(reads)
        ),
    }
}

/// A number with commas between groups of three digits.
fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let mut made = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            made.push(',');
        }
        made.push(c);
    }
    made
}

/// Bytes in the greatest unit of 1024 that leaves at least one of it, rounded.
fn bytes(n: u128) -> String {
    let names = ["bytes", "KB", "MB", "GB", "TB", "PB"];
    let mut unit = 0;
    let mut divisor: u128 = 1;
    while unit + 1 < names.len() && n >= divisor * 1024 {
        divisor *= 1024;
        unit += 1;
    }
    format!("{} {}", grouped((n + divisor / 2) / divisor), names[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(bytes(1023), "1,023 bytes");
        assert_eq!(bytes(12 << 30), "12 GB");
        assert_eq!(money(1_234_560_000_000_000), "$1234.56");
        assert_eq!(units(2_000_001, 0), "3 write units");
        assert_eq!(and(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}

//! Quotas and capacity: what the declared peaks ask of the table and of each index.
//!
//! Source of the numbers: the Amazon `DynamoDB` Developer Guide, "Quotas" and "Understanding `DynamoDB` warm
//! throughput".

use super::{Design, and, units};
use crate::cost::load::Load;
use crate::cost::model::Units;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::estimate::WHOLE;
use crate::layout::Kind;
use crate::schema::Projection;
use crate::solve::projection::MOST_INCLUDED;
use crate::workload::Billing;

/// Global secondary indexes of a table, unless the account's quota was raised.
const INDEXES: usize = 20;
/// Read and write units a second of a table and its indexes, unless the account's quota was raised.
const TABLE_UNITS: u128 = 40_000;
/// Units a second that a new on-demand table, and each of its indexes, serves at once.
const NEW_READS: u128 = 12_000;
const NEW_WRITES: u128 = 4_000;
/// From so many attributes in all INCLUDE projections on they are near what a table may name.
const MANY_INCLUDED: usize = 80;

/// Applies the rules of this family.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    let peaks = peaks(design);
    included(design, found);
    quotas(design, &peaks, found);
    match &design.workload.settings.billing {
        Billing::OnDemand => {
            let settings = &design.workload.settings;
            capacity(
                design,
                &peaks,
                (settings.max_read, settings.max_write),
                found,
            );
            warm(design, &peaks, found);
        }
        Billing::Provisioned { read, write, .. } => {
            capacity(design, &peaks, (Some(read.max), Some(write.max)), found);
        }
    }
}

/// Millionths of units a second at the declared peaks, all together: of the table, then of each index.
fn peaks(design: &Design<'_>) -> Vec<Units> {
    let loads = design.figures.loads();
    let peak = |l: &Load| Units {
        read: l.peak.read,
        write: l.peak.writes(),
        ..Units::default()
    };
    loads.iter().map(peak).collect()
}

/// The table or an index, by its place in the list of peaks.
fn place<'a>(design: &'a Design<'_>, at: usize) -> &'a str {
    design.place(at.checked_sub(1))
}

fn included(design: &Design<'_>, found: &mut Diagnostics) {
    let of = |p: &Projection| match p {
        Projection::Include(names) => names.len(),
        _ => 0,
    };
    let included: usize = design
        .schema
        .indexes
        .iter()
        .map(|i| of(&i.projection))
        .sum();
    if included > MANY_INCLUDED {
        found.push(
            Diagnostic::at(
                Code::D0303,
                design.workload.span,
                format!("the INCLUDE projections name {included} attributes"),
            )
            .note(format!(
                "DynamoDB takes {MOST_INCLUDED} for all indexes of a table together"
            ))
            .help("drop `select` from a pattern that wants nearly all, so that its index carries whole items"),
        );
    }
}

fn quotas(design: &Design<'_>, peaks: &[Units], found: &mut Diagnostics) {
    let globals = design.schema.count(Kind::Global);
    if globals > INDEXES {
        found.push(
            Diagnostic::at(
                Code::D0515,
                design.workload.span,
                format!("the design has {globals} global secondary indexes"),
            )
            .note(format!(
                "an account has {INDEXES} for each table, unless its quota was raised"
            ))
            .help("ask for a higher quota before the table is created, or lower `limits: { gsis: ... }` to what there is"),
        );
    }
    let all = peaks.iter().fold(Units::default(), |a, b| Units {
        read: a.read.saturating_add(b.read),
        write: a.write.saturating_add(b.write),
        ..a
    });
    let most = TABLE_UNITS * u128::from(WHOLE);
    if all.read > most || all.write > most {
        found.push(
            Diagnostic::at(
                Code::D0515,
                design.workload.span,
                format!(
                    "the declared peaks come to {} a second, of the table and its indexes together",
                    units(all.write, all.read)
                ),
            )
            .note("an account has 40,000 read and 40,000 write units a second for each table, unless its quota was raised")
            .help("ask for a higher quota before the load comes"),
        );
    }
}

/// Capacity that the file sets, against the peaks of the table and of each index.
fn capacity(
    design: &Design<'_>,
    peaks: &[Units],
    (read, write): (Option<u64>, Option<u64>),
    found: &mut Diagnostics,
) {
    let over = |load: u128, most: Option<u64>| {
        let most = most.filter(|m| load > u128::from(*m) * u128::from(WHOLE));
        most.map(|_| load)
    };
    let settings = &design.workload.settings;
    let span = settings.capacity.unwrap_or(design.workload.span);
    for (at, peak) in peaks.iter().enumerate() {
        let (reads, writes) = (over(peak.read, read), over(peak.write, write));
        if reads.is_none() && writes.is_none() {
            continue;
        }
        let made = Diagnostic::at(
            Code::D0516,
            span,
            format!(
                "{} takes {} a second at the declared peaks, more than is set here",
                place(design, at),
                units(writes.unwrap_or(0), reads.unwrap_or(0))
            ),
        )
        .note("DynamoDB throttles what is beyond");
        let made = if at > 0 && writes.is_some() {
            made.note(
                "where an index cannot take a write, DynamoDB throttles the write of the table",
            )
        } else {
            made
        };
        found.push(made.help("raise what is set, or lower the `peak` of the patterns"));
    }
}

/// More than a new on-demand table serves at once.
fn warm(design: &Design<'_>, peaks: &[Units], found: &mut Diagnostics) {
    let settings = &design.workload.settings;
    let most = |given: Option<u64>, new: u128| given.map_or(new, |n| new.max(u128::from(n)));
    let (most_reads, most_writes) = (
        most(settings.warm_read, NEW_READS),
        most(settings.warm_write, NEW_WRITES),
    );
    let beyond = |p: &Units| {
        let above = |load: u128, most: u128| {
            if load > most * u128::from(WHOLE) {
                load
            } else {
                0
            }
        };
        (above(p.write, most_writes), above(p.read, most_reads))
    };
    let hot: Vec<usize> = (0..peaks.len())
        .filter(|at| beyond(&peaks[*at]) != (0, 0))
        .collect();
    if hot.is_empty() {
        return;
    }
    let said: Vec<String> = hot
        .iter()
        .map(|at| {
            let (writes, reads) = beyond(&peaks[*at]);
            format!("{} {}", place(design, *at), units(writes, reads))
        })
        .collect();
    let loads = hot.iter().map(|at| peaks[*at]);
    let (write, read) = loads.fold((0, 0), |(w, r), p| (w.max(p.write), r.max(p.read)));
    let whole = u128::from(WHOLE);
    let patterns = busiest(design);
    found.push(
        Diagnostic::at(
            Code::D0517,
            design.workload.span,
            format!("the declared peaks are above what a new table serves: {} a second", said.join(", ")),
        )
        .note(format!(
            "a new on-demand table and each of its indexes serve 4,000 write and 12,000 read units a second at once, and then twice their highest load so far; most is asked by {}",
            and(patterns.iter().map(String::as_str))
        ))
        .help(format!(
            "before the load comes, set `table: {{ warm_throughput: ... }}` to {}, or let it grow over several half hours",
            units(
                write.max(most_writes * whole),
                read.max(most_reads * whole)
            )
        )),
    );
}

/// The patterns that ask most at their peaks, at most three.
fn busiest(design: &Design<'_>) -> Vec<String> {
    let mut all: Vec<(u128, &str)> = design
        .workload
        .pattern_ids()
        .map(|p| {
            let pattern = design.workload.pattern(p);
            let units = design.figures.call(p);
            // Writes count for as many reads as a new table serves for one of them.
            let writes = units.write + units.index_write;
            let weight = units.read + writes * (NEW_READS / NEW_WRITES);
            (
                pattern.peak.micro_calls_in(1).saturating_mul(weight),
                pattern.name.as_str(),
            )
        })
        .collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    all.iter()
        .take(3)
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

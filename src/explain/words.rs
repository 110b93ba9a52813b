//! Numbers, and what a read needs, in words.

use super::Asked;
use crate::estimate::WHOLE;
use crate::plan::costs::{dollars, units};
use crate::plan::proof::listed;
use crate::report::view::{money, number};
use crate::workload::{
    AttributeId, Binding, Constant, EntityId, Period, Rate, Read, ReadVerb, Test, Workload,
};

/// Picodollars as dollars and cents.
pub(super) fn usd(pico: u128) -> String {
    money(dollars(pico))
}

/// Millionths of a unit, or of an item.
pub(super) fn micro(n: u128) -> String {
    match n {
        1..5_000 => "under 0.01".to_owned(),
        _ => number(units(n)),
    }
}

/// A number and a unit, as many as there are.
pub(super) fn several(n: &str, one: &str, many: &str) -> String {
    format!("{n} {}", if n == "1" { one } else { many })
}

/// A count.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers for people, of which the first digits count"
)]
pub(super) fn count(n: u128) -> String {
    number(n as f64)
}

/// Bytes as people write them.
pub(super) fn bytes(n: u128) -> String {
    let scaled = |unit: u128, word: &str| format!("{} {word}", micro(n * u128::from(WHOLE) / unit));
    match n {
        0..1024 => format!("{n} B"),
        1024..0x10_0000 => scaled(1 << 10, "KB"),
        0x10_0000..0x4000_0000 => scaled(1 << 20, "MB"),
        _ => scaled(1 << 30, "GB"),
    }
}

/// Parts per million in percent.
pub(super) fn percent(part: u64) -> String {
    match part {
        1..100 => "under 0.01 %".to_owned(),
        _ => format!("{} %", micro(u128::from(part) * 100)),
    }
}

/// A rate as the language writes it.
pub(super) fn rate(of: Rate) -> String {
    let period = match of.period {
        Period::Second => "s",
        Period::Minute => "min",
        Period::Hour => "h",
        Period::Day => "day",
    };
    format!("{}/{period}", micro(u128::from(of.micro_calls)))
}

/// Calls of a month.
pub(super) fn calls(of: Rate) -> String {
    count(of.micro_calls_in(crate::cost::price::MONTH) / u128::from(WHOLE))
}

/// Names in backticks with commas.
pub(super) fn ticked<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let all: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    listed(&all)
}

/// The attribute of a binding: its name where all entities call it the same, else one for each.
fn bound(workload: &Workload, binding: &Binding) -> String {
    let name = |(e, a): (&EntityId, &AttributeId)| workload.entity(*e).attribute(*a).name.clone();
    let mut names: Vec<String> = binding.iter().map(name).collect();
    names.sort();
    names.dedup();
    ticked(names.iter().map(String::as_str))
}

fn constant(of: &Constant) -> String {
    match crate::plan::constant(of) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

impl Asked<'_> {
    /// What a read needs, one requirement each.
    pub(super) fn needs(&self, read: &Read) -> Vec<String> {
        let w = self.workload;
        let entities = listed(
            &read
                .entities
                .iter()
                .map(|e| w.entity(*e).name.clone())
                .collect::<Vec<_>>(),
        );
        let mut made = vec![match read.verb {
            ReadVerb::Get => format!("the one {entities}"),
            ReadVerb::Count => format!("the number of {entities} items"),
            ReadVerb::List if read.entities.len() > 1 => {
                format!("{entities} items, together in one request")
            }
            ReadVerb::List => format!("{entities} items"),
        }];
        for column in &read.by {
            let optional = if column.optional { ", if given" } else { "" };
            made.push(format!("equal: {}{optional}", bound(w, &column.binding)));
        }
        for condition in &read.constants {
            let test = match &condition.test {
                Test::OneOf(values) => {
                    let values: Vec<String> = values.iter().map(constant).collect();
                    format!("is {}", values.join(" or "))
                }
                Test::Exists => "is there".to_owned(),
                Test::Missing => "is not there".to_owned(),
            };
            made.push(format!(
                "only where {} {test}",
                bound(w, &condition.binding)
            ));
        }
        if let Some(range) = &read.range {
            made.push(format!("range: {}", bound(w, &range.binding)));
        }
        if let Some((prefix, optional)) = &read.prefix {
            let optional = if *optional { ", if given" } else { "" };
            made.push(format!("start of text: {}{optional}", bound(w, prefix)));
        }
        for sort in &read.sort {
            let direction = if sort.descending { ", descending" } else { "" };
            made.push(format!("sorted by {}{direction}", bound(w, &sort.binding)));
        }
        if let Some(limit) = &read.limit {
            let whose = limit.entity.map(|e| format!(" {} items", w.entity(e).name));
            made.push(format!(
                "the first {}{}",
                limit.count,
                whose.unwrap_or_default()
            ));
        }
        if read.consistent {
            made.push("strongly consistent: it sees every earlier write".to_owned());
        }
        for (entity, at) in &read.follow {
            let reference = &w.entity(*entity).references[*at];
            made.push(format!("the items that `{}` refers to", reference.name));
        }
        if read.verb != ReadVerb::Count {
            made.push(match &read.select {
                None => "whole items".to_owned(),
                Some(select) => {
                    let names = select.iter().flat_map(|(e, all)| {
                        all.iter()
                            .map(|(a, _)| w.entity(*e).attribute(*a).name.as_str())
                    });
                    format!("of each only {}", ticked(names))
                }
            });
        }
        made
    }
}

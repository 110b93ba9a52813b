//! What other numbers make of a design: the plan of the changed file beside the plan of the file as it is.
//!
//! Only what differs is told: indexes, keys, how patterns are answered, findings, costs.

use super::page::{Page, finished};
use super::view::{KeyRow, View, money, view};
use crate::plan::Plan;
use crate::plan::proof::plural;
use comfy_table::CellAlignment;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The difference between two plans.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhatIf {
    /// What was tried, as the caller wrote it.
    pub changes: Vec<String>,
    /// Secondary indexes.
    pub indexes: Both<usize>,
    /// US dollars a month.
    pub usd_per_month: Both<f64>,
    /// The cost of storage and point-in-time recovery.
    pub storage_usd_per_month: Both<f64>,
    /// Indexes that come, go, or change: their kind and what they carry.
    pub tables: Vec<Changed>,
    /// Keys that come, go, or change: partition and sort key of a kind of item in the table or an index.
    pub keys: Vec<Changed>,
    /// Patterns that are answered otherwise: their status and by which requests.
    pub patterns: Vec<Changed>,
    /// Patterns whose cost changes.
    pub costs: Vec<ChangedCost>,
    /// Findings that come or go.
    pub findings: Vec<Changed>,
}

/// Something of the file as it is, and with the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    /// As the file is.
    pub before: T,
    /// With the change.
    pub after: T,
}

/// A part that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Which part.
    pub name: String,
    /// As the file is; null: not there.
    pub before: Option<String>,
    /// With the change; null: not there.
    pub after: Option<String>,
}

/// A pattern whose cost changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangedCost {
    /// Its name.
    pub name: String,
    /// US dollars a month.
    pub usd_per_month: Both<f64>,
}

/// Compares the plan of the file as it is with the plan of the changed file.
#[must_use]
pub fn compare(before: &Plan, after: &Plan, changes: Vec<String>) -> WhatIf {
    let views = (view(before), view(after));
    let storage = |p: &Plan| {
        let sum = p.cost.storage_usd_per_month + p.cost.recovery_usd_per_month;
        (sum * 100.0).round() / 100.0
    };
    let patterns = before.cost.by_pattern.iter().zip(&after.cost.by_pattern);
    WhatIf {
        changes,
        indexes: Both {
            before: before.proof.indexes,
            after: after.proof.indexes,
        },
        usd_per_month: Both {
            before: before.cost.usd_per_month,
            after: after.cost.usd_per_month,
        },
        storage_usd_per_month: Both {
            before: storage(before),
            after: storage(after),
        },
        tables: changed(&views, |v| {
            let text = |projection: &String| match projection.as_str() {
                "" => String::new(),
                carries => format!(", carries {carries}"),
            };
            let rows = v.indexes.iter();
            rows.map(|i| (i.name.clone(), format!("{}{}", i.kind, text(&i.projection))))
                .collect()
        }),
        keys: changed(&views, |v| v.keys.iter().map(key).collect()),
        patterns: changed(&views, |v| {
            let rows = v.patterns.iter();
            rows.map(|p| {
                let by = match p.answered_by.as_str() {
                    "" => String::new(),
                    by => format!(" by {by}"),
                };
                (p.name.clone(), format!("{}{by}", p.status))
            })
            .collect()
        }),
        costs: patterns
            .filter(|(a, b)| a.usd_per_month.to_bits() != b.usd_per_month.to_bits())
            .map(|(a, b)| ChangedCost {
                name: a.name.clone(),
                usd_per_month: Both {
                    before: a.usd_per_month,
                    after: b.usd_per_month,
                },
            })
            .collect(),
        findings: changed(&views, |v| {
            let rows = v.findings.iter();
            rows.map(|f| {
                let message = format!("{}{}", f.place, f.message);
                (message, format!("{}[{}]", f.severity, f.code))
            })
            .collect()
        }),
    }
}

/// The name of a key and what it is made of.
fn key(of: &KeyRow) -> (String, String) {
    let place = if of.index.is_empty() {
        "the table"
    } else {
        of.index.as_str()
    };
    let only = match of.only.as_str() {
        "" => String::new(),
        only => format!(", only {only}"),
    };
    let keys = [of.partition.as_str(), of.sort.as_str()];
    let keys: Vec<&str> = keys.into_iter().filter(|k| !k.is_empty()).collect();
    (
        format!("{} in {place}", of.kind),
        format!("{}{only}", keys.join(" / ")),
    )
}

/// The parts that differ between two views, by name.
fn changed(
    views: &(View, View),
    parts: impl Fn(&View) -> BTreeMap<String, String>,
) -> Vec<Changed> {
    let (before, after) = (parts(&views.0), parts(&views.1));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .map(|name| Changed {
            name: name.clone(),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .filter(|c| c.before != c.after)
        .collect()
}

impl WhatIf {
    /// In one line: what was tried, indexes and cost.
    fn headline(&self, design: &str) -> String {
        let cost = &self.usd_per_month;
        format!(
            "{design} with {}: {}, {} a month instead of {} ({})",
            self.changes.join(" and "),
            if self.indexes.before == self.indexes.after {
                format!(
                    "{} as before",
                    plural(self.indexes.after, "index", "indexes")
                )
            } else {
                format!(
                    "{} instead of {}",
                    plural(self.indexes.after, "index", "indexes"),
                    self.indexes.before
                )
            },
            money(cost.after),
            money(cost.before),
            difference(cost)
        )
    }

    /// The sections of parts that differ: a title, and a line for each.
    fn sections(&self) -> Vec<(&'static str, Vec<String>)> {
        let all: [(_, _, fn(&Changed) -> String); 4] = [
            ("Table and indexes", &self.tables, told),
            ("Keys", &self.keys, told),
            ("Patterns", &self.patterns, told),
            ("Findings", &self.findings, told_finding),
        ];
        let told = all.map(|(title, parts, told)| (title, parts.iter().map(told).collect()));
        told.into_iter()
            .filter(|(_, lines): &(&str, Vec<String>)| !lines.is_empty())
            .collect()
    }

    /// Rows of what costs otherwise: name, before, after, difference.
    fn cost_rows(&self) -> Vec<[String; 4]> {
        let row = |name: &str, both: &Both<f64>| {
            [
                name.to_owned(),
                money(both.before),
                money(both.after),
                difference(both),
            ]
        };
        let storage = &self.storage_usd_per_month;
        let stored = (money(storage.before) != money(storage.after))
            .then(|| row("storage and recovery", storage));
        let patterns = self.costs.iter().map(|c| row(&c.name, &c.usd_per_month));
        patterns
            .chain(stored)
            .chain([row("in all", &self.usd_per_month)])
            .collect()
    }

    /// In the terminal, at most `width` columns wide; `plain` without lines.
    #[must_use]
    pub fn text(&self, design: &str, width: usize, plain: bool) -> String {
        let page = Page { width, plain };
        let mut out = String::new();
        page.paragraph(&mut out, &self.headline(design), 0);
        let sections = self.sections();
        if sections.is_empty() {
            page.section(&mut out, "Design");
            page.paragraph(
                &mut out,
                "as before: the same indexes, keys and requests",
                0,
            );
        }
        for (title, lines) in sections {
            page.list(&mut out, title, &lines);
        }
        page.section(&mut out, "Cost");
        let narrow = Page { width, plain: true };
        let mut table = narrow.table(&COST_TITLES);
        for row in self.cost_rows() {
            table.add_row(row);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        out.push_str(&finished(&table));
        out
    }

    /// For pull requests.
    #[must_use]
    pub fn markdown(&self, design: &str) -> String {
        let cell = |text: &str| text.replace('|', "\\|");
        let mut out = format!("{}.\n", self.headline(design));
        for (title, lines) in self.sections() {
            out.push_str(&format!("\n## {title}\n\n"));
            lines.iter().for_each(|l| out.push_str(&format!("- {l}\n")));
        }
        out.push_str(&format!(
            "\n## Cost\n\n| {} |\n|---|---:|---:|---:|\n",
            COST_TITLES.join(" | ")
        ));
        for row in self.cost_rows() {
            out.push_str(&format!("| {} |\n", row.map(|c| cell(&c)).join(" | ")));
        }
        out
    }
}

const COST_TITLES: [&str; 4] = ["A month", "As the file is", "Then", "Difference"];

/// A part that differs, in words.
fn told(of: &Changed) -> String {
    match (&of.before, &of.after) {
        (Some(before), Some(after)) => format!("{}: {after} instead of {before}", of.name),
        (None, Some(after)) => format!("{}: new, {after}", of.name),
        (Some(before), None) => format!("{}: gone, was {before}", of.name),
        (None, None) => of.name.clone(),
    }
}

/// A finding that comes or goes, in words.
fn told_finding(of: &Changed) -> String {
    match (&of.before, &of.after) {
        (None, Some(code)) => format!("new: {code}: {}", of.name),
        (Some(code), None) => format!("gone: {code}: {}", of.name),
        _ => told(of),
    }
}

/// A difference with its sign.
fn difference(of: &Both<f64>) -> String {
    let by = of.after - of.before;
    if by < 0.0 {
        format!("-{}", money(-by))
    } else {
        format!("+{}", money(by))
    }
}

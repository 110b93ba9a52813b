//! The plan in the terminal.
//!
//! Wide terminals get one table of everything; narrow ones the same in parts that fit, with key conditions on lines of
//! their own. Nothing is cut off.

use super::cost::CostRow;
use super::explanation::command;
use super::page::{Page, brief, finished};
use super::view::{KeyRow, PatternRow, View, view};
use crate::plan::Plan;
use comfy_table::{CellAlignment, ColumnConstraint, Width};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Renders the plan of a `file`, at most `width` columns wide; `plain` without lines, for files and pipes.
#[must_use]
pub fn render(plan: &Plan, file: &str, width: usize, plain: bool) -> String {
    let of = view(plan);
    let page = Page { width, plain };
    let mut out = String::new();
    page.paragraph(&mut out, &format!("{}: {}", of.design, of.headline), 0);
    if !of.description.is_empty() {
        page.paragraph(&mut out, &of.description, 0);
    }
    page.section(&mut out, "Table and indexes");
    out.push_str(&page.indexes(&of));
    page.section(&mut out, "Keys");
    out.push_str(&page.keys(&of));
    page.section(&mut out, "Coverage");
    out.push_str(&page.coverage(&of));
    page.section(&mut out, "Proof");
    page.paragraph(&mut out, &of.proof, 0);
    page.section(&mut out, "Cost");
    page.costs(&mut out, &of);
    page.list(&mut out, "Assumptions", &of.assumptions);
    let findings: Vec<String> = of
        .findings
        .iter()
        .map(|f| format!("{}[{}]: {}{}", f.severity, f.code, f.place, f.message))
        .collect();
    page.list(&mut out, "Findings", &findings);
    page.list(&mut out, "Explain", &commands(&of, file));
    out
}

/// The commands that say why, one for each kind of thing that is shown.
fn commands(of: &View, file: &str) -> Vec<String> {
    let item = of.keys.first().map(|k| k.kind.as_str());
    let all = [
        ("an index", of.indexes.get(1).map(|i| i.name.as_str())),
        ("an item", item),
        ("a pattern", of.patterns.first().map(|p| p.name.as_str())),
        ("the number of indexes", Some("proof")),
        ("the cost", Some("cost")),
        ("a finding", of.findings.first().map(|f| f.code.as_str())),
    ];
    all.iter()
        .filter_map(|(what, name)| Some(format!("{what}: `{}`", command((*name)?, file))))
        .collect()
}

/// A column of the coverage table.
#[derive(Clone, Copy)]
struct Column {
    title: &'static str,
    value: fn(&PatternRow) -> Cow<'_, str>,
}

const NAME: Column = Column {
    title: "Pattern",
    value: |p| p.name.as_str().into(),
};
const ID: Column = Column {
    title: "Id",
    value: |p| p.ids.as_str().into(),
};
const STATUS: Column = Column {
    title: "Status",
    value: |p| p.status.as_str().into(),
};
const ANSWER: Column = Column {
    title: "Answered by",
    value: |p| p.answered_by.as_str().into(),
};
const CONDITION: Column = Column {
    title: "Key condition",
    value: |p| p.conditions.join("\n").into(),
};
const ITEMS: Column = Column {
    title: "Read/given",
    value: |p| p.items.as_str().into(),
};
const READ_UNITS: Column = Column {
    title: "RRU",
    value: |p| p.read_units.as_str().into(),
};
const WRITE_UNITS: Column = Column {
    title: "WRU",
    value: |p| p.write_units.as_str().into(),
};

impl Column {
    /// Columns of the terminal that it needs.
    fn width(&self, of: &View) -> usize {
        let longest = |text: &str| text.lines().map(|l| l.chars().count()).max();
        let cells = of.patterns.iter().map(|p| (self.value)(p));
        let widest = cells.filter_map(|c| longest(&c)).max().unwrap_or(0);
        widest.max(self.title.chars().count())
    }
}

impl Page {
    fn indexes(&self, of: &View) -> String {
        let mut table = self.table(&[
            "Index",
            "Kind",
            "Partition key",
            "Sort key",
            "Carries",
            "Reads",
        ]);
        for row in &of.indexes {
            table.add_row([
                row.name.as_str(),
                &row.kind,
                &row.partition,
                &row.sort,
                if row.projection.is_empty() {
                    "everything"
                } else {
                    &row.projection
                },
                &row.count.to_string(),
            ]);
        }
        // What an index carries is a list that can be broken; its name cannot.
        let longest = of.indexes.iter().map(|i| i.name.chars().count()).max();
        if longest.is_some_and(|l| l <= self.width / 3)
            && let Some(column) = table.column_mut(0)
        {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        // Its header has two words of nine characters at most.
        if let Some(column) = table.column_mut(2) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(11)));
        }
        let words = of.indexes.iter().flat_map(|i| i.projection.split(' '));
        let longest = words.map(|w| w.chars().count() + 2).max();
        if let Some(longest) = longest.filter(|l| *l <= self.width / 3)
            && let (Some(column), Ok(least)) = (table.column_mut(4), u16::try_from(longest))
        {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
        finished(&table)
    }

    fn keys(&self, of: &View) -> String {
        let side = self.keys_side_by_side(of);
        match side {
            Some(text) => text,
            None => self.keys_below(of),
        }
    }

    /// One row a kind of item, one column an index: where the terminal is wide enough.
    fn keys_side_by_side(&self, of: &View) -> Option<String> {
        let names: Vec<&str> = of.indexes.iter().map(|i| i.name.as_str()).collect();
        let mut header = vec!["Item"];
        header.extend(names.iter().copied());
        let mut rows: Vec<(String, BTreeMap<usize, String>)> = Vec::new();
        for key in &of.keys {
            let at = names
                .iter()
                .skip(1)
                .position(|n| *n == key.index)
                .map_or(0, |p| p + 1);
            if rows.last().is_none_or(|(kind, _)| *kind != key.kind) {
                rows.push((key.kind.clone(), BTreeMap::new()));
            }
            if let Some((_, cells)) = rows.last_mut() {
                cells.insert(at, cell(key));
            }
        }
        let widest = |at: usize| {
            let cells = rows.iter().filter_map(|(_, c)| c.get(&at));
            cells
                .flat_map(|c| c.lines().map(|l| l.chars().count()))
                .chain([names[at].len()])
                .max()
                .unwrap_or(0)
        };
        let first = rows
            .iter()
            .map(|(k, _)| k.chars().count())
            .max()
            .unwrap_or(0);
        let needed: usize = first + 2 + (0..names.len()).map(|at| widest(at) + 2).sum::<usize>();
        if needed > self.width {
            return None;
        }
        let mut table = self.table(&header);
        for (kind, cells) in &rows {
            let mut row = vec![kind.clone()];
            row.extend((0..names.len()).map(|at| cells.get(&at).cloned().unwrap_or_default()));
            table.add_row(row);
        }
        Some(finished(&table))
    }

    /// One row for each key.
    fn keys_below(&self, of: &View) -> String {
        let mut table = self.table(&["Item", "Index", "Partition key / sort key"]);
        let mut last = String::new();
        for key in &of.keys {
            let kind = if key.kind == last {
                ""
            } else {
                key.kind.as_str()
            };
            table.add_row([
                kind,
                if key.index.is_empty() {
                    "table"
                } else {
                    &key.index
                },
                &cell(key),
            ]);
            last.clone_from(&key.kind);
        }
        finished(&table)
    }

    fn coverage(&self, of: &View) -> String {
        let mut out = String::new();
        let shown = self.coverage_columns(of);
        let mut table = self.table(&shown.iter().map(|c| c.title).collect::<Vec<_>>());
        for p in &of.patterns {
            table.add_row(shown.iter().map(|c| brief(&(c.value)(p))));
        }
        out.push_str(&finished(&table));
        if !shown.iter().any(|c| c.title == CONDITION.title) {
            self.section(&mut out, "Requests");
            for p in &of.patterns {
                self.request(&mut out, p);
            }
        }
        self.reasons(&mut out, of);
        out
    }

    /// The columns that fit without breaking words: everything in wide terminals, less and less in narrow ones.
    fn coverage_columns(&self, of: &View) -> Vec<Column> {
        let with_ids = of.patterns.iter().any(|p| !p.ids.is_empty());
        let all: Vec<(Column, usize)> = [
            NAME,
            ID,
            STATUS,
            ANSWER,
            CONDITION,
            ITEMS,
            READ_UNITS,
            WRITE_UNITS,
        ]
        .into_iter()
        .filter(|c| with_ids || c.title != ID.title)
        .map(|c| (c, c.width(of)))
        .collect();
        let without = |titles: &[&str]| -> Vec<(Column, usize)> {
            all.iter()
                .filter(|(c, _)| !titles.contains(&c.title))
                .copied()
                .collect()
        };
        let tries = [
            all.clone(),
            without(&[CONDITION.title]),
            without(&[CONDITION.title, ID.title]),
            without(&[CONDITION.title, ID.title, ITEMS.title]),
            without(&[
                CONDITION.title,
                ID.title,
                ITEMS.title,
                READ_UNITS.title,
                WRITE_UNITS.title,
            ]),
        ];
        // A space on both sides, and one between columns where there are lines.
        let around = if self.plain { 2 } else { 3 };
        let fits = |columns: &&Vec<(Column, usize)>| {
            let needed: usize = columns.iter().map(|(_, width)| width + around).sum();
            needed <= self.width
        };
        let shown = tries.iter().find(fits).or(tries.last());
        shown.into_iter().flatten().map(|(c, _)| *c).collect()
    }

    fn costs(&self, out: &mut String, of: &View) {
        self.paragraph(out, &of.cost, 0);
        // Short rows of numbers need no lines between them.
        let narrow = Self {
            plain: true,
            ..*self
        };
        for group in &of.costs {
            let all: [(&str, fn(&CostRow) -> &str); 5] = [
                (&group.of, |r| &r.name),
                ("Read units", |r| &r.read_units),
                ("Write units", |r| &r.write_units),
                ("Stored", |r| &r.stored),
                ("A month", |r| &r.cost),
            ];
            let filled =
                |value: fn(&CostRow) -> &str| group.rows.iter().any(|r| !value(r).is_empty());
            let shown: Vec<_> = all
                .into_iter()
                .filter(|(_, value)| filled(*value))
                .collect();
            if shown.is_empty() {
                continue;
            }
            let titles: Vec<&str> = shown.iter().map(|(title, _)| *title).collect();
            let mut table = narrow.table(&titles);
            for row in &group.rows {
                table.add_row(shown.iter().map(|(_, value)| value(row)));
            }
            for column in table.column_iter_mut().skip(1) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            out.push('\n');
            out.push_str(&finished(&table));
        }
        out.push('\n');
        self.points(out, &of.cost_notes);
    }

    fn request(&self, out: &mut String, p: &PatternRow) {
        if p.conditions.is_empty() {
            return;
        }
        out.push_str(&format!("{}\n", p.name));
        for condition in &p.conditions {
            self.paragraph(out, condition, 4);
        }
    }

    fn reasons(&self, out: &mut String, of: &View) {
        let said: Vec<String> = of
            .patterns
            .iter()
            .filter(|p| !p.reason.is_empty())
            .map(|p| format!("{} is {}: {}", p.name, p.status, p.reason))
            .collect();
        self.list(out, "Why", &said);
    }
}

/// Partition key above sort key, and the condition of a sparse index.
fn cell(key: &KeyRow) -> String {
    let mut text = format!("{}\n{}", brief(&key.partition), brief(&key.sort));
    if !key.only.is_empty() {
        text.push_str(&format!("\nonly {}", brief(&key.only)));
    }
    text
}

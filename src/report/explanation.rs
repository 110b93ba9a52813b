//! An explanation: what `design explain` says of one thing of a design, as sections of sentences, lists and tables.
//!
//! Promises: the text, Markdown and JSON forms say the same in the same order.

use super::markdown::cell;
use super::page::{Page, finished};
use crate::plan::change::Edit;
use comfy_table::ColumnConstraint;
use serde::Serialize;

/// What there is to say of one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// `pattern`, `index`, `table`, `entity`, `proof` or `cost`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The most important in one line.
    pub headline: String,
    /// Everything else.
    pub sections: Vec<Section>,
    /// Changes of the file and what they make of the design, best first.
    pub changes: Vec<ChangeEntry>,
    /// Other things of this name, as they are asked for.
    pub also: Vec<String>,
}

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A sentence or several.
    Text(String),
    /// One thing a line.
    List(Vec<String>),
    /// Columns with titles.
    Table {
        /// The columns.
        columns: Vec<Column>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Whether it holds numbers, which stand at its right.
    pub number: bool,
}

/// A change of the file, and the design that it leads to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeEntry {
    /// The change in words.
    pub change: String,
    /// The edits of the file.
    pub edits: Vec<Edit>,
    /// Secondary indexes after it.
    pub indexes: usize,
    /// US dollars a month after it.
    pub usd_per_month: f64,
    /// What else it does, in words.
    pub effect: String,
}

/// The command that explains a thing of a design file.
#[must_use]
pub fn command(thing: &str, file: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./+,:@%".contains(c);
    match file {
        "design.yaml" => format!("design explain {thing}"),
        "<stdin>" => format!("design explain {thing} -f -"),
        _ if !file.is_empty() && file.chars().all(plain) => {
            format!("design explain {thing} -f {file}")
        }
        // In single quotes a shell takes everything as it is, but the quote itself.
        _ => format!(
            "design explain {thing} -f '{}'",
            file.replace('\'', r"'\''")
        ),
    }
}

impl Section {
    /// A section.
    #[must_use]
    pub fn new(title: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self {
            title: title.into(),
            blocks,
        }
    }
}

impl Block {
    /// A table; a title that ends in a blank is that of a column of numbers.
    #[must_use]
    pub fn table(titles: &[&str], rows: Vec<Vec<String>>) -> Self {
        let column = |title: &&str| Column {
            title: title.trim_end().to_owned(),
            number: title.ends_with(' '),
        };
        Self::Table {
            columns: titles.iter().map(column).collect(),
            rows,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Table { rows, .. } => rows.is_empty(),
        }
    }
}

impl Explanation {
    fn shown(&self) -> impl Iterator<Item = (&str, Vec<&Block>)> {
        self.sections.iter().filter_map(|s| {
            let blocks: Vec<&Block> = s.blocks.iter().filter(|b| !b.is_empty()).collect();
            (!blocks.is_empty()).then_some((s.title.as_str(), blocks))
        })
    }

    fn also(&self) -> Option<String> {
        let all: Vec<String> = self.also.iter().map(|a| format!("`{a}`")).collect();
        let asked = all.join(" and ");
        (!all.is_empty()).then(|| format!("Something else has this name: ask for {asked}."))
    }
}

/// As text, at most `width` columns wide; `plain` without lines, for files and pipes.
#[must_use]
pub fn text(of: &Explanation, width: usize, plain: bool) -> String {
    let page = Page { width, plain };
    let mut out = String::new();
    page.paragraph(&mut out, &of.headline, 0);
    for (title, blocks) in of.shown() {
        page.section(&mut out, title);
        for block in blocks {
            match block {
                Block::Text(text) => page.paragraph(&mut out, text, 0),
                Block::List(items) => page.points(&mut out, items),
                Block::Table { columns, rows } => out.push_str(&table(&page, columns, rows)),
            }
        }
    }
    if let Some(also) = of.also() {
        out.push('\n');
        page.paragraph(&mut out, &also, 0);
    }
    out
}

fn table(page: &Page, columns: &[Column], rows: &[Vec<String>]) -> String {
    let titles: Vec<&str> = columns.iter().map(|c| c.title.as_str()).collect();
    let mut made = page.table(&titles);
    for row in rows {
        made.add_row(row);
    }
    for (at, shown) in columns.iter().enumerate() {
        let Some(column) = made.column_mut(at) else {
            continue;
        };
        let widest = rows.iter().filter_map(|r| r.get(at));
        let lines = widest.flat_map(|c| c.lines());
        let widest = lines.map(|l| l.chars().count()).max().unwrap_or(0);
        if shown.number {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
        // Names and numbers are not broken; sentences are.
        if widest <= page.width / 4 {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    finished(&made)
}

/// As Markdown.
#[must_use]
pub fn markdown(of: &Explanation) -> String {
    let mut out = format!("# {}\n\n{}\n", of.name, of.headline);
    for (title, blocks) in of.shown() {
        out.push_str(&format!("\n## {title}\n"));
        for block in blocks {
            out.push('\n');
            match block {
                Block::Text(text) => out.push_str(&format!("{text}\n")),
                Block::List(items) => {
                    for item in items {
                        out.push_str(&format!("- {item}\n"));
                    }
                }
                Block::Table { columns, rows } => {
                    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
                    out.push_str(&line(columns.iter().map(|c| cell(&c.title)).collect()));
                    let rule = |c: &Column| if c.number { "--:" } else { "---" }.to_owned();
                    out.push_str(&line(columns.iter().map(rule).collect()));
                    for row in rows {
                        out.push_str(&line(row.iter().map(|c| cell(c)).collect()));
                    }
                }
            }
        }
    }
    if let Some(also) = of.also() {
        out.push_str(&format!("\n{also}\n"));
    }
    out
}

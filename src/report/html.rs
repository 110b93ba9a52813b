//! The whole plan as one page for a browser, with sample items, a search and the conflict graph.
//!
//! Promises: the page loads nothing; every text of the design is escaped by the template, and none stands in the script
//! or in the style sheet; it can be read without the script.

mod graph;

use super::picture;
use super::view::{self, PatternRow, View, money};
use crate::plan::{CostLine, Entity, Parameter, Pattern, Plan, Step, Stored};
use crate::sample::{Picture, Sample, sample};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value, context};
use serde::Serialize;
use std::collections::BTreeSet;

const TEMPLATE: &str = include_str!("../../templates/html/report.html.j2");
const STYLE: &str = include_str!("../../templates/html/report.css");
const SCRIPT: &str = include_str!("../../templates/html/report.js");

/// A pattern as the page shows it.
#[derive(Serialize)]
struct CoverageRow {
    #[serde(flatten)]
    row: PatternRow,
    verb: String,
    description: String,
    entities: Vec<String>,
    /// The table or indexes that it reads, the table where it writes.
    indexes: Vec<String>,
    parameters: String,
    /// `covered`, `degraded`, `external` or `uncovered`.
    class: String,
}

/// An entity as the page shows it.
#[derive(Serialize)]
struct EntityRow<'a> {
    name: &'a str,
    description: &'a str,
    key: String,
    attributes: Vec<AttributeView<'a>>,
    count: u64,
    bytes: u64,
}

/// An attribute with what is known of it.
#[derive(Serialize)]
struct AttributeView<'a> {
    name: &'a str,
    title: String,
}

/// A part of the cost.
#[derive(Serialize)]
struct CostRow {
    name: String,
    dollars: String,
    /// Of the costliest part, in percent.
    percent: u64,
}

/// The sample items of a table or index.
#[derive(Serialize)]
struct PictureView<'a> {
    title: String,
    of: &'a Picture,
    absent: Vec<String>,
}

/// Renders a plan.
///
/// # Errors
/// Those of [`sample`], and where the template itself is wrong, which the tests exclude.
pub fn render(plan: &Plan) -> Result<String, String> {
    let view = view::view(plan);
    let sample = sample(plan)?;
    // A template loses the line feed at its end.
    let page = page(plan, &view, &sample).map_err(|e| e.to_string())?;
    Ok(page + "\n")
}

fn page(plan: &Plan, view: &View, sample: &Sample) -> Result<String, minijinja::Error> {
    let coverage = plan.patterns.iter().zip(&view.patterns);
    let coverage: Vec<CoverageRow> = coverage
        .map(|(p, row)| coverage_row(plan, p, row))
        .collect();
    let pictures = sample.pictures.iter().map(|of| PictureView {
        title: picture::title(of),
        of,
        absent: picture::absences(of, view),
    });
    let statuses: BTreeSet<String> = plan.patterns.iter().map(|p| p.status.clone()).collect();
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("ticks", ticks);
    environment.add_template("report.html", TEMPLATE)?;
    environment.get_template("report.html")?.render(context! {
        plan => Serde(view),
        coverage => Serde(&coverage),
        declared => Serde(&plan.entities.iter().map(entity_row).collect::<Vec<_>>()),
        entities => plan.entities.iter().map(|e| e.name.clone()).collect::<Vec<_>>(),
        statuses => statuses.into_iter().collect::<Vec<_>>(),
        with_ids => view.patterns.iter().any(|p| !p.ids.is_empty()),
        sample => picture::summary(sample),
        pictures => Serde(&pictures.collect::<Vec<_>>()),
        graph => Serde(&graph::graph(plan)),
        by_entity => Serde(&costs(&plan.cost.by_entity)),
        by_index => Serde(&costs(&plan.cost.by_index)),
        by_pattern => Serde(&costs(&plan.cost.by_pattern)),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
    })
}

/// A sentence whose words in backticks are code.
fn ticks(text: &str) -> Value {
    let mut made = String::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        let escaped = HtmlEscape(part);
        // The last backtick of an odd number is one.
        made.push_str(&match (code, parts.peek()) {
            (true, Some(_)) => format!("<code>{escaped}</code>"),
            (true, None) => format!("`{escaped}"),
            (false, _) => escaped.to_string(),
        });
        code = !code;
    }
    Value::from_safe_string(made)
}

fn entity_row(of: &Entity) -> EntityRow<'_> {
    let attribute = |s: &'_ Stored| {
        let optional = if s.optional { ", optional" } else { "" };
        let values = s.values.as_deref().unwrap_or_default().join(", ");
        let about = s.description.iter().cloned();
        let parts = std::iter::once(format!("{}{optional}", s.ty)).chain(about);
        let parts = parts.chain((!values.is_empty()).then_some(values));
        parts.collect::<Vec<_>>().join(": ")
    };
    EntityRow {
        name: &of.name,
        description: of.description.as_deref().unwrap_or_default(),
        key: of.identity.join(", "),
        attributes: of
            .stored
            .iter()
            .map(|s| AttributeView {
                name: &s.attribute,
                title: attribute(s),
            })
            .collect(),
        count: of.count,
        bytes: of.item_bytes,
    }
}

fn coverage_row(plan: &Plan, pattern: &Pattern, row: &PatternRow) -> CoverageRow {
    CoverageRow {
        row: row.clone(),
        verb: pattern.verb.clone().unwrap_or_default(),
        description: pattern.description.clone().unwrap_or_default(),
        entities: pattern.entities.clone(),
        indexes: places(plan, pattern)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        parameters: parameters(&pattern.parameters),
        class: pattern.status.clone(),
    }
}

/// The tables and indexes of a pattern's requests, in the order of the plan.
fn places<'a>(plan: &'a Plan, pattern: &Pattern) -> Vec<&'a str> {
    let used = |table: &str, index: Option<&str>| {
        pattern.steps.iter().any(|step| match step {
            Step::Read(read) => read.table == table && read.index.as_deref() == index,
            Step::Write(write) => write.table == table && index.is_none(),
        })
    };
    let mut made = Vec::new();
    for table in &plan.tables {
        made.extend(used(&table.name, None).then_some(table.name.as_str()));
        let indexes = table.indexes.iter().map(|i| i.name.as_str());
        made.extend(indexes.filter(|i| used(&table.name, Some(i))));
    }
    made
}

/// Parameters in one line, the optional ones with a question mark, those of a list in brackets.
fn parameters(all: &[Parameter]) -> String {
    let one = |p: &Parameter| {
        let mark = if p.optional { "?" } else { "" };
        match &p.parameters {
            Some(of) => format!("{}[{}]", p.name, parameters(of)),
            None => format!("{}{mark}", p.name),
        }
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Costs, the greatest first.
fn costs(all: &[CostLine]) -> Vec<CostRow> {
    let mut sorted: Vec<&CostLine> = all.iter().collect();
    sorted.sort_by(|a, b| b.usd_per_month.total_cmp(&a.usd_per_month));
    let most = sorted.first().map_or(0.0, |c| c.usd_per_month);
    let percent = |of: f64| {
        (1..=100_u32)
            .filter(|p| of * 100.0 >= most * f64::from(*p))
            .count() as u64
    };
    let row = |c: &CostLine| CostRow {
        name: c.name.clone(),
        dollars: money(c.usd_per_month),
        percent: if most > 0.0 {
            percent(c.usd_per_month)
        } else {
            0
        },
    };
    sorted.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_backticks_are_code() {
        let made = |text: &str| ticks(text).to_string();
        assert_eq!(
            made("`a` and `b<c`"),
            "<code>a</code> and <code>b&lt;c</code>"
        );
        assert_eq!(made("one ` alone <"), "one ` alone &lt;");
        assert_eq!(made("plain"), "plain");
    }
}

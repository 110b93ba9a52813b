//! What a run of `design verify` showed, for people, for programs and for CI.
//!
//! Promises that each view says the same: whether every pattern returned what the design means, and if not, the one
//! difference that was found, whole.

use super::page::{Page, finished};
use super::xml::{Came, Case, junit as report};
use crate::plan::proof::plural;
use crate::verify::{Differs, Figures, Mismatch, PatternFigures, Run};
use comfy_table::CellAlignment;
use serde_json::{Value as Json, json};

/// What was run.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// The name of the design.
    pub design: &'a str,
    /// The design file, as it was called.
    pub file: &'a str,
    /// The engine, as it calls itself.
    pub engine: &'a str,
    /// Where the random numbers began.
    pub seed: u64,
    /// What came of it.
    pub run: &'a Run,
    /// Whether the run had a time to end in, so that being stopped is how it was to end.
    pub timed: bool,
    /// The arguments that make the same run again.
    pub again: &'a str,
}

/// A column of the figures.
struct Column {
    title: &'static str,
    value: fn(&PatternFigures) -> String,
}

const CALLS: [Column; 4] = [
    Column {
        title: "Calls",
        value: |p| number(p.calls),
    },
    Column {
        title: "Answered",
        value: |p| number(p.answered),
    },
    Column {
        title: "Pages",
        value: |p| {
            if p.is_read() {
                number(p.pages)
            } else {
                "–".to_owned()
            }
        },
    },
    Column {
        title: "Requests",
        value: |p| number(p.requests),
    },
];

const TAKEN: [Column; 4] = [
    Column {
        title: "Read/given",
        value: |p| match (p.is_read(), p.items_returned) {
            (false, _) | (true, 0) => "–".to_owned(),
            (true, given) => format!("{:.2}", ratio(p.items_read, given)),
        },
    },
    Column {
        title: "Units",
        value: |p| per_call(p, p.consumed),
    },
    Column {
        title: "Estimate",
        value: |p| per_call(p, p.estimated),
    },
    Column {
        title: "Planned",
        value: |p| format!("{:.1}", p.planned),
    },
];

/// For people, at most `width` columns wide; `plain` without lines.
#[must_use]
pub fn text(told: &Told, width: usize, plain: bool) -> String {
    let page = Page { width, plain };
    let figures = &told.run.figures;
    let mut out = String::new();
    page.paragraph(&mut out, &format!("{}: {}", told.design, headline(told)), 0);
    if let Some(mismatch) = &told.run.mismatch {
        out.push('\n');
        out.push_str(&mismatch.to_string());
        out.push('\n');
        if let Some(sentence) = how_it_was_found(mismatch) {
            page.paragraph(&mut out, sentence, 0);
        }
        // Not broken into lines, so that it can be copied.
        out.push_str(&format!("Run it again: {}\n", told.again));
    }
    if !figures.patterns.is_empty() {
        page.section(&mut out, "Patterns");
        out.push_str(&tables(&page, figures));
        page.list(&mut out, "Compared", &compared(told));
    }
    out
}

fn headline(told: &Told) -> String {
    let figures = &told.run.figures;
    let called = figures.patterns.values().filter(|p| p.calls > 0).count();
    let patterns = plural(called, "pattern", "patterns");
    let by = format!(
        "on {} items, {} engine, seed {}",
        number(figures.items),
        told.engine,
        told.seed
    );
    match (&told.run.mismatch, told.run.stopped) {
        (Some(m), _) if m.differs == Differs::Plan => format!(
            "the plan cannot be run as it stands, {} engine, seed {}",
            told.engine, told.seed
        ),
        (Some(_), _) => format!("a difference was found {by}"),
        (None, true) if told.timed => format!("no difference in the time given: {patterns} {by}"),
        (None, true) => format!("no difference up to where the run was stopped: {patterns} {by}"),
        (None, false) => format!("{patterns} answered as the design means, {by}"),
    }
}

/// A sentence below a difference; nothing where no operations led to it.
fn how_it_was_found(mismatch: &Mismatch) -> Option<&'static str> {
    if mismatch.shrunk {
        return Some(
            "These are the fewest operations that were found to lead to it, on an empty database.",
        );
    }
    (mismatch.differs != Differs::Plan)
        .then_some("It could not be made smaller: it did not happen again on the embedded engine.")
}

fn tables(page: &Page, figures: &Figures) -> String {
    let both: Vec<&Column> = CALLS.iter().chain(&TAKEN).collect();
    let name = figures.patterns.keys().map(|n| n.chars().count()).max();
    let wide = name.unwrap_or(0) + both.iter().map(|c| 3 + c.title.len()).sum::<usize>() + 2;
    if wide <= page.width {
        return sheet(page, figures, &both);
    }
    let of = |columns: &'static [Column]| sheet(page, figures, &columns.iter().collect::<Vec<_>>());
    format!("{}\n{}", of(&CALLS), of(&TAKEN))
}

fn sheet(page: &Page, figures: &Figures, columns: &[&Column]) -> String {
    let mut header = vec!["Pattern"];
    header.extend(columns.iter().map(|c| c.title));
    let mut table = page.table(&header);
    for (name, of) in &figures.patterns {
        let cells = columns.iter().map(|c| (c.value)(of));
        table.add_row(std::iter::once(name.clone()).chain(cells));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    finished(&table)
}

/// Sentences below the table.
fn compared(told: &Told) -> Vec<String> {
    let figures = &told.run.figures;
    let total = |of: fn(&PatternFigures) -> usize| figures.patterns.values().map(of).sum::<usize>();
    let mut lines = vec![format!(
        "{} and {}; {} failed and {} refused, as they should",
        counted(figures.reads(), "read", "reads"),
        counted(figures.writes() + figures.implied_puts, "write", "writes"),
        counted(total(|p| p.failed), "write", "writes"),
        counted(total(|p| p.refused), "call was", "calls were")
    )];
    if figures.physical_items > 0 {
        lines.push(format!(
            "{} and {}, each with the keys and attributes that it should have",
            counted(figures.physical_items, "physical item", "physical items"),
            counted(figures.index_entries, "index entry", "index entries")
        ));
    }
    let units = |of: fn(&PatternFigures) -> f64| figures.patterns.values().map(of).sum::<f64>();
    let (consumed, estimated) = (units(|p| p.consumed), units(|p| p.estimated));
    if consumed > 0.0 {
        lines.push(format!(
            "{} capacity units consumed, {} by the plan's arithmetic on the same data ({:+.2} %)",
            units_of(consumed),
            units_of(estimated),
            100.0 * (estimated - consumed) / consumed
        ));
    }
    let never: Vec<&str> = figures
        .patterns
        .iter()
        .filter(|(_, p)| p.answered == 0)
        .map(|(name, _)| name.as_str())
        .collect();
    if !never.is_empty() && told.run.mismatch.is_none() {
        lines.push(format!(
            "never with an answer, so little is shown: {}",
            never.join(", ")
        ));
    }
    if !figures.unserved.is_empty() {
        lines.push(format!(
            "not served by the plan: {}",
            figures.unserved.join(", ")
        ));
    }
    lines
}

fn per_call(of: &PatternFigures, units: f64) -> String {
    match of.metered {
        0 => "–".to_owned(),
        calls => format!(
            "{:.2}",
            units / f64::from(u32::try_from(calls).unwrap_or(u32::MAX))
        ),
    }
}

fn ratio(read: usize, given: usize) -> f64 {
    let float = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    float(read) / float(given)
}

/// `1 write`, `12,345 writes`.
fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `12,345`.
fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn units_of(units: f64) -> String {
    format!("{units:.1}")
}

/// For programs.
#[must_use]
pub fn json(told: &Told) -> Json {
    json!({
        "design": told.design,
        "engine": told.engine,
        "seed": told.seed,
        "passed": told.run.mismatch.is_none(),
        "stopped": told.run.stopped,
        "again": told.again,
        "mismatch": told.run.mismatch,
        "figures": told.run.figures,
    })
}

/// For CI: a test case for each pattern, and one for what lies in the tables.
#[must_use]
pub fn junit(told: &Told) -> String {
    let figures = &told.run.figures;
    let mismatch = told.run.mismatch.as_ref();
    let mut cases: Vec<Case> = figures
        .patterns
        .iter()
        .map(|(name, of)| {
            let came = match mismatch.filter(|m| m.pattern == *name) {
                Some(mismatch) => failed(told, mismatch),
                None if of.calls == 0 => skipped("not called before the run ended"),
                None => Came::Passed,
            };
            case(name, came)
        })
        .collect();
    let came = match mismatch.filter(|m| !figures.patterns.contains_key(&m.pattern)) {
        Some(mismatch) => failed(told, mismatch),
        None if figures.physical_items == 0 => skipped("not read before the run ended"),
        None => Came::Passed,
    };
    let place = match mismatch {
        Some(mismatch) if mismatch.differs == Differs::Plan => "plan",
        _ => "tables and indexes",
    };
    cases.push(case(place, came));
    let unserved = figures.unserved.iter();
    cases.extend(unserved.map(|name| case(name, skipped("not served by the plan"))));
    report(
        &format!("design verify {}", told.design),
        told.design,
        &cases,
    )
}

fn case(name: &str, came: Came) -> Case {
    Case {
        name: name.to_owned(),
        came,
    }
}

fn skipped(why: &str) -> Came {
    Came::Skipped(why.to_owned())
}

fn failed(told: &Told, mismatch: &Mismatch) -> Came {
    let whole = format!(
        "{mismatch}\n{}Run it again: {}\n",
        how_it_was_found(mismatch).map_or_else(String::new, |s| format!("{s}\n")),
        told.again
    );
    Came::Failed(mismatch.what.clone(), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(number),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}

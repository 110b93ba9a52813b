//! What a run of `design verify` showed, for people, for programs and for CI.
//!
//! Promises that each view says the same: whether every pattern returned what the design means, and if not, the one
//! difference that was found, whole.

use super::page::{Page, finished};
use crate::plan::proof::plural;
use crate::verify::{Figures, Mismatch, PatternFigures, Run};
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
        page.paragraph(&mut out, &how_it_was_found(mismatch), 0);
        page.paragraph(&mut out, &format!("Run it again: {}", told.again), 0);
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
        (Some(_), _) => format!("a difference was found {by}"),
        (None, true) => format!("no difference up to where the run was stopped: {patterns} {by}"),
        (None, false) => format!("{patterns} answered as the design means, {by}"),
    }
}

fn how_it_was_found(mismatch: &Mismatch) -> String {
    if mismatch.shrunk {
        return "These are the fewest operations that were found to lead to it, on an empty database.".to_owned();
    }
    "It could not be made smaller: it did not happen again on the embedded engine.".to_owned()
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
    let mut lines = vec![
        format!(
            "{} reads and {} writes; {} writes failed and {} calls were refused, as they should",
            number(figures.reads()),
            number(figures.writes() + figures.implied_puts),
            number(total(|p| p.failed)),
            number(total(|p| p.refused))
        ),
        format!(
            "{} physical items and {} index entries, with what their keys should be",
            number(figures.physical_items),
            number(figures.index_entries)
        ),
    ];
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
        "mismatch": told.run.mismatch,
        "figures": told.run.figures,
    })
}

/// For CI: a test case for each pattern, and one for what lies in the tables.
#[must_use]
pub fn junit(told: &Told) -> String {
    let figures = &told.run.figures;
    let mut cases = Vec::new();
    let mismatch = told.run.mismatch.as_ref();
    for name in figures.patterns.keys() {
        let failed = mismatch.filter(|m| m.pattern == *name);
        cases.push(case(told.design, name, failed, told.again));
    }
    let elsewhere = mismatch.filter(|m| !figures.patterns.contains_key(&m.pattern));
    cases.push(case(
        told.design,
        "tables and indexes",
        elsewhere,
        told.again,
    ));
    for name in &figures.unserved {
        cases.push(format!(
            "    <testcase classname=\"{}\" name=\"{}\"><skipped message=\"not served by the plan\"/></testcase>\n",
            escaped(told.design),
            escaped(name)
        ));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"design verify {}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{}  </testsuite>\n</testsuites>\n",
        escaped(told.design),
        cases.len(),
        usize::from(mismatch.is_some()),
        figures.unserved.len(),
        cases.concat()
    )
}

fn case(design: &str, name: &str, failed: Option<&Mismatch>, again: &str) -> String {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\"",
        escaped(design),
        escaped(name)
    );
    match failed {
        None => format!("{head}/>\n"),
        Some(mismatch) => format!(
            "{head}><failure message=\"{}\">{}</failure></testcase>\n",
            escaped(&mismatch.what),
            escaped(&format!("{mismatch}\nRun it again: {again}\n"))
        ),
    }
}

/// Text for XML: characters that XML 1.0 cannot hold are shown by their code points.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                out.push_str(&format!("U+{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(escaped("a<b>&\"\u{1}\n"), "a&lt;b&gt;&amp;&quot;U+0001\n");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(number),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}

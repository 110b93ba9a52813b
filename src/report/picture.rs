//! Sample items of a plan as they lie in the table and in each index, grouped by partition: text, Markdown, JSON.
//!
//! Keys and attributes are cut to the width, with `…`: of a key the middle, as both ends say something.

use super::page::Page;
use super::view::{View, view};
use crate::plan::Plan;
use crate::sample::{Collection, Item, Picture, Sample, sample};

/// From this width on an item has one line.
const ONE_LINE: usize = 120;

/// The sample items of a plan, at most `width` columns wide; `plain` without lines, for files and pipes.
///
/// # Errors
/// Those of [`sample`].
pub fn text(plan: &Plan, width: usize, plain: bool) -> Result<String, String> {
    let of = sample(plan)?;
    let view = view(plan);
    let page = Page { width, plain };
    let mut out = String::new();
    page.paragraph(&mut out, &format!("{}: {}", of.design, summary(&of)), 0);
    for picture in &of.pictures {
        page.section(&mut out, &title(picture));
        page.picture(&mut out, picture, &view);
    }
    Ok(out)
}

/// The same as Markdown.
///
/// # Errors
/// Those of [`sample`], and where the template itself is wrong, which the tests exclude.
pub fn markdown(plan: &Plan) -> Result<String, String> {
    let of = sample(plan)?;
    let view = view(plan);
    let pictures: Vec<_> = of
        .pictures
        .iter()
        .map(|picture| {
            minijinja::context! {
                title => title(picture),
                table => picture.index.is_none(),
                collections => minijinja::value::Serde(&picture.collections),
                absent => absences(picture, &view),
            }
        })
        .collect();
    let context = minijinja::context! {
        design => &of.design,
        summary => summary(&of),
        pictures => pictures,
    };
    super::markdown::rendered("sample.md", context).map_err(|e| e.to_string())
}

/// The same for programs, with each item as `DynamoDB`'s JSON has it.
///
/// # Errors
/// Those of [`sample`].
pub fn json(plan: &Plan) -> Result<String, String> {
    let text = serde_json::to_string_pretty(&sample(plan)?).map_err(|e| e.to_string())?;
    Ok(text + "\n")
}

/// How many items are shown.
pub(super) fn summary(of: &Sample) -> String {
    let tables = of.pictures.iter().filter(|p| p.index.is_none());
    let items = tables.flat_map(|p| &p.collections).flat_map(|c| &c.items);
    let guards = items.clone().filter(|i| i.role == "guard").count();
    let count = items.count() - guards;
    let with = match guards {
        0 => String::new(),
        n => format!(" and {}", crate::plan::proof::plural(n, "guard", "guards")),
    };
    format!(
        "{}{with}, with made-up values, as they lie in the table and in each index",
        crate::plan::proof::plural(count, "sample item", "sample items")
    )
}

/// The name of the table or index, and its key attributes.
pub(super) fn title(of: &Picture) -> String {
    let name = of.index.as_ref().unwrap_or(&of.table);
    let key: Vec<&str> = of
        .partition
        .iter()
        .chain(&of.sort)
        .map(String::as_str)
        .collect();
    let kind = if of.index.is_none() { " (table)" } else { "" };
    format!("{name}{kind}: {}", key.join(", "))
}

/// Which items are not in a sparse index, and why.
pub(super) fn absences(of: &Picture, view: &View) -> Vec<String> {
    let index = of.index.as_deref().unwrap_or_default();
    let only = |kind: &str| {
        let row = view
            .keys
            .iter()
            .find(|k| k.kind == kind && k.index == index);
        row.map(|k| k.only.as_str()).filter(|o| !o.is_empty())
    };
    let sentence = |a: &crate::sample::Absent| {
        let why = only(&a.kind).map_or_else(String::new, |only| format!(" (only {only})"));
        format!("Not in it: {} of {} {}{why}", a.absent, a.of, a.kind)
    };
    of.absent.iter().map(sentence).collect()
}

/// What an item carries beside what its keys say, in one line.
fn attributes(of: &Item) -> String {
    let shown = of.attributes.iter().filter(|a| !a.in_key);
    let parts = shown.map(|a| format!("{} {}", a.name, short(&a.value)));
    visible(&parts.collect::<Vec<_>>().join(", "))
}

/// A value whose middle is left out where it is a long word, as identifiers are; times are not that long.
fn short(value: &str) -> String {
    if value.contains(' ') || value.chars().count() <= 24 {
        return value.to_owned();
    }
    cut_middle(value, 13)
}

/// Text without characters that move the cursor.
fn visible(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    text.chars().map(shown).collect()
}

/// Text of at most so many characters, cut at its end.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end_matches([' ', ',']))
}

/// Text of at most so many characters, cut in its middle.
fn cut_middle(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let end = width.saturating_sub(1) / 2;
    let start: String = text.chars().take(width.saturating_sub(1) - end).collect();
    let rest: String = text.chars().skip(length - end).collect();
    format!("{start}…{rest}")
}

/// Text in a column; the last one needs no blanks at its end.
fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// The widths of the columns of a picture.
struct Columns {
    key: usize,
    kind: usize,
    indexes: usize,
}

impl Page {
    fn picture(&self, out: &mut String, of: &Picture, view: &View) {
        if of.collections.is_empty() {
            out.push_str("no items\n");
        }
        let columns = self.columns(of);
        for (at, collection) in of.collections.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            self.collection(out, collection, &columns);
        }
        for absence in absences(of, view) {
            out.push('\n');
            self.paragraph(out, &absence, 0);
        }
    }

    fn columns(&self, of: &Picture) -> Columns {
        let items = || of.collections.iter().flat_map(|c| &c.items);
        let widest = |width: fn(&Item) -> usize| items().map(width).max().unwrap_or(0);
        let kind = widest(|i| i.kind.chars().count()).min(self.width / 4);
        let indexes = widest(|i| i.indexes.join(" ").chars().count()).min(self.width / 4);
        let key = widest(|i| i.key.join(", ").chars().count());
        let most = if self.width >= ONE_LINE {
            self.width / 2
        } else {
            self.width.saturating_sub(2 + 2 + kind + 2 + indexes)
        };
        Columns {
            key: key.min(most),
            kind,
            indexes,
        }
    }

    fn collection(&self, out: &mut String, of: &Collection, columns: &Columns) {
        let key = cut_middle(&visible(&of.key.join(", ")), self.width.saturating_sub(3));
        let mark = if self.plain { "" } else { "▌ " };
        out.push_str(&format!("{mark}{key}\n"));
        for item in &of.items {
            let mut columns_of_line = Vec::new();
            if columns.key > 0 {
                let key = cut_middle(&visible(&item.key.join(", ")), columns.key);
                columns_of_line.push(padded(&key, columns.key));
            }
            columns_of_line.push(padded(&cut(&item.kind, columns.kind), columns.kind));
            if columns.indexes > 0 {
                let indexes = cut(&item.indexes.join(" "), columns.indexes);
                columns_of_line.push(padded(&indexes, columns.indexes));
            }
            let line = format!("  {}", columns_of_line.join("  "));
            let attributes = attributes(item);
            if self.width >= ONE_LINE {
                let left = self.width.saturating_sub(line.chars().count() + 2);
                let line = format!("{line}  {}", cut(&attributes, left));
                out.push_str(&format!("{}\n", line.trim_end()));
                continue;
            }
            out.push_str(&format!("{}\n", line.trim_end()));
            if !attributes.is_empty() {
                let attributes = cut(&attributes, self.width.saturating_sub(6));
                out.push_str(&format!("      {attributes}\n"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_the_width() {
        assert_eq!(cut("status placed, total 19.9", 16), "status placed…");
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut_middle("ORDER#0123456789#", 9), "ORDE…789#");
        assert_eq!(cut_middle("ORDER#", 6), "ORDER#");
        assert_eq!(visible("a\u{1b}[2J"), "a\u{FFFD}[2J");
    }
}

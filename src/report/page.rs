//! Text for a terminal of a known width: paragraphs, lists and tables.

use comfy_table::{ContentArrangement, Table, presets};

/// How wide, and whether plain: without lines, for files and pipes.
pub(super) struct Page {
    pub(super) width: usize,
    pub(super) plain: bool,
}

impl Page {
    pub(super) fn section(&self, out: &mut String, title: &str) {
        out.push_str(&format!("\n{title}\n"));
    }

    pub(super) fn table(&self, header: &[&str]) -> Table {
        let mut made = Table::new();
        made.load_style(if self.plain {
            presets::NOTHING
        } else {
            presets::UTF8_HORIZONTAL_ONLY
        });
        made.set_content_arrangement(ContentArrangement::Dynamic);
        made.set_width(u16::try_from(self.width).unwrap_or(u16::MAX));
        made.set_header(header.iter().copied());
        made
    }

    /// Adds text broken at spaces, each line after the first indented.
    pub(super) fn paragraph(&self, out: &mut String, text: &str, indent: usize) {
        let mut column = 0;
        let pad = " ".repeat(indent);
        for word in text.split(' ') {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > self.width {
                out.push('\n');
                column = 0;
            }
            if column == 0 {
                out.push_str(&pad);
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
        out.push('\n');
    }

    pub(super) fn list(&self, out: &mut String, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.section(out, title);
        self.points(out, items);
    }

    /// Adds a line, or a paragraph, for each item.
    pub(super) fn points(&self, out: &mut String, items: &[String]) {
        for item in items {
            let mut text = String::new();
            self.paragraph(&mut text, item, 2);
            out.push_str("- ");
            out.push_str(text.get(2..).unwrap_or_default());
        }
    }
}

/// The most characters of a word in a table: whatever is longer, such as a constant of a megabyte, is cut.
const LONGEST_WORD: usize = 200;

/// A text for a cell of a table, its longest words cut.
pub(super) fn brief(text: &str) -> String {
    if text.len() <= LONGEST_WORD {
        return text.to_owned();
    }
    let cut = |word: &str| match word.char_indices().nth(LONGEST_WORD) {
        Some((at, _)) => format!("{}...", word.get(..at).unwrap_or_default()),
        None => word.to_owned(),
    };
    let words: Vec<String> = text.split(' ').map(cut).collect();
    words.join(" ")
}

/// A table as lines without blanks at their ends.
pub(super) fn finished(table: &Table) -> String {
    let mut out = String::new();
    for line in table.to_string().lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

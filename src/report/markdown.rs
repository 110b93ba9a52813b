//! The plan as Markdown, for pull requests.
//!
//! Promises: no text of a design becomes markup, and none ends the cell or the line that it stands in. What this tool
//! puts between backticks is code.

use super::view::view;
use crate::plan::Plan;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// The views.
const TEMPLATES: [(&str, &str); 2] = [
    (
        "plan.md",
        include_str!("../../templates/markdown/plan.md.j2"),
    ),
    (
        "sample.md",
        include_str!("../../templates/markdown/sample.md.j2"),
    ),
];

/// The parts that pages share: the table and its indexes, the keys of each kind of item, the proof with the pairs behind
/// it, why patterns are not covered.
const PARTS: [(&str, &str); 4] = [
    (
        "markdown/indexes.md",
        include_str!("../../templates/markdown/indexes.md.j2"),
    ),
    (
        "markdown/keys.md",
        include_str!("../../templates/markdown/keys.md.j2"),
    ),
    (
        "markdown/proof.md",
        include_str!("../../templates/markdown/proof.md.j2"),
    ),
    (
        "markdown/reasons.md",
        include_str!("../../templates/markdown/reasons.md.j2"),
    ),
];

/// Renders a plan.
///
/// # Errors
/// Only where the template itself is wrong, which the tests exclude.
pub fn render(plan: &Plan) -> Result<String, minijinja::Error> {
    rendered(
        "plan.md",
        minijinja::context! { plan => minijinja::value::Serde(view(plan)) },
    )
}

/// Renders a template of Markdown.
pub(super) fn rendered(
    template: &str,
    context: minijinja::Value,
) -> Result<String, minijinja::Error> {
    let mut environment = environment(false)?;
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    environment.get_template(template)?.render(context)
}

/// An engine that takes a name which the view lacks for an error, escapes nothing by itself, and knows the filters and the
/// parts of Markdown. With `ends`, the last line of a template ends like the others.
pub(crate) fn environment(ends: bool) -> Result<Environment<'static>, minijinja::Error> {
    let mut made = Environment::new();
    made.set_undefined_behavior(UndefinedBehavior::Strict);
    made.set_auto_escape_callback(|_| AutoEscape::None);
    made.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(ends)
            .build()?,
    );
    made.add_filter("cell", cell);
    made.add_filter("code", code);
    made.add_filter("line", line);
    for (name, text) in PARTS {
        made.add_template(name, text)?;
    }
    Ok(made)
}

/// Text in a table cell.
pub(super) fn cell(text: &str) -> String {
    inline(text, true)
}

/// Text as code in a table cell; empty stays empty.
fn code(text: &str) -> String {
    span(text, true)
}

/// Text as a line of its own, or behind the mark of a list.
fn line(text: &str) -> String {
    let text = text.trim_start();
    let made = inline(text, false);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let starts = |marks: &[char]| text[digits..].starts_with(marks);
    // What would begin a heading, a quotation, a list, a rule or a table.
    if digits > 0 && starts(&['.', ')']) {
        format!("{}\\{}", &made[..digits], &made[digits..])
    } else if digits == 0 && starts(&['#', '>', '-', '+', '=', '|', ':']) {
        format!("\\{made}")
    } else {
        made
    }
}

/// Text whose words in backticks are code, and whose other characters are themselves.
fn inline(text: &str, in_cell: bool) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        made.push_str(&plain(before, in_cell));
        let after = from.trim_start_matches('`');
        let ticks = from.len() - after.len();
        if let Some(end) = closing(after, ticks) {
            made.push_str(&span(&after[..end], in_cell));
            rest = &after[end + ticks..];
        } else {
            made.push_str(&"\\`".repeat(ticks));
            rest = after;
        }
    }
    made.push_str(&plain(rest, in_cell));
    made
}

/// Where the next run of exactly so many backticks begins.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let from = &text[start..];
        let run = from.len() - from.trim_start_matches('`').len();
        if run == ticks {
            return Some(start);
        }
        at = start + run;
    }
    None
}

/// Text with its marks escaped; an underline within a word is none.
fn plain(text: &str, in_cell: bool) -> String {
    let mut made = String::new();
    let mut before = None;
    let mut all = text.chars().peekable();
    while let Some(c) = all.next() {
        let next = all.peek().copied();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '\\' | '*' | '~' => made.extend(['\\', c]),
            '|' if in_cell => made.push_str("\\|"),
            '_' if !(word(before) && word(next)) => made.push_str("\\_"),
            ']' if next.is_some_and(|n| "([:".contains(n)) => made.push_str("\\]"),
            '<' => made.push_str("&lt;"),
            '&' if word(next) || next == Some('#') => made.push_str("&amp;"),
            '\r' if next == Some('\n') => {}
            '\n' | '\r' => made.push_str("<br>"),
            c if c.is_control() => made.push('\u{FFFD}'),
            c => made.push(c),
        }
        before = Some(c);
    }
    made
}

/// Text as code; empty stays empty.
fn span(text: &str, in_cell: bool) -> String {
    let odd = |c: char| c == '`' || c.is_control();
    let outer = text.starts_with(' ') || text.ends_with(' ');
    if text.is_empty() {
        return String::new();
    }
    if outer || text.contains(odd) || (in_cell && text.contains("\\|")) {
        return format!("<code>{}</code>", references(text));
    }
    let text = if in_cell {
        text.replace('|', "\\|")
    } else {
        text.to_owned()
    };
    format!("`{text}`")
}

/// Text of which every mark is a character reference, for what backticks cannot hold.
fn references(text: &str) -> String {
    let mut made = String::new();
    for c in text.chars() {
        let shown = if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        };
        for c in shown.chars() {
            if c.is_ascii_punctuation() {
                made.push_str(&format!("&#{};", u32::from(c)));
            } else {
                made.push(c);
            }
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_texts_stay_readable() {
        let text = "`a|b` reads orders_of_customer, 5 at most (see above): 3.5, A & B";
        assert_eq!(line(text), text);
        assert_eq!(cell("INCLUDE title, note_2"), "INCLUDE title, note_2");
        assert_eq!(code("PK = \"A#{b}\""), "`PK = \"A#{b}\"`");
        assert_eq!(code(""), "");
    }

    #[test]
    fn marks_of_texts_mean_nothing() {
        assert_eq!(line("# no\nheading"), "\\# no<br>heading");
        assert_eq!(line("1. no list"), "1\\. no list");
        assert_eq!(line("```\n"), "\\`\\`\\`<br>");
        assert_eq!(
            line("[x](y) <b> *c* _d_ &lt;"),
            "[x\\](y) &lt;b> \\*c\\* \\_d\\_ &amp;lt;"
        );
        assert_eq!(cell("a|b\\|c`d"), "a\\|b\\\\\\|c\\`d");
        assert_eq!(
            cell("in `a|b` and ``c`d``"),
            "in `a\\|b` and <code>c&#96;d</code>"
        );
        assert_eq!(code("a\\|b"), "<code>a&#92;&#124;b</code>");
        assert_eq!(code("a\nb"), "<code>a&#92;nb</code>");
    }
}

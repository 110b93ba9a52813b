//! Texts as Terraform's language has them, and the form that `terraform fmt` gives.
//!
//! Promises: a text that is printed by [`text`] is read back as that text, whatever is in it; [`format`] changes nothing
//! but spaces before `=`.

use crate::emit::facts::Value;

/// Words that mean something at the start of an object's key.
const WORDS: [&str; 4] = ["false", "for", "null", "true"];

/// A text in quotes.
pub(in crate::emit) fn text(of: &str) -> String {
    let mut made = String::from("\"");
    let mut rest = of.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            '$' | '%' => match rest.peek() {
                Some('{') => made.extend([c, c]),
                // Two of them before a brace would be read as one that is escaped.
                Some(next) if *next == c => made.push_str(&format!("\\u{:04x}", u32::from(c))),
                _ => made.push(c),
            },
            c if c.is_control() || c == '\u{feff}' => {
                made.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => made.push(c),
        }
    }
    made.push('"');
    made
}

/// The key of an object: a word as it is, anything else in quotes.
pub(in crate::emit) fn key(of: &str) -> String {
    let start = |c: char| c.is_ascii_alphabetic() || c == '_';
    let word = of.starts_with(start)
        && of.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !WORDS.contains(&of);
    if word { of.to_owned() } else { text(of) }
}

/// A text as one line of a comment.
pub(in crate::emit) fn comment(of: &str) -> String {
    let line = |c: char| c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c);
    of.split(line)
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a text of the design stands for.
pub(super) fn value(of: Value<'_>) -> String {
    match of {
        Value::Variable(name) => format!("var.{name}"),
        Value::Literal(literal) => text(literal),
    }
}

/// Aligns the `=` of lines that follow each other, as `terraform fmt` does: those that begin an expression of several
/// lines, and all others, end such a group. One empty line is enough between any two.
pub(super) fn format(of: &str) -> String {
    let mut made = String::new();
    let mut group: Vec<(&str, &str)> = Vec::new();
    for line in of.lines() {
        if let Some(pair) = assignment(line) {
            group.push(pair);
            continue;
        }
        flush(&mut group, &mut made);
        // What a template left out may have stood between two empty lines.
        if line.trim().is_empty() && (made.ends_with("\n\n") || made.ends_with("{\n")) {
            continue;
        }
        made.push_str(line);
        made.push('\n');
    }
    flush(&mut group, &mut made);
    made
}

fn flush(group: &mut Vec<(&str, &str)>, made: &mut String) {
    let width = |text: &str| text.chars().count();
    let widest = group.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    for (name, value) in group.drain(..) {
        let space = " ".repeat(widest - width(name));
        made.push_str(&format!("{name}{space} = {value}\n"));
    }
}

/// Both sides of a line that assigns an expression which ends on it.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let indent = line.len() - line.trim_start().len();
    let name = line.get(indent..)?;
    let length = if name.starts_with('"') {
        quoted(name)?
    } else {
        name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?
    };
    let (name, rest) = line.split_at_checked(indent + length)?;
    let value = rest.strip_prefix(" = ")?;
    (length > 0 && depth(value) == 0).then_some((name, value))
}

/// The length of the text in quotes that a line begins with.
fn quoted(line: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// How many brackets a value opens and does not close, those within quotes left out.
fn depth(value: &str) -> i32 {
    let mut depth = 0;
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let step = match c {
            '"' => quoted(rest).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        rest = rest.get(step..).unwrap_or_default();
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_end_or_compute() {
        assert_eq!(text("plain"), r#""plain""#);
        assert_eq!(text("a \"b\" \\"), r#""a \"b\" \\""#);
        assert_eq!(text("a\nb\r\tc\u{0}"), r#""a\nb\r\tc\u0000""#);
        assert_eq!(text("${var.x} %{if}"), r#""$${var.x} %%{if}""#);
        assert_eq!(
            text("$${x} $$$ %%{"),
            r#""\u0024$${x} \u0024\u0024$ \u0025%%{""#
        );
        assert_eq!(text("5 % of $1 {x}"), r#""5 % of $1 {x}""#);
    }

    #[test]
    fn keys_are_words_or_texts() {
        assert_eq!(key("team"), "team");
        assert_eq!(key("cost:center"), r#""cost:center""#);
        assert_eq!(key("for"), r#""for""#);
        assert_eq!(key("1st"), r#""1st""#);
        assert_eq!(key(""), r#""""#);
    }

    #[test]
    fn comments_are_one_line() {
        assert_eq!(
            comment("one\nresource \"x\" {\r\n}\n"),
            "one resource \"x\" { }"
        );
    }

    #[test]
    fn lines_are_aligned_as_terraform_does_it() {
        let given = "a {\n  b = 1\n  long = {\n    \"x = y\" = 2\n    zz = [1]\n  }\n  # c = 3\n  d = \"[\"\n  ee = 4\n\n  f = 5\n}\n";
        let wanted = "a {\n  b = 1\n  long = {\n    \"x = y\" = 2\n    zz      = [1]\n  }\n  # c = 3\n  d  = \"[\"\n  ee = 4\n\n  f = 5\n}\n";
        assert_eq!(format(given), wanted);
    }
}

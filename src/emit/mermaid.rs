//! The diagram in Mermaid, which GitHub draws in Markdown and in `.mmd` files.
//!
//! Promises: texts stand in quoted labels alone; every character of them that Mermaid, its Markdown or its math could take
//! for something else is a character code. Lines are broken by line feeds: with a `<br>` in it Mermaid would read a label
//! as HTML first, which turns the codes into the characters, and as Markdown then.

use super::Origin;
use super::diagram::diagram;
use super::engine::Templates;
use crate::plan::Plan;
use minijinja::Error;

/// Its template, by its path under `templates/`.
const TEMPLATE: (&str, &str) = (
    "mermaid/model.mmd",
    include_str!("../../templates/mermaid/model.mmd.j2"),
);

/// Makes the file.
pub(super) fn emit(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    Templates::new(&[TEMPLATE])?.render(TEMPLATE.0, &diagram(plan, origin, escape))
}

/// Text in a quoted label. Letters, digits and blanks are themselves, and so are a few marks where they stand between two
/// letters, as in names; colons are codes for a reason of their own: Mermaid takes a semicolon away from lines that hold
/// `style`, a colon and a code. The ligature begins the marks that it puts in the place of codes while it parses.
fn escape(text: &str) -> String {
    let mut made = String::new();
    let mut before = None;
    let mut all = text.chars().peekable();
    while let Some(c) = all.next() {
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let within = word(before) && word(all.peek().copied());
        match c {
            '\n' | '\r' | '\t' => made.push(' '),
            c if c.is_control() => made.push('\u{FFFD}'),
            c if (c.is_alphanumeric() && c != 'ﬂ') || c == ' ' => made.push(c),
            '_' | '-' if within => made.push(c),
            ',' | '(' | ')' if before.is_some() => made.push(c),
            c => made.push_str(&format!("#{};", u32::from(c))),
        }
        before = Some(c);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_codes() {
        assert_eq!(escape("orders_of_x, (y)"), "orders_of_x, (y)");
        assert_eq!(escape("A#{b}"), "A#35;#123;b#125;");
        assert_eq!(escape("1. `x` _y_"), "1#46; #96;x#96; #95;y#95;");
        assert_eq!(escape("a\n\"]"), "a #34;#93;");
        assert_eq!(escape("ﬂ°°35¶ß"), "#64258;#176;#176;35#182;ß");
    }
}

//! Text in YAML.
//!
//! Promises: whatever the text, every reader of YAML 1.1 or 1.2 gets exactly it back, as text; a text that nobody could
//! take for anything else stands there as it is.

/// Words that some reader takes for a boolean or for nothing.
const TAKEN: [&str; 9] = ["false", "n", "no", "null", "off", "on", "true", "y", "yes"];

/// A text as a value in block style, in one line.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text between double quotes, which may also stand within braces and brackets.
pub(super) fn quoted(text: &str) -> String {
    let mut made = String::with_capacity(text.len() + 2);
    made.push('"');
    for c in text.chars() {
        match c {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            _ if is_printable(c) => made.push(c),
            // Characters above these are printable, so four digits are enough.
            _ => made.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    made.push('"');
    made
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || " _-./,;:()'`".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(known)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a character may stand in a YAML file and looks neither like the end of a line nor like nothing.
pub(super) fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_stands_as_it_is() {
        for text in [
            "Orders of a small web shop",
            "AWS::DynamoDB::Table",
            "arn:aws:kms:eu-west-1:123456789012:key/a-b",
            "GSI1",
            "What a customer's order is, (see `orders`); and so on.",
        ] {
            assert_eq!(scalar(text), text);
        }
    }

    #[test]
    fn anything_else_is_quoted() {
        for (text, shown) in [
            ("", r#""""#),
            ("yes", r#""yes""#),
            ("Off", r#""Off""#),
            ("2010-09-09", r#""2010-09-09""#),
            ("a: b", r#""a: b""#),
            ("a #b", r#""a #b""#),
            ("a:", r#""a:""#),
            ("a ", r#""a ""#),
            ("!Ref Table", r#""!Ref Table""#),
            ("@a", r#""@a""#),
            ("say \"no\" \\ ${Table}", r#""say \"no\" \\ ${Table}""#),
            ("a\nb\r\tc", r#""a\nb\r\tc""#),
            (
                "\u{0}\u{7f}\u{85}\u{2028}\u{feff}",
                r#""\u0000\u007F\u0085\u2028\uFEFF""#,
            ),
            ("größer 🙂", r#""größer 🙂""#),
        ] {
            assert_eq!(scalar(text), shown, "{text:?}");
        }
    }
}

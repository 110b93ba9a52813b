//! The functions that make one text of a key each.
//!
//! Promises: a text is put together as the plan encodes it; one that is longer than a key may be is refused.

use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::ident;
use crate::emit::rust::types::quoted;

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// A value in this encoding.
    Value(String),
}

/// Makes one text of a key.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) name: String,
    pub(super) attribute: String,
    pub(super) partition: bool,
    pub(super) parts: Vec<Part>,
    /// The names of its values.
    pub(super) values: Vec<String>,
}

impl Form {
    /// The text with the names of its values in braces.
    fn template(&self) -> String {
        let mut values = self.values.iter();
        self.parts
            .iter()
            .map(|p| match p {
                Part::Literal(text) => text.clone(),
                Part::Value(_) => format!("{{{}}}", values.next().map_or("", String::as_str)),
            })
            .collect()
    }

    /// The function, or the constant where nothing varies.
    pub(super) fn print(&self) -> String {
        let mut code = Code::new(4);
        code.doc(&format!(
            "{} of `{}`.",
            crate::emit::rust::docs::code(&self.template()),
            self.attribute
        ));
        if self.values.is_empty() {
            let name = &self.name;
            code.stmt(
                &format!("pub const {name}: &str = "),
                &raw(quoted(&self.template())),
                ";",
            );
            return code.text();
        }
        code.line("///");
        code.line("/// # Errors");
        code.doc("A value that does not fit into the key.");
        let encodings = self.parts.iter().filter_map(|p| match p {
            Part::Literal(_) => None,
            Part::Value(encoding) => Some(encoding.as_str()),
        });
        let typed: Vec<(&String, &str)> = self.values.iter().zip(encodings).collect();
        let parameters: Vec<String> = typed
            .iter()
            .map(|(name, e)| format!("{name}: {}", taken(e)))
            .collect();
        code.head(
            &format!("pub fn {}", ident(&self.name)),
            &parameters,
            "Result<String, Error>",
        );
        let alone = self.parts.len() == 1;
        for (name, encoding) in &typed {
            let (value, fails) = encoded(name, encoding, alone);
            code.stmt(
                &format!("let {name} = "),
                &value,
                if fails { "?;" } else { ";" },
            );
        }
        let mut values = self.values.iter();
        let mut format = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => {
                    let text = quoted(&text.replace('{', "{{").replace('}', "}}"));
                    format.push_str(&text[1..text.len() - 1]);
                }
                Part::Value(_) => {
                    let value = values.next().map_or("", |v| v.trim_start_matches("r#"));
                    format.push_str(&format!("{{{value}}}"));
                }
            }
        }
        let key = match (alone, typed.first()) {
            (true, Some((name, _))) => raw((*name).clone()),
            _ => call("format!", vec![raw(format!("\"{format}\""))]),
        };
        code.stmt("let key = ", &key, ";");
        let arguments = vec![
            raw(quoted(&self.attribute)),
            raw(limit(self.partition).to_string()),
            raw("key"),
        ];
        code.stmt("", &call("fit", arguments), "");
        code.close("}");
        code.text()
    }
}

/// The text of a value in a key, and whether it can be refused.
fn encoded(name: &str, encoding: &str, alone: bool) -> (E, bool) {
    let (base, inverted) = match encoding.strip_suffix(":desc") {
        Some(base) => (base, true),
        None => (encoding, false),
    };
    let (kind, widths) = base.split_once(':').unwrap_or((base, ""));
    let quoted_name = raw(quoted(name.trim_start_matches("r#")));
    let invert = |text: String| {
        if inverted {
            raw(format!("inverted(&{text})"))
        } else {
            raw(text)
        }
    };
    match kind {
        "integer" => {
            let value = if inverted {
                format!("-i128::from({name})")
            } else {
                name.to_owned()
            };
            (
                call("integer", vec![quoted_name, raw(value), raw(widths)]),
                true,
            )
        }
        "decimal" => {
            let (whole, fraction) = widths.split_once('.').unwrap_or((widths, "0"));
            let arguments = vec![
                quoted_name,
                raw(name),
                raw(whole),
                raw(fraction),
                raw(inverted.to_string()),
            ];
            (call("decimal", arguments), true)
        }
        "timestamp" => (invert(format!("{name}.to_string()")), false),
        "boolean" => (raw(format!("{name}.to_string()")), false),
        "hex" => (call("hex", vec![raw(name)]), false),
        "date" | "month" => {
            let form = if kind == "date" {
                "0000-00-00"
            } else {
                "0000-00"
            };
            let value = format!("day({}, {name}, {})", quoted(name), quoted(form));
            if inverted {
                (raw(format!("inverted(&{value}?)")), false)
            } else {
                (raw(value), true)
            }
        }
        "raw" if alone => (raw(format!("{name}.to_owned()")), false),
        "raw" => (call("raw", vec![quoted_name, raw(name)]), true),
        _ => (call("escape", vec![raw(name)]), false),
    }
}

/// The type of a value that an encoding takes.
pub(super) fn taken(encoding: &str) -> &'static str {
    match encoding.split(':').next().unwrap_or_default() {
        "integer" => "i64",
        "decimal" => "&Decimal",
        "timestamp" => "Timestamp",
        "boolean" => "bool",
        "hex" => "&[u8]",
        _ => "&str",
    }
}

/// The most bytes of a key.
pub(super) const fn limit(partition: bool) -> u32 {
    if partition { 2048 } else { 1024 }
}

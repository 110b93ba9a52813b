//! Constants of the file, checked against the type of their attribute.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::encoding;
use crate::source::Span;
use crate::time;
use crate::workload::{Attribute, Constant, Type};

/// The constant that a node gives for an attribute, or an error.
pub(super) fn constant(
    node: &Node,
    attribute: &Attribute,
    found: &mut Diagnostics,
) -> Option<Constant> {
    if let Some(text) = node.text() {
        constant_text(text, node.span, attribute, found)
    } else {
        found.push(
            Diagnostic::at(
                Code::D0210,
                node.span,
                format!(
                    "expected {} for `{}`",
                    attribute.ty.with_article(),
                    attribute.name
                ),
            )
            .context(attribute.span, "declared here")
            .help("write one value"),
        );
        None
    }
}

/// The constant that a text gives for an attribute, or an error.
pub(super) fn constant_text(
    text: &str,
    span: Span,
    attribute: &Attribute,
    found: &mut Diagnostics,
) -> Option<Constant> {
    let value = value_of(text, &attribute.ty);
    let Some(value) = value else {
        found.push(misfit(text, span, attribute));
        return None;
    };
    let too_big = match (&value, attribute.max) {
        (Constant::Text(t), Some(max)) => attribute.ty == Type::String && t.len() as u64 > max,
        (Constant::Integer(n), Some(max)) => n.unsigned_abs() > max,
        _ => false,
    };
    let fits = encoding::encoding(attribute, false)
        .map_or(Ok(String::new()), |e| encoding::encode(&value, e));
    if too_big || fits.is_err() {
        found.push(
            Diagnostic::at(
                Code::D0210,
                span,
                format!("`{text}` does not fit `{}`", attribute.name),
            )
            .context(attribute.span, "its type and `max` are declared here")
            .note(match attribute.max {
                Some(max) if attribute.ty.is_number() => {
                    format!("its `max` is {max}, so it lies between -{max} and {max}")
                }
                Some(max) => format!("its `max` is {max} bytes"),
                None => format!("{} has a range of its own", attribute.ty.with_article()),
            })
            .help("write a value that fits, or raise `max`"),
        );
        return None;
    }
    Some(value)
}

fn value_of(text: &str, ty: &Type) -> Option<Constant> {
    match ty {
        Type::String | Type::Uuid | Type::Ulid | Type::Ksuid => {
            Some(Constant::Text(text.to_owned()))
        }
        Type::Enumeration(values) => values
            .iter()
            .any(|v| v == text)
            .then(|| Constant::Text(text.to_owned())),
        Type::Integer | Type::Epoch => text.trim().parse().ok().map(Constant::Integer),
        Type::Decimal => decimal(text.trim()).map(Constant::Decimal),
        Type::Boolean => match text {
            "true" => Some(Constant::Boolean(true)),
            "false" => Some(Constant::Boolean(false)),
            _ => None,
        },
        Type::Timestamp => time::timestamp(text).map(Constant::Text),
        Type::Date => time::date(text).map(Constant::Text),
        Type::Month => time::month(text).map(Constant::Text),
        Type::Binary | Type::List | Type::Map | Type::StringSet | Type::NumberSet => None,
    }
}

/// The plain text of a decimal: no needless zeros, no `-0`.
fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || !plain(whole)
        || !plain(fraction)
        || digits.ends_with('.')
        || whole.len() + fraction.len() > 38
    {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let number = if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    };
    Some(if number == "0" {
        number
    } else {
        format!("{sign}{number}")
    })
}

fn misfit(text: &str, span: Span, attribute: &Attribute) -> Diagnostic {
    let name = &attribute.name;
    match &attribute.ty {
        Type::Enumeration(values) => {
            Diagnostic::at(Code::D0205, span, format!("`{name}` has no value `{text}`"))
                .context(attribute.span, "declared here")
                .note(format!(
                    "its values are {}",
                    crate::document::form::quoted(
                        &values.iter().map(String::as_str).collect::<Vec<_>>()
                    )
                ))
                .help(format!("write one of these, or add `{text}` to the values"))
                .did_you_mean(text, values.iter().map(String::as_str))
        }
        Type::Binary | Type::List | Type::Map | Type::StringSet | Type::NumberSet => {
            Diagnostic::at(
                Code::D0210,
                span,
                format!("a constant cannot be {}", attribute.ty.with_article()),
            )
            .context(attribute.span, format!("`{name}` is declared here"))
            .note("constants are texts, numbers, booleans and times")
            .help("let the caller give it, as a parameter")
        }
        ty => {
            let made = Diagnostic::at(Code::D0210, span, format!("`{text}` is no {}", ty.name()))
                .context(attribute.span, format!("`{name}` is declared here"))
                .note("a constant has the type of its attribute");
            match ty {
                Type::Timestamp => made.help("write it like `2026-11-20T10:00:00Z`"),
                Type::Date => made.help("write it like `2026-11-20`"),
                Type::Month => made.help("write it like `2026-11`"),
                Type::Epoch => made.help("write the seconds since 1970"),
                Type::Boolean => made.help("write `true` or `false`"),
                Type::Integer => made.help("write a whole number of 64 bits, such as `42`"),
                Type::Decimal => made.help("write a number of at most 38 digits, such as `1.5`"),
                _ => made.help("write a value of this type"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_plain() {
        let cases = [
            ("1.50", Some("1.5")),
            ("-0.0", Some("0")),
            ("007", Some("7")),
            ("1.", None),
            (".5", None),
            ("1e3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(decimal(text).as_deref(), expected, "{text}");
        }
    }
}

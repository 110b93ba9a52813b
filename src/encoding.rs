//! Key encodings: values as text whose byte order is the order of the values.
//!
//! Promises, for every value of the type: encoding is injective; the order of the texts in UTF-8 bytes is the order of
//! the values (of their negation for descending ones); with `#` after each component no value is the start of another
//! one's key, since encoded text holds nothing below `&` but `%XX` and `#` < `$` < `%`. A value that does not fit is
//! refused, never cut. `DynamoDB` compares keys by their UTF-8 bytes.

mod hash;
mod number;

use crate::workload::{Attribute, Constant, Type};
pub use hash::{bucket, fnv1a};
use std::fmt;

/// How a value stands in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Escaped text.
    Text,
    /// Escaped text of an enumeration.
    Enumeration,
    /// The text as it is.
    Raw,
    /// `integer:W`
    Integer {
        /// Characters in all.
        width: u32,
        /// Of the negated value.
        descending: bool,
    },
    /// `decimal:W.F`
    Decimal {
        /// Characters before the point.
        width: u32,
        /// Digits after it.
        fraction: u32,
        /// Of the negated value.
        descending: bool,
    },
    /// An instant.
    Timestamp {
        /// Each digit replaced by its complement to nine.
        descending: bool,
    },
    /// A day.
    Date {
        /// Each digit replaced by its complement to nine.
        descending: bool,
    },
    /// A month.
    Month {
        /// Each digit replaced by its complement to nine.
        descending: bool,
    },
    /// `false`, `true`
    Boolean,
    /// Bytes in hexadecimal.
    Hex,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let desc = |descending: bool| if descending { ":desc" } else { "" };
        match *self {
            Self::Text => f.write_str("text"),
            Self::Enumeration => f.write_str("enum"),
            Self::Raw => f.write_str("raw"),
            Self::Integer { width, descending } => write!(f, "integer:{width}{}", desc(descending)),
            Self::Decimal {
                width,
                fraction,
                descending,
            } => write!(f, "decimal:{width}.{fraction}{}", desc(descending)),
            Self::Timestamp { descending } => write!(f, "timestamp{}", desc(descending)),
            Self::Date { descending } => write!(f, "date{}", desc(descending)),
            Self::Month { descending } => write!(f, "month{}", desc(descending)),
            Self::Boolean => f.write_str("boolean"),
            Self::Hex => f.write_str("hex"),
        }
    }
}

/// Digits before the point of a decimal without `max`.
const DECIMAL_WIDTH: u32 = 14;
/// Digits after the point of every decimal.
const DECIMAL_FRACTION: u32 = 4;
/// Characters of an integer without `max`.
const INTEGER_WIDTH: u32 = 20;

/// The encoding of an attribute, inverted where `descending`; `None` of a type that no key can hold, or that has no
/// descending form.
#[must_use]
pub fn encoding(attribute: &Attribute, descending: bool) -> Option<Encoding> {
    of_type(&attribute.ty, attribute.max, descending)
}

/// The encoding of a type whose values are at most `max`.
#[must_use]
pub fn of_type(ty: &Type, max: Option<u64>, descending: bool) -> Option<Encoding> {
    if descending && !ty.inverts() {
        return None;
    }
    let width = |default: u32| max.map_or(default, |m| m.checked_ilog10().unwrap_or(0) + 2);
    match ty {
        Type::String | Type::Uuid | Type::Ulid | Type::Ksuid => Some(Encoding::Text),
        Type::Enumeration(_) => Some(Encoding::Enumeration),
        Type::Integer | Type::Epoch => Some(Encoding::Integer {
            width: width(INTEGER_WIDTH),
            descending,
        }),
        Type::Decimal => Some(Encoding::Decimal {
            width: width(DECIMAL_WIDTH),
            fraction: DECIMAL_FRACTION,
            descending,
        }),
        Type::Boolean => Some(Encoding::Boolean),
        Type::Timestamp => Some(Encoding::Timestamp { descending }),
        Type::Date => Some(Encoding::Date { descending }),
        Type::Month => Some(Encoding::Month { descending }),
        Type::Binary => Some(Encoding::Hex),
        Type::List | Type::Map | Type::StringSet | Type::NumberSet => None,
    }
}

/// The text of a constant in a key.
///
/// # Errors
/// What does not fit, in words.
pub fn encode(value: &Constant, encoding: Encoding) -> Result<String, String> {
    match (encoding, value) {
        (Encoding::Text | Encoding::Enumeration, Constant::Text(text)) => Ok(escape(text)),
        (Encoding::Raw, _) => Ok(value.plain()),
        (Encoding::Integer { width, descending }, Constant::Integer(n)) => {
            number::integer(i128::from(*n), width, descending)
        }
        (
            Encoding::Decimal {
                width,
                fraction,
                descending,
            },
            Constant::Decimal(text),
        ) => number::decimal(text, width, fraction, descending),
        (
            Encoding::Timestamp { descending }
            | Encoding::Date { descending }
            | Encoding::Month { descending },
            Constant::Text(text),
        ) => Ok(if descending {
            complement(text)
        } else {
            text.clone()
        }),
        (Encoding::Boolean, Constant::Boolean(b)) => Ok(b.to_string()),
        _ => Err(format!(
            "`{}` is no value of the encoding `{encoding}`",
            value.plain()
        )),
    }
}

/// Each code point up to U+0025 as `%` and two upper-case hexadecimal digits.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c <= '%' {
            out.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Each digit d replaced by 9 - d.
fn complement(text: &str) -> String {
    text.chars()
        .map(|c| {
            c.to_digit(10)
                .and_then(|d| char::from_digit(9 - d, 10))
                .unwrap_or(c)
        })
        .collect()
}

#[cfg(test)]
mod tests;

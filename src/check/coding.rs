//! Encodings of values in keys, read from their names in the document.
//!
//! This is a second account of the page "The plan document", written without the encoder: what the checks rely on is
//! what the document promises to its readers, not what the planner happens to do.

use crate::workload::{Attribute, Constant, Type};

/// The first code point that stands in a text as it is; everything below is written as `%XX`.
const FIRST_PLAIN: u8 = b'&';

/// How a value stands in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coding {
    /// Escaped text; `text` and `enum` write the same.
    Text,
    /// The text as it is.
    Raw,
    /// `integer:W`
    Integer {
        /// Characters in all.
        width: u32,
        /// Whether greater values come first.
        down: bool,
    },
    /// `decimal:W.F`
    Decimal {
        /// Characters before the point.
        width: u32,
        /// Digits after it.
        fraction: u32,
        /// Whether greater values come first.
        down: bool,
    },
    /// An instant, a day or a month: so many characters.
    Time {
        /// Which of them.
        kind: TimeKind,
        /// Whether later ones come first.
        down: bool,
    },
    /// `false`, `true`
    Boolean,
    /// Bytes in hexadecimal.
    Hex,
    /// The number itself.
    Number,
    /// The bytes themselves.
    Binary,
}

/// The kinds of times in keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimeKind {
    /// `2026-11-20T10:00:00.123Z`
    Timestamp,
    /// `2026-11-20`
    Date,
    /// `2026-11`
    Month,
}

impl TimeKind {
    const fn length(self) -> usize {
        match self {
            Self::Timestamp => 24,
            Self::Date => 10,
            Self::Month => 7,
        }
    }
}

impl Coding {
    /// The encoding of a name; `None` where the page does not know it.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (base, down) = name
            .strip_suffix(":desc")
            .map_or((name, false), |b| (b, true));
        let time = |kind| Some(Self::Time { kind, down });
        match base {
            "timestamp" => return time(TimeKind::Timestamp),
            "date" => return time(TimeKind::Date),
            "month" => return time(TimeKind::Month),
            _ => {}
        }
        if let Some(width) = base.strip_prefix("integer:") {
            let width: u32 = width.parse().ok().filter(|w| (1..=38).contains(w))?;
            return Some(Self::Integer { width, down });
        }
        if let Some(size) = base.strip_prefix("decimal:") {
            let (width, fraction) = size.split_once('.')?;
            let (width, fraction): (u32, u32) = (width.parse().ok()?, fraction.parse().ok()?);
            let fits = width > 0 && fraction > 0 && width.checked_add(fraction)? <= 38;
            return fits.then_some(Self::Decimal {
                width,
                fraction,
                down,
            });
        }
        match (base, down) {
            ("text" | "enum", false) => Some(Self::Text),
            ("raw", false) => Some(Self::Raw),
            ("boolean", false) => Some(Self::Boolean),
            ("hex", false) => Some(Self::Hex),
            ("number", false) => Some(Self::Number),
            ("binary", false) => Some(Self::Binary),
            _ => None,
        }
    }

    /// Whether the order of the keys is the inverse of that of the values.
    pub(super) const fn is_down(self) -> bool {
        matches!(
            self,
            Self::Integer { down: true, .. }
                | Self::Decimal { down: true, .. }
                | Self::Time { down: true, .. }
        )
    }

    /// Whether it is the value itself, which must be alone in its key attribute: beside other segments `raw` would refuse
    /// values that the design allows.
    pub(super) const fn stands_alone(self) -> bool {
        matches!(self, Self::Raw | Self::Number | Self::Binary)
    }

    /// The number of characters, where it is the same for all values.
    pub(super) const fn length(self) -> Option<usize> {
        match self {
            Self::Integer { width, .. } => Some(width as usize),
            Self::Decimal {
                width, fraction, ..
            } => Some(width as usize + fraction as usize + 1),
            Self::Time { kind, .. } => Some(kind.length()),
            Self::Text | Self::Raw | Self::Boolean | Self::Hex | Self::Number | Self::Binary => {
                None
            }
        }
    }

    /// Whether no value is written as empty text.
    pub(super) const fn is_never_empty(self) -> bool {
        self.length().is_some() || matches!(self, Self::Boolean | Self::Number)
    }

    /// Whether a literal that begins with `byte` marks the end of a value: no value holds that byte, and it sorts below
    /// all that values hold.
    pub(super) const fn ends_before(self, byte: u8) -> bool {
        match self {
            Self::Text => byte < b'%',
            Self::Boolean | Self::Hex => byte < b'0',
            _ => self.length().is_some(),
        }
    }

    /// The least and the greatest byte with which a written value begins.
    pub(super) const fn first_bytes(self) -> (u8, u8) {
        match self {
            Self::Text => (b'%', u8::MAX),
            Self::Integer { .. } | Self::Decimal { .. } => (b'-', b'9'),
            Self::Time { .. } => (b'0', b'9'),
            Self::Boolean => (b'f', b't'),
            Self::Hex => (b'0', b'f'),
            Self::Raw | Self::Number | Self::Binary => (0, u8::MAX),
        }
    }

    /// Whether every value of an attribute that the design admits can be written, and in the order of the values.
    pub(super) fn suits(self, attribute: &Attribute) -> bool {
        // A sign and the digits of the greatest value.
        let digits = |default: u32| {
            attribute
                .max
                .map_or(default, |m| m.checked_ilog10().unwrap_or(0) + 2)
        };
        match (&attribute.ty, self) {
            (
                Type::String | Type::Uuid | Type::Ulid | Type::Ksuid | Type::Enumeration(_),
                Self::Text | Self::Raw,
            )
            | (Type::Boolean, Self::Boolean)
            | (Type::Binary, Self::Hex | Self::Binary)
            | (Type::Integer | Type::Epoch | Type::Decimal, Self::Number) => true,
            (Type::Integer | Type::Epoch, Self::Integer { width, .. }) => width >= digits(20),
            (
                Type::Decimal,
                Self::Decimal {
                    width, fraction, ..
                },
            ) => width >= digits(14) && fraction >= 4,
            (ty, Self::Time { kind, .. }) => matches!(
                (ty, kind),
                (Type::Timestamp, TimeKind::Timestamp)
                    | (Type::Date, TimeKind::Date)
                    | (Type::Month, TimeKind::Month)
            ),
            _ => false,
        }
    }

    /// The text of a constant of an enumeration or boolean.
    pub(super) fn write(self, value: &Constant) -> Option<String> {
        match (self, value) {
            (Self::Text, Constant::Text(text)) => Some(escape(text)),
            (Self::Boolean, Constant::Boolean(b)) => Some(b.to_string()),
            _ => None,
        }
    }

    /// The constant that a whole written value stands for, as a constant of a type.
    pub(super) fn read(self, written: &str, ty: &Type) -> Option<Constant> {
        match self {
            Self::Text => unescape(written).map(Constant::Text),
            Self::Raw => Some(Constant::Text(written.to_owned())),
            Self::Boolean => written.parse().ok().map(Constant::Boolean),
            Self::Integer { down, .. } => {
                let value = i64::try_from(whole(written, down)?).ok()?;
                Some(Constant::Integer(value))
            }
            Self::Decimal { fraction, down, .. } => {
                let joined: String = written.chars().filter(|c| *c != '.').collect();
                Some(Constant::Decimal(plain_decimal(
                    whole(&joined, down)?,
                    fraction as usize,
                )))
            }
            Self::Time { kind, down } => {
                let text = if down {
                    complement(written)
                } else {
                    written.to_owned()
                };
                let shaped = text.len() == kind.length()
                    && text.bytes().enumerate().all(|(at, b)| fits_time(at, b));
                (shaped && *ty != Type::Epoch).then_some(Constant::Text(text))
            }
            Self::Hex | Self::Number | Self::Binary => None,
        }
    }
}

/// Whether a byte may stand at a place of `2026-11-20T10:00:00.123Z`.
const fn fits_time(at: usize, byte: u8) -> bool {
    match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'.',
        23 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    }
}

/// Each code point up to U+0025 as `%` and two upper-case hexadecimal digits.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if u32::from(c) < u32::from(FIRST_PLAIN) {
            let code = u32::from(c);
            out.push('%');
            out.extend(
                [code >> 4, code & 15]
                    .into_iter()
                    .filter_map(|d| char::from_digit(d, 16))
                    .map(|d| d.to_ascii_uppercase()),
            );
        } else {
            out.push(c);
        }
    }
    out
}

fn unescape(written: &str) -> Option<String> {
    let mut out = String::with_capacity(written.len());
    let mut rest = written.chars();
    while let Some(c) = rest.next() {
        if c == '%' {
            let pair: String = rest.by_ref().take(2).collect();
            let code = u8::from_str_radix(&pair, 16)
                .ok()
                .filter(|b| *b < FIRST_PLAIN && pair == format!("{b:02X}"))?;
            out.push(char::from(code));
        } else if u32::from(c) < u32::from(FIRST_PLAIN) {
            return None;
        } else {
            out.push(c);
        }
    }
    Some(out)
}

/// The number that `integer:W` stands for, W being the length of the text.
fn whole(written: &str, down: bool) -> Option<i128> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let read: i128 = digits.parse().ok()?;
    let value = if digits.len() < written.len() {
        // The distance from the least number that fits, less one.
        read + 1 - 10i128.checked_pow(u32::try_from(digits.len()).ok()?)?
    } else {
        read
    };
    Some(if down { -value } else { value })
}

/// A number of so many fraction digits as plain text.
fn plain_decimal(scaled: i128, fraction: usize) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>1$}", scaled.unsigned_abs(), fraction + 1);
    let (whole, part) = digits.split_at(digits.len() - fraction);
    let part = part.trim_end_matches('0');
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

fn complement(text: &str) -> String {
    let nine = |c: char| {
        c.to_digit(10)
            .and_then(|d| char::from_digit(9 - d, 10))
            .unwrap_or(c)
    };
    text.chars().map(nine).collect()
}

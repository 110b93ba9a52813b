//! The plan document's texts: plain text, the encodings of keys, instants, the hash and derived values.
//!
//! Written from that page alone; its vectors are the tests below. Promises that a value which an encoding
//! refuses is an error here, never another text.

use super::value::{Decimal, Value};

/// How a value stands in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Text,
    Raw,
    Integer {
        width: u32,
        descending: bool,
    },
    Decimal {
        whole: u32,
        fraction: u32,
        descending: bool,
    },
    Timestamp {
        descending: bool,
    },
    Date {
        descending: bool,
    },
    Month {
        descending: bool,
    },
    Boolean,
    Hex,
    Number,
    Binary,
}

impl Encoding {
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        let (base, descending) = match name.strip_suffix(":desc") {
            Some(base) => (base, true),
            None => (name, false),
        };
        let unknown = || format!("unknown encoding `{name}`");
        let number = |text: &str| text.parse::<u32>().map_err(|_| unknown());
        let parsed = match base.split_once(':') {
            Some(("integer", width)) => Self::Integer {
                width: number(width)?,
                descending,
            },
            Some(("decimal", widths)) => {
                let (whole, fraction) = widths.split_once('.').ok_or_else(unknown)?;
                Self::Decimal {
                    whole: number(whole)?,
                    fraction: number(fraction)?,
                    descending,
                }
            }
            Some(_) => return Err(unknown()),
            None => match base {
                "timestamp" => Self::Timestamp { descending },
                "date" => Self::Date { descending },
                "month" => Self::Month { descending },
                _ if descending => return Err(unknown()),
                "text" | "enum" => Self::Text,
                "raw" => Self::Raw,
                "boolean" => Self::Boolean,
                "hex" => Self::Hex,
                "number" => Self::Number,
                "binary" => Self::Binary,
                _ => return Err(unknown()),
            },
        };
        Ok(parsed)
    }
}

/// The text of `value` in a key made of text; `alone` says that no other segment is beside it.
pub(crate) fn encode(encoding: Encoding, value: &Value, alone: bool) -> Result<String, String> {
    match encoding {
        Encoding::Text => Ok(escape(&plain(value)?)),
        Encoding::Raw => raw(plain(value)?, alone),
        Encoding::Integer { width, descending } => {
            integer(width, negated(whole(value)?, descending))
        }
        Encoding::Decimal {
            whole,
            fraction,
            descending,
        } => decimal(whole, fraction, descending, value),
        Encoding::Timestamp { descending } => match value {
            Value::Instant(ms) => Ok(complement(&instant_text(*ms)?, descending)),
            other => Err(format!("{other:?} is no instant")),
        },
        Encoding::Date { descending } => {
            Ok(complement(&day_text(value, "0000-00-00")?, descending))
        }
        Encoding::Month { descending } => Ok(complement(&day_text(value, "0000-00")?, descending)),
        Encoding::Boolean => match value {
            Value::Bool(_) => plain(value),
            other => Err(format!("{other:?} is no boolean")),
        },
        Encoding::Hex => match value {
            Value::Bytes(_) => plain(value),
            other => Err(format!("{other:?} is no bytes")),
        },
        Encoding::Number | Encoding::Binary => Err("stands alone, it has no text".to_owned()),
    }
}

/// The plain text of a value.
pub(crate) fn plain(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Int(n) => Ok(n.to_string()),
        Value::Dec(n) => Ok(n.to_string()),
        Value::Bool(b) => Ok(b.to_string()),
        Value::Instant(ms) => instant_text(*ms),
        Value::Bytes(bytes) => Ok(hex(bytes)),
        other => Err(format!("{other:?} has no plain text")),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |d: u8| char::from_digit(u32::from(d), 16);
    bytes
        .iter()
        .flat_map(|b| [digit(b >> 4), digit(b & 15)])
        .flatten()
        .collect()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c <= '\u{25}' {
            let code = u32::from(c);
            out.push('%');
            out.extend(
                [code / 16, code % 16]
                    .iter()
                    .filter_map(|d| char::from_digit(*d, 16))
                    .map(|d| d.to_ascii_uppercase()),
            );
        } else {
            out.push(c);
        }
    }
    out
}

fn raw(text: String, alone: bool) -> Result<String, String> {
    if !alone && text.chars().any(|c| c <= '\u{25}') {
        return Err(format!("{text:?} has a code point up to U+0025"));
    }
    Ok(text)
}

fn whole(value: &Value) -> Result<i128, String> {
    match value {
        Value::Int(n) => Ok(*n),
        Value::Dec(Decimal { units, scale: 0 }) => Ok(*units),
        other => Err(format!("{other:?} is no integer")),
    }
}

fn negated(n: i128, descending: bool) -> i128 {
    if descending { -n } else { n }
}

fn power(exponent: u32) -> Result<i128, String> {
    10_i128
        .checked_pow(exponent)
        .ok_or_else(|| format!("a width of {exponent} is beyond any number"))
}

fn integer(width: u32, n: i128) -> Result<String, String> {
    let characters = width as usize;
    if n >= power(width)? || n <= -power(width - 1)? {
        return Err(format!("{n} does not fit into {width} characters"));
    }
    if n >= 0 {
        return Ok(format!("{n:0>characters$}"));
    }
    let rest = characters - 1;
    let complement = power(width - 1)? - 1 + n;
    Ok(format!("-{complement:0>rest$}"))
}

fn decimal(whole: u32, fraction: u32, descending: bool, value: &Value) -> Result<String, String> {
    let number = match value {
        Value::Dec(number) => *number,
        Value::Int(n) => Decimal::new(*n, 0),
        other => return Err(format!("{other:?} is no number")),
    };
    let shifted = number
        .shifted(fraction)
        .ok_or_else(|| format!("{number} has more than {fraction} fraction digits"))?;
    let mut text = integer(whole + fraction, negated(shifted, descending))?;
    text.insert(whole as usize, '.');
    Ok(text)
}

fn complement(text: &str, descending: bool) -> String {
    if !descending {
        return text.to_owned();
    }
    let flip = |c: char| match c.to_digit(10) {
        Some(d) => char::from_digit(9 - d, 10).unwrap_or(c),
        None => c,
    };
    text.chars().map(flip).collect()
}

/// The text of a date or month, if it has the shape of `pattern` (`0` stands for any digit).
fn day_text(value: &Value, pattern: &str) -> Result<String, String> {
    let Value::Text(text) = value else {
        return Err(format!("{value:?} is no day or month"));
    };
    let fits = text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(c, p)| {
            if p == b'0' {
                c.is_ascii_digit()
            } else {
                c == p
            }
        });
    if fits {
        Ok(text.clone())
    } else {
        Err(format!("{text:?} is outside of years 0000 to 9999"))
    }
}

const DAY: i64 = 86_400_000;

/// `2026-11-20T10:00:00.123Z`, always UTC with three fraction digits.
pub(crate) fn instant_text(ms: i64) -> Result<String, String> {
    let (days, rest) = (ms.div_euclid(DAY), ms.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    if !(0..=9999).contains(&year) {
        return Err(format!("the year {year} is outside of 0000 to 9999"));
    }
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    Ok(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
    ))
}

/// Reads an instant: the text above, the fraction of any length up to three digits or absent.
pub(crate) fn parse_instant(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no instant");
    let number = |part: Option<&str>| part.and_then(|p| p.parse::<i64>().ok()).ok_or_else(wrong);
    let body = text.strip_suffix('Z').ok_or_else(wrong)?;
    let (date, time) = body.split_once('T').ok_or_else(wrong)?;
    let (seconds, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let milli = number(Some(&format!("{fraction:0<3}")))?;
    let mut clock = seconds.split(':');
    let (hour, minute, second) = (
        number(clock.next())?,
        number(clock.next())?,
        number(clock.next())?,
    );
    Ok(parse_day(date)? * DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + milli)
}

/// Days since 1970 of `2026-11-20`.
pub(crate) fn parse_day(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no date");
    let mut parts = text
        .split('-')
        .map(|p| p.parse::<i64>().map_err(|_| wrong()));
    let mut next = || parts.next().unwrap_or_else(|| Err(wrong()));
    let (year, month, day) = (next()?, next()?, next()?);
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Ok(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// 32-bit FNV-1a over UTF-8 bytes.
pub(crate) fn fnv(text: &str) -> u32 {
    text.bytes().fold(2_166_136_261, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    })
}

/// The shard of some values: the hash of their plain texts, each followed by `#`, modulo `count`.
pub(crate) fn shard(values: &[Value], count: u32) -> Result<Value, String> {
    let mut text = String::new();
    for value in values {
        text.push_str(&plain(value)?);
        text.push('#');
    }
    Ok(Value::Int(i128::from(fnv(&text) % count.max(1))))
}

/// The value of a derived attribute; the sources are all there.
pub(crate) fn derive(
    function: &str,
    sources: &[Value],
    argument: Option<u32>,
) -> Result<Value, String> {
    let first = sources
        .first()
        .ok_or("a derived attribute without a source")?;
    let start =
        |n: usize| Ok::<_, String>(Value::Text(time_text(first)?.chars().take(n).collect()));
    let argument = || argument.ok_or_else(|| format!("`{function}` needs an argument"));
    match function {
        "month" => start(7),
        "day" => start(10),
        "hour" => start(13),
        "year" => {
            let text: String = time_text(first)?.chars().take(4).collect();
            text.parse()
                .map(Value::Int)
                .map_err(|_| format!("{text:?} is no year"))
        }
        "lower" => Ok(Value::Text(plain(first)?.to_lowercase())),
        "prefix" => Ok(Value::Text(
            plain(first)?.chars().take(argument()? as usize).collect(),
        )),
        "bucket" => Ok(Value::Int(i128::from(
            fnv(&plain(first)?) % argument()?.max(1),
        ))),
        "concat" => Ok(Value::Text(
            sources.iter().map(plain).collect::<Result<_, _>>()?,
        )),
        other => Err(format!("unknown derived function `{other}`")),
    }
}

/// The text of a time: an instant, an epoch taken as one, or a date or month as it is.
fn time_text(value: &Value) -> Result<String, String> {
    match value {
        Value::Int(seconds) => {
            let ms = seconds
                .checked_mul(1000)
                .and_then(|ms| i64::try_from(ms).ok());
            instant_text(ms.ok_or("an epoch beyond any year")?)
        }
        other => plain(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoding: &str, value: &Value) -> String {
        Encoding::parse(encoding)
            .and_then(|e| encode(e, value, false))
            .unwrap_or_else(|e| format!("refused: {e}"))
    }

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    fn instant(s: &str) -> Value {
        Value::Instant(parse_instant(s).unwrap_or_default())
    }

    #[test]
    fn text_vectors() {
        assert_eq!(encoded("text", &text("A b#50%")), "A%20b%2350%25");
        assert_eq!(encoded("enum", &text("é🙂")), "é🙂");
        assert_eq!(encoded("text", &text("\t")), "%09");
        assert_eq!(encoded("raw", &text("a-b")), "a-b");
        assert!(encoded("raw", &text("a b")).starts_with("refused"));
    }

    #[test]
    fn number_vectors() {
        for (encoding, n, expected) in [
            ("integer:5", 42, "00042"),
            ("integer:5", -42, "-9957"),
            ("integer:5", -9999, "-0000"),
            ("integer:5:desc", 42, "-9957"),
            ("integer:5:desc", -42, "00042"),
            ("integer:20", i128::from(i64::MIN), "-0776627963145224191"),
        ] {
            assert_eq!(encoded(encoding, &Value::Int(n)), expected);
        }
        assert!(encoded("integer:5", &Value::Int(100_000)).starts_with("refused"));
        assert!(encoded("integer:5", &Value::Int(-10_000)).starts_with("refused"));
    }

    #[test]
    fn decimal_vectors() {
        let half = Decimal::new(15, 1);
        let minus = Decimal::new(-15, 1);
        assert_eq!(encoded("decimal:4.2", &Value::Dec(half)), "0001.50");
        assert_eq!(encoded("decimal:4.2", &Value::Dec(minus)), "-998.49");
        assert_eq!(encoded("decimal:4.2:desc", &Value::Dec(half)), "-998.49");
        assert!(encoded("decimal:4.2", &Value::Dec(Decimal::new(1, 3))).starts_with("refused"));
    }

    #[test]
    fn time_vectors() {
        let at = instant("2026-11-20T10:00:00.123Z");
        assert_eq!(encoded("timestamp", &at), "2026-11-20T10:00:00.123Z");
        assert_eq!(encoded("timestamp:desc", &at), "7973-88-79T89:99:99.876Z");
        assert_eq!(encoded("date:desc", &text("2026-11-20")), "7973-88-79");
        assert_eq!(encoded("month:desc", &text("2026-11")), "7973-88");
        for edge in [
            "0000-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
            "2024-02-29T12:00:00.001Z",
        ] {
            assert_eq!(encoded("timestamp", &instant(edge)), edge);
        }
    }

    #[test]
    fn hash_vectors() {
        assert_eq!(fnv("foobar"), 3_214_735_720);
        assert_eq!(fnv("Ann#"), 242_431_489);
        assert_eq!(shard(&[text("Ann")], 10), Ok(Value::Int(9)));
        assert_eq!(
            derive("bucket", &[text("foobar")], Some(10)),
            Ok(Value::Int(0))
        );
    }

    #[test]
    fn derived_values() {
        let at = instant("2026-11-20T10:00:00.123Z");
        assert_eq!(
            derive("hour", std::slice::from_ref(&at), None),
            Ok(text("2026-11-20T10"))
        );
        assert_eq!(
            derive("year", std::slice::from_ref(&at), None),
            Ok(Value::Int(2026))
        );
        assert_eq!(derive("month", &[Value::Int(0)], None), Ok(text("1970-01")));
        assert_eq!(derive("prefix", &[text("é🙂x")], Some(2)), Ok(text("é🙂")));
        assert_eq!(
            derive("concat", &[text("a"), Value::Int(-1)], None),
            Ok(text("a-1"))
        );
    }

    #[test]
    fn unknown_encodings_are_refused() {
        for name in ["roman", "text:desc", "integer", "integer:x", "decimal:4"] {
            assert!(Encoding::parse(name).is_err(), "{name}");
        }
    }
}

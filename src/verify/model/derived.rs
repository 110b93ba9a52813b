//! Times and derived attributes, as the design language says what they are.

use super::super::value::Value;
use super::design::Derived;

/// The milliseconds since 1970 of a time: an instant, an epoch, or the first moment of a date.
pub(super) fn milliseconds(time: &Value) -> Option<i128> {
    match time {
        Value::Instant(ms) => Some(i128::from(*ms)),
        Value::Int(seconds) => Some(seconds * 1000),
        Value::Text(date) => instant(&format!("{date}T00:00:00Z")).map(i128::from),
        _ => None,
    }
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_lengths(year: i64) -> [i64; 12] {
    [
        31,
        if leap(year) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
}

/// Days from 1970 to the first of January of `year`.
fn days_before(year: i64) -> i64 {
    let leaps = |y: i64| (y - 1).div_euclid(4) - (y - 1).div_euclid(100) + (y - 1).div_euclid(400);
    365 * (year - 1970) + leaps(year) - leaps(1970)
}

/// Reads `2026-11-20T10:00:00.123Z`, the fraction optional.
pub(super) fn instant(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let fraction = text
        .get(19..)?
        .trim_start_matches('.')
        .trim_end_matches('Z');
    let milli: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let months: i64 = month_lengths(year)
        .iter()
        .take(usize::try_from(month).ok()? - 1)
        .sum();
    let days = days_before(year) + months + day - 1;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli)
}

/// The text of a time down to milliseconds.
fn time_text(time: &Value) -> Option<String> {
    if let Value::Text(text) = time {
        return Some(text.clone());
    }
    let ms = i64::try_from(milliseconds(time)?).ok()?;
    let days = ms.div_euclid(86_400_000);
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1) <= days {
        year += 1;
    }
    while days_before(year) > days {
        year -= 1;
    }
    let (mut month, mut day) = (1, days - days_before(year));
    for length in month_lengths(year) {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let clock = ms.rem_euclid(86_400_000);
    let (hour, minute, second) = (clock / 3_600_000, clock / 60_000 % 60, clock / 1000 % 60);
    Some(format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        day + 1,
        clock % 1000
    ))
}

/// A value as text, as `concat`, `bucket` and `text($…)` take it.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(n) => Some(n.to_string()),
        Value::Dec(n) => Some(n.to_string()),
        Value::Bool(true) => Some("true".to_owned()),
        Value::Bool(false) => Some("false".to_owned()),
        Value::Instant(_) => time_text(value),
        Value::Bytes(bytes) => {
            let digit = |d: u8| char::from_digit(u32::from(d), 16);
            bytes
                .iter()
                .flat_map(|b| [digit(b / 16), digit(b % 16)])
                .collect()
        }
        _ => None,
    }
}

/// The derived value of some attributes; nothing when a source is missing.
pub(super) fn derive(
    derived: &Derived,
    attribute: impl Fn(&str) -> Option<Value>,
) -> Option<Value> {
    let sources: Vec<Value> = derived
        .of
        .iter()
        .map(|name| attribute(name))
        .collect::<Option<_>>()?;
    let first = sources.first()?;
    let part = |length: usize| Some(Value::Text(time_text(first)?.get(..length)?.to_owned()));
    match derived.function.as_str() {
        "year" => Some(Value::Int(time_text(first)?.get(..4)?.parse().ok()?)),
        "month" => part(7),
        "day" => part(10),
        "hour" => part(13),
        "lower" => Some(Value::Text(text_of(first)?.to_lowercase())),
        "prefix" => {
            let text = text_of(first)?;
            let end = text
                .char_indices()
                .nth(derived.argument?)
                .map_or(text.len(), |(place, _)| place);
            Some(Value::Text(text[..end].to_owned()))
        }
        "bucket" => Some(Value::Int(
            (hash(&text_of(first)?) % derived.argument? as u64).into(),
        )),
        "concat" => Some(Value::Text(
            sources.iter().map(text_of).collect::<Option<String>>()?,
        )),
        _ => None,
    }
}

/// The stable hash of `bucket`: 32-bit FNV-1a.
fn hash(text: &str) -> u64 {
    let mut hash = 0x811C_9DC5_u64;
    for byte in text.as_bytes() {
        hash = ((hash ^ u64::from(*byte)) * 0x0100_0193) & 0xFFFF_FFFF;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_both_ways() {
        for text in [
            "0000-01-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "2024-02-29T01:02:03.004Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            let ms = instant(text);
            assert_eq!(
                ms.and_then(|ms| time_text(&Value::Instant(ms))).as_deref(),
                Some(text)
            );
        }
        assert_eq!(instant("1970-01-02T00:00:00Z"), Some(86_400_000));
        assert_eq!(hash("foobar"), 3_214_735_720);
    }
}

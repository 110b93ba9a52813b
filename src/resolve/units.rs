//! Counts, sizes, rates, shares and repetitions as the file writes them.
//!
//! Promises: exact integers, never floats; nothing overflows; `None` for anything else than the form that
//! the language describes.

use crate::workload::{Capacity, Period, Rate, Times};

/// A decimal number times 10^`places`, exactly; digits may be grouped by `_`.
fn scaled(text: &str, places: u32) -> Option<u128> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let valid = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts = whole.starts_with(|c: char| c.is_ascii_digit());
    if !starts || !valid(whole) || !valid(fraction) || (text.contains('.') && fraction.is_empty()) {
        return None;
    }
    let whole: u128 = whole.replace('_', "").parse().ok()?;
    let fraction = fraction.replace('_', "");
    let fraction = fraction.trim_end_matches('0');
    let digits = u32::try_from(fraction.len()).ok()?;
    if digits > places {
        return None;
    }
    let fraction: u128 = if fraction.is_empty() {
        0
    } else {
        fraction.parse().ok()?
    };
    let scale = 10u128.checked_pow(places)?;
    whole
        .checked_mul(scale)?
        .checked_add(fraction.checked_mul(10u128.checked_pow(places - digits)?)?)
}

/// The number and the letters after it.
fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    (number.trim(), unit.trim())
}

const fn magnitude(unit: &str) -> Option<u128> {
    match unit.as_bytes() {
        b"" => Some(1),
        b"k" | b"K" => Some(1_000),
        b"M" => Some(1_000_000),
        b"G" => Some(1_000_000_000),
        b"T" => Some(1_000_000_000_000),
        _ => None,
    }
}

/// `value` in millionths times `by`, as a whole number.
fn whole(micro: u128, by: u128) -> Option<u64> {
    let product = micro.checked_mul(by)?;
    if product % 1_000_000 != 0 {
        return None;
    }
    u64::try_from(product / 1_000_000).ok()
}

/// `1200`, `50k`, `2M`, `3.5G`: a whole number of at most 10^15.
#[must_use]
pub fn count(text: &str) -> Option<u64> {
    let (number, unit) = split_unit(text);
    whole(scaled(number, 6)?, magnitude(unit)?).filter(|n| *n <= 1_000_000_000_000_000)
}

/// `400 B`, `1.5 KB`: bytes, a fraction of a byte rounded up.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_unit(text);
    let by: u128 = match unit {
        "" | "B" => 1,
        "KB" => 1024,
        "MB" => 1024 * 1024,
        _ => return None,
    };
    let bytes = scaled(number, 6)?.checked_mul(by)?.div_ceil(1_000_000);
    u64::try_from(bytes).ok()
}

/// `300/s`, `2M/day`, up to 10^12 calls in the period.
#[must_use]
pub fn rate(text: &str) -> Option<Rate> {
    let (calls, period) = text.split_once('/')?;
    let period = match period.trim() {
        "s" => Period::Second,
        "min" => Period::Minute,
        "h" => Period::Hour,
        "day" => Period::Day,
        _ => return None,
    };
    let (number, unit) = split_unit(calls);
    let micro = scaled(number, 6)?.checked_mul(magnitude(unit)?)?;
    let micro_calls = u64::try_from(micro)
        .ok()
        .filter(|m| *m <= 1_000_000_000_000_000_000)?;
    Some(Rate {
        micro_calls,
        period,
    })
}

/// `2`, `0.5`: a factor above 0, at most a million, in millionths.
#[must_use]
pub fn factor(text: &str) -> Option<u128> {
    scaled(text, 6).filter(|n| (1..=1_000_000_000_000).contains(n))
}

/// `0.125`: US dollars, at most a million, as a whole number of 10^-`places` dollars.
#[must_use]
pub fn dollars(text: &str, places: u32) -> Option<u64> {
    let most = 1_000_000 * 10u128.checked_pow(places)?;
    let scaled = scaled(text, places).filter(|n| *n <= most)?;
    u64::try_from(scaled).ok()
}

/// `2%`: parts per million, at most all.
#[must_use]
pub fn share(text: &str) -> Option<u64> {
    let number = text.trim().strip_suffix('%')?;
    let parts = scaled(number, 4)?;
    u64::try_from(parts).ok().filter(|p| *p <= 1_000_000)
}

/// `20` or `1..20`; at least one repetition is possible.
#[must_use]
pub fn times(text: &str) -> Option<Times> {
    let (min, max) = range(text)?;
    let min = u32::try_from(min).ok()?;
    let max = u32::try_from(max).ok()?;
    (max >= 1 && min <= max).then_some(Times { min, max })
}

/// `100..4000`, at least one unit.
#[must_use]
pub fn capacity(text: &str) -> Option<Capacity> {
    let (min, max) = range(text)?;
    (min >= 1 && min <= max).then_some(Capacity { min, max })
}

fn range(text: &str) -> Option<(u64, u64)> {
    let integer = |t: &str| t.trim().parse::<u64>().ok();
    match text.split_once("..") {
        Some((from, to)) => Some((integer(from)?, integer(to)?)),
        None => integer(text).map(|n| (n, n)),
    }
}

/// `20`: a whole number of at most `most`.
#[must_use]
pub fn whole_number(text: &str, most: u32) -> Option<u32> {
    text.trim()
        .replace('_', "")
        .parse::<u32>()
        .ok()
        .filter(|n| *n <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        let cases = [
            ("1200", Some(1200)),
            ("50k", Some(50_000)),
            ("2M", Some(2_000_000)),
            ("3.5G", Some(3_500_000_000)),
            ("1_000", Some(1000)),
            ("0.5", None),
            ("-1", None),
            ("1e3", None),
            ("2 million", None),
            ("", None),
            ("9999999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(
            (size("400 B"), size("1.5 KB"), size("1MB")),
            (Some(400), Some(1536), Some(1_048_576))
        );
        assert_eq!((size("1 GB"), size("x")), (None, None));
    }

    #[test]
    fn rates() {
        assert_eq!(
            rate("300/s"),
            Some(Rate {
                micro_calls: 300_000_000,
                period: Period::Second
            })
        );
        assert_eq!(
            rate("2M/day"),
            Some(Rate {
                micro_calls: 2_000_000_000_000,
                period: Period::Day
            })
        );
        assert_eq!(
            rate("0.5 / min"),
            Some(Rate {
                micro_calls: 500_000,
                period: Period::Minute
            })
        );
        assert_eq!(
            (rate("300"), rate("1/week"), rate("/s")),
            (None, None, None)
        );
    }

    #[test]
    fn factors_and_dollars() {
        let cases = [
            ("2", Some(2_000_000)),
            ("0.5", Some(500_000)),
            ("0", None),
            ("-1", None),
            ("1000001", None),
            ("x", None),
        ];
        for (text, expected) in cases {
            assert_eq!(factor(text), expected, "{text}");
        }
        assert_eq!(dollars("0.00013", 12), Some(130_000_000));
        assert_eq!(dollars("1_000_000", 12), Some(1_000_000_000_000_000_000));
        assert_eq!((dollars("1000000.01", 6), dollars("$1", 6)), (None, None));
    }

    #[test]
    fn shares_and_repetitions() {
        assert_eq!(
            (share("2%"), share("0.5 %"), share("101%"), share("2")),
            (Some(20_000), Some(5_000), None, None)
        );
        assert_eq!(times("1..20"), Some(Times { min: 1, max: 20 }));
        assert_eq!(times("3"), Some(Times { min: 3, max: 3 }));
        assert_eq!(
            (times("0"), times("5..2"), times("a..b")),
            (None, None, None)
        );
    }
}

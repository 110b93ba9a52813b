//! Instants, days and months as text.
//!
//! Promises: only real times of the years 0000 to 9999 in the proleptic Gregorian calendar are accepted; the canonical
//! text of an instant is `2026-11-20T10:00:00.123Z`.

/// The canonical text of a day written `2026-11-20`.
#[must_use]
pub fn date(text: &str) -> Option<String> {
    let (month_text, day) = text.rsplit_once('-')?;
    let month_text = month(month_text)?;
    let day = digits(day, 2)?;
    let year = digits(month_text.get(..4)?, 4)?;
    let number = digits(month_text.get(5..)?, 2)?;
    (1..=days_in(year, number))
        .contains(&day)
        .then(|| text.to_owned())
}

/// The canonical text of a month written `2026-11`.
#[must_use]
pub fn month(text: &str) -> Option<String> {
    let (year, month) = text.split_once('-')?;
    digits(year, 4)?;
    (1..=12)
        .contains(&digits(month, 2)?)
        .then(|| text.to_owned())
}

/// The canonical text of an instant in UTC, written with or without seconds' fraction: `2026-11-20T10:00:00Z`.
#[must_use]
pub fn timestamp(text: &str) -> Option<String> {
    let (day, clock) = text.strip_suffix('Z')?.split_once('T')?;
    date(day)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "000"));
    let mut parts = clock.split(':');
    let mut part = |most: u32| digits(parts.next()?, 2).filter(|n| *n <= most);
    part(23)?;
    part(59)?;
    part(59)?;
    let valid = parts.next().is_none() && (1..=3).contains(&fraction.len());
    digits(fraction, fraction.len())?;
    valid.then(|| format!("{day}T{clock}.{fraction:0<3}Z"))
}

fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_times() {
        assert!(
            date("2024-02-29").is_some()
                && date("2023-02-29").is_none()
                && date("2026-1-02").is_none()
        );
        assert!(
            month("2026-12").is_some() && month("2026-13").is_none() && month("26-12").is_none()
        );
        assert_eq!(
            timestamp("2026-11-20T10:00:00Z").as_deref(),
            Some("2026-11-20T10:00:00.000Z")
        );
        assert_eq!(
            timestamp("2026-11-20T10:00:00.5Z").as_deref(),
            Some("2026-11-20T10:00:00.500Z")
        );
        for bad in [
            "2026-11-20T10:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T10:00:00.1234Z",
            "2026-11-20 10:00:00Z",
            "",
            "é",
        ] {
            assert_eq!(timestamp(bad), None, "{bad}");
        }
    }
}

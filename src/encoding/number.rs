//! Numbers as text of fixed width whose byte order is their order.
//!
//! A number that is not negative is padded with zeros. Of a negative one the sign comes first (`-` sorts before every
//! digit) and then its distance from the least number that fits, so that greater magnitudes sort earlier.

/// `integer:W`, of the negated value where `descending`.
pub(super) fn integer(value: i128, width: u32, descending: bool) -> Result<String, String> {
    let n = if descending { -value } else { value };
    let digits = width as usize;
    let bound = 10i128.checked_pow(width).ok_or("the width is too great")?;
    let below = bound / 10;
    if n >= bound || n <= -below {
        return Err(format!("{value} has too many digits for `integer:{width}`"));
    }
    if n < 0 {
        Ok(format!("-{:0>1$}", below - 1 + n, digits - 1))
    } else {
        Ok(format!("{n:0>digits$}"))
    }
}

/// `decimal:W.F`, of the negated value where `descending`.
pub(super) fn decimal(
    text: &str,
    width: u32,
    fraction: u32,
    descending: bool,
) -> Result<String, String> {
    let scaled = scaled(text, fraction)
        .ok_or_else(|| format!("{text} does not fit `decimal:{width}.{fraction}`"))?;
    let mut out = integer(scaled, width + fraction, descending)
        .map_err(|_| format!("{text} does not fit `decimal:{width}.{fraction}`"))?;
    out.insert(out.len() - fraction as usize, '.');
    Ok(out)
}

/// The number times 10^`fraction`, if that is whole.
fn scaled(text: &str, fraction: u32) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |d| (true, d));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    if part.len() > fraction as usize || whole.is_empty() {
        return None;
    }
    let joined = format!("{whole}{part:0<0$}", fraction as usize);
    let value: i128 = joined
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| joined.parse().ok())??;
    Some(if negative { -value } else { value })
}

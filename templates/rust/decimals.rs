//@ Decimal
/// A decimal number, exact: at most 38 digits that count, as `DynamoDB` keeps them.
///
/// Its text has no exponent and no zeros without meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(String);

impl Decimal {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign, the whole part and the fraction.
    fn parts(&self) -> (bool, &str, &str) {
        let (negative, rest) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.0.as_str()),
        };
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        (negative, whole, fraction)
    }
}

impl Display for Decimal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl FromStr for Decimal {
    type Err = Error;

    /// Reads `-12.50` or `1.2E+3`.
    fn from_str(text: &str) -> Result<Self, Error> {
        decimal_text(text)
            .map(Self)
            .ok_or_else(|| refused(text, "is no number, or has more than 38 digits"))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((negative, whole, fraction), other) = (self.parts(), other.parts());
        let by_size = (whole.len(), whole, fraction).cmp(&(other.1.len(), other.1, other.2));
        match (negative, other.0) {
            (false, false) => by_size,
            (true, true) => by_size.reverse(),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
//@ decimal_text
/// The one text of a number.
fn decimal_text(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let zeros = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let point = i32::try_from(whole.len()).ok()? + exponent - i32::try_from(zeros).ok()?;
    if digits.len() > 38 || !(-129..=126).contains(&point) {
        return None;
    }
    let length = i32::try_from(digits.len()).ok()?;
    let pad = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        return Some(format!("{sign}0.{}{digits}", pad(-point)));
    }
    if point >= length {
        return Some(format!("{sign}{digits}{}", pad(point - length)));
    }
    let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
    Some(format!("{sign}{whole}.{fraction}"))
}

//@ Timestamp
/// An instant in UTC, in whole milliseconds, of the years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// So many milliseconds since 1970; nothing outside of the years 0000 to 9999.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis < -62_167_219_200_000 || millis > 253_402_300_799_999 {
            return None;
        }
        Some(Self(millis))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant of the system's clock.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let millis = since.map_or(0, |since| since.as_millis());
        Self(i64::try_from(millis).unwrap_or(253_402_300_799_999))
    }
}

impl Display for Timestamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let leaps = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
        let year_of_era = (day_of_era - leaps) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
        let (second, milli) = (rest / 1000 % 60, rest % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}")?;
        write!(f, "T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads `2026-11-20T10:00:00.123Z`; the fraction may have up to three digits, or none.
    fn from_str(text: &str) -> Result<Self, Error> {
        instant(text).ok_or_else(|| refused(text, "is no instant"))
    }
}
//@ instant
/// The instant that a text is.
fn instant(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut clock = clock.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let milli = digits(&format!("{fraction:0<3}"), 3)?;
    if clock.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second;
    Timestamp::from_millis(day_number(date)? * 86_400_000 + seconds * 1000 + milli)
}
//@ digits
/// The number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let all = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}
//@ day_number
/// Days since 1970 of `2026-11-20`, if there is such a day.
fn day_number(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?);
    let day = digits(parts.next()?, 2)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=last).contains(&day) {
        return None;
    }
    let shifted = year - i64::from(month <= 2);
    let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = year_of_era / 4 - year_of_era / 100;
    Some(era * 146_097 + year_of_era * 365 + leaps + day_of_year - 719_468)
}
//@ seconds_up
/// Seconds since 1970, rounded up.
fn seconds_up(instant: Timestamp) -> i64 {
    let millis = instant.millis();
    millis.div_euclid(1000) + i64::from(millis.rem_euclid(1000) > 0)
}
//@ Date
/// A day: `2026-11-20`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(String);

impl Date {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match day_number(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(refused(text, "is no day")),
        }
    }
}
//@ Month
/// A month: `2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(String);

impl Month {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Month {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Month {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match day_number(&format!("{text}-01")) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(refused(text, "is no month")),
        }
    }
}
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
//@ Row
/// An item, or a key, as the table holds it: physical attributes by their names.
pub type Row = HashMap<String, AttributeValue>;
//@ text
/// A text as the table holds it.
fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
//@ number
/// A number as the table holds it.
fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
//@ texts
/// A set of texts as the table holds it; an empty one is a missing attribute.
fn texts(values: &BTreeSet<String>) -> Option<AttributeValue> {
    let all: Vec<String> = values.iter().cloned().collect();
    if all.is_empty() {
        None
    } else {
        Some(AttributeValue::Ss(all))
    }
}
//@ numbers
/// A set of numbers as the table holds it; an empty one is a missing attribute.
fn numbers(values: &BTreeSet<Decimal>) -> Option<AttributeValue> {
    let all: Vec<String> = values.iter().map(Decimal::to_string).collect();
    if all.is_empty() {
        None
    } else {
        Some(AttributeValue::Ns(all))
    }
}
//@ bytes
/// Bytes as the table holds them.
fn bytes(value: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}
//@ put
/// Adds an attribute to an item.
fn put(row: &mut Row, name: &str, value: AttributeValue) {
    row.insert(name.to_owned(), value);
}
//@ put_if
/// Adds an attribute to an item, or takes it away.
fn put_if(row: &mut Row, name: &str, value: Option<AttributeValue>) {
    match value {
        Some(value) => row.insert(name.to_owned(), value),
        None => row.remove(name),
    };
}
//@ row
/// A row of some attributes.
fn row<const N: usize>(of: [(&str, AttributeValue); N]) -> Row {
    of.map(|(name, value)| (name.to_owned(), value)).into()
}
//@ the_text
/// The text that an attribute is.
fn the_text(value: &AttributeValue) -> Option<String> {
    value.as_s().ok().cloned()
}
//@ the_integer
/// The whole number that an attribute is.
fn the_integer(value: &AttributeValue) -> Option<i64> {
    let number = value.as_n().ok()?;
    number
        .parse()
        .ok()
        .or_else(|| decimal_text(number)?.parse().ok())
}
//@ the_decimal
/// The number that an attribute is.
fn the_decimal(value: &AttributeValue) -> Option<Decimal> {
    value.as_n().ok()?.parse().ok()
}
//@ the_boolean
/// Whether an attribute is true.
fn the_boolean(value: &AttributeValue) -> Option<bool> {
    value.as_bool().ok().copied()
}
//@ the_timestamp
/// The instant that an attribute is.
fn the_timestamp(value: &AttributeValue) -> Option<Timestamp> {
    let text = value.as_s().ok()?;
    instant(text).filter(|instant| instant.to_string() == *text)
}
//@ the_date
/// The day that an attribute is.
fn the_date(value: &AttributeValue) -> Option<Date> {
    value.as_s().ok()?.parse().ok()
}
//@ the_month
/// The month that an attribute is.
fn the_month(value: &AttributeValue) -> Option<Month> {
    value.as_s().ok()?.parse().ok()
}
//@ the_bytes
/// The bytes that an attribute is.
fn the_bytes(value: &AttributeValue) -> Option<Vec<u8>> {
    value.as_b().ok().map(|blob| blob.as_ref().to_vec())
}
//@ the_list
/// The list that an attribute is.
fn the_list(value: &AttributeValue) -> Option<Vec<AttributeValue>> {
    value.as_l().ok().cloned()
}
//@ the_map
/// The map that an attribute is.
fn the_map(value: &AttributeValue) -> Option<HashMap<String, AttributeValue>> {
    value.as_m().ok().cloned()
}
//@ the_texts
/// The set of texts that an attribute is.
fn the_texts(value: &AttributeValue) -> Option<BTreeSet<String>> {
    Some(value.as_ss().ok()?.iter().cloned().collect())
}
//@ the_numbers
/// The set of numbers that an attribute is.
fn the_numbers(value: &AttributeValue) -> Option<BTreeSet<Decimal>> {
    let all = value.as_ns().ok()?.iter();
    all.map(|number| number.parse().ok()).collect()
}
//@ read
/// An attribute of a row, if it is there.
fn read<T>(
    row: &Row,
    entity: &'static str,
    name: &'static str,
    of: impl Fn(&AttributeValue) -> Option<T>,
) -> Result<Option<T>, Error> {
    let Some(value) = row.get(name) else {
        return Ok(None);
    };
    match of(value) {
        Some(value) => Ok(Some(value)),
        None => Err(Error::Decode {
            entity,
            attribute: name,
        }),
    }
}
//@ need
/// An attribute that every row of an entity has.
fn need<T>(
    row: &Row,
    entity: &'static str,
    name: &'static str,
    of: impl Fn(&AttributeValue) -> Option<T>,
) -> Result<T, Error> {
    let missing = Error::Decode {
        entity,
        attribute: name,
    };
    read(row, entity, name, of)?.ok_or(missing)
}
//@ is_a
/// Whether a row is of an entity: it says so, or says nothing.
fn is_a(row: &Row, attribute: &'static str, entity: &'static str) -> Result<(), Error> {
    match row.get(attribute) {
        Some(AttributeValue::S(found)) if found == entity => Ok(()),
        None => Ok(()),
        Some(_) => Err(Error::Decode { entity, attribute }),
    }
}
//@ kind
/// What a row says that it is.
fn kind<'a>(row: &'a Row, attribute: &str) -> Option<&'a str> {
    row.get(attribute)?.as_s().ok().map(String::as_str)
}
//@ refused
/// A value that cannot be sent.
fn refused(what: &str, why: impl Display) -> Error {
    Error::Refused(format!("{what}: {why}"))
}
//@ plain
/// The plain text of a value: of a number without exponent, of bytes in hexadecimal digits.
fn plain(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::S(text) => Some(text.clone()),
        AttributeValue::N(number) => decimal_text(number),
        AttributeValue::Bool(value) => Some(value.to_string()),
        AttributeValue::B(blob) => Some(hex(blob.as_ref())),
        _ => None,
    }
}
//@ hex
/// Bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(u32::from(four), 16);
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(digit).collect()
}
//@ fnv
/// 32-bit FNV-1a (Fowler, Noll, Vo) of a text.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(2_166_136_261, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    })
}
//@ shard
/// The shard of some values; nothing where one is missing.
fn shard(row: &Row, of: &[&str], count: u32) -> Option<i64> {
    let mut all = String::new();
    for name in of {
        all.push_str(&plain(row.get(*name)?)?);
        all.push('#');
    }
    Some(i64::from(fnv(&all) % count))
}
//@ time_text
/// The text of a time; an epoch is taken as an instant.
fn time_text(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::N(_) => {
            let millis = the_integer(value)?.checked_mul(1000)?;
            Timestamp::from_millis(millis).map(|instant| instant.to_string())
        }
        _ => the_text(value),
    }
}
//@ beginning
/// The first characters of a text.
fn beginning(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}
//@ sum
/// The sum of two numbers, of which the first may be missing.
fn sum(before: Option<&AttributeValue>, more: &AttributeValue) -> Option<AttributeValue> {
    let Some(before) = before else {
        return Some(more.clone());
    };
    let (one, other) = (scaled(before)?, scaled(more)?);
    let scale = one.1.max(other.1);
    let shifted = |(units, of): (i128, u32)| units.checked_mul(10_i128.checked_pow(scale - of)?);
    let units = shifted(one)?.checked_add(shifted(other)?)?;
    let all = format!("{units}E-{scale}");
    decimal_text(&all).map(AttributeValue::N)
}
//@ scaled
/// A number as units and digits of fraction.
fn scaled(value: &AttributeValue) -> Option<(i128, u32)> {
    let text = decimal_text(value.as_n().ok()?)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let units = format!("{whole}{fraction}").parse().ok()?;
    Some((units, u32::try_from(fraction.len()).ok()?))
}
//@ negative
/// The negative of a number.
fn negative(value: &AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::N(number) => AttributeValue::N(match number.strip_prefix('-') {
            Some(positive) => positive.to_owned(),
            None if number == "0" => number.clone(),
            None => format!("-{number}"),
        }),
        other => other.clone(),
    }
}
//@ joined
/// A set with more elements.
fn joined(before: Option<&AttributeValue>, more: &AttributeValue) -> AttributeValue {
    let mut all = elements(before);
    all.extend(elements(Some(more)));
    set_like(more, all).unwrap_or_else(|| more.clone())
}
//@ without
/// A set without some elements; nothing where none is left.
fn without(before: Option<&AttributeValue>, less: &AttributeValue) -> Option<AttributeValue> {
    let mut all = elements(before);
    for element in elements(Some(less)) {
        all.remove(&element);
    }
    set_like(less, all)
}
//@ elements
/// The elements of a set.
fn elements(of: Option<&AttributeValue>) -> BTreeSet<String> {
    match of {
        Some(AttributeValue::Ss(all)) => all.iter().cloned().collect(),
        Some(AttributeValue::Ns(all)) => all.iter().filter_map(|n| decimal_text(n)).collect(),
        _ => BTreeSet::new(),
    }
}
//@ set_like
/// A set of the type of another.
fn set_like(like: &AttributeValue, all: BTreeSet<String>) -> Option<AttributeValue> {
    if all.is_empty() {
        return None;
    }
    let all = all.into_iter().collect();
    Some(match like {
        AttributeValue::Ns(_) => AttributeValue::Ns(all),
        _ => AttributeValue::Ss(all),
    })
}
//@ at_most
/// A number, or the bytes of a text, within what the design allows.
fn at_most(row: &Row, name: &str, max: u64) -> Result<(), Error> {
    let within = match row.get(name) {
        Some(AttributeValue::S(text)) => text.len() as u64 <= max,
        Some(AttributeValue::N(number)) => match (number.parse(), max.to_string().parse()) {
            (Ok::<Decimal, _>(number), Ok::<Decimal, _>(max)) => {
                let size = number.as_str().trim_start_matches('-').parse();
                size.is_ok_and(|size: Decimal| size <= max)
            }
            _ => false,
        },
        _ => true,
    };
    if within {
        return Ok(());
    }
    Err(refused(name, format_args!("it is beyond {max}")))
}
//@ not_empty
/// An attribute that is a key by itself has no empty text.
fn not_empty(row: &Row, name: &str) -> Result<(), Error> {
    let empty = match row.get(name) {
        Some(AttributeValue::S(text)) => text.is_empty(),
        Some(AttributeValue::B(blob)) => blob.as_ref().is_empty(),
        _ => false,
    };
    if empty {
        return Err(refused(name, "empty text"));
    }
    Ok(())
}

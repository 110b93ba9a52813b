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

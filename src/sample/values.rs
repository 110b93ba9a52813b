//! Plausible values by the name and type of an attribute.
//!
//! Promises: the same name, type and place give the same value; different places give different values wherever the type
//! has as many; nothing is random, and nothing belongs to anybody (addresses and numbers are those kept for examples).

use crate::items::encode::{fnv, instant_text};
use crate::items::value::{Decimal, Value};
use crate::plan::Stored;
use std::collections::{BTreeMap, BTreeSet};

/// The clock of the sample: 2026-11-20T10:00:00Z, in milliseconds.
pub(super) const NOW: i64 = 1_795_168_800_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Texts by the last word of an attribute's name.
const TEXTS: &[(&[&str], &[&str])] = &[
    (
        &["email", "mail"],
        &[
            "ann@example.com",
            "ben@example.com",
            "chloe@example.com",
            "dev@example.com",
        ],
    ),
    (
        &["username", "handle", "nickname", "login", "alias"],
        &["ann", "ben", "chloe", "dev"],
    ),
    (
        &["phone", "mobile"],
        &["+1 555 0100", "+1 555 0101", "+1 555 0102"],
    ),
    (
        &["url", "link", "website", "uri"],
        &[
            "https://example.com/1",
            "https://example.com/2",
            "https://example.com/3",
        ],
    ),
    (&["city", "town", "place"], &["Lisbon", "Oslo", "Quito"]),
    (&["country"], &["PT", "NO", "EC"]),
    (
        &["region", "state", "province"],
        &["north", "south", "west"],
    ),
    (
        &["address", "street"],
        &["12 Elm Street", "7 Mill Lane", "3 High Street"],
    ),
    (&["zip", "postcode"], &["10115", "20095", "50667"]),
    (&["currency"], &["EUR", "USD", "NOK"]),
    (&["language", "locale"], &["en", "pt", "no"]),
    (
        &["category", "genre", "subgenre", "topic"],
        &["books", "garden", "music"],
    ),
    (&["type", "kind"], &["basic", "extra", "special"]),
    (&["status"], &["new", "active", "closed"]),
    (
        &["tag", "label", "colour", "color"],
        &["red", "blue", "green"],
    ),
    (&["ip"], &["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
    (
        &["token", "secret", "hash", "digest"],
        &["f3a9", "b07c", "91de"],
    ),
    (&["path", "folder"], &["/home", "/work", "/music"]),
    (
        &[
            "description",
            "text",
            "body",
            "message",
            "content",
            "comment",
            "note",
            "notes",
        ],
        &["As agreed", "Second try", "With thanks", "To be checked"],
    ),
    (
        &["title", "subject", "headline"],
        &["First steps", "Good news", "Long days"],
    ),
    (&["gender"], &["female", "male", "other"]),
    (
        &["office", "department", "team"],
        &["sales", "support", "research"],
    ),
    (&["role"], &["admin", "editor", "reader"]),
];

const FIRST_NAMES: &[&str] = &["Ann", "Ben", "Chloe", "Dev"];
const LAST_NAMES: &[&str] = &["Baker", "Cole", "Diaz", "Evans"];
const THINGS: &[&str] = &["Blue Lamp", "Oak Table", "Red Chair", "Tin Box"];
const COMPANIES: &[&str] = &["Acme", "Birch & Co", "Corner Works", "Delta"];

/// Words in the names of attributes or entities that stand for people.
const PEOPLE: &[&str] = &[
    "author", "buyer", "contact", "customer", "driver", "employee", "manager", "member", "owner",
    "patient", "people", "person", "player", "reader", "seller", "student", "teacher", "user",
];

/// The value of an attribute at a place, from 0; nothing for a type that is not known.
pub(super) fn value(entity: &str, of: &Stored, place: usize) -> Option<Value> {
    let n = i128::try_from(place).unwrap_or(0);
    Some(match of.ty.as_str() {
        "string" => Value::Text(within(of.max, &text(entity, &of.attribute, place))),
        "uuid" | "ulid" | "ksuid" => Value::Text(identifier(&of.ty, entity, &of.attribute, place)),
        "enumeration" => {
            let values = of.values.as_deref().unwrap_or_default();
            Value::Text(values.get(place % values.len().max(1))?.clone())
        }
        "integer" => Value::Int(most(of.max, integer(&of.attribute, place))),
        "decimal" => decimal(of, place),
        "boolean" => Value::Bool(place.is_multiple_of(2)),
        "timestamp" => Value::Instant(instant(&of.attribute, place)),
        "epoch" => Value::Int(most(
            of.max,
            i128::from(instant(&of.attribute, place) / 1000),
        )),
        "date" => Value::Text(start_of(instant(&of.attribute, place), 10)),
        "month" => Value::Text(start_of(instant(&of.attribute, place), 7)),
        "binary" => Value::Bytes(hash(&of.attribute, place).to_be_bytes().to_vec()),
        "list" => Value::List(vec![word("red"), word("blue")]),
        "map" => map(&of.attribute),
        "set(string)" => Value::Set(BTreeSet::from([word("red"), word("blue")])),
        "set(number)" => Value::Set(BTreeSet::from([Value::Int(n + 1), Value::Int(n + 5)])),
        _ => return None,
    })
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A name in lower-case words: `firstName`, `first-name` and `first_name` have the same.
fn words(name: &str) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    let mut begins = true;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            begins = true;
            continue;
        }
        if begins || c.is_uppercase() {
            let joins = c.is_uppercase() && !begins && made.last().is_some_and(|w| w.len() == 1);
            if !joins {
                made.push(String::new());
            }
        }
        begins = false;
        if let Some(last) = made.last_mut() {
            last.extend(c.to_lowercase());
        }
    }
    made
}

/// One of some texts; later ones have a number, so that they differ.
fn numbered(of: &[&str], place: usize) -> String {
    let text = of.get(place % of.len().max(1)).copied().unwrap_or("value");
    match place / of.len().max(1) {
        0 => text.to_owned(),
        round => match text.split_once('@') {
            Some((who, host)) => format!("{who}{}@{host}", round + 1),
            None => format!("{text} {}", round + 1),
        },
    }
}

fn text(entity: &str, attribute: &str, place: usize) -> String {
    let words = words(attribute);
    let last = words.last().map_or("", String::as_str);
    let has = |word: &str| words.iter().any(|w| w == word);
    let person = |words: &[String]| words.iter().any(|w| PEOPLE.contains(&w.as_str()));
    if last == "id" || last == "key" {
        let stem = match words.split_last() {
            Some((_, [])) | None => self::words(entity).join("-"),
            Some((_, most)) => most.join("-"),
        };
        return format!("{stem}-{}", place + 1);
    }
    if last == "name" {
        if has("first") {
            return numbered(FIRST_NAMES, place);
        }
        if has("last") || has("family") {
            return numbered(LAST_NAMES, place);
        }
        if has("company") || has("organisation") || has("organization") {
            return numbered(COMPANIES, place);
        }
        if has("user") || has("login") || has("nick") {
            return text(entity, "username", place);
        }
        let of_person = words.len() == 1 && person(&self::words(entity));
        if of_person || has("full") || person(&words) {
            let first = FIRST_NAMES[place % FIRST_NAMES.len()];
            return format!("{first} {}", numbered(LAST_NAMES, place));
        }
        return numbered(THINGS, place);
    }
    let listed = TEXTS.iter().find(|(names, _)| names.contains(&last));
    match listed {
        Some((_, values)) => numbered(values, place),
        None if words.is_empty() => format!("value-{}", place + 1),
        None => format!("{}-{}", words.join("-"), place + 1),
    }
}

/// At most so many bytes, of which the end tells one from the other.
fn within(most: Option<u64>, text: &str) -> String {
    let most = most
        .and_then(|m| usize::try_from(m).ok())
        .unwrap_or(usize::MAX);
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default().to_owned()
}

/// At most a number; where that leaves little room, what is left over after it.
fn most(limit: Option<u64>, n: i128) -> i128 {
    match limit {
        Some(limit) if n > i128::from(limit) => n % (i128::from(limit) + 1),
        _ => n,
    }
}

fn integer(attribute: &str, place: usize) -> i128 {
    let n = i128::try_from(place).unwrap_or(0);
    let words = words(attribute);
    let has = |all: &[&str]| words.iter().any(|w| all.contains(&w.as_str()));
    if has(&["year"]) {
        2024 + n
    } else if has(&["cents", "price", "amount", "total", "salary", "bid"]) {
        1990 + 450 * n
    } else if has(&["stock", "score", "points", "views", "likes"]) {
        40 + 7 * n
    } else if has(&["age"]) {
        34 - n % 30
    } else {
        n + 1
    }
}

fn decimal(of: &Stored, place: usize) -> Value {
    let n = i128::try_from(place).unwrap_or(0);
    let words = words(&of.attribute);
    let has = |all: &[&str]| words.iter().any(|w| all.contains(&w.as_str()));
    let (units, scale) = if has(&["latitude", "lat"]) {
        (3872 + 11 * n, 2)
    } else if has(&["longitude", "lon", "lng"]) {
        (-914 + 13 * n, 2)
    } else if has(&["rating", "stars"]) {
        (45 - n % 40, 1)
    } else {
        (1990 + 450 * n, 2)
    };
    let fits = |limit: u64| units.abs() <= i128::from(limit) * 10_i128.pow(scale);
    match of.max {
        Some(limit) if !fits(limit) => Value::Dec(Decimal::new(most(Some(limit), n + 1), 0)),
        _ => Value::Dec(Decimal::new(units, scale)),
    }
}

/// A time before the clock, later ones at later places; of what ends or expires, after it.
fn instant(attribute: &str, place: usize) -> i64 {
    const AHEAD: [&str; 9] = [
        "due", "end", "ends", "expire", "expires", "expiry", "ttl", "until", "valid",
    ];
    let n = i64::try_from(place).unwrap_or(0);
    let words = words(attribute);
    let has = |all: &[&str]| words.iter().any(|w| all.contains(&w.as_str()));
    if has(&["birth", "birthday", "born"]) {
        return NOW - (12_000 + 900 * n) * DAY;
    }
    let base = if has(&AHEAD) {
        NOW + 9 * DAY
    } else {
        NOW - 9 * DAY
    };
    base + n * (19 * HOUR + HOUR / 4)
}

/// The first characters of the text of an instant.
fn start_of(instant: i64, length: usize) -> String {
    let text = instant_text(instant).unwrap_or_default();
    text.chars().take(length).collect()
}

fn map(attribute: &str) -> Value {
    let entries: &[(&str, &str)] = if words(attribute).iter().any(|w| w == "address") {
        &[("street", "12 Elm Street"), ("city", "Lisbon")]
    } else {
        &[("colour", "red"), ("size", "M")]
    };
    let entry = |(name, value): &(&str, &str)| ((*name).to_owned(), word(value));
    Value::Map(entries.iter().map(entry).collect::<BTreeMap<_, _>>())
}

/// A number that looks random, the same for the same name and place.
fn hash(name: &str, place: usize) -> u32 {
    // The last step of FNV-1a alone leaves numbers that differ in one digit close together.
    let spread = fnv(&format!("{name}/{place}"));
    fnv(&format!("{spread:08x}"))
}

fn identifier(ty: &str, entity: &str, attribute: &str, place: usize) -> String {
    // An attribute that is only called `id` is another one in each entity.
    let words = words(attribute);
    let name = if words.len() == 1 {
        format!("{entity}.{attribute}")
    } else {
        attribute.to_owned()
    };
    let bits = |part: usize| u128::from(hash(&format!("{name}#{part}"), place));
    let random = (0..4).fold(0_u128, |all, part| (all << 32) | bits(part));
    match ty {
        "uuid" => uuid(random),
        "ulid" => {
            let time = u128::try_from(instant("", place)).unwrap_or(0);
            digits((time << 80) | (random >> 48), 26, 32)
        }
        // The first digit is that of the years about 2026.
        _ => format!(
            "3{}{}",
            digits(random, 13, 62),
            digits(random >> 50, 13, 62)
        ),
    }
}

/// Version 4: <https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4>.
fn uuid(random: u128) -> String {
    let marked = (random & !(0xF << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let text = format!("{marked:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts = parts.map(|range| text.get(range).unwrap_or_default());
    parts.join("-")
}

/// A number in digits: Crockford's 32, as ULIDs have them, or the 62 of KSUIDs.
fn digits(mut number: u128, length: usize, base: u128) -> String {
    const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const ALL: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let alphabet: &[u8] = if base == 32 { CROCKFORD } else { ALL };
    let mut out = Vec::new();
    for _ in 0..length {
        let place = usize::try_from(number % base).unwrap_or(0);
        out.push(char::from(alphabet[place]));
        number /= base;
    }
    out.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(words("firstName"), ["first", "name"]);
        assert_eq!(words("order_id"), ["order", "id"]);
        assert_eq!(words("ID"), ["id"]);
        assert_eq!(words("OrderItem"), ["order", "item"]);
        assert!(words("--").is_empty());
    }

    #[test]
    fn texts_say_what_they_are() {
        assert_eq!(text("Customer", "email", 0), "ann@example.com");
        assert_eq!(text("Customer", "email", 5), "ben2@example.com");
        assert_eq!(text("Customer", "name", 1), "Ben Cole");
        assert_eq!(text("Product", "name", 1), "Oak Table");
        assert_eq!(text("Product", "product_id", 0), "product-1");
        assert_eq!(text("OrderItem", "id", 2), "order-item-3");
    }

    #[test]
    fn identifiers_have_their_form() {
        let ulid = identifier("ulid", "Order", "order_id", 0);
        assert_eq!((ulid.len(), &ulid[..2]), (26, "01"));
        let uuid = identifier("uuid", "Order", "id", 0);
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert_ne!(uuid, identifier("uuid", "Customer", "id", 0));
        assert_eq!(identifier("ksuid", "Order", "order_id", 0).len(), 27);
    }

    #[test]
    fn limits_are_kept() {
        assert_eq!(within(Some(3), "product-12"), "-12");
        assert_eq!(most(Some(9), 1990), 0);
        assert_eq!(most(None, 1990), 1990);
    }
}

//! The values that each type draws from.

use super::super::model::Type;
use super::super::random::Random;
use super::super::value::{Decimal, Value};
use super::DAY;
use std::collections::{BTreeMap, BTreeSet};

const HOSTILE: [&str; 37] = [
    "\u{0}",
    "1",
    "10",
    "100",
    "a",
    "a ",
    "a#",
    "a#b",
    "A b#50%",
    "%23",
    "$",
    "#",
    "%",
    "a$",
    "a%",
    "~",
    "é🙂",
    "\u{10FFFF}x",
    "\u{1}",
    "\t\n",
    "\"q'\\",
    "ab",
    "aa",
    "B",
    "ORDER#",
    "~~",
    "0",
    "\u{7f}",
    " ",
    "e\u{301}",
    "{x}",
    "-1",
    "null",
    "a!",
    "a&",
    "LIVE#0",
    "UNIQUE",
];

/// 2026-11-20T10:00:00.000Z.
pub(crate) const START: i64 = 1_795_168_800_000;
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;

/// Different values of a type; `identity` for those that some key holds.
pub(super) fn pool(
    random: &mut Random,
    kind: &Type,
    max: Option<i128>,
    identity: bool,
    counted: bool,
    size: usize,
) -> Vec<Value> {
    let mut out = match kind {
        Type::Text => texts(random, max, identity, size),
        Type::Uuid | Type::Ulid | Type::Ksuid => (0..size)
            .map(|n| Value::Text(generated(random, kind, n)))
            .collect(),
        Type::Integer => numbers(max, counted, size)
            .into_iter()
            .map(Value::Int)
            .collect(),
        Type::Epoch => epochs(random, size),
        Type::Decimal => decimals(max, counted, size),
        Type::Boolean => vec![Value::Bool(false), Value::Bool(true)],
        Type::Timestamp => instants(random, size),
        Type::Date => (0..long(size))
            .map(|n| Value::Text(civil_date(START / DAY + [n, -40 * n][random.below(2)])))
            .collect(),
        Type::Month => (0..size)
            .map(|n| {
                Value::Text(format!(
                    "{:04}-{:02}",
                    [2026, 0, 9999][random.below(3)],
                    n % 12 + 1
                ))
            })
            .collect(),
        Type::Binary => binaries(identity, size),
        Type::Enumeration(values) => values.iter().map(|v| Value::Text(v.clone())).collect(),
        Type::List => lists(),
        Type::Map => maps(),
        Type::TextSet | Type::NumberSet => sets(&elements(&kind.element())),
    };
    let mut seen = BTreeSet::new();
    out.retain(|value| seen.insert(value.clone()));
    out
}

fn texts(random: &mut Random, max: Option<i128>, identity: bool, size: usize) -> Vec<Value> {
    let mut hostile: Vec<&str> = HOSTILE.to_vec();
    let mut out = Vec::new();
    if !identity {
        out.push(String::new());
    }
    while out.len() < size.max(2) {
        if hostile.is_empty() {
            // Further ones begin like others, so that some are prefixes of one another.
            let start = HOSTILE[random.below(HOSTILE.len())];
            out.push(format!("{start}{}", out.len()));
        } else if random.chance(15) {
            out.push(format!("v{}", out.len()));
        } else {
            out.push(hostile.swap_remove(random.below(hostile.len())).to_owned());
        }
    }
    let fits = |text: &String| max.is_none_or(|m| text.len() as i128 <= m);
    out.into_iter().filter(fits).map(Value::Text).collect()
}

fn generated(random: &mut Random, kind: &Type, n: usize) -> String {
    let mut digits = |alphabet: &[u8], count: usize| -> String {
        (0..count)
            .map(|_| char::from(alphabet[random.below(alphabet.len())]))
            .collect()
    };
    match kind {
        Type::Ulid => format!(
            "01J{:06}{}",
            n,
            digits(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 17)
        ),
        Type::Ksuid => {
            format!(
                "2P{n:06}{}",
                digits(
                    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                    19
                )
            )
        }
        _ => {
            let mut hex = |count| digits(b"0123456789abcdef", count);
            format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12))
        }
    }
}

fn numbers(max: Option<i128>, counted: bool, size: usize) -> Vec<i128> {
    let mut out = vec![0, 1, 10, 9, -1, 42, -42, 100];
    match (max, counted) {
        (_, true) => {}
        (Some(max), false) => out.extend([max, -max]),
        (None, false) => out.extend([i128::from(i64::MAX), i128::from(i64::MIN), 99_999, -100_000]),
    }
    out.extend((0..size as i128).map(|n| if n % 2 == 0 { 11 * n } else { -7 * n }));
    out.retain(|n| max.is_none_or(|m| n.abs() <= m));
    out.rotate_left(size % 5);
    out.truncate(size.max(8));
    out
}

fn decimals(max: Option<i128>, counted: bool, size: usize) -> Vec<Value> {
    // The first ones are drawn most often: those of which the order as texts is another.
    let mut out = vec![
        (9, 0),
        (10, 0),
        (-15, 1),
        (-7, 0),
        (15, 1),
        (0, 0),
        (1, 4),
        (-1, 4),
        (999, 2),
    ];
    if max.is_none() && !counted {
        out.extend([(99_999_999_999_999_999, 4), (-99_999_999_999_999_999, 4)]);
    }
    out.extend((0..size as i128).map(|n| (if n % 2 == 0 { 13 * n } else { -9 * n }, 1)));
    let fits =
        |&(units, scale): &(i128, u32)| max.is_none_or(|m| units.abs() <= m * 10_i128.pow(scale));
    out.into_iter()
        .filter(fits)
        .take(size.max(9))
        .map(|(units, scale)| Value::Dec(Decimal::new(units, scale)))
        .collect()
}

fn long(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(0)
}

fn instants(random: &mut Random, size: usize) -> Vec<Value> {
    let mut out = vec![START, START + 1, START - 1, FIRST, LAST];
    while out.len() < size.max(6) {
        out.push(
            START
                + [1000, 60_000, DAY, -DAY, 999][random.below(5)]
                    * long(random.below(size.max(50))),
        );
    }
    // Not the extremes first: the first ones are drawn most often.
    out.rotate_left(5);
    out.into_iter().map(Value::Instant).collect()
}

fn epochs(random: &mut Random, size: usize) -> Vec<Value> {
    // Of few digits too, of which the first is not the least: only such show whether texts are padded.
    let mut out = vec![START / 1000, START / 1000 + 1, 9, 0, 99_999, 1, LAST / 1000];
    while out.len() < size.max(6) {
        out.push(START / 1000 + 3600 * long(random.below(size.max(90))));
    }
    out.into_iter().map(|n| Value::Int(i128::from(n))).collect()
}

fn binaries(identity: bool, size: usize) -> Vec<Value> {
    let mut out: Vec<Vec<u8>> = vec![vec![0], vec![255, 0], vec![255], vec![1, 2, 3], vec![0, 0]];
    if !identity {
        out.push(Vec::new());
    }
    out.extend((0..size).map(|n| vec![7, u8::try_from(n % 256).unwrap_or(0)]));
    out.truncate(size.max(5));
    out.into_iter().map(Value::Bytes).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(units: i128, scale: u32) -> Value {
    Value::Dec(Decimal::new(units, scale))
}

fn lists() -> Vec<Value> {
    let nested = Value::Map(BTreeMap::from([
        ("k".to_owned(), Value::Null),
        ("#".to_owned(), number(15, 1)),
    ]));
    vec![
        Value::List(Vec::new()),
        Value::List(vec![text(""), Value::Bool(true), number(-1, 0)]),
        Value::List(vec![nested, Value::List(vec![text("é")])]),
    ]
}

/// Maps of numbers, as counters are.
fn maps() -> Vec<Value> {
    let map = |names: &[&str]| {
        Value::Map(
            names
                .iter()
                .map(|n| ((*n).to_owned(), number(n.len() as i128, 0)))
                .collect(),
        )
    };
    vec![map(&path_names()[..2]), map(&[]), map(&path_names())]
}

fn sets(of: &[Value]) -> Vec<Value> {
    let set = |count: usize| Value::Set(of.iter().take(count).cloned().collect());
    vec![set(1), set(2), set(of.len()), set(0)]
}

/// What sets hold.
pub(super) fn elements(kind: &Type) -> Vec<Value> {
    if kind.is_number() {
        return vec![number(1, 0), number(25, 1), number(-3, 0), number(10, 0)];
    }
    ["a", "b", "#", "é", "x y", "1"]
        .iter()
        .map(|t| text(t))
        .collect()
}

/// Names in maps that paths lead to.
pub(super) fn path_names() -> [&'static str; 5] {
    ["like", "love", "a b", "#x", "é.1"]
}

/// `2026-11-20` of a day since 1970.
pub(super) fn civil_date(day: i64) -> String {
    let ms = day * DAY;
    let text = super::super::encode::instant_text(ms).unwrap_or_default();
    text.get(..10).unwrap_or("1970-01-01").to_owned()
}

//! Designs of one shape with every setting of the table on and off, each pair of settings at least once.

use crate::pairs;
use std::collections::BTreeSet;

/// A setting: its name, and its values as text of the design file, the first of them the usual one.
type Factor = (&'static str, &'static [&'static str]);

pub(crate) const FACTORS: [Factor; 15] = [
    (
        "billing",
        &[
            "",
            "billing: { provisioned: { read: 5..100, write: 10..200, target: 60% } }",
            "billing: { provisioned: { read: 5, write: 10..20 } }",
            "billing: { provisioned: { read: 7..9, write: 3 } }",
        ],
    ),
    ("class", &["", "class: infrequent_access"]),
    (
        "point_in_time_recovery",
        &[
            "",
            "point_in_time_recovery: false",
            "point_in_time_recovery: 7 days",
        ],
    ),
    ("deletion_protection", &["", "deletion_protection: false"]),
    (
        "encryption",
        &[
            "",
            "encryption: aws_managed",
            "encryption: { kms_key: var.kms_key_arn }",
            "encryption: { kms_key: \"arn:aws:kms:us-east-1:123456789012:key/0123abcd\" }",
        ],
    ),
    (
        "stream",
        &[
            "",
            "stream: keys_only",
            "stream: new_image",
            "stream: old_image",
            "stream: new_and_old_images",
        ],
    ),
    (
        "replicas",
        &[
            "",
            "replicas: [eu-west-1, ap-southeast-2]",
            "replicas: [us-east-2, us-west-2], consistency: strong",
        ],
    ),
    ("alarms", &["", "alarms: true"]),
    ("contributor_insights", &["", "contributor_insights: true"]),
    (
        "max_throughput",
        &[
            "",
            "max_throughput: { read: 20000 }",
            "max_throughput: { read: 100, write: 200 }",
        ],
    ),
    (
        "warm_throughput",
        &[
            "",
            "warm_throughput: { read: 12000, write: 4000 }",
            "warm_throughput: { read: 12001 }",
            "warm_throughput: { read: 24000, write: 8000 }",
        ],
    ),
    ("dax", &["", "dax: { type: dax.r5.large, nodes: 2 }"]),
    ("tags", &["", "tags: { team: orders, \"on\": \"no\" }"]),
    // Not of the table, but part of what is made with it.
    (
        "consumers",
        &[
            "",
            "audit: { function: var.audit_arn }",
            "mail: { entity: Entry, events: modify, function: \"arn:aws:lambda:us-east-1:123456789012:function:mail\" }",
        ],
    ),
    ("kinds", &["", "ttl", "lsi"]),
];

/// Values that cannot stand in one design.
fn clash(a: (&str, &str), b: (&str, &str)) -> bool {
    let either = |f: &dyn Fn((&str, &str), (&str, &str)) -> bool| f(a, b) || f(b, a);
    either(&|x, y| {
        let (provisioned, most) = (x.1.contains("provisioned"), y.0 == "max_throughput");
        // A consumer needs a stream, one of some entities a stream with an image.
        let no_stream = x == ("stream", "") && y.0 == "consumers" && !y.1.is_empty();
        let no_image = x.1.ends_with("keys_only") && y.1.contains("entity");
        let replicated = x.1.contains("ap-southeast-2");
        let half = y.1.ends_with("keys_only")
            || y.1.ends_with(": new_image")
            || y.1.ends_with(": old_image");
        let strong = x.1.contains("strong");
        (provisioned && most && !y.1.is_empty())
            || no_stream
            || no_image
            || (replicated && half)
            || (strong && y.0 == "kinds" && !y.1.is_empty())
    })
}

/// A row: for each factor the place of its value.
pub(crate) type Row = Vec<usize>;

fn value(factor: usize, at: usize) -> (&'static str, &'static str) {
    (FACTORS[factor].0, FACTORS[factor].1[at])
}

/// A pair of values: two factors, each with the place of its value.
type Pair = ((usize, usize), (usize, usize));

/// Every pair of values that can stand together.
pub(crate) fn pairs() -> BTreeSet<Pair> {
    let mut made = BTreeSet::new();
    for (a, (_, first)) in FACTORS.iter().enumerate() {
        for (b, (_, second)) in FACTORS.iter().enumerate().skip(a + 1) {
            for x in 0..first.len() {
                for y in 0..second.len() {
                    if !clash(value(a, x), value(b, y)) {
                        made.insert(((a, x), (b, y)));
                    }
                }
            }
        }
    }
    made
}

/// The pairs of a row.
pub(crate) fn covered(row: &Row) -> BTreeSet<Pair> {
    let all = 0..row.len();
    all.flat_map(|a| (a + 1..row.len()).map(move |b| ((a, row[a]), (b, row[b]))))
        .collect()
}

/// Whether the values that are chosen can stand in one design.
fn possible(partial: &[Option<usize>]) -> bool {
    let chosen = partial.iter().enumerate();
    let chosen: Vec<_> = chosen
        .filter_map(|(f, at)| Some(value(f, (*at)?)))
        .collect();
    let apart = |(place, a): (usize, &(&str, &str))| chosen[..place].iter().any(|b| clash(*a, *b));
    !chosen.iter().enumerate().any(apart)
}

/// Rows that together have every pair.
pub(crate) fn rows() -> Vec<Row> {
    pairs::rows(&FACTORS.map(|(_, values)| values.len()), possible).0
}

/// The design of a row.
pub(crate) fn design(row: &Row) -> String {
    let text = |name: &str| {
        let at = FACTORS
            .iter()
            .position(|(f, _)| *f == name)
            .unwrap_or_default();
        FACTORS[at].1[row[at]]
    };
    let table: Vec<&str> = FACTORS
        .iter()
        .zip(row)
        .filter(|((name, _), _)| !["consumers", "kinds"].contains(name))
        .map(|((_, values), at)| values[*at])
        .filter(|v| !v.is_empty())
        .collect();
    let (ttl, local, limit) = match text("kinds") {
        "ttl" => ("\n    ttl: expires_at", "", 0),
        "lsi" => (
            "",
            "\n  by_booking: { list: Entry, by: account_id, range: booked, consistent: true }",
            1,
        ),
        _ => ("", "", 0),
    };
    let consumers = match text("consumers") {
        "" => String::new(),
        consumer => format!("\nconsumers:\n  {consumer}"),
    };
    format!(
        "design: matrix
entities:
  Account: {{ key: account_id, attributes: {{ account_id: string, owner: string, name: string }} }}
  Entry:
    key: [account_id, entry_no]
    attributes: {{ account_id: Account, entry_no: integer, booked: date, expires_at: epoch, state: [open, done] }}{ttl}
patterns:
  open: {{ create: Account }}
  book: {{ create: Entry }}
  settle: {{ update: Entry, set: {{ state: done }} }}
  account_and_entries: {{ list: [Account, Entry], by: account_id, sort: entry_no desc, limit: 4 }}
  accounts_of: {{ list: Account, by: owner, select: [name] }}
  accounts_called: {{ list: Account, by: name, select: [owner] }}
  open_entries: {{ list: Entry, by: state, sort: booked, limit: 5 }}{local}
limits: {{ lsis: {limit} }}
table: {{ {} }}{consumers}
",
        table.join(", ")
    )
}

//! Designs that differ in their settings: every value of every setting, and every pair of values that go together.

use crate::pairs::{self, Pair};

/// A setting and its values; the first is the default. Each value is a line of the design file, under the part that it
/// belongs to.
pub(crate) const SETTINGS: [(&str, &[&str]); 18] = [
    ("billing", &["on_demand", "range", "fixed"]),
    ("class", &["standard", "infrequent_access"]),
    ("recovery", &["true", "false", "7 days"]),
    ("protection", &["true", "false"]),
    (
        "encryption",
        &["aws_owned", "aws_managed", "variable", "literal"],
    ),
    (
        "stream",
        &["none", "new_and_old_images", "new_image", "keys_only"],
    ),
    ("consumers", &["none", "some"]),
    ("replicas", &["none", "two"]),
    ("consistency", &["eventual", "strong"]),
    ("alarms", &["false", "true"]),
    ("insights", &["false", "true"]),
    ("limit", &["none", "both", "read"]),
    ("warm", &["none", "more", "usual"]),
    ("dax", &["none", "some"]),
    ("tags", &["none", "some"]),
    ("local", &["none", "one"]),
    ("gsi", &["inline", "standalone"]),
    ("provider", &["6", "5"]),
];

/// The places of the values of each setting.
pub(crate) type Row = Vec<usize>;

/// What does not go together: those of one line, all at once.
const APART: [&[(&str, &str)]; 23] = [
    &[("consumers", "some"), ("stream", "none")],
    &[("consumers", "some"), ("stream", "keys_only")],
    &[
        ("replicas", "two"),
        ("consistency", "eventual"),
        ("stream", "new_image"),
    ],
    &[
        ("replicas", "two"),
        ("consistency", "eventual"),
        ("stream", "keys_only"),
    ],
    &[("replicas", "none"), ("consistency", "strong")],
    &[("replicas", "two"), ("billing", "range")],
    &[("replicas", "two"), ("billing", "fixed")],
    &[("consistency", "strong"), ("billing", "range")],
    &[("consistency", "strong"), ("billing", "fixed")],
    &[("consistency", "strong"), ("local", "one")],
    &[("limit", "both"), ("billing", "range")],
    &[("limit", "both"), ("billing", "fixed")],
    &[("limit", "read"), ("billing", "range")],
    &[("limit", "read"), ("billing", "fixed")],
    &[("provider", "5"), ("gsi", "standalone")],
    &[("provider", "5"), ("consistency", "strong")],
    &[("provider", "5"), ("warm", "more")],
    &[
        ("provider", "5"),
        ("replicas", "two"),
        ("protection", "true"),
    ],
    // What follows from two of the above.
    &[
        ("consistency", "eventual"),
        ("replicas", "two"),
        ("consumers", "some"),
        ("stream", "new_image"),
    ],
    &[
        ("consistency", "strong"),
        ("consumers", "some"),
        ("stream", "none"),
    ],
    &[
        ("consistency", "strong"),
        ("consumers", "some"),
        ("stream", "keys_only"),
    ],
    &[
        ("consistency", "strong"),
        ("limit", "both"),
        ("billing", "range"),
    ],
    &[
        ("consistency", "strong"),
        ("limit", "both"),
        ("billing", "fixed"),
    ],
];

/// The value of a setting.
pub(crate) fn value(row: &Row, setting: &str) -> &'static str {
    let at = SETTINGS.iter().position(|(name, _)| *name == setting);
    let at = at.expect("a setting");
    SETTINGS[at].1[row[at]]
}

fn possible(partial: &[Option<usize>]) -> bool {
    let is = |(setting, value): &(&str, &str)| {
        SETTINGS.iter().zip(partial).any(|((name, values), at)| {
            name == setting && at.is_some_and(|at| values[at] == *value)
        })
    };
    !APART.iter().any(|line| line.iter().all(is))
}

/// Rows that have every pair of values that go together, and the pairs that do not.
pub(crate) fn rows() -> (Vec<Row>, Vec<Pair>) {
    pairs::rows(&SETTINGS.map(|(_, values)| values.len()), possible)
}

/// The design of a row.
pub(crate) fn design(row: &Row) -> String {
    let is = |setting: &str, wanted: &str| value(row, setting) == wanted;
    // Strong consistency has neither time to live nor transactions, which unique attributes need.
    let strong = is("consistency", "strong");
    let lines = ENTITIES
        .lines()
        .filter(|l| !(strong && l.contains("# weak")));
    let mut made = lines.collect::<Vec<_>>().join("\n");
    made.push('\n');
    made.push_str(&format!(
        "limits: {{ lsis: {} }}\ntable:\n",
        u8::from(is("local", "one"))
    ));
    let mut line = |of: &str| made.push_str(&format!("  {of}\n"));
    match value(row, "billing") {
        "range" => line("billing: { provisioned: { read: 10..400, write: 5..100, target: 60% } }"),
        "fixed" => line("billing: { provisioned: { read: 10, write: 5 } }"),
        _ => line("billing: on_demand"),
    }
    line(&format!("class: {}", value(row, "class")));
    line(&format!(
        "point_in_time_recovery: {}",
        value(row, "recovery")
    ));
    line(&format!(
        "deletion_protection: {}",
        value(row, "protection")
    ));
    match value(row, "encryption") {
        "variable" => line("encryption: { kms_key: var.table_key }"),
        "literal" => line(&format!("encryption: {{ kms_key: {KEY} }}")),
        other => line(&format!("encryption: {other}")),
    }
    line(&format!("stream: {}", value(row, "stream")));
    if is("replicas", "two") {
        line("replicas: [us-east-2, us-west-2]");
    }
    line(&format!("consistency: {}", value(row, "consistency")));
    line(&format!("alarms: {}", value(row, "alarms")));
    line(&format!("contributor_insights: {}", value(row, "insights")));
    match value(row, "limit") {
        "both" => line("max_throughput: { read: 20000, write: 5000 }"),
        "read" => line("max_throughput: { read: 20000 }"),
        _ => {}
    }
    match value(row, "warm") {
        "more" => line("warm_throughput: { read: 24000, write: 4000 }"),
        "usual" => line("warm_throughput: { read: 12000, write: 4000 }"),
        _ => {}
    }
    if is("dax", "some") {
        line("dax: { type: dax.r5.large, nodes: 3 }");
    }
    if is("tags", "some") {
        line("tags: { team: orders, \"cost:center\": \"4711\" }");
    }
    if is("consumers", "some") {
        // What was removed has no image by which to know it in a stream of new ones.
        let events = if is("stream", "new_image") {
            "[insert, modify]"
        } else {
            "[remove, insert]"
        };
        made.push_str(&format!(
            "consumers:\n  everything: {{ function: var.audit_arn }}\n  watcher: {{ entity: [Session], events: {events}, function: {FUNCTION} }}\n"
        ));
    }
    made.push_str(&format!(
        "generate:\n  terraform: {{ path: tf, gsi: {}, provider: \"{}\" }}\n",
        value(row, "gsi"),
        value(row, "provider")
    ));
    made
}

/// A key.
pub(crate) const KEY: &str =
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// A function.
pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:watcher";

const ENTITIES: &str = r"design: matrix
entities:
  Account:
    key: account_id
    attributes:
      account_id: ulid
      email: { type: string, unique: true } # weak
      plan: [free, pro]
      name: string
      notes?: string
    size: 3 KB
    count: 10M
  Session:
    key: session_id
    attributes:
      session_id: ulid
      account_id: Account
      device: { type: string, distinct: 1M }
      started_at: { type: timestamp, immutable: true }
      expires_at?: epoch
      note?: string
    ttl: expires_at # weak
    size: 3 KB
    count: 40M
patterns:
  get_account: { get: Account }
  account_by_email: { get: Account, by: email, select: [name] } # weak
  accounts_of_plan: { list: Account, by: plan, sort: name, select: [notes], rate: 1/s }
  get_session: { get: Session }
  sessions_of_account: { list: Session, by: account_id, sort: started_at desc, select: [session_id] }
  sessions_of_device: { list: Session, by: device, sort: started_at desc, select: [note, account_id] }
  register: { create: Account }
  rename: { update: Account, set: [name] }
  start: { create: Session }
  end: { delete: Session }
  end_all: { delete: Session, by: account_id, allow: [extra_request], returns: 2 }
  start_checked: # weak
    transaction: # weak
      - { create: Session } # weak
      - { check: Account, if: { plan: pro } } # weak
";

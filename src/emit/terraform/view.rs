//! What the templates of Terraform print: texts and numbers, and expressions where they depend on the design.
//!
//! Promises: every field that is named an expression is one of Terraform's language, made here; all others are texts that
//! the templates put in quotes.

use super::hcl;
use crate::emit::Origin;
use crate::emit::facts::access::{self, Grant, Resource};
use crate::emit::facts::alarms::{self, Alarm, Dimension, Family, Metric};
use crate::emit::facts::consumers::{self, Filter};
use crate::emit::facts::{self, Role, Throughput, Value};
use crate::plan::{Index, Key, KeyAttribute, OutputEntry, Plan, Table, TableSettings};
use serde::Serialize;
use std::collections::BTreeSet;

/// The least version of each major version of the AWS provider that has all that is used: 5.98 the days of
/// point-in-time recovery, 6.44 indexes as resources of their own that are not experimental. 6.36 no longer makes every
/// index anew when one changes.
const PROVIDERS: [(&str, &str); 2] = [("5", ">= 5.98.0, < 6.0.0"), ("6", ">= 6.44.0, < 7.0.0")];

/// The most characters of a queue's name. Source: Amazon SQS Developer Guide, "Amazon SQS message quotas".
const QUEUE_NAME: usize = 80;
/// So many of them are left to the table's name.
const QUEUE_TABLE: usize = 30;
/// The most characters of a cluster's name. Source: Amazon `DynamoDB` Accelerator API Reference, "`CreateCluster`".
const CLUSTER_NAME: usize = 20;

/// The whole module.
#[derive(Serialize)]
pub(super) struct Module<'a> {
    origin: [&'a str; 2],
    description: &'a Option<String>,
    provider: &'static str,
    /// Of major version 6 or later.
    current: bool,
    name: &'a str,
    key: &'a Key,
    attributes: Vec<&'a KeyAttribute>,
    global: Vec<&'a Index>,
    /// An expression: the names of the global indexes.
    index_names: String,
    local: Vec<&'a Index>,
    standalone: bool,
    ttl: &'a Option<String>,
    settings: &'a TableSettings,
    /// Whether autoscaling moves capacities.
    scales: bool,
    /// Whether it moves those of blocks, which Terraform can only ignore as a whole.
    checked: bool,
    recovered: bool,
    /// An expression; none where the key is not the customer's.
    kms_key: Option<String>,
    most: Option<Units>,
    warm: Option<Units>,
    /// What the table and each index have at once, both said.
    warm_both: Option<Units>,
    insights: &'static str,
    variables: Vec<Variable<'a>>,
    /// An expression.
    tags: &'static str,
    policies: Vec<Policy>,
    cluster: Option<Policy>,
    cluster_name: String,
    metrics: [Metric; 4],
    /// What all alarms of throttling have in common.
    throttling: Option<AlarmRow>,
    system_errors: Vec<AlarmRow>,
    replication: Vec<AlarmRow>,
    failed_records: Vec<AlarmRow>,
    consumers: Vec<Consumer<'a>>,
    batch: Batch,
}

#[derive(Serialize, Clone, Copy)]
struct Units {
    read: Option<u64>,
    write: Option<u64>,
}

/// A variable that the design names.
#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    /// `kms` or `lambda`.
    service: &'static str,
    what: String,
}

#[derive(Serialize)]
struct Policy {
    name: &'static str,
    what: &'static str,
    statements: Vec<Statement>,
    /// What the cluster must allow.
    dax: Vec<String>,
}

#[derive(Serialize)]
struct Statement {
    actions: Vec<String>,
    /// Expressions: the table and its indexes here.
    resources: Vec<String>,
    /// Expressions: the same in each Region, with `arn` for the table there.
    everywhere: Vec<String>,
}

#[derive(Serialize)]
struct AlarmRow {
    namespace: &'static str,
    metric: &'static str,
    /// What tells it from others of its family: an operation, a Region, a consumer.
    of: String,
    statistic: &'static str,
    period: u32,
    threshold: u64,
    periods: u32,
    datapoints: u32,
}

#[derive(Serialize)]
struct Consumer<'a> {
    name: &'a str,
    /// An expression.
    function: String,
    filters: Vec<FilterRow<'a>>,
    queue: String,
    /// How many characters of the table's name are in that of the queue.
    table: usize,
}

#[derive(Serialize)]
struct FilterRow<'a> {
    events: Vec<String>,
    image: &'static str,
    attribute: &'a str,
    values: Vec<&'a str>,
}

#[derive(Serialize)]
struct Batch {
    size: u32,
    window: u32,
    retries: u32,
    age: u32,
    retention: u32,
}

/// The view of a plan.
pub(super) fn module<'a>(
    plan: &'a Plan,
    table: &'a Table,
    output: &OutputEntry,
    origin: &'a Origin,
) -> Module<'a> {
    let option = |name: &str| output.options.get(name).map(String::as_str);
    let standalone = option("gsi") == Some("standalone");
    let (major, provider) = PROVIDERS
        .into_iter()
        .find(|(major, _)| option("provider") == Some(major))
        .unwrap_or(PROVIDERS[1]);
    let settings = &table.settings;
    let (global, local): (Vec<&Index>, Vec<&Index>) =
        table.indexes.iter().partition(|i| i.kind == "global");
    let alarms = alarms::alarms(plan);
    let rows = |family| {
        let of = alarms.iter().filter(|a| a.family == family);
        of.map(row).collect::<Vec<_>>()
    };
    let ranges = |of: Option<[u64; 2]>| of.is_some_and(|[least, most]| least < most);
    let scales = ranges(settings.read_capacity) || ranges(settings.write_capacity);
    Module {
        origin: origin.lines(),
        description: &plan.description,
        provider,
        current: major != "5",
        name: &table.name,
        key: &table.key,
        attributes: attributes(table, standalone),
        index_names: names(&global),
        local,
        standalone,
        ttl: &table.ttl,
        settings,
        scales,
        checked: scales && !standalone && !global.is_empty(),
        global,
        recovered: settings.point_in_time_recovery_days.is_some(),
        kms_key: settings
            .kms_key
            .as_deref()
            .map(|k| hcl::value(Value::of(k))),
        most: Throughput::most(settings).map(units),
        warm: Throughput::warm(settings).map(units),
        warm_both: Throughput::warm(settings).map(|w| units(w.whole())),
        insights: facts::INSIGHTS,
        variables: variables(plan),
        tags: if settings.tags.is_empty() {
            "var.tags"
        } else {
            "local.tags"
        },
        policies: policies(plan, table),
        cluster: settings.dax.is_some().then(|| cluster(plan, table)),
        cluster_name: cluster_name(&table.name),
        metrics: alarms::THROTTLING,
        throttling: rows(Family::Throttling).into_iter().next(),
        system_errors: rows(Family::SystemErrors),
        replication: rows(Family::Replication),
        failed_records: rows(Family::FailedRecords),
        consumers: consumers::mappings(plan).iter().map(consumer).collect(),
        batch: Batch {
            size: consumers::BATCH_SIZE,
            window: consumers::BATCHING_WINDOW,
            retries: consumers::RETRIES,
            age: consumers::RECORD_AGE,
            retention: consumers::RETENTION,
        },
    }
}

/// A list of the names of some indexes.
fn names(indexes: &[&Index]) -> String {
    let all: Vec<String> = indexes.iter().map(|i| hcl::text(&i.name)).collect();
    format!("[{}]", all.join(", "))
}

/// A table defines no attributes of indexes that are resources of their own.
fn attributes(table: &Table, standalone: bool) -> Vec<&KeyAttribute> {
    let mut made = facts::key_attributes(table);
    if standalone {
        let of_table = |a: &&KeyAttribute| {
            let local = table.indexes.iter().filter(|i| i.kind == "local");
            let mut keys = std::iter::once(&table.key).chain(local.map(|i| &i.key));
            keys.any(|k| k.partition.contains(a) || k.sort.contains(a))
        };
        made.retain(of_table);
    }
    made
}

fn units(of: Throughput) -> Units {
    Units {
        read: of.read,
        write: of.write,
    }
}

fn variables(plan: &Plan) -> Vec<Variable<'_>> {
    let all = facts::variables(plan);
    let of = |(name, role)| match role {
        Role::Key => Variable {
            name,
            service: "kms",
            what: "the KMS key that encrypts the table".to_owned(),
        },
        Role::Function(consumer) => Variable {
            name,
            service: "lambda",
            what: format!("the function that is called with changes: {consumer}"),
        },
    };
    all.into_iter().map(of).collect()
}

fn policies(plan: &Plan, table: &Table) -> Vec<Policy> {
    let made = access::access(plan, &table.name);
    let policy = |name, what, grants: &[Grant]| Policy {
        name,
        what,
        statements: statements(grants),
        dax: if table.settings.dax.is_some() {
            cached(grants)
        } else {
            Vec::new()
        },
    };
    let all = [
        policy("read", "the patterns that read", &made.read),
        policy("write", "the patterns that write", &made.write),
    ];
    let some = all.into_iter().filter(|p| !p.statements.is_empty());
    some.collect()
}

/// What the cluster does on the table: what the patterns do.
fn cluster(plan: &Plan, table: &Table) -> Policy {
    Policy {
        name: "dax",
        what: "the cluster",
        statements: statements(&access::all(plan, &table.name)),
        dax: Vec::new(),
    }
}

fn statements(grants: &[Grant]) -> Vec<Statement> {
    let on = |grant: &Grant, table: &str| {
        let of = |resource: &Resource| match resource {
            Resource::Table => table.to_owned(),
            Resource::Index(name) => format!("\"${{{table}}}/index/{name}\""),
        };
        grant.resources.iter().map(of).collect()
    };
    let of = |grant: &Grant| Statement {
        actions: prefixed("dynamodb", grant.actions.iter().copied()),
        resources: on(grant, "aws_dynamodb_table.this.arn"),
        everywhere: on(grant, "arn"),
    };
    grants.iter().map(of).collect()
}

/// The cluster takes the same calls under the same names.
fn cached(grants: &[Grant]) -> Vec<String> {
    let all: BTreeSet<&str> = grants
        .iter()
        .flat_map(|g| g.actions.iter().copied())
        .collect();
    prefixed("dax", all.into_iter())
}

fn prefixed<'a>(service: &str, actions: impl Iterator<Item = &'a str>) -> Vec<String> {
    actions.map(|a| format!("{service}:{a}")).collect()
}

fn row(alarm: &Alarm) -> AlarmRow {
    // The first dimension is the table or the queue, which the templates know.
    let second = alarm.dimensions.get(1);
    AlarmRow {
        namespace: alarm.namespace,
        metric: alarm.metric,
        of: match second.or(alarm.dimensions.first()) {
            Some((_, Dimension::Text(text) | Dimension::Queue(text))) => text.clone(),
            _ => String::new(),
        },
        statistic: alarm.statistic,
        period: alarm.period,
        threshold: alarm.threshold,
        periods: alarm.periods,
        datapoints: alarm.datapoints,
    }
}

fn consumer<'a>(mapping: &consumers::Mapping<'a>) -> Consumer<'a> {
    let rest = QUEUE_NAME - QUEUE_TABLE;
    let mut queue = format!("-{}-failures", mapping.name);
    queue.truncate(rest);
    Consumer {
        name: mapping.name,
        function: hcl::value(mapping.function),
        filters: mapping.filters.iter().map(filter).collect(),
        table: QUEUE_NAME - queue.len(),
        queue,
    }
}

fn filter<'a>(of: &Filter<'a>) -> FilterRow<'a> {
    let types = of.types.as_ref();
    FilterRow {
        events: of.events.clone(),
        image: types.map_or("", |t| t.image),
        attribute: types.map_or("", |t| t.attribute),
        values: types.map(|t| t.values.clone()).unwrap_or_default(),
    }
}

/// A name that a cluster can have: lower-case letters, digits and single hyphens, a letter first.
fn cluster_name(table: &str) -> String {
    let made: String = table
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let parts: Vec<&str> = made.split('-').filter(|p| !p.is_empty()).collect();
    let mut name = parts.join("-");
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "table-");
    }
    name.truncate(CLUSTER_NAME);
    name.trim_end_matches('-').to_owned()
}

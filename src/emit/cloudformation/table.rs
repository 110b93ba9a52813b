//! The table's own view: keys, indexes, settings, scaling.

use super::expression::{literal, reference, sub, text};
use super::names::{Names, scaling as scaling_name};
use crate::emit::facts::{self, Throughput};
use crate::plan::{Index, Key, Table};
use serde::Serialize;

/// The table.
#[derive(Serialize)]
pub(super) struct View {
    /// The type of the resource.
    kind: &'static str,
    billing: &'static str,
    /// Names and types.
    attributes: Vec<[String; 2]>,
    /// Names and kinds.
    key: Vec<[String; 2]>,
    global: Vec<IndexView>,
    local: Vec<IndexView>,
    class: &'static str,
    protected: bool,
    recovery_days: Option<u32>,
    encrypted: bool,
    /// The key in the stack's Region, an expression.
    key_arn: Option<String>,
    pub(super) stream: Option<String>,
    /// Whether the stream is there because replicas need it.
    replicating: bool,
    ttl: Option<String>,
    /// The mode of Contributor Insights, where they are wanted.
    insights: Option<&'static str>,
    most: Option<Units>,
    warm: Option<Units>,
    /// Where capacity is provisioned.
    capacity: Option<Capacity>,
    /// Names and values, expressions.
    tags: Vec<[String; 2]>,
    strong: bool,
    /// The table in each Region, the stack's first; none where there is but one Region.
    replicas: Vec<Replica>,
    /// Whether replicas say something of each index.
    by_index: bool,
}

/// A secondary index.
#[derive(Serialize)]
struct IndexView {
    name: String,
    key: Vec<[String; 2]>,
    projection: String,
    attributes: Vec<String>,
}

/// Units a second.
#[derive(Serialize)]
struct Units {
    read: Option<u64>,
    write: Option<u64>,
}

/// Provisioned capacity, from and to.
#[derive(Serialize)]
struct Capacity {
    read: [u64; 2],
    write: [u64; 2],
    /// Percent.
    target: u32,
    /// Whether the capacity to read is one number, which is no scaling.
    fixed_read: bool,
}

/// The table in a Region.
#[derive(Serialize)]
struct Replica {
    /// An expression.
    region: String,
    /// The key there, an expression.
    key_arn: Option<String>,
}

/// A capacity that follows the load.
#[derive(Serialize)]
pub(super) struct Scaling {
    id: String,
    /// An expression.
    resource: String,
    dimension: String,
    metric: String,
    min: u64,
    max: u64,
    target: u32,
}

/// The view of a table.
pub(super) fn view(table: &Table, names: &Names) -> View {
    let settings = &table.settings;
    let global = !settings.replicas.is_empty();
    let units = |of: Throughput| Units {
        read: of.read,
        write: of.write,
    };
    let pair = |a: &crate::plan::KeyAttribute| [a.attribute.clone(), a.ty.clone()];
    let indexes = |kind: &str| {
        let all = table.indexes.iter().filter(|i| i.kind == kind);
        all.map(index).collect::<Vec<_>>()
    };
    let keys = super::keys(table, names);
    // DynamoDB replicates by this stream. With strong consistency it does without.
    let replicating = global && settings.consistency != "strong" && settings.stream.is_none();
    let capacity = capacity(table);
    let most = Throughput::most(settings).map(units);
    View {
        kind: if global {
            "AWS::DynamoDB::GlobalTable"
        } else {
            "AWS::DynamoDB::Table"
        },
        billing: if capacity.is_some() {
            "PROVISIONED"
        } else {
            "PAY_PER_REQUEST"
        },
        attributes: facts::key_attributes(table).into_iter().map(pair).collect(),
        key: key(&table.key),
        global: indexes("global"),
        local: indexes("local"),
        class: if settings.class == "infrequent_access" {
            "STANDARD_INFREQUENT_ACCESS"
        } else {
            "STANDARD"
        },
        protected: settings.deletion_protection,
        recovery_days: settings.point_in_time_recovery_days,
        encrypted: settings.encryption != "aws_owned",
        key_arn: keys.first().cloned(),
        stream: if replicating {
            Some("NEW_AND_OLD_IMAGES".to_owned())
        } else {
            settings.stream.as_ref().map(|s| s.to_uppercase())
        },
        replicating,
        ttl: table.ttl.clone(),
        insights: settings.contributor_insights.then_some(facts::INSIGHTS),
        by_index: settings.contributor_insights
            || capacity.is_some()
            || most.as_ref().is_some_and(|m| m.read.is_some()),
        most,
        warm: Throughput::warm(settings).map(Throughput::whole).map(units),
        capacity,
        tags: settings
            .tags
            .iter()
            .map(|(k, v)| [text(k), text(v)])
            .collect(),
        strong: settings.consistency == "strong",
        replicas: replicas(table, &keys),
    }
}

fn key(key: &Key) -> Vec<[String; 2]> {
    let part = |kind: &'static str| {
        move |a: &crate::plan::KeyAttribute| [a.attribute.clone(), kind.to_owned()]
    };
    let partition = key.partition.iter().map(part("HASH"));
    partition
        .chain(key.sort.iter().map(part("RANGE")))
        .collect()
}

fn index(of: &Index) -> IndexView {
    IndexView {
        name: of.name.clone(),
        key: key(&of.key),
        projection: of.projection.ty.clone(),
        attributes: of.projection.attributes.clone(),
    }
}

fn capacity(table: &Table) -> Option<Capacity> {
    let settings = &table.settings;
    let (read, write) = settings.read_capacity.zip(settings.write_capacity)?;
    Some(Capacity {
        read,
        write,
        target: settings.target_percent.unwrap_or(70),
        fixed_read: read[0] == read[1],
    })
}

fn replicas(table: &Table, keys: &[String]) -> Vec<Replica> {
    let replicas = &table.settings.replicas;
    if replicas.is_empty() {
        return Vec::new();
    }
    let own = std::iter::once(reference("AWS::Region"));
    own.chain(replicas.iter().map(|r| text(r)))
        .enumerate()
        .map(|(at, region)| Replica {
            region,
            key_arn: keys.get(at).cloned(),
        })
        .collect()
}

/// What follows the load, of the table and of each global index: none on demand and where one number fixes the capacity.
/// A global table scales by itself.
pub(super) fn scaling(table: &Table) -> Vec<Scaling> {
    let Some(capacity) = capacity(table).filter(|_| table.settings.replicas.is_empty()) else {
        return Vec::new();
    };
    let global = table.indexes.iter().filter(|i| i.kind == "global");
    let all = std::iter::once(None).chain(global.map(|i| Some(i.name.as_str())));
    all.flat_map(|of| [("Read", capacity.read), ("Write", capacity.write)].map(|units| (of, units)))
        .filter(|(_, (_, [min, max]))| min < max)
        .map(|(of, (units, [min, max]))| Scaling {
            id: scaling_name(of.unwrap_or("Table"), units),
            resource: sub(&of.map_or("table/${Table}".to_owned(), |index| {
                format!("table/${{Table}}/index/{}", literal(index))
            })),
            dimension: format!(
                "dynamodb:{}:{units}CapacityUnits",
                if of.is_some() { "index" } else { "table" }
            ),
            metric: format!("DynamoDB{units}CapacityUtilization"),
            min,
            max,
            target: capacity.target,
        })
        .collect()
}

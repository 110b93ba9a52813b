//! Which alarms a table has.
//!
//! Promises: every alarm names dimensions that its metric has, since one without data never fires; all compare the sum or
//! average of a period with a threshold, at or above it, and take missing data for good (metrics that count are absent at
//! zero). `UserErrors` is not among them: it knows no table and counts no throttled request.
//!
//! Source: Amazon `DynamoDB` Developer Guide, "`DynamoDB` metrics and dimensions".

use super::access::operations;
use crate::plan::Plan;

/// An alarm: it fires when the threshold is reached in so many periods of the last so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Alarm {
    /// What it belongs to.
    pub(in crate::emit) family: Family,
    /// Names it among the alarms of its table: ASCII letters, digits, `_` and `-`.
    pub(in crate::emit) name: String,
    /// What has happened when it fires.
    pub(in crate::emit) description: String,
    /// The namespace of the metric.
    pub(in crate::emit) namespace: &'static str,
    /// The metric.
    pub(in crate::emit) metric: &'static str,
    /// The dimensions, each with what its value is.
    pub(in crate::emit) dimensions: Vec<(&'static str, Dimension)>,
    /// `Sum`, `Average` or `Maximum`.
    pub(in crate::emit) statistic: &'static str,
    /// Seconds.
    pub(in crate::emit) period: u32,
    /// From this value on it counts.
    pub(in crate::emit) threshold: u64,
    /// How many periods are looked at.
    pub(in crate::emit) periods: u32,
    /// In how many of them it must count.
    pub(in crate::emit) datapoints: u32,
}

/// What an alarm belongs to; a target may print those of one family together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::emit) enum Family {
    /// Throttled requests, of the table or of an index; [`Metric`] says which.
    Throttling,
    /// Failures of the service, of one operation.
    SystemErrors,
    /// A replica that lags behind.
    Replication,
    /// Records of the stream that a consumer could not handle.
    FailedRecords,
}

/// The value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) enum Dimension {
    /// The name of the table.
    Table,
    /// This text: an index, an operation, a Region.
    Text(String),
    /// The name of the queue of a consumer's failures, by the consumer's name.
    Queue(String),
}

/// A metric of throttled requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(in crate::emit) struct Metric {
    /// Its name.
    pub(in crate::emit) name: &'static str,
    /// Names its alarms.
    pub(in crate::emit) short: &'static str,
    /// What is throttled, in words.
    pub(in crate::emit) what: &'static str,
}

/// The metrics of throttled requests, which the table has for itself and each global index for itself: those of the table
/// leave its indexes out.
pub(in crate::emit) const THROTTLING: [Metric; 4] = [
    Metric {
        name: "ReadThrottleEvents",
        short: "read-throttles",
        what: "Reads",
    },
    Metric {
        name: "WriteThrottleEvents",
        short: "write-throttles",
        what: "Writes",
    },
    Metric {
        name: "ReadKeyRangeThroughputThrottleEvents",
        short: "hot-partition-reads",
        what: "Reads of one hot partition",
    },
    Metric {
        name: "WriteKeyRangeThroughputThrottleEvents",
        short: "hot-partition-writes",
        what: "Writes of one hot partition",
    },
];

/// In three minutes of five: a client's own retries get over less, and nobody is woken for it.
pub(in crate::emit) const SUSTAINED: (u32, u32) = (5, 3);
/// In a quarter of an hour: above this, a replica is not only slow. Milliseconds.
const LAG: u64 = 180_000;

/// The alarms of a table, none where none are wanted.
pub(in crate::emit) fn alarms(plan: &Plan) -> Vec<Alarm> {
    let Some(table) = plan.tables.iter().find(|t| t.settings.alarms) else {
        return Vec::new();
    };
    let global = table.indexes.iter().filter(|i| i.kind == "global");
    let on = std::iter::once(None).chain(global.map(|i| Some(i.name.as_str())));
    let mut made: Vec<Alarm> = on
        .flat_map(|index| THROTTLING.map(|metric| throttling(metric, index)))
        .collect();
    made.extend(operations(plan, &table.name).into_iter().map(system_errors));
    // With strong consistency a write is everywhere before it is done, and there is no such metric.
    if table.settings.consistency != "strong" {
        made.extend(table.settings.replicas.iter().map(|r| replication(r)));
    }
    made.extend(plan.consumers.iter().map(|c| failed_records(&c.name)));
    made
}

fn throttling(metric: Metric, index: Option<&str>) -> Alarm {
    let mut dimensions = vec![("TableName", Dimension::Table)];
    dimensions.extend(index.map(|i| ("GlobalSecondaryIndexName", Dimension::Text(i.to_owned()))));
    let (periods, datapoints) = SUSTAINED;
    Alarm {
        family: Family::Throttling,
        name: index.map_or(metric.short.to_owned(), |i| format!("{i}-{}", metric.short)),
        description: format!(
            "{} of {} were throttled in {datapoints} of {periods} minutes.",
            metric.what,
            index.map_or("the table".to_owned(), |i| format!("the index {i}")),
        ),
        namespace: "AWS/DynamoDB",
        metric: metric.name,
        dimensions,
        statistic: "Sum",
        period: 60,
        threshold: 1,
        periods,
        datapoints,
    }
}

fn system_errors(operation: &str) -> Alarm {
    let (periods, datapoints) = SUSTAINED;
    Alarm {
        family: Family::SystemErrors,
        name: format!("{operation}-system-errors"),
        description: format!(
            "{operation} failed within DynamoDB in {datapoints} of {periods} minutes."
        ),
        namespace: "AWS/DynamoDB",
        metric: "SystemErrors",
        dimensions: vec![
            ("TableName", Dimension::Table),
            ("Operation", Dimension::Text(operation.to_owned())),
        ],
        statistic: "Sum",
        period: 60,
        threshold: 1,
        periods,
        datapoints,
    }
}

fn replication(region: &str) -> Alarm {
    Alarm {
        family: Family::Replication,
        name: format!("{region}-replication-latency"),
        description: format!("The replica in {region} is more than three minutes behind."),
        namespace: "AWS/DynamoDB",
        metric: "ReplicationLatency",
        dimensions: vec![
            ("TableName", Dimension::Table),
            ("ReceivingRegion", Dimension::Text(region.to_owned())),
        ],
        statistic: "Average",
        period: 60,
        threshold: LAG,
        periods: 15,
        datapoints: 15,
    }
}

fn failed_records(consumer: &str) -> Alarm {
    Alarm {
        family: Family::FailedRecords,
        name: format!("{consumer}-failed-records"),
        description: format!("{consumer} could not handle records of the stream."),
        namespace: "AWS/SQS",
        metric: "ApproximateNumberOfMessagesVisible",
        dimensions: vec![("QueueName", Dimension::Queue(consumer.to_owned()))],
        statistic: "Maximum",
        period: 60,
        threshold: 1,
        periods: 1,
        datapoints: 1,
    }
}

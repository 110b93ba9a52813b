//! Settings of the table, quotas and targets.

use super::EntityId;
use crate::source::Span;
use std::collections::BTreeMap;

/// Settings of the table, defaults filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The table's name.
    pub name: String,
    /// How capacity is paid.
    pub billing: Billing,
    /// Standard-Infrequent Access instead of Standard.
    pub infrequent_access: bool,
    /// Days of point-in-time recovery, 35 unless said otherwise; `None`: off.
    pub recovery_days: Option<u32>,
    /// Whether the table is protected from deletion.
    pub deletion_protection: bool,
    /// Encryption at rest.
    pub encryption: Encryption,
    /// The stream's view type; `None`: no stream.
    pub stream: Option<String>,
    /// Regions of a global table.
    pub replicas: Vec<String>,
    /// Multi-Region strong consistency.
    pub strong: bool,
    /// Whether alarms are wanted.
    pub alarms: bool,
    /// Whether Contributor Insights are wanted.
    pub contributor_insights: bool,
    /// Where capacity or limits are set.
    pub capacity: Option<Span>,
    /// On-demand limits a second.
    pub max_read: Option<u64>,
    /// On-demand limits a second.
    pub max_write: Option<u64>,
    /// Read units a second that the table and each global index serve at once.
    pub warm_read: Option<u64>,
    /// Write units a second that the table and each global index serve at once.
    pub warm_write: Option<u64>,
    /// A cluster that keeps what was read.
    pub dax: Option<Dax>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Names of the physical attributes that the design adds.
    pub names: Names,
}

/// How capacity is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Billing {
    /// By request.
    OnDemand,
    /// By provisioned capacity with autoscaling.
    Provisioned {
        /// Read capacity units.
        read: Capacity,
        /// Write capacity units.
        write: Capacity,
        /// Target utilisation in percent.
        target: u32,
    },
}

/// Capacity units, from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: u64,
}

/// Encryption at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// A key owned by AWS.
    AwsOwned,
    /// A key managed by AWS in the account.
    AwsManaged,
    /// The customer's own.
    CustomerKey(String),
}

/// Names of the physical attributes that the design adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The table's partition key.
    pub partition: String,
    /// The table's sort key.
    pub sort: String,
    /// The start of the global indexes' names.
    pub index: String,
    /// The entity's name in each item.
    pub discriminator: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            partition: "PK".to_owned(),
            sort: "SK".to_owned(),
            index: "GSI".to_owned(),
            discriminator: "_type".to_owned(),
        }
    }
}

/// Quotas on secondary indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Global secondary indexes.
    pub gsis: u32,
    /// Local secondary indexes.
    pub lsis: u32,
}

/// A consumer of the stream.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// Its name.
    pub name: String,
    /// Whose changes, sorted; empty: all.
    pub entities: Vec<EntityId>,
    /// Which changes, in the order of the language; empty: all.
    pub events: Vec<String>,
    /// The function.
    pub function: String,
}

/// A `DynamoDB` Accelerator cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dax {
    /// The type of its nodes.
    pub node_type: String,
    /// How many nodes.
    pub nodes: u32,
}

/// Something that `design generate` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The file or directory, relative to the design file.
    pub path: String,
    /// Where it is said.
    pub span: Span,
    /// What else is said of it, by the name of the option.
    pub options: BTreeMap<String, String>,
}

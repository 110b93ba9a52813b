//! The document's tables and entities: keys, indexes, kinds of items.

use super::steps::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: Key,
    /// Its secondary indexes, in the order of their numbers.
    pub indexes: Vec<Index>,
    /// The physical attribute of `DynamoDB`'s time to live.
    pub ttl: Option<String>,
    /// Its settings.
    pub settings: TableSettings,
}

/// The attributes of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// The partition key.
    pub partition: Vec<KeyAttribute>,
    /// The sort key; empty where there is none.
    pub sort: Vec<KeyAttribute>,
}

/// A physical attribute of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyAttribute {
    /// Its physical name.
    pub attribute: String,
    /// `S`, `N` or `B`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["S", "N", "B"]))]
    pub ty: String,
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// `global` or `local`.
    #[schemars(extend("enum" = ["global", "local"]))]
    pub kind: String,
    /// Its key.
    pub key: Key,
    /// What its entries carry.
    pub projection: ProjectionEntry,
}

/// What the entries of an index carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProjectionEntry {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["ALL", "KEYS_ONLY", "INCLUDE"]))]
    pub ty: String,
    /// The physical attributes of `INCLUDE`.
    pub attributes: Vec<String>,
}

/// Settings of a table, for those who create it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableSettings {
    /// `on_demand` or `provisioned`.
    #[schemars(extend("enum" = ["on_demand", "provisioned"]))]
    pub billing: String,
    /// Read capacity units, from and to, where provisioned.
    pub read_capacity: Option<[u64; 2]>,
    /// Write capacity units, from and to, where provisioned.
    pub write_capacity: Option<[u64; 2]>,
    /// Target utilisation of autoscaling in percent, where provisioned.
    pub target_percent: Option<u32>,
    /// `standard` or `infrequent_access`.
    #[schemars(extend("enum" = ["standard", "infrequent_access"]))]
    pub class: String,
    /// Days of point-in-time recovery; null: off.
    pub point_in_time_recovery_days: Option<u32>,
    /// Whether the table is protected from deletion.
    pub deletion_protection: bool,
    /// `aws_owned`, `aws_managed` or `customer_key`.
    #[schemars(extend("enum" = ["aws_owned", "aws_managed", "customer_key"]))]
    pub encryption: String,
    /// The customer's key.
    pub kms_key: Option<String>,
    /// The stream's view type; null: no stream.
    pub stream: Option<String>,
    /// Regions of replicas.
    pub replicas: Vec<String>,
    /// `eventual` or `strong`.
    #[schemars(extend("enum" = ["eventual", "strong"]))]
    pub consistency: String,
    /// Whether alarms are wanted.
    pub alarms: bool,
    /// Whether Contributor Insights are wanted.
    pub contributor_insights: bool,
    /// Read request units a second at most, on demand.
    pub max_read_units: Option<u64>,
    /// Write request units a second at most, on demand.
    pub max_write_units: Option<u64>,
    /// Read units a second that the table and each global index serve at once; null: what a new table serves.
    pub warm_read_units: Option<u64>,
    /// Write units a second that the table and each global index serve at once; null: what a new table serves.
    pub warm_write_units: Option<u64>,
    /// A `DynamoDB` Accelerator cluster; null: none.
    pub dax: Option<DaxEntry>,
    /// Tags.
    pub tags: std::collections::BTreeMap<String, String>,
}

/// A `DynamoDB` Accelerator cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DaxEntry {
    /// The type of its nodes.
    pub node_type: String,
    /// How many nodes.
    pub nodes: u32,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// The attributes of its identity, in their order.
    pub identity: Vec<String>,
    /// Every declared attribute: the identity first, the rest by name.
    pub stored: Vec<Stored>,
    /// References to other entities.
    pub references: Vec<ReferenceEntry>,
    /// The attribute after whose time an item counts as gone.
    pub ttl: Option<String>,
    /// The physical items of one instance, the item itself first.
    pub kinds: Vec<Kind>,
    /// How many items there will be.
    pub count: u64,
    /// Estimated bytes of a whole item, keys included.
    pub item_bytes: u64,
}

/// A declared attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stored {
    /// Its name in the design.
    pub attribute: String,
    /// Its physical name.
    pub name: String,
    /// Its type in the design; `enumeration` with `values`.
    #[serde(rename = "type")]
    pub ty: String,
    /// The values of an enumeration.
    pub values: Option<Vec<String>>,
    /// How it is stored: `string`, `timestamp`, `number`, `boolean`, `binary`, `list`, `map`, `string_set`, `number_set`.
    #[serde(rename = "as")]
    #[schemars(extend("enum" = ["string", "timestamp", "number", "boolean", "binary", "list", "map", "string_set", "number_set"]))]
    pub stored_as: String,
    /// Whether an item may lack it.
    pub optional: bool,
    /// Whether it can change.
    pub mutable: bool,
    /// Whether empty text is refused, because it is a key attribute by itself.
    pub nonempty: bool,
    /// The most bytes of a text, or the greatest absolute value of a number.
    pub max: Option<u64>,
    /// What `create` and `put` write when nothing is given.
    pub default: Option<serde_json::Value>,
    /// How it is computed.
    pub derived: Option<DerivedEntry>,
    /// What it is.
    pub description: Option<String>,
}

/// How an attribute is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DerivedEntry {
    /// `day`, `month`, `year`, `hour`, `lower`, `prefix`, `bucket` or `concat`.
    #[schemars(extend("enum" = ["day", "month", "year", "hour", "lower", "prefix", "bucket", "concat"]))]
    pub function: String,
    /// Its sources.
    pub of: Vec<String>,
    /// The length of `prefix`, the number of buckets of `bucket`.
    pub argument: Option<u32>,
}

/// A reference to another entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceEntry {
    /// Its name.
    pub name: String,
    /// The entities that may be meant: any one of them.
    pub entities: Vec<String>,
    /// The attributes that hold the key, in its order.
    pub attributes: Vec<String>,
}

/// A kind of physical item of an entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kind {
    /// Its name: the entity's, of a guard with its attributes.
    pub name: String,
    /// `item` or `guard`.
    #[schemars(extend("enum" = ["item", "guard"]))]
    pub role: String,
    /// The table.
    pub table: String,
    /// The physical attribute and value by which its items are known.
    pub discriminator: Discriminator,
    /// The attributes that it carries; null: all.
    pub attributes: Option<Vec<String>>,
    /// The attributes that a guard keeps unique.
    pub unique: Option<Vec<String>>,
    /// The namespace that a guard shares with those of other entities.
    pub namespace: Option<String>,
    /// The epoch beside a time to live that is none.
    pub ttl: Option<TtlEntry>,
    /// Its key in each index that it is in, the table first.
    pub keys: Vec<KeyEntry>,
}

/// How items of a kind are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Discriminator {
    /// The physical attribute.
    pub attribute: String,
    /// Its value.
    pub value: String,
}

/// An epoch that a time to live needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TtlEntry {
    /// The physical attribute: seconds, rounded up.
    pub attribute: String,
    /// The attribute whose time it is.
    pub of: String,
}

/// The key of a kind in an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyEntry {
    /// The index; null: the table.
    pub index: Option<String>,
    /// One template for each attribute of the partition key.
    pub partition: Vec<KeyTemplate>,
    /// One template for each attribute of the sort key.
    pub sort: Vec<KeyTemplate>,
    /// Which items are in the index, beside that they have every attribute of the key; null: all.
    pub only_when: Option<Vec<Condition>>,
}

/// How a key attribute is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyTemplate {
    /// For people.
    pub template: String,
    /// What counts.
    pub segments: Vec<Segment>,
}

/// A part of a key value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Segment {
    /// Text as it is.
    Literal {
        /// The text.
        literal: String,
    },
    /// An attribute of the item.
    Attribute {
        /// Its name in the design.
        attribute: String,
        /// How it is encoded.
        encoding: String,
    },
    /// The shard of the item.
    Shard {
        /// What is hashed.
        shard: ShardOf,
        /// How the number is encoded.
        encoding: String,
    },
    /// A value of the caller.
    Parameter {
        /// Its name.
        parameter: String,
        /// How it is encoded.
        encoding: String,
    },
    /// A variable of `for_each`.
    Variable {
        /// Its name.
        variable: String,
        /// How it is encoded.
        encoding: String,
    },
    /// A physical attribute of a row of an earlier step.
    Row {
        /// Its physical name.
        row: String,
        /// How it is stored.
        #[serde(rename = "as")]
        stored_as: String,
        /// How it is encoded.
        encoding: String,
    },
}

/// The hash of some attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShardOf {
    /// Whose plain texts, each followed by `#`.
    pub of: Vec<String>,
    /// Modulo this.
    pub count: u32,
}

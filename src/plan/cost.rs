//! The document's cost: what the design costs a month, of what it is made, and what it would cost otherwise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the design costs a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// The region of the prices.
    pub region: String,
    /// When the prices were valid.
    pub prices_as_of: String,
    /// In all.
    pub usd_per_month: f64,
    /// Requests that read.
    pub read_usd_per_month: f64,
    /// Requests that write, what they do to indexes included.
    pub write_usd_per_month: f64,
    /// Storage of items, index entries and guards.
    pub storage_usd_per_month: f64,
    /// Point-in-time recovery.
    pub recovery_usd_per_month: f64,
    /// Provisioned capacity that no pattern uses.
    pub idle_usd_per_month: f64,
    /// The prices of the units.
    pub unit_prices: UnitPrices,
    /// Storage and writes of each entity, sorted by name.
    pub by_entity: Vec<CostLine>,
    /// What the table and each index takes, in the order of their numbers.
    pub by_index: Vec<CostLine>,
    /// Each pattern, sorted by name.
    pub by_pattern: Vec<CostLine>,
    /// The same design in each billing mode and table class.
    pub alternatives: Vec<Alternative>,
    /// When provisioned capacity is the cheaper one.
    pub provisioned: Provisioned,
    /// The cheapest designs with this many indexes, one more, two more.
    pub frontier: Vec<FrontierPoint>,
    /// What the numbers rest on, in words.
    pub assumptions: Vec<String>,
}

/// Prices in US dollars, in all Regions of the table together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitPrices {
    /// A million read units.
    pub read_million: f64,
    /// A million write units of the table.
    pub table_write_million: f64,
    /// A million write units of indexes.
    pub index_write_million: f64,
    /// A gigabyte (2^30 bytes) of storage for a month.
    pub storage_gb: f64,
    /// A gigabyte of point-in-time recovery for a month; 0 where it is off.
    pub recovery_gb: f64,
}

/// What a part of the design costs, and the units behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostLine {
    /// Which part.
    pub name: String,
    /// US dollars a month.
    pub usd_per_month: f64,
    /// Read units a month.
    pub read_units: u64,
    /// Write units of the table a month.
    pub table_write_units: u64,
    /// Write units of indexes a month.
    pub index_write_units: u64,
    /// Bytes of storage that are charged.
    pub stored_bytes: u64,
}

/// What the design costs in a billing mode and table class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// `on_demand` or `provisioned`.
    #[schemars(extend("enum" = ["on_demand", "provisioned"]))]
    pub billing: String,
    /// `standard` or `infrequent_access`.
    #[schemars(extend("enum" = ["standard", "infrequent_access"]))]
    pub class: String,
    /// US dollars a month.
    pub usd_per_month: f64,
}

/// When provisioned capacity is cheaper than paying by request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provisioned {
    /// The percentage of provisioned read capacity that must be used on average for it to be the cheaper one; null where
    /// requests are free.
    pub read_break_even_percent: Option<f64>,
    /// The same for write capacity.
    pub write_break_even_percent: Option<f64>,
    /// The percentage of read capacity that would be used, were it always enough for the peak at the usual target.
    pub read_used_percent: f64,
    /// The same for write capacity.
    pub write_used_percent: f64,
}

/// The cheapest design with a number of indexes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrontierPoint {
    /// Secondary indexes.
    pub indexes: usize,
    /// US dollars a month.
    pub usd_per_month: f64,
    /// The storage in it, with point-in-time recovery.
    pub storage_usd_per_month: f64,
    /// The patterns that cost otherwise than in the design with the fewest indexes, sorted by name.
    pub patterns: Vec<ChangedCost>,
}

/// What a pattern costs in another design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedCost {
    /// Its name.
    pub name: String,
    /// US dollars a month.
    pub usd_per_month: f64,
    /// The same in the design with the fewest indexes.
    pub instead_of_usd_per_month: f64,
}

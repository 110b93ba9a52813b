//! What `DynamoDB` asks for units and storage in a Region.

/// The list prices of a Region at some time, in picodollars (a millionth of a millionth of a US dollar).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// The Region.
    pub region: String,
    /// The month in which they were valid, such as `2026-11`.
    pub as_of: String,
    /// Of the table class Standard.
    pub standard: ClassPrices,
    /// Of the table class Standard-Infrequent Access.
    pub infrequent_access: ClassPrices,
    /// Point-in-time recovery: a gigabyte (2^30 bytes) of the table and its local indexes for a month.
    pub recovery: u64,
    /// A request that reads the stream (`GetRecords`), other than for Lambda or a global table.
    pub stream_read: u64,
}

/// The prices of a table class, in picodollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassPrices {
    /// A read request unit.
    pub read: u64,
    /// A write request unit.
    pub write: u64,
    /// A replicated write request unit: a write of a global table, in each of its Regions.
    pub replicated_write: u64,
    /// A read capacity unit for an hour.
    pub read_hour: u64,
    /// A write capacity unit for an hour.
    pub write_hour: u64,
    /// A replicated write capacity unit for an hour.
    pub replicated_write_hour: u64,
    /// A gigabyte (2^30 bytes) of storage for a month.
    pub storage: u64,
}

impl Prices {
    /// The prices of a table class.
    #[must_use]
    pub const fn class(&self, infrequent_access: bool) -> &ClassPrices {
        if infrequent_access {
            &self.infrequent_access
        } else {
            &self.standard
        }
    }
}

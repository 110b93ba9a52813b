//! Prices: what units and storage cost a month.
//!
//! A dated table; Amazon `DynamoDB`'s on-demand prices of the Standard and Standard-Infrequent Access table classes.

/// Seconds of a month: 730 hours, as the AWS Pricing Calculator counts.
pub const MONTH: u64 = 730 * 3600;

/// Prices of a region, in picodollars (a millionth of a millionth of a US dollar).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// The region.
    pub region: &'static str,
    /// When they were valid.
    pub as_of: &'static str,
    /// A read request unit.
    pub read: u64,
    /// A write request unit.
    pub write: u64,
    /// A gigabyte (2^30 bytes) of storage for a month.
    pub storage: u64,
}

/// The Standard table class.
pub const STANDARD: Prices = Prices {
    region: "us-east-1",
    as_of: "2026-11",
    read: 125_000,
    write: 625_000,
    storage: 250_000_000_000,
};

/// The Standard-Infrequent Access table class.
pub const INFREQUENT: Prices = Prices {
    region: "us-east-1",
    as_of: "2026-11",
    read: 155_000,
    write: 780_000,
    storage: 100_000_000_000,
};

/// Bytes that storage is charged for beside each item and each index entry.
pub const STORED_OVERHEAD: u64 = 100;

impl Prices {
    /// The price of half a read unit, which an eventually consistent read of one unit costs.
    #[must_use]
    pub const fn read_half(&self) -> u64 {
        self.read / 2
    }

    /// Picodollars a month for `bytes` of items, overhead included. The free first 25 GB of an account are left out:
    /// they belong to all of its tables.
    #[must_use]
    pub const fn storing(&self, bytes: u128) -> u128 {
        bytes * self.storage as u128 / (1 << 30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::units::{read_halves, write_units};
    use crate::workload::Rate;

    /// Cents of a month for `units` at a price in each of `rate` calls.
    fn cents(rate: Rate, units: u64, price: u64) -> u128 {
        (rate.micro_calls_in(MONTH) * u128::from(units) * u128::from(price) / 1_000_000)
            .div_ceil(10_000_000_000)
    }

    #[test]
    fn worked_examples() {
        // 100 eventually consistent reads a second of 3 KB: $16.43.
        assert_eq!(
            cents(
                Rate::per_second(100),
                read_halves(3 * 1024, false),
                STANDARD.read_half()
            ),
            1643
        );
        // 50 writes a second of 1.5 KB, with an index of whole items: $328.50.
        assert_eq!(
            cents(Rate::per_second(50), 2 * write_units(1536), STANDARD.write),
            32_850
        );
        // 10 status changes a second of 600 bytes, an index of keys moves: $49.28.
        assert_eq!(
            cents(Rate::per_second(10), write_units(600) + 2, STANDARD.write),
            4928
        );
        // Two Regions, 1 KB, one index of whole items: four units of $0.625 a million.
        assert_eq!(4 * STANDARD.write, 2_500_000);
    }

    #[test]
    fn storage() {
        // 10 million items of 500 bytes and entries of 80 bytes in an index: $1.82 with gigabytes of 2^30 bytes.
        let bytes =
            10_000_000u128 * (u128::from(500 + STORED_OVERHEAD) + u128::from(80 + STORED_OVERHEAD));
        assert_eq!(STANDARD.storing(bytes) / 10_000_000_000, 181);
        assert_eq!(
            (STANDARD.storing(bytes) + 5_000_000_000) / 10_000_000_000,
            182
        );
    }
}

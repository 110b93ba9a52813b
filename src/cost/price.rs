//! Prices: what a unit and a stored byte of a table cost, with its class, billing mode and replicas.
//!
//! Everything in picodollars (a millionth of a millionth of a US dollar). What is not counted: the free tier, taxes,
//! discounts and reserved capacity, and the requests of readers of the stream (Lambda and global tables read it for
//! nothing). Sources: Amazon `DynamoDB` pricing; the Amazon `DynamoDB` Developer Guide, "Understanding Amazon
//! `DynamoDB` billing for global tables" and "`DynamoDB` throughput capacity".

use crate::workload::{Billing, Settings, Workload};

/// Seconds of a month: 730 hours, as the AWS Pricing Calculator counts.
pub const MONTH: u64 = HOURS * 3600;
/// Hours of a month.
pub const HOURS: u64 = 730;

/// Bytes that storage is charged for beside each item and each index entry.
pub const STORED_OVERHEAD: u64 = 100;
/// Bytes more of each item of a global table.
pub const REPLICATED_OVERHEAD: u64 = 48;
/// The target utilisation of capacity, in percent, where the file does not say.
pub const TARGET: u32 = 70;

/// How capacity is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By request.
    OnDemand,
    /// By provisioned capacity of which this part is used, in percent.
    Provisioned(u32),
}

impl Mode {
    /// That of a table's settings.
    #[must_use]
    pub const fn of(settings: &Settings) -> Self {
        match &settings.billing {
            Billing::OnDemand => Self::OnDemand,
            Billing::Provisioned { target, .. } => Self::Provisioned(*target),
        }
    }
}

/// What a table pays, in all its Regions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// A read unit.
    pub read: u64,
    /// A write unit of the table.
    pub write: u64,
    /// A write unit of an index.
    pub index_write: u64,
    /// A gigabyte (2^30 bytes) of storage for a month.
    pub storage: u64,
    /// Point-in-time recovery: a gigabyte of the table and its local indexes for a month; 0 where it is off.
    pub recovery: u64,
    /// A read capacity unit for an hour, in one Region.
    pub read_hour: u64,
    /// A write capacity unit of the table for an hour.
    pub write_hour: u64,
    /// A write capacity unit of an index for an hour.
    pub index_write_hour: u64,
    /// Bytes charged beside each item.
    pub overhead: u64,
    /// The Regions of the table.
    pub regions: u64,
}

impl Prices {
    /// The prices of a workload's table as its settings are.
    #[must_use]
    pub const fn of(workload: &Workload) -> Self {
        let settings = &workload.settings;
        Self::with(workload, settings.infrequent_access, Mode::of(settings))
    }

    /// The prices of a workload's table in another class or billing mode.
    #[must_use]
    pub const fn with(workload: &Workload, infrequent_access: bool, mode: Mode) -> Self {
        let settings = &workload.settings;
        let class = workload.prices.class(infrequent_access);
        let regions = settings.replicas.len() as u64 + 1;
        let global = regions > 1;
        let (read, write, replicated) = match mode {
            Mode::OnDemand => (class.read, class.write, class.replicated_write),
            Mode::Provisioned(target) => (
                used(class.read_hour, target),
                used(class.write_hour, target),
                used(class.replicated_write_hour, target),
            ),
        };
        let write_hour = if global {
            class.replicated_write_hour.saturating_mul(regions)
        } else {
            class.write_hour
        };
        Self {
            read_hour: class.read_hour,
            write_hour,
            index_write_hour: class.write_hour.saturating_mul(regions),
            regions,
            read,
            // A write of a global table is charged in each Region, the first one included; what it does to a global
            // index is charged there as any other write.
            write: if global {
                replicated.saturating_mul(regions)
            } else {
                write
            },
            index_write: write.saturating_mul(regions),
            storage: class.storage.saturating_mul(regions),
            recovery: if settings.recovery_days.is_some() {
                workload.prices.recovery.saturating_mul(regions)
            } else {
                0
            },
            overhead: STORED_OVERHEAD + if global { REPLICATED_OVERHEAD } else { 0 },
        }
    }

    /// Picodollars a month for `bytes` of items or entries, overhead included. The free first 25 GB of an account are
    /// left out: they belong to all of its tables.
    #[must_use]
    pub const fn storing(&self, bytes: u128) -> u128 {
        bytes.saturating_mul(self.storage as u128) / (1 << 30)
    }

    /// Picodollars a month for point-in-time recovery of `bytes` of the table or of a local index.
    #[must_use]
    pub const fn recovering(&self, bytes: u128) -> u128 {
        bytes.saturating_mul(self.recovery as u128) / (1 << 30)
    }
}

/// The price of a unit of capacity that is paid by the hour and used to `target` percent.
const fn used(hour: u64, target: u32) -> u64 {
    let target = if target == 0 { 1 } else { target as u64 };
    hour.saturating_mul(100) / (3600 * target)
}

/// The part of provisioned capacity, in tenths of a percent, that must be used for it to cost no more than requests;
/// `None` where requests cost nothing.
#[must_use]
pub fn break_even(hour: u64, request: u64) -> Option<u64> {
    let request = u128::from(request) * 3600;
    if request == 0 {
        return None;
    }
    u64::try_from((u128::from(hour) * 1000 + request / 2) / request).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::units::{read_halves, write_units};
    use crate::workload::Rate;

    const STANDARD: Prices = Prices {
        read: 125_000,
        write: 625_000,
        index_write: 625_000,
        storage: 250_000_000_000,
        recovery: 200_000_000_000,
        read_hour: 130_000_000,
        write_hour: 650_000_000,
        index_write_hour: 650_000_000,
        overhead: STORED_OVERHEAD,
        regions: 1,
    };

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
                STANDARD.read / 2
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
    #[test]
    fn where_capacity_becomes_cheaper() {
        // $0.00065 an hour against $0.625 a million, $0.00013 against $0.125: at 28.9 % use.
        assert_eq!(break_even(650_000_000, 625_000), Some(289));
        assert_eq!(break_even(130_000_000, 125_000), Some(289));
        assert_eq!(break_even(130_000_000, 0), None);
        // Used to 100 %, a million write units cost $0.1806; to 70 %, $0.2579.
        assert_eq!(
            (used(650_000_000, 100), used(650_000_000, 70)),
            (180_555, 257_936)
        );
    }
}

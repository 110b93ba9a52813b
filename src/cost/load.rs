//! What the table and each of its indexes take: units on average and at the peak, bytes; and what capacity costs that
//! nobody uses.
//!
//! Promises: the loads of all places add up to what the patterns take. Source of what capacity is paid for: the Amazon
//! `DynamoDB` Developer Guide, "`DynamoDB` throughput capacity" and "Managing throughput capacity automatically with
//! `DynamoDB` auto scaling".

use super::model::{Model, Units};
use super::price::{HOURS, MONTH, TARGET};
use crate::estimate::WHOLE;
use crate::layout::Kind;
use crate::schema::Schema;
use crate::workload::{Billing, Pattern, Rate};

/// What a place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// Millionths of units a month, on average.
    pub month: Units,
    /// Millionths of units a second, at the peak.
    pub peak: Units,
    /// Bytes that are charged.
    pub bytes: u128,
}

impl Load {
    /// Millionths of units a month of calls at a rate.
    #[must_use]
    pub fn month_of(rate: Rate, units: Units) -> Units {
        taken(rate, units, MONTH)
    }

    /// Adds what the calls of a pattern take that come to one of `share` of its variants.
    pub(super) fn add(&mut self, of: &Pattern, units: Units, share: u128) {
        let (month, peak) = (taken(of.rate, units, MONTH), taken(of.peak, units, 1));
        self.month = self.month.plus(month.times(1, share));
        self.peak = self.peak.plus(peak.times(1, share));
    }
}

/// Millionths of units in `seconds` of calls at a rate.
fn taken(rate: Rate, units: Units, seconds: u64) -> Units {
    let calls = rate.micro_calls_in(seconds);
    let of = |micro: u128| calls.saturating_mul(micro) / u128::from(WHOLE);
    Units {
        read: of(units.read),
        write: of(units.write),
        index_write: of(units.index_write),
    }
}

impl Model<'_> {
    /// The loads that have capacity of their own: the table with its local indexes, each global index.
    #[must_use]
    pub fn pools(&self, schema: &Schema, loads: &[Load]) -> Vec<Load> {
        let mut made: Vec<Load> = loads.iter().take(1).copied().collect();
        for (index, load) in schema.indexes.iter().zip(loads.iter().skip(1)) {
            match (index.kind, made.first_mut()) {
                (Kind::Local, Some(table)) => {
                    table.month = table.month.plus(load.month);
                    table.peak = table.peak.plus(load.peak);
                }
                _ => made.push(*load),
            }
        }
        made
    }

    /// The prices of a write unit in a pool, and of one that is paid by the hour.
    const fn write_prices(&self, pool: usize) -> (u64, u64) {
        let of = &self.prices;
        if pool == 0 {
            (of.write, of.write_hour)
        } else {
            (of.index_write, of.index_write_hour)
        }
    }

    /// Picodollars a month of provisioned capacity that no pattern uses: what the least capacity of each pool costs
    /// beyond what it takes. None on demand.
    #[must_use]
    pub fn idle(&self, pools: &[Load]) -> u128 {
        let Billing::Provisioned { read, write, .. } = &self.workload.settings.billing else {
            return 0;
        };
        let of = &self.prices;
        let unused = |least: u64, hour: u64, micro: u128, price: u64| {
            hours(u128::from(least), hour).saturating_sub(priced(micro, price))
        };
        // Only this Region's reads are known; each replica has its least capacity all the same.
        let replicas =
            hours(u128::from(read.min), of.read_hour).saturating_mul(u128::from(of.regions - 1));
        let each = pools.iter().enumerate().map(|(at, load)| {
            let (price, hour) = self.write_prices(at);
            unused(read.min, of.read_hour, load.month.read, of.read)
                .saturating_add(unused(write.min, hour, load.month.writes(), price))
                .saturating_add(replicas)
        });
        each.fold(0, u128::saturating_add)
    }

    /// Picodollars a month of capacity that stays as great as the peak needs at the usual target utilisation.
    #[must_use]
    pub fn provisioned_for_peak(&self, pools: &[Load]) -> u128 {
        let of = &self.prices;
        let each = pools.iter().enumerate().map(|(at, load)| {
            // A replica has a unit for the reads that nobody declared.
            let read = capacity(load.peak.read) + u128::from(of.regions - 1);
            let write = capacity(load.peak.writes());
            hours(read, of.read_hour).saturating_add(hours(write, self.write_prices(at).1))
        });
        each.fold(0, u128::saturating_add)
    }
}

/// What part of capacity that is as great as the peak needs is used on average, in tenths of a percent: of reads and of
/// writes.
#[must_use]
pub fn utilisation(pools: &[Load]) -> (u64, u64) {
    let part = |units: fn(&Units) -> u128| {
        let used: u128 = pools.iter().map(|l| units(&l.month)).sum();
        let had: u128 = pools.iter().map(|l| capacity(units(&l.peak))).sum();
        let had = had.saturating_mul(u128::from(MONTH) * u128::from(WHOLE));
        u64::try_from(used.saturating_mul(1000).saturating_add(had / 2) / had.max(1))
            .unwrap_or(u64::MAX)
    };
    (part(|u| u.read), part(|u| u.writes()))
}

/// Picodollars of millionths of units.
#[must_use]
pub fn priced(micro: u128, price: u64) -> u128 {
    micro.saturating_mul(u128::from(price)) / u128::from(WHOLE)
}

/// Picodollars a month of capacity units.
fn hours(units: u128, price: u64) -> u128 {
    units
        .saturating_mul(u128::from(HOURS))
        .saturating_mul(u128::from(price))
}

/// The capacity units, at least one, of which a peak of millionths of units a second takes the usual part.
fn capacity(peak: u128) -> u128 {
    (peak * 100)
        .div_ceil(u128::from(TARGET) * u128::from(WHOLE))
        .max(1)
}

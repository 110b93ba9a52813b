//! What the table and each of its indexes take: units on average and at the peak, bytes; and what capacity costs that
//! nobody uses.
//!
//! Promises: the loads of all places add up to what the patterns take. Source of what capacity is paid for: the Amazon
//! `DynamoDB` Developer Guide, "`DynamoDB` throughput capacity" and "Managing throughput capacity automatically with
//! `DynamoDB` auto scaling".

use super::model::{Model, Place, Units};
use super::price::{HOURS, MONTH, TARGET};
use super::storage::Bytes;
use crate::estimate::WHOLE;
use crate::layout::Kind;
use crate::schema::Schema;
use crate::workload::{Billing, EntityId, PatternId, Rate};

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
}

/// How large items and entries are, where it is known of all entities.
fn known(all: &[Bytes]) -> impl Fn(EntityId, Place) -> u64 {
    |entity, place| all[usize::from(entity.0)].at(place)
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
    /// The loads of the table and of its indexes, the table first.
    #[must_use]
    pub fn loads(&self, schema: &Schema) -> Vec<Load> {
        let mut made = vec![Load::default(); schema.indexes.len() + 1];
        let at = |place: Place| place.map_or(0, |index| index + 1);
        let all = self.all_bytes(schema);
        for (entity, bytes) in self.workload.entity_ids().zip(&all) {
            self.stored_of(schema, entity, bytes, |place, bytes| {
                made[at(place)].bytes += bytes;
            });
        }
        let mut add = |pattern: PatternId, place: Place, units: Units, share: u128| {
            let (of, load) = (self.workload.pattern(pattern), &mut made[at(place)]);
            let (month, peak) = (taken(of.rate, units, MONTH), taken(of.peak, units, 1));
            load.month = load.month.plus(month.times(1, share));
            load.peak = load.peak.plus(peak.times(1, share));
        };
        for (pattern, step) in self.workload.steps() {
            let bytes = &all[usize::from(step.entity.0)];
            let units = self.step_of(schema, pattern, step, bytes);
            units.at(|place, units| add(pattern, place, units, 1));
        }
        let (siblings, sizes) = (self.variants_of_patterns(), known(&all));
        for (variant, served) in schema.served.iter().enumerate() {
            let pattern = self.variants[variant].pattern;
            let share = siblings[usize::from(pattern.0)];
            self.read_of(variant, served, &sizes, |place, units| {
                add(pattern, place, units, share);
            });
        }
        made
    }

    /// How large the items and entries of all entities are.
    fn all_bytes(&self, schema: &Schema) -> Vec<Bytes> {
        let entities = self.workload.entity_ids();
        entities.map(|e| self.bytes(schema, e)).collect()
    }

    /// How many variants each pattern has.
    fn variants_of_patterns(&self) -> Vec<u128> {
        let mut made = vec![0; self.workload.patterns.len()];
        for variant in self.variants {
            made[usize::from(variant.pattern.0)] += 1;
        }
        made
    }

    /// What one call of each pattern takes; calls are taken as spread evenly over the variants of a pattern.
    #[must_use]
    pub fn calls(&self, schema: &Schema) -> Vec<Units> {
        let mut made = vec![Units::default(); self.workload.patterns.len()];
        let mut reads = made.clone();
        let all = self.all_bytes(schema);
        let sizes = known(&all);
        for (pattern, step) in self.workload.steps() {
            let at = usize::from(pattern.0);
            let bytes = &all[usize::from(step.entity.0)];
            let units = self.step_of(schema, pattern, step, bytes).total();
            made[at] = made[at].plus(units);
        }
        for (variant, served) in schema.served.iter().enumerate() {
            let at = usize::from(self.variants[variant].pattern.0);
            reads[at] = reads[at].plus(self.units_of(variant, served, &sizes));
        }
        let siblings = self.variants_of_patterns();
        for ((units, read), n) in made.iter_mut().zip(&reads).zip(siblings) {
            *units = units.plus(read.times(1, n.max(1)));
        }
        made
    }

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

    /// Picodollars a month of the whole schema: what its entities and reads cost, and capacity that nobody uses.
    #[must_use]
    pub fn total(&self, schema: &Schema) -> u128 {
        let entities = self.workload.entity_ids();
        let (all, costs): (Vec<Bytes>, Vec<u128>) = entities.map(|e| self.sized(schema, e)).unzip();
        let entities: u128 = costs.iter().sum();
        let sizes = known(&all);
        let idle = match &self.workload.settings.billing {
            Billing::OnDemand => 0,
            Billing::Provisioned { .. } => self.idle(&self.pools(schema, &self.loads(schema))),
        };
        let reads: u128 = (0..self.variants.len())
            .map(|v| self.variant_of(v, &schema.served[v], &sizes))
            .sum();
        entities + reads + idle
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

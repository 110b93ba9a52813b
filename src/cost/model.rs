//! The monthly cost of a schema: what each read, each write and each stored entry takes.
//!
//! Promises: costs add up over entities and reads, and more to serve never costs less; the solver's bounds rest on
//! that. How often things happen is taken from the file; where it is silent, from [`crate::estimate`]. A `put` counts as
//! a new item; an `update` finds its item; what is returned is there.

use super::price::{MONTH, Prices};
use super::size;
use super::units::{query_halves, read_halves};
use crate::demand::{Demand, Part, Variant, Ways};
use crate::estimate::{self, Chosen, WHOLE};
use crate::schema::{Schema, Served};
use crate::workload::{EntityId, PatternId, Rate, Read, Step, Workload, WriteVerb};
use std::ops::Range;

/// What a call takes on average, in millionths of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    /// Read units.
    pub read: u128,
    /// Write units of the table.
    pub write: u128,
    /// Write units of its indexes.
    pub index_write: u128,
}

impl Units {
    pub(super) fn halves(halves: u64) -> Self {
        Self {
            read: u128::from(halves) * u128::from(WHOLE) / 2,
            ..Self::default()
        }
    }

    /// Write units of the table and its indexes.
    #[must_use]
    pub const fn writes(self) -> u128 {
        self.write + self.index_write
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            read: self.read.saturating_add(other.read),
            write: self.write.saturating_add(other.write),
            index_write: self.index_write.saturating_add(other.index_write),
        }
    }

    /// A part of it, rounded down.
    #[must_use]
    pub const fn times(self, part: u128, of: u128) -> Self {
        Self {
            read: self.read.saturating_mul(part) / of,
            write: self.write.saturating_mul(part) / of,
            index_write: self.index_write.saturating_mul(part) / of,
        }
    }
}

/// The table, or one of its indexes.
pub type Place = Option<usize>;

/// Bytes of an entity's item, or of its entry in an index.
pub type Sizes<'s> = &'s dyn Fn(EntityId, Place) -> u64;

/// What a read reads and returns, in millionths of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Items {
    /// Items that the request reads.
    pub read: u128,
    /// Items that it returns.
    pub returned: u128,
    /// Requests.
    pub requests: u64,
}

/// Requests that a demand takes.
pub(super) fn requests(demand: &Demand) -> u64 {
    let fan: u64 = demand.fan.iter().map(|(_, v)| v.len() as u64).product();
    (fan * u64::from(demand.shards)).max(1)
}

/// The cost model of a workload.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// Its variants, by pattern.
    pub variants: &'a [Variant],
    /// Prices.
    pub prices: Prices,
}

impl<'a> Model<'a> {
    /// The model of a workload at its prices.
    #[must_use]
    pub fn new(workload: &'a Workload, variants: &'a [Variant]) -> Self {
        Self {
            workload,
            variants,
            prices: Prices::of(workload),
        }
    }
}

impl Model<'_> {
    /// Picodollars a month of `units` in each call at `rate`.
    #[must_use]
    pub fn monthly(&self, rate: Rate, units: Units) -> u128 {
        let calls = rate.micro_calls_in(MONTH);
        let price = (units.read.saturating_mul(u128::from(self.prices.read)))
            .saturating_add(units.write.saturating_mul(u128::from(self.prices.write)))
            .saturating_add(
                units
                    .index_write
                    .saturating_mul(u128::from(self.prices.index_write)),
            );
        // Millionths of calls times millionths of units.
        (calls / 1000).saturating_mul(price) / 1_000_000_000
            + (calls % 1000).saturating_mul(price) / 1_000_000_000_000
    }

    /// Picodollars a month that an entity costs: storage of items, entries and guards, and all of its writes.
    #[must_use]
    pub fn entity(&self, schema: &Schema, entity: EntityId) -> u128 {
        let cost = |(pattern, step)| {
            let rate = self.workload.pattern(pattern).rate;
            self.monthly(rate, self.step(schema, pattern, step))
        };
        let writes: u128 = self.steps_of(entity).into_iter().map(cost).sum();
        self.storage(schema, entity) + writes
    }

    /// Picodollars a month of a variant: calls are taken as spread evenly over the variants of a pattern.
    #[must_use]
    pub fn variant(&self, schema: &Schema, variant: usize, served: &Served) -> u128 {
        self.variant_of(variant, served, &self.sizes(schema))
    }

    /// The same, where it is known how large items and entries are.
    #[must_use]
    pub fn variant_of(&self, variant: usize, served: &Served, sizes: Sizes<'_>) -> u128 {
        let pattern = self.variants[variant].pattern;
        let units = self.units_of(variant, served, sizes);
        self.monthly(self.workload.pattern(pattern).rate, units) / self.siblings(variant)
    }

    /// How many variants the pattern of a variant has, itself included.
    pub(super) fn siblings(&self, variant: usize) -> u128 {
        self.variants_of(self.variants[variant].pattern).len() as u128
    }

    /// The variants of a pattern, by their places.
    #[must_use]
    pub fn variants_of(&self, pattern: PatternId) -> Range<usize> {
        let start = self.variants.partition_point(|v| v.pattern < pattern);
        let own = self.variants[start..].partition_point(|v| v.pattern == pattern);
        start..start + own
    }

    /// What one call of a variant takes.
    #[must_use]
    pub fn read(&self, schema: &Schema, variant: usize, served: &Served) -> Units {
        self.units_of(variant, served, &self.sizes(schema))
    }

    /// The same, where it is known how large items and entries are.
    pub(super) fn units_of(&self, variant: usize, served: &Served, sizes: Sizes<'_>) -> Units {
        let mut units = Units::default();
        self.read_of(variant, served, sizes, |_, taken| {
            units = units.plus(taken);
        });
        units
    }

    /// What one call of a variant takes at each place.
    pub fn read_at(
        &self,
        schema: &Schema,
        variant: usize,
        served: &Served,
        at: impl FnMut(Place, Units),
    ) {
        self.read_of(variant, served, &self.sizes(schema), at);
    }

    /// How large items and entries are under a schema.
    fn sizes(&self, schema: &Schema) -> impl Fn(EntityId, Place) -> u64 {
        move |entity, place| match place {
            Some(index) => self.entry_bytes(schema, index, entity),
            None => self.item_bytes(schema, entity),
        }
    }

    /// What one call of a variant takes at each place, where it is known how large items and entries are.
    pub(super) fn read_of(
        &self,
        variant: usize,
        served: &Served,
        sizes: Sizes<'_>,
        mut at: impl FnMut(Place, Units),
    ) {
        let v = &self.variants[variant];
        let Some(read) = self.workload.pattern(v.pattern).action.read() else {
            return;
        };
        let own = match served {
            Served::Not => return,
            Served::ByKey => {
                let entity = read.entities.first().copied().unwrap_or(EntityId(0));
                Units::halves(read_halves(sizes(entity, None), read.consistent))
                    .times(u128::from(read.batch.unwrap_or(1)), 1)
            }
            Served::Scan(_) => {
                let all: u128 = self
                    .workload
                    .entity_ids()
                    .map(|e| u128::from(self.workload.entity(e).count) * u128::from(sizes(e, None)))
                    .sum();
                Units::halves(query_halves(
                    u64::try_from(all).unwrap_or(u64::MAX),
                    read.consistent,
                ))
            }
            Served::Table(demand) | Served::Index(_, demand) => {
                let place = match served {
                    Served::Index(index, _) => Some(*index),
                    _ => None,
                };
                if let Some(reading) = self.reading(variant, demand) {
                    at(place, reading.own(place, sizes));
                    at(None, self.followed_by(&reading, sizes));
                }
                return;
            }
        };
        at(None, own);
        at(None, self.following(sizes, read, u128::from(WHOLE)));
    }

    /// What the second round of `follow` takes for so many items, in millionths.
    pub(super) fn following(&self, sizes: Sizes<'_>, read: &Read, returned: u128) -> Units {
        if read.follow.is_empty() {
            return Units::default();
        }
        let mut units = Units::default();
        for target in read.followed(self.workload) {
            let one = Units::halves(read_halves(sizes(target, None), read.consistent));
            units = units.plus(one.times(returned, u128::from(WHOLE)));
        }
        units
    }

    /// Picodollars a month that a variant costs at least when it is answered by a demand, whatever the schema.
    #[must_use]
    pub fn least(&self, variant: usize, demand: &Demand) -> u128 {
        let v = &self.variants[variant];
        let Some(read) = self.workload.pattern(v.pattern).action.read() else {
            return 0;
        };
        let requests = u128::from(requests(demand));
        let whole = crate::solve::projection::needed(self.workload, v.pattern, demand).is_none();
        let of = |p: &Part| {
            self.part_items(read, demand, p).0 * u128::from(size::item(self.workload, p.entity))
        };
        let bytes: u128 = if whole {
            demand.parts.iter().map(of).sum()
        } else {
            0
        };
        let each = bytes.div_ceil(u128::from(WHOLE) * requests);
        let halves = query_halves(u64::try_from(each).unwrap_or(u64::MAX), read.consistent);
        let units = Units::halves(halves).times(requests, 1);
        self.monthly(self.workload.pattern(v.pattern).rate, units) / self.siblings(variant)
    }

    /// What a demand reads and returns.
    #[must_use]
    pub fn items(&self, read: &Read, demand: &Demand) -> Items {
        let (read_items, returned) = demand
            .parts
            .iter()
            .map(|p| self.part_items(read, demand, p))
            .fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        Items {
            read: read_items,
            returned,
            requests: requests(demand),
        }
    }

    /// Items of one part that are read and returned, in millionths, over all requests.
    #[must_use]
    pub fn part_items(&self, read: &Read, demand: &Demand, part: &Part) -> (u128, u128) {
        let entity = self.workload.entity(part.entity);
        let whole = u128::from(WHOLE);
        let mut fixed = part.fixed;
        demand.fan.iter().for_each(|(a, _)| {
            if part.values(*a).is_none() {
                fixed.remove(*a);
            }
        });
        let chosen = Chosen {
            fixed,
            constants: &part.constants,
            exists: part.presence,
            missing: part.missing,
        };
        let mut keyed = estimate::matching(self.workload, entity, chosen);
        // A parameter narrowed by a fan-out counts each of its values.
        let narrowed = demand.fan.iter().filter(|(a, _)| part.values(*a).is_some());
        for (_, values) in narrowed {
            keyed *= values.len() as u128;
        }
        if part.bounded.is_some() {
            keyed = keyed * u128::from(estimate::RANGE_KEEPS) / whole;
        }
        let kept = u128::from(self.kept(read, demand)).max(1);
        let mut returned = keyed * kept / whole;
        let counted = demand.limited.is_none()
            || demand.limited.map(|l| demand.parts[l].entity) == Some(part.entity);
        if let Some(returns) = read.returns.filter(|_| counted && !part.single) {
            returned = u128::from(returns) * whole;
        }
        returned = returned.max(whole);
        let requests = u128::from(demand.shards)
            * demand
                .fan
                .iter()
                .map(|(_, v)| v.len() as u128)
                .product::<u128>();
        if let Some(limit) = read.limit.filter(|_| counted) {
            let most = u128::from(limit.count) * whole;
            returned = returned.min(most);
            // With parallel requests each reads up to the limit.
            return (
                (returned * requests.max(1)).min(keyed.max(returned)) * whole / kept,
                returned,
            );
        }
        if part.single {
            return (returned, returned);
        }
        (returned * whole / kept, returned)
    }

    /// What part of the items read a demand keeps, in parts per million.
    #[must_use]
    pub fn kept(&self, read: &Read, demand: &Demand) -> u64 {
        crate::demand::kept(self.workload, read, &demand.dropped)
    }

    /// Picodollars a month of a pattern, without storage, and what one call takes.
    #[must_use]
    pub fn pattern(&self, schema: &Schema, pattern: PatternId) -> (u128, Units) {
        let declared = self.workload.pattern(pattern);
        let steps = self.workload.steps_of(pattern).iter();
        let steps = steps.map(|s| self.step(schema, pattern, s));
        let mut units = steps.fold(Units::default(), Units::plus);
        let own = self.variants_of(pattern);
        let n = own.len().max(1) as u128;
        let reads = own
            .map(|v| self.read(schema, v, &schema.served[v]))
            .fold(Units::default(), Units::plus);
        units = units.plus(reads.times(1, n));
        (self.monthly(declared.rate, units), units)
    }

    /// Whether a write of an entity is one that makes items.
    #[must_use]
    pub fn creates(step: &Step) -> bool {
        matches!(step.verb, WriteVerb::Create | WriteVerb::Put)
    }

    /// Whether a variant is answered by the table's key alone.
    #[must_use]
    pub const fn by_key(variant: &Variant) -> bool {
        matches!(variant.ways, Ways::ByKey { .. })
    }
}

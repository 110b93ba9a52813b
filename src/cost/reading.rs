//! A query that answers a variant, but for how large the items and entries are.
//!
//! Promises: it depends on the workload alone, whatever the schema is, so a search works it out once.

use super::model::{Model, Place, Sizes, Units, requests};
use super::units::query_halves;
use crate::demand::{Demand, Part, Shape};
use crate::estimate::WHOLE;
use crate::workload::{EntityId, Rate, Read};

/// What a query reads.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    read: &'a Read,
    rate: Rate,
    /// How many variants share the calls.
    siblings: u128,
    requests: u128,
    /// Items that are read of each entity, in millionths.
    items: Vec<(EntityId, u128)>,
    /// Items that are returned, in millionths.
    returned: u128,
}

impl<'a> Model<'a> {
    /// The query of a demand that answers a variant.
    #[must_use]
    pub fn reading(&self, variant: usize, demand: &Demand) -> Option<Reading<'a>> {
        let pattern = self.workload.pattern(self.variants[variant].pattern);
        let read = pattern.action.read()?;
        let of = |part: &Part| (part.entity, self.part_items(read, demand, part));
        let parts: Vec<_> = demand.parts.iter().map(of).collect();
        let all: u128 = parts.iter().map(|(_, (items, _))| items).sum();
        let each = parts.iter().map(|(entity, (items, _))| (*entity, *items));
        let items = match (demand.shape, parts.first()) {
            (Shape::ScanIndex, Some((entity, _))) => vec![(*entity, all)],
            _ => each.collect(),
        };
        Some(Reading {
            read,
            rate: pattern.rate,
            siblings: self.siblings(variant),
            requests: u128::from(requests(demand)),
            items,
            returned: parts.iter().map(|(_, (_, returned))| returned).sum(),
        })
    }

    /// What a query at a place costs with what follows, in picodollars a month.
    #[must_use]
    pub fn reading_cost(&self, of: &Reading<'_>, place: Place, sizes: Sizes<'_>) -> u128 {
        let units = of.own(place, sizes).plus(self.followed_by(of, sizes));
        self.monthly(of.rate, units) / of.siblings
    }

    /// What the second round of `follow` takes.
    pub(super) fn followed_by(&self, of: &Reading<'_>, sizes: Sizes<'_>) -> Units {
        self.following(sizes, of.read, of.returned)
    }
}

impl Reading<'_> {
    /// What the query itself takes.
    pub(super) fn own(&self, place: Place, sizes: Sizes<'_>) -> Units {
        let of = |(entity, items): &(EntityId, u128)| items * u128::from(sizes(*entity, place));
        let bytes: u128 = self.items.iter().map(of).sum();
        let each = bytes.div_ceil(u128::from(WHOLE) * self.requests);
        let each = u64::try_from(each).unwrap_or(u64::MAX);
        Units::halves(query_halves(each, self.read.consistent)).times(self.requests, 1)
    }
}

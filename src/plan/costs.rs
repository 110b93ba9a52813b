//! Costs of the document, rounded for people.

use super::{Alternative, ChangedCost, Cost, CostLine, FrontierPoint, Provisioned, UnitPrices};
use crate::cost::figures::Figures;
use crate::cost::load::{Load, priced, utilisation};
use crate::cost::model::{Model, Place, Units};
use crate::cost::price::{Mode, Prices, TARGET, break_even};
use crate::estimate::WHOLE;
use crate::schema::Schema;
use crate::solve::{Point, Solution};
use crate::workload::{Billing, EntityId, PatternId, Workload};

/// Picodollars as dollars and cents.
#[must_use]
pub fn dollars(pico: u128) -> f64 {
    let cents = (pico + 5_000_000_000) / 10_000_000_000;
    hundredths(cents)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "amounts below 2^53 cents are exact, and these are for people to read"
)]
fn hundredths(n: u128) -> f64 {
    n as f64 / 100.0
}

/// Millionths as a number with at most two digits after the point.
#[must_use]
pub fn units(micro: u128) -> f64 {
    hundredths((micro + 5_000) / 10_000)
}

/// Tenths of a percent as percent.
fn percent(tenths: u64) -> f64 {
    hundredths(u128::from(tenths) * 10)
}

/// The units of a call.
#[must_use]
pub fn both(of: Units) -> (f64, f64) {
    (units(of.read), units(of.writes()))
}

/// The cost of a solution.
pub(super) fn cost(figures: &Figures<'_>, solution: &Solution) -> Cost {
    let (model, schema) = (&figures.model, figures.schema);
    let workload = model.workload;
    let loads = figures.loads();
    let pools = model.pools(schema, &loads);
    let spent = Spent::of(model, schema, &loads);
    let class = workload.prices.class(workload.settings.infrequent_access);
    let (read_used, write_used) = utilisation(&pools);
    Cost {
        region: workload.prices.region.clone(),
        prices_as_of: workload.prices.as_of.clone(),
        usd_per_month: dollars(figures.total()),
        read_usd_per_month: dollars(spent.reads),
        write_usd_per_month: dollars(spent.writes),
        storage_usd_per_month: dollars(spent.storage),
        recovery_usd_per_month: dollars(spent.recovery),
        idle_usd_per_month: dollars(model.idle(&pools)),
        unit_prices: unit_prices(&model.prices),
        by_entity: workload
            .entity_ids()
            .map(|e| entity_line(figures, e))
            .collect(),
        by_index: index_lines(model, schema, &loads),
        by_pattern: pattern_lines(figures),
        alternatives: alternatives(model, schema, &loads, &pools),
        provisioned: Provisioned {
            read_break_even_percent: break_even(class.read_hour, class.read).map(percent),
            write_break_even_percent: break_even(class.write_hour, class.write).map(percent),
            read_used_percent: percent(read_used),
            write_used_percent: percent(write_used),
        },
        frontier: frontier(workload, solution),
        assumptions: assumptions(workload),
    }
}

/// What is spent on what, in picodollars a month.
#[derive(Default)]
struct Spent {
    reads: u128,
    writes: u128,
    storage: u128,
    recovery: u128,
}

impl Spent {
    fn of(model: &Model<'_>, schema: &Schema, loads: &[Load]) -> Self {
        let mut made = Self::default();
        for (at, load) in loads.iter().enumerate() {
            made.add(model, schema, at.checked_sub(1), load);
        }
        made
    }

    fn add(&mut self, model: &Model<'_>, schema: &Schema, place: Place, load: &Load) {
        let (units, prices) = (load.month, &model.prices);
        self.reads += priced(units.read, prices.read);
        self.writes += priced(units.write, prices.write);
        self.writes += priced(units.index_write, prices.index_write);
        self.storage += prices.storing(load.bytes);
        self.recovery += model.recovery(schema, place, load.bytes);
    }

    const fn sum(&self) -> u128 {
        self.reads + self.writes + self.storage + self.recovery
    }
}

fn unit_prices(of: &Prices) -> UnitPrices {
    // A picodollar a unit is a microdollar a million; a picodollar is a millionth of that.
    let million = |pico: u64| micros(u128::from(pico));
    let gigabyte = |pico: u64| micros(u128::from(pico) / 1_000_000);
    UnitPrices {
        read_million: million(of.read),
        table_write_million: million(of.write),
        index_write_million: million(of.index_write),
        storage_gb: gigabyte(of.storage),
        recovery_gb: gigabyte(of.recovery),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "prices below 2^53 microdollars are exact"
)]
fn micros(n: u128) -> f64 {
    n as f64 / 1_000_000.0
}

/// Whole units of millionths.
fn whole(micro: u128) -> u64 {
    u64::try_from((micro + u128::from(WHOLE) / 2) / u128::from(WHOLE)).unwrap_or(u64::MAX)
}

fn line(name: &str, pico: u128, month: Units, bytes: u128) -> CostLine {
    CostLine {
        name: name.to_owned(),
        usd_per_month: dollars(pico),
        read_units: whole(month.read),
        table_write_units: whole(month.write),
        index_write_units: whole(month.index_write),
        stored_bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
    }
}

fn entity_line(figures: &Figures<'_>, entity: EntityId) -> CostLine {
    let workload = figures.model.workload;
    let bytes = figures.stored(entity).iter().map(|(_, bytes)| bytes).sum();
    let month = figures.writes_of(entity).map(|written| {
        let rate = workload.pattern(written.pattern).rate;
        Load::month_of(rate, written.units.total())
    });
    let month = month.fold(Units::default(), Units::plus);
    let name = &workload.entity(entity).name;
    line(name, figures.entity(entity), month, bytes)
}

fn index_lines(model: &Model<'_>, schema: &Schema, loads: &[Load]) -> Vec<CostLine> {
    let table = std::iter::once(model.workload.settings.name.as_str());
    let names = table.chain(schema.indexes.iter().map(|i| i.name.as_str()));
    let of = |(at, (name, load)): (usize, (&str, &Load))| {
        let mut spent = Spent::default();
        spent.add(model, schema, at.checked_sub(1), load);
        line(name, spent.sum(), load.month, load.bytes)
    };
    names.zip(loads).enumerate().map(of).collect()
}

fn pattern_lines(figures: &Figures<'_>) -> Vec<CostLine> {
    let workload = figures.model.workload;
    let of = |id: PatternId| {
        let pattern = workload.pattern(id);
        let month = Load::month_of(pattern.rate, figures.call(id));
        line(&pattern.name, figures.pattern(id), month, 0)
    };
    workload.pattern_ids().map(of).collect()
}

/// The design as it is, in each billing mode and table class. Where the file declares no capacity, it is taken as
/// great as the peak needs. What the design takes is the same in all of them.
fn alternatives(
    model: &Model<'_>,
    schema: &Schema,
    loads: &[Load],
    pools: &[Load],
) -> Vec<Alternative> {
    let workload = model.workload;
    let declared = match workload.settings.billing {
        Billing::OnDemand => None,
        Billing::Provisioned { target, .. } => Some(target),
    };
    let mut made = Vec::new();
    for (class, infrequent) in [("standard", false), ("infrequent_access", true)] {
        for billing in ["on_demand", "provisioned"] {
            let mode = match billing {
                "on_demand" => Mode::OnDemand,
                _ => Mode::Provisioned(declared.unwrap_or(TARGET)),
            };
            let other = Model {
                prices: Prices::with(workload, infrequent, mode),
                ..*model
            };
            let spent = Spent::of(&other, schema, loads);
            let pico = match (mode, declared) {
                (Mode::OnDemand, _) => spent.sum(),
                (Mode::Provisioned(_), Some(_)) => spent.sum() + other.idle(pools),
                (Mode::Provisioned(_), None) => {
                    spent.storage + spent.recovery + other.provisioned_for_peak(pools)
                }
            };
            made.push(Alternative {
                billing: billing.to_owned(),
                class: class.to_owned(),
                usd_per_month: dollars(pico),
            });
        }
    }
    made
}

/// The designs that were found beside this one, and which patterns cost something else in them than in the first.
fn frontier(workload: &Workload, solution: &Solution) -> Vec<FrontierPoint> {
    let all = &solution.frontier;
    let first = all.first().map_or(&[][..], |point| &point.patterns);
    let changed = |own: &[u128]| {
        let both = workload.patterns.iter().zip(first.iter().zip(own));
        both.map(|(pattern, (a, b))| (pattern, dollars(*a), dollars(*b)))
            .filter(|(_, a, b)| a.to_bits() != b.to_bits())
            .map(|(pattern, a, b)| ChangedCost {
                name: pattern.name.clone(),
                usd_per_month: b,
                instead_of_usd_per_month: a,
            })
            .collect()
    };
    let of = |point: &Point| FrontierPoint {
        indexes: point.indexes,
        usd_per_month: dollars(point.cost),
        storage_usd_per_month: dollars(point.storage),
        patterns: changed(&point.patterns),
    };
    all.iter().map(of).collect()
}

/// More names than this are only counted.
const MOST_NAMES: usize = 8;

/// What the numbers rest on.
fn assumptions(workload: &Workload) -> Vec<String> {
    let settings = &workload.settings;
    let mut made = vec![
        "a month has 730 hours, a gigabyte 2^30 bytes; the free tier, taxes, discounts and reserved capacity are left out"
            .to_owned(),
        "where the file is silent, a pattern is called once a second and an entity has 10k items"
            .to_owned(),
    ];
    let estimated: Vec<&str> = workload
        .entities
        .iter()
        .filter(|e| e.size.is_none())
        .map(|e| e.name.as_str())
        .collect();
    if !estimated.is_empty() {
        let whose = if estimated.len() > MOST_NAMES {
            format!("{} entities", estimated.len())
        } else {
            estimated.join(", ")
        };
        made.push(format!(
            "the `size` of {whose} is estimated from the types of the attributes"
        ));
    }
    if !settings.replicas.is_empty() {
        made.push(format!(
            "{} and {} cost the same; every write is replicated, all reads are in one Region",
            workload.prices.region,
            settings.replicas.join(", ")
        ));
    }
    let expires = workload.entities.iter().any(|e| e.ttl.is_some());
    if !settings.replicas.is_empty() && expires {
        made.push(
            "items whose time is over are deleted for nothing in one Region; the writes that this takes in the others are left out"
                .to_owned(),
        );
    }
    if settings.stream.is_some() {
        made.push(format!(
            "the stream is read by Lambda functions, for nothing; a million requests of another reader cost ${:.2}",
            micros(u128::from(workload.prices.stream_read))
        ));
    }
    match &settings.billing {
        Billing::OnDemand => made.push(format!(
            "provisioned capacity, as an alternative, is always enough for the declared peaks at {TARGET}% use"
        )),
        Billing::Provisioned { target, .. } => made.push(format!(
            "capacity follows the average load at {target}% use, and is never less than declared, in the table and in each global index"
        )),
    }
    made
}

//! Costs of the document, rounded for people.

use super::{Cost, FrontierPoint, NamedCost};
use crate::cost::model::{Model, Units};
use crate::schema::Schema;
use crate::solve::Solution;
use crate::workload::Workload;

/// Picodollars as dollars and cents.
pub(super) fn dollars(pico: u128) -> f64 {
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
pub(super) fn units(micro: u128) -> f64 {
    hundredths((micro + 5_000) / 10_000)
}

/// The units of a call.
pub(super) fn both(of: Units) -> (f64, f64) {
    (units(of.read), units(of.write))
}

/// The cost of a solution.
pub(super) fn cost(workload: &Workload, model: &Model<'_>, solution: &Solution) -> Cost {
    let schema: &Schema = &solution.schema;
    let storage: u128 = workload
        .entity_ids()
        .map(|e| model.storage(schema, e))
        .sum();
    let entity = |e| NamedCost {
        name: workload.entity(e).name.clone(),
        usd_per_month: dollars(model.entity(schema, e)),
    };
    let pattern = |p| NamedCost {
        name: workload.pattern(p).name.clone(),
        usd_per_month: dollars(model.pattern(schema, p).0),
    };
    Cost {
        region: model.prices.region.to_owned(),
        prices_as_of: model.prices.as_of.to_owned(),
        usd_per_month: dollars(model.total(schema)),
        storage_usd_per_month: dollars(storage),
        by_entity: workload.entity_ids().map(entity).collect(),
        by_pattern: workload.pattern_ids().map(pattern).collect(),
        frontier: solution
            .frontier
            .iter()
            .map(|(indexes, pico)| FrontierPoint {
                indexes: *indexes,
                usd_per_month: dollars(*pico),
            })
            .collect(),
    }
}

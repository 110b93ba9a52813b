//! Costs: whether the numbers of the document belong together and to the design.
//!
//! What a call takes is an estimate and is taken as the plan says. Derived again are the prices, the units of a month
//! (rate times what a call takes), what they cost, all sums, and what the same units cost in the other table class.

use super::Findings;
use crate::plan::{Cost, CostLine, Plan};
use crate::workload::{Billing, Workload};

const PLACE: &str = "cost";
/// Hours of a month.
const HOURS: f64 = 730.0;
/// A gigabyte of storage.
const GIGABYTE: f64 = 1_073_741_824.0;

/// Prices in US dollars.
#[derive(Clone, Copy)]
struct Prices {
    read: f64,
    table_write: f64,
    index_write: f64,
    storage: f64,
    recovery: f64,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "prices and units below 2^53 are exact, the rest is far beyond a table"
)]
const fn float(n: u64) -> f64 {
    n as f64
}

/// How units are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paid {
    /// Each by itself.
    Request,
    /// Those that are used of capacity of which so many percent are.
    Use(u32),
    /// Capacity, by the hour.
    Hour,
}

/// The prices of the design's table in one class.
fn prices(workload: &Workload, infrequent: bool, paid: Paid) -> Prices {
    let of = &workload.prices;
    let class = if infrequent {
        of.infrequent_access
    } else {
        of.standard
    };
    let global = !workload.settings.replicas.is_empty();
    let regions = workload.settings.replicas.iter().fold(1.0, |n, _| n + 1.0);
    let (read, write, replicated) = match paid {
        Paid::Request => (class.read, class.write, class.replicated_write),
        Paid::Use(_) | Paid::Hour => (
            class.read_hour,
            class.write_hour,
            class.replicated_write_hour,
        ),
    };
    // The price of a unit is a whole number of picodollars.
    let unit = |price: u64| {
        let price = match paid {
            Paid::Request | Paid::Hour => price,
            Paid::Use(target) => {
                let used = u128::from(price) * 100 / (3600 * u128::from(target));
                u64::try_from(used).unwrap_or(u64::MAX)
            }
        };
        float(price) / 1e12
    };
    let kept = workload.settings.recovery_days.is_some();
    Prices {
        read: unit(read),
        table_write: if global {
            unit(replicated) * regions
        } else {
            unit(write)
        },
        index_write: unit(write) * regions,
        storage: float(class.storage) * regions / 1e12 / GIGABYTE,
        recovery: if kept {
            float(of.recovery) * regions / 1e12 / GIGABYTE
        } else {
            0.0
        },
    }
}

const fn paid(workload: &Workload) -> Paid {
    match workload.settings.billing {
        Billing::OnDemand => Paid::Request,
        Billing::Provisioned { target, .. } => Paid::Use(target),
    }
}

/// Whether the numbers are small enough for the plan's integers to hold them: beyond, they stay at the greatest.
fn is_exact(cost: &Cost) -> bool {
    let fits = |l: &CostLine| {
        let all = [
            l.read_units,
            l.table_write_units,
            l.index_write_units,
            l.stored_bytes,
        ];
        all.iter().all(|n| *n < 1 << 62)
    };
    let lines = cost
        .by_entity
        .iter()
        .chain(&cost.by_index)
        .chain(&cost.by_pattern);
    cost.usd_per_month < 1e12 && lines.into_iter().all(fits)
}

impl Prices {
    /// Whether two amounts are equal but for the rounding of so many numbers, each to a cent or to a unit, and a
    /// hundred-millionth of them.
    fn near(&self, a: f64, b: f64, numbers: f64) -> bool {
        let one = 0.01 + self.read + self.table_write + self.index_write;
        (a - b).abs() <= one * numbers + a.abs() * 1e-8
    }

    fn units(&self, of: &CostLine) -> f64 {
        self.reads(of) + self.writes(of)
    }

    fn reads(&self, of: &CostLine) -> f64 {
        float(of.read_units) * self.read
    }

    fn writes(&self, of: &CostLine) -> f64 {
        float(of.table_write_units) * self.table_write
            + float(of.index_write_units) * self.index_write
    }
}

/// Checks the costs.
pub(super) fn check(workload: &Workload, plan: &Plan, found: &mut Findings) {
    let cost = &plan.cost;
    let own = prices(
        workload,
        workload.settings.infrequent_access,
        paid(workload),
    );
    let names =
        |lines: &[CostLine]| -> Vec<String> { lines.iter().map(|l| l.name.clone()).collect() };
    let entities: Vec<String> = plan.entities.iter().map(|e| e.name.clone()).collect();
    let patterns: Vec<String> = plan.patterns.iter().map(|p| p.name.clone()).collect();
    let tables = plan.tables.iter();
    let indexes: Vec<String> = tables
        .flat_map(|t| std::iter::once(&t.name).chain(t.indexes.iter().map(|i| &i.name)))
        .cloned()
        .collect();
    for (what, wrong) in [
        ("entities", names(&cost.by_entity) != entities),
        ("indexes", names(&cost.by_index) != indexes),
        ("patterns", names(&cost.by_pattern) != patterns),
    ] {
        if wrong {
            found.wrong(
                PLACE,
                format!("its {what} are not those of the plan, each once"),
            );
            return;
        }
    }
    if cost.region != workload.prices.region || cost.prices_as_of != workload.prices.as_of {
        found.wrong(PLACE, "the prices are of another Region or time");
    }
    unit_prices(cost, own, found);
    if !is_exact(cost) {
        return;
    }
    by_pattern(workload, plan, own, found);
    by_index(plan, own, found);
    sums(cost, own, found);
    alternatives(workload, plan, found);
    frontier(plan, found);
}

fn unit_prices(cost: &Cost, own: Prices, found: &mut Findings) {
    let of = &cost.unit_prices;
    let pairs = [
        ("a read unit", of.read_million, own.read * 1e6),
        (
            "a write unit of the table",
            of.table_write_million,
            own.table_write * 1e6,
        ),
        (
            "a write unit of an index",
            of.index_write_million,
            own.index_write * 1e6,
        ),
        ("storage", of.storage_gb, own.storage * GIGABYTE),
        (
            "point-in-time recovery",
            of.recovery_gb,
            own.recovery * GIGABYTE,
        ),
    ];
    for (what, said, is) in pairs {
        if (said - is).abs() > is * 1e-9 + 2e-6 {
            found.wrong(
                PLACE,
                format!("the price of {what} is {is}, and it says {said}"),
            );
        }
    }
}

fn by_pattern(workload: &Workload, plan: &Plan, own: Prices, found: &mut Findings) {
    let all = plan
        .patterns
        .iter()
        .zip(&workload.patterns)
        .zip(&plan.cost.by_pattern);
    for ((planned, declared), line) in all {
        let calls = float(declared.rate.micro_calls) / float(declared.rate.period.seconds())
            * HOURS
            * 3600.0
            / 1e6;
        // What a call takes is rounded to hundredths.
        let fits = |month: f64, call: f64| {
            (month - call * calls).abs() <= 0.005 * calls + month * 1e-5 + 1.0
        };
        let writes = float(line.table_write_units) + float(line.index_write_units);
        if !fits(float(line.read_units), planned.cost.read_units)
            || !fits(writes, planned.cost.write_units)
        {
            found.wrong(
                &planned.name,
                "its units a month are not its rate times those of a call",
            );
        }
        if line.usd_per_month.to_bits() != planned.cost.usd_per_month.to_bits() {
            found.wrong(&planned.name, "its monthly cost is told twice, differently");
        }
        if line.stored_bytes != 0 || !own.near(line.usd_per_month, own.units(line), 1.0) {
            found.wrong(&planned.name, "its monthly cost is not what its units cost");
        }
    }
}

/// The lines of the table and its indexes, each with whether it is restored and whether it has capacity of its own.
fn places(plan: &Plan) -> impl Iterator<Item = (&CostLine, bool, bool)> {
    let tables = plan.tables.iter();
    let kinds = tables.flat_map(|t| {
        let indexes = t
            .indexes
            .iter()
            .map(|i| (i.kind == "local", i.kind != "local"));
        std::iter::once((true, true)).chain(indexes)
    });
    plan.cost
        .by_index
        .iter()
        .zip(kinds)
        .map(|(line, (kept, pool))| (line, kept, pool))
}

fn by_index(plan: &Plan, own: Prices, found: &mut Findings) {
    for (line, kept, _) in places(plan) {
        let byte = own.storage + if kept { own.recovery } else { 0.0 };
        let is = own.units(line) + float(line.stored_bytes) * byte;
        if !own.near(line.usd_per_month, is, 1.0) {
            found.wrong(
                PLACE,
                format!(
                    "`{}` costs {is:.2}, and it says {}",
                    line.name, line.usd_per_month
                ),
            );
        }
        let table = plan.tables.iter().any(|t| t.name == line.name);
        if (table && line.index_write_units > 0) || (!table && line.table_write_units > 0) {
            found.wrong(
                PLACE,
                format!("`{}` has the write units of another place", line.name),
            );
        }
    }
}

fn sums(cost: &Cost, own: Prices, found: &mut Findings) {
    let (indexes, patterns, entities) = (&cost.by_index, &cost.by_pattern, &cost.by_entity);
    let numbers = [indexes, patterns, entities]
        .into_iter()
        .flatten()
        .fold(4.0, |n, _| n + 1.0);
    let sum =
        |of: &[CostLine], what: &dyn Fn(&CostLine) -> f64| -> f64 { of.iter().map(what).sum() };
    let bytes = |l: &CostLine| float(l.stored_bytes);
    let reads = |l: &CostLine| own.reads(l);
    let writes = |l: &CostLine| own.writes(l);
    let dollars = |l: &CostLine| l.usd_per_month;
    let parts = cost.read_usd_per_month
        + cost.write_usd_per_month
        + cost.storage_usd_per_month
        + cost.recovery_usd_per_month;
    let stored = cost.storage_usd_per_month + cost.recovery_usd_per_month;
    let claims = [
        (
            "its parts do not add up",
            cost.usd_per_month,
            parts + cost.idle_usd_per_month,
        ),
        (
            "reads cost something else",
            cost.read_usd_per_month,
            sum(indexes, &reads),
        ),
        (
            "writes cost something else",
            cost.write_usd_per_month,
            sum(indexes, &writes),
        ),
        (
            "storage costs something else",
            cost.storage_usd_per_month,
            sum(indexes, &bytes) * own.storage,
        ),
        (
            "table and indexes do not add up",
            parts,
            sum(indexes, &dollars),
        ),
        (
            "patterns do not add up",
            parts - stored,
            sum(patterns, &dollars),
        ),
        (
            "the units of patterns do not add up",
            sum(indexes, &reads),
            sum(patterns, &reads),
        ),
        (
            "the units of patterns do not add up",
            sum(indexes, &writes),
            sum(patterns, &writes),
        ),
        (
            "the writes of entities do not add up",
            sum(indexes, &writes),
            sum(entities, &writes),
        ),
        (
            "the storage of entities does not add up",
            sum(indexes, &bytes),
            sum(entities, &bytes),
        ),
        (
            "entities do not add up",
            stored + cost.write_usd_per_month + sum(entities, &reads),
            sum(entities, &dollars),
        ),
    ];
    for (what, a, b) in claims {
        if !own.near(a, b, numbers) {
            found.wrong(PLACE, format!("{what}: {a} and {b}"));
        }
    }
}

/// What the units cost by request in each class; what is declared is what is paid.
fn alternatives(workload: &Workload, plan: &Plan, found: &mut Findings) {
    let cost = &plan.cost;
    let settings = plan
        .tables
        .first()
        .map(|t| (&t.settings.billing, &t.settings.class));
    let expected = [
        ("on_demand", "standard"),
        ("provisioned", "standard"),
        ("on_demand", "infrequent_access"),
        ("provisioned", "infrequent_access"),
    ];
    let said = cost
        .alternatives
        .iter()
        .map(|a| (a.billing.as_str(), a.class.as_str()));
    if !said.eq(expected) {
        found.wrong(PLACE, "the alternatives are not both modes in both classes");
        return;
    }
    for of in &cost.alternatives {
        if settings == Some((&of.billing, &of.class))
            && !prices(workload, false, Paid::Request).near(
                of.usd_per_month,
                cost.usd_per_month,
                1.0,
            )
        {
            found.wrong(
                PLACE,
                "what is declared costs something else among the alternatives",
            );
        }
        if of.billing == "on_demand" {
            let prices = prices(workload, of.class == "infrequent_access", Paid::Request);
            let numbers = plan.cost.by_index.iter().fold(1.0, |n, _| n + 1.0);
            let is: f64 = places(plan)
                .map(|(line, kept, _)| {
                    let byte = prices.storage + if kept { prices.recovery } else { 0.0 };
                    prices.units(line) + float(line.stored_bytes) * byte
                })
                .sum();
            if !prices.near(of.usd_per_month, is, numbers) {
                found.wrong(
                    PLACE,
                    format!("on demand in the class {} it costs {is:.2}", of.class),
                );
            }
        }
    }
    let class = if workload.settings.infrequent_access {
        workload.prices.infrequent_access
    } else {
        workload.prices.standard
    };
    let of = &cost.provisioned;
    for (hour, request, said) in [
        (class.read_hour, class.read, of.read_break_even_percent),
        (class.write_hour, class.write, of.write_break_even_percent),
    ] {
        let is = (request > 0).then(|| float(hour) / (3600.0 * float(request)) * 100.0);
        let same = match (is, said) {
            (Some(is), Some(said)) => (is - said).abs() <= 0.051,
            (is, said) => is.is_none() == said.is_none(),
        };
        if !same {
            found.wrong(
                PLACE,
                format!("capacity becomes cheaper at {is:?} percent, and it says {said:?}"),
            );
        }
    }
    if (cost.idle_usd_per_month - idle(workload, plan)).abs()
        > 0.02 + cost.idle_usd_per_month * 1e-6
    {
        found.wrong(PLACE, "capacity that nobody uses costs something else");
    }
}

/// What the least capacity of the table with its local indexes, and of each global index, costs beyond its use.
fn idle(workload: &Workload, plan: &Plan) -> f64 {
    let Billing::Provisioned { read, write, .. } = &workload.settings.billing else {
        return 0.0;
    };
    let infrequent = workload.settings.infrequent_access;
    let of = prices(workload, infrequent, paid(workload));
    let hourly = prices(workload, infrequent, Paid::Hour);
    let replicas = workload.settings.replicas.iter().fold(0.0, |n, _| n + 1.0);
    let mut pools: Vec<(f64, f64, f64)> = Vec::new();
    for (line, _, own) in places(plan) {
        let (reads, writes) = (of.reads(line), of.writes(line));
        match (own, pools.first_mut()) {
            (false, Some(table)) => {
                table.0 += reads;
                table.1 += writes;
            }
            (_, None) => pools.push((reads, writes, hourly.table_write * HOURS)),
            (_, Some(_)) => pools.push((reads, writes, hourly.index_write * HOURS)),
        }
    }
    let least_reads = float(read.min) * hourly.read * HOURS;
    let each = pools.iter().map(|(reads, writes, month)| {
        (least_reads - reads).max(0.0)
            + (float(write.min) * month - writes).max(0.0)
            + least_reads * replicas
    });
    each.sum()
}

/// The cheapest designs: one more index each, none dearer than the plan with as many; and what they cost otherwise is
/// all that makes them cost otherwise.
fn frontier(plan: &Plan, found: &mut Findings) {
    let points = &plan.cost.frontier;
    if points
        .windows(2)
        .any(|two| two[0].indexes + 1 != two[1].indexes)
    {
        found.wrong(
            PLACE,
            "the cheapest designs do not have one index more each",
        );
    }
    for point in points {
        if point.indexes == plan.proof.indexes && point.usd_per_month > plan.cost.usd_per_month {
            found.wrong(
                PLACE,
                "the plan is cheaper than the cheapest design with as many indexes",
            );
        }
        let known = |name: &String| plan.patterns.iter().any(|p| p.name == *name);
        if !point.patterns.iter().all(|p| known(&p.name))
            || !point.patterns.is_sorted_by(|a, b| a.name < b.name)
        {
            found.wrong(
                PLACE,
                "a design of the frontier has patterns that the plan does not have",
            );
        }
    }
    if let Some(first) = points.first() {
        // What differs by less than a cent is not told, nor is capacity that nobody uses.
        let cents = plan.patterns.iter().fold(0.03, |sum, _| sum + 0.01);
        let paid = plan.tables.first().map(|t| t.settings.billing.as_str());
        for point in points.iter().filter(|_| paid == Some("on_demand")) {
            let changed = point.patterns.iter();
            let patterns: f64 = changed
                .map(|p| p.usd_per_month - p.instead_of_usd_per_month)
                .sum();
            let stored = point.storage_usd_per_month - first.storage_usd_per_month;
            let by = point.usd_per_month - first.usd_per_month;
            if (by - patterns - stored).abs() > cents + first.usd_per_month * 1e-8 {
                found.wrong(
                    PLACE,
                    format!(
                        "with {} indexes it costs {by:.2} more, and not what is told makes it so",
                        point.indexes
                    ),
                );
            }
        }
    }
    if points.first().is_some_and(|p| !p.patterns.is_empty()) {
        found.wrong(
            PLACE,
            "the first design of the frontier differs from itself",
        );
    }
}

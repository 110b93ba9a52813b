//! What the views show of the cost: a sentence, a line for each part, and what would be cheaper.

use super::view::{money, number};
use crate::plan::proof::plural;
use crate::plan::{Alternative, Cost, CostLine, FrontierPoint, Plan, Table};
use serde::Serialize;

/// The costs of the parts of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct CostTable {
    /// What the parts are: `Index`, `Entity`, `Pattern`.
    pub of: String,
    /// The parts; patterns by what they cost, the dearest first.
    pub rows: Vec<CostRow>,
}

/// What a part costs, and the units of a month behind it.
#[derive(Debug, Clone, Serialize)]
pub struct CostRow {
    /// Its name.
    pub name: String,
    /// Read units.
    pub read_units: String,
    /// Write units, of the table and of indexes.
    pub write_units: String,
    /// Storage.
    pub stored: String,
    /// US dollars.
    pub cost: String,
}

/// The cost in all, and what it is made of.
pub(super) fn cost_sentence(cost: &Cost, tables: &[Table]) -> String {
    let parts = [
        ("reads", cost.read_usd_per_month),
        ("writes", cost.write_usd_per_month),
        ("storage", cost.storage_usd_per_month),
        ("point-in-time recovery", cost.recovery_usd_per_month),
        ("capacity that nobody uses", cost.idle_usd_per_month),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, dollars)| *dollars > 0.0)
        .map(|(what, dollars)| format!("{what} {}", money(*dollars)))
        .collect();
    let paid = tables.first().map_or(String::new(), |t| {
        format!(", {}", way(&t.settings.billing, &t.settings.class))
    });
    let made = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    format!(
        "{} a month in {} (prices of {}){paid}{made}",
        money(cost.usd_per_month),
        cost.region,
        cost.prices_as_of
    )
}

/// A billing mode and table class in words.
fn way(billing: &str, class: &str) -> String {
    let billing = if billing == "on_demand" {
        "on demand"
    } else {
        billing
    };
    let class = if class == "standard" {
        "Standard"
    } else {
        "Standard-IA"
    };
    format!("{billing}, {class} class")
}

/// A line for each index, entity and pattern.
pub(super) fn cost_tables(cost: &Cost) -> Vec<CostTable> {
    let mut patterns: Vec<&CostLine> = cost.by_pattern.iter().collect();
    patterns.sort_by(|a, b| {
        b.usd_per_month
            .total_cmp(&a.usd_per_month)
            .then_with(|| a.name.cmp(&b.name))
    });
    let table = |of: &str, lines: Vec<&CostLine>| CostTable {
        of: of.to_owned(),
        rows: lines.into_iter().map(row).collect(),
    };
    vec![
        table("Index", cost.by_index.iter().collect()),
        table("Entity", cost.by_entity.iter().collect()),
        table("Pattern", patterns),
    ]
}

fn row(of: &CostLine) -> CostRow {
    let amount = |n: u64| {
        if n == 0 {
            String::new()
        } else {
            number(float(n))
        }
    };
    CostRow {
        name: of.name.clone(),
        read_units: amount(of.read_units),
        write_units: amount(of.table_write_units.saturating_add(of.index_write_units)),
        stored: if of.stored_bytes == 0 {
            String::new()
        } else {
            bytes(of.stored_bytes)
        },
        cost: money(of.usd_per_month),
    }
}

#[expect(clippy::cast_precision_loss, reason = "three digits of it are shown")]
const fn float(n: u64) -> f64 {
    n as f64
}

/// Bytes in the unit that suits them.
fn bytes(n: u64) -> String {
    let units = [("GB", 30), ("MB", 20), ("KB", 10)];
    let fits = units.iter().find(|(_, power)| n >= 1 << power);
    let (unit, size) = fits.map_or(("B", 1), |(unit, power)| (*unit, 1 << power));
    format!("{} {unit}", number(float(n) / float(size)))
}

/// What it would cost otherwise, and what the numbers rest on.
pub(super) fn cost_notes(plan: &Plan) -> Vec<String> {
    let cost = &plan.cost;
    let mut made = frontier(&cost.frontier);
    made.extend(alternatives(plan));
    let of = &cost.provisioned;
    if let (Some(reads), Some(writes)) = (of.read_break_even_percent, of.write_break_even_percent) {
        let percent = |n: f64| format!("{}%", number(n));
        let from = if reads.to_bits() == writes.to_bits() {
            percent(reads)
        } else {
            format!(
                "{} (reads) and {} (writes)",
                percent(reads),
                percent(writes)
            )
        };
        made.push(format!(
            "provisioned capacity is the cheaper one when at least {from} of it is used on average; of capacity that is always enough for the peaks, {} of the read and {} of the write units would be used",
            percent(of.read_used_percent),
            percent(of.write_used_percent)
        ));
    }
    made.extend(
        cost.assumptions
            .iter()
            .map(|text| format!("assumed: {text}")),
    );
    made
}

/// The other ways to pay for the same design, the cheapest first.
fn alternatives(plan: &Plan) -> Vec<String> {
    let Some(settings) = plan.tables.first().map(|t| &t.settings) else {
        return Vec::new();
    };
    let others = |a: &&Alternative| a.billing != settings.billing || a.class != settings.class;
    let mut all: Vec<&Alternative> = plan.cost.alternatives.iter().filter(others).collect();
    all.sort_by(|a, b| a.usd_per_month.total_cmp(&b.usd_per_month));
    let (cheaper, dearer): (Vec<&Alternative>, Vec<&Alternative>) = all
        .into_iter()
        .partition(|a| a.usd_per_month < plan.cost.usd_per_month);
    let told = |start: &str, of: &[&Alternative]| {
        let each =
            |a: &&Alternative| format!("{}, {}", way(&a.billing, &a.class), money(a.usd_per_month));
        let each: Vec<String> = of.iter().map(each).collect();
        (!each.is_empty()).then(|| format!("{start}: {}", each.join("; ")))
    };
    let dearer_start = if cheaper.is_empty() {
        "every other way to pay for this design costs as much or more"
    } else {
        "as much or more"
    };
    [
        told(
            "this design would cost less when paid for otherwise",
            &cheaper,
        ),
        told(dearer_start, &dearer),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What more indexes buy.
fn frontier(points: &[FrontierPoint]) -> Vec<String> {
    let Some(first) = points.first() else {
        return Vec::new();
    };
    let mut made: Vec<String> = Vec::new();
    let mut least = first.usd_per_month;
    for point in points.iter().skip(1) {
        if point.usd_per_month < least {
            least = point.usd_per_month;
            made.push(format!(
                "with {} it would cost {} a month, {} less{}",
                plural(point.indexes, "index", "indexes"),
                money(point.usd_per_month),
                money(first.usd_per_month - point.usd_per_month),
                bought(first, point)
            ));
        }
    }
    if made.is_empty() && points.len() > 1 {
        made.push("no further index would make it cheaper".to_owned());
    }
    made
}

/// The patterns and the storage whose costs another index changes.
fn bought(first: &FrontierPoint, point: &FrontierPoint) -> String {
    let mut parts: Vec<String> = point
        .patterns
        .iter()
        .map(|p| {
            format!(
                "{} {} instead of {}",
                p.name,
                money(p.usd_per_month),
                money(p.instead_of_usd_per_month)
            )
        })
        .collect();
    if point.storage_usd_per_month.to_bits() != first.storage_usd_per_month.to_bits() {
        parts.push(format!(
            "storage {} instead of {}",
            money(point.storage_usd_per_month),
            money(first.storage_usd_per_month)
        ));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    }
}

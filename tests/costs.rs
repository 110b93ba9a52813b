//! What designs cost, to the cent: worked examples from the list prices, through the whole compiler.
//!
//! Each design is small enough that its monthly cost can be worked out by hand; the sum is in a comment.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::plan::{Cost, CostLine, Plan};
use design::source::Source;
use design::{Change, Objective, Options, compile, compile_with};

fn plan(yaml: &str) -> Plan {
    let source = Source::new("design.yaml", yaml);
    let made = compile(&source, Objective::Indexes);
    made.plan
        .unwrap_or_else(|| panic(&made.diagnostics.render(&source, false, 100)))
}

#[expect(clippy::panic, reason = "a test ends there")]
fn panic(text: &str) -> ! {
    panic!("{text}")
}

fn line<'a>(lines: &'a [CostLine], name: &str) -> &'a CostLine {
    lines
        .iter()
        .find(|l| l.name == name)
        .expect("a line of this name")
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
const fn float(n: u64) -> f64 {
    n as f64
}

fn same(a: f64, b: f64) {
    assert!((a - b).abs() < 0.005, "{a} is not {b}");
}

fn alternative(cost: &Cost, billing: &str, class: &str) -> f64 {
    let found = cost
        .alternatives
        .iter()
        .find(|a| a.billing == billing && a.class == class);
    found.expect("both modes in both classes").usd_per_month
}

/// A thing of 3 KB that is read by its key 100 times a second.
const READS: &str = "
design: reads
table: { point_in_time_recovery: false }
entities:
  Thing: { key: id, attributes: { id: string }, count: 1, size: 3 KB }
patterns:
  get_thing: { get: Thing, rate: 100/s }
";

#[test]
fn reads_by_key() {
    // 0.5 read units x 100 x 2,628,000 s = 131.4 million, at $0.125 a million: $16.43.
    let made = plan(READS);
    let of = line(&made.cost.by_pattern, "get_thing");
    assert_eq!((of.read_units, of.table_write_units), (131_400_000, 0));
    same(of.usd_per_month, 16.43);
    same(made.cost.read_usd_per_month, 16.43);
}

#[test]
fn classes_and_capacity() {
    let cost = plan(READS).cost;
    // 131.4 million read units at $0.155 a million.
    same(alternative(&cost, "on_demand", "infrequent_access"), 20.37);
    // The peak is 300 calls of half a unit a second; 150 / 0.7 are 215 units of $0.00013 an hour, with one unit for
    // writes: 730 x (215 x 0.00013 + 0.00065) = $20.88.
    same(alternative(&cost, "provisioned", "standard"), 20.88);
    // 730 x (215 x 0.00016 + 0.00081) = $25.70.
    same(
        alternative(&cost, "provisioned", "infrequent_access"),
        25.70,
    );
    // Of the 215 units 50 are used; capacity costs less from $0.00013 / 3600 s / $0.125 a million = 28.9 % on.
    same(cost.provisioned.read_used_percent, 23.3);
    assert_eq!(cost.provisioned.read_break_even_percent, Some(28.9));
    assert_eq!(cost.provisioned.write_break_even_percent, Some(28.9));
}

#[test]
fn capacity_is_cheaper_where_the_load_is_even() {
    let even = READS.replace("rate: 100/s", "rate: 100/s, peak: 100/s");
    let cost = plan(&even).cost;
    // 50 / 0.7 are 72 units: 730 x (72 x 0.00013 + 0.00065) = $7.31.
    same(alternative(&cost, "provisioned", "standard"), 7.31);
    assert!(cost.usd_per_month > 7.31);
    assert!(cost.provisioned.read_used_percent > 28.9);
}

#[test]
fn declared_capacity_with_its_least() {
    let declared = READS.replace(
        "point_in_time_recovery: false",
        "point_in_time_recovery: false, billing: { provisioned: { read: 10..4000, write: 20..100, target: 50% } }",
    );
    let cost = plan(&declared).cost;
    // 50 units a second used to 50 % are 100 units of $0.00013 an hour: $9.49. Of at least 20 units for writes none is
    // used: 730 x 20 x 0.00065 = $9.49, too.
    same(cost.read_usd_per_month, 9.49);
    same(cost.idle_usd_per_month, 9.49);
    same(cost.usd_per_month, 18.98);
    same(alternative(&cost, "provisioned", "standard"), 18.98);
    same(alternative(&cost, "on_demand", "standard"), 16.43);
}

#[test]
fn writes_with_an_index_of_whole_items() {
    let made = plan(
        "
design: writes
table: { point_in_time_recovery: false }
entities:
  Thing:
    key: id
    attributes: { id: uuid, owner: { type: string, immutable: true } }
    count: 1
    size: 1.5 KB
patterns:
  put_thing: { create: Thing, rate: 50/s }
  get_thing: { get: Thing, rate: 0/s }
  things_of: { list: Thing, by: owner, rate: 0/s }
",
    );
    // (2 + 2) write units x 50 x 2,628,000 s = 525.6 million, at $0.625 a million: $328.50.
    let of = line(&made.cost.by_pattern, "put_thing");
    assert_eq!(
        (of.table_write_units, of.index_write_units),
        (262_800_000, 262_800_000)
    );
    same(of.usd_per_month, 328.50);
    same(line(&made.cost.by_index, "GSI1").usd_per_month, 164.25);
    same(line(&made.cost.by_entity, "Thing").usd_per_month, 328.50);
}

/// Orders whose status is the key of an index that carries only keys.
const STATUS: &str = "
design: orders
table: { point_in_time_recovery: false }
entities:
  Order:
    key: id
    attributes: { id: string, status: { type: string, max: 10 } }
    count: 1
    size: 600 B
patterns:
  get_order: { get: Order, rate: 0/s }
  by_status: { list: Order, by: status, select: [id, status], rate: 0/s }
  change: { update: Order, set: [status], rate: 10/s }
";

#[test]
fn a_move_in_an_index() {
    // 1 + 2 write units x 10 x 2,628,000 s = 78.84 million, at $0.625 a million: $49.28.
    let made = plan(STATUS);
    let of = line(&made.cost.by_pattern, "change");
    assert_eq!(
        (of.table_write_units, of.index_write_units),
        (26_280_000, 52_560_000)
    );
    same(of.usd_per_month, 49.28);
}

#[test]
fn replicas_write_in_every_region_and_store_in_every_region() {
    let one = plan(STATUS).cost;
    let two = plan(&STATUS.replace(
        "point_in_time_recovery: false",
        "point_in_time_recovery: false, replicas: eu-west-1, stream: new_and_old_images",
    ))
    .cost;
    // A write of 1 KB with an entry in one index costs a replicated unit and a unit in each Region: $2.50 a million.
    same(two.unit_prices.table_write_million, 1.25);
    same(two.unit_prices.index_write_million, 1.25);
    same(
        two.unit_prices.table_write_million + two.unit_prices.index_write_million,
        2.50,
    );
    same(two.write_usd_per_month, 98.55);
    same(two.unit_prices.storage_gb, 0.5);
    // What is read elsewhere nobody declared.
    same(two.read_usd_per_month, one.read_usd_per_month);
    // 48 bytes more for an item of a global table, none for the entry of an index.
    let bytes = |of: &Cost, at: usize| of.by_index[at].stored_bytes;
    assert_eq!(bytes(&two, 0), bytes(&one, 0) + 48);
    assert_eq!(bytes(&two, 1), bytes(&one, 1));
}

#[test]
fn storage_and_recovery() {
    let kept = "
design: kept
entities:
  Thing: { key: id, attributes: { id: string }, count: 1G, size: 1 KB }
patterns:
  get_thing: { get: Thing, rate: 0/s }
";
    let cost = plan(kept).cost;
    let bytes = line(&cost.by_index, "kept").stored_bytes;
    // The item, the keys that the design adds, and 100 bytes.
    assert!(
        (1_124_000_000_000..1_250_000_000_000).contains(&bytes),
        "{bytes}"
    );
    let gigabytes = float(bytes) / 1_073_741_824.0;
    same(cost.storage_usd_per_month / gigabytes, 0.25);
    same(cost.recovery_usd_per_month / gigabytes, 0.20);
    same(
        line(&cost.by_entity, "Thing").usd_per_month,
        cost.usd_per_month,
    );
    // Storage costs less in the other class, and recovery the same.
    same(
        alternative(&cost, "on_demand", "infrequent_access") / gigabytes,
        0.10 + 0.20,
    );
}

#[test]
fn a_query_of_a_collection_is_cheaper_than_its_items_one_by_one() {
    let made = plan(
        "
design: collection
entities:
  Order: { key: id, attributes: { id: string, note: string }, count: 1000, size: 200 B }
  Line:
    key: [id, line]
    attributes: { id: Order, line: integer }
    count: 10k
    size: 200 B
patterns:
  order: { list: [Order, Line], by: id, rate: 1/s }
",
    );
    // 11 items of at most 300 B are 3.3 KB in one request: half a read unit, against eleven.
    let calls = 2_628_000;
    let of = line(&made.cost.by_pattern, "order");
    assert_eq!(of.read_units, calls / 2);
}

#[test]
fn rates_scale_requests_and_leave_storage() {
    let source = Source::new("design.yaml", STATUS);
    let options = Options {
        changes: vec![Change::Rates("x3".to_owned())],
        ..Options::default()
    };
    let (one, three) = (
        plan(STATUS),
        compile_with(&source, &options).plan.expect("a plan"),
    );
    same(three.cost.write_usd_per_month, 147.83);
    same(
        three.cost.storage_usd_per_month,
        one.cost.storage_usd_per_month,
    );
    assert_eq!(three.tables, one.tables);
    assert_eq!(three.entities, one.entities);
}

#[test]
fn the_frontier_says_what_more_indexes_buy() {
    for name in ["examples/shop/design.yaml", "tests/designs/feeds.yaml"] {
        let text = std::fs::read_to_string(name).expect("a design");
        let made = plan(&text);
        let first = made.cost.frontier.first().expect("a point");
        assert_eq!(first.indexes, made.proof.indexes, "{name}");
        for point in &made.cost.frontier {
            let patterns: f64 = point
                .patterns
                .iter()
                .map(|p| p.usd_per_month - p.instead_of_usd_per_month)
                .sum();
            let stored = point.storage_usd_per_month - first.storage_usd_per_month;
            let difference = point.usd_per_month - first.usd_per_month;
            let cents = point.patterns.iter().fold(0.03, |sum, _| sum + 0.01);
            assert!(
                (difference - patterns - stored).abs() <= cents,
                "{name}: {point:?}"
            );
        }
    }
}

/// The designs of the repository that declare no settings of their table, with some.
fn designs() -> Vec<(String, String)> {
    let mut paths: Vec<std::path::PathBuf> = Vec::new();
    for folder in ["examples", "tests/designs"] {
        let entries = std::fs::read_dir(folder).expect("a folder");
        paths.extend(entries.map(|e| e.expect("an entry").path()));
    }
    paths.sort();
    let settings = [
        "billing: { provisioned: { read: 3..4000, write: 2000..9000, target: 55% } }",
        "billing: { provisioned: { read: 9999..10000, write: 9999..10000, target: 37% } }",
        "replicas: [eu-west-1, us-east-2], class: infrequent_access, stream: new_and_old_images",
        "billing: { provisioned: { read: 1, write: 1 } }, replicas: eu-west-1",
    ];
    let mut made = Vec::new();
    for path in paths {
        let file = if path.is_dir() {
            path.join("design.yaml")
        } else {
            path
        };
        let is_design = file.extension().is_some_and(|e| e == "yaml");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) if is_design => text,
            _ => continue,
        };
        if !text.lines().any(|l| l.starts_with("table:")) {
            made.extend(settings.map(|settings| {
                let name = format!("{}, {settings}", file.display());
                (name, format!("{text}\ntable: {{ {settings} }}\n"))
            }));
        }
    }
    made
}

#[test]
fn the_checker_agrees_whatever_the_settings_and_prices() {
    let usual = include_str!("../src/resolve/prices/us-east-1.yaml");
    let odd = usual
        .replace("0.125 ", "0.000001 ")
        .replace("0.625 ", "999999 ")
        .replace("0.00065", "0.0000000001")
        .replace("storage: 0.25", "storage: 0");
    let mut count = 0;
    for (name, text) in designs() {
        for prices in [usual, &odd] {
            let prices = design::resolve::prices::read(&Source::new("prices.yaml", prices));
            let options = Options {
                prices: Some(prices.expect("prices")),
                ..Options::default()
            };
            let source = Source::new(&name, text.clone());
            let made = compile_with(&source, &options);
            let told = made.diagnostics.render(&source, false, 100);
            // What a target of the file cannot express is an error of the file.
            let refused = told.contains("error[D0219]");
            assert!(made.plan.is_some() || refused, "{name}: {told}");
            count += usize::from(!refused);
        }
    }
    assert!(count > 200, "{count}");
}

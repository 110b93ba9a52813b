//! All rates a number of times as high.

use crate::written::{named, shuffled, text_of, tree};
use crate::{designs, keys};
use design::document::{Node, Value};
use design::plan::Plan;
use design::source::Source;
use design::{Change, Options, Prices, compile_with};

fn planned(text: &str, options: &Options) -> Plan {
    let made = compile_with(&Source::new("design.yaml", text), options);
    made.plan
        .unwrap_or_else(|| panic!("it does not compile:\n{text}"))
}

/// The prices of a design as it is, those of what is stored a number of times as high.
fn dearer_storage(text: &str, times: u64) -> Prices {
    let source = Source::new("design.yaml", text);
    let design = compile_with(&source, &Options::default())
        .design
        .expect("a design");
    let mut prices = design.workload.prices;
    prices.recovery *= times;
    prices.standard.storage *= times;
    prices.infrequent_access.storage *= times;
    prices
}

/// Whether anything in a design depends on how high the rates are, and not only on how they compare: shards that are
/// computed, and capacity that is bought.
fn absolute(text: &str) -> bool {
    ["provisioned", "fan_out", "max_throughput"]
        .iter()
        .any(|word| text.contains(word))
}

/// Requests and storage both cost a number of times as much, so nothing is worth more than before beside anything else.
#[test]
fn rates_and_storage_prices_scaled_alike_give_the_same_design() {
    let (mut failures, mut tried) = (Vec::new(), 0);
    for (name, text) in designs().into_iter().filter(|(_, text)| !absolute(text)) {
        tried += 1;
        let before = planned(&text, &Options::default());
        for times in [2_u32, 10] {
            let options = Options {
                prices: Some(dearer_storage(&text, u64::from(times))),
                changes: vec![Change::Rates(format!("x{times}"))],
                ..Options::default()
            };
            let after = planned(&text, &options);
            let json = |plan: &Plan| keys(&serde_json::to_value(plan).expect("JSON"));
            if json(&before) != json(&after) {
                failures.push(format!("{name}: other keys at x{times}"));
            }
            let (one, other) = (&before.cost, &after.cost);
            let parts = [
                ("reads", one.read_usd_per_month, other.read_usd_per_month),
                ("writes", one.write_usd_per_month, other.write_usd_per_month),
                (
                    "storage",
                    one.storage_usd_per_month,
                    other.storage_usd_per_month,
                ),
                ("all", one.usd_per_month, other.usd_per_month),
            ];
            for (part, one, other) in parts {
                let expected = one * f64::from(times);
                // Shown to the cent.
                if (expected - other).abs() > 0.01 * f64::from(times) + expected * 1e-6 {
                    failures.push(format!(
                        "{name}, {part} at x{times}: {other}, not {expected}"
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried > 15, "only {tried} designs");
}

/// The rates and peaks of a file a number of times as high; one that is not given is 1/s.
fn scaled(tree: &Node, times: u32) -> String {
    let mut made = tree.clone();
    let Value::Map(fields) = &mut made.value else {
        return String::new();
    };
    let patterns = fields
        .iter_mut()
        .find(|(k, _)| k.text() == Some("patterns"));
    let Some((
        _,
        Node {
            value: Value::Map(patterns),
            ..
        },
    )) = patterns
    else {
        return String::new();
    };
    for (name, body) in patterns {
        let Value::Map(fields) = &mut body.value else {
            continue;
        };
        if fields.iter().any(|(k, _)| k.text() == Some("external")) {
            continue;
        }
        if !fields.iter().any(|(k, _)| k.text() == Some("rate")) {
            fields.push((named(name, "rate"), named(name, "1/s")));
        }
        for (key, value) in fields.iter_mut() {
            if let (Some("rate" | "peak"), Some(text)) = (key.text(), value.text()) {
                *value = named(value, &times_of(text, times));
            }
        }
    }
    text_of(&made, &shuffled(0))
}

/// A rate such as `1.5k/s`, a number of times: to three places, which is all that the designs have.
fn times_of(rate: &str, times: u32) -> String {
    let at = rate
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rate.len());
    let (number, unit) = rate.split_at(at);
    let number: f64 = number.parse().expect("a number");
    format!("{:.3}{unit}", number * f64::from(times))
}

/// What the file says and what `--rates` says are one.
#[test]
fn rates_scaled_in_the_file_are_rates_scaled_by_the_option() {
    let mut failures = Vec::new();
    for (name, text) in designs() {
        let options = Options {
            changes: vec![Change::Rates("x2".to_owned())],
            ..Options::default()
        };
        let option = planned(&text, &options);
        let file = planned(&scaled(&tree(&text), 2), &Options::default());
        let parts = |plan: &Plan| {
            let cost = &plan.cost;
            let json = serde_json::to_value(plan).expect("JSON");
            let lines = serde_json::to_string(&cost.by_pattern).expect("JSON");
            (keys(&json), cost.usd_per_month.to_string(), lines)
        };
        if parts(&option) != parts(&file) {
            failures.push(format!("{name}:\n{:?}\n{:?}", parts(&option), parts(&file)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

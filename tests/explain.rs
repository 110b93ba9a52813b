//! Explanations: what they look like, that everything can be explained, and that the changes they name do what they say.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

#[path = "files/mod.rs"]
mod files;

use design::explain::{Thing, explain, find, things};
use design::plan::{Design, Plan};
use design::report::explanation::{Explanation, command, markdown, text};
use design::source::Source;
use design::{Objective, compile};
use serde_json::{Map, Value, json};

/// A compiled design with its file.
struct Compiled {
    source: Source,
    design: Design,
    plan: Plan,
}

impl Compiled {
    fn new(path: &str, text: &str) -> Self {
        let source = Source::new(path, text);
        let made = compile(&source, Objective::Indexes);
        Self {
            design: made.design.expect("a design"),
            plan: made.plan.expect("a plan"),
            source,
        }
    }

    fn example(name: &str) -> Self {
        let path = format!("examples/{name}/design.yaml");
        let text = std::fs::read_to_string(&path).expect("an example");
        Self::new(&path, &text)
    }

    fn explained(&self, thing: Thing) -> Explanation {
        explain(&self.source, &self.design, &self.plan, thing)
    }

    fn asked(&self, name: &str) -> Explanation {
        let (thing, also) = find(&self.design, &self.plan, name).expect("a thing");
        let mut made = self.explained(thing);
        made.also = also;
        made
    }
}

#[test]
fn explanations_of_the_shop() {
    let shop = Compiled::example("shop");
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        snapshot_path => "snapshots/explain",
        omit_expression => true,
    }, {
        for name in [
            "open_orders", "customer_by_email", "get_customer", "order_with_items", "place_order", "ship_order",
            "GSI1", "GSI2", "GSI3", "shop", "Customer", "Order", "Product", "proof", "cost",
        ] {
            insta::assert_snapshot!(format!("shop.{name}"), text(&shop.asked(name), 80, true));
        }
        insta::assert_snapshot!("shop.GSI3.wide", text(&shop.asked("GSI3"), 140, false));
        insta::assert_snapshot!("shop.GSI3.markdown", markdown(&shop.asked("GSI3")));
        let document = serde_json::to_string_pretty(&shop.asked("GSI3")).expect("JSON");
        insta::assert_snapshot!("shop.GSI3.json", document);
        // Three things of its index are in its way at once.
        let lobby = Compiled::example("game-lobby");
        insta::assert_snapshot!("game-lobby.GSI1", text(&lobby.asked("GSI1"), 80, true));
    });
}

/// Sets or takes out what an edit says. An attribute that is only its type becomes a map.
fn edit(file: &mut Value, path: &[String], value: &Value) {
    let (last, way) = path.split_last().expect("a path");
    let mut at = file;
    for name in way {
        if !at.is_object() {
            *at = json!({ "type": at.take() });
        }
        let fields = at.as_object_mut().expect("a map");
        // An optional attribute is written with a question mark.
        let optional = format!("{name}?");
        let name = if fields.contains_key(&optional) {
            &optional
        } else {
            name
        };
        at = fields
            .entry(name.clone())
            .or_insert(Value::Object(Map::new()));
    }
    if !at.is_object() {
        *at = json!({ "type": at.take() });
    }
    let fields = at.as_object_mut().expect("a map");
    if value.is_null() {
        assert!(fields.remove(last).is_some(), "{path:?} is not there");
    } else {
        fields.insert(last.clone(), value.clone());
    }
}

#[test]
fn the_changes_do_to_the_file_what_is_said() {
    let mut tried = 0;
    for (path, text) in files::examples() {
        let compiled = Compiled::new(&path, &text);
        let now = compiled.plan.proof.indexes;
        for (kind, name, thing) in things(&compiled.design, &compiled.plan) {
            if kind != "index" {
                continue;
            }
            let explanation = compiled.explained(thing);
            assert!(
                !explanation.changes.is_empty(),
                "{path}: {name} cannot be saved"
            );
            for change in &explanation.changes {
                let mut file: Value = serde_saphyr::from_str(&text).expect("YAML");
                for of in &change.edits {
                    edit(&mut file, &of.path, &of.value);
                }
                // JSON is YAML.
                let source = Source::new("changed", file.to_string());
                let made = compile(&source, Objective::Indexes);
                let told = made.diagnostics.render(&source, false, 100);
                let plan = made
                    .plan
                    .unwrap_or_else(|| panic!("{path}: {}: {told}", change.change));
                assert_eq!(
                    plan.proof.indexes, change.indexes,
                    "{path}: {}",
                    change.change
                );
                assert!(change.indexes < now, "{path}: {}", change.change);
                let cost = plan.cost.usd_per_month;
                assert!(
                    (cost - change.usd_per_month).abs() < 0.005,
                    "{path}: {}: {cost} and {}",
                    change.change,
                    change.usd_per_month
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn everything_can_be_explained() {
    for (path, text_of) in files::examples() {
        let compiled = Compiled::new(&path, &text_of);
        for (kind, name, _) in things(&compiled.design, &compiled.plan) {
            let made = compiled.asked(&format!("{kind}:{name}"));
            assert_eq!(made.kind, kind, "{path}: {name}");
            assert!(!made.sections.is_empty(), "{path}: {name}");
            for line in text(&made, 80, true).lines() {
                let long = line.split_whitespace().any(|w| w.chars().count() > 30);
                assert!(long || line.chars().count() <= 80, "{path}: {name}: {line}");
            }
            assert!(markdown(&made).starts_with("# "), "{path}: {name}");
        }
    }
}

/// What is told of the parts is what the plan says of the whole.
#[test]
fn the_parts_come_to_the_whole() {
    let shop = Compiled::example("shop");
    let table = |name: &str, title: &str| -> Vec<Vec<String>> {
        let made = shop.asked(name);
        let value = serde_json::to_value(&made).expect("JSON");
        let sections = value["sections"].as_array().expect("sections").clone();
        let section = sections
            .iter()
            .find(|s| s["title"] == title)
            .expect("the section");
        let rows = section["blocks"].as_array().expect("blocks").iter();
        let rows = rows.filter_map(|b| b["table"]["rows"].as_array()).flatten();
        rows.map(|r| serde_json::from_value(r.clone()).expect("cells"))
            .collect()
    };
    let cents = |row: &Vec<String>| -> f64 {
        let text = row.last().expect("a cell").replace(['$', ',', '.'], "");
        text.parse().expect("an amount")
    };
    let rounded = |all: f64, parts: f64| (all * 100.0 - parts).abs() < 5.0;
    let storage: f64 = ["Customer", "Order", "OrderItem", "Product"]
        .iter()
        .flat_map(|e| table(e, "Storage"))
        .map(|row| cents(&row))
        .sum();
    let cost = &shop.plan.cost;
    let kept = cost.storage_usd_per_month + cost.recovery_usd_per_month;
    assert!(rounded(kept, storage), "{storage}");
    let entities: f64 = table("cost", "By entity").iter().map(cents).sum();
    let reads = shop
        .plan
        .patterns
        .iter()
        .filter(|p| p.cost.write_units == 0.0);
    let reads: f64 = reads.map(|p| p.cost.usd_per_month).sum();
    assert!(
        rounded(shop.plan.cost.usd_per_month - reads, entities),
        "{entities}"
    );
}

/// An index that the cheapest design has and the smallest does not is not called needed.
#[test]
fn an_index_for_the_sake_of_cost_says_so() {
    let mut seen = 0;
    for (path, text) in files::examples() {
        let source = Source::new(&path, text);
        let made = compile(&source, Objective::Cost);
        let (design, plan) = (made.design.expect("a design"), made.plan.expect("a plan"));
        let more = design.solution.schema.indexes.len() > design.solution.proof.fewest;
        for (kind, name, thing) in things(&design, &plan) {
            if kind == "index" && more {
                let said = markdown(&explain(&source, &design, &plan, thing));
                assert!(
                    said.contains("the design costs less"),
                    "{path}: {name}: {said}"
                );
                assert!(!said.contains("is proven"), "{path}: {name}: {said}");
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_name_of_several_things_is_taken_in_order() {
    let text = "design: Order\nentities:\n  Order:\n    key: id\n    attributes: { id: string }\npatterns:\n  Order: { get: Order }\n  cost: { get: Order }\n";
    let compiled = Compiled::new("design.yaml", text);
    let made = compiled.asked("Order");
    assert_eq!(made.kind, "table");
    assert_eq!(made.also, ["entity:Order", "pattern:Order"]);
    assert_eq!(compiled.asked("pattern:Order").kind, "pattern");
    assert_eq!(compiled.asked("pattern:Order").also, Vec::<String>::new());
    assert_eq!(compiled.asked("cost").also, ["pattern:cost"]);
    assert!(find(&compiled.design, &compiled.plan, "entity:cost").is_none());
    assert!(find(&compiled.design, &compiled.plan, "order").is_none());
}

#[test]
fn commands_can_be_pasted() {
    assert_eq!(command("GSI1", "design.yaml"), "design explain GSI1");
    assert_eq!(command("GSI1", "<stdin>"), "design explain GSI1 -f -");
    assert_eq!(
        command("GSI1", "a/b.yaml"),
        "design explain GSI1 -f a/b.yaml"
    );
    assert_eq!(
        command("GSI1", "my file's.yaml"),
        r"design explain GSI1 -f 'my file'\''s.yaml'"
    );
}

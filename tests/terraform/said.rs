//! What a module says, from its text or as the real Terraform evaluates it, and what the plan's document says of the same.

use design::plan::{Index, Key, OutputEntry, Plan};
use hcl::eval::{Context, Evaluate};
use hcl::{Block, Body, Expression};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The keys of a table and of its indexes.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    key: Vec<String>,
    /// With the type of each.
    attributes: BTreeMap<String, String>,
    /// By name.
    indexes: BTreeMap<String, Json>,
}

/// What the plan says.
pub(crate) fn planned(plan: &Plan) -> Said {
    let table = &plan.tables[0];
    let all = |k: &Key| {
        k.partition
            .iter()
            .chain(&k.sort)
            .cloned()
            .collect::<Vec<_>>()
    };
    let names = |k: &Key| all(k).into_iter().map(|a| a.attribute).collect();
    let keys = table.indexes.iter().map(|i| &i.key).chain([&table.key]);
    let index = |i: &Index| {
        let key = i.key.partition.iter().map(|a| (&a.attribute, "HASH"));
        let key = key.chain(i.key.sort.iter().map(|a| (&a.attribute, "RANGE")));
        let mut carried = i.projection.attributes.clone();
        carried.sort();
        json!({
            "kind": i.kind,
            "key": key.map(|(a, t)| json!([a, t])).collect::<Vec<_>>(),
            "projection": i.projection.ty,
            "attributes": carried,
        })
    };
    Said {
        key: names(&table.key),
        attributes: keys.flat_map(all).map(|a| (a.attribute, a.ty)).collect(),
        indexes: table
            .indexes
            .iter()
            .map(|i| (i.name.clone(), index(i)))
            .collect(),
    }
}

/// What a table and its standalone indexes say.
pub(crate) fn said(table: &Json, standalone: &[Json]) -> Said {
    let text = |of: &Json, field: &str| of[field].as_str().unwrap_or_default().to_owned();
    let mut attributes: BTreeMap<String, String> = list(&table["attribute"])
        .iter()
        .map(|a| (text(a, "name"), text(a, "type")))
        .collect();
    let key = vec![text(table, "hash_key"), text(table, "range_key")];
    let mut indexes = BTreeMap::new();
    for index in list(&table["local_secondary_index"]) {
        let made = json!({
            "kind": "local",
            "key": [[key[0], "HASH"], [text(&index, "range_key"), "RANGE"]],
            "projection": index["projection_type"],
            "attributes": texts(&index["non_key_attributes"]),
        });
        assert!(indexes.insert(text(&index, "name"), made).is_none());
    }
    for index in list(&table["global_secondary_index"]) {
        let of = list(&index["key_schema"]);
        let made = json!({
            "kind": "global",
            "key": if of.is_empty() {
                json!([[index["hash_key"], "HASH"], [index["range_key"], "RANGE"]])
            } else {
                schema(&of)
            },
            "projection": index["projection_type"],
            "attributes": texts(&index["non_key_attributes"]),
        });
        assert!(indexes.insert(text(&index, "name"), made).is_none());
    }
    for index in standalone {
        let of = list(&index["key_schema"]);
        attributes.extend(
            of.iter()
                .map(|a| (text(a, "attribute_name"), text(a, "attribute_type"))),
        );
        let projection = &list(&index["projection"])[0];
        let made = json!({
            "kind": "global",
            "key": schema(&of),
            "projection": projection["projection_type"],
            "attributes": texts(&projection["non_key_attributes"]),
        });
        assert!(indexes.insert(text(index, "index_name"), made).is_none());
    }
    Said {
        key,
        attributes,
        indexes,
    }
}

fn schema(of: &[Json]) -> Json {
    of.iter()
        .map(|a| json!([a["attribute_name"], a["key_type"]]))
        .collect()
}

/// A list, where null is an empty one.
pub(crate) fn list(of: &Json) -> Vec<Json> {
    of.as_array().cloned().unwrap_or_default()
}

/// A sorted list of texts.
pub(crate) fn texts(of: &Json) -> Vec<String> {
    let mut made: Vec<String> = list(of)
        .iter()
        .filter_map(|t| t.as_str().map(str::to_owned))
        .collect();
    made.sort();
    made
}

/// Whether a field has a value; null is none.
fn same(values: &Json, path: &str, wanted: &Json) {
    let given = values.pointer(path).unwrap_or(&Json::Null);
    assert_eq!(given, wanted, "{path}");
}

/// That a table, as evaluated, has the settings of the plan.
pub(crate) fn settings(values: &Json, plan: &Plan, output: &OutputEntry) {
    let table = &plan.tables[0];
    let of = &table.settings;
    let provisioned = of.billing == "provisioned";
    let six = output.options.get("provider").is_none_or(|p| p == "6");
    let least = |c: Option<[u64; 2]>| c.map_or(Json::Null, |[least, _]| json!(least));
    same(values, "/name", &json!(table.name));
    same(
        values,
        "/billing_mode",
        &json!(if provisioned {
            "PROVISIONED"
        } else {
            "PAY_PER_REQUEST"
        }),
    );
    same(
        values,
        "/deletion_protection_enabled",
        &json!(of.deletion_protection),
    );
    let class = if of.class == "standard" {
        "STANDARD"
    } else {
        "STANDARD_INFREQUENT_ACCESS"
    };
    same(values, "/table_class", &json!(class));
    if provisioned {
        same(values, "/read_capacity", &least(of.read_capacity));
        same(values, "/write_capacity", &least(of.write_capacity));
    }
    same(
        values,
        "/point_in_time_recovery/0/enabled",
        &json!(of.point_in_time_recovery_days.is_some()),
    );
    if let Some(days) = of.point_in_time_recovery_days {
        same(
            values,
            "/point_in_time_recovery/0/recovery_period_in_days",
            &json!(days),
        );
    }
    same(
        values,
        "/server_side_encryption/0/enabled",
        &json!(of.encryption != "aws_owned"),
    );
    match &table.ttl {
        Some(attribute) => {
            same(values, "/ttl/0/attribute_name", &json!(attribute));
            same(values, "/ttl/0/enabled", &json!(true));
        }
        None => assert!(list(&values["ttl"]).is_empty()),
    }
    let needed = !of.replicas.is_empty() && of.consistency == "eventual";
    match of
        .stream
        .as_deref()
        .or(needed.then_some("new_and_old_images"))
    {
        Some(view) => {
            same(values, "/stream_enabled", &json!(true));
            same(values, "/stream_view_type", &json!(view.to_uppercase()));
        }
        None => assert_ne!(values["stream_enabled"], json!(true)),
    }
    let mut regions = Vec::new();
    for replica in list(&values["replica"]) {
        regions.push(
            replica["region_name"]
                .as_str()
                .expect("a Region")
                .to_owned(),
        );
        same(
            &replica,
            "/point_in_time_recovery",
            &json!(of.point_in_time_recovery_days.is_some()),
        );
        same(&replica, "/propagate_tags", &json!(true));
        if six {
            same(
                &replica,
                "/consistency_mode",
                &json!(of.consistency.to_uppercase()),
            );
            same(
                &replica,
                "/deletion_protection_enabled",
                &json!(of.deletion_protection),
            );
        }
        assert_eq!(
            replica["kms_key_arn"].is_string(),
            of.encryption == "customer_key"
        );
    }
    regions.sort();
    assert_eq!(regions, of.replicas);
    let units = |values: &Json| {
        let most = &values["on_demand_throughput"][0];
        assert_eq!(most["max_read_request_units"].as_u64(), of.max_read_units);
        assert_eq!(most["max_write_request_units"].as_u64(), of.max_write_units);
        let warm = &values["warm_throughput"][0];
        let above = |of: Option<u64>, usual: u64| of.filter(|u| *u > usual);
        assert_eq!(
            warm["read_units_per_second"].as_u64(),
            above(of.warm_read_units, 12_000)
        );
        assert_eq!(
            warm["write_units_per_second"].as_u64(),
            above(of.warm_write_units, 4_000)
        );
    };
    units(values);
    for index in list(&values["global_secondary_index"]) {
        units(&index);
        if provisioned {
            same(&index, "/read_capacity", &least(of.read_capacity));
            same(&index, "/write_capacity", &least(of.write_capacity));
        }
    }
    for (name, tag) in &of.tags {
        assert_eq!(values["tags"][name], json!(tag));
    }
}

/// A body as Terraform's own JSON has it: blocks are lists, what is not a constant is its text.
pub(crate) fn json_of(body: &Body) -> Json {
    let mut made = Map::new();
    for attribute in body.attributes() {
        made.insert(attribute.key().to_owned(), constant(attribute.expr()));
    }
    for block in body.blocks() {
        let of = made.entry(block.identifier()).or_insert_with(|| json!([]));
        of.as_array_mut()
            .expect("blocks")
            .push(json_of(block.body()));
    }
    Json::Object(made)
}

pub(crate) fn constant(of: &Expression) -> Json {
    match of.evaluate(&Context::new()) {
        Ok(value) => serde_json::to_value(value).expect("JSON"),
        Err(_) => json!({ "expression": hcl::format::to_string(of).expect("HCL") }),
    }
}

/// The blocks of a type, such as `resource`, with a first label.
pub(crate) fn blocks<'a>(
    body: &'a Body,
    of: &'a str,
    label: &'a str,
) -> impl Iterator<Item = &'a Block> {
    let all = body.blocks().filter(move |b| b.identifier() == of);
    all.filter(move |b| b.labels().first().is_some_and(|l| l.as_str() == label))
}

//! The tables of a plan on an engine: made from the plan document, and removed again by whoever made them.

use super::super::plan::{KeyAttribute, KeySchema, Plan, Table};
use super::{Engine, Fault};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Makes the tables of `plan`.
///
/// # Errors
/// The table that could not be made, and what the engine says.
pub(crate) fn create(engine: &dyn Engine, plan: &Plan) -> Result<(), String> {
    for table in &plan.tables {
        create_one(engine, table)
            .map_err(|e| format!("table `{}`: {}", table.name, e.message()))?;
    }
    Ok(())
}

fn create_one(engine: &dyn Engine, table: &Table) -> Result<(), Fault> {
    engine.call("CreateTable", create_request(table))?;
    if let Some(attribute) = &table.ttl {
        let specification = json!({ "AttributeName": attribute, "Enabled": true });
        let request = json!({ "TableName": table.name, "TimeToLiveSpecification": specification });
        engine.call("UpdateTimeToLive", request)?;
    }
    Ok(())
}

fn create_request(table: &Table) -> Json {
    let schema = |key: &KeySchema| {
        let part = |kind: &'static str| move |a: &KeyAttribute| json!({ "AttributeName": a.name, "KeyType": kind });
        Json::Array(
            key.partition
                .iter()
                .map(part("HASH"))
                .chain(key.sort.iter().map(part("RANGE")))
                .collect(),
        )
    };
    let mut types = BTreeMap::new();
    for key in std::iter::once(&table.key).chain(table.indexes.iter().map(|i| &i.key)) {
        types.extend(key.attributes().map(|a| (a.name.clone(), a.kind.clone())));
    }
    let definitions: Vec<Json> = types
        .iter()
        .map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }))
        .collect();
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(&table.key),
        "AttributeDefinitions": definitions,
    });
    for (field, global) in [
        ("GlobalSecondaryIndexes", true),
        ("LocalSecondaryIndexes", false),
    ] {
        let indexes: Vec<Json> = table
            .indexes
            .iter()
            .filter(|i| i.global == global)
            .map(|index| {
                let mut projection = json!({ "ProjectionType": index.projection });
                if index.projection == "INCLUDE" {
                    projection["NonKeyAttributes"] = json!(index.included);
                }
                json!({ "IndexName": index.name, "KeySchema": schema(&index.key), "Projection": projection })
            })
            .collect();
        if !indexes.is_empty() {
            request[field] = Json::Array(indexes);
        }
    }
    request
}

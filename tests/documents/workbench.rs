//! The model for `NoSQL` Workbench: by a schema of the models that AWS publishes, and against the sample.

use super::{ALL, compiled, made};
use design::emit::Target;
use design::plan::Plan;
use design::sample::{Item, sample};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

fn workbench(plan: &Plan) -> Json {
    serde_json::from_str(&made(plan, Target::Workbench)).expect("JSON")
}

#[test]
fn models_have_the_structure_of_those_that_aws_publishes() {
    let schema = include_str!("../files/workbench-model.schema.json");
    let schema: Json = serde_json::from_str(schema).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    for (path, plan) in ALL.iter() {
        let model = workbench(plan);
        let wrong: Vec<String> = schema.iter_errors(&model).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{path}: {wrong:?}");
    }
    let provisioned = "design: paid
table: { billing: { provisioned: { read: 5..50, write: 7..70, target: 60% } } }
entities: { Thing: { key: id, attributes: { id: string } } }
patterns: { get_thing: { get: Thing } }
";
    let model = workbench(&compiled(provisioned));
    let wrong: Vec<String> = schema.iter_errors(&model).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let settings = &model["DataModel"][0]["ProvisionedCapacitySettings"];
    assert_eq!(settings["ProvisionedThroughput"]["WriteCapacityUnits"], 7);
    let read = &settings["AutoScalingRead"];
    assert_eq!(read["ScalableTargetRequest"]["MaxCapacity"], 50);
    assert_eq!(read["ScalingPolicyConfiguration"]["TargetValue"], 60);
}

fn texts<'a>(of: &'a Json, field: &str) -> Vec<&'a str> {
    let all = of.as_array().into_iter().flatten();
    all.filter_map(|v| v[field].as_str()).collect()
}

/// Key attributes of a table or index of a model, with their types.
fn keys(of: &Json) -> Vec<(&str, &str)> {
    ["PartitionKey", "SortKey"]
        .iter()
        .map(|side| &of["KeyAttributes"][side])
        .filter_map(|k| Some((k["AttributeName"].as_str()?, k["AttributeType"].as_str()?)))
        .collect()
}

#[test]
fn a_model_holds_the_sample_items_and_declares_what_they_carry() {
    for (path, plan) in ALL.iter() {
        let model = workbench(plan);
        let sample = sample(plan).expect("a sample");
        let table = &model["DataModel"][0];
        let declared = table["NonKeyAttributes"].as_array().expect("attributes");
        let types: BTreeMap<&str, &str> = declared
            .iter()
            .filter_map(|a| Some((a["AttributeName"].as_str()?, a["AttributeType"].as_str()?)))
            .collect();
        assert_eq!(types.len(), declared.len(), "{path}: one is declared twice");
        let own: BTreeMap<&str, &str> = keys(table).into_iter().collect();
        let picture = sample.pictures.iter().find(|p| p.index.is_none());
        let items: Vec<&Item> = picture
            .iter()
            .flat_map(|p| &p.collections)
            .flat_map(|c| &c.items)
            .collect();
        let mut met = 0;
        for facet in table["TableFacets"].as_array().expect("facets") {
            let name = facet["FacetName"].as_str().expect("a name");
            let wanted: Vec<Json> = items
                .iter()
                .filter(|i| i.kind == name)
                .map(|i| Json::from(i.item.clone()))
                .collect();
            assert_eq!(facet["TableData"], Json::from(wanted.clone()), "{path}");
            met += wanted.len();
            let named = facet["NonKeyAttributes"].as_array().expect("names");
            for name in named.iter().filter_map(Json::as_str) {
                assert!(types.contains_key(name) && !own.contains_key(name));
            }
            for item in wanted.iter().filter_map(Json::as_object) {
                assert!(own.keys().all(|k| item.contains_key(*k)), "{path}");
                for (attribute, value) in item {
                    let ty = value.as_object().and_then(|v| v.keys().next());
                    let known = own
                        .get(attribute.as_str())
                        .or(types.get(attribute.as_str()));
                    assert_eq!(
                        known.copied(),
                        ty.map(String::as_str),
                        "{path}: {attribute}"
                    );
                    let key = own.contains_key(attribute.as_str());
                    assert!(key || named.contains(&Json::from(attribute.as_str())));
                }
            }
        }
        assert_eq!(met, items.len(), "{path}: every item is in a facet");
        let names = texts(&table["TableFacets"], "FacetName");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}

#[test]
fn a_model_has_the_global_indexes_and_says_which_ones_it_cannot_have() {
    let mut locals = 0;
    for (path, plan) in ALL.iter() {
        let model = workbench(plan);
        let table = &model["DataModel"][0];
        let indexes = table["GlobalSecondaryIndexes"].as_array().expect("indexes");
        let (global, local): (Vec<_>, Vec<_>) = plan.tables[0]
            .indexes
            .iter()
            .partition(|i| i.kind == "global");
        assert_eq!(indexes.len(), global.len(), "{path}");
        for (index, wanted) in indexes.iter().zip(global) {
            assert_eq!(index["IndexName"], wanted.name.as_str());
            let key = wanted.key.partition.iter().chain(&wanted.key.sort);
            let key: Vec<(&str, &str)> =
                key.map(|k| (k.attribute.as_str(), k.ty.as_str())).collect();
            assert_eq!(keys(index), key, "{path}");
            assert_eq!(index["Projection"]["ProjectionType"], wanted.projection.ty);
            let declared = texts(&table["NonKeyAttributes"], "AttributeName");
            let own = keys(table);
            let known = |n: &str| declared.contains(&n) || own.iter().any(|(k, _)| *k == n);
            assert!(key.iter().all(|(name, _)| known(name)), "{path}");
            assert!(wanted.projection.attributes.iter().all(|n| known(n)));
        }
        let about = model["ModelMetadata"]["Description"]
            .as_str()
            .expect("text");
        for index in local {
            assert!(about.contains(&index.name), "{path}: {about}");
            locals += 1;
        }
    }
    assert!(locals > 0, "a design with a local index");
}

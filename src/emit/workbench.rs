//! A model for `NoSQL` Workbench: the table, its global indexes, and the sample items as facets, one for each kind of item.
//!
//! Promises: the structure is that of the models which AWS publishes, of version 3.0: every attribute of an item is a key
//! attribute or declared with its type, every facet names what its items carry. The items are those of the sample.
//!
//! JSON is written by its library and needs no template: nothing in it can break out. The format has a place for neither
//! local indexes nor keys of several attributes; the description of the model names the indexes that it leaves out.

use super::Origin;
use crate::plan::{Index, Key, KeyAttribute, Kind, Plan, Table};
use crate::sample::{self, Picture, Sample};
use minijinja::{Error, ErrorKind};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The tool wants two times and shows them in its list of models. They decide nothing, and a true one would make each
/// file differ from the one before.
const NO_TIME: &str = "Jan 01, 1970, 12:00 AM";

#[derive(Serialize)]
struct Model<'a> {
    #[serde(rename = "ModelName")]
    name: &'a str,
    #[serde(rename = "ModelMetadata")]
    metadata: Metadata,
    #[serde(rename = "DataModel")]
    tables: Vec<TableModel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    author: &'static str,
    date_created: &'static str,
    date_last_modified: &'static str,
    description: String,
    #[serde(rename = "AWSService")]
    aws_service: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TableModel<'a> {
    table_name: &'a str,
    key_attributes: KeyModel<'a>,
    non_key_attributes: Vec<Attribute<'a>>,
    table_facets: Vec<Facet<'a>>,
    global_secondary_indexes: Vec<IndexModel<'a>>,
    data_access: Json,
    billing_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioned_capacity_settings: Option<Json>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyModel<'a> {
    partition_key: Attribute<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_key: Option<Attribute<'a>>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute<'a> {
    attribute_name: &'a str,
    attribute_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Facet<'a> {
    #[serde(rename = "FacetName")]
    name: &'a str,
    key_attribute_alias: Alias,
    table_data: Vec<&'a Map<String, Json>>,
    non_key_attributes: Vec<&'a str>,
    data_access: Json,
}

/// What the tool shows in place of the names of the key attributes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Alias {
    partition_key_alias: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_key_alias: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct IndexModel<'a> {
    index_name: &'a str,
    key_attributes: KeyModel<'a>,
    projection: Projection<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Projection<'a> {
    projection_type: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    non_key_attributes: &'a [String],
}

/// Makes the model.
pub(super) fn emit(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    let sample = sample::of_tables(plan).map_err(|e| Error::new(ErrorKind::InvalidOperation, e))?;
    let tables = plan.tables.iter();
    let model = Model {
        name: &plan.design,
        metadata: Metadata {
            author: "",
            date_created: NO_TIME,
            date_last_modified: NO_TIME,
            description: description(plan, origin),
            aws_service: "Amazon DynamoDB",
            version: "3.0",
        },
        tables: tables.filter_map(|t| table(plan, t, &sample)).collect(),
    };
    let text = serde_json::to_string_pretty(&model)
        .map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string()))?;
    Ok(text + "\n")
}

/// Where the model comes from, what it is, and what it cannot show.
fn description(plan: &Plan, origin: &Origin) -> String {
    let mut made = origin.lines().join("\n");
    if let Some(text) = &plan.description {
        made.push_str(&format!("\n\n{text}"));
    }
    let indexes = plan.tables.iter().flat_map(|t| &t.indexes);
    let left: Vec<&str> = indexes
        .filter(|i| index(i).is_none())
        .map(|i| i.name.as_str())
        .collect();
    if !left.is_empty() {
        made.push_str(&format!(
            "\n\nNot in this model, because its format has no place for them: {}.",
            left.join(", ")
        ));
    }
    made
}

/// A table with its items; nothing where its key has several attributes on a side.
fn table<'a>(plan: &'a Plan, table: &'a Table, sample: &'a Sample) -> Option<TableModel<'a>> {
    let provisioned = table.settings.billing == "provisioned";
    Some(TableModel {
        table_name: &table.name,
        key_attributes: key(&table.key)?,
        non_key_attributes: declared(plan, table),
        table_facets: facets(plan, table, sample),
        global_secondary_indexes: table.indexes.iter().filter_map(index).collect(),
        data_access: no_database(),
        billing_mode: if provisioned {
            "PROVISIONED"
        } else {
            "PAY_PER_REQUEST"
        },
        provisioned_capacity_settings: provisioned.then(|| capacity(table)),
    })
}

/// Every facet and table says from which relational database its rows come: from none.
fn no_database() -> Json {
    json!({ "MySql": {} })
}

fn key(of: &Key) -> Option<KeyModel<'_>> {
    match (of.partition.as_slice(), of.sort.as_slice()) {
        ([partition], []) => Some(KeyModel {
            partition_key: attribute(partition),
            sort_key: None,
        }),
        ([partition], [sort]) => Some(KeyModel {
            partition_key: attribute(partition),
            sort_key: Some(attribute(sort)),
        }),
        _ => None,
    }
}

fn attribute(of: &KeyAttribute) -> Attribute<'_> {
    Attribute {
        attribute_name: &of.attribute,
        attribute_type: &of.ty,
    }
}

/// A global index, where the format can tell its key.
fn index(of: &Index) -> Option<IndexModel<'_>> {
    if of.kind != "global" {
        return None;
    }
    Some(IndexModel {
        index_name: &of.name,
        key_attributes: key(&of.key)?,
        projection: Projection {
            projection_type: &of.projection.ty,
            non_key_attributes: &of.projection.attributes,
        },
    })
}

/// The capacity of a provisioned table, scaled by the role that AWS makes for it.
fn capacity(table: &Table) -> Json {
    let settings = &table.settings;
    let [read, most_read] = settings.read_capacity.unwrap_or([1, 1]);
    let [write, most_write] = settings.write_capacity.unwrap_or([1, 1]);
    let scaling = |least: u64, most: u64| {
        json!({
            "ScalableTargetRequest": {
                "MinCapacity": least,
                "MaxCapacity": most,
                "ServiceRole": "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
            },
            "ScalingPolicyConfiguration": { "TargetValue": settings.target_percent.unwrap_or(70) },
        })
    };
    json!({
        "ProvisionedThroughput": { "ReadCapacityUnits": read, "WriteCapacityUnits": write },
        "AutoScalingRead": scaling(read, most_read),
        "AutoScalingWrite": scaling(write, most_write),
    })
}

/// What the items of a kind carry beside the key of the table: what tells the kind, what the design declares, what the
/// indexes need.
fn carried<'a>(plan: &'a Plan, table: &'a Table, kind: &'a Kind) -> Vec<Attribute<'a>> {
    let entity = plan
        .entities
        .iter()
        .find(|e| e.kinds.iter().any(|k| k.name == kind.name));
    let stored = entity.into_iter().flat_map(|e| &e.stored).filter(|s| {
        let some = kind.attributes.as_ref();
        some.is_none_or(|names| names.contains(&s.attribute))
    });
    let of = |name: &'a str, ty: &'a str| Attribute {
        attribute_name: name,
        attribute_type: ty,
    };
    let mut made = vec![of(&kind.discriminator.attribute, "S")];
    made.extend(stored.map(|s| of(&s.name, type_of(&s.stored_as))));
    made.extend(kind.ttl.iter().map(|t| of(&t.attribute, "N")));
    for entry in &kind.keys {
        let index = table
            .indexes
            .iter()
            .find(|i| Some(&i.name) == entry.index.as_ref());
        let keys = index
            .into_iter()
            .flat_map(|i| i.key.partition.iter().chain(&i.key.sort));
        made.extend(keys.map(attribute));
    }
    let own = |name: &str| {
        let mut keys = table.key.partition.iter().chain(&table.key.sort);
        keys.any(|k| k.attribute == name)
    };
    let mut met: Vec<&str> = Vec::new();
    made.retain(|a| {
        let new = !own(a.attribute_name) && !met.contains(&a.attribute_name);
        met.push(a.attribute_name);
        new
    });
    made
}

/// The type of `DynamoDB` for a way to store a value.
fn type_of(stored_as: &str) -> &'static str {
    match stored_as {
        "number" => "N",
        "boolean" => "BOOL",
        "binary" => "B",
        "list" => "L",
        "map" => "M",
        "string_set" => "SS",
        "number_set" => "NS",
        _ => "S",
    }
}

fn kinds<'a>(plan: &'a Plan, table: &'a Table) -> impl Iterator<Item = &'a Kind> {
    let all = plan.entities.iter().flat_map(|e| &e.kinds);
    all.filter(|k| k.table == table.name)
}

/// The attributes of all kinds, each once. The format has one type for a name: of two kinds that store one name in two
/// ways it says the first one's.
fn declared<'a>(plan: &'a Plan, table: &'a Table) -> Vec<Attribute<'a>> {
    let mut made: Vec<Attribute<'_>> = Vec::new();
    for attribute in kinds(plan, table).flat_map(|k| carried(plan, table, k)) {
        if !made
            .iter()
            .any(|a| a.attribute_name == attribute.attribute_name)
        {
            made.push(attribute);
        }
    }
    made
}

/// One for each kind, items before guards.
fn facets<'a>(plan: &'a Plan, table: &'a Table, sample: &'a Sample) -> Vec<Facet<'a>> {
    let own = |p: &&Picture| p.table == table.name && p.index.is_none();
    let pictures = sample.pictures.iter().filter(own);
    let mut items: BTreeMap<&str, Vec<&Map<String, Json>>> = BTreeMap::new();
    for item in pictures.flat_map(|p| &p.collections).flat_map(|c| &c.items) {
        items.entry(&item.kind).or_default().push(&item.item);
    }
    let facet = |kind: &'a Kind| Facet {
        name: &kind.name,
        key_attribute_alias: alias(table, kind),
        table_data: items.get(kind.name.as_str()).cloned().unwrap_or_default(),
        non_key_attributes: carried(plan, table, kind)
            .iter()
            .map(|a| a.attribute_name)
            .collect(),
        data_access: no_database(),
    };
    let (of_items, of_guards): (Vec<&Kind>, Vec<&Kind>) =
        kinds(plan, table).partition(|k| k.role == "item");
    of_items.into_iter().chain(of_guards).map(facet).collect()
}

/// The templates of a kind's key in the table.
fn alias(table: &Table, kind: &Kind) -> Alias {
    let entry = kind.keys.iter().find(|k| k.index.is_none());
    let template = |of: Option<&crate::plan::KeyTemplate>, name: &KeyAttribute| {
        of.map_or_else(|| name.attribute.clone(), |t| t.template.clone())
    };
    let (partition, sort) = (table.key.partition.first(), table.key.sort.first());
    Alias {
        partition_key_alias: partition
            .map(|name| template(entry.and_then(|e| e.partition.first()), name))
            .unwrap_or_default(),
        sort_key_alias: sort.map(|name| template(entry.and_then(|e| e.sort.first()), name)),
    }
}

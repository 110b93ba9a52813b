//! Sample items of a plan as they lie in the table and in each index: what people draw to understand a design.
//!
//! Promises: made from the plan document alone, by the same encoder that runs a plan; the same plan gives the same items;
//! each index shows what it holds and, where it is sparse, how many items it does not.

mod instances;
mod values;

use crate::items::document::{self, Entity, Index, KeySchema, Table};
use crate::items::instance::Instance;
use crate::items::node::Node;
use crate::items::value::Physical;
use crate::items::{physical, reading, stored};
use crate::plan::Plan;
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sample items, as they lie in the tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// The design's name.
    pub design: String,
    /// The tables and their indexes, each table before its indexes.
    pub pictures: Vec<Picture>,
}

/// What lies in a table or in an index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Picture {
    /// The table.
    pub table: String,
    /// The index; null: the table itself.
    pub index: Option<String>,
    /// The attributes of the partition key.
    pub partition: Vec<String>,
    /// The attributes of the sort key.
    pub sort: Vec<String>,
    /// The item collections, in the order in which their first items were made.
    pub collections: Vec<Collection>,
    /// Kinds of items of which some are not in this index.
    pub absent: Vec<Absent>,
}

/// The items of one partition key value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Collection {
    /// The values of the partition key.
    pub key: Vec<String>,
    /// The items, in the order of the sort key.
    pub items: Vec<Item>,
}

/// A physical item, or what an index carries of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// Its kind: the entity's name, of a guard with its attributes.
    pub kind: String,
    /// `item` or `guard`.
    pub role: String,
    /// The values of the sort key.
    pub key: Vec<String>,
    /// What it carries beside key attributes and discriminator.
    pub attributes: Vec<Carried>,
    /// The indexes that it is in, where it lies in the table.
    pub indexes: Vec<String>,
    /// The item as `DynamoDB`'s JSON has it, as far as it is carried here.
    pub item: Physical,
}

/// An attribute that an item carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// Its physical name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether the keys shown are made of it, so that they say it already.
    pub in_key: bool,
}

/// Items of a kind that are not in an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// The kind.
    pub kind: String,
    /// Items that are not in it.
    pub absent: usize,
    /// Items of this kind.
    pub of: usize,
}

/// A physical item with what is known of it.
struct Made<'a> {
    entity: &'a Entity,
    kind: &'a document::Kind,
    item: Physical,
}

/// Makes some items of each entity and lays them out.
///
/// # Errors
/// In words, where the plan document breaks a promise of its page; a plan of this compiler does not.
pub fn sample(plan: &Plan) -> Result<Sample, String> {
    laid_out(plan, true)
}

/// The same, as they lie in the tables alone.
///
/// # Errors
/// As [`sample`].
pub(crate) fn of_tables(plan: &Plan) -> Result<Sample, String> {
    laid_out(plan, false)
}

fn laid_out(plan: &Plan, in_indexes: bool) -> Result<Sample, String> {
    let json = json!({ "tables": plan.tables, "entities": plan.entities });
    let root = Node::new(&json);
    let tables = reading::tables(&root.field("tables"))?;
    let entities = reading::entities(&root.field("entities"))?;
    let all = instances::instances(plan, &tables, &entities).map_err(instances::in_words)?;
    let mut made = Vec::new();
    for guards in [false, true] {
        for (entity, items) in &all {
            for attributes in items {
                let instance = Instance::whole(attributes);
                for kind in entity.kinds.iter().filter(|k| k.guard == guards) {
                    let item = physical::item(&tables, values::NOW, entity, kind, &instance);
                    made.extend(item.map_err(instances::in_words)?.map(|item| Made {
                        entity,
                        kind,
                        item,
                    }));
                }
            }
        }
    }
    let mut pictures = Vec::new();
    for table in &tables {
        let own: Vec<&Made<'_>> = made.iter().filter(|m| m.kind.table == table.name).collect();
        pictures.push(picture(table, None, &own));
        let indexes = table.indexes.iter().filter(|_| in_indexes);
        pictures.extend(indexes.map(|i| picture(table, Some(i), &own)));
    }
    Ok(Sample {
        design: plan.design.clone(),
        pictures,
    })
}

fn picture(table: &Table, index: Option<&Index>, all: &[&Made<'_>]) -> Picture {
    let schema = index.map_or(&table.key, |i| &i.key);
    let inside: Vec<&Made<'_>> = all.iter().copied().filter(|m| is_in(m, schema)).collect();
    let mut collections: Vec<(Vec<Json>, Vec<&Made<'_>>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for made in &inside {
        let key = key_values(&made.item, &schema.partition);
        let at = *places
            .entry(Json::from(key.as_slice()).to_string())
            .or_insert(collections.len());
        match collections.get_mut(at) {
            Some((_, items)) => items.push(made),
            None => collections.push((key, vec![made])),
        }
    }
    for (_, items) in &mut collections {
        items.sort_by(|a, b| compare(a, b, schema));
    }
    let texts = |values: &[Json]| values.iter().map(text).collect();
    Picture {
        table: table.name.clone(),
        index: index.map(|i| i.name.clone()),
        partition: schema.partition.iter().map(|k| k.name.clone()).collect(),
        sort: schema.sort.iter().map(|k| k.name.clone()).collect(),
        collections: collections
            .iter()
            .map(|(key, items)| Collection {
                key: texts(key),
                items: items.iter().map(|m| shown(m, table, index)).collect(),
            })
            .collect(),
        absent: index.map_or_else(Vec::new, |i| absent(all, i)),
    }
}

fn is_in(made: &Made<'_>, schema: &KeySchema) -> bool {
    schema.attributes().all(|k| made.item.contains_key(&k.name))
}

fn key_values(item: &Physical, of: &[document::KeyAttribute]) -> Vec<Json> {
    let values = of.iter().map(|k| item.get(&k.name).cloned());
    values.map(Option::unwrap_or_default).collect()
}

/// The order of the sort key, then that of the table's key.
fn compare(a: &Made<'_>, b: &Made<'_>, schema: &KeySchema) -> Ordering {
    let sides = key_values(&a.item, &schema.sort)
        .into_iter()
        .zip(key_values(&b.item, &schema.sort));
    sides.fold(Ordering::Equal, |so_far, (a, b)| {
        so_far.then_with(|| stored::order(&a, &b).unwrap_or(Ordering::Equal))
    })
}

fn shown(made: &Made<'_>, table: &Table, index: Option<&Index>) -> Item {
    let schema = index.map_or(&table.key, |i| &i.key);
    let is_key = |name: &str| {
        let indexes = table.indexes.iter().flat_map(|i| i.key.attributes());
        table
            .key
            .attributes()
            .chain(indexes)
            .any(|k| k.name == name)
    };
    let carried = |name: &str| match index {
        None => true,
        Some(i) => {
            i.projection == "ALL"
                || i.included.iter().any(|n| n == name)
                || i.key
                    .attributes()
                    .chain(table.key.attributes())
                    .any(|k| k.name == name)
        }
    };
    let item: Physical = made
        .item
        .iter()
        .filter(|(name, _)| carried(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let entry = made.kind.entry(index.map(|i| i.name.as_str()));
    let segments = entry.map(|e| e.partition.iter().chain(&e.sort).flatten());
    let in_key: BTreeSet<&str> = segments
        .into_iter()
        .flatten()
        .filter_map(of_attribute)
        .collect();
    // What the design declares, in its order; a native key attribute is one of them and shown as a key.
    let stored = made.entity.stored.iter().filter(|s| !is_key(&s.name));
    let attributes = stored.filter_map(|s| {
        Some(Carried {
            name: s.name.clone(),
            value: text(item.get(&s.name)?),
            in_key: in_key.contains(s.attribute.as_str()),
        })
    });
    let indexes = table
        .indexes
        .iter()
        .filter(|i| index.is_none() && is_in(made, &i.key));
    Item {
        kind: made.kind.name.clone(),
        role: if made.kind.guard { "guard" } else { "item" }.to_owned(),
        key: key_values(&made.item, &schema.sort)
            .iter()
            .map(text)
            .collect(),
        attributes: attributes.collect(),
        indexes: indexes.map(|i| i.name.clone()).collect(),
        item,
    }
}

/// The attribute that a segment is.
fn of_attribute(segment: &document::Segment) -> Option<&str> {
    match segment {
        document::Segment::Value {
            source: document::Source::Attribute(name),
            ..
        } => Some(name),
        _ => None,
    }
}

/// Kinds that have a key of an index, with items that are not in it.
fn absent(all: &[&Made<'_>], index: &Index) -> Vec<Absent> {
    let mut made: Vec<Absent> = Vec::new();
    for one in all
        .iter()
        .filter(|m| m.kind.entry(Some(&index.name)).is_some())
    {
        if made.last().is_none_or(|a| a.kind != one.kind.name) {
            made.push(Absent {
                kind: one.kind.name.clone(),
                absent: 0,
                of: 0,
            });
        }
        if let Some(last) = made.last_mut() {
            last.of += 1;
            last.absent += usize::from(!is_in(one, &index.key));
        }
    }
    made.retain(|a| a.absent > 0);
    made
}

/// A stored value as people write it.
fn text(value: &Json) -> String {
    let Some((tag, inner)) = value.as_object().and_then(|o| o.iter().next()) else {
        return String::new();
    };
    let all = |json: &Json, of: fn(&Json) -> String| {
        let parts: Vec<String> = json.as_array().into_iter().flatten().map(of).collect();
        parts.join(", ")
    };
    let plain = |json: &Json| {
        json.as_str()
            .map_or_else(|| json.to_string(), str::to_owned)
    };
    match tag.as_str() {
        "NULL" => "null".to_owned(),
        "L" => format!("[{}]", all(inner, text)),
        "SS" | "NS" | "BS" => format!(
            "{{{}}}",
            all(inner, |v| v.as_str().unwrap_or("").to_owned())
        ),
        "M" => {
            let entries = inner.as_object().into_iter().flatten();
            let entries: Vec<String> = entries.map(|(k, v)| format!("{k}: {}", text(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => plain(inner),
    }
}

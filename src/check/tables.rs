//! Tables and indexes: their shape, and the limits of `DynamoDB` and of the account.
//!
//! Sources: Amazon `DynamoDB` Developer Guide, "Quotas in Amazon `DynamoDB`" and "Naming rules and data types".

use super::Findings;
use crate::plan::{Index, Key, KeyAttribute, Plan, Segment, Table};
use crate::workload::{Entity, Type, Workload};
use std::collections::{BTreeMap, BTreeSet};

/// The most attributes that the INCLUDE projections of a table may name together.
const MOST_INCLUDED: usize = 100;
/// The same for one index of a table with replicas: AWS `CloudFormation`, `AWS::DynamoDB::GlobalTable Projection`.
const MOST_IN_GLOBAL: usize = 20;
/// The most attributes of a global index's partition key, and of its sort key.
const MOST_PARTS: usize = 4;

/// Checks the tables of a document.
pub(super) fn check(workload: &Workload, plan: &Plan, found: &mut Findings) {
    let names: BTreeSet<&String> = plan.tables.iter().map(|t| &t.name).collect();
    if names.len() != plan.tables.len() || plan.tables.is_empty() {
        found.wrong("tables", "there is none, or two have one name");
    }
    for table in &plan.tables {
        check_table(workload, plan, table, found);
    }
}

fn check_table(workload: &Workload, plan: &Plan, table: &Table, found: &mut Findings) {
    let place = table.name.as_str();
    check_name(place, &table.name, found);
    if table.key.partition.len() != 1 || table.key.sort.len() > 1 {
        found.wrong(
            place,
            "its key has more than one partition or sort attribute, or no partition attribute",
        );
    }
    let count = |kind: &str| table.indexes.iter().filter(|i| i.kind == kind).count();
    let (gsis, lsis) = (count("global"), count("local"));
    if gsis > workload.limits.gsis as usize {
        found.wrong(
            place,
            format!(
                "it has {gsis} global indexes, and the limit is {}",
                workload.limits.gsis
            ),
        );
    }
    if lsis > workload.limits.lsis as usize {
        found.wrong(
            place,
            format!(
                "it has {lsis} local indexes, and the limit is {}",
                workload.limits.lsis
            ),
        );
    }
    let included: usize = table
        .indexes
        .iter()
        .map(|i| i.projection.attributes.len())
        .sum();
    if included > MOST_INCLUDED {
        found.wrong(
            place,
            format!("the INCLUDE projections name {included} attributes"),
        );
    }
    let global = !workload.settings.replicas.is_empty();
    let mut names = BTreeSet::new();
    for index in &table.indexes {
        let included = index.projection.attributes.len();
        if global && included > MOST_IN_GLOBAL {
            let message = format!("`{}` names {included} attributes", index.name);
            found.wrong(place, message);
        }
        if !names.insert(&index.name) {
            found.wrong(place, format!("two indexes are called `{}`", index.name));
        }
        check_index(table, index, found);
    }
    check_types(table, found);
    check_shared(workload, table, found);
    check_clashes(workload, plan, table, found);
    check_ttl(workload, table, plan, found);
    super::settings::check(workload, table, found);
}

fn check_name(place: &str, name: &str, found: &mut Findings) {
    let fits = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if !fits || !(3..=255).contains(&name.len()) {
        found.wrong(place, format!("DynamoDB does not take the name `{name}`"));
    }
}

fn check_index(table: &Table, index: &Index, found: &mut Findings) {
    let place = format!("{} of {}", index.name, table.name);
    check_name(&place, &index.name, found);
    let parts = |k: &[KeyAttribute]| (k.len(), (1..=MOST_PARTS).contains(&k.len()));
    match index.kind.as_str() {
        "global" => {
            if !parts(&index.key.partition).1 || parts(&index.key.sort).0 > MOST_PARTS {
                found.wrong(
                    &place,
                    "its key has too many attributes, or none for the partition",
                );
            }
        }
        "local" => {
            if index.key.partition != table.key.partition || index.key.sort.len() != 1 {
                found.wrong(
                    &place,
                    "a local index needs the table's partition key and one sort attribute",
                );
            }
        }
        other => found.wrong(&place, format!("there is no kind of index `{other}`")),
    }
    let shaped = match index.projection.ty.as_str() {
        "ALL" | "KEYS_ONLY" => index.projection.attributes.is_empty(),
        "INCLUDE" => !index.projection.attributes.is_empty(),
        _ => false,
    };
    if !shaped {
        found.wrong(
            &place,
            "its projection is none of `ALL`, `KEYS_ONLY` and an `INCLUDE` of some attributes",
        );
    }
}

fn all_keys(table: &Table) -> impl Iterator<Item = &Key> {
    std::iter::once(&table.key).chain(table.indexes.iter().map(|i| &i.key))
}

/// One physical attribute has one type.
fn check_types(table: &Table, found: &mut Findings) {
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    for part in all_keys(table).flat_map(|k| k.partition.iter().chain(&k.sort)) {
        if !matches!(part.ty.as_str(), "S" | "N" | "B") {
            found.wrong(
                &table.name,
                format!("`{}` has the type `{}`", part.attribute, part.ty),
            );
        }
        if *types.entry(&part.attribute).or_insert(&part.ty) != part.ty {
            found.wrong(&table.name, format!("`{}` has two types", part.attribute));
        }
    }
    for key in all_keys(table) {
        let names: BTreeSet<&String> = key
            .partition
            .iter()
            .chain(&key.sort)
            .map(|p| &p.attribute)
            .collect();
        if names.len() != key.partition.len() + key.sort.len() {
            found.wrong(&table.name, "a key names one attribute twice");
        }
    }
}

/// An attribute made of segments belongs to one key; only the partition key of the table is that of its local indexes too.
fn check_shared(workload: &Workload, table: &Table, found: &mut Findings) {
    let mut seen: BTreeSet<&String> = table
        .key
        .partition
        .iter()
        .chain(&table.key.sort)
        .map(|p| &p.attribute)
        .collect();
    for index in &table.indexes {
        let own = if index.kind == "local" {
            &[]
        } else {
            index.key.partition.as_slice()
        };
        for part in own.iter().chain(&index.key.sort) {
            let native = workload
                .entities
                .iter()
                .any(|e| e.attributes.iter().any(|a| a.stored_as == part.attribute));
            if !seen.insert(&part.attribute) && !native {
                found.wrong(&table.name, format!("`{}` is in two keys", part.attribute));
            }
        }
    }
}

/// No physical attribute means two things: key attributes are either made of segments, or a stored attribute by itself.
fn check_clashes(workload: &Workload, plan: &Plan, table: &Table, found: &mut Findings) {
    for (entity, planned) in workload.entities.iter().zip(&plan.entities) {
        let stored: BTreeMap<&str, &Type> = entity
            .attributes
            .iter()
            .map(|a| (a.stored_as.as_str(), &a.ty))
            .collect();
        if stored.len() != entity.attributes.len() {
            found.wrong(&entity.name, "two attributes have one physical name");
        }
        for kind in planned.kinds.iter().filter(|k| k.table == table.name) {
            let added = std::iter::once(&kind.discriminator.attribute)
                .chain(kind.ttl.iter().map(|t| &t.attribute));
            for name in added {
                let is_key = all_keys(table).any(|k| {
                    k.partition
                        .iter()
                        .chain(&k.sort)
                        .any(|p| p.attribute == *name)
                });
                if is_key || stored.contains_key(name.as_str()) {
                    found.wrong(
                        &kind.name,
                        format!("`{name}` is added to its items and is an attribute of theirs"),
                    );
                }
            }
        }
        let places = std::iter::once((None, &table.key))
            .chain(table.indexes.iter().map(|i| (Some(&i.name), &i.key)));
        for (index, key) in places {
            check_native(entity, planned, (index, key), &stored, found);
        }
    }
}

/// A key attribute that an entity stores under that name must be that attribute's value.
fn check_native(
    entity: &Entity,
    planned: &crate::plan::Entity,
    (index, key): (Option<&String>, &Key),
    stored: &BTreeMap<&str, &Type>,
    found: &mut Findings,
) {
    let parts: Vec<&KeyAttribute> = key.partition.iter().chain(&key.sort).collect();
    let native = |p: &&KeyAttribute| stored.contains_key(p.attribute.as_str());
    let Some(item) = planned.kinds.first() else {
        return;
    };
    let Some(entry) = item.keys.iter().find(|k| k.index.as_ref() == index) else {
        if parts.iter().all(native) {
            found.wrong(
                &entity.name,
                format!(
                    "its items land in {} and have no key there",
                    index.map_or("the table", String::as_str)
                ),
            );
        }
        return;
    };
    for (part, template) in parts
        .into_iter()
        .zip(entry.partition.iter().chain(&entry.sort))
    {
        let alone = match template.segments.as_slice() {
            [
                Segment::Attribute {
                    attribute,
                    encoding,
                },
            ] => entity
                .find(attribute)
                .map(|id| (entity.attribute(id), encoding)),
            _ => None,
        };
        let own = alone.filter(|(a, _)| a.stored_as == part.attribute);
        let wants = match own.as_ref().map(|(a, e)| (&a.ty, e.as_str())) {
            Some((Type::Integer | Type::Decimal | Type::Epoch, "number")) => "N",
            Some((Type::Binary, "binary")) => "B",
            Some(
                (Type::Timestamp, "timestamp") | (Type::Date, "date") | (Type::Month, "month"),
            ) => "S",
            Some((ty, "raw")) if ty.is_text() => "S",
            Some(_) => {
                found.wrong(
                    &entity.name,
                    format!("`{}` is not the stored value", part.attribute),
                );
                continue;
            }
            None if stored.contains_key(part.attribute.as_str()) => {
                found.wrong(
                    &entity.name,
                    format!(
                        "`{}` is both an attribute and a key made of segments",
                        part.attribute
                    ),
                );
                continue;
            }
            None => "S",
        };
        if part.ty != wants {
            found.wrong(
                &entity.name,
                format!(
                    "`{}` has the type {}, its values are {wants}",
                    part.attribute, part.ty
                ),
            );
        }
    }
}

/// The time to live: the table names one physical attribute, and every item that has a time carries it as an epoch.
fn check_ttl(workload: &Workload, table: &Table, plan: &Plan, found: &mut Findings) {
    let mut any = false;
    for (entity, planned) in workload.entities.iter().zip(&plan.entities) {
        let Some(ttl) = entity.ttl.map(|t| entity.attribute(t)) else {
            if planned.kinds.iter().any(|k| k.ttl.is_some()) {
                found.wrong(&entity.name, "a kind has a `ttl`, the entity none");
            }
            continue;
        };
        for kind in planned.kinds.iter().filter(|k| k.table == table.name) {
            any = true;
            let name = match &kind.ttl {
                Some(entry) if entry.of == ttl.name => Some(&entry.attribute),
                None if ttl.ty == Type::Epoch => Some(&ttl.stored_as),
                _ => None,
            };
            if name != table.ttl.as_ref() || name.is_none() {
                found.wrong(
                    &kind.name,
                    "its items do not carry their time where the table looks for it",
                );
            }
        }
    }
    if table.ttl.is_some() && !any {
        found.wrong(&table.name, "it has a time to live that no item has");
    }
}

//! Whether the document says of the design what the design says, and whether every name in it leads somewhere.

use super::Findings;
use super::values::{constant, stored_as};
use crate::plan::{self, Kind, Plan, ReadStep, Step, Stored};
use crate::workload::{self, Action, Entity, Ids, Pattern, Read, Workload};
use serde_json::json;
use std::collections::BTreeSet;

/// Checks entities, kinds and patterns against the design.
pub(super) fn check(workload: &Workload, plan: &Plan, found: &mut Findings) {
    if plan.plan_version != plan::VERSION {
        found.wrong("document", format!("its version is {}", plan.plan_version));
    }
    if plan.design != workload.name {
        found.wrong(
            "document",
            format!(
                "it is the plan of `{}`, not of `{}`",
                plan.design, workload.name
            ),
        );
    }
    let declared: Vec<&str> = workload.entities.iter().map(|e| e.name.as_str()).collect();
    let planned: Vec<&str> = plan.entities.iter().map(|e| e.name.as_str()).collect();
    same_names("entities", &declared, &planned, found);
    if declared == planned {
        for (entity, of) in workload.entities.iter().zip(&plan.entities) {
            check_entity(workload, plan, (entity, of), found);
        }
    }
    let declared: Vec<&str> = workload.patterns.iter().map(|p| p.name.as_str()).collect();
    let planned: Vec<&str> = plan.patterns.iter().map(|p| p.name.as_str()).collect();
    same_names("patterns", &declared, &planned, found);
    if declared == planned {
        for (pattern, of) in workload.patterns.iter().zip(&plan.patterns) {
            check_pattern(workload, plan, (pattern, of), found);
        }
    }
    let mut values = BTreeSet::new();
    for kind in plan.entities.iter().flat_map(|e| &e.kinds) {
        if !values.insert((&kind.table, &kind.discriminator.value)) {
            found.wrong(&kind.name, "two kinds of items have one discriminator");
        }
    }
}

fn same_names(what: &str, declared: &[&str], planned: &[&str], found: &mut Findings) {
    if declared == planned {
        return;
    }
    for name in declared.iter().filter(|n| !planned.contains(n)) {
        found.wrong(what, format!("`{name}` of the design is not in the plan"));
    }
    for name in planned.iter().filter(|n| !declared.contains(n)) {
        found.wrong(what, format!("`{name}` of the plan is not in the design"));
    }
    if declared.len() != planned.len() || declared.iter().all(|n| planned.contains(n)) {
        found.wrong(what, "they are not each there once, sorted by name");
    }
}

fn check_entity(
    workload: &Workload,
    plan: &Plan,
    (declared, of): (&Entity, &plan::Entity),
    found: &mut Findings,
) {
    let place = declared.name.as_str();
    let names = |ids: &[workload::AttributeId]| -> Vec<String> {
        declared
            .names(ids.iter().copied())
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    if of.identity != names(&declared.identity) {
        found.wrong(place, "the identity is not that of the design");
    }
    if of.count != declared.count {
        found.wrong(place, "the count is not that of the design");
    }
    if of.ttl != declared.ttl.map(|t| declared.attribute(t).name.clone()) {
        found.wrong(place, "`ttl` is not that of the design");
    }
    let rest = declared
        .attribute_ids()
        .filter(|a| !declared.identity.contains(a));
    let expected: Vec<workload::AttributeId> =
        declared.identity.iter().copied().chain(rest).collect();
    if of.stored.len() != expected.len() {
        found.wrong(place, "`stored` does not have every attribute once");
    }
    for (id, stored) in expected.into_iter().zip(&of.stored) {
        check_stored(plan, declared, id, stored, found);
    }
    let same_reference = |(a, b): (&workload::Reference, &plan::ReferenceEntry)| {
        let targets: Vec<&String> = a
            .targets
            .iter()
            .map(|t| &workload.entity(*t).name)
            .collect();
        a.name == b.name
            && targets == b.entities.iter().collect::<Vec<_>>()
            && names(&a.attributes) == b.attributes
    };
    if of.references.len() != declared.references.len()
        || !declared
            .references
            .iter()
            .zip(&of.references)
            .all(same_reference)
    {
        found.wrong(place, "the references are not those of the design");
    }
    if of
        .kinds
        .first()
        .is_none_or(|k| k.role != "item" || k.name != declared.name)
        || of.kinds.iter().filter(|k| k.role == "item").count() != 1
    {
        found.wrong(
            place,
            "the item itself is not its first and only kind of role `item`",
        );
    }
    for kind in &of.kinds {
        check_kind(workload, plan, declared, kind, found);
    }
}

fn check_stored(
    plan: &Plan,
    entity: &Entity,
    id: workload::AttributeId,
    stored: &Stored,
    found: &mut Findings,
) {
    let attribute = entity.attribute(id);
    let place = format!("{}.{}", entity.name, attribute.name);
    let values = match &attribute.ty {
        workload::Type::Enumeration(values) => Some(values),
        _ => None,
    };
    let derived = attribute.derived.as_ref().map(|d| plan::DerivedEntry {
        function: d.function.name().to_owned(),
        of: entity
            .names(d.of.iter().copied())
            .into_iter()
            .map(str::to_owned)
            .collect(),
        argument: d.argument,
    });
    let default = stored.default.as_ref().map(|v| constant(v, &attribute.ty));
    let keys = plan
        .tables
        .iter()
        .flat_map(|t| std::iter::once(&t.key).chain(t.indexes.iter().map(|i| &i.key)));
    let in_key = keys
        .flat_map(|k| k.partition.iter().chain(&k.sort))
        .any(|p| p.attribute == attribute.stored_as);
    let claims = [
        (
            stored.nonempty == (in_key && attribute.ty.is_text()),
            "being nonempty",
        ),
        (stored.attribute == attribute.name, "name"),
        (stored.name == attribute.stored_as, "physical name"),
        (stored.ty == attribute.ty.name(), "type"),
        (stored.values.as_ref() == values, "values"),
        (
            stored.stored_as == stored_as(&attribute.ty),
            "way of being stored",
        ),
        (stored.optional == attribute.optional, "being optional"),
        (stored.mutable == attribute.mutable, "being mutable"),
        (stored.max == attribute.max, "`max`"),
        (default == attribute.default.clone().map(Some), "default"),
        (stored.derived == derived, "derivation"),
    ];
    for (_, what) in claims.iter().filter(|(holds, _)| !holds) {
        found.wrong(&place, format!("its {what} is not that of the design"));
    }
}

fn check_kind(
    workload: &Workload,
    plan: &Plan,
    entity: &Entity,
    kind: &Kind,
    found: &mut Findings,
) {
    let place = kind.name.as_str();
    if !matches!(kind.role.as_str(), "item" | "guard") {
        found.wrong(place, format!("there is no role `{}`", kind.role));
    }
    if kind.discriminator.attribute != workload.settings.names.discriminator
        || kind.discriminator.value != kind.name
    {
        found.wrong(
            place,
            "its discriminator is not the settings' attribute with the kind's name",
        );
    }
    for name in kind
        .attributes
        .iter()
        .flatten()
        .chain(kind.unique.iter().flatten())
    {
        if entity.find(name).is_none() {
            found.wrong(
                place,
                format!(
                    "it names `{name}`, which is no attribute of {}",
                    entity.name
                ),
            );
        }
    }
    if kind.role == "item"
        && (kind.attributes.is_some() || kind.unique.is_some() || kind.namespace.is_some())
    {
        found.wrong(
            place,
            "the item does not carry all of its attributes, or keeps values unique as guards do",
        );
    }
    let Some(table) = plan.tables.iter().find(|t| t.name == kind.table) else {
        found.wrong(place, format!("there is no table `{}`", kind.table));
        return;
    };
    match kind.keys.split_first() {
        Some((first, rest)) if first.index.is_none() && rest.iter().all(|k| k.index.is_some()) => {
            if first.only_when.is_some() {
                found.wrong(place, "its key in the table has a condition");
            }
        }
        _ => found.wrong(place, "its first key, and no other, must be the table's"),
    }
    let mut seen = BTreeSet::new();
    for entry in &kind.keys {
        let key = match &entry.index {
            None => &table.key,
            Some(name) => {
                let Some(index) = table.indexes.iter().find(|i| i.name == *name) else {
                    found.wrong(place, format!("there is no index `{name}`"));
                    continue;
                };
                &index.key
            }
        };
        if !seen.insert(&entry.index) {
            found.wrong(
                place,
                format!(
                    "it has two keys in {}",
                    entry.index.as_deref().unwrap_or("the table")
                ),
            );
        }
        if key.partition.len() != entry.partition.len() || key.sort.len() != entry.sort.len() {
            found.wrong(place, "a key has not one template for each key attribute");
        }
        if kind.role == "guard" && entry.index.is_some() {
            found.wrong(place, "a guard has key attributes of an index");
        }
    }
}

fn check_pattern(
    workload: &Workload,
    plan: &Plan,
    (declared, of): (&Pattern, &plan::Pattern),
    found: &mut Findings,
) {
    let place = declared.name.as_str();
    let entities: Vec<&String> = declared
        .entities
        .iter()
        .map(|e| &workload.entity(*e).name)
        .collect();
    let id = match &declared.ids {
        Ids::None => serde_json::Value::Null,
        Ids::One(text) => json!(text),
        Ids::Many(all) => json!(all),
    };
    let read: Option<&Read> = match &declared.action {
        Action::Read(read) => Some(read),
        _ => None,
    };
    let limit = read.and_then(|r| r.limit).map(|l| plan::LimitEntry {
        count: l.count,
        entity: l.entity.map(|e| workload.entity(e).name.clone()),
    });
    let order = if read.is_some_and(|r| r.interleave) {
        "merged"
    } else {
        "by_entity"
    };
    let served = matches!(of.status.as_str(), "covered" | "degraded");
    let claims = [
        (of.id == id, "`id` is not that of the design"),
        (
            of.verb.as_deref() == declared.verb,
            "the verb is not that of the design",
        ),
        (
            of.entities.iter().eq(entities),
            "the entities are not those of the design",
        ),
        (
            of.external == declared.external,
            "`external` is not that of the design",
        ),
        (
            (of.status == "external") == declared.external.is_some(),
            "it is `external` in one of design and plan only",
        ),
        (of.limit == limit, "the limit is not that of the design"),
        (
            of.batch == read.and_then(|r| r.batch),
            "`batch` is not that of the design",
        ),
        (of.order == order, "the order is not that of the design"),
        (
            served || matches!(of.status.as_str(), "external" | "uncovered"),
            "there is no such status",
        ),
        (
            served != of.steps.is_empty(),
            "it has steps exactly where it is neither covered nor degraded",
        ),
        (
            of.reason.is_some() == matches!(of.status.as_str(), "degraded" | "uncovered"),
            "it has a reason exactly where it is covered",
        ),
        (
            of.status != "covered" || of.price.is_empty(),
            "it is covered at a price",
        ),
        (
            of.status != "degraded" || !of.price.is_empty(),
            "it is degraded at no price",
        ),
    ];
    for (_, what) in claims.iter().filter(|(holds, _)| !holds) {
        found.wrong(place, *what);
    }
    for (at, step) in of.steps.iter().enumerate() {
        match step {
            Step::Read(step) => check_names(plan, (place, at), step, found),
            Step::Write(step) => {
                if !plan.tables.iter().any(|t| t.name == step.table) {
                    found.wrong(place, format!("there is no table `{}`", step.table));
                }
            }
        }
    }
}

fn check_names(plan: &Plan, (place, at): (&str, usize), step: &ReadStep, found: &mut Findings) {
    let table = plan.tables.iter().find(|t| t.name == step.table);
    let known = table.is_some_and(|t| {
        step.index
            .as_ref()
            .is_none_or(|i| t.indexes.iter().any(|index| index.name == *i))
    });
    if !known {
        found.wrong(
            place,
            format!(
                "there is no `{}` in `{}`",
                step.index.as_deref().unwrap_or("table"),
                step.table
            ),
        );
    }
    let earlier =
        |f: &plan::ForEach| !matches!(f, plan::ForEach::Rows { rows_of } if *rows_of >= at);
    if !step.for_each.iter().flatten().all(earlier) {
        found.wrong(
            place,
            "a step goes through the rows of a step that is not before it",
        );
    }
}

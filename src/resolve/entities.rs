//! Entities: attributes, keys, sizes, references.

use super::{
    attribute_named, declared_name, entity_named, is_name, optional_text, read_unit, types,
    uniques, units,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::workload::{
    Attribute, AttributeId, AttributeSet, Basis, Entity, EntityId, Reference, Type,
};
use std::collections::{BTreeMap, BTreeSet};

/// The default number of items of an entity.
const DEFAULT_COUNT: u64 = 10_000;

/// All entities, sorted by name.
pub(super) fn entities(tree: &Node, found: &mut Diagnostics) -> Vec<Entity> {
    let Some(node) = tree.get("entities") else {
        return Vec::new();
    };
    let mut drafts: Vec<(&str, &Node, &Node)> = node
        .entries()
        .iter()
        .filter_map(|(key, value)| Some((key.text()?, key, value)))
        .collect();
    drafts.sort_by_key(|(name, ..)| *name);
    if drafts.is_empty() {
        found.push(
            Diagnostic::at(Code::D0103, node.span, "a design needs at least one entity")
                .note("the patterns read and write items of entities")
                .help("add an entity with a `key` and `attributes`"),
        );
    }
    let mut entities: Vec<Entity> = drafts
        .iter()
        .map(|(name, key, body)| skeleton(name, key, body, found))
        .collect();
    types::resolve_types(
        &drafts.iter().map(|(_, _, body)| *body).collect::<Vec<_>>(),
        &mut entities,
        found,
    );
    if found.has_errors() {
        return entities;
    }
    for (entity, (_, _, body)) in entities.iter_mut().zip(&drafts) {
        entity.identity = key(entity, body, found);
    }
    let with_keys = entities.clone();
    for (entity, (_, _, body)) in entities.iter_mut().zip(&drafts) {
        details(entity, body, &with_keys, found);
    }
    uniques::check_namespaces(&entities, found);
    entities
}

/// Name and attributes, types not yet known.
fn skeleton(name: &str, key: &Node, body: &Node, found: &mut Diagnostics) -> Entity {
    declared_name(name, key.span, "an entity", found);
    let mut attributes: Vec<Attribute> = Vec::new();
    for (key, value) in body
        .get("attributes")
        .map(Node::entries)
        .unwrap_or_default()
    {
        let written = key.text().unwrap_or_default();
        let attribute = written.strip_suffix('?').unwrap_or(written);
        declared_name(attribute, key.span, "an attribute", found);
        if let Some(first) = attributes.iter().find(|a| a.name == attribute) {
            found.push(
                Diagnostic::at(
                    Code::D0201,
                    key.span,
                    format!("the attribute `{attribute}` is declared twice"),
                )
                .context(first.span, "first declared here")
                .note("the `?` is no part of the name")
                .help("remove one of them, or rename it"),
            );
        }
        if let Some(no) = value
            .get("optional")
            .filter(|n| written.ends_with('?') && n.boolean() == Some(false))
        {
            found.push(
                Diagnostic::at(
                    Code::D0211,
                    no.span,
                    format!("`{written}` is optional by its `?`"),
                )
                .note("`?` and `optional` say the same, so they cannot say different things")
                .help(format!("write `{attribute}`, or drop `optional: false`")),
            );
        }
        attributes.push(Attribute {
            name: attribute.to_owned(),
            stored_as: optional_text(value, "stored_as").unwrap_or_else(|| attribute.to_owned()),
            ty: Type::String,
            target: None,
            optional: written.ends_with('?')
                || value.get("optional").and_then(Node::boolean) == Some(true),
            mutable: value.get("immutable").and_then(Node::boolean) != Some(true),
            basis: if value.get("immutable").is_some() {
                Basis::Declared
            } else {
                Basis::Assumed
            },
            default: None,
            max: read_unit(
                value.get("max"),
                "number",
                "`9999` or `50k`",
                found,
                units::count,
            ),
            distinct: read_unit(
                value.get("distinct"),
                "count",
                "`50` or `2M`",
                found,
                units::count,
            ),
            share: crate::workload::Share::default(),
            derived: None,
            description: optional_text(value, "description"),
            span: key.span,
        });
    }
    if attributes.len() > AttributeSet::CAPACITY {
        found.push(
            Diagnostic::at(
                Code::D0223,
                key.span,
                format!(
                    "`{name}` has {} attributes, more than 256",
                    attributes.len()
                ),
            )
            .help("keep those that no pattern names in one attribute of type `map`"),
        );
        attributes.truncate(AttributeSet::CAPACITY);
    }
    attributes.sort_by(|a, b| a.name.cmp(&b.name));
    Entity {
        name: name.to_owned(),
        span: key.span,
        description: optional_text(body, "description"),
        attributes,
        identity: Vec::new(),
        count: read_unit(
            body.get("count"),
            "count",
            "`1200`, `50k` or `2M`",
            found,
            units::count,
        )
        .unwrap_or(DEFAULT_COUNT),
        counted: body.get("count").is_some(),
        size: read_unit(
            body.get("size"),
            "size",
            "`400 B` or `1.5 KB`",
            found,
            units::size,
        ),
        largest: BTreeMap::new(),
        uniques: Vec::new(),
        references: Vec::new(),
        ttl: None,
    }
}

/// What needs types and keys: uniqueness, references, time to live.
fn details(entity: &mut Entity, body: &Node, all: &[Entity], found: &mut Diagnostics) {
    entity.largest = largest(entity, body, found);
    entity.references = references(entity, body, all, found);
    entity.uniques = uniques::uniques(entity, body, found);
    entity.ttl = ttl(entity, body, found);
    if entity.size.is_some_and(|s| s > 400 * 1024) {
        let span = body.get("size").map_or(entity.span, |n| n.span);
        found.push(
            Diagnostic::at(Code::D0219, span, "an item has at most 400 KB")
                .note("DynamoDB stores none that is bigger (Amazon DynamoDB Developer Guide, \"Quotas in Amazon DynamoDB\")")
                .help("keep large values elsewhere and store where they are"),
        );
    }
}

fn key(entity: &Entity, body: &Node, found: &mut Diagnostics) -> Vec<AttributeId> {
    let mut ids = Vec::new();
    for node in body.get("key").map(Node::one_or_many).unwrap_or_default() {
        let name = node.text().unwrap_or_default();
        let Some(id) = attribute_named(name, node.span, entity, found) else {
            continue;
        };
        let attribute = entity.attribute(id);
        if ids.contains(&id) {
            found.push(
                Diagnostic::at(
                    Code::D0201,
                    node.span,
                    format!("`{name}` is in the key twice"),
                )
                .note("the second one makes nothing more unique")
                .help("remove one of them"),
            );
            continue;
        }
        if attribute.optional {
            found.push(
                Diagnostic::at(
                    Code::D0210,
                    node.span,
                    format!("the key attribute `{name}` is optional"),
                )
                .context(attribute.span, "declared optional here")
                .note("every item needs its whole key")
                .help(format!("declare it as `{name}`, without `?`")),
            );
        }
        if !attribute.ty.fits_key() {
            found.push(
                Diagnostic::at(
                    Code::D0210,
                    node.span,
                    format!("a key cannot hold {}", attribute.ty.with_article()),
                )
                .context(attribute.span, "declared here")
                .note("keys hold texts, numbers, booleans, times and bytes")
                .help("use another attribute as the key"),
            );
        }
        if attribute.basis == Basis::Declared && attribute.mutable {
            found.push(
                Diagnostic::at(
                    Code::D0215,
                    attribute.span,
                    format!("`{name}` is part of the key, which never changes"),
                )
                .context(node.span, "in the key here")
                .note("an item with another key is another item")
                .help("drop `immutable: false`, or take the attribute out of the key"),
            );
        }
        ids.push(id);
    }
    ids
}

fn largest(entity: &Entity, body: &Node, found: &mut Diagnostics) -> BTreeMap<AttributeId, u64> {
    let entries = body.get("largest").map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| {
            let id = attribute_named(key.text()?, key.span, entity, found)?;
            let count = read_unit(Some(value), "count", "`3M`", found, units::count)?;
            Some((id, count))
        })
        .collect()
}

fn ttl(entity: &Entity, body: &Node, found: &mut Diagnostics) -> Option<AttributeId> {
    let node = body.get("ttl")?;
    let id = attribute_named(node.text()?, node.span, entity, found)?;
    let attribute = entity.attribute(id);
    if !matches!(attribute.ty, Type::Epoch | Type::Timestamp | Type::Date) {
        found.push(
            Diagnostic::at(
                Code::D0222,
                node.span,
                format!(
                    "`{}` is {}, no time that an item can expire at",
                    attribute.name,
                    attribute.ty.with_article()
                ),
            )
            .context(attribute.span, "declared here")
            .note("an item counts as gone after the instant or day in this attribute")
            .help("use an attribute of type `epoch`, `timestamp` or `date`"),
        );
    }
    Some(id)
}

fn references(
    entity: &Entity,
    body: &Node,
    all: &[Entity],
    found: &mut Diagnostics,
) -> Vec<Reference> {
    let mut made: BTreeMap<String, Reference> = BTreeMap::new();
    for id in entity.attribute_ids() {
        let attribute = entity.attribute(id);
        if let Some(target) = attribute.target {
            let name = attribute.name.clone();
            made.insert(
                name.clone(),
                Reference {
                    name,
                    targets: vec![target],
                    attributes: vec![id],
                },
            );
        }
    }
    for (key, value) in body
        .get("references")
        .map(Node::entries)
        .unwrap_or_default()
    {
        let name = key.text().unwrap_or_default();
        if let Some(reference) = composite_reference(name, key, value, entity, all, found) {
            made.insert(name.to_owned(), reference);
        }
    }
    made.into_values().collect()
}

fn composite_reference(
    name: &str,
    key: &Node,
    value: &Node,
    entity: &Entity,
    all: &[Entity],
    found: &mut Diagnostics,
) -> Option<Reference> {
    let (targets, attributes) = match value.entries() {
        // `Repo: [owner, repo]`
        [] => (
            vec![entity_named(key, all, found)?],
            named_attributes(value, entity, found)?,
        ),
        // `owner: { any_of: [User, Organization] }`
        [(word, list)] if word.text() == Some("any_of") => {
            let mut targets: BTreeSet<EntityId> = BTreeSet::new();
            for node in list.one_or_many() {
                targets.insert(entity_named(node, all, found)?);
            }
            (
                targets.into_iter().collect(),
                vec![attribute_named(name, key.span, entity, found)?],
            )
        }
        // `original: { Repo: [fork_owner, repo] }`
        [(target, list)] => (
            vec![entity_named(target, all, found)?],
            named_attributes(list, entity, found)?,
        ),
        _ => {
            found.push(
                Diagnostic::at(
                    Code::D0208,
                    value.span,
                    format!("the reference `{name}` has several targets"),
                )
                .note("such a map names one target, or with `any_of` several that one attribute may hold the key of")
                .help("write `{ Repo: [owner, repo] }`, or `{ any_of: [User, Organization] }`"),
            );
            return None;
        }
    };
    if !is_name(name) {
        declared_name(name, key.span, "a reference", found);
    }
    for target in &targets {
        check_target(&attributes, entity, &all[usize::from(target.0)], key, found);
    }
    Some(Reference {
        name: name.to_owned(),
        targets,
        attributes,
    })
}

fn named_attributes(
    list: &Node,
    entity: &Entity,
    found: &mut Diagnostics,
) -> Option<Vec<AttributeId>> {
    let nodes = list.one_or_many();
    let ids: Vec<AttributeId> = nodes
        .iter()
        .filter_map(|n| attribute_named(n.text().unwrap_or_default(), n.span, entity, found))
        .collect();
    (ids.len() == nodes.len()).then_some(ids)
}

/// That the attributes have the number and types of the target's key.
fn check_target(
    attributes: &[AttributeId],
    entity: &Entity,
    target: &Entity,
    key: &Node,
    found: &mut Diagnostics,
) {
    let wanted = &target.identity;
    let fits = wanted.len() == attributes.len()
        && wanted.iter().zip(attributes).all(|(theirs, ours)| {
            same_kind(&target.attribute(*theirs).ty, &entity.attribute(*ours).ty)
        });
    if !fits {
        found.push(
            Diagnostic::at(
                Code::D0208,
                key.span,
                format!("the reference does not fit the key of `{}`", target.name),
            )
            .context(
                target.span,
                format!("its key is {}", describe(target, wanted)),
            )
            .label(format!("this one is {}", describe(entity, attributes)))
            .note("a reference holds the whole key of its target")
            .help("list as many attributes as the key has, in its order and of its types"),
        );
    }
}

fn describe(entity: &Entity, ids: &[AttributeId]) -> String {
    let parts: Vec<String> = ids
        .iter()
        .map(|id| {
            let attribute = entity.attribute(*id);
            format!("{}: {}", attribute.name, attribute.ty.name())
        })
        .collect();
    format!("({})", parts.join(", "))
}

/// Whether values of two types can be the same value: equal types, or both free text.
pub(super) fn same_kind(a: &Type, b: &Type) -> bool {
    let free = |t: &Type| matches!(t, Type::String | Type::Uuid | Type::Ulid | Type::Ksuid);
    let whole = |t: &Type| matches!(t, Type::Integer | Type::Epoch);
    let listed = |t: &Type| matches!(t, Type::Enumeration(_));
    a == b
        || (free(a) && free(b))
        || (whole(a) && whole(b))
        || (listed(a) && listed(b))
        || (listed(a) && free(b))
        || (free(a) && listed(b))
}

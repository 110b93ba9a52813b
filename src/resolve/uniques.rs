//! Uniqueness constraints and the namespaces that entities share.

use super::attribute_named;
use super::entities::same_kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::workload::{AttributeId, Entity, Type, Unique};
use std::collections::BTreeMap;

/// The constraints of an entity, sorted by the names of their attributes.
pub(super) fn uniques(entity: &Entity, body: &Node, found: &mut Diagnostics) -> Vec<Unique> {
    let mut made: Vec<Unique> = Vec::new();
    for (key, value) in body
        .get("attributes")
        .map(Node::entries)
        .unwrap_or_default()
    {
        let Some(unique) = value.get("unique") else {
            continue;
        };
        let promised = unique.text() == Some("promised");
        let name = key.text().unwrap_or_default();
        if let Some(id) = entity.find(name.strip_suffix('?').unwrap_or(name))
            && unique.boolean() != Some(false)
        {
            made.push(Unique {
                attributes: vec![id],
                namespace: None,
                promised,
                span: unique.span,
            });
        }
    }
    for node in body
        .get("unique")
        .map(Node::one_or_many)
        .unwrap_or_default()
    {
        made.extend(constraint(entity, node, found));
    }
    for unique in &made {
        check(entity, unique, found);
    }
    made.sort_by_key(|u| {
        (
            entity.names(u.attributes.iter().copied()).join("\0"),
            u.namespace.clone(),
        )
    });
    made.dedup_by(|a, b| {
        a.attributes == b.attributes && a.namespace == b.namespace && a.promised == b.promised
    });
    made
}

fn constraint(entity: &Entity, node: &Node, found: &mut Diagnostics) -> Option<Unique> {
    let (names, namespace, promised) = match &node.value {
        Value::Map(_) => (
            node.get("name")?,
            node.get("in").and_then(Node::text).map(str::to_owned),
            node.get("promised").and_then(Node::boolean) == Some(true),
        ),
        _ => (node, None, false),
    };
    let nodes = names.one_or_many();
    if nodes.is_empty() {
        found.push(
            Diagnostic::at(Code::D0221, names.span, "a constraint of no attributes")
                .note("it would allow one item only")
                .help("name the attributes that are unique together"),
        );
    }
    let attributes: Vec<AttributeId> = nodes
        .iter()
        .filter_map(|n| attribute_named(n.text().unwrap_or_default(), n.span, entity, found))
        .collect();
    for (at, node) in nodes.iter().enumerate() {
        if nodes.iter().take(at).any(|n| n.text() == node.text()) {
            found.push(Diagnostic::at(
                Code::D0201,
                node.span,
                format!("`{}` is named twice", node.text().unwrap_or_default()),
            ));
        }
    }
    (attributes.len() == nodes.len() && !attributes.is_empty()).then_some(Unique {
        attributes,
        namespace,
        promised,
        span: node.span,
    })
}

fn check(entity: &Entity, unique: &Unique, found: &mut Diagnostics) {
    for id in &unique.attributes {
        let attribute = entity.attribute(*id);
        if !attribute.ty.fits_key() {
            found.push(
                Diagnostic::at(
                    Code::D0221,
                    unique.span,
                    format!("{} cannot be unique", attribute.ty.with_article()),
                )
                .context(
                    attribute.span,
                    format!("`{}` is declared here", attribute.name),
                )
                .note("what keeps a value unique is an item whose key is the value, and keys hold no lists, maps and sets")
                .help("drop the constraint, or derive a text from it that is unique"),
            );
        }
    }
    let same = |u: &Unique| {
        let mut a = u.attributes.clone();
        a.sort();
        a
    };
    let mut identity = entity.identity.clone();
    identity.sort();
    if same(unique) == identity && unique.namespace.is_none() {
        found.push(
            Diagnostic::at(Code::D0221, unique.span, "the key is unique by itself")
                .note("no two items of an entity agree on its key")
                .help("remove this constraint, or share a namespace with `in`"),
        );
    }
}

/// That the constraints of one namespace have the same shape.
pub(super) fn check_namespaces(entities: &[Entity], found: &mut Diagnostics) {
    let mut first: BTreeMap<&str, (Vec<&Type>, Span)> = BTreeMap::new();
    for entity in entities {
        for unique in &entity.uniques {
            let Some(namespace) = &unique.namespace else {
                continue;
            };
            let types: Vec<&Type> = unique
                .attributes
                .iter()
                .map(|a| &entity.attribute(*a).ty)
                .collect();
            match first.get(namespace.as_str()) {
                None => {
                    first.insert(namespace, (types, unique.span));
                }
                Some((others, span)) => {
                    let fits = others.len() == types.len()
                        && others.iter().zip(&types).all(|(a, b)| same_kind(a, b));
                    if !fits {
                        found.push(
                            Diagnostic::at(
                                Code::D0221,
                                unique.span.max(*span),
                                format!("the constraints of the namespace `{namespace}` have not the same attributes"),
                            )
                            .context(unique.span.min(*span), "another constraint of the namespace")
                            .note("values are compared across the namespace, so their number and types must agree")
                            .help("name attributes of the same number and types, or use two namespaces"),
                        );
                    }
                }
            }
        }
    }
}

//! From the document to the workload: names looked up, units read, defaults filled in, nonsense refused.
//!
//! Promises: [`resolve`] reports every error of a stage at once, each at its place; it returns a [`Workload`] only when
//! there is none. The order of the file plays no part: everything is sorted by name. Stages: the form of the document;
//! entities and their types; patterns; what depends on both (mutability, writes to what never changes).

mod constants;
mod entities;
mod mutability;
mod operands;
mod patterns;
mod reads;
mod sense;
mod settings;
pub mod transactions;
mod types;
mod uniques;
pub mod units;
mod writes;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::form::Shape;
use crate::document::{Node, grammar};
use crate::source::Span;
use crate::workload::{AttributeId, Entity, EntityId, Workload};

/// Resolves a document.
pub fn resolve(tree: &Node, found: &mut Diagnostics) -> Option<Workload> {
    Shape::Map(&grammar::DESIGN).check(tree, found);
    if found.has_errors() {
        return None;
    }
    let name = settings::design_name(tree, found);
    let entities = entities::entities(tree, found);
    let settings = settings::settings(tree, &name, found);
    let limits = settings::limits(tree, found);
    if found.has_errors() {
        return None;
    }
    let mut workload = Workload {
        name,
        description: optional_text(tree, "description"),
        entities,
        patterns: Vec::new(),
        settings,
        limits,
        consumers: Vec::new(),
        generate: settings::generate(tree),
    };
    workload.consumers = settings::consumers(tree, &workload, found);
    workload.patterns = patterns::patterns(tree, &workload, found);
    if found.has_errors() {
        return None;
    }
    mutability::settle(&mut workload);
    writes::check_immutable(&workload, found);
    settings::check_physical_names(&workload, found);
    settings::check_strong(tree, &workload, found);
    if found.has_errors() {
        None
    } else {
        Some(workload)
    }
}

/// The text under a field.
fn optional_text(node: &Node, field: &str) -> Option<String> {
    node.get(field)?.text().map(str::to_owned)
}

/// Whether a name is one that functions, types and keys can have.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A declared name, or an error.
fn declared_name(text: &str, span: Span, what: &str, found: &mut Diagnostics) {
    if !is_name(text) {
        found.push(
            Diagnostic::at(
                Code::D0105,
                span,
                format!("`{text}` cannot be the name of {what}"),
            )
            .note("names match `[A-Za-z][A-Za-z0-9_]*`"),
        );
    }
}

/// The entity that a node names, or an error.
fn entity_named(node: &Node, entities: &[Entity], found: &mut Diagnostics) -> Option<EntityId> {
    let name = node.text()?;
    if let Ok(at) = entities.binary_search_by(|e| e.name.as_str().cmp(name)) {
        u16::try_from(at).ok().map(EntityId)
    } else {
        found.push(
            Diagnostic::at(Code::D0203, node.span, format!("unknown entity `{name}`"))
                .label("not declared under `entities`")
                .did_you_mean(name, entities.iter().map(|e| e.name.as_str())),
        );
        None
    }
}

/// The attribute of an entity with this name, or an error.
fn attribute_named(
    name: &str,
    span: Span,
    entity: &Entity,
    found: &mut Diagnostics,
) -> Option<AttributeId> {
    let id = entity.find(name);
    if id.is_none() {
        found.push(unknown_attribute(name, span, &[entity]));
    }
    id
}

/// That none of these entities has such an attribute.
fn unknown_attribute(name: &str, span: Span, entities: &[&Entity]) -> Diagnostic {
    let names: Vec<&str> = entities.iter().map(|e| e.name.as_str()).collect();
    let known = entities
        .iter()
        .flat_map(|e| e.attributes.iter().map(|a| a.name.as_str()));
    let made = match entities {
        [one] => Diagnostic::at(
            Code::D0204,
            span,
            format!("`{}` has no attribute `{name}`", one.name),
        )
        .context(one.span, format!("`{}` is declared here", one.name)),
        _ => Diagnostic::at(
            Code::D0204,
            span,
            format!(
                "none of {} has an attribute `{name}`",
                crate::document::form::quoted(&names)
            ),
        ),
    };
    made.did_you_mean(name, known)
}

/// A unit that was read, or an error that says how to write it.
fn read_unit<T>(
    node: Option<&Node>,
    what: &str,
    example: &str,
    found: &mut Diagnostics,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let node = node?;
    let text = node.text()?;
    let value = read(text);
    if value.is_none() {
        found.push(
            Diagnostic::at(Code::D0202, node.span, format!("`{text}` is no {what}"))
                .help(format!("write it like {example}")),
        );
    }
    value
}

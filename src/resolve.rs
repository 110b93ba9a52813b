//! From the document to the workload: names looked up, units read, defaults filled in, nonsense refused.
//!
//! Promises: [`resolve`] reports every error of a stage at once, each at its place; it returns a [`Workload`] only when
//! there is none. The order of the file plays no part: everything is sorted by name. Stages: the form of the document;
//! entities and their types; patterns; what depends on both (mutability, writes to what never changes).

pub mod changes;
mod constants;
mod entities;
mod generate;
mod lints;
mod mutability;
mod operands;
mod patterns;
pub mod prices;
mod reads;
mod sense;
mod service;
mod settings;
mod targets;
pub mod transactions;
mod type_names;
mod types;
mod uniques;
pub mod units;
mod writes;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::form::{Shape, shortened};
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
    service::check(tree, found);
    let limits = settings::limits(tree, found);
    if found.has_errors() {
        return None;
    }
    let prices = prices::built_in(prices::DEFAULT_REGION, found)?;
    let mut workload = Workload {
        name,
        span: tree.get("design").map_or(tree.span, |n| n.span),
        description: optional_text(tree, "description"),
        entities,
        patterns: Vec::new(),
        tenant: optional_text(tree, "tenant"),
        settings,
        limits,
        consumers: Vec::new(),
        prices,
        lints: lints::lints(tree, found),
        generate: generate::generate(tree, found),
    };
    settings::check_tenant(tree, &workload, found);
    workload.consumers = settings::consumers(tree, &workload, found);
    workload.patterns = patterns::patterns(tree, &workload, found);
    if found.has_errors() {
        return None;
    }
    mutability::settle(&mut workload);
    writes::check_immutable(&workload, found);
    settings::check_physical_names(&workload, found);
    settings::check_strong(tree, &workload, found);
    targets::check(tree, &workload, found);
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
            .note("names become names of functions, types and keys: an ASCII letter, then letters, digits and `_`")
            .proposing(&legal_name(text)),
        );
    }
}

/// A name that is legal, with as much of `text` as can be kept.
fn legal_name(text: &str) -> String {
    let kept: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(60)
        .collect();
    let kept = kept.trim_matches('_');
    match kept.chars().next() {
        None => "name".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("n{kept}"),
        Some(_) => kept.to_owned(),
    }
}

/// Some of the names, for a note.
fn some_of(names: &[&str]) -> String {
    const MOST: usize = 12;
    match names.len().checked_sub(MOST + 1) {
        Some(_) => format!(
            "{} and {} more",
            names
                .iter()
                .take(MOST)
                .map(|n| format!("`{n}`"))
                .collect::<Vec<_>>()
                .join(", "),
            names.len() - MOST
        ),
        None => crate::document::form::quoted(names),
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
                .note(format!(
                    "the design declares {}",
                    some_of(&entities.iter().map(|e| e.name.as_str()).collect::<Vec<_>>())
                ))
                .help(format!(
                    "declare `{name}` under `entities`, or name one of these"
                ))
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
    let mut all: Vec<&str> = known.clone().collect();
    all.sort_unstable();
    all.dedup();
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
    let made = made
        .note(if all.is_empty() {
            "it has no attributes".to_owned()
        } else {
            format!(
                "{} {}",
                if entities.len() == 1 {
                    "it has"
                } else {
                    "they have"
                },
                some_of(&all)
            )
        })
        .help("name one of these, or declare it under `attributes`");
    match name.strip_prefix('-') {
        // The descending order of other languages.
        Some(rest) if all.contains(&rest) => made.written(name).suggest(&format!("{rest} desc")),
        _ => made.did_you_mean(name, known),
    }
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
            Diagnostic::at(
                Code::D0202,
                node.span,
                format!("`{}` is no {what}", shortened(text)),
            )
            .note(rule_of(what))
            .help(format!("write it like {example}")),
        );
    }
    value
}

/// What may stand where a number with a unit is expected.
fn rule_of(what: &str) -> &'static str {
    match what {
        "count" => {
            "a count is a whole number of at most 10^15; `k`, `M`, `G` and `T` stand for thousands, millions, 10^9, 10^12"
        }
        "size" => "a size is a number of `B`, `KB` or `MB`; 1 KB is 1024 bytes",
        "rate" => "a rate is a number of calls per `s`, `min`, `h` or `day`",
        "share" => "a share is a part of the whole in percent, with the `%`",
        "repetition" => {
            "a repetition is a number, or a lower and an upper one, of which at least the upper is above 0"
        }
        "capacity" => "a capacity is a number of units from 1, or a lower and an upper one",
        "recovery period" => "DynamoDB keeps 1 to 35 days",
        "price" => {
            "a price is a number of US dollars of at most a million, without a sign; requests are priced by the million"
        }
        "month" => "a month is written with its year",
        "number of keys" => "one request of DynamoDB takes 1 to 100 keys",
        "limit" | "number of shards" => "it is a whole number from 1",
        _ => "it is a whole number in this range",
    }
}

//! The types of attributes, followed through references, and what hangs on them: defaults, shares, derivations.

use super::type_names::{Meaning, TYPE_NAMES};
use super::{attribute_named, constants, read_unit, sense, units};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::workload::{AttributeId, Constant, Derivation, Derived, Entity, EntityId, Share, Type};
use std::collections::BTreeMap;

/// What an attribute's type says, before references are followed.
#[derive(Debug, Clone)]
enum Written {
    Known(Type),
    /// The key of an entity.
    Key(EntityId),
    /// An attribute of an entity.
    Attribute(EntityId, AttributeId),
}

/// Fills in the types of all attributes and what depends on them. `bodies` are the entities' maps, in their order.
pub(super) fn resolve_types(bodies: &[&Node], entities: &mut [Entity], found: &mut Diagnostics) {
    let mut written: Vec<Vec<Option<Written>>> = Vec::new();
    for (entity, body) in entities.iter().zip(bodies) {
        let of = |name: &str| attribute_node(body, name);
        written.push(
            entity
                .attributes
                .iter()
                .map(|a| of(&a.name).and_then(|n| written_type(n, a.span, entities, found)))
                .collect(),
        );
    }
    let keys: Vec<Vec<&str>> = bodies.iter().map(|b| key_names(b)).collect();
    for e in 0..entities.len() {
        for a in 0..entities[e].attributes.len() {
            let span = entities[e].attributes[a].span;
            let Some(start) = &written[e][a] else {
                continue;
            };
            if let Written::Key(target) | Written::Attribute(target, _) = start {
                let whole_key = match start {
                    Written::Attribute(t, id) => {
                        let key = &keys[usize::from(t.0)];
                        key.len() == 1 && key[0] == entities[usize::from(t.0)].attribute(*id).name
                    }
                    _ => true,
                };
                if whole_key {
                    entities[e].attributes[a].target = Some(*target);
                }
            }
            if let Some(ty) = follow(start, &written, &keys, entities, span, found) {
                entities[e].attributes[a].ty = ty;
            }
        }
    }
    if found.has_errors() {
        return;
    }
    for (entity, body) in entities.iter_mut().zip(bodies) {
        settle(entity, body, found);
    }
}

fn key_names(body: &Node) -> Vec<&str> {
    body.get("key")
        .map(Node::one_or_many)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::text)
        .collect()
}

/// The value under an attribute's name, with or without `?`.
fn attribute_node<'a>(body: &'a Node, name: &str) -> Option<&'a Node> {
    let entries = body.get("attributes")?.entries();
    let same = |key: &Node| {
        key.text()
            .is_some_and(|t| t.strip_suffix('?').unwrap_or(t) == name)
    };
    entries
        .iter()
        .find(|(key, _)| same(key))
        .map(|(_, value)| value)
}

fn written_type(
    node: &Node,
    span: Span,
    entities: &[Entity],
    found: &mut Diagnostics,
) -> Option<Written> {
    if node.is_map() {
        let derived = node
            .get("derived")
            .and_then(Node::text)
            .and_then(function_of);
        return match (node.get("type"), derived) {
            (Some(ty), _) => written_type(ty, span, entities, found),
            (None, Some(function)) => Some(Written::Known(function.result())),
            (None, None) if node.get("derived").is_some() => Some(Written::Known(Type::String)),
            (None, None) => {
                found.push(
                    Diagnostic::at(Code::D0103, node.span, "an attribute needs a `type`")
                        .note("only a `derived` attribute has its type from its function")
                        .help("add `type: string`, or another type"),
                );
                None
            }
        };
    }
    if let Value::List(items) = &node.value {
        return enumeration(node, items, found).map(Written::Known);
    }
    let text = node.text()?.trim();
    match simple_type(text) {
        Some(ty) => Some(Written::Known(ty)),
        None => entity_type(text, node, entities, found),
    }
}

fn simple_type(text: &str) -> Option<Type> {
    Some(match text {
        "string" => Type::String,
        "integer" => Type::Integer,
        "decimal" => Type::Decimal,
        "boolean" => Type::Boolean,
        "timestamp" => Type::Timestamp,
        "date" => Type::Date,
        "month" => Type::Month,
        "epoch" => Type::Epoch,
        "uuid" => Type::Uuid,
        "ulid" => Type::Ulid,
        "ksuid" => Type::Ksuid,
        "binary" => Type::Binary,
        "list" => Type::List,
        "map" => Type::Map,
        "set(string)" => Type::StringSet,
        "set(number)" => Type::NumberSet,
        _ => return None,
    })
}

fn enumeration(node: &Node, items: &[Node], found: &mut Diagnostics) -> Option<Type> {
    let mut values: Vec<String> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let text = item.text().unwrap_or_default();
        let value = text.to_owned();
        let first = *places.entry(text).or_insert(at);
        if first != at {
            found.push(
                Diagnostic::at(
                    Code::D0201,
                    item.span,
                    format!("the value `{value}` is declared twice"),
                )
                .context(items[first].span, "the first time")
                .help("remove one of them"),
            );
        }
        if value.is_empty() {
            found.push(
                Diagnostic::at(
                    Code::D0207,
                    item.span,
                    "a value of an enumeration cannot be empty",
                )
                .note("values become parts of names and keys")
                .help("give it a name, such as `none`, or make the attribute optional"),
            );
        }
        values.push(value);
    }
    if values.is_empty() {
        found.push(
            Diagnostic::at(
                Code::D0207,
                node.span,
                "an enumeration needs at least one value",
            )
            .note("a list in the place of a type is an enumeration of its values")
            .help(
                "write its values, such as `[placed, paid]`; a list attribute has the type `list`",
            ),
        );
        return None;
    }
    Some(Type::Enumeration(values))
}

fn entity_type(
    text: &str,
    node: &Node,
    entities: &[Entity],
    found: &mut Diagnostics,
) -> Option<Written> {
    let (name, attribute) = text
        .split_once('.')
        .map_or((text, None), |(e, a)| (e, Some(a)));
    let Some(at) = entities.iter().position(|e| e.name == name) else {
        let known = TYPE_NAMES
            .into_iter()
            .chain(entities.iter().map(|e| e.name.as_str()));
        found.push(
            Diagnostic::at(Code::D0207, node.span, format!("unknown type `{text}`"))
                .note(format!(
                    "a type is {}, a list of values, or the name of an entity",
                    TYPE_NAMES.map(|n| format!("`{n}`")).join(", ")
                ))
                .help("write one of these, or declare an entity of this name")
                .meaning(text, known),
        );
        return None;
    };
    let id = EntityId(u16::try_from(at).ok()?);
    match attribute {
        None => Some(Written::Key(id)),
        Some(attribute) => attribute_named(attribute, node.span, &entities[at], found)
            .map(|a| Written::Attribute(id, a)),
    }
}

/// The type at the end of a chain of references.
fn follow(
    start: &Written,
    written: &[Vec<Option<Written>>],
    keys: &[Vec<&str>],
    entities: &[Entity],
    span: Span,
    found: &mut Diagnostics,
) -> Option<Type> {
    let mut at = start.clone();
    // A chain longer than there are attributes goes in a circle.
    for _ in 0..=entities.iter().map(|e| e.attributes.len()).sum::<usize>() {
        let (target, attribute) = match at {
            Written::Known(ty) => return Some(ty),
            Written::Attribute(target, attribute) => (target, attribute),
            Written::Key(target) => {
                let entity = &entities[usize::from(target.0)];
                match keys[usize::from(target.0)].as_slice() {
                    [one] => (target, entity.find(one)?),
                    [] => {
                        found.push(
                            Diagnostic::at(
                                Code::D0208,
                                span,
                                format!("there is nothing of `{}` to refer to", entity.name),
                            )
                            .context(entity.span, "a singleton: its key is []")
                            .note("a reference holds the key of its target, and there is one item only")
                            .help("drop the attribute"),
                        );
                        return None;
                    }
                    key => {
                        found.push(
                            Diagnostic::at(
                                Code::D0208,
                                span,
                                format!("a reference to `{}` needs {} attributes", entity.name, key.len()),
                            )
                            .context(entity.span, format!("its key is [{}]", key.join(", ")))
                            .note("a reference holds the whole key of its target")
                            .help(format!(
                                "give each attribute the type `{}.<attribute>` and list them under `references`",
                                entity.name
                            )),
                        );
                        return None;
                    }
                }
            }
        };
        at = written[usize::from(target.0)][usize::from(attribute.0)].clone()?;
    }
    found.push(
        Diagnostic::at(Code::D0208, span, "the reference leads back to itself")
            .note("its type is that of the target's key, which is again a reference")
            .help("give one of the keys a type of its own, such as `ulid`"),
    );
    None
}

/// Defaults, shares and derivations of one entity.
fn settle(entity: &mut Entity, body: &Node, found: &mut Diagnostics) {
    for id in entity.attribute_ids() {
        let Some(node) = attribute_node(body, &entity.attribute(id).name).filter(|n| n.is_map())
        else {
            continue;
        };
        let default = node
            .get("default")
            .and_then(|n| constants::constant(n, entity.attribute(id), found));
        let share = share(node, entity, id, found);
        sense::attribute(entity.attribute(id), node, found);
        let derived = node
            .get("derived")
            .and_then(|n| derivation(n, entity, id, node.get("type"), found));
        let attribute = &mut entity.attributes[usize::from(id.0)];
        attribute.default = default;
        attribute.share = share;
        if let Some(derived) = derived {
            attribute.derived = Some(derived);
        }
    }
    derivation_order(entity, found);
    for id in entity.attribute_ids() {
        let sources: Vec<AttributeId> = entity
            .attribute(id)
            .derived
            .iter()
            .flat_map(|d| d.of.clone())
            .collect();
        if sources.iter().any(|s| missing_possible(entity, *s, 0)) {
            entity.attributes[usize::from(id.0)].optional = true;
        }
    }
}

/// Whether an attribute or anything it is derived from may be missing.
fn missing_possible(entity: &Entity, id: AttributeId, depth: usize) -> bool {
    let attribute = entity.attribute(id);
    let of = attribute.derived.iter().flat_map(|d| &d.of);
    attribute.optional
        || (depth < DERIVATION_DEPTH && of.copied().any(|s| missing_possible(entity, s, depth + 1)))
}

/// How deep derivations are followed; circles are refused elsewhere.
const DERIVATION_DEPTH: usize = 16;

fn share(node: &Node, entity: &Entity, id: AttributeId, found: &mut Diagnostics) -> Share {
    let Some(value) = node.get("share") else {
        return Share::default();
    };
    if !value.is_map() {
        return Share {
            any: read_unit(Some(value), "share", "`2%`", found, units::share),
            of: Vec::new(),
        };
    }
    let mut of: Vec<(Constant, u64)> = Vec::new();
    for (key, part) in value.entries() {
        let constant = constants::constant(key, entity.attribute(id), found);
        let part = read_unit(Some(part), "share", "`2%`", found, units::share);
        of.extend(constant.zip(part));
    }
    of.sort();
    if of.iter().map(|(_, p)| p).sum::<u64>() > 1_000_000 {
        found.push(
            Diagnostic::at(
                Code::D0202,
                value.span,
                "the shares add up to more than 100%",
            )
            .note("each is a part of all items of the entity, and an item has one value")
            .help("lower them; values that are not named share the rest"),
        );
    }
    Share { any: None, of }
}

/// The function of `day(created_at)`.
fn function_of(text: &str) -> Option<Derivation> {
    let name = text.split('(').next()?.trim();
    Derivation::ALL.into_iter().find(|d| d.name() == name)
}

fn derivation(
    node: &Node,
    entity: &Entity,
    id: AttributeId,
    ty: Option<&Node>,
    found: &mut Diagnostics,
) -> Option<Derived> {
    let text = node.text()?.trim();
    let Some((name, rest)) = text.split_once('(') else {
        found.push(
            bad_derivation(node, format!("`{text}` is no derivation"))
                .note(FUNCTIONS)
                .help("write it like `day(created_at)`"),
        );
        return None;
    };
    let Some(function) = function_of(text) else {
        found.push(
            bad_derivation(node, format!("unknown function `{}`", name.trim()))
                .note(FUNCTIONS)
                .help("use one of these, or store the value")
                .did_you_mean(name.trim(), Derivation::ALL.iter().map(|d| d.name())),
        );
        return None;
    };
    let Some(inside) = rest.trim_end().strip_suffix(')') else {
        found.push(
            bad_derivation(
                node,
                format!("the bracket of `{}` is never closed", function.name()),
            )
            .note("what a function is taken of stands in brackets after its name")
            .help(format!("write `{text})`")),
        );
        return None;
    };
    let arguments: Vec<&str> = inside
        .split(',')
        .map(str::trim)
        .filter(|a| !a.is_empty())
        .collect();
    let takes_number = matches!(function, Derivation::Prefix | Derivation::Bucket);
    let (names, number) = match arguments.split_last() {
        Some((last, names)) if takes_number => {
            (names, units::whole_number(last, 100_000).filter(|n| *n > 0))
        }
        _ => (arguments.as_slice(), None),
    };
    let counts = match function {
        Derivation::Concat => names.len() >= 2,
        _ => names.len() == 1,
    };
    if !counts || takes_number != number.is_some() {
        let usage = match function {
            Derivation::Concat => "`concat(a, b)`",
            Derivation::Prefix => "`prefix(name, 3)`",
            Derivation::Bucket => "`bucket(order_id, 16)`",
            Derivation::Lower => "`lower(name)`",
            Derivation::Day => "`day(created_at)`",
            Derivation::Month => "`month(created_at)`",
            Derivation::Year => "`year(created_at)`",
            Derivation::Hour => "`hour(created_at)`",
        };
        found.push(
            bad_derivation(
                node,
                format!("`{text}` has not the arguments of `{}`", function.name()),
            )
            .note(match function {
                Derivation::Concat => "`concat` is taken of two or more attributes",
                Derivation::Prefix => {
                    "`prefix` is taken of one attribute and a number of characters"
                }
                Derivation::Bucket => "`bucket` is taken of one attribute and a number of buckets",
                _ => "it is taken of one attribute",
            })
            .help(format!("write it like {usage}")),
        );
        return None;
    }
    let of: Vec<AttributeId> = names
        .iter()
        .filter_map(|n| attribute_named(n, node.span, entity, found))
        .collect();
    if of.len() != names.len() {
        return None;
    }
    check_sources(node, function, &of, entity, found);
    if ty.is_some() && entity.attribute(id).ty != function.result() {
        found.push(
            bad_derivation(
                node,
                format!(
                    "`{}` gives {}, not {}",
                    function.name(),
                    function.result().with_article(),
                    entity.attribute(id).ty.with_article()
                ),
            )
            .note("the type of a derived attribute follows from its function")
            .help(format!(
                "drop `type`, or write `type: {}`",
                function.result().name()
            )),
        );
    }
    Some(Derived {
        function,
        of,
        argument: number,
    })
}

/// The functions, for notes.
const FUNCTIONS: &str = "the functions are `day`, `month`, `year` and `hour` of a time, `lower` and `prefix` of a text, `bucket` and `concat`";

fn bad_derivation(node: &Node, message: String) -> Diagnostic {
    Diagnostic::at(Code::D0209, node.span, message)
}

fn check_sources(
    node: &Node,
    function: Derivation,
    of: &[AttributeId],
    entity: &Entity,
    found: &mut Diagnostics,
) {
    for source in of {
        let attribute = entity.attribute(*source);
        let fits = match function {
            Derivation::Day | Derivation::Hour => {
                matches!(attribute.ty, Type::Timestamp | Type::Epoch)
                    || (function == Derivation::Day && attribute.ty == Type::Date)
            }
            Derivation::Month => matches!(attribute.ty, Type::Timestamp | Type::Epoch | Type::Date),
            Derivation::Year => attribute.ty.is_time(),
            Derivation::Lower | Derivation::Prefix => attribute.ty.is_text(),
            Derivation::Bucket | Derivation::Concat => attribute.ty.fits_key(),
        };
        if !fits {
            found.push(
                bad_derivation(
                    node,
                    format!(
                        "`{}` cannot be taken of {}",
                        function.name(),
                        attribute.ty.with_article()
                    ),
                )
                .note(match function {
                    Derivation::Day | Derivation::Hour => {
                        "it is taken of a `timestamp` or an `epoch`"
                    }
                    Derivation::Month => "it is taken of a `timestamp`, an `epoch` or a `date`",
                    Derivation::Year => "it is taken of a time",
                    Derivation::Lower | Derivation::Prefix => "it is taken of a text",
                    Derivation::Bucket | Derivation::Concat => {
                        "it is taken of what a key can hold: no list, map or set"
                    }
                })
                .help("take it of another attribute, or give this one another type")
                .context(
                    attribute.span,
                    format!("`{}` is declared here", attribute.name),
                ),
            );
        }
    }
}

/// Refuses derivations that lead back to themselves.
fn derivation_order(entity: &Entity, found: &mut Diagnostics) {
    for id in entity.attribute_ids() {
        let mut reached: Vec<AttributeId> = Vec::new();
        let mut open: Vec<AttributeId> = entity
            .attribute(id)
            .derived
            .iter()
            .flat_map(|d| d.of.clone())
            .collect();
        while let Some(next) = open.pop() {
            if next == id {
                let attribute = entity.attribute(id);
                found.push(
                    Diagnostic::at(
                        Code::D0209,
                        attribute.span,
                        format!("`{}` is derived from itself", attribute.name),
                    )
                    .note("what it is derived from is, in the end, derived from it")
                    .help("store one attribute of the circle: give it a `type`, and no `derived`"),
                );
                return;
            }
            if !reached.contains(&next) {
                reached.push(next);
                open.extend(
                    entity
                        .attribute(next)
                        .derived
                        .iter()
                        .flat_map(|d| d.of.clone()),
                );
            }
        }
    }
}

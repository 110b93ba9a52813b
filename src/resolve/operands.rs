//! Values of writes: parameters, constants, paths into maps, conditions.

use super::constants::constant_text;
use super::unknown_attribute;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::workload::{
    Attribute, AttributeId, Change, Condition, Constant, Entity, Operand, Operator, PathSegment,
    Type,
};

/// A name of the file taken apart: `reactions.$kind?`.
pub(super) struct Place {
    pub(super) attribute: AttributeId,
    pub(super) path: Vec<PathSegment>,
    pub(super) optional: bool,
    /// The name of the parameter of the same name.
    pub(super) parameter: String,
}

/// Reads the name of an attribute or a path into a map.
pub(super) fn place(node: &Node, entity: &Entity, found: &mut Diagnostics) -> Option<Place> {
    let text = node.text()?;
    let (text, optional) = text.strip_suffix('?').map_or((text, false), |t| (t, true));
    let mut parts = text.split('.');
    let name = parts.next().unwrap_or_default();
    let Some(attribute) = entity.find(name) else {
        found.push(unknown_attribute(name, node.span, &[entity]));
        return None;
    };
    let path: Vec<PathSegment> = parts
        .map(|part| match part.strip_prefix('$') {
            Some(parameter) => PathSegment::Parameter(parameter.to_owned()),
            None => PathSegment::Name(part.to_owned()),
        })
        .collect();
    if !path.is_empty() && entity.attribute(attribute).ty != Type::Map {
        found.push(
            Diagnostic::at(
                Code::D0210,
                node.span,
                format!(
                    "`{name}` is {}, no map",
                    entity.attribute(attribute).ty.with_article()
                ),
            )
            .context(entity.attribute(attribute).span, "declared here")
            .note("a path leads into an attribute of type `map`")
            .help(format!("write `{name}`, or declare it as a `map`")),
        );
        return None;
    }
    // In a list a name is a parameter of the same name; a path gives it its last name.
    let parameter = text
        .rsplit('.')
        .next()
        .unwrap_or(text)
        .trim_start_matches('$')
        .to_owned();
    Some(Place {
        attribute,
        path,
        optional,
        parameter,
    })
}

/// The parameter that a text names: `$name`, `-$name`, `text($name)`.
pub(super) fn parameter(text: &str) -> Option<Operand> {
    let named = |name: &str, negate, text| {
        super::is_name(name).then(|| Operand::Parameter {
            name: name.to_owned(),
            negate,
            text,
        })
    };
    if let Some(name) = text.strip_prefix('$') {
        return named(name, false, false);
    }
    if let Some(name) = text.strip_prefix("-$") {
        return named(name, true, false);
    }
    let name = text.strip_prefix("text($")?.strip_suffix(')')?;
    named(name, false, true)
}

/// The type of a value inside a map, or of an element of a set.
fn constant_of(
    node: &Node,
    attribute: &Attribute,
    kind: Kind,
    found: &mut Diagnostics,
) -> Option<Constant> {
    let text = node.text()?;
    let ty = match (kind, &attribute.ty) {
        (Kind::Inside, _) => return Some(untyped(node, text)),
        (Kind::Element, Type::NumberSet) => Type::Decimal,
        (Kind::Element, _) => Type::String,
        (Kind::Whole, ty) => ty.clone(),
    };
    constant_text(
        text,
        node.span,
        &Attribute {
            ty,
            ..attribute.clone()
        },
        found,
    )
}

/// A constant inside a map, typed by how it is written.
fn untyped(node: &Node, text: &str) -> Constant {
    match &node.value {
        Value::Scalar {
            kind: crate::document::ScalarKind::Boolean,
            ..
        } => Constant::Boolean(text == "true"),
        Value::Scalar {
            kind: crate::document::ScalarKind::Number,
            ..
        } => text
            .parse()
            .map_or_else(|_| Constant::Decimal(text.to_owned()), Constant::Integer),
        _ => Constant::Text(text.to_owned()),
    }
}

/// What a value stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The attribute itself.
    Whole,
    /// An element of a set.
    Element,
    /// A place inside a map.
    Inside,
}

fn kind(attribute: &Attribute, path: &[PathSegment]) -> Kind {
    match path {
        [] if attribute.ty.is_set() => Kind::Element,
        [] => Kind::Whole,
        _ => Kind::Inside,
    }
}

/// The changes under `set`, `add` or `remove`. `needs_value`: a name in a list is a parameter of the same name;
/// otherwise, in `remove`, the attribute itself.
pub(super) fn changes(
    node: Option<&Node>,
    entity: &Entity,
    needs_value: bool,
    found: &mut Diagnostics,
) -> Vec<Change> {
    let mut made = Vec::new();
    for item in node.map(Node::one_or_many).unwrap_or_default() {
        if item.is_map() {
            made.extend(
                item.entries()
                    .iter()
                    .filter_map(|(key, value)| assigned(key, value, entity, found)),
            );
        } else if let Some(place) = place(item, entity, found) {
            let operand = needs_value.then_some(Operand::Parameter {
                name: place.parameter,
                negate: false,
                text: false,
            });
            made.push(Change {
                attribute: place.attribute,
                path: place.path,
                operand,
                optional: place.optional,
                element: false,
                span: item.span,
            });
        }
    }
    // The order in the file means nothing, so nothing may follow from it.
    made.sort_by(|a, b| (a.attribute, &a.path).cmp(&(b.attribute, &b.path)));
    made
}

fn assigned(key: &Node, value: &Node, entity: &Entity, found: &mut Diagnostics) -> Option<Change> {
    let place = place(key, entity, found)?;
    let attribute = entity.attribute(place.attribute);
    let kind = kind(attribute, &place.path);
    let operand = operand(value, attribute, kind, found)?;
    Some(Change {
        attribute: place.attribute,
        path: place.path,
        operand: Some(operand),
        optional: place.optional,
        element: kind == Kind::Element,
        span: key.span,
    })
}

fn operand(
    node: &Node,
    attribute: &Attribute,
    kind: Kind,
    found: &mut Diagnostics,
) -> Option<Operand> {
    let Some(text) = node.text() else {
        found.push(
            Diagnostic::at(
                Code::D0104,
                node.span,
                format!("expected a value for `{}`", attribute.name),
            )
            .note("a value is one constant or one parameter")
            .help("write a constant, or `$name` for a parameter"),
        );
        return None;
    };
    match parameter(text) {
        Some(Operand::Parameter { negate: true, .. })
            if !attribute.ty.is_number() && kind == Kind::Whole =>
        {
            found.push(
                Diagnostic::at(
                    Code::D0210,
                    node.span,
                    format!("`{}` is no number", attribute.name),
                )
                .context(attribute.span, "declared here")
                .note("`-$name` is the negative of a number")
                .help(format!("write `{}`", text.trim_start_matches('-'))),
            );
            None
        }
        Some(operand) => Some(operand),
        None if text.starts_with('$') || text.starts_with("-$") || text.starts_with("text($") => {
            found.push(
                Diagnostic::at(Code::D0105, node.span, format!("`{text}` names no parameter"))
                    .note("a parameter is `$name`, `-$name` or `text($name)`; its name is an ASCII letter, then letters, digits and `_`")
                    .help(format!("write `${}`", super::legal_name(text))),
            );
            None
        }
        None => constant_of(node, attribute, kind, found).map(Operand::Constant),
    }
}

/// The conditions under `if`.
pub(super) fn conditions(
    node: Option<&Node>,
    entity: &Entity,
    found: &mut Diagnostics,
) -> Vec<Condition> {
    let mut made = Vec::new();
    for item in node.map(Node::one_or_many).unwrap_or_default() {
        if item.is_map() {
            for (key, value) in item.entries() {
                made.extend(condition(key, value, entity, found));
            }
        } else if let Some(place) = place(item, entity, found) {
            if place.optional {
                found.push(
                    Diagnostic::at(
                        Code::D0211,
                        item.span,
                        "the parameter of a condition cannot be left out",
                    )
                    .note("a condition that is sometimes not checked is another pattern")
                    .help("drop the `?`, or make two patterns of it"),
                );
            }
            made.push(Condition {
                attribute: place.attribute,
                path: place.path,
                operator: Operator::Equal,
                operand: Some(Operand::Parameter {
                    name: place.parameter,
                    negate: false,
                    text: false,
                }),
                span: item.span,
            });
        }
    }
    made.sort_by(|a, b| {
        (a.attribute, &a.path, a.operator).cmp(&(b.attribute, &b.path, b.operator))
    });
    made
}

fn condition(key: &Node, value: &Node, entity: &Entity, found: &mut Diagnostics) -> Vec<Condition> {
    let Some(place) = place(key, entity, found) else {
        return Vec::new();
    };
    let attribute = entity.attribute(place.attribute);
    let with = |operator, operand| Condition {
        attribute: place.attribute,
        path: place.path.clone(),
        operator,
        operand,
        span: key.span,
    };
    match &value.value {
        Value::Scalar { text, .. } if text == "exists" => vec![with(Operator::Exists, None)],
        Value::Scalar { text, .. } if text == "missing" => vec![with(Operator::Missing, None)],
        Value::Map(entries) => entries
            .iter()
            .filter_map(|(op, value)| {
                let operator = operator(op, found)?;
                compared(operator, op.span, value, attribute, &place.path, found)
                    .map(|o| with(operator, Some(o)))
            })
            .collect(),
        Value::List(_) => compared(
            Operator::In,
            value.span,
            value,
            attribute,
            &place.path,
            found,
        )
        .map(|o| with(Operator::In, Some(o)))
        .into_iter()
        .collect(),
        Value::Scalar { .. } | Value::Null => compared(
            Operator::Equal,
            key.span,
            value,
            attribute,
            &place.path,
            found,
        )
        .map(|o| with(Operator::Equal, Some(o)))
        .into_iter()
        .collect(),
    }
}

const OPERATORS: [Operator; 10] = [
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::In,
    Operator::BeginsWith,
    Operator::Contains,
    Operator::Lacks,
];

fn operator(node: &Node, found: &mut Diagnostics) -> Option<Operator> {
    let text = node.text()?;
    let operator = OPERATORS.into_iter().find(|o| o.symbol() == text);
    if operator.is_none() {
        let known: Vec<&str> = OPERATORS.iter().map(|o| o.symbol()).collect();
        found.push(
            Diagnostic::at(Code::D0104, node.span, format!("unknown operator `{text}`"))
                .note(format!(
                    "the operators are {}",
                    crate::document::form::quoted(&known)
                ))
                .help("write one of these")
                .did_you_mean(
                    match text {
                        "!=" => "<>",
                        "==" => "=",
                        "=>" => ">=",
                        "=<" => "<=",
                        _ => text,
                    },
                    known,
                )
                .written(text),
        );
    }
    operator
}

/// The operand of an operator, if it goes with the attribute.
fn compared(
    operator: Operator,
    span: Span,
    value: &Node,
    attribute: &Attribute,
    path: &[PathSegment],
    found: &mut Diagnostics,
) -> Option<Operand> {
    let ty = &attribute.ty;
    let fits = !path.is_empty()
        || match operator {
            Operator::Contains | Operator::Lacks => ty.is_set(),
            Operator::BeginsWith => ty.is_text(),
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => ty.fits_key() && !matches!(ty, Type::Boolean),
            Operator::Equal | Operator::NotEqual | Operator::In => ty.fits_key(),
            Operator::Exists | Operator::Missing => true,
        };
    if !fits {
        found.push(
            Diagnostic::at(
                Code::D0210,
                span,
                format!(
                    "`{}` does not go with {}",
                    operator.symbol(),
                    ty.with_article()
                ),
            )
            .context(
                attribute.span,
                format!("`{}` is declared here", attribute.name),
            )
            .note(match operator {
                Operator::Contains | Operator::Lacks => "it asks for an element of a set",
                Operator::BeginsWith => "it asks how a text begins",
                Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual => "it compares texts, numbers and times",
                _ => "lists, maps and sets are not compared as a whole",
            })
            .help(if ty.is_set() {
                "use `contains`, `lacks`, `exists` or `missing`"
            } else if ty.is_text() {
                "use `=`, `<>`, `<`, `<=`, `>`, `>=` or `begins_with`"
            } else if *ty == Type::Boolean {
                "use `=` or `<>`"
            } else if ty.fits_key() {
                "use `=`, `<>`, `<`, `<=`, `>` or `>=`"
            } else {
                "use `exists` or `missing`"
            }),
        );
        return None;
    }
    let kind = kind(attribute, path);
    match &value.value {
        Value::List(items) if operator == Operator::In => {
            let constants: Vec<Constant> = items
                .iter()
                .filter_map(|i| constant_of(i, attribute, kind, found))
                .collect();
            (constants.len() == items.len() && !items.is_empty())
                .then_some(Operand::Constants(constants))
        }
        _ => operand(value, attribute, kind, found),
    }
}

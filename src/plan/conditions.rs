//! Conditions: of sparse indexes, of filters, of writes.

use super::{Condition, PathStep};
use crate::layout::Member;
use crate::solve::projection::{TTL_ATTRIBUTE, ttl_attribute};
use crate::workload::{
    Attribute, AttributeId, Constant, Entity, EntityId, Operand, PathSegment, Type, Workload,
};
use serde_json::{Value, json};

/// A constant as JSON: a decimal is a text.
#[must_use]
pub fn constant(value: &Constant) -> Value {
    match value {
        Constant::Text(t) | Constant::Decimal(t) => json!(t),
        Constant::Integer(n) => json!(n),
        Constant::Boolean(b) => json!(b),
    }
}

/// How a type is stored.
pub(super) const fn stored_as(ty: &Type) -> &'static str {
    match ty {
        Type::String
        | Type::Date
        | Type::Month
        | Type::Uuid
        | Type::Ulid
        | Type::Ksuid
        | Type::Enumeration(_) => "string",
        Type::Timestamp => "timestamp",
        Type::Integer | Type::Decimal | Type::Epoch => "number",
        Type::Boolean => "boolean",
        Type::Binary => "binary",
        Type::List => "list",
        Type::Map => "map",
        Type::StringSet => "string_set",
        Type::NumberSet => "number_set",
    }
}

/// How an element of a set is stored, or the value itself.
pub(super) const fn element_as(ty: &Type) -> &'static str {
    match ty {
        Type::StringSet => "string",
        Type::NumberSet => "number",
        other => stored_as(other),
    }
}

/// A condition on an attribute by name.
pub(super) fn on(attribute: &str, op: &str) -> Condition {
    Condition {
        attribute: Some(attribute.to_owned()),
        op: Some(op.to_owned()),
        ..Condition::default()
    }
}

impl Condition {
    pub(super) fn stored(mut self, stored_as: &str) -> Self {
        self.stored_as = Some(stored_as.to_owned());
        self
    }

    pub(super) fn constant(mut self, value: Value) -> Self {
        self.value = Some(value);
        self
    }

    pub(super) fn parameter(mut self, name: &str) -> Self {
        self.parameter = Some(name.to_owned());
        self
    }

    pub(super) fn clock(mut self) -> Self {
        self.now = Some(true);
        self
    }

    pub(super) fn failing(mut self, failure: &str) -> Self {
        self.failure = Some(failure.to_owned());
        self
    }
}

/// That one of some conditions holds.
pub(super) fn any(of: Vec<Condition>) -> Condition {
    Condition {
        any: Some(of),
        ..Condition::default()
    }
}

/// Which items of a member are in an index, beside that they have every attribute of its key.
pub(super) fn only_when(
    workload: &Workload,
    member: &Member,
    in_key: impl Fn(AttributeId) -> bool,
) -> Option<Vec<Condition>> {
    let entity = workload.entity(member.entity);
    let name = |a: AttributeId| entity.attribute(a).name.as_str();
    let mut made: Vec<(String, Condition)> = Vec::new();
    for (attribute, values) in &member.sparse.values {
        let condition = match values.as_slice() {
            [one] => on(name(*attribute), "=").constant(constant(one)),
            several => on(name(*attribute), "in").constant(several.iter().map(constant).collect()),
        };
        made.push((name(*attribute).to_owned(), condition));
    }
    let valued = |a: AttributeId| member.sparse.values.iter().any(|(b, _)| *b == a);
    for attribute in member
        .sparse
        .presence
        .iter()
        .filter(|a| !valued(*a) && !in_key(*a))
    {
        made.push((name(attribute).to_owned(), on(name(attribute), "exists")));
    }
    for attribute in member.sparse.missing.iter() {
        made.push((name(attribute).to_owned(), on(name(attribute), "missing")));
    }
    made.sort_by(|a, b| a.0.cmp(&b.0));
    (!made.is_empty()).then(|| made.into_iter().map(|(_, c)| c).collect())
}

/// The attribute of an entity's time to live as conditions see it: physical name and how it is stored.
fn expiry(entity: &Entity) -> Option<(String, &'static str)> {
    let ttl = entity.ttl?;
    let name = ttl_attribute(entity, ttl);
    let stored = if name == TTL_ATTRIBUTE {
        "number"
    } else {
        stored_as(&entity.attribute(ttl).ty)
    };
    Some((name, stored))
}

/// That an item is not over its time.
pub(super) fn alive(entity: &Entity) -> Option<Condition> {
    let (name, stored) = expiry(entity)?;
    Some(any(vec![
        on(&name, "missing"),
        on(&name, ">=").stored(stored).clock(),
    ]))
}

/// That there is no item, or one over its time.
pub(super) fn absent(workload: &Workload, entity: &Entity) -> Condition {
    let missing = on(&workload.settings.names.partition, "missing");
    match expiry(entity) {
        Some((name, stored)) => any(vec![missing, on(&name, "<").stored(stored).clock()]),
        None => missing,
    }
}

/// That there is an item.
pub(super) fn present(workload: &Workload) -> Condition {
    on(&workload.settings.names.partition, "exists")
}

/// A condition that only concerns the rows of one entity, among rows of several.
pub(super) fn only_of(workload: &Workload, entity: EntityId, condition: Condition) -> Condition {
    let other = on(&workload.settings.names.discriminator, "<>")
        .stored("string")
        .constant(json!(workload.entity(entity).name));
    match condition.any {
        Some(of) => any(std::iter::once(other).chain(of).collect()),
        None => any(vec![other, condition]),
    }
}

/// A path into a map.
pub(super) fn path(of: &[PathSegment]) -> Option<Vec<PathStep>> {
    (!of.is_empty()).then(|| {
        of.iter()
            .map(|s| match s {
                PathSegment::Name(name) => PathStep::Name(name.clone()),
                PathSegment::Parameter(name) => PathStep::Parameter {
                    parameter: name.clone(),
                },
            })
            .collect()
    })
}

/// A condition of an `if`.
pub(super) fn of_write(entity: &Entity, condition: &crate::workload::Condition) -> Condition {
    let attribute = entity.attribute(condition.attribute);
    let mut made = on(&attribute.stored_as, condition.operator.symbol());
    made.path = path(&condition.path);
    if let Some(operand) = &condition.operand {
        made.stored_as = Some(operand_as(attribute, &condition.path, operand).to_owned());
        match operand {
            Operand::Parameter { name, text, .. } => {
                made.parameter = Some(name.clone());
                made.text = text.then_some(true);
            }
            Operand::Constant(value) => made.value = Some(constant(value)),
            Operand::Constants(values) => made.value = Some(values.iter().map(constant).collect()),
        }
    }
    made.failing("condition")
}

/// How the other side of a comparison is stored.
fn operand_as(attribute: &Attribute, path: &[PathSegment], operand: &Operand) -> &'static str {
    if path.is_empty() {
        return element_as(&attribute.ty);
    }
    match operand {
        Operand::Constant(Constant::Integer(_) | Constant::Decimal(_)) => "number",
        Operand::Constant(Constant::Boolean(_)) => "boolean",
        _ => "string",
    }
}

//! Conditions and changes of one write on one item.

use super::super::value::{Attrs, Decimal, Value};
use super::derived::{derive, text_of};
use super::design::Entity;
use super::forms::{Part, Place, Source};
use super::patterns::{Change, Test, Write};
use super::reads::{compare, is_within};
use super::types::{Type, free};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A map is missing on the way of a path.
pub(super) struct NoWay;

/// The value of a source; nothing where its optional parameter is not given.
pub(super) fn value_of(
    source: &Source,
    kind: &Type,
    values: &Attrs,
) -> Result<Option<Value>, String> {
    match source {
        Source::Constant(yaml) => kind.constant(yaml).map(Some),
        Source::Parameter {
            name,
            text,
            negative,
            ..
        } => {
            let Some(value) = values.get(name) else {
                return Ok(None);
            };
            if *text {
                return Ok(text_of(value).map(Value::Text));
            }
            Ok(Some(if *negative {
                negated(value)?
            } else {
                value.clone()
            }))
        }
    }
}

fn negated(value: &Value) -> Result<Value, String> {
    match value {
        Value::Int(n) => Ok(Value::Int(-n)),
        Value::Dec(n) => Ok(Value::Dec(Decimal::new(-n.units, n.scale))),
        other => Err(format!("{other:?} cannot be negated")),
    }
}

/// Whether a value meets a condition; nothing where the condition is left out.
pub(super) fn meets(
    test: &Test,
    kind: &Type,
    found: Option<&Value>,
    values: &Attrs,
) -> Result<Option<bool>, String> {
    let operand = |source: &Source, kind: &Type| value_of(source, kind, values);
    let same = |wanted: &Value| found.is_some_and(|f| compare(f, wanted) == Ordering::Equal);
    let holds = |element: &Value| match found {
        Some(Value::Set(elements)) => elements
            .iter()
            .any(|e| compare(e, element) == Ordering::Equal),
        Some(Value::List(elements)) => elements.contains(element),
        Some(Value::Text(whole)) => {
            matches!(element, Value::Text(part) if whole.contains(part.as_str()))
        }
        _ => false,
    };
    Ok(match test {
        Test::Exists => Some(found.is_some()),
        Test::Missing => Some(found.is_none()),
        Test::OneOf(constants) => {
            let mut any = false;
            for constant in constants {
                any |= same(&kind.constant(constant)?);
            }
            Some(any)
        }
        Test::Is(source) => operand(source, kind)?.map(|wanted| same(&wanted)),
        Test::IsNot(source) => {
            operand(source, kind)?.map(|wanted| found.is_some() && !same(&wanted))
        }
        Test::Compared(bounds, source) => {
            operand(source, kind)?.map(|bound| found.is_some_and(|f| is_within(*bounds, f, &bound)))
        }
        Test::Contains(source) => operand(source, &kind.element())?.map(|element| holds(&element)),
        Test::Lacks(source) => operand(source, &kind.element())?.map(|element| !holds(&element)),
    })
}

/// The names of a path in this call.
fn path(place: &Place, values: &Attrs) -> Result<Vec<String>, String> {
    let name = |part: &Part| match part {
        Part::Name(name) => Ok(name.clone()),
        Part::Parameter(name) => values
            .get(name)
            .and_then(text_of)
            .ok_or_else(|| format!("the path parameter `{name}` is not given")),
    };
    place.path.iter().map(name).collect()
}

/// Whether all conditions of a step hold of an item (or of no item).
pub(super) fn conditions_hold(
    entity: &Entity,
    write: &Write,
    item: Option<&Attrs>,
    values: &Attrs,
) -> Result<bool, String> {
    for (place, test) in &write.conditions {
        let mut found = item.and_then(|i| i.get(&place.attribute)).cloned();
        for name in path(place, values)? {
            found = match found {
                Some(Value::Map(mut entries)) => entries.remove(&name),
                _ => None,
            };
        }
        let kind = place_type(entity, place, matches!(test, Test::Compared(..)))?;
        if meets(test, &kind, found.as_ref(), values)? == Some(false) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn place_type(entity: &Entity, place: &Place, number: bool) -> Result<Type, String> {
    let kind = entity.attribute(&place.attribute)?.kind.clone();
    if place.path.is_empty() {
        return Ok(kind);
    }
    Ok(if number { Type::Decimal } else { Type::Text })
}

/// The item after an update's changes, derived attributes not yet computed again.
pub(super) fn changed(
    entity: &Entity,
    write: &Write,
    item: &Attrs,
    values: &Attrs,
) -> Result<Result<Attrs, NoWay>, String> {
    let mut out = item.clone();
    let lists = [
        (&write.set, Kind::Set),
        (&write.add, Kind::Add),
        (&write.remove, Kind::Remove),
    ];
    for (list, kind) in lists {
        for change in list {
            let Some(value) = change_value(entity, change, kind, values)? else {
                continue;
            };
            let path = path(&change.place, values)?;
            let base = out.remove(&change.place.attribute);
            match inner(base, &path, kind, &value)? {
                Err(NoWay) => return Ok(Err(NoWay)),
                Ok(after) => drop(after.map(|v| out.insert(change.place.attribute.clone(), v))),
            }
        }
    }
    Ok(Ok(out))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Set,
    Add,
    Remove,
}

enum New {
    /// The attribute itself goes.
    Nothing,
    Value(Value),
}

/// What a change brings; nothing where its optional parameter is not given.
fn change_value(
    entity: &Entity,
    change: &Change,
    kind: Kind,
    values: &Attrs,
) -> Result<Option<New>, String> {
    let Some(source) = &change.value else {
        return Ok(Some(New::Nothing));
    };
    if let (Source::Constant(yaml), false) = (source, change.place.path.is_empty()) {
        return Ok(Some(New::Value(free(yaml))));
    }
    let of = place_type(entity, &change.place, kind == Kind::Add)?;
    let Some(value) = value_of(source, &of, values)? else {
        return Ok(None);
    };
    Ok(Some(New::Value(match value {
        value @ Value::Set(_) => value,
        value if of.is_set() => Value::Set(BTreeSet::from([value])),
        value => value,
    })))
}

/// The value at the end of a path after a change; nothing where it is missing then.
fn inner(
    base: Option<Value>,
    path: &[String],
    kind: Kind,
    new: &New,
) -> Result<Result<Option<Value>, NoWay>, String> {
    if let Some((first, rest)) = path.split_first() {
        let Some(Value::Map(mut entries)) = base else {
            return Ok(Err(NoWay));
        };
        return Ok(match inner(entries.remove(first), rest, kind, new)? {
            Err(NoWay) => Err(NoWay),
            Ok(value) => {
                entries.extend(value.map(|v| (first.clone(), v)));
                Ok(Some(Value::Map(entries)))
            }
        });
    }
    let after = match (kind, new, base) {
        (_, New::Nothing, _) => None,
        (Kind::Set, New::Value(value), _) => Some(value.clone()),
        (Kind::Add, New::Value(value), base) => Some(added(base, value)?),
        (Kind::Remove, New::Value(Value::Set(taken)), Some(Value::Set(elements))) => {
            Some(Value::Set(
                elements
                    .into_iter()
                    .filter(|e| !taken.contains(e))
                    .collect(),
            ))
        }
        (Kind::Remove, New::Value(_), base) => base,
    };
    Ok(Ok(after.filter(
        |v| !matches!(v, Value::Set(elements) if elements.is_empty()),
    )))
}

/// Numbers from 0, sets from empty.
fn added(base: Option<Value>, value: &Value) -> Result<Value, String> {
    Ok(match (base, value) {
        (Some(Value::Set(mut elements)), Value::Set(more)) => {
            elements.extend(more.iter().cloned());
            Value::Set(elements)
        }
        (None, value) => value.clone(),
        (Some(Value::Int(a)), Value::Int(b)) => Value::Int(a + b),
        (Some(Value::Dec(a)), Value::Dec(b)) => {
            let scale = a.scale.max(b.scale);
            let units = a.shifted(scale).zip(b.shifted(scale)).map(|(a, b)| a + b);
            Value::Dec(Decimal::new(units.ok_or("a sum beyond any number")?, scale))
        }
        (base, value) => return Err(format!("{value:?} added to {base:?}")),
    })
}

/// Computes derived attributes again; each is missing when a source is.
pub(super) fn derive_all(entity: &Entity, item: &mut Attrs) {
    // Twice, for an attribute derived from a derived one.
    for _ in 0..2 {
        for (name, attribute) in &entity.attributes {
            let Some(derived) = &attribute.derived else {
                continue;
            };
            match derive(derived, |of| item.get(of).cloned()) {
                Some(value) => drop(item.insert(name.clone(), value)),
                None => drop(item.remove(name)),
            }
        }
    }
}

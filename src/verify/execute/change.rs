//! What an `update` changes: on the instance, and in the item.

use super::super::plan::{Action, As, Entity, Given, Origin, Stored};
use super::super::value::{Attrs, Decimal, Physical, Value};
use super::conditions::path_name;
use super::instance::{Instance, derived_value, given_value};
use super::{CallError, Outcome, physical};
use std::collections::BTreeSet;

/// One change of an attribute, or of a place in its map.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) attribute: String,
    pub(super) name: String,
    pub(super) stored_as: As,
    pub(super) path: Vec<String>,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Set(Value),
    Remove,
    /// To a number (missing counts as 0), or elements to a set.
    Add(Value),
    /// Elements of a set.
    Take(Value),
}

/// The changes of an update in this call, and the instance after them.
pub(super) fn changes(
    entity: &Entity,
    action: &Action,
    before: &Instance,
    values: &Attrs,
    row: Option<&Physical>,
) -> Outcome<(Vec<Change>, Instance)> {
    let mut after = before.clone();
    let mut out = Vec::new();
    let lists = [
        (&action.set, Kind::Set),
        (&action.add, Kind::Add),
        (&action.remove, Kind::Remove),
    ];
    for (list, kind) in lists {
        for given in list.iter().filter(|g| !matches!(g.value, Origin::Derived)) {
            if let Some(change) = change(entity, action, given, kind, values, row)? {
                apply(&mut after, &change)?;
                out.push(change);
            }
        }
    }
    for given in action
        .set
        .iter()
        .filter(|g| matches!(g.value, Origin::Derived))
    {
        let stored = entity.stored(&given.attribute)?;
        let what = derived_value(stored, &after)?.map_or(What::Remove, What::Set);
        let change = of(stored, Vec::new(), what);
        apply(&mut after, &change)?;
        out.push(change);
    }
    Ok((out, after))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Set,
    Add,
    Remove,
}

fn of(stored: &Stored, path: Vec<String>, what: What) -> Change {
    Change {
        attribute: stored.attribute.clone(),
        name: stored.name.clone(),
        stored_as: stored.form,
        path,
        what,
    }
}

fn change(
    entity: &Entity,
    action: &Action,
    given: &Given,
    kind: Kind,
    values: &Attrs,
    row: Option<&Physical>,
) -> Outcome<Option<Change>> {
    let stored = entity.stored(&given.attribute)?;
    if !stored.mutable && !action.upsert {
        return Err(CallError::Fault(format!(
            "an update of `{}`, which is not mutable",
            stored.attribute
        )));
    }
    let path = given
        .path
        .iter()
        .map(|part| path_name(part, values))
        .collect::<Outcome<Vec<_>>>()?;
    if kind == Kind::Remove && matches!(given.value, Origin::None) {
        return Ok(Some(of(stored, path, What::Remove)));
    }
    let Some(value) = given_value(stored, given, values, row)? else {
        return Ok(None);
    };
    let empty = matches!(&value, Value::Set(elements) if elements.is_empty());
    let what = match kind {
        Kind::Set if empty => What::Remove,
        Kind::Add | Kind::Remove if empty => return Ok(None),
        Kind::Set => {
            physical::nonempty(
                entity,
                &stored.attribute,
                Some(&value).filter(|_| path.is_empty()),
            )?;
            What::Set(value)
        }
        Kind::Add if given.negate => What::Add(negative(&value)?),
        Kind::Add => What::Add(value),
        Kind::Remove => What::Take(value),
    };
    Ok(Some(of(stored, path, what)))
}

fn negative(value: &Value) -> Outcome<Value> {
    match value {
        Value::Int(n) => Ok(Value::Int(-n)),
        Value::Dec(n) => Ok(Value::Dec(Decimal::new(-n.units, n.scale))),
        other => Err(CallError::Fault(format!("{other:?} cannot be negated"))),
    }
}

fn apply(instance: &mut Instance, change: &Change) -> Outcome<()> {
    let name = &change.attribute;
    let plain = change.path.is_empty() && matches!(change.what, What::Set(_) | What::Remove);
    if !plain && !instance.knows(name) {
        return Ok(());
    }
    let base = if plain { None } else { instance.get(name)? };
    let value = inner(base, &change.path, &change.what)?;
    match value {
        Inner::Value(value) => instance.learn(name, value),
        // A map is missing on the way: the write will fail, nothing is known of what comes after.
        Inner::NoWay => instance.forget(name),
    }
    Ok(())
}

enum Inner {
    Value(Option<Value>),
    NoWay,
}

fn inner(base: Option<Value>, path: &[String], what: &What) -> Outcome<Inner> {
    let Some((first, rest)) = path.split_first() else {
        return Ok(Inner::Value(changed(base, what)?));
    };
    let Some(Value::Map(mut entries)) = base else {
        return Ok(Inner::NoWay);
    };
    match inner(entries.remove(first), rest, what)? {
        Inner::NoWay => return Ok(Inner::NoWay),
        Inner::Value(None) => {}
        Inner::Value(Some(value)) => drop(entries.insert(first.clone(), value)),
    }
    Ok(Inner::Value(Some(Value::Map(entries))))
}

fn changed(base: Option<Value>, what: &What) -> Outcome<Option<Value>> {
    Ok(match what {
        What::Set(value) => Some(value.clone()),
        What::Remove => None,
        What::Add(value) => Some(sum(base, value)?),
        What::Take(Value::Set(taken)) => match base {
            Some(Value::Set(elements)) => Some(Value::Set(&elements - taken)),
            other => other,
        },
        What::Take(other) => return Err(CallError::Fault(format!("{other:?} taken from a set"))),
    })
}

fn sum(base: Option<Value>, value: &Value) -> Outcome<Value> {
    Ok(match (base, value) {
        (None, value) => value.clone(),
        (Some(Value::Int(a)), Value::Int(b)) => Value::Int(a + b),
        (Some(Value::Set(a)), Value::Set(b)) => {
            Value::Set(a.union(b).cloned().collect::<BTreeSet<_>>())
        }
        (Some(a), b) => {
            let (a, b) = (decimal(&a)?, decimal(b)?);
            let scale = a.scale.max(b.scale);
            let sum = a.shifted(scale).zip(b.shifted(scale)).map(|(a, b)| a + b);
            let sum =
                sum.ok_or_else(|| CallError::Refused("a sum beyond any number".to_owned()))?;
            Value::Dec(Decimal::new(sum, scale))
        }
    })
}

fn decimal(value: &Value) -> Outcome<Decimal> {
    match value {
        Value::Dec(n) => Ok(*n),
        Value::Int(n) => Ok(Decimal::new(*n, 0)),
        other => Err(CallError::Fault(format!("{other:?} is added as a number"))),
    }
}

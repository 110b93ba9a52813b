//! Comparing a key with a value that a request names, for all items and all parameters at once.
//!
//! `DynamoDB` compares key values by their UTF-8 bytes. A key template and the segments of a request are walked side by
//! side. Where both hold a value in one encoding, what follows decides whether the bytes compare as the values do: a
//! value of fixed length may be followed by anything, one of varying length needs a mark behind it that sorts below all
//! that values hold. Where that cannot be shown the answer is [`Tree::Unclear`], never a guess.

use super::coding::Coding;
use super::token::{At, Head, Part, Source};
use crate::workload::{AttributeId, Constant, Entity};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a comparison may know of an item's entity and of the request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The entity of the key.
    pub(super) entity: &'a Entity,
    /// The values that parameters can have, where they are few.
    pub(super) parameters: &'a BTreeMap<String, Vec<Constant>>,
    /// The values that the variables of `for_each` go through, where they are values.
    pub(super) variables: &'a BTreeMap<String, Vec<Value>>,
}

/// What a value of a key is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operand {
    /// A parameter.
    Parameter(String),
    /// A variable of `for_each`.
    Variable(String),
    /// A physical attribute of a row of an earlier step.
    Row(String),
    /// A constant.
    Constant(Constant),
}

/// Whose value of a key is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Of {
    /// That of an attribute.
    Attribute(AttributeId),
    /// The shard of some attributes among so many.
    Shard(Vec<AttributeId>, u32),
}

/// Where a key lies, seen from the value of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is less.
    Before,
    /// It is the same.
    Same,
    /// It is greater and does not begin with it.
    After,
    /// It is greater and begins with it.
    Extends,
}

/// Where a key lies, as far as it depends on values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    /// For all items.
    Is(Place),
    /// As one value compares with another: less is before, greater after.
    Split {
        /// The value of the key.
        of: Of,
        /// The value of the request.
        with: Operand,
        /// Whether greater values are written as lesser texts.
        down: bool,
        /// Whether the request ends inside the value, so that keys extend it whose value begins with it.
        open: bool,
        /// Where the key lies when the values are equal.
        equal: Box<Self>,
    },
    /// For each of the few values of an attribute.
    Cases(AttributeId, Vec<(Constant, Self)>),
    /// As one of these, which one is a matter of the request and not of the item.
    OneOf(Vec<Self>),
    /// It cannot be told.
    Unclear(String),
}

/// Compares a key with the value of a request.
pub(super) fn compare(scope: Scope<'_>, key: At<'_>, bound: At<'_>) -> Tree {
    match (key.head(), bound.head()) {
        (Head::End, Head::End) => Tree::Is(Place::Same),
        (_, Head::End) if key.is_never_empty() => Tree::Is(Place::Extends),
        (Head::End, _) if bound.is_never_empty() => Tree::Is(Place::Before),
        (Head::End, _) | (_, Head::End) => {
            Tree::Unclear("one ends in a value that may be empty".to_owned())
        }
        (Head::Text(a), Head::Text(b)) => texts(scope, (key, a), (bound, b)),
        (Head::Part(part), Head::Part(with)) => values(scope, (key, part), (bound, with)),
        (Head::Part(part), Head::Text(text)) => value_and_text(scope, (key, part), (bound, text)),
        (Head::Text(text), Head::Part(with)) => text_and_value(scope, (key, text), (bound, with)),
    }
}

fn texts(scope: Scope<'_>, (key, a): (At<'_>, &[u8]), (bound, b): (At<'_>, &[u8])) -> Tree {
    let common = a.len().min(b.len());
    match a.get(..common).cmp(&b.get(..common)) {
        std::cmp::Ordering::Less => Tree::Is(Place::Before),
        std::cmp::Ordering::Greater => Tree::Is(Place::After),
        std::cmp::Ordering::Equal => compare(scope, key.skip(common), bound.skip(common)),
    }
}

/// What comes behind a value: whether it keeps the order of the texts that of the values.
enum Behind {
    /// Nothing.
    Nothing,
    /// Something that marks the end of the value, or the value has a fixed length.
    Mark,
    /// Something else.
    Other,
}

fn behind(coding: Coding, after: At<'_>) -> Behind {
    match after.head() {
        Head::End => Behind::Nothing,
        _ if coding.length().is_some() => Behind::Mark,
        Head::Text([first, ..]) if coding.ends_before(*first) => Behind::Mark,
        Head::Text(_) | Head::Part(_) => Behind::Other,
    }
}

fn values(scope: Scope<'_>, (key, part): (At<'_>, &Part), (bound, with): (At<'_>, &Part)) -> Tree {
    let operand = match &with.source {
        Source::Parameter(name) => Operand::Parameter(name.clone()),
        Source::Variable(name) => Operand::Variable(name.clone()),
        Source::Row(name, _) => Operand::Row(name.clone()),
        Source::Attribute(_) | Source::Shard { .. } => {
            return Tree::Unclear("a request names an item's own value".to_owned());
        }
    };
    if part.coding != with.coding {
        return Tree::Unclear(format!(
            "one value is written as {:?}, the other as {:?}",
            part.coding, with.coding
        ));
    }
    split(scope, (key, part), bound.pass(), operand)
}

/// The comparison of a key's value with an operand behind which `bound` goes on.
fn split(scope: Scope<'_>, (key, part): (At<'_>, &Part), bound: At<'_>, with: Operand) -> Tree {
    let of = match &part.source {
        Source::Attribute(id) => Of::Attribute(*id),
        Source::Shard { of, count } => Of::Shard(of.clone(), *count),
        Source::Parameter(_) | Source::Variable(_) | Source::Row(..) => {
            return Tree::Unclear("a key template names a parameter".to_owned());
        }
    };
    let key = key.pass();
    let fixed = part.coding.length().is_some() || part.coding.stands_alone();
    let open = match (behind(part.coding, key), behind(part.coding, bound)) {
        (Behind::Other, _) => {
            return Tree::Unclear("nothing marks the end of a value in the key".to_owned());
        }
        (_, Behind::Other) => {
            return Tree::Unclear("nothing marks the end of a value in the request".to_owned());
        }
        (_, Behind::Nothing) => !fixed,
        (_, Behind::Mark) => false,
    };
    let equal = Box::new(compare(scope, key, bound));
    Tree::Split {
        of,
        with,
        down: part.coding.is_down(),
        open,
        equal,
    }
}

/// A value of the key beside literal text of the request: a constant, or the name of something else.
fn value_and_text(
    scope: Scope<'_>,
    (key, part): (At<'_>, &Part),
    (bound, text): (At<'_>, &[u8]),
) -> Tree {
    let Source::Attribute(id) = &part.source else {
        return by_first_byte(part.coding, text)
            .unwrap_or_else(|| Tree::Unclear("a shard meets literal text".to_owned()));
    };
    let attribute = scope.entity.attribute(*id);
    if let Some(all) = attribute.ty.values() {
        let case = |value: Constant| {
            let written = part.coding.write(&value)?;
            let tree = compare(scope, key.instead(written.as_bytes()), bound);
            Some((value, tree))
        };
        return match all.into_iter().map(case).collect() {
            Some(cases) => Tree::Cases(*id, cases),
            None => Tree::Unclear("an enumeration is not written as text".to_owned()),
        };
    }
    let length = match part.coding.length() {
        Some(length) => length,
        None => text
            .iter()
            .position(|b| part.coding.ends_before(*b))
            .unwrap_or(text.len()),
    };
    let written = text.get(..length).and_then(|t| std::str::from_utf8(t).ok());
    match written.and_then(|w| part.coding.read(w, &attribute.ty)) {
        Some(constant) => split(
            scope,
            (key, part),
            bound.skip(length),
            Operand::Constant(constant),
        ),
        None => by_first_byte(part.coding, text).unwrap_or_else(|| {
            Tree::Unclear(format!(
                "`{}` meets text that is no value of it",
                attribute.name
            ))
        }),
    }
}

/// Where every value of an encoding lies beside some text, if the first byte tells.
fn by_first_byte(coding: Coding, text: &[u8]) -> Option<Tree> {
    let first = *text.first()?;
    let (least, greatest) = coding.first_bytes();
    if !coding.is_never_empty() {
        return None;
    }
    match first {
        b if b > greatest => Some(Tree::Is(Place::Before)),
        b if b < least => Some(Tree::Is(Place::After)),
        _ => None,
    }
}

/// Literal text of the key beside a value of the request.
fn text_and_value(
    scope: Scope<'_>,
    (key, text): (At<'_>, &[u8]),
    (bound, with): (At<'_>, &Part),
) -> Tree {
    if let Some(written) = written(scope, with) {
        let mut trees: Vec<Tree> = Vec::new();
        for value in &written {
            let tree = compare(scope, key, bound.instead(value.as_bytes()));
            if !trees.contains(&tree) {
                trees.push(tree);
            }
        }
        return match (trees.len(), trees.pop()) {
            (1, Some(only)) => only,
            (_, None) => Tree::Unclear("a variable goes through no values".to_owned()),
            (_, Some(last)) => Tree::OneOf(trees.into_iter().chain([last]).collect()),
        };
    }
    let mirrored = match by_first_byte(with.coding, text) {
        Some(Tree::Is(Place::Before)) => Some(Tree::Is(Place::After)),
        Some(Tree::Is(Place::After)) => Some(Tree::Is(Place::Before)),
        _ => None,
    };
    mirrored.unwrap_or_else(|| {
        Tree::Unclear("literal text of the key meets a value of the request".to_owned())
    })
}

/// The texts of a value of the request that has few.
fn written(scope: Scope<'_>, with: &Part) -> Option<Vec<String>> {
    match &with.source {
        Source::Parameter(name) => scope
            .parameters
            .get(name)?
            .iter()
            .map(|v| with.coding.write(v))
            .collect(),
        Source::Variable(name) => scope
            .variables
            .get(name)?
            .iter()
            .map(|v| {
                let value = match v {
                    Value::String(text) => Constant::Text(text.clone()),
                    Value::Bool(b) => Constant::Boolean(*b),
                    _ => return None,
                };
                with.coding.write(&value)
            })
            .collect(),
        _ => None,
    }
}

//! One action on an item: its values, changes, key and what it claims to know.

use super::compare::{Operand as With, Scope, compare};
use super::conditions::{is_constant, path};
use super::facts::{Atom, Relation};
use super::known::Writing;
use super::model::{Entry, KindOf};
use super::outcome::{Outcome, Test, select};
use super::token::{At, Token, tokens};
use crate::plan::{ActionEntry, ActionKey, Assignment, Choice, Key, Segment, SortCondition};
use crate::workload::{AttributeId, AttributeSet, Change, Operand, WriteVerb};
use std::collections::BTreeMap;

/// The word of the document for a verb.
pub(super) const fn word(verb: WriteVerb) -> &'static str {
    match verb {
        WriteVerb::Create | WriteVerb::Put => "put",
        WriteVerb::Update => "update",
        WriteVerb::Delete => "delete",
        WriteVerb::Check => "check",
    }
}

/// What is wrong with what an action writes.
pub(super) fn changes(writing: &Writing<'_>, action: &ActionEntry) -> Vec<String> {
    let mut wrong = Vec::new();
    let step = writing.step;
    match step.verb {
        WriteVerb::Create | WriteVerb::Put => {
            wrong.extend(instance(writing, action));
            if !(action.set.is_empty()
                && action.add.is_empty()
                && action.remove.is_empty()
                && action.keys.is_empty())
                || action.upsert
            {
                wrong.push("a put changes single attributes".to_owned());
            }
        }
        WriteVerb::Update => {
            let derived: Vec<&Assignment> = action
                .set
                .iter()
                .filter(|a| a.derived == Some(true))
                .collect();
            let given: Vec<&Assignment> = action
                .set
                .iter()
                .filter(|a| a.derived != Some(true))
                .collect();
            for (declared, planned, what) in [
                (&step.set, given, "set"),
                (&step.add, action.add.iter().collect(), "add"),
                (&step.remove, action.remove.iter().collect(), "remove"),
            ] {
                if !same_changes(writing, declared, &planned) {
                    wrong.push(format!("`{what}` is not that of the design"));
                }
            }
            wrong.extend(computed(writing, &derived));
            if action.upsert != step.upsert {
                wrong.push("`upsert` is not that of the design".to_owned());
            }
        }
        WriteVerb::Delete | WriteVerb::Check => {
            if !(action.set.is_empty()
                && action.add.is_empty()
                && action.remove.is_empty()
                && action.keys.is_empty())
                || action.upsert
            {
                wrong.push("it changes attributes".to_owned());
            }
        }
    }
    wrong
}

/// A put gives every attribute of the instance once.
fn instance(writing: &Writing<'_>, action: &ActionEntry) -> Vec<String> {
    let entity = writing.entity;
    let mut wrong = Vec::new();
    for id in entity.attribute_ids() {
        let attribute = entity.attribute(id);
        let own: Vec<&Assignment> = action
            .values
            .iter()
            .filter(|v| v.attribute == attribute.name)
            .collect();
        let plain = Assignment {
            attribute: attribute.name.clone(),
            ..Assignment::default()
        };
        let holds = match (
            writing.step.set.iter().find(|c| c.attribute == id),
            own.as_slice(),
        ) {
            (Some(change), [one]) => same_change(writing, change, one),
            (None, [one]) if attribute.derived.is_some() => {
                **one
                    == Assignment {
                        derived: Some(true),
                        ..plain
                    }
            }
            (None, [one]) => {
                **one
                    == Assignment {
                        parameter: Some(attribute.name.clone()),
                        ..plain
                    }
            }
            _ => false,
        };
        if !holds {
            wrong.push(format!(
                "`{}` is not given as the design says, once",
                attribute.name
            ));
        }
    }
    if action.values.len() != entity.attributes.len() {
        wrong.push("it gives values of what is no attribute".to_owned());
    }
    wrong
}

fn same_changes(writing: &Writing<'_>, declared: &[Change], planned: &[&Assignment]) -> bool {
    declared.len() == planned.len()
        && declared.iter().all(|c| {
            planned
                .iter()
                .filter(|a| same_change(writing, c, a))
                .count()
                == 1
        })
}

fn same_change(writing: &Writing<'_>, change: &Change, of: &Assignment) -> bool {
    let place = of.attribute == writing.entity.attribute(change.attribute).name
        && of.path == path(&change.path);
    let value = match &change.operand {
        None => {
            of.parameter.is_none() && of.value.is_none() && of.negate.is_none() && of.text.is_none()
        }
        Some(Operand::Parameter { name, negate, text }) => {
            let flags = (of.negate == Some(true), of.text == Some(true)) == (*negate, *text);
            of.parameter.as_ref() == Some(name) && of.value.is_none() && flags
        }
        Some(Operand::Constant(value)) => {
            is_constant(of.value.as_ref(), value) && of.parameter.is_none() && of.negate.is_none()
        }
        Some(Operand::Constants(_)) => false,
    };
    place && value && of.derived.is_none()
}

/// Derived attributes are computed again exactly where what they are derived from can change.
fn computed(writing: &Writing<'_>, derived: &[&Assignment]) -> Vec<String> {
    let changed = writing.changed_by_name();
    let mut wrong = Vec::new();
    for id in writing.entity.attribute_ids() {
        let attribute = writing.entity.attribute(id);
        let needed = attribute.derived.is_some() && (changed.contains(id) || writing.step.upsert);
        let count = derived
            .iter()
            .filter(|a| a.attribute == attribute.name)
            .count();
        if count != usize::from(needed) {
            wrong.push(format!(
                "the derived `{}` is computed {count} times",
                attribute.name
            ));
        }
    }
    wrong
}

/// The attributes that an action claims to know of the item before, and what is wrong with the claims.
pub(super) fn claims(writing: &Writing<'_>, action: &ActionEntry) -> (AttributeSet, Vec<String>) {
    let mut known = AttributeSet::default();
    let mut wrong = Vec::new();
    if matches!(writing.step.verb, WriteVerb::Create | WriteVerb::Put) {
        return (known, wrong);
    }
    let (by, required) = (writing.by(), writing.required());
    for value in &action.values {
        let Some(id) = writing.entity.find(&value.attribute) else {
            wrong.push(format!(
                "it knows `{}`, which is no attribute",
                value.attribute
            ));
            continue;
        };
        let plain = value.path.is_none()
            && value.derived.is_none()
            && value.negate.is_none()
            && value.text.is_none();
        let by_key = by.iter().any(|(a, p)| {
            *a == id && value.parameter.as_deref() == Some(p) && value.value.is_none()
        });
        let by_if = required.iter().any(|(a, operand)| {
            *a == id
                && match operand {
                    Operand::Parameter {
                        name,
                        negate: false,
                        text: false,
                    } => value.parameter.as_ref() == Some(name) && value.value.is_none(),
                    Operand::Constant(constant) => {
                        is_constant(value.value.as_ref(), constant) && value.parameter.is_none()
                    }
                    _ => false,
                }
        });
        if !plain || !(by_key || by_if) || known.contains(id) {
            wrong.push(format!(
                "nothing says what it knows of `{}`",
                value.attribute
            ));
        }
        known.insert(id);
    }
    let given = by.iter().map(|(id, _)| *id).chain(
        required
            .iter()
            .filter(|(_, o)| is_told(o))
            .map(|(id, _)| *id),
    );
    if !given.collect::<AttributeSet>().is_subset(known) {
        wrong.push("it does not say all that it knows of its item".to_owned());
    }
    (known, wrong)
}

/// Whether what an `if` fixes is the value itself.
const fn is_told(operand: &Operand) -> bool {
    matches!(
        operand,
        Operand::Parameter {
            negate: false,
            text: false,
            ..
        } | Operand::Constant(_)
    )
}

/// What is wrong with the key of an action: it must be the table's key of the item, made of what the call knows.
pub(super) fn misplaced(
    writing: &Writing<'_>,
    kind: &KindOf<'_>,
    action: &ActionEntry,
    table: &Key,
) -> Option<String> {
    if matches!(writing.step.verb, WriteVerb::Create | WriteVerb::Put) {
        return action.key.as_ref().map(|_| "a put names a key".to_owned());
    }
    let Some(key) = &action.key else {
        return Some("it does not say where its item is".to_owned());
    };
    if writing.found.is_some() {
        return by_row(key, table);
    }
    let entry = kind.table_entry()?;
    match keyed(writing, entry, key) {
        Ok(None) => None,
        Ok(Some(why)) | Err(why) => Some(format!("its key is not that of the item: {why}")),
    }
}

fn equal_sort(key: &ActionKey) -> Option<Vec<&Vec<Segment>>> {
    key.sort
        .iter()
        .map(|c| match c {
            Choice::Plain(SortCondition::Equals(Choice::Plain(segments))) => Some(segments),
            _ => None,
        })
        .collect()
}

fn by_row(key: &ActionKey, table: &Key) -> Option<String> {
    let sort = equal_sort(key).unwrap_or_default();
    let given = key.partition.iter().map(|p| &p.segments).chain(sort);
    let wanted = table.partition.iter().chain(&table.sort).map(|part| {
        let (stored_as, encoding) = match part.ty.as_str() {
            "N" => ("number", "number"),
            "B" => ("binary", "binary"),
            _ => ("string", "raw"),
        };
        vec![Segment::Row {
            row: part.attribute.clone(),
            stored_as: stored_as.to_owned(),
            encoding: encoding.to_owned(),
        }]
    });
    let same = given.cloned().eq(wanted);
    (!same).then(|| "its key is not that of the row that was found".to_owned())
}

fn keyed(
    writing: &Writing<'_>,
    entry: &Entry<'_>,
    key: &ActionKey,
) -> Result<Option<String>, String> {
    let Some(sort) = equal_sort(key) else {
        return Ok(Some("its sort key is not one value".to_owned()));
    };
    let made: Vec<Vec<Token>> = key
        .partition
        .iter()
        .map(|p| &p.segments)
        .chain(sort)
        .map(|s| tokens(s, None))
        .collect::<Result<_, _>>()?;
    if made.len() != entry.partition.len() + entry.sort.len()
        || key.partition.len() != entry.partition.len()
    {
        return Ok(Some("it has other key attributes".to_owned()));
    }
    let none = BTreeMap::new();
    let scope = Scope {
        entity: writing.entity,
        parameters: &BTreeMap::new(),
        variables: &none,
    };
    let mut all = Outcome::all();
    for (template, given) in entry.partition.iter().chain(&entry.sort).zip(&made) {
        all = all.and(|| {
            select(
                &compare(scope, At::start(template), At::start(given)),
                Test::Equals,
            )
        });
    }
    let atoms = match all {
        Outcome::When(atoms) => atoms,
        Outcome::Never => return Ok(Some("no item has it".to_owned())),
        Outcome::Unclear(why) => return Ok(Some(why)),
    };
    let by = writing.by();
    let own = |id: AttributeId| {
        by.iter()
            .find(|(a, _)| *a == id)
            .map(|(_, name)| With::Parameter((*name).to_owned()))
    };
    let wrong = atoms.iter().any(|atom| match atom {
        Atom::Compare(id, Relation::Equal, with) => own(*id).as_ref() != Some(with),
        _ => true,
    });
    let fixed: AttributeSet = atoms
        .iter()
        .filter_map(|a| {
            if let Atom::Compare(id, ..) = a {
                Some(*id)
            } else {
                None
            }
        })
        .collect();
    Ok((wrong || fixed != entry.attributes)
        .then(|| "its values are not what the item is known by".to_owned()))
}

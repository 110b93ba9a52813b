//! What must follow a change of an item: its keys in the indexes, and its guards.

use super::conditions::{Stored, absent};
use super::guards::unique_of;
use super::identity::is_of_identity;
use super::known::Writing;
use super::model::{KindOf, Model};
use crate::plan::{ActionEntry, Condition};
use crate::workload::{AttributeSet, WriteVerb};

/// What is wrong with the index keys of an update, and the attributes of the item before that they need beside `known`.
pub(super) fn index_keys(
    writing: &Writing<'_>,
    kind: &KindOf<'_>,
    action: &ActionEntry,
    known: AttributeSet,
) -> (Vec<String>, AttributeSet) {
    let mut wrong = Vec::new();
    let mut needs = AttributeSet::default();
    if writing.step.verb != WriteVerb::Update {
        return (wrong, needs);
    }
    let changed = writing.changed();
    for entry in &kind.entries {
        let Some(index) = entry.index else { continue };
        let sources = entry.attributes.union(entry.conditioned);
        let touched = writing.step.upsert || !sources.intersection(changed).is_empty();
        let own: Vec<&str> = action
            .keys
            .iter()
            .filter(|k| k.index == index)
            .map(|k| k.change.as_str())
            .collect();
        let certain = writing.is_in(entry);
        let stays_out = certain == Some(false) && writing.was_in(entry) == Some(false);
        let change = match (touched, own.as_slice()) {
            (false, []) => continue,
            (true, []) if stays_out => continue,
            (true, [one]) => *one,
            (false, _) => {
                wrong.push(format!(
                    "it names the key of {index}, which does not change"
                ));
                continue;
            }
            (true, []) => {
                wrong.push(format!(
                    "it does not change the key of {index}, which can change with it"
                ));
                continue;
            }
            (true, _) => {
                wrong.push(format!("it changes the key of {index} twice"));
                continue;
            }
        };
        match (change, certain) {
            ("set", Some(true)) => needs = needs.union(writing.needs(entry.attributes, known)),
            ("either", _) => needs = needs.union(writing.needs(sources, known)),
            ("remove", Some(false)) => {}
            _ => wrong.push(format!(
                "`{change}` is not what becomes of the key of {index}"
            )),
        }
    }
    for key in &action.keys {
        if !kind
            .entries
            .iter()
            .any(|e| e.index == Some(key.index.as_str()))
        {
            wrong.push(format!(
                "it changes a key of {}, where its items are not",
                key.index
            ));
        }
    }
    let derived: AttributeSet = action
        .set
        .iter()
        .filter(|a| a.derived == Some(true))
        .filter_map(|a| writing.entity.find(&a.attribute))
        .collect();
    (wrong, needs.union(writing.needs(derived, known)))
}

/// An action that a guard needs.
#[derive(Debug, Clone, PartialEq)]
struct Expected {
    kind: String,
    action: &'static str,
    condition: Vec<Condition>,
}

/// What is wrong with the actions on the guards of an item, and the attributes before that they need beside `known`.
pub(super) fn guards(
    model: &Model<'_>,
    writing: &Writing<'_>,
    partition: &str,
    (main, planned): (&ActionEntry, &[&ActionEntry]),
    known: AttributeSet,
) -> (Vec<String>, AttributeSet) {
    let mut wrong = Vec::new();
    let mut needs = AttributeSet::default();
    let mut expected: Vec<Expected> = Vec::new();
    for guard in model.guards(writing.step.entity) {
        let (actions, more, stale) = on_guard(model, writing, guard, partition, known);
        expected.extend(actions);
        needs = needs.union(more);
        if stale {
            wrong.push(format!(
                "the guard {} keeps the old time to live where the new one comes with the same unique value",
                guard.kind.name
            ));
        }
    }
    for one in &expected {
        let matching = planned
            .iter()
            .filter(|a| a.kind == one.kind && a.action == one.action);
        match matching.collect::<Vec<_>>().as_slice() {
            [found] if found.condition == one.condition => {}
            [_] => wrong.push(format!(
                "the {} of the guard {} has other conditions than it needs",
                one.action, one.kind
            )),
            [] => wrong.push(format!("it does not {} the guard {}", one.action, one.kind)),
            _ => wrong.push(format!(
                "it does two times {} the guard {}",
                one.action, one.kind
            )),
        }
    }
    for action in planned {
        if !expected
            .iter()
            .any(|e| e.kind == action.kind && e.action == action.action)
        {
            wrong.push(format!(
                "its {} of the guard {} is not needed",
                action.action, action.kind
            ));
        }
        let bare = action.key.is_none()
            && action.values.is_empty()
            && action.set.is_empty()
            && action.add.is_empty()
            && action.remove.is_empty();
        if !bare
            || !action.keys.is_empty()
            || !action.current.is_empty()
            || action.upsert
            || action.times != main.times
            || action.entity != main.entity
            || action.name != main.name
            || !action.returned.is_empty()
        {
            wrong.push(format!(
                "the action on the guard {} does not go with its item's",
                action.kind
            ));
        }
    }
    (wrong, needs)
}

/// What a write has to do with a guard: the actions, what it needs of the item before, and whether the guard's time can
/// be left behind.
fn on_guard(
    model: &Model<'_>,
    writing: &Writing<'_>,
    guard: &KindOf<'_>,
    partition: &str,
    known: AttributeSet,
) -> (Vec<Expected>, AttributeSet, bool) {
    let entity = writing.entity;
    let of_identity = is_of_identity(model, guard);
    let unique: AttributeSet = unique_of(model, guard).into_iter().collect();
    let changed = writing.changed_by_name();
    let stored = Stored {
        partition,
        kind: guard,
        in_key: AttributeSet::default(),
    };
    let action = |action: &'static str, condition: Vec<Condition>| Expected {
        kind: guard.kind.name.clone(),
        action,
        condition,
    };
    let put_new = || {
        action(
            "put",
            vec![absent(
                stored,
                if of_identity { "exists" } else { "not_unique" },
            )],
        )
    };
    let delete = || action("delete", Vec::new());
    let before = || {
        unique.iter().fold(AttributeSet::default(), |set, id| {
            set.union(writing.needs_before(id, known))
        })
    };
    let carried = || writing.needs(guard.carries.union(unique), known);
    let none = AttributeSet::default();
    let expires = entity.ttl.is_some_and(|t| changed.contains(t));
    match writing.step.verb {
        WriteVerb::Create => (vec![put_new()], none, false),
        WriteVerb::Put if of_identity => (vec![action("put", Vec::new())], none, false),
        WriteVerb::Put => (
            vec![put_new(), delete()],
            unique.without(known),
            entity.ttl.is_some(),
        ),
        WriteVerb::Delete => (vec![delete()], before(), false),
        WriteVerb::Update
            if !unique.intersection(changed).is_empty()
                || (writing.step.upsert && !of_identity) =>
        {
            (
                vec![put_new(), delete()],
                before().union(carried()),
                expires,
            )
        }
        WriteVerb::Update if expires || writing.step.upsert => {
            (vec![action("put", Vec::new())], carried(), false)
        }
        WriteVerb::Update | WriteVerb::Check => (Vec::new(), none, false),
    }
}

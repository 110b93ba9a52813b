//! Keys: what they are made of, and that no two items ever have one.

use super::Findings;
use super::apart::{Template, confusion, may_meet};
use super::facts::closure;
use super::model::{Entry, KindOf, Model};
use super::token::{At, Part, Source, Token, describe};
use crate::workload::{Action, AttributeSet, Entity, Read, ReadVerb, Step, Test, WriteVerb};

/// Checks the keys of all kinds.
pub(super) fn check(model: &Model<'_>, found: &mut Findings) {
    for kind in &model.kinds {
        for entry in &kind.entries {
            check_entry(model, kind, entry, found);
        }
        if kind.is_item {
            check_table_key(model, kind, found);
        }
    }
    check_disjoint(model, found);
}

fn place(kind: &KindOf<'_>, entry: &Entry<'_>) -> String {
    format!(
        "key of {} in {}",
        kind.kind.name,
        entry.index.unwrap_or("the table")
    )
}

fn check_entry(model: &Model<'_>, kind: &KindOf<'_>, entry: &Entry<'_>, found: &mut Findings) {
    let entity = model.workload.entity(kind.entity);
    for tokens in entry.partition.iter().chain(&entry.sort) {
        for token in tokens {
            if let Token::Part(part) = token
                && let Some(problem) = unfit(entity, part)
            {
                found.wrong(&place(kind, entry), problem);
            }
        }
        if let Some(problem) = confusion(entity, tokens) {
            found.wrong(
                &place(kind, entry),
                format!(
                    "two lists of values can give one key `{}`: {problem}",
                    describe(tokens, Some(entity))
                ),
            );
        }
        let native = matches!(tokens.as_slice(), [Token::Part(_)]);
        if !native && !At::start(tokens).is_never_empty() {
            found.wrong(&place(kind, entry), "a key attribute can be empty text");
        }
    }
    let local = |name: &str| {
        model.table(&kind.kind.table).is_some_and(|t| {
            t.indexes
                .iter()
                .any(|i| i.name == name && i.kind == "local")
        })
    };
    let own = kind.table_entry().map(|e| &e.partition);
    if entry.index.is_some_and(local) && own != Some(&entry.partition) {
        found.wrong(
            &place(kind, entry),
            "the partition key of a local index is not the table's",
        );
    }
}

/// Why an encoding cannot hold the values of its part.
fn unfit(entity: &Entity, part: &Part) -> Option<String> {
    match &part.source {
        Source::Attribute(id) => {
            let attribute = entity.attribute(*id);
            (!part.coding.suits(attribute)).then(|| {
                format!(
                    "the encoding of `{}` does not hold every {} that it can be",
                    attribute.name,
                    attribute.ty.name()
                )
            })
        }
        Source::Shard { of, count } => {
            let digits = count.saturating_sub(1).checked_ilog10().unwrap_or(0) + 1;
            let fits = matches!(part.coding, super::coding::Coding::Integer { width, down: false } if width >= digits);
            (!fits || *count < 2 || of.is_empty()).then(|| {
                "a shard has no attributes, is the only one, or does not fit its encoding"
                    .to_owned()
            })
        }
        Source::Parameter(_) | Source::Variable(_) | Source::Row(..) => {
            Some("a key of an item names something of a request".to_owned())
        }
    }
}

/// The table's key of an item: the identity and more, of attributes that every item has and that never change.
fn check_table_key(model: &Model<'_>, kind: &KindOf<'_>, found: &mut Findings) {
    let Some(entry) = kind.table_entry() else {
        return;
    };
    let entity = model.workload.entity(kind.entity);
    let place = place(kind, entry);
    for id in entry.attributes.iter() {
        let attribute = entity.attribute(id);
        if attribute.mutable || attribute.optional {
            let what = if attribute.mutable {
                "can change"
            } else {
                "may be missing"
            };
            found.wrong(
                &place,
                format!("it holds `{}`, which {what}", attribute.name),
            );
        }
    }
    let written: AttributeSet = parts(entry).collect();
    for id in entity.identity.iter().filter(|id| !written.contains(**id)) {
        found.wrong(
            &place,
            format!(
                "it does not hold `{}`, which is part of the identity",
                entity.attribute(*id).name
            ),
        );
    }
    let wide = entry
        .attributes
        .without(closure(entity, entity.identity_set()));
    if wide.is_empty() {
        return;
    }
    for (pattern, known) in accesses(model, kind) {
        for id in wide.without(known).iter() {
            found.wrong(
                &place,
                format!(
                    "it holds `{}`, which `{pattern}` does not know",
                    entity.attribute(id).name
                ),
            );
        }
    }
    let generated = entity.identity.iter().any(|id| {
        let refers = entity.references.iter().any(|r| r.attributes.contains(id));
        entity.attribute(*id).ty.is_generated() && entity.attribute(*id).target.is_none() && !refers
    });
    let guarded = model.guards(kind.entity).any(|g| is_of_identity(model, g));
    if creates(model, kind) && !generated && !guarded {
        found.wrong(
            &place,
            "it is wider than the identity, and no guard keeps the identity unique",
        );
    }
}

/// The attributes that a key holds themselves, not only as part of a shard.
fn parts(entry: &Entry<'_>) -> impl Iterator<Item = crate::workload::AttributeId> {
    entry
        .partition
        .iter()
        .chain(&entry.sort)
        .flatten()
        .filter_map(|t| match t {
            Token::Part(Part {
                source: Source::Attribute(id),
                ..
            }) => Some(*id),
            _ => None,
        })
}

/// Whether a guard keeps the identity of its entity unique, and no uniqueness constraint of the design.
pub(super) fn is_of_identity(model: &Model<'_>, guard: &KindOf<'_>) -> bool {
    let entity = model.workload.entity(guard.entity);
    let unique: Vec<&str> = guard
        .kind
        .unique
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let identity = entity.names(entity.identity.iter().copied());
    let declared = entity.uniques.iter().any(|u| {
        !u.promised && u.namespace.is_none() && entity.names(u.attributes.iter().copied()) == unique
    });
    guard.kind.namespace.is_none() && unique == identity && !declared
}

fn creates(model: &Model<'_>, kind: &KindOf<'_>) -> bool {
    model
        .workload
        .steps()
        .any(|(_, s)| s.entity == kind.entity && s.verb == WriteVerb::Create)
}

/// What each access by the key of an entity knows of the item, and the pattern that makes it.
pub(super) fn accesses<'a>(model: &Model<'a>, kind: &KindOf<'_>) -> Vec<(&'a str, AttributeSet)> {
    let identity = model.workload.entity(kind.entity).identity_set();
    let mut made = Vec::new();
    for pattern in &model.workload.patterns {
        let steps: &[Step] = match &pattern.action {
            Action::Read(read) if follows(model, read, kind) => {
                made.push((pattern.name.as_str(), identity));
                continue;
            }
            Action::Read(read)
                if read.verb == ReadVerb::Get && read.entities.contains(&kind.entity) =>
            {
                let known = known_of(read, kind, identity);
                if identity.is_subset(known) {
                    made.push((pattern.name.as_str(), known));
                }
                continue;
            }
            Action::Write(step) => std::slice::from_ref(step),
            Action::Transaction(steps) => steps,
            _ => continue,
        };
        let by_key = |s: &&Step| {
            s.entity == kind.entity && !matches!(s.verb, WriteVerb::Create | WriteVerb::Put)
        };
        made.extend(steps.iter().filter(by_key).map(|s| {
            (
                pattern.name.as_str(),
                s.by.iter().map(|(a, _)| *a).collect(),
            )
        }));
    }
    made
}

/// Whether a read follows a reference to the items of a kind, of which it then knows the identity alone.
fn follows(model: &Model<'_>, read: &Read, kind: &KindOf<'_>) -> bool {
    read.follow.iter().any(|(from, at)| {
        let reference = model.workload.entity(*from).references.get(*at);
        reference.is_some_and(|r| r.targets.contains(&kind.entity))
    })
}

/// The attributes that a key rests on: its own, and the sources of those that are derived.
pub(super) fn key_sources(entity: &Entity, of: AttributeSet) -> AttributeSet {
    of.iter().fold(AttributeSet::default(), |set, id| {
        match &entity.attribute(id).derived {
            Some(derived) => set.union(key_sources(entity, derived.of.iter().copied().collect())),
            None => set.with(id),
        }
    })
}

/// What a `get` knows where it goes by the key with as few optional parameters as that takes.
fn known_of(read: &Read, kind: &KindOf<'_>, identity: AttributeSet) -> AttributeSet {
    let of = |binding: &crate::workload::Binding| binding.get(&kind.entity).copied();
    let columns = read
        .by
        .iter()
        .filter_map(|c| of(&c.binding).filter(|a| !c.optional || identity.contains(*a)));
    let constants = read
        .constants
        .iter()
        .filter(|w| matches!(&w.test, Test::OneOf(v) if v.len() == 1));
    columns
        .chain(constants.filter_map(|w| of(&w.binding)))
        .collect()
}

/// No two kinds of items of a table share a key, whatever their values.
fn check_disjoint(model: &Model<'_>, found: &mut Findings) {
    for (at, one) in model.kinds.iter().enumerate() {
        for two in model
            .kinds
            .iter()
            .skip(at + 1)
            .filter(|two| two.kind.table == one.kind.table)
        {
            let shared = one.kind.namespace.is_some() && one.kind.namespace == two.kind.namespace;
            let (Some(a), Some(b)) = (one.table_entry(), two.table_entry()) else {
                continue;
            };
            if shared || !meet(model, (one, a), (two, b)) {
                continue;
            }
            found.wrong(
                &format!("keys of {} and {}", one.kind.name, two.kind.name),
                "an item of one can have the key of an item of the other",
            );
        }
    }
}

fn meet(
    model: &Model<'_>,
    (one, a): (&KindOf<'_>, &Entry<'_>),
    (two, b): (&KindOf<'_>, &Entry<'_>),
) -> bool {
    let pairs = a
        .partition
        .iter()
        .chain(&a.sort)
        .zip(b.partition.iter().chain(&b.sort));
    let template = |kind: &KindOf<'_>, tokens| Template {
        entity: model.workload.entity(kind.entity),
        tokens,
    };
    pairs
        .into_iter()
        .all(|(x, y)| may_meet(template(one, x), template(two, y)))
}

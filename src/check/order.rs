//! Order and limits: whether the items come as the design wants them.

use super::facts::{Facts, Spread, closure};
use super::model::Entry;
use super::token::{At, Head, Part, Source, Token};
use super::wanted::{cut, order};
use crate::plan::ReadStep;
use crate::workload::{
    AttributeId, AttributeSet, Constant, Derivation, Entity, EntityId, Read, Workload,
};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What a step brings of an entity of its pattern.
#[derive(Debug)]
pub(super) struct Brought<'a> {
    /// The entity.
    pub(super) entity: EntityId,
    /// Its key where the step reads.
    pub(super) entry: &'a Entry<'a>,
    /// What holds of the items.
    pub(super) facts: Facts,
    /// What the requests go through.
    pub(super) spread: Spread,
}

/// Why the items of a step do not come in the order that the design wants.
pub(super) fn disorder(
    workload: &Workload,
    read: &Read,
    step: &ReadStep,
    brought: &[Brought<'_>],
) -> Option<String> {
    let parallel = step.for_each.as_ref().is_some_and(|f| !f.is_empty());
    for of in brought {
        let entity = workload.entity(of.entity);
        let fixed = of.facts.fixed(entity);
        let within = closure(
            entity,
            of.spread
                .variables
                .values()
                .fold(fixed, |set, a| set.with(*a)),
        );
        let wanted = cut(entity, &order(read, of.entity), fixed);
        let problem = if !parallel {
            follows(entity, of.entry, &wanted, within, step.forward)
        } else if wanted.is_empty() {
            None
        } else {
            merges(entity, step, (of.entry, &wanted), (fixed, within))
        };
        if let Some(problem) = problem {
            return Some(format!(
                "the items of {} come in another order: {problem}",
                entity.name
            ));
        }
    }
    if read.interleave {
        unaligned(workload, read, brought)
    } else {
        None
    }
}

/// Why several requests are not merged into the order that is wanted.
fn merges(
    entity: &Entity,
    step: &ReadStep,
    (entry, wanted): (&Entry<'_>, &[(AttributeId, bool)]),
    (fixed, within): (AttributeSet, AttributeSet),
) -> Option<String> {
    let Some(merge) = &step.merge else {
        return Some("several requests are not merged".to_owned());
    };
    let key = |k: &crate::plan::MergeKey| Some((entity.find(&k.attribute)?, k.descending));
    let Some(keys) = merge.iter().map(key).collect::<Option<Vec<_>>>() else {
        return Some("the merge names what is no attribute".to_owned());
    };
    let kept: Vec<(AttributeId, bool)> = keys
        .iter()
        .copied()
        .filter(|(a, _)| !fixed.contains(*a))
        .collect();
    if !kept.starts_with(wanted) {
        return Some("the merge is by other attributes".to_owned());
    }
    // Of one item there is no order.
    if entity.determines(within) {
        return None;
    }
    follows(entity, entry, &keys, within, step.forward)
}

/// Why the keys of a partition are not in an order.
fn follows(
    entity: &Entity,
    entry: &Entry<'_>,
    wanted: &[(AttributeId, bool)],
    fixed: AttributeSet,
    forward: bool,
) -> Option<String> {
    let mut fixed = fixed;
    let given = fixed;
    let mut left = wanted
        .iter()
        .filter(|(a, _)| !given.contains(*a))
        .peekable();
    for token in entry.sort.iter().flatten() {
        let Token::Part(part) = token else { continue };
        let Source::Attribute(id) = &part.source else {
            return Some("a shard is in the sort key".to_owned());
        };
        if fixed.contains(*id) {
            continue;
        }
        let descending = part.coding.is_down() == forward;
        // Sorting by a time sorts by its day too.
        while left
            .next_if(|(a, d)| *d == descending && rises_with(entity, *a, *id))
            .is_some()
        {}
        match left.next() {
            None => return None,
            Some((a, d)) if a == id && *d == descending => fixed = closure(entity, fixed.with(*id)),
            Some((a, d)) => {
                let name = &entity.attribute(*a).name;
                let way = if *d { " from high to low" } else { "" };
                return Some(format!(
                    "`{}` comes where `{name}`{way} is wanted",
                    entity.attribute(*id).name
                ));
            }
        }
    }
    // Of one item there is no order.
    if entity.determines(fixed) {
        return None;
    }
    left.find(|(a, _)| !fixed.contains(*a))
        .map(|(a, _)| format!("`{}` is not in the key", entity.attribute(*a).name))
}

/// Whether an attribute is derived from another so that it never falls where the other rises.
pub(super) fn rises_with(entity: &Entity, derived: AttributeId, source: AttributeId) -> bool {
    entity.attribute(derived).derived.as_ref().is_some_and(|d| {
        let rises = matches!(
            d.function,
            Derivation::Day
                | Derivation::Month
                | Derivation::Year
                | Derivation::Hour
                | Derivation::Prefix
        );
        rises && d.of == [source]
    })
}

/// Why the entities of an interleaved read do not share one order: up to the last attribute of the order their keys
/// must be made alike.
fn unaligned(workload: &Workload, read: &Read, brought: &[Brought<'_>]) -> Option<String> {
    let mut first: Option<Vec<Aligned>> = None;
    for of in brought {
        let entity = workload.entity(of.entity);
        let wanted: Vec<AttributeId> = order(read, of.entity).into_iter().map(|(a, _)| a).collect();
        let made = aligned(entity, of, &wanted);
        if first.get_or_insert_with(|| made.clone()) != &made {
            return Some(
                "the keys of its entities do not share the order that merges them".to_owned(),
            );
        }
    }
    None
}

/// A piece of a key in a form that can be compared between entities.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Aligned {
    Text(String),
    Fixed(
        BTreeSet<super::compare::Operand>,
        Option<BTreeSet<Constant>>,
        super::coding::Coding,
    ),
    Wanted(usize, super::coding::Coding),
    Other(usize),
}

fn aligned(entity: &Entity, of: &Brought<'_>, wanted: &[AttributeId]) -> Vec<Aligned> {
    let fixed = of.facts.fixed(entity);
    let mut left: BTreeSet<usize> = wanted
        .iter()
        .enumerate()
        .filter(|(_, a)| !fixed.contains(**a))
        .map(|(at, _)| at)
        .collect();
    let mut made = Vec::new();
    for (at, token) in of.entry.sort.iter().flatten().enumerate() {
        if left.is_empty() {
            break;
        }
        made.push(match token {
            Token::Text(text) => Aligned::Text(text.clone()),
            Token::Part(Part {
                source: Source::Attribute(id),
                coding,
            }) => match wanted.iter().position(|a| a == id) {
                Some(place) if !fixed.contains(*id) => {
                    left.remove(&place);
                    Aligned::Wanted(place, *coding)
                }
                _ => match of.facts.about.get(id) {
                    Some(about) if fixed.contains(*id) => {
                        Aligned::Fixed(about.equal.clone(), about.values.clone(), *coding)
                    }
                    _ => Aligned::Other(usize::from(of.entity.0) * 1000 + at),
                },
            },
            Token::Part(_) => Aligned::Other(usize::from(of.entity.0) * 1000 + at),
        });
    }
    made
}

/// Why a step does not give the first items that a limit counts.
pub(super) fn overrun(
    workload: &Workload,
    read: &Read,
    step: &ReadStep,
    brought: &[Brought<'_>],
) -> Option<String> {
    let keyed = matches!(step.call.as_str(), "GetItem" | "BatchGetItem");
    let Some(limit) = read.limit else {
        let expected = (read.verb == crate::workload::ReadVerb::Get && !keyed).then_some(1);
        return (step.limit != expected)
            .then(|| "its limit is not asked for, or a `get` has no limit of one".to_owned());
    };
    if step.select.is_some() || keyed {
        return None;
    }
    let counted = brought.iter().find(|b| Some(b.entity) == limit.entity);
    let others = brought
        .iter()
        .filter(|b| limit.entity.is_some_and(|e| e != b.entity));
    let room = u32::try_from(others.clone().count()).unwrap_or(u32::MAX);
    if step.limit != limit.count.checked_add(room) {
        return Some(format!(
            "its limit is not {} and room for {room} other items",
            limit.count
        ));
    }
    let counted = counted?;
    let mut others = others;
    others.find_map(|other| misplaced(workload, step, other, counted))
}

/// Why an entity that a limit does not count is not one item where reading begins.
fn misplaced(
    workload: &Workload,
    step: &ReadStep,
    other: &Brought<'_>,
    counted: &Brought<'_>,
) -> Option<String> {
    let entity = workload.entity(other.entity);
    if !entity.determines(other.facts.fixed(entity)) {
        return Some(format!(
            "several items of {} can come beside those that its limit counts",
            entity.name
        ));
    }
    let wanted = if step.forward {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    let sides = other.entry.sort.iter().zip(&counted.entry.sort);
    let mut lies = sides.map(|(a, b)| {
        let one = Side {
            entity,
            facts: &other.facts,
        };
        let two = Side {
            entity: workload.entity(counted.entity),
            facts: &counted.facts,
        };
        lie((one, At::start(a)), (two, At::start(b)))
    });
    let place = lies.find(|l| *l != Some(Ordering::Equal)).flatten();
    (place != Some(wanted)).then(|| format!("{} does not lie where reading begins", entity.name))
}

/// One side of a comparison of two keys.
#[derive(Debug, Clone, Copy)]
struct Side<'a> {
    entity: &'a Entity,
    facts: &'a Facts,
}

/// How every key of one kind lies to every key of another; `None` where that differs or cannot be told.
fn lie((one, a): (Side<'_>, At<'_>), (two, b): (Side<'_>, At<'_>)) -> Option<Ordering> {
    match (a.head(), b.head()) {
        (Head::End, Head::End) => Some(Ordering::Equal),
        (Head::End, _) => b.is_never_empty().then_some(Ordering::Less),
        (_, Head::End) => a.is_never_empty().then_some(Ordering::Greater),
        (Head::Text(x), Head::Text(y)) => {
            let common = x.len().min(y.len());
            match x.get(..common).cmp(&y.get(..common)) {
                Ordering::Equal => lie((one, a.skip(common)), (two, b.skip(common))),
                differs => Some(differs),
            }
        }
        (Head::Part(x), Head::Part(y)) => {
            let (left, right) = (about(one, x)?, about(two, y)?);
            let shared = !left.equal.is_disjoint(&right.equal);
            let single =
                left.values.as_ref().is_some_and(|v| v.len() == 1) && left.values == right.values;
            if x.coding != y.coding || !(shared || single) {
                return None;
            }
            lie((one, a.pass()), (two, b.pass()))
        }
        (Head::Part(part), Head::Text(text)) => beside_text((one, a, part), (two, b, text)),
        (Head::Text(text), Head::Part(part)) => {
            beside_text((two, b, part), (one, a, text)).map(Ordering::reverse)
        }
    }
}

fn about<'a>(side: Side<'a>, part: &Part) -> Option<&'a super::facts::About> {
    match &part.source {
        Source::Attribute(id) => side.facts.about.get(id),
        _ => None,
    }
}

fn beside_text(
    (one, a, part): (Side<'_>, At<'_>, &Part),
    (two, b, text): (Side<'_>, At<'_>, &[u8]),
) -> Option<Ordering> {
    if let Source::Attribute(id) = &part.source {
        let allowed = about(one, part)
            .and_then(|x| x.values.clone())
            .map(|v| v.into_iter().collect());
        let all = || one.entity.attribute(*id).ty.values();
        if let Some(values) = allowed.or_else(all) {
            let mut places = values.iter().map(|value| {
                let written = part.coding.write(value)?;
                lie((one, a.instead(written.as_bytes())), (two, b))
            });
            let first = places.next()??;
            return places.all(|p| p == Some(first)).then_some(first);
        }
    }
    let first = *text.first()?;
    let (least, greatest) = part.coding.first_bytes();
    match first {
        _ if !part.coding.is_never_empty() => None,
        byte if byte > greatest => Some(Ordering::Less),
        byte if byte < least => Some(Ordering::Greater),
        _ => None,
    }
}

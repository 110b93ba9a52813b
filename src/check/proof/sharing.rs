//! Whether two reads can share an index, and whether the table can answer one: by sets of attributes alone.
//!
//! A key that answers a read begins with a partition key out of what the read fixes, goes on with the rest of that, and
//! then with the order that is asked for. So the read asks for a growing row of sets of leading attributes, and two
//! reads fit one key of an entity only where all their sets lie in one another. An index has one key of an item, which
//! all items in it have; what holds only some items of an entity is of no use to a read that wants others.
//!
//! [`between`] and [`against_table`] are sound both ways within the designs that the language page describes: shown
//! means that no key can serve, refuted that one is named. Where neither is plain they leave it open.

use super::super::facts::{Facts, closure, facts, present};
use super::super::identity::{accesses, key_sources};
use super::super::known::Writing;
use super::super::model::{Model, PatternOf};
use super::super::order::rises_with;
use super::super::values::few;
use super::super::wanted::{atoms, choices, cut, names, order};
use crate::workload::{
    Action, Allow, AttributeId, AttributeSet, Derivation, Entity, EntityId, Read, ReadVerb, Step,
    Type,
};
use std::collections::BTreeMap;

/// The most attributes of which all subsets are tried.
const MOST: u32 = 6;

/// What is known of a claimed conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Verdict {
    /// It is one.
    Shown,
    /// It is none, for this reason.
    Refuted(String),
    /// Neither is plain.
    Open,
}

/// What a variant of a read asks for.
#[derive(Debug)]
pub(in crate::check) struct Wanted<'a> {
    read: &'a Read,
    allow: &'a Allow,
    finds: bool,
    parts: Vec<Part>,
}

/// What it asks for of one entity.
#[derive(Debug)]
struct Part {
    entity: EntityId,
    /// What is fixed, and what else may be fixed by a key at an accepted price; the first is all.
    fixed: Vec<AttributeSet>,
    /// The order and the bounded attribute, without what is fixed.
    order: Vec<(AttributeId, bool)>,
    /// Whether the bounded attribute is fixed, or one item at most is left before it.
    lost: bool,
    facts: Facts,
}

/// The variants of a read; none of what is no read.
pub(in crate::check) fn wanted<'a>(model: &Model<'a>, pattern: &PatternOf<'a>) -> Vec<Wanted<'a>> {
    let (read, finds) = match &pattern.declared.action {
        Action::Read(read) => (read.as_ref(), false),
        Action::Find(find) => (&find.read, true),
        _ => return Vec::new(),
    };
    let allow = &pattern.declared.allow;
    let names = names(model.workload, read);
    let values = few(model.workload, pattern.planned);
    let mut made = Vec::new();
    for given in choices(read, &names) {
        // Bounds that may be left out ask for nothing else when they are.
        let bounds = [&names.from, &names.to, &names.bound, &names.prefix];
        if bounds.into_iter().flatten().any(|n| given.lacks(n)) {
            continue;
        }
        let parts = read.entities.iter().map(|id| {
            let entity = model.workload.entity(*id);
            let scope = super::super::compare::Scope {
                entity,
                parameters: &values,
                variables: &BTreeMap::new(),
            };
            let (facts, _) = facts(scope, &atoms(model.workload, read, &names, *id, &given))?;
            Some(part(read, allow, (*id, entity), facts))
        });
        if let Some(parts) = parts.collect() {
            made.push(Wanted {
                read,
                allow,
                finds,
                parts,
            });
        }
    }
    made
}

fn part(read: &Read, allow: &Allow, (id, entity): (EntityId, &Entity), facts: Facts) -> Part {
    let one = |a: &super::super::facts::About| {
        !a.equal.is_empty() || a.values.as_ref().is_some_and(|v| v.len() == 1)
    };
    let all: AttributeSet = facts
        .about
        .iter()
        .filter(|(_, a)| one(a))
        .map(|(a, _)| *a)
        .collect();
    let several: AttributeSet = facts
        .about
        .iter()
        .filter(|(_, a)| !one(a) && a.values.is_some())
        .map(|(a, _)| *a)
        .collect();
    let mut fixed = vec![all];
    if allow.fan_out {
        fixed.push(all.union(several));
    }
    // At most one item needs no more of the key than what tells it.
    let uniques = entity
        .uniques
        .iter()
        .map(|u| u.attributes.iter().copied().collect());
    let telling = uniques
        .chain([entity.identity_set()])
        .filter(|u: &AttributeSet| u.is_subset(all) && !u.is_empty());
    fixed.extend(telling);
    if allow.filter && all.len() <= MOST {
        let ids: Vec<AttributeId> = all.iter().collect();
        let subset = |mask: usize| -> AttributeSet {
            ids.iter()
                .enumerate()
                .filter(|(at, _)| mask >> at & 1 == 1)
                .map(|(_, a)| *a)
                .collect()
        };
        fixed.extend((1..1usize << ids.len()).map(subset));
    }
    let bounded = read
        .range
        .as_ref()
        .map(|r| &r.binding)
        .or(read.prefix.as_ref().map(|(b, _)| b))
        .and_then(|b| b.get(&id))
        .copied();
    let mut asked = order(read, id);
    if asked.is_empty() && !allow.filter {
        asked.extend(bounded.map(|a| (a, false)));
    }
    // In a merged order one item still has its place among those of other entities.
    let order = if read.interleave {
        let left = asked.iter().filter(|(a, _)| !all.contains(*a));
        left.copied().collect()
    } else {
        cut(entity, &asked, all)
    };
    let lost = bounded.is_some_and(|b| order.first().is_none_or(|(a, _)| *a != b));
    Part {
        entity: id,
        fixed,
        order,
        lost,
        facts,
    }
}

impl Part {
    fn all(&self) -> AttributeSet {
        self.fixed.first().copied().unwrap_or_default()
    }

    /// The leading attributes that a key must have, for each length that matters.
    fn sets(&self, fixed: AttributeSet) -> Vec<AttributeSet> {
        let mut made = vec![fixed];
        for (id, _) in &self.order {
            made.extend(made.last().map(|last| last.with(*id)));
        }
        made
    }

    fn whole(&self, fixed: AttributeSet) -> AttributeSet {
        self.sets(fixed).last().copied().unwrap_or_default()
    }

    /// Whether each value is one, so that equality says all.
    fn is_plain(&self) -> bool {
        !self.lost
            && self
                .facts
                .about
                .values()
                .all(|a| !a.equal.is_empty() || a.values.as_ref().is_none_or(|v| v.len() == 1))
    }
}

impl Wanted<'_> {
    /// Whether it can be answered by reading an index that holds nothing else.
    fn scans(&self) -> bool {
        self.parts
            .iter()
            .any(|p| p.all().is_empty() && p.order.is_empty())
            && self.read.verb != ReadVerb::Get
    }

    fn directed(&self) -> bool {
        self.read.verb == ReadVerb::List && !self.finds
    }

    /// Whether nothing but keys decides over it.
    fn is_simple(&self) -> bool {
        let read = self.read;
        let plain = self
            .parts
            .iter()
            .all(|p| p.is_plain() && !p.all().is_empty());
        plain
            // What may be spread over partitions is not answered by one.
            && !self.allow.fan_out
            && !read.consistent
            && read.batch.is_none()
            && read.shards.is_none()
            && !read.interleave
    }
}

/// Whether two reads are in conflict.
pub(in crate::check) fn between(model: &Model<'_>, one: &Wanted<'_>, two: &Wanted<'_>) -> Verdict {
    // What may scan the whole table needs no index.
    if !one.allow.scan && !two.allow.scan {
        for (a, b) in one.parts.iter().flat_map(|a| {
            two.parts
                .iter()
                .filter(move |b| b.entity == a.entity)
                .map(move |b| (a, b))
        }) {
            let entity = model.workload.entity(a.entity);
            let all = a.fixed.iter().all(|x| {
                b.fixed
                    .iter()
                    .all(|y| clash(entity, (one, a, *x), (two, b, *y)))
            });
            if all {
                return Verdict::Shown;
            }
        }
    }
    if model.workload.limits.gsis == 0 {
        return Verdict::Open;
    }
    match shared(model, one, two).or_else(|| shared(model, two, one)) {
        Some(how) => Verdict::Refuted(how),
        None => Verdict::Open,
    }
}

type Side<'s, 'a> = (&'s Wanted<'a>, &'s Part, AttributeSet);

/// Whether no key of an entity serves two reads that fix so much.
fn clash(entity: &Entity, (one, a, x): Side<'_, '_>, (two, b, y): Side<'_, '_>) -> bool {
    let lacks = |p: &Part, fixed: AttributeSet, other: &Part| {
        let mut needed = AttributeSet::default();
        p.whole(fixed)
            .iter()
            .for_each(|id| present(entity, id, &mut needed));
        !needed.is_subset(other.facts.present)
    };
    let filtered = one.allow.filter || two.allow.filter;
    if !filtered && (a.facts.present != b.facts.present || a.facts.missing != b.facts.missing) {
        return true;
    }
    if one.scans() || two.scans() {
        return false;
    }
    if x.is_empty()
        && y.is_empty()
        && one.read.shards.is_some()
        && two.read.shards.is_some_and(|n| Some(n) != one.read.shards)
    {
        return true;
    }
    let nothing_common = x.intersection(y).is_empty() && !(x.is_empty() && y.is_empty());
    lacks(a, x, b)
        || lacks(b, y, a)
        || nothing_common
        || (!nested(a, x, b, y) && !are_kin(entity, (a, x), (b, y)))
        || contrary(entity, (one, a), (two, b))
}

fn nested(a: &Part, x: AttributeSet, b: &Part, y: AttributeSet) -> bool {
    let others = b.sets(y);
    a.sets(x)
        .into_iter()
        .all(|s| others.iter().all(|t| s.is_subset(*t) || t.is_subset(s)))
}

/// Whether one attribute may stand for another in a key, as an instant does for its day.
fn are_kin(entity: &Entity, (a, x): (&Part, AttributeSet), (b, y): (&Part, AttributeSet)) -> bool {
    let all = a.whole(x).union(b.whole(y));
    let starts = |id: AttributeId| {
        let function = entity.attribute(id).derived.as_ref().map(|d| d.function);
        !x.union(y).contains(id) || function != Some(Derivation::Year)
    };
    all.iter()
        .any(|one| starts(one) && all.iter().any(|two| rises_with(entity, one, two)))
}

/// Whether the directions of two orders cannot be had of one key.
fn contrary(
    entity: &Entity,
    (one, a): (&Wanted<'_>, &Part),
    (two, b): (&Wanted<'_>, &Part),
) -> bool {
    let ways = [(false, false), (false, true), (true, false), (true, true)];
    !ways.into_iter().any(|(back, back_too)| {
        let mut stored: BTreeMap<AttributeId, bool> = BTreeMap::new();
        let mut fits = |order: &[(AttributeId, bool)], back: bool, directed: bool| {
            !directed
                || order.iter().all(|(id, descending)| {
                    let down = *descending != back;
                    (!down || inverts(&entity.attribute(*id).ty))
                        && *stored.entry(*id).or_insert(down) == down
                })
        };
        fits(&a.order, back, one.directed()) && fits(&b.order, back_too, two.directed())
    })
}

/// Whether values of a type can be written so that greater ones come first.
const fn inverts(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer | Type::Epoch | Type::Decimal | Type::Timestamp | Type::Date | Type::Month
    )
}

/// An index that serves both: the second read is of one entity.
fn shared(model: &Model<'_>, one: &Wanted<'_>, two: &Wanted<'_>) -> Option<String> {
    let [b] = two.parts.as_slice() else {
        return None;
    };
    if !one.is_simple() || !two.is_simple() {
        return None;
    }
    let entity = model.workload.entity(b.entity);
    let Some(a) = one.parts.iter().find(|p| p.entity == b.entity) else {
        return Some(
            "they read different entities, which can lie side by side in one index".to_owned(),
        );
    };
    let (x, y) = (a.all(), b.all());
    let common = x.intersection(y);
    let mut needed = AttributeSet::default();
    a.whole(x)
        .union(b.whole(y))
        .iter()
        .for_each(|id| present(entity, id, &mut needed));
    let same_items = a.facts.present == b.facts.present
        && a.facts.missing == b.facts.missing
        && needed.is_subset(a.facts.present);
    if common.is_empty()
        || !same_items
        || !nested(a, x, b, y)
        || contrary(entity, (one, a), (two, b))
    {
        return None;
    }
    if one.parts.len() > 1 && (!is_partition(model, one, b.entity) || common != x) {
        return None;
    }
    let mut sets = [a.sets(x), b.sets(y)].concat();
    sets.sort_by_key(|s| s.len());
    let mut written = common;
    let mut key: Vec<&str> = Vec::new();
    for set in sets {
        key.extend(entity.names(set.without(written).iter()));
        written = written.union(set);
    }
    Some(format!(
        "an index on ({}; {}) of {} serves both",
        entity.names(common.iter()).join(", "),
        key.join(", "),
        entity.name
    ))
}

/// Whether a collection is the whole of a partition, in which its entities lie side by side and one of them in any order.
fn is_partition(model: &Model<'_>, of: &Wanted<'_>, free: EntityId) -> bool {
    let bound =
        of.read.range.is_some() || of.read.prefix.is_some() || !of.read.constants.is_empty();
    let everywhere = of
        .read
        .by
        .iter()
        .all(|c| !c.optional && of.parts.iter().all(|p| c.binding.contains_key(&p.entity)));
    let others = of.parts.iter().filter(|p| p.entity != free);
    let limited = of.read.limit.is_some();
    let few = others
        .clone()
        .all(|p| !limited || model.workload.entity(p.entity).determines(p.all()));
    let counted = !limited || of.read.limit.is_some_and(|l| l.entity == Some(free));
    !bound
        && everywhere
        && few
        && counted
        && of.parts.len() == 2
        && others.clone().all(|p| p.order.is_empty())
}

/// Whether the table cannot answer a read.
pub(in crate::check) fn against_table(model: &Model<'_>, of: &Wanted<'_>) -> Verdict {
    let fixed = |part: &Part| {
        let entity = model.workload.entity(part.entity);
        let known = closure(entity, entity.identity_set());
        let addressed = model
            .item(part.entity)
            .map(|k| accesses(model, k))
            .unwrap_or_default();
        let is_bad = |id: AttributeId| {
            let attribute = entity.attribute(id);
            attribute.mutable
                || attribute.optional
                || !known.contains(id) && addressed.iter().any(|(_, k)| !k.contains(id))
        };
        let unfit = |set: AttributeSet| part.whole(set).iter().any(is_bad);
        let some_only = part.facts.present != AttributeSet::default()
            || part.facts.missing != AttributeSet::default();
        let spread = part.all().is_empty() && of.read.shards.is_some() && !addressed.is_empty();
        let shown = !of.scans() && part.fixed.iter().all(|set| unfit(*set))
            || spread
            || (some_only && !of.allow.filter);
        (shown, !unfit(part.all()) && !some_only)
    };
    if !of.allow.scan && of.parts.iter().any(|p| fixed(p).0) {
        return Verdict::Shown;
    }
    match of.parts.as_slice() {
        [part]
            if of.is_simple()
                && fixed(part).1
                && !contrary(model.workload.entity(part.entity), (of, part), (of, part)) =>
        {
            let entity = model.workload.entity(part.entity);
            let key = key_sources(entity, part.whole(part.all()));
            Verdict::Refuted(format!(
                "the table's key of {} can begin with {}",
                entity.name,
                entity.names(key.iter()).join(", ")
            ))
        }
        _ => Verdict::Open,
    }
}

/// Whether a pattern keeps the table from answering a read: it changes what the key would hold, or goes by the key and
/// does not know it.
pub(in crate::check) fn is_kept_by(
    model: &Model<'_>,
    of: &Wanted<'_>,
    witness: &PatternOf<'_>,
) -> bool {
    of.parts.iter().any(|part| {
        let entity = model.workload.entity(part.entity);
        let compared: AttributeSet = part.facts.about.keys().copied().collect();
        let asked = part
            .whole(part.all())
            .union(compared)
            .union(part.facts.missing);
        let asked = key_sources(entity, asked).union(asked);
        let known = closure(entity, entity.identity_set());
        let spread = of.read.shards.is_some() || of.allow.fan_out;
        let accesses = model
            .item(part.entity)
            .map(|k| accesses(model, k))
            .unwrap_or_default();
        let lacks = |k: AttributeSet| spread || !asked.without(known).is_subset(k);
        let changes = |s: &Step| {
            s.entity == part.entity
                && !Writing {
                    entity,
                    step: s,
                    found: None,
                }
                .changed_in_place()
                .intersection(asked)
                .is_empty()
        };
        let steps: &[Step] = match &witness.declared.action {
            Action::Write(step) => std::slice::from_ref(step),
            Action::Find(find) => std::slice::from_ref(&find.step),
            Action::Transaction(steps) => steps,
            Action::Read(_) | Action::External => &[],
        };
        steps.iter().any(changes)
            || accesses
                .iter()
                .any(|(name, k)| *name == witness.planned.name && lacks(*k))
    })
}

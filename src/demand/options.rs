//! The demands of a variant: the one that costs nothing, then those that the pattern's `allow` accepts.
//!
//! A filter takes conditions out of the key; a fan-out fixes an attribute of few values to one after the other. Both
//! may join. What a filter may drop is bounded by the share of the items that it must keep.

use super::build::{Reader, alike_of, conditions_of, demand, part};
use super::{Criterion, Demand, Price, Refusal, Shape};
use crate::estimate;
use crate::workload::{
    AttributeId, AttributeSet, Binding, Constant, Entity, EntityId, ReadVerb, Test, Workload,
};

/// The most conditions among which those that are filtered are chosen.
const MOST_FILTERED: usize = 6;
/// The most requests of a fan-out.
const MOST_REQUESTS: u64 = 100;

/// All demands of a variant, by price; and why there is none that is free.
pub(super) fn demands(
    reader: &Reader<'_>,
    given: &[usize],
    base: Price,
) -> (Vec<Demand>, Option<Refusal>) {
    let shards = shards(reader, given);
    let mut made: Vec<Demand> = Vec::new();
    let refusal = match demand(reader, given, &[], &[], shards, base) {
        Ok(free) => {
            let several = free.parts.iter().any(|p| p.several().next().is_some());
            made.push(free);
            several.then_some(Refusal::SeveralValues)
        }
        Err(why) => Some(why),
    };
    made.extend(scan_of_index(reader, given, base, shards));
    let allow = reader.allow();
    let fans = if allow.fan_out {
        fans(reader, given)
    } else {
        Vec::new()
    };
    let drops = if allow.filter {
        drops(reader, given)
    } else {
        Vec::new()
    };
    for fan in std::iter::once(&Vec::new()).chain(&fans) {
        let of_one = beside_unique(reader, given, fan);
        for dropped in std::iter::once(&Vec::new()).chain(&drops).chain(&of_one) {
            if fan.is_empty() && dropped.is_empty() {
                continue;
            }
            let price = Price {
                fan_out: !fan.is_empty(),
                filter: !dropped.is_empty(),
                ..base
            };
            let Ok(mut next) = demand(reader, given, dropped, fan, shards, price) else {
                continue;
            };
            // A request that reads one item at most reads no more than it may return.
            next.price.filter &= !matches!(next.parts.as_slice(), [p] if p.single);
            made.extend(loosened(reader, given, &next));
            made.push(next);
        }
    }
    made.extend(scan_of_table(reader, given, base));
    // Stable: among demands of one price the order of their making stays.
    made.sort_by_key(|d| (d.price.words().len(), d.price));
    made.dedup();
    (made, refusal)
}

/// The most orders of one demand.
const MOST_ORDERS: usize = 24;

/// The same demand with attributes in its orders that a filter takes over: all items that match have one value of them,
/// so they may stand anywhere in the key.
fn loosened(reader: &Reader<'_>, given: &[usize], demand: &Demand) -> Vec<Demand> {
    let mut made = vec![demand.clone()];
    for (at, part) in demand.parts.iter().enumerate() {
        let alike = alike_of(reader, part.entity, given).without(part.fixed);
        for attribute in alike.iter() {
            let mut more = Vec::new();
            for start in &made {
                let from = usize::from(part.bounded.is_some());
                for place in from..start.parts[at].order.len() {
                    let mut next = start.clone();
                    let changed = &mut next.parts[at];
                    changed.order.insert(place, (attribute, false));
                    changed.loose.insert(attribute);
                    if reader.workload.entity(part.entity).is_optional(attribute) {
                        changed.presence.insert(attribute);
                        changed.spare.presence.remove(attribute);
                    }
                    more.push(next);
                }
            }
            made.extend(more);
            made.truncate(MOST_ORDERS);
        }
    }
    made.split_off(1)
}

/// For each unique set that a read of one entity fixes, every choice of the conditions beside it: they can be checked on
/// the one item.
fn beside_unique(
    reader: &Reader<'_>,
    given: &[usize],
    fan: &[(AttributeId, Vec<Constant>)],
) -> Vec<Vec<Criterion>> {
    let [only] = reader.read.entities.as_slice() else {
        return Vec::new();
    };
    let fixed = fan
        .iter()
        .fold(alike_of(reader, *only, given), |set, (a, _)| set.with(*a));
    let entity = reader.workload.entity(*only);
    let uniques = entity
        .uniques
        .iter()
        .map(|u| u.attributes.iter().copied().collect());
    let all = conditions_of(reader.workload, reader.read, given);
    std::iter::once(entity.identity_set())
        .chain(uniques)
        .filter(|set: &AttributeSet| set.is_subset(fixed))
        .flat_map(|set| {
            let beside = |c: &&Criterion| match c {
                Criterion::Column(at) => !on(&reader.read.by[*at].binding, *only, set),
                Criterion::Constant(at) => !on(&reader.read.constants[*at].binding, *only, set),
                Criterion::Range | Criterion::Prefix | Criterion::Sorted => true,
            };
            let beside: Vec<Criterion> = all.iter().filter(beside).copied().collect();
            choices(&beside)
        })
        .collect()
}

/// Every choice of some of the first conditions, the fewest first; all of them first of all.
fn choices(of: &[Criterion]) -> Vec<Vec<Criterion>> {
    let first = of.len().min(MOST_FILTERED);
    let mut made: Vec<Vec<Criterion>> = (1..1usize << first)
        .map(|choice| {
            let chosen = (0..first).filter(|at| choice >> at & 1 == 1);
            chosen.map(|at| of[at]).collect()
        })
        .filter(|c: &Vec<Criterion>| c.len() < of.len())
        .collect();
    made.sort_by_key(Vec::len);
    made.insert(0, of.to_vec());
    made
}

fn on(binding: &Binding, entity: EntityId, set: AttributeSet) -> bool {
    binding.get(&entity).is_some_and(|a| set.contains(*a))
}

/// Over how many partitions the items are spread.
fn shards(reader: &Reader<'_>, given: &[usize]) -> u32 {
    match reader.read.shards {
        Some(n) => n,
        // A consistent read is one of the table, whose key is computed from what callers know: it is not spread unasked.
        None if reader.allow().fan_out
            && !reader.read.consistent
            && reader.read.entities.len() == 1
            && reader.read.verb != ReadVerb::Get =>
        {
            crate::heat::shards_needed(reader.workload, reader.pattern, reader.read, given)
        }
        None => 1,
    }
}

/// A scan of an index that holds nothing else: of reads without `by`, `range`, `prefix` and `sort`.
fn scan_of_index(
    reader: &Reader<'_>,
    given: &[usize],
    price: Price,
    shards: u32,
) -> Option<Demand> {
    let read = reader.read;
    let plain =
        given.is_empty() && read.range.is_none() && read.prefix.is_none() && read.sort.is_empty();
    let alone =
        read.entities.len() == 1 && read.verb != ReadVerb::Get && !read.consistent && shards == 1;
    if !plain || !alone {
        return None;
    }
    let mut made = demand(reader, given, &[], &[], 1, price).ok()?;
    made.shape = Shape::ScanIndex;
    Some(made)
}

/// A scan of the table: of reads whose items may come in any order.
fn scan_of_table(reader: &Reader<'_>, given: &[usize], base: Price) -> Option<Demand> {
    let read = reader.read;
    if !reader.allow().scan || (read.limit.is_some() && read.entities.len() > 1) {
        return None;
    }
    let all = conditions_of(reader.workload, read, given);
    let mut made = demand(reader, given, &all, &[], 1, Price { scan: true, ..base }).ok()?;
    if made.parts.iter().any(|p| !p.order.is_empty()) {
        return None;
    }
    made.shape = Shape::ScanTable;
    Some(made)
}

/// The sets of conditions that a filter may take over.
fn drops(reader: &Reader<'_>, given: &[usize]) -> Vec<Vec<Criterion>> {
    let read = reader.read;
    let allow = reader.allow();
    let names = |c: &Criterion| -> Vec<String> {
        let name = |(e, a): (&EntityId, &AttributeId)| {
            reader.workload.entity(*e).attribute(*a).name.clone()
        };
        let first = |b: &Binding| b.iter().next().map(name);
        let optional =
            |(e, a): &(&EntityId, &AttributeId)| reader.workload.entity(**e).is_optional(**a);
        let one = match c {
            Criterion::Column(at) => Some(read.by[*at].name.clone()),
            Criterion::Constant(at) => first(&read.constants[*at].binding),
            Criterion::Range => read.range.as_ref().and_then(|r| first(&r.binding)),
            Criterion::Prefix => read.prefix.as_ref().and_then(|(b, _)| first(b)),
            Criterion::Sorted => {
                let all = read.sort.iter().flat_map(|s| &s.binding);
                return all.filter(optional).map(name).collect();
            }
        };
        one.into_iter().collect()
    };
    let permitted = |c: &Criterion| match &allow.filter_only {
        Some(only) => names(c).iter().all(|n| only.contains(n)),
        None => true,
    };
    let all: Vec<Criterion> = conditions_of(reader.workload, read, given)
        .into_iter()
        .filter(|c| permitted(c))
        .take(MOST_FILTERED)
        .collect();
    let mut made = choices(&all);
    made.retain(|dropped| !dropped.is_empty() && keeps_enough(reader, dropped));
    made.sort_by_key(Vec::len);
    made
}

/// Whether the filter keeps the share that the pattern asks for.
fn keeps_enough(reader: &Reader<'_>, dropped: &[Criterion]) -> bool {
    kept(reader.workload, reader.read, dropped) >= reader.allow().filter_keeps
}

/// What part of the items read some conditions keep as a filter, in parts per million.
#[must_use]
pub fn kept(workload: &Workload, read: &crate::workload::Read, dropped: &[Criterion]) -> u64 {
    let mut part = estimate::WHOLE;
    let mut times = |keeps: u64| part = part.saturating_mul(keeps) / estimate::WHOLE;
    for criterion in dropped {
        match criterion {
            Criterion::Column(at) => {
                if let Some((e, a)) = read.by[*at].binding.iter().next() {
                    times(estimate::WHOLE / estimate::distinct(workload, workload.entity(*e), *a));
                }
            }
            Criterion::Constant(at) => {
                let condition = &read.constants[*at];
                if let Some((e, a)) = condition.binding.iter().next() {
                    let entity = workload.entity(*e);
                    times(match &condition.test {
                        Test::OneOf(values) => estimate::share(workload, entity, *a, values),
                        Test::Exists => estimate::present(entity, *a),
                        Test::Missing => estimate::WHOLE - estimate::present(entity, *a),
                    });
                }
            }
            Criterion::Range | Criterion::Prefix => times(estimate::RANGE_KEEPS),
            Criterion::Sorted => {
                for (e, a) in read.sort.iter().flat_map(|s| &s.binding) {
                    times(estimate::present(workload.entity(*e), *a));
                }
            }
        }
    }
    part
}

/// The attributes that can be fixed to one value after the other, at most two at a time.
fn fans(reader: &Reader<'_>, given: &[usize]) -> Vec<Vec<(AttributeId, Vec<Constant>)>> {
    let read = reader.read;
    let [only] = read.entities.as_slice() else {
        return Vec::new();
    };
    let entity = reader.workload.entity(*only);
    let by: AttributeSet = given
        .iter()
        .filter_map(|c| read.by[*c].binding.get(only).copied())
        .collect();
    let bounded = read
        .range
        .iter()
        .map(|r| &r.binding)
        .chain(read.prefix.iter().map(|(b, _)| b));
    let taken = bounded
        .filter_map(|b| b.get(only))
        .fold(by, |set, a| set.with(*a));
    // Optional attributes that every item has which is asked for.
    let named = part(reader, *only, given, &[], AttributeSet::default()).presence;
    let candidates: Vec<(AttributeId, Vec<Constant>)> = entity
        .attribute_ids()
        .filter(|id| !taken.contains(*id))
        .filter_map(|id| Some((id, values(entity, id, read, (*only, named))?)))
        .collect();
    let requests = |fan: &[&(AttributeId, Vec<Constant>)]| {
        fan.iter().map(|(_, v)| v.len() as u64).product::<u64>()
    };
    let mut made = Vec::new();
    for (at, one) in candidates.iter().enumerate() {
        if requests(&[one]) <= MOST_REQUESTS {
            made.push(vec![one.clone()]);
        }
        for other in candidates.iter().skip(at + 1) {
            if requests(&[one, other]) <= MOST_REQUESTS {
                made.push(vec![one.clone(), other.clone()]);
            }
        }
    }
    made
}

/// The values to go through: those of a `where`, else all that the attribute can have, if every item has one that is
/// asked for.
fn values(
    entity: &Entity,
    id: AttributeId,
    read: &crate::workload::Read,
    (of, named): (EntityId, AttributeSet),
) -> Option<Vec<Constant>> {
    for condition in &read.constants {
        if condition.binding.get(&of) == Some(&id) {
            return match &condition.test {
                Test::OneOf(values) if values.len() > 1 => Some(values.clone()),
                Test::Exists => entity.attribute(id).ty.values(),
                Test::OneOf(_) | Test::Missing => None,
            };
        }
    }
    let attribute = entity.attribute(id);
    if attribute.optional && !named.contains(id) {
        return None;
    }
    let buckets = attribute
        .derived
        .as_ref()
        .filter(|d| d.function == crate::workload::Derivation::Bucket);
    match buckets.and_then(|d| d.argument) {
        Some(n) if u64::from(n) <= MOST_REQUESTS => {
            Some((0..i64::from(n)).map(Constant::Integer).collect())
        }
        Some(_) => None,
        None => attribute.ty.values(),
    }
}

//! From a read to its variants and their demands.

use super::options;
use super::{Bounded, Criterion, Demand, Part, Price, Refusal, Shape, Side, Spare, Variant, Ways};
use crate::parallel;
use crate::workload::{
    Action, Allow, AttributeId, AttributeSet, Constant, EntityId, PatternId, RangeOperator, Read,
    ReadVerb, Test, Workload,
};

/// The reads of a pattern, with what it may cost and the price it pays in any case.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// The pattern.
    pub pattern: PatternId,
    /// Its read, or the read of find, then write.
    pub read: &'a Read,
    /// Whether it finds items to write.
    pub finds: bool,
}

impl<'a> Reader<'a> {
    /// The read of a pattern, if it has one.
    #[must_use]
    pub fn of(workload: &'a Workload, pattern: PatternId) -> Option<Self> {
        match &workload.pattern(pattern).action {
            Action::Read(read) => Some(Self {
                workload,
                pattern,
                read,
                finds: false,
            }),
            Action::Find(find) => Some(Self {
                workload,
                pattern,
                read: &find.read,
                finds: true,
            }),
            Action::Write(_) | Action::Transaction(_) | Action::External => None,
        }
    }

    pub(super) fn allow(&self) -> &'a Allow {
        &self.workload.pattern(self.pattern).allow
    }

    /// The price that is paid whatever the key.
    fn base_price(&self) -> Price {
        Price {
            extra_request: self.finds || !self.read.follow.is_empty(),
            ..Price::default()
        }
    }
}

/// All variants of all reads, by pattern and then by the columns given.
#[must_use]
pub fn variants(workload: &Workload) -> Vec<Variant> {
    let readers = workload.pattern_ids();
    let readers: Vec<_> = readers.filter_map(|p| Reader::of(workload, p)).collect();
    let made = parallel::each(&readers, parallel::is_much(readers.len()), variants_of);
    made.into_iter().flatten().collect()
}

fn variants_of(reader: &Reader<'_>) -> Vec<Variant> {
    let columns = &reader.read.by;
    let optional: Vec<usize> = (0..columns.len())
        .filter(|c| columns[*c].optional)
        .collect();
    (0..1usize << optional.len())
        .map(|choice| {
            let left_out = |c: &usize| {
                optional
                    .iter()
                    .position(|o| o == c)
                    .is_some_and(|at| choice >> at & 1 == 1)
            };
            let given: Vec<usize> = (0..columns.len()).filter(|c| !left_out(c)).collect();
            Variant {
                pattern: reader.pattern,
                ways: ways(reader, &given),
                given,
            }
        })
        .collect()
}

fn ways(reader: &Reader<'_>, given: &[usize]) -> Ways {
    let read = reader.read;
    let price = reader.base_price();
    if price.extra_request && !reader.allow().extra_request {
        let refusal = if reader.finds {
            Refusal::Find
        } else {
            Refusal::Follow
        };
        return Ways::Demands(Vec::new(), Some(refusal));
    }
    let first = read.entities.first().copied().unwrap_or(EntityId(0));
    let entity = reader.workload.entity(first);
    if read.verb == ReadVerb::Get {
        let known = part(reader, first, given, &[], AttributeSet::default()).fixed;
        if entity.identity_set().is_subset(known) {
            return Ways::ByKey { known, price };
        }
        if read.batch.is_some() {
            return Ways::Demands(Vec::new(), Some(Refusal::Batch));
        }
    }
    if read.shards.unwrap_or(1) > 1 && read.entities.len() > 1 && !read.interleave {
        return Ways::Demands(Vec::new(), Some(Refusal::ShardedCollection));
    }
    let (demands, refusal) = options::demands(reader, given, price);
    Ways::Demands(demands, refusal)
}

/// The conditions of a read that a filter could take over.
#[must_use]
pub fn conditions_of(workload: &Workload, read: &Read, given: &[usize]) -> Vec<Criterion> {
    let columns = given.iter().map(|c| Criterion::Column(*c));
    let constants = (0..read.constants.len()).map(Criterion::Constant);
    let range = read.range.iter().map(|_| Criterion::Range);
    let prefix = read.prefix.iter().map(|_| Criterion::Prefix);
    let optional = |(e, a): (&EntityId, &AttributeId)| workload.entity(*e).is_optional(*a);
    let sorted = read.sort.iter().flat_map(|s| &s.binding).any(optional);
    columns
        .chain(constants)
        .chain(range)
        .chain(prefix)
        .chain(sorted.then_some(Criterion::Sorted))
        .collect()
}

/// The demand of a read when the criteria in `dropped` are left to a filter and `fan` is fixed value by value.
pub(super) fn demand(
    reader: &Reader<'_>,
    given: &[usize],
    dropped: &[Criterion],
    fan: &[(AttributeId, Vec<Constant>)],
    shards: u32,
    price: Price,
) -> Result<Demand, Refusal> {
    let read = reader.read;
    let fanned: AttributeSet = fan.iter().map(|(id, _)| *id).collect();
    let mut parts: Vec<Part> = read
        .entities
        .iter()
        .map(|e| part(reader, *e, given, dropped, fanned))
        .collect();
    let mut merge = Vec::new();
    if let [only] = parts.as_mut_slice() {
        let alike = alike_of(reader, only.entity, given);
        only.fixed = only.fixed.union(fanned);
        only.single = reader.workload.entity(only.entity).determines(only.fixed);
        merge = order(reader, only.entity, alike);
    }
    for part in &mut parts {
        settle_bound(reader, part, dropped)?;
    }
    let kept = |c: &usize| !dropped.contains(&Criterion::Column(*c));
    let columns: Vec<Vec<AttributeId>> = given
        .iter()
        .filter(|c| kept(c))
        .filter_map(|c| {
            read.entities
                .iter()
                .map(|e| read.by[*c].binding.get(e).copied())
                .collect()
        })
        .collect();
    let alike = constant_columns(read, dropped);
    let single = |p: &Part| {
        let known = alike_of(reader, p.entity, given).union(p.fixed);
        reader.workload.entity(p.entity).determines(known)
    };
    let limited = read
        .limit
        .and_then(|l| l.entity)
        .and_then(|e| parts.iter().position(|p| p.entity == e));
    Ok(Demand {
        limited: limited.filter(|_| parts.len() > 1),
        columns,
        alike,
        shape: Shape::Query,
        consistent: read.consistent,
        merged: read.interleave,
        // A single item lies in one partition.
        shards: if parts.iter().all(single) { 1 } else { shards },
        price,
        dropped: dropped.to_vec(),
        fan: fan.to_vec(),
        merge,
        parts,
    })
}

/// The conditions of one constant that all entities of a read have, and no filter takes over.
fn constant_columns(read: &Read, dropped: &[Criterion]) -> Vec<Vec<AttributeId>> {
    let conditions = read.constants.iter().enumerate();
    conditions
        .filter(|(at, _)| !dropped.contains(&Criterion::Constant(*at)))
        .filter(|(_, c)| matches!(&c.test, Test::OneOf(values) if values.len() == 1))
        .filter_map(|(_, c)| {
            let of = |e: &EntityId| c.binding.get(e).copied();
            read.entities.iter().map(of).collect()
        })
        .collect()
}

/// The attributes that all items that match have one value of, whether the key or a filter sees to it.
pub(super) fn alike_of(reader: &Reader<'_>, id: EntityId, given: &[usize]) -> AttributeSet {
    let read = reader.read;
    let columns = given.iter().map(|c| &read.by[*c].binding);
    let constants = read.constants.iter().filter_map(|c| match &c.test {
        Test::OneOf(values) if values.len() == 1 => Some(&c.binding),
        _ => None,
    });
    columns
        .chain(constants)
        .filter_map(|b| b.get(&id).copied())
        .collect()
}

pub(super) fn part(
    reader: &Reader<'_>,
    id: EntityId,
    given: &[usize],
    dropped: &[Criterion],
    fanned: AttributeSet,
) -> Part {
    let read = reader.read;
    let entity = reader.workload.entity(id);
    let mut made = Part {
        entity: id,
        fixed: AttributeSet::default(),
        given: AttributeSet::default(),
        constants: Vec::new(),
        presence: AttributeSet::default(),
        missing: AttributeSet::default(),
        spare: spare(reader, id, given, dropped),
        order: Vec::new(),
        loose: AttributeSet::default(),
        bounded: None,
        either_way: false,
        single: false,
    };
    for column in given
        .iter()
        .filter(|c| !dropped.contains(&Criterion::Column(**c)))
    {
        if let Some(attribute) = read.by[*column].binding.get(&id) {
            made.fixed.insert(*attribute);
            made.given.insert(*attribute);
        }
    }
    for (at, condition) in read.constants.iter().enumerate() {
        let Some(attribute) = condition
            .binding
            .get(&id)
            .filter(|_| !dropped.contains(&Criterion::Constant(at)))
        else {
            continue;
        };
        match &condition.test {
            Test::Exists => made.presence.insert(*attribute),
            Test::Missing => made.missing.insert(*attribute),
            Test::OneOf(values) => {
                if values.len() == 1 {
                    made.fixed.insert(*attribute);
                }
                made.presence.insert(*attribute);
                made.constants.push((*attribute, values.clone()));
            }
        }
    }
    made.constants.sort();
    made.single = entity.determines(made.fixed);
    made.order = order(reader, id, alike_of(reader, id, given).union(fanned));
    let mut named = made.presence.union(made.fixed);
    let range = read
        .range
        .as_ref()
        .filter(|_| !dropped.contains(&Criterion::Range))
        .map(|r| &r.binding);
    let prefix = read
        .prefix
        .as_ref()
        .filter(|_| !dropped.contains(&Criterion::Prefix))
        .map(|(b, _)| b);
    let sorted = read
        .sort
        .iter()
        .filter(|_| !dropped.contains(&Criterion::Sorted))
        .filter_map(|s| s.binding.get(&id));
    named = range
        .into_iter()
        .chain(prefix)
        .filter_map(|b| b.get(&id))
        .chain(sorted)
        .fold(named, |set, a| set.with(*a));
    let ordered: AttributeSet = made.order.iter().map(|(a, _)| *a).collect();
    made.presence = named
        .union(ordered)
        .iter()
        .filter(|a| entity.is_optional(*a))
        .collect();
    made.spare.presence = made.spare.presence.without(made.presence);
    made
}

/// What the criteria that a filter takes over say of an entity.
fn spare(reader: &Reader<'_>, id: EntityId, given: &[usize], dropped: &[Criterion]) -> Spare {
    let read = reader.read;
    let mut made = Spare::default();
    let mut named: Vec<AttributeId> = Vec::new();
    for criterion in dropped {
        match criterion {
            Criterion::Column(at) if given.contains(at) => {
                named.extend(read.by[*at].binding.get(&id));
            }
            Criterion::Column(_) => {}
            Criterion::Constant(at) => {
                let condition = &read.constants[*at];
                let Some(attribute) = condition.binding.get(&id) else {
                    continue;
                };
                match &condition.test {
                    Test::OneOf(values) => {
                        named.push(*attribute);
                        made.constants.push((*attribute, values.clone()));
                    }
                    Test::Exists => named.push(*attribute),
                    Test::Missing => made.missing.insert(*attribute),
                }
            }
            Criterion::Range => named.extend(read.range.iter().filter_map(|r| r.binding.get(&id))),
            Criterion::Prefix => {
                named.extend(read.prefix.iter().filter_map(|(b, _)| b.get(&id)));
            }
            Criterion::Sorted => named.extend(read.sort.iter().filter_map(|s| s.binding.get(&id))),
        }
    }
    made.constants.sort();
    let entity = reader.workload.entity(id);
    let optional = named.into_iter().filter(|a| entity.is_optional(*a));
    made.presence = optional.collect();
    made
}

/// What the items are sorted by: `sort`, else the range, else the prefix.
fn sorted_by<'a>(reader: &Reader<'a>) -> Vec<(&'a crate::workload::Binding, bool)> {
    let read = reader.read;
    if read.verb != ReadVerb::List {
        return Vec::new();
    }
    if !read.sort.is_empty() {
        return read
            .sort
            .iter()
            .map(|s| (&s.binding, s.descending))
            .collect();
    }
    let range = read.range.as_ref().map(|r| (&r.binding, false));
    range
        .or_else(|| read.prefix.as_ref().map(|(b, _)| (b, false)))
        .into_iter()
        .collect()
}

/// The order of an entity's items, without what is fixed, cut off where at most one item is left.
fn order(reader: &Reader<'_>, id: EntityId, fixed: AttributeSet) -> Vec<(AttributeId, bool)> {
    let entity = reader.workload.entity(id);
    let mut known = fixed;
    let mut made = Vec::new();
    for (binding, descending) in sorted_by(reader) {
        // In a merged order one item of this entity still has its place among those of the others.
        if entity.determines(known) && !reader.read.interleave {
            break;
        }
        if let Some(attribute) = binding.get(&id).filter(|a| !known.contains(**a)) {
            known.insert(*attribute);
            made.push((*attribute, descending));
        }
    }
    made
}

/// Finds the bounded attribute of a part; it must be the first of the order.
fn settle_bound(
    reader: &Reader<'_>,
    part: &mut Part,
    dropped: &[Criterion],
) -> Result<(), Refusal> {
    let read = reader.read;
    let range = read
        .range
        .as_ref()
        .filter(|_| !dropped.contains(&Criterion::Range))
        .and_then(|r| {
            let side = match r.operator {
                RangeOperator::FromTo | RangeOperator::Between => Side::Both,
                RangeOperator::Less | RangeOperator::LessOrEqual => Side::Upper,
                RangeOperator::Greater | RangeOperator::GreaterOrEqual => Side::Lower,
            };
            r.binding.get(&part.entity).map(|a| Bounded {
                attribute: *a,
                side,
            })
        });
    let prefix = read
        .prefix
        .as_ref()
        .filter(|_| !dropped.contains(&Criterion::Prefix))
        .and_then(|(binding, _)| {
            binding.get(&part.entity).map(|a| Bounded {
                attribute: *a,
                side: Side::Start,
            })
        });
    if range.is_some() && prefix.is_some() {
        return Err(Refusal::RangeAndPrefix);
    }
    let Some(bounded) = range.or(prefix) else {
        return Ok(());
    };
    match part.order.first() {
        Some((first, _)) if *first != bounded.attribute => return Err(Refusal::RangeBeforeSort),
        // Nothing is to be ordered (a count, or at most one item): the bounded attribute still comes next in the key.
        None => {
            part.order.push((bounded.attribute, false));
            part.either_way = true;
        }
        Some(_) => {}
    }
    part.bounded = Some(bounded);
    Ok(())
}

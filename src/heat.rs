//! How much load one partition takes.
//!
//! Source of the limits: the Amazon `DynamoDB` Developer Guide, "Burst and adaptive capacity": a partition serves 3,000
//! read units and 1,000 write units a second, in the table and in each index alike.

use crate::cost::model::Model;
use crate::cost::size;
use crate::demand::Variant;
use crate::estimate::{self, WHOLE};
use crate::layout::Family;
use crate::schema::{Schema, Served};
use crate::workload::{
    Action, AttributeId, AttributeSet, Constant, EntityId, PatternId, Read, Step, Test, Workload,
    WriteVerb,
};

/// Read units a second that one partition serves.
pub const MOST_READS: u64 = 3_000;
/// Write units a second that one partition serves.
pub const MOST_WRITES: u64 = 1_000;

/// Millionths of a write unit a second, at the peak, that the writes of an entity's items put on all partitions of an
/// index that holds whole items; `share` of the items are in it, in parts per million.
#[must_use]
pub fn peak_writes(workload: &Workload, entity: EntityId, share: u64) -> u128 {
    let own = workload
        .steps()
        .filter(|(_, s)| s.entity == entity && s.verb != WriteVerb::Check);
    let micro: u128 = own.map(|(p, step)| peak_of(workload, p, step)).sum();
    micro * u128::from(share) / u128::from(WHOLE)
}

/// The partitions that a read's items must be spread over, so that each stays within what a partition serves.
#[must_use]
pub fn shards_needed(workload: &Workload, pattern: PatternId, read: &Read, given: &[usize]) -> u32 {
    let Some(entity) = read.entities.first().copied() else {
        return 1;
    };
    let declared = workload.entity(entity);
    let fixed: AttributeSet = given
        .iter()
        .filter_map(|c| read.by[*c].binding.get(&entity).copied())
        .collect();
    let constants: Vec<(AttributeId, Vec<Constant>)> = read
        .constants
        .iter()
        .filter_map(|w| match &w.test {
            Test::OneOf(values) => w.binding.get(&entity).map(|a| (*a, values.clone())),
            Test::Exists | Test::Missing => None,
        })
        .collect();
    let share = constants.iter().fold(WHOLE, |s, (a, v)| {
        s * estimate::share(workload, declared, *a, v) / WHOLE
    });
    let heaviest = u128::from(estimate::heaviest(workload, declared, fixed));
    let writes = peak_writes(workload, entity, share) * heaviest / u128::from(WHOLE);
    let chosen = estimate::Chosen {
        fixed,
        constants: &constants,
        exists: AttributeSet::default(),
        missing: AttributeSet::default(),
    };
    let items = estimate::matching(workload, declared, chosen)
        .div_ceil(u128::from(WHOLE))
        .max(1);
    let items = read.limit.map_or(items, |l| items.min(u128::from(l.count)));
    let bytes = items * u128::from(size::item(workload, entity));
    let read_units = bytes.div_ceil(4096).div_ceil(2);
    let reads = workload.pattern(pattern).peak.micro_calls_in(1) * read_units * heaviest
        / u128::from(WHOLE);
    let whole = u128::from(WHOLE);
    let needed = writes
        .div_ceil(u128::from(MOST_WRITES) * whole)
        .max(reads.div_ceil(u128::from(MOST_READS) * whole));
    u32::try_from(needed.clamp(1, 1000)).unwrap_or(1000)
}

/// What the most loaded partition of some items takes at the peak.
#[derive(Debug, Clone)]
pub struct Load<'a> {
    /// The index by its place, or the table.
    pub index: Option<usize>,
    /// The items that share partitions.
    pub family: &'a Family,
    /// Millionths of a write unit a second.
    pub writes: u128,
    /// Millionths of a read unit a second.
    pub reads: u128,
    /// The reads that ask for them, by name.
    pub readers: Vec<PatternId>,
    /// The read that asks most.
    pub most: Option<PatternId>,
    /// The write that puts most on it.
    pub writer: Option<PatternId>,
    /// Items in the fullest partition.
    pub items: u128,
    /// Bytes in it.
    pub bytes: u128,
}

impl Load<'_> {
    /// The partitions that would each stay within what one serves, were the load spread evenly.
    #[must_use]
    pub fn needed(&self) -> u128 {
        let whole = u128::from(WHOLE);
        let writes = self.writes.div_ceil(u128::from(MOST_WRITES) * whole);
        writes.max(self.reads.div_ceil(u128::from(MOST_READS) * whole))
    }

    /// The load in hundredths of what a partition serves.
    #[must_use]
    pub fn percent(&self) -> u128 {
        let of = |load: u128, most: u64| load / (u128::from(most) * u128::from(WHOLE / 100));
        of(self.writes, MOST_WRITES).max(of(self.reads, MOST_READS))
    }
}

/// The loads of the table's families, then of those of each index.
#[must_use]
pub fn loads<'a>(
    workload: &Workload,
    variants: &[Variant],
    schema: &'a Schema,
    model: &Model<'_>,
) -> Vec<Load<'a>> {
    let table = schema.table.iter().map(|f| (None, f));
    let indexes = schema
        .indexes
        .iter()
        .enumerate()
        .flat_map(|(at, i)| i.families.iter().map(move |f| (Some(at), f)));
    table
        .chain(indexes)
        .map(|(index, family)| {
            let mut writes: Vec<(u128, PatternId)> = Vec::new();
            for member in 0..family.members.len() {
                writes.extend(writes_of(workload, model, schema, (index, family), member));
            }
            let mut reads: Vec<(u128, PatternId)> = Vec::new();
            for (at, (variant, served)) in variants.iter().zip(&schema.served).enumerate() {
                if let Some(load) = reads_of(
                    workload,
                    model,
                    schema,
                    (index, family),
                    (at, variant, served),
                ) {
                    reads.push((load, variant.pattern));
                }
            }
            let most = |of: &[(u128, PatternId)]| {
                of.iter()
                    .filter(|(load, _)| *load > 0)
                    .max_by_key(|(load, p)| (*load, std::cmp::Reverse(*p)))
                    .map(|(_, p)| *p)
            };
            let mut readers: Vec<PatternId> = reads.iter().map(|(_, p)| *p).collect();
            readers.sort_unstable();
            readers.dedup();
            let (items, bytes) = fullest(workload, model, schema, index, family, &readers);
            Load {
                index,
                family,
                writes: writes.iter().map(|(load, _)| load).sum(),
                reads: reads.iter().map(|(load, _)| load).sum(),
                most: most(&reads),
                readers,
                writer: most(&writes),
                items,
                bytes,
            }
        })
        .collect()
}

/// Items and bytes in the fullest partition. In a table with local indexes their entries count, since they lie in the
/// same item collection. Where a read of a whole partition says what it returns, no more than that is there.
fn fullest(
    workload: &Workload,
    model: &Model<'_>,
    schema: &Schema,
    index: Option<usize>,
    family: &Family,
    readers: &[PatternId],
) -> (u128, u128) {
    let whole = u128::from(WHOLE);
    let shards = u128::from(family.shards.max(1));
    let local = |at: &usize| schema.indexes[*at].kind == crate::layout::Kind::Local;
    let (mut items, mut bytes) = (0, 0);
    for (member, of) in family.members.iter().enumerate() {
        let declared = workload.entity(of.entity);
        let each = if let Some(at) = index {
            model.entry_bytes(schema, at, of.entity)
        } else {
            let entries = (0..schema.indexes.len()).filter(local).filter(|at| {
                crate::schema::find(&schema.indexes[*at].families, of.entity).is_some()
            });
            let entries = entries.map(|at| model.entry_bytes(schema, at, of.entity));
            model.item_bytes(schema, of.entity) + entries.sum::<u64>()
        };
        let partition = family.partition(member);
        let heaviest = u128::from(estimate::heaviest(workload, declared, partition));
        let held = u128::from(declared.count) * u128::from(model.held(family, member)) / whole;
        let mut there = held * heaviest / whole;
        let told = readers
            .iter()
            .filter_map(|p| returned(workload, *p, of.entity, partition));
        if let Some(told) = told.min() {
            there = there.min(u128::from(told));
        }
        items += there / shards;
        bytes += there * u128::from(each) / shards;
    }
    (items, bytes)
}

/// What a read says to return, if it reads all items of an entity under one partition key.
fn returned(
    workload: &Workload,
    pattern: PatternId,
    entity: EntityId,
    partition: AttributeSet,
) -> Option<u64> {
    let Action::Read(read) = &workload.pattern(pattern).action else {
        return None;
    };
    let fixed: AttributeSet = read
        .by
        .iter()
        .filter(|c| !c.optional)
        .filter_map(|c| c.binding.get(&entity).copied())
        .collect();
    let all = read.entities == [entity]
        && read.limit.is_none()
        && read.range.is_none()
        && read.prefix.is_none()
        && fixed.is_subset(partition)
        && !workload.pattern(pattern).allow.filter;
    read.returns.filter(|_| all)
}

/// Millionths of a write unit a second on the most loaded partition, from each write of one member.
fn writes_of(
    workload: &Workload,
    model: &Model<'_>,
    schema: &Schema,
    (index, family): (Option<usize>, &Family),
    member: usize,
) -> Vec<(u128, PatternId)> {
    let entity = family.members[member].entity;
    let heaviest = estimate::heaviest(workload, workload.entity(entity), family.partition(member));
    let own = workload
        .steps()
        .filter(|(_, s)| s.entity == entity && s.verb != WriteVerb::Check);
    own.map(|(pattern, step)| {
        let micro = match index {
            None => peak_of(workload, pattern, step),
            Some(at) => {
                let times = step.times.map_or(1, |t| u128::from(t.max));
                let units = model.entry_units(schema, step, at).map_or(0, |e| e.units);
                workload.pattern(pattern).peak.micro_calls_in(1) * times * units / u128::from(WHOLE)
            }
        };
        let one = micro * u128::from(heaviest) / u128::from(WHOLE);
        (one / u128::from(family.shards.max(1)), pattern)
    })
    .collect()
}

/// Millionths of a write unit a second, at the peak, that a step puts on the table.
fn peak_of(workload: &Workload, pattern: PatternId, step: &Step) -> u128 {
    let units = u128::from(size::item(workload, step.entity).div_ceil(1024).max(1));
    let times = step.times.map_or(1, |t| u128::from(t.max));
    workload.pattern(pattern).peak.micro_calls_in(1) * times * units
}

/// Millionths of a read unit a second on the most loaded partition, from one read, if it reads this family.
fn reads_of(
    workload: &Workload,
    model: &Model<'_>,
    schema: &Schema,
    (index, family): (Option<usize>, &Family),
    (at, variant, served): (usize, &Variant, &Served),
) -> Option<u128> {
    let entity = match (served, &workload.pattern(variant.pattern).action) {
        (Served::Table(d), _) if index.is_none() => d.parts.first()?.entity,
        (Served::Index(i, d), _) if Some(*i) == index => d.parts.first()?.entity,
        (Served::ByKey, Action::Read(read)) if index.is_none() => *read.entities.first()?,
        _ => return None,
    };
    let member = family.member(entity)?;
    let units = model.read(schema, at, served).read / u128::from(family.shards.max(1));
    let calls = workload.pattern(variant.pattern).peak.micro_calls_in(1);
    let heaviest = estimate::heaviest(workload, workload.entity(entity), family.partition(member));
    Some(calls * units / u128::from(WHOLE) * u128::from(heaviest) / u128::from(WHOLE))
}

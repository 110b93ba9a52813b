//! How much load one partition takes.
//!
//! Source of the limits: the Amazon `DynamoDB` Developer Guide, "Burst and adaptive capacity": a partition serves 3,000
//! read units and 1,000 write units a second, in the table and in each index alike.

use crate::cost::figures::{Figures, Written};
use crate::cost::model::Place;
use crate::cost::size;
use crate::demand::Demand;
use crate::estimate::{self, WHOLE};
use crate::layout::Family;
use crate::schema::Served;
use crate::workload::{
    Action, AttributeId, AttributeSet, Constant, EntityId, PatternId, Read, Step, Test, Workload,
    WriteVerb,
};
use std::collections::BTreeMap;

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
pub fn loads<'a>(figures: &Figures<'a>) -> Vec<Load<'a>> {
    let schema = figures.schema;
    let table = schema.table.iter().map(|f| (None, f));
    let indexes = schema
        .indexes
        .iter()
        .enumerate()
        .flat_map(|(at, i)| i.families.iter().map(move |f| (Some(at), f)));
    let readers = readers(figures);
    table
        .chain(indexes)
        .map(|(index, family)| load(figures, index, family, &readers))
        .collect()
}

/// The load of one family.
fn load<'a>(
    figures: &Figures<'a>,
    index: Place,
    family: &'a Family,
    readers: &Readers,
) -> Load<'a> {
    let mut writes: Vec<(u128, PatternId)> = Vec::new();
    let mut reads: Vec<(u128, PatternId)> = Vec::new();
    for (member, of) in family.members.iter().enumerate() {
        writes.extend(writes_of(figures, index, family, member));
        let own = readers.get(&(index, of.entity)).into_iter().flatten();
        reads.extend(own.map(|variant| read_of(figures, family, member, *variant)));
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
    let (items, bytes) = fullest(figures, index, family, &readers);
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
}

/// The variants that are answered by the items of an entity at a place.
type Readers = BTreeMap<(Place, EntityId), Vec<usize>>;

fn readers(figures: &Figures<'_>) -> Readers {
    let mut made = Readers::new();
    for (variant, served) in figures.schema.served.iter().enumerate() {
        let first = |d: &Demand| d.parts.first().map(|p| p.entity);
        let at = match served {
            Served::Table(demand) => (None, first(demand)),
            Served::Index(index, demand) => (Some(*index), first(demand)),
            Served::ByKey => (None, by_key(figures, variant)),
            Served::Scan(_) | Served::Not => continue,
        };
        if let (place, Some(entity)) = at {
            made.entry((place, entity)).or_default().push(variant);
        }
    }
    made
}

/// The entity that a read asks for by the table's key.
fn by_key(figures: &Figures<'_>, variant: usize) -> Option<EntityId> {
    let pattern = figures.model.variants[variant].pattern;
    match &figures.model.workload.pattern(pattern).action {
        Action::Read(read) => read.entities.first().copied(),
        _ => None,
    }
}

/// Items and bytes in the fullest partition. In a table with local indexes their entries count, since they lie in the
/// same item collection. Where a read of a whole partition says what it returns, no more than that is there.
fn fullest(
    figures: &Figures<'_>,
    index: Place,
    family: &Family,
    readers: &[PatternId],
) -> (u128, u128) {
    let (model, schema) = (&figures.model, figures.schema);
    let whole = u128::from(WHOLE);
    let shards = u128::from(family.shards.max(1));
    let local = |at: &usize| schema.indexes[*at].kind == crate::layout::Kind::Local;
    let (mut items, mut bytes) = (0, 0);
    for (member, of) in family.members.iter().enumerate() {
        let declared = model.workload.entity(of.entity);
        let known = figures.bytes(of.entity);
        let each = if let Some(at) = index {
            known.entry(at)
        } else {
            let entries = (0..schema.indexes.len()).filter(local).filter(|at| {
                crate::schema::find(&schema.indexes[*at].families, of.entity).is_some()
            });
            known.item + entries.map(|at| known.entry(at)).sum::<u64>()
        };
        let partition = family.partition(member);
        let heaviest = u128::from(estimate::heaviest(model.workload, declared, partition));
        let held = u128::from(declared.count) * u128::from(model.held(family, member)) / whole;
        let mut there = held * heaviest / whole;
        let told = readers
            .iter()
            .filter_map(|p| returned(model.workload, *p, of.entity, partition));
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
    figures: &Figures<'_>,
    index: Place,
    family: &Family,
    member: usize,
) -> Vec<(u128, PatternId)> {
    let workload = figures.model.workload;
    let entity = family.members[member].entity;
    let heaviest = estimate::heaviest(workload, workload.entity(entity), family.partition(member));
    let own = figures.writes_of(entity);
    own.filter(|w| w.step.verb != WriteVerb::Check)
        .map(|written| {
            let micro = match index {
                None => peak_of(workload, written.pattern, written.step),
                Some(at) => peak_at(workload, written, at),
            };
            let one = micro * u128::from(heaviest) / u128::from(WHOLE);
            (one / u128::from(family.shards.max(1)), written.pattern)
        })
        .collect()
}

/// Millionths of a write unit a second, at the peak, that a step puts on an index.
fn peak_at(workload: &Workload, written: &Written<'_>, index: usize) -> u128 {
    let times = written.step.times.map_or(1, |t| u128::from(t.max));
    let units = written.units.entry(index).map_or(0, |e| e.units);
    let calls = workload.pattern(written.pattern).peak.micro_calls_in(1);
    calls * times * units / u128::from(WHOLE)
}

/// Millionths of a write unit a second, at the peak, that a step puts on the table.
fn peak_of(workload: &Workload, pattern: PatternId, step: &Step) -> u128 {
    let units = u128::from(size::item(workload, step.entity).div_ceil(1024).max(1));
    let times = step.times.map_or(1, |t| u128::from(t.max));
    workload.pattern(pattern).peak.micro_calls_in(1) * times * units
}

/// Millionths of a read unit a second on the most loaded partition, from one read of a member's items.
fn read_of(
    figures: &Figures<'_>,
    family: &Family,
    member: usize,
    variant: usize,
) -> (u128, PatternId) {
    let workload = figures.model.workload;
    let pattern = figures.model.variants[variant].pattern;
    let entity = workload.entity(family.members[member].entity);
    let units = figures.read(variant).read / u128::from(family.shards.max(1));
    let calls = workload.pattern(pattern).peak.micro_calls_in(1);
    let heaviest = estimate::heaviest(workload, entity, family.partition(member));
    let load = calls * units / u128::from(WHOLE) * u128::from(heaviest) / u128::from(WHOLE);
    (load, pattern)
}

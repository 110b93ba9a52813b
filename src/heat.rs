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
    Action, AttributeId, AttributeSet, Constant, EntityId, PatternId, Read, Test, Workload,
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
    let units = u128::from(size::item(workload, entity).div_ceil(1024).max(1));
    let mut micro: u128 = 0;
    for (pattern, step) in workload
        .steps()
        .filter(|(_, s)| s.entity == entity && s.verb != WriteVerb::Check)
    {
        let times = step.times.map_or(1, |t| u128::from(t.max));
        micro += workload.pattern(pattern).peak.micro_calls_in(1) * times * units;
    }
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

/// A partition that takes more than it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hot {
    /// An entity in it.
    pub entity: EntityId,
    /// The read that asks most of it, if one does.
    pub pattern: Option<PatternId>,
    /// What is the matter.
    pub message: String,
    /// Why.
    pub note: String,
    /// What to do.
    pub help: String,
}

/// The partitions, of the table and of indexes, whose peak is above what one partition serves.
#[must_use]
pub fn hot(
    workload: &Workload,
    variants: &[Variant],
    schema: &Schema,
    model: &Model<'_>,
) -> Vec<Hot> {
    let table = schema.table.iter().map(|f| (None, f));
    let indexes = schema
        .indexes
        .iter()
        .enumerate()
        .flat_map(|(at, i)| i.families.iter().map(move |f| (Some(at), f)));
    table
        .chain(indexes)
        .filter_map(|(index, family)| {
            let writes: u128 = (0..family.members.len())
                .map(|m| writes_of(workload, model, family, m))
                .sum();
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
            let read: u128 = reads.iter().map(|(load, _)| load).sum();
            let most = reads
                .iter()
                .max_by_key(|(load, p)| (*load, std::cmp::Reverse(*p)))
                .map(|(_, p)| *p);
            describe(workload, schema, index, family, (writes, read), most)
        })
        .collect()
}

/// Millionths of a write unit a second on the most loaded partition, from one member.
fn writes_of(workload: &Workload, model: &Model<'_>, family: &Family, member: usize) -> u128 {
    let entity = family.members[member].entity;
    let heaviest = estimate::heaviest(workload, workload.entity(entity), family.partition(member));
    let all = peak_writes(workload, entity, model.held(family, member));
    all * u128::from(heaviest) / u128::from(WHOLE) / u128::from(family.shards.max(1))
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

fn describe(
    workload: &Workload,
    schema: &Schema,
    index: Option<usize>,
    family: &Family,
    (writes, reads): (u128, u128),
    pattern: Option<PatternId>,
) -> Option<Hot> {
    let whole = u128::from(WHOLE);
    let needed = |load: u128, most: u64| load.div_ceil(u128::from(most) * whole);
    let shards = needed(writes, MOST_WRITES).max(needed(reads, MOST_READS));
    if shards <= 1 {
        return None;
    }
    let first = family.members.first()?.entity;
    let place = index.map_or_else(
        || "the table".to_owned(),
        |at| schema.indexes[at].name.clone(),
    );
    let names: Vec<String> = family
        .members
        .iter()
        .map(|m| format!("`{}`", workload.entity(m.entity).name))
        .collect();
    let partition = workload
        .entity(first)
        .names(family.columns.iter().filter_map(|c| c.first().copied()));
    let by = if partition.is_empty() {
        "one constant key".to_owned()
    } else {
        format!("the key {}", partition.join(", "))
    };
    let of = pattern.map(|p| workload.pattern(p));
    let gets = |p: &crate::workload::Pattern| p.verb == Some("get");
    let help = match of.map(|p| (&p.name, gets(p))) {
        // One item is in one partition, whatever the key is.
        Some((_, true)) => {
            "keep a copy of what is read so often in the application, or in a cache".to_owned()
        }
        Some((name, false)) => format!(
            "{} partitions would do: `shards: {}` on `{name}` and the other reads of this key",
            shards * u128::from(family.shards),
            shards * u128::from(family.shards)
        ),
        None => "partition by an attribute with more values".to_owned(),
    };
    Some(Hot {
        entity: first,
        pattern,
        message: format!(
            "a partition of {place} takes {} a second at the peak",
            units(writes.div_ceil(whole), reads.div_ceil(whole))
        ),
        note: format!(
            "the items of {} lie under {by}; one partition serves 1,000 write and 3,000 read units a second",
            names.join(" and ")
        ),
        help,
    })
}

fn units(writes: u128, reads: u128) -> String {
    match (writes, reads) {
        (0, reads) => format!("{reads} read units"),
        (writes, 0) => format!("{writes} write units"),
        (writes, reads) => format!("{writes} write and {reads} read units"),
    }
}

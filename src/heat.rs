//! How much load one partition takes.
//!
//! Source of the limits: the Amazon DynamoDB Developer Guide, "Burst and adaptive capacity": a partition serves 3,000
//! read units and 1,000 write units a second, in the table and in each index alike.

use crate::cost::size;
use crate::estimate::{self, WHOLE};
use crate::workload::{AttributeId, AttributeSet, Constant, EntityId, PatternId, Read, Test, Workload, WriteVerb};

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
    for (pattern, step) in workload.steps().filter(|(_, s)| s.entity == entity && s.verb != WriteVerb::Check) {
        let times = step.times.map_or(1, |t| u128::from(t.max));
        micro += workload.pattern(pattern).peak.micro_calls_in(1) * times * units;
    }
    micro * u128::from(share) / u128::from(WHOLE)
}

/// The partitions that a read's items must be spread over, so that each stays within what a partition serves.
#[must_use]
pub fn shards_needed(workload: &Workload, pattern: PatternId, read: &Read, given: &[usize]) -> u32 {
    let Some(entity) = read.entities.first().copied() else { return 1 };
    let declared = workload.entity(entity);
    let fixed: AttributeSet = given.iter().filter_map(|c| read.by[*c].binding.get(&entity).copied()).collect();
    let constants: Vec<(AttributeId, Vec<Constant>)> = read
        .constants
        .iter()
        .filter_map(|w| match &w.test {
            Test::OneOf(values) => w.binding.get(&entity).map(|a| (*a, values.clone())),
            Test::Exists | Test::Missing => None,
        })
        .collect();
    let share = constants.iter().fold(WHOLE, |s, (a, v)| s * estimate::share(workload, declared, *a, v) / WHOLE);
    let heaviest = u128::from(estimate::heaviest(workload, declared, fixed));
    let writes = peak_writes(workload, entity, share) * heaviest / u128::from(WHOLE);
    let chosen = estimate::Chosen {
        fixed,
        constants: &constants,
        exists: AttributeSet::default(),
        missing: AttributeSet::default(),
    };
    let items = estimate::matching(workload, declared, chosen).div_ceil(u128::from(WHOLE)).max(1);
    let items = read.limit.map_or(items, |l| items.min(u128::from(l.count)));
    let bytes = items * u128::from(size::item(workload, entity));
    let read_units = bytes.div_ceil(4096).div_ceil(2);
    let reads = workload.pattern(pattern).peak.micro_calls_in(1) * read_units * heaviest / u128::from(WHOLE);
    let whole = u128::from(WHOLE);
    let needed = writes.div_ceil(u128::from(MOST_WRITES) * whole).max(reads.div_ceil(u128::from(MOST_READS) * whole));
    u32::try_from(needed.clamp(1, 1000)).unwrap_or(1000)
}

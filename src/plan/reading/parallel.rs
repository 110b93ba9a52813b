//! Requests in parallel: over the values of a fan-out and over shards, how many rows each reads, and the order of all.

use super::Scope;
use crate::demand::Demand;
use crate::plan::conditions::constant;
use crate::plan::{ForEach, MergeKey};
use crate::workload::{AttributeId, Constant, EntityId, ReadVerb};

impl Scope<'_> {
    /// Rows that one request evaluates at most: the limit, and room for the items that it does not count.
    pub(super) fn rows(&self, demand: &Demand) -> Option<u32> {
        if self.read.verb == ReadVerb::Get {
            return Some(1);
        }
        let limit = self.read.limit?.count;
        let others = if demand.limited.is_some() {
            demand.parts.len() - 1
        } else {
            0
        };
        Some(limit.saturating_add(u32::try_from(others).unwrap_or(0)))
    }

    pub(super) fn shard_variable(&self, demand: &Demand) -> String {
        let taken = demand.fan.iter().any(|(a, _)| self.fan_name(*a) == "shard");
        if taken { "shard_number" } else { "shard" }.to_owned()
    }

    pub(super) fn fan_name(&self, attribute: AttributeId) -> String {
        let entity = self.read.entities.first().copied().unwrap_or(EntityId(0));
        self.workload
            .entity(entity)
            .attribute(attribute)
            .name
            .clone()
    }

    pub(super) fn for_each(
        &self,
        fan: &[(AttributeId, Vec<Constant>)],
        shards: u32,
        shard: &str,
    ) -> Option<Vec<ForEach>> {
        let fans = fan.iter().map(|(attribute, values)| ForEach::Values {
            variable: self.fan_name(*attribute),
            values: values.iter().map(constant).collect(),
        });
        let shards = (shards > 1).then(|| ForEach::Count {
            variable: shard.to_owned(),
            count: shards,
        });
        let made: Vec<ForEach> = fans.chain(shards).collect();
        (!made.is_empty()).then_some(made)
    }

    pub(super) fn merge(&self, demand: &Demand) -> Option<Vec<MergeKey>> {
        let parallel = demand.shards > 1 || !demand.fan.is_empty();
        let part = demand.parts.first()?;
        if !parallel || demand.merge.is_empty() || self.read.verb == ReadVerb::Count {
            return None;
        }
        let entity = self.workload.entity(part.entity);
        let key = |(a, descending): &(AttributeId, bool)| MergeKey {
            attribute: entity.attribute(*a).name.clone(),
            descending: *descending,
        };
        Some(demand.merge.iter().map(key).collect())
    }
}

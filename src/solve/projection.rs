//! What the entries of an index carry: as little as its reads need.
//!
//! A read without `select` wants whole items, also attributes that are added later, so its index projects everything.
//! Otherwise what the reads name is included, with the identity, and with what filters, merges and references need.

use crate::demand::{Criterion, Demand, Part};
use crate::schema::{Index, Projection, Schema};
use crate::workload::{
    Action, AttributeId, AttributeSet, Entity, PatternId, Read, ReadVerb, Type, Workload,
};
use std::collections::BTreeSet;

/// The physical attribute that holds an epoch beside a `ttl` of another type.
pub const TTL_ATTRIBUTE: &str = "_ttl";

/// The most attributes that all INCLUDE projections of a table may name: Amazon `DynamoDB` Developer Guide, "Quotas".
pub const MOST_INCLUDED: usize = 100;

/// The most of them in one index of a table with replicas: AWS `CloudFormation` Template Reference,
/// `AWS::DynamoDB::GlobalTable Projection`. The API Reference says so of every index, the Developer Guide of none.
const MOST_IN_GLOBAL: usize = 20;

/// The most attributes that one index may name.
const fn most(workload: &Workload) -> usize {
    if workload.settings.replicas.is_empty() {
        MOST_INCLUDED
    } else {
        MOST_IN_GLOBAL
    }
}

/// The projection that serves some demands of patterns.
#[must_use]
pub fn projection(workload: &Workload, demands: &[(PatternId, &Demand)]) -> Projection {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (pattern, demand) in demands {
        match needed(workload, *pattern, demand) {
            Some(more) => names.extend(more),
            None => return Projection::All,
        }
    }
    match names.len() {
        0 => Projection::KeysOnly,
        n if n > most(workload) => Projection::All,
        _ => Projection::Include(names),
    }
}

/// The schema with no more attributes in its INCLUDE projections than a table may name: as long as there are more, the
/// index that names most carries whole items.
#[must_use]
pub fn within_quota(mut schema: Schema) -> Schema {
    let named = |index: &Index| match &index.projection {
        Projection::Include(names) => names.len(),
        Projection::KeysOnly | Projection::All => 0,
    };
    while schema.indexes.iter().map(named).sum::<usize>() > MOST_INCLUDED {
        let widest = (0..schema.indexes.len())
            .max_by_key(|at| (named(&schema.indexes[*at]), std::cmp::Reverse(*at)));
        if let Some(at) = widest {
            schema.indexes[at].projection = Projection::All;
        }
    }
    schema
}

/// The physical attributes that a demand needs of its entries; `None` for all.
#[must_use]
pub fn needed(
    workload: &Workload,
    pattern: PatternId,
    demand: &Demand,
) -> Option<BTreeSet<String>> {
    let (read, finds) = match &workload.pattern(pattern).action {
        Action::Read(read) => (read.as_ref(), false),
        Action::Find(find) => (&find.read, true),
        Action::Write(_) | Action::Transaction(_) | Action::External => {
            return Some(BTreeSet::new());
        }
    };
    let mut names = BTreeSet::new();
    for part in &demand.parts {
        let entity = workload.entity(part.entity);
        let stored = |a: AttributeId| entity.attribute(a).stored_as.clone();
        if let Some(ttl) = entity.ttl {
            names.insert(ttl_attribute(entity, ttl));
        }
        names.extend(filtered(read, demand, part).iter().map(stored));
        if finds || read.verb == ReadVerb::Count {
            continue;
        }
        let selected = read.select.as_ref()?.get(&part.entity)?;
        names.extend(selected.iter().map(|(a, _)| stored(*a)));
        names.extend(entity.identity.iter().copied().map(stored));
        if demand.shards > 1 || !demand.fan.is_empty() {
            names.extend(demand.merge.iter().map(|(a, _)| stored(*a)));
        }
        let followed = read.follow.iter().filter(|(e, _)| *e == part.entity);
        names.extend(
            followed
                .flat_map(|(_, at)| entity.references[*at].attributes.iter().copied())
                .map(stored),
        );
    }
    if demand.parts.len() > 1 {
        names.insert(workload.settings.names.discriminator.clone());
    }
    Some(names)
}

/// The physical attribute by which a reader knows that an item is over its time.
#[must_use]
pub fn ttl_attribute(entity: &Entity, ttl: AttributeId) -> String {
    let attribute = entity.attribute(ttl);
    // A date is compared by the epoch beside it: the day's text does not say when it ends.
    if attribute.ty == Type::Date {
        TTL_ATTRIBUTE.to_owned()
    } else {
        attribute.stored_as.clone()
    }
}

/// The attributes of an entity that a demand leaves to a filter.
#[must_use]
pub fn filtered(read: &Read, demand: &Demand, part: &Part) -> AttributeSet {
    let of = |c: &Criterion| match c {
        Criterion::Column(at) => read.by[*at].binding.get(&part.entity).copied(),
        Criterion::Constant(at) => read.constants[*at].binding.get(&part.entity).copied(),
        Criterion::Range => read
            .range
            .as_ref()
            .and_then(|r| r.binding.get(&part.entity).copied()),
        Criterion::Prefix => read
            .prefix
            .as_ref()
            .and_then(|(b, _)| b.get(&part.entity).copied()),
        Criterion::Sorted => None,
    };
    let sorted = demand
        .dropped
        .contains(&Criterion::Sorted)
        .then_some(&read.sort)
        .into_iter()
        .flatten()
        .filter_map(|s| s.binding.get(&part.entity).copied());
    demand.dropped.iter().filter_map(of).chain(sorted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Kind;

    #[test]
    fn a_table_names_no_more_than_its_quota() {
        let index = |name: &str, n: usize| Index {
            name: name.to_owned(),
            kind: Kind::Global,
            families: Vec::new(),
            projection: Projection::Include((0..n).map(|a| format!("a{a}")).collect()),
        };
        let schema = Schema {
            table: Vec::new(),
            indexes: vec![index("GSI1", 30), index("GSI2", 60), index("GSI3", 60)],
            served: Vec::new(),
        };
        let made = within_quota(schema);
        let whole: Vec<bool> = made
            .indexes
            .iter()
            .map(|i| i.projection == Projection::All)
            .collect();
        assert_eq!(whole, [false, true, false]);
    }
}

//! The last decisions: which index is GSI1, and names that keep the partitions of an index apart.
//!
//! Indexes that exist already keep their names; the others are numbered by the calls that they serve, most first, then
//! by the first pattern's name. So the numbers do not depend on the order of the file.

use super::oracle::FixedKeys;
use crate::demand::Variant;
use crate::layout::{Family, Kind, distinct_tags};
use crate::schema::{Index, Schema, Served};
use crate::workload::Workload;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The start of the keys of guards.
pub const GUARD_LABEL: &str = "UNIQUE#";

/// Puts the indexes into their order, drops empty ones, and names everything.
#[must_use]
pub fn name(
    workload: &Workload,
    variants: &[Variant],
    fixed: &FixedKeys,
    schema: Schema,
) -> Schema {
    let mut order: Vec<usize> = (0..schema.indexes.len()).collect();
    order.retain(|at| *at < fixed.indexes.len() || !schema.indexes[*at].families.is_empty());
    order.sort_by_cached_key(|at| {
        let calls: u128 = reads_of(&schema, *at)
            .map(|v| {
                workload
                    .pattern(variants[v].pattern)
                    .rate
                    .micro_calls_in(crate::cost::price::MONTH)
            })
            .sum();
        let first = reads_of(&schema, *at)
            .map(|v| workload.pattern(variants[v].pattern).name.clone())
            .min();
        (
            *at >= fixed.indexes.len(),
            if *at < fixed.indexes.len() { *at } else { 0 },
            std::cmp::Reverse(calls),
            first,
        )
    });
    let place: BTreeMap<usize, usize> = order
        .iter()
        .enumerate()
        .map(|(new, old)| (*old, new))
        .collect();
    let mut taken: Vec<String> = fixed
        .indexes
        .iter()
        .map(|(name, ..)| name.clone())
        .collect();
    let mut indexes: Vec<Index> = Vec::new();
    for old in &order {
        let mut index = schema.indexes[*old].clone();
        index.name = match fixed.indexes.get(*old) {
            Some((name, ..)) => name.clone(),
            None => free_name(&workload.settings.names.index, index.kind, &mut taken),
        };
        index.families = apart(
            workload,
            index.families,
            fixed.indexes.get(*old).map_or(&[], |(_, _, f)| f),
        );
        indexes.push(index);
    }
    let served = schema
        .served
        .into_iter()
        .map(|s| match s {
            Served::Index(at, demand) => place
                .get(&at)
                .map_or(Served::Not, |new| Served::Index(*new, demand)),
            other => other,
        })
        .collect();
    Schema {
        table: apart(workload, schema.table, &fixed.table),
        indexes,
        served,
    }
}

fn reads_of(schema: &Schema, index: usize) -> impl Iterator<Item = usize> + '_ {
    let here = move |s: &Served| matches!(s, Served::Index(at, _) if *at == index);
    schema
        .served
        .iter()
        .enumerate()
        .filter(move |(_, s)| here(s))
        .map(|(v, _)| v)
}

fn free_name(prefix: &str, kind: Kind, taken: &mut Vec<String>) -> String {
    let prefix = if kind == Kind::Local { "LSI" } else { prefix };
    let name = (1..=taken.len() + 1)
        .map(|n| format!("{prefix}{n}"))
        .find(|n| !taken.contains(n))
        .unwrap_or_default();
    taken.push(name.clone());
    name
}

/// Gives families of one index different starts of their partition keys.
fn apart(
    workload: &Workload,
    families: Vec<Arc<Family>>,
    fixed: &[Arc<Family>],
) -> Vec<Arc<Family>> {
    let tags = LazyCell::new(|| distinct_tags(workload.entities.iter().map(|e| e.name.as_str())));
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    families
        .iter()
        .for_each(|f| *count.entry(f.label.clone()).or_default() += 1);
    families
        .into_iter()
        .map(|family| {
            let alone =
                count.get(&family.label) == Some(&1) && !GUARD_LABEL.starts_with(&family.label);
            if alone || fixed.contains(&family) {
                return family;
            }
            let mut renamed = (*family).clone();
            let members: Vec<String> = family
                .members
                .iter()
                .map(|m| tags[usize::from(m.entity.0)].clone())
                .collect();
            renamed.label = format!("{}.{}", members.join("+"), family.label);
            Arc::new(renamed)
        })
        .collect()
}

//! Scanned indexes: no constant partition where an index holds nothing else.
//!
//! A read of all items (without `by`, `range` and `sort`) can be a query of a constant partition, or a scan of an index
//! that holds nothing else. Both read the same items, but a constant partition takes at most what one partition serves.
//! So where an index holds one entity only and its partition key would be constant, the reads of all items become scans
//! and the others choose the key.

use crate::demand::{Demand, Shape, Variant, Ways};
use crate::layout::{Kind, Setting, TableRule, arrange};
use crate::schema::{Schema, Served};
use crate::workload::Workload;
use std::sync::Arc;

/// Turns queries of constant partitions into scans where their index holds nothing else. The first `fixed` indexes keep
/// their keys.
#[must_use]
pub fn spread(
    workload: &Workload,
    rules: &[TableRule],
    variants: &[Variant],
    fixed: usize,
    mut schema: Schema,
) -> Schema {
    for at in fixed..schema.indexes.len() {
        let index = &schema.indexes[at];
        let [family] = index.families.as_slice() else {
            continue;
        };
        if index.kind != Kind::Global
            || family.members.len() != 1
            || !family.columns.is_empty()
            || family.shards > 1
        {
            continue;
        }
        let served: Vec<(usize, Demand)> = schema
            .served
            .iter()
            .enumerate()
            .filter_map(|(v, s)| match s {
                Served::Index(i, demand) if *i == at => Some((
                    v,
                    twin(&variants[v], demand).unwrap_or_else(|| demand.clone()),
                )),
                _ => None,
            })
            .collect();
        let demands: Vec<&Demand> = served.iter().map(|(_, d)| d).collect();
        let setting = Setting {
            workload,
            kind: Kind::Global,
            demands: &demands,
            also: &[],
            columns: None,
            rules,
            entity: None,
        };
        let Ok(family) = arrange(&setting) else {
            continue;
        };
        if family.columns.is_empty() {
            continue;
        }
        schema.indexes[at].families = vec![Arc::new(family)];
        for (variant, demand) in served {
            schema.served[variant] = Served::Index(at, demand);
        }
    }
    schema
}

/// The scan that answers a variant as well as this demand.
fn twin(variant: &Variant, demand: &Demand) -> Option<Demand> {
    let Ways::Demands(all, _) = &variant.ways else {
        return None;
    };
    let same = |d: &&Demand| {
        d.shape == Shape::ScanIndex && d.price == demand.price && d.parts == demand.parts
    };
    all.iter().find(same).cloned()
}

//! What the table is to be made with: the settings and names of the design, as they are.

use super::Findings;
use super::values::physical;
use crate::plan::{DaxEntry, Index, Table, TableSettings};
use crate::workload::{Billing, Encryption, Workload};

/// Checks the settings of a table, and the names that the design adds to it.
pub(super) fn check(workload: &Workload, table: &Table, found: &mut Findings) {
    if table.name != workload.settings.name {
        found.wrong(&table.name, "its name is not that of the design");
    }
    if table.settings != expected(workload) {
        found.wrong(&table.name, "its settings are not those of the design");
    }
    let names = &workload.settings.names;
    let native = |name: &str| {
        workload
            .entities
            .iter()
            .any(|e| physical(e, name).is_some())
    };
    let partition = table
        .key
        .partition
        .first()
        .map(|p| p.attribute.as_str())
        .unwrap_or_default();
    let sort = table
        .key
        .sort
        .first()
        .map_or(names.sort.as_str(), |p| p.attribute.as_str());
    if (partition != names.partition && !native(partition)) || (sort != names.sort && !native(sort))
    {
        found.wrong(
            &table.name,
            "its key has other names than the design gives it",
        );
    }
    for index in &table.indexes {
        if let Some(problem) = misnamed(workload, index, &native) {
            found.wrong(&format!("{} of {}", index.name, table.name), problem);
        }
    }
}

/// Why an index or its key has other names than the design gives them.
fn misnamed(
    workload: &Workload,
    index: &Index,
    native: &impl Fn(&str) -> bool,
) -> Option<&'static str> {
    let names = &workload.settings.names;
    if index.kind == "global" && !index.name.starts_with(&names.index) {
        return Some("it has another name than the design gives its indexes");
    }
    let own = if index.kind == "global" {
        index.key.partition.as_slice()
    } else {
        &[]
    };
    let parts = own
        .iter()
        .map(|p| (p, &names.partition))
        .chain(index.key.sort.iter().map(|p| (p, &names.sort)));
    let wrong = |(part, end): (&crate::plan::KeyAttribute, &String)| {
        let by_design = part
            .attribute
            .strip_prefix(&index.name)
            .is_some_and(|rest| rest.starts_with(end.as_str()));
        !by_design && !native(&part.attribute)
    };
    parts
        .into_iter()
        .any(wrong)
        .then_some("its key has other names than the design gives it")
}

fn expected(workload: &Workload) -> TableSettings {
    let of = &workload.settings;
    let capacity = match &of.billing {
        Billing::OnDemand => None,
        Billing::Provisioned {
            read,
            write,
            target,
        } => Some(([read.min, read.max], [write.min, write.max], *target)),
    };
    let (encryption, kms_key) = match &of.encryption {
        Encryption::AwsOwned => ("aws_owned", None),
        Encryption::AwsManaged => ("aws_managed", None),
        Encryption::CustomerKey(key) => ("customer_key", Some(key.clone())),
    };
    let either = |on: bool, yes: &str, no: &str| if on { yes } else { no }.to_owned();
    TableSettings {
        billing: either(capacity.is_some(), "provisioned", "on_demand"),
        read_capacity: capacity.map(|c| c.0),
        write_capacity: capacity.map(|c| c.1),
        target_percent: capacity.map(|c| c.2),
        class: either(of.infrequent_access, "infrequent_access", "standard"),
        point_in_time_recovery_days: of.recovery_days,
        deletion_protection: of.deletion_protection,
        encryption: encryption.to_owned(),
        kms_key,
        stream: of.stream.clone(),
        replicas: of.replicas.clone(),
        consistency: either(of.strong, "strong", "eventual"),
        alarms: of.alarms,
        contributor_insights: of.contributor_insights,
        max_read_units: of.max_read,
        max_write_units: of.max_write,
        warm_read_units: of.warm_read,
        warm_write_units: of.warm_write,
        dax: of.dax.clone().map(|d| DaxEntry {
            node_type: d.node_type,
            nodes: d.nodes,
        }),
        tags: of.tags.clone(),
    }
}

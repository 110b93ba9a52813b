//! The table of the document: key, indexes, settings.

use super::entities::table_ttl;
use super::{
    ConsumerEntry, DaxEntry, Index, Key, KeyAttribute, OutputEntry, ProjectionEntry, Table,
    TableSettings,
};
use crate::layout::Kind;
use crate::schema::{Projection, Schema};
use crate::workload::{Billing, Encryption, Output, Workload};
use std::collections::BTreeMap;

fn text(attribute: String) -> KeyAttribute {
    KeyAttribute {
        attribute,
        ty: "S".to_owned(),
    }
}

/// The table.
pub(super) fn table(workload: &Workload, schema: &Schema) -> Table {
    let names = &workload.settings.names;
    let partition = || vec![text(names.partition.clone())];
    let indexes = schema
        .indexes
        .iter()
        .map(|index| Index {
            kind: if index.kind == Kind::Local {
                "local"
            } else {
                "global"
            }
            .to_owned(),
            key: Key {
                // A local index has the table's partition key.
                partition: if index.kind == Kind::Local {
                    partition()
                } else {
                    vec![text(format!("{}{}", index.name, names.partition))]
                },
                sort: vec![text(format!("{}{}", index.name, names.sort))],
            },
            projection: projection(&index.projection),
            name: index.name.clone(),
        })
        .collect();
    Table {
        name: workload.settings.name.clone(),
        key: Key {
            partition: partition(),
            sort: vec![text(names.sort.clone())],
        },
        indexes,
        ttl: table_ttl(workload),
        settings: settings(workload),
    }
}

fn projection(of: &Projection) -> ProjectionEntry {
    let (ty, attributes) = match of {
        Projection::All => ("ALL", Vec::new()),
        Projection::KeysOnly => ("KEYS_ONLY", Vec::new()),
        Projection::Include(names) => ("INCLUDE", names.iter().cloned().collect()),
    };
    ProjectionEntry {
        ty: ty.to_owned(),
        attributes,
    }
}

fn settings(workload: &Workload) -> TableSettings {
    let of = &workload.settings;
    let (read, write, target) = match &of.billing {
        Billing::OnDemand => (None, None, None),
        Billing::Provisioned {
            read,
            write,
            target,
        } => (
            Some([read.min, read.max]),
            Some([write.min, write.max]),
            Some(*target),
        ),
    };
    let (encryption, kms_key) = match &of.encryption {
        Encryption::AwsOwned => ("aws_owned", None),
        Encryption::AwsManaged => ("aws_managed", None),
        Encryption::CustomerKey(key) => ("customer_key", Some(key.clone())),
    };
    TableSettings {
        billing: if read.is_some() {
            "provisioned"
        } else {
            "on_demand"
        }
        .to_owned(),
        read_capacity: read,
        write_capacity: write,
        target_percent: target,
        class: if of.infrequent_access {
            "infrequent_access"
        } else {
            "standard"
        }
        .to_owned(),
        point_in_time_recovery_days: of.recovery_days,
        deletion_protection: of.deletion_protection,
        encryption: encryption.to_owned(),
        kms_key,
        stream: of.stream.clone(),
        replicas: of.replicas.clone(),
        consistency: if of.strong { "strong" } else { "eventual" }.to_owned(),
        alarms: of.alarms,
        contributor_insights: of.contributor_insights,
        max_read_units: of.max_read,
        max_write_units: of.max_write,
        warm_read_units: of.warm_read,
        warm_write_units: of.warm_write,
        dax: of.dax.as_ref().map(|d| DaxEntry {
            node_type: d.node_type.clone(),
            nodes: d.nodes,
        }),
        tags: of.tags.clone(),
    }
}

/// The consumers of the stream.
pub(super) fn consumers(workload: &Workload) -> Vec<ConsumerEntry> {
    workload
        .consumers
        .iter()
        .map(|c| ConsumerEntry {
            name: c.name.clone(),
            entities: c
                .entities
                .iter()
                .map(|e| workload.entity(*e).name.clone())
                .collect(),
            events: c.events.clone(),
            function: c.function.clone(),
        })
        .collect()
}

/// What is to be generated, and where.
pub(super) fn generate(workload: &Workload) -> BTreeMap<String, OutputEntry> {
    let entry = |output: &Output| OutputEntry {
        path: output.path.clone(),
        options: output.options.clone(),
    };
    let all = workload.generate.iter();
    all.map(|(target, output)| (target.clone(), entry(output)))
        .collect()
}

//! The tool's schema in a few words, for the report of a mismatch.
//!
//! Promises: read-only; nothing is decided here.

use crate::compare::Solved;
use design::layout::{Family, Node};
use design::schema::Served;
use design::workload::{Entity, Workload};
use std::sync::Arc;

/// A line for each family and each variant.
pub(crate) fn schema(of: &Solved) -> Vec<String> {
    let schema = &of.solution.schema;
    let mut lines: Vec<String> = families("table", &schema.table, &of.workload);
    for index in &schema.indexes {
        lines.extend(families(
            &format!("{} {:?}", index.name, index.kind),
            &index.families,
            &of.workload,
        ));
    }
    for (variant, served) in of.solution.variants.iter().zip(&schema.served) {
        let name = &of.workload.pattern(variant.pattern).name;
        let by = match served {
            Served::ByKey => "by key".to_owned(),
            Served::Table(d) => format!("table {:?}", d.price.words()),
            Served::Index(at, d) => format!("{} {:?}", schema.indexes[*at].name, d.price.words()),
            Served::Scan(_) => "scan".to_owned(),
            Served::Not => "nothing".to_owned(),
        };
        lines.push(format!("{name}{:?}: {by}", variant.given));
    }
    lines
}

fn families(place: &str, all: &[Arc<Family>], workload: &Workload) -> Vec<String> {
    all.iter()
        .map(|f| {
            let entities: Vec<&Entity> = f
                .members
                .iter()
                .map(|m| workload.entity(m.entity))
                .collect();
            let columns: Vec<Vec<&str>> = f
                .columns
                .iter()
                .map(|c| {
                    c.iter()
                        .zip(&entities)
                        .map(|(a, e)| e.attribute(*a).name.as_str())
                        .collect()
                })
                .collect();
            let sparse: Vec<String> = f
                .members
                .iter()
                .map(|m| format!("{:?}", m.sparse.values))
                .collect();
            format!(
                "{place}: {} K {columns:?} shards {} σ {} sparse {sparse:?}",
                f.label,
                f.shards,
                node(&f.root, &entities)
            )
        })
        .collect()
}

fn node(of: &Node, entities: &[&Entity]) -> String {
    match of {
        Node::Leaf {
            member,
            components,
            label,
        } => {
            let all: Vec<String> = components
                .iter()
                .map(|c| {
                    format!(
                        "{}{}",
                        entities[*member].attribute(c.attribute).name,
                        if c.descending { " desc" } else { "" }
                    )
                })
                .collect();
            format!("{}'{label}'({})", entities[*member].name, all.join(", "))
        }
        Node::Shared {
            attributes,
            descending,
            next,
            ..
        } => {
            let all: Vec<&str> = attributes
                .iter()
                .map(|(m, a)| entities[*m].attribute(*a).name.as_str())
                .collect();
            format!(
                "shared {}{} then {}",
                all.join("/"),
                if *descending { " desc" } else { "" },
                node(next, entities)
            )
        }
        Node::Blocks { groups, order } => {
            let all: Vec<String> = order
                .iter()
                .map(|b| {
                    format!(
                        "{}{}",
                        node(&groups[b.group], entities),
                        b.value
                            .as_ref()
                            .map_or(String::new(), |v| format!("={}", v.plain()))
                    )
                })
                .collect();
            format!("[{}]", all.join(" | "))
        }
    }
}

//! The design's name, table settings, quotas, consumers and targets.

use super::{declared_name, entity_named, optional_text, read_unit, units};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::workload::{
    Billing, Capacity, Consumer, Dax, Encryption, EntityId, Limits, Names, Settings, Workload,
};
use std::collections::BTreeMap;

/// The design's name.
pub(super) fn design_name(tree: &Node, found: &mut Diagnostics) -> String {
    let Some(node) = tree.get("design") else {
        return String::new();
    };
    let text = node.text().unwrap_or_default();
    let valid = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if !valid {
        found.push(
            Diagnostic::at(Code::D0105, node.span, format!("`{text}` cannot be the name of a design"))
                .note("the table, files and modules are named after it: an ASCII letter, then letters, digits, `_` and `-`")
                .proposing(&super::legal_name(text)),
        );
    }
    text.to_owned()
}

/// Table settings, with their defaults.
pub(super) fn settings(tree: &Node, design: &str, found: &mut Diagnostics) -> Settings {
    let empty = Node {
        span: tree.span,
        value: crate::document::Value::Null,
    };
    let node = tree.get("table").unwrap_or(&empty);
    let flag =
        |field: &str, default: bool| node.get(field).and_then(Node::boolean).unwrap_or(default);
    let throughput = |of: &str, field: &str, found: &mut Diagnostics| {
        let value = node.get(of).and_then(|m| m.get(field));
        read_unit(
            value,
            "number of units",
            "`20000` or `20k`",
            found,
            units::count,
        )
    };
    let made = Settings {
        name: table_name(node, tree, design, found),
        billing: billing(node, found),
        infrequent_access: node.get("class").and_then(Node::text) == Some("infrequent_access"),
        recovery_days: recovery(node, found),
        deletion_protection: flag("deletion_protection", true),
        encryption: match node.get("encryption") {
            Some(map) if map.is_map() => {
                Encryption::CustomerKey(optional_text(map, "kms_key").unwrap_or_default())
            }
            Some(word) if word.text() == Some("aws_managed") => Encryption::AwsManaged,
            _ => Encryption::AwsOwned,
        },
        stream: optional_text(node, "stream").filter(|s| s != "none"),
        replicas: node
            .get("replicas")
            .map(Node::one_or_many)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .map(str::to_owned)
            .collect(),
        strong: node.get("consistency").and_then(Node::text) == Some("strong"),
        alarms: flag("alarms", false),
        contributor_insights: flag("contributor_insights", false),
        capacity: ["billing", "max_throughput"]
            .iter()
            .find_map(|f| node.get(f).filter(|n| n.is_map()))
            .map(|n| n.span),
        max_read: throughput("max_throughput", "read", found),
        max_write: throughput("max_throughput", "write", found),
        warm_read: throughput("warm_throughput", "read", found),
        warm_write: throughput("warm_throughput", "write", found),
        dax: dax(node, found),
        tags: node
            .get("tags")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|(k, v)| Some((k.text()?.to_owned(), v.text()?.to_owned())))
            .collect(),
        names: names(node, found),
    };
    check_replicas(&made, node, found);
    made
}

fn table_name(node: &Node, tree: &Node, design: &str, found: &mut Diagnostics) -> String {
    let own = optional_text(node, "name");
    // A design's name that is none is reported already.
    if own.is_none() && !super::is_name(&design.replace('-', "_")) {
        return design.to_owned();
    }
    let name = own.unwrap_or_else(|| design.to_owned());
    let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !(3..=255).contains(&name.len()) || !name.chars().all(legal) {
        let span = node
            .get("name")
            .or_else(|| tree.get("design"))
            .map_or(tree.span, |n| n.span);
        found.push(
            Diagnostic::at(Code::D0219, span, format!("`{name}` cannot be the name of a table"))
                .note("a table's name has 3 to 255 letters, digits, `_`, `.` and `-` (Amazon DynamoDB Developer Guide, \"Naming rules and data types\")")
                .help("give the table another name with `table: { name: … }`"),
        );
    }
    name
}

fn billing(node: &Node, found: &mut Diagnostics) -> Billing {
    let Some(map) = node.get("billing").and_then(|b| b.get("provisioned")) else {
        return Billing::OnDemand;
    };
    let mut capacity = |field: &str| {
        read_unit(
            map.get(field),
            "capacity",
            "`100..4000`",
            found,
            units::capacity,
        )
        .unwrap_or(Capacity { min: 1, max: 1 })
    };
    let (read, write) = (capacity("read"), capacity("write"));
    let target = read_unit(
        map.get("target"),
        "share",
        "`70%`, from 20% to 90%",
        found,
        |t| {
            // Application Auto Scaling accepts 20 to 90 percent for DynamoDB.
            units::share(t).filter(|s| (200_000..=900_000).contains(s))
        },
    );
    Billing::Provisioned {
        read,
        write,
        target: target.map_or(70, |t| u32::try_from(t / 10_000).unwrap_or(70)),
    }
}

fn recovery(node: &Node, found: &mut Diagnostics) -> Option<u32> {
    let Some(value) = node.get("point_in_time_recovery") else {
        return Some(35);
    };
    match value.boolean() {
        Some(true) => Some(35),
        Some(false) => None,
        None => read_unit(
            Some(value),
            "recovery period",
            "`7 days`, from 1 to 35",
            found,
            |t| {
                let days = t
                    .trim()
                    .strip_suffix("days")
                    .or_else(|| t.trim().strip_suffix("day"))?;
                units::whole_number(days, 35).filter(|d| *d >= 1)
            },
        ),
    }
}

/// A cluster has at most eleven nodes. Source: Amazon `DynamoDB` Developer Guide, "DAX cluster components".
fn dax(node: &Node, found: &mut Diagnostics) -> Option<Dax> {
    let map = node.get("dax").filter(|n| n.is_map())?;
    let nodes = read_unit(
        map.get("nodes"),
        "number of nodes",
        "`3`, from 1 to 11",
        found,
        |t| units::whole_number(t, 11).filter(|n| *n >= 1),
    );
    Some(Dax {
        node_type: optional_text(map, "type").unwrap_or_default(),
        nodes: nodes.unwrap_or(3),
    })
}

fn names(node: &Node, found: &mut Diagnostics) -> Names {
    let defaults = Names::default();
    let Some(map) = node.get("names") else {
        return defaults;
    };
    let mut name = |field: &str, default: String| match map.get(field) {
        Some(n) => {
            let text = n.text().unwrap_or_default();
            // `_type` and the like may begin with an underscore.
            if !super::is_name(text.trim_start_matches('_')) {
                declared_name(text, n.span, "an attribute", found);
            }
            text.to_owned()
        }
        None => default,
    };
    let made = Names {
        partition: name("partition", defaults.partition),
        sort: name("sort", defaults.sort),
        index: name("index", defaults.index),
        discriminator: name("type", defaults.discriminator),
    };
    let own = [
        ("partition", &made.partition),
        ("sort", &made.sort),
        ("type", &made.discriminator),
    ];
    for (at, (field, name)) in own.iter().enumerate() {
        if let Some((first, _)) = own.iter().take(at).find(|(_, n)| n == name) {
            let written = map.get(field).or_else(|| map.get(first));
            found.push(
                Diagnostic::at(
                    Code::D0220,
                    written.map_or(map.span, |n| n.span),
                    format!("`{first}` and `{field}` are both called `{name}`"),
                )
                .note("each item has all three of these attributes")
                .help("give one of them another name"),
            );
        }
    }
    made
}

fn check_replicas(settings: &Settings, node: &Node, found: &mut Diagnostics) {
    if settings.strong && settings.replicas.is_empty() {
        let span = node.get("consistency").map_or(node.span, |n| n.span);
        found.push(
            Diagnostic::at(
                Code::D0219,
                span,
                "multi-Region strong consistency needs replicas",
            )
            .note("such a table has copies in exactly three Regions")
            .help("name the other two Regions under `replicas`"),
        );
    } else if settings.strong && settings.replicas.len() != 2 {
        let span = node.get("replicas").map_or(node.span, |n| n.span);
        found.push(
            Diagnostic::at(
                Code::D0219,
                span,
                "multi-Region strong consistency needs exactly three Regions",
            )
            .note("Amazon DynamoDB Developer Guide, \"How global tables work\"")
            .help("name the other two Regions under `replicas`"),
        );
    }
    let capped = settings.max_read.is_some() || settings.max_write.is_some();
    if capped && matches!(settings.billing, Billing::Provisioned { .. }) {
        let span = node
            .entry("max_throughput")
            .map_or(node.span, |(k, _)| k.span);
        found.push(
            Diagnostic::at(
                Code::D0219,
                span,
                "`max_throughput` is for on-demand billing",
            )
            .note("provisioned capacity is its own limit")
            .help("drop `max_throughput`, or `billing`"),
        );
    }
    let mut seen: Vec<(&str, crate::source::Span)> = Vec::new();
    for item in node
        .get("replicas")
        .map(Node::one_or_many)
        .unwrap_or_default()
    {
        let name = item.text().unwrap_or_default();
        if let Some((_, first)) = seen.iter().find(|(n, _)| *n == name) {
            found.push(
                Diagnostic::at(
                    Code::D0201,
                    item.span,
                    format!("the Region `{name}` is listed twice"),
                )
                .context(*first, "the first time")
                .note("a global table has one replica in a Region")
                .help("remove one of them"),
            );
        }
        seen.push((name, item.span));
    }
}

/// What a table with multi-Region strong consistency cannot have. Source: Amazon `DynamoDB` Developer Guide, "How global
/// tables work".
pub(super) fn check_strong(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    let strong = tree.get("table").and_then(|t| t.get("consistency"));
    let Some(strong) = strong.filter(|_| workload.settings.strong) else {
        return;
    };
    let timed = workload.entities.iter().find(|e| e.ttl.is_some());
    let clash = match timed {
        Some(entity) => Some((entity.span, format!("no `ttl`, which {} has", entity.name))),
        None if workload.limits.lsis > 0 => {
            let limits = tree.get("limits").map_or(strong.span, |n| n.span);
            Some((limits, "no local secondary indexes".to_owned()))
        }
        None => None,
    };
    if let Some((span, what)) = clash {
        found.push(
            Diagnostic::at(
                Code::D0219,
                strong.span,
                format!("multi-Region strong consistency allows {what}"),
            )
            .context(span, "asked for here")
            .note("source: the Amazon DynamoDB Developer Guide, \"How global tables work\"")
            .help("drop one of the two"),
        );
    }
}

/// That some entity declares the attribute of the tenant.
pub(super) fn check_tenant(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    let (Some(node), Some(tenant)) = (tree.get("tenant"), &workload.tenant) else {
        return;
    };
    if workload.entities.iter().any(|e| e.find(tenant).is_some()) {
        return;
    }
    let all = workload.entities.iter().flat_map(|e| &e.attributes);
    found.push(
        Diagnostic::at(
            Code::D0204,
            node.span,
            format!("no entity has an attribute `{tenant}`"),
        )
        .note("the tenant is an attribute that says whose an item is; entities without it belong to nobody")
        .help("declare it in each entity that belongs to a tenant")
        .did_you_mean(tenant, all.map(|a| a.name.as_str())),
    );
}

/// Quotas on indexes.
pub(super) fn limits(tree: &Node, found: &mut Diagnostics) -> Limits {
    let node = tree.get("limits");
    let mut number = |field: &str, most: u32, default: u32| {
        read_unit(
            node.and_then(|n| n.get(field)),
            "number of indexes",
            &format!("`{default}`, at most {most}"),
            found,
            |t| units::whole_number(t, most),
        )
        .unwrap_or(default)
    };
    // The default quotas: Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB". That of LSIs is fixed.
    Limits {
        gsis: number("gsis", 1000, 20),
        lsis: number("lsis", 5, 0),
    }
}

/// Consumers of the stream, sorted by name.
pub(super) fn consumers(
    tree: &Node,
    workload: &Workload,
    found: &mut Diagnostics,
) -> Vec<Consumer> {
    let mut made = Vec::new();
    for (key, body) in tree.get("consumers").map(Node::entries).unwrap_or_default() {
        let name = key.text().unwrap_or_default().to_owned();
        declared_name(&name, key.span, "a consumer", found);
        let nodes = body
            .get("entity")
            .map(Node::one_or_many)
            .unwrap_or_default();
        let mut entities: Vec<EntityId> = nodes
            .iter()
            .filter_map(|n| entity_named(n, &workload.entities, found))
            .collect();
        entities.sort_unstable();
        entities.dedup();
        let asked = body
            .get("events")
            .map(Node::one_or_many)
            .unwrap_or_default();
        let events = ["insert", "modify", "remove"]
            .into_iter()
            .filter(|e| asked.iter().any(|n| n.text() == Some(e)));
        let events = events.map(str::to_owned).collect();
        made.push(Consumer {
            name,
            entities,
            events,
            function: optional_text(body, "function").unwrap_or_default(),
        });
        if workload.settings.stream.is_none() {
            found.push(
                Diagnostic::at(Code::D0219, key.span, "there is no stream to consume")
                    .note("consumers read the table's stream, which is off by default")
                    .help("add `table: { stream: new_and_old_images }`"),
            );
        }
    }
    made.sort_by(|a, b| a.name.cmp(&b.name));
    made
}

/// That no stored attribute has the name of one that the design adds, and that names fit `DynamoDB`.
pub(super) fn check_physical_names(workload: &Workload, found: &mut Diagnostics) {
    let names = &workload.settings.names;
    let own = [&names.partition, &names.sort, &names.discriminator];
    let indexed = |name: &str, start: &str| {
        let rest = name
            .strip_prefix(start)
            .map(|r| r.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest.is_some_and(|r| {
            r.len() < name.len() - start.len() && (r == names.partition || r == names.sort)
        })
    };
    for entity in &workload.entities {
        let mut stored: BTreeMap<&str, &str> = BTreeMap::new();
        for attribute in &entity.attributes {
            let name = attribute.stored_as.as_str();
            if own.iter().any(|o| *o == name)
                || indexed(name, &names.index)
                || indexed(name, "LSI")
                || name == "_ttl"
            {
                found.push(
                    Diagnostic::at(Code::D0220, attribute.span, format!("the design adds an attribute `{name}` itself"))
                        .help(format!(
                            "store it under another name, with `stored_as: {}_`, or rename what the design adds under `table: names`",
                            name.to_lowercase().trim_start_matches('_')
                        )),
                );
            }
            if let Some(other) = stored.insert(name, &attribute.name) {
                found.push(
                    Diagnostic::at(
                        Code::D0220,
                        attribute.span,
                        format!(
                            "`{}` and `{other}` are both stored as `{name}`",
                            attribute.name
                        ),
                    )
                    .note("an item has one attribute of a name")
                    .help("give one of them another `stored_as`"),
                );
            }
        }
    }
}

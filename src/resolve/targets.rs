//! What the design file asks of the files that are generated for infrastructure, and that these cannot say.
//!
//! Promises: no generated file says less than the design; what a target cannot express is an error at its place.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::source::Span;
use crate::workload::{Billing, Consumer, Encryption, Workload};

/// Checks variables, Regions, the stream and the options of Terraform.
pub(super) fn check(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    variables(tree, workload, found);
    regions(tree, workload, found);
    replicated_stream(tree, workload, found);
    for consumer in &workload.consumers {
        images(tree, workload, consumer, found);
    }
    terraform(tree, workload, found);
}

/// Where a field of the table is, or the table.
fn of_table(tree: &Node, field: &str) -> Span {
    let table = tree.get("table");
    let place = table.and_then(|t| t.get(field)).or(table);
    place.map_or(tree.span, |n| n.span)
}

/// Names that a variable cannot have. The first are Terraform's own, the rest those of the generated module.
const TAKEN: [&str; 16] = [
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "providers",
    "source",
    "version",
    "alarm_actions",
    "dax_cluster_name",
    "dax_security_group_ids",
    "dax_subnet_ids",
    "name",
    "replica_kms_key_arns",
    "tags",
    "table_name",
];

fn variables(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    let key = tree.get("table").and_then(|t| t.get("encryption"));
    let key = key.and_then(|e| e.get("kms_key"));
    let consumers = tree.get("consumers").map(Node::entries).unwrap_or_default();
    let functions = consumers.iter().filter_map(|(_, c)| c.get("function"));
    let functions: Vec<&Node> = functions.collect();
    for node in key.iter().copied().chain(functions.iter().copied()) {
        let Some(name) = node.text().and_then(|t| t.strip_prefix("var.")) else {
            continue;
        };
        if !super::is_name(name) {
            found.push(
                Diagnostic::at(Code::D0219, node.span, format!("`{}` cannot be the name of a variable", name.escape_debug()))
                    .note("a text that begins with `var.` names a variable: an ASCII letter, then letters, digits and `_`")
                    .proposing(&format!("var.{}", super::legal_name(name))),
            );
        } else if TAKEN.contains(&name) {
            found.push(
                Diagnostic::at(
                    Code::D0219,
                    node.span,
                    format!("a variable cannot be called `{name}`"),
                )
                .note("Terraform or the generated module has this name for something else")
                .help(format!("give it another name, such as `var.{name}_arn`")),
            );
        }
    }
    let Encryption::CustomerKey(text) = &workload.settings.encryption else {
        return;
    };
    let same = functions
        .iter()
        .find(|f| text.starts_with("var.") && f.text() == Some(text));
    if let (Some(function), Some(key)) = (same, key) {
        found.push(
            Diagnostic::at(
                Code::D0219,
                function.span,
                format!("`{text}` is a key and a function"),
            )
            .context(key.span, "the key")
            .note("one variable has one value, the ARN of either")
            .help("give the function a variable of its own"),
        );
    }
}

/// Regions between which strong consistency is possible. Source: Amazon `DynamoDB` Developer Guide, "How global tables
/// work".
const STRONG_SETS: [&[&str]; 3] = [
    &["us-east-1", "us-east-2", "us-west-2"],
    &["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"],
    &["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
];

fn regions(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    let replicas = tree.get("table").and_then(|t| t.get("replicas"));
    let Some(replicas) = replicas else { return };
    for item in replicas.one_or_many() {
        let name = item.text().unwrap_or_default();
        if !is_region(name) {
            found.push(
                Diagnostic::at(
                    Code::D0219,
                    item.span,
                    format!("`{}` is not the name of a Region", name.escape_debug()),
                )
                .note("AWS names Regions like `eu-west-1`")
                .help("write the name as AWS has it"),
            );
            return;
        }
    }
    let names = &workload.settings.replicas;
    let together = |set: &&[&str]| names.iter().all(|n| set.contains(&n.as_str()));
    if workload.settings.strong && !STRONG_SETS.iter().any(together) {
        found.push(
            Diagnostic::at(Code::D0219, replicas.span, format!("strong consistency is not possible between {}", names.join(" and ")))
                .note("its Regions are all in the United States, all in Europe or all in Asia Pacific (Amazon DynamoDB Developer Guide, \"How global tables work\")")
                .help(format!("take them from one of these: {}", STRONG_SETS.map(|s| s.join(", ")).join("; "))),
        );
    }
}

/// Such as `us-gov-west-1`.
fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [area, middle @ .., number] = parts.as_slice() else {
        return false;
    };
    let letters = |p: &&str| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase());
    let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    letters(area) && area.len() <= 4 && !middle.is_empty() && middle.iter().all(letters) && digits
}

fn replicated_stream(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    let settings = &workload.settings;
    let stream = settings.stream.as_deref();
    let fits = stream.is_none_or(|s| s == "new_and_old_images");
    if settings.replicas.is_empty() || settings.strong || fits {
        return;
    }
    found.push(
        Diagnostic::at(Code::D0219, of_table(tree, "stream"), "replicas need a stream of both images")
            .context(of_table(tree, "replicas"), "the replicas")
            .note("they are kept up to date by the stream (Amazon DynamoDB Developer Guide, \"How global tables work\")")
            .help("write `stream: new_and_old_images`"),
    );
}

/// That the records of the stream say whose they are, where a consumer is to get those of some entities only.
fn images(tree: &Node, workload: &Workload, consumer: &Consumer, found: &mut Diagnostics) {
    let Some(stream) = workload.settings.stream.as_deref() else {
        return;
    };
    if consumer.entities.is_empty() {
        return;
    }
    let wants =
        |event: &str| consumer.events.is_empty() || consumer.events.iter().any(|e| e == event);
    let why = match stream {
        "keys_only" => "the records of this stream have keys only, which do not say whose they are",
        "new_image" if wants("remove") => {
            "a record of what was removed has no new image, which would say whose it is"
        }
        "old_image" if wants("insert") => {
            "a record of what was inserted has no old image, which would say whose it is"
        }
        _ => return,
    };
    let entry = tree.get("consumers").and_then(|c| c.entry(&consumer.name));
    let span = entry.map_or(tree.span, |(key, body)| {
        body.get("entity").map_or(key.span, |e| e.span)
    });
    found.push(
        Diagnostic::at(
            Code::D0219,
            span,
            format!(
                "`{}` cannot be given the changes of some entities",
                consumer.name
            ),
        )
        .context(of_table(tree, "stream"), "the stream")
        .note(why)
        .help("write `stream: new_and_old_images`"),
    );
}

/// What Terraform's provider cannot do, in the version that the design asks for.
fn terraform(tree: &Node, workload: &Workload, found: &mut Diagnostics) {
    let Some(target) = tree.get("generate").and_then(|g| g.get("terraform")) else {
        return;
    };
    let settings = &workload.settings;
    let old = target.get("provider").filter(|p| p.text() == Some("5"));
    let mut refuse = |span: Span, other: Span, what: &str, why: &str, help: &str| {
        found.push(
            Diagnostic::at(Code::D0219, span, what)
                .context(other, "asked for here")
                .note(why)
                .help(help),
        );
    };
    if let Some(provider) = old {
        let six = "drop `provider`, or write `provider: \"6\"`";
        let alone = target.get("gsi").filter(|g| g.text() == Some("standalone"));
        if let Some(gsi) = alone {
            refuse(
                gsi.span,
                provider.span,
                "version 5 of the AWS provider has no indexes of their own",
                "`aws_dynamodb_global_secondary_index` came with version 6",
                six,
            );
        }
        if settings.strong {
            refuse(
                of_table(tree, "consistency"),
                provider.span,
                "version 5 of the AWS provider cannot make replicas consistent",
                "the `consistency_mode` of a replica came with version 6",
                six,
            );
        }
        // What a new table serves is not written.
        let above = |of: Option<u64>, usual: u64| of.is_some_and(|u| u > usual);
        if above(settings.warm_read, 12_000) || above(settings.warm_write, 4_000) {
            refuse(
                of_table(tree, "warm_throughput"),
                provider.span,
                "version 5 of the AWS provider cannot warm a table",
                "`warm_throughput` came with version 6",
                six,
            );
        }
        if !settings.replicas.is_empty() && settings.deletion_protection {
            refuse(
                of_table(tree, "replicas"),
                provider.span,
                "version 5 of the AWS provider cannot protect replicas from deletion",
                "the `deletion_protection_enabled` of a replica came with version 6",
                six,
            );
        }
    }
    if !settings.replicas.is_empty() && matches!(settings.billing, Billing::Provisioned { .. }) {
        refuse(
            of_table(tree, "billing"),
            target.span,
            "Terraform cannot make replicas of a table with provisioned capacity",
            "DynamoDB makes a replica only when the table is scaled automatically, and Terraform sets that up for a table that is there with its replicas",
            "take `on_demand` billing, or generate CloudFormation instead",
        );
    }
}

//! A `CloudFormation` template of the table, with what belongs to it: policies, alarms, consumers, a cache.
//!
//! Promises: the table is kept whatever becomes of the stack; what is named by a variable in the design is a parameter
//! that accepts nothing of another kind; nothing has a name of its own but the table, so that everything else can be
//! replaced; the forms in YAML and in JSON say the same in the same order.

mod access;
mod alarms;
mod consumers;
mod expression;
mod json;
mod names;
mod parameters;
mod table;

use super::Origin;
use super::engine::Templates;
use super::facts::Value;
use crate::plan::{OutputEntry, Plan, Table};
use expression::{attribute, reference, sub};
use minijinja::Error;
use names::Names;
use serde::Serialize;

/// Its templates, by their paths under `templates/`.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "cloudformation/template.yaml",
        include_str!("../../templates/cloudformation/template.yaml.j2"),
    ),
    (
        "cloudformation/table.yaml",
        include_str!("../../templates/cloudformation/table.yaml.j2"),
    ),
    (
        "cloudformation/global_table.yaml",
        include_str!("../../templates/cloudformation/global_table.yaml.j2"),
    ),
    (
        "cloudformation/keys.yaml",
        include_str!("../../templates/cloudformation/keys.yaml.j2"),
    ),
    (
        "cloudformation/index.yaml",
        include_str!("../../templates/cloudformation/index.yaml.j2"),
    ),
    (
        "cloudformation/shared.yaml",
        include_str!("../../templates/cloudformation/shared.yaml.j2"),
    ),
];

/// The most bytes of a template's description. Source: AWS `CloudFormation` User Guide, "Template Description syntax".
const LONGEST: usize = 1024;

/// What the template prints. Where a field is said to be an expression, it is YAML in one line, to be printed as it is.
#[derive(Serialize)]
struct Page<'a> {
    origin: [&'a str; 2],
    /// JSON has no comments, so it says in its metadata where it comes from.
    metadata: bool,
    description: String,
    parameters: Vec<parameters::Parameter>,
    /// The Regions of the replicas.
    replicas: &'a [String],
    alarm_topics: bool,
    table: table::View,
    scaling: Vec<table::Scaling>,
    policies: Vec<access::Policy>,
    alarms: Vec<alarms::View>,
    consumers: Vec<consumers::View>,
    dax: Option<Dax>,
    outputs: Vec<Output>,
}

/// The cache before the table.
#[derive(Serialize)]
struct Dax {
    node_type: String,
    nodes: u32,
}

/// A value that other stacks may import.
#[derive(Serialize)]
struct Output {
    name: String,
    description: String,
    /// An expression.
    value: String,
}

/// Whether a file is to hold JSON, by its name.
pub(super) fn is_json(path: &str) -> bool {
    let (_, extension) = path.rsplit_once('.').unwrap_or_default();
    extension.eq_ignore_ascii_case("json")
}

/// Makes the template.
pub(super) fn emit(plan: &Plan, output: &OutputEntry, origin: &Origin) -> Result<String, Error> {
    let json = is_json(&output.path);
    let templates = Templates::new(TEMPLATES)?;
    let texts = plan.tables.iter().map(|table| {
        let page = page(plan, table, origin, json);
        templates.render("cloudformation/template.yaml", &page)
    });
    let yaml = texts.collect::<Result<Vec<String>, Error>>()?.concat();
    if json { json::of_yaml(&yaml) } else { Ok(yaml) }
}

fn page<'a>(plan: &'a Plan, table: &'a Table, origin: &'a Origin, json: bool) -> Page<'a> {
    let settings = &table.settings;
    let names = Names::new(plan, table);
    let consumers = consumers::views(plan, &names);
    let alarms = alarms::views(plan, &names);
    let mut page = Page {
        origin: origin.lines(),
        metadata: json,
        description: description(plan),
        parameters: parameters::parameters(plan, table, &names),
        replicas: &settings.replicas,
        alarm_topics: !alarms.is_empty(),
        table: table::view(table, &names),
        scaling: table::scaling(table),
        policies: access::policies(plan, table, &names),
        alarms,
        consumers,
        dax: settings.dax.as_ref().map(|dax| Dax {
            node_type: dax.node_type.clone(),
            nodes: dax.nodes,
        }),
        outputs: Vec::new(),
    };
    page.outputs = outputs(&page, settings.dax.is_some());
    page
}

/// What the design is for, as much of it as `CloudFormation` takes.
fn description(plan: &Plan) -> String {
    let usual = || format!("The DynamoDB table of the design {}", plan.design);
    let text = plan.description.clone().unwrap_or_else(usual);
    if text.len() <= LONGEST {
        return text;
    }
    let mark = "…";
    let mut end = LONGEST - mark.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{mark}", &text[..end])
}

fn outputs(page: &Page, dax: bool) -> Vec<Output> {
    let of = |name: &str, description: &str, value: String| Output {
        name: name.to_owned(),
        description: description.to_owned(),
        value,
    };
    let mut made = vec![
        of("TableName", "The name of the table", reference("Table")),
        of(
            "TableArn",
            "The ARN of the table",
            attribute("Table", "Arn"),
        ),
    ];
    if page.table.stream.is_some() {
        let value = attribute("Table", "StreamArn");
        made.push(of("StreamArn", "The ARN of the table's stream", value));
    }
    for policy in &page.policies {
        if let Some(text) = policy.output {
            let name = format!("{}Arn", policy.id);
            made.push(of(&name, text, reference(&policy.id)));
        }
    }
    for consumer in &page.consumers {
        let name = format!("{}Url", consumer.queue);
        let text = format!("The queue of what {} could not handle", consumer.name);
        made.push(of(&name, &text, reference(&consumer.queue)));
    }
    if dax {
        let value = attribute("DaxCluster", "ClusterDiscoveryEndpointURL");
        made.push(of(
            "DaxEndpoint",
            "Where clients of the cache connect to",
            value,
        ));
    }
    made
}

/// What a text of the design is in the template.
fn value(of: Value, names: &Names) -> String {
    match of {
        Value::Variable(name) => reference(names.variable(name)),
        Value::Literal(text) => expression::text(text),
    }
}

/// The ARN of the table in the Region of a replica.
fn replica_arn(region: &str) -> String {
    format!(
        "arn:${{AWS::Partition}}:dynamodb:{}:${{AWS::AccountId}}:table/${{Table}}",
        expression::literal(region)
    )
}

/// A resource of the table's own Region and those of its replicas: the table's ARN and what follows it.
fn on_table(table: &Table, suffix: &str) -> Vec<String> {
    let suffix = expression::literal(suffix);
    let own = if suffix.is_empty() {
        attribute("Table", "Arn")
    } else {
        sub(&format!("${{Table.Arn}}{suffix}"))
    };
    let replicas = table.settings.replicas.iter();
    std::iter::once(own)
        .chain(replicas.map(|r| sub(&format!("{}{suffix}", replica_arn(r)))))
        .collect()
}

/// The customer's key of each Region, the stack's first; none where there is no such key.
fn keys(table: &Table, names: &Names) -> Vec<String> {
    let Some(key) = &table.settings.kms_key else {
        return Vec::new();
    };
    let own = value(Value::of(key), names);
    let replicas = table.settings.replicas.iter();
    std::iter::once(own)
        .chain(replicas.map(|region| reference(names.key_in(region))))
        .collect()
}

//! Policies: what the patterns need, and what the table's other parts need.
//!
//! Promises: no action and no resource that nothing needs.

use super::expression::{attribute, sub};
use super::names::Names;
use super::{keys, on_table};
use crate::emit::facts::access::{self, Grant, Resource};
use crate::plan::{Plan, Table};
use serde::Serialize;

/// A managed policy.
#[derive(Serialize)]
pub(super) struct Policy {
    pub(super) id: String,
    /// It cannot be changed without making the policy anew, so little of the design is in it.
    description: String,
    /// What the output of its ARN says; none where nobody needs it.
    pub(super) output: Option<&'static str>,
    /// The condition on which it is attached to a role, and the parameter that names the role.
    role: Option<[String; 2]>,
    statements: Vec<Statement>,
}

/// A statement of a policy; all of them allow.
#[derive(Serialize)]
pub(super) struct Statement {
    /// What it is for: ASCII letters and digits.
    id: String,
    actions: Vec<String>,
    /// Expressions.
    resources: Vec<String>,
    /// Whether only requests that the table makes for the caller count.
    by_table: bool,
}

/// All of them: of those who read and of those who write, where there are such patterns; of consumers; of the cache.
pub(super) fn policies(plan: &Plan, table: &Table, names: &Names) -> Vec<Policy> {
    let access = access::access(plan, &table.name);
    let mut made = Vec::new();
    if !access.read.is_empty() {
        made.push(Policy {
            id: "ReadPolicy".to_owned(),
            description: "Reads of the table, as its patterns make them".to_owned(),
            output: Some("The policy of those who read the table"),
            role: None,
            statements: statements(table, names, &access.read, false),
        });
    }
    if !access.write.is_empty() {
        made.push(Policy {
            id: "WritePolicy".to_owned(),
            description: "Writes to the table, as its patterns make them".to_owned(),
            output: Some("The policy of those who write to the table"),
            role: None,
            statements: statements(table, names, &access.write, true),
        });
    }
    made.extend(plan.consumers.iter().map(|c| stream(&c.name, table, names)));
    if table.settings.dax.is_some() {
        made.push(cache(plan, table, names));
    }
    made
}

fn statements(table: &Table, names: &Names, grants: &[Grant], writes: bool) -> Vec<Statement> {
    let mut made = on_items(table, grants);
    if table.settings.dax.is_some() {
        made.push(through_cache(grants));
    }
    made.extend(key(table, names, writes));
    made
}

/// What the cache itself needs: the patterns' requests, and to know the table.
fn cache(plan: &Plan, table: &Table, names: &Names) -> Policy {
    let mut made = on_items(table, &access::all(plan, &table.name));
    made.push(Statement {
        id: "Describe".to_owned(),
        actions: vec!["dynamodb:DescribeTable".to_owned()],
        resources: vec![attribute("Table", "Arn")],
        by_table: false,
    });
    made.extend(key(table, names, true));
    Policy {
        id: "DaxPolicy".to_owned(),
        description: "What the cache asks of the table".to_owned(),
        output: None,
        role: None,
        statements: made,
    }
}

/// What the function of a consumer needs: the stream, and the queue of what it could not handle.
fn stream(consumer: &str, table: &Table, names: &Names) -> Policy {
    let start = names.consumer(consumer);
    let read = ["DescribeStream", "GetRecords", "GetShardIterator"];
    let of = |id: &str, actions: Vec<String>, resource: String| Statement {
        id: id.to_owned(),
        actions,
        resources: vec![resource],
        by_table: false,
    };
    let mut made = vec![
        of(
            "Stream",
            read.iter().map(|a| format!("dynamodb:{a}")).collect(),
            attribute("Table", "StreamArn"),
        ),
        of(
            "Streams",
            vec!["dynamodb:ListStreams".to_owned()],
            sub("${Table.Arn}/stream/*"),
        ),
        of(
            "Failures",
            vec!["sqs:SendMessage".to_owned()],
            attribute(&format!("{start}Failures"), "Arn"),
        ),
    ];
    made.extend(key(table, names, false));
    Policy {
        id: format!("{start}StreamPolicy"),
        description: format!("What the function of {consumer} needs to read the stream"),
        output: None,
        role: Some([format!("{start}HasRole"), format!("{start}RoleName")]),
        statements: made,
    }
}

fn on_items(table: &Table, grants: &[Grant]) -> Vec<Statement> {
    let on = |resource: &Resource| match resource {
        Resource::Table => on_table(table, ""),
        Resource::Index(name) => on_table(table, &format!("/index/{name}")),
    };
    let of = |(at, grant): (usize, &Grant)| Statement {
        // Statements of a policy have names of their own.
        id: format!("Items{}", at + 1),
        actions: grant
            .actions
            .iter()
            .map(|a| format!("dynamodb:{a}"))
            .collect(),
        resources: grant.resources.iter().flat_map(on).collect(),
        by_table: false,
    };
    grants.iter().enumerate().map(of).collect()
}

/// The same requests through the cache, which knows no indexes of its own.
fn through_cache(grants: &[Grant]) -> Statement {
    let mut actions: Vec<&str> = grants.iter().flat_map(|g| g.actions.clone()).collect();
    actions.sort_unstable();
    actions.dedup();
    Statement {
        id: "Cache".to_owned(),
        actions: actions.iter().map(|a| format!("dax:{a}")).collect(),
        resources: vec![attribute("DaxCluster", "Arn")],
        by_table: false,
    }
}

/// The use of the customer's key by the table for the caller. Source: Amazon `DynamoDB` Developer Guide, "Encryption at
/// rest: usage notes".
fn key(table: &Table, names: &Names, writes: bool) -> Option<Statement> {
    let keys = keys(table, names);
    if keys.is_empty() {
        return None;
    }
    let mut actions = vec!["Decrypt", "DescribeKey"];
    if writes {
        actions.extend(["Encrypt", "GenerateDataKey*", "ReEncrypt*"]);
    }
    Some(Statement {
        id: "Key".to_owned(),
        actions: actions.iter().map(|a| format!("kms:{a}")).collect(),
        resources: keys,
        by_table: true,
    })
}

//! The view of the stream's consumers.

use super::names::Names;
use super::value;
use crate::emit::facts::consumers::{
    BATCH_SIZE, BATCHING_WINDOW, Filter, RECORD_AGE, RETENTION, RETRIES, mappings,
};
use crate::plan::Plan;
use serde::Serialize;
use serde_json::json;

/// A consumer, with its queue of failures.
#[derive(Serialize)]
pub(super) struct View {
    /// As in the design.
    pub(super) name: String,
    /// The names of its parts.
    mapping: String,
    pub(super) queue: String,
    policy: String,
    /// The parameter with the name of the function's role.
    role: String,
    /// The condition that it is given.
    has_role: String,
    /// An expression.
    function: String,
    /// Patterns as JSON.
    filters: Vec<String>,
    batch_size: u32,
    batching_window: u32,
    retries: u32,
    record_age: u32,
    retention: u32,
}

/// All of them, by name.
pub(super) fn views(plan: &Plan, names: &Names) -> Vec<View> {
    let of = mappings(plan);
    of.into_iter()
        .map(|mapping| {
            let start = names.consumer(mapping.name);
            let queue = format!("{start}Failures");
            View {
                name: mapping.name.to_owned(),
                mapping: format!("{start}Mapping"),
                policy: format!("{start}StreamPolicy"),
                role: format!("{start}RoleName"),
                has_role: format!("{start}HasRole"),
                function: value(mapping.function, names),
                filters: mapping.filters.iter().map(pattern).collect(),
                queue,
                batch_size: BATCH_SIZE,
                batching_window: BATCHING_WINDOW,
                retries: RETRIES,
                record_age: RECORD_AGE,
                retention: RETENTION,
            }
        })
        .collect()
}

/// A filter as Lambda takes it.
fn pattern(filter: &Filter) -> String {
    let mut made = json!({ "eventName": filter.events });
    if let Some(types) = &filter.types {
        made["dynamodb"] = json!({ types.image: { types.attribute: { "S": types.values } } });
    }
    made.to_string()
}

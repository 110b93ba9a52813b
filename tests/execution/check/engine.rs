//! The embedded engine behind its own JSON requests.
//!
//! Promises that every request goes through the engine's real request types, so that what the service would
//! refuse is an error here; counts requests, rows and capacity; and can cut answers short as the service does
//! at 1 MB, or let another writer come between a read and a write.

use super::plan::{KeySchema, Plan, Table};
use super::random::Random;
use super::value::Physical;
use dynoxide::{Database, DynoxideError};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the engine was asked and what that cost, since the last reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: usize,
    /// `ScannedCount` of queries and scans, items found by the other reads.
    pub(crate) rows_read: usize,
    pub(crate) rows_returned: usize,
    pub(crate) capacity: f64,
    /// The last requests, as text for messages.
    pub(crate) trace: Vec<String>,
}

/// An error of the service.
#[derive(Debug)]
pub(crate) enum EngineError {
    /// The condition of a single write; with the item as it was.
    Condition(Option<Physical>),
    /// The actions of a transaction whose conditions failed, by their places, with the item as it was.
    Cancelled(Vec<(usize, Option<Physical>)>),
    /// Anything else: the request should not have been made.
    Other(String),
}

type Interference = Box<dyn FnOnce(&Engine)>;

pub(crate) struct Engine {
    database: Database,
    log: RefCell<Log>,
    cuts: RefCell<Option<Random>>,
    interference: RefCell<Option<Interference>>,
}

macro_rules! ask {
    ($database:expr, $method:ident, $request:expr) => {{
        let request =
            serde_json::from_value($request).map_err(|e| EngineError::Other(e.to_string()))?;
        let response = $database.$method(request).map_err(EngineError::from)?;
        serde_json::to_value(response).map_err(|e| EngineError::Other(e.to_string()))
    }};
}

impl Engine {
    /// A database with the tables of `plan`.
    pub(crate) fn new(plan: &Plan) -> Result<Self, String> {
        let database = Database::memory().map_err(|e| e.to_string())?;
        let engine = Self {
            database,
            log: RefCell::default(),
            cuts: RefCell::default(),
            interference: RefCell::default(),
        };
        for table in &plan.tables {
            engine
                .create(table)
                .map_err(|e| format!("table `{}`: {e:?}", table.name))?;
        }
        Ok(engine)
    }

    fn create(&self, table: &Table) -> Result<(), EngineError> {
        let database = &self.database;
        ask!(database, create_table, create_request(table))?;
        if let Some(attribute) = &table.ttl {
            let specification = json!({ "AttributeName": attribute, "Enabled": true });
            let request =
                json!({ "TableName": table.name, "TimeToLiveSpecification": specification });
            ask!(database, update_time_to_live, request)?;
        }
        Ok(())
    }

    /// Sends one request of the service's API.
    pub(crate) fn call(&self, operation: &str, request: Json) -> Result<Json, EngineError> {
        self.note(operation, &request);
        if matches!(
            operation,
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems"
        ) {
            let interference = self.interference.borrow_mut().take();
            if let Some(other_writer) = interference {
                other_writer(self);
            }
        }
        let response = self.send(operation, request)?;
        self.count(operation, &response);
        Ok(response)
    }

    fn send(&self, operation: &str, mut request: Json) -> Result<Json, EngineError> {
        let database = &self.database;
        match operation {
            "GetItem" => ask!(database, get_item, request),
            "Query" => {
                self.cut(&mut request);
                ask!(database, query, request)
            }
            "Scan" => {
                self.cut(&mut request);
                ask!(database, scan, request)
            }
            "BatchGetItem" => self.batch(request),
            "PutItem" => ask!(database, put_item, request),
            "UpdateItem" => ask!(database, update_item, request),
            "DeleteItem" => ask!(database, delete_item, request),
            "TransactWriteItems" => ask!(database, transact_write_items, request),
            other => Err(EngineError::Other(format!("no operation `{other}`"))),
        }
    }

    /// From now on queries, scans and batches end early at random places, as they do at 1 MB; or no longer.
    pub(crate) fn cut_answers(&self, random: Option<Random>) {
        *self.cuts.borrow_mut() = random;
    }

    /// Runs `other_writer` once, just before the next write.
    pub(crate) fn before_next_write(&self, other_writer: impl FnOnce(&Self) + 'static) {
        *self.interference.borrow_mut() = Some(Box::new(other_writer));
    }

    fn cut(&self, request: &mut Json) {
        if let Some(random) = self.cuts.borrow_mut().as_mut() {
            let rows = random.below(4) as u64 + 1;
            let limit = request
                .get("Limit")
                .and_then(Json::as_u64)
                .map_or(rows, |limit| limit.min(rows));
            request["Limit"] = json!(limit);
        }
    }

    /// A batch, of which the service may leave some keys unprocessed.
    fn batch(&self, mut request: Json) -> Result<Json, EngineError> {
        let mut left = BTreeMap::new();
        if let Some(random) = self.cuts.borrow_mut().as_mut() {
            for (table, part) in request["RequestItems"]
                .as_object_mut()
                .into_iter()
                .flatten()
            {
                let mut unprocessed = part.clone();
                let Some(keys) = part["Keys"].as_array_mut() else {
                    continue;
                };
                let rest = keys.split_off(keys.len().min(random.below(3) + 1));
                if !rest.is_empty() {
                    unprocessed["Keys"] = Json::Array(rest);
                    left.insert(table.clone(), unprocessed);
                }
            }
        }
        let database = &self.database;
        let mut response = ask!(database, batch_get_item, request)?;
        if !left.is_empty() {
            response["UnprocessedKeys"] = json!(left);
        }
        Ok(response)
    }

    fn note(&self, operation: &str, request: &Json) {
        let mut log = self.log.borrow_mut();
        log.requests += 1;
        if log.trace.len() < 12 {
            let text: String = request.to_string().chars().take(1500).collect();
            log.trace.push(format!("{operation} {text}"));
        }
    }

    fn count(&self, operation: &str, response: &Json) {
        let mut log = self.log.borrow_mut();
        let number = |name: &str| {
            response
                .get(name)
                .and_then(Json::as_u64)
                .map_or(0, |n| usize::try_from(n).unwrap_or(0))
        };
        match operation {
            "Query" | "Scan" => {
                log.rows_read += number("ScannedCount");
                log.rows_returned += number("Count");
            }
            "GetItem" => {
                let found = usize::from(response.get("Item").is_some());
                log.rows_read += found;
                log.rows_returned += found;
            }
            "BatchGetItem" => {
                let tables = response["Responses"].as_object();
                let found: usize = tables
                    .into_iter()
                    .flat_map(|t| t.values())
                    .map(|v| v.as_array().map_or(0, Vec::len))
                    .sum();
                log.rows_read += found;
                log.rows_returned += found;
            }
            _ => {}
        }
        let capacity = match &response["ConsumedCapacity"] {
            Json::Array(tables) => tables
                .iter()
                .filter_map(|t| t["CapacityUnits"].as_f64())
                .sum(),
            one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
        };
        log.capacity += capacity;
    }

    /// The log so far; it starts again from nothing.
    pub(crate) fn take_log(&self) -> Log {
        self.log.take()
    }

    /// Every item of a table or index, outside of the log.
    pub(crate) fn everything(
        &self,
        table: &str,
        index: Option<&str>,
    ) -> Result<Vec<Physical>, String> {
        let database = &self.database;
        let mut request = json!({ "TableName": table });
        if let Some(index) = index {
            request["IndexName"] = json!(index);
        }
        let mut items = Vec::new();
        loop {
            let page = request.clone();
            let response = (|| ask!(database, scan, page))()
                .map_err(|e: EngineError| format!("scan of `{table}`: {e:?}"))?;
            items.extend(
                response["Items"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_object)
                    .cloned(),
            );
            match response.get("LastEvaluatedKey") {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => return Ok(items),
            }
        }
    }
}

impl From<DynoxideError> for EngineError {
    fn from(error: DynoxideError) -> Self {
        let item = |item| {
            serde_json::to_value(item)
                .ok()
                .and_then(|v: Json| v.as_object().cloned())
        };
        match error {
            DynoxideError::ConditionalCheckFailedException(_, old) => {
                Self::Condition(old.and_then(item))
            }
            DynoxideError::TransactionCanceledException(message, reasons) => {
                let other = |code: &str| code != "None" && code != "ConditionalCheckFailed";
                if reasons.iter().any(|r| other(&r.code)) {
                    return Self::Other(format!("{message}: {reasons:?}"));
                }
                let failed = reasons
                    .into_iter()
                    .enumerate()
                    .filter(|(_, r)| r.code != "None");
                Self::Cancelled(
                    failed
                        .map(|(place, r)| (place, r.item.and_then(item)))
                        .collect(),
                )
            }
            other => Self::Other(other.to_string()),
        }
    }
}

fn create_request(table: &Table) -> Json {
    let schema = |key: &KeySchema| {
        let part = |kind: &'static str| move |a: &super::plan::KeyAttribute| json!({ "AttributeName": a.name, "KeyType": kind });
        Json::Array(
            key.partition
                .iter()
                .map(part("HASH"))
                .chain(key.sort.iter().map(part("RANGE")))
                .collect(),
        )
    };
    let mut types = BTreeMap::new();
    for key in std::iter::once(&table.key).chain(table.indexes.iter().map(|i| &i.key)) {
        types.extend(key.attributes().map(|a| (a.name.clone(), a.kind.clone())));
    }
    let definitions: Vec<Json> = types
        .iter()
        .map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }))
        .collect();
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(&table.key),
        "AttributeDefinitions": definitions,
    });
    for (field, global) in [
        ("GlobalSecondaryIndexes", true),
        ("LocalSecondaryIndexes", false),
    ] {
        let indexes: Vec<Json> = table
            .indexes
            .iter()
            .filter(|i| i.global == global)
            .map(|index| {
                let mut projection = json!({ "ProjectionType": index.projection });
                if index.projection == "INCLUDE" {
                    projection["NonKeyAttributes"] = json!(index.included);
                }
                json!({ "IndexName": index.name, "KeySchema": schema(&index.key), "Projection": projection })
            })
            .collect();
        if !indexes.is_empty() {
            request[field] = Json::Array(indexes);
        }
    }
    request
}

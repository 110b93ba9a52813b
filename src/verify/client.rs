//! What stands between the executor and an engine: it counts requests, rows and capacity, has them metered, gives the
//! service's errors their meaning, and can cut answers short as the service does at 1 MB.

use super::engine::{Engine, Fault};
use super::meter::{Meter, Metered};
use super::random::Random;
use super::value::Physical;
use serde_json::{Value as Json, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The most requests that a log keeps.
const MOST_TRACED: usize = 12;

/// What the engine was asked and what that cost, since the last reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: usize,
    /// `ScannedCount` of queries and scans, items found by the other reads.
    pub(crate) rows_read: usize,
    /// Units of all requests, as the engine says.
    pub(crate) capacity: f64,
    /// The requests that were metered: units by the arithmetic beside units as the engine says.
    pub(crate) metered: Metered,
    /// Whether all requests got items by their keys.
    pub(crate) by_key: bool,
    /// The first requests, for messages.
    pub(crate) trace: Vec<(String, Json)>,
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

pub(crate) struct Client {
    engine: Box<dyn Engine>,
    log: RefCell<Log>,
    cuts: RefCell<Option<Random>>,
    meter: Option<Meter>,
    metering: Cell<bool>,
    silence: RefCell<Option<String>>,
}

impl Client {
    pub(crate) fn new(engine: Box<dyn Engine>) -> Self {
        Self {
            engine,
            log: RefCell::default(),
            cuts: RefCell::default(),
            meter: None,
            metering: Cell::default(),
            silence: RefCell::default(),
        }
    }

    /// With a meter, which stands still until [`Self::meter`] starts it.
    #[must_use]
    pub(crate) fn with_meter(self, meter: Meter) -> Self {
        Self {
            meter: Some(meter),
            ..self
        }
    }

    /// That the engine did not answer some request, or cannot, in words.
    pub(crate) fn silence(&self) -> Option<String> {
        self.silence.borrow().clone()
    }

    /// From now on requests are metered, or no longer. A metered request makes a few more, which nobody sees.
    pub(crate) fn meter(&self, on: bool) {
        self.metering.set(on);
    }

    /// Sends one request of the service's API.
    pub(crate) fn call(&self, operation: &str, request: Json) -> Result<Json, EngineError> {
        self.note(operation, &request);
        let filtered = request.get("FilterExpression").is_some();
        let response = self.send(operation, request)?;
        self.count(operation, filtered, &response);
        Ok(response)
    }

    /// Sends a request of a client in another process, with whatever it is answered.
    pub(crate) fn forward(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        self.note(operation, &request);
        let filtered = request.get("FilterExpression").is_some();
        let mut request = request;
        let response = match operation {
            "Query" | "Scan" => {
                self.cut(&mut request);
                self.ask(operation, request)?
            }
            "BatchGetItem" => self.batch(request)?,
            _ => self.ask(operation, request)?,
        };
        self.count(operation, filtered, &response);
        Ok(response)
    }

    fn send(&self, operation: &str, mut request: Json) -> Result<Json, EngineError> {
        match operation {
            "Query" | "Scan" => self.cut(&mut request),
            "BatchGetItem" => return Ok(self.batch(request)?),
            _ => {}
        }
        Ok(self.ask(operation, request)?)
    }

    /// One request to the engine as it is, which says what it used of the table and of each index.
    fn ask(&self, operation: &str, mut request: Json) -> Result<Json, Fault> {
        request["ReturnConsumedCapacity"] = json!("INDEXES");
        let answer = match self.meter.as_ref().filter(|_| self.metering.get()) {
            Some(meter) => {
                let (answer, metered) = meter.call(&*self.engine, operation, &request);
                self.log.borrow_mut().metered.add(metered);
                answer
            }
            None => self.engine.call(operation, request),
        };
        self.heard(operation, answer)
    }

    /// Notes that there was no answer, or that the engine does not know the operation.
    fn heard(&self, operation: &str, answer: Result<Json, Fault>) -> Result<Json, Fault> {
        let silence = match &answer {
            Err(Fault::Unreachable(text)) => text.clone(),
            Err(fault) if fault.kind() == "UnknownOperationException" => {
                format!("the engine has no operation `{operation}`")
            }
            _ => return answer,
        };
        *self.silence.borrow_mut() = Some(silence);
        answer
    }

    /// Whether the engine may show a write late.
    pub(crate) fn eventual(&self) -> bool {
        self.engine.eventual()
    }

    /// Whether the units that the engine reports are known to be right.
    pub(crate) fn exact_units(&self) -> bool {
        self.engine.exact_units()
    }

    /// From now on queries, scans and batches end early at random places, as they do at 1 MB; or no longer.
    pub(crate) fn cut_answers(&self, random: Option<Random>) {
        *self.cuts.borrow_mut() = random;
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
    fn batch(&self, mut request: Json) -> Result<Json, Fault> {
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
        let mut response = self.ask("BatchGetItem", request)?;
        if !left.is_empty() {
            response["UnprocessedKeys"] = json!(left);
        }
        Ok(response)
    }

    fn note(&self, operation: &str, request: &Json) {
        let mut log = self.log.borrow_mut();
        log.requests += 1;
        let by_key = matches!(operation, "GetItem" | "BatchGetItem");
        log.by_key = by_key && (log.by_key || log.requests == 1);
        if log.trace.len() < MOST_TRACED {
            log.trace.push((operation.to_owned(), request.clone()));
        }
    }

    fn count(&self, operation: &str, filtered: bool, response: &Json) {
        let mut log = self.log.borrow_mut();
        let number = |name: &str| {
            response
                .get(name)
                .and_then(Json::as_u64)
                .map_or(0, |n| usize::try_from(n).unwrap_or(0))
        };
        match operation {
            "Query" | "Scan" => {
                // Without a filter both counts are the same on AWS. The embedded engine counts one item more as scanned
                // where a page ends at 1 MB: the one that no longer fits.
                log.rows_read += number(if filtered { "ScannedCount" } else { "Count" });
            }
            "GetItem" => {
                let found = usize::from(response.get("Item").is_some());
                log.rows_read += found;
            }
            "BatchGetItem" => {
                let tables = response["Responses"].as_object();
                let found: usize = tables
                    .into_iter()
                    .flat_map(|t| t.values())
                    .map(|v| v.as_array().map_or(0, Vec::len))
                    .sum();
                log.rows_read += found;
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
        let mut request = json!({ "TableName": table });
        if let Some(index) = index {
            request["IndexName"] = json!(index);
        }
        let mut items = Vec::new();
        loop {
            let response = self
                .heard("Scan", self.engine.call("Scan", request.clone()))
                .map_err(|e| format!("scan of `{table}`: {}", e.message()))?;
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

impl From<Fault> for EngineError {
    fn from(fault: Fault) -> Self {
        let Fault::Service(body) = &fault else {
            return Self::Other(fault.message());
        };
        let item = |of: &Json| of.get("Item").and_then(Json::as_object).cloned();
        match fault.kind() {
            "ConditionalCheckFailedException" => Self::Condition(item(body)),
            "TransactionCanceledException" => {
                let reasons = body["CancellationReasons"].as_array();
                let reasons = reasons.map_or(&[][..], Vec::as_slice);
                let code = |reason: &Json| reason["Code"].as_str().unwrap_or("None").to_owned();
                let known = |r: &Json| matches!(&*code(r), "None" | "ConditionalCheckFailed");
                if reasons.is_empty() || !reasons.iter().all(known) {
                    return Self::Other(format!("{}: {reasons:?}", fault.message()));
                }
                let failed = reasons.iter().enumerate();
                let failed = failed.filter(|(_, reason)| code(reason) != "None");
                Self::Cancelled(failed.map(|(place, r)| (place, item(r))).collect())
            }
            _ => Self::Other(fault.message()),
        }
    }
}

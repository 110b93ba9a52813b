//! An engine behind `http://`: `DynamoDB` Local, `ScyllaDB` Alternator, dynalite, moto and whatever else speaks the protocol.
//!
//! Promises no secrets: requests carry credentials and a signature in the right shape and of no worth. Engines for the
//! own machine want them there and do not verify them; one that verifies needs the engine of the feature `aws`, with its
//! endpoint in `AWS_ENDPOINT_URL_DYNAMODB`.

use super::wire::Wire;
use super::{Engine, Fault};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Shape of a signature. `DynamoDB` Local keeps tables apart by access key and region, and other engines look for the parts.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=design/20260101/us-east-1/dynamodb/aws4_request, \
    SignedHeaders=host;x-amz-date;x-amz-target, \
    Signature=0000000000000000000000000000000000000000000000000000000000000000";

/// The date of that signature: always the same, as nobody verifies it.
const DATE: &str = "20260101T000000Z";

/// An engine at an endpoint without encryption, asked without a proxy.
///
/// Some engines, dynalite for one, know nothing of `ReturnValuesOnConditionCheckFailure`. Where a condition failed and no
/// item came with that, it is read: nobody else writes to the tables of a run, so it is still what it was.
pub struct Http {
    wire: Wire,
    /// The names of key attributes, by table.
    keys: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Http {
    /// The engine at `endpoint`, such as `http://localhost:8000`; nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the endpoint.
    pub fn new(endpoint: &str) -> Result<Self, String> {
        let wire = Wire::new(endpoint, false)?;
        let keys = RefCell::default();
        Ok(Self { wire, keys })
    }

    fn send(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        self.wire.call(operation, request, |_| {
            let mut headers = super::headers(operation);
            headers.push(("authorization".to_owned(), AUTHORIZATION.to_owned()));
            headers.push(("x-amz-date".to_owned(), DATE.to_owned()));
            Ok(headers)
        })
    }

    /// Remembers the key of a table that is made.
    fn note(&self, request: &Json) {
        let schema = request["KeySchema"].as_array().into_iter().flatten();
        let names = schema.filter_map(|a| a["AttributeName"].as_str());
        let names = names.map(str::to_owned).collect();
        let table = request["TableName"].as_str().unwrap_or_default();
        self.keys.borrow_mut().insert(table.to_owned(), names);
    }

    /// The read of the item that a write is about, if the write wants the item with a failure of its condition.
    fn read_of(&self, request: &Json) -> Option<Json> {
        if request["ReturnValuesOnConditionCheckFailure"] != "ALL_OLD" {
            return None;
        }
        let table = request["TableName"].as_str()?;
        let all = request.get("Key").or_else(|| request.get("Item"))?;
        let keys = self.keys.borrow();
        let names = keys.get(table)?.iter();
        let key: BTreeMap<&str, &Json> = names.map(|n| (n.as_str(), &all[n])).collect();
        Some(json!({ "TableName": table, "Key": key, "ConsistentRead": true }))
    }
}

impl Engine for Http {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        if operation == "CreateTable" {
            self.note(&request);
        }
        let read = self.read_of(&request);
        let mut outcome = self.send(operation, request);
        if let Err(fault) = &mut outcome
            && fault.kind() == "ConditionalCheckFailedException"
            && let Fault::Service(body) = fault
            && body.get("Item").is_none()
            && let Some(read) = read
            && let Some(item) = self.send("GetItem", read)?.get("Item")
        {
            body["Item"] = item.clone();
        }
        outcome
    }

    fn name(&self) -> String {
        self.wire.endpoint().trim_end_matches('/').to_owned()
    }

    /// No: the emulators write an item and its index entries in one step, so that a read which lacks an entry is a
    /// difference and not a matter of time. An Alternator of one node keeps the entries on that node too; on a cluster
    /// they follow the item, and a run against one can report a difference that would have gone away.
    fn eventual(&self) -> bool {
        false
    }

    fn shared(&self) -> bool {
        true
    }
}

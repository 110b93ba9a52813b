//! The engine in the process: nothing to install, start or remove.
//!
//! Promises that every request goes through the engine's real request types, so that what the service would refuse is
//! an error here.

use super::{Engine, Fault};
use dynoxide::{Database, DynoxideError};
use serde_json::{Value as Json, json};

/// A database in memory, gone with this value.
pub struct Embedded(Database);

impl Embedded {
    /// An empty database.
    ///
    /// # Errors
    /// That the database could not be made, in words.
    pub fn new() -> Result<Self, String> {
        Database::memory().map(Self).map_err(|e| e.to_string())
    }
}

macro_rules! ask {
    ($database:expr, $method:ident, $request:expr) => {{
        let request = serde_json::from_value($request).map_err(|e| malformed(&e))?;
        let answer = $database.$method(request).map_err(|e| refused(&e))?;
        serde_json::to_value(answer).map_err(|e| malformed(&e))
    }};
}

impl Engine for Embedded {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        let database = &self.0;
        match operation {
            "CreateTable" => ask!(database, create_table, request),
            "DeleteTable" => ask!(database, delete_table, request),
            "DescribeTable" => ask!(database, describe_table, request),
            "UpdateTimeToLive" => ask!(database, update_time_to_live, request),
            "GetItem" => ask!(database, get_item, request),
            "Query" => ask!(database, query, request),
            "Scan" => ask!(database, scan, request),
            "BatchGetItem" => ask!(database, batch_get_item, request),
            "PutItem" => ask!(database, put_item, request),
            "UpdateItem" => ask!(database, update_item, request),
            "DeleteItem" => ask!(database, delete_item, request),
            "TransactWriteItems" => ask!(database, transact_write_items, request),
            other => Err(Fault::Unreachable(format!("no operation `{other}`"))),
        }
    }

    fn name(&self) -> String {
        "embedded".to_owned()
    }

    fn exact_units(&self) -> bool {
        true
    }
}

/// A body that is none of the API's; the requests here are made by the executor, so this is a fault of its own.
fn malformed(error: &serde_json::Error) -> Fault {
    Fault::Service(json!({ "__type": "SerializationException", "message": error.to_string() }))
}

fn refused(error: &DynoxideError) -> Fault {
    let body = serde_json::from_str(&error.to_json());
    body.map_or_else(|_| Fault::Unreachable(error.to_string()), Fault::Service)
}

//! Worked examples on the embedded engine: what the arithmetic says is what the engine says, request by request.

#![expect(clippy::panic, reason = "a test fails by a panic")]

mod engines;
mod random;
mod reads;
mod writes;

use super::super::client::Client;
use super::super::engine::{Embedded, Engine, Fault, tables};
use super::super::plan::{Index, KeyAttribute, KeySchema, Plan, Table};
use super::super::value::Physical;
use super::{Difference, Meter, Metered, images};
use serde_json::{Value as Json, json};
use std::rc::Rc;

fn schema(partition: &[&str], sort: &[&str]) -> KeySchema {
    let attributes = |names: &[&str]| {
        let attribute = |name: &&str| KeyAttribute {
            name: (*name).to_owned(),
            kind: "S".to_owned(),
        };
        names.iter().map(attribute).collect()
    };
    KeySchema {
        partition: attributes(partition),
        sort: attributes(sort),
    }
}

fn index(name: &str, global: bool, key: KeySchema, projection: &str) -> Index {
    Index {
        name: name.to_owned(),
        global,
        key,
        projection: projection.to_owned(),
        included: Vec::new(),
    }
}

fn plan() -> Plan {
    let table = |name: &str, indexes| Table {
        name: name.to_owned(),
        key: schema(&["pk"], &["sk"]),
        indexes,
        ttl: None,
    };
    let global = vec![
        index("gall", true, schema(&["g"], &[]), "ALL"),
        index("gko", true, schema(&["g"], &["h"]), "KEYS_ONLY"),
    ];
    let local = vec![index("lsi", false, schema(&["pk"], &["x"]), "KEYS_ONLY")];
    Plan {
        tables: vec![table("Tab", global), table("Loc", local)],
        entities: Vec::new(),
        patterns: Vec::new(),
    }
}

/// A client with its meter running, on an engine that has the tables.
fn client(engine: impl Engine + 'static) -> Client {
    let plan = plan();
    let engine: Rc<dyn Engine> = Rc::new(engine);
    let _tables = tables::create(&engine, &plan).unwrap_or_else(|e| panic!("{e:?}"));
    let client = Client::new(Box::new(engine)).with_meter(Meter::new(&plan.tables));
    client.meter(true);
    client
}

fn embedded() -> Embedded {
    Embedded::new().unwrap_or_else(|e| panic!("{e}"))
}

/// What was metered of one request, which may be refused for a condition.
fn metered(client: &Client, operation: &str, request: Json) -> Metered {
    drop(client.take_log());
    drop(client.call(operation, request));
    client.take_log().metered
}

/// A request of which both sides say the same: `units` in all.
#[track_caller]
fn costs(client: &Client, units: f64, operation: &str, request: Json) {
    let text = request.to_string();
    let got = metered(client, operation, request);
    assert_eq!(got.off, Vec::<String>::new());
    let figures = (got.requests, got.estimated(), got.consumed);
    assert_eq!(figures, (1, units, units), "{operation} {text}");
}

fn s(text: &str) -> Json {
    json!({ "S": text })
}

/// An item `sk` with text attributes.
fn item(sk: &str, others: &[(&str, &str)]) -> Json {
    let mut made = json!({ "pk": s("p"), "sk": s(sk) });
    for (name, value) in others {
        made[*name] = s(value);
    }
    made
}

fn put(sk: &str, others: &[(&str, &str)]) -> Json {
    json!({ "TableName": "Tab", "Item": item(sk, others) })
}

fn update(sk: &str, expression: &str, value: Option<&str>) -> Json {
    let mut made =
        json!({ "TableName": "Tab", "Key": item(sk, &[]), "UpdateExpression": expression });
    if let Some(value) = value {
        made["ExpressionAttributeValues"] = json!({ ":v": s(value) });
    }
    made
}

fn kilobytes(n: usize) -> String {
    "x".repeat(n * 1024 - 200)
}

/// Eight items of 2,002 bytes, each in both indexes.
fn with_eight() -> Client {
    let client = client(embedded());
    for n in 0..8 {
        let small = put(&n.to_string(), &[("g", "1"), ("h", "1"), ("d", "")]);
        let bytes = images::size(small["Item"].as_object().unwrap_or(&Physical::new()));
        let rest = 2002 - usize::try_from(bytes.unwrap_or(0)).unwrap_or(0);
        let text = "x".repeat(rest);
        let full = put(&n.to_string(), &[("g", "1"), ("h", "1"), ("d", &text)]);
        drop(client.call("PutItem", full));
    }
    client
}

fn query(partition: &str, other: &Json) -> Json {
    let mut made = json!({
        "TableName": "Tab",
        "KeyConditionExpression": "#p = :p",
        "ExpressionAttributeNames": { "#p": "pk" },
        "ExpressionAttributeValues": { ":p": s(partition) },
    });
    for (name, value) in other.as_object().into_iter().flatten() {
        made[name] = value.clone();
    }
    made
}

#[test]
fn sizes_of_the_wire() {
    let cases = [
        (json!({ "shirt-color": s("R"), "shirt-size": s("M") }), 23),
        (json!({ "n": { "N": "-12.5" } }), 5),
        (json!({ "b": { "B": "Zm9vYg==" } }), 5),
        (json!({ "b": { "BS": ["Zm9v", "Zg=="] } }), 5),
        (json!({ "a": { "BOOL": true }, "z": { "NULL": true } }), 4),
        (
            json!({ "s": { "SS": ["a", "bcd"] }, "n": { "NS": ["1", "150"] } }),
            10,
        ),
        (json!({ "l": { "L": [{ "N": "1" }, s("xy")] } }), 10),
        (
            json!({ "m": { "M": { "city": s("Oslo"), "zip": { "N": "150" } } } }),
            19,
        ),
    ];
    for (item, bytes) in cases {
        let item = item.as_object().cloned().unwrap_or_default();
        assert_eq!(images::size(&item), Ok(bytes), "{item:?}");
    }
}

#[test]
fn sizes_are_those_of_the_engine() {
    // Items of exactly 1 KB, and of a byte more: a byte of difference anywhere would show.
    let client = client(embedded());
    let values = [
        json!({ "N": "1234567890.0123" }),
        json!({ "M": { "a": { "L": [{ "NULL": true }, { "BOOL": false }] }, "b": { "NS": ["-1", "2.5"] } } }),
        json!({ "BS": ["Zm9vYg==", "AA=="] }),
        json!({ "SS": ["日本", "x"] }),
    ];
    for value in values {
        let mut bare = item("s", &[]);
        bare["v"] = value;
        let size = images::size(bare.as_object().unwrap_or(&Physical::new()));
        let rest = 1024 - usize::try_from(size.unwrap_or(0)).unwrap_or(0) - 1;
        for (more, units) in [(0, 1.0), (1, 2.0)] {
            drop(client.call(
                "DeleteItem",
                json!({ "TableName": "Tab", "Key": item("s", &[]) }),
            ));
            let mut full = bare.clone();
            full["f"] = s(&"x".repeat(rest + more));
            costs(
                &client,
                units,
                "PutItem",
                json!({ "TableName": "Tab", "Item": full }),
            );
        }
    }
}

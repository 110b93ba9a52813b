//! Faults in the table and in what a plan claims: quotas, the key of the table, the interface, prices and the proof.

use super::document::{index, list, named, pattern};
use super::{Fault, behaves, claims};
use serde_json::{Value as Json, json};

pub(super) const FAULTS: &[Fault] = &[
    claims("30 GSIs", "shelves", |p| {
        let indexes = &mut p["tables"][0]["indexes"];
        let one = indexes[0].clone();
        for number in list(indexes).len() + 1..=30 {
            list(indexes).push(another(&one, number));
        }
        p["proof"]["indexes"] = json!(30);
        p["proof"]["gsis"] = json!(30);
        p["proof"]["optimal"] = json!(false);
    }),
    claims("a GSI that nothing reads", "shelves", |p| {
        let one = p["tables"][0]["indexes"][0].clone();
        list(&mut p["tables"][0]["indexes"]).push(another(&one, 3));
    }),
    claims("two indexes of one name", "shelves", |p| {
        index(p, "GSI2")["name"] = json!("GSI1");
    }),
    behaves("a table without its sort key", "ledger", |p| {
        p["tables"][0]["key"]["sort"] = json!([]);
    }),
    behaves("a key attribute of another type", "ledger", |p| {
        p["tables"][0]["indexes"][0]["key"]["sort"][0]["type"] = json!("N");
    }),
    claims("a time to live that is not switched on", "members", |p| {
        p["tables"][0]["ttl"] = Json::Null;
    }),
    behaves("a parameter of another name", "ledger", |p| {
        named(pattern(p, "deposit"), "parameters", "account")["name"] = json!("number");
    }),
    behaves("a pattern that is not answered", "shelves", |p| {
        pattern(p, "titled")["steps"] = json!([]);
    }),
    claims("a price that is hidden", "shelves", |p| {
        let hidden = pattern(p, "books_in");
        hidden["status"] = json!("covered");
        hidden["price"] = json!([]);
        hidden["reason"] = Json::Null;
    }),
    claims("a lower bound that is not proven", "shelves", |p| {
        p["proof"]["lower_bound"] = json!(3);
    }),
    claims(
        "a pattern that needs more requests than it says",
        "stream",
        |p| {
            pattern(p, "latest")["requests"] = json!(1);
        },
    ),
];

/// A copy of an index on attributes of its own.
fn another(index: &Json, number: usize) -> Json {
    let mut copy = index.clone();
    copy["name"] = json!(format!("GSI{number}"));
    copy["key"]["partition"][0]["attribute"] = json!(format!("GSI{number}PK"));
    copy["key"]["sort"][0]["attribute"] = json!(format!("GSI{number}SK"));
    copy
}

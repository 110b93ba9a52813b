//! Faults in requests that read: what they ask for, in which direction, how much, and of which places.

use super::document::{list, pattern, step};
use super::{Fault, behaves, claims};
use serde_json::{Value as Json, json};

pub(super) const FAULTS: &[Fault] = &[
    behaves("a wrong direction", "shelves", |p| {
        step(p, "readers_of", 0)["forward"] = json!(true);
    }),
    behaves("a wrong direction of a page", "ledger", |p| {
        step(p, "latest", 0)["forward"] = json!(true);
    }),
    behaves("a bound inclusive instead of exclusive", "ledger", |p| {
        // ENTRY#{number}$ lies behind the number, ENTRY#{number} before it.
        list(&mut step(p, "entries_above", 0)["sort"][0]["between"][0]).pop();
    }),
    behaves(
        "an upper bound inclusive instead of exclusive",
        "ledger",
        |p| {
            let bound = list(&mut step(p, "booked_before", 0)["sort"][0]["between"][1]);
            bound.push(json!({ "literal": "$" }));
        },
    ),
    behaves("a bound exclusive instead of inclusive", "ledger", |p| {
        let bound = list(&mut step(p, "latest", 0)["sort"][0]["between"][0]);
        bound.push(json!({ "literal": "$" }));
    }),
    behaves("a bound left out", "ledger", |p| {
        let bound = list(&mut step(p, "latest", 0)["sort"][0]["between"][0]);
        bound.truncate(1);
    }),
    behaves("bounds the wrong way round", "ledger", |p| {
        list(&mut step(p, "graded", 0)["sort"][0]["between"]).swap(0, 1);
    }),
    behaves("a limit before the filter", "shelves", |p| {
        // Two rows are read and then filtered, and what is left of them counts as the page.
        pattern(p, "books_in")["limit"] = Json::Null;
    }),
    behaves("a filter dropped", "shelves", |p| {
        step(p, "books_in", 0)["filter"] = Json::Null;
    }),
    behaves("a filter of the opposite", "shelves", |p| {
        step(p, "books_in", 0)["filter"][0]["op"] = json!("<>");
    }),
    behaves("a page larger than asked for", "ledger", |p| {
        pattern(p, "dearest")["limit"]["count"] = json!(4);
    }),
    behaves("a limit without room for the parent", "ledger", |p| {
        step(p, "account_and_entries", 0)["limit"] = json!(4);
    }),
    behaves(
        "the parent on the far side of its children",
        "ledger",
        |p| {
            super::document::relabel(p, "~ACCOUNT", "ACCOUNT");
            let bounds = &mut step(p, "account_and_entries", 0)["sort"][0]["between"];
            *bounds = json!([[{ "literal": "ACCOUNT#" }], [{ "literal": "ENTRY$" }]]);
        },
    ),
    behaves("a shard not read", "stream", |p| {
        step(p, "latest", 0)["for_each"][0]["count"] = json!(2);
    }),
    behaves("shards that are not merged", "stream", |p| {
        step(p, "latest", 0)["merge"] = Json::Null;
    }),
    behaves("shards merged upside down", "stream", |p| {
        step(p, "latest", 0)["merge"][0]["descending"] = json!(false);
    }),
    behaves("a query on a non-key attribute", "shelves", |p| {
        // The table knows nothing of the book by which its index is asked.
        step(p, "loans_of_book", 0)["index"] = Json::Null;
    }),
    behaves(
        "a condition on a sort key that the index lacks",
        "ledger",
        |p| {
            let index = super::document::index_of(p, "booked_before", 0);
            super::document::index(p, &index)["key"]["sort"] = json!([]);
        },
    ),
    behaves("a strong read on a GSI", "shelves", |p| {
        step(p, "lost", 0)["consistent"] = json!(true);
    }),
    claims("a strong read made weak", "members", |p| {
        step(p, "get_member", 0)["consistent"] = json!(false);
    }),
    behaves(
        "a scan of everything under a limit of its own",
        "shelves",
        |p| {
            let read = step(p, "lost", 0);
            read["call"] = json!("Scan");
            read["index"] = Json::Null;
            read["partition"] = json!([]);
            read["sort"] = json!([]);
        },
    ),
    behaves("what is over its time returned", "members", |p| {
        step(p, "sessions", 0)["filter"] = Json::Null;
    }),
    behaves("over its time a second too early", "members", |p| {
        step(p, "session", 0)["filter"][0]["any"][1]["op"] = json!(">");
    }),
    behaves(
        "a variant answered by the steps of the other",
        "shelves",
        |p| {
            let steps = list(&mut pattern(p, "whole_shelf")["steps"]);
            let when = steps[0]["when"].clone();
            steps[0]["when"] = steps[1]["when"].clone();
            steps[1]["when"] = when;
        },
    ),
    behaves("the whole partition counted", "stream", |p| {
        step(p, "count_photos", 0)["index"] = step(p, "feed", 0)["index"].clone();
        step(p, "count_photos", 0)["sort"] = json!([]);
    }),
    behaves("the wrong reference followed", "members", |p| {
        let followed = &mut step(p, "visitors", 1)["partition"][0]["segments"][1];
        followed["row"] = json!("place");
    }),
    behaves("nothing followed", "members", |p| {
        list(&mut pattern(p, "visitors")["steps"]).pop();
    }),
    behaves(
        "a request that leaves out what is asked for",
        "shelves",
        |p| {
            list(&mut step(p, "lost", 0)["projection"]).retain(|a| a != "pages");
        },
    ),
    behaves("a batch by another key", "stream", |p| {
        step(p, "get_posts", 0)["partition"][0]["segments"][0]["literal"] = json!("PHOTO#");
    }),
];

//! Faults in the templates of keys: what is in them, in which order, and what ends a value.

use super::document::{
    each_segments, key, key_for, list, named_one_of, partition_segments, relabel, sort_segments,
    step, unterminate,
};
use super::{Fault, behaves};
use serde_json::{Value as Json, json};

pub(super) const FAULTS: &[Fault] = &[
    behaves("a segment order swapped", "shelves", |p| {
        // BOOK#{genre}#{title}# becomes BOOK#{title}#{genre}#.
        sort_segments(key_for(p, "Book", "whole_shelf")).swap(1, 3);
    }),
    behaves("a segment left out", "shelves", |p| {
        let segments = sort_segments(key_for(p, "Book", "whole_shelf"));
        segments.drain(3..5);
    }),
    behaves(
        "a missing terminator, so that `1` matches `10`",
        "shelves",
        |p| unterminate(p, "genre"),
    ),
    behaves(
        "no terminator in a request, so that `1` matches `10`",
        "shelves",
        |p| {
            let sort = &mut step(p, "books_in", 0)["sort"][0]["begins_with"];
            let last = list(sort).pop();
            assert_eq!(last, Some(json!({ "literal": "#" })));
        },
    ),
    behaves("a terminator within what a prefix begins", "shelves", |p| {
        list(&mut step(p, "titled", 0)["sort"][0]["begins_with"]).push(json!({ "literal": "#" }));
    }),
    behaves("two entities with one full key", "stream", |p| {
        relabel(p, "PHOTO#", "POST#");
    }),
    behaves("a guard with the key of an item", "members", |p| {
        // Both in the namespace of the sessions, whose tokens are texts as well.
        relabel(p, "UNIQUE#Member#email#", "SESSION#");
        each_segments(p, &mut |segments| {
            if segments[0]["literal"] == "UNIQUE" {
                segments[0] = json!({ "literal": "SESSION#" });
            }
        });
    }),
    behaves("a constant sort key for children", "shelves", |p| {
        constant_sort_key(p, "LOAN#", "isbn");
    }),
    behaves(
        "a constant sort key for children that are upserted",
        "members",
        |p| {
            constant_sort_key(p, "VISIT#", "day");
        },
    ),
    behaves(
        "a part of the identity left out of the key",
        "ledger",
        |p| {
            // Entries of all accounts in one partition, told apart by their numbers only.
            let key = key(p, "Entry", None);
            let segments = partition_segments(key);
            segments.truncate(1);
            for name in ["account_and_entries", "entries_above"] {
                partition_segments(step(p, name, 0)).truncate(1);
            }
            let amended = &mut super::document::action(p, "amend", 0)["key"];
            partition_segments(amended).truncate(1);
        },
    ),
    behaves(
        "the tie-breaker left out of the key of the table",
        "shop",
        |p| {
            let segments = sort_segments(key(p, "OrderItem", None));
            segments.retain(|s| s["attribute"] != "product_id");
        },
    ),
    behaves(
        "another literal in the request than in the key",
        "shelves",
        |p| {
            partition_segments(step(p, "loans_of_book", 0))[0]["literal"] = json!("ISBN#");
        },
    ),
    behaves("another attribute in the key", "shop", |p| {
        for segment in partition_segments(key_for(p, "OrderItem", "orders_of_product")) {
            if segment["attribute"] == "product_id" {
                segment["attribute"] = json!("order_id");
            }
        }
    }),
];

/// All children of a parent under one key, in the entity and in all requests.
fn constant_sort_key(plan: &mut Json, begin: &str, value: &str) {
    each_segments(plan, &mut |segments| {
        let child = segments[0]["literal"] == begin && segments.len() == 3;
        if child && named_one_of(&segments[1], &[value]) {
            segments.truncate(1);
        }
    });
}

//! Faults in indexes: which items are in them, what they carry, and whose items they hold.

use super::document::{
    index, index_of, key, key_for, keys, kinds, list, named, partition_segments, sort_segments,
    step,
};
use super::{Fault, behaves};
use serde_json::{Value as Json, json};

pub(super) const FAULTS: &[Fault] = &[
    behaves("a sparse condition dropped", "shelves", |p| {
        key_for(p, "Book", "lost")["only_when"] = Json::Null;
    }),
    behaves("a sparse condition of another value", "shelves", |p| {
        key_for(p, "Book", "lost")["only_when"][0]["value"] = json!("lent");
    }),
    behaves(
        "a sparse condition that leaves a value out",
        "stream",
        |p| {
            list(&mut key_for(p, "Post", "unfinished")["only_when"][0]["value"]).pop();
        },
    ),
    behaves("an entity missing from an index", "shelves", |p| {
        let index = index_of(p, "loans_of_book", 0);
        keys(p, "Loan").retain(|k| k["index"] != index.as_str());
    }),
    behaves(
        "one of two entities missing from a merged index",
        "stream",
        |p| {
            let index = index_of(p, "feed", 0);
            keys(p, "Photo").retain(|k| k["index"] != index.as_str());
        },
    ),
    behaves("an index shared without a discriminator", "stream", |p| {
        // Nothing says which rows of the feed are posts and which are photos.
        for entity in ["Post", "Photo"] {
            kinds(p, entity)[0]["discriminator"] = Json::Null;
        }
    }),
    behaves("one discriminator for two entities", "stream", |p| {
        kinds(p, "Photo")[0]["discriminator"]["value"] = json!("Post");
    }),
    behaves(
        "an index shared without letters that keep entities apart",
        "shelves",
        |p| {
            // Readers of a town beside the books of a shelf that is called like the town.
            let shelf = json!({ "literal": "SHELF#" });
            partition_segments(key_for(p, "Reader", "readers_of"))[0] = shelf.clone();
            partition_segments(step(p, "readers_of", 0))[0] = shelf;
            sort_segments(key_for(p, "Reader", "readers_of"))[0] = json!({ "literal": "BOOK#" });
            step(p, "readers_of", 0)["sort"][0]["begins_with"][0] = json!({ "literal": "BOOK#" });
        },
    ),
    behaves("a projection too narrow", "shelves", |p| {
        let index_name = index_of(p, "lost", 0);
        let carried = &mut index(p, &index_name)["projection"]["attributes"];
        list(carried).retain(|a| a != "pages");
    }),
    behaves("a projection of keys only", "ledger", |p| {
        let index_name = index_of(p, "dearest", 0);
        index(p, &index_name)["projection"] = json!({ "type": "KEYS_ONLY", "attributes": [] });
    }),
    behaves("a projection without the discriminator", "stream", |p| {
        let index_name = index_of(p, "feed", 0);
        let attributes = ["at", "post", "photo", "room", "state", "url", "weight"];
        index(p, &index_name)["projection"] =
            json!({ "type": "INCLUDE", "attributes": attributes });
    }),
    behaves("an index on the partition of another one", "stream", |p| {
        let (feed, unfinished) = (index_of(p, "feed", 0), index_of(p, "unfinished", 0));
        let other = index(p, &feed)["key"]["partition"].clone();
        index(p, &unfinished)["key"]["partition"] = other;
    }),
    behaves("an index that is not made", "shelves", |p| {
        let gone = index_of(p, "lost", 0);
        list(&mut p["tables"][0]["indexes"]).retain(|i| i["name"] != gone.as_str());
    }),
    behaves("items by another order in an index", "shop", |p| {
        // The time of an order replaced by its identity, which sorts by another time.
        let sort = sort_segments(key_for(p, "Order", "orders_of_customer"));
        let time = sort.iter().position(|s| s["attribute"] == "placed_at");
        let time = time.unwrap_or_else(|| panic!("no time in {sort:?}"));
        sort[time] = json!({ "attribute": "order_id", "encoding": "text" });
    }),
    behaves("a number more of shards in the key", "stream", |p| {
        partition_segments(key_for(p, "Post", "latest"))[1]["shard"]["count"] = json!(4);
    }),
    behaves("a derived attribute that is not folded", "members", |p| {
        let stored = named(p, "entities", "Member");
        let folded = named(stored, "stored", "folded");
        folded["derived"]["function"] = json!("concat");
    }),
    behaves(
        "the key of an index made of a value before folding",
        "members",
        |p| {
            let segments = partition_segments(key_for(p, "Member", "by_folded"));
            segments[1]["attribute"] = json!("email");
        },
    ),
    behaves(
        "an item in an index that it does not belong to",
        "ledger",
        |p| {
            // Accounts among the entries by amount.
            let index_name = index_of(p, "dearest", 0);
            let mut entry = key(p, "Account", None).clone();
            entry["index"] = json!(index_name);
            entry["sort"][0]["segments"] = json!([{ "literal": "ENTRY#~" }]);
            keys(p, "Account").push(entry);
        },
    ),
];

//! Faults in how values are written into keys: always in keys and requests alike, so that only the encoding is wrong.
//!
//! The executor of plans knows the encodings by their names, so a wrong way to write a value is a value with the name of
//! another encoding. `raw` and `text` write a number by its digits: not padded, and with a plain sign.

use super::document::{key_for, partition_segments, recode, step};
use super::{Fault, behaves};
use serde_json::json;

pub(super) const FAULTS: &[Fault] = &[
    behaves("an unescaped delimiter", "shelves", |p| {
        recode(p, &["genre"], "text", "raw");
    }),
    behaves("an unescaped delimiter in a partition", "members", |p| {
        recode(p, &["member"], "text", "raw");
    }),
    behaves("an unpadded number", "ledger", |p| {
        recode(p, &["number"], "integer:20", "raw");
    }),
    behaves("a wrongly signed number", "ledger", |p| {
        // Of one digit at most, so that padding is of no matter: -9 comes after -1.
        recode(p, &["grade", "from", "to"], "integer:2", "raw");
    }),
    behaves("a number of too few digits", "ledger", |p| {
        recode(p, &["number"], "integer:20", "integer:5");
    }),
    behaves("a number without room for its sign", "ledger", |p| {
        recode(p, &["grade", "from", "to"], "integer:2", "integer:1");
    }),
    behaves("a decimal written as text", "ledger", |p| {
        recode(p, &["amount"], "decimal:14.4", "text");
    }),
    behaves("a decimal without its fraction", "ledger", |p| {
        recode(p, &["amount"], "decimal:14.4", "decimal:14.1");
    }),
    behaves("a time in seconds that is not padded", "ledger", |p| {
        recode(p, &["booked"], "integer:20", "text");
    }),
    behaves("a time from late to early", "ledger", |p| {
        recode(p, &["at"], "timestamp", "timestamp:desc");
    }),
    behaves("a number from high to low in the key only", "ledger", |p| {
        recode(
            key_for(p, "Entry", "graded"),
            &["grade"],
            "integer:2",
            "integer:2:desc",
        );
    }),
    behaves(
        "a request with one digit less than the key",
        "ledger",
        |p| {
            recode(
                step(p, "entries_above", 0),
                &["number"],
                "integer:20",
                "integer:19",
            );
        },
    ),
    behaves(
        "a shard with one digit more than in the request",
        "stream",
        |p| {
            partition_segments(key_for(p, "Post", "latest"))[1]["encoding"] = json!("integer:2");
        },
    ),
];

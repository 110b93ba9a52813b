//! The price file: its fields, what may stand under them, and what they mean.

use super::lexemes::{MONTH_TEXT, REGION, USD};
use super::{Field, Form, Shape};

const PRICE: Shape = Shape::Scalar(&USD);

/// The prices of a table class.
static CLASS: Form = Form {
    what: "the prices of a table class",
    fields: &[
        needed!("read_requests", PRICE, "a million read request units"),
        needed!("write_requests", PRICE, "a million write request units"),
        needed!(
            "replicated_write_requests",
            PRICE,
            "a million replicated write request units, in each Region of a global table"
        ),
        needed!("read_capacity", PRICE, "a read capacity unit for an hour"),
        needed!("write_capacity", PRICE, "a write capacity unit for an hour"),
        needed!(
            "replicated_write_capacity",
            PRICE,
            "a replicated write capacity unit for an hour"
        ),
        needed!("storage", PRICE, "a gigabyte (2^30 bytes) for a month"),
    ],
};

/// A price file.
pub static PRICES: Form = Form {
    what: "a price file",
    fields: &[
        needed!("region", Shape::Scalar(&REGION), "the Region"),
        needed!(
            "as_of",
            Shape::Scalar(&MONTH_TEXT),
            "the month in which the prices were valid"
        ),
        needed!(
            "standard",
            Shape::Map(&CLASS),
            "prices of the table class Standard"
        ),
        needed!(
            "infrequent_access",
            Shape::Map(&CLASS),
            "prices of the table class Standard-Infrequent Access"
        ),
        needed!(
            "point_in_time_recovery",
            PRICE,
            "a gigabyte of the table and its local indexes for a month"
        ),
        needed!(
            "stream_reads",
            PRICE,
            "a million requests that read the stream, other than for Lambda or a global table"
        ),
    ],
};

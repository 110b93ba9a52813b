//! The language's forms: every field, what may stand under it, and what it means.
//!
//! Promises: this is the only list of fields. The check of files, `design schema` and the field tables of
//! `design explain language` are made from it.

// Macros and not functions: the shapes inside must live as long as the statics.
macro_rules! field {
    ($name:literal, $shape:expr, $doc:literal $(,)?) => {
        Field {
            name: $name,
            required: false,
            shape: $shape,
            doc: $doc,
        }
    };
}
macro_rules! needed {
    ($name:literal, $shape:expr, $doc:literal $(,)?) => {
        Field {
            name: $name,
            required: true,
            shape: $shape,
            doc: $doc,
        }
    };
}

mod entities;
mod lexemes;
mod patterns;
mod prices;
mod settings;

use super::form::{Field, Form, Shape, VerbForms};
use entities::ENTITY;
pub use lexemes::NAME_PATTERN;
use lexemes::{
    CAPACITY, COUNT, DAYS, DERIVATION, DESIGN_NAME, NAME, OPTIONAL_NAME, OPTIONAL_PATH, PATH, RATE,
    REPEAT, RULE, SHARE, SIZE, SORT, TEXT, VALUE, WHOLE,
};
use patterns::PATTERN;
pub use prices::PRICES;
use settings::{CONSUMER, GENERATE, LEVELS, LIMITS, TABLE};

const NAME_: Shape = Shape::Scalar(&NAME);
const TEXT_: Shape = Shape::Scalar(&TEXT);
const VALUE_: Shape = Shape::Scalar(&VALUE);
const NAMES: Shape = Shape::OneOf(&[NAME_, Shape::List(&NAME_)]);
const TEXTS: Shape = Shape::OneOf(&[TEXT_, Shape::List(&TEXT_)]);
const PATHS: Shape = Shape::OneOf(&[Shape::Scalar(&PATH), Shape::List(&Shape::Scalar(&PATH))]);

/// The whole file.
pub static DESIGN: Form = Form {
    what: "a design",
    fields: &[
        needed!(
            "design",
            Shape::Scalar(&DESIGN_NAME),
            "names the table, the generated files and the module"
        ),
        field!("description", TEXT_, "what the design is for"),
        needed!(
            "entities",
            Shape::Entries(&NAME, &Shape::Map(&ENTITY)),
            "what is stored"
        ),
        field!(
            "patterns",
            Shape::Entries(&NAME, &Shape::Verbs(&PATTERN)),
            "what is asked of it: the access patterns"
        ),
        field!(
            "tenant",
            NAME_,
            "the attribute that says whose an item is, where tenants are kept apart"
        ),
        field!("table", Shape::Map(&TABLE), "settings of the table"),
        field!(
            "limits",
            Shape::Map(&LIMITS),
            "the account's quotas; LSIs only when asked for"
        ),
        field!(
            "consumers",
            Shape::Entries(&NAME, &Shape::Map(&CONSUMER)),
            "consumers of the stream"
        ),
        field!(
            "lints",
            Shape::Entries(&RULE, &Shape::Word(&LEVELS)),
            "how much the findings of a rule weigh: code or name to `deny`, `warn`, `note` or `allow`"
        ),
        field!(
            "generate",
            Shape::Map(&GENERATE),
            "what `design generate` writes, and where"
        ),
    ],
};

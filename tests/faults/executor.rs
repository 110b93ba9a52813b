//! Faults of the executor's keys that no plan can say: the engine gets other keys than the executor made.
//!
//! The plan stays as it is. Between executor and engine, every key that begins with some text is rewritten, in items and
//! requests alike, as an executor would that writes values wrongly. Rewriting a key twice is the same as once, since
//! keys that the engine answers come back in cursors.

use super::{Fault, rewrites};
use design::verify::engine::{Embedded, Engine, Fault as EngineFault};
use serde_json::{Value as Json, json};

pub(super) const FAULTS: &[Fault] = &[
    rewrites(
        "an unescaped delimiter, which is not refused",
        "shelves",
        ("BOOK#", |key| key.replace("%23", "#")),
    ),
    rewrites(
        "a negative number with its digits as they are",
        "ledger",
        ("ENTRY#", |key| key_with_plain_sign(key)),
    ),
    rewrites(
        "upper and lower case taken for the same",
        "shelves",
        ("BOOK#", |key| format!("BOOK#{}", key[5..].to_lowercase())),
    ),
    rewrites(
        "a key cut short",
        "shelves",
        ("BOOK#", |key| key.chars().take(9).collect()),
    ),
    rewrites(
        "blanks lost at the end of a value",
        "shelves",
        ("BOOK#", |key| key.replace("%20#", "#")),
    ),
];

/// What an executor does to keys that begin with a text.
pub(super) type Rewrite = (&'static str, fn(&str) -> String);

/// An engine that gets rewritten keys.
pub(super) struct Rewriting {
    pub(super) engine: Embedded,
    pub(super) rewrite: Rewrite,
}

impl Engine for Rewriting {
    fn call(&self, operation: &str, mut request: Json) -> Result<Json, EngineFault> {
        self.rewritten(&mut request);
        self.engine.call(operation, request)
    }

    fn name(&self) -> String {
        self.engine.name()
    }
}

impl Rewriting {
    fn rewritten(&self, json: &mut Json) {
        match json {
            Json::Array(all) => all.iter_mut().for_each(|e| self.rewritten(e)),
            Json::Object(all) => {
                for (name, value) in all {
                    match value.as_str() {
                        Some(text) if name == "S" && text.starts_with(self.rewrite.0) => {
                            *value = json!(self.rewrite.1(text));
                        }
                        _ => self.rewritten(value),
                    }
                }
            }
            _ => {}
        }
    }
}

/// Of `ENTRY#-9999999999999999957#`, the complement of 42, makes `ENTRY#-00000000000000000042#`.
fn key_with_plain_sign(key: &str) -> String {
    const WIDTH: usize = 19;
    let number = key
        .strip_prefix("ENTRY#-")
        .and_then(|rest| rest.get(..WIDTH));
    let Some(complement) = number.and_then(|digits| digits.parse::<u128>().ok()) else {
        return key.to_owned();
    };
    let rest = &key["ENTRY#-".len() + WIDTH..];
    // Rewritten already: one digit longer than what the encoding writes.
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return key.to_owned();
    }
    let plain = 10_u128.pow(19) - 1 - complement;
    format!("ENTRY#-{plain:020}{rest}")
}

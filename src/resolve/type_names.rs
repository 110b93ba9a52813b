//! The names of types, and what other tools call them.

use crate::diagnostic::Diagnostic;

/// The names of types that are one word.
pub(super) const TYPE_NAMES: [&str; 16] = [
    "string",
    "integer",
    "decimal",
    "boolean",
    "timestamp",
    "date",
    "month",
    "epoch",
    "uuid",
    "ulid",
    "ksuid",
    "binary",
    "list",
    "map",
    "set(string)",
    "set(number)",
];

/// What the unknown name of a type was probably meant to be.
pub(super) trait Meaning {
    /// A help with the type that was probably meant.
    fn meaning<'a>(self, text: &str, known: impl Iterator<Item = &'a str>) -> Self;
}

impl Meaning for Diagnostic {
    fn meaning<'a>(self, text: &str, known: impl Iterator<Item = &'a str>) -> Self {
        if let Some(ty) = text.strip_suffix('?') {
            return self.help(format!(
                "`?` stands after the name of the attribute: `name?: {ty}`"
            ));
        }
        let lower = text.to_lowercase();
        let elsewhere = match lower.as_str() {
            "text" | "str" | "txt" | "varchar" | "char" | "s" | "email" | "url" => Some("string"),
            "int" | "long" | "bigint" | "int64" | "i64" | "u64" | "counter" | "n" => {
                Some("integer")
            }
            "number" | "float" | "double" | "numeric" | "money" | "real" => Some("decimal"),
            "bool" | "flag" => Some("boolean"),
            "datetime" | "date_time" | "instant" | "time" | "iso8601" => Some("timestamp"),
            "unix" | "unixtime" | "ttl" | "seconds" => Some("epoch"),
            "bytes" | "blob" | "b" => Some("binary"),
            "guid" => Some("uuid"),
            "array" | "l" => Some("list"),
            "object" | "json" | "dict" | "struct" | "document" | "m" => Some("map"),
            "set" | "stringset" | "string_set" | "ss" | "set<string>" => Some("set(string)"),
            "ns" | "set<number>" | "set(integer)" | "set(decimal)" => Some("set(number)"),
            _ if lower.starts_with("list") || lower.starts_with("array") => Some("list"),
            _ if lower.starts_with("map") => Some("map"),
            "enum" => {
                return self
                    .help("an enumeration is the list of its values, such as `[placed, paid]`");
            }
            _ => None,
        };
        match elsewhere {
            Some(ty) => self.suggest(ty),
            None => self.did_you_mean(text, known),
        }
    }
}

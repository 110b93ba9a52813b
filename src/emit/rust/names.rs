//! Names of the design as names of Rust.
//!
//! Promises: two different things never have one name; a name is one that the language and its lints take.

use std::collections::{BTreeMap, BTreeSet};

/// Words that can stand with `r#`.
const RESERVED: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];
/// Words that cannot.
const OTHERS: &[&str] = &["self", "super", "crate", "Self", "_"];
/// Types that the module uses for itself.
const TYPES: &[&str] = &[
    "Action",
    "AllOld",
    "Any",
    "Arc",
    "Ask",
    "AttributeValue",
    "BTreeMap",
    "BTreeSet",
    "Blob",
    "Box",
    "BuildHasher",
    "Check",
    "Client",
    "Clone",
    "ConditionCheck",
    "ConditionFailed",
    "Copy",
    "Cursor",
    "Date",
    "Debug",
    "Decimal",
    "Default",
    "Delete",
    "DeleteItemFluentBuilder",
    "Display",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "Error",
    "Expression",
    "Failure",
    "Fn",
    "FnMut",
    "FnOnce",
    "Formatter",
    "From",
    "FromStr",
    "Future",
    "GetItemFluentBuilder",
    "Hash",
    "HashMap",
    "Hasher",
    "Into",
    "IntoIterator",
    "Item",
    "Iterator",
    "KeysAndAttributesBuilder",
    "Month",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Ordering",
    "Page",
    "PartialEq",
    "PartialOrd",
    "Poll",
    "Put",
    "PutItemFluentBuilder",
    "QueryFluentBuilder",
    "RandomState",
    "Result",
    "Row",
    "Run",
    "ScanFluentBuilder",
    "Self",
    "Send",
    "Sized",
    "Some",
    "State",
    "String",
    "Sync",
    "SystemTime",
    "Timestamp",
    "ToOwned",
    "ToString",
    "TransactWriteItem",
    "TransactWriteItemsFluentBuilder",
    "TryFrom",
    "TryInto",
    "Update",
    "UpdateItemFluentBuilder",
    "Vec",
    "Walk",
    "Write",
];

/// `OrderItem` of `order_item`, `order-item`, `orderItem` and `OrderItem`.
pub(super) fn pascal(name: &str) -> String {
    let parts = name.split(['_', '-']).filter(|p| !p.is_empty());
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|l| l.to_ascii_uppercase());
        let rest = letters.as_str();
        // `SKU` is a word like any other, and so are the letters before it.
        let rest = if part.len() > 1 && part.chars().all(|c| !c.is_ascii_lowercase()) {
            rest.to_ascii_lowercase()
        } else {
            rest.to_owned()
        };
        first.into_iter().collect::<String>() + &rest
    };
    parts.map(part).collect()
}

/// `order_item` of `OrderItem`, `orderItem` and `order_item`.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (place, letter) in letters.iter().enumerate() {
        if letter.is_ascii_uppercase() {
            let before = place.checked_sub(1).and_then(|p| letters.get(p));
            let after = letters.get(place + 1);
            let begins = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase)
                    && after.is_some_and(char::is_ascii_lowercase));
            if begins {
                out.push('_');
            }
            out.push(letter.to_ascii_lowercase());
        } else if letter.is_ascii_alphanumeric() {
            out.push(*letter);
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    let out = out.trim_matches('_');
    if out.is_empty() {
        "value".to_owned()
    } else {
        out.to_owned()
    }
}

/// A name that is no word of the language.
pub(super) fn ident(name: &str) -> String {
    if RESERVED.contains(&name) {
        format!("r#{name}")
    } else if OTHERS.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// More than one of something.
pub(super) fn many(name: &str) -> String {
    let vowel = |c: char| "aeiou".contains(c);
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(vowel) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|e| name.ends_with(e)) =>
        {
            format!("{name}es")
        }
        _ => format!("{name}s"),
    }
}

/// Names that are given once.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// Those of types: what the module uses for itself is taken.
    pub(super) fn types() -> Self {
        Self(TYPES.iter().map(|t| (*t).to_owned()).collect())
    }

    /// A name, with something behind it where it is taken.
    pub(super) fn give(&mut self, wanted: &str, otherwise: &str) -> String {
        let mut name = wanted.to_owned();
        if self.0.contains(&name) {
            name.push_str(otherwise);
        }
        let base = name.clone();
        let mut count = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{base}{count}");
            count += 1;
        }
        name
    }
}

/// What functions of the module call their own things.
const LOCAL: &[&str] = &[
    "a_map",
    "after",
    "any",
    "answer",
    "asked",
    "asks",
    "at_most",
    "before",
    "beginning",
    "bytes",
    "client",
    "compared",
    "cursor",
    "day",
    "decimal",
    "digits",
    "each",
    "elements",
    "escape",
    "every",
    "exists",
    "fit",
    "fit_bytes",
    "fnv",
    "followed",
    "found",
    "get_rows",
    "gone",
    "guard",
    "guards",
    "hex",
    "high",
    "holds",
    "input",
    "instant",
    "integer",
    "inverted",
    "is",
    "is_a",
    "item",
    "items",
    "joined",
    "key",
    "key_of",
    "keys",
    "kind",
    "least",
    "low",
    "meets",
    "missing",
    "need",
    "negative",
    "next",
    "not_empty",
    "now",
    "number",
    "number_of",
    "numbers",
    "one_of",
    "order",
    "page",
    "part",
    "partition",
    "partition_key",
    "pause",
    "plain",
    "put",
    "put_if",
    "raw",
    "read",
    "refusal",
    "refused",
    "request",
    "row",
    "rows",
    "same",
    "seconds_of",
    "seconds_up",
    "sets",
    "shard",
    "size",
    "sort",
    "sort_key",
    "states",
    "still",
    "sum",
    "table",
    "text",
    "texts",
    "the_text",
    "time_text",
    "together",
    "token",
    "transact",
    "transaction",
    "unhex",
    "value",
    "values",
    "walk",
    "without",
    "write",
    "write_cursor",
    "writes",
];

/// Variables that stand in one function with those of the design.
const BESIDE: &[&str] = &[
    "after",
    "alone",
    "asks",
    "before",
    "client",
    "count",
    "cursor",
    "entry",
    "filter",
    "followed",
    "found",
    "gone",
    "guard",
    "guards",
    "input",
    "item",
    "items",
    "key",
    "known",
    "left",
    "made",
    "names",
    "next",
    "now",
    "page",
    "partition",
    "partition_key",
    "request",
    "row",
    "rows",
    "seconds",
    "self",
    "sets",
    "sort",
    "sort_key",
    "source",
    "start",
    "strong",
    "time",
    "token",
    "total",
    "values",
    "walk",
    "write",
    "writes",
    "year",
];

/// Names of variables for the words of a design.
#[derive(Debug, Clone, Default)]
pub(super) struct Locals(BTreeMap<String, String>);

impl Locals {
    /// Those of some words: no two of them, and none and one of the module's own, are so near that they can be mistaken.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut given: Vec<String> = BESIDE.iter().map(|w| (*w).to_owned()).collect();
        let mut names = BTreeMap::new();
        for word in words {
            if names.contains_key(word) {
                continue;
            }
            let wanted = local(word);
            let base = bare(&wanted);
            let mut name = wanted.clone();
            let mut count = 1;
            while given.iter().any(|other| mistakable(other, &name)) {
                name = match count {
                    1 => format!("{base}_value"),
                    _ => format!("{base}_value{count}"),
                };
                count += 1;
            }
            given.push(name.clone());
            names.insert(word.to_owned(), name);
        }
        Self(names)
    }

    /// The variable of a word.
    pub(super) fn of(&self, word: &str) -> String {
        self.0.get(word).cloned().unwrap_or_else(|| local(word))
    }
}

/// A name without what tells it from another.
pub(super) fn bare(name: &str) -> &str {
    name.trim_start_matches("r#").trim_end_matches('_')
}

/// Whether two names differ in one letter in such a place that a lint warns of them: not where one only goes on after the
/// other, and not in a letter that stands alone before or after an underscore.
fn mistakable(one: &str, other: &str) -> bool {
    let (one, other) = ((one, one.chars().count()), (other, other.chars().count()));
    let ((short, least), (long, most)) = if one.1 <= other.1 {
        (one, other)
    } else {
        (other, one)
    };
    if least < 3 || most - least > 1 {
        return false;
    }
    let both = || short.chars().zip(long.chars());
    let Some(at) = both().position(|(a, b)| a != b) else {
        return false;
    };
    let rest = long.chars().skip(at + 1);
    if most > least {
        return short.chars().skip(at).eq(rest);
    }
    let underscore = |at: usize| short.chars().nth(at) == Some('_');
    let alone = (at == 0 && underscore(1)) || (at + 1 == least && underscore(least - 2));
    short.chars().skip(at + 1).eq(rest) && !alone
}

/// The name of a variable: none that the module uses for itself.
fn local(name: &str) -> String {
    let name = snake(name);
    if LOCAL.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        ident(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_can_be_mistaken_are_told_apart() {
        for (one, other) in [("self", "shelf"), ("row_pk", "row_sk"), ("name", "game")] {
            assert!(mistakable(one, other), "{one} and {other}");
        }
        for (one, other) in [("item", "items"), ("a_key", "b_key"), ("x1_a", "x1_b")] {
            assert!(!mistakable(one, other), "{one} and {other}");
        }
        let locals = Locals::new(["shelf", "name", "game", "key"]);
        let named = ["shelf", "name", "game", "key", "other"].map(|word| locals.of(word));
        assert_eq!(
            named,
            ["shelf_value", "name", "game_value", "key_", "other"]
        );
    }
}

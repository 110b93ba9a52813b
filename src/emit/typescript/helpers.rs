//! The helpers that a module has: those that its code names, and those that they name.
//!
//! They stand in one file, each with the comment before it; a blank line is between two of them.

use std::collections::HashSet;

/// The file of all helpers.
const ALL: &str = include_str!("../../../templates/typescript/helpers.ts");

/// Commands and errors of the SDK.
pub(super) const VALUES: &[&str] = &[
    "BatchGetItemCommand",
    "ConditionalCheckFailedException",
    "DeleteItemCommand",
    "GetItemCommand",
    "PutItemCommand",
    "QueryCommand",
    "ScanCommand",
    "TransactWriteItemsCommand",
    "TransactionCanceledException",
    "UpdateItemCommand",
];

/// Types of the SDK.
pub(super) const TYPES: &[&str] = &[
    "AttributeValue",
    "DeleteItemCommandInput",
    "DynamoDBClient",
    "GetItemCommandInput",
    "KeysAndAttributes",
    "PutItemCommandInput",
    "QueryCommandInput",
    "ScanCommandInput",
    "TransactWriteItem",
    "UpdateItemCommandInput",
];

/// What every module has, whatever its code names.
const ALWAYS: &[&str] = &["CallOptions", "ClientOptions", "Sender", "wait"];

/// Who has values of a type needs the function that makes them, and who has pages what goes through them.
const COMPANIONS: &[(&str, &str)] = &[
    ("Timestamp", "timestamp"),
    ("Day", "day"),
    ("Month", "month"),
    ("Decimal", "decimal"),
    ("PageOptions", "pages"),
    ("PageOptions", "items"),
];

/// A helper: what it is called, and its text.
struct Helper {
    names: Vec<String>,
    text: String,
}

/// The helpers that code of some names needs, in their order.
pub(super) fn of(in_code: &HashSet<&str>) -> Vec<String> {
    let all = read();
    let mut wanted: Vec<bool> = all
        .iter()
        .map(|h| {
            h.names
                .iter()
                .any(|n| ALWAYS.contains(&n.as_str()) || in_code.contains(n.as_str()))
        })
        .collect();
    let in_helpers: Vec<HashSet<&str>> = all.iter().map(|h| named(&h.text)).collect();
    loop {
        let mut grown = false;
        for (with, companion) in COMPANIONS {
            let place = |name: &str| all.iter().position(|h| h.names.iter().any(|n| n == name));
            if let Some((of, its)) = place(with).zip(place(companion))
                && wanted[of]
                && !wanted[its]
            {
                wanted[its] = true;
                grown = true;
            }
        }
        for place in 0..all.len() {
            let needed = !wanted[place]
                && all[place].names.iter().any(|name| {
                    let mut others = in_helpers.iter().zip(&wanted);
                    others.any(|(names, wanted)| *wanted && names.contains(name.as_str()))
                });
            if needed {
                wanted[place] = true;
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    let kept = all.into_iter().zip(wanted);
    kept.filter(|(_, wanted)| *wanted)
        .map(|(h, _)| h.text)
        .collect()
}

/// The names of all helpers.
pub(super) fn names() -> Vec<String> {
    read().into_iter().flat_map(|h| h.names).collect()
}

fn read() -> Vec<Helper> {
    let mut made: Vec<Helper> = Vec::new();
    let mut text = String::new();
    let mut inside = false;
    for line in ALL.lines() {
        // A block ends with a line that closes it at the margin; blank lines inside are indented code's.
        if line.is_empty() && !inside {
            push(&mut made, &mut text);
            continue;
        }
        text.push_str(line);
        text.push('\n');
        let closes = line.starts_with('}') || line.starts_with(')') || line.ends_with(';');
        let at_margin = !line.starts_with(' ');
        if at_margin && !line.starts_with('/') {
            inside = !closes;
        }
    }
    push(&mut made, &mut text);
    made
}

fn push(to: &mut Vec<Helper>, text: &mut String) {
    let text = std::mem::take(text);
    let names: Vec<String> = text.lines().filter_map(declared).collect();
    if !names.is_empty() {
        to.push(Helper { names, text });
    }
}

/// The name that a line declares.
fn declared(line: &str) -> Option<String> {
    const WORDS: &[&str] = &[
        "class",
        "const",
        "function",
        "function*",
        "interface",
        "type",
    ];
    let mut rest = line;
    for word in ["export ", "declare ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let (word, rest) = rest.split_once(' ')?;
    if !WORDS.contains(&word) {
        return None;
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    Some(rest[..end].to_owned())
}

/// The names in a code: whole words outside of comments.
pub(super) fn named(code: &str) -> HashSet<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let lines = code.lines().filter(|l| {
        let l = l.trim_start();
        !["//", "/*", "*"].iter().any(|c| l.starts_with(c))
    });
    let mut made = HashSet::new();
    for line in lines {
        let marks = line.match_indices(|c| !word(c));
        let ends = marks.map(|(end, mark)| (end, end + mark.len()));
        let mut start = 0;
        for (end, next) in ends.chain([(line.len(), line.len())]) {
            let (before, name) = (&line[..start], &line[start..end]);
            // A property of something is another name, a spread is not.
            let property = before.ends_with('.') && !before.ends_with("...");
            if !name.is_empty() && !property {
                made.insert(name);
            }
            start = next;
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_helper_brings_what_it_names() {
        let text = of(&named("padded(1, 2)")).concat();
        assert!(text.contains("function integerText("));
        assert!(text.contains("class Refused"));
        assert!(!text.contains("function getItem("));
    }

    #[test]
    fn names_are_whole_words_and_no_properties() {
        assert!(named("a(key)").contains("key"));
        assert!(named("{ ...key }").contains("key"));
        assert!(!named("a.key").contains("key"));
        assert!(!named("keys").contains("key"));
        assert!(!named("// key").contains("key"));
    }
}

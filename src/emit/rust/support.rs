//! The parts of the module that are the same for every design, of which each has only what it uses.
//!
//! Promises: a part is printed when its name, or what it says it waits for, is used by what is printed; and only then.

use std::collections::HashMap;

/// The parts outside of the module `keys`, in the order in which they are printed.
const PARTS: [&str; 12] = [
    include_str!("../../../templates/rust/times.rs"),
    include_str!("../../../templates/rust/decimals.rs"),
    include_str!("../../../templates/rust/values.rs"),
    include_str!("../../../templates/rust/errors.rs"),
    include_str!("../../../templates/rust/cursors.rs"),
    include_str!("../../../templates/rust/checks.rs"),
    include_str!("../../../templates/rust/pages.rs"),
    include_str!("../../../templates/rust/counts.rs"),
    include_str!("../../../templates/rust/batches.rs"),
    include_str!("../../../templates/rust/writes.rs"),
    include_str!("../../../templates/rust/transactions.rs"),
    include_str!("../../../templates/rust/lists.rs"),
];
/// Those inside of it.
const KEYS: &str = include_str!("../../../templates/rust/keys.rs");

/// When a part is printed.
#[derive(Debug, Clone)]
enum Wait {
    /// When its name is used.
    Name(String),
    /// When a text is there.
    Text(String),
    /// With another part.
    With(String),
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    wait: Wait,
    text: String,
}

/// Reads parts: each begins with `//@ name`, `//@ name in-text X` or `//@ name with X`.
fn parts(text: &str) -> Vec<Part> {
    let mut made: Vec<Part> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("//@ ") {
            let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
            let wait = match rest.split_once(' ') {
                Some(("in-text", text)) => Wait::Text(text.to_owned()),
                Some(("with", other)) => Wait::With(other.to_owned()),
                _ => Wait::Name(name.to_owned()),
            };
            made.push(Part {
                name: name.to_owned(),
                wait,
                text: String::new(),
            });
        } else if let Some(part) = made.last_mut() {
            part.text.push_str(line);
            part.text.push('\n');
        }
    }
    made
}

/// The words of some code, and how each occurs.
#[derive(Clone, Default)]
pub(super) struct Words<'a>(HashMap<&'a str, Occurs>);

/// How a word occurs, beside that it does.
#[derive(Debug, Clone, Copy, Default)]
struct Occurs {
    /// As a function that is called.
    called: bool,
    /// As a value that is passed on.
    passed: bool,
}

impl<'a> Words<'a> {
    /// The words of a code outside of comments.
    pub(super) fn of(code: &'a str) -> Self {
        let mut made = Self::default();
        made.read(code);
        made
    }

    /// Adds those of another code.
    pub(super) fn read(&mut self, code: &'a str) {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        for line in code.lines().filter(is_code) {
            let marks = line.match_indices(|c| !word(c));
            let ends = marks.map(|(end, mark)| (end, end + mark.len()));
            let mut start = 0;
            for (end, next) in ends.chain([(line.len(), line.len())]) {
                let (before, name, after) = (&line[..start], &line[start..end], &line[end..]);
                start = next;
                if name.is_empty() {
                    continue;
                }
                let occurs = self.0.entry(name).or_default();
                occurs.called |=
                    after.starts_with('(') && !before.ends_with('.') && !before.ends_with("fn ");
                occurs.passed |= before.ends_with(['(', ' ']) && after.starts_with([')', ',']);
            }
        }
    }

    /// Whether a name is used: a type where it occurs as a word; a function where it is called, or passed on.
    pub(super) fn uses(&self, name: &str) -> bool {
        let function = name.starts_with(|c: char| c.is_ascii_lowercase());
        self.0.get(name).is_some_and(|occurs| {
            !function || occurs.called || (occurs.passed && name.contains('_'))
        })
    }
}

/// Whether a line is code: in comments, names are no uses.
fn is_code(line: &&str) -> bool {
    !line.trim_start().starts_with("//")
}

/// The text without comments.
fn bare(text: &str) -> String {
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// Whether each of `all` is needed, by the text around, of these words, and by others of them.
fn needed<'a>(all: &'a [Part], around: &str, mut words: Words<'a>) -> Vec<bool> {
    let mut chosen = vec![false; all.len()];
    let mut text = bare(around);
    loop {
        let before = chosen.clone();
        for (place, part) in all.iter().enumerate() {
            chosen[place] = chosen[place]
                || match &part.wait {
                    Wait::Name(name) => words.uses(name),
                    Wait::Text(of) => begun(all, &chosen, &part.name) && text.contains(of.as_str()),
                    Wait::With(of) => all.iter().zip(&chosen).any(|(p, c)| *c && p.name == *of),
                };
        }
        if chosen == before {
            return chosen;
        }
        let places = before.iter().zip(&chosen);
        for (part, _) in all.iter().zip(places).filter(|(_, (was, is))| was != is) {
            words.read(&part.text);
            text.push_str(&bare(&part.text));
            text.push('\n');
        }
    }
}

/// Whether the part is there that one of the name `part.more` goes on with.
fn begun(all: &[Part], chosen: &[bool], name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    all.iter().zip(chosen).any(|(p, c)| *c && p.name == first)
}

/// What is used of the module's own parts, and of those of `keys`.
pub(super) struct Used {
    pub(super) outside: String,
    pub(super) keys: String,
}

/// The parts that a text of some words and the text of `keys` use.
pub(super) fn used(text: &str, of_text: &Words<'_>, keys: &str) -> Used {
    let inside = parts(KEYS);
    let chosen = needed(&inside, keys, Words::of(keys));
    let mut in_keys = String::new();
    for (part, _) in inside.iter().zip(&chosen).filter(|(_, c)| **c) {
        in_keys.push('\n');
        in_keys.push_str(&part.text);
    }
    let outside: Vec<Part> = PARTS.iter().flat_map(|p| parts(p)).collect();
    let mut words = of_text.clone();
    words.read(keys);
    words.read(&in_keys);
    let chosen = needed(&outside, &format!("{text}\n{keys}\n{in_keys}"), words);
    let mut all = String::new();
    for (part, _) in outside.iter().zip(&chosen).filter(|(_, c)| **c) {
        // A part that goes on with another is not set off from it; methods are set off by the blank line before them.
        let method = part.text.trim_start_matches('\n').starts_with("    ///");
        match (&part.wait, method) {
            (Wait::Name(_), _) => all.push('\n'),
            (Wait::Text(_), true) if part.text.contains("fn ") => all.push('\n'),
            _ => {}
        }
        all.push_str(&part.text);
    }
    Used {
        outside: all,
        keys: in_keys,
    }
}

/// What comes from elsewhere: its path, by the name that is used.
const PATHS: &[&str] = &[
    "aws_sdk_dynamodb::Client",
    "aws_sdk_dynamodb::config::AsyncSleep",
    "aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder",
    "aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder",
    "aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder",
    "aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder",
    "aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder",
    "aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder",
    "aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder",
    "aws_sdk_dynamodb::primitives::Blob",
    "aws_sdk_dynamodb::types::AttributeValue",
    "aws_sdk_dynamodb::types::ConditionCheck",
    "aws_sdk_dynamodb::types::Delete",
    "aws_sdk_dynamodb::types::KeysAndAttributes",
    "aws_sdk_dynamodb::types::Put",
    "aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld",
    "aws_sdk_dynamodb::types::TransactWriteItem",
    "aws_sdk_dynamodb::types::Update",
    "aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder",
    "std::cmp::Ordering",
    "std::collections::BTreeSet",
    "std::collections::HashMap",
    "std::collections::VecDeque",
    "std::fmt::self",
    "std::fmt::Display",
    "std::fmt::Formatter",
    "std::future::poll_fn",
    "std::hash::BuildHasher",
    "std::hash::Hasher",
    "std::hash::RandomState",
    "std::str::FromStr",
    "std::sync::Arc",
    "std::task::Poll",
    "std::time::Duration",
    "std::time::SystemTime",
];

/// The `use` lines of a text of some words, in the order of `rustfmt`.
pub(super) fn imports(text: &str, words: &Words<'_>) -> String {
    let text = bare(text);
    let mut out = String::new();
    for path in PATHS {
        let name = path.rsplit("::").next().unwrap_or(path);
        let wanted = match name {
            "self" => text.contains("fmt::Result"),
            "RandomState" | "Hasher" | "BuildHasher" => text.contains("RandomState::new()"),
            // Names of traits and of parts of transactions are also those of methods and steps.
            "Put" | "Update" | "Delete" | "ConditionCheck" | "KeysAndAttributes" => {
                text.contains(&format!("{name}::builder()"))
            }
            "AsyncSleep" => text.contains(".sleep("),
            "poll_fn" => text.contains("poll_fn("),
            "AllOld" => text.contains("(AllOld)"),
            _ => words.uses(name),
        };
        if wanted {
            let path = path.replace("fmt::self", "fmt");
            out.push_str(&format!("use {path};\n"));
        }
    }
    out
}

/// Whether the variable of a declaration occurs in code.
pub(super) fn mentions(text: &str, declared: &str) -> bool {
    let name = declared.split(':').next().unwrap_or(declared);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(word) && !before.ends_with(['.', '"']) && !after.starts_with(word)
    })
}

/// What comes before the parts of a template, and the parts that are used.
pub(super) fn shaken(template: &str, around: &str) -> String {
    let head: String = template
        .lines()
        .take_while(|line| !line.starts_with("//@ "))
        .fold(String::new(), |text, line| text + line + "\n");
    let all = parts(template);
    let around = format!("{head}\n{around}");
    let chosen = needed(&all, &around, Words::of(&around));
    let mut out = head;
    for (part, _) in all.iter().zip(&chosen).filter(|(_, c)| **c) {
        out.push('\n');
        out.push_str(&part.text);
    }
    out
}

//! Reading the plain part of YAML from the events of serde-saphyr's own parser.
//!
//! Promises: [`read`] gives the tree that serde-saphyr gives, or `None`. It leaves to serde-saphyr whatever a design file
//! seldom has, and all that is an error: anchors, tags, directives, keys that are no text, keys that stand twice, deep
//! nesting, numbers in unusual writing, more values than any design.
//!
//! Why there are two ways: serde-saphyr gives the place of a value through its interface for typed values, and that takes as
//! long as reading the text. Most of a large design's way from file to plan cannot start before the file is read.

use super::yaml::MOST_LEVELS;
use super::{Node, ScalarKind, Value};
use crate::source::Span;
use granit_parser::{Event, Parser, ScalarStyle, Span as Place, StrInput};

/// So many values and bytes are few for serde-saphyr, which refuses 250,000 values, and 64 MB of texts.
const MOST_VALUES: usize = 100_000;
const MOST_BYTES: usize = 1 << 24;

/// The tree of a text that has nothing unusual.
pub(super) fn read(text: &str) -> Option<Node> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let options = granit_parser::options! { emit_comments: false };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(text, options),
        text,
        values: 0,
    };
    reader.document()
}

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    text: &'t str,
    values: usize,
}

impl<'t> Reader<'t> {
    /// The one document, whose root is a map.
    fn document(&mut self) -> Option<Node> {
        let (Event::StreamStart, _) = self.next()? else {
            return None;
        };
        let (Event::DocumentStart(_, None), _) = self.next()? else {
            return None;
        };
        let (root @ Event::MappingStart(..), place) = self.next()? else {
            return None;
        };
        let tree = self.node(root, place, MOST_LEVELS)?;
        let (Event::DocumentEnd, _) = self.next()? else {
            return None;
        };
        let (Event::StreamEnd, _) = self.next()? else {
            return None;
        };
        Some(tree)
    }

    fn next(&mut self) -> Option<(Event<'t>, Place)> {
        self.events.next_event()?.ok()
    }

    /// The node that an event begins; below it are so many levels at most.
    fn node(&mut self, event: Event<'t>, place: Place, levels: usize) -> Option<Node> {
        self.values += 1;
        let levels = levels.checked_sub(1)?;
        if self.values > MOST_VALUES {
            return None;
        }
        let span = place.byte_range()?;
        let mut span = Span {
            start: span.start,
            end: span.end,
        };
        let value = match event {
            Event::Scalar(text, ScalarStyle::Plain, 0, None) => {
                plain(text.into_owned(), self.text.get(span.start..span.end)?)?
            }
            Event::Scalar(text, _, 0, None) => Value::Scalar {
                text: text.into_owned(),
                kind: ScalarKind::Text,
            },
            Event::SequenceStart(_, 0, None) => Value::List(self.items(levels)?),
            Event::MappingStart(_, 0, None) => {
                let entries = self.entries(levels)?;
                if span.start == span.end {
                    // A block map has no character of its own; its first key stands for it.
                    span = entries.first().map_or(span, |(key, _)| key.span);
                }
                Value::Map(entries)
            }
            _ => return None,
        };
        Some(Node { span, value })
    }

    fn items(&mut self, levels: usize) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(items),
                (event, place) => items.push(self.node(event, place, levels)?),
            }
        }
    }

    fn entries(&mut self, levels: usize) -> Option<Vec<(Node, Node)>> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                (event, place) => self.node(event, place, levels)?,
            };
            let (event, place) = self.next()?;
            entries.push((key, self.node(event, place, levels)?));
        }
        are_names(&entries).then_some(entries)
    }
}

/// Whether all keys are different texts, and none asks to merge maps.
fn are_names(entries: &[(Node, Node)]) -> bool {
    let names = entries.iter().map(|(key, _)| name(key));
    let Some(mut names) = names.collect::<Option<Vec<&str>>>() else {
        return false;
    };
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

fn name(key: &Node) -> Option<&str> {
    match &key.value {
        Value::Scalar {
            text,
            kind: ScalarKind::Text,
        } if text != "<<" => Some(text),
        _ => None,
    }
}

/// A plain scalar without a tag, as it reads and as it stands in the file. `None` where it takes knowledge of YAML to tell a
/// number from a text.
fn plain(text: String, written: &str) -> Option<Value> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let kind = match unsigned.as_bytes() {
        [] if text.is_empty() => return Some(Value::Null),
        [b'~'] | [b'n' | b'N', ..] if is("~") || is("null") => return Some(Value::Null),
        [b't' | b'T', ..] if is("true") => ScalarKind::Boolean,
        [b'f' | b'F', ..] if is("false") => ScalarKind::Boolean,
        [b'0'] | [b'0', b'.', ..] | [b'1'..=b'9', ..] => number(&text)?,
        // Infinities and what is none, other bases, signs.
        [b'+' | b'.' | b'0' | b'~', ..] => return None,
        _ => ScalarKind::Text,
    };
    let text = match kind {
        ScalarKind::Text => text,
        ScalarKind::Boolean => text.to_ascii_lowercase(),
        ScalarKind::Number => written.to_owned(),
    };
    Some(Value::Scalar { text, kind })
}

/// What begins with a digit; none where it has digits in groups or is greater than any number.
fn number(text: &str) -> Option<ScalarKind> {
    if text.contains('_') {
        return None;
    }
    match text.parse::<f64>() {
        Ok(number) => number.is_finite().then_some(ScalarKind::Number),
        Err(_) => Some(ScalarKind::Text),
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test ends there")]
mod tests {
    use super::*;
    use crate::document::yaml::whole;
    use crate::source::Source;
    use proptest::prelude::*;
    use std::path::{Path, PathBuf};

    /// Whether it was read; what was read is compared with the other way.
    fn is_read(text: &str) -> bool {
        let Some(tree) = read(text) else {
            return false;
        };
        let other = whole(&Source::new("t", text));
        assert_eq!(Some(tree), other.ok(), "{text}");
        true
    }

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_trees_are_those_of_the_library() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap_or_default();
        for (folder, all_are_read) in [("examples", true), ("src", true), ("tests", false)] {
            let mut all = Vec::new();
            files(&project.join(folder), &mut all);
            assert!(!all.is_empty());
            for path in all {
                let read = is_read(&text(&path));
                assert!(read || !all_are_read, "{}", path.display());
            }
        }
    }

    #[test]
    fn scalars_are_those_of_the_library() {
        let mut read = 0;
        let scalars = [
            "",
            "~",
            "null",
            "NULL",
            "nUll",
            "nulls",
            "true",
            "TRUE",
            "tRue",
            "trues",
            "yes",
            "no",
            "on",
            "f",
            "false",
            "0",
            "00",
            "01",
            "0.5",
            "0.50",
            "00.5",
            "1",
            "12",
            "1.5",
            "1.",
            ".5",
            "1.5.1",
            "500/s",
            "0/s",
            "10KB",
            "1e5",
            "1_000",
            "0x1F",
            "0o7",
            "0b1",
            "1e",
            "1-2",
            "2024-01-01",
            "-",
            "-1",
            "-0",
            "-01",
            "-1.50",
            "-x",
            "--1",
            "+1",
            ".inf",
            "-.inf",
            ".nan",
            "inf",
            "nan",
            "infinity",
            "123456789012345",
            "1234567890123456789",
            "12345678901234567890",
            "99999999999999999999999999",
            "0.1234567890123456789",
            "é",
            "$x",
            "'5'",
            "\"5\"",
            "\"\\u0041\"",
            "''",
            "\"\"",
            "'a''b'",
            "|\n   5\n",
            ">\n   a\n   b\n",
            "a\n   b",
            "[]",
            "{}",
            "[a, 1]",
            "{a: 1}",
            "[[a], {b: c}]",
            "&a b",
            "*a",
            "!!str 5",
            "!x y",
            "a#b",
            "a # b",
            "a:b",
            "\"a: b\"",
            "?",
            "[a, b: c]",
            "{a}",
            "[,]",
        ];
        for scalar in scalars {
            for text in [
                format!("k: {scalar}\n"),
                format!("- {scalar}\n"),
                format!("k:\n  - {scalar}\n  - x\n"),
                format!("{scalar}: k\n"),
                format!("{scalar}: k\n{scalar}: l\n"),
                format!("\u{feff}# c\n---\nk: {scalar} # d\n...\n"),
            ] {
                read += usize::from(is_read(&text));
            }
        }
        assert!(read > 150, "{read}");
    }

    #[test]
    fn what_is_unusual_is_left() {
        for text in [
            "k: &a b\n",
            "k: !!str b\n",
            "k: 1\nk: 2\n",
            "<<: {a: b}\n",
            "1: a\n",
            "%YAML 1.2\n---\nk: v\n",
            "k: v\n---\n",
            "k: [\n",
            "- a\n",
            "",
            "k",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let deep = format!("k: {}{}", "[".repeat(MOST_LEVELS), "]".repeat(MOST_LEVELS));
        assert_eq!(read(&deep), None);
        let many = format!("k: [{}]", "a,".repeat(MOST_VALUES));
        assert_eq!(read(&many), None);
        let long = format!("k: {}", "a".repeat(MOST_BYTES));
        assert_eq!(read(&long), None);
    }

    const WORDS: [&str; 40] = [
        "a", "b", "key", "k: ", ": ", "- ", "\n", "\n  ", "\n    ", " ", "[", "]", "{", "}", ", ",
        "'", "\"", "|\n", ">-\n", "# c", "1", "0", "-1", "1.5", "true", "null", "~", "&x ", "*x",
        "!t ", "<<: ", "? ", "---\n", "...\n", "\\", "é", "\t", "%", "@", "e5",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn any_words_are_read_alike(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..40)) {
            is_read(&words.concat());
        }

        #[test]
        fn a_changed_file_is_read_alike(at in 0..2000usize, word in prop::sample::select(&WORDS[..]), cut in 0..8usize) {
            let text = include_str!("../../examples/shop/design.yaml");
            let at = text.char_indices().map(|(i, _)| i).nth(at).unwrap_or(text.len());
            let (before, after) = text.split_at(at);
            let rest: String = after.chars().skip(cut).collect();
            is_read(&format!("{before}{word}{rest}"));
        }
    }
}

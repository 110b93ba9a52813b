//! Reading YAML into [`Node`]s with serde-saphyr, the only place that knows the library (and [`events`] its parser).
//!
//! Promises: one document, no merge keys, no duplicate keys; a syntax error is a [`Diagnostic`] with its place.

use super::{Node, ScalarKind, Value, events};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Location, Spanned};

/// How deep lists and maps may stand in each other. The language itself has eight levels; the reader and everything that
/// walks the tree go down by calling themselves, and this many calls fit on the stack of any thread, optimised or not.
pub(super) const MOST_LEVELS: usize = 24;

/// Reads the file.
///
/// # Errors
/// D0101 where the text is not one YAML document.
pub fn parse(source: &Source) -> Result<Node, Diagnostic> {
    if source.text.trim().is_empty() {
        return Err(empty(Span::default(), "the file is empty"));
    }
    events::read(&source.text).map_or_else(|| whole(source), Ok)
}

/// Reads a file in which anything may stand, or which is none.
pub(super) fn whole(source: &Source) -> Result<Node, Diagnostic> {
    // The reader's own default refuses infinities; as text they reach the checks that name them.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MOST_LEVELS,
            flow_nesting_limit: MOST_LEVELS,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    let raw = serde_saphyr::from_str_with_options::<Spanned<Raw>>(&source.text, options)
        .map_err(|error| syntax_error(&error, source))?;
    let tree = node(raw, &source.text);
    if tree.value == Value::Null {
        return Err(empty(
            tree.span,
            "there is nothing but comments in the file",
        ));
    }
    Ok(tree)
}

fn empty(span: Span, message: &str) -> Diagnostic {
    Diagnostic::at(Code::D0101, span, message)
        .note("a design file has at least the fields `design` and `entities`")
        .help("`design init` writes a commented starter")
}

fn syntax_error(error: &serde_saphyr::Error, source: &Source) -> Diagnostic {
    let span = error
        .location()
        .map_or_else(Span::default, |l| span_of(l, &source.text));
    let full = error.to_string();
    // The library's text begins with the position, which the rendered snippet shows anyway.
    let text = full.strip_prefix("error: ").unwrap_or(&full);
    let text = match text.split_once(": ") {
        Some((position, rest)) if position.starts_with("line ") => rest,
        _ => text,
    };
    let text = text
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(text);
    let first = text.lines().next().unwrap_or("not YAML");
    let first = first.split(" at line ").next().unwrap_or(first);
    let (message, note, help) = explained(first);
    let message = message.unwrap_or_else(|| format!("invalid YAML: {first}"));
    Diagnostic::at(Code::D0101, span, message)
        .note(note)
        .help(help)
}

/// A message of the library in words of the user, why it is an error, and what to write.
fn explained(text: &str) -> (Option<String>, &'static str, &'static str) {
    let quoted = || text.split(['`', '\'']).nth(1).unwrap_or_default();
    let cases: [(&str, Option<String>, &str, &str); 13] = [
        (
            "unexpected character",
            Some(format!(
                "a text without quotes cannot begin with `{}`",
                quoted()
            )),
            "YAML has given this character a meaning of its own",
            "put the text into quotes",
        ),
        (
            "unclosed bracket",
            Some(format!("this `{}` is never closed", quoted())),
            "a list in brackets or a map in braces goes on to its closing bracket, over line ends",
            "close it where it ends",
        ),
        (
            "illegal placement of ':'",
            Some("a `:` where none can stand".to_owned()),
            "inside `[...]` there are no names; often a bracket before this place was not closed",
            "close the bracket before it, or put the text into quotes",
        ),
        (
            "mapping values are not allowed",
            Some("a second `: ` in a line".to_owned()),
            "a colon with a space after it separates a name from its value",
            "put the text that holds the colon into quotes",
        ),
        (
            "duplicate mapping key",
            Some(format!(
                "`{}` stands twice in one map",
                text.rsplit(": ").next().unwrap_or_default()
            )),
            "the second would silently take the place of the first",
            "remove one of them, or give it another name",
        ),
        (
            "merge keys",
            Some("`<<` is not a part of the language".to_owned()),
            "merge keys are of YAML 1.1 only, and hide which fields a map has",
            "write the fields out",
        ),
        (
            "multiline quoted scalar",
            Some("a quoted text is still open here".to_owned()),
            "the quote that opens it, in a line before, is not closed",
            "close the quote where the text ends",
        ),
        (
            "tabs disallowed",
            Some("a tab as indentation".to_owned()),
            "YAML indents with spaces only",
            "put two spaces in the place of each tab",
        ),
        (
            "multiple YAML documents",
            Some("a second document begins here".to_owned()),
            "a file is one design",
            "remove the `---` before it, or put the design into a file of its own",
        ),
        (
            "unknown anchor",
            Some("this alias has no anchor".to_owned()),
            "`*name` repeats what stands after `&name` earlier in the file",
            "write the value out; a text that begins with `*` needs quotes",
        ),
        (
            "did not find expected key",
            Some(
                "this line is indented neither like the map before it nor like one above it"
                    .to_owned(),
            ),
            "the fields of a map begin in one column",
            "indent it like the fields that it belongs to",
        ),
        (
            "limit exceeded",
            None,
            "a design needs none of this: the bound is there for files that are made to exhaust the reader",
            "make the file smaller or flatter",
        ),
        (
            "control character",
            None,
            "a YAML file is printable text",
            "remove the character, or write it escaped in double quotes, such as `\"\\t\"`",
        ),
    ];
    for (part, message, note, help) in cases {
        if text.contains(part) {
            return (message, note, help);
        }
    }
    (
        None,
        "the reader lost the thread here; the cause is often just before it",
        "look for an open quote or bracket, a wrong indentation, or a `:` without a space",
    )
}

/// A span from a location; the reader counts in characters where it has no bytes.
fn span_of(location: Location, text: &str) -> Span {
    let span = location.span();
    let known = |v: Option<u64>| {
        v.and_then(|v| usize::try_from(v).ok())
            .filter(|v| *v <= text.len())
    };
    if let (Some(start), Some(len)) = (known(span.byte_offset()), known(span.byte_len())) {
        return Span {
            start,
            end: (start + len).min(text.len()),
        };
    }
    let characters = usize::try_from(span.offset()).unwrap_or(usize::MAX);
    let start = text
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at);
    Span {
        start,
        end: text
            .get(start..)
            .and_then(|t| t.chars().next())
            .map_or(start, |c| start + c.len_utf8()),
    }
}

enum Raw {
    Null,
    Boolean(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<Self>, Spanned<Self>)>),
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let span = span_of(raw.defined, text);
    let written = || {
        text.get(span.start..span.end)
            .map(str::trim)
            .filter(|t| !t.is_empty())
    };
    let scalar = |text: String, kind| Value::Scalar { text, kind };
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Boolean(b) => scalar(b.to_string(), ScalarKind::Boolean),
        Raw::Number(n) => scalar(written().map_or(n, str::to_owned), ScalarKind::Number),
        Raw::Text(t) => scalar(t, ScalarKind::Text),
        Raw::List(items) => Value::List(items.into_iter().map(|i| node(i, text)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(k, v)| (node(k, text), node(v, text)))
                .collect(),
        ),
    };
    let span = match &value {
        // A block map has no character of its own; its first key stands for it.
        Value::Map(entries) if span.start == span.end => {
            entries.first().map_or(span, |(k, _)| k.span)
        }
        _ => span,
    };
    Node { span, value }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E: Error>(self, v: bool) -> Result<Raw, E> {
        Ok(Raw::Boolean(v))
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<Raw, E> {
        Ok(Raw::Number(v.to_string()))
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<Raw, E> {
        Ok(Raw::Number(v.to_string()))
    }
    fn visit_i128<E: Error>(self, v: i128) -> Result<Raw, E> {
        Ok(Raw::Number(v.to_string()))
    }
    fn visit_u128<E: Error>(self, v: u128) -> Result<Raw, E> {
        Ok(Raw::Number(v.to_string()))
    }
    fn visit_f64<E: Error>(self, v: f64) -> Result<Raw, E> {
        Ok(Raw::Number(v.to_string()))
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<Raw, E> {
        Ok(Raw::Text(v.to_owned()))
    }
    fn visit_string<E: Error>(self, v: String) -> Result<Raw, E> {
        Ok(Raw::Text(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]
mod tests {
    use super::*;

    fn read(text: &str) -> Node {
        parse(&Source::new("t", text)).unwrap_or_else(|d| panic!("{}", d.message))
    }

    #[test]
    fn scalars_keep_their_text_and_place() {
        let text = "é: 1.10\nyes: no\nb: true\nq: \"5\"\ne:\n";
        let tree = read(text);
        let value = tree.get("é").expect("there");
        assert_eq!(value.text(), Some("1.10"));
        assert_eq!(&text[value.span.start..value.span.end], "1.10");
        assert_eq!(tree.get("yes").and_then(Node::text), Some("no"));
        assert_eq!(tree.get("b").and_then(Node::boolean), Some(true));
        assert_eq!(tree.get("q").and_then(Node::text), Some("5"));
        assert_eq!(tree.get("e").map(|n| &n.value), Some(&Value::Null));
    }

    #[test]
    fn syntax_errors_have_a_place() {
        for (text, line) in [
            ("a: [1,\nb: 2", 1),
            ("a: 1\na: 2\n", 2),
            ("a: *x\n", 1),
            ("a: 1\n---\nb: 2\n", 3),
        ] {
            let source = Source::new("t", text);
            let error = parse(&source).expect_err(text);
            assert_eq!(
                source.position(error.span().expect("place")).line,
                line,
                "{text:?}: {}",
                error.message
            );
        }
    }
}

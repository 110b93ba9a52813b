//! Reading YAML into [`Node`]s with serde-saphyr, the only place that knows the library.
//!
//! Promises: one document, no merge keys, no duplicate keys; a syntax error is a [`Diagnostic`] with its place.

use super::{Node, ScalarKind, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Location, Spanned};

/// Reads the file.
///
/// # Errors
/// D0101 where the text is not one YAML document.
pub fn parse(source: &Source) -> Result<Node, Diagnostic> {
    // The reader's own default refuses infinities; as text they reach the checks that name them.
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    if source.text.trim().is_empty() {
        return Err(
            Diagnostic::at(Code::D0101, Span::default(), "the file is empty")
                .help("`design init` writes a commented starter"),
        );
    }
    serde_saphyr::from_str_with_options::<Spanned<Raw>>(&source.text, options)
        .map(|raw| node(raw, &source.text))
        .map_err(|error| syntax_error(&error, source))
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
    Diagnostic::at(Code::D0101, span, format!("invalid YAML: {first}"))
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

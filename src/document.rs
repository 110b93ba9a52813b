//! The design file as written: a tree of values, each with its place.
//!
//! Promises: [`parse`] never panics and accepts any bytes that are text; the tree mirrors the YAML one to one and may be
//! nonsense. A scalar keeps its text as written, because the language takes booleans and numbers as text where text is
//! meant. Nesting, aliases and size are bounded by the YAML reader.

mod events;
pub mod form;
pub mod grammar;
mod habits;
pub mod schema;
mod yaml;

use crate::source::Span;
pub use yaml::parse;

/// A value of the file and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands; of a list or map its first character.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, or `~`.
    Null,
    /// Text, a number or a boolean; `plain` where it stood without quotes.
    Scalar {
        /// The text, of plain numbers and booleans as written.
        text: String,
        /// Whether YAML 1.2 reads it as a number or a boolean.
        kind: ScalarKind,
    },
    /// `[a, b]`
    List(Vec<Node>),
    /// `{ a: b }`, in the order of the file; keys are unique.
    Map(Vec<(Node, Node)>),
}

/// How YAML 1.2 reads a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarKind {
    /// Text, quoted or not.
    Text,
    /// A plain number.
    Number,
    /// `true` or `false`.
    Boolean,
}

impl Node {
    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The boolean of a plain `true` or `false`.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar {
                text,
                kind: ScalarKind::Boolean,
            } => Some(text == "true"),
            _ => None,
        }
    }

    /// The entries of a map; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value under `key` of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The entry under `key` of a map.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Self, &Self)> {
        self.entries()
            .iter()
            .find(|(k, _)| k.text() == Some(key))
            .map(|(k, v)| (k, v))
    }

    /// A list's items, or the value itself as the only item: "one, or a list of".
    #[must_use]
    pub fn one_or_many(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(self),
        }
    }

    /// Whether it is a map.
    #[must_use]
    pub const fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub const fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }
}

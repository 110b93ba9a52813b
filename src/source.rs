//! The text of a design file and places in it.
//!
//! Promises: a [`Span`] is a range of bytes of one [`Source`]; positions shown to people are one-based lines and
//! columns, columns counted in characters.

/// A design file as read: its name, for messages, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// What messages call the file, usually its path.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The bytes at which its lines begin.
    starts: Vec<usize>,
}

impl Source {
    /// Makes a source of a name and a text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(after).collect();
        Self {
            name: name.into(),
            text,
            starts,
        }
    }

    /// The one-based line and column at which `span` begins.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let at = if self.text.is_char_boundary(span.start) {
            span.start
        } else {
            self.text.len()
        };
        let line = self.starts.partition_point(|s| *s <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let text = self.text.get(start..at).unwrap_or_default();
        // A byte order mark at the start is no character of the text.
        let text = text.trim_start_matches('\u{feff}');
        let column = text.chars().count() + 1;
        Position { line, column }
    }

    /// The text that `span` covers, empty where it lies outside.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }
}

/// A one-based place in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A range of bytes of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let source = Source::new("x", "ab\nécd\n");
        let start = source.text.find('c').unwrap_or_default();
        assert_eq!(
            source.position(Span {
                start,
                end: start + 1
            }),
            Position { line: 2, column: 2 }
        );
        assert_eq!(
            source.position(Span::default()),
            Position { line: 1, column: 1 }
        );
        assert_eq!(
            source.slice(Span {
                start,
                end: start + 2
            }),
            "cd"
        );
    }
}

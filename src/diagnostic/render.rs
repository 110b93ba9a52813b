//! Diagnostics as text with the source line and the offending part underlined.
//!
//! Promises: the same input gives the same bytes; control characters of the source never reach the terminal. Of very many
//! findings the first are shown and the others counted.

use super::{Diagnostic, Severity};
use crate::source::{Source, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use std::ops::Range;

/// How many findings are shown: more than anyone reads at once, and few enough for any file.
const MOST_SHOWN: usize = 200;

/// Renders `diagnostics` in their order, separated by blank lines.
#[must_use]
pub fn render(diagnostics: &[&Diagnostic], source: &Source, colour: bool, width: usize) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
    .term_width(width);
    // Control characters other than line breaks and tabs would move the cursor; each becomes one visible character of
    // its own length in bytes, so that spans keep their places.
    let text: String = source.text.chars().map(visible).collect();
    let mut out = String::new();
    let lines = Lines::of(&text);
    for diagnostic in diagnostics.iter().take(MOST_SHOWN) {
        // A tab is as wide as the terminal likes; in source lines the renderer makes spaces of it, here it is one.
        let spaced = |c| if c == '\t' { ' ' } else { visible(c) };
        let clean = |text: &String| -> String { text.chars().map(spaced).collect() };
        let mut shown = (*diagnostic).clone();
        shown.message = clean(&shown.message);
        for label in &mut shown.labels {
            label.text = clean(&label.text);
        }
        for note in &mut shown.notes {
            *note = wrapped(&clean(note), width);
        }
        shown.help = shown.help.as_ref().map(|h| wrapped(&clean(h), width));
        shown.replacement = shown
            .replacement
            .map(|(span, with)| (span, with.chars().map(visible).collect()));
        out.push_str(&renderer.render(&groups(&shown, &source.name, &lines)));
        out.push_str("\n\n");
    }
    match diagnostics.len().saturating_sub(MOST_SHOWN) {
        0 => {}
        1 => out.push_str("1 more finding is not shown.\n\n"),
        n => out.push_str(&format!("{n} more findings are not shown.\n\n")),
    }
    out
}

/// A text and where its lines begin, so that the renderer need not go through all of it for each finding.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(after).collect(),
        }
    }

    /// The lines that hold some ranges, the number of the first, and the byte at which it begins.
    fn around(&self, ranges: &[Range<usize>]) -> (&'a str, usize, usize) {
        let from = ranges.iter().map(|r| r.start).min().unwrap_or_default();
        let to = ranges.iter().map(|r| r.end).max().unwrap_or_default();
        // The end of the text is shown behind its last line, not in an empty one after it.
        let shown = |s: &usize| *s <= from && (*s == 0 || *s < self.text.len());
        let line = self.starts.partition_point(shown).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let after = self.starts.partition_point(|s| *s <= to);
        let end = self.starts.get(after).copied().unwrap_or(self.text.len());
        (self.text.get(start..end).unwrap_or_default(), line, start)
    }
}

/// Text broken at spaces so that it fits beside the margin that the renderer draws.
fn wrapped(text: &str, width: usize) -> String {
    let most = width.saturating_sub(14).max(30);
    let lines: Vec<String> = text.split('\n').map(|line| broken(line, most)).collect();
    lines.join("\n")
}

/// A line broken at spaces into lines of so many characters.
fn broken(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > most {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// Characters that would move the cursor, end the line or turn the direction of writing become visible ones of the same
/// length in bytes; the rest stays.
fn visible(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        _ if c.is_ascii_control() => '?',
        // The control characters of ISO 8859, of which one begins an escape sequence.
        '\u{80}'..='\u{9f}' => '\u{bf}',
        '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{feff}' => '\u{fffd}',
        _ => c,
    }
}

fn groups<'a>(diagnostic: &'a Diagnostic, name: &'a str, lines: &Lines<'a>) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id());
    let mut first = if diagnostic.labels.is_empty() {
        Group::with_title(title)
    } else {
        title.element(snippet(diagnostic, name, lines))
    };
    for note in &diagnostic.notes {
        first = first.element(Level::NOTE.message(note.as_str()));
    }
    let mut groups = Vec::new();
    match (&diagnostic.help, &diagnostic.replacement) {
        (Some(help), Some((span, with))) => {
            groups.push(first);
            let place = range(diagnostic.narrowed(*span, lines.text), lines.text);
            let (text, line, start) = lines.around(std::slice::from_ref(&place));
            let patch = Snippet::source(text)
                .line_start(line)
                .path(name)
                .patch(Patch::new(moved(&place, start), with.as_str()));
            groups.push(Level::HELP.secondary_title(help.as_str()).element(patch));
        }
        (Some(help), None) => groups.push(first.element(Level::HELP.message(help.as_str()))),
        (None, _) => groups.push(first),
    }
    groups
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    name: &'a str,
    lines: &Lines<'a>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let places = diagnostic.labels.iter().map(|label| {
        let span = if label.primary {
            diagnostic.narrowed(label.span, lines.text)
        } else {
            label.span
        };
        range(span, lines.text)
    });
    let places: Vec<Range<usize>> = places.collect();
    let (text, line, start) = lines.around(&places);
    let mut made = Snippet::source(text).line_start(line).path(name).fold(true);
    for (label, place) in diagnostic.labels.iter().zip(&places) {
        let kind = if label.primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let mut annotation = kind.span(moved(place, start));
        if !label.text.is_empty() {
            annotation = annotation.label(label.text.as_str());
        }
        made = made.annotation(annotation);
    }
    made
}

/// A range of the text as one of the part of it that begins at `start`.
const fn moved(range: &Range<usize>, start: usize) -> Range<usize> {
    range.start.saturating_sub(start)..range.end.saturating_sub(start)
}

/// A range inside the text, on character boundaries, whatever the span says.
fn range(span: Span, text: &str) -> Range<usize> {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

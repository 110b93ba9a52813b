//! Diagnostics as text with the source line and the offending part underlined.
//!
//! Promises: the same input gives the same bytes; control characters of the source never reach the terminal.

use super::{Diagnostic, Severity};
use crate::source::{Source, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

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
    for diagnostic in diagnostics {
        // The renderer widens the tabs of the source alone.
        let clean =
            |text: &String| -> String { text.replace('\t', " ").chars().map(visible).collect() };
        let mut shown = (*diagnostic).clone();
        shown.message = clean(&shown.message);
        for label in &mut shown.labels {
            label.text = clean(&label.text);
        }
        for note in &mut shown.notes {
            *note = wrapped(&clean(note), width);
        }
        shown.help = shown.help.as_ref().map(|h| wrapped(&clean(h), width));
        shown.replacement = shown.replacement.map(|(span, with)| (span, clean(&with)));
        out.push_str(&renderer.render(&groups(&shown, &source.name, &text)));
        out.push_str("\n\n");
    }
    out
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

fn groups<'a>(diagnostic: &'a Diagnostic, name: &'a str, text: &'a str) -> Vec<Group<'a>> {
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
        title.element(snippet(diagnostic, name, text))
    };
    for note in &diagnostic.notes {
        first = first.element(Level::NOTE.message(note.as_str()));
    }
    let mut groups = Vec::new();
    match (&diagnostic.help, &diagnostic.replacement) {
        (Some(help), Some((span, with))) => {
            groups.push(first);
            let patch = Snippet::source(text).path(name).patch(Patch::new(
                range(diagnostic.narrowed(*span, text), text),
                with.as_str(),
            ));
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
    text: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let mut made = Snippet::source(text).path(name).fold(true);
    for label in &diagnostic.labels {
        let kind = if label.primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let span = if label.primary {
            diagnostic.narrowed(label.span, text)
        } else {
            label.span
        };
        let mut annotation = kind.span(range(span, text));
        if !label.text.is_empty() {
            annotation = annotation.label(label.text.as_str());
        }
        made = made.annotation(annotation);
    }
    made
}

/// A range inside the text, on character boundaries, whatever the span says.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
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

//! What the tool has to say about a design: errors and warnings with a code, a place and a way out.
//!
//! Promises: a [`Diagnostic`] is data, wording included; nothing here prints. Every code is a row of the one table in
//! [`code`]. Within a stage all findings are collected in [`Diagnostics`], which are sorted by their place.

pub mod code;
pub mod render;

use crate::source::{Source, Span};
pub use code::Code;
use std::collections::BTreeSet;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is invalid, so that there is no plan; or the plan would not work.
    Error,
    /// There is a plan, and somebody should look at this.
    Warning,
    /// Good to know, and often as it should be: listed, and shown when asked for.
    Note,
}

impl Severity {
    /// The word for it in messages and documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place that a finding points at, with what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is said beside the underline; may be empty.
    pub text: String,
    /// Whether this is the place of the problem; otherwise it is context.
    pub primary: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// How much it weighs; [`Code::severity`] unless the user changed it.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where; the first primary label gives the position.
    pub labels: Vec<Label>,
    /// Why, one sentence each.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// A replacement text that puts it right.
    pub replacement: Option<(Span, String)>,
    /// The name that is wrong, where the primary place may hold more than that: quotes, a `?`, a direction.
    pub written: Option<String>,
}

impl Diagnostic {
    /// A finding at a place.
    #[must_use]
    pub fn at(code: Code, span: Span, message: impl Into<String>) -> Self {
        let mut made = Self::general(code, message);
        made.labels.push(Label {
            span,
            text: String::new(),
            primary: true,
        });
        made
    }

    /// A finding about the design as a whole.
    #[must_use]
    pub fn general(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            replacement: None,
            written: None,
        }
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.iter_mut().find(|l| l.primary) {
            first.text = text.into();
        }
        self
    }

    /// Points at a second place as context.
    #[must_use]
    pub fn context(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
            primary: false,
        });
        self
    }

    /// Says why.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to write.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says which part of the primary place is wrong.
    #[must_use]
    pub fn written(mut self, name: impl Into<String>) -> Self {
        self.written = Some(name.into());
        self
    }

    /// "did you mean": a help with the replacement, where a similar name is known.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let made = self.written(written);
        match nearest(written, known) {
            Some(name) => made.suggest(name),
            None => made,
        }
    }

    /// A help with what to write at the primary place.
    #[must_use]
    pub fn suggest(self, name: &str) -> Self {
        let span = self.span();
        let mut made = self.help(format!("did you mean `{name}`?"));
        made.replacement = span.map(|s| (s, name.to_owned()));
        made
    }

    /// A help with a text of the caller's making for the primary place.
    #[must_use]
    pub fn proposing(self, text: &str) -> Self {
        let span = self.span();
        let mut made = self.help(format!("write `{text}`"));
        made.replacement = span.map(|s| (s, text.to_owned()));
        made
    }

    /// `span` without what surrounds the wrong name there.
    #[must_use]
    pub fn narrowed(&self, span: Span, source: &str) -> Span {
        let slice = source.get(span.start..span.end).unwrap_or("");
        let at = self
            .written
            .as_deref()
            .filter(|w| !w.is_empty() && self.span() == Some(span))
            .and_then(|w| Some((slice.find(w)?, w.len())));
        at.map_or(span, |(at, length)| Span {
            start: span.start + at,
            end: span.start + at + length,
        })
    }

    /// The primary place.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.labels.iter().find(|l| l.primary).map(|l| l.span)
    }
}

/// The known name nearest to what was written, if it is near enough to be a slip of the finger.
#[must_use]
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let length = written.chars().count();
    let own = Letters::of(written);
    known
        .into_iter()
        .filter_map(|name| {
            // Two changes of a short word make any other.
            let most = if length < 5 {
                1
            } else {
                (length.max(name.chars().count()) + 1) / 3
            };
            // Each change makes up for one letter at most: cheap, and enough for nearly all pairs of names.
            if own.apart(name) > most {
                return None;
            }
            let known = name.to_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &known);
            // Swapped letters are the likelier slip.
            let swapped = letters(&known) == letters(&lower);
            (distance <= most).then_some((distance, !swapped, name))
        })
        .min()
        .map(|(_, _, name)| name)
}

/// How often a text has each letter of ASCII, in either case.
struct Letters([i32; 128]);

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0; 128];
        for byte in text.bytes() {
            if let Some(count) = counts.get_mut(usize::from(byte.to_ascii_lowercase())) {
                *count += 1;
            }
        }
        Self(counts)
    }

    /// How many letters one of two texts has that the other has not; of the two numbers the greater.
    fn apart(&self, text: &str) -> usize {
        let other = Self::of(text);
        let (mut more, mut less) = (0_u32, 0_u32);
        for (a, b) in self.0.iter().zip(&other.0) {
            let difference = a - b;
            more += difference.max(0).unsigned_abs();
            less += difference.min(0).unsigned_abs();
        }
        usize::try_from(more.max(less)).unwrap_or(usize::MAX)
    }
}

fn letters(text: &str) -> Vec<char> {
    let mut made: Vec<char> = text.chars().collect();
    made.sort_unstable();
    made
}

/// The findings of a run, in the order in which they were made.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Places and codes of the list, and of what was taken out of it: what is not here is new.
    seen: BTreeSet<(Option<Span>, &'static str)>,
}

impl Diagnostics {
    /// Adds a finding.
    ///
    /// Where it does not say why, the rule behind its code does.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        if diagnostic.notes.is_empty() {
            diagnostic.notes.push(diagnostic.code.rule());
        }
        let new = self.seen.insert((diagnostic.span(), diagnostic.code.id()));
        if new || !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Whether anything makes the input invalid.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Gives the findings of a code another severity; `None` takes them out. Invalid input stays invalid.
    pub fn reweigh(&mut self, code: Code, severity: Option<Severity>) {
        match severity {
            Some(severity) => self
                .list
                .iter_mut()
                .filter(|d| d.code == code)
                .for_each(|d| d.severity = severity),
            None => self.list.retain(|d| d.code != code),
        }
    }

    /// All findings, by place, those without a place last; then by code and text.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.list.iter().collect();
        all.sort_by_key(|d| (d.span().is_none(), d.span(), d.code.id(), d.message.clone()));
        all
    }

    /// The findings of a severity, in the same order.
    #[must_use]
    pub fn of(&self, severity: Severity) -> Vec<&Diagnostic> {
        let mut all = self.sorted();
        all.retain(|d| d.severity == severity);
        all
    }

    /// Renders errors and warnings as text, `colour` with terminal colours, at most `width` columns wide.
    #[must_use]
    pub fn render(&self, source: &Source, colour: bool, width: usize) -> String {
        let mut shown = self.sorted();
        shown.retain(|d| d.severity != Severity::Note);
        render::render(&shown, source, colour, width)
    }

    /// Renders all findings, notes too.
    #[must_use]
    pub fn render_all(&self, source: &Source, colour: bool, width: usize) -> String {
        render::render(&self.sorted(), source, colour, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_slips_and_nothing_far_away() {
        assert_eq!(
            nearest("custmer_id", ["order_id", "customer_id"]),
            Some("customer_id")
        );
        assert_eq!(nearest("oder", ["Order", "Product"]), Some("Order"));
        assert_eq!(nearest("zzz", ["Order", "Product"]), None);
    }
}

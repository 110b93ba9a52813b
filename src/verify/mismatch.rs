//! A difference between what a plan does and what the design means, told so that one can act on it.

use serde::Serialize;
use std::fmt;

/// What differed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// The plan cannot be read, or it does not fit the design.
    Plan,
    /// The answer of a reading pattern.
    Read,
    /// The outcome of a writing pattern.
    Write,
    /// What lies in the tables and indexes after the writes.
    Tables,
    /// The units that the engine consumed, from what the plan's arithmetic says.
    Units,
}

/// The first difference of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Mismatch {
    /// What differed.
    pub differs: Differs,
    /// The pattern, or for an item that no pattern writes its entity; empty for the tables.
    pub pattern: String,
    /// What the pattern was called with.
    pub parameters: String,
    /// What the difference is, in a sentence.
    pub what: String,
    /// What should have come, a line each.
    pub expected: Vec<String>,
    /// What came, a line each.
    pub got: Vec<String>,
    /// The requests of this call to the engine.
    pub requests: Vec<String>,
    /// The writes that lead to it, a line each.
    pub after: Vec<String>,
    /// The items that are there according to the model, where they are few.
    pub items: Vec<String>,
    /// The seed of the run.
    pub seed: u64,
    /// Whether the writes are the fewest that were found to lead to it.
    pub shrunk: bool,
}

impl Mismatch {
    /// A difference that no call brought about.
    pub(crate) fn of_plan(what: impl Into<String>) -> Self {
        Self::new(Differs::Plan, "", what)
    }

    pub(crate) fn new(differs: Differs, pattern: &str, what: impl Into<String>) -> Self {
        Self {
            differs,
            pattern: pattern.to_owned(),
            parameters: String::new(),
            what: what.into(),
            expected: Vec::new(),
            got: Vec::new(),
            requests: Vec::new(),
            after: Vec::new(),
            items: Vec::new(),
            seed: 0,
            shrunk: false,
        }
    }

    /// Whether another one is the same difference, of other values.
    pub(crate) fn like(&self, other: &Self) -> bool {
        let fault = |of: &Self| {
            of.got
                .iter()
                .chain([&of.what])
                .any(|l| l.contains(Self::FAULT))
        };
        self.differs == other.differs
            && self.pattern == other.pattern
            && fault(self) == fault(other)
    }

    /// How a fault begins that is none of the answer, but of the call or of the plan's form.
    pub(crate) const FAULT: &'static str = "the plan cannot be followed: ";
}

impl From<String> for Mismatch {
    fn from(text: String) -> Self {
        Self::of_plan(text)
    }
}

impl From<&str> for Mismatch {
    fn from(text: &str) -> Self {
        Self::of_plan(text)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.differs {
            Differs::Plan => writeln!(f, "{}", self.what)?,
            Differs::Tables => writeln!(f, "the tables after the writes: {}", self.what)?,
            _ => writeln!(f, "{}: {}", self.pattern, self.what)?,
        }
        section(f, "after", &self.after)?;
        section(f, "items", &self.items)?;
        if !self.parameters.is_empty() {
            writeln!(f, "  called with\n    {}", self.parameters)?;
        }
        section(f, "expected", &self.expected)?;
        section(f, "got", &self.got)?;
        section(f, "requests", &self.requests)
    }
}

fn section(f: &mut fmt::Formatter<'_>, title: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {title}")?;
    let lines = lines.iter().flat_map(|line| line.split('\n'));
    lines
        .into_iter()
        .try_for_each(|line| writeln!(f, "    {line}"))
}

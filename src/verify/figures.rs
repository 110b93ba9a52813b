//! What a run did and what that took, by pattern and in all.

use super::client::Log;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// By the name of the pattern, in the order of the names.
    pub patterns: BTreeMap<String, PatternFigures>,
    /// Patterns that the plan does not serve, so that nothing of them could be shown.
    pub unserved: Vec<String>,
    /// Items written that no pattern of the file writes.
    pub implied_puts: usize,
    /// Writes left out because a caller may not make them (another value of an immutable attribute).
    pub outside: usize,
    /// Logical items at the end.
    pub items: usize,
    /// Physical items and guards that were compared with what the keys say, over all rounds.
    pub physical_items: usize,
    /// Entries of indexes that were compared, over all rounds.
    pub index_entries: usize,
    /// All requests that were made.
    pub requests: usize,
}

/// What the calls of one pattern did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PatternFigures {
    /// `get`, `list`, `create` and so on.
    pub verb: String,
    /// `covered` or `degraded`.
    pub status: String,
    /// Calls that were compared with the model.
    pub calls: usize,
    /// Of a read, calls with an item or a number above 0; of a write, calls that happened.
    pub answered: usize,
    /// Writes of which a condition did not hold, on both sides.
    pub failed: usize,
    /// Calls that key limits or encodings refuse, before anything is written.
    pub refused: usize,
    /// Pages of reads, without the second walk of each call in which answers are cut short.
    pub pages: usize,
    /// Requests to the engine for them.
    pub requests: usize,
    /// Items that the engine read for them.
    pub items_read: usize,
    /// Items that were answered in them.
    pub items_returned: usize,
    /// Capacity units that the engine says it consumed for what was metered.
    pub consumed: f64,
    /// Capacity units of the same by the plan's arithmetic on the same data.
    pub estimated: f64,
    /// Pages of reads and calls of writes that were metered.
    pub metered: usize,
    /// Read and write units of an average call (of a list: a page) that the plan estimates for the design's own counts and sizes.
    pub planned: f64,
}

impl Figures {
    /// The figures of a pattern.
    pub(crate) fn of(&mut self, pattern: &str) -> &mut PatternFigures {
        self.patterns.entry(pattern.to_owned()).or_default()
    }

    /// Reads that were compared.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.sum(|p| p.calls, true)
    }

    /// Writes that were compared.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.sum(|p| p.calls, false)
    }

    fn sum(&self, of: impl Fn(&PatternFigures) -> usize, reads: bool) -> usize {
        let patterns = self.patterns.values();
        patterns.filter(|p| p.is_read() == reads).map(of).sum()
    }
}

impl PatternFigures {
    /// Whether the pattern reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(&*self.verb, "get" | "list" | "count")
    }

    /// Adds a page with some items.
    pub(crate) fn page(&mut self, returned: usize) {
        self.pages += 1;
        self.items_returned += returned;
    }

    /// Adds what requests took.
    pub(crate) fn count(&mut self, log: &Log) {
        self.requests += log.requests;
        self.items_read += log.rows_read;
        self.metered += usize::from(log.metered.requests > 0);
        self.consumed += log.metered.consumed;
        self.estimated += log.metered.estimated();
    }
}

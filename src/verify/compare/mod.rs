//! One run: random writes to the engine by the plan and to the model, then every read compared, then every
//! physical item rendered again.
//!
//! Promises that a difference is reported with the pattern, its parameters, what was expected, what came and
//! the requests that were made.

mod interface;
mod physical;
mod reads;
mod writes;

use super::client::Client;
use super::execute::{CallError, Executor};
use super::generate::Generator;
use super::model::{Body, Design, Model, Parameters, Read};
use super::plan::Plan;
use super::random::Random;
use super::value::{Attrs, Value};
use std::collections::BTreeMap;

/// 2026-11-20T10:00:00.250Z: not a whole second, so that rounding shows.
pub(crate) const CLOCK: i64 = 1_795_168_800_250;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Writes that were compared.
    pub writes: usize,
    /// Writes of which a condition did not hold.
    pub failed: usize,
    /// Calls that key limits or encodings refuse.
    pub refused: usize,
    /// Items written that no pattern of the file writes.
    pub implied_puts: usize,
    /// Writes left out because a caller may not make them.
    pub outside: usize,
    /// Reads that were compared.
    pub reads: usize,
    /// Pages walked.
    pub pages: usize,
    /// Walks of several pages with items.
    pub long_walks: usize,
    /// Items that reads answered.
    pub items: usize,
    /// Requests to the engine.
    pub requests: usize,
    /// Items that the engine read for them.
    pub rows_read: usize,
    /// Capacity units.
    pub capacity: f64,
    /// Physical items that were compared.
    pub physical_items: usize,
    /// Patterns that the plan does not serve.
    pub unserved: Vec<String>,
    /// By pattern: calls that were compared, and of reads those with an answer.
    pub by_pattern: BTreeMap<String, (usize, usize)>,
}

pub(crate) struct Run<'a> {
    plan: &'a Plan,
    client: &'a Client,
    model: Model,
    generator: Generator,
    parameters: BTreeMap<String, Parameters>,
    pub(crate) stats: Stats,
    /// The requests of the call at hand.
    trace: Vec<String>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        client: &'a Client,
        design: Design,
        seed: u64,
        items: usize,
    ) -> Result<Self, String> {
        interface::check(plan, &design)?;
        let mut parameters = BTreeMap::new();
        for pattern in &design.patterns {
            parameters.insert(pattern.name.clone(), design.parameters(pattern)?);
        }
        let generator = Generator::new(&design, seed, items);
        let model = Model::new(design, CLOCK);
        let mut run = Self {
            plan,
            client,
            model,
            generator,
            parameters,
            stats: Stats::default(),
            trace: Vec::new(),
        };
        run.stats.unserved = plan
            .patterns
            .iter()
            .filter(|p| p.steps.is_empty())
            .map(|p| p.name.clone())
            .collect();
        Ok(run)
    }

    /// Some writes, then everything compared; the clock goes on.
    pub(crate) fn round(&mut self, writes: usize, calls: usize) -> Result<(), String> {
        for _ in 0..writes {
            self.random_write()?;
        }
        self.all_reads(calls)?;
        self.check_physical()?;
        self.model.now +=
            [1, 250, 1000, 3_600_000, 50 * 86_400_000][self.generator.random.below(5)];
        Ok(())
    }

    fn executor(&self) -> Executor<'a> {
        Executor {
            plan: self.plan,
            client: self.client,
            now: self.model.now,
        }
    }

    fn served(&self, name: &str) -> bool {
        self.plan.pattern(name).is_ok_and(|p| !p.steps.is_empty())
    }

    fn random(&mut self) -> Random {
        self.generator.random.fork()
    }

    fn count_requests(&mut self) -> Vec<String> {
        self.counted_requests().1
    }

    /// How many requests were made, and the last ones.
    fn counted_requests(&mut self) -> (usize, Vec<String>) {
        let log = self.client.take_log();
        let requests = log.requests;
        self.stats.requests += log.requests;
        self.stats.rows_read += log.rows_read;
        self.stats.capacity += log.capacity;
        self.trace.extend(log.trace);
        self.trace.drain(..self.trace.len().saturating_sub(12));
        (requests, std::mem::take(&mut self.trace))
    }

    fn all_reads(&mut self, calls: usize) -> Result<(), String> {
        let names: Vec<String> = self
            .model
            .design
            .patterns
            .iter()
            .filter(|p| !p.external)
            .map(|p| p.name.clone())
            .collect();
        for name in names
            .into_iter()
            .filter(|n| self.served(n))
            .collect::<Vec<_>>()
        {
            for _ in 0..calls {
                self.read(&name)?;
            }
            self.batch(&name)?;
        }
        Ok(())
    }

    /// A read by its name; nothing for a write.
    fn read_of(&self, name: &str) -> Result<Option<&Read>, String> {
        Ok(match &self.model.design.pattern(name)?.body {
            Body::Read(read) => Some(&**read),
            _ => None,
        })
    }

    /// Whether a refusal is one that the values of a call can bring about: empty text for an attribute that
    /// refuses it, or a text too long for a key (for a write also one that its item already holds).
    fn may_refuse(&self, name: &str, error: &str, given: &[&Attrs]) -> bool {
        if error.contains("empty text") {
            return given
                .iter()
                .any(|values| self.empty_where_refused(name, values));
        }
        let writes = matches!(self.read_of(name), Ok(None));
        if error.contains("does not fit") {
            // A number may grow beyond its bounds where something is added to it.
            return self.adds(name);
        }
        let stored = self.model.items.values().filter(|_| writes);
        let mut values = given.iter().copied().chain(stored).flat_map(|a| a.values());
        values.any(|v| length(v).is_some_and(|n| n > 300))
    }

    /// Some parameter holds empty text and stands for an attribute that the plan says refuses it.
    fn empty_where_refused(&self, name: &str, values: &Attrs) -> bool {
        let Some(parameters) = self.parameters.get(name) else {
            return false;
        };
        let all = parameters
            .single
            .iter()
            .chain(parameters.lists.iter().flat_map(|l| &l.parameters));
        let empty = all.filter(|p| values.get(&p.name).and_then(length) == Some(0));
        empty
            .flat_map(|p| &p.uses)
            .any(|u| self.refuses_empty(&u.entity, &u.attribute))
    }

    fn adds(&self, name: &str) -> bool {
        match self.model.design.pattern(name).map(|p| &p.body) {
            Ok(Body::Write { steps, .. }) => steps.iter().any(|s| !s.add.is_empty()),
            _ => false,
        }
    }

    fn refuses_empty(&self, entity: &str, attribute: &str) -> bool {
        self.plan
            .entity(entity)
            .and_then(|e| e.stored(attribute))
            .is_ok_and(|s| s.nonempty)
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.len()),
        Value::Bytes(bytes) => Some(bytes.len()),
        _ => None,
    }
}

fn message(pattern: &str, given: &str, expected: &str, got: &str, requests: &[String]) -> String {
    let requests = requests.join("\n    ");
    format!(
        "pattern `{pattern}`\n  parameters {given}\n  expected {expected}\n  got {got}\n  requests\n    {requests}"
    )
}

fn fault(error: &CallError) -> String {
    match error {
        CallError::Refused(text) => format!("refused: {text}"),
        CallError::Failed {
            failure,
            action,
            entity,
        } => format!("action {action} on {entity} failed: {failure:?}"),
        CallError::Fault(text) => format!("fault of the plan: {text}"),
    }
}

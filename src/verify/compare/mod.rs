//! One operation after the other, on the engine by the plan and on the model, and the outcomes compared.
//!
//! Promises that a difference is reported with the pattern, its parameters, what was expected, what came and the
//! requests that were made.

mod answers;
mod interface;
mod reads;
mod tables;
mod writes;

use super::client::{Client, Log};
use super::execute::{CallError, Cursor, Executor, Outcome, Page, Written};
use super::external::External;
use super::figures::{Figures, PatternFigures};
use super::mismatch::{Differs, Mismatch};
use super::model::{Body, Design, Model, Parameters, Read};
use super::operation::Operation;
use super::plan::Plan;
use super::show;
use super::value::{Args, Attrs, Value};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// 2026-11-20T10:00:00.250Z: not a whole second, so that rounding shows.
pub(crate) const CLOCK: i64 = 1_795_168_800_250;

/// The most requests that a message shows.
const MOST_REQUESTS: usize = 6;

/// Looks at an engine that shows writes late, half a second apart.
const SETTLING: usize = 120;
/// Calls of a pattern from its first that are all metered.
const ALL_METERED: usize = 40;
/// Later every so-manyth call is.
const SOMETIMES: usize = 16;

/// Requests whose units are not what the arithmetic says, in words.
struct Off(Vec<String>);

type Compared<T = ()> = Result<T, Mismatch>;

/// A plan on an engine beside the model.
pub(crate) struct Runner<'a> {
    plan: &'a Plan,
    client: &'a Client,
    pub(crate) model: Model,
    pub(crate) parameters: BTreeMap<String, Parameters>,
    pub(crate) figures: Figures,
    /// The requests of the call at hand.
    trace: Vec<(String, Json)>,
    /// What runs the patterns in the place of the executor.
    external: Option<&'a RefCell<External>>,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(plan: &'a Plan, client: &'a Client, design: Design) -> Compared<Self> {
        interface::check(plan, &design)?;
        let mut parameters = BTreeMap::new();
        for pattern in &design.patterns {
            parameters.insert(pattern.name.clone(), design.parameters(pattern)?);
        }
        let mut figures = Figures::default();
        for pattern in &plan.patterns {
            if pattern.steps.is_empty() {
                figures.unserved.push(pattern.name.clone());
                continue;
            }
            let of = PatternFigures {
                verb: pattern.verb.clone(),
                status: pattern.status.clone(),
                planned: pattern.units,
                ..PatternFigures::default()
            };
            figures.patterns.insert(pattern.name.clone(), of);
        }
        Ok(Self {
            plan,
            client,
            model: Model::new(design, CLOCK),
            parameters,
            figures,
            trace: Vec::new(),
            external: None,
        })
    }

    /// With a client in another process in the place of the executor.
    #[must_use]
    pub(crate) fn with_external(self, external: Option<&'a RefCell<External>>) -> Self {
        Self { external, ..self }
    }

    /// One page of a reading pattern.
    fn page(&self, name: &str, values: &Attrs, cursor: Option<&Cursor>) -> Outcome<Page> {
        match self.external {
            None => self.executor().page(name, values, cursor),
            Some(of) => of
                .borrow_mut()
                .page(self.client, self.model.now, (name, values), cursor),
        }
    }

    /// The number of matches of a `count`.
    fn count(&self, name: &str, values: &Attrs) -> Outcome<usize> {
        match self.external {
            None => self.executor().count(name, values),
            Some(of) => of
                .borrow_mut()
                .count(self.client, self.model.now, (name, values)),
        }
    }

    /// The items of a `get` for many parameter sets.
    fn get_batch(&self, name: &str, sets: &[Attrs]) -> Outcome<Page> {
        match self.external {
            None => self.executor().batch(name, sets),
            Some(of) => of
                .borrow_mut()
                .batch(self.client, self.model.now, (name, sets)),
        }
    }

    /// Runs a writing pattern.
    fn run_write(&self, name: &str, args: &Args) -> Outcome<Written> {
        match self.external {
            None => self.executor().write(name, args),
            Some(of) => of
                .borrow_mut()
                .write(self.client, self.model.now, (name, args)),
        }
    }

    /// Does one operation on both sides.
    pub(crate) fn perform(&mut self, operation: &Operation) -> Compared {
        match operation {
            Operation::Write { pattern, args } => self.write(pattern, args),
            Operation::Put { entity, item } => self.put(entity, item),
            Operation::Read {
                pattern,
                values,
                cuts,
            } => {
                let expected = self.expected(pattern, &[values])?;
                self.read(pattern, values, *cuts, &expected[0])
            }
            Operation::Batch {
                pattern,
                sets,
                cuts,
            } => self.batch(pattern, sets, *cuts),
            Operation::Wait(ms) => {
                self.model.now = self.model.now.saturating_add(*ms);
                Ok(())
            }
            Operation::Tables => self.tables(),
        }
    }

    fn executor(&self) -> Executor<'a> {
        Executor {
            plan: self.plan,
            client: self.client,
            now: self.model.now,
        }
    }

    /// Waits until the indexes of an engine that shows writes late have all that was written.
    ///
    /// What is still missing at the end is for the next comparison to tell.
    pub(crate) fn settle(&mut self) {
        if !self.client.eventual() {
            return;
        }
        let figures = self.figures.clone();
        for _ in 0..SETTLING {
            if self.tables().is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        self.figures = figures;
    }

    /// Whether a pattern reads before it writes.
    pub(crate) fn finds_first(&self, name: &str) -> bool {
        self.plan.pattern(name).is_ok_and(|p| p.steps.len() > 1)
    }

    /// Whether the plan has requests for a pattern.
    pub(crate) fn served(&self, name: &str) -> bool {
        self.plan.pattern(name).is_ok_and(|p| !p.steps.is_empty())
    }

    fn parameters(&self, name: &str) -> Result<&Parameters, String> {
        let found = self.parameters.get(name);
        found.ok_or_else(|| format!("the design has no pattern `{name}`"))
    }

    /// A read by its name; nothing for a write.
    pub(crate) fn read_of(&self, name: &str) -> Result<Option<Rc<Read>>, String> {
        Ok(match &self.model.design.pattern(name)?.body {
            Body::Read(read) => Some(Rc::clone(read)),
            _ => None,
        })
    }

    /// What the engine was asked since the last call of this; it counts for all figures.
    fn take_log(&mut self) -> Log {
        let mut log = self.client.take_log();
        self.figures.requests += log.requests;
        self.trace.append(&mut log.trace);
        log
    }

    /// The same for a call of a pattern; its figures count it, unless its answers were `cut` short.
    fn take_log_of(&mut self, name: &str, cut: bool) -> Result<Log, Off> {
        let mut log = self.take_log();
        let off = std::mem::take(&mut log.metered.off);
        if !cut {
            self.figures.of(name).count(&log);
        }
        if off.is_empty() || !self.client.exact_units() {
            return Ok(log);
        }
        Err(Off(off))
    }

    /// Meters the next call of a pattern, or not: the first ones all, later ones now and then.
    fn meter_next(&mut self, name: &str) {
        let calls = self.figures.of(name).calls;
        self.client
            .meter(calls < ALL_METERED || calls.is_multiple_of(SOMETIMES));
    }

    /// The requests of the call at hand, as text; they are forgotten.
    fn requests(&mut self) -> Vec<String> {
        self.take_log();
        let trace = std::mem::take(&mut self.trace);
        let shown = trace.iter().take(MOST_REQUESTS);
        let mut lines: Vec<String> = shown
            .map(|(name, request)| show::request(name, request))
            .collect();
        if trace.len() > MOST_REQUESTS {
            lines.push(format!("and {} more", trace.len() - MOST_REQUESTS));
        }
        lines
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
        let stored = self
            .model
            .items
            .all()
            .filter(|_| writes)
            .map(|item| &**item);
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

/// An error of the executor, in a sentence.
fn fault(error: &CallError) -> String {
    match error {
        CallError::Refused(text) => format!("refused: {text}"),
        CallError::Failed {
            failure,
            action,
            entity,
        } => format!("action {action} on {entity} failed: {}", failure.name()),
        CallError::Fault(text) => format!("{}{text}", Mismatch::FAULT),
    }
}

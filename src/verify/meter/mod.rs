//! The meter: works out what each request should use by the capacity arithmetic of the compiler, and compares that with
//! what the engine says it used.
//!
//! The estimates of a plan are made of `cost::units`; here the same arithmetic meets the images that a run has at hand.
//! Promises that AWS's rules are followed where an engine is known to differ ([`Difference`]), that nothing but an
//! exact equality (in all, and for each index) counts as agreement, and that what the meter itself asks changes
//! nothing and is seen by nobody. Where an engine does not say what it used, nothing is compared.

mod consumed;
mod images;
mod reads;
#[cfg(test)]
mod tests;
mod writes;

pub(crate) use consumed::Difference;

use super::engine::{Engine, Fault};
use super::plan::Table;
use super::value::Physical;
use consumed::{Consumed, Estimate};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The most requests that are told of where figures differ; all are counted.
const TOLD: usize = 20;

/// The most characters of a request in a message.
const SHOWN: usize = 800;

/// Works out what requests use; it knows the tables of a plan.
pub(crate) struct Meter(Vec<Table>);

/// What was metered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Metered {
    /// Requests that were compared.
    pub(crate) requests: usize,
    /// Half read units of them by the arithmetic.
    pub(crate) read_halves: u64,
    /// Write units of them by the arithmetic.
    pub(crate) write_units: u64,
    /// Units of them as the engine says.
    pub(crate) consumed: f64,
    /// Of them those whose figures differ.
    pub(crate) differing: usize,
    /// The first of those, in words. A failure of the meter is told here, too.
    pub(crate) off: Vec<String>,
    /// Requests left out, by the known difference that explains their figure.
    pub(crate) known: BTreeMap<Difference, usize>,
    /// Requests that a condition refused: no engine says what they used.
    pub(crate) refused: usize,
    /// Write units of those by the arithmetic.
    pub(crate) refused_units: u64,
}

impl Metered {
    /// Units by the arithmetic, of the requests that were compared.
    pub(crate) fn estimated(&self) -> f64 {
        consumed::half(self.read_halves + 2 * self.write_units)
    }

    /// Puts another one on top.
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.read_halves += other.read_halves;
        self.write_units += other.write_units;
        self.consumed += other.consumed;
        self.differing += other.differing;
        self.refused += other.refused;
        self.refused_units += other.refused_units;
        for (difference, requests) in other.known {
            *self.known.entry(difference).or_default() += requests;
        }
        let room = TOLD.saturating_sub(self.off.len());
        self.off.extend(other.off.into_iter().take(room));
    }

    fn failed(text: String) -> Self {
        Self {
            differing: 1,
            off: vec![text],
            ..Self::default()
        }
    }
}

impl Meter {
    pub(crate) fn new(tables: &[Table]) -> Self {
        Self(tables.to_vec())
    }

    /// Sends a request and meters it.
    pub(super) fn call(
        &self,
        engine: &dyn Engine,
        operation: &str,
        request: &Json,
    ) -> (Result<Json, Fault>, Metered) {
        let targets = writes::targets(self, engine, operation, request);
        let answer = engine.call(operation, request.clone());
        let transaction = operation == "TransactWriteItems";
        let metered = targets.and_then(|targets| match (&answer, targets) {
            (Ok(answer), targets) => {
                let Some(consumed) = Consumed::of(answer) else {
                    return Ok(Metered::default());
                };
                let estimate = match targets {
                    Some(targets) => Some(writes::done(self, engine, transaction, &targets)?),
                    None => reads::read(self, engine, operation, request, answer)?,
                };
                let compared = |estimate| compare(operation, request, &estimate, &consumed);
                Ok(estimate.map_or_else(Metered::default, compared))
            }
            (Err(fault), Some(targets)) if conditional(fault) => Ok(Metered {
                refused: 1,
                refused_units: writes::refused(transaction, &targets)?,
                ..Metered::default()
            }),
            _ => Ok(Metered::default()),
        });
        let metered = metered.unwrap_or_else(|e| {
            Metered::failed(format!("not metered: {e}: {}", text(operation, request)))
        });
        (answer, metered)
    }

    fn table(&self, name: &str) -> Result<&Table, String> {
        let mut all = self.0.iter();
        all.find(|t| t.name == name)
            .ok_or_else(|| format!("the plan has no table `{name}`"))
    }

    /// The item with a key, as it is now.
    fn item(engine: &dyn Engine, table: &str, key: &Physical) -> Result<Option<Physical>, String> {
        let request = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
        let answer = Self::ask(engine, "GetItem", request)?;
        Ok(answer["Item"].as_object().cloned())
    }

    /// A request of the meter's own.
    fn ask(engine: &dyn Engine, operation: &str, request: Json) -> Result<Json, String> {
        engine
            .call(operation, request)
            .map_err(|e| format!("{operation} of the meter: {}", e.message()))
    }
}

/// Whether a write was refused for its conditions, which costs something, and not for its form, which does not.
fn conditional(fault: &Fault) -> bool {
    matches!(
        fault.kind(),
        "ConditionalCheckFailedException" | "TransactionCanceledException"
    )
}

fn compare(operation: &str, request: &Json, estimate: &Estimate, consumed: &Consumed) -> Metered {
    let agrees = consumed.is(&estimate.arms);
    if !agrees && let Some((known, _)) = estimate.known.iter().find(|(_, a)| consumed.is(a)) {
        return Metered {
            known: [(*known, 1)].into(),
            ..Metered::default()
        };
    }
    let halves = estimate.halves();
    let mut made = Metered {
        requests: 1,
        consumed: consumed.units(),
        ..Metered::default()
    };
    if estimate.reads {
        made.read_halves = halves;
    } else {
        made.write_units = halves / 2;
    }
    if !agrees {
        made.differing = 1;
        let text = text(operation, request);
        made.off = vec![format!("estimated {estimate}; consumed {consumed}: {text}")];
    }
    made
}

fn text(operation: &str, request: &Json) -> String {
    let request: String = request.to_string().chars().take(SHOWN).collect();
    format!("{operation} {request}")
}

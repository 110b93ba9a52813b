//! Writes, run by the plan and by the model, and their outcomes compared.

use super::super::execute::{CallError, Written};
use super::super::model::{Answer, Body, Outcome, Pattern, Trouble};
use super::super::show;
use super::super::value::{Args, Attrs, Failure};
use super::{Compared, Differs, Mismatch, Off, Runner, fault};

impl Runner<'_> {
    /// The write of an item that no pattern of the file makes.
    pub(super) fn put(&mut self, entity: &str, item: &Attrs) -> Compared {
        self.requests();
        let declared = self.model.design.entity(entity)?;
        let identity = declared.identity(item);
        let identity = identity.ok_or("an implied put without its key")?;
        let before = self.model.item(&identity).cloned();
        if !matches!(self.model.put(entity, item)?, Outcome::Done(_)) {
            self.figures.outside += 1;
            return Ok(());
        }
        let after = self.model.items.get(&identity).cloned().unwrap_or_default();
        match self.executor().implied_put(entity, before.as_ref(), &after) {
            Ok(()) => self.figures.implied_puts += 1,
            Err(CallError::Refused(text)) if self.may_refuse_put(entity, &text, item) => {
                self.model.undo();
            }
            Err(error) => {
                let what = format!("an item could not be written: {}", fault(&error));
                return Err(Mismatch {
                    parameters: show::item(entity, item),
                    requests: self.requests(),
                    ..Mismatch::new(Differs::Write, entity, what)
                });
            }
        }
        self.take_log();
        Ok(())
    }

    fn may_refuse_put(&self, entity: &str, error: &str, item: &Attrs) -> bool {
        if error.contains("empty text") {
            return item.iter().any(|(name, value)| {
                super::length(value) == Some(0) && self.refuses_empty(entity, name)
            });
        }
        item.values()
            .any(|value| super::length(value).is_some_and(|n| n > 300))
    }

    /// A writing pattern on both sides.
    pub(super) fn write(&mut self, name: &str, args: &Args) -> Compared {
        self.requests();
        let parameters = self
            .parameters
            .get(name)
            .ok_or("a pattern without parameters")?;
        let outcome = self.model.write_named(name, parameters, args)?;
        if let Outcome::Outside(_) = outcome {
            self.figures.outside += 1;
            return Ok(());
        }
        self.meter_next(name);
        self.figures.of(name).calls += 1;
        let result = self.run_write(name, args);
        let log = match self.take_log_of(name, false) {
            Ok(log) => log,
            Err(off) => {
                let requests = self.requests();
                return Err(Mismatch {
                    parameters: show::args(args),
                    ..self.off(name, off, requests)
                });
            }
        };
        let most = self.plan.pattern(name)?.requests;
        if let Some(most) = most.filter(|most| log.requests > *most) {
            let what = format!("{} requests, at most {most}", log.requests);
            return Err(self.differs(name, args, what, Vec::new(), Vec::new()));
        }
        let pattern = self.model.design.pattern(name)?;
        match agree(pattern, &outcome, &result) {
            Agreement::Done => self.figures.of(name).answered += 1,
            Agreement::Failed => self.figures.of(name).failed += 1,
            Agreement::Refused(text) if self.may_refuse(name, &text, &all_sets(args)) => {
                self.figures.of(name).refused += 1;
                self.model.undo();
            }
            Agreement::Refused(_) | Agreement::Differs => {
                let (expected, got) = (vec![shown(&outcome)], vec![shown_result(&result)]);
                let what = which_way(&outcome, &result);
                return Err(self.differs(name, args, what, expected, got));
            }
        }
        Ok(())
    }

    /// Requests of a call use something else than the arithmetic says.
    pub(super) fn off(&self, name: &str, off: Off, requests: Vec<String>) -> Mismatch {
        Mismatch {
            got: off.0,
            requests,
            ..Mismatch::new(
                Differs::Units,
                name,
                "other capacity units than the plan's arithmetic",
            )
        }
    }

    fn differs(
        &mut self,
        name: &str,
        args: &Args,
        what: impl Into<String>,
        expected: Vec<String>,
        got: Vec<String>,
    ) -> Mismatch {
        Mismatch {
            parameters: show::args(args),
            expected,
            got,
            requests: self.requests(),
            ..Mismatch::new(Differs::Write, name, what)
        }
    }
}

/// How the outcome of a write is another one than it should be.
fn which_way(outcome: &Outcome, result: &Result<Written, CallError>) -> &'static str {
    match (outcome, result) {
        (Outcome::Failed(_), Ok(_)) => "it succeeds, but should fail",
        (Outcome::Failed(_), Err(CallError::Failed { .. })) => "it fails for another reason",
        (Outcome::Done(_) | Outcome::Silent, Err(CallError::Failed { .. })) => {
            "it fails, but should succeed"
        }
        (_, Err(_)) => "it is refused",
        (_, Ok(_)) => "another answer",
    }
}

/// An outcome of the model in a line.
fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(answer) => done(&answer.returned, answer.number),
        Outcome::Failed(troubles) => {
            let one = |trouble: &Trouble| match trouble {
                Trouble::Fails(failure, entity) => format!("{} on {entity}", failure.name()),
                Trouble::TwoOnOne => "two actions on one item".to_owned(),
            };
            let reasons: Vec<String> = troubles.iter().map(one).collect();
            format!("a failure: {}", reasons.join(", or "))
        }
        Outcome::Silent => "nothing is written".to_owned(),
        Outcome::Outside(why) => format!("not allowed: {why}"),
    }
}

fn shown_result(result: &Result<Written, CallError>) -> String {
    match result {
        Ok(written) => done(&written.returned, written.number),
        Err(CallError::Failed {
            failure, entity, ..
        }) => format!("a failure: {} on {entity}", failure.name()),
        Err(error) => fault(error),
    }
}

fn done(returned: &[(String, Attrs)], number: Option<usize>) -> String {
    let mut text = "it is written".to_owned();
    if let Some(number) = number {
        text = format!("{number} items are written");
    }
    for (entity, attributes) in returned {
        text.push_str(&format!(", and answers {}", show::item(entity, attributes)));
    }
    text
}

fn all_sets(args: &Args) -> Vec<&Attrs> {
    std::iter::once(&args.values)
        .chain(args.lists.values().flatten())
        .collect()
}

enum Agreement {
    Done,
    Failed,
    Refused(String),
    Differs,
}

fn agree(pattern: &Pattern, outcome: &Outcome, result: &Result<Written, CallError>) -> Agreement {
    match (outcome, result) {
        (Outcome::Done(answer), Ok(written)) if same_answer(answer, written) => Agreement::Done,
        (Outcome::Silent, Ok(_)) => Agreement::Done,
        (
            Outcome::Silent,
            Err(CallError::Failed {
                failure: Failure::NotFound | Failure::Condition,
                ..
            }),
        ) => Agreement::Failed,
        (
            Outcome::Failed(troubles),
            Err(CallError::Failed {
                failure, entity, ..
            }),
        ) => {
            let named = troubles.contains(&Trouble::Fails(*failure, entity.clone()));
            if named {
                Agreement::Failed
            } else {
                Agreement::Differs
            }
        }
        (Outcome::Failed(troubles), Err(CallError::Refused(text))) => {
            // Two steps that want one value meet on one guard.
            let twice = |t: &Trouble| {
                matches!(t, Trouble::TwoOnOne | Trouble::Fails(Failure::NotUnique, _))
            };
            let two = text.contains("two actions")
                && is_transaction(pattern)
                && troubles.iter().any(twice);
            if two {
                Agreement::Failed
            } else {
                Agreement::Refused(text.clone())
            }
        }
        (Outcome::Done(_) | Outcome::Silent, Err(CallError::Refused(text))) => {
            Agreement::Refused(text.clone())
        }
        _ => Agreement::Differs,
    }
}

fn is_transaction(pattern: &Pattern) -> bool {
    matches!(
        &pattern.body,
        Body::Write {
            transaction: true,
            ..
        }
    )
}

fn same_answer(answer: &Answer, written: &Written) -> bool {
    let (mut left, mut right) = (answer.returned.clone(), written.returned.clone());
    left.sort();
    right.sort();
    left == right && answer.number == written.number
}

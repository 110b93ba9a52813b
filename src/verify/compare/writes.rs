//! Random writes, run by the plan and by the model, and their outcomes compared.

use super::super::execute::{CallError, Written};
use super::super::model::{Answer, Body, Outcome, Pattern, Trouble, WriteVerb};
use super::super::value::{Args, Attrs, Failure};
use super::{Run, fault, message};

impl Run<'_> {
    pub(super) fn random_write(&mut self) -> Result<(), String> {
        let implied = self.model.design.implied();
        let mut choices: Vec<(Option<String>, usize)> = Vec::new();
        for pattern in self.model.design.patterns.iter().filter(|p| !p.external) {
            if let Body::Write { steps, .. } = &pattern.body
                && self.served(&pattern.name)
            {
                let makes = steps
                    .iter()
                    .any(|s| matches!(s.verb, WriteVerb::Create | WriteVerb::Put));
                let deletes = steps.iter().any(|s| s.verb == WriteVerb::Delete);
                let weight = if makes {
                    5
                } else if deletes {
                    1
                } else {
                    3
                };
                // What has hardly ever worked yet is tried more often.
                let worked = self
                    .stats
                    .by_pattern
                    .get(&pattern.name)
                    .map_or(0, |(_, worked)| *worked);
                let enough = if makes { 20 } else { 6 };
                choices.push((
                    Some(pattern.name.clone()),
                    if worked < enough { 3 * weight } else { weight },
                ));
            }
        }
        choices.extend(implied.iter().map(|_| (None, 8)));
        let total: usize = choices.iter().map(|(_, weight)| weight).sum();
        let mut at = self.random().below(total);
        let mut implied = implied.into_iter();
        for (name, weight) in choices {
            let entity = if name.is_none() { implied.next() } else { None };
            if at < weight {
                return match (name, entity) {
                    (Some(name), _) => self.write(&name),
                    (None, Some(entity)) => self.implied_put(&entity),
                    (None, None) => Ok(()),
                };
            }
            at -= weight;
        }
        Ok(())
    }

    fn implied_put(&mut self, entity: &str) -> Result<(), String> {
        let declared = self.model.design.entity(entity)?;
        let item = self.generator.implied_put(&self.model, declared)?;
        let identity = declared
            .identity(&item)
            .ok_or("an implied put without its key")?;
        let before = self.model.item(&identity).cloned();
        let items = self.model.items.clone();
        if !matches!(self.model.put(entity, &item)?, Outcome::Done(_)) {
            self.stats.outside += 1;
            return Ok(());
        }
        let after = self.model.items.get(&identity).cloned().unwrap_or_default();
        match self.executor().implied_put(entity, before.as_ref(), &after) {
            Ok(()) => self.stats.implied_puts += 1,
            Err(CallError::Refused(text)) if self.may_refuse_put(entity, &text, &item) => {
                self.stats.refused += 1;
                self.model.items = items;
            }
            Err(error) => {
                let trace = self.count_requests();
                return Err(message(
                    &format!("implied put of {entity}"),
                    &format!("{item:?}"),
                    "a put",
                    &fault(&error),
                    &trace,
                ));
            }
        }
        self.count_requests();
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

    fn write(&mut self, name: &str) -> Result<(), String> {
        let parameters = self
            .parameters
            .get(name)
            .ok_or("a pattern without parameters")?;
        let pattern = self.model.design.pattern(name)?;
        let args = self
            .generator
            .write_args(&self.model, pattern, parameters)?;
        self.run_write(name, &args)
    }

    /// Runs a write with given arguments on both sides.
    pub(crate) fn run_write(&mut self, name: &str, args: &Args) -> Result<(), String> {
        let before = self.model.items.clone();
        let outcome = self.model_write(name, args)?;
        if let Outcome::Outside(_) = outcome {
            self.stats.outside += 1;
            return Ok(());
        }
        let result = self.executor().write(name, args);
        let (requests, trace) = self.counted_requests();
        self.stats.writes += 1;
        self.stats.by_pattern.entry(name.to_owned()).or_default().0 += 1;
        if let Some(most) = self
            .plan
            .pattern(name)?
            .requests
            .filter(|most| requests > *most)
        {
            let got = format!("{requests} requests");
            return Err(message(
                name,
                &format!("{args:?}"),
                &format!("at most {most} requests"),
                &got,
                &trace,
            ));
        }
        let pattern = self.model.design.pattern(name)?;
        match agree(pattern, &outcome, &result) {
            Agreement::Done => {
                self.stats.by_pattern.entry(name.to_owned()).or_default().1 += 1;
                Ok(())
            }
            Agreement::Failed => {
                self.stats.failed += 1;
                Ok(())
            }
            Agreement::Refused(text) if self.may_refuse(name, &text, &all_sets(args)) => {
                self.stats.refused += 1;
                self.model.items = before;
                Ok(())
            }
            Agreement::Refused(_) | Agreement::Differs => {
                let got = match &result {
                    Ok(written) => format!("{written:?}"),
                    Err(error) => fault(error),
                };
                Err(message(
                    name,
                    &format!("{args:?}"),
                    &format!("{outcome:?}"),
                    &got,
                    &trace,
                ))
            }
        }
    }

    fn model_write(&mut self, name: &str, args: &Args) -> Result<Outcome, String> {
        let parameters = self
            .parameters
            .get(name)
            .ok_or("a pattern without parameters")?;
        self.model.write_named(name, parameters, args)
    }
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

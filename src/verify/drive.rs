//! A run: a database made in the shape of the design, then rounds of writes, reads and a look at the tables.
//!
//! Promises that the same design, plan and options give the same operations, whatever the engine is.

use super::compare::Runner;
use super::generate::Generator;
use super::mismatch::Mismatch;
use super::model::{Body, Read, Verb, Write, WriteVerb};
use super::operation::Operation;
use super::{Options, Progress};
use std::ops::ControlFlow;

/// The most calls of a read that are made up, and matched by the model, at a time.
const CALLS_AT_ONCE: usize = 64;
/// The most items that the calls of one read go through in a round; as many as there are, where these are more.
const MOST_READ: usize = 20_000;
/// The fewest writes of a round.
const FEWEST_WRITES: usize = 60;
/// The fewest calls of each read in a round.
const FEWEST_CALLS: usize = 3;
/// The most parameter sets of a batch.
const MOST_SETS: usize = 9;

/// Why a run ended before its time.
pub(crate) enum Ended {
    /// The caller wanted no more.
    Stopped,
    /// A difference.
    Differs(Box<Mismatch>),
}

impl<E: Into<Mismatch>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Differs(Box::new(error.into()))
    }
}

type Driven<T = ()> = Result<T, Ended>;

pub(crate) struct Driver<'a, 'p> {
    pub(crate) runner: Runner<'a>,
    generator: Generator,
    options: &'a Options,
    /// What changed the items so far, and at the end the operation that differed.
    pub(crate) history: Vec<Operation>,
    progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>,
    /// Entities whose items are written as such: those that no pattern makes, and those of which some pattern asks for
    /// a state that no write of the file brings about.
    implied: Vec<String>,
    out_of_reach: Vec<String>,
    done: usize,
    of: usize,
}

impl<'a, 'p> Driver<'a, 'p> {
    pub(crate) fn new(
        runner: Runner<'a>,
        options: &'a Options,
        counts: &[(String, u64)],
        progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Self {
        let generator = Generator::new(&runner.model.design, options.seed, options.items, counts);
        let mut driver = Self {
            implied: runner.model.design.implied(),
            out_of_reach: runner.model.design.out_of_reach(),
            runner,
            generator,
            options,
            history: Vec::new(),
            progress,
            done: 0,
            of: 0,
        };
        let reads = driver.reads().len() * driver.calls();
        let round = driver.writes() + reads;
        driver.of = options
            .items
            .saturating_add(options.rounds.saturating_mul(round));
        driver
    }

    /// Everything.
    pub(crate) fn run(&mut self) -> Driven {
        self.load()?;
        for _ in 0..self.options.rounds {
            self.round()?;
        }
        Ok(())
    }

    fn writes(&self) -> usize {
        (self.options.items / 5).max(FEWEST_WRITES)
    }

    /// Calls of each read in a round.
    fn calls(&self) -> usize {
        let rounds = self.options.rounds.clamp(1, Options::ROUNDS);
        let parts = self.reads().len().max(1) * rounds;
        (self.options.queries / parts).max(FEWEST_CALLS)
    }

    /// Does an operation and keeps it.
    fn perform(&mut self, operation: Operation) -> Driven {
        if let Operation::Write { pattern, .. } = &operation
            && self.runner.finds_first(pattern)
        {
            self.runner.settle();
        }
        let outcome = self.runner.perform(&operation);
        if operation.changes() || outcome.is_err() {
            self.history.push(operation);
        }
        outcome?;
        self.tick(1)
    }

    fn tick(&mut self, done: usize) -> Driven {
        self.done += done;
        let progress = Progress {
            done: self.done.min(self.of),
            of: self.of,
        };
        match (self.progress)(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Ended::Stopped),
        }
    }

    /// Writes until about as many items are there as are wanted, each entity in its share.
    fn load(&mut self) -> Driven {
        let mut attempts = 3 * self.options.items;
        while self.runner.model.items.len() < self.options.items && attempts > 0 {
            attempts -= 1;
            let missing = self.generator.missing(&self.runner.model);
            let operation = match missing {
                Some(entity) if self.generator.random.chance(85) => self.making(&entity)?,
                _ => None,
            };
            match operation {
                Some(operation) => self.perform(operation)?,
                None => self.random_write()?,
            }
        }
        Ok(())
    }

    /// A write that makes an item of an entity; nothing where the plan serves none.
    fn making(&mut self, entity: &str) -> Driven<Option<Operation>> {
        if self.implied.iter().any(|name| name == entity) {
            return Ok(Some(self.implied_put(entity)?));
        }
        let makes = |w: &Write| {
            w.entity == entity && (matches!(w.verb, WriteVerb::Create | WriteVerb::Put) || w.upsert)
        };
        let names: Vec<String> = self
            .writing()
            .into_iter()
            .filter(|(_, steps)| steps.iter().any(makes))
            .map(|(name, _)| name.to_owned())
            .collect();
        match self.generator.random.pick(&names) {
            Some(name) => Ok(Some(self.write(&name.clone())?)),
            None => Ok(None),
        }
    }

    /// The writing patterns that the plan serves.
    fn writing(&self) -> Vec<(&str, &[Write])> {
        let patterns = self.runner.model.design.patterns.iter();
        let writes = patterns
            .filter(|p| !p.external)
            .filter_map(|p| match &p.body {
                Body::Write { steps, .. } if self.runner.served(&p.name) => {
                    Some((p.name.as_str(), steps.as_slice()))
                }
                _ => None,
            });
        writes.collect()
    }

    /// The reading patterns that the plan serves.
    fn reads(&self) -> Vec<String> {
        let patterns = self.runner.model.design.patterns.iter();
        let reads = patterns.filter(|p| !p.external && matches!(p.body, Body::Read(_)));
        reads
            .filter(|p| self.runner.served(&p.name))
            .map(|p| p.name.clone())
            .collect()
    }

    /// Some writes, then every read, then the tables; the clock goes on.
    fn round(&mut self) -> Driven {
        for _ in 0..self.writes() {
            self.random_write()?;
        }
        self.runner.settle();
        self.all_reads()?;
        self.perform(Operation::Tables)?;
        let on = [1, 250, 1000, 3_600_000, 50 * 86_400_000][self.generator.random.below(5)];
        self.perform(Operation::Wait(on))
    }

    /// As many calls as a round has, of all reads in turns. A read that has gone through very many items is called no
    /// more in this round; the others are called more often instead.
    fn all_reads(&mut self) -> Driven {
        let names = self.reads();
        let most = self.options.items.max(MOST_READ);
        let before = |driver: &Self, name: &str| {
            driver
                .runner
                .figures
                .patterns
                .get(name)
                .map_or(0, |p| p.items_read)
        };
        let mut open: Vec<(String, usize)> = names
            .iter()
            .map(|name| (name.clone(), before(self, name) + most))
            .collect();
        let mut left = self.calls() * names.len();
        let mut turn = FEWEST_CALLS;
        while left > 0 && !open.is_empty() {
            for (name, _) in &open {
                let some = turn.min(left);
                self.read_often(name, some)?;
                left -= some;
            }
            open.retain(|(name, most)| before(self, name) < *most);
            turn = (2 * turn).min(CALLS_AT_ONCE);
        }
        names.iter().try_for_each(|name| self.batch(name))
    }

    fn random_write(&mut self) -> Driven {
        let mut choices: Vec<(String, bool, usize)> = Vec::new();
        for (name, steps) in self.writing() {
            let makes = steps
                .iter()
                .any(|s| matches!(s.verb, WriteVerb::Create | WriteVerb::Put));
            let deletes = steps.iter().any(|s| s.verb == WriteVerb::Delete);
            let weight = match (makes, deletes) {
                (true, _) => 5,
                (false, true) => 1,
                (false, false) => 3,
            };
            // What has hardly ever worked yet is tried more often.
            let worked = self
                .runner
                .figures
                .patterns
                .get(name)
                .map_or(0, |p| p.answered);
            let enough = if makes { 20 } else { 6 };
            let weight = if worked < enough { 3 * weight } else { weight };
            choices.push((name.to_owned(), false, weight));
        }
        choices.extend(self.implied.iter().map(|entity| (entity.clone(), true, 8)));
        let rare = self.out_of_reach.iter();
        choices.extend(rare.map(|entity| (entity.clone(), true, 4)));
        let total: usize = choices.iter().map(|(_, _, weight)| weight).sum();
        let mut at = self.generator.random.below(total);
        for (name, put, weight) in choices {
            if at < weight {
                let operation = if put {
                    self.implied_put(&name)?
                } else {
                    self.write(&name)?
                };
                return self.perform(operation);
            }
            at -= weight;
        }
        self.tick(1)
    }

    fn implied_put(&mut self, entity: &str) -> Driven<Operation> {
        let model = &self.runner.model;
        let declared = model.design.entity(entity)?;
        let item = self.generator.implied_put(model, declared)?;
        let identity = declared.identity(&item);
        let there = identity.is_some_and(|i| model.items.get(&i).is_some());
        if there && !self.implied.iter().any(|name| name == entity) {
            // What the file's own writes make is theirs to change.
            return Ok(Operation::Wait(0));
        }
        Ok(Operation::Put {
            entity: entity.to_owned(),
            item,
        })
    }

    fn write(&mut self, name: &str) -> Driven<Operation> {
        let model = &self.runner.model;
        let pattern = model.design.pattern(name)?;
        let parameters = self.runner.parameters.get(name);
        let parameters = parameters.ok_or("a pattern without parameters")?;
        let args = self.generator.write_args(model, pattern, parameters)?;
        Ok(Operation::Write {
            pattern: name.to_owned(),
            args,
        })
    }

    /// Some calls of one read, the model's answers to all of them at once.
    fn read_often(&mut self, name: &str, some: usize) -> Driven {
        let Some(read) = self.runner.read_of(name)? else {
            return Ok(());
        };
        let mut calls = Vec::new();
        for _ in 0..some {
            calls.push(self.read_values(name, &read)?);
        }
        let expected = self
            .runner
            .expected(name, &calls.iter().collect::<Vec<_>>())?;
        for (values, expected) in calls.into_iter().zip(expected) {
            let cuts = self.generator.random.next();
            let outcome = self.runner.read(name, &values, cuts, &expected);
            if outcome.is_err() {
                self.history.push(Operation::Read {
                    pattern: name.to_owned(),
                    values,
                    cuts,
                });
            }
            outcome?;
            self.tick(1)?;
        }
        Ok(())
    }

    fn read_values(&mut self, name: &str, read: &Read) -> Result<super::value::Attrs, String> {
        let parameters = self.runner.parameters.get(name);
        let parameters = parameters.ok_or("a pattern without parameters")?;
        self.generator
            .read_values(&self.runner.model, read, parameters)
    }

    /// A batch of parameter sets, some of them equal.
    fn batch(&mut self, name: &str) -> Driven {
        let read = self.runner.read_of(name)?;
        let Some((read, most)) = read.and_then(|r| r.batch.map(|most| (r.clone(), most))) else {
            return Ok(());
        };
        debug_assert!(read.verb == Verb::Get, "only a `get` has a batch");
        let mut sets = Vec::new();
        for _ in 0..=self.generator.random.below(most.min(MOST_SETS)) {
            sets.push(self.read_values(name, &read)?);
        }
        if sets.len() < most {
            sets.extend(sets.first().cloned());
        }
        let cuts = self.generator.random.next();
        self.perform(Operation::Batch {
            pattern: name.to_owned(),
            sets,
            cuts,
        })
    }
}

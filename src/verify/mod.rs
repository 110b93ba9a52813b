//! `design verify`: proves a plan by running it.
//!
//! A plan is right when, on any data and after any writes, every pattern returns exactly what the design language says
//! it means. This module fills an engine through the plan's own writes, asks every pattern with many parameters, and
//! compares each answer with a reference model that looks at every item.
//!
//! Promises that the executor (`plan`, `encode`, `execute`) knows the plan document only, the model (`model`) the
//! design language only, and that neither uses anything of the compiler: they share nothing but the values they speak
//! of. So a fault of the compiler cannot hide itself here. The same design, plan and options give the same run.

mod client;
mod compare;
mod drive;
mod encode;
pub mod engine;
mod execute;
mod figures;
mod generate;
mod meter;
mod mismatch;
mod model;
mod operation;
mod plan;
#[cfg(test)]
mod races;
mod random;
mod show;
mod shrink;
mod value;

pub use figures::{Figures, PatternFigures};
pub use mismatch::{Differs, Mismatch};

use engine::Engine;
use serde_json::Value as Json;
use std::ops::ControlFlow;

/// How much to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where the random numbers begin.
    pub seed: u64,
    /// About how many items the database holds before the first round.
    pub items: usize,
    /// Rounds of writes, reads and a look at the tables.
    pub rounds: usize,
    /// Calls of reading patterns in all rounds together; each pattern has a few in each round at least.
    pub queries: usize,
    /// Whether a difference is made as small as possible, which takes some seconds.
    pub shrink: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            items: 1000,
            rounds: Self::ROUNDS,
            queries: 2000,
            shrink: true,
        }
    }
}

impl Options {
    /// Rounds where nothing else is said. A run without an end has as many calls in each round as one of these.
    const ROUNDS: usize = 3;

    fn usual_rounds(&self) -> usize {
        Self::ROUNDS
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Operations so far.
    pub done: usize,
    /// Operations in all, about.
    pub of: usize,
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// What was done, up to the difference if there is one.
    pub figures: Figures,
    /// The first difference.
    pub mismatch: Option<Mismatch>,
    /// Whether the caller stopped it before its end.
    pub stopped: bool,
}

/// Runs a plan on an engine beside the reference model.
///
/// `yaml` is the design file, which must be valid; `plan` the plan document of it, as JSON. The engine has no tables of
/// these names. `progress` is told of every operation and may end the run.
pub fn run(
    yaml: &str,
    plan: &Json,
    engine: Box<dyn Engine>,
    options: &Options,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Run {
    let mut figures = Figures::default();
    let ended = run_in(yaml, plan, engine, options, progress, &mut figures);
    let (mismatch, stopped) = match ended {
        Ok(()) => (None, false),
        Err(drive::Ended::Stopped) => (None, true),
        Err(drive::Ended::Differs(mismatch)) => (Some(*mismatch), false),
    };
    Run {
        figures,
        mismatch: mismatch.map(|mismatch| Mismatch {
            seed: options.seed,
            ..mismatch
        }),
        stopped,
    }
}

fn run_in(
    yaml: &str,
    document: &Json,
    engine: Box<dyn Engine>,
    options: &Options,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    figures: &mut Figures,
) -> Result<(), drive::Ended> {
    let plan = plan::Plan::read(document)?;
    let design = model::Design::read(yaml)?;
    engine::tables::create(&*engine, &plan)?;
    let client = client::Client::new(engine).with_meter(meter::Meter::new(&plan.tables));
    let runner = compare::Runner::new(&plan, &client, design.clone())?;
    let mut driver = drive::Driver::new(runner, options, &plan.counts(), progress);
    let ended = driver.run();
    *figures = driver.runner.figures.clone();
    figures.items = driver.runner.model.items.len();
    match ended {
        Err(drive::Ended::Differs(mismatch))
            if options.shrink && mismatch.differs != Differs::Plan =>
        {
            let shrunk = shrink::shrink(&plan, &design, &driver.history, &mismatch);
            Err(drive::Ended::Differs(Box::new(shrunk)))
        }
        other => other,
    }
}

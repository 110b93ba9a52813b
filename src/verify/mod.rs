//! `design verify`: proves a plan by running it.
//!
//! A plan is right when, on any data and after any writes, every pattern returns exactly what the design language says
//! it means. This module fills an engine through the plan's own writes, asks every pattern with many parameters, and
//! compares each answer with a reference model that looks at every item.
//!
//! Promises that the executor (`plan`, `execute`, and `items`, which stands beside this module) knows the plan document
//! only, the model (`model`) the design language only, and that neither uses anything of the compiler: they share nothing
//! but the values they speak of. So a fault of the compiler cannot hide itself here. The same design, plan and options
//! give the same run.

mod client;
mod compare;
mod drive;
pub mod engine;
mod execute;
#[doc(hidden)]
pub mod external;
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

pub use figures::{Figures, PatternFigures};
pub use mismatch::{Differs, Mismatch};

use crate::items::{encode, value};
use engine::Engine;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

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
    /// Tables that could not be removed, in words.
    pub left: Option<String>,
}

/// Runs a plan on an engine beside the reference model.
///
/// `yaml` is the design file, which must be valid; `plan` the plan document of it, as JSON. On an engine that others use
/// too its tables are named for this run ([`engine::tables::renamed`]). `progress` is told of every operation and may
/// end the run.
///
/// # Errors
/// Why nothing can be said of the plan: the engine does not answer, or a table of this name is there already.
pub fn run(
    yaml: &str,
    plan: &Json,
    engine: Box<dyn Engine>,
    options: &Options,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Run, String> {
    run_by(yaml, plan, engine, options, progress, None)
}

/// The same with a client in another process in the place of the executor. What differs is not made smaller.
///
/// # Errors
/// As [`run`].
#[doc(hidden)]
pub fn run_external(
    yaml: &str,
    plan: &Json,
    engine: Box<dyn Engine>,
    options: &Options,
    external: external::External,
) -> Result<Run, String> {
    let options = Options {
        shrink: false,
        ..options.clone()
    };
    let external = RefCell::new(external);
    let go_on = &mut |_| ControlFlow::Continue(());
    run_by(yaml, plan, engine, &options, go_on, Some(&external))
}

fn run_by(
    yaml: &str,
    plan: &Json,
    engine: Box<dyn Engine>,
    options: &Options,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    external: Option<&RefCell<external::External>>,
) -> Result<Run, String> {
    let read = plan::Plan::read(plan).and_then(|plan| Ok((plan, model::Design::read(yaml)?)));
    let (plan, design) = match read {
        Ok(read) => read,
        Err(text) => return Ok(ended(Figures::default(), Err(text.into()), options)),
    };
    let engine: Rc<dyn Engine> = Rc::from(engine);
    let tables = match engine::tables::create(&engine, &plan) {
        Ok(tables) => tables,
        Err(refusal) if refusal.of_the_plan => {
            return Ok(ended(Figures::default(), Err(refusal.text.into()), options));
        }
        Err(refusal) => return Err(refusal.text),
    };
    let client = client::Client::new(Box::new(engine));
    let client = client.with_meter(meter::Meter::new(&plan.tables));
    let mut run = drive(&plan, &design, &client, options, progress, external);
    run.left = tables.remove().err();
    match client.silence() {
        Some(silence) => Err([Some(silence), run.left]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n")),
        None => Ok(run),
    }
}

/// Everything between the making of the tables and their removal.
fn drive(
    plan: &plan::Plan,
    design: &model::Design,
    client: &client::Client,
    options: &Options,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    external: Option<&RefCell<external::External>>,
) -> Run {
    let runner = match compare::Runner::new(plan, client, design.clone()) {
        Ok(runner) => runner.with_external(external),
        Err(mismatch) => return ended(Figures::default(), Err(mismatch.into()), options),
    };
    let mut driver = drive::Driver::new(runner, options, &plan.counts(), progress);
    let mut outcome = driver.run();
    if let Err(drive::Ended::Differs(mismatch)) = &mut outcome
        && options.shrink
        && client.silence().is_none()
    {
        let parameters = &driver.runner.parameters;
        **mismatch = shrink::shrink(plan, design, parameters, &driver.history, mismatch);
    }
    let mut figures = driver.runner.figures.clone();
    figures.items = driver.runner.model.items.len();
    ended(figures, outcome, options)
}

fn ended(figures: Figures, outcome: Result<(), drive::Ended>, options: &Options) -> Run {
    let stopped = matches!(outcome, Err(drive::Ended::Stopped));
    let mismatch = match outcome {
        Err(drive::Ended::Differs(mismatch)) => Some(Mismatch {
            seed: options.seed,
            ..*mismatch
        }),
        _ => None,
    };
    Run {
        figures,
        mismatch,
        stopped,
        left: None,
    }
}

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
mod encode;
pub mod engine;
mod execute;
mod generate;
mod model;
mod plan;
#[cfg(test)]
mod races;
mod random;
mod value;

pub use compare::Stats;
use engine::Engine;

/// How much to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the random numbers begin.
    pub seed: u64,
    /// Rounds of writes and reads.
    pub rounds: usize,
    /// Writes in a round.
    pub items: usize,
    /// Parameter sets for each reading pattern in a round.
    pub calls: usize,
}

/// Runs a plan on an engine beside the reference model.
///
/// `yaml` is the design file, which must be valid; `plan` the plan document of it, as JSON.
///
/// # Errors
/// The first difference, or why nothing could be run, in words.
pub fn run(
    yaml: &str,
    plan: &str,
    engine: Box<dyn Engine>,
    options: &Options,
) -> Result<Stats, String> {
    let plan = plan::Plan::read(plan)?;
    let design = model::Design::read(yaml)?;
    engine::tables::create(&*engine, &plan)?;
    let client = client::Client::new(engine);
    let mut run = compare::Run::new(
        &plan,
        &client,
        design,
        options.seed,
        options.rounds * options.items,
    )?;
    for round in 0..options.rounds {
        run.round(options.items, options.calls)
            .map_err(|e| format!("seed {}, round {round}: {e}", options.seed))?;
    }
    Ok(run.stats)
}

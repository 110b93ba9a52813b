//! Runs plan documents on an embedded engine and compares every answer with a reference model.
//!
//! The public face is [`check_design`]. The executor (`plan`, `encode`, `execute`, `engine`) knows the plan
//! document only, the model (`model`) the design language only; they share nothing but the values they speak of.

mod compare;
mod encode;
mod engine;
mod execute;
mod generate;
mod model;
mod plan;
#[cfg(test)]
mod races;
mod random;
mod value;

pub(crate) use compare::Stats;

/// Parameter sets for each reading pattern in a round.
const CALLS: usize = 10;

/// Runs `rounds` rounds of about `items` writes each, and compares every read after each round.
///
/// The same arguments give the same run. An error names the pattern, its parameters, what the model says, what
/// the plan's requests answered, and these requests.
pub(crate) fn check_design(
    yaml: &str,
    plan_json: &str,
    seed: u64,
    rounds: usize,
    items: usize,
) -> Result<Stats, String> {
    let plan = plan::Plan::read(plan_json)?;
    let design = model::Design::read(yaml)?;
    let engine = engine::Engine::new(&plan)?;
    let mut run = compare::Run::new(&plan, &engine, design, seed, rounds * items)?;
    for round in 0..rounds {
        run.round(items, CALLS)
            .map_err(|e| format!("seed {seed}, round {round}: {e}"))?;
    }
    Ok(run.stats)
}

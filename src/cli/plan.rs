//! `design plan`

use super::args::{PlanArgs, PlanFormat};
use super::{Exit, leave, output, prices, read_source, watch};
use crate::plan::Plan;
use crate::report::what_if::{WhatIf, compare};
use crate::report::{self, markdown, text};
use crate::{Change, Compiled, Options};
use anyhow::Result;
use serde::Serialize;

pub(super) fn run(args: &PlanArgs) -> Result<Exit> {
    if args.watch {
        return watch::watch(&args.file, || once(args, drop));
    }
    once(args, leave)
}

/// Shows the plan of the file as it is now; `done` gets what was made when it is needed no more.
fn once(args: &PlanArgs, done: fn(Compiled)) -> Result<Exit> {
    let prices = match prices::given(&args.prices)? {
        Ok(prices) => prices,
        Err(exit) => return Ok(exit),
    };
    let source = read_source(&args.file)?;
    let options = Options {
        objective: args.objective.into(),
        prices: Some(prices),
        changes: changes(args),
    };
    let alone = options.changes.is_empty() && !args.sample;
    let (made, shown) = crate::compile_beside(&source, &options, |plan| {
        alone.then(|| shown(plan, &source.name, args.format))
    });
    let Some(plan) = &made.plan else {
        output::diagnose(&made.diagnostics, &source, false)?;
        return Ok(Exit::Invalid);
    };
    if let Some(shown) = shown.flatten() {
        output::print(&shown?)?;
        done(made);
        return Ok(Exit::Fine);
    }
    if args.sample {
        let shown = picture(plan, args.format)
            .map_err(|e| anyhow::anyhow!("no sample items can be made: {e}"))?;
        output::print(&shown)?;
        return Ok(Exit::Fine);
    }
    let as_it_is = Options {
        changes: Vec::new(),
        ..options
    };
    let as_it_is = crate::compile_with(&source, &as_it_is);
    let Some(before) = &as_it_is.plan else {
        output::diagnose(&as_it_is.diagnostics, &source, false)?;
        return Ok(Exit::Invalid);
    };
    let rates = args
        .rates
        .iter()
        .map(|factor| format!("every rate {factor}"));
    let told = rates.chain(args.what_if.iter().cloned()).collect();
    show_change(plan, &compare(before, plan, told), args.format)?;
    Ok(Exit::Fine)
}

/// What the caller wants tried.
fn changes(args: &PlanArgs) -> Vec<Change> {
    let rates = args.rates.iter().cloned().map(Change::Rates);
    rates
        .chain(args.what_if.iter().cloned().map(Change::One))
        .collect()
}

/// The plan of a file as it is printed.
fn shown(plan: &Plan, file: &str, format: PlanFormat) -> Result<String> {
    Ok(match format {
        PlanFormat::Json => serde_json::to_string_pretty(plan)? + "\n",
        PlanFormat::Text => text::render(plan, file, output::width(), !output::is_terminal()),
        PlanFormat::Markdown => markdown::render(plan)?,
    })
}

/// The plan of the changed file, with what differs from the file as it is.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    what_if: &'a WhatIf,
}

fn show_change(plan: &Plan, change: &WhatIf, format: PlanFormat) -> Result<()> {
    match format {
        PlanFormat::Json => {
            let document = Document {
                plan,
                what_if: change,
            };
            output::print(&(serde_json::to_string_pretty(&document)? + "\n"))
        }
        PlanFormat::Text => {
            let plain = !output::is_terminal();
            output::print(&change.text(&plan.design, output::width(), plain))
        }
        PlanFormat::Markdown => output::print(&change.markdown(&plan.design)),
    }
}

/// The sample items of a plan.
fn picture(plan: &Plan, format: PlanFormat) -> Result<String, String> {
    match format {
        PlanFormat::Json => report::picture::json(plan),
        PlanFormat::Text => report::picture::text(plan, output::width(), !output::is_terminal()),
        PlanFormat::Markdown => report::picture::markdown(plan),
    }
}

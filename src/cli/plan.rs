//! `design plan`

use super::args::{ObjectiveArg, PlanArgs, PlanFormat};
use super::{Exit, output, read_source};
use crate::Objective;
use crate::report::{markdown, text};
use anyhow::Result;

pub(super) fn run(args: &PlanArgs) -> Result<Exit> {
    let source = read_source(&args.file)?;
    let objective = match args.objective {
        ObjectiveArg::Indexes => Objective::Indexes,
        ObjectiveArg::Cost => Objective::Cost,
    };
    let compiled = crate::compile(&source, objective);
    let Some(plan) = &compiled.plan else {
        output::diagnose(&compiled.diagnostics, &source)?;
        return Ok(Exit::Invalid);
    };
    match args.format {
        PlanFormat::Json => output::print(&(serde_json::to_string_pretty(plan)? + "\n"))?,
        PlanFormat::Text => {
            output::print(&text::render(plan, output::width(), !output::is_terminal()))?;
        }
        PlanFormat::Markdown => output::print(&markdown::render(plan)?)?,
    }
    Ok(Exit::Fine)
}

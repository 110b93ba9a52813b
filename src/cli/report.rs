//! `design report`: the plan as one page for a browser.

use super::args::ReportArgs;
use super::{Exit, output, read_source};
use crate::report::html;
use anyhow::Result;

pub(super) fn run(args: &ReportArgs) -> Result<Exit> {
    let source = read_source(&args.file)?;
    let compiled = crate::compile(&source, args.objective.into());
    let Some(plan) = &compiled.plan else {
        output::diagnose(&compiled.diagnostics, &source, false)?;
        return Ok(Exit::Invalid);
    };
    let page = html::render(plan).map_err(|e| anyhow::anyhow!("the page cannot be made: {e}"))?;
    match &args.out {
        Some(path) => output::write_whole(path, &page)?,
        None => output::print(&page)?,
    }
    Ok(Exit::Fine)
}

//! `design check`: the gate of CI.

use super::args::{CheckArgs, CheckFormat};
use super::{Exit, output, read_source};
use crate::Objective;
use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::plan::Plan;
use crate::plan::proof::plural;
use anyhow::{Result, bail};
use serde_json::json;

pub(super) fn run(args: &CheckArgs) -> Result<Exit> {
    let levels = levels(args)?;
    let source = read_source(&args.file)?;
    let mut compiled = crate::compile(&source, Objective::Indexes);
    let Some(plan) = &compiled.plan else {
        output::diagnose(&compiled.diagnostics, &source)?;
        return Ok(Exit::Invalid);
    };
    for (code, severity) in levels {
        compiled.diagnostics.reweigh(code, severity);
    }
    let failed = compiled.diagnostics.has_errors();
    match args.format {
        CheckFormat::Text => {
            output::diagnose(&compiled.diagnostics, &source)?;
            output::print(&text(plan, &compiled.diagnostics))?;
        }
        CheckFormat::Json => output::print(
            &(serde_json::to_string_pretty(&document(plan, &compiled.diagnostics, &source))?
                + "\n"),
        )?,
    }
    Ok(if failed { Exit::Findings } else { Exit::Fine })
}

/// The severities that the caller wants, in the order `--deny`, `--warn`, `--allow`.
fn levels(args: &CheckArgs) -> Result<Vec<(Code, Option<Severity>)>> {
    let wanted = [
        (&args.deny, Some(Severity::Error)),
        (&args.warn, Some(Severity::Warning)),
        (&args.allow, None),
    ];
    let mut made = Vec::new();
    for (names, severity) in wanted {
        for name in names {
            match Code::find(name) {
                Some(code) => made.push((code, severity)),
                None => bail!("unknown code `{name}`{}", suggestion(name)),
            }
        }
    }
    Ok(made)
}

/// "; did you mean …?", where a code or its name is near.
pub(super) fn suggestion(name: &str) -> String {
    let known = Code::ALL.iter().flat_map(|c| [c.id(), c.name()]);
    crate::diagnostic::nearest(name, known)
        .map(|n| format!("; did you mean `{n}`?"))
        .unwrap_or_default()
}

fn text(plan: &Plan, found: &Diagnostics) -> String {
    let count = |severity: Severity| {
        found
            .sorted()
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let status = |status: &str| plan.patterns.iter().filter(|p| p.status == status).count();
    let mut out = String::new();
    for pattern in plan.patterns.iter().filter(|p| p.status == "uncovered") {
        out.push_str(&format!(
            "{} is uncovered: {}\n",
            pattern.name,
            pattern.reason.as_deref().unwrap_or_default()
        ));
    }
    let passing = plan.patterns.len() - status("uncovered");
    out.push_str(&format!(
        "{}: {passing} of {} pass, {}, {}\n",
        plan.design,
        plural(plan.patterns.len(), "pattern", "patterns"),
        plural(errors, "error", "errors"),
        plural(warnings, "warning", "warnings")
    ));
    out
}

fn document(plan: &Plan, found: &Diagnostics, source: &crate::source::Source) -> serde_json::Value {
    let patterns: Vec<_> = plan
        .patterns
        .iter()
        .map(
            |p| json!({ "name": p.name, "status": p.status, "price": p.price, "reason": p.reason }),
        )
        .collect();
    let diagnostics: Vec<_> = found
        .sorted()
        .into_iter()
        .map(|d| crate::plan::entry(source, d))
        .collect();
    json!({
        "design": plan.design,
        "passed": !found.has_errors(),
        "patterns": patterns,
        "diagnostics": diagnostics,
    })
}

//! `design check`: the gate of CI.

use super::args::{CheckArgs, CheckFormat};
use super::{Exit, generated, leave, output, prices, read_source};
use crate::Options;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::plan::proof::plural;
use crate::plan::{CostLine, Pattern, Plan};
use crate::report::findings;
use crate::report::view::money;
use crate::source::Source;
use anyhow::{Result, bail};
use serde_json::{Value as Json, json};

pub(super) fn run(args: &CheckArgs) -> Result<Exit> {
    let levels = levels(args)?;
    let prices = match prices::given(&args.prices)? {
        Ok(prices) => prices,
        Err(exit) => return Ok(exit),
    };
    let source = read_source(&args.file)?;
    let options = Options {
        objective: args.objective.into(),
        prices: Some(prices),
        ..Options::default()
    };
    let mut compiled = crate::compile_with(&source, &options);
    let mut differences = String::new();
    if let Some(plan) = &compiled.plan {
        if let Some(most) = args.max_cost
            && plan.cost.usd_per_month > most
        {
            compiled.diagnostics.push(too_expensive(plan, most));
        }
        let files = generated::findings(&compiled, plan, &args.file)?;
        differences = files.differences;
        for finding in files.all {
            compiled.diagnostics.push(finding);
        }
        for (code, severity) in levels {
            compiled.diagnostics.reweigh(code, severity);
        }
    }
    if matches!(args.format, CheckFormat::Text) {
        output::diagnose(&compiled.diagnostics, &source, args.notes)?;
        output::print(&differences)?;
    }
    tell(args, compiled.plan.as_ref(), &compiled.diagnostics, &source)?;
    let exit = match compiled.plan {
        None => Exit::Invalid,
        Some(_) if compiled.diagnostics.has_errors() => Exit::Findings,
        Some(_) => Exit::Fine,
    };
    leave(compiled);
    Ok(exit)
}

/// Reports what was found, in the form that the caller wants. What is wrong with a file is told in that form, too, so that
/// a server of CI shows it at its place.
fn tell(args: &CheckArgs, plan: Option<&Plan>, found: &Diagnostics, source: &Source) -> Result<()> {
    let all = found.sorted();
    match args.format {
        CheckFormat::Text => plan.map_or(Ok(()), |plan| output::print(&text(plan, found))),
        CheckFormat::Json => pretty(&document(plan, found, source)),
        CheckFormat::Sarif => pretty(&findings::sarif(&all, source)),
        CheckFormat::Github => {
            output::print(&findings::github(&all, source))?;
            plan.map_or(Ok(()), |plan| output::print(&text(plan, found)))
        }
        CheckFormat::Junit => output::print(&findings::junit(plan, &all, source)),
    }
}

fn pretty(document: &Json) -> Result<()> {
    output::print(&(serde_json::to_string_pretty(document)? + "\n"))
}

/// That a design costs more than the caller accepts: what most of it is for, and what would be cheaper.
fn too_expensive(plan: &Plan, most: f64) -> Diagnostic {
    let cost = &plan.cost;
    let dearest = |lines: &[CostLine]| {
        let line = lines.iter().max_by(|a, b| {
            a.usd_per_month
                .total_cmp(&b.usd_per_month)
                .then(b.name.cmp(&a.name))
        });
        line.map(|l| format!("`{}` {}", l.name, money(l.usd_per_month)))
    };
    let found = Diagnostic::general(
        Code::D0402,
        format!(
            "the design costs {} a month, which is more than {}",
            money(cost.usd_per_month),
            money(most)
        ),
    );
    let parts = [
        dearest(&cost.by_pattern).map(|text| format!("the dearest pattern is {text}")),
        dearest(&cost.by_entity).map(|text| format!("the dearest entity {text}")),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    let otherwise = cost.alternatives.iter().map(|a| {
        (
            a.usd_per_month,
            format!("`billing: {}` and `class: {}`", a.billing, a.class),
        )
    });
    let indexes = cost
        .frontier
        .iter()
        .filter(|p| p.indexes > plan.proof.indexes)
        .map(|p| {
            let text = format!(
                "`--objective cost`, with {},",
                plural(p.indexes, "index", "indexes")
            );
            (p.usd_per_month, text)
        });
    let cheaper = otherwise
        .chain(indexes)
        .filter(|(dollars, _)| *dollars < cost.usd_per_month)
        .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let help = match cheaper {
        Some((dollars, text)) => format!("{text} would cost {}", money(dollars)),
        None => "no other number of indexes, billing mode or table class is cheaper; look at the dearest patterns of `design plan`"
            .to_owned(),
    };
    found.note(told.join(", ")).help(help)
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
    let count = |severity: Severity| found.of(severity).len();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let notes = match count(Severity::Note) {
        0 => String::new(),
        n => format!(", {}", plural(n, "note", "notes")),
    };
    let status = |status: &str| plan.patterns.iter().filter(|p| p.status == status).count();
    let mut out = uncovered(plan);
    let passing = plan.patterns.len() - status("uncovered");
    out.push_str(&format!(
        "{}: {passing} of {} pass, {}, {}{notes}\n",
        plan.design,
        plural(plan.patterns.len(), "pattern", "patterns"),
        plural(errors, "error", "errors"),
        plural(warnings, "warning", "warnings")
    ));
    out
}

/// Which patterns are uncovered, and why, a line each.
pub(super) fn uncovered(plan: &Plan) -> String {
    let all = plan.patterns.iter().filter(|p| p.status == "uncovered");
    let line = |p: &Pattern| {
        let reason = p.reason.as_deref().unwrap_or_default();
        format!("{} is uncovered: {reason}\n", p.name)
    };
    all.map(line).collect()
}

fn document(plan: Option<&Plan>, found: &Diagnostics, source: &Source) -> Json {
    let patterns = plan.map_or(&[][..], |p| &p.patterns);
    let patterns: Vec<_> = patterns
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
        "design": plan.map(|p| &p.design),
        "passed": plan.is_some() && !found.has_errors(),
        "patterns": patterns,
        "diagnostics": diagnostics,
    })
}

//! `design verify`

use super::args::{VerifyArgs, VerifyFormat};
use super::{Exit, interrupt, output, read_source};
use crate::Objective;
use crate::report::run::{self as report, Told};
use crate::verify::engine::{self, tables};
use crate::verify::{self, Options, Progress};
use anyhow::{Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Operations between two looks at the clock.
const OFTEN: usize = 64;

pub(super) fn run(args: &VerifyArgs) -> Result<Exit> {
    let source = read_source(&args.file)?;
    let compiled = crate::compile(&source, Objective::Indexes);
    // A plan that the checker rejects is run as well: a counter-example says what is wrong with it.
    let rejected = compiled.plan.is_none();
    if rejected {
        output::diagnose(&compiled.diagnostics, &source, false)?;
    }
    let Some(plan) = compiled.plan.as_ref().or(compiled.rejected.as_ref()) else {
        return Ok(Exit::Invalid);
    };
    let mut document = serde_json::to_value(plan)?;
    let engine = engine::open(&args.engine).map_err(|e| anyhow!(e))?;
    let name = engine.name();
    if engine.shared() {
        let suffix = suffix();
        tables::renamed(&mut document, |table| tables::name(table, &suffix));
    }
    let options = options(args);
    let stop = interrupt::watch().map_err(|e| anyhow!(e))?;
    // A time that the clock cannot hold has no end.
    let deadline = args.time.and_then(|time| Instant::now().checked_add(time));
    let bar = bar(args.time.is_some());
    let mut operations = 0;
    let mut progress = |at: Progress| {
        operations += 1;
        if operations % OFTEN == 0 {
            bar.set_length(at.of as u64);
            bar.set_position(at.done as u64);
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return ControlFlow::Break(());
            }
        }
        if stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let run = verify::run(&source.text, &document, engine, &options, &mut progress);
    bar.finish_and_clear();
    let run = run.map_err(|e| anyhow!(e))?;
    if let Some(left) = &run.left {
        output::warn(left)?;
    }
    let again = again(args, &options);
    let told = Told {
        design: &plan.design,
        file: &args.file,
        engine: &name,
        seed: options.seed,
        run: &run,
        timed: args.time.is_some() && !stop.load(Ordering::Relaxed),
        again: &again,
    };
    output::print(&match args.format {
        VerifyFormat::Text => report::text(&told, output::width(), !output::is_terminal()),
        VerifyFormat::Json => serde_json::to_string_pretty(&report::json(&told))? + "\n",
        VerifyFormat::Junit => report::junit(&told),
    })?;
    if stop.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    Ok(match (run.mismatch, rejected) {
        (Some(_), _) => Exit::Findings,
        (None, true) => Exit::Invalid,
        (None, false) => Exit::Fine,
    })
}

/// How much to run. With a time, rounds have no end but that one.
fn options(args: &VerifyArgs) -> Options {
    let usual = Options::default();
    let rounds = if args.time.is_some() {
        usize::MAX
    } else {
        usual.rounds
    };
    Options {
        seed: args.seed,
        items: args.items,
        rounds: args.rounds.unwrap_or(rounds),
        queries: args.queries,
        shrink: true,
    }
}

/// The command that makes the same run; without the time, which is not the same twice.
fn again(args: &VerifyArgs, options: &Options) -> String {
    let usual = Options::default();
    let mut command = format!("design verify {} --seed {}", args.file, options.seed);
    for (name, value, usual) in [
        ("items", options.items, usual.items),
        ("queries", options.queries, usual.queries),
    ] {
        if value != usual {
            command.push_str(&format!(" --{name} {value}"));
        }
    }
    match (args.rounds, args.time) {
        (Some(rounds), _) => command.push_str(&format!(" --rounds {rounds}")),
        (None, Some(time)) => command.push_str(&format!(" --time {}s", time.as_secs())),
        (None, None) => {}
    }
    if args.engine != "embedded" {
        command.push_str(&format!(" --engine {}", args.engine));
    }
    command
}

/// What no other run on the same engine has in the names of its tables.
fn suffix() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    format!(
        "{}-{}",
        now.unwrap_or_default().as_millis(),
        std::process::id()
    )
}

/// A bar on standard error, where that is a terminal.
fn bar(timed: bool) -> ProgressBar {
    let bar = ProgressBar::new(1);
    let template = if timed {
        "{elapsed} {pos} operations"
    } else {
        "{bar:40} {pos}/{len} operations, {eta} left"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr_with_hz(5));
    bar
}

/// Reads `60s`, `5m` or `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write it like 60s, 5m or 1h");
    let (number, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    let seconds: u64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    seconds
        .checked_mul(unit)
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

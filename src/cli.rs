//! The command line: arguments, files, the terminal, exit statuses.
//!
//! Promises: the only place that reads files and the environment, and prints. Reports go to standard output,
//! diagnostics to standard error; a closed pipe is not an error.

mod args;
mod check;
mod explain;
mod generate;
mod generated;
mod init;
#[cfg(feature = "verify")]
mod interrupt;
mod output;
mod plan;
mod prices;
mod report;
#[cfg(feature = "verify")]
mod verify;
mod watch;

use anyhow::{Context, Result};
use args::{Args, Command};
use clap::{CommandFactory, Parser};
use std::io::Read;
use std::process::ExitCode;

/// The exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// There are findings.
    Findings = 1,
    /// The input or the call is invalid, or the tool failed.
    Invalid = 2,
    /// The user ended it: what shells give for that.
    Interrupted = 130,
}

/// Runs the command line of the process.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(Exit::Invalid as u8)
        }
    }
}

fn run(args: &Args) -> Result<Exit> {
    args.color.apply();
    match &args.command {
        Command::Plan(command) => plan::run(command),
        Command::Report(command) => report::run(command),
        Command::Check(command) => check::run(command),
        #[cfg(feature = "verify")]
        Command::Verify(command) => verify::run(command),
        Command::Generate(command) => generate::run(command),
        Command::Explain(command) => explain::run(command),
        Command::Init { file } => init::run(file),
        Command::Schema { plan } => schema(*plan),
        Command::Man { command } => man(command.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "design", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Fine)
        }
    }
}

/// The manual page of the tool, or of one of its commands.
fn man(command: Option<&str>) -> Result<Exit> {
    let mut tool = Args::command();
    // Gives each command its whole name and the arguments that all have.
    tool.build();
    let of = match command.map(|name| (name, tool.find_subcommand(name))) {
        None => tool,
        Some((_, Some(found))) => found.clone(),
        Some((name, None)) => {
            let known = tool.get_subcommands().map(clap::Command::get_name);
            let nearest = crate::diagnostic::nearest(name, known);
            let hint = nearest.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            anyhow::bail!("unknown command `{name}`{hint}");
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(of).render(&mut page)?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Fine)
}

fn schema(plan: bool) -> Result<Exit> {
    let schema = if plan {
        serde_json::to_value(schemars::schema_for!(crate::plan::Plan))?
    } else {
        crate::document::schema::design_schema()
    };
    output::print(&(serde_json::to_string_pretty(&schema)? + "\n"))?;
    Ok(Exit::Fine)
}

/// Leaves what a design came to where it is, because the process is about to end: the system takes all of its memory back
/// at once, where freeing a large plan piece by piece takes as long as reading its file.
fn leave(made: crate::Compiled) {
    std::mem::forget(made);
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|e| e.downcast_ref::<std::io::Error>())
        .any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Reads a design file; `-` is standard input.
fn read_source(path: &str) -> Result<crate::source::Source> {
    let text = if path == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
        text
    } else {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read `{path}`"))?;
        String::from_utf8(bytes).map_err(|e| {
            anyhow::anyhow!(
                "`{path}` is not text: the byte at offset {} is not UTF-8",
                e.utf8_error().valid_up_to()
            )
        })?
    };
    let name = if path == "-" { "<stdin>" } else { path };
    Ok(crate::source::Source::new(name, text))
}

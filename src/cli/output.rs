//! Writing to the terminal.

use crate::diagnostic::Diagnostics;
use crate::source::Source;
use anyhow::Result;
use std::io::{IsTerminal, Write};

/// Columns of standard output: of a terminal its width, else `COLUMNS`, else 100.
pub(super) fn width() -> usize {
    let terminal = terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
    let variable = || std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    terminal.or_else(variable).unwrap_or(100).clamp(40, 400)
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Prints a report to standard output.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a warning to standard error.
#[cfg(feature = "verify")]
pub(super) fn warn(text: &str) -> Result<()> {
    let mut err = anstream::stderr().lock();
    writeln!(err, "warning: {text}")?;
    Ok(())
}

/// Prints diagnostics to standard error.
pub(super) fn diagnose(diagnostics: &Diagnostics, source: &Source) -> Result<()> {
    let text = diagnostics.render(source, true, width());
    let mut err = anstream::stderr().lock();
    err.write_all(text.as_bytes())?;
    err.flush()?;
    Ok(())
}

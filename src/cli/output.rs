//! Writing to the terminal.

use crate::diagnostic::Diagnostics;
use crate::source::Source;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;

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

/// An empty screen, where standard output is a terminal.
pub(super) fn clear() -> Result<()> {
    if is_terminal() {
        print("\u{1b}[2J\u{1b}[H")?;
    }
    Ok(())
}

/// Prints a report to standard output.
pub(super) fn print(text: &str) -> Result<()> {
    if text.contains('\u{1b}') {
        written(anstream::stdout().lock(), text)
    } else {
        // Without colours there is nothing to take out where none are wanted.
        written(std::io::stdout().lock(), text)
    }
}

fn written(mut out: impl Write, text: &str) -> Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a file whole: to the side first, then in its place, so that nobody finds a part of it.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write `{}`", path.display());
    let Some(name) = path.file_name() else {
        bail!("{}: it is no file name", cannot());
    };
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // It may not be there at all.
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(cannot)
}

/// Prints a warning to standard error.
#[cfg(feature = "verify")]
pub(super) fn warn(text: &str) -> Result<()> {
    let mut err = anstream::stderr().lock();
    writeln!(err, "warning: {text}")?;
    Ok(())
}

/// Prints diagnostics to standard error, with `notes` those too.
pub(super) fn diagnose(diagnostics: &Diagnostics, source: &Source, notes: bool) -> Result<()> {
    let text = if notes {
        diagnostics.render_all(source, true, width())
    } else {
        diagnostics.render(source, true, width())
    };
    let mut err = anstream::stderr().lock();
    err.write_all(text.as_bytes())?;
    err.flush()?;
    Ok(())
}

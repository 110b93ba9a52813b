//! `--watch`: a report again whenever its file changes.
//!
//! Promises: looks at the text and not at its time, so that saving the same text shows nothing new and every way of saving
//! is seen, that of editors that put another file in its place too; a file that is gone or half there for a moment is
//! waited for.

use super::{Exit, output};
use anyhow::{Result, bail};
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Reports on `file` now, and whenever its text is another one, until the process is ended. What is wrong with a file is
/// part of a report.
pub(super) fn watch(file: &str, report: impl Fn() -> Result<Exit>) -> Result<Exit> {
    if file == "-" {
        bail!("standard input does not change: name a file to watch");
    }
    let mut shown = std::fs::read(file).ok();
    report()?;
    let mut last = shown.clone();
    loop {
        std::thread::sleep(PAUSE);
        let text = std::fs::read(file).ok();
        // A file that is being saved is empty or half there for a moment.
        let settled = text.is_some() && text == last;
        if settled && text != shown {
            output::clear()?;
            match report() {
                // It went away before it was read again, and may come back.
                Err(_) if std::fs::read(file).is_err() => {}
                Err(error) => return Err(error),
                Ok(_) => shown.clone_from(&text),
            }
        }
        last = text;
    }
}

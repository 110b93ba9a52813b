//! `design init`: a commented starter.

use super::{Exit, output};
use anyhow::{Context, Result};
use std::io::Write;

/// The starter file.
const STARTER: &str = include_str!("../explain/starter.yaml");

pub(super) fn run(path: &str) -> Result<Exit> {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    match file {
        Ok(mut file) => {
            file.write_all(STARTER.as_bytes())
                .with_context(|| format!("cannot write `{path}`"))?;
            output::print(&format!(
                "wrote {path}; `design plan {path}` shows what it compiles to\n"
            ))?;
            Ok(Exit::Fine)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            anstream::eprintln!("error: `{path}` exists already; it was left as it is");
            Ok(Exit::Findings)
        }
        Err(error) => Err(error).with_context(|| format!("cannot write `{path}`")),
    }
}

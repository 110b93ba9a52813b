//! `design generate`: writes what the design gives.
//!
//! Promises: a file that is already right is not touched; one that was not generated is not overwritten unless the caller
//! insists; each is written whole and moved into its place; with a pattern uncovered, or a file in the way, nothing is.

use super::args::GenerateArgs;
use super::generated::{self, Generated, Outputs, State};
use super::{Exit, check, leave, output, read_source};
use crate::emit::Target;
use crate::plan::proof::plural;
use crate::plan::{OutputEntry, Plan};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn run(args: &GenerateArgs) -> Result<Exit> {
    let source = read_source(&args.file)?;
    let compiled = crate::compile(&source, args.objective.into());
    let Some(plan) = &compiled.plan else {
        output::diagnose(&compiled.diagnostics, &source, false)?;
        return Ok(Exit::Invalid);
    };
    if !args.allow_uncovered && tell_uncovered(plan)? {
        return Ok(Exit::Findings);
    }
    let outputs = chosen(args, plan)?;
    let files = generated::compare(plan, &args.file, &outputs)?;
    if args.check {
        return show(&files);
    }
    let taken: Vec<String> = of(&files, &State::Taken).map(Generated::name).collect();
    if !taken.is_empty() && !args.force {
        let those = if taken.len() == 1 {
            "it was"
        } else {
            "they were"
        };
        bail!(
            "`{}` would be overwritten, and {those} not generated; nothing was written. Move {} away, or say `--force`",
            taken.join("`, `"),
            if taken.len() == 1 { "it" } else { "them" }
        );
    }
    write(&files)?;
    leave(compiled);
    Ok(Exit::Fine)
}

/// Says which patterns are uncovered; whether there are any.
fn tell_uncovered(plan: &Plan) -> Result<bool> {
    let mut told = check::uncovered(plan);
    if told.is_empty() {
        return Ok(false);
    }
    told.push_str("Nothing was written; `--allow-uncovered` generates without these patterns.\n");
    output::print(&told)?;
    Ok(true)
}

/// What the caller wants, and where.
fn chosen(args: &GenerateArgs, plan: &Plan) -> Result<Outputs> {
    let named = generated::outputs(plan, &args.file);
    let wanted: Vec<Target> = match (args.target.is_empty(), named.is_empty()) {
        (false, _) => args.target.iter().filter_map(|t| Target::find(t)).collect(),
        (true, false) => named.keys().copied().collect(),
        (true, true) => Target::ALL.to_vec(),
    };
    let mut made = Outputs::new();
    for target in wanted {
        let said = plan.generate.get(target.name());
        let at_home = named.get(&target);
        let entry = match (&args.out, at_home) {
            (Some(directory), _) => OutputEntry {
                path: directory
                    .join(target.usual_path(said))
                    .display()
                    .to_string(),
                options: said.map_or_else(BTreeMap::new, |o| o.options.clone()),
            },
            (None, Some(output)) => output.clone(),
            (None, None) => bail!(
                "the design file does not say where `{0}` is written: add `generate: {{ {0}: {1} }}` to it, or say `--out DIR`",
                target.name(),
                target.usual_path(None)
            ),
        };
        made.insert(target, entry);
    }
    if args.as_crate {
        into_crate(&mut made)?;
    }
    Ok(made)
}

/// Makes the Rust client a crate, of the kind that the design file says if it says one.
fn into_crate(outputs: &mut Outputs) -> Result<()> {
    let Some(output) = outputs.get_mut(&Target::Rust) else {
        bail!("`--crate` is of the target `rust`, which is not generated here");
    };
    if Path::new(&output.path)
        .extension()
        .is_some_and(|e| e == "rs")
    {
        bail!("`{}` cannot be a crate, which is a directory", output.path);
    }
    let said = output.options.entry("crate".to_owned()).or_default();
    if said != "workspace" {
        *said = "true".to_owned();
    }
    Ok(())
}

fn of<'a>(files: &'a [Generated], state: &State) -> impl Iterator<Item = &'a Generated> {
    let state = state.clone();
    files.iter().filter(move |f| f.state == state)
}

/// Shows how the files differ.
fn show(files: &[Generated]) -> Result<Exit> {
    let mut told = String::new();
    for file in files {
        match file.state {
            State::Same => {}
            State::Taken => told.push_str(&format!("{} was not generated\n", file.name())),
            State::Stale => told.push_str(&format!("{} is generated no more\n", file.name())),
            State::Missing | State::Differs(_) => told.push_str(&file.diff()),
        }
    }
    let other = files.iter().filter(|f| f.state != State::Same).count();
    if other == 0 {
        told.push_str(&format!(
            "{} as the design gives {}\n",
            plural(files.len(), "file is", "files are"),
            if files.len() == 1 { "it" } else { "them" }
        ));
    }
    output::print(&told)?;
    Ok(if other == 0 {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Writes what is not as it should be, and says what was done.
fn write(files: &[Generated]) -> Result<()> {
    let mut told = String::new();
    let mut unchanged = 0;
    for file in files {
        match file.state {
            State::Same => unchanged += 1,
            State::Stale => told.push_str(&format!(
                "{} is generated no more: remove it\n",
                file.name()
            )),
            State::Missing | State::Differs(_) | State::Taken => {
                if let Some(directory) = file.path.parent() {
                    std::fs::create_dir_all(directory)
                        .with_context(|| format!("cannot make `{}`", directory.display()))?;
                }
                output::write_whole(&file.path, &file.text)?;
                told.push_str(&format!("wrote {}\n", file.name()));
            }
        }
    }
    if unchanged > 0 {
        told.push_str(&format!(
            "{} unchanged\n",
            plural(unchanged, "file", "files")
        ));
    }
    output::print(&told)
}

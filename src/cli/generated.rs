//! Generated files, those that the design gives and those that lie on the disk.
//!
//! Promises: nothing is written here; a file counts as generated only by its own first lines, so that nothing of anyone
//! else's is taken for ours.

use crate::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::emit::{self, Artifact, Origin, Target};
use crate::parallel;
use crate::plan::proof::plural;
use crate::plan::{OutputEntry, Plan};
use anyhow::{Context, Result, anyhow};
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// How a file on the disk stands to the design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It is what the design gives.
    Same,
    /// It is not there.
    Missing,
    /// It is another, of this text.
    Differs(String),
    /// It was not generated.
    Taken,
    /// The design gives it no more.
    Stale,
}

/// A file that the design gives, or gave.
#[derive(Debug, Clone)]
pub(super) struct Generated {
    /// Its target.
    pub(super) target: Target,
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it should be; empty for a stale one.
    pub(super) text: String,
    /// What it is.
    pub(super) state: State,
}

impl Generated {
    /// Its path as people write it.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// What would change, in the unified format; nothing for a file that was not generated.
    pub(super) fn diff(&self) -> String {
        let (old, new) = match &self.state {
            State::Differs(old) => (old.as_str(), self.text.as_str()),
            State::Missing => ("", self.text.as_str()),
            State::Same | State::Taken | State::Stale => return String::new(),
        };
        let name = self.name().replace('\\', "/");
        let name = name.trim_start_matches('/');
        let before = match self.state {
            State::Missing => "/dev/null".to_owned(),
            _ => format!("a/{name}"),
        };
        TextDiff::from_lines(old, new)
            .unified_diff()
            .header(&before, &format!("b/{name}"))
            .to_string()
    }
}

/// Where each target goes.
pub(super) type Outputs = BTreeMap<Target, OutputEntry>;

/// The targets that the design file names, at the paths that it says, from the directory of the file.
pub(super) fn outputs(plan: &Plan, file: &str) -> Outputs {
    let directory = Path::new(file).parent().unwrap_or(Path::new(""));
    let of = |(name, output): (&String, &OutputEntry)| {
        let mut output = output.clone();
        if file != "-" {
            output.path = directory.join(&output.path).display().to_string();
        }
        Some((Target::find(name)?, output))
    };
    plan.generate.iter().filter_map(of).collect()
}

/// Makes all files of some targets and looks at what is on the disk.
pub(super) fn compare(plan: &Plan, file: &str, outputs: &Outputs) -> Result<Vec<Generated>> {
    let origin = Origin::new(plan, if file == "-" { "standard_input" } else { file });
    let all: Vec<_> = outputs.iter().collect();
    let much = parallel::is_much(plan.patterns.len() * all.len());
    let artifacts = parallel::each(&all, much, |(target, output)| {
        emit::emit(plan, **target, output, &origin)
    });
    let mut made = Vec::new();
    let mut directories = Vec::new();
    for ((target, output), artifact) in outputs.iter().zip(artifacts) {
        let artifact =
            artifact.map_err(|e| anyhow!("`{}` cannot be generated: {e:#}", target.name()))?;
        let base = PathBuf::from(&output.path);
        let mut add = |path: PathBuf, text: String| {
            let state = state(&path, &text)?;
            made.push(Generated {
                target: *target,
                path,
                text,
                state,
            });
            Ok::<_, anyhow::Error>(())
        };
        match artifact {
            Artifact::File(text) => add(base, text)?,
            Artifact::Directory(files) => {
                for (name, text) in files {
                    add(base.join(name), text)?;
                }
                directories.push((*target, base));
            }
        }
    }
    let known: BTreeSet<PathBuf> = made.iter().map(|g| g.path.clone()).collect();
    for (target, directory) in directories {
        made.extend(stale(target, &directory, &known)?);
    }
    Ok(made)
}

/// What is to be said of generated files.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// One for each that is not as it should be.
    pub(super) all: Vec<Diagnostic>,
    /// How those differ that are there, for people.
    pub(super) differences: String,
}

/// What `design check` says of the files that the design file names: nothing where a pattern is uncovered, because then
/// none are generated.
pub(super) fn findings(compiled: &Compiled, plan: &Plan, file: &str) -> Result<Findings> {
    let uncovered = plan.patterns.iter().any(|p| p.status == "uncovered");
    let Some(design) = compiled.design.as_ref().filter(|_| !uncovered) else {
        return Ok(Findings::default());
    };
    let files = compare(plan, file, &outputs(plan, file))?;
    let finding = |of: &Generated| {
        let name = of.name();
        let (code, message, help) = match of.state {
            State::Same => return None,
            State::Differs(_) => (
                Code::D0601,
                format!("`{name}` is not what the design gives"),
                "run `design generate`",
            ),
            State::Missing => (
                Code::D0602,
                format!("`{name}` is not there"),
                "run `design generate`",
            ),
            State::Stale => (
                Code::D0603,
                format!("`{name}` is generated no more"),
                "remove it",
            ),
            State::Taken => (
                Code::D0604,
                format!("`{name}` is in the place of a generated file, and was not generated"),
                "move it away, or generate to another path",
            ),
        };
        let output = design.workload.generate.get(of.target.name());
        let span = output.map_or(design.workload.span, |o| o.span);
        let made = Diagnostic::at(code, span, message).help(help);
        Some(match of.state {
            State::Differs(_) => made.note(counted(&of.diff())),
            _ => made,
        })
    };
    Ok(Findings {
        all: files.iter().filter_map(finding).collect(),
        differences: files
            .iter()
            .filter(|f| f.state != State::Missing)
            .map(|f| shortened(&f.diff()))
            .collect(),
    })
}

/// How many lines a difference adds and takes away; its first two are names.
fn counted(diff: &str) -> String {
    let of = |mark| diff.lines().skip(2).filter(|l| l.starts_with(mark)).count();
    format!(
        "generating it again would add {} and take {} away",
        plural(of('+'), "line", "lines"),
        of('-')
    )
}

/// So many lines of a difference `design check` shows.
const SHOWN: usize = 40;

/// The beginning of a difference.
fn shortened(diff: &str) -> String {
    let lines: Vec<&str> = diff.lines().collect();
    if lines.len() <= SHOWN {
        return diff.to_owned();
    }
    format!(
        "{}\n({} more: `design generate --check`)\n",
        lines[..SHOWN].join("\n"),
        plural(lines.len() - SHOWN, "line", "lines")
    )
}

fn state(path: &Path, text: &str) -> Result<State> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(match String::from_utf8(bytes) {
            Ok(old) if old == text => State::Same,
            Ok(old) if emit::is_ours(&old) => State::Differs(old),
            // What is not text was not generated.
            _ => State::Taken,
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(State::Missing),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// Files of a directory that were generated and are not among those of the design, by name.
fn stale(target: Target, directory: &Path, known: &BTreeSet<PathBuf>) -> Result<Vec<Generated>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", directory.display()));
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("cannot read `{}`", directory.display()))?
            .path();
        let ours = || std::fs::read_to_string(&path).is_ok_and(|text| emit::is_ours(&text));
        if path.is_file() && !known.contains(&path) && ours() {
            paths.push(path);
        }
    }
    paths.sort();
    let of = |path| Generated {
        target,
        path,
        text: String::new(),
        state: State::Stale,
    };
    Ok(paths.into_iter().map(of).collect())
}

//! What `design generate` writes for the examples, beside what is committed.
//!
//! `UPDATE_DOCS=1 cargo test --test generate` writes it; read the difference before committing it.

use design::emit::{Artifact, Origin, Target, emit};
use design::plan::OutputEntry;
use design::source::Source;
use design::{Objective, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

/// How the tests end.
type Outcome = Result<(), Box<dyn Error>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The names of all examples.
fn examples() -> Result<Vec<String>, Box<dyn Error>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(root())? {
        let path = entry?.path();
        if path.join("design.yaml").exists() {
            all.extend(path.file_name().map(|n| n.to_string_lossy().into_owned()));
        }
    }
    all.sort();
    Ok(all)
}

/// All that is generated of an example, by path.
fn generated(text: &str, name: &str) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let plan = compile(&Source::new("design.yaml", text), Objective::Indexes).plan;
    let plan = plan.ok_or_else(|| format!("{name} has no plan"))?;
    let origin = Origin::new(&plan, "design.yaml");
    let mut files = BTreeMap::new();
    for target in Target::ALL {
        let output = OutputEntry {
            path: target.usual_path(None).to_owned(),
            options: BTreeMap::new(),
        };
        match emit(&plan, *target, &output, &origin)? {
            Artifact::File(text) => {
                files.insert(output.path, text);
            }
            Artifact::Directory(all) => {
                let inside = |(name, text)| (format!("{}/{name}", output.path), text);
                files.extend(all.into_iter().map(inside));
            }
        }
    }
    Ok(files)
}

/// The files below a directory, by their paths in it.
fn below(directory: &Path, at: &str, into: &mut BTreeSet<String>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            below(&path, &format!("{at}{name}/"), into)?;
        } else {
            into.insert(format!("{at}{name}"));
        }
    }
    Ok(())
}

#[test]
fn the_committed_outputs_of_the_examples_are_what_is_generated() -> Outcome {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut differing = Vec::new();
    for name in examples()? {
        let text = std::fs::read_to_string(root().join(&name).join("design.yaml"))?;
        let directory = root().join(&name).join("generated");
        let wanted = generated(&text, &name)?;
        if update {
            if directory.exists() {
                std::fs::remove_dir_all(&directory)?;
            }
            for (path, text) in &wanted {
                let path = directory.join(path);
                std::fs::create_dir_all(path.parent().ok_or("a directory")?)?;
                std::fs::write(path, text)?;
            }
        }
        let mut there = BTreeSet::new();
        below(&directory, "", &mut there)?;
        let left = there.iter().filter(|p| !wanted.contains_key(*p));
        differing.extend(left.map(|p| format!("{name}/{p} is generated no more")));
        for (path, text) in &wanted {
            if std::fs::read_to_string(directory.join(path)).ok().as_ref() != Some(text) {
                differing.push(format!("{name}/{path} differs"));
            }
        }
    }
    if !differing.is_empty() {
        return Err(format!(
            "{}\nUPDATE_DOCS=1 cargo test --test generate writes them",
            differing.join("\n")
        )
        .into());
    }
    Ok(())
}

/// The order of the file's maps, and where it lies, are no part of what is generated.
#[test]
fn the_same_design_gives_the_same_files() -> Outcome {
    let text = "design: shop\nentities:\n  B: { key: b, attributes: { b: string, x: string } }\n  A: { key: a, attributes: { x: string, a: string } }\npatterns:\n  two: { list: B, by: x }\n  one: { list: A, by: x }\n";
    let turned = "design: shop\npatterns:\n  one: { by: x, list: A }\n  two: { by: x, list: B }\nentities:\n  A: { attributes: { a: string, x: string }, key: a }\n  B: { attributes: { x: string, b: string }, key: b }\n";
    assert_eq!(generated(text, "one")?, generated(turned, "another")?);
    Ok(())
}

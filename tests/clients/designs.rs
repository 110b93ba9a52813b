//! The designs whose clients are generated, compiled and run.

use design::plan::Plan;
use design::source::Source;
use design::{Objective, compile};
use std::path::{Path, PathBuf};

/// A design, its name and its plan.
pub(crate) struct Design {
    /// Of its file.
    pub(crate) name: String,
    /// The file.
    pub(crate) yaml: String,
    /// What is made of it.
    pub(crate) plan: Plan,
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every example, and the designs that use what they do not; with the environment variable `ONLY` the one of that name.
pub(crate) fn designs() -> Vec<Design> {
    let only = std::env::var("ONLY").ok();
    let mut paths = Vec::new();
    for folder in [
        "examples",
        "tests/clients",
        "tests/designs",
        "tests/execution/plans",
        "tests/faults/designs",
    ] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|e| panic!("{e}"));
        let mut all: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        all.sort();
        paths.extend(all);
    }
    let is_design = |p: &&PathBuf| p.join("design.yaml").exists() || has_extension(p, "yaml");
    let wanted = |p: &&PathBuf| only.as_ref().is_none_or(|o| *o == name_of(p));
    let kept = paths.iter().filter(is_design).filter(wanted);
    kept.map(|p| design_at(p)).collect()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
}

fn name_of(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The design in a file or a folder.
pub(crate) fn design_at(path: &Path) -> Design {
    let name = name_of(path);
    let file = if path.is_dir() {
        path.join("design.yaml")
    } else {
        path.to_owned()
    };
    let yaml = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{e}"));
    let yaml = without_old_patterns(&yaml);
    let source = Source::new("design.yaml", yaml.clone());
    let plan = compile(&source, Objective::default()).plan;
    let plan = plan.unwrap_or_else(|| panic!("{name} is no design"));
    Design { name, yaml, plan }
}

/// Without the patterns of older plans that are no longer in the language, or that the plan of today does not serve.
fn without_old_patterns(yaml: &str) -> String {
    const OLD: [&str; 3] = ["  end_all:", "  latest: { list: [Note", "  visit_again:"];
    let kept = yaml
        .lines()
        .filter(|l| !OLD.iter().any(|old| l.starts_with(old)));
    kept.collect::<Vec<_>>().join("\n")
}

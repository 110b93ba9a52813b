//! The designs, their clients, and the tools that compile and run them.

use design::emit::{Artifact, Origin, Target, emit};
use design::plan::{OutputEntry, Plan};
use design::source::Source;
use design::{Objective, compile};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the tools are.
pub(crate) fn tools() -> Option<PathBuf> {
    let found = std::env::var_os("TYPESCRIPT").map(PathBuf::from);
    if found.is_none() {
        eprintln!("left out: TYPESCRIPT names no folder with the tools");
    }
    found
}

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

/// Writes the clients of all designs into a folder of the tools, and gives the folder.
pub(crate) fn written(tools: &Path, to: &str, designs: &[Design]) -> PathBuf {
    let folder = tools.join(to);
    let _ = std::fs::remove_dir_all(&folder);
    for design in designs {
        let output = OutputEntry {
            path: "client".to_owned(),
            options: BTreeMap::new(),
        };
        let origin = Origin::new(&design.plan, "design.yaml");
        let made = emit(&design.plan, Target::TypeScript, &output, &origin);
        let Ok(Artifact::Directory(files)) = made else {
            panic!("{}: no directory", design.name);
        };
        let own = folder.join(&design.name);
        std::fs::create_dir_all(&own).unwrap_or_else(|e| panic!("{e}"));
        for (name, text) in files {
            std::fs::write(own.join(name), text).unwrap_or_else(|e| panic!("{e}"));
        }
    }
    let package = "{ \"private\": true, \"type\": \"module\" }\n";
    std::fs::write(folder.join("package.json"), package).unwrap_or_else(|e| panic!("{e}"));
    folder
}

/// The strictest options, without types of a browser or of Node.js.
fn options(emit: bool) -> String {
    let end = if emit {
        "\"outDir\": \"js\""
    } else {
        "\"noEmit\": true"
    };
    format!(
        "{{ \"compilerOptions\": {{ \"target\": \"es2022\", \"lib\": [\"es2022\"], \"types\": [], \
         \"module\": \"nodenext\", \"moduleResolution\": \"nodenext\", \"rootDir\": \".\", \
         \"strict\": true, \"exactOptionalPropertyTypes\": true, \"noUncheckedIndexedAccess\": true, \
         \"isolatedModules\": true, \"erasableSyntaxOnly\": true, \"verbatimModuleSyntax\": true, \
         \"noImplicitOverride\": true, \"noPropertyAccessFromIndexSignature\": true, \
         \"skipLibCheck\": true, {end} }}, \"include\": [\"*/*.ts\"], \"exclude\": [\"js\"] }}\n"
    )
}

pub(crate) fn succeeds(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let start: String = said.lines().take(40).collect::<Vec<_>>().join("\n");
    assert!(output.status.success(), "{command:?}\n{start}");
    said
}

pub(crate) fn tsc(tools: &Path, package: &str, folder: &Path, emit: bool) {
    std::fs::write(folder.join("tsconfig.json"), options(emit)).unwrap_or_else(|e| panic!("{e}"));
    let program = tools.join("node_modules").join(package).join("bin/tsc");
    succeeds(Command::new("node").arg(program).arg("-p").arg(folder));
}

/// Does something with each design, on all processors; the answers stand in the order of the designs.
pub(crate) fn each<T: Send>(designs: &[Design], work: impl Fn(&Design) -> T + Sync) -> Vec<T> {
    let (work, next) = (&work, &AtomicUsize::new(0));
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut made: Vec<(usize, T)> = std::thread::scope(|scope| {
        let worker = move || {
            let places = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
            let taken = places.map_while(|at| designs.get(at).map(|d| (at, d)));
            taken.map(|(at, d)| (at, work(d))).collect::<Vec<_>>()
        };
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let joined = all
            .into_iter()
            .flat_map(|w| w.join().unwrap_or_else(|e| resume_unwind(e)));
        joined.collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, one)| one).collect()
}

//! The client in TypeScript: it compiles, prettier would change nothing, and it does what the reference model says.
//!
//! The environment variable `TYPESCRIPT` names a folder whose `node_modules` has `typescript` (5.9), `typescript7`,
//! `prettier` and `@aws-sdk/client-dynamodb`; `.ci/run` makes one. Without it these tests say so and do nothing.

#![expect(clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::print_stderr, reason = "what is left out is told")]

use design::emit::{Artifact, Origin, Target, emit};
use design::plan::{OutputEntry, Plan};
use design::source::Source;
use design::verify::engine::Embedded;
use design::verify::external::External;
use design::verify::{Options, run_external};
use design::{Objective, compile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tools are.
fn tools() -> Option<PathBuf> {
    let found = std::env::var_os("TYPESCRIPT").map(PathBuf::from);
    if found.is_none() {
        eprintln!("left out: TYPESCRIPT names no folder with the tools");
    }
    found
}

/// A design, its name and its plan.
struct Design {
    name: String,
    yaml: String,
    plan: Plan,
}

/// Every example, and the designs that use what they do not.
fn designs() -> Vec<Design> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let only = std::env::var("ONLY").ok();
    let mut made = Vec::new();
    for folder in ["examples", "tests/designs", "tests/execution/plans"] {
        let entries = std::fs::read_dir(root.join(folder)).unwrap_or_else(|e| panic!("{e}"));
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths {
            let file = if path.is_dir() {
                path.join("design.yaml")
            } else {
                path.clone()
            };
            if file.extension().is_none_or(|e| e != "yaml") {
                continue;
            }
            let name = path
                .file_stem()
                .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            if only.as_ref().is_some_and(|o| *o != name) {
                continue;
            }
            let yaml = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{e}"));
            let yaml = without_old_patterns(&yaml);
            let compiled = compile(
                &Source::new("design.yaml", yaml.clone()),
                Objective::default(),
            );
            let plan = compiled
                .plan
                .unwrap_or_else(|| panic!("{name} is no design"));
            made.push(Design { name, yaml, plan });
        }
    }
    made
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
fn written(tools: &Path, to: &str, designs: &[Design]) -> PathBuf {
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

fn succeeds(command: &mut Command) -> String {
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

fn tsc(tools: &Path, package: &str, folder: &Path, emit: bool) {
    std::fs::write(folder.join("tsconfig.json"), options(emit)).unwrap_or_else(|e| panic!("{e}"));
    let program = tools.join("node_modules").join(package).join("bin/tsc");
    succeeds(Command::new("node").arg(program).arg("-p").arg(folder));
}

#[test]
fn it_compiles_and_is_formatted() {
    let Some(tools) = tools() else { return };
    let designs = designs();
    let folder = written(&tools, "checked", &designs);
    if designs.iter().any(|d| d.name == "shop") {
        // Every line that must not compile says so; one that does is an error.
        let illegal = include_str!("clients/illegal.ts");
        std::fs::write(folder.join("shop/illegal.ts"), illegal).unwrap_or_else(|e| panic!("{e}"));
    }
    for package in ["typescript", "typescript7"] {
        tsc(&tools, package, &folder, false);
    }
    let prettier = tools.join("node_modules/prettier/bin/prettier.cjs");
    let mut command = Command::new("node");
    command
        .arg(prettier)
        .args(["--check", "--no-config", "--ignore-path", "/dev/null"]);
    for design in &designs {
        command.arg(folder.join(&design.name).join("index.ts"));
    }
    succeeds(&mut command);
}

#[test]
fn it_does_what_the_model_says() {
    let Some(tools) = tools() else { return };
    let designs = designs();
    let folder = written(&tools, "run", &designs);
    tsc(&tools, "typescript", &folder, true);
    let adapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/adapter.mjs");
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1);
    let mut wrong = Vec::new();
    for design in &designs {
        let mut command = Command::new("node");
        command
            .arg(&adapter)
            .arg(folder.join("js").join(&design.name).join("index.js"))
            .arg(folder.join(&design.name).join("patterns.json"));
        let external = External::start(command).unwrap_or_else(|e| panic!("{e}"));
        let options = Options {
            seed,
            items: 200,
            rounds: 2,
            queries: 400,
            shrink: false,
        };
        let plan = serde_json::to_value(&design.plan).unwrap_or_else(|e| panic!("{e}"));
        let engine = Embedded::new().unwrap_or_else(|e| panic!("{e}"));
        let run = run_external(&design.yaml, &plan, Box::new(engine), &options, external)
            .unwrap_or_else(|e| panic!("{}: {e}", design.name));
        if let Some(difference) = run.mismatch {
            wrong.push(format!("{}: {difference}", design.name));
            continue;
        }
        let idle = run
            .figures
            .patterns
            .iter()
            .filter(|(_, p)| p.calls == 0)
            .count();
        assert_eq!(idle, 0, "{}: patterns that were never called", design.name);
        eprintln!("{}: {} requests", design.name, run.figures.requests);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

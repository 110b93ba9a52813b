//! The client in TypeScript: it compiles, prettier would change nothing, and it does what the reference model says.
//!
//! The environment variable `TYPESCRIPT` names a folder whose `node_modules` has `typescript` (5.9), `typescript7`,
//! `prettier` and `@aws-sdk/client-dynamodb`; `.ci/run` makes one. Without it these tests say so and do nothing.

#![expect(clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::print_stderr, reason = "what is left out is told")]

#[path = "../clients/beside.rs"]
mod beside;
#[path = "../clients/designs.rs"]
mod designs;
mod tools;

use beside::{all_agree, run, succeeds};
use design::verify::Differs;
use designs::{Design, design_at, designs, root};
use std::path::Path;
use std::process::Command;
use tools::{tools, tsc, written};

#[test]
fn it_compiles_and_is_formatted() {
    let Some(tools) = tools() else { return };
    let designs = designs();
    let folder = written(&tools, "checked", &designs);
    if designs.iter().any(|d| d.name == "shop") {
        // Of `illegal.ts` every line that must not compile says so; one that does is an error. The README has the other.
        for name in ["illegal.ts", "snippet.ts"] {
            let from = root().join("tests/clients").join(name);
            let to = folder.join("shop").join(name);
            std::fs::copy(from, to).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
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

/// What drives the compiled client of a design in a folder.
fn adapter(folder: &Path, design: &Design) -> Command {
    let mut command = script("adapter.mjs");
    command
        .arg(folder.join("js").join(&design.name).join("index.js"))
        .arg(folder.join(&design.name).join("patterns.json"));
    command
}

#[test]
fn it_does_what_the_model_says() {
    let Some(tools) = tools() else { return };
    let designs = designs();
    let folder = written(&tools, "run", &designs);
    tsc(&tools, "typescript", &folder, true);
    all_agree(&designs, |design| adapter(&folder, design));
}

/// The model compares every item and every entry of an index with what it should be after random writes: a client that
/// forgets to move one is found by that, though no read of it is asked.
#[test]
fn an_entry_that_an_update_leaves_behind_is_found() {
    let Some(tools) = tools() else { return };
    let designs = [design_at(&root().join("examples/shop"))];
    let folder = written(&tools, "stale", &designs);
    let path = folder.join("shop/index.ts");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{e}"));
    let moves = r##"  assign(update, values, "#GSI3PK", ":GSI3PK", inGSI3["GSI3PK"]);"##;
    assert!(text.contains(moves), "ship_order moves the order in GSI3");
    let forgets = r##"  values[":GSI3PK"] = needed(inGSI3["GSI3PK"]);
  update.set.push("#GSI3PK = if_not_exists(#GSI3PK, :GSI3PK)");"##;
    std::fs::write(&path, text.replace(moves, forgets)).unwrap_or_else(|e| panic!("{e}"));
    tsc(&tools, "typescript", &folder, true);
    let run = run(&designs[0], adapter(&folder, &designs[0]), 0);
    let difference = run.mismatch.unwrap_or_else(|| panic!("nothing was found"));
    assert_eq!(difference.differs, Differs::Tables, "{difference}");
    assert!(difference.what.contains("GSI3PK"), "{difference}");
}

/// Runs a script of `tests/clients` with Node.js.
fn script(name: &str) -> Command {
    let mut command = Command::new("node");
    command
        .arg("--no-warnings")
        .arg(root().join("tests/clients").join(name));
    command
}

#[test]
fn its_keys_are_those_of_the_shared_vectors() {
    let Some(tools) = tools() else { return };
    let designs = [design_at(&root().join("tests/clients/keys"))];
    let folder = written(&tools, "keys", &designs);
    tsc(&tools, "typescript", &folder, true);
    let mut command = script("keys.mjs");
    command
        .arg(folder.join("js/keys/index.js"))
        .arg(folder.join("keys/patterns.json"))
        .arg(root().join("tests/clients/keys/vectors.json"));
    eprint!("{}", succeeds(&mut command));
}

/// Options, cursors, batches, cancelled transactions: what no engine shows on demand.
#[test]
fn it_sends_what_the_options_say_and_tells_what_the_service_said() {
    let Some(tools) = tools() else { return };
    let designs = [
        "examples/shop",
        "tests/designs/expiring.yaml",
        "tests/designs/sink.yaml",
    ]
    .map(|path| design_at(&root().join(path)));
    let folder = written(&tools, "calls", &designs);
    tsc(&tools, "typescript", &folder, true);
    eprint!("{}", succeeds(script("calls.mjs").arg(folder.join("js"))));
}

//! The client in Rust, of every example and of every design of the tests: `rustfmt` would change nothing, the strictest
//! lints say nothing, its documentation has no dead links, what must not compile does not, its keys are those of the
//! shared vectors, and it does what the reference model says.
//!
//! The environment variable `RUST_CLIENT` names a folder for the workspace that is compiled, of which the SDK comes from
//! the registry the first time; `.ci/run` names one. Without it these tests say so and do nothing. `ONLY=shop` takes one
//! design, `SEED=2` another run.

#![expect(clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::print_stderr, reason = "what is left out is told")]

#[path = "../clients/beside.rs"]
mod beside;
#[path = "../clients/designs.rs"]
mod designs;
mod illegal;
mod workspace;

use beside::{all_agree, succeeds};
use designs::root;
use std::process::Command;
use workspace::{module_name, workspace};

#[test]
fn it_is_laid_out_as_rustfmt_does_it() {
    let Some(workspace) = workspace() else { return };
    let mut command = Command::new("rustfmt");
    command.args(["--check", "--edition", "2024"]);
    command.arg(root().join("tests/clients/snippet.rs"));
    succeeds(command.args(workspace.sources()));
}

#[test]
fn it_is_clean_under_pedantic_lints() {
    let Some(workspace) = workspace() else { return };
    let mut command = workspace.cargo("clippy");
    command.args(["--workspace", "--lib", "--", "-D", "warnings"]);
    command.args(["-D", "clippy::pedantic", "-D", "missing_docs"]);
    succeeds(&mut command);
}

#[test]
fn its_documentation_has_no_dead_links() {
    let Some(workspace) = workspace() else { return };
    let mut command = workspace.cargo("doc");
    command.args(["--workspace", "--lib", "--no-deps"]);
    succeeds(command.env("RUSTDOCFLAGS", "-D warnings"));
}

/// What the README shows.
#[test]
fn the_snippet_compiles() {
    let Some(workspace) = workspace().filter(|w| w.has("shop")) else {
        return;
    };
    let text = include_str!("../clients/snippet.rs");
    let text = format!("//! What the README shows.\n\n{text}\nfn main() {{}}\n");
    workspace.put_beside("shop", "examples/snippet.rs", &text);
    let mut command = workspace.cargo("clippy");
    command.args(["-p", "shop-table", "--example", "snippet"]);
    succeeds(command.args(["--", "-D", "warnings", "-A", "dead_code"]));
}

#[test]
fn its_keys_are_those_of_the_shared_vectors() {
    let Some(workspace) = workspace().filter(|w| w.has("keys")) else {
        return;
    };
    succeeds(workspace.cargo("build").args(["--bin", "vectors"]));
    let mut command = workspace.program("vectors");
    command.arg(root().join("tests/clients/keys/vectors.json"));
    eprint!("{}", succeeds(&mut command));
}

/// Strong reads, and items over their time.
#[test]
fn it_asks_what_the_options_say() {
    let Some(workspace) = workspace().filter(|w| w.has("expiring")) else {
        return;
    };
    succeeds(workspace.cargo("build").args(["--bin", "options"]));
    succeeds(&mut workspace.program("options"));
}

#[test]
fn it_does_what_the_model_says() {
    let Some(workspace) = workspace() else { return };
    succeeds(workspace.cargo("build").args(["--bin", "answers"]));
    all_agree(&workspace.designs, |design| {
        let mut command = workspace.program("answers");
        command.arg(module_name(design));
        command
    });
}

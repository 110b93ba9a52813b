//! The hooks of this repository for other people's: the scripts of the GitHub Action and of the pre-commit hook are run as
//! those run them.

#![cfg(unix)]
#![expect(clippy::expect_used, reason = "a test ends there")]

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SHOP: &str = "examples/shop/design.yaml";

fn read(path: &str) -> Json {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    serde_saphyr::from_str(&text.expect("a file")).expect("YAML")
}

/// Bash, with the tool on its path.
fn bash() -> Command {
    let tool = Path::new(env!("CARGO_BIN_EXE_design")).parent();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut made = Command::new("bash");
    made.current_dir(env!("CARGO_MANIFEST_DIR")).env(
        "PATH",
        format!("{}:{path}", tool.expect("a directory").display()),
    );
    made
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(std::fs::remove_dir_all(&made));
        std::fs::create_dir_all(&made).expect("a directory");
        Self(made)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }
}

/// The step of the action that checks, with these inputs.
fn action(scratch: &Scratch, files: &str, arguments: &str) -> Output {
    let action = read(".github/actions/check/action.yml");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let step = steps.iter().find(|s| s["name"] == "Check").expect("a step");
    bash()
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c"])
        .arg(step["run"].as_str().expect("a script"))
        .env("FILES", files)
        .env("ARGUMENTS", arguments)
        .env("SARIF", scratch.0.join("out.sarif"))
        .env("GITHUB_STEP_SUMMARY", scratch.0.join("summary.md"))
        .output()
        .expect("bash")
}

#[test]
fn the_action_annotates_and_sums_up() {
    let scratch = Scratch::new("action");
    let made = action(&scratch, SHOP, "");
    let text = String::from_utf8_lossy(&made.stdout);
    assert!(made.status.success(), "{text}");
    assert!(text.contains("shop: 11 of 11 patterns pass"), "{text}");
    assert!(scratch.text("summary.md").contains("# shop"));
    let sarif: Json = serde_json::from_str(&scratch.text("out.sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn the_action_fails_for_any_file_and_goes_on() {
    let scratch = Scratch::new("action-fails");
    // A name that would run a command if it were part of the script.
    let broken = scratch.file("$(touch gone) x.yaml", "design: [\n");
    let made = action(&scratch, &format!("{broken}\n\n{SHOP}\n"), "--max-cost 1");
    let text = String::from_utf8_lossy(&made.stdout);
    assert_eq!(made.status.code(), Some(1), "{text}");
    assert!(text.contains("::error file="), "{text}");
    assert!(text.contains("D0402"), "{text}");
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("gone").exists());
}

#[test]
fn the_hook_checks_each_file() {
    let hooks = read(".pre-commit-hooks.yaml");
    let entry = hooks[0]["entry"].as_str().expect("an entry").to_owned();
    let scratch = Scratch::new("hook");
    let broken = scratch.file("design.yaml", "design: [\n");
    // pre-commit splits the entry as a shell does and puts the names of the files behind it.
    let run = |files: &[&str]| {
        let made = bash()
            .arg("-c")
            .arg(format!("{entry} \"$@\""))
            .arg("hook")
            .args(files)
            .output();
        made.expect("bash")
    };
    assert!(run(&[SHOP]).status.success());
    let made = run(&[&broken, SHOP]);
    assert_eq!(made.status.code(), Some(1));
    let text = String::from_utf8_lossy(&made.stdout);
    assert!(text.contains("shop: 11 of 11"), "{text}");
    assert!(String::from_utf8_lossy(&made.stderr).contains("error[D0101]"));
}

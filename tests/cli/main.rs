//! The binary as scripts and people meet it: exit statuses, streams, widths, colours.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

mod check;
mod costs;
mod generate;
#[cfg(feature = "verify")]
mod verify;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SHOP: &str = "examples/shop/design.yaml";

fn design(arguments: &[&str]) -> Command {
    let mut made = Command::new(env!("CARGO_BIN_EXE_design"));
    made.args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null());
    made
}

fn run(arguments: &[&str]) -> Output {
    design(arguments).output().expect("the binary runs")
}

fn run_with(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = design(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("piped");
    // The binary may stop reading before the end.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn out(of: &Output) -> String {
    String::from_utf8(of.stdout.clone()).expect("text")
}

fn err(of: &Output) -> String {
    String::from_utf8(of.stderr.clone()).expect("text")
}

fn status(of: &Output) -> i32 {
    of.status.code().expect("not killed")
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("examples")
        .map(|e| e.expect("entry").path().join("design.yaml"))
        .filter(|p| p.exists())
        .collect();
    all.sort();
    all
}

/// A directory of its own that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_fine_design_gives_a_plan_and_0() {
    for format in ["text", "json", "markdown"] {
        let made = run(&["plan", SHOP, "--format", format]);
        assert_eq!(status(&made), 0, "{format}: {}", err(&made));
        assert!(out(&made).contains("shop"), "{format}");
        assert_eq!(err(&made), "", "{format}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&out(&run(&["plan", SHOP, "--format", "json"]))).expect("JSON");
    assert_eq!(json["design"], "shop");
}

#[test]
fn broken_yaml_gives_2_and_nothing_on_standard_output() {
    for (command, formats) in [("plan", &["text", "json"][..]), ("check", &["text"])] {
        for format in formats {
            for text in [
                "design: [",
                "",
                "\t",
                "design: shop\nentities: {}\n",
                "a: *b\n",
            ] {
                let made = run_with(&[command, "-", "--format", format], text.as_bytes());
                assert_eq!(status(&made), 2, "{command} {format} {text:?}");
                assert_eq!(out(&made), "", "{command} {format} {text:?}");
                assert!(err(&made).contains("error[D0"), "{text:?}: {}", err(&made));
                assert!(err(&made).contains("<stdin>"), "{text:?}: {}", err(&made));
            }
        }
    }
}

#[test]
fn standard_input_is_read_for_a_dash() {
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(SHOP)).expect("shop");
    let (piped, named) = (run_with(&["plan", "-"], &text), run(&["plan", SHOP]));
    assert_eq!(status(&piped), 0);
    // The commands at the end name the file.
    assert_eq!(out(&piped), out(&named).replace(SHOP, "-"));
}

/// Whatever is saved is shown, broken or not, and the same text is not shown twice.
#[test]
fn a_watched_file_is_shown_again_when_it_changes() {
    let scratch = Scratch::new("watched");
    let file = scratch.file("design.yaml");
    let shop = std::fs::read_to_string(SHOP).expect("the shop");
    std::fs::write(&file, &shop).expect("written");
    let mut child = design(&["plan", "--watch", &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut told = std::io::BufReader::new(child.stdout.take().expect("piped"));
    let mut until = |says: &str| {
        let mut seen = String::new();
        while !seen.contains(says) {
            let read = std::io::BufRead::read_line(&mut told, &mut seen);
            assert!(read.expect("text") > 0, "it ended before `{says}`: {seen}");
        }
        seen
    };
    until("shop: 1 table");
    until("a finding: ");
    std::fs::write(&file, "design: [").expect("written");
    std::thread::sleep(std::time::Duration::from_secs(2));
    std::fs::write(&file, &shop).expect("the same again");
    std::thread::sleep(std::time::Duration::from_secs(2));
    std::fs::write(&file, shop.replace("design: shop", "design: kiosk")).expect("written");
    let seen = until("kiosk: 1 table");
    assert_eq!(seen.matches("shop: 1 table").count(), 1, "{seen}");
    child.kill().expect("it runs");
    let ended = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(errors.matches("error[D0101]").count(), 1, "{errors}");
    let made = run(&["plan", "--watch", "-"]);
    assert_eq!(status(&made), 2);
    assert!(
        err(&made).contains("name a file to watch"),
        "{}",
        err(&made)
    );
}

#[test]
fn files_that_cannot_be_read_give_2_and_say_so() {
    let scratch = Scratch::new("unreadable");
    let binary = scratch.file("binary.yaml");
    std::fs::write(&binary, b"design: shop\n\xff\xfe\n").expect("written");
    let missing = scratch.file("missing.yaml");
    let directory = scratch.0.display().to_string();
    for (file, why) in [
        (&missing, "No such file"),
        (&directory, "directory"),
        (&binary, "offset 13 is not UTF-8"),
    ] {
        for command in ["plan", "check"] {
            let made = run(&[command, file]);
            assert_eq!(status(&made), 2, "{file}");
            assert_eq!(out(&made), "", "{file}");
            assert!(err(&made).starts_with("error: "), "{}", err(&made));
            assert!(err(&made).contains(why), "{}", err(&made));
            assert!(err(&made).contains(file.as_str()), "{}", err(&made));
        }
    }
    let made = run_with(&["plan", "-"], b"design: \xff\n");
    assert_eq!(status(&made), 2);
    assert!(err(&made).contains("standard input"), "{}", err(&made));
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_gives_2() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("permission");
    let file = scratch.file("design.yaml");
    std::fs::write(&file, "design: shop\n").expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).expect("changed");
    if std::fs::read(&file).is_ok() {
        return; // The superuser may read everything.
    }
    let made = run(&["plan", &file]);
    assert_eq!(status(&made), 2);
    assert!(err(&made).contains("ermission denied"), "{}", err(&made));
}

#[test]
fn the_file_is_design_yaml_unless_another_is_named() {
    let scratch = Scratch::new("default");
    let at = |arguments: &[&str]| {
        let made = design(arguments).current_dir(&scratch.0).output();
        made.expect("the binary runs")
    };
    let none = at(&["plan"]);
    assert_eq!(status(&none), 2);
    assert!(err(&none).contains("`design.yaml`"), "{}", err(&none));
    assert_eq!(status(&at(&["init"])), 0);
    assert_eq!(status(&at(&["plan"])), 0);
    assert_eq!(status(&at(&["check"])), 0);
}

#[test]
fn init_writes_once() {
    let scratch = Scratch::new("init");
    let file = scratch.file("shop.yaml");
    assert_eq!(status(&run(&["init", &file])), 0);
    std::fs::write(&file, "mine\n").expect("written");
    let again = run(&["init", &file]);
    assert_eq!(status(&again), 1);
    assert!(err(&again).contains("exists already"), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(&file).expect("there"), "mine\n");
    let nowhere = scratch.file("no/such/place.yaml");
    assert_eq!(status(&run(&["init", &nowhere])), 2);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    for arguments in [
        &[
            "plan",
            "examples/daily-deals/design.yaml",
            "--format",
            "json",
        ][..],
        &["explain", "language"],
        &["schema", "--plan"],
        &["completions", "bash"],
    ] {
        let mut child = design(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdout = child.stdout.take().expect("piped");
        let mut first = [0u8; 16];
        stdout.read_exact(&mut first).expect("something");
        drop(stdout);
        let made = child.wait_with_output().expect("it ends");
        assert_eq!(status(&made), 0, "{arguments:?}: {}", err(&made));
        assert_eq!(err(&made), "", "{arguments:?}");
    }
}

#[test]
fn no_escape_codes_but_on_request() {
    let wrong = "tests/diagnostics/D0204-by.yaml";
    let escapes = |of: &Output| of.stdout.contains(&0x1b) || of.stderr.contains(&0x1b);
    for arguments in [
        &["plan", SHOP][..],
        &["plan", wrong],
        &["check", wrong],
        &["plan", wrong, "--color", "never"],
        &["explain", "language"],
        &["--help"],
        &["plann"],
    ] {
        assert!(!escapes(&run(arguments)), "{arguments:?}");
    }
    let made = run(&["plan", wrong, "--color", "always"]);
    assert!(escapes(&made), "{}", err(&made));
    let quiet = design(&["plan", wrong]).env("NO_COLOR", "1").output();
    assert!(!escapes(&quiet.expect("the binary runs")));
}

#[test]
fn calls_that_make_no_sense_give_2_and_a_hint() {
    for (arguments, hint) in [
        (&["plann"][..], "plan"),
        (&["chekc"], "check"),
        (&["plan", "--formt", "json"], "--format"),
        (&["plan", "--format", "jsn"], "json"),
        (&["check", "--deny", "D0401x", SHOP], "D0401"),
        (&["check", "--deny", "uncoverd", SHOP], "uncovered"),
        (&["explain", "D0410"], "D0401"),
        (&["explain", "langage"], "language"),
        (&[], "Usage"),
        (&["plan", SHOP, "--color", "blue"], "never"),
    ] {
        let made = run(arguments);
        assert_eq!(status(&made), 2, "{arguments:?}");
        assert_eq!(out(&made), "", "{arguments:?}");
        assert!(err(&made).contains(hint), "{arguments:?}: {}", err(&made));
    }
}

#[test]
fn every_command_has_help() {
    let general = out(&run(&["--help"]));
    for command in ["plan", "check", "explain", "init", "schema", "completions"] {
        assert!(general.contains(command), "{general}");
        let made = run(&[command, "--help"]);
        assert_eq!(status(&made), 0, "{command}");
        assert!(out(&made).contains("Usage: design"), "{command}");
        assert_eq!(err(&made), "", "{command}");
    }
    assert_eq!(status(&run(&["--version"])), 0);
}

#[test]
fn every_code_and_page_is_explained() {
    for code in design::diagnostic::Code::ALL {
        for name in [code.id(), code.name()] {
            let made = run(&["explain", name]);
            assert_eq!(status(&made), 0, "{name}");
            assert!(out(&made).contains(code.explanation()), "{name}");
        }
    }
    for page in ["language", "plan-document"] {
        assert_eq!(status(&run(&["explain", page])), 0);
    }
}

#[test]
fn things_of_a_design_are_explained() {
    let explain = |arguments: &[&str]| run(&[&["explain"], arguments].concat());
    for (thing, said) in [
        ("GSI3", "Exists because"),
        ("open_orders", "Why not elsewhere"),
        ("pattern:open_orders", "Why not elsewhere"),
        ("Order", "What its writes touch"),
        ("Customer.email", "keeps `email` unique"),
        ("proof", "Why no two can share an index"),
        ("cost", "By pattern"),
    ] {
        let made = explain(&[thing, "--file", SHOP]);
        assert_eq!(status(&made), 0, "{thing}: {}", err(&made));
        assert!(out(&made).contains(said), "{thing}: {}", out(&made));
        let made = explain(&[thing, "-f", SHOP, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&made.stdout).expect("JSON");
        assert!(document["sections"].is_array(), "{thing}");
        let made = explain(&[thing, "-f", SHOP, "--format", "markdown"]);
        assert!(out(&made).starts_with("# "), "{thing}");
    }
    for (thing, hint) in [
        ("open_order", "`open_orders`"),
        ("pattern:open_order", "`pattern:open_orders`"),
        ("entity:open_orders", "in `examples/shop/design.yaml`"),
        ("GSI4", "`GSI"),
    ] {
        let made = explain(&[thing, "-f", SHOP]);
        assert_eq!((status(&made), out(&made).as_str()), (2, ""), "{thing}");
        assert!(err(&made).contains(hint), "{thing}: {}", err(&made));
    }
    assert_eq!(status(&explain(&["GSI1", "-f", "no/such/file"])), 2);
    let invalid = explain(&["GSI1", "-f", "tests/diagnostics/D0204-by.yaml"]);
    assert_eq!(status(&invalid), 2);
    assert!(err(&invalid).contains("D0204"), "{}", err(&invalid));
    let assumed = "tests/diagnostics/D0301-no-write-pattern-changes-it.yaml";
    let found = explain(&["D0301", "-f", assumed]);
    assert!(out(&found).contains(assumed), "{}", out(&found));
    assert!(out(&explain(&["D0301", "-f", SHOP])).contains("has no D0301"));
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let made = run(&["completions", shell]);
        assert_eq!(status(&made), 0, "{shell}");
        assert!(out(&made).contains("design"), "{shell}");
    }
}

#[test]
fn lines_are_as_narrow_as_the_terminal() {
    for width in [60, 80, 120] {
        // Keys are never broken, so that they can be copied and searched for; 80 columns have room for those here.
        let unbroken = |line: &str| width < 80 && !line.trim().contains(' ');
        for file in examples() {
            let file = file.display().to_string();
            let made = design(&["plan", &file])
                .env("COLUMNS", width.to_string())
                .output();
            let text = out(&made.expect("the binary runs"));
            for line in text.lines() {
                let length = line.chars().count();
                assert!(
                    length <= width || unbroken(line),
                    "{file}: {length} columns of {width}:\n{line}"
                );
            }
        }
    }
}

#[test]
fn findings_are_as_narrow_as_the_terminal() {
    // Lines of the file keep their length where they are proposed anew; everything else is wrapped.
    let made = design(&["plan", "tests/diagnostics/D0401-no-index-left.yaml"])
        .env("COLUMNS", "60")
        .output()
        .expect("the binary runs");
    assert_eq!(status(&made), 0);
    let made = design(&["check", "tests/diagnostics/D0401-no-index-left.yaml"])
        .env("COLUMNS", "60")
        .output()
        .expect("the binary runs");
    let notes = err(&made);
    let notes = notes.lines().skip_while(|l| !l.contains("= note"));
    for line in notes {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

//! The binary as scripts and people meet it: exit statuses, streams, widths, colours.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

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
fn a_design_with_an_uncovered_pattern_has_a_plan_and_fails_the_check() {
    let file = "tests/diagnostics/D0401-range-and-sort.yaml";
    assert_eq!(status(&run(&["plan", file])), 0);
    let made = run(&["check", file]);
    assert_eq!(status(&made), 1);
    assert!(
        out(&made).contains("cheapest is uncovered: "),
        "{}",
        out(&made)
    );
    assert!(err(&made).contains("D0401"), "{}", err(&made));
}

#[test]
fn a_design_that_costs_too_much_fails_the_check() {
    let made = run(&["check", SHOP, "--max-cost", "1000"]);
    assert_eq!(status(&made), 1);
    assert!(err(&made).contains("error[D0402]"), "{}", err(&made));
    assert!(err(&made).contains("$1,000.00"), "{}", err(&made));
    let weighed = ["check", SHOP, "--max-cost", "1000", "--warn", "D0402"];
    assert_eq!(status(&run(&weighed)), 0);
    assert_eq!(
        status(&run(&["check", SHOP, "--max-cost", "$1,000,000"])),
        0
    );
    assert_eq!(status(&run(&["check", SHOP, "--max-cost", "little"])), 2);
}

#[test]
fn prices_come_from_a_file_or_of_a_region() {
    let scratch = Scratch::new("prices");
    let (file, wrong) = (scratch.file("prices.yaml"), scratch.file("wrong.yaml"));
    let prices = out(&run(&["explain", "prices"]));
    std::fs::write(
        &file,
        prices
            .replace("0.625 ", "1.25 ")
            .replace("us-east-1", "far-away-1"),
    )
    .expect("written");
    std::fs::write(
        &wrong,
        prices
            .replace("storage: 0.25", "storage: cheap")
            .replace("as_of", "at"),
    )
    .expect("written");
    let cost = |arguments: &[&str]| -> serde_json::Value {
        let all = [&["plan", SHOP, "--format", "json"], arguments].concat();
        let made = run(&all);
        assert_eq!(status(&made), 0, "{}", err(&made));
        serde_json::from_str::<serde_json::Value>(&out(&made)).expect("JSON")["cost"].take()
    };
    let (usual, dearer) = (cost(&["--region", "us-east-1"]), cost(&["--prices", &file]));
    assert_eq!(usual, cost(&[]));
    assert_eq!(dearer["region"], "far-away-1");
    let writes = |of: &serde_json::Value| of["write_usd_per_month"].as_f64().expect("a number");
    assert!((writes(&dearer) - 2.0 * writes(&usual)).abs() < 0.02);
    for command in ["plan", "check"] {
        let made = run(&[command, SHOP, "--prices", &wrong]);
        assert_eq!(status(&made), 2);
        assert_eq!(out(&made), "");
        for text in ["error[D0102]", "error[D0103]", "wrong.yaml:"] {
            assert!(err(&made).contains(text), "{text}: {}", err(&made));
        }
        let made = run(&[command, SHOP, "--region", "eu-west-1"]);
        assert_eq!(status(&made), 2);
        assert!(err(&made).contains("`us-east-1`"), "{}", err(&made));
        assert!(err(&made).contains("--prices FILE"), "{}", err(&made));
    }
}

#[test]
fn other_numbers_show_what_they_would_change() {
    let made = run(&["plan", SHOP, "--rates", "x2"]);
    assert_eq!((status(&made), err(&made).as_str()), (0, ""));
    assert!(
        out(&made).starts_with("shop with every rate x2: 3 indexes as before, "),
        "{}",
        out(&made)
    );
    let arguments = [
        "--what-if",
        "ship_order.rate=500/s",
        "--what-if",
        "Order.count=2M",
    ];
    for format in ["text", "markdown", "json"] {
        let all = [&["plan", SHOP, "--format", format], &arguments[..]].concat();
        let made = run(&all);
        assert_eq!(status(&made), 0, "{}", err(&made));
        assert!(out(&made).contains("ship_order"), "{}", out(&made));
        if format == "json" {
            let json: serde_json::Value = serde_json::from_str(&out(&made)).expect("JSON");
            assert_eq!(
                json["what_if"]["changes"],
                serde_json::json!(["ship_order.rate=500/s", "Order.count=2M"])
            );
            assert_eq!(
                json["what_if"]["usd_per_month"]["after"],
                json["cost"]["usd_per_month"]
            );
        }
    }
    for (change, says) in [
        ("ship_ordr.rate=500/s", "did you mean `ship_order`?"),
        ("ship_order.rate=500", "`500` is no rate"),
        ("ship_order.speed=500/s", "`rate` and `peak`"),
        ("Order.rate=500/s", "`count` and `size`"),
        ("Order.count=many", "`many` is no count"),
        ("Order.size=1 MB", "`1 MB` is no size"),
        ("ship_order.peak=1/day", "below its average rate"),
        ("ship_order", "no change of a number"),
    ] {
        let made = run(&["plan", SHOP, "--what-if", change]);
        assert_eq!((status(&made), out(&made).as_str()), (2, ""), "{change}");
        assert!(err(&made).contains(says), "{change}: {}", err(&made));
    }
    for factor in ["x0", "x", "fast", "1e3", "x-1"] {
        assert_eq!(
            status(&run(&["plan", SHOP, "--rates", factor])),
            2,
            "{factor}"
        );
    }
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

/// What is wrong with a file is told in the form that CI reads, so that it is shown at its place.
#[test]
fn broken_yaml_is_told_in_the_form_that_was_asked_for() {
    for (format, says) in [
        ("json", "\"passed\": false"),
        ("sarif", "\"ruleId\": \"D0101\""),
        ("github", "::error file=<stdin>,line=1,endLine=1,col=9"),
        ("junit", "failures=\"1\""),
    ] {
        let made = run_with(&["check", "-", "--format", format], b"design: [");
        assert_eq!(status(&made), 2, "{format}");
        assert!(out(&made).contains(says), "{format}: {}", out(&made));
        assert_eq!(err(&made), "", "{format}");
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
fn the_level_of_a_finding_decides_about_the_check() {
    let file = "tests/diagnostics/D0301-no-write-pattern-changes-it.yaml";
    let code = |arguments: &[&str]| {
        let made = run(&[&["check", file], arguments].concat());
        (status(&made), err(&made).contains("D0301"))
    };
    assert_eq!(code(&[]), (0, true), "a warning");
    assert_eq!(code(&["--deny", "D0301"]), (1, true));
    assert_eq!(
        code(&["--deny", "assumed-immutable"]),
        (1, true),
        "by its name"
    );
    assert_eq!(code(&["--allow", "D0301"]), (0, false));
    assert_eq!(code(&["--warn", "D0301"]), (0, true));
    let uncovered = "tests/diagnostics/D0401-range-and-sort.yaml";
    assert_eq!(status(&run(&["check", uncovered, "--warn", "D0401"])), 0);
}

#[test]
fn notes_are_counted_and_shown_when_asked_for() {
    let file = "tests/diagnostics/D0318-no-counts-and-rates.yaml";
    let quiet = run(&["check", file]);
    assert!(out(&quiet).contains(", 1 note\n"), "{}", out(&quiet));
    assert_eq!((status(&quiet), err(&quiet).as_str()), (0, ""));
    let shown = run(&["check", file, "--notes"]);
    assert!(err(&shown).starts_with("note[D0318]"), "{}", err(&shown));
    let plan = out(&run(&["plan", file]));
    assert!(plan.contains("note[D0318]: 1 note"), "{plan}");
    let raised = run(&["check", file, "--deny", "assumed-load"]);
    assert_eq!(status(&raised), 1, "the command line comes after the file");
}

#[test]
fn the_check_as_json_says_what_the_text_says() {
    for (file, passed) in [
        (SHOP, true),
        ("tests/diagnostics/D0401-range-and-sort.yaml", false),
    ] {
        let made = run(&["check", file, "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&out(&made)).expect("JSON");
        assert_eq!(json["passed"], passed, "{file}");
        assert_eq!(status(&made), i32::from(!passed), "{file}");
        let failing = json["patterns"].as_array().expect("patterns").iter();
        let failing = failing.filter(|p| p["status"] == "uncovered").count();
        assert_eq!(failing > 0, !passed, "{file}");
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

/// The example with one pattern more: a list of an entity in an order that no key has, since text cannot be stored
/// descending, and it cannot be answered without an index besides.
fn with_an_impossible_pattern(text: &str) -> String {
    let entity = "\n  Impossible:\n    key: part\n    attributes: { part: string, first: string, second: string }\n";
    let pattern = "\n  cannot_be: { list: Impossible, sort: [first, second desc] }\n";
    let after = |text: &str, heading: &str, what: &str| {
        let at = text.find(heading).expect(heading) + heading.len();
        format!("{}{what}{}", &text[..at], &text[at..])
    };
    let made = after(text, "\nentities:", entity.trim_end());
    after(&made, "\npatterns:", pattern.trim_end())
}

#[test]
fn an_impossible_pattern_fails_the_check_of_every_example() {
    for file in examples() {
        let text = std::fs::read_to_string(&file).expect("an example");
        let name = file.display();
        let before = run(&["check", &name.to_string()]);
        assert_eq!(status(&before), 0, "{name} as it is: {}", err(&before));
        let made = run_with(
            &["check", "-"],
            with_an_impossible_pattern(&text).as_bytes(),
        );
        assert_eq!(status(&made), 1, "{name}: {}", err(&made));
        let said = out(&made);
        let line = said
            .lines()
            .find(|l| l.starts_with("cannot_be is uncovered: "));
        let line = line.unwrap_or_else(|| panic!("{name} names no pattern: {said}"));
        assert!(
            line.contains("text cannot be stored descending"),
            "{name} gives no reason: {line}"
        );
        let others = said
            .lines()
            .filter(|l| l.contains(" is uncovered: "))
            .count();
        assert_eq!(others, 1, "{name}: {said}");
        assert!(
            err(&made).contains("error[D0401]: `cannot_be` is uncovered"),
            "{}",
            err(&made)
        );
    }
}

#[cfg(feature = "verify")]
mod verify {
    use super::*;
    use serde_json::Value as Json;

    const SMALL: [&str; 5] = ["verify", SHOP, "--items=100", "--queries=100", "--rounds=1"];

    fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
        SMALL.iter().copied().chain(more.iter().copied()).collect()
    }

    #[test]
    fn a_right_plan_passes_and_the_same_seed_prints_the_same() {
        for format in ["--format=text", "--format=json", "--format=junit"] {
            let first = run(&with(&[format, "--seed=5"]));
            assert_eq!(status(&first), 0, "{}", err(&first));
            let text = out(&first);
            assert!(!text.contains('\u{1b}') && err(&first).is_empty(), "{text}");
            assert_eq!(text, out(&run(&with(&[format, "--seed=5"]))));
            let other = out(&run(&with(&[format, "--seed=6"])));
            assert!(text != other || format == "--format=junit");
        }
    }

    #[test]
    fn json_has_the_figures_of_every_pattern() {
        let json: Json = serde_json::from_str(&out(&run(&with(&["--format=json"])))).expect("JSON");
        assert_eq!(json["passed"], true);
        let patterns = json["figures"]["patterns"].as_object().expect("patterns");
        assert_eq!(patterns.len(), 11);
        assert!(
            patterns.values().all(|p| p["calls"].as_u64() > Some(0)),
            "{json}"
        );
    }

    #[test]
    fn a_time_ends_a_run() {
        let made = run(&["verify", SHOP, "--items=50", "--time=1s"]);
        assert_eq!(status(&made), 0, "{}", err(&made));
        assert!(out(&made).contains("no difference in the time given"));
        // A time that no clock can hold is one without an end; the round ends it.
        let made = run(&with(&[&format!("--time={}s", u64::MAX)]));
        assert_eq!(status(&made), 0, "{}", err(&made));
    }

    /// Ctrl-C ends a run with what it has shown so far, and the status that shells give.
    #[cfg(unix)]
    #[test]
    fn an_interrupted_run_says_how_far_it_came() {
        let mut run = design(&["verify", SHOP, "--items=50", "--time=300s"]);
        let run = run.stdout(Stdio::piped()).stderr(Stdio::piped());
        let run = run.spawn().expect("design starts");
        let id = run.id().to_string();
        // It watches for the signal before it makes its first table; the pause is for a slow machine to get there.
        std::thread::sleep(std::time::Duration::from_secs(3));
        let killed = Command::new("kill").args(["-INT", &id]).status();
        assert!(killed.expect("kill").success());
        let made = run.wait_with_output().expect("design ends");
        assert_eq!(status(&made), 130, "{}", err(&made));
        let says = "no difference up to where the run was stopped";
        assert!(out(&made).contains(says), "{}", out(&made));
    }

    #[test]
    fn junit_has_a_case_for_each_pattern_and_is_well_formed() {
        let made = run(&with(&["--format=junit"]));
        assert_eq!(status(&made), 0, "{}", err(&made));
        let xml = out(&made);
        assert!(
            xml.contains("tests=\"12\" failures=\"0\" skipped=\"0\""),
            "{xml}"
        );
        assert_eq!(xml.matches("<testcase ").count(), 12, "{xml}");
        assert_eq!(unbalanced(&xml), None, "{xml}");
    }

    /// The first tag of an XML text that closes nothing or is not closed.
    fn unbalanced(xml: &str) -> Option<String> {
        let mut open: Vec<&str> = Vec::new();
        for tag in xml.split('<').skip(1) {
            let Some((tag, _)) = tag.split_once('>') else {
                return Some(tag.to_owned());
            };
            let name = tag.trim_start_matches('/').split([' ', '/']).next()?;
            if tag.starts_with('/') {
                if open.pop() != Some(name) {
                    return Some(tag.to_owned());
                }
            } else if !tag.ends_with('/') && !tag.starts_with('?') {
                open.push(name);
            }
        }
        open.pop().map(str::to_owned)
    }

    #[test]
    fn standard_input_is_a_file_too() {
        let shop = std::fs::read(SHOP).expect("the shop");
        let made = run_with(&["verify", "-", "--items=50", "--queries=50"], &shop);
        assert_eq!(status(&made), 0, "{}", err(&made));
    }

    #[test]
    fn what_cannot_be_run_is_2_and_prints_nothing() {
        let nothing_listens = "--engine=http://127.0.0.1:1";
        for (arguments, says) in [
            (&["--engine=nonsense"][..], "no engine `nonsense`"),
            (
                &[nothing_listens],
                "error: nothing listens at http://127.0.0.1:1/\n",
            ),
            (&["--items=0"], "from 1 to 1000000"),
            (&["--items=1000001"], "from 1 to 1000000"),
            (&["--rounds=0"], "a number from 1 is expected"),
            (&["--time=5x"], "write it like 60s"),
            (&["--time=0s"], "write it like 60s"),
        ] {
            let made = run(&[&["verify", SHOP], arguments].concat());
            assert_eq!(status(&made), 2, "{arguments:?}");
            assert!(
                out(&made).is_empty() && err(&made).contains(says),
                "{}",
                err(&made)
            );
        }
        let made = run_with(&["verify", "-"], b"design: x\nentities: 3\n");
        assert_eq!(status(&made), 2);
        assert!(out(&made).is_empty() && err(&made).contains("error["));
    }
}

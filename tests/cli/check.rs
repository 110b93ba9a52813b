//! `design check` as scripts and people meet it.

use super::*;

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

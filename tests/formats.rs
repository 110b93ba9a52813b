//! What `design check` prints for programs, and the manual.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::report::findings;
use design::source::Source;
use serde_json::Value as Json;
use std::path::PathBuf;
use std::process::Command;

/// Every file with something to say: the fixtures of bad files and the examples.
fn files() -> Vec<PathBuf> {
    let of = |directory: &str, inside: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(directory).expect("a directory");
        let path = |e: std::io::Result<std::fs::DirEntry>| e.expect("an entry").path().join(inside);
        entries.map(path).filter(|p| p.is_file()).collect()
    };
    let fixtures = std::fs::read_dir("tests/diagnostics").expect("fixtures");
    let fixtures = fixtures.map(|e| e.expect("an entry").path());
    let mut all: Vec<PathBuf> = fixtures
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .chain(of("examples", "design.yaml"))
        .collect();
    all.sort();
    all
}

fn read(path: &PathBuf) -> Option<(Source, design::Compiled)> {
    let text = std::fs::read_to_string(path).ok()?;
    let source = Source::new(path.display().to_string(), text);
    let compiled = design::compile(&source, design::Objective::Indexes);
    Some((source, compiled))
}

/// By the schema that OASIS publishes with the standard, unchanged: `tests/files/sarif-schema-2.1.0.json`, © OASIS Open.
#[test]
fn sarif_is_what_its_standard_says() {
    let text = include_str!("files/sarif-schema-2.1.0.json");
    let mut schema: Json = serde_json::from_str(text).expect("JSON");
    // It names itself by an address that nothing here can fetch.
    schema.as_object_mut().map(|s| s.remove("id"));
    let schema = jsonschema::draft4::new(&schema).expect("a schema");
    let mut results = 0;
    for path in files() {
        let Some((source, compiled)) = read(&path) else {
            continue;
        };
        let all = compiled.diagnostics.sorted();
        let made = findings::sarif(&all, &source);
        let wrong: Vec<String> = schema.iter_errors(&made).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
        let run = &made["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        for result in run["results"].as_array().expect("results") {
            let at = result["ruleIndex"].as_u64().expect("a place");
            let rule = &rules[usize::try_from(at).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let number = |name: &str| region[name].as_u64().expect("a number");
            let (start, end) = (
                (number("startLine"), number("startColumn")),
                (number("endLine"), number("endColumn")),
            );
            assert!(start <= end, "{}: {region}", path.display());
            results += 1;
        }
    }
    assert!(results > 300, "only {results} results");
}

/// A finding is one line of the form that GitHub reads, whatever texts it holds.
#[test]
fn every_annotation_is_one_line() {
    for path in files() {
        let Some((source, compiled)) = read(&path) else {
            continue;
        };
        let all = compiled.diagnostics.sorted();
        let text = findings::github(&all, &source);
        assert_eq!(text.lines().count(), all.len(), "{}", path.display());
        for line in text.lines() {
            let kinds = ["::error file=", "::warning file=", "::notice file="];
            assert!(kinds.iter().any(|k| line.starts_with(k)), "{line}");
        }
    }
}

#[test]
fn a_case_fails_for_each_error() {
    for path in files() {
        let Some((source, compiled)) = read(&path) else {
            continue;
        };
        let all = compiled.diagnostics.sorted();
        let text = findings::junit(compiled.plan.as_ref(), &all, &source);
        let errors = all
            .iter()
            .filter(|d| d.severity == design::diagnostic::Severity::Error);
        assert_eq!(
            text.matches("<failure ").count(),
            errors.count(),
            "{}:\n{text}",
            path.display()
        );
    }
}

/// An annotation, a test case and a SARIF result as people get them.
#[test]
fn the_forms_of_a_finding() {
    let path = PathBuf::from("tests/diagnostics/D0203-misspelt-entity.yaml");
    let (source, compiled) = read(&path).expect("a file");
    let all = compiled.diagnostics.sorted();
    let sarif = serde_json::to_string_pretty(&findings::sarif(&all, &source)).expect("JSON");
    let github = findings::github(&all, &source);
    let junit = findings::junit(compiled.plan.as_ref(), &all, &source);
    insta::with_settings!({ snapshot_path => "snapshots/formats", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("finding", format!("{}\n{github}\n{junit}\n{sarif}", source.text));
    });
}

#[test]
fn every_command_has_a_manual_page() {
    let run = |arguments: &[&str]| {
        let mut made = Command::new(env!("CARGO_BIN_EXE_design"));
        made.args(arguments).output().expect("the binary runs")
    };
    let tool = run(&["man"]);
    let text = String::from_utf8_lossy(&tool.stdout).into_owned();
    assert!(
        text.contains(".TH design 1") && text.contains("Check a design file"),
        "{text}"
    );
    for command in [
        "plan", "check", "explain", "report", "init", "schema", "man",
    ] {
        let made = run(&["man", command]);
        let text = String::from_utf8_lossy(&made.stdout).into_owned();
        assert!(text.contains(&format!(".TH design-{command} 1")), "{text}");
    }
    let made = run(&["man", "chekc"]);
    assert_eq!(made.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&made.stderr).contains("did you mean `check`?"));
}

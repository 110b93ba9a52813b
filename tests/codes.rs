//! Every diagnostic code is shown by at least one fixture of `tests/diagnostics`, and explained by a page of one form
//! whose example gives it.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::diagnostic::{Code, Severity};
use design::source::Source;
use design::{Compiled, Objective, compile};
use std::collections::BTreeSet;
use std::path::Path;

/// Codes that no file of a few lines gives, and why.
const WITHOUT: [(&str, &str); 3] = [
    (
        "D0402",
        "only `design check --max-cost` gives it, which the tests of the command line show",
    ),
    (
        "D0501",
        "only a search that exhausts its budget gives it, which takes a design of very many patterns",
    ),
    (
        "D0901",
        "it says that the tool contradicts itself, which no input brings about",
    ),
];

#[test]
fn every_code_has_a_fixture() {
    let names = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics"))
        .expect("tests/diagnostics")
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned());
    let shown: BTreeSet<String> = names.filter_map(|n| Some(n.get(..5)?.to_owned())).collect();
    let without: BTreeSet<String> = WITHOUT.iter().map(|(id, _)| (*id).to_owned()).collect();
    let all: BTreeSet<String> = Code::ALL.iter().map(|c| c.id().to_owned()).collect();
    let covered: BTreeSet<String> = shown.union(&without).cloned().collect();
    assert_eq!(
        all, covered,
        "the codes, and those that a fixture or a reason covers"
    );
    assert!(
        shown.is_disjoint(&without),
        "a code with a fixture needs no reason for having none"
    );
}

#[test]
fn every_code_gives_a_rule_for_notes() {
    for code in Code::ALL {
        let rule = code.rule();
        assert!(
            !rule.is_empty() && !rule.ends_with('.'),
            "{}: {rule}",
            code.id()
        );
    }
}

/// The headings of a page, in their order.
const HEADINGS: [&str; 5] = ["What", "Why", "Example", "Fix", "Source"];
/// The widest line of a page, outside of its example.
const WIDTH: usize = 100;
/// Where sources are published.
const GUIDE: &str = "Amazon DynamoDB Developer Guide: \"";
const LANGUAGE: &str = include_str!("../src/explain/language.md");

fn pages() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain/codes")
}

fn compiled(text: &str) -> (Source, Compiled) {
    let source = Source::new("example.yaml", text.to_owned());
    let made = compile(&source, Objective::Indexes);
    (source, made)
}

#[test]
fn every_code_has_a_page_of_one_form() {
    for code in Code::ALL {
        let path = pages().join(format!("{}.md", code.id()));
        let page = std::fs::read_to_string(path).expect("a page");
        let title = format!("# {} {}", code.id(), code.name());
        assert_eq!(page.lines().next(), Some(title.as_str()));
        let headings: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{title}");
        for heading in HEADINGS {
            let section = code.section(heading).unwrap_or_default();
            assert!(!section.is_empty(), "{title}: nothing under {heading}");
            let prose = |l: &&str| heading != "Example" && l.chars().count() > WIDTH;
            assert_eq!(section.lines().find(prose), None, "{title}");
        }
    }
}

#[test]
fn no_page_is_left_over() {
    for entry in std::fs::read_dir(pages()).expect("pages") {
        let name = entry
            .expect("entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let id = name.strip_suffix(".md").expect("a page");
        assert!(Code::ALL.iter().any(|c| c.id() == id), "{name}");
    }
}

#[test]
fn the_example_of_a_page_gives_its_code() {
    for code in Code::ALL {
        let section = code.section("Example").expect("an example");
        let Some((_, rest)) = section.split_once("```yaml\n") else {
            let reasoned = WITHOUT.iter().any(|(id, _)| *id == code.id());
            assert!(reasoned, "{} has no example", code.id());
            continue;
        };
        let text = rest.split("```").next().expect("an end");
        let (source, made) = compiled(text);
        let report = || made.diagnostics.render_all(&source, false, WIDTH);
        let given = made.diagnostics.sorted().iter().any(|f| f.code == *code);
        assert!(given, "{} does not occur:\n{}", code.id(), report());
        // Nothing else draws the eye away from it.
        let others = made.diagnostics.sorted();
        let others = others
            .iter()
            .filter(|f| f.severity < Severity::Note && f.code != *code);
        let allowed: &[&str] = match code.id() {
            // What takes so much of one partition, or of the table, is more than a new table serves.
            "D0302" | "D0515" => &["D0517"],
            _ => &[],
        };
        for other in others {
            assert!(
                allowed.contains(&other.code.id()),
                "{}:\n{}",
                code.id(),
                report()
            );
        }
    }
}

#[test]
fn every_page_names_a_source_that_is_there() {
    for code in Code::ALL {
        let text = code.section("Source").expect("a source");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let language = "The design language, `design explain language`: ";
        let named = text.contains(GUIDE) || text.contains(language) || code.id() == "D0901";
        assert!(named, "{}: {text}", code.id());
        if let Some((_, sections)) = text.split_once(language) {
            for heading in sections.split('"').skip(1).step_by(2) {
                let known = LANGUAGE
                    .lines()
                    .any(|l| l.trim_start_matches('#') == format!(" {heading}"));
                assert!(known, "{}: no section {heading}", code.id());
            }
        }
        // What a rule about DynamoDB says can be looked up.
        let own = [
            "D0301", "D0311", "D0312", "D0313", "D0315", "D0318", "D0501",
        ];
        if code.is_rule() && !own.contains(&code.id()) {
            assert!(text.contains(GUIDE), "{}: {text}", code.id());
        }
    }
}

#[test]
fn the_file_decides_how_much_a_finding_weighs() {
    let design = |lints: &str| {
        format!(
            "design: shop\nentities:\n  Order:\n    key: order_id\n    attributes: {{ order_id: ulid, shipper: Shipper }}\n  \
             Shipper: {{ key: shipper_id, attributes: {{ shipper_id: ulid }} }}\npatterns:\n  get_order: {{ get: Order }}\n{lints}"
        )
    };
    let severity = |lints: &str| {
        let (_, made) = compiled(&design(lints));
        let plan = made.plan.expect("a plan");
        let found = made.diagnostics.sorted();
        let found = found
            .iter()
            .find(|f| f.code == Code::D0315)
            .map(|f| f.severity);
        let listed = plan.diagnostics.iter().find(|d| d.code == "D0315");
        assert_eq!(
            listed.map(|d| d.severity.as_str()),
            found.map(Severity::word),
            "the plan says the same"
        );
        found
    };
    assert_eq!(severity(""), Some(Severity::Warning));
    assert_eq!(severity("lints: { D0315: deny }"), Some(Severity::Error));
    assert_eq!(
        severity("lints: { unused-entity: deny }"),
        Some(Severity::Error)
    );
    assert_eq!(severity("lints: { d0315: note }"), Some(Severity::Note));
    assert_eq!(severity("lints: { D0315: warn }"), Some(Severity::Warning));
    assert_eq!(severity("lints: { D0315: allow }"), None);
}

//! Every diagnostic code is shown by at least one fixture of `tests/diagnostics`.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::diagnostic::Code;
use std::collections::BTreeSet;

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

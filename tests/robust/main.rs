//! Whatever the file holds, the tool ends with a plan or with findings.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

mod bulk;
mod chance;
mod corpus;
#[path = "../files/mod.rs"]
mod files;
#[path = "../fuzz/whole.rs"]
mod whole;

use design::diagnostic::Severity;
use design::source::Source;
use design::{Objective, compile};
use std::fmt::Write;
use whole::whole_run;

fn first_code(text: &str) -> &'static str {
    let made = whole_run(text);
    // Notes are of designs that are fine.
    let sorted = made.diagnostics.sorted();
    let mut found = sorted.iter().filter(|d| d.severity != Severity::Note);
    found.next().map_or("none", |d| d.code.id())
}

const SMALL: &str = "design: shop\nentities:\n  Order:\n    key: order_id\n    attributes: { order_id: ulid, note: string }\npatterns:\n  get_order: { get: Order }\n";

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{a: ", "- ", "? "] {
        for depth in [100, 10_000, 200_000] {
            let text = format!("design: {}", open.repeat(depth));
            assert!(
                first_code(&text).starts_with("D01"),
                "{open:?} {depth} times"
            );
            assert!(
                first_code(&open.repeat(depth)).starts_with("D01"),
                "{open:?} {depth} times"
            );
        }
    }
    let mut block = String::new();
    for n in 0..2_000 {
        let _ = writeln!(block, "{}a:", " ".repeat(n));
    }
    assert!(first_code(&block).starts_with("D01"));
}

#[test]
fn aliases_do_not_multiply() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let before = vec![format!("*a{}", n - 1); 10].join(", ");
        let _ = writeln!(bomb, "a{n}: &a{n} [{before}]");
    }
    assert!(first_code(&bomb).starts_with("D01"));
    assert_eq!(
        first_code("design: &a [*a]\n"),
        "D0101",
        "an anchor in itself"
    );
}

#[test]
fn an_alias_is_the_value_that_it_names() {
    let text = SMALL
        .replace("ulid", "&id ulid")
        .replace("note: string", "note: *id");
    assert_eq!(first_code(&text), "none");
}

#[test]
fn odd_but_legal_bytes_change_nothing() {
    let plan = |text: &str| {
        let mut plan = whole_run(text)
            .plan
            .unwrap_or_else(|| panic!("{text:?} does not compile"));
        // Comments and markers move the places of findings.
        plan.diagnostics.iter_mut().for_each(|d| d.line = None);
        serde_json::to_string(&plan).expect("JSON")
    };
    let expected = plan(SMALL);
    assert_eq!(plan(&SMALL.replace('\n', "\r\n")), expected, "CRLF");
    assert_eq!(
        plan(&format!("\u{feff}{SMALL}")),
        expected,
        "a byte order mark"
    );
    assert_eq!(
        plan(&format!("---\n{SMALL}...\n")),
        expected,
        "document markers"
    );
    assert_eq!(
        plan(&format!("# a comment\n\n\n{SMALL}\n\n# the end")),
        expected,
        "comments"
    );
    assert_eq!(plan(SMALL.trim_end()), expected, "no line end at the end");
}

/// The renderer widens tabs of the source, and only those.
#[test]
fn a_tab_in_a_name_does_not_reach_the_terminal() {
    assert_eq!(first_code(" Order\tdesign:"), "D0102");
}

#[test]
fn places_are_right_behind_odd_bytes() {
    for before in ["\u{feff}", "# é 漢字 🦀\n", "#\r\n#\r\n"] {
        let text = format!("{before}{}", SMALL.replace("get: Order", "get: Oder"));
        let source = Source::new("design.yaml", text);
        let made = compile(&source, Objective::Indexes);
        let sorted = made.diagnostics.sorted();
        let span = sorted.first().and_then(|d| d.span()).expect("a place");
        assert_eq!(source.slice(span), "Oder", "behind {before:?}");
    }
}

#[test]
fn files_that_are_no_designs_are_refused() {
    let long = "x".repeat(1 << 20);
    let many = format!("[{}]", "a, ".repeat(200_000));
    for text in [
        "",
        " ",
        "\n",
        "\t",
        "\0",
        "\u{feff}",
        "#",
        "---",
        "...",
        "--- a\n--- b",
        "%YAML 1.1\n---\n",
        "~",
        "null",
        "5",
        "true",
        "[]",
        "{}",
        "- ",
        "? ",
        ": ",
        "!!binary aGk=",
        "!custom x",
        "&a",
        "*a",
        "|",
        ">",
        "'",
        "\"",
        "a: b: c",
        "design: \0",
        "design: \u{7}",
        "design: \u{85}",
        "design: \u{2028}x",
        "design: \u{202e}x",
        "{{{{",
        "]]",
        "a\0b: c",
        "design: 0x1F",
        "design: 1e999",
        "design: -.inf",
        "design: .nan",
        "design: 2026-11-20",
        "design: yes",
        long.as_str(),
        many.as_str(),
    ] {
        let code = first_code(text);
        let shown: String = text.chars().take(20).collect();
        assert!(code.starts_with("D01"), "{shown:?} gives {code}");
    }
}

#[test]
fn entities_of_one_name_in_keys_are_told_apart() {
    let entity = |name: &str| format!("  {name}: {{ key: id, attributes: {{ id: ulid }} }}\n");
    let pattern = |name: &str| {
        format!("  get_{name}: {{ get: {name} }}\n  add_{name}: {{ create: {name} }}\n")
    };
    let names = ["OrderItem", "order_item", "ORDER_ITEM", "Order"];
    let text = format!(
        "design: alike\nentities:\n{}patterns:\n{}",
        names.map(entity).concat(),
        names.map(pattern).concat()
    );
    let made = whole_run(&text);
    let plan = made.plan.expect("a plan");
    let labels: std::collections::BTreeSet<&str> = plan
        .entities
        .iter()
        .map(|e| e.kinds[0].keys[0].partition[0].template.as_str())
        .collect();
    assert_eq!(labels.len(), names.len(), "{labels:?}");
}

#[test]
fn long_and_foreign_names_are_refused_or_taken() {
    let name = "a".repeat(70_000);
    assert_eq!(
        first_code(&SMALL.replace("note", &name)),
        "D0101",
        "YAML has names of at most 1024 characters"
    );
    assert_eq!(
        first_code(&SMALL.replace("note", &name[..300])),
        "none",
        "a long name"
    );
    assert_eq!(first_code(&SMALL.replace("Order", "Bestellung_ä")), "D0105");
    assert_eq!(first_code(&SMALL.replace("Order", "注文")), "D0105");
    assert_eq!(
        first_code(&SMALL.replace("get_order", "\"a\\u202eb\"")),
        "D0105"
    );
    let words = SMALL.replace(
        "note: string",
        "state: [yes, no, on, off, y, n, null, ~, 1, 01, 1.0, true]",
    );
    assert_eq!(first_code(&words), "D0104", "null is no value");
    let words = SMALL.replace(
        "note: string",
        "state: [yes, no, on, off, y, n, 1, 01, 1.0, true]",
    );
    assert_eq!(
        first_code(&words),
        "none",
        "the words of YAML 1.1 are texts"
    );
    let huge = SMALL.replace(
        "note: string",
        "n: { type: integer, default: 123456789012345678901234567890 }",
    );
    assert_eq!(first_code(&huge), "D0210");
    let text = SMALL.replace(
        "note: string",
        &format!("note: {{ type: string, default: {} }}", "x".repeat(1 << 20)),
    );
    whole_run(&text);
}

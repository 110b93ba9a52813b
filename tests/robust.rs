//! Whatever the file holds, the tool ends with a plan or with findings.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

#[path = "files/mod.rs"]
mod files;

use design::diagnostic::Severity;
use design::plan::Plan;
use design::report::{markdown, text};
use design::source::Source;
use design::{Compiled, Objective, compile};
use files::examples;
use proptest::prelude::*;
use std::fmt::Write;

/// Everything that a run of the tool does with a text, at a few widths.
fn whole_run(text_: &str) -> Compiled {
    let source = Source::new("design.yaml", text_);
    let made = compile(&source, Objective::Indexes);
    for width in [0, 40, 100] {
        let plain = made.diagnostics.render(&source, false, width);
        let coloured = made.diagnostics.render(&source, true, width);
        assert_eq!(plain.is_empty(), coloured.is_empty());
        assert!(
            !plain.chars().any(|c| c.is_control() && c != '\n'),
            "a control character of the file reaches the terminal: {plain:?}"
        );
    }
    match &made.plan {
        Some(plan) => {
            for width in [40, 100] {
                assert!(!text::render(plan, "design.yaml", width, true).is_empty());
            }
            assert!(markdown::render(plan).is_ok());
            let json = serde_json::to_string(plan).expect("JSON");
            assert_eq!(&serde_json::from_str::<Plan>(&json).expect("a plan"), plan);
        }
        None => assert!(made.diagnostics.has_errors(), "no plan and no error"),
    }
    made
}

// Hostile files.

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

// Chance.

const CASES: u32 = 200;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

/// Words of the language, punctuation and indentation.
const TOKENS: &[&str] = &[
    "design:",
    "entities:",
    "patterns:",
    "table:",
    "limits:",
    "consumers:",
    "generate:",
    "key:",
    "attributes:",
    "count:",
    "size:",
    "unique:",
    "references:",
    "ttl:",
    "type:",
    "optional:",
    "immutable:",
    "default:",
    "max:",
    "share:",
    "derived:",
    "stored_as:",
    "get:",
    "list:",
    "create:",
    "put:",
    "update:",
    "delete:",
    "transaction:",
    "check:",
    "by:",
    "where:",
    "range:",
    "prefix:",
    "sort:",
    "limit:",
    "select:",
    "follow:",
    "batch:",
    "consistent:",
    "interleave:",
    "allow:",
    "shards:",
    "set:",
    "add:",
    "remove:",
    "if:",
    "return:",
    "upsert:",
    "times:",
    "as:",
    "rate:",
    "external:",
    " Order",
    " order_id",
    " customer_id",
    " status",
    " ulid",
    " string",
    " decimal",
    " map",
    " set(string)",
    " true",
    " false",
    " exists",
    " missing",
    " desc",
    " $name",
    " -$n",
    " text($x)",
    " 5",
    " 1..20",
    " 20%",
    " 300/s",
    " 2M",
    " day(placed_at)",
    " [",
    "]",
    " {",
    "}",
    ",",
    " '",
    " \"",
    " |",
    " >",
    " &a",
    " *a",
    " #",
    "\n",
    "\n  ",
    "\n    ",
    "\n      ",
    "\n- ",
    "\n  - ",
    "?",
    " ~",
    " %",
    " @",
    "\t",
    "é",
    "🦀",
    "\u{feff}",
    "\0",
    "---\n",
    "...\n",
];

/// A change of a text at a place.
#[derive(Debug, Clone, Copy)]
enum Edit {
    DropLine,
    RepeatLine,
    SwapLines,
    Truncate,
    Insert(char),
    Indent(bool),
    Token(usize),
    Scalar(usize),
}

const SCALARS: &[&str] = &[
    "0",
    "-1",
    "true",
    "null",
    "[]",
    "{}",
    "x",
    "Order",
    "order_id",
    "exists",
    "$p",
    "1..0",
    "999999999999",
    "''",
    "desc",
    "[a, b]",
    "{ a: b }",
];

fn edited(text: &str, edit: Edit, at: usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let n = at % lines.len();
    let line = lines[n];
    let replaced: String;
    match edit {
        Edit::DropLine => drop(lines.remove(n)),
        Edit::RepeatLine => lines.insert(n, line),
        Edit::SwapLines => lines.swap(n, (at / 7) % text.lines().count()),
        Edit::Truncate => lines.truncate(n),
        Edit::Insert(c) => {
            let place = line
                .char_indices()
                .map(|(i, _)| i)
                .nth(at % (line.chars().count() + 1));
            let place = place.unwrap_or(line.len());
            replaced = format!("{}{c}{}", &line[..place], &line[place..]);
            lines[n] = &replaced;
        }
        Edit::Indent(more) => {
            replaced = if more {
                format!(" {line}")
            } else {
                line.strip_prefix(' ').unwrap_or(line).to_owned()
            };
            lines[n] = &replaced;
        }
        Edit::Token(token) => {
            replaced = format!("{line}{}", TOKENS[token % TOKENS.len()]);
            lines[n] = &replaced;
        }
        Edit::Scalar(scalar) => {
            let (key, _) = line.split_once(": ").unwrap_or((line, ""));
            replaced = format!("{key}: {}", SCALARS[scalar % SCALARS.len()]);
            lines[n] = &replaced;
        }
    }
    lines.join("\n")
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        Just(Edit::DropLine),
        Just(Edit::RepeatLine),
        Just(Edit::SwapLines),
        Just(Edit::Truncate),
        any::<char>().prop_map(Edit::Insert),
        prop::sample::select(vec![
            '\t', '\0', '#', ':', '"', '\'', '{', ']', '?', '$', 'é', '\u{2028}'
        ])
        .prop_map(Edit::Insert),
        any::<bool>().prop_map(Edit::Indent),
        any::<usize>().prop_map(Edit::Token),
        any::<usize>().prop_map(Edit::Scalar),
        any::<usize>().prop_map(Edit::Scalar),
    ]
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn any_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        whole_run(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_end_well(words in prop::collection::vec(prop::sample::select(TOKENS), 0..60)) {
        whole_run(&words.concat());
        whole_run(&format!("{SMALL}{}", words.concat()));
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn any_changed_example_ends_well(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((edit(), any::<usize>()), 1..4),
    ) {
        let all = examples();
        let (_, text) = which.get(&all);
        let mut text = text.clone();
        for (edit, at) in edits {
            text = edited(&text, edit, at);
        }
        whole_run(&text);
    }
}

// What does not matter.

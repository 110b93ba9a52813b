//! Files made by chance.

use crate::SMALL;
use crate::files::examples;
use crate::whole::whole_run;
use proptest::prelude::*;

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

//! The layers: which module of the library may use which, the size of files, and that each says what it is.

#![expect(clippy::expect_used, reason = "a test ends there")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// For each top module those that it may use, from the bottom up: each uses only what stands above its line.
const LAYERS: [(&str, &[&str]); 27] = [
    ("parallel", &[]),
    ("source", &[]),
    ("time", &[]),
    ("diagnostic", &["source"]),
    ("document", &["diagnostic", "source"]),
    ("workload", &["diagnostic", "source"]),
    ("encoding", &["workload"]),
    (
        "resolve",
        &[
            "diagnostic",
            "document",
            "encoding",
            "source",
            "time",
            "workload",
        ],
    ),
    ("estimate", &["workload"]),
    ("demand", &["estimate", "heat", "parallel", "workload"]),
    ("layout", &["demand", "encoding", "workload"]),
    ("schema", &["demand", "layout", "workload"]),
    ("effect", &["layout", "schema", "solve", "workload"]),
    (
        "cost",
        &[
            "demand", "effect", "encoding", "estimate", "layout", "schema", "solve", "workload",
        ],
    ),
    (
        "heat",
        &["cost", "demand", "estimate", "layout", "schema", "workload"],
    ),
    (
        "solve",
        &[
            "cost", "demand", "estimate", "layout", "parallel", "schema", "workload",
        ],
    ),
    (
        "lint",
        &[
            "cost",
            "diagnostic",
            "effect",
            "estimate",
            "heat",
            "layout",
            "schema",
            "solve",
            "source",
            "workload",
        ],
    ),
    (
        "plan",
        &[
            "cost",
            "demand",
            "diagnostic",
            "effect",
            "encoding",
            "estimate",
            "layout",
            "lint",
            "parallel",
            "resolve",
            "schema",
            "solve",
            "source",
            "workload",
        ],
    ),
    ("check", &["parallel", "plan", "workload"]),
    // The physical items that a plan's document gives an instance: nothing of what makes a plan, so that `verify` can use it.
    ("items", &[]),
    // It knows a plan by its document alone, and a design by its file. Its meter alone uses the arithmetic of `cost`,
    // because to check that arithmetic is what it is for.
    ("verify", &["cost", "items"]),
    ("sample", &["items", "plan"]),
    (
        "report",
        &["diagnostic", "plan", "sample", "source", "verify"],
    ),
    // The generators: a plan's document is all that they know. They read YAML that they made themselves. Constants of a
    // client have the one text that numbers have in items.
    (
        "emit",
        &["document", "items", "plan", "report", "sample", "source"],
    ),
    // What it says is computed from the solved design; its form is that of the views.
    (
        "explain",
        &[
            "cost", "demand", "estimate", "layout", "plan", "report", "schema", "solve", "source",
            "workload",
        ],
    ),
    (
        "cli",
        &[
            "Change",
            "Compiled",
            "Objective",
            "Options",
            "Prices",
            "compile",
            "compile_beside",
            "compile_with",
            "diagnostic",
            "document",
            "emit",
            "explain",
            "parallel",
            "plan",
            "report",
            "resolve",
            "source",
            "verify",
        ],
    ),
    ("main", &[]),
];

/// Uses of a module that stands further down, each to be resolved.
const UPWARDS: [(&str, &str); 3] = [
    // The number of shards that a read needs is estimated from peak rates, which `heat` knows.
    ("demand", "heat"),
    // Guards and projections are worked out where indexes are chosen.
    ("cost", "solve"),
    ("effect", "solve"),
];

/// Crates that only some modules may use.
const CRATES: [(&str, &[&str]); 19] = [
    ("anyhow", &["cli", "main"]),
    ("clap", &["cli"]),
    ("anstream", &["cli"]),
    ("rustc_hash", &["solve"]),
    ("granit_parser", &["document"]),
    ("mimalloc", &["main"]),
    ("serde_saphyr", &["document", "verify"]),
    ("annotate_snippets", &["diagnostic"]),
    ("comfy_table", &["report"]),
    ("ctrlc", &["cli"]),
    ("dynoxide", &["verify"]),
    ("indicatif", &["cli"]),
    ("ureq", &["verify"]),
    ("aws_config", &["verify"]),
    ("aws_credential_types", &["verify"]),
    ("aws_sigv4", &["verify"]),
    ("aws_smithy_http_client", &["verify"]),
    ("aws_types", &["verify"]),
    ("tokio", &["verify"]),
];

/// The most lines of a file.
const MOST_LINES: usize = 600;

/// Files that may be longer: the search is one argument, told in one place.
const LONG: [&str; 1] = ["layout/search.rs"];

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("src") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The files of the library, by their path below `src`.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let name = |p: &Path| {
        p.strip_prefix(&root)
            .expect("below src")
            .display()
            .to_string()
    };
    let read = |p: &Path| std::fs::read_to_string(p).expect("a file");
    all.iter().map(|p| (name(p), read(p))).collect()
}

fn top(file: &str) -> &str {
    file.split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs")
}

/// The lines that are no comments, one after the other.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The names that follow `crate::`, with those in braces.
fn used(code: &str) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and `some_crate::` are other words.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => outermost(list),
            None => vec![rest],
        };
        for name in names {
            let word: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !word.is_empty() {
                made.insert(word);
            }
        }
    }
    made
}

/// The items of a list in braces, whose first brace is taken off, without what nests in them.
fn outermost(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut start = 0;
    let mut made = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                made.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                made.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    made
}

#[test]
fn uses_are_read_from_paths_and_lists() {
    let code = "use crate::plan::{self, x};\nuse crate::{a::b, c::{d, e}, f};\nlet y = crate::g(); my_crate::h();";
    let names: Vec<String> = used(code).into_iter().collect();
    assert_eq!(names, ["a", "c", "f", "g", "plan"]);
}

#[test]
fn modules_use_only_what_is_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = LAYERS.into_iter().collect();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let module = top(&file);
        if module == "lib" {
            continue;
        }
        let Some(may) = allowed.get(module) else {
            wrong.push(format!("{file} is in no layer"));
            continue;
        };
        for name in used(&code(&text)) {
            if name != module && !may.contains(&name.as_str()) {
                wrong.push(format!("{file} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_meter_of_a_run_uses_the_compiler() {
    for (file, text) in sources() {
        if top(&file) == "verify" && !file.starts_with("verify/meter/") {
            let others: Vec<String> = used(&code(&text))
                .into_iter()
                .filter(|name| name != "verify" && name != "items")
                .collect();
            assert!(others.is_empty(), "{file} uses {others:?}");
        }
    }
}

#[test]
fn the_layers_go_one_way() {
    let place = |name: &str| LAYERS.iter().position(|(n, _)| *n == name);
    for (at, (module, may)) in LAYERS.iter().enumerate() {
        for other in may.iter().filter(|o| place(o).is_some()) {
            let below = place(other) < Some(at);
            let excepted = UPWARDS.contains(&(module, other));
            assert!(
                below != excepted,
                "{module} may use {other}, which is {}",
                if below { "below" } else { "above" }
            );
        }
    }
}

#[test]
fn every_permission_is_used() {
    let all = sources();
    for (module, may) in LAYERS {
        let own = all.iter().filter(|(file, _)| top(file) == module);
        let used: BTreeSet<String> = own.flat_map(|(_, text)| used(&code(text))).collect();
        for other in may {
            assert!(
                used.contains(*other),
                "{module} may use {other} and does not"
            );
        }
    }
}

#[test]
fn some_crates_stay_in_their_modules() {
    for (file, text) in sources() {
        let code = code(&text);
        for (name, modules) in CRATES {
            let uses = code.contains(&format!("{name}::"));
            assert!(!uses || modules.contains(&top(&file)), "{file} uses {name}");
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if !text.starts_with("//! ") {
            wrong.push(format!("{file} does not say what it is"));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES && !LONG.contains(&file.as_str()) {
            wrong.push(format!("{file} has {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

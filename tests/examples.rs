//! The examples: each is answered in full with as few indexes as it says, proven, and its page compares it with the
//! published design by what the tool gives.
//!
//! [`CASES`] is the one place with what is expected. `UPDATE_DOCS=1 cargo test --test examples` writes the tables of the
//! pages from it and from the plans.

mod docs;

use design::diagnostic::Diagnostics;
use design::plan::{Pattern, Plan};
use design::source::Source;
use design::workload::Workload;
use design::{Objective, compile};
use docs::{Outcome, WIDTH, check, report, wide_lines};
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The design that the source of an example publishes.
struct Published {
    /// Its access patterns, `P1` and so on in the `id` of ours.
    patterns: usize,
    /// Those that it answers in one request that reads only what it returns.
    direct: usize,
    /// Its tables.
    tables: usize,
    /// Its global secondary indexes.
    gsis: usize,
    /// The fewest that we found by hand, with no fewer patterns answered.
    by_hand: usize,
}

/// What is expected of an example.
struct Case {
    name: &'static str,
    published: Option<Published>,
    /// Patterns of our file.
    patterns: usize,
    /// Those that their `allow` degrades, sorted.
    degraded: &'static [&'static str],
    gsis: usize,
    lower_bound: usize,
}

const fn published(patterns: usize, direct: usize, gsis: usize, by_hand: usize) -> Published {
    Published {
        patterns,
        direct,
        tables: 1,
        gsis,
        by_hand,
    }
}

const fn case(
    name: &'static str,
    published: Option<Published>,
    patterns: usize,
    degraded: &'static [&'static str],
    gsis: usize,
    lower_bound: usize,
) -> Case {
    Case {
        name,
        published,
        patterns,
        degraded,
        gsis,
        lower_bound,
    }
}

/// The examples, by name. Published: patterns, those in one request, indexes, indexes by hand. Ours: patterns, those
/// degraded, indexes, lower bound.
#[rustfmt::skip]
const CASES: &[Case] = &[
    case("access-logs",          Some(published(4, 3, 1, 1)),   4, &["bytes_sent_with_errors"],                 0, 0),
    case("bookmarks",            Some(published(4, 4, 3, 1)),   4, &[],                                         1, 1),
    case("complaint-management", Some(published(13, 13, 3, 2)), 13, &[],                                        2, 2),
    case("customer-orders",      Some(published(6, 6, 1, 1)),   7, &[],                                         1, 1),
    case("daily-deals",          Some(published(23, 20, 4, 3)), 27, &[],                                        3, 3),
    case("device-status",        Some(published(7, 7, 2, 2)),   7, &[],                                         2, 2),
    case("employee-directory",   Some(published(3, 3, 2, 2)),   3, &[],                                         2, 2),
    case("equipment-versions",   Some(published(3, 3, 0, 0)),   4, &[],                                         0, 0),
    case("game-lobby",           Some(published(13, 13, 2, 1)), 13, &[],                                        1, 1),
    case("human-resources",      Some(published(8, 7, 5, 3)),   9, &["birthdays_in_office"],                    3, 3),
    case("image-leaderboard",    Some(published(4, 4, 1, 1)),   4, &[],                                         1, 1),
    case("library",              Some(published(22, 22, 3, 3)), 25, &[],                                        3, 3),
    case("northwind",            Some(published(9, 9, 1, 1)),   9, &[],                                         1, 1),
    case("online-shop",          Some(published(16, 16, 2, 2)), 16, &[],                                        2, 2),
    case("photo-sharing",        Some(published(12, 10, 1, 1)), 12, &["followers_of_user", "users_followed_by"], 1, 1),
    case("player-profile",       Some(published(6, 5, 0, 0)),   6, &["player_items_of_type"],                   0, 0),
    case("recurring-payments",   Some(published(8, 8, 2, 2)),   8, &[],                                         2, 2),
    case("session-management",   Some(published(8, 8, 1, 1)),   8, &[],                                         1, 1),
    case("shop",                 None,                          11, &[],                                        3, 3),
    case("store-locations",      Some(published(5, 5, 1, 1)),   5, &[],                                         1, 1),
    case("task-manager",         Some(published(6, 5, 5, 3)),   6, &[],                                         3, 3),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// An example as it compiles.
struct Example {
    plan: Plan,
    workload: Workload,
}

fn example(name: &str) -> Result<Example, Box<dyn Error>> {
    let text = std::fs::read_to_string(folder(name).join("design.yaml"))?;
    let source = Source::new(format!("examples/{name}/design.yaml"), text);
    let made = compile(&source, Objective::Indexes);
    let errors = || made.diagnostics.render(&source, false, WIDTH);
    if made.diagnostics.has_errors() {
        return Err(errors().into());
    }
    let tree = design::document::parse(&source).map_err(|_| errors())?;
    let workload = design::resolve::resolve(&tree, &mut Diagnostics::default());
    Ok(Example {
        plan: made.plan.ok_or_else(errors)?,
        workload: workload.ok_or_else(errors)?,
    })
}

fn with_status<'a>(plan: &'a Plan, status: &str) -> Vec<&'a Pattern> {
    plan.patterns
        .iter()
        .filter(|p| p.status == status)
        .collect()
}

/// The requirements that a pattern answers.
fn ids(pattern: &Pattern) -> Vec<&str> {
    match &pattern.id {
        serde_json::Value::Array(list) => list.iter().filter_map(|i| i.as_str()).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// The words of a price that the pattern's `allow` does not have.
fn not_allowed<'a>(pattern: &'a Pattern, workload: &Workload) -> Vec<&'a str> {
    let declared = workload.patterns.iter().find(|p| p.name == pattern.name);
    let accepts = |word: &str| {
        declared.is_some_and(|p| match word {
            "filter" => p.allow.filter,
            "fan_out" => p.allow.fan_out,
            "extra_request" => p.allow.extra_request,
            "scan" => p.allow.scan,
            _ => false,
        })
    };
    let words = pattern.price.iter().map(String::as_str);
    words.filter(|w| !accepts(w)).collect()
}

#[test]
fn every_example_is_in_the_table() -> Outcome {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder(""))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(
                entry
                    .file_name()
                    .into_string()
                    .map_err(|_| "a name that is not text")?,
            );
        }
    }
    names.sort();
    let listed: Vec<&str> = CASES.iter().map(|c| c.name).collect();
    assert_eq!(names, listed, "the folders of examples/ and CASES, by name");
    Ok(())
}

#[test]
fn every_example_is_answered_as_expected() -> Outcome {
    for case in CASES {
        let name = case.name;
        let Example { plan, workload } = example(name)?;
        let degraded = with_status(&plan, "degraded");
        let names: Vec<&str> = degraded.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, case.degraded, "{name}: degraded patterns");
        for pattern in degraded {
            let extra = not_allowed(pattern, &workload);
            assert!(
                !pattern.price.is_empty() && extra.is_empty(),
                "{name}: {} costs {extra:?}",
                pattern.name
            );
        }
        assert_eq!(plan.patterns.len(), case.patterns, "{name}: patterns");
        let covered = with_status(&plan, "covered").len();
        assert_eq!(
            covered + case.degraded.len(),
            case.patterns,
            "{name}: all are covered or degraded"
        );

        let proof = &plan.proof;
        assert_eq!((proof.gsis, proof.lsis), (case.gsis, 0), "{name}: indexes");
        assert_eq!(proof.lower_bound, case.lower_bound, "{name}: lower bound");
        assert!(proof.optimal, "{name}: proven");
        assert_eq!(plan.tables.len(), 1, "{name}: tables");
        if let Some(published) = &case.published {
            let least = published.gsis.min(published.by_hand);
            assert!(
                proof.gsis <= least,
                "{name}: {} indexes, {least} are known to do",
                proof.gsis
            );
            let ids: Vec<&str> = plan.patterns.iter().flat_map(ids).collect();
            for number in 1..=published.patterns {
                let id = format!("P{number}");
                assert!(
                    ids.contains(&id.as_str()),
                    "{name}: no pattern answers {id} of the source"
                );
            }
        }
    }
    Ok(())
}

/// Text in lines of at most [`WIDTH`] columns, the first after `lead`, the others indented as far.
fn wrapped(lead: &str, text: &str) -> String {
    let mut made = lead.to_owned();
    let mut column = lead.len();
    let mut first = true;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if !first && column + 1 + width > WIDTH {
            let _ = write!(made, "\n{:indent$}", "", indent = lead.len());
            column = lead.len();
        } else if !first {
            made.push(' ');
            column += 1;
        }
        made.push_str(word);
        column += width;
        first = false;
    }
    made.push('\n');
    made
}

fn proven(plan: &Plan) -> &'static str {
    if plan.proof.optimal {
        "proven"
    } else {
        "not proven"
    }
}

/// The table of an example's page, the proof and the prices.
fn comparison(case: &Case, plan: &Plan) -> String {
    let covered = with_status(plan, "covered").len();
    let degraded = with_status(plan, "degraded");
    let theirs = |number: fn(&Published) -> usize| {
        case.published
            .as_ref()
            .map(|p| format!(" {} |", number(p)))
            .unwrap_or_default()
    };
    let blank = if case.published.is_some() { "  |" } else { "" };
    let mut out = String::new();
    match case.published {
        Some(_) => out.push_str("| | published | this plan |\n|---|---|---|\n"),
        None => out.push_str("| | this plan |\n|---|---|\n"),
    }
    let mut row = |label: &str, theirs: &str, ours: &str| {
        let _ = writeln!(out, "| {label} |{theirs} {ours} |");
    };
    row(
        "access patterns",
        &theirs(|p| p.patterns),
        &plan.patterns.len().to_string(),
    );
    row(
        "answered in one request",
        &theirs(|p| p.direct),
        &covered.to_string(),
    );
    row(
        "answered at a price",
        &theirs(|p| p.patterns - p.direct),
        &degraded.len().to_string(),
    );
    row(
        "tables",
        &theirs(|p| p.tables),
        &plan.tables.len().to_string(),
    );
    row(
        "global secondary indexes",
        &theirs(|p| p.gsis),
        &plan.proof.gsis.to_string(),
    );
    if case.published.is_some() {
        row("the same, by hand", &theirs(|p| p.by_hand), "");
    }
    row(
        "no design has fewer than",
        blank,
        &format!("{} ({})", plan.proof.lower_bound, proven(plan)),
    );

    out.push('\n');
    out.push_str(&wrapped("", &plan.proof.summary));
    if !plan.proof.conflicts.is_empty() {
        out.push('\n');
    }
    for conflict in &plan.proof.conflicts {
        out.push_str(&wrapped("- ", &conflict.reason));
    }
    if !degraded.is_empty() {
        out.push_str("\nAt a price:\n\n");
    }
    for pattern in degraded {
        let reason = pattern.reason.as_deref().unwrap_or_default();
        out.push_str(&wrapped("- ", &format!("`{}`: {reason}", pattern.name)));
    }
    out
}

/// The table of all examples.
fn overview() -> Result<String, Box<dyn Error>> {
    let mut out = String::from(
        "| example | patterns | covered | at a price | GSIs published | by hand | here | lower bound | |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for case in CASES {
        let plan = example(case.name)?.plan;
        let theirs = |number: fn(&Published) -> usize| {
            case.published
                .as_ref()
                .map(|p| number(p).to_string())
                .unwrap_or_default()
        };
        let _ = writeln!(
            out,
            "| [{name}]({name}/README.md) | {} | {} | {} | {} | {} | {} | {} | {} |",
            plan.patterns.len(),
            with_status(&plan, "covered").len(),
            with_status(&plan, "degraded").len(),
            theirs(|p| p.gsis),
            theirs(|p| p.by_hand),
            plan.proof.gsis,
            plan.proof.lower_bound,
            proven(&plan),
            name = case.name,
        );
    }
    Ok(out)
}

#[test]
fn the_pages_of_the_examples_say_what_the_tool_gives() -> Outcome {
    let mut differences = Vec::new();
    for case in CASES {
        let page = folder(case.name).join("README.md");
        let plan = example(case.name)?.plan;
        let mut wanted = |_: &str| Ok(comparison(case, &plan));
        differences.extend(check(&page, "comparison", &mut wanted)?);
        let text = std::fs::read_to_string(&page)?;
        let command = format!("design plan examples/{}/design.yaml", case.name);
        assert!(
            text.contains(&command),
            "{} has no `{command}`",
            page.display()
        );
        for word in text.split('`').skip(1).step_by(2) {
            // Words like names of patterns are names of patterns, entities or attributes.
            let known = plan.patterns.iter().any(|p| p.name == word)
                || plan
                    .entities
                    .iter()
                    .any(|e| e.name == word || e.stored.iter().any(|a| a.attribute == word))
                || !word.contains('_')
                || !word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(known, "{}: `{word}` is nothing in the plan", page.display());
        }
        differences.extend(wide_lines(&page)?);
    }
    report(&differences, "examples")
}

#[test]
fn the_page_of_all_examples_says_what_the_tool_gives() -> Outcome {
    let page = folder("README.md");
    let mut differences = check(&page, "overview", &mut |_| overview())?;
    differences.extend(wide_lines(&page)?);
    report(&differences, "examples")
}

/// How the examples compare with what was published, in a sentence.
fn score() -> String {
    let compared = CASES
        .iter()
        .filter_map(|c| c.published.as_ref().map(|p| (p.gsis, c.gsis)));
    let (all, fewer) = compared.fold((0, 0), |(all, fewer), (theirs, ours)| {
        (all + 1, fewer + usize::from(ours < theirs))
    });
    let text = format!(
        "The [examples](examples/README.md) take {all} published designs, each with its access patterns, and compare \
         them with what the tool makes of the same patterns: {fewer} times it needs fewer indexes, {} times as many, \
         and never more. The pages also say where the published design is the better one.",
        all - fewer
    );
    wrapped("", &text)
}

#[test]
fn the_readme_counts_the_examples() -> Outcome {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    report(&check(&page, "score", &mut |_| Ok(score()))?, "examples")
}

//! The tools that read the documents: Graphviz, Mermaid, a parser of Markdown.

use super::{ALL, made};
use design::emit::Target;
use design::plan::Plan;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Headings of the page of every design, with findings or without.
const HEADINGS: [&str; 7] = [
    "",
    "Patterns",
    "Indexes",
    "Keys",
    "Proof",
    "Assumptions",
    "Findings",
];

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("design-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Writes a target of every plan and gives the paths.
    fn fill(&self, target: Target, ending: &str) -> Vec<(PathBuf, &'static Plan)> {
        let write = |(at, (_, plan)): (usize, &'static (String, Plan))| {
            let path = self.0.join(format!("{at}.{ending}"));
            std::fs::write(&path, made(plan, target)).expect("a file");
            (path, plan)
        };
        ALL.iter().enumerate().map(write).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What stands in the texts of a drawing or a page: those of the hostile design, as they are.
const SHOWN: [&str; 4] = [
    "THING#STATE#<script>x</script>#",
    "state = \"<script>x</script>\"",
    "state IN (${1}, end)",
    "(a\"]|b, back\\|slash,",
];

fn dot() -> Option<String> {
    let wanted = std::env::var("DOT").ok();
    let program = wanted.clone().unwrap_or_else(|| "dot".to_owned());
    let run = Command::new(&program)
        .arg("-V")
        .stderr(Stdio::null())
        .status();
    if run.is_ok_and(|s| s.success()) {
        return Some(program);
    }
    assert!(wanted.is_none(), "`{program}` does not run");
    eprintln!("SKIPPED: there is no dot");
    None
}

/// The texts of a drawing, without the references that XML needs.
fn drawn(svg: &str) -> Vec<String> {
    let texts = svg.split("<text ").skip(1);
    let inner = texts.filter_map(|t| t.split_once('>')?.1.split_once("</text>"));
    inner
        .map(|(text, _)| {
            text.replace("&#160;", " ")
                .replace("&#45;", "-")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
        })
        .collect()
}

#[test]
fn graphviz_draws_every_diagram_and_all_texts() {
    let Some(dot) = dot() else { return };
    let folder = Folder::new("dot");
    for (path, plan) in folder.fill(Target::Graphviz, "dot") {
        let output = Command::new(&dot).arg("-Tsvg").arg(&path).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
        let svg = String::from_utf8(output.stdout).expect("text");
        let texts = drawn(&svg);
        let has =
            |name: &str| assert!(texts.iter().any(|t| t == name), "{name} of {}", plan.design);
        plan.patterns.iter().for_each(|p| has(&p.name));
        plan.entities.iter().for_each(|e| has(&e.name));
        plan.tables[0].indexes.iter().for_each(|i| has(&i.name));
        for key in plan
            .entities
            .iter()
            .flat_map(|e| &e.kinds)
            .flat_map(|k| &k.keys)
        {
            key.partition.iter().for_each(|t| has(&t.template));
        }
        if plan.design == "hostile" {
            let all = texts.join("\n");
            SHOWN.iter().for_each(|t| assert!(all.contains(t), "{t}"));
            assert!(!svg.contains("<script"));
        }
    }
}

/// What the parsers of Mermaid and Markdown find in some files.
fn parsed(paths: &[PathBuf]) -> Option<Json> {
    let Ok(folder) = std::env::var("MERMAID") else {
        eprintln!("SKIPPED: `MERMAID` names no folder with it");
        return None;
    };
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/parsers.mjs"))
        .arg(folder)
        .args(paths)
        .output()
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[test]
fn mermaid_reads_every_diagram_and_all_texts() {
    let folder = Folder::new("mermaid");
    let all = folder.fill(Target::Mermaid, "mmd");
    let paths: Vec<PathBuf> = all.iter().map(|(p, _)| p.clone()).collect();
    let Some(found) = parsed(&paths) else { return };
    for (path, plan) in all {
        let diagram = &found[path.display().to_string()];
        let nodes = diagram["nodes"].as_object().expect("nodes");
        let labels: Vec<&str> = nodes.values().filter_map(Json::as_str).collect();
        let has = |name: &str| {
            let first = |l: &&str| l.lines().next() == Some(name);
            assert!(labels.iter().any(first), "{name} of {}", plan.design);
        };
        plan.patterns.iter().for_each(|p| has(&p.name));
        plan.entities.iter().for_each(|e| has(&e.name));
        let kinds = plan.entities.iter().flat_map(|e| &e.kinds);
        let rows = kinds.map(|k| k.keys.len()).sum::<usize>();
        assert_eq!(
            nodes.len(),
            plan.patterns.len() + plan.entities.len() + rows
        );
        for edge in diagram["edges"].as_array().expect("edges") {
            for end in edge.as_array().expect("two ends") {
                assert!(nodes.contains_key(end.as_str().expect("a name")), "{end}");
            }
        }
        let groups = diagram["groups"].to_string();
        let indexes = plan.tables[0].indexes.iter();
        indexes.for_each(|i| assert!(groups.contains(&i.name), "{}", plan.design));
        if plan.design == "hostile" {
            let all = labels.join("\n");
            SHOWN
                .iter()
                .for_each(|t| assert!(all.contains(t), "{t}: {all}"));
        }
    }
}

#[test]
fn a_parser_of_markdown_finds_the_tables_and_no_markup_of_a_text() {
    let folder = Folder::new("markdown");
    let all = folder.fill(Target::Coverage, "md");
    let paths: Vec<PathBuf> = all.iter().map(|(p, _)| p.clone()).collect();
    let Some(found) = parsed(&paths) else { return };
    for (path, plan) in all {
        let page = &found[path.display().to_string()];
        let headings = page["headings"].as_array().expect("headings");
        let titles: Vec<&str> = headings.iter().skip(1).filter_map(Json::as_str).collect();
        assert_eq!(titles, &HEADINGS[1..=titles.len()], "{}", plan.design);
        let kinds = plan.entities.iter().flat_map(|e| &e.kinds);
        let rows = [
            plan.patterns.len(),
            1 + plan.tables[0].indexes.len(),
            kinds.map(|k| k.keys.len()).sum(),
        ];
        assert_eq!(page["tables"], Json::from(rows.to_vec()), "{}", plan.design);
        let ours = "br code h1 h2 li p strong table tbody td th thead tr ul";
        for tag in page["tags"].as_array().expect("tags") {
            let tag = tag.as_str().expect("a name");
            assert!(
                ours.split(' ').any(|t| t == tag),
                "<{tag}> of {}",
                plan.design
            );
        }
        assert_eq!(page["links"].as_array().map(Vec::len), Some(0));
        if plan.design == "hostile" {
            let text = page["text"].as_str().expect("text");
            SHOWN.iter().for_each(|t| assert!(text.contains(t), "{t}"));
            assert!(
                text.contains("<script>alert(1)</script> ``` ${1} {{ 7 * 7 }} ]] --> %%{init}%%")
            );
        }
    }
}

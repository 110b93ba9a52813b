//! The README says what the tool prints: every output, command and diagnostic code in it comes from the binary and is
//! compared here. `UPDATE_DOCS=1 cargo test --test readme` rewrites them.
//!
//! A part `<!-- output ARGUMENTS | TITLES -->` is what `design ARGUMENTS` prints, or those paragraphs of it. An argument
//! `-` reads the first YAML example of the page. A part `<!-- source FILE | FUNCTIONS -->` is that file, or those functions of
//! it, each with its comment; of a page in Markdown it is the table.

mod docs;

use design::diagnostic::Code;
use design::source::Source;
use design::{Objective, compile};
use docs::{Outcome, check, report, wide_lines};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> PathBuf {
    root().join("README.md")
}

/// The YAML examples of the README.
fn examples() -> Result<Vec<String>, Box<dyn Error>> {
    let page = std::fs::read_to_string(readme())?;
    let fences = page.split("```yaml\n").skip(1);
    Ok(fences
        .filter_map(|f| f.split("```").next())
        .map(str::to_owned)
        .collect())
}

fn run(arguments: &[&str], input: &str) -> Result<Output, Box<dyn Error>> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_design"))
        .args(arguments)
        .current_dir(root())
        .env("COLUMNS", "100")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    Ok(child.wait_with_output()?)
}

/// What the tool prints to standard output.
fn printed(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let input = if arguments.contains(&"-") {
        examples()?.swap_remove(0)
    } else {
        String::new()
    };
    let output = run(arguments, &input)?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("design {arguments:?} fails: {text}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The paragraphs that begin with one of the titles, and marks where others were left out; without titles, all.
fn excerpt(text: &str, titles: &[&str]) -> String {
    if titles.is_empty() {
        return text.to_owned();
    }
    let mut made: Vec<&str> = Vec::new();
    for (place, paragraph) in text.trim().split("\n\n").enumerate() {
        let title = paragraph.lines().next().unwrap_or_default();
        if place == 0 || titles.contains(&title) {
            made.push(paragraph);
        } else if made.last() != Some(&"…") {
            made.push("…");
        }
    }
    made.join("\n\n")
}

/// A part `output` for its arguments.
fn output(arguments: &str) -> Result<String, Box<dyn Error>> {
    let (command, titles) = arguments.split_once(" | ").unwrap_or((arguments, ""));
    let words: Vec<&str> = command.split_whitespace().collect();
    let titles: Vec<&str> = titles.split(", ").filter(|t| !t.is_empty()).collect();
    let text = printed(&words)?;
    for title in &titles {
        if !text.lines().any(|l| l == *title) {
            return Err(format!("`design {command}` prints nothing with the title {title}").into());
        }
    }
    let lines = excerpt(&text, &titles);
    let lines = lines.trim_matches('\n').lines().map(str::trim_end);
    let shown = lines.fold(String::new(), |all, line| all + line + "\n");
    Ok(format!("```text\n{shown}```"))
}

/// A function of a source text in Rust or TypeScript, with the comment before it, at the margin.
fn function(text: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let declares = |line: &&str| {
        let line = line.trim_start();
        let bare = ["export ", "pub ", "async ", "function ", "fn "]
            .iter()
            .fold(line, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
        bare != line
            && bare
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('('))
    };
    let at = lines.iter().position(declares)?;
    let margin = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
    let comment = |line: &&&str| {
        let line = line.trim_start();
        line.starts_with('*') || line.starts_with("/**") || line.starts_with("///")
    };
    let before = lines[..at].iter().rev().take_while(comment).count();
    let end = lines[at..]
        .iter()
        .position(|l| *l == format!("{margin}}}"))?;
    let own = &lines[at - before..=at + end];
    let bare = own.iter().map(|l| l.strip_prefix(margin).unwrap_or(l));
    Some(bare.fold(String::new(), |all, line| all + line + "\n"))
}

/// A part `source` for its arguments.
fn source(arguments: &str) -> Result<String, Box<dyn Error>> {
    let (file, names) = arguments.split_once(" | ").unwrap_or((arguments, ""));
    let text = std::fs::read_to_string(root().join(file)).map_err(|e| format!("{file}: {e}"))?;
    let (_, language) = file.rsplit_once('.').ok_or("a file without a language")?;
    if language == "md" {
        let table: Vec<&str> = text.lines().filter(|l| l.starts_with('|')).collect();
        return Ok(table.join("\n"));
    }
    let names: Vec<&str> = names.split(", ").filter(|n| !n.is_empty()).collect();
    let mut shown = Vec::new();
    for name in &names {
        shown
            .push(function(&text, name).ok_or_else(|| format!("{file} has no function `{name}`"))?);
    }
    let shown = if names.is_empty() {
        text
    } else {
        shown.join("\n")
    };
    Ok(format!("```{language}\n{}\n```", shown.trim_end()))
}

/// The commands, from the help of the tool.
fn commands() -> Result<String, Box<dyn Error>> {
    let help = printed(&["--help"])?;
    let mut out = String::from("| command | does |\n|---|---|\n");
    let listed = help.lines().skip_while(|l| *l != "Commands:").skip(1);
    for line in listed.take_while(|l| !l.is_empty()) {
        let (name, about) = line
            .trim()
            .split_once("  ")
            .ok_or_else(|| format!("no description in `{line}`"))?;
        let _ = writeln!(out, "| `design {name}` | {} |", about.trim());
    }
    Ok(out)
}

/// The diagnostic codes.
fn codes() -> String {
    let mut out = String::from("| code | name | level | means |\n|---|---|---|---|\n");
    for code in Code::ALL {
        let (level, summary) = (code.severity().word(), code.summary());
        let _ = writeln!(
            out,
            "| {} | `{}` | {level} | {summary} |",
            code.id(),
            code.name()
        );
    }
    out
}

#[test]
fn the_readme_says_what_the_tool_prints() -> Outcome {
    let page = readme();
    let mut differences = check(&page, "output", &mut output)?;
    differences.extend(check(&page, "source", &mut source)?);
    differences.extend(check(&page, "commands", &mut |_| commands())?);
    differences.extend(check(&page, "codes", &mut |_| Ok(codes()))?);
    differences.extend(wide_lines(&page)?);
    report(&differences, "readme")
}

#[test]
fn its_designs_compile_without_findings() -> Outcome {
    let examples = examples()?;
    assert!(!examples.is_empty(), "the README has no design");
    for text in examples {
        let source = Source::new("README.md", text);
        let made = compile(&source, Objective::Indexes);
        let found = made.diagnostics.render(&source, false, docs::WIDTH);
        assert!(found.is_empty(), "{found}");
    }
    Ok(())
}

#[test]
fn the_exit_statuses_are_as_described() -> Outcome {
    let status = |arguments: &[&str], input: &str| -> Result<Option<i32>, Box<dyn Error>> {
        Ok(run(arguments, input)?.status.code())
    };
    let design = "design: demo\nentities:\n  E: { key: id, attributes: { id: ulid, a: list } }\n";
    let fine = format!("{design}patterns:\n  p: {{ get: E }}\n");
    let invalid = format!("{design}patterns:\n  p: {{ list: E, by: id, range: id }}\n");
    let shop = std::fs::read_to_string(root().join("examples/shop/design.yaml"))?;
    let no_indexes = format!("{shop}\nlimits: {{ gsis: 0 }}\n");
    assert_eq!(status(&["check", "-"], &fine)?, Some(0), "fine");
    assert_eq!(status(&["check", "-"], &no_indexes)?, Some(1), "uncovered");
    assert_eq!(
        status(&["plan", "-"], &no_indexes)?,
        Some(0),
        "a plan with uncovered patterns"
    );
    assert_eq!(status(&["check", "-"], &invalid)?, Some(2), "invalid");
    assert_eq!(status(&["check", "no such file"], "")?, Some(2), "no file");
    assert_eq!(status(&["chek"], "")?, Some(2), "no such command");
    assert_eq!(
        status(&["init", "README.md"], "")?,
        Some(1),
        "the file exists"
    );
    Ok(())
}

#[test]
fn its_links_lead_somewhere() -> Outcome {
    let mut pages = vec![
        readme(),
        root().join("CHANGELOG.md"),
        root().join("examples/README.md"),
    ];
    for entry in std::fs::read_dir(root().join("examples"))? {
        let page = entry?.path().join("README.md");
        if page.is_file() {
            pages.push(page);
        }
    }
    for page in pages {
        let text = std::fs::read_to_string(&page)?;
        for target in text.split("](").skip(1).filter_map(|l| l.split(')').next()) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = page.parent().unwrap_or(root()).join(file);
            let found = std::fs::read_to_string(&path)
                .map_err(|e| format!("{}: {target}: {e}", page.display()))?;
            let anchor = |line: &str| {
                let words = line.trim_start_matches('#').trim().to_lowercase();
                words.replace(' ', "-")
            };
            let known = heading.is_empty()
                || found
                    .lines()
                    .any(|l| l.starts_with('#') && anchor(l) == heading);
            assert!(known, "{}: {target}: no such heading", page.display());
        }
    }
    Ok(())
}

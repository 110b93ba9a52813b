//! `design explain`: things of a design, diagnostic codes and reference pages.

use super::args::{ExplainArgs, PlanFormat};
use super::{Exit, output, read_source};
use crate::diagnostic::{Code, Diagnostics, nearest};
use crate::explain::{explain, find, things};
use crate::report::explanation::{markdown, text};
use crate::source::Source;
use anyhow::{Result, bail};
use std::path::Path;

/// The pages, by name.
const PAGES: [(&str, &str); 3] = [
    ("language", include_str!("../explain/language.md")),
    ("plan-document", include_str!("../explain/plan-document.md")),
    ("prices", include_str!("../resolve/prices/us-east-1.yaml")),
];

/// The design file that is meant where none is named.
const FILE: &str = "design.yaml";

pub(super) fn run(args: &ExplainArgs) -> Result<Exit> {
    let thing = args.thing.as_str();
    let page = named(thing, "page:", |n| PAGES.iter().find(|(p, _)| *p == n));
    if let Some((_, page)) = page {
        output::print(page)?;
        return Ok(Exit::Fine);
    }
    if let Some(code) = named(thing, "code:", Code::find) {
        return code_of(code, args);
    }
    let path = args.file.as_deref().unwrap_or(FILE);
    if args.file.is_none() && !Path::new(FILE).exists() {
        bail!(
            "nothing is known of `{thing}`{}; for a thing of a design, name its file with `--file`",
            near(thing, &[])
        );
    }
    let source = read_source(path)?;
    let compiled = crate::compile(&source, args.objective.into());
    let (Some(plan), Some(design)) = (&compiled.plan, &compiled.design) else {
        output::diagnose(&compiled.diagnostics, &source, false)?;
        return Ok(Exit::Invalid);
    };
    let Some((found, also)) = find(design, plan, thing) else {
        let names: Vec<String> = things(design, plan)
            .into_iter()
            .flat_map(|(kind, name, _)| [format!("{kind}:{name}"), name])
            .collect();
        bail!(
            "nothing is known of `{thing}` in `{path}`{}",
            near(thing, &names)
        );
    };
    let mut explanation = explain(&source, design, plan, found);
    explanation.also = also;
    match args.format {
        PlanFormat::Text => {
            output::print(&text(&explanation, output::width(), !output::is_terminal()))?;
        }
        PlanFormat::Markdown => output::print(&markdown(&explanation))?,
        PlanFormat::Json => output::print(&(serde_json::to_string_pretty(&explanation)? + "\n"))?,
    }
    Ok(Exit::Fine)
}

/// What a name means, with the prefix of its kind or without any.
fn named<'t, T>(thing: &'t str, prefix: &str, find: impl Fn(&'t str) -> Option<T>) -> Option<T> {
    find(thing.strip_prefix(prefix).unwrap_or(thing))
}

/// "; did you mean …?", where something of the tool or of the design has a similar name.
fn near(thing: &str, names: &[String]) -> String {
    let codes = Code::ALL.iter().flat_map(|c| [c.id(), c.name()]);
    let pages = PAGES.iter().map(|(name, _)| *name);
    let known = names.iter().map(String::as_str).chain(codes).chain(pages);
    nearest(thing, known)
        .map(|n| format!("; did you mean `{n}`?"))
        .unwrap_or_default()
}

/// A code; and where a design file is named, what it finds in that file.
fn code_of(code: Code, args: &ExplainArgs) -> Result<Exit> {
    output::print(&format!(
        "{} {} ({})\n\n{}.\n\n{}\n",
        code.id(),
        code.name(),
        code.severity().word(),
        capitalised(code.summary()),
        code.explanation()
    ))?;
    if let Some(path) = &args.file {
        let source = read_source(path)?;
        let mut found = crate::compile(&source, args.objective.into()).diagnostics;
        let others = Code::ALL.iter().filter(|c| **c != code);
        others.for_each(|c| found.reweigh(*c, None));
        output::print(&findings(code, &found, &source))?;
    }
    Ok(Exit::Fine)
}

fn findings(code: Code, found: &Diagnostics, source: &Source) -> String {
    if found.sorted().is_empty() {
        return format!("\n`{}` has no {}.\n", source.name, code.id());
    }
    format!(
        "\nIn `{}`:\n\n{}",
        source.name,
        found.render(source, false, output::width())
    )
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|c| c.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

//! `design explain`: diagnostic codes and reference pages.

use super::{Exit, output};
use crate::diagnostic::Code;
use anyhow::{Result, bail};

/// The pages, by name.
const PAGES: [(&str, &str); 3] = [
    ("language", include_str!("../explain/language.md")),
    ("plan-document", include_str!("../explain/plan-document.md")),
    ("prices", include_str!("../resolve/prices/us-east-1.yaml")),
];

pub(super) fn run(thing: &str) -> Result<Exit> {
    if let Some((_, page)) = PAGES.iter().find(|(name, _)| *name == thing) {
        output::print(page)?;
        return Ok(Exit::Fine);
    }
    let Some(code) = Code::find(thing) else {
        let pages = PAGES.iter().map(|(name, _)| *name);
        let known = Code::ALL
            .iter()
            .flat_map(|c| [c.id(), c.name()])
            .chain(pages);
        let near =
            crate::diagnostic::nearest(thing, known).map(|n| format!("; did you mean `{n}`?"));
        bail!("nothing is known of `{thing}`{}", near.unwrap_or_default());
    };
    output::print(&format!(
        "{} {} ({})\n\n{}.\n\n{}\n",
        code.id(),
        code.name(),
        code.severity().word(),
        capitalised(code.summary()),
        code.explanation()
    ))?;
    Ok(Exit::Fine)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|c| c.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

//! The coverage table, in Markdown: for pull requests, where its diff shows what a change of the design did.
//!
//! Promises: rows stand in the order of names, and no line holds the place of another, so that a change of one pattern
//! changes few lines; nothing depends on where in the design file something stands. What moves with prices is the last
//! cell of a pattern's row.

use super::Origin;
use super::engine::Templates;
use crate::plan::Plan;
use crate::report::view::{View, view};
use minijinja::Error;
use serde::Serialize;

#[derive(Serialize)]
struct Page<'a> {
    origin: [&'a str; 2],
    plan: View,
    /// Whether any pattern names a requirement.
    with_ids: bool,
    /// The Region of the prices, and of when they are.
    prices: [&'a str; 2],
    /// What the costs rest on.
    estimates: &'a [String],
}

/// Its template, by its path under `templates/`.
const TEMPLATE: (&str, &str) = (
    "coverage/COVERAGE.md",
    include_str!("../../templates/coverage/COVERAGE.md.j2"),
);

/// Makes the page.
pub(super) fn emit(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    let mut view = view(plan);
    // Those of the plan go by their place in the file.
    view.findings.sort_by_key(|f| {
        let last = f.severity == "note";
        (last, f.severity.clone(), f.code.clone(), f.message.clone())
    });
    let page = Page {
        origin: origin.lines(),
        with_ids: view.patterns.iter().any(|p| !p.ids.is_empty()),
        prices: [&plan.cost.region, &plan.cost.prices_as_of],
        estimates: &plan.cost.assumptions,
        plan: view,
    };
    Templates::new(&[TEMPLATE])?.render(TEMPLATE.0, &page)
}

//! The coverage table, in Markdown: for pull requests, where its diff shows what a change of the design did.

use super::{Origin, engine};
use crate::plan::Plan;
use crate::report::view::{View, view};
use minijinja::Error;
use serde::Serialize;

#[derive(Serialize)]
struct Page<'a> {
    origin: [&'a str; 2],
    plan: View,
}

/// Makes the page.
pub(super) fn emit(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    let page = Page {
        origin: origin.lines(),
        plan: view(plan),
    };
    engine::render("coverage/COVERAGE.md", &page)
}

//! The plan as Markdown, for pull requests.

use super::view::view;
use crate::plan::Plan;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

const TEMPLATE: &str = include_str!("../../templates/markdown/plan.md.j2");

/// Renders a plan.
///
/// # Errors
/// Only where the template itself is wrong, which the tests exclude.
pub fn render(plan: &Plan) -> Result<String, minijinja::Error> {
    rendered(
        TEMPLATE,
        minijinja::context! { plan => minijinja::value::Serde(view(plan)) },
    )
}

/// Renders a template of Markdown.
pub(super) fn rendered(
    template: &str,
    context: minijinja::Value,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("cell", cell);
    environment.add_filter("code", code);
    environment.render_str(template, context)
}

/// Text that cannot break out of a table cell.
pub(crate) fn cell(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('\n', "<br>")
        .replace('<', "&lt;")
        .replace("&lt;br>", "<br>")
}

/// Text as code in a table cell; empty stays empty.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|"))
}

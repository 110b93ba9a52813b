//! The template engine: which templates there are, and how strictly they are read.
//!
//! Promises: a name that the view does not have is an error and not an empty text; nothing is escaped unless the template
//! says how, because each language has its own way; a template's last line ends like the others.

use crate::report::markdown;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use serde::Serialize;

/// Every template, by its path under `templates/`.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "coverage/COVERAGE.md",
        include_str!("../../templates/coverage/COVERAGE.md.j2"),
    ),
    (
        "typescript/module.ts",
        include_str!("../../templates/typescript/module.ts.j2"),
    ),
];

/// Renders a template with a view.
///
/// # Errors
/// Where the template or what it asks of the view is wrong.
pub(super) fn render(template: &str, view: &impl Serialize) -> Result<String, Error> {
    environment()?
        .get_template(template)?
        .render(minijinja::value::Serde(view))
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut made = Environment::new();
    made.set_undefined_behavior(UndefinedBehavior::Strict);
    made.set_auto_escape_callback(|_| AutoEscape::None);
    made.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    made.add_filter("cell", markdown::cell);
    made.add_filter("code", markdown::code);
    for (name, text) in TEMPLATES {
        made.add_template(name, text)?;
    }
    Ok(made)
}

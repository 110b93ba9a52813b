//! The template engine: which templates there are, and how strictly they are read.
//!
//! Promises: a name that the view does not have is an error and not an empty text; nothing is escaped unless the template
//! says how, because each language has its own way; a template's last line ends like the others.

use super::{cloudformation, terraform, yaml};
use crate::report::markdown;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use serde::Serialize;

/// Every template, by its path under `templates/`.
const TEMPLATES: &[&[(&str, &str)]] = &[
    &[(
        "coverage/COVERAGE.md",
        include_str!("../../templates/coverage/COVERAGE.md.j2"),
    )],
    cloudformation::TEMPLATES,
    terraform::TEMPLATES,
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
    made.add_filter("hcl", |text: &str| terraform::text(text));
    made.add_filter("hcl_comment", |text: &str| terraform::comment(text));
    made.add_filter("hcl_key", |text: &str| terraform::key(text));
    made.add_filter("yaml", yaml::scalar);
    for (name, text) in TEMPLATES.iter().copied().flatten() {
        made.add_template(name, text)?;
    }
    Ok(made)
}

//! The template engine: how strictly templates are read, and what they can call.
//!
//! Promises: a name that the view does not have is an error and not an empty text; nothing is escaped unless the template
//! says how, because each language has its own way; a template's last line ends like the others.

use super::{terraform, yaml};
use crate::report::markdown;
use minijinja::value::Serde;
use minijinja::{Environment, Error};
use serde::Serialize;

/// The templates of a target, beside the parts that all pages share.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    /// Reads templates, by their paths under `templates/`.
    ///
    /// # Errors
    /// Where one of them is wrong.
    pub(super) fn new(all: &[(&'static str, &'static str)]) -> Result<Self, Error> {
        let mut made = markdown::environment(true)?;
        made.add_filter("hcl", |text: &str| terraform::text(text));
        made.add_filter("hcl_comment", |text: &str| terraform::comment(text));
        made.add_filter("hcl_key", |text: &str| terraform::key(text));
        made.add_filter("yaml", yaml::scalar);
        for (name, text) in all {
            made.add_template(name, text)?;
        }
        Ok(Self(made))
    }

    /// Renders a template with a view.
    ///
    /// # Errors
    /// Where there is no such template, or what it asks of the view is wrong.
    pub(super) fn render(&self, template: &str, view: &impl Serialize) -> Result<String, Error> {
        self.0.get_template(template)?.render(Serde(view))
    }
}

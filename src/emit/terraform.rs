//! Terraform: the table with its indexes, alarms, consumers and policies, as a module that is a configuration of its own,
//! too.
//!
//! Promises: formatted as `terraform fmt` does it; nothing that the design leaves out changes what the files say; only
//! `main.tf` has the hash of the design, so that the other files change with what they say alone.

mod hcl;
mod view;

pub(super) use hcl::{comment, key, text};

use super::Origin;
use super::engine::Templates;
use crate::plan::{OutputEntry, Plan};
use minijinja::{Error, ErrorKind};
use std::collections::BTreeMap;

/// The templates, by their paths under `templates/`.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "terraform/alarms.tf",
        include_str!("../../templates/terraform/alarms.tf.j2"),
    ),
    (
        "terraform/capacity.tf",
        include_str!("../../templates/terraform/capacity.tf.j2"),
    ),
    (
        "terraform/consumers.tf",
        include_str!("../../templates/terraform/consumers.tf.j2"),
    ),
    (
        "terraform/dax.tf",
        include_str!("../../templates/terraform/dax.tf.j2"),
    ),
    (
        "terraform/indexes.tf",
        include_str!("../../templates/terraform/indexes.tf.j2"),
    ),
    (
        "terraform/main.tf",
        include_str!("../../templates/terraform/main.tf.j2"),
    ),
    (
        "terraform/outputs.tf",
        include_str!("../../templates/terraform/outputs.tf.j2"),
    ),
    (
        "terraform/policies.tf",
        include_str!("../../templates/terraform/policies.tf.j2"),
    ),
    (
        "terraform/table.tf",
        include_str!("../../templates/terraform/table.tf.j2"),
    ),
    (
        "terraform/variables.tf",
        include_str!("../../templates/terraform/variables.tf.j2"),
    ),
    (
        "terraform/versions.tf",
        include_str!("../../templates/terraform/versions.tf.j2"),
    ),
];

/// The files, by their names.
const FILES: [&str; 4] = ["main.tf", "outputs.tf", "variables.tf", "versions.tf"];

/// Makes the files.
pub(super) fn emit(
    plan: &Plan,
    output: &OutputEntry,
    origin: &Origin,
) -> Result<BTreeMap<&'static str, String>, Error> {
    let Some(table) = plan.tables.first() else {
        return Err(Error::new(ErrorKind::InvalidOperation, "there is no table"));
    };
    if table.settings.billing == "provisioned" && !table.settings.replicas.is_empty() {
        // A design file that asks for these files was refused for it already.
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "Terraform cannot make replicas of a table with provisioned capacity",
        ));
    }
    let module = view::module(plan, table, output, origin);
    let templates = Templates::new(TEMPLATES)?;
    let file = |name: &'static str| {
        let text = templates.render(&format!("terraform/{name}"), &module)?;
        Ok((name, hcl::format(&text)))
    };
    FILES.into_iter().map(file).collect()
}

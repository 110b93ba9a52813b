//! The manifest of the crate.
//!
//! Promises: it asks for the SDK and nothing else.

use super::names;
use crate::emit::Origin;
use crate::plan::Plan;

/// The manifest of the crate.
pub(super) fn manifest(plan: &Plan, origin: &Origin) -> String {
    let [line, hash] = origin.lines();
    let name: String = names::snake(&plan.design).replace('_', "-");
    format!(
        "# {line}\n# {hash}\n\n[package]\nname = \"{name}-table\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n\
         # Without its default features: whoever runs this brings the way to the service, for example `aws-config`.\n\
         aws-sdk-dynamodb = {{ version = \"1\", default-features = false, features = [\"rt-tokio\"] }}\n"
    )
}

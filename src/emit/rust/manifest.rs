//! The manifest of the crate.
//!
//! Promises: it asks for the SDK and nothing else; where the SDK comes from a workspace, its version is said there alone.

use super::names;
use crate::emit::Origin;
use crate::plan::Plan;

/// Where the version of the SDK is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sdk {
    /// In the crate.
    Own,
    /// In the workspace that the crate is a member of.
    OfWorkspace,
}

/// The manifest.
pub(super) fn manifest(plan: &Plan, sdk: Sdk, origin: &Origin) -> String {
    let [line, hash] = origin.lines();
    let name = names::snake(&plan.design).replace('_', "-");
    let sdk = match sdk {
        Sdk::Own => {
            "# Without its default features: whoever runs this brings the way to the service, for example `aws-config`.\n\
             aws-sdk-dynamodb = { version = \"1\", default-features = false, features = [\"rt-tokio\"] }\n"
        }
        Sdk::OfWorkspace => "aws-sdk-dynamodb = { workspace = true, features = [\"rt-tokio\"] }\n",
    };
    format!(
        "# {line}\n# {hash}\n\n[package]\nname = \"{name}-table\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{sdk}"
    )
}

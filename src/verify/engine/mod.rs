//! The engines that a plan can be run on, behind one interface: requests and answers of the `DynamoDB` API as JSON.
//!
//! Promises that whatever is above this module is the same for every engine: an engine takes the name of an operation and
//! the body of its request and gives the body of the answer, both as the wire protocol (`DynamoDB_20120810`) has them.

mod embedded;
pub(crate) mod tables;

pub use embedded::Embedded;

use serde_json::Value as Json;

/// Something that speaks the API of `DynamoDB`.
pub trait Engine {
    /// Sends one request and gives the answer.
    ///
    /// # Errors
    /// What the service says, or that there was no answer.
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault>;

    /// What to call it in messages.
    fn name(&self) -> String;

    /// Whether a write may be seen late in an index, so that a read may have to wait for it.
    fn eventual(&self) -> bool {
        false
    }

    /// Whether other people's tables may lie beside ours, so that ours need names of their own.
    fn shared(&self) -> bool {
        false
    }
}

/// Why a request had no answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The body of the service's error: `__type`, `message`, and what comes with some of them.
    Service(Json),
    /// No answer came, in words.
    Unreachable(String),
}

impl Fault {
    /// The name of the service's error, such as `ConditionalCheckFailedException`; empty where there was no answer.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Service(body) => {
                let name = body["__type"].as_str().unwrap_or_default();
                name.rsplit('#').next().unwrap_or(name)
            }
            Self::Unreachable(_) => "",
        }
    }

    /// What the service says of it.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Service(body) => {
                let text = body.get("message").or_else(|| body.get("Message"));
                let text = text.and_then(Json::as_str).unwrap_or_default();
                format!("{}: {text}", self.kind())
            }
            Self::Unreachable(text) => text.clone(),
        }
    }
}

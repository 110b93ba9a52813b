//! The engines that a plan can be run on, behind one interface: requests and answers of the `DynamoDB` API as JSON.
//!
//! Promises that whatever is above this module is the same for every engine: an engine takes the name of an operation and
//! the body of its request and gives the body of the answer, both as the wire protocol (`DynamoDB_20120810`) has them.

#[cfg(feature = "aws")]
mod aws;
mod embedded;
mod http;
pub mod tables;
mod wire;

#[cfg(feature = "aws")]
pub use aws::Aws;
pub use embedded::Embedded;
pub use http::Http;

use serde_json::Value as Json;
use std::rc::Rc;

/// The engine of a name: `embedded`, `aws`, or the endpoint of one.
///
/// Nothing is sent yet, except that `aws` and `https://…` look for credentials.
///
/// # Errors
/// That there is no such engine, that this build lacks it, or that it cannot be used, in words.
pub fn open(name: &str) -> Result<Box<dyn Engine>, String> {
    match name {
        "embedded" => Ok(Box::new(Embedded::new()?)),
        "aws" => signing(None),
        _ if name.starts_with("http://") => Ok(Box::new(Http::new(name)?)),
        _ if name.starts_with("https://") => signing(Some(name)),
        _ => Err(format!(
            "no engine `{name}`: there are `embedded`, `aws`, and `http://…` or `https://…` with a host"
        )),
    }
}

#[cfg(feature = "aws")]
fn signing(endpoint: Option<&str>) -> Result<Box<dyn Engine>, String> {
    Ok(Box::new(Aws::new(endpoint)?))
}

#[cfg(not(feature = "aws"))]
fn signing(endpoint: Option<&str>) -> Result<Box<dyn Engine>, String> {
    let name = endpoint.unwrap_or("aws");
    Err(format!(
        "this build has no engine `{name}`: build it with `--features aws`"
    ))
}

/// The headers that every request over HTTP has.
fn headers(operation: &str) -> wire::Headers {
    let target = format!("DynamoDB_20120810.{operation}");
    let kind = "application/x-amz-json-1.0".to_owned();
    vec![
        ("content-type".to_owned(), kind),
        ("x-amz-target".to_owned(), target),
    ]
}

/// How the message begins when there is nothing to speak with, so that nothing can have been done.
const NOTHING_LISTENS: &str = "nothing listens at";

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

    /// Whether the units that it says it used are known to be those of the service, so that another number is a fault.
    fn exact_units(&self) -> bool {
        false
    }

    /// Whether other people's tables may lie beside ours, so that ours need names of their own.
    fn shared(&self) -> bool {
        false
    }
}

/// An engine of several owners: whoever asks it, and whoever removes its tables.
impl Engine for Rc<dyn Engine> {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        (**self).call(operation, request)
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn eventual(&self) -> bool {
        (**self).eventual()
    }

    fn exact_units(&self) -> bool {
        (**self).exact_units()
    }

    fn shared(&self) -> bool {
        (**self).shared()
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

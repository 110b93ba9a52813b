//! The wire protocol over HTTP: one request, its answer, and what may be asked again.
//!
//! Promises that a request whose fate is not known is sent again only if doing it twice is doing it once: an addition
//! that was done twice would be reported as a fault of the plan. Never longer than about a minute for each attempt.

use super::{Fault, NOTHING_LISTENS};
use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::time::Duration;
use ureq::http::Uri;
use ureq::{Agent, Error, Timeout};

/// Attempts of one request; with the pauses between them about six seconds.
const ATTEMPTS: u32 = 8;

/// The pause before the second attempt; each later one is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The most bytes of an answer: a batch has 16 MB of items, and its JSON is longer.
const LONGEST_ANSWER: u64 = 128 << 20;

/// Errors that say that the request was not done, and may be in a while.
const LATER: [&str; 5] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Operations that change nothing when they are done again. Transactions are among them by their token.
const REPEATABLE: [&str; 7] = [
    "BatchGetItem",
    "DescribeTable",
    "GetItem",
    "Query",
    "Scan",
    "TransactWriteItems",
    "UpdateTimeToLive",
];

/// Name and value of each header that a request needs beside those of HTTP itself.
pub(super) type Headers = Vec<(String, String)>;

/// A connection to one endpoint.
pub(super) struct Wire {
    agent: Agent,
    endpoint: String,
    /// Whether an answer ever came: from then on a refused connection may be a matter of time.
    answered: Cell<bool>,
    transactions: Cell<u64>,
}

/// Why an attempt failed, and what is known of the request.
struct Failed {
    fault: Fault,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The service's last word.
    Decided,
    /// Nothing was done.
    NotDone,
    /// The request did not leave.
    NotSent,
    /// It may have been done.
    Unknown,
}

impl Wire {
    /// Prepares requests to `endpoint`, such as `http://localhost:8000`; nothing is sent yet. With `proxy` those that the
    /// environment names are used.
    ///
    /// # Errors
    /// What is wrong with the endpoint.
    pub(super) fn new(endpoint: &str, proxy: bool) -> Result<Self, String> {
        let uri: Uri = endpoint
            .parse()
            .map_err(|e| format!("`{endpoint}` is no URL: {e}"))?;
        let plain = uri.path() == "/" && uri.query().is_none();
        let host = uri.authority().is_some_and(|a| !a.as_str().contains('@'));
        if !plain || !host || !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(format!(
                "`{endpoint}` is no endpoint: it has to look like `http://localhost:8000`"
            ));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(Duration::from_secs(60)))
            // Below what servers keep a connection for, lest a write goes into one that is being closed.
            .max_idle_age(Duration::from_secs(2))
            .user_agent("design");
        #[cfg(feature = "aws")]
        let config = config.tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        );
        let config = if proxy { config } else { config.proxy(None) };
        Ok(Self {
            agent: config.build().into(),
            endpoint: format!("{}/", endpoint.trim_end_matches('/')),
            answered: Cell::new(false),
            transactions: Cell::new(0),
        })
    }

    /// Where requests go: the endpoint with the path `/`.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Sends one request, again if need be, and gives the answer. `headers` makes those of each attempt from the body.
    ///
    /// # Errors
    /// What the service says, or that there was no answer.
    pub(super) fn call(
        &self,
        operation: &str,
        mut request: Json,
        headers: impl Fn(&str) -> Result<Headers, Fault>,
    ) -> Result<Json, Fault> {
        if operation == "TransactWriteItems" && request.get("ClientRequestToken").is_none() {
            request["ClientRequestToken"] = json!(self.token(&request));
        }
        let body = request.to_string();
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let failed = match self.attempt(&body, headers(&body)?) {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let again = match failed.fate {
                Fate::Decided => false,
                Fate::NotDone => true,
                Fate::NotSent => self.answered.get(),
                Fate::Unknown => REPEATABLE.contains(&operation),
            };
            if !again || attempt == ATTEMPTS {
                return Err(failed.fault);
            }
            std::thread::sleep(pause);
            pause *= 2;
            attempt += 1;
        }
    }

    /// What makes a transaction that is sent again the same transaction. The names of tables are the run's own, so no two
    /// runs give the same token; the count sets equal requests of one run apart.
    fn token(&self, request: &Json) -> String {
        let count = self.transactions.get();
        self.transactions.set(count + 1);
        let mut hasher = DefaultHasher::new();
        request.to_string().hash(&mut hasher);
        format!("{:016x}-{count}", hasher.finish())
    }

    fn attempt(&self, body: &str, headers: Headers) -> Result<Json, Failed> {
        let mut request = self.agent.post(&self.endpoint);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut response = request.send(body).map_err(|e| self.unsent(&e))?;
        self.answered.set(true);
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(LONGEST_ANSWER);
        let bytes = bytes.read_to_vec().map_err(|e| self.unsent(&e))?;
        let answer: Option<Json> = serde_json::from_slice(&bytes).ok();
        match answer {
            Some(answer) if status == 200 => Ok(answer),
            Some(error) if status >= 400 && error["__type"].is_string() => {
                let fault = Fault::Service(error);
                let fate = fate(&fault, status);
                Err(Failed { fault, fate })
            }
            _ => {
                let text = String::from_utf8_lossy(&bytes);
                let text: String = text.trim().chars().take(200).collect();
                let fault = Fault::Unreachable(format!(
                    "{} answers with status {status} and not as DynamoDB does: {text}",
                    self.endpoint
                ));
                let fate = if status >= 500 {
                    Fate::Unknown
                } else {
                    Fate::Decided
                };
                Err(Failed { fault, fate })
            }
        }
    }

    /// No answer came.
    fn unsent(&self, error: &Error) -> Failed {
        let refused = |e: &std::io::Error| e.kind() == ErrorKind::ConnectionRefused;
        let (fate, text) = match error {
            Error::Io(e) if refused(e) => (
                Fate::NotSent,
                format!("{NOTHING_LISTENS} {}", self.endpoint),
            ),
            Error::HostNotFound => (
                Fate::NotSent,
                format!("the host of {} is not known", self.endpoint),
            ),
            Error::ConnectionFailed | Error::Timeout(Timeout::Resolve | Timeout::Connect) => (
                Fate::NotSent,
                format!("no connection to {}: {error}", self.endpoint),
            ),
            // What TLS says before the first answer, of a certificate most often.
            Error::Io(e) if e.kind() == ErrorKind::InvalidData && !self.answered.get() => (
                Fate::NotSent,
                format!("no connection to {}: {e}", self.endpoint),
            ),
            Error::Io(_) | Error::Timeout(_) | Error::Protocol(_) => (
                Fate::Unknown,
                format!(
                    "no answer from {}: {error} (whether the request was done is not known)",
                    self.endpoint
                ),
            ),
            _ => (Fate::Decided, format!("{}: {error}", self.endpoint)),
        };
        let fault = Fault::Unreachable(text);
        Failed { fault, fate }
    }
}

/// What is known of a request after an error of the service.
fn fate(fault: &Fault, status: u16) -> Fate {
    let kind = fault.kind();
    if LATER.contains(&kind) || (kind == "TransactionCanceledException" && crowded(fault)) {
        return Fate::NotDone;
    }
    // The service does not say whether a write was done before it failed.
    if status >= 500 || kind == "InternalServerError" {
        return Fate::Unknown;
    }
    Fate::Decided
}

/// Whether a transaction was cancelled because of others or of throughput alone, and not by what it says.
fn crowded(fault: &Fault) -> bool {
    let Fault::Service(body) = fault else {
        return false;
    };
    let reasons = body["CancellationReasons"].as_array();
    let codes = || {
        let codes = reasons.into_iter().flatten();
        codes.map(|r| r["Code"].as_str().unwrap_or("None"))
    };
    let passing = |code: &str| {
        matches!(
            code,
            "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    };
    codes().all(passing) && codes().any(|code| code != "None")
}

#[cfg(test)]
mod tests;

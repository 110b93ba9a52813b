//! `DynamoDB` itself, and other engines that verify signatures, by the AWS SDK for Rust: its search for credentials and
//! region, and its signer.
//!
//! Not its typed client: requests and answers are JSON of the wire protocol on both sides of the interface, and a typed
//! client would have each translated into its structs and back, with a chance to lose what the engine really said. The
//! requests go out the way those of the other engines do (`wire`), because the client that signs has to know which
//! attempts may be repeated.
//!
//! Promises that secrets leave only as signatures. The clock is read for the signature alone, which is worth nothing
//! without the time; nothing of a run depends on it.

use super::wire::{Headers, Wire};
use super::{Engine, Fault};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::service_config::ServiceConfigKey;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::error::Error;
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

/// Credentials that end sooner than this are asked for anew.
const MARGIN: Duration = Duration::from_secs(300);

/// `DynamoDB`, with the credentials and the region that the SDK finds.
pub struct Aws {
    wire: Wire,
    runtime: Runtime,
    config: SdkConfig,
    region: String,
    credentials: RefCell<Credentials>,
}

impl Aws {
    /// The engine at `endpoint`; without one at that which the environment or the profile gives
    /// (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`), or else the one of the region.
    ///
    /// # Errors
    /// That there is no region, no credentials, or what is wrong with the endpoint.
    pub fn new(endpoint: Option<&str>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| e.to_string())?;
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let search = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        let config = runtime.block_on(search.load());
        let region = config.region().map(ToString::to_string);
        let region = region.ok_or("no region: set AWS_REGION, or `region` in the AWS profile")?;
        let endpoint = endpoint
            .map(str::to_owned)
            .or_else(|| configured(&config))
            .unwrap_or_else(|| of_region(&region));
        let wire = Wire::new(&endpoint, true)?;
        let credentials = RefCell::new(find(&runtime, &config)?);
        Ok(Self {
            wire,
            runtime,
            config,
            region,
            credentials,
        })
    }

    /// The credentials, with some time left to them.
    fn credentials(&self) -> Result<Credentials, String> {
        let mut credentials = self.credentials.borrow_mut();
        let until = SystemTime::now() + MARGIN;
        if credentials.expiry().is_some_and(|end| end < until) {
            *credentials = find(&self.runtime, &self.config)?;
        }
        Ok(credentials.clone())
    }
}

impl Engine for Aws {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        self.wire.call(operation, request, |body| {
            let credentials = self.credentials().map_err(Fault::Unreachable)?;
            let to = To {
                endpoint: self.wire.endpoint(),
                region: &self.region,
            };
            signed(&to, &credentials, operation, body, SystemTime::now())
                .map_err(|e| Fault::Unreachable(format!("the request was not signed: {e}")))
        })
    }

    fn name(&self) -> String {
        self.wire.endpoint().trim_end_matches('/').to_owned()
    }

    /// Yes: an index follows its table.
    fn eventual(&self) -> bool {
        true
    }

    fn shared(&self) -> bool {
        true
    }
}

/// Where a request goes, as far as it is signed.
struct To<'a> {
    endpoint: &'a str,
    region: &'a str,
}

/// The headers of a request that is signed at `time`.
fn signed(
    to: &To,
    credentials: &Credentials,
    operation: &str,
    body: &str,
    time: SystemTime,
) -> Result<Headers, String> {
    let mut headers = super::headers(operation);
    let identity = credentials.clone().into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(to.region)
        .name("dynamodb")
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .map_err(|e| e.to_string())?
        .into();
    let plain = headers.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    let body = SignableBody::Bytes(body.as_bytes());
    let request =
        SignableRequest::new("POST", to.endpoint, plain, body).map_err(|e| e.to_string())?;
    let (signature, _) = sign(request, &parameters)
        .map_err(|e| chain(&e))?
        .into_parts();
    let made = signature.headers();
    headers.extend(made.map(|(n, v)| (n.to_owned(), v.to_owned())));
    Ok(headers)
}

fn find(runtime: &Runtime, config: &SdkConfig) -> Result<Credentials, String> {
    let none =
        "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    let provider = config.credentials_provider().ok_or(none)?;
    runtime
        .block_on(provider.provide_credentials())
        .map_err(|e| format!("{none} ({})", chain(&e)))
}

/// The endpoint that the environment or the profile gives: that of the service before that of all services.
fn configured(config: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("DynamoDB")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let own = config
        .service_config()
        .zip(key.ok())
        .and_then(|(service, key)| service.load_config(key));
    own.or_else(|| config.endpoint_url().map(str::to_owned))
}

/// The public endpoint of a region.
fn of_region(region: &str) -> String {
    let end = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://dynamodb.{region}.amazonaws.com{end}")
}

/// An error with its causes: the SDK's outermost errors say little.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test ends there")]

    use super::*;

    fn sample(token: Option<&str>) -> Headers {
        let token = token.map(str::to_owned);
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", token, None, "test");
        let to = To {
            endpoint: "https://dynamodb.eu-central-1.amazonaws.com/",
            region: "eu-central-1",
        };
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        signed(&to, &credentials, "GetItem", "{}", time).expect("headers")
    }

    fn value<'a>(headers: &'a Headers, name: &str) -> &'a str {
        let found = headers.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }

    #[test]
    fn a_request_is_signed() {
        let headers = sample(None);
        assert_eq!(value(&headers, "x-amz-target"), "DynamoDB_20120810.GetItem");
        assert_eq!(value(&headers, "x-amz-date"), "20260101T000000Z");
        let expected = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/dynamodb/aws4_request, \
            SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=";
        let signature = value(&headers, "authorization").strip_prefix(expected);
        // Worked out from the rules of the signature, without the SDK.
        let worked_out = "57aeec219ce6d7dc5710da8d32693b0ec91caa1ff415f713c250ac68718905c6";
        assert_eq!(signature, Some(worked_out));
    }

    #[test]
    fn the_token_of_a_session_is_signed_too() {
        let headers = sample(Some("session"));
        assert_eq!(value(&headers, "x-amz-security-token"), "session");
        let named = "x-amz-date;x-amz-security-token;x-amz-target";
        assert!(value(&headers, "authorization").contains(named));
    }

    #[test]
    fn a_region_has_its_endpoint() {
        let of = of_region("eu-central-1");
        assert_eq!(of, "https://dynamodb.eu-central-1.amazonaws.com");
        let of = of_region("cn-north-1");
        assert_eq!(of, "https://dynamodb.cn-north-1.amazonaws.com.cn");
    }
}

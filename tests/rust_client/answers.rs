//! Runs a generated client by the protocol of `src/verify/external`: one line of JSON a question, one an answer.
#![allow(unused_imports, unused_mut, unused_variables)]

// MODULES

fn client() -> aws_sdk_dynamodb::Client {
    let endpoint = std::env::var("DESIGN_ENDPOINT").expect("an endpoint");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .allow_no_auth()
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

fn main() {
    let name = std::env::args().nth(1).expect("the name of a module");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let client = runtime.block_on(async { client() });
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let call: serde_json::Value = serde_json::from_str(&line).expect("a question");
        let answer = runtime.block_on(reply(&name, &client, &call));
        println!("{answer}");
    }
}

async fn reply(
    name: &str,
    client: &aws_sdk_dynamodb::Client,
    call: &serde_json::Value,
) -> serde_json::Value {
    match name {
        // ARMS
        _ => serde_json::json!({ "error": "no such module" }),
    }
}

//! What the options of reads change: run against a service that answers every request with one item over its time.

use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use generated::expiring_table::{Error, ExpiringTable, SessionToken, Timestamp};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

const AT: &str = "2026-11-20T10:00:00.249Z";
const NOW: &str = "2026-11-20T10:00:00.250Z";

fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .allow_no_auth()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let now: Timestamp = NOW.parse()?;
    let table = ExpiringTable::new(client).with_clock(move || now);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(reads(&table))
}

async fn reads(table: &ExpiringTable) -> Result<(), Error> {
    let token = SessionToken::new("t");
    let strong = table.consistent();
    let plain = table.get_session_input(&token)?;
    assert_eq!(*plain.get_consistent_read(), None);
    let consistent = strong.get_session_input(&token)?;
    assert_eq!(*consistent.get_consistent_read(), Some(true));
    assert_eq!(plain.get_key(), consistent.get_key());

    let all = table.clone().with_expired();
    let filter = |table: &ExpiringTable| -> Result<Option<String>, Error> {
        let asked = table.sessions_of_input("u")?;
        Ok(asked.get_filter_expression().clone())
    };
    assert!(filter(table)?.is_some_and(|f| f.contains(":now")));
    assert_eq!(filter(&all)?, None);
    let values = all.sessions_of_input("u")?;
    let values = values.get_expression_attribute_values().clone();
    assert!(!values.unwrap_or_default().contains_key(":now"));

    let over: Timestamp = AT.parse()?;
    assert!(table.get_session(&token).await?.is_none());
    assert!(strong.get_session(&token).await?.is_none());
    let found = all.get_session(&token).await?;
    assert!(found.is_some_and(|s| s.expires_at == over));
    let found = all.consistent().get_session(&token).await?;
    assert!(found.is_some_and(|s| s.expires_at == over));
    Ok(())
}

/// Reads a request and answers it.
fn answer(stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(given) = line.strip_prefix("content-length:") {
                length = given.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let text = |value: &str| serde_json::json!({ "S": value });
        let item = serde_json::json!({
            "token": text("t"), "user": text("u"), "handle": text("h"), "expires_at": text(AT),
            "hits": { "N": "1" }, "started": text(AT), "_type": text("Session"),
        });
        let body = serde_json::json!({ "Item": item }).to_string();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n";
        let whole = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        if reader.get_mut().write_all(whole.as_bytes()).is_err() {
            return;
        }
    }
}

//! Requests against a server of a few lines that gives the answers it is told to.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

use super::super::{Engine, Fault, Http};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// Status and body of an answer.
type Answer = (u16, String);

/// In place of an answer the connection is closed.
const CLOSED: Answer = (0, String::new());

/// A request as it came: its lines, and its body.
struct Request {
    lines: Vec<String>,
    body: Json,
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let length = lines.iter().find_map(|l| l.strip_prefix("content-length:"));
    let length = length.expect("a length").trim().parse().expect("a number");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let body = serde_json::from_slice(&body).expect("JSON");
    Request { lines, body }
}

/// Gives each answer once and then listens no more; gives what was asked.
fn serve(answers: Vec<Answer>) -> (String, JoinHandle<Vec<Request>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            requests.push(read(&stream));
            if answer == CLOSED {
                continue;
            }
            let (status, body) = answer;
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(text.as_bytes()).expect("an answer");
        }
        requests
    });
    (endpoint, server)
}

fn error(status: u16, kind: &str) -> Answer {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    let body = json!({ "__type": kind, "message": "m" });
    (status, body.to_string())
}

fn fine() -> Answer {
    (200, "{}".to_owned())
}

/// What comes of one request, and the requests that the server saw.
fn ask(operation: &str, answers: Vec<Answer>) -> (Result<Json, Fault>, Vec<Request>) {
    let (endpoint, server) = serve(answers);
    let engine = Http::new(&endpoint).expect("an endpoint");
    let outcome = engine.call(operation, json!({ "TableName": "t" }));
    (outcome, server.join().expect("the server"))
}

#[test]
fn a_request_has_the_headers_that_local_engines_ask_for() {
    let (outcome, requests) = ask("GetItem", vec![fine()]);
    assert_eq!(outcome.expect("an answer"), json!({}));
    assert_eq!(requests[0].body, json!({ "TableName": "t" }));
    let lines = &requests[0].lines;
    assert_eq!(lines[0], "post / http/1.1");
    for line in [
        "content-type: application/x-amz-json-1.0",
        "x-amz-target: dynamodb_20120810.getitem",
        "x-amz-date: 20260101t000000z",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line} in {lines:?}");
    }
    let authorization = "authorization: aws4-hmac-sha256 credential=design/20260101/us-east-1/dynamodb/aws4_request, signedheaders=";
    assert!(lines.iter().any(|l| l.starts_with(authorization)));
}

#[test]
fn what_was_not_done_is_asked_again() {
    let kinds = ["ThrottlingException", "TransactionInProgressException"];
    let mut answers: Vec<Answer> = kinds.iter().map(|k| error(400, k)).collect();
    answers.push(fine());
    let (outcome, requests) = ask("UpdateItem", answers);
    assert!(outcome.is_ok());
    assert_eq!(requests.len(), 3);
}

#[test]
fn a_read_is_asked_again_after_any_failure_of_the_server() {
    let answers = vec![error(500, "InternalServerError"), CLOSED, fine()];
    let (outcome, _) = ask("Query", answers);
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn a_write_that_may_have_been_done_is_not_sent_again() {
    // Were it sent again, nothing would listen, and the error would be that one.
    let (outcome, _) = ask("UpdateItem", vec![error(500, "InternalServerError")]);
    assert_eq!(
        outcome.expect_err("no answer").kind(),
        "InternalServerError"
    );
    let (outcome, _) = ask("UpdateItem", vec![CLOSED]);
    let message = outcome.expect_err("no answer").message();
    assert!(
        message.starts_with("no answer from http://127.0.0.1:"),
        "{message}"
    );
}

#[test]
fn a_transaction_that_is_sent_again_is_the_same_one() {
    let (outcome, requests) = ask("TransactWriteItems", vec![CLOSED, fine()]);
    assert!(outcome.is_ok(), "{outcome:?}");
    let tokens: Vec<&Json> = requests
        .iter()
        .map(|r| &r.body["ClientRequestToken"])
        .collect();
    assert!(tokens[0].as_str().is_some_and(|t| t.len() <= 36));
    assert_eq!(tokens[0], tokens[1]);
}

#[test]
fn a_cancelled_transaction_is_sent_again_only_for_the_sake_of_others() {
    let cancelled = |codes: [&str; 2]| {
        let reasons: Vec<Json> = codes.iter().map(|c| json!({ "Code": c })).collect();
        let kind = "TransactionCanceledException";
        let body = json!({ "__type": kind, "CancellationReasons": reasons });
        (400, body.to_string())
    };
    let conflict = cancelled(["None", "TransactionConflict"]);
    let (outcome, _) = ask("TransactWriteItems", vec![conflict, fine()]);
    assert!(outcome.is_ok(), "{outcome:?}");
    let condition = cancelled(["TransactionConflict", "ConditionalCheckFailed"]);
    let (outcome, _) = ask("TransactWriteItems", vec![condition]);
    let kind = outcome.expect_err("cancelled").kind().to_owned();
    assert_eq!(kind, "TransactionCanceledException");
}

#[test]
fn the_item_of_a_failed_condition_is_read_where_the_engine_does_not_give_it() {
    let item = json!({ "PK": { "S": "p" }, "n": { "N": "1" } });
    let found = (200, json!({ "Item": item }).to_string());
    let failed = || error(400, "ConditionalCheckFailedException");
    let (endpoint, server) = serve(vec![fine(), failed(), found, failed()]);
    let engine = Http::new(&endpoint).expect("an endpoint");
    let schema = json!([{ "AttributeName": "PK", "KeyType": "HASH" }]);
    let table = json!({ "TableName": "t", "KeySchema": schema });
    engine.call("CreateTable", table).expect("a table");
    let mut put = json!({
        "TableName": "t",
        "Item": { "PK": { "S": "p" }, "m": { "S": "x" } },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    let Err(Fault::Service(body)) = engine.call("PutItem", put.clone()) else {
        panic!("the condition failed");
    };
    assert_eq!(body["Item"], item);
    put["ReturnValuesOnConditionCheckFailure"] = json!("NONE");
    let fault = engine.call("PutItem", put).expect_err("a failure");
    assert_eq!(fault.kind(), "ConditionalCheckFailedException");
    let requests = server.join().expect("the server");
    assert_eq!(requests[2].body["Key"], json!({ "PK": { "S": "p" } }));
    assert_eq!(requests.len(), 4);
}

#[test]
fn an_answer_of_something_else_is_shown() {
    let page = (404, format!("<html>{}", "x".repeat(500)));
    let (outcome, _) = ask("GetItem", vec![page]);
    let Err(Fault::Unreachable(text)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(text.contains("status 404 and not as DynamoDB does: <html>xxx"));
    assert!(text.len() < 320, "{text}");
}

#[test]
fn where_nothing_listens_that_is_said_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let engine = Http::new(&endpoint).expect("an endpoint");
    let fault = engine.call("GetItem", json!({})).expect_err("no answer");
    assert_eq!(fault.message(), format!("nothing listens at {endpoint}/"));
}

#[test]
fn an_endpoint_is_a_host_and_no_more() {
    for endpoint in [
        "http://",
        "http://h/path",
        "http://h?q",
        "http://u:p@h",
        "ftp://h",
    ] {
        assert!(Http::new(endpoint).is_err(), "{endpoint}");
    }
    assert!(Http::new("http://localhost:8000/").is_ok());
}

//! A client outside of this process, which is run in the place of the executor: one that was generated from the plan.
//!
//! Promises that nothing else of a run differs: every request of the client comes back to this process over HTTP on the
//! loopback, and goes through the same [`Client`] as those of the executor, where it is counted, metered and cut short.
//!
//! The process is told by its arguments nothing, and by its environment variable `DYNAMODB_ENDPOINT` where to send its
//! requests. It is asked one call a line on its standard input, and answers one line each:
//!
//! ```json
//! { "call": "page", "pattern": "orders", "now": 1795168800250, "values": { "customer": { "S": "Ann" } },
//!   "lists": { "Item": [{ "quantity": { "N": "1" } }] }, "sets": [], "cursor": null }
//! { "items": [{ "entity": "Order", "attributes": { "total": { "N": "1" } } }], "followed": [], "cursor": null }
//! ```
//!
//! `call` is `page`, `count` (answered by `{ "count": 1 }`), `batch` (with `sets` for `values`) or `write` (answered by
//! `{ "returned": [["Order", {}]], "number": null }`). Values stand as in the service's API, bytes in hexadecimal digits.
//! Instead, an answer may be `{ "refused": "why" }`, `{ "failed": { "failure": "not_found", "entity": "Order" } }` or
//! `{ "fault": "what" }`.

use super::client::{Client, EngineError};
use super::execute::{CallError, Cursor, Outcome, Page, Written};
use super::plan::{As, Plan};
use super::value::{Args, Attrs, Failure, Row, Value};
use crate::items::stored::from_stored;
use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What comes in while a call is answered.
enum Event {
    /// The line of an answer, or that there will be none.
    Line(Option<String>),
    /// A request to the service, and where its answer goes: status and body.
    Request(String, Json, Sender<(u16, String)>),
}

/// A client in a process of its own.
pub(crate) struct Outside {
    child: RefCell<Child>,
    input: RefCell<ChildStdin>,
    events: Receiver<Event>,
}

impl Outside {
    /// Starts it.
    pub(crate) fn start(command: &str) -> Result<Self, String> {
        let wrong = |e: std::io::Error| format!("cannot start `{command}`: {e}");
        let listener = TcpListener::bind("127.0.0.1:0").map_err(wrong)?;
        let address = listener.local_addr().map_err(wrong)?;
        let mut words = command.split_whitespace();
        let mut child = Command::new(words.next().unwrap_or(command))
            .args(words)
            .env("DYNAMODB_ENDPOINT", format!("http://{address}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(wrong)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| format!("`{command}` has no pipes"))?;
        let (sender, events) = channel();
        let lines = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                if lines.send(Event::Line(line.ok())).is_err() {
                    return;
                }
            }
            let _ = lines.send(Event::Line(None));
        });
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sender = sender.clone();
                std::thread::spawn(move || serve(stream, &sender));
            }
        });
        Ok(Self {
            child: RefCell::new(child),
            input: RefCell::new(input),
            events,
        })
    }

    /// One call and its answer.
    fn ask(&self, client: &Client, call: &Json) -> Outcome<Json> {
        let gone = || CallError::Fault("the client outside has ended".to_owned());
        let line = format!("{call}\n");
        let mut input = self.input.borrow_mut();
        input.write_all(line.as_bytes()).map_err(|_| gone())?;
        input.flush().map_err(|_| gone())?;
        loop {
            match self.events.recv().map_err(|_| gone())? {
                Event::Request(operation, request, reply) => {
                    let _ = reply.send(sent(client, &operation, request));
                }
                Event::Line(None) => return Err(gone()),
                Event::Line(Some(line)) => {
                    let answer: Json = serde_json::from_str(&line)
                        .map_err(|e| CallError::Fault(format!("{e} in the answer {line}")))?;
                    return failed(answer);
                }
            }
        }
    }

    pub(crate) fn page(
        &self,
        client: &Client,
        plan: &Plan,
        now: i64,
        (pattern, values): (&str, &Attrs),
        cursor: Option<&Cursor>,
    ) -> Outcome<Page> {
        let call = json!({
            "call": "page", "pattern": pattern, "now": now, "values": attributes(values)?,
            "cursor": cursor.map(Cursor::text),
        });
        rows(plan, &self.ask(client, &call)?)
    }

    pub(crate) fn count(
        &self,
        client: &Client,
        now: i64,
        (pattern, values): (&str, &Attrs),
    ) -> Outcome<usize> {
        let call = json!({
            "call": "count", "pattern": pattern, "now": now, "values": attributes(values)?,
        });
        let answer = self.ask(client, &call)?;
        let count = answer["count"]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok());
        count.ok_or_else(|| CallError::Fault(format!("no count: {answer}")))
    }

    pub(crate) fn batch(
        &self,
        client: &Client,
        plan: &Plan,
        now: i64,
        (pattern, sets): (&str, &[Attrs]),
    ) -> Outcome<Page> {
        let sets = sets.iter().map(attributes).collect::<Outcome<Vec<_>>>()?;
        let call = json!({ "call": "batch", "pattern": pattern, "now": now, "sets": sets });
        rows(plan, &self.ask(client, &call)?)
    }

    pub(crate) fn write(
        &self,
        client: &Client,
        plan: &Plan,
        now: i64,
        (pattern, args): (&str, &Args),
    ) -> Outcome<Written> {
        let mut lists = Map::new();
        for (name, sets) in &args.lists {
            let sets = sets.iter().map(attributes).collect::<Outcome<Vec<_>>>()?;
            lists.insert(name.clone(), json!(sets));
        }
        let call = json!({
            "call": "write", "pattern": pattern, "now": now, "values": attributes(&args.values)?,
            "lists": lists,
        });
        let answer = self.ask(client, &call)?;
        let mut returned = Vec::new();
        for one in answer["returned"].as_array().into_iter().flatten() {
            let entity = one[0].as_str().unwrap_or_default();
            returned.push((entity.to_owned(), logical(plan, entity, &one[1])?));
        }
        let number = answer["number"]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok());
        Ok(Written { returned, number })
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let mut child = self.child.borrow_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// What an answer says went wrong.
fn failed(answer: Json) -> Outcome<Json> {
    if let Some(text) = answer["refused"].as_str() {
        return Err(CallError::Refused(text.to_owned()));
    }
    if let Some(text) = answer["fault"].as_str() {
        return Err(CallError::Fault(text.to_owned()));
    }
    let Some(failed) = answer.get("failed") else {
        return Ok(answer);
    };
    let failure = match failed["failure"].as_str() {
        Some("exists") => Failure::Exists,
        Some("not_found") => Failure::NotFound,
        Some("not_unique") => Failure::NotUnique,
        _ => Failure::Condition,
    };
    Err(CallError::Failed {
        failure,
        action: 0,
        entity: failed["entity"].as_str().unwrap_or_default().to_owned(),
    })
}

fn rows(plan: &Plan, answer: &Json) -> Outcome<Page> {
    let list = |name: &str| -> Outcome<Vec<Row>> {
        let all = answer[name].as_array().into_iter().flatten();
        all.map(|row| {
            let entity = row["entity"].as_str().unwrap_or_default();
            Ok(Row {
                entity: entity.to_owned(),
                attributes: logical(plan, entity, &row["attributes"])?,
            })
        })
        .collect()
    };
    Ok(Page {
        items: list("items")?,
        followed: list("followed")?,
        cursor: answer["cursor"].as_str().map(Cursor::of),
    })
}

/// Values as they stand in a call.
fn attributes(values: &Attrs) -> Outcome<Json> {
    let mut all = Map::new();
    for (name, value) in values {
        all.insert(name.clone(), stored(value)?);
    }
    Ok(Json::Object(all))
}

fn stored(value: &Value) -> Outcome<Json> {
    Ok(match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(b) => json!({ "BOOL": b }),
        Value::Int(n) => json!({ "N": n.to_string() }),
        Value::Dec(n) => json!({ "N": n.to_string() }),
        Value::Text(text) => json!({ "S": text }),
        Value::Instant(ms) => json!({ "S": super::encode::instant_text(*ms)? }),
        Value::Bytes(_) => json!({ "B": super::encode::plain(value)? }),
        Value::List(all) => json!({ "L": all.iter().map(stored).collect::<Outcome<Vec<_>>>()? }),
        Value::Map(all) => {
            let mut made = Map::new();
            for (name, value) in all {
                made.insert(name.clone(), stored(value)?);
            }
            json!({ "M": made })
        }
        Value::Set(all) => {
            let number = all
                .iter()
                .any(|v| matches!(v, Value::Int(_) | Value::Dec(_)));
            let all = all
                .iter()
                .map(super::encode::plain)
                .collect::<Result<Vec<_>, _>>()?;
            json!({ if number { "NS" } else { "SS" }: all })
        }
    })
}

/// The attributes of an answer by the types of their entity.
fn logical(plan: &Plan, entity: &str, json: &Json) -> Outcome<Attrs> {
    let entity = plan.entity(entity)?;
    let mut out = Attrs::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        let of = entity.stored(name)?;
        let value = based(of.form, value);
        out.insert(
            name.clone(),
            from_stored(of, &value).map_err(CallError::Fault)?,
        );
    }
    Ok(out)
}

/// Bytes in the digits of the service instead of hexadecimal ones.
fn based(form: As, value: &Json) -> Json {
    match value.as_object().and_then(|v| v.iter().next()) {
        Some((tag, Json::String(digits))) if tag == "B" => {
            let bytes: Vec<u8> = (0..digits.len() / 2)
                .filter_map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok())
                .collect();
            json!({ "B": crate::items::stored::base64(&bytes) })
        }
        Some((tag, Json::Array(all))) if tag == "L" => {
            json!({ "L": all.iter().map(|v| based(form, v)).collect::<Vec<_>>() })
        }
        Some((tag, Json::Object(all))) if tag == "M" => {
            let all: Map<String, Json> = all
                .iter()
                .map(|(k, v)| (k.clone(), based(form, v)))
                .collect();
            json!({ "M": all })
        }
        _ => value.clone(),
    }
}

/// A request of the client, sent as those of the executor are: status and body of the answer.
fn sent(client: &Client, operation: &str, request: Json) -> (u16, String) {
    let count = request["TransactItems"].as_array().map_or(0, Vec::len);
    let error = match client.call(operation, request) {
        Ok(answer) => return (200, answer.to_string()),
        Err(error) => error,
    };
    let named = |name: &str| format!("com.amazonaws.dynamodb.v20120810#{name}");
    let body = match error {
        EngineError::Condition(item) => {
            let mut body = json!({
                "__type": named("ConditionalCheckFailedException"),
                "message": "The conditional request failed",
            });
            if let Some(item) = item {
                body["Item"] = json!(item);
            }
            body
        }
        EngineError::Cancelled(failed) => {
            let mut reasons = vec![json!({ "Code": "None" }); count];
            for (place, item) in failed {
                if let Some(reason) = reasons.get_mut(place) {
                    *reason = json!({ "Code": "ConditionalCheckFailed" });
                    if let Some(item) = item {
                        reason["Item"] = json!(item);
                    }
                }
            }
            json!({
                "__type": named("TransactionCanceledException"),
                "Message": "Transaction cancelled", "CancellationReasons": reasons,
            })
        }
        EngineError::Other(text) => {
            json!({ "__type": "com.amazon.coral.validate#ValidationException", "message": text })
        }
    };
    (400, body.to_string())
}

/// Answers the requests of a connection, one after the other.
fn serve(stream: TcpStream, events: &Sender<Event>) {
    let Ok(mut output) = stream.try_clone() else {
        return;
    };
    let mut input = BufReader::new(stream);
    while let Some((operation, body)) = request(&mut input) {
        let (reply, answer) = channel();
        if events.send(Event::Request(operation, body, reply)).is_err() {
            return;
        }
        let Ok((status, body)) = answer.recv() else {
            return;
        };
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if output
            .write_all(format!("{head}{body}").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

/// The operation and the body of the next request; nothing at the end of the connection.
fn request(input: &mut impl BufRead) -> Option<(String, Json)> {
    let (mut length, mut operation) = (0, String::new());
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let head = line.trim_end();
        if head.is_empty() {
            break;
        }
        if let Some((name, value)) = head.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "x-amz-target" => operation = value.rsplit('.').next()?.trim().to_owned(),
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some((operation, serde_json::from_slice(&body).ok()?))
}

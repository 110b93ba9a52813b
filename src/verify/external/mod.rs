//! Runs patterns with a client in another process, in the place of the executor.
//!
//! A generated client is right when it does what the executor does. So a small adapter of the same language, made for
//! tests, takes calls from here, makes them with the client, and tells what came; the client's requests come back to this
//! process over HTTP on the loopback, where they are counted, metered and cut short like those of the executor.
//!
//! **The protocol.** One line of JSON for each question on the adapter's standard input, one for its answer on its
//! standard output. The endpoint is in the environment variable `DESIGN_ENDPOINT`.
//!
//! A question is `{ "call", "pattern", "now", … }`, where `now` is the clock in milliseconds, and `call` one of
//!
//! * `page`: with `values` (parameters by name) and `cursor` (text or null); answered by
//!   `{ "items": […], "followed": […], "cursor": text or null }`, where an item is `{ "entity", "attributes" }`;
//! * `count`: with `values`; answered by `{ "count": number }`;
//! * `batch`: with `sets`, a list of values; answered like `page`;
//! * `write`: with `values` and `lists` (lists of values by name); answered by `{ "returned": [item, …], "number" }`, the
//!   attributes that each step answers with, and the number written where it finds first, else null.
//!
//! Any of them may be answered by `{ "failed": { "failure", "entity" } }` (a condition did not hold), by
//! `{ "refused": text }` (the arguments are not allowed, nothing was written) or by `{ "error": text }`.
//!
//! Values lose nothing: `{ "text": "…" }`, `{ "int": "12" }`, `{ "dec": "1.5" }`, `{ "bool": true }`,
//! `{ "instant": milliseconds }`, `{ "bytes": "00ff" }`, `{ "list": […] }`, `{ "map": {…} }`, `{ "set": […] }`,
//! `{ "null": true }`. Numbers inside of lists, maps and sets are `dec`.
//!
//! Promises that nothing of it is needed by `design` itself.

mod http;
mod values;

use super::client::Client;
use super::execute::{CallError, Cursor, Outcome, Page, Written};
use super::value::{Args, Attrs, Failure, Row};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What happens while an answer is awaited.
enum Event {
    /// A line of the adapter.
    Line(String),
    /// The adapter ended.
    End,
    /// A request of its client.
    Request {
        operation: String,
        body: Json,
        reply: Sender<(u16, Json)>,
    },
}

/// An adapter in another process.
pub struct External {
    child: Child,
    input: ChildStdin,
    events: Receiver<Event>,
}

impl External {
    /// Starts an adapter.
    ///
    /// # Errors
    /// That it cannot be started, or that no port is free, in words.
    pub fn start(mut command: Command) -> Result<Self, String> {
        let (sender, events) = channel();
        let endpoint = http::serve(sender.clone())?;
        let mut child = command
            .env("DESIGN_ENDPOINT", endpoint)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("the adapter cannot be started: {e}"))?;
        let (input, output) = child
            .stdin
            .take()
            .zip(child.stdout.take())
            .ok_or("the adapter has no input and output")?;
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(Event::Line(line)).is_err() {
                    return;
                }
            }
            // Whoever waits for an answer then learns that none comes.
            let _ = sender.send(Event::End);
        });
        Ok(Self {
            child,
            input,
            events,
        })
    }

    /// Asks a question and serves the requests of the client until it is answered.
    fn ask(&mut self, client: &Client, question: &Json) -> Outcome<Json> {
        let broken = |what: &str| CallError::Fault(format!("the adapter {what}"));
        writeln!(self.input, "{question}").map_err(|e| broken(&e.to_string()))?;
        loop {
            match self.events.recv_timeout(PATIENCE) {
                Ok(Event::Line(line)) => {
                    let answer = serde_json::from_str(&line);
                    return answer.map_err(|e| broken(&format!("says {line:?}: {e}")));
                }
                Ok(Event::Request {
                    operation,
                    body,
                    reply,
                }) => {
                    // A client that no longer waits is none of ours.
                    let _ = reply.send(http::answer(client.forward(&operation, body)));
                }
                Ok(Event::End) => return Err(broken("has ended")),
                Err(error) => return Err(broken(&format!("does not answer: {error}"))),
            }
        }
    }

    fn answered(&mut self, client: &Client, question: &Json) -> Outcome<Json> {
        let answer = self.ask(client, question)?;
        if let Some(text) = answer["refused"].as_str() {
            return Err(CallError::Refused(text.to_owned()));
        }
        if let Some(text) = answer["error"].as_str() {
            return Err(CallError::Fault(text.to_owned()));
        }
        let failed = &answer["failed"];
        if failed.is_object() {
            return Err(CallError::Failed {
                failure: failure(failed["failure"].as_str().unwrap_or_default())?,
                action: 0,
                entity: failed["entity"].as_str().unwrap_or_default().to_owned(),
            });
        }
        Ok(answer)
    }

    pub(super) fn page(
        &mut self,
        client: &Client,
        now: i64,
        (pattern, values): (&str, &Attrs),
        cursor: Option<&Cursor>,
    ) -> Outcome<Page> {
        let question = json!({
            "call": "page", "pattern": pattern, "now": now, "values": values::all(values)?,
            "cursor": cursor.map(Cursor::text),
        });
        page(&self.answered(client, &question)?)
    }

    pub(super) fn count(
        &mut self,
        client: &Client,
        now: i64,
        (pattern, values): (&str, &Attrs),
    ) -> Outcome<usize> {
        let question = json!({
            "call": "count", "pattern": pattern, "now": now, "values": values::all(values)?,
        });
        let answer = self.answered(client, &question)?;
        number(&answer["count"]).ok_or_else(|| CallError::Fault(format!("no number: {answer}")))
    }

    pub(super) fn batch(
        &mut self,
        client: &Client,
        now: i64,
        (pattern, sets): (&str, &[Attrs]),
    ) -> Outcome<Page> {
        let sets = sets
            .iter()
            .map(values::all)
            .collect::<Result<Vec<_>, _>>()?;
        let question = json!({ "call": "batch", "pattern": pattern, "now": now, "sets": sets });
        page(&self.answered(client, &question)?)
    }

    pub(super) fn write(
        &mut self,
        client: &Client,
        now: i64,
        (pattern, args): (&str, &Args),
    ) -> Outcome<Written> {
        let mut lists = serde_json::Map::new();
        for (name, sets) in &args.lists {
            let sets = sets
                .iter()
                .map(values::all)
                .collect::<Result<Vec<_>, _>>()?;
            lists.insert(name.clone(), Json::Array(sets));
        }
        let question = json!({
            "call": "write", "pattern": pattern, "now": now, "values": values::all(&args.values)?,
            "lists": lists,
        });
        let answer = self.answered(client, &question)?;
        let returned = rows(&answer["returned"])?;
        Ok(Written {
            returned: returned
                .into_iter()
                .map(|row| (row.entity, row.attributes))
                .collect(),
            number: number(&answer["number"]),
        })
    }
}

impl Drop for External {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn number(of: &Json) -> Option<usize> {
    of.as_u64().and_then(|n| usize::try_from(n).ok())
}

fn failure(name: &str) -> Outcome<Failure> {
    Ok(match name {
        "exists" => Failure::Exists,
        "not_found" => Failure::NotFound,
        "not_unique" => Failure::NotUnique,
        "condition" => Failure::Condition,
        other => return Err(CallError::Fault(format!("an unknown failure `{other}`"))),
    })
}

fn page(answer: &Json) -> Outcome<Page> {
    Ok(Page {
        items: rows(&answer["items"])?,
        followed: rows(&answer["followed"])?,
        cursor: answer["cursor"].as_str().map(Cursor::of),
    })
}

fn rows(all: &Json) -> Outcome<Vec<Row>> {
    let row = |json: &Json| {
        Ok(Row {
            entity: json["entity"].as_str().unwrap_or_default().to_owned(),
            attributes: values::read_all(&json["attributes"])?,
        })
    };
    all.as_array().into_iter().flatten().map(row).collect()
}

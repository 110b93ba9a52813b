//! The engine on the loopback: as much of HTTP as the clients of the service speak.
//!
//! Each connection has a thread that reads requests and writes answers; what is asked goes to whoever waits for events,
//! so that the engine is only used there.

use super::Event;
use crate::verify::engine::Fault;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};

/// The most bytes of a request.
const LONGEST: usize = 32 << 20;

/// Listens on a free port; gives the endpoint.
pub(super) fn serve(events: Sender<Event>) -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| format!("no port: {e}"))?;
    let address = listener.local_addr().map_err(|e| format!("no port: {e}"))?;
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let events = events.clone();
            std::thread::spawn(move || connection(stream, &events));
        }
    });
    Ok(format!("http://{address}"))
}

/// The status and the body of an answer.
pub(super) fn answer(of: Result<Json, Fault>) -> (u16, Json) {
    match of {
        Ok(body) => (200, body),
        Err(Fault::Service(body)) => (400, body),
        Err(Fault::Unreachable(text)) => (
            500,
            json!({ "__type": "InternalServerError", "message": text }),
        ),
    }
}

/// Answers one request after the other until the client goes away.
fn connection(stream: TcpStream, events: &Sender<Event>) -> Option<()> {
    // Answers are small, and each is waited for.
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (operation, body) = request(&mut reader)?;
        let (reply, answered) = channel();
        events
            .send(Event::Request {
                operation,
                body,
                reply,
            })
            .ok()?;
        let (status, body) = answered.recv().ok()?;
        let text = body.to_string();
        write!(
            writer,
            "HTTP/1.1 {status} {}\r\ncontent-type: application/x-amz-json-1.0\r\nx-amzn-requestid: 0\r\ncontent-length: {}\r\n\r\n{text}",
            if status == 200 { "OK" } else { "Error" },
            text.len(),
        )
        .ok()?;
        writer.flush().ok()?;
    }
}

/// The operation and the body of a request.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Json)> {
    let mut length = 0;
    let mut operation = String::new();
    let mut first = true;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() && !first {
            break;
        }
        first = false;
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "x-amz-target" => {
                let target = value.trim();
                target
                    .rsplit('.')
                    .next()
                    .unwrap_or(target)
                    .clone_into(&mut operation);
            }
            _ => {}
        }
    }
    if length > LONGEST {
        return None;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((operation, serde_json::from_slice(&body).ok()?))
}

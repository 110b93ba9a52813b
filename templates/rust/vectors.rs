//! Compares the keys that the client `MODULE` makes with vectors: the path of their file is the argument.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use generated::MODULE::{Error, Row, keys};
use serde_json::{Value as Json, json};

fn main() {
    let path = std::env::args().nth(1).expect("the path of the vectors");
    let text = std::fs::read_to_string(path).expect("the vectors");
    let all: Json = serde_json::from_str(&text).expect("JSON");
    let vectors = all["vectors"].as_array().expect("a list");
    let mut differing = 0;
    for vector in vectors {
        let found = made(vector);
        if found != vector["expected"] {
            differing += 1;
            eprintln!("{vector}\n  gives {found}");
        }
    }
    println!("{} vectors, {differing} differ", vectors.len());
    std::process::exit(i32::from(differing > 0 || vectors.is_empty()));
}

/// What the client makes of a vector, as the vector says it.
fn made(vector: &Json) -> Json {
    let entity = vector["entity"].as_str().expect("an entity");
    let kind = vector["kind"].as_str().expect("a kind");
    let mut item = Row::new();
    for (attribute, plain) in vector["values"].as_object().expect("values") {
        let plain = plain.as_str().expect("a plain text");
        let (name, tag) = stored(entity, attribute);
        item.insert(name.to_owned(), value(tag, plain));
    }
    match key(kind, vector["index"].as_str(), &item) {
        Err(Error::Refused(_)) => json!("refused"),
        Err(other) => panic!("{vector}: {other:?}"),
        Ok(None) => Json::Null,
        Ok(Some(key)) => {
            let text = |value: &AttributeValue| value.as_s().expect("a text").clone();
            key.iter().map(|(name, value)| (name.clone(), json!(text(value)))).collect()
        }
    }
}

/// A plain text as an attribute.
fn value(tag: &str, plain: &str) -> AttributeValue {
    let bytes = || {
        let pair = |at: usize| u8::from_str_radix(&plain[at..at + 2], 16).expect("hexadecimal");
        (0..plain.len()).step_by(2).map(pair).collect::<Vec<u8>>()
    };
    match tag {
        "N" => AttributeValue::N(plain.to_owned()),
        "B" => AttributeValue::B(Blob::new(bytes())),
        "BOOL" => AttributeValue::Bool(plain == "true"),
        _ => AttributeValue::S(plain.to_owned()),
    }
}

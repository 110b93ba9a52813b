//! The functions that read the stream, and which records each of them gets.
//!
//! Promises: a function gets the records of its entities and of no other items; where the stream's records do not say
//! whose they are, a design file that asks for some of them is refused.
//!
//! Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB".

use super::Value;
use crate::plan::{ConsumerEntry, Plan};
use serde_json::{Value as Json, json};

/// Records that a call of a function gets at most.
pub(in crate::emit) const BATCH_SIZE: u32 = 100;
/// Seconds that records are gathered for one call.
pub(in crate::emit) const BATCHING_WINDOW: u32 = 1;
/// How often a batch that fails is tried again, which is until its records are gone where nothing is said.
pub(in crate::emit) const RETRIES: u32 = 10;
/// Seconds after which a record is given up. The stream keeps it for 24 hours, so half of that is left to fetch it by the
/// number that the queue of failures has of it.
pub(in crate::emit) const RECORD_AGE: u32 = 43_200;
/// Seconds that a failure stays in its queue: 14 days, the most there is.
pub(in crate::emit) const RETENTION: u32 = 1_209_600;

/// A function, and which records it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Mapping<'a> {
    /// The name of the consumer.
    pub(in crate::emit) name: &'a str,
    /// The ARN of the function.
    pub(in crate::emit) function: Value<'a>,
    /// Patterns of filters, as JSON, any of which lets a record through; none: every record.
    pub(in crate::emit) filters: Vec<String>,
}

/// All of them, by name.
pub(in crate::emit) fn mappings<'a>(plan: &'a Plan) -> Vec<Mapping<'a>> {
    let of = |consumer: &'a ConsumerEntry| Mapping {
        name: &consumer.name,
        function: Value::of(&consumer.function),
        filters: filters(plan, consumer),
    };
    plan.consumers.iter().map(of).collect()
}

/// The image by which a record of an event is known to be of an entity; none where the stream has none of it.
fn image(stream: &str, event: &str) -> Option<&'static str> {
    // What was removed has no new image, and what was inserted no old one.
    match (stream, event) {
        ("new_and_old_images" | "new_image", "insert" | "modify") => Some("NewImage"),
        ("new_and_old_images", "remove") | ("old_image", "modify" | "remove") => Some("OldImage"),
        _ => None,
    }
}

/// The events, all of them where none are named.
fn events(consumer: &ConsumerEntry) -> Vec<&str> {
    let all = ["insert", "modify", "remove"];
    let named = |e: &&str| consumer.events.is_empty() || consumer.events.iter().any(|n| n == e);
    all.into_iter().filter(named).collect()
}

fn filters(plan: &Plan, consumer: &ConsumerEntry) -> Vec<String> {
    let events = events(consumer);
    let Some((attribute, types)) = types(plan, consumer) else {
        return unless_all(&events);
    };
    let stream = plan
        .tables
        .iter()
        .find_map(|t| t.settings.stream.as_deref());
    let stream = stream.unwrap_or_default();
    // One pattern for each image.
    let mut by_image: Vec<(&str, Vec<&str>)> = Vec::new();
    for event in &events {
        let Some(image) = image(stream, event) else {
            return unless_all(&events);
        };
        match by_image.iter_mut().find(|(i, _)| *i == image) {
            Some((_, of)) => of.push(event),
            None => by_image.push((image, vec![event])),
        }
    }
    let pattern = |(image, events): (&str, Vec<&str>)| {
        json!({
            "eventName": names(&events),
            "dynamodb": { image: { attribute: { "S": types } } },
        })
        .to_string()
    };
    by_image.into_iter().map(pattern).collect()
}

/// A filter on the events alone.
fn unless_all(events: &[&str]) -> Vec<String> {
    if events.len() == 3 {
        return Vec::new();
    }
    vec![json!({ "eventName": names(events) }).to_string()]
}

fn names(events: &[&str]) -> Json {
    events.iter().map(|e| e.to_uppercase()).collect()
}

/// The attribute and the values by which the items of a consumer's entities are known; nothing where every item of the
/// table is of one of them.
fn types<'a>(plan: &'a Plan, consumer: &ConsumerEntry) -> Option<(&'a str, Vec<&'a str>)> {
    let wanted = |name: &String| consumer.entities.is_empty() || consumer.entities.contains(name);
    let kinds = plan
        .entities
        .iter()
        .flat_map(|e| e.kinds.iter().map(move |k| (e, k)));
    // Guards are the design's own: no function is to see them.
    let (ours, others): (Vec<_>, Vec<_>) =
        kinds.partition(|(entity, kind)| kind.role == "item" && wanted(&entity.name));
    let attribute = &ours.first()?.1.discriminator.attribute;
    let values = ours.iter().map(|(_, k)| k.discriminator.value.as_str());
    (!others.is_empty()).then(|| (attribute.as_str(), values.collect()))
}

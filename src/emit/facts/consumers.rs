//! The functions that read the stream, and which records each of them gets.
//!
//! Promises: a function gets the records of its entities and of no other items; where the stream's records do not say
//! whose they are, a design file that asks for some of them is refused.
//!
//! Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon `DynamoDB`".

use super::Value;
use crate::plan::{ConsumerEntry, Plan};

/// What can happen to an item.
const EVENTS: [&str; 3] = ["insert", "modify", "remove"];

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
    /// Any of them lets a record through; none: every record does.
    pub(in crate::emit) filters: Vec<Filter<'a>>,
}

/// What a record must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Filter<'a> {
    /// Its event, one of these: `INSERT`, `MODIFY`, `REMOVE`.
    pub(in crate::emit) events: Vec<String>,
    /// The type of its item; nothing: any.
    pub(in crate::emit) types: Option<Types<'a>>,
}

/// Items of some entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Types<'a> {
    /// `NewImage` or `OldImage`: the one that all of the filter's events have.
    pub(in crate::emit) image: &'static str,
    /// The physical attribute that says what an item is.
    pub(in crate::emit) attribute: &'a str,
    /// Its values.
    pub(in crate::emit) values: Vec<&'a str>,
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
    let named = |e: &&str| consumer.events.is_empty() || consumer.events.iter().any(|n| n == e);
    EVENTS.into_iter().filter(named).collect()
}

fn filters<'a>(plan: &'a Plan, consumer: &ConsumerEntry) -> Vec<Filter<'a>> {
    let events = events(consumer);
    let Some((attribute, values)) = types(plan, consumer) else {
        return by_event(&events);
    };
    let stream = plan
        .tables
        .iter()
        .find_map(|t| t.settings.stream.as_deref());
    let stream = stream.unwrap_or_default();
    let mut made: Vec<Filter<'a>> = Vec::new();
    for event in &events {
        let Some(image) = image(stream, event) else {
            return by_event(&events);
        };
        let same = |f: &&mut Filter<'a>| f.types.as_ref().is_some_and(|t| t.image == image);
        match made.iter_mut().find(same) {
            Some(filter) => filter.events.push(event.to_uppercase()),
            None => made.push(Filter {
                events: vec![event.to_uppercase()],
                types: Some(Types {
                    image,
                    attribute,
                    values: values.clone(),
                }),
            }),
        }
    }
    made
}

/// By the events alone, where not all are wanted.
fn by_event<'a>(events: &[&str]) -> Vec<Filter<'a>> {
    if events.len() == EVENTS.len() {
        return Vec::new();
    }
    vec![Filter {
        events: events.iter().map(|e| e.to_uppercase()).collect(),
        types: None,
    }]
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

//! Filters of consumers, applied to records as `DynamoDB` Streams has them: a function gets the changes of its entities and
//! no others.

use design::plan::{ConsumerEntry, Plan};
use serde_json::{Value as Json, json};

/// Whether a pattern of a filter matches a record: every field of it is there with one of its values.
fn matches(pattern: &Json, record: &Json) -> bool {
    match (pattern, record) {
        (Json::Object(fields), _) => fields.iter().all(|(k, p)| matches(p, &record[k])),
        (Json::Array(values), _) => values.contains(record),
        _ => false,
    }
}

/// The record of a change.
fn record(stream: &str, event: &str, attribute: &str, value: &str) -> Json {
    let image = json!({ attribute: { "S": value } });
    let mut made = json!({ "eventName": event, "dynamodb": { "Keys": {} } });
    if ["new_image", "new_and_old_images"].contains(&stream) && event != "REMOVE" {
        made["dynamodb"]["NewImage"] = image.clone();
    }
    if ["old_image", "new_and_old_images"].contains(&stream) && event != "INSERT" {
        made["dynamodb"]["OldImage"] = image;
    }
    made
}

/// Checks the filters of a consumer, as evaluated.
pub(crate) fn check(plan: &Plan, consumer: &ConsumerEntry, mapping: &Json) {
    let stream = plan.tables[0].settings.stream.as_deref().expect("a stream");
    let filters = mapping["filter_criteria"][0]["filter"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let patterns: Vec<Json> = filters
        .iter()
        .map(|f| serde_json::from_str(f["pattern"].as_str().expect("a pattern")).expect("JSON"))
        .collect();
    for entity in &plan.entities {
        for kind in &entity.kinds {
            for event in ["INSERT", "MODIFY", "REMOVE"] {
                let of = record(
                    stream,
                    event,
                    &kind.discriminator.attribute,
                    &kind.discriminator.value,
                );
                let passes = patterns.is_empty() || patterns.iter().any(|p| matches(p, &of));
                let asked =
                    consumer.events.is_empty() || consumer.events.contains(&event.to_lowercase());
                let known = of["dynamodb"].as_object().is_some_and(|d| d.len() > 1);
                let named =
                    consumer.entities.is_empty() || consumer.entities.contains(&entity.name);
                // Guards come through only to those who get all, where no record says what it is of.
                let blind =
                    consumer.entities.is_empty() && (!known || stream != "new_and_old_images");
                let wanted = asked && named && (kind.role == "item" || blind);
                assert_eq!(passes, wanted, "{} {event} {}", consumer.name, kind.name);
            }
        }
    }
}

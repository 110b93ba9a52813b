//! What reads cost: from the sizes of the items that were looked at.
//!
//! Promises AWS's rules, in half units: an item that is read by its key is rounded up to 4 KB for itself, and one that
//! is not there costs the least; a page of a query or scan is rounded once over all that its key condition found,
//! before any filter or projection. Sources: the Amazon `DynamoDB` Developer Guide, "Read and write operations",
//! "Filter expressions for the Query operation" and "Local secondary indexes" (fetches).

use super::super::engine::Engine;
use super::super::value::Physical;
use super::consumed::{Arms, Difference, Estimate, TABLE};
use super::{Meter, images};
use crate::cost::units::read_halves;
use serde_json::{Value as Json, json};

/// What an answer hides: with these a request is not sent again.
const HIDING: [&str; 3] = ["FilterExpression", "ProjectionExpression", "Select"];

/// What a read cost; nothing for an operation that is none, or where it cannot be told.
pub(super) fn read(
    meter: &Meter,
    engine: &dyn Engine,
    operation: &str,
    request: &Json,
    answer: &Json,
) -> Result<Option<Estimate>, String> {
    match operation {
        "GetItem" => get(engine, request, answer).map(Some),
        "BatchGetItem" => batch(engine, request, answer),
        "Query" | "Scan" => page(meter, engine, operation, request, answer),
        _ => Ok(None),
    }
}

fn get(engine: &dyn Engine, request: &Json, answer: &Json) -> Result<Estimate, String> {
    let whole = shown(engine, "GetItem", request, answer)?;
    let bytes = whole["Item"].as_object().map_or(Ok(0), images::size)?;
    let arms = one_arm(TABLE, read_halves(bytes, consistent(request)));
    Ok(Estimate {
        arms,
        reads: true,
        known: Vec::new(),
    })
}

fn one_arm(name: &str, halves: u64) -> Arms {
    [(name.to_owned(), halves)].into()
}

fn consistent(request: &Json) -> bool {
    request["ConsistentRead"].as_bool().unwrap_or(false)
}

/// Each item for itself; keys that the service left for later cost nothing.
fn batch(engine: &dyn Engine, request: &Json, answer: &Json) -> Result<Option<Estimate>, String> {
    let mut halves = 0;
    for (table, part) in request["RequestItems"].as_object().into_iter().flatten() {
        let left = items(&answer["UnprocessedKeys"][table]["Keys"]);
        let keys = items(&part["Keys"]).filter(|k| !left.clone().any(|l| l == *k));
        let keys: Vec<&Physical> = keys.collect();
        let found: Vec<Physical> = if part.get("ProjectionExpression").is_some() {
            let again =
                json!({ "RequestItems": { table: { "Keys": keys, "ConsistentRead": true } } });
            let whole = Meter::ask(engine, "BatchGetItem", again)?;
            if items(&whole["UnprocessedKeys"][table]["Keys"]).count() > 0 {
                return Ok(None);
            }
            items(&whole["Responses"][table]).cloned().collect()
        } else {
            items(&answer["Responses"][table]).cloned().collect()
        };
        for item in &found {
            halves += read_halves(images::size(item)?, consistent(part));
        }
        let missing = keys.len().saturating_sub(found.len()) as u64;
        halves += missing * read_halves(0, consistent(part));
    }
    Ok(Some(Estimate {
        arms: one_arm(TABLE, halves),
        reads: true,
        known: Vec::new(),
    }))
}

/// One page of a query or scan.
fn page(
    meter: &Meter,
    engine: &dyn Engine,
    operation: &str,
    request: &Json,
    answer: &Json,
) -> Result<Option<Estimate>, String> {
    let whole = shown(engine, operation, request, answer)?;
    if whole["ScannedCount"] != answer["ScannedCount"] {
        // Somebody else has written meanwhile: what the first answer saw cannot be told any more.
        return Ok(None);
    }
    let found: Vec<&Physical> = items(&whole["Items"]).collect();
    let mut bytes = 0;
    for item in &found {
        bytes += images::size(item)?;
    }
    let consistent = consistent(request);
    let halves = read_halves(bytes, consistent);
    let table = meter.table(request["TableName"].as_str().unwrap_or_default())?;
    let index = match request["IndexName"].as_str() {
        Some(name) => Some(table.index(name)?),
        None => None,
    };
    let arm = index.map_or(TABLE, |i| i.name.as_str());
    let mut made = Estimate {
        arms: one_arm(arm, halves),
        reads: true,
        known: Vec::new(),
    };
    let Some(index) = index.filter(|i| !i.global) else {
        return Ok(Some(made));
    };
    if operation == "Scan" {
        let difference = (Difference::LocalScan, one_arm(TABLE, halves));
        made.known.push(difference);
    }
    let fetches = asked(request)
        .is_none_or(|names| names.iter().any(|name| !images::holds(table, index, name)));
    if !fetches {
        return Ok(Some(made));
    }
    let (mut each, mut sum) = (0, 0);
    for item in found {
        let names = table.key.attributes();
        let key = names.filter_map(|a| Some((a.name.clone(), item.get(&a.name)?.clone())));
        let fetched = Meter::item(engine, &table.name, &key.collect())?;
        let bytes = fetched.as_ref().map_or(Ok(0), images::size)?;
        each += read_halves(bytes, consistent);
        sum += bytes;
    }
    let without = made.arms.clone();
    let mut together = made.arms.clone();
    together.insert(TABLE.to_owned(), read_halves(sum, consistent));
    made.known.push((Difference::LocalFetch, together));
    made.known.push((Difference::LocalFetch, without));
    if each > 0 {
        made.arms.insert(TABLE.to_owned(), each);
    }
    Ok(Some(made))
}

/// The attributes that a query of an index gives back; nothing for all of the item.
fn asked(request: &Json) -> Option<Vec<String>> {
    if request["Select"] == "ALL_ATTRIBUTES" {
        return None;
    }
    let names = request["ProjectionExpression"].as_str().unwrap_or_default();
    let names = names.split(',').map(str::trim).filter(|n| !n.is_empty());
    Some(
        names
            .map(|path| {
                let name = path.split(['.', '[']).next().unwrap_or(path);
                let meant = request["ExpressionAttributeNames"][name].as_str();
                meant.unwrap_or(name).to_owned()
            })
            .collect(),
    )
}

/// The answer with all that was looked at: the one that came, or where something hides a part, one to the same request
/// without that. A limit and a start stay, so that the same items are looked at.
fn shown(
    engine: &dyn Engine,
    operation: &str,
    request: &Json,
    answer: &Json,
) -> Result<Json, String> {
    let mut again = request.clone();
    let Some(fields) = again.as_object_mut() else {
        return Ok(answer.clone());
    };
    let before = fields.len();
    for name in HIDING {
        fields.remove(name);
    }
    if fields.len() == before {
        return Ok(answer.clone());
    }
    fields.remove("ReturnConsumedCapacity");
    // The service refuses a placeholder that nothing uses.
    let conditions = request["KeyConditionExpression"].as_str().unwrap_or("");
    let used = words(conditions);
    for field in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(placeholders) = fields.get_mut(field).and_then(Json::as_object_mut) else {
            continue;
        };
        placeholders.retain(|name, _| used.contains(&name.as_str()));
        if placeholders.is_empty() {
            fields.remove(field);
        }
    }
    Meter::ask(engine, operation, again)
}

/// The words of an expression, placeholders among them.
fn words(expression: &str) -> Vec<&str> {
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | ':');
    expression.split(|c| !of_word(c)).collect()
}

fn items(of: &Json) -> impl Iterator<Item = &Physical> + Clone {
    of.as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(Json::as_object)
}

//! Places in a plan document, and the few ways to change it that the faults share.
//!
//! Promises to panic where what is named is not there: a fault that changes nothing tests nothing.

use serde_json::{Value as Json, json};

/// The entry of a list with this name.
pub(crate) fn named<'a>(plan: &'a mut Json, list: &str, name: &str) -> &'a mut Json {
    let entries = plan[list].as_array_mut();
    let found = entries.into_iter().flatten().find(|e| e["name"] == name);
    found.unwrap_or_else(|| panic!("the plan has no `{name}` in its {list}"))
}

pub(crate) fn pattern<'a>(plan: &'a mut Json, name: &str) -> &'a mut Json {
    named(plan, "patterns", name)
}

/// A step of a pattern by its place.
pub(crate) fn step<'a>(plan: &'a mut Json, name: &str, place: usize) -> &'a mut Json {
    &mut list(&mut pattern(plan, name)["steps"])[place]
}

/// An action of the first step of a pattern.
pub(crate) fn action<'a>(plan: &'a mut Json, name: &str, place: usize) -> &'a mut Json {
    &mut list(&mut step(plan, name, 0)["actions"])[place]
}

/// The physical index with this name.
pub(crate) fn index<'a>(plan: &'a mut Json, name: &str) -> &'a mut Json {
    named(&mut plan["tables"][0], "indexes", name)
}

/// The name of the index that a step reads.
pub(crate) fn index_of(plan: &mut Json, name: &str, place: usize) -> String {
    let read = &step(plan, name, place)["index"];
    let text = read.as_str();
    text.unwrap_or_else(|| panic!("`{name}` reads no index: {read}"))
        .to_owned()
}

/// The kinds of an entity: its item first, then its guards.
pub(crate) fn kinds<'a>(plan: &'a mut Json, entity: &str) -> &'a mut Vec<Json> {
    list(&mut named(plan, "entities", entity)["kinds"])
}

/// The keys of an entity's item: of the table first, then of indexes.
pub(crate) fn keys<'a>(plan: &'a mut Json, entity: &str) -> &'a mut Vec<Json> {
    list(&mut kinds(plan, entity)[0]["keys"])
}

/// The key of an entity's item in an index, or (nothing) in the table.
pub(crate) fn key<'a>(plan: &'a mut Json, entity: &str, index: Option<&str>) -> &'a mut Json {
    let found = keys(plan, entity)
        .iter_mut()
        .find(|k| k["index"].as_str() == index);
    found.unwrap_or_else(|| panic!("`{entity}` has no key in {index:?}"))
}

/// The key of an entity's item in the index that a pattern reads.
pub(crate) fn key_for<'a>(plan: &'a mut Json, entity: &str, read_by: &str) -> &'a mut Json {
    let index = index_of(plan, read_by, 0);
    key(plan, entity, Some(&index))
}

/// The segments of the sort key of an entry in `keys`.
pub(crate) fn sort_segments(key: &mut Json) -> &mut Vec<Json> {
    list(&mut key["sort"][0]["segments"])
}

/// The segments of the partition key of an entry in `keys`, or of a reading step.
pub(crate) fn partition_segments(key: &mut Json) -> &mut Vec<Json> {
    list(&mut key["partition"][0]["segments"])
}

pub(crate) fn list(json: &mut Json) -> &mut Vec<Json> {
    let text = json.to_string();
    json.as_array_mut()
        .unwrap_or_else(|| panic!("no list but {text}"))
}

/// Takes the entries that `gone` says out of a list.
pub(crate) fn drop_where(json: &mut Json, gone: impl Fn(&Json) -> bool) {
    let all = list(json);
    let before = all.len();
    all.retain(|e| !gone(e));
    assert_ne!(all.len(), before, "nothing to drop");
}

/// Shows every list of segments below a value, those of keys and those of requests.
pub(crate) fn each_segments(json: &mut Json, change: &mut impl FnMut(&mut Vec<Json>)) {
    match json {
        Json::Array(all) => {
            let segment = |e: &Json| !e["literal"].is_null() || e["encoding"].is_string();
            if !all.is_empty() && all.iter().all(segment) {
                change(all);
            } else {
                all.iter_mut().for_each(|e| each_segments(e, change));
            }
        }
        Json::Object(all) => all.values_mut().for_each(|e| each_segments(e, change)),
        _ => {}
    }
}

/// Gives the values with one of these names another encoding, in keys and requests alike.
///
/// Only values that have the encoding `from`: parameters of several patterns may be called alike.
pub(crate) fn recode(plan: &mut Json, names: &[&str], from: &str, to: &str) {
    each_segments(plan, &mut |segments| {
        for segment in segments {
            if named_one_of(segment, names) && segment["encoding"] == from {
                segment["encoding"] = json!(to);
            }
        }
    });
}

/// Whether a segment stands for a value with one of these names.
pub(crate) fn named_one_of(segment: &Json, names: &[&str]) -> bool {
    ["attribute", "parameter", "row", "variable"]
        .iter()
        .filter_map(|kind| segment[*kind].as_str())
        .any(|name| names.contains(&name))
}

/// Replaces the beginning of literals, in keys and requests alike.
pub(crate) fn relabel(plan: &mut Json, from: &str, to: &str) {
    each_segments(plan, &mut |segments| {
        for segment in segments {
            let literal = segment["literal"].as_str().unwrap_or_default();
            if let Some(rest) = literal.strip_prefix(from) {
                segment["literal"] = json!(format!("{to}{rest}"));
            }
        }
    });
}

/// Takes the delimiter behind the value with this name away, in keys and requests alike.
pub(crate) fn unterminate(plan: &mut Json, name: &str) {
    each_segments(plan, &mut |segments| {
        let mut place = 0;
        while place + 1 < segments.len() {
            let behind = segments[place + 1]["literal"].as_str().unwrap_or_default();
            if named_one_of(&segments[place], &[name]) && behind.starts_with('#') {
                let rest = behind[1..].to_owned();
                if rest.is_empty() {
                    segments.remove(place + 1);
                } else {
                    segments[place + 1] = json!({ "literal": rest });
                }
            }
            place += 1;
        }
    });
}

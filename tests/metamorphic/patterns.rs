//! Patterns more, less and weaker.

use crate::written::{named, shuffled, text_of, tree};
use crate::{designs, differences, indexes, keys, placeless, uncovered};
use design::document::{Node, Value};

/// A design with another list of patterns.
fn with_patterns(tree: &Node, change: impl FnOnce(&mut Vec<(Node, Node)>)) -> String {
    let mut made = tree.clone();
    if let Value::Map(fields) = &mut made.value {
        for (key, value) in fields {
            if let (Some("patterns"), Value::Map(patterns)) = (key.text(), &mut value.value) {
                change(patterns);
                break;
            }
        }
    }
    text_of(&made, &shuffled(0))
}

fn reads(tree: &Node) -> Vec<String> {
    let patterns = tree.get("patterns").map(Node::entries).unwrap_or_default();
    let reads = patterns.iter().filter(|(_, p)| {
        ["get", "list", "count"]
            .iter()
            .any(|verb| p.get(verb).is_some())
            && p.get("external").is_none()
    });
    reads
        .filter_map(|(name, _)| name.text().map(str::to_owned))
        .collect()
}

/// Reads of which a second one swaps what is in the table and what is in an index: both designs cost the same, and the
/// one that answers more reads from the table is taken.
const TIES: [&str; 2] = ["orders_of_product", "inventory_of_product"];

/// Reads of which a second one shows that the first design was not the cheapest of its size: the search for the lowest
/// cost ends before it has tried what then comes out.
const CHEAPER: [&str; 1] = ["states_of_admins"];

#[test]
fn a_second_name_for_a_read_changes_no_key() {
    let mut failures = Vec::new();
    for (name, text) in designs() {
        let tree = tree(&text);
        let before = placeless(&name, &text);
        for read in reads(&tree).iter().step_by(3) {
            let twice = with_patterns(&tree, |patterns| {
                let of = |key: &Node| key.text() == Some(read);
                let (key, body) = patterns.iter().find(|(k, _)| of(k)).expect("there").clone();
                let name = named(&key, &format!("{read}_again"));
                // Hardly ever called: a read that is called twice as often may well deserve another place.
                let Value::Map(mut fields) = body.value else {
                    panic!("{read} is a map")
                };
                fields.retain(|(k, _)| !matches!(k.text(), Some("rate" | "peak")));
                fields.push((named(&key, "rate"), named(&key, "1/day")));
                patterns.push((
                    name,
                    Node {
                        value: Value::Map(fields),
                        ..body
                    },
                ));
            });
            let after = placeless(&name, &twice);
            if indexes(&after) != indexes(&before) {
                failures.push(format!(
                    "{name}: {read} twice needs {} indexes instead of {}",
                    indexes(&after),
                    indexes(&before)
                ));
            } else if keys(&after) != keys(&before)
                && ![&TIES[..], &CHEAPER[..]].concat().contains(&read.as_str())
            {
                let mut all = Vec::new();
                differences(&keys(&before), &keys(&after), "", &mut all);
                all.truncate(2);
                failures.push(format!("{name}: {read} twice changes keys: {all:#?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_read_less_never_needs_an_index_more() {
    let mut failures = Vec::new();
    for (name, text) in designs() {
        let tree = tree(&text);
        let before = placeless(&name, &text);
        for read in reads(&tree).iter().step_by(2) {
            let less = with_patterns(&tree, |patterns| {
                patterns.retain(|(k, _)| k.text() != Some(read));
            });
            let after = placeless(&name, &less);
            if indexes(&after) > indexes(&before) || uncovered(&after) > uncovered(&before) {
                failures.push(format!(
                    "{name} without {read}: {} indexes instead of {}, {} uncovered",
                    indexes(&after),
                    indexes(&before),
                    uncovered(&after)
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The value of a field of a map.
fn field<'a>(fields: &'a [(Node, Node)], name: &str) -> Option<&'a Node> {
    let entry = fields.iter().find(|(k, _)| k.text() == Some(name));
    entry.map(|(_, value)| value)
}

/// Whether all of these attributes are there in every item of an entity, so that asking for them leaves nothing out.
fn always_there(tree: &Node, entity: &str, of: &Node) -> bool {
    let attributes = tree
        .get("entities")
        .and_then(|e| e.get(entity)?.get("attributes"));
    let asked = match &of.value {
        Value::Map(entries) => entries.iter().map(|(k, _)| k).collect(),
        _ => of.one_or_many().iter().collect::<Vec<_>>(),
    };
    asked.iter().all(|name| {
        let name = name.text().unwrap_or_default();
        let name = name.split_whitespace().next().unwrap_or_default();
        let declared = attributes.and_then(|a| a.get(name));
        declared.is_some_and(|a| a.get("optional").is_none())
    })
}

/// What asks for no more than a read of one entity does: each by a word that says how it is less.
fn weaker(tree: &Node, fields: &[(Node, Node)]) -> Vec<(&'static str, Vec<(Node, Node)>)> {
    let mut made = Vec::new();
    let Some(entity) = field(fields, "list").and_then(Node::text) else {
        return made;
    };
    let without = |names: &[&str]| {
        let kept = |(k, _): &&(Node, Node)| !k.text().is_some_and(|k| names.contains(&k));
        fields.iter().filter(kept).cloned().collect::<Vec<_>>()
    };
    let there = |name: &str| field(fields, name).is_none_or(|n| always_there(tree, entity, n));
    if let Some((limit, value)) = fields.iter().find(|(k, _)| k.text() == Some("limit")) {
        let mut smaller = without(&["limit", "returns"]);
        smaller.push((limit.clone(), named(value, "1")));
        made.push(("a smaller limit", smaller));
    }
    let by = field(fields, "by")
        .map(Node::one_or_many)
        .unwrap_or_default();
    if let Some(one) = by
        .iter()
        .find(|b| b.text().is_some_and(|t| !t.ends_with('?')))
    {
        let mut fewer = without(&["select", "follow"]);
        fewer.push((named(one, "select"), one.clone()));
        made.push(("fewer attributes", fewer));
    }
    if field(fields, "range").is_some() && there("range") && field(fields, "limit").is_none() {
        made.push(("no bounds", without(&["range"])));
    }
    if field(fields, "sort").is_some() && there("sort") && field(fields, "limit").is_none() {
        made.push(("no order", without(&["sort"])));
    }
    made
}

#[test]
fn a_weaker_read_beside_a_read_changes_no_number_of_indexes() {
    let (mut failures, mut tried) = (Vec::new(), 0);
    for (name, text) in designs() {
        let tree = tree(&text);
        let before = placeless(&name, &text);
        let patterns = tree.get("patterns").map(Node::entries).unwrap_or_default();
        // A few of each design: each is a whole compilation.
        let all = patterns.iter().flat_map(|(key, body)| {
            let all = weaker(&tree, body.entries()).into_iter();
            all.map(move |(how, fields)| (key, body, how, fields))
        });
        for (key, body, how, mut fields) in all.step_by(3) {
            tried += 1;
            fields.retain(|(k, _)| !matches!(k.text(), Some("rate" | "peak" | "id")));
            fields.push((named(key, "rate"), named(key, "1/day")));
            let read = key.text().unwrap_or_default();
            let text = with_patterns(&tree, |patterns| {
                let body = Node {
                    value: Value::Map(fields),
                    ..body.clone()
                };
                patterns.push((named(key, &format!("{read}_weaker")), body));
            });
            let after = placeless(&name, &text);
            let counts = |plan| (indexes(plan), uncovered(plan));
            let as_bad = uncovered(&before) > 0 && uncovered(&after) <= uncovered(&before) + 1;
            if counts(&after) != counts(&before) && !as_bad {
                failures.push(format!(
                    "{name}: {read} with {how}: {:?} instead of {:?}",
                    counts(&after),
                    counts(&before)
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried > 20, "only {tried} weaker reads");
}

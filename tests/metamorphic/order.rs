//! The order in which a file says things.

use crate::written::{shuffled, text_of, tree};
use crate::{designs, differences, placeless};
use design::document::{Node, Value};

#[test]
fn the_order_of_maps_does_not_matter() {
    let mut failures = Vec::new();
    for (name, text) in designs() {
        let tree = tree(&text);
        let expected = placeless(&name, &text_of(&tree, &shuffled(0)));
        assert_eq!(
            expected,
            placeless(&name, &text),
            "{name} written as JSON is another design"
        );
        for seed in 1..3 {
            let made = placeless(&name, &text_of(&tree, &shuffled(seed)));
            let mut all = Vec::new();
            differences(&expected, &made, "", &mut all);
            if !all.is_empty() {
                all.truncate(4);
                failures.push(format!("{name}, seed {seed}: {all:#?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Lists whose order means nothing: what is accepted, what is followed, what is asked for. `by` and `unique` are not among
/// them: where nothing else decides, a key has its parts in their order.
const UNORDERED: [&str; 3] = ["allow", "follow", "select"];

/// The same design with those lists the other way round.
fn turned(node: &Node) -> Node {
    let mut made = node.clone();
    match &mut made.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                *value = turned(value);
                let unordered = key.text().is_some_and(|k| UNORDERED.contains(&k));
                if let (true, Value::List(items)) = (unordered, &mut value.value) {
                    items.reverse();
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|i| *i = turned(i)),
        Value::Null | Value::Scalar { .. } => {}
    }
    made
}

#[test]
fn the_order_of_lists_that_are_sets_does_not_matter() {
    let mut failures = Vec::new();
    for (name, text) in designs() {
        let tree = tree(&text);
        let made = turned(&tree);
        if made == tree {
            continue;
        }
        let expected = placeless(&name, &text);
        let made = placeless(&name, &text_of(&made, &shuffled(0)));
        let mut all = Vec::new();
        differences(&expected, &made, "", &mut all);
        if !all.is_empty() {
            all.truncate(4);
            failures.push(format!("{name}: {all:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

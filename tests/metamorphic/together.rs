//! Two designs in one table that have nothing to do with each other.

use crate::written::{shuffled, text_of, tree};
use crate::{designs, planned};
use design::document::{Node, Value};
use design::plan::Plan;

/// The names that a design gives to its entities or patterns.
fn names<'a>(tree: &'a Node, field: &str) -> Vec<&'a str> {
    let entries = tree.get(field).map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(name, _)| name.text()).collect()
}

/// Two designs as one; nothing where they name anything alike or have settings.
fn together(first: &Node, second: &Node) -> Option<String> {
    let mut made = first.clone();
    let Value::Map(fields) = &mut made.value else {
        return None;
    };
    let plain = |tree: &Node| {
        tree.entries().iter().all(|(key, _)| {
            let known = ["design", "description", "entities", "generate", "patterns"];
            key.text().is_some_and(|k| known.contains(&k))
        })
    };
    if !plain(first) || !plain(second) {
        return None;
    }
    for field in ["entities", "patterns"] {
        let other = names(second, field);
        if names(first, field).iter().any(|n| other.contains(n)) {
            return None;
        }
        for (key, value) in fields.iter_mut() {
            if let (true, Value::Map(entries)) = (key.text() == Some(field), &mut value.value) {
                entries.extend(second.get(field)?.entries().iter().cloned());
            }
        }
    }
    Some(text_of(&made, &shuffled(0)))
}

fn uncovered(plan: &Plan) -> usize {
    let patterns = plan.patterns.iter();
    patterns.filter(|p| p.status == "uncovered").count()
}

fn degraded(plan: &Plan) -> usize {
    let patterns = plan.patterns.iter();
    patterns.filter(|p| p.status == "degraded").count()
}

/// Whether some index carries less than whole items: shared with another design, it carries what both want.
fn narrow(plan: &Plan) -> bool {
    let indexes = plan.tables.iter().flat_map(|t| &t.indexes);
    indexes.into_iter().any(|i| i.projection.ty != "ALL")
}

/// Each index can serve both, and the table too. Where one of the two has fewer indexes alone, it may use those of the
/// other one: it is cheaper then than alone, or answers a pattern in full that it alone accepts to be degraded.
#[test]
fn designs_with_nothing_in_common_need_the_indexes_of_the_greater_and_cost_the_sum() {
    let all: Vec<(String, Node, Plan)> = designs()
        .into_iter()
        .map(|(name, text)| (name.clone(), tree(&text), planned(&name, &text)))
        .collect();
    let (mut failures, mut tried, mut equal, mut compared) = (Vec::new(), 0, 0, 0);
    for (at, first) in all.iter().enumerate() {
        // A few of them: each pair is a whole design.
        for second in all.iter().skip(at + 1).step_by(4) {
            let Some(text) = together(&first.1, &second.1) else {
                continue;
            };
            tried += 1;
            let name = format!("{} and {}", first.0, second.0);
            let plan = planned(&name, &text);
            let (one, other) = (&first.2, &second.2);
            let expected = (
                one.proof.indexes.max(other.proof.indexes),
                uncovered(one) + uncovered(other),
            );
            let got = (plan.proof.indexes, uncovered(&plan));
            if got != expected {
                failures.push(format!("{name}: {got:?} instead of {expected:?}"));
            }
            let sum = one.cost.usd_per_month + other.cost.usd_per_month;
            let both = plan.cost.usd_per_month;
            let same = one.proof.indexes == other.proof.indexes;
            equal += usize::from(same);
            compared += usize::from(!narrow(one) && !narrow(other));
            let degraded_alone = degraded(one) + degraded(other);
            if degraded(&plan) > degraded_alone {
                failures.push(format!("{name}: more patterns are degraded"));
            }
            let alike = degraded(&plan) == degraded_alone && !narrow(one) && !narrow(other);
            if (alike && both > sum + 0.02) || (same && both < sum - 0.02) {
                failures.push(format!("{name}: ${both} instead of ${sum}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(
        tried > 20 && equal > 2 && compared > 10,
        "only {tried} pairs, {equal} alike, {compared} compared in their cost"
    );
}

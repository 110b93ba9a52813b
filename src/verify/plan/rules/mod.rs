//! What the plan document promises of every plan, as checks that need no data.
//!
//! Promises to name the entity, item kind or pattern that breaks a rule, and the rule.

mod kinds;
mod steps;

use super::{Pattern, Plan};
use crate::items::node::Node;

pub(super) fn check(plan: &Plan) -> Result<(), String> {
    sorted("tables", plan.tables.iter().map(|t| t.name.as_str()))?;
    sorted("entities", plan.entities.iter().map(|e| e.name.as_str()))?;
    sorted("patterns", plan.patterns.iter().map(|p| p.name.as_str()))?;
    for entity in &plan.entities {
        kinds::check(plan, entity).map_err(|e| format!("entity `{}`: {e}", entity.name))?;
    }
    kinds::discriminators(plan)?;
    for pattern in &plan.patterns {
        pattern_head(plan, pattern)
            .and_then(|()| steps::check(plan, pattern))
            .map_err(|e| format!("pattern `{}`: {e}", pattern.name))?;
    }
    Ok(())
}

/// The numbers of indexes in the proof are those of the tables.
pub(super) fn proof(node: &Node, plan: &Plan) -> Result<(), String> {
    if !node.present() {
        return Ok(());
    }
    let indexes: Vec<bool> = plan
        .tables
        .iter()
        .flat_map(|t| t.indexes.iter().map(|i| i.global))
        .collect();
    let global = indexes.iter().filter(|g| **g).count();
    for (name, actual) in [
        ("indexes", indexes.len()),
        ("gsis", global),
        ("lsis", indexes.len() - global),
    ] {
        if node.field(name).number()? != Some(actual) {
            return node.field(name).wrong(&format!("the tables have {actual}"));
        }
    }
    if node
        .field("lower_bound")
        .number()?
        .is_some_and(|bound| bound > indexes.len())
    {
        return node
            .field("lower_bound")
            .wrong("a lower bound above the number of indexes");
    }
    Ok(())
}

fn sorted<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let names: Vec<&str> = names.collect();
    if names.windows(2).all(|pair| pair[0] < pair[1]) {
        Ok(())
    } else {
        Err(format!("{what} are not sorted by name: {names:?}"))
    }
}

fn pattern_head(plan: &Plan, pattern: &Pattern) -> Result<(), String> {
    for name in pattern.entities.iter().chain(&pattern.followed) {
        plan.entity(name)?;
    }
    let unserved = match pattern.status.as_str() {
        "covered" | "degraded" => false,
        "external" | "uncovered" => true,
        other => return Err(format!("unknown status `{other}`")),
    };
    if unserved != pattern.steps.is_empty() {
        return Err(
            "steps are empty exactly where the pattern is external or uncovered".to_owned(),
        );
    }
    if pattern.status == "covered" && !pattern.price.is_empty() {
        return Err("a covered pattern has a price".to_owned());
    }
    if pattern.status == "degraded" && pattern.price.is_empty() && pattern.variants.is_empty() {
        return Err("a degraded pattern has no price".to_owned());
    }
    sorted("prices", pattern.price.iter().map(String::as_str))?;
    if let Some(entity) = pattern.limit.as_ref().and_then(|l| l.entity.as_ref())
        && !pattern.entities.contains(entity)
    {
        return Err(format!(
            "its limit counts `{entity}`, which it does not name"
        ));
    }
    parameter_order(pattern)
}

fn parameter_order(pattern: &Pattern) -> Result<(), String> {
    const ROLES: [&str; 7] = ["by", "from", "to", "bound", "prefix", "value", "list"];
    let place = |role: &str| ROLES.iter().position(|r| *r == role);
    let keys: Vec<_> = pattern
        .parameters
        .iter()
        .map(|p| (place(&p.role), p.name.as_str()))
        .collect();
    // `from`, `to` and `bound` stand in one row of the document's table of roles, or in two: any order of them will do.
    let group = |role: Option<usize>| match role {
        Some(2 | 3) => Some(1),
        other => other,
    };
    let ordered = keys.windows(2).all(|pair| {
        let (left, right) = (group(pair[0].0), group(pair[1].0));
        left < right || (left == right && (pair[0].0 != pair[1].0 || pair[0].1 < pair[1].1))
    });
    if ordered {
        Ok(())
    } else {
        Err(format!(
            "parameters are not in the order of roles and names: {keys:?}"
        ))
    }
}

//! The names that a plan and its design must agree on: entities, identities, patterns and their parameters.

use super::super::model::{Body, Design, Parameters, Read};
use super::super::plan::{Pattern, Plan};

pub(super) fn check(plan: &Plan, design: &Design) -> Result<(), String> {
    for entity in design.entities.values() {
        let planned = plan.entity(&entity.name)?;
        if planned.identity != entity.key {
            return Err(format!(
                "entity `{}`: its identity is {:?}, not {:?}",
                entity.name, planned.identity, entity.key
            ));
        }
        let stored: Vec<&str> = planned
            .stored
            .iter()
            .map(|s| s.attribute.as_str())
            .collect();
        let missing = entity
            .attributes
            .keys()
            .find(|name| !stored.contains(&name.as_str()));
        if missing.is_some() || stored.len() != entity.attributes.len() {
            return Err(format!(
                "entity `{}` stores {stored:?}, it declares {:?}",
                entity.name,
                entity.attributes.keys()
            ));
        }
        if let Some(wrong) = planned
            .stored
            .iter()
            .find(|s| !s.mutable && !design.immutable(entity, &s.attribute))
        {
            return Err(format!(
                "entity `{}`: `{}` can change, the plan says it is not mutable",
                entity.name, wrong.attribute
            ));
        }
        if planned.ttl != entity.ttl {
            return Err(format!(
                "entity `{}`: its ttl is {:?}",
                entity.name, planned.ttl
            ));
        }
    }
    for pattern in &design.patterns {
        let planned = plan.pattern(&pattern.name)?;
        if planned.steps.is_empty() {
            continue;
        }
        if let Body::Read(read) = &pattern.body {
            check_read(planned, read, design)?;
        }
        let reads = matches!(pattern.body, Body::Read(_));
        check_parameters(planned, &design.parameters(pattern)?, reads)
            .map_err(|e| format!("pattern `{}`: {e}", pattern.name))?;
    }
    Ok(())
}

fn check_read(planned: &Pattern, read: &Read, design: &Design) -> Result<(), String> {
    let limit = planned.limit.as_ref().map(|l| l.count);
    let name = &planned.name;
    if limit != read.limit {
        return Err(format!(
            "pattern `{name}`: its limit is {limit:?}, not {:?}",
            read.limit
        ));
    }
    if let Some(limit) = &planned.limit {
        let counted = design.limited(read)?;
        if limit.entity != counted {
            return Err(format!(
                "pattern `{name}`: its limit counts {:?}, not {counted:?}",
                limit.entity
            ));
        }
    }
    if planned.merged != read.interleave && read.entities.len() > 1 {
        return Err(format!(
            "pattern `{name}`: it is merged: {}",
            planned.merged
        ));
    }
    if planned.batch != read.batch {
        return Err(format!(
            "pattern `{name}`: its batch is {:?}, not {:?}",
            planned.batch, read.batch
        ));
    }
    Ok(())
}

/// The same names, optional where they should be; of a read in the same roles.
fn check_parameters(planned: &Pattern, wanted: &Parameters, reads: bool) -> Result<(), String> {
    fn role(role: &str, reads: bool) -> &str {
        if reads { role } else { "value" }
    }
    let single = planned.parameters.iter().filter(|p| p.role != "list");
    let mut found: Vec<(&str, &str, bool)> = single
        .map(|p| (p.name.as_str(), role(&p.role, reads), p.optional))
        .collect();
    let mut expected: Vec<(&str, &str, bool)> = wanted
        .single
        .iter()
        .map(|p| (p.name.as_str(), p.role, p.optional))
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    if found != expected {
        return Err(format!(
            "its parameters are {found:?}, they should be {expected:?} (name, role, optional)"
        ));
    }
    let lists = planned.parameters.iter().filter(|p| p.role == "list");
    let mut found: Vec<_> = lists
        .map(|p| {
            (
                p.name.as_str(),
                p.min,
                p.max,
                names(p.parameters.iter().map(|p| (p.name.as_str(), p.optional))),
            )
        })
        .collect();
    let mut expected: Vec<_> = wanted
        .lists
        .iter()
        .map(|l| {
            (
                l.name.as_str(),
                l.min,
                l.max,
                names(l.parameters.iter().map(|p| (p.name.as_str(), p.optional))),
            )
        })
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    if found != expected {
        return Err(format!(
            "its list parameters are {found:?}, they should be {expected:?}"
        ));
    }
    Ok(())
}

fn names<'a>(of: impl Iterator<Item = (&'a str, bool)>) -> Vec<(&'a str, bool)> {
    let mut names: Vec<_> = of.collect();
    names.sort_unstable();
    names
}

//! Tenants: that whoever may read one of them can be kept from the others by the partition key.
//!
//! Source: the Amazon `DynamoDB` Developer Guide, "Using IAM policy conditions for fine-grained access control": a
//! policy can allow the partition keys of one tenant (`dynamodb:LeadingKeys`), and nothing finer.

use super::{Design, and};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::layout::{Family, Kind};
use crate::schema::Served;
use crate::workload::{EntityId, PatternId, WriteVerb};

/// Applies the rule.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    let Some(tenant) = &design.workload.tenant else {
        return;
    };
    let table = design.schema.table.iter().map(|f| (None, f));
    let indexes = design.schema.indexes.iter().enumerate();
    let indexes = indexes
        .filter(|(_, i)| i.kind == Kind::Global)
        .flat_map(|(at, i)| i.families.iter().map(move |f| (Some(at), f)));
    for (index, family) in table.chain(indexes) {
        for member in 0..family.members.len() {
            of_member(design, tenant, index, family, member, found);
        }
    }
}

fn of_member(
    design: &Design<'_>,
    tenant: &str,
    index: Option<usize>,
    family: &Family,
    member: usize,
    found: &mut Diagnostics,
) {
    let id = family.members[member].entity;
    let entity = design.workload.entity(id);
    let Some(attribute) = entity.find(tenant) else {
        return;
    };
    if family.partition(member).contains(attribute) {
        return;
    }
    let patterns = reaching(design, index, id);
    let Some(first) = patterns.first() else {
        return;
    };
    found.push(
        Diagnostic::at(
            Code::D0317,
            design.workload.pattern(*first).span,
            format!(
                "the items of `{}` of several tenants lie together in {}, under {}",
                entity.name,
                design.place(index),
                design.partition(family)
            ),
        )
        .context(entity.attribute(attribute).span, "the tenant")
        .note(format!(
            "{} reach{} them without naming the tenant, so no access policy can keep one tenant from the items of another",
            and(patterns.iter().map(|p| design.name(*p))),
            if patterns.len() == 1 { "es" } else { "" }
        ))
        .help(format!(
            "add `{tenant}` to the `by` of {}{}",
            and(patterns.iter().map(|p| design.name(*p))),
            if index.is_some() || entity.identity.contains(&attribute) {
                String::new()
            } else {
                format!(", or to the `key` of `{}`", entity.name)
            }
        )),
    );
}

/// The patterns that read or write an entity's items at a place.
fn reaching(design: &Design<'_>, index: Option<usize>, entity: EntityId) -> Vec<PatternId> {
    let mut made: Vec<PatternId> = Vec::new();
    for (variant, served) in design.solution.variants.iter().zip(&design.schema.served) {
        let here = match served {
            Served::ByKey | Served::Table(_) | Served::Scan(_) => index.is_none(),
            Served::Index(at, _) => Some(*at) == index,
            Served::Not => false,
        };
        if here
            && design
                .workload
                .pattern(variant.pattern)
                .entities
                .contains(&entity)
        {
            made.push(variant.pattern);
        }
    }
    if index.is_none() {
        let own = design.workload.steps();
        // What makes an item names all of it, the tenant too.
        let by_key = own.filter(|(_, s)| {
            s.entity == entity && !matches!(s.verb, WriteVerb::Create | WriteVerb::Put)
        });
        made.extend(by_key.map(|(p, _)| p));
    }
    made.sort_unstable();
    made.dedup();
    made
}

//! The proof in the document: the bound, the pairs behind it, the assumptions.

use super::reasons::Reasons;
use super::{Assumption, ConflictEntry, Proof};
use crate::demand::{Variant, Ways};
use crate::layout::Kind;
use crate::schema::Schema;
use crate::solve::Solution;
use crate::solve::oracle::{DemandId, Oracle};
use crate::workload::{AttributeId, Basis, Entity, EntityId, Workload};

/// The place of each variant's first demand in the oracle's list.
#[must_use]
pub fn first_demands(variants: &[Variant]) -> Vec<Option<DemandId>> {
    let mut next: DemandId = 0;
    variants
        .iter()
        .map(|v| match &v.ways {
            Ways::Demands(demands, _) => {
                let first = (!demands.is_empty()).then_some(next);
                next += DemandId::try_from(demands.len()).unwrap_or(0);
                first
            }
            Ways::ByKey { .. } => None,
        })
        .collect()
}

/// The proof of a solution.
pub(super) fn proof(
    workload: &Workload,
    solution: &Solution,
    oracle: &Oracle<'_>,
    assumptions: Vec<Assumption>,
) -> Proof {
    let schema = &solution.schema;
    let (gsis, lsis) = (schema.count(Kind::Global), schema.count(Kind::Local));
    let indexes = gsis + lsis;
    let by_clique = solution.proof.lower_bound == indexes;
    let conflicts = conflicts(workload, solution, oracle);
    let mut made = Proof {
        indexes,
        gsis,
        lsis,
        lower_bound: solution.proof.lower_bound,
        optimal: solution.proof.optimal,
        method: if by_clique { "clique" } else { "exhaustive" }.to_owned(),
        conflicts,
        assumptions,
        summary: String::new(),
    };
    made.summary = summary(workload, solution, &made);
    made
}

fn conflicts(workload: &Workload, solution: &Solution, oracle: &Oracle<'_>) -> Vec<ConflictEntry> {
    let reasons = Reasons {
        workload,
        variants: &solution.variants,
    };
    let first = first_demands(&solution.variants);
    let name = |v: usize| workload.pattern(solution.variants[v].pattern).name.clone();
    let entity_name = |e: Option<EntityId>| e.map(|e| workload.entity(e).name.clone());
    let mut made = Vec::new();
    let clique = &solution.proof.clique;
    if solution.proof.lower_bound == 0 {
        return made;
    }
    for (at, a) in clique.iter().enumerate() {
        for b in clique.iter().skip(at + 1) {
            if let (Some(da), Some(db)) = (first[*a], first[*b]) {
                let (entity, reason) = reasons.pair(oracle, Kind::Global, *a, *b, (da, db));
                made.push(ConflictEntry {
                    patterns: vec![name(*a), name(*b)],
                    table: None,
                    entity: entity_name(entity),
                    reason,
                });
            }
        }
    }
    if solution.proof.without_table {
        for a in clique {
            if let Some(d) = first[*a] {
                let (entity, witness, reason) = reasons.table(oracle, *a, d);
                let table = Some(workload.settings.name.clone());
                let patterns = std::iter::once(name(*a)).chain(witness).collect();
                made.push(ConflictEntry {
                    patterns,
                    table,
                    entity: entity_name(entity),
                    reason,
                });
            }
        }
    }
    made
}

/// The proof in two sentences.
fn summary(workload: &Workload, solution: &Solution, proof: &Proof) -> String {
    let reasons = Reasons {
        workload,
        variants: &solution.variants,
    };
    let names: Vec<String> = solution
        .proof
        .clique
        .iter()
        .map(|v| reasons.name(*v))
        .collect();
    if proof.indexes == 0 {
        return "The table alone answers every covered pattern. No design can have fewer secondary indexes than none.".to_owned();
    }
    let indexes = plural(proof.indexes, "secondary index", "secondary indexes");
    let list = listed(&names);
    let needed = |n: usize| {
        if n == 1 {
            "1 secondary index is needed".to_owned()
        } else {
            format!("{n} secondary indexes are needed")
        }
    };
    let pairwise = match (names.len(), proof.lower_bound) {
        (_, 0) => "Pairs of patterns alone do not show that an index is needed.".to_owned(),
        (1, _) => {
            format!("The table cannot answer {list}, so at least 1 secondary index is needed.")
        }
        (2, n) if solution.proof.without_table => format!(
            "{list} cannot share an index, and the table can answer neither of them, so at least {}.",
            needed(n)
        ),
        (2, n) => format!(
            "{list} cannot share an index, and the table can stand in for one of them at most, so at least {}.",
            needed(n)
        ),
        (_, n) if solution.proof.without_table => format!(
            "No two of {list} can share an index, and the table can answer none of them, so at least {}.",
            needed(n)
        ),
        (_, n) => format!(
            "No two of {list} can share an index, and the table can stand in for one of them at most, so at least {}.",
            needed(n)
        ),
    };
    let closing = if proof.indexes > solution.proof.fewest {
        let fewest = match solution.proof.fewest {
            0 => "the table alone would do".to_owned(),
            n => format!("{n} would be enough"),
        };
        format!("This design has {indexes} because it costs least; {fewest}.")
    } else if !proof.optimal {
        format!("The search ended before it was shown that fewer than {indexes} are not enough.")
    } else if proof.method == "clique" {
        format!("This design has {indexes}: none can have fewer.")
    } else {
        format!("This design has {indexes}; an exhaustive search shows that none has fewer.")
    };
    format!("{pairwise} {closing}")
}

/// A number of things in words.
#[must_use]
pub fn plural(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}

/// Names with commas, and `and` before the last.
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Attributes of the table's keys that are immutable by assumption.
pub(super) fn assumed(workload: &Workload, schema: &Schema) -> Vec<(EntityId, AttributeId)> {
    let mut made = Vec::new();
    for id in workload.entity_ids() {
        let entity = workload.entity(id);
        let Some((family, member)) = schema.table_family(id) else {
            continue;
        };
        let mut found: Vec<AttributeId> = family
            .key_attributes(member)
            .iter()
            .flat_map(|a| assumptions_behind(entity, a))
            .collect();
        found.sort_unstable();
        found.dedup();
        made.extend(found.into_iter().map(|a| (id, a)));
    }
    made
}

/// The assumed attributes behind an attribute: itself, or its sources.
fn assumptions_behind(entity: &Entity, id: AttributeId) -> Vec<AttributeId> {
    let attribute = entity.attribute(id);
    match (attribute.basis, &attribute.derived) {
        (Basis::Assumed | Basis::Writes, None) if !attribute.mutable => vec![id],
        (_, Some(derived)) => derived
            .of
            .iter()
            .flat_map(|s| assumptions_behind(entity, *s))
            .collect(),
        _ => Vec::new(),
    }
}

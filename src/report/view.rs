//! What the views show, computed once: strings and numbers, no layout.

use super::cost::{CostTable, cost_notes, cost_sentence, cost_tables};
use super::query::{Request, requests};
use crate::plan::proof::plural;
use crate::plan::{DiagnosticEntry, Entity, KeyEntry, Pattern, Plan, Segment};
use serde::Serialize;

/// The whole view.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// The design's name.
    pub design: String,
    /// What it is for.
    pub description: String,
    /// What came out, in one line.
    pub headline: String,
    /// The table and its indexes.
    pub indexes: Vec<IndexRow>,
    /// Keys of each kind of item.
    pub keys: Vec<KeyRow>,
    /// Patterns.
    pub patterns: Vec<PatternRow>,
    /// The proof in two sentences.
    pub proof: String,
    /// Why fewer indexes will not do.
    pub conflicts: Vec<String>,
    /// Assumptions.
    pub assumptions: Vec<String>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// The cost in all, with what it is made of.
    pub cost: String,
    /// What the table and each index costs, each entity, each pattern.
    pub costs: Vec<CostTable>,
    /// What it would cost otherwise, and what the numbers rest on.
    pub cost_notes: Vec<String>,
}

/// The table, or an index.
#[derive(Debug, Clone, Serialize)]
pub struct IndexRow {
    /// Its name.
    pub name: String,
    /// The table, a global or a local index.
    pub kind: String,
    /// Its partition key.
    pub partition: String,
    /// Its sort key.
    pub sort: String,
    /// What it carries.
    pub projection: String,
    /// The patterns that it answers.
    pub serves: String,
    /// How many those are.
    pub count: usize,
}

/// The key of a kind of item in an index.
#[derive(Debug, Clone, Serialize)]
pub struct KeyRow {
    /// The kind of item.
    pub kind: String,
    /// The index; empty: the table.
    pub index: String,
    /// Its partition key.
    pub partition: String,
    /// Its sort key.
    pub sort: String,
    /// Which items are in the index.
    pub only: String,
}

/// A pattern.
#[derive(Debug, Clone, Serialize)]
pub struct PatternRow {
    /// Its name.
    pub name: String,
    /// The requirements.
    pub ids: String,
    /// Its status.
    pub status: String,
    /// The operations with their indexes, in few words.
    pub answered_by: String,
    /// The operations.
    pub operation: String,
    /// The index or indexes.
    pub index: String,
    /// The key conditions, one a request.
    pub conditions: Vec<String>,
    /// Items read for items returned.
    pub items: String,
    /// Items read for each one returned.
    pub ratio: String,
    /// Read units; empty where there are none.
    pub read_units: String,
    /// Write units; empty where there are none.
    pub write_units: String,
    /// The monthly cost.
    pub cost: String,
    /// Why it is not covered, and what would help.
    pub reason: String,
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Where in the design file, as it stands before the message; empty where nowhere.
    pub place: String,
    /// What is the matter.
    pub message: String,
}

/// Errors and warnings, and one line for all notes.
fn findings(plan: &Plan) -> Vec<Finding> {
    let (notes, others): (Vec<_>, Vec<_>) =
        plan.diagnostics.iter().partition(|d| d.severity == "note");
    let of = |d: &&DiagnosticEntry| Finding {
        code: d.code.clone(),
        severity: d.severity.clone(),
        place: d
            .line
            .map_or_else(String::new, |line| format!("line {line}: ")),
        message: d.message.clone(),
    };
    let mut made: Vec<Finding> = others.iter().map(of).collect();
    let mut codes: Vec<&str> = notes.iter().map(|d| d.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    if !notes.is_empty() {
        made.push(Finding {
            code: codes.join(", "),
            severity: "note".to_owned(),
            place: String::new(),
            message: format!(
                "{}; `design check --notes` shows {}",
                plural(notes.len(), "note", "notes"),
                if notes.len() == 1 { "it" } else { "them" }
            ),
        });
    }
    made
}

/// Computes the view of a plan.
#[must_use]
pub fn view(plan: &Plan) -> View {
    let patterns: Vec<PatternRow> = plan.patterns.iter().map(|p| pattern_row(plan, p)).collect();
    View {
        design: plan.design.clone(),
        description: plan.description.clone().unwrap_or_default(),
        headline: headline(plan),
        indexes: index_rows(plan),
        keys: plan.entities.iter().flat_map(key_rows).collect(),
        proof: plan.proof.summary.clone(),
        conflicts: plan
            .proof
            .conflicts
            .iter()
            .map(|c| c.reason.clone())
            .collect(),
        assumptions: plan
            .proof
            .assumptions
            .iter()
            .map(|a| format!("`{}` of {}: {}", a.attribute, a.entity, a.text))
            .collect(),
        findings: findings(plan),
        cost: cost_sentence(&plan.cost, &plan.tables),
        costs: cost_tables(&plan.cost),
        cost_notes: cost_notes(plan),
        patterns,
    }
}

fn headline(plan: &Plan) -> String {
    let count = |status: &str| plan.patterns.iter().filter(|p| p.status == status).count();
    let indexes = match (plan.proof.gsis, plan.proof.lsis) {
        (0, 0) => "no secondary index".to_owned(),
        (g, 0) => plural(g, "global secondary index", "global secondary indexes"),
        (g, l) => format!(
            "{} and {}",
            plural(g, "GSI", "GSIs"),
            plural(l, "LSI", "LSIs")
        ),
    };
    let mut parts = vec![format!("1 table, {indexes}")];
    for (status, n) in ["covered", "degraded", "external", "uncovered"].map(|s| (s, count(s))) {
        if n > 0 {
            parts.push(if status == "covered" {
                format!("{n} of {} patterns covered", plan.patterns.len())
            } else {
                format!("{n} {status}")
            });
        }
    }
    parts.push(format!("{} a month", money(plan.cost.usd_per_month)));
    parts.join(", ")
}

/// Dollars and cents, with commas.
#[must_use]
pub fn money(dollars: f64) -> String {
    let text = two_digits(dollars);
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    format!("${grouped}.{cents}")
}

fn index_rows(plan: &Plan) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    for table in &plan.tables {
        let name = |key: &[crate::plan::KeyAttribute]| {
            key.iter()
                .map(|k| k.attribute.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (serves, count) = served_by(plan, None);
        rows.push(IndexRow {
            name: table.name.clone(),
            kind: "table".to_owned(),
            partition: name(&table.key.partition),
            sort: name(&table.key.sort),
            projection: String::new(),
            serves,
            count,
        });
        for index in &table.indexes {
            let (serves, count) = served_by(plan, Some(&index.name));
            rows.push(IndexRow {
                name: index.name.clone(),
                kind: index.kind.clone(),
                partition: name(&index.key.partition),
                sort: name(&index.key.sort),
                projection: match index.projection.attributes.as_slice() {
                    [] => index.projection.ty.clone(),
                    names => format!("INCLUDE {}", names.join(", ")),
                },
                serves,
                count,
            });
        }
    }
    rows
}

/// The reads that an index (or the table) answers.
fn served_by(plan: &Plan, index: Option<&str>) -> (String, usize) {
    let reads = |p: &&Pattern| {
        p.steps.iter().any(|s| match s {
            crate::plan::Step::Read(r) => r.index.as_deref() == index && r.returns != "followed",
            crate::plan::Step::Write(_) => false,
        })
    };
    let names: Vec<&str> = plan
        .patterns
        .iter()
        .filter(reads)
        .map(|p| p.name.as_str())
        .collect();
    (names.join(", "), names.len())
}

fn key_rows(entity: &Entity) -> Vec<KeyRow> {
    let mut rows = Vec::new();
    for kind in &entity.kinds {
        for key in &kind.keys {
            rows.push(KeyRow {
                kind: if kind.role == "item" {
                    kind.name.clone()
                } else {
                    format!("{} ({})", kind.name, kind.role)
                },
                index: key.index.clone().unwrap_or_default(),
                partition: templates(&key.partition),
                sort: templates(&key.sort),
                only: only(entity, key),
            });
        }
    }
    rows
}

/// The templates of a key, in their order.
#[must_use]
pub fn templates(of: &[crate::plan::KeyTemplate]) -> String {
    of.iter()
        .map(|t| t.template.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Which items are in an index: its conditions, and the optional attributes of its key.
#[must_use]
pub fn only(entity: &Entity, key: &KeyEntry) -> String {
    let optional = |name: &str| {
        entity
            .stored
            .iter()
            .any(|s| s.attribute == name && s.optional)
    };
    let mut parts: Vec<String> = key
        .only_when
        .iter()
        .map(|all| super::query::conditions_text(all))
        .collect();
    for segment in key
        .partition
        .iter()
        .chain(&key.sort)
        .flat_map(|t| &t.segments)
    {
        if let Segment::Attribute { attribute, .. } = segment
            && key.index.is_some()
            && optional(attribute)
        {
            let exists = format!("attribute_exists({attribute})");
            if !parts.contains(&exists) {
                parts.push(exists);
            }
        }
    }
    parts.join(" AND ")
}

fn pattern_row(plan: &Plan, pattern: &Pattern) -> PatternRow {
    let all = requests(plan, pattern);
    let units = |n: f64| if n > 0.0 { number(n) } else { String::new() };
    let reads = pattern.cost.items_read > 0.0;
    let items = if reads {
        format!(
            "{}/{}",
            number(pattern.cost.items_read.ceil()),
            number(pattern.cost.items_returned.ceil())
        )
    } else {
        String::new()
    };
    let ratio = if reads && pattern.cost.items_returned > 0.0 {
        number(pattern.cost.items_read / pattern.cost.items_returned)
    } else {
        items.clone()
    };
    PatternRow {
        name: pattern.name.clone(),
        ids: ids(&pattern.id),
        status: match &pattern.external {
            Some(place) => format!("external: {place}"),
            None => pattern.status.clone(),
        },
        answered_by: answered_by(&all),
        operation: operation(&all),
        index: index_names(&all),
        conditions: all.iter().map(|r| labelled(r, all.len())).collect(),
        items,
        ratio,
        read_units: units(pattern.cost.read_units),
        write_units: units(pattern.cost.write_units),
        cost: money(pattern.cost.usd_per_month),
        reason: pattern.reason.clone().unwrap_or_default(),
    }
}

fn labelled(request: &Request, of: usize) -> String {
    if of == 1 {
        request.text.clone()
    } else {
        format!("{}: {}", request.operation, request.text)
    }
}

fn ids(id: &serde_json::Value) -> String {
    match id {
        serde_json::Value::Array(all) => all
            .iter()
            .filter_map(serde_json::Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// The operations of a pattern with their indexes.
#[must_use]
pub fn answered_by(all: &[Request]) -> String {
    let both = |r: &Request| format!("{} {}", r.operation, r.index);
    once(all.iter().map(|r| both(r).trim_end().to_owned()))
}

fn operation(all: &[Request]) -> String {
    once(all.iter().map(|r| r.operation.clone()))
}

fn index_names(all: &[Request]) -> String {
    let indexes = all.iter().map(|r| r.index.clone());
    once(indexes.filter(|i| !i.is_empty()))
}

/// Some words, equal ones once.
fn once(words: impl Iterator<Item = String>) -> String {
    let mut made: Vec<String> = Vec::new();
    for word in words {
        if !made.contains(&word) {
            made.push(word);
        }
    }
    made.join(", ")
}

/// A number with at most two digits after the point, thousands as `k` and millions as `M`.
#[must_use]
pub fn number(n: f64) -> String {
    let trimmed = |n: f64, unit: &str| {
        let text = format!("{n:.1}");
        format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
    };
    if n >= 1_000_000.0 {
        return trimmed(n / 1_000_000.0, "M");
    }
    if n >= 10_000.0 {
        return trimmed(n / 1_000.0, "k");
    }
    let mut text = two_digits(n);
    let kept = text.trim_end_matches('0').trim_end_matches('.').len();
    text.truncate(kept);
    text
}

/// A number with two digits after the point. Most are a whole number of hundredths, which are written without the
/// arithmetic that the digits of any other number take.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "below 2^53 nothing is lost"
)]
fn two_digits(n: f64) -> String {
    let hundredths = (n * 100.0).round();
    if (0.0..9e15).contains(&hundredths) && (hundredths / 100.0).to_bits() == n.to_bits() {
        let whole = hundredths as u64;
        return format!("{}.{:02}", whole / 100, whole % 100);
    }
    format!("{n:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_those_of_the_number() {
        let odd = [
            0.005,
            1.005,
            1.115,
            2.675,
            0.125,
            1e15,
            1e17,
            89_999_999_999_999.99,
        ];
        let hundredths = (0..200_000u32).map(|n| f64::from(n) / 100.0);
        let thousandths = (0..20_000u32).map(|n| f64::from(n) / 1000.0);
        for n in hundredths.chain(thousandths).chain(odd) {
            assert_eq!(two_digits(n), format!("{n:.2}"));
        }
    }

    #[test]
    fn amounts_read_well() {
        assert_eq!(money(1_234_567.5), "$1,234,567.50");
        assert_eq!(
            (money(0.0).as_str(), money(999.999).as_str()),
            ("$0.00", "$1,000.00")
        );
        assert_eq!(
            (
                number(0.5),
                number(20.0),
                number(12_345.0),
                number(25_000_000.0)
            ),
            ("0.5".into(), "20".into(), "12.3k".into(), "25M".into())
        );
    }
}

//! Prices: what a pattern's steps cost beyond one request, and whether the plan says so and the design accepts it.

use super::Findings;
use super::carried::dropped;
use super::model::{Model, PatternOf};
use super::request::{Brings, request};
use super::values::Given;
use crate::plan::{self, ForEach, ReadStep, VariantEntry, When};
use crate::workload::{Allow, Read, ReadVerb};
use std::collections::{BTreeMap, BTreeSet};

/// Whether each request of a step of one entity reads one item at most, whatever its filter: dropping that is no price.
fn reads_one(model: &Model<'_>, read: &Read, step: &ReadStep) -> bool {
    let bare = ReadStep {
        filter: None,
        ..step.clone()
    };
    let when = step.when.iter();
    let given = Given {
        optional: when
            .clone()
            .flat_map(|w| w.given.iter().chain(&w.missing))
            .map(String::as_str)
            .collect(),
        given: when.flat_map(|w| &w.given).map(String::as_str).collect(),
    };
    let Ok(made) = request(&bare, &given) else {
        return false;
    };
    let none = BTreeMap::new();
    let mut residents = model.residents((&step.table, step.index.as_deref()));
    residents.all(
        |(kind, entry)| match made.brings(model, (kind, entry), &given, &none) {
            Brings::Nothing => true,
            Brings::Unclear(_) => false,
            Brings::Items { facts, spread } => {
                let entity = model.workload.entity(kind.entity);
                let fixed = facts.fixed(entity);
                let fixed = spread.variables.values().fold(fixed, |set, a| set.with(*a));
                read.entities == [kind.entity] && entity.determines(fixed)
            }
        },
    )
}

/// What some steps, those of one variant, cost: the words of the document, sorted.
fn cost(
    model: &Model<'_>,
    read: &Read,
    finds: bool,
    steps: &[&ReadStep],
) -> BTreeSet<&'static str> {
    let mut made = BTreeSet::new();
    let mut firsts = 0;
    for step in steps {
        let each = || step.for_each.iter().flatten();
        if each().any(|f| matches!(f, ForEach::Rows { .. })) {
            made.insert("extra_request");
            continue;
        }
        firsts += 1;
        if each().any(|f| matches!(f, ForEach::Values { .. })) {
            made.insert("fan_out");
        }
        let keyed = matches!(step.call.as_str(), "GetItem" | "BatchGetItem");
        match (step.call.as_str(), &step.index) {
            ("Scan", None) => {
                made.insert("scan");
            }
            _ if !keyed
                && !dropped(model, read, step).is_empty()
                && !reads_one(model, read, step) =>
            {
                made.insert("filter");
            }
            _ => {}
        }
    }
    if firsts > 1 {
        made.insert("fan_out");
    }
    if finds {
        made.insert("extra_request");
    }
    made
}

/// Checks prices, statuses and numbers of requests of a read, variant by variant.
pub(super) fn check(
    model: &Model<'_>,
    pattern: &PatternOf<'_>,
    read: &Read,
    finds: bool,
    found: &mut Findings,
) {
    let place = pattern.planned.name.as_str();
    let steps = || {
        pattern.planned.steps.iter().filter_map(|s| match s {
            plan::Step::Read(step) => Some(step),
            plan::Step::Write(_) => None,
        })
    };
    for price in &pattern.planned.price {
        if !accepts(&pattern.declared.allow, price) && pattern.planned.status != "uncovered" {
            found.wrong(
                place,
                format!("it costs `{price}`, which the design does not accept"),
            );
        }
    }
    for step in steps() {
        check_accepted(model, &pattern.declared.allow, read, (place, step), found);
    }
    if pattern.planned.status == "uncovered" {
        return;
    }
    let optional: BTreeSet<&str> = read
        .by
        .iter()
        .filter(|c| c.optional)
        .map(|c| c.name.as_str())
        .collect();
    let Some(variants) = &pattern.planned.variants else {
        if !optional.is_empty() {
            found.wrong(place, "it has optional parameters and no variants");
        }
        let all: Vec<&ReadStep> = steps().collect();
        let claim = (
            pattern.planned.status.as_str(),
            pattern.planned.price.as_slice(),
            pattern.planned.requests,
        );
        check_claim(model, read, finds, (place, claim), &all, found);
        return;
    };
    check_variants(pattern, variants, &optional, found);
    for variant in variants {
        let given = Given {
            optional: optional.clone(),
            given: variant.when.given.iter().map(String::as_str).collect(),
        };
        let own: Vec<&ReadStep> = steps()
            .filter(|s| s.when.as_ref().is_none_or(|w| applies(w, &given)))
            .collect();
        let claim = (
            variant.status.as_str(),
            variant.price.as_slice(),
            variant.requests,
        );
        check_claim(model, read, finds, (place, claim), &own, found);
    }
}

/// Whether a step is done under a choice.
pub(super) fn applies(when: &When, given: &Given<'_>) -> bool {
    !when.given.iter().any(|n| given.lacks(n)) && when.missing.iter().all(|n| given.lacks(n))
}

fn accepts(allow: &Allow, price: &str) -> bool {
    match price {
        "filter" => allow.filter,
        "fan_out" => allow.fan_out,
        "extra_request" => allow.extra_request,
        "scan" => allow.scan,
        _ => false,
    }
}

/// Each choice of the optional parameters is a variant, once, and the pattern is as its worst.
fn check_variants(
    pattern: &PatternOf<'_>,
    variants: &[VariantEntry],
    optional: &BTreeSet<&str>,
    found: &mut Findings,
) {
    let place = pattern.planned.name.as_str();
    let mut seen: BTreeSet<Vec<&str>> = BTreeSet::new();
    for variant in variants {
        let given: BTreeSet<&str> = variant.when.given.iter().map(String::as_str).collect();
        let missing: BTreeSet<&str> = variant.when.missing.iter().map(String::as_str).collect();
        let splits = given.is_disjoint(&missing) && given.union(&missing).eq(optional.iter());
        if !splits || !seen.insert(given.into_iter().collect()) {
            found.wrong(
                place,
                "its variants are not the choices of its optional parameters",
            );
        }
    }
    if optional.is_empty() || seen.len() != 1 << optional.len().min(16) {
        found.wrong(
            place,
            "its variants are not all the choices of its optional parameters",
        );
    }
    let rank = |status: &str| {
        ["covered", "degraded", "uncovered"]
            .iter()
            .position(|s| *s == status)
    };
    let worst = variants.iter().map(|v| rank(&v.status)).max().flatten();
    let own = rank(&pattern.planned.status);
    let as_worst = variants.iter().any(|v| {
        v.status == pattern.planned.status
            && v.price == pattern.planned.price
            && v.requests == pattern.planned.requests
    });
    let unbounded = pattern.planned.requests.is_none();
    if own != worst || own.is_none() || !(as_worst || unbounded) {
        found.wrong(place, "it is not as its worst variant");
    }
}

type Claim<'a> = (&'a str, &'a [String], Option<u64>);

fn check_claim(
    model: &Model<'_>,
    read: &Read,
    finds: bool,
    (place, (status, price, requests)): (&str, Claim<'_>),
    steps: &[&ReadStep],
    found: &mut Findings,
) {
    if status == "uncovered" {
        return;
    }
    let costs = cost(model, read, finds, steps);
    if !price.iter().map(String::as_str).eq(costs.iter().copied()) {
        let costs: Vec<&str> = costs.into_iter().collect();
        found.wrong(
            place,
            format!(
                "its steps cost [{}], and its price is [{}]",
                costs.join(", "),
                price.join(", ")
            ),
        );
    }
    if price.is_empty() != (status == "covered") {
        found.wrong(
            place,
            format!("it is {status} at the price [{}]", price.join(", ")),
        );
    }
    if !finds
        && let Some((number, bounded)) = number(read, steps)
        && requests != Some(number)
        && (bounded || requests.is_some())
    {
        found.wrong(
            place,
            format!("its steps make {number} requests at most, and it says {requests:?}"),
        );
    }
}

/// The requests of one page at most, where that is a matter of the steps alone, and whether no filter adds to them.
fn number(read: &Read, steps: &[&ReadStep]) -> Option<(u64, bool)> {
    let mut sum: u64 = 0;
    let mut bounded = true;
    for step in steps {
        let mut product: u64 = 1;
        for each in step.for_each.iter().flatten() {
            product = product.saturating_mul(match each {
                ForEach::Values { values, .. } => u64::try_from(values.len()).unwrap_or(u64::MAX),
                ForEach::Count { count, .. } => u64::from(*count),
                ForEach::Rows { .. } => {
                    let rows = match read.limit {
                        _ if read.verb == ReadVerb::Get => u64::from(read.batch.unwrap_or(1)),
                        Some(limit) if step.followed.is_some() => u64::from(limit.count),
                        _ => return None,
                    };
                    rows.div_ceil(100)
                }
            });
        }
        // With a limit and a filter a request may go on until enough has passed.
        bounded &= step.limit.is_none() || step.filter.is_none();
        sum = sum.saturating_add(product);
    }
    Some((sum, bounded))
}

/// What a single step asks of `allow` beyond its price: by which attributes it filters, over how many shards it reads.
fn check_accepted(
    model: &Model<'_>,
    allow: &Allow,
    read: &Read,
    (place, step): (&str, &ReadStep),
    found: &mut Findings,
) {
    let keyed = matches!(step.call.as_str(), "GetItem" | "BatchGetItem");
    let scans = step.call == "Scan" && step.index.is_none();
    if let Some(only) = &allow.filter_only
        && !(scans || keyed || reads_one(model, read, step))
    {
        // The design names what may be filtered as `by` does.
        let columns = read
            .by
            .iter()
            .filter(|c| only.contains(&c.name))
            .flat_map(|c| &c.binding);
        let named: BTreeSet<&str> = columns
            .map(|(e, a)| model.workload.entity(*e).attribute(*a).name.as_str())
            .collect();
        for name in dropped(model, read, step) {
            if !named.contains(name) && !only.iter().any(|o| o == name) {
                found.wrong(
                    place,
                    format!("it filters by `{name}`, which the design does not accept"),
                );
            }
        }
    }
    for each in step.for_each.iter().flatten() {
        if let ForEach::Count { count, .. } = each
            && read.shards.map_or(!allow.fan_out, |n| n != *count)
        {
            found.wrong(
                place,
                format!("it reads {count} shards, which the design does not accept"),
            );
        }
    }
}

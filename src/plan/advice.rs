//! The cheapest change of the file that would help a pattern, found by solving the changed file.

use super::build::status_of;
use crate::demand::{Price, Reader, Variant, Ways};
use crate::schema::Served;
use crate::solve::oracle::FixedKeys;
use crate::solve::{Objective, Solution, solve};
use crate::workload::{Action, Basis, PatternId, Read, Workload, WriteVerb};

/// Beyond so many patterns no advice is sought: each trial solves the whole workload.
const MOST_PATTERNS: usize = 150;

/// How well a pattern is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// In one request that reads only what it returns.
    Covered,
    /// At a price that its `allow` accepts.
    Degraded,
    /// Not at all.
    Uncovered,
}

/// A change of the file, in words, and the changed workload.
struct Trial {
    words: String,
    workload: Workload,
}

/// What would help a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The cheapest change, and what it does.
    pub words: String,
    /// The least price at which the pattern would be answered, were it accepted; empty where none helps.
    pub price: Vec<String>,
}

/// The cheapest change that answers a pattern better: in words, with what it does.
#[must_use]
pub fn advice(
    workload: &Workload,
    solution: &Solution,
    pattern: PatternId,
    now: Grade,
) -> Option<Advice> {
    if workload.patterns.len() > MOST_PATTERNS {
        return None;
    }
    let indexes = solution.schema.indexes.len();
    let uncovered = |s: &Solution, w: &Workload| {
        w.pattern_ids()
            .filter(|p| status_of(s, *p) == Grade::Uncovered)
            .count()
    };
    let before = uncovered(solution, workload);
    let mut best: Option<((Grade, usize, u128), String)> = None;
    let mut price: Option<Vec<String>> = None;
    for trial in trials(workload, pattern, now) {
        let solved = solve(&trial.workload, &FixedKeys::default(), Objective::Indexes);
        let grade = status_of(&solved, pattern);
        let better = grade < now && uncovered(&solved, &trial.workload) <= before;
        if !better {
            continue;
        }
        let asked = price_of(&solved, pattern);
        let cheaper = |known: &Vec<String>| (asked.len(), &asked) < (known.len(), known);
        if grade == Grade::Degraded && price.as_ref().is_none_or(cheaper) {
            price = Some(asked);
        }
        let cost = solved.frontier.first().map_or(0, |p| p.cost);
        let key = (grade, solved.schema.indexes.len(), cost);
        if best.as_ref().is_none_or(|(k, _)| key < *k) {
            let more = solved.schema.indexes.len().saturating_sub(indexes);
            let price = effect(&trial.workload, &solved, pattern);
            let extra = match more {
                0 => String::new(),
                1 => ", with one more index".to_owned(),
                n => format!(", with {n} more indexes"),
            };
            best = Some((key, format!("{}{price}{extra}", trial.words)));
        }
    }
    best.map(|(_, words)| Advice {
        words,
        price: price.unwrap_or_default(),
    })
}

/// What a pattern pays: the words of the worst of its variants.
fn price_of(solved: &Solution, pattern: PatternId) -> Vec<String> {
    let own = solved.variants.iter().zip(&solved.schema.served);
    let price = |(variant, served): (&Variant, &Served)| match (served, &variant.ways) {
        (Served::Table(d) | Served::Index(_, d) | Served::Scan(d), _) => d.price,
        (Served::ByKey, Ways::ByKey { price, .. }) => *price,
        (Served::ByKey | Served::Not, _) => Price::default(),
    };
    let words = own
        .filter(|(v, _)| v.pattern == pattern)
        .map(|of| price(of).words());
    let worst = words.max_by_key(Vec::len).unwrap_or_default();
    worst.into_iter().map(str::to_owned).collect()
}

/// What the answer then reads.
fn effect(workload: &Workload, solved: &Solution, pattern: PatternId) -> String {
    let Some(reader) = Reader::of(workload, pattern) else {
        return String::new();
    };
    let model = crate::cost::model::Model {
        workload,
        variants: &solved.variants,
        prices: crate::cost::price::Prices::of(workload),
    };
    let mut worst: Option<(u128, u128)> = None;
    for (variant, served) in solved.variants.iter().zip(&solved.schema.served) {
        if variant.pattern != pattern {
            continue;
        }
        match served {
            Served::Table(d) | Served::Index(_, d) if d.price.filter => {
                let items = model.items(reader.read, d);
                worst = worst.max(Some((items.read, items.returned)));
            }
            Served::Scan(_) => return " reads the whole table".to_owned(),
            _ => {}
        }
    }
    match worst {
        Some((read, returned)) if returned > 0 => {
            format!(
                " reads {} items for each one returned",
                (read + returned / 2) / returned
            )
        }
        _ => String::new(),
    }
}

fn trials(workload: &Workload, pattern: PatternId, now: Grade) -> Vec<Trial> {
    let mut made = Vec::new();
    let mut add = |words: &str, change: &dyn Fn(&mut Workload)| {
        let mut changed = workload.clone();
        change(&mut changed);
        made.push(Trial {
            words: words.to_owned(),
            workload: changed,
        });
    };
    let at = usize::from(pattern.0);
    let Some(reader) = Reader::of(workload, pattern) else {
        return made;
    };
    let read = reader.read;
    if now == Grade::Degraded {
        add("without `allow` it is covered", &|w| {
            w.patterns[at].allow = crate::workload::Allow::default();
        });
        return made;
    }
    add("`allow: [fan_out]`", &|w| {
        w.patterns[at].allow.fan_out = true;
    });
    add("`allow: [filter]`", &|w| {
        w.patterns[at].allow.filter = true;
        w.patterns[at].allow.filter_only = None;
        w.patterns[at].allow.filter_keeps = 0;
    });
    if !read.follow.is_empty() || reader.finds {
        add("`allow: [extra_request]`", &|w| {
            w.patterns[at].allow.extra_request = true;
        });
    }
    add("`allow: [scan]`", &|w| w.patterns[at].allow.scan = true);
    let with_read = |change: fn(&mut Read)| {
        move |w: &mut Workload| {
            if let Action::Read(read) = &mut w.patterns[at].action {
                change(read);
            }
        }
    };
    if !read.sort.is_empty() {
        add("dropping `sort`", &with_read(|r| r.sort.clear()));
    }
    if read.limit.is_some() && read.entities.len() > 1 {
        add("dropping `limit`", &with_read(|r| r.limit = None));
    }
    if read.consistent {
        add(
            "dropping `consistent`",
            &with_read(|r| r.consistent = false),
        );
        add("`limits: { lsis: 1 }`", &|w| {
            w.limits.lsis = (w.limits.lsis + 1).min(5);
        });
    }
    if read.range.is_some() {
        add("dropping `range`", &with_read(|r| r.range = None));
    }
    if read.shards.is_some_and(|s| s > 1) {
        add("dropping `shards`", &with_read(|r| r.shards = None));
    }
    for (entity, attribute) in could_be_immutable(workload, read) {
        let owner = workload.entity(entity);
        let words = format!(
            "`immutable: true` on `{}` of {}",
            owner.attribute(attribute).name,
            owner.name
        );
        add(&words, &|w| {
            let a = &mut w.entities[usize::from(entity.0)].attributes[usize::from(attribute.0)];
            a.mutable = false;
            a.basis = Basis::Declared;
        });
    }
    if usize::try_from(workload.limits.gsis).is_ok_and(|most| most < workload.patterns.len()) {
        add(
            &format!("`limits: {{ gsis: {} }}`", workload.limits.gsis + 1),
            &|w| w.limits.gsis += 1,
        );
    }
    made
}

/// Attributes of a read that change only because a `put` may replace them, or because nothing says that they do not.
fn could_be_immutable(
    workload: &Workload,
    read: &Read,
) -> Vec<(crate::workload::EntityId, crate::workload::AttributeId)> {
    let mut made = Vec::new();
    let bindings = read
        .by
        .iter()
        .map(|c| &c.binding)
        .chain(read.sort.iter().map(|s| &s.binding));
    for (entity, attribute) in bindings
        .chain(read.range.iter().map(|r| &r.binding))
        .flatten()
    {
        let declared = workload.entity(*entity).attribute(*attribute);
        let updated = workload.steps().any(|(_, s)| {
            s.entity == *entity
                && s.verb == WriteVerb::Update
                && s.set
                    .iter()
                    .chain(&s.add)
                    .chain(&s.remove)
                    .any(|c| c.attribute == *attribute)
        });
        if declared.mutable
            && !updated
            && declared.basis != Basis::Declared
            && !made.contains(&(*entity, *attribute))
        {
            made.push((*entity, *attribute));
        }
    }
    made
}

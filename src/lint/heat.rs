//! Partitions that take too much, that cannot be split, or that are few.
//!
//! Source of the limits: the Amazon `DynamoDB` Developer Guide, "Burst and adaptive capacity": a partition serves 3,000
//! read units and 1,000 write units a second, in the table and in each index alike. `DynamoDB` divides a busy item
//! collection by its sort key, unless the traffic follows a sort key that only grows, or the table has a local index.

use super::{Design, MOST_PATTERNS, and, grouped, money, units};
use crate::cost::figures::Figures;
use crate::cost::model::Model;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::estimate::{self, WHOLE};
use crate::heat::{Load, MOST_READS, MOST_WRITES, loads};
use crate::layout::{Family, Kind};
use crate::solve::attempt;
use crate::source::Span;
use crate::workload::{Action, PatternId, ReadVerb, Type, Workload};

/// From this part of what a partition serves, in percent, that it cannot be split is worth a warning.
const BUSY: u128 = 50;
/// For so many hot partitions a way out is tried, which solves the whole workload up to three times.
const MOST_TRIED: usize = 4;
/// A partition key with at most so many values has few.
const FEW: u64 = 16;
/// Below so many items a partition is not crowded.
const CROWD: u128 = 1_000;

/// Applies the rules of this family.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    let mut tried = 0;
    for load in &design.loads {
        if load.needed() > 1 {
            found.push(hot(design, load, tried < MOST_TRIED));
            tried += 1;
        } else {
            busy(design, load, found);
            few(design, load, found);
        }
    }
}

/// A partition that takes more than it serves.
fn hot(design: &Design<'_>, load: &Load<'_>, trying: bool) -> Diagnostic {
    let place = design.place(load.index);
    let takes = units(load.writes, load.reads);
    let by_writes = load
        .writes
        .div_ceil(u128::from(MOST_WRITES) * u128::from(WHOLE))
        > 1;
    let back = load.index.is_some() && by_writes;
    let (code, message) = if back {
        let entities = design.entities(load.family);
        (
            Code::D0310,
            format!(
                "{place} throttles the writes of {entities}: one of its partitions takes {takes} a second at the peak"
            ),
        )
    } else {
        (
            Code::D0302,
            format!("a partition of {place} takes {takes} a second at the peak"),
        )
    };
    let mut made = Diagnostic::at(code, span(design, load), message).note(format!(
        "the items of {} lie under {}; one partition serves 1,000 write and 3,000 read units a second",
        design.entities(load.family),
        design.partition(load.family)
    ));
    if back {
        made = made
            .note("where an index cannot take a write, DynamoDB throttles the write of the table");
    }
    if let Some(why) = unsplit(design, load).filter(|_| by_writes) {
        made = made.note(why);
    }
    made.help(way_out(design, load, trying))
}

/// The read that asks most, else the write that puts most, else the entity.
fn span(design: &Design<'_>, load: &Load<'_>) -> Span {
    let pattern = load.most.or(load.writer);
    let entity = || {
        let first = load.family.members.first();
        first.map_or(design.workload.span, |m| {
            design.workload.entity(m.entity).span
        })
    };
    pattern.map_or_else(entity, |p| design.workload.pattern(p).span)
}

/// What takes the heat away, tried out where `trying`.
fn way_out(design: &Design<'_>, load: &Load<'_>, trying: bool) -> String {
    let cache = "keep a copy of what is read so often in the application, or in a cache";
    let lists: Vec<PatternId> = lists(design, load);
    let gets = load
        .most
        .is_some_and(|p| design.workload.pattern(p).verb == Some("get"));
    // One item is in one partition, whatever the key is.
    if gets && load.reads > u128::from(MOST_READS) * u128::from(WHOLE) {
        return cache.to_owned();
    }
    if lists.is_empty() {
        return "write to several items in turn and add them up when they are read, or partition by an attribute with more values"
            .to_owned();
    }
    let shards = load.needed() * u128::from(load.family.shards);
    let names = and(lists.iter().map(|p| design.name(*p)));
    if !trying || design.workload.patterns.len() > MOST_PATTERNS {
        return format!("about {shards} partitions are needed: `shards: {shards}` on {names}");
    }
    let now: u128 = lists.iter().map(|p| design.figures.pattern(*p)).sum();
    for factor in [1, 2, 4] {
        let Ok(n) = u32::try_from(shards * factor) else {
            break;
        };
        if let Some(then) = spread(design, &lists, load, n) {
            return format!(
                "{n} partitions would do: `shards: {n}` on {names}, whose reads then cost {} a month instead of {}",
                money(then),
                money(now)
            );
        }
    }
    if load.writes > u128::from(MOST_WRITES) * u128::from(WHOLE) {
        "partition by an attribute with more values".to_owned()
    } else {
        format!("more partitions do not help, since every call reads all of them; {cache}")
    }
}

/// The lists and counts among the reads of a partition, which can be spread over shards.
fn lists(design: &Design<'_>, load: &Load<'_>) -> Vec<PatternId> {
    let of = |p: &PatternId| match &design.workload.pattern(*p).action {
        Action::Read(read) => read.verb != ReadVerb::Get && read.entities.len() == 1,
        _ => false,
    };
    load.readers.iter().copied().filter(of).collect()
}

/// Picodollars a month of some reads when they are spread over `n` partitions; `None` where that does not help.
fn spread(design: &Design<'_>, lists: &[PatternId], load: &Load<'_>, n: u32) -> Option<u128> {
    let mut changed: Workload = design.workload.clone();
    for pattern in lists {
        if let Action::Read(read) = &mut changed.patterns[usize::from(pattern.0)].action {
            read.shards = Some(n);
        }
    }
    let solved = attempt(&changed);
    let model = Model::new(&changed, &solved.variants);
    let figures = Figures::new(model, &solved.schema);
    let entity = load.family.members.first()?.entity;
    let after = loads(&figures);
    let still = after.iter().any(|l| {
        l.family.member(entity).is_some()
            && l.readers.iter().any(|p| lists.contains(p))
            && l.needed() > 1
    });
    let lost = |s: &crate::solve::Solution| {
        let not = |served: &&crate::schema::Served| matches!(served, crate::schema::Served::Not);
        s.schema.served.iter().filter(not).count()
    };
    let worse = lost(&solved) > lost(design.solution);
    let cost = lists.iter().map(|p| figures.pattern(*p));
    (!still && !worse).then(|| cost.sum())
}

/// Why `DynamoDB` cannot spread the items of one partition key value over several partitions.
fn unsplit(design: &Design<'_>, load: &Load<'_>) -> Option<String> {
    let family = load.family;
    if load.index.is_none() && design.schema.count(Kind::Local) > 0 {
        return Some(
            "DynamoDB does not split item collections of a table with local secondary indexes"
                .to_owned(),
        );
    }
    let member = (0..family.members.len()).find(|m| grows(design, family, *m))?;
    let entity = design.workload.entity(family.members[member].entity);
    let first = family.components(member).first()?.attribute;
    Some(format!(
        "new items come in the order of `{}`, so all of them go to one end, and DynamoDB cannot split the partition to spread them",
        entity.attribute(first).name
    ))
}

/// Whether the sort keys of new items only grow, or only fall.
fn grows(design: &Design<'_>, family: &Family, member: usize) -> bool {
    let entity = design.workload.entity(family.members[member].entity);
    let components = family.components(member);
    let first = components.first().map(|c| entity.attribute(c.attribute));
    first.is_some_and(|a| {
        // A key of another item came when that was made.
        let own = a.target.is_none();
        a.ty.is_time() || (own && matches!(a.ty, Type::Ulid | Type::Ksuid))
    })
}

/// A partition within its limits that has no more to grow into.
fn busy(design: &Design<'_>, load: &Load<'_>, found: &mut Diagnostics) {
    let percent = load.writes / (u128::from(MOST_WRITES) * u128::from(WHOLE / 100));
    if percent < BUSY {
        return;
    }
    if let Some(why) = unsplit(design, load) {
        let writer = load.writer.or(load.most);
        let span = writer.map_or_else(|| span(design, load), |p| design.workload.pattern(p).span);
        found.push(
            Diagnostic::at(
                Code::D0307,
                span,
                format!(
                    "a partition of {} takes {percent} % of the writes that it can take, and cannot be split",
                    design.place(load.index)
                ),
            )
            .note(format!(
                "the items of {} lie under {}, which serves 1,000 write units a second and never more",
                design.entities(load.family),
                design.partition(load.family)
            ))
            .note(why)
            .help(match lists(design, load).as_slice() {
                [] => "partition by an attribute with more values, or by a period such as `day(...)`".to_owned(),
                lists => format!(
                    "spread it in time: `shards: {}` on {}",
                    2 * load.family.shards.max(1),
                    and(lists.iter().map(|p| design.name(*p)))
                ),
            }),
        );
    }
}

/// Constant keys, and keys of few values.
fn few(design: &Design<'_>, load: &Load<'_>, found: &mut Diagnostics) {
    let family = load.family;
    let Some(first) = family.members.first() else {
        return;
    };
    let entity = design.workload.entity(first.entity);
    let counted = family
        .members
        .iter()
        .all(|m| design.workload.entity(m.entity).counted);
    let values = family
        .partition(0)
        .iter()
        .map(|a| estimate::distinct(design.workload, entity, a))
        .fold(1, u64::saturating_mul);
    let partitions = values.saturating_mul(u64::from(family.shards.max(1)));
    // Of a count that is only assumed nothing follows.
    if partitions > FEW || !counted || load.items < CROWD {
        return;
    }
    let place = design.place(load.index);
    let span = load
        .most
        .map_or(entity.span, |p| design.workload.pattern(p).span);
    let part = match load.percent() {
        0 => "less than 1".to_owned(),
        n => n.to_string(),
    };
    let why = format!(
        "at the peak the fullest one takes {part} % of what a partition serves: 1,000 write and 3,000 read units a second"
    );
    let made = if family.columns.is_empty() && family.shards <= 1 {
        Diagnostic::at(
            Code::D0305,
            span,
            format!(
                "{} items of {} in {place} lie under one constant key",
                grouped(load.items),
                design.entities(family)
            ),
        )
        .help("if it will be more one day: `shards` on the reads of this key, or a `by` that narrows them")
    } else {
        Diagnostic::at(
            Code::D0306,
            span,
            format!(
                "the items of {} in {place} lie under {partitions} partition keys, the most frequent with {}",
                design.entities(family),
                grouped(load.items)
            ),
        )
        .help("if it will be more one day: more `shards`, or a further attribute in the `by` of the reads of this key")
    };
    found.push(made.note(why));
}

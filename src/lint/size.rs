//! Items, item collections and answers that are too big.

use super::{Design, bytes, grouped};
use crate::cost::size;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::estimate::WHOLE;
use crate::layout::Kind;
use crate::schema::{Served, find};
use crate::workload::EntityId;

/// Bytes of an item, names included, and of it with its entries in local indexes: Amazon `DynamoDB` Developer Guide,
/// "Quotas".
const MOST_ITEM: u64 = 400 << 10;
/// Bytes of an item collection in a table with local indexes: Amazon `DynamoDB` Developer Guide, "Local Secondary
/// Indexes".
const MOST_COLLECTION: u128 = 10 << 30;
/// Bytes that one request reads: Amazon `DynamoDB` Developer Guide, "Quotas".
const PAGE: u128 = 1 << 20;
/// Bytes of a read unit.
const READ_UNIT: u128 = 4 << 10;

/// Applies the rules of this family.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    collections(design, found);
    for entity in design.workload.entity_ids() {
        item(design, entity, found);
    }
    pages(design, found);
}

fn collections(design: &Design<'_>, found: &mut Diagnostics) {
    let local = design.schema.count(Kind::Local) > 0;
    for load in design.loads.iter().filter(|l| l.bytes > MOST_COLLECTION) {
        let family = load.family;
        let Some(first) = family.members.first() else {
            continue;
        };
        let span = load.most.map_or_else(
            || design.workload.entity(first.entity).span,
            |p| design.workload.pattern(p).span,
        );
        let (place, entities) = (design.place(load.index), design.entities(family));
        let (held, key) = (bytes(load.bytes), design.partition(family));
        let local_index = |at: usize| design.schema.indexes[at].kind == Kind::Local;
        if local && load.index.is_none() {
            found.push(
                Diagnostic::at(
                    Code::D0510,
                    span,
                    format!("the items of {entities} under {key} come to {held}"),
                )
                .note("in a table with local secondary indexes an item collection, their entries counted, has at most 10 GB; writes beyond are refused")
                .help("`limits: { lsis: 0 }` for a design without local indexes, or a `by` that divides the collection"),
            );
        } else if !load.index.is_some_and(local_index) {
            found.push(
                Diagnostic::at(
                    Code::D0308,
                    span,
                    format!("{place} holds {held} of {entities} under {key}"),
                )
                .note("a partition has 10 GB; DynamoDB lays what is beyond in further ones, but a load that follows the newest items stays on one, and to read, move or delete them all takes one request after the other")
                .help("divide them by a period, such as a derived `month(...)` in the `by` of the reads, or by `shards`; let old items go with `ttl`; where the reads return all there is, say in `returns` how much that is"),
            );
        }
    }
}

fn item(design: &Design<'_>, id: EntityId, found: &mut Diagnostics) {
    let entity = design.workload.entity(id);
    let known = design.figures.bytes(id);
    let average = known.item;
    let locals: u64 = (0..design.schema.indexes.len())
        .filter(|at| design.schema.indexes[*at].kind == Kind::Local)
        .filter(|at| find(&design.schema.indexes[*at].families, id).is_some())
        .map(|at| known.entry(at))
        .sum();
    // What bounded texts may have beyond what they have on average.
    let mut more: Vec<(u64, &str)> = entity
        .attribute_ids()
        .map(|a| entity.attribute(a))
        .map(|a| {
            (
                size::greatest(a).saturating_sub(size::value(a)),
                a.name.as_str(),
            )
        })
        .filter(|(bytes, _)| *bytes > 0)
        .collect();
    more.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let beyond: u64 = more.iter().map(|(bytes, _)| bytes).sum();
    // A declared size already counts the average of the texts, of which nobody knows the parts.
    let most = average + locals + beyond;
    if most <= MOST_ITEM {
        return;
    }
    let made = if average + locals > MOST_ITEM {
        Diagnostic::at(
            Code::D0511,
            entity.span,
            format!(
                "an item of `{}` has {} on average, with its keys and its entries in local indexes",
                entity.name,
                bytes(u128::from(average + locals))
            ),
        )
    } else {
        Diagnostic::at(
            Code::D0511,
            entity.span,
            format!(
                "an item of `{}` can come to {}",
                entity.name,
                bytes(u128::from(most))
            ),
        )
    };
    let made = made.note("DynamoDB stores an item of at most 400 KB, names of attributes included, and refuses the write of a bigger one");
    found.push(match more.first() {
        Some((_, name)) => made.help(format!(
            "lower the `max` of `{name}`, or keep its value in an object store and store where it is"
        )),
        None => made.help("divide it into several items under one partition key, or keep large values elsewhere"),
    });
}

/// Reads whose average answer takes more than one request, because a request reads 1 MB at most.
fn pages(design: &Design<'_>, found: &mut Diagnostics) {
    for (at, (variant, served)) in design
        .solution
        .variants
        .iter()
        .zip(&design.schema.served)
        .enumerate()
    {
        let pattern = design.workload.pattern(variant.pattern);
        let Some(read) = pattern.action.read() else {
            continue;
        };
        // A scan of the table says so itself.
        let (Served::Table(demand) | Served::Index(_, demand)) = served else {
            continue;
        };
        if !read.follow.is_empty() {
            continue;
        }
        let units = design.figures.read(at).read;
        let requests = u128::from(design.model.items(read, demand).requests);
        let consistency = if read.consistent { 1 } else { 2 };
        let each = units / requests * consistency * READ_UNIT / u128::from(WHOLE);
        let pages = each.div_ceil(PAGE);
        if pages <= 1 {
            continue;
        }
        found.push(
            Diagnostic::at(
                Code::D0514,
                pattern.span,
                format!(
                    "a call of `{}` reads {}, so it takes {} requests one after the other",
                    pattern.name,
                    bytes(each * requests),
                    grouped(pages)
                ),
            )
            .note("one request reads at most 1 MB; the cursor that it returns begins the next")
            .help(if read.limit.is_none() {
                "ask for a page with `limit`, for fewer attributes with `select`, or say in `returns` how many items there really are"
            } else {
                "lower the `limit`, or ask for fewer attributes with `select`"
            }),
        );
    }
}

//! Keys: how long they can be, what their changes cost, and what uniqueness does not cover.

use super::{Design, and, money};
use crate::cost::figures::Written;
use crate::cost::model::Units;
use crate::cost::size;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::effect::changed;
use crate::estimate::WHOLE;
use crate::layout::{Family, Kind};
use crate::schema::find;
use crate::solve::guards::guards;
use crate::workload::{Attribute, AttributeId, AttributeSet, Entity, EntityId, Type, WriteVerb};

/// Bytes of a partition key and of a sort key: Amazon `DynamoDB` Developer Guide, "Quotas".
const MOST_PARTITION: u64 = 2048;
const MOST_SORT: u64 = 1024;

/// Applies the rules of this family.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    for written in design.figures.writes() {
        moves(design, written, found);
    }
    let mut open = Vec::new();
    for entity in design.workload.entity_ids() {
        open.push((entity, lengths(design, entity, found)));
        optional_uniques(design.workload.entity(entity), found);
    }
    unbounded(design, &open, found);
}

/// An update that takes entries of indexes from one key to another.
fn moves(design: &Design<'_>, written: &Written<'_>, found: &mut Diagnostics) {
    let step = written.step;
    if step.verb != WriteVerb::Update {
        return;
    }
    let entity = design.workload.entity(step.entity);
    let changes = changed(entity, step);
    let mut places: Vec<&str> = Vec::new();
    let mut attributes = AttributeSet::default();
    let mut micro: u128 = 0;
    for (at, index) in design.schema.indexes.iter().enumerate() {
        let Some((family, member)) = find(&index.families, step.entity) else {
            continue;
        };
        let moved = written.units.entry(at).map_or(0, |e| e.moves);
        if moved > 0 {
            places.push(&index.name);
            let depends = family.depends_on(member, design.workload);
            attributes = attributes.union(changes.intersection(depends));
            micro += moved * written.units.times / u128::from(WHOLE);
        }
    }
    if places.is_empty() {
        return;
    }
    let declared = design.workload.pattern(written.pattern);
    let units = Units {
        index_write: micro,
        ..Units::default()
    };
    let names = and(entity.names(attributes.iter()));
    found.push(
        Diagnostic::at(
            Code::D0309,
            step.span,
            format!(
                "`{}` changes {names}, which the key of `{}` in {} is made of",
                declared.name,
                entity.name,
                and(places)
            ),
        )
        .note(format!(
            "DynamoDB deletes the entry under the old key and writes one under the new, as far as the index holds the item before and after: {} a month, at the declared rate",
            money(design.model.monthly(declared.rate, units))
        ))
        .help("right where the reads are worth it; where they are few, `allow: [filter]` on them may do without the attribute in the key"),
    );
}

/// What a key can come to.
enum Length {
    /// At most so many bytes.
    Bounded(u64),
    /// It holds texts without `max`.
    Open(AttributeSet),
}

/// The most bytes of a key made of literals of so many bytes and some attributes.
fn length(design: &Design<'_>, of: &[(&Entity, AttributeId, bool)], literals: u64) -> Length {
    let mut most = literals;
    let mut open = AttributeSet::default();
    for (entity, id, descending) in of {
        match longest(design, entity.attribute(*id), *descending) {
            Some(bytes) => most += bytes + 1,
            None => open.insert(*id),
        }
    }
    if open.is_empty() {
        Length::Bounded(most)
    } else {
        Length::Open(open)
    }
}

/// The most bytes of an attribute in a key; of a reference those of what it refers to, where only that is bounded.
fn longest(design: &Design<'_>, attribute: &Attribute, descending: bool) -> Option<u64> {
    let target = || {
        let target = design.workload.entity(attribute.target?);
        match target.identity.as_slice() {
            [one] => size::longest(target.attribute(*one), descending),
            _ => None,
        }
    };
    size::longest(attribute, descending).or_else(target)
}

/// Says which keys can be too long; what comes back are the attributes whose length nothing bounds.
fn lengths(design: &Design<'_>, id: EntityId, found: &mut Diagnostics) -> AttributeSet {
    let entity = design.workload.entity(id);
    let mut open = AttributeSet::default();
    let mut judge = |length: Length, most: u64, what: String, parts: AttributeSet| match length {
        Length::Open(more) => open = open.union(more),
        Length::Bounded(bytes) if bytes > most => {
            let texts = parts
                .iter()
                .filter(|a| entity.attribute(*a).ty == Type::String);
            let widest = texts.max_by_key(|a| (entity.attribute(*a).max, std::cmp::Reverse(*a)));
            let span = widest.map_or(entity.span, |a| entity.attribute(a).span);
            found.push(
                Diagnostic::at(
                    Code::D0512,
                    span,
                    format!("{what} of `{}` can have {bytes} bytes, and DynamoDB takes {most}", entity.name),
                )
                .note("a space and the other characters below `&` take three bytes each in a key; an item with a longer key is refused by name before anything is written")
                .help(match widest {
                    Some(a) => format!("lower the `max` of `{}`", entity.attribute(a).name),
                    None => "shorten the names or values that the key is made of".to_owned(),
                }),
            );
        }
        Length::Bounded(_) => {}
    };
    let tables = find(&design.schema.table, id).map(|f| (None, Kind::Table, f));
    let indexes = design.schema.indexes.iter().enumerate();
    let indexes = indexes.filter_map(|(at, i)| Some((Some(at), i.kind, find(&i.families, id)?)));
    for (index, kind, (family, member)) in tables.into_iter().chain(indexes) {
        let place = design.place(index);
        if kind != Kind::Local {
            let parts: Vec<_> = columns(family, member)
                .map(|a| (entity, a, false))
                .collect();
            let typical: u64 = parts
                .iter()
                .map(|(_, a, _)| size::encoded(entity.attribute(*a), false) + 1)
                .sum();
            let literals = design
                .model
                .partition_bytes(family, member)
                .saturating_sub(typical);
            judge(
                length(design, &parts, literals),
                MOST_PARTITION,
                format!("the partition key in {place}"),
                family.partition(member),
            );
        }
        let components = family.components(member);
        let parts: Vec<_> = components
            .iter()
            .map(|c| (entity, c.attribute, c.descending))
            .collect();
        judge(
            length(design, &parts, family.root.literals(member).len() as u64),
            MOST_SORT,
            format!("the sort key in {place}"),
            components.iter().map(|c| c.attribute).collect(),
        );
    }
    for guard in guards(design.workload, design.schema, id) {
        let parts: Vec<_> = guard
            .attributes
            .iter()
            .map(|a| (entity, *a, false))
            .collect();
        let names: u64 = entity
            .names(guard.attributes.iter().copied())
            .iter()
            .map(|n| n.len() as u64 + 1)
            .sum();
        let owner = guard.namespace.as_ref().unwrap_or(&entity.name);
        judge(
            length(
                design,
                &parts,
                "UNIQUE#".len() as u64 + owner.len() as u64 + 1 + names,
            ),
            MOST_PARTITION,
            format!(
                "the key that keeps {} unique",
                and(entity.names(guard.attributes.iter().copied()))
            ),
            guard.attributes.iter().copied().collect(),
        );
    }
    open
}

/// One note for all texts in keys whose length nothing bounds.
fn unbounded(design: &Design<'_>, open: &[(EntityId, AttributeSet)], found: &mut Diagnostics) {
    let mut all = Vec::new();
    for (id, attributes) in open {
        let entity = design.workload.entity(*id);
        for attribute in attributes.iter().map(|a| entity.attribute(a)) {
            all.push((
                attribute.span,
                format!("{}.{}", entity.name, attribute.name),
            ));
        }
    }
    if let Some((span, _)) = all.first() {
        found.push(
            Diagnostic::at(
                Code::D0513,
                *span,
                format!(
                    "keys hold text without a bound: {}",
                    and(all.iter().map(|(_, name)| name.as_str()))
                ),
            )
            .note("a partition key has at most 2,048 bytes, a sort key 1,024; an item with a longer one is refused by name before anything is written")
            .help("give the attributes a `max`, so that it is known at once whether every value fits"),
        );
    }
}

fn columns(family: &Family, member: usize) -> impl Iterator<Item = AttributeId> {
    family
        .columns
        .iter()
        .filter_map(move |c| c.get(member).copied())
}

/// Uniqueness of several attributes together, of which some may be missing.
fn optional_uniques(entity: &Entity, found: &mut Diagnostics) {
    for unique in entity.uniques.iter().filter(|u| !u.promised) {
        let (missing, there): (Vec<AttributeId>, Vec<AttributeId>) = unique
            .attributes
            .iter()
            .partition(|a| entity.is_optional(**a));
        if missing.is_empty() || there.is_empty() && missing.len() == 1 {
            continue;
        }
        found.push(
            Diagnostic::at(
                Code::D0316,
                unique.span,
                format!(
                    "items of `{}` without {} escape the uniqueness of {}",
                    entity.name,
                    and(entity.names(missing.iter().copied())),
                    and(entity.names(unique.attributes.iter().copied()))
                ),
            )
            .note("the guard that keeps the values unique is written only for items that have all of them; two items without one of the values may agree on the rest")
            .help("make the attributes required, or declare a second `unique` of those that are always there"),
        );
    }
}

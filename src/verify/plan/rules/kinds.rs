//! Rules of entities and of their physical items.

use super::super::super::encode::Encoding;
use super::super::{Entity, KeyAttribute, KeyEntry, Kind, Plan, Segment, Source, Stored, Table};
use std::collections::BTreeSet;

pub(super) fn check(plan: &Plan, entity: &Entity) -> Result<(), String> {
    stored_order(entity)?;
    let [item, guards @ ..] = entity.kinds.as_slice() else {
        return Err("no item kinds".to_owned());
    };
    if item.guard || item.name != entity.name {
        return Err("the first kind is not the item named after the entity".to_owned());
    }
    for kind in &entity.kinds {
        check_kind(plan, entity, kind).map_err(|e| format!("kind `{}`: {e}", kind.name))?;
    }
    for guard in guards {
        if !guard.guard {
            return Err(format!("kind `{}`: a second item", guard.name));
        }
        if guard.keys.len() != 1 {
            return Err(format!(
                "kind `{}`: a guard has no key attribute of an index",
                guard.name
            ));
        }
        if guard.discriminator.is_none() {
            return Err(format!(
                "kind `{}`: a guard has a discriminator",
                guard.name
            ));
        }
    }
    if entity
        .ttl
        .as_ref()
        .is_some_and(|ttl| entity.stored(ttl).is_err())
    {
        return Err("its ttl is no attribute".to_owned());
    }
    native_members(plan, entity, item)
}

/// `stored` has the identity first, in its order, then the rest by name.
fn stored_order(entity: &Entity) -> Result<(), String> {
    let names: Vec<&str> = entity.stored.iter().map(|s| s.attribute.as_str()).collect();
    let identity = entity.identity.len();
    if names.get(..identity)
        != Some(
            entity
                .identity
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice(),
        )
    {
        return Err(format!(
            "stored attributes do not begin with the identity: {names:?}"
        ));
    }
    super::sorted(
        "stored attributes after the identity",
        names[identity..].iter().copied(),
    )?;
    let physical: BTreeSet<&str> = entity.stored.iter().map(|s| s.name.as_str()).collect();
    if physical.len() != names.len() {
        return Err("two attributes have one physical name".to_owned());
    }
    if let Some(wrong) = entity
        .stored
        .iter()
        .find(|s| s.mutable && entity.identity.contains(&s.attribute))
    {
        return Err(format!(
            "`{}` is part of the identity and mutable",
            wrong.attribute
        ));
    }
    Ok(())
}

fn check_kind(plan: &Plan, entity: &Entity, kind: &Kind) -> Result<(), String> {
    let table = plan.table(&kind.table)?;
    for name in kind.attributes.iter().flatten() {
        entity.stored(name)?;
    }
    if kind.keys.first().is_none_or(|k| k.index.is_some()) {
        return Err("the key of the table does not come first".to_owned());
    }
    let indexes: BTreeSet<_> = kind.keys.iter().map(|k| &k.index).collect();
    if indexes.len() != kind.keys.len() {
        return Err("two entries for one index".to_owned());
    }
    if let Some((name, of)) = &kind.ttl {
        entity.stored(of)?;
        if entity.stored.iter().any(|s| &s.name == name) {
            return Err(format!(
                "its ttl attribute `{name}` is a stored attribute too"
            ));
        }
    }
    kind.keys
        .iter()
        .try_for_each(|entry| check_entry(table, entity, entry))
}

fn check_entry(table: &Table, entity: &Entity, entry: &KeyEntry) -> Result<(), String> {
    let schema = table.schema(entry.index.as_deref())?;
    let place = entry.index.as_deref().unwrap_or("the table");
    if entry.partition.len() != schema.partition.len() || entry.sort.len() != schema.sort.len() {
        return Err(format!(
            "its key for {place} has another number of attributes"
        ));
    }
    let segments = entry.partition.iter().chain(&entry.sort);
    for (attribute, segments) in schema.attributes().zip(segments) {
        check_segments(entity, attribute, segments)
            .map_err(|e| format!("`{}` of {place}: {e}", attribute.name))?;
    }
    Ok(())
}

fn check_segments(entity: &Entity, key: &KeyAttribute, segments: &[Segment]) -> Result<(), String> {
    if segments.is_empty() {
        return Err("a key attribute without segments".to_owned());
    }
    for segment in segments {
        let Segment::Value { source, encoding } = segment else {
            continue;
        };
        match source {
            Source::Attribute(name) => drop(entity.stored(name)?),
            Source::Shard { of, .. } => of
                .iter()
                .try_for_each(|name| entity.stored(name).map(drop))?,
            other => return Err(format!("{other:?} cannot stand in the key of an item")),
        }
        let native = match encoding {
            Encoding::Number => "N",
            Encoding::Binary => "B",
            _ => "S",
        };
        if native != key.kind || (native != "S" && segments.len() != 1) {
            return Err(format!(
                "{encoding:?} in a key attribute of type {}",
                key.kind
            ));
        }
    }
    match entity.stored.iter().find(|s| s.name == key.name) {
        Some(stored) => native(stored, segments),
        None => Ok(()),
    }
}

fn native(stored: &Stored, segments: &[Segment]) -> Result<(), String> {
    let own = match segments {
        [
            Segment::Value {
                source: Source::Attribute(name),
                encoding,
            },
        ] if *name == stored.attribute => matches!(
            encoding,
            Encoding::Raw
                | Encoding::Number
                | Encoding::Binary
                | Encoding::Timestamp { descending: false }
                | Encoding::Date { descending: false }
                | Encoding::Month { descending: false }
        ),
        _ => false,
    };
    if own {
        Ok(())
    } else {
        Err("a native key attribute that is not the stored value".to_owned())
    }
}

/// Every entity that carries the attributes of a native index has an entry for it.
fn native_members(plan: &Plan, entity: &Entity, item: &Kind) -> Result<(), String> {
    let table = plan.table(&item.table)?;
    for index in &table.indexes {
        let carries = index
            .key
            .attributes()
            .all(|key| entity.stored.iter().any(|s| s.name == key.name));
        if carries && item.entry(Some(&index.name)).is_none() {
            return Err(format!(
                "it carries the attributes of `{}` and has no entry for it",
                index.name
            ));
        }
    }
    Ok(())
}

/// No two kinds of a table have the same discriminator; only an only item may go without.
pub(super) fn discriminators(plan: &Plan) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for (entity, kind) in plan
        .entities
        .iter()
        .flat_map(|e| e.kinds.iter().map(move |k| (e, k)))
    {
        let Some((attribute, value)) = &kind.discriminator else {
            continue;
        };
        if !seen.insert((&kind.table, attribute, value)) {
            return Err(format!(
                "the discriminator `{value}` of `{}` is not its own",
                kind.name
            ));
        }
        if entity.stored.iter().any(|s| &s.name == attribute) {
            return Err(format!(
                "the discriminator `{attribute}` of `{}` is a stored attribute too",
                kind.name
            ));
        }
    }
    Ok(())
}

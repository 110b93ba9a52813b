//! The document in a form that is easy to reason about: keys as tokens, entries by the place that holds them.

use super::Findings;
use super::facts::Atom;
use super::filter;
use super::token::{Token, attributes, tokens};
use crate::plan::{self, KeyEntry, KeyTemplate, Kind, Plan};
use crate::workload::{self, AttributeId, AttributeSet, Entity, EntityId, Workload};
use std::collections::{BTreeMap, BTreeSet};

/// The name of a table, and of an index of it.
pub(super) type Place<'a> = (&'a str, Option<&'a str>);

/// A plan with the design that it is for.
#[derive(Debug)]
pub(super) struct Model<'a> {
    /// The design.
    pub(super) workload: &'a Workload,
    /// The document.
    pub(super) plan: &'a Plan,
    /// Every kind of physical item, by entity, the item itself first.
    pub(super) kinds: Vec<KindOf<'a>>,
    /// Who is in each place: the kind and its entry there.
    pub(super) places: BTreeMap<Place<'a>, Vec<(usize, usize)>>,
    /// Patterns with their declarations.
    pub(super) patterns: Vec<PatternOf<'a>>,
}

/// A pattern as declared and as planned.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatternOf<'a> {
    /// As declared.
    pub(super) declared: &'a workload::Pattern,
    /// As planned.
    pub(super) planned: &'a plan::Pattern,
}

/// A kind of physical item.
#[derive(Debug)]
pub(super) struct KindOf<'a> {
    /// Its entity.
    pub(super) entity: EntityId,
    /// As the document has it.
    pub(super) kind: &'a Kind,
    /// Whether it is the item itself.
    pub(super) is_item: bool,
    /// Its keys.
    pub(super) entries: Vec<Entry<'a>>,
    /// The attributes that it carries.
    pub(super) carries: AttributeSet,
    /// The physical names of those.
    pub(super) physical: BTreeSet<&'a str>,
    /// The physical attribute of its time to live, as conditions see it, and how it is stored.
    pub(super) expiry: Option<(&'a str, &'static str)>,
}

/// The key of a kind in a place.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The index; `None`: the table.
    pub(super) index: Option<&'a str>,
    /// The partition key, one sequence for each key attribute.
    pub(super) partition: Vec<Vec<Token>>,
    /// The sort key, one sequence for each key attribute.
    pub(super) sort: Vec<Vec<Token>>,
    /// The attributes behind the key.
    pub(super) attributes: AttributeSet,
    /// What holds of the items that are in the place: the condition of a sparse index, and that the key can be made.
    pub(super) holds: Vec<Atom>,
    /// The attributes of the condition of a sparse index.
    pub(super) conditioned: AttributeSet,
}

impl<'a> Model<'a> {
    /// Reads the keys of a document whose names have been checked.
    pub(super) fn new(workload: &'a Workload, plan: &'a Plan, found: &mut Findings) -> Self {
        let mut kinds: Vec<KindOf<'a>> = Vec::new();
        for (id, entity) in workload.entity_ids().zip(&plan.entities) {
            for kind in &entity.kinds {
                kinds.push(kind_of(workload, (id, entity), kind, found));
            }
        }
        let mut places: BTreeMap<Place<'a>, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, kind) in kinds.iter().enumerate() {
            for (of, entry) in kind.entries.iter().enumerate() {
                places
                    .entry((kind.kind.table.as_str(), entry.index))
                    .or_default()
                    .push((at, of));
            }
        }
        let patterns = workload
            .patterns
            .iter()
            .zip(&plan.patterns)
            .map(|(declared, planned)| PatternOf { declared, planned });
        Self {
            workload,
            plan,
            kinds,
            places,
            patterns: patterns.collect(),
        }
    }

    /// The item kind of an entity.
    pub(super) fn item(&self, id: EntityId) -> Option<&KindOf<'a>> {
        self.kinds.iter().find(|k| k.entity == id && k.is_item)
    }

    /// The guards of an entity.
    pub(super) fn guards(&self, id: EntityId) -> impl Iterator<Item = &KindOf<'a>> {
        self.kinds
            .iter()
            .filter(move |k| k.entity == id && !k.is_item)
    }

    /// The kinds in a place with their entries there.
    pub(super) fn residents<'m>(
        &'m self,
        place: Place<'m>,
    ) -> impl Iterator<Item = (&'m KindOf<'a>, &'m Entry<'a>)> + use<'m, 'a> {
        let all: &'m [(usize, usize)] = self
            .places
            .get(&place)
            .map(Vec::as_slice)
            .unwrap_or_default();
        all.iter().filter_map(|(kind, entry)| {
            let kind = self.kinds.get(*kind)?;
            Some((kind, kind.entries.get(*entry)?))
        })
    }

    /// The table of a name.
    pub(super) fn table(&self, name: &str) -> Option<&'a plan::Table> {
        self.plan.tables.iter().find(|t| t.name == name)
    }
}

impl<'a> KindOf<'a> {
    /// Its entry in the table.
    pub(super) fn table_entry(&self) -> Option<&Entry<'a>> {
        self.entries.first()
    }
}

fn kind_of<'a>(
    workload: &'a Workload,
    (id, entity): (EntityId, &'a plan::Entity),
    kind: &'a Kind,
    found: &mut Findings,
) -> KindOf<'a> {
    let declared = workload.entity(id);
    let all = declared.attribute_ids();
    let is_carried = |a: &AttributeId| {
        kind.attributes
            .as_ref()
            .is_none_or(|c| c.contains(&declared.attribute(*a).name))
    };
    let mut entries = Vec::new();
    for entry in &kind.keys {
        match entry_of(declared, entry) {
            Ok(made) => entries.push(made),
            Err(why) => found.wrong(&place_of(kind, entry), why),
        }
    }
    let carries: AttributeSet = all.filter(is_carried).collect();
    KindOf {
        entity: id,
        kind,
        is_item: kind.role == "item",
        entries,
        physical: carries
            .iter()
            .map(|a| declared.attribute(a).stored_as.as_str())
            .collect(),
        carries,
        expiry: expiry(declared, entity, kind),
    }
}

/// Where a violation of a key is reported.
pub(super) fn place_of(kind: &Kind, entry: &KeyEntry) -> String {
    entry.index.as_ref().map_or_else(
        || format!("key of {}", kind.name),
        |i| format!("key of {} in {i}", kind.name),
    )
}

fn expiry<'a>(
    declared: &'a Entity,
    entity: &'a plan::Entity,
    kind: &'a Kind,
) -> Option<(&'a str, &'static str)> {
    let ttl = declared.attribute(declared.ttl.filter(|_| entity.ttl.is_some())?);
    match ttl.ty {
        workload::Type::Timestamp => Some((&ttl.stored_as, "timestamp")),
        workload::Type::Date | workload::Type::Month => {
            Some((&kind.ttl.as_ref()?.attribute, "number"))
        }
        _ => Some((&ttl.stored_as, "number")),
    }
}

fn entry_of<'a>(entity: &Entity, entry: &'a KeyEntry) -> Result<Entry<'a>, String> {
    let read = |templates: &[KeyTemplate]| -> Result<Vec<Vec<Token>>, String> {
        templates
            .iter()
            .map(|t| tokens(&t.segments, Some(entity)))
            .collect()
    };
    let (partition, sort) = (read(&entry.partition)?, read(&entry.sort)?);
    let behind: AttributeSet = partition
        .iter()
        .chain(&sort)
        .flat_map(|t| attributes(t))
        .collect();
    let mut holds: Vec<Atom> = behind.iter().map(Atom::Present).collect();
    let mut conditioned = AttributeSet::default();
    for condition in entry.only_when.iter().flatten() {
        let (id, atom) = filter::only_when(entity, condition)?;
        conditioned.insert(id);
        holds.push(atom);
    }
    Ok(Entry {
        index: entry.index.as_deref(),
        partition,
        sort,
        attributes: behind,
        holds,
        conditioned,
    })
}

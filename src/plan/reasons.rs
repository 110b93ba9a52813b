//! Conflicts in words that a user of the design file understands.

use crate::demand::{Demand, Refusal, Variant, Ways};
use crate::layout::{Conflict, Kind, needs};
use crate::solve::oracle::{DemandId, Oracle};
use crate::workload::{Action, AttributeId, EntityId, ReadVerb, Workload, WriteVerb};

/// Names of patterns and variants, and why they conflict.
#[derive(Clone, Copy)]
pub struct Reasons<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// Its variants.
    pub variants: &'a [Variant],
}

impl Reasons<'_> {
    /// A variant's name: the pattern's, with the choice where there are several.
    #[must_use]
    pub fn name(&self, variant: usize) -> String {
        let v = &self.variants[variant];
        let pattern = self.workload.pattern(v.pattern);
        let Action::Read(read) = &pattern.action else {
            return format!("`{}`", pattern.name);
        };
        let left_out: Vec<&str> = (0..read.by.len())
            .filter(|c| read.by[*c].optional && !v.given.contains(c))
            .map(|c| read.by[c].name.as_str())
            .collect();
        if left_out.is_empty() {
            format!("`{}`", pattern.name)
        } else {
            format!("`{}` without {}", pattern.name, left_out.join(", "))
        }
    }

    fn first(&self, variant: usize) -> Option<&Demand> {
        match &self.variants[variant].ways {
            Ways::Demands(demands, _) => demands.first(),
            Ways::ByKey { .. } => None,
        }
    }

    fn attribute(&self, entity: EntityId, attribute: AttributeId) -> String {
        format!(
            "`{}`",
            self.workload.entity(entity).attribute(attribute).name
        )
    }

    fn entity(&self, entity: EntityId) -> &str {
        &self.workload.entity(entity).name
    }

    /// Why two variants cannot share an index of a kind, and the entity that this is about.
    #[must_use]
    pub fn pair(
        &self,
        oracle: &Oracle<'_>,
        kind: Kind,
        a: usize,
        b: usize,
        ids: (DemandId, DemandId),
    ) -> (Option<EntityId>, String) {
        let conflict = oracle.pair(kind, ids.0, ids.1).err();
        let (one, other) = (self.name(a), self.name(b));
        let (Some(da), Some(db)) = (self.first(a), self.first(b)) else {
            return (None, String::new());
        };
        let shared = da
            .parts
            .iter()
            .map(|p| p.entity)
            .find(|e| db.part(*e).is_some());
        let entity = conflict.as_ref().and_then(Conflict::entity).or(shared);
        let text = match conflict {
            Some(Conflict::NotNested { entity, .. }) => format!(
                "{one} reads {} {}, {other} {}: no key order begins with both",
                self.entity(entity),
                needs(self.workload, da, entity),
                needs(self.workload, db, entity)
            ),
            Some(Conflict::Presence { entity, attribute }) => format!(
                "one of {one} and {other} needs only the {} items that have {}, the other one all: an index holds an item or it does not",
                self.entity(entity),
                self.attribute(entity, attribute)
            ),
            Some(Conflict::Condition { entity, attribute }) => format!(
                "{one} and {other} need {} items with different values of {}, which no one run of keys holds",
                self.entity(entity),
                self.attribute(entity, attribute)
            ),
            Some(Conflict::Partition) => match shared {
                Some(entity) => format!(
                    "{one} reads {} {}, {other} {}: no partition key suits both",
                    self.entity(entity),
                    needs(self.workload, da, entity),
                    needs(self.workload, db, entity)
                ),
                None => format!("{one} and {other} have no partition key in common"),
            },
            Some(Conflict::Neighbours) => format!(
                "{one} and {other} each need other items right beside those that they share, on the side where reading begins, and there is one such place"
            ),
            Some(Conflict::Merged) => {
                format!(
                    "{one} needs items of its entities merged in one order, {other} needs them apart"
                )
            }
            Some(Conflict::Partial { .. }) => format!(
                "one of {one} and {other} fixes an attribute that only some of its entities have"
            ),
            Some(Conflict::Direction) => {
                format!("{one} and {other} need the same attributes in contrary directions")
            }
            Some(Conflict::Shards) => {
                format!("{one} and {other} spread their items over different numbers of partitions")
            }
            Some(Conflict::Consistent) => format!(
                "one of {one} and {other} is strongly consistent, which no global index can be"
            ),
            Some(Conflict::Exclusive) => {
                format!("one of {one} and {other} scans its index, which can hold nothing else")
            }
            _ => format!("{one} and {other} fit no common key"),
        };
        (entity, text)
    }

    /// Why the table cannot answer a variant, and a pattern that makes it so where there is one.
    pub(super) fn table(
        &self,
        oracle: &Oracle<'_>,
        variant: usize,
        id: DemandId,
    ) -> (Option<EntityId>, Option<String>, String) {
        let conflict = oracle.pair(Kind::Table, id, id).err();
        let name = self.name(variant);
        let first = self
            .first(variant)
            .and_then(|d| d.parts.first())
            .map(|p| p.entity);
        let entity = conflict.as_ref().and_then(Conflict::entity).or(first);
        let witness = match &conflict {
            Some(Conflict::Unknown { entity, attribute }) => self.who_lacks(*entity, *attribute),
            Some(Conflict::Mutable { entity, attribute }) => self.who_changes(*entity, *attribute),
            Some(Conflict::Addressed { entity }) => self.who_lacks(*entity, AttributeId(u16::MAX)),
            _ => None,
        };
        (
            entity,
            witness,
            format!(
                "the table cannot answer {name}: {}",
                self.table_conflict(conflict)
            ),
        )
    }

    /// A write that changes an attribute.
    fn who_changes(&self, entity: EntityId, attribute: AttributeId) -> Option<String> {
        let declared = self.workload.entity(entity);
        let changes = |(_, s): &(crate::workload::PatternId, &crate::workload::Step)| {
            let creates = s.verb == WriteVerb::Create;
            s.entity == entity
                && !creates
                && crate::effect::changed(declared, s).contains(attribute)
        };
        self.workload
            .steps()
            .find(changes)
            .map(|(p, _)| self.workload.pattern(p).name.clone())
    }

    #[expect(clippy::needless_pass_by_value, reason = "its parts are copied out")]
    /// What stands against a read in the table.
    #[must_use]
    pub fn table_conflict(&self, conflict: Option<Conflict>) -> String {
        match conflict {
            Some(Conflict::Mutable { entity, attribute }) => {
                let by = self.who_changes(entity, attribute);
                let by = by.map_or_else(|| "can change".to_owned(), |p| format!("`{p}` changes"));
                format!(
                    "its key would hold {}, which {by}",
                    self.attribute(entity, attribute)
                )
            }
            Some(Conflict::Optional { entity, attribute }) => {
                format!(
                    "its key would hold {}, which an item may lack",
                    self.attribute(entity, attribute)
                )
            }
            Some(Conflict::Unknown { entity, attribute }) => {
                match self.who_lacks(entity, attribute) {
                    Some(who) => format!(
                        "its key would hold {}, which `{who}` does not know",
                        self.attribute(entity, attribute)
                    ),
                    None => format!("its key would hold {}", self.attribute(entity, attribute)),
                }
            }
            Some(Conflict::Whole { entity, attribute }) => format!(
                "it holds every {}, whatever {} is",
                self.entity(entity),
                self.attribute(entity, attribute)
            ),
            Some(Conflict::Addressed { entity }) => {
                format!(
                    "its key cannot be spread over shards, since {} items are addressed by their key",
                    self.entity(entity)
                )
            }
            Some(Conflict::Condition { entity, attribute }) => format!(
                "several values of {} of {} are no one run of its keys",
                self.attribute(entity, attribute),
                self.entity(entity)
            ),
            Some(Conflict::Exclusive) => "it holds other items too".to_owned(),
            Some(Conflict::Partition) => {
                "its entities share no attribute that their table keys can hold".to_owned()
            }
            _ => "its key cannot have the order that is asked for".to_owned(),
        }
    }

    /// An access by the table's key that does not know an attribute.
    fn who_lacks(&self, entity: EntityId, attribute: AttributeId) -> Option<String> {
        let by_read = self.variants.iter().find_map(|v| {
            match (&v.ways, &self.workload.pattern(v.pattern).action) {
                (Ways::ByKey { known, .. }, Action::Read(read))
                    if read.entities.contains(&entity) && !known.contains(attribute) =>
                {
                    Some(v.pattern)
                }
                _ => None,
            }
        });
        let by_write = self.workload.steps().find(|(p, s)| {
            let keyed = matches!(
                s.verb,
                WriteVerb::Update | WriteVerb::Delete | WriteVerb::Check
            );
            let finds = matches!(self.workload.pattern(*p).action, Action::Find(_));
            s.entity == entity && keyed && !finds && !s.by.iter().any(|(a, _)| *a == attribute)
        });
        let by_follow =
            self.workload
                .pattern_ids()
                .find(|p| match &self.workload.pattern(*p).action {
                    Action::Read(read) => read.follow.iter().any(|(e, at)| {
                        self.workload.entity(*e).references[*at]
                            .targets
                            .contains(&entity)
                    }),
                    _ => false,
                });
        let pattern = by_read.or(by_write.map(|(p, _)| p)).or(by_follow)?;
        Some(self.workload.pattern(pattern).name.clone())
    }

    /// Why nothing answers a variant, in one sentence.
    pub(super) fn uncovered(
        &self,
        oracle: &Oracle<'_>,
        variant: usize,
        id: Option<DemandId>,
    ) -> String {
        let v = &self.variants[variant];
        let pattern = self.workload.pattern(v.pattern);
        if let Ways::Demands(demands, Some(refusal)) = &v.ways
            && (demands.is_empty() || *refusal == Refusal::SeveralValues)
        {
            return refused(*refusal);
        }
        let Some(id) = id else {
            return "nothing answers it".to_owned();
        };
        let table = oracle.pair(Kind::Table, id, id).err();
        let global = oracle.pair(Kind::Global, id, id).err();
        let table = self.table_conflict(table);
        match global {
            None => format!(
                "the limit of {} global secondary indexes is reached; the table cannot answer it: {table}",
                self.workload.limits.gsis
            ),
            Some(Conflict::Consistent) => format!(
                "a strongly consistent read needs the table or a local index, and the table cannot answer it: {table}"
            ),
            Some(Conflict::Partial { .. }) => {
                "it fixes or bounds an attribute that only some of its entities have, so its items are no one run of keys".to_owned()
            }
            Some(Conflict::Direction) => {
                "its order mixes directions, and text cannot be stored descending".to_owned()
            }
            Some(Conflict::Neighbours) => "its entities cannot lie so that one request reads them in this order".to_owned(),
            Some(Conflict::Merged) => "its entities cannot be merged in this order".to_owned(),
            Some(Conflict::Condition { entity, attribute }) => format!(
                "several values of {} are no one run of keys in the order that is asked for",
                self.attribute(entity, attribute)
            ),
            Some(other) => {
                let verb = match &pattern.action {
                    Action::Read(read) if read.verb == ReadVerb::Get => "get",
                    _ => "list",
                };
                format!("no key answers this {verb}: {}", self.table_conflict(Some(other)))
            }
        }
    }
}

fn refused(refusal: Refusal) -> String {
    match refusal {
        Refusal::RangeBeforeSort => {
            "one request can bound only the attribute that its items are sorted by first".to_owned()
        }
        Refusal::RangeAndPrefix => "one request can bound or match the start of one attribute, not both of two".to_owned(),
        Refusal::Follow => "following references takes a second request".to_owned(),
        Refusal::Find => "the items must be found before they are written, which takes a second request".to_owned(),
        Refusal::Batch => "a batch goes by the table's key, which it does not name".to_owned(),
        Refusal::ShardedCollection => {
            "a collection that is spread over shards has no order by entity; `interleave: true` gives it one".to_owned()
        }
        Refusal::SeveralValues => "one request reads one run of keys, and several constants are several runs".to_owned(),
    }
}

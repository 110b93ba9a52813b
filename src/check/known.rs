//! What a write knows of its item, before and after, from the design alone.

use super::facts::closure;
use super::model::Entry;
use crate::workload::{
    AttributeId, AttributeSet, Change, Constant, Entity, Operand, Operator, Read, Step, WriteVerb,
};

/// What is known of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// It is this.
    Is(&'a Constant),
    /// It is there.
    There,
    /// It is not there.
    Absent,
    /// Nothing.
    Unknown,
}

impl Known<'_> {
    const fn is_there(self) -> bool {
        matches!(self, Self::Is(_) | Self::There)
    }
}

/// A write of one item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writing<'a> {
    /// The entity.
    pub(super) entity: &'a Entity,
    /// What is declared.
    pub(super) step: &'a Step,
    /// The read that finds the item, of find, then write.
    pub(super) found: Option<&'a Read>,
}

impl<'a> Writing<'a> {
    /// The parameters by which the item is known: of the step's `by`, or of the read that found it.
    pub(super) fn by(&self) -> Vec<(AttributeId, &'a str)> {
        let own = self.step.by.iter().map(|(id, name)| (*id, name.as_str()));
        let columns = self.found.into_iter().flat_map(|r| &r.by);
        own.chain(
            columns.filter_map(|c| Some((*c.binding.get(&self.step.entity)?, c.name.as_str()))),
        )
        .collect()
    }

    /// The attributes that an `if` fixes by `=`, and with what; none of an upsert, whose item may be missing.
    pub(super) fn required(&self) -> Vec<(AttributeId, &'a Operand)> {
        let fixes = |c: &&'a crate::workload::Condition| {
            c.operator == Operator::Equal && c.path.is_empty() && !self.step.upsert
        };
        self.step
            .conditions
            .iter()
            .filter(fixes)
            .filter_map(|c| Some((c.attribute, c.operand.as_ref()?)))
            .collect()
    }

    /// What is known of an attribute of the item as it was.
    pub(super) fn before(&self, id: AttributeId) -> Known<'a> {
        if self.by().iter().any(|(a, _)| *a == id) {
            return Known::There;
        }
        let own = self
            .step
            .conditions
            .iter()
            .filter(|c| c.attribute == id && c.path.is_empty());
        let mut known = Known::Unknown;
        for condition in own {
            known = match (condition.operator, &condition.operand) {
                (Operator::Missing, _) => return Known::Absent,
                _ if self.step.upsert => known,
                (Operator::Equal, Some(Operand::Constant(value))) => return Known::Is(value),
                (Operator::Lacks | Operator::NotEqual, _) => known,
                _ => Known::There,
            };
        }
        if known == Known::Unknown && !self.step.upsert && !self.entity.is_optional(id) {
            Known::There
        } else {
            known
        }
    }

    /// What is known of an attribute of the item as it will be.
    pub(super) fn after(&self, id: AttributeId) -> Known<'a> {
        let attribute = self.entity.attribute(id);
        let made = matches!(self.step.verb, WriteVerb::Create | WriteVerb::Put);
        if let Some(derived) = &attribute.derived {
            let mut all = Known::There;
            for source in &derived.of {
                match self.after(*source) {
                    Known::Absent => return Known::Absent,
                    Known::Unknown => all = Known::Unknown,
                    Known::Is(_) | Known::There => {}
                }
            }
            return all;
        }
        let whole = |c: &&'a Change| c.attribute == id && c.path.is_empty();
        if let Some(change) = self.step.remove.iter().find(whole) {
            return if change.operand.is_none() && !change.optional {
                Known::Absent
            } else {
                Known::Unknown
            };
        }
        if let Some(change) = self.step.set.iter().find(whole) {
            return match &change.operand {
                Some(Operand::Constant(value)) => Known::Is(value),
                _ if attribute.ty.is_set() => Known::Unknown,
                _ if !change.optional || self.before(id).is_there() || !attribute.optional => {
                    Known::There
                }
                _ => Known::Unknown,
            };
        }
        if let Some(change) = self.step.add.iter().find(whole) {
            let there = attribute.ty.is_number() && !change.optional;
            return if there || self.before(id).is_there() {
                Known::There
            } else {
                Known::Unknown
            };
        }
        if made || (self.step.upsert && !attribute.optional) {
            return if attribute.optional {
                Known::Unknown
            } else {
                Known::There
            };
        }
        match self.before(id) {
            Known::Is(_) | Known::Absent if self.is_touched(id) => Known::Unknown,
            known => known,
        }
    }

    fn is_touched(&self, id: AttributeId) -> bool {
        self.step
            .set
            .iter()
            .chain(&self.step.add)
            .chain(&self.step.remove)
            .any(|c| c.attribute == id)
    }

    /// The attributes whose values the write can change; of an upsert all, since it may make the item.
    pub(super) fn changed(&self) -> AttributeSet {
        match self.step.verb {
            WriteVerb::Create | WriteVerb::Put => self.entity.attribute_ids().collect(),
            WriteVerb::Update if self.step.upsert => self.entity.attribute_ids().collect(),
            WriteVerb::Update => self.changed_by_name(),
            WriteVerb::Delete | WriteVerb::Check => AttributeSet::default(),
        }
    }

    /// The attributes of an item that is there which the write can give other values.
    pub(super) fn changed_in_place(&self) -> AttributeSet {
        match self.step.verb {
            WriteVerb::Put => self
                .entity
                .attribute_ids()
                .filter(|a| !self.entity.identity.contains(a))
                .collect(),
            WriteVerb::Update => self.changed_by_name(),
            WriteVerb::Create | WriteVerb::Delete | WriteVerb::Check => AttributeSet::default(),
        }
    }

    /// The attributes that an update names, and what is derived from them.
    pub(super) fn changed_by_name(&self) -> AttributeSet {
        let named = self
            .step
            .set
            .iter()
            .chain(&self.step.add)
            .chain(&self.step.remove)
            .map(|c| c.attribute);
        let mut set: AttributeSet = named.collect();
        loop {
            let before = set;
            for id in self.entity.attribute_ids() {
                if self
                    .entity
                    .attribute(id)
                    .derived
                    .as_ref()
                    .is_some_and(|d| d.of.iter().any(|s| set.contains(*s)))
                {
                    set.insert(id);
                }
            }
            if set == before {
                return set;
            }
        }
    }

    /// Whether the item is in an index after the write, where that is certain.
    pub(super) fn is_in(&self, entry: &Entry<'_>) -> Option<bool> {
        holds(entry, |id| self.after(id))
    }

    /// Whether the item was in an index before the write, where that is certain.
    pub(super) fn was_in(&self, entry: &Entry<'_>) -> Option<bool> {
        holds(entry, |id| self.before(id))
    }
    /// The attributes of the item as it was that are needed to know some as they will be, without those in `known`.
    pub(super) fn needs(&self, wanted: AttributeSet, known: AttributeSet) -> AttributeSet {
        wanted.iter().fold(AttributeSet::default(), |set, id| {
            set.union(self.needs_one(id, known))
        })
    }

    fn needs_one(&self, id: AttributeId, known: AttributeSet) -> AttributeSet {
        if let Some(derived) = &self.entity.attribute(id).derived {
            if known.contains(id) && !self.changed_by_name().contains(id) && !self.step.upsert {
                return AttributeSet::default();
            }
            return self.needs(derived.of.iter().copied().collect(), known);
        }
        let whole = |c: &&Change| c.attribute == id && c.path.is_empty() && !c.optional;
        let replaced = self.step.set.iter().any(|c| whole(&c))
            || self
                .step
                .remove
                .iter()
                .any(|c| whole(&c) && c.operand.is_none());
        let made = matches!(self.step.verb, WriteVerb::Create | WriteVerb::Put);
        if made || replaced {
            return AttributeSet::default();
        }
        self.needs_before(id, known)
    }

    /// The attribute, if the call does not know it as it was.
    pub(super) fn needs_before(&self, id: AttributeId, known: AttributeSet) -> AttributeSet {
        let sure = known.contains(id) || matches!(self.before(id), Known::Absent);
        if sure || closure(self.entity, known).contains(id) {
            AttributeSet::default()
        } else {
            AttributeSet::default().with(id)
        }
    }
}

/// Whether an item of which this is known is in an index, where that is certain.
fn holds<'a>(entry: &Entry<'_>, of: impl Fn(AttributeId) -> Known<'a>) -> Option<bool> {
    use super::facts::Atom;
    let mut certain = true;
    for atom in &entry.holds {
        let holds = match atom {
            Atom::Present(id) => match of(*id) {
                Known::Is(_) | Known::There => Some(true),
                Known::Absent => Some(false),
                Known::Unknown => None,
            },
            Atom::Missing(id) => match of(*id) {
                Known::Is(_) | Known::There => Some(false),
                Known::Absent => Some(true),
                Known::Unknown => None,
            },
            Atom::OneOf(id, values) => match of(*id) {
                Known::Is(value) => Some(values.contains(value)),
                Known::Absent => Some(false),
                Known::There | Known::Unknown => None,
            },
            Atom::Compare(..) | Atom::Shard(..) | Atom::Alive => None,
        };
        match holds {
            Some(true) => {}
            Some(false) => return Some(false),
            None => certain = false,
        }
    }
    certain.then_some(true)
}

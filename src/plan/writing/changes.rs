//! What a write changes: attributes, and the keys of the item in each index.

use super::{Known, OneStep};
use crate::cost::effect::changed;
use crate::layout::Family;
use crate::plan::KeyChange;
use crate::schema::find;
use crate::workload::{AttributeSet, WriteVerb};

impl<'a> OneStep<'a> {
    /// Derived attributes that an update has to compute again.
    pub(super) fn derived_anew(&self) -> AttributeSet {
        let entity = self.entity();
        let changed = self.changed();
        entity
            .attribute_ids()
            .filter(|a| entity.attribute(*a).derived.is_some() && changed.contains(*a))
            .collect()
    }

    /// The attributes whose values the write can change; of an upsert all that it may make.
    pub(super) fn changed(&self) -> AttributeSet {
        let entity = self.entity();
        let mut set = changed(entity, self.step);
        if self.step.upsert {
            // A new item has its derived attributes too.
            let derived = entity
                .attribute_ids()
                .filter(|a| entity.attribute(*a).derived.is_some());
            set = set.union(derived.collect());
        }
        set
    }

    /// The indexes of the entity whose keys have to do with the write.
    pub(super) fn touched(&self) -> Vec<(&'a str, &'a Family, usize)> {
        let changed = self.changed();
        self.schema
            .indexes
            .iter()
            .filter_map(|i| {
                find(&i.families, self.step.entity).map(|(f, m)| (i.name.as_str(), f, m))
            })
            .filter(|(_, f, m)| {
                self.step.upsert
                    || !f
                        .depends_on(*m, self.workload)
                        .intersection(changed)
                        .is_empty()
            })
            .filter(|(_, f, m)| self.step.upsert || !self.stays_out(f, *m))
            .collect()
    }

    pub(super) fn key_changes(&self) -> Vec<KeyChange> {
        self.touched()
            .into_iter()
            .map(|(name, family, member)| {
                let change = match self.membership(family, member) {
                    Some(true) => "set",
                    Some(false) => "remove",
                    None => "either",
                };
                KeyChange {
                    index: name.to_owned(),
                    change: change.to_owned(),
                }
            })
            .collect()
    }

    /// Whether the item is in an index after the write, where that is certain.
    pub(super) fn membership(&self, family: &Family, member: usize) -> Option<bool> {
        let entity = self.entity();
        let sparse = &family.members[member].sparse;
        let mut certain = true;
        for (attribute, values) in &sparse.values {
            match self.after(*attribute) {
                Known::Constant(value) if values.contains(value) => {}
                Known::Constant(_) | Known::Missing => return Some(false),
                Known::Value | Known::Unknown => certain = false,
            }
        }
        for attribute in family.key_attributes(member).union(sparse.presence).iter() {
            match self.after(attribute) {
                Known::Missing => return Some(false),
                // A set that ends up empty is missing; keys hold no sets, conditions may ask for one.
                Known::Constant(_) | Known::Value if !entity.attribute(attribute).ty.is_set() => {}
                _ if entity.is_optional(attribute) => certain = false,
                _ => {}
            }
        }
        for attribute in sparse.missing.iter() {
            match self.after(attribute) {
                Known::Missing => {}
                Known::Constant(_) | Known::Value => return Some(false),
                Known::Unknown => certain = false,
            }
        }
        certain.then_some(true)
    }

    /// Whether the item is certainly in an index neither before nor after the write.
    pub(super) fn stays_out(&self, family: &Family, member: usize) -> bool {
        let sparse = &family.members[member].sparse;
        let outside =
            sparse
                .values
                .iter()
                .any(|(attribute, values)| match self.before(*attribute) {
                    Known::Constant(value) => !values.contains(value),
                    Known::Missing => true,
                    Known::Value | Known::Unknown => false,
                });
        let lacking = sparse
            .presence
            .iter()
            .any(|a| self.before(a) == Known::Missing);
        (outside || lacking) && self.membership(family, member) == Some(false)
    }

    /// What an update must read for the keys and derived attributes that it writes.
    pub(super) fn needed_by_keys(&self) -> AttributeSet {
        if self.step.verb != WriteVerb::Update {
            return AttributeSet::default();
        }
        let mut made = AttributeSet::default();
        for (_, family, member) in self.touched() {
            if self.membership(family, member) == Some(false) {
                continue;
            }
            for attribute in family.depends_on(member, self.workload).iter() {
                made = made.union(self.needs(attribute));
            }
        }
        for attribute in self.derived_anew().iter() {
            let of = self
                .entity()
                .attribute(attribute)
                .derived
                .iter()
                .flat_map(|d| d.of.clone());
            made = of.fold(made, |set, s| set.union(self.needs(s)));
        }
        made
    }
}

//! What a write does: what it knows of its item before and after, which keys and guards follow, what it must read first.
//!
//! Promises: the plan's actions and the costs are both made from this, so that what is billed is what is done. Whatever
//! a key or a guard needs and the call does not know is in [`Effect::current`].

use crate::layout::Family;
use crate::schema::{Schema, find};
use crate::solve::guards::{Guard, guards};
use crate::workload::{
    AttributeId, AttributeSet, Change, Constant, Entity, Operand, Operator, Read, Step, Workload,
    WriteVerb,
};

/// What is known of an attribute's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<'a> {
    /// It is this.
    Constant(&'a Constant),
    /// It is there, and the call knows it.
    Value,
    /// It is not there.
    Missing,
    /// Nothing.
    Unknown,
}

/// A step of a write under a schema.
#[derive(Debug, Clone, Copy)]
pub struct Effect<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// The schema.
    pub schema: &'a Schema,
    /// The step.
    pub step: &'a Step,
    /// The read that found the item.
    pub found: Option<&'a Read>,
    /// Whether other steps are in the same transaction.
    pub joined: bool,
}

/// How a guard is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// On the condition that nobody has it.
    Taken,
    /// Over itself.
    Again,
}

/// What is done to a guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardWork {
    /// The guard.
    pub guard: Guard,
    /// Whether it is put, with the values after.
    pub put: Option<Put>,
    /// Whether it is deleted, with the values before.
    pub delete: bool,
    /// What must be known of the item before.
    pub needs: AttributeSet,
}

/// The attributes whose values a write can change, derived ones included.
#[must_use]
pub fn changed(entity: &Entity, step: &Step) -> AttributeSet {
    let direct = step
        .set
        .iter()
        .chain(&step.add)
        .chain(&step.remove)
        .map(|c| c.attribute);
    let mut set: AttributeSet = match step.verb {
        WriteVerb::Create | WriteVerb::Put => entity.attribute_ids().collect(),
        WriteVerb::Update => direct.collect(),
        WriteVerb::Delete | WriteVerb::Check => AttributeSet::default(),
    };
    loop {
        let before = set;
        for id in entity.attribute_ids() {
            if entity
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

impl<'a> Effect<'a> {
    /// The entity written.
    #[must_use]
    pub fn entity(&self) -> &'a Entity {
        self.workload.entity(self.step.entity)
    }

    /// Everything that must be read of the item before it is written.
    #[must_use]
    pub fn current(&self) -> AttributeSet {
        let mut made = self.needed_beside_keys(&self.guards());
        if self.step.verb == WriteVerb::Update {
            for (_, family, member) in self.touched() {
                made = made.union(self.needed_by_key(family, member));
            }
        }
        made
    }

    /// What must be read for these guards, for what is returned and for derived attributes.
    #[must_use]
    pub fn needed_beside_keys(&self, guards: &[GuardWork]) -> AttributeSet {
        let mut made = guards
            .iter()
            .fold(self.needed_by_derived(), |set, g| set.union(g.needs));
        // A transaction returns nothing: what is asked for is computed from what was there.
        if self.joined || !guards.is_empty() {
            for attribute in &self.step.returns {
                made = made.union(self.needs(*attribute));
            }
        }
        made
    }

    /// The guards that have to do with the write.
    #[must_use]
    pub fn guards(&self) -> Vec<GuardWork> {
        guards(self.workload, self.schema, self.step.entity)
            .into_iter()
            .map(|g| self.guard(g))
            .filter(|w| w.put.is_some() || w.delete)
            .collect()
    }

    fn guard(&self, guard: Guard) -> GuardWork {
        let entity = self.entity();
        let attributes: AttributeSet = guard.attributes.iter().copied().collect();
        let before: AttributeSet = attributes
            .iter()
            .filter(|a| self.before(*a) == Known::Unknown)
            .collect();
        let carried = || {
            let all = entity.identity.iter().copied().chain(entity.ttl);
            all.chain(attributes.iter())
                .fold(AttributeSet::default(), |set, a| set.union(self.needs(a)))
        };
        let changed = self.changed();
        let expires = entity.ttl.is_some_and(|t| changed.contains(t));
        let none = AttributeSet::default();
        let (put, delete, needs) = match self.step.verb {
            WriteVerb::Create => (Some(Put::Taken), false, none),
            // What is replaced may have had other values: its guards go.
            WriteVerb::Put if guard.of_identity => (Some(Put::Again), false, none),
            WriteVerb::Put => (Some(Put::Taken), true, attributes),
            WriteVerb::Delete => (None, true, self.needed_to_delete(&guard, before)),
            WriteVerb::Update
                if !attributes.intersection(changed).is_empty()
                    || (self.step.upsert && !guard.of_identity) =>
            {
                (Some(Put::Taken), true, before.union(carried()))
            }
            WriteVerb::Update if expires || self.step.upsert => {
                (Some(Put::Again), false, carried())
            }
            WriteVerb::Update | WriteVerb::Check => (None, false, none),
        };
        GuardWork {
            guard,
            put,
            delete,
            needs,
        }
    }

    /// What a delete must read for a guard. An item over its time counts as gone, and its guards may be another's by
    /// now. Where no condition says that the item is there, its key may hold more than the guard: what is deleted might
    /// be nothing, and the guard that of the living item.
    fn needed_to_delete(&self, guard: &Guard, before: AttributeSet) -> AttributeSet {
        let certain = self.found.is_some() || !self.step.conditions.is_empty();
        let identity = if guard.of_identity && !certain {
            guard.attributes.iter().copied().collect()
        } else {
            AttributeSet::default()
        };
        let timed: AttributeSet = self.entity().ttl.into_iter().collect();
        before.union(identity).union(timed)
    }

    /// What is known of an attribute before the write.
    #[must_use]
    pub fn before(&self, id: AttributeId) -> Known<'a> {
        if self.step.by.iter().any(|(a, _)| *a == id) {
            return Known::Value;
        }
        let found = self.found.is_some_and(|r| {
            r.by.iter()
                .any(|c| c.binding.get(&self.step.entity) == Some(&id))
        });
        if found {
            return Known::Value;
        }
        let same = |c: &&crate::workload::Condition| c.attribute == id && c.path.is_empty();
        for condition in self.step.conditions.iter().filter(same) {
            match (condition.operator, &condition.operand) {
                (Operator::Equal, Some(Operand::Constant(value))) => return Known::Constant(value),
                (Operator::Equal, Some(Operand::Parameter { text: false, .. })) => {
                    return Known::Value;
                }
                (Operator::Missing, _) => return Known::Missing,
                _ => {}
            }
        }
        Known::Unknown
    }

    /// What is known of an attribute after the write.
    #[must_use]
    pub fn after(&self, id: AttributeId) -> Known<'a> {
        if matches!(self.step.verb, WriteVerb::Create | WriteVerb::Put) {
            return Known::Value;
        }
        let attribute = self.entity().attribute(id);
        let whole = |c: &&'a Change| c.attribute == id && c.path.is_empty();
        if let Some(change) = self.step.remove.iter().find(whole)
            && change.operand.is_none()
            && !change.optional
        {
            return Known::Missing;
        }
        if let Some(change) = self.step.set.iter().find(whole) {
            return match &change.operand {
                Some(Operand::Constant(value)) => Known::Constant(value),
                _ if change.optional => Known::Unknown,
                _ => Known::Value,
            };
        }
        if let Some(derived) = attribute
            .derived
            .as_ref()
            .filter(|_| self.changed().contains(id))
        {
            if derived.of.iter().any(|s| self.after(*s) == Known::Missing) {
                return Known::Missing;
            }
            let known = derived
                .of
                .iter()
                .all(|s| matches!(self.after(*s), Known::Value | Known::Constant(_)));
            return if known { Known::Value } else { Known::Unknown };
        }
        if self
            .step
            .add
            .iter()
            .chain(&self.step.remove)
            .any(|c| c.attribute == id && c.path.is_empty())
        {
            return Known::Unknown;
        }
        self.before(id)
    }

    /// The attributes of the item before that an attribute after depends on and the call does not know.
    #[must_use]
    pub fn needs(&self, id: AttributeId) -> AttributeSet {
        if self.after(id) != Known::Unknown {
            return AttributeSet::default();
        }
        match &self.entity().attribute(id).derived {
            // One that is computed again needs its sources; another one is stored like any attribute.
            Some(derived) if self.changed().contains(id) => derived
                .of
                .iter()
                .fold(AttributeSet::default(), |set, s| set.union(self.needs(*s))),
            _ if self.before(id) == Known::Unknown => AttributeSet::default().with(id),
            _ => AttributeSet::default(),
        }
    }

    /// Derived attributes that an update has to compute again.
    #[must_use]
    pub fn derived_anew(&self) -> AttributeSet {
        let entity = self.entity();
        let changed = self.changed();
        entity
            .attribute_ids()
            .filter(|a| entity.attribute(*a).derived.is_some() && changed.contains(*a))
            .collect()
    }

    /// The attributes whose values the write can change; of an upsert all that it may make.
    #[must_use]
    pub fn changed(&self) -> AttributeSet {
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
    #[must_use]
    pub fn touched(&self) -> Vec<(&'a str, &'a Family, usize)> {
        self.schema
            .indexes
            .iter()
            .filter_map(|i| {
                find(&i.families, self.step.entity).map(|(f, m)| (i.name.as_str(), f, m))
            })
            .filter(|(_, f, m)| self.touches(f, *m))
            .collect()
    }

    /// Whether the key in a family has to do with the write.
    fn touches(&self, family: &Family, member: usize) -> bool {
        let depends = || family.depends_on(member, self.workload);
        self.step.upsert
            || !(depends().intersection(self.changed()).is_empty()
                || self.stays_out(family, member))
    }

    /// Whether the item is in an index after the write, where that is certain.
    #[must_use]
    pub fn membership(&self, family: &Family, member: usize) -> Option<bool> {
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
    #[must_use]
    pub fn stays_out(&self, family: &Family, member: usize) -> bool {
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

    /// What an update must read for the key that it writes in a family.
    #[must_use]
    pub fn needed_by_key(&self, family: &Family, member: usize) -> AttributeSet {
        let none = AttributeSet::default();
        if !self.touches(family, member) || self.membership(family, member) == Some(false) {
            return none;
        }
        let needed = family.depends_on(member, self.workload);
        needed.iter().fold(none, |set, a| set.union(self.needs(a)))
    }

    /// What an update must read for the derived attributes that it writes.
    fn needed_by_derived(&self) -> AttributeSet {
        let mut made = AttributeSet::default();
        if self.step.verb != WriteVerb::Update {
            return made;
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

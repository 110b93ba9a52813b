//! The reference model: logical items in memory, answered and changed as the design language says.
//!
//! Reads the design file itself and looks at every item for every read. It knows nothing of tables, keys or
//! plans. It may assume that the file is valid.

mod derived;
mod design;
mod forms;
mod items;
mod parameters;
mod patterns;
mod reach;
mod reads;
mod steps;
#[cfg(test)]
mod tests;
mod types;
mod writes;

use super::value::{Attrs, Value};
use items::{Items, Taken};
use std::rc::Rc;

pub(crate) use design::{Design, Entity};
pub(crate) use forms::Source;
pub(crate) use parameters::{Parameter, Parameters};
pub(crate) use patterns::{Body, Pattern, Read, Test, Verb, Write, WriteVerb};
pub(crate) use reads::compare;
pub(crate) use types::Type;
pub(crate) use writes::{Answer, Outcome, Trouble};

/// The identity of an item: its entity and the values of its key.
pub(crate) type Identity = (String, Vec<Value>);

pub(crate) struct Model {
    pub(crate) design: Design,
    pub(crate) items: Items,
    /// The clock, in milliseconds.
    pub(crate) now: i64,
}

impl Model {
    pub(crate) fn new(design: Design, now: i64) -> Self {
        Self {
            design,
            items: Items::default(),
            now,
        }
    }

    /// Whether an item is not over its time.
    pub(crate) fn alive(&self, entity: &Entity, attributes: &Attrs) -> bool {
        let time = entity.ttl.as_ref().and_then(|name| attributes.get(name));
        match time {
            None => true,
            Some(value) => derived::milliseconds(value).is_none_or(|ms| ms >= i128::from(self.now)),
        }
    }

    /// The items of an entity that count as there.
    pub(crate) fn present<'a>(
        &'a self,
        entity: &'a Entity,
    ) -> impl Iterator<Item = (&'a [Value], &'a Rc<Attrs>)> {
        let of = self.items.of(&entity.name);
        of.filter(|(_, attributes)| self.alive(entity, attributes))
    }

    /// One item, unless it is over its time.
    pub(crate) fn item(&self, identity: &Identity) -> Option<&Attrs> {
        let entity = self.design.entity(&identity.0).ok()?;
        let item = self.items.get(identity)?;
        self.alive(entity, item).then_some(item)
    }

    /// Puts an item in its place, or removes what is there.
    fn place(&mut self, identity: &Identity, item: Option<Attrs>) {
        let Self { design, items, .. } = self;
        items.place(identity, item.map(Rc::new).as_ref(), &|name, item| {
            taken(design, name, item)
        });
    }

    /// Undoes the last write.
    pub(crate) fn undo(&mut self) {
        let Self { design, items, .. } = self;
        items.undo(&|name, item| taken(design, name, item));
    }
}

/// The values of an item that uniqueness is about.
fn taken(design: &Design, entity: &str, item: &Attrs) -> Vec<Taken> {
    let Ok(entity) = design.entity(entity) else {
        return Vec::new();
    };
    let values = writes::unique_values(entity, item).into_iter();
    values.map(|(space, values, _)| (space, values)).collect()
}

impl Entity {
    /// The identity that some attributes give, if they hold the whole key.
    pub(crate) fn identity(&self, attributes: &Attrs) -> Option<Identity> {
        let key: Option<Vec<Value>> = self
            .key
            .iter()
            .map(|name| attributes.get(name).cloned())
            .collect();
        Some((self.name.clone(), key?))
    }
}

impl Model {
    /// Runs a writing pattern by its name.
    pub(crate) fn write_named(
        &mut self,
        name: &str,
        parameters: &Parameters,
        args: &super::value::Args,
    ) -> Result<Outcome, String> {
        let place = self
            .design
            .patterns
            .iter()
            .position(|p| p.name == name)
            .ok_or("an unknown pattern")?;
        self.items.begin();
        // The pattern is borrowed from the design while the items change.
        let pattern = self.design.patterns.remove(place);
        let outcome = self.write(&pattern, parameters, args);
        self.design.patterns.insert(place, pattern);
        outcome
    }
}

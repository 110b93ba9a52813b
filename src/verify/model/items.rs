//! The logical items that are there, by entity and key.
//!
//! Promises that the last write can be undone, that the values which uniqueness is about are found without looking at
//! every item, and that an item can be drawn by its place; all of it the same for the same writes.

use super::super::value::{Attrs, Value};
use super::Identity;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A namespace of uniqueness and the values of an item in it.
pub(crate) type Taken = (String, Vec<Value>);

/// The items of one entity.
#[derive(Default)]
struct Shelf {
    /// With the place of the key in `order`.
    items: BTreeMap<Vec<Value>, (usize, Rc<Attrs>)>,
    order: Vec<Vec<Value>>,
}

/// All items.
#[derive(Default)]
pub(crate) struct Items {
    shelves: BTreeMap<String, Shelf>,
    taken: BTreeMap<Taken, BTreeSet<Identity>>,
    /// What stood where the writes since [`Items::begin`] went.
    before: Vec<(Identity, Option<Rc<Attrs>>)>,
}

impl Items {
    /// From here on writes can be undone.
    pub(crate) fn begin(&mut self) {
        self.before.clear();
    }

    /// Undoes the writes since [`Items::begin`]; `values` gives the values of an item that uniqueness is about.
    pub(crate) fn undo(&mut self, values: &dyn Fn(&str, &Attrs) -> Vec<Taken>) {
        for (identity, item) in std::mem::take(&mut self.before).into_iter().rev() {
            self.place(&identity, item.as_ref(), values);
        }
        self.before.clear();
    }

    /// Puts an item in its place, or removes what is there.
    pub(crate) fn place(
        &mut self,
        identity: &Identity,
        item: Option<&Rc<Attrs>>,
        values: &dyn Fn(&str, &Attrs) -> Vec<Taken>,
    ) {
        let (entity, key) = identity;
        let shelf = self.shelves.entry(entity.clone()).or_default();
        let old = match item {
            Some(item) => shelf.insert(key, Rc::clone(item)),
            None => shelf.remove(key),
        };
        for taken in old.iter().flat_map(|old| values(entity, old)) {
            if let Some(holders) = self.taken.get_mut(&taken) {
                holders.remove(identity);
                if holders.is_empty() {
                    self.taken.remove(&taken);
                }
            }
        }
        for taken in item.into_iter().flat_map(|item| values(entity, item)) {
            self.taken
                .entry(taken)
                .or_default()
                .insert(identity.clone());
        }
        self.before.push((identity.clone(), old));
    }

    pub(crate) fn get(&self, (entity, key): &Identity) -> Option<&Rc<Attrs>> {
        let shelf = self.shelves.get(entity)?;
        shelf.items.get(key).map(|(_, item)| item)
    }

    /// The items of an entity in the order of their keys.
    pub(crate) fn of(&self, entity: &str) -> impl Iterator<Item = (&[Value], &Rc<Attrs>)> {
        let shelf = self.shelves.get(entity).into_iter();
        shelf.flat_map(|s| {
            s.items
                .iter()
                .map(|(key, (_, item))| (key.as_slice(), item))
        })
    }

    /// Every item.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Rc<Attrs>> {
        self.shelves
            .values()
            .flat_map(|s| s.items.values().map(|(_, item)| item))
    }

    /// How many items an entity has.
    pub(crate) fn count(&self, entity: &str) -> usize {
        self.shelves.get(entity).map_or(0, |s| s.order.len())
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.shelves.values().map(|s| s.order.len()).sum()
    }

    /// One of an entity's items, by a place below their number.
    pub(crate) fn nth(&self, entity: &str, place: usize) -> Option<&Rc<Attrs>> {
        let shelf = self.shelves.get(entity)?;
        let key = shelf.order.get(place)?;
        shelf.items.get(key).map(|(_, item)| item)
    }

    /// The items that hold a value of a namespace.
    pub(crate) fn holders(&self, taken: &Taken) -> impl Iterator<Item = &Identity> {
        self.taken.get(taken).into_iter().flatten()
    }
}

impl Shelf {
    fn insert(&mut self, key: &[Value], item: Rc<Attrs>) -> Option<Rc<Attrs>> {
        if let Some((_, there)) = self.items.get_mut(key) {
            return Some(std::mem::replace(there, item));
        }
        self.items.insert(key.to_vec(), (self.order.len(), item));
        self.order.push(key.to_vec());
        None
    }

    fn remove(&mut self, key: &[Value]) -> Option<Rc<Attrs>> {
        let (place, item) = self.items.remove(key)?;
        self.order.swap_remove(place);
        let moved = self.order.get(place).and_then(|k| self.items.get_mut(k));
        if let Some((at, _)) = moved {
            *at = place;
        }
        Some(item)
    }
}

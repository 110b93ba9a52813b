//! Logical items of a design: a few of each entity, whose references lead to items that are there.
//!
//! Promises: items are told apart by their identity and by what is unique; the first ones of an entity share what they
//! refer to and what their partitions are made of, so that there are collections of several items; of each sparse index
//! some item is in it and some is not, where the conditions of the design allow both.

use super::values::{NOW, value};
use crate::items::document::{Entity as Physical, Table};
use crate::items::instance::{Instance, derived_value};
use crate::items::keys;
use crate::items::stored::constant;
use crate::items::value::{Attrs, Value};
use crate::items::{CallError, Outcome};
use crate::plan::{Entity, KeyEntry, Plan, ReferenceEntry, Segment, Stored};
use std::collections::{BTreeMap, BTreeSet};

/// Items of an entity that others refer to, and that refers to none.
const PARENTS: usize = 2;
/// Items of any other entity.
const CHILDREN: usize = 3;
/// How often another item is tried where one is there already.
const TRIES: usize = 8;

/// Some items of each entity, those that others refer to first.
pub(super) fn instances<'a>(
    plan: &'a Plan,
    tables: &[Table],
    entities: &'a [Physical],
) -> Outcome<Vec<(&'a Physical, Vec<Attrs>)>> {
    let mut made = Made {
        plan,
        tables,
        entities,
        items: BTreeMap::new(),
        unique: BTreeSet::new(),
    };
    let order = order(plan);
    for (rank, entity) in order.iter().enumerate() {
        made.entity(entity, rank)?;
    }
    let of = |name: &str| entities.iter().find(|e| e.name == name);
    let items = &made.items;
    Ok(order
        .iter()
        .filter_map(|e| Some((of(&e.name)?, items.get(e.name.as_str())?.clone())))
        .collect())
}

/// The entities, each after those that it refers to as far as they do not refer to it in turn; else by name.
fn order(plan: &Plan) -> Vec<&Entity> {
    // A list instead of calls, as a chain of references can be long.
    let mut made: Vec<&Entity> = Vec::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for first in &plan.entities {
        let mut open = vec![(first, false)];
        while let Some((entity, done)) = open.pop() {
            if done {
                made.push(entity);
            } else if met.insert(&entity.name) {
                open.push((entity, true));
                let targets = entity.references.iter().rev().flat_map(|r| &r.entities);
                let found = targets.filter_map(|t| plan.entities.iter().find(|e| e.name == *t));
                open.extend(found.map(|e| (e, false)));
            }
        }
    }
    made
}

/// What an item has to be like, beside what its place gives it: a value, or none.
type Forced = BTreeMap<String, Option<Value>>;

struct Made<'a> {
    plan: &'a Plan,
    tables: &'a [Table],
    entities: &'a [Physical],
    items: BTreeMap<&'a str, Vec<Attrs>>,
    /// The entity or namespace and attributes, with their values.
    unique: BTreeSet<(String, Vec<Value>)>,
}

impl<'a> Made<'a> {
    fn entity(&mut self, entity: &'a Entity, rank: usize) -> Outcome<()> {
        let Some(physical) = self.entities.iter().find(|e| e.name == entity.name) else {
            return Ok(());
        };
        self.items.insert(&entity.name, Vec::new());
        let refers = |e: &Entity| {
            e.references
                .iter()
                .any(|r| r.entities.contains(&entity.name))
        };
        let twice = |e: &Entity| {
            let to_it = |r: &&ReferenceEntry| r.entities.contains(&entity.name);
            e.references.iter().filter(to_it).count() > 1
        };
        let parent = entity.references.is_empty() && self.plan.entities.iter().any(refers);
        let count = if parent && !self.plan.entities.iter().any(twice) {
            PARENTS
        } else {
            CHILDREN
        };
        for place in 0..count {
            self.add(entity, physical, rank, place, &Forced::new())?;
        }
        let mut place = count;
        for kind in entity.kinds.iter().filter(|k| k.role == "item") {
            for key in kind.keys.iter().filter(|k| k.index.is_some()) {
                let inside = self.members(physical, key)?;
                let all = self.items.get(entity.name.as_str()).map_or(0, Vec::len);
                let forced = if inside == 0 {
                    inside_of(entity, physical, key)
                } else if inside == all {
                    outside_of(entity, physical, key)
                } else {
                    None
                };
                if let Some(forced) = forced {
                    self.add(entity, physical, rank, place, &forced)?;
                    place += 1;
                }
            }
        }
        Ok(())
    }

    /// How many of the items of an entity are in an index.
    fn members(&self, physical: &Physical, key: &KeyEntry) -> Outcome<usize> {
        let Some((entry, schema)) = physical.item().ok().and_then(|kind| {
            let table = self.tables.iter().find(|t| t.name == kind.table)?;
            Some((
                kind.entry(key.index.as_deref())?,
                table.schema(key.index.as_deref()).ok()?,
            ))
        }) else {
            return Ok(0);
        };
        let mut inside = 0;
        for attributes in self.items.get(physical.name.as_str()).into_iter().flatten() {
            let get = |name: &str| Ok(attributes.get(name).cloned());
            inside += usize::from(keys::in_index(physical, entry, schema, NOW, &get)?.is_some());
        }
        Ok(inside)
    }

    /// Adds an item, another one where what it would be is there already; none where nothing else is possible.
    fn add(
        &mut self,
        entity: &'a Entity,
        physical: &Physical,
        rank: usize,
        place: usize,
        forced: &Forced,
    ) -> Outcome<()> {
        for attempt in 0..TRIES {
            let attributes = self.item(entity, physical, rank, (place, attempt), forced)?;
            let unique = unique_values(entity, &attributes);
            if unique.iter().any(|u| self.unique.contains(u)) {
                continue;
            }
            self.unique.extend(unique);
            if let Some(items) = self.items.get_mut(entity.name.as_str()) {
                items.push(attributes);
            }
            break;
        }
        Ok(())
    }

    fn item(
        &self,
        entity: &Entity,
        physical: &Physical,
        rank: usize,
        (place, attempt): (usize, usize),
        forced: &Forced,
    ) -> Outcome<Attrs> {
        let mut attributes: Attrs = forced
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect();
        let absent = |name: &str| match forced.get(name) {
            Some(value) => value.is_none(),
            None => lacks(entity, name, place),
        };
        // The first of a chain refers to nothing.
        let mut none: BTreeSet<&str> = BTreeSet::new();
        for (number, reference) in self.deepest_first(entity).into_iter().enumerate() {
            if reference.attributes.iter().any(|a| absent(a)) {
                continue;
            }
            let first_of_its_own = reference.entities == [entity.name.as_str()]
                && self
                    .items
                    .get(entity.name.as_str())
                    .is_none_or(Vec::is_empty);
            if first_of_its_own && optional(entity, reference) {
                none.extend(reference.attributes.iter().map(String::as_str));
                continue;
            }
            let target = self.target(entity, reference, &attributes, (number, place, attempt));
            let shared = shared_names(entity, reference);
            for (own, value) in target {
                if reference.attributes.contains(&own) || shared.contains(&own) {
                    attributes.entry(own).or_insert(value);
                }
            }
        }
        for stored in &entity.stored {
            let name = &stored.attribute;
            let missing = absent(name) || none.contains(name.as_str());
            if stored.derived.is_some() || attributes.contains_key(name) || missing {
                continue;
            }
            let made = plain_value(entity, stored, rank, (place, attempt))?;
            attributes.extend(made.map(|value| (name.clone(), value)));
        }
        // A derived attribute may have another one as its source.
        for _ in 0..entity.stored.len() {
            let before = attributes.len();
            for stored in physical.stored.iter().filter(|s| s.derived.is_some()) {
                let instance = Instance::whole(&attributes);
                let value = derived_value(stored, &instance)?;
                attributes.extend(value.map(|value| (stored.attribute.clone(), value)));
            }
            if attributes.len() == before {
                break;
            }
        }
        Ok(attributes)
    }

    /// The value of an attribute that the first item which it may refer to gives.
    fn first_referred(&self, entity: &Entity, attribute: &str) -> Option<Value> {
        entity.references.iter().find_map(|reference| {
            let at = reference.attributes.iter().position(|a| a == attribute)?;
            let of = reference.entities.first()?;
            let of = self.plan.entities.iter().find(|e| e.name == *of)?;
            let item = self.items.get(of.name.as_str())?.first()?;
            item.get(of.identity.get(at)?).cloned()
        })
    }

    /// The references of an entity, those to entities with the most references of their own first: what these share with
    /// the entity comes from them.
    fn deepest_first<'b>(&self, entity: &'b Entity) -> Vec<&'b ReferenceEntry> {
        let depth = |r: &ReferenceEntry| {
            let targets = self
                .plan
                .entities
                .iter()
                .filter(|e| r.entities.contains(&e.name));
            targets.map(|e| e.references.len()).max().unwrap_or(0)
        };
        let mut made: Vec<&ReferenceEntry> = entity.references.iter().collect();
        made.sort_by_key(|r| std::cmp::Reverse((r.attributes.len(), depth(r))));
        made
    }

    /// The attributes of the item that a reference leads to, under the names that the entity has for its key.
    fn target(
        &self,
        entity: &Entity,
        reference: &ReferenceEntry,
        attributes: &Attrs,
        (number, place, attempt): (usize, usize, usize),
    ) -> Attrs {
        let of = reference
            .entities
            .get(place % reference.entities.len().max(1));
        let Some(of) = of.and_then(|name| self.plan.entities.iter().find(|e| e.name == *name))
        else {
            return Attrs::new();
        };
        let named = |item: &Attrs| -> Attrs {
            let key = reference.attributes.iter().zip(&of.identity);
            let key = key.filter_map(|(own, its)| Some((own.clone(), item.get(its)?.clone())));
            let rest = item
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()));
            rest.chain(key).collect()
        };
        let there = self.items.get(of.name.as_str()).into_iter().flatten();
        let fitting: Vec<Attrs> = there
            .map(named)
            .filter(|item| {
                let mut own = reference
                    .attributes
                    .iter()
                    .filter(|a| attributes.contains_key(*a));
                own.all(|a| attributes.get(a) == item.get(a))
            })
            .collect();
        let Some(last) = fitting.len().checked_sub(1) else {
            // It comes later, or is the first of its own kind: the key that the first one will have.
            let key = of.identity.iter().filter_map(|name| {
                let stored = of.stored.iter().find(|s| s.attribute == *name)?;
                let first = self.first_referred(of, name);
                Some((name.clone(), first.or_else(|| value(&of.name, stored, 0))?))
            });
            return named(&key.collect());
        };
        let alone = entity.identity == reference.attributes;
        let chosen = match number {
            _ if alone => place,
            // Pairs of two references differ, and items of each share what they refer to.
            0 => (place / 2 + attempt / 2).min(last),
            // Two that lead to one entity lead to different items of it: nobody follows himself.
            1 if again(entity, reference) => (place / 2 + 1 + place % 2 + attempt) % (last + 1),
            1 => (place.div_ceil(2) + attempt).min(last),
            _ => (place + attempt) % fitting.len(),
        };
        fitting
            .get(chosen)
            .or(fitting.last())
            .cloned()
            .unwrap_or_default()
    }
}

/// Whether another reference of an entity leads to the same entities.
fn again(entity: &Entity, reference: &ReferenceEntry) -> bool {
    let all = entity.references.iter();
    all.filter(|r| r.entities == reference.entities).count() > 1
}

/// Whether every attribute of a reference is optional.
fn optional(entity: &Entity, reference: &ReferenceEntry) -> bool {
    let stored = |name: &String| entity.stored.iter().find(|s| s.attribute == *name);
    let mut all = reference.attributes.iter();
    all.all(|name| stored(name).is_some_and(|s| s.optional))
}

/// References of an entity other than one, by the names of their attributes: the item that it leads to may have them too.
fn shared_names(entity: &Entity, reference: &ReferenceEntry) -> BTreeSet<String> {
    let others = entity
        .references
        .iter()
        .filter(|r| r.name != reference.name);
    others.flat_map(|r| r.attributes.iter().cloned()).collect()
}

/// Whether the item at a place goes without an optional attribute: the last of the children does.
fn lacks(entity: &Entity, attribute: &str, place: usize) -> bool {
    let stored = entity.stored.iter().find(|s| s.attribute == attribute);
    stored.is_some_and(|s| s.optional) && place % CHILDREN == CHILDREN - 1
}

fn plain_value(
    entity: &Entity,
    stored: &Stored,
    rank: usize,
    (place, attempt): (usize, usize),
) -> Outcome<Option<Value>> {
    let name = &stored.attribute;
    if let Some(json) = stored.default.as_ref().filter(|_| place.is_multiple_of(2)) {
        let form = crate::items::reading::form(&stored.stored_as)?;
        return Ok(Some(constant(form, &stored.ty, json)?));
    }
    let guards = entity.kinds.iter().filter(|k| k.role == "guard");
    let unique = guards
        .filter(|k| k.unique.iter().flatten().any(|u| u == name))
        .map(|k| k.namespace.is_some());
    let place = match unique.max() {
        // Other entities have values of this namespace as well.
        Some(true) => place + attempt + CHILDREN * rank,
        Some(false) => place + attempt,
        None if attempt > 0 && entity.identity.contains(name) => place + attempt,
        None if groups(entity, name) => place / 2,
        None => place,
    };
    Ok(value(&entity.name, stored, place))
}

/// Whether the partitions of some index are made of an attribute, or of one that is derived from it.
fn groups(entity: &Entity, attribute: &str) -> bool {
    if entity.identity == [attribute] {
        return false;
    }
    let made_of = |name: &str| {
        name == attribute
            || entity.stored.iter().any(|s| {
                s.attribute == name
                    && s.derived
                        .as_ref()
                        .is_some_and(|d| d.of.iter().any(|o| o == attribute))
            })
    };
    let items = entity.kinds.iter().filter(|k| k.role == "item");
    let templates = items.flat_map(|k| &k.keys).flat_map(|k| &k.partition);
    templates.flat_map(|t| &t.segments).any(|s| match s {
        Segment::Attribute { attribute, .. } => made_of(attribute),
        _ => false,
    })
}

/// What no two items may have in common: the identity, and what each guard keeps unique.
fn unique_values(entity: &Entity, attributes: &Attrs) -> Vec<(String, Vec<Value>)> {
    let values = |names: &[String]| -> Option<Vec<Value>> {
        names.iter().map(|n| attributes.get(n).cloned()).collect()
    };
    let mut made = Vec::new();
    made.extend(values(&entity.identity).map(|v| (format!("{} by key", entity.name), v)));
    for kind in entity.kinds.iter().filter(|k| k.role == "guard") {
        let whose = match &kind.namespace {
            Some(namespace) => format!("@{namespace}"),
            None => kind.name.clone(),
        };
        let unique = kind.unique.as_deref().unwrap_or_default();
        made.extend(values(unique).map(|v| (whose, v)));
    }
    made
}

/// The optional attributes in the key of an index.
fn optional_in<'a>(entity: &'a Entity, key: &'a KeyEntry) -> impl Iterator<Item = &'a str> {
    let segments = key
        .partition
        .iter()
        .chain(&key.sort)
        .flat_map(|t| &t.segments);
    let names = segments.filter_map(|s| match s {
        Segment::Attribute { attribute, .. } => Some(attribute.as_str()),
        _ => None,
    });
    names.filter(|n| {
        entity
            .stored
            .iter()
            .any(|s| s.attribute == *n && s.optional)
    })
}

/// The first value of a condition of a sparse index.
fn first_value(physical: &Physical, attribute: &str, json: &serde_json::Value) -> Option<Value> {
    let stored = physical.stored(attribute).ok()?;
    let one = json.as_array().map_or(Some(json), |all| all.first())?;
    constant(stored.form, &stored.kind, one).ok()
}

/// What an item needs to be in a sparse index; nothing where there is no such thing.
fn inside_of(entity: &Entity, physical: &Physical, key: &KeyEntry) -> Option<Forced> {
    let mut made: Forced = BTreeMap::new();
    let present = |name: &str| {
        let stored = entity.stored.iter().find(|s| s.attribute == name)?;
        value(&entity.name, stored, 0)
    };
    for name in optional_in(entity, key) {
        let derived = entity
            .stored
            .iter()
            .any(|s| s.attribute == name && s.derived.is_some());
        if !derived {
            made.insert(name.to_owned(), Some(present(name)?));
        }
    }
    for condition in key.only_when.iter().flatten() {
        let name = condition.attribute.clone()?;
        let value = match condition.op.as_deref()? {
            "=" | "in" => Some(first_value(physical, &name, condition.value.as_ref()?)?),
            "exists" => Some(present(&name)?),
            "missing" => None,
            _ => return None,
        };
        made.insert(name, value);
    }
    (!made.is_empty()).then_some(made)
}

/// What an item needs not to be in a sparse index, the first thing that will do.
fn outside_of(entity: &Entity, physical: &Physical, key: &KeyEntry) -> Option<Forced> {
    if let Some(name) = optional_in(entity, key).next() {
        return Some(BTreeMap::from([(name.to_owned(), None)]));
    }
    let condition = key.only_when.iter().flatten().next()?;
    let name = condition.attribute.clone()?;
    let stored = entity.stored.iter().find(|s| s.attribute == name)?;
    let value = match condition.op.as_deref()? {
        "exists" => None,
        "missing" => Some(value(&entity.name, stored, 0)?),
        "=" | "in" => {
            let json = condition.value.as_ref()?;
            let several = json
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![json.clone()]);
            let inside: Vec<Value> = several
                .iter()
                .filter_map(|v| first_value(physical, &name, v))
                .collect();
            let places = 0..=inside.len();
            let mut others = places.filter_map(|n| value(&entity.name, stored, n));
            Some(others.find(|v| !inside.contains(v))?)
        }
        _ => return None,
    };
    Some(BTreeMap::from([(name, value)]))
}

/// A refusal in words.
pub(super) fn in_words(error: CallError) -> String {
    match error {
        CallError::Refused(text) | CallError::Fault(text) => text,
        CallError::Failed { entity, .. } => format!("a condition of {entity} does not hold"),
    }
}

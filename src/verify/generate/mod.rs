//! Seeded values, parameters and calls in the shape of a design.
//!
//! Promises the same run for the same seed. Value pools are small, so that values recur and references
//! resolve, and hold hostile values on purpose: delimiters, prefixes of one another, control characters, empty
//! text, extremes of numbers and times, long text that some keys refuse.

mod pools;
mod reads;
mod writes;

use super::model::{Design, Entity, Model, Parameter, Type};
use super::random::Random;
use super::value::{Attrs, Decimal, Value};
use pools::{civil_date, elements, path_names, pool};
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400_000;
/// The fewest values of an attribute, and items of an entity.
const FEWEST_VALUES: usize = 6;
/// The most items that are all looked at to find one that fits; of more, some are tried.
const MOST_LOOKED_AT: usize = 200;
const MOST_TRIED: usize = 60;

pub(crate) struct Generator {
    pub(crate) random: Random,
    /// By the attribute where a chain of references ends, and its type.
    pools: BTreeMap<(String, String), Vec<Value>>,
    /// Attributes that some pattern adds to: they stay small.
    counted: BTreeSet<(String, String)>,
    /// Parameters of the call at hand that are added to something.
    amounts: BTreeSet<String>,
    /// How many items each entity should have.
    targets: BTreeMap<String, usize>,
    /// How often it was said that an entity has too few.
    asked: BTreeMap<String, usize>,
}

/// How many items each entity should have: by the square root of its count, so that the rare ones are there too.
fn targets(design: &Design, items: usize, counts: &[(String, u64)]) -> BTreeMap<String, usize> {
    let root = |name: &str| {
        let count = counts.iter().find(|(n, _)| n == name);
        count.map_or(1, |(_, count)| *count).max(1).isqrt()
    };
    let total: u64 = design.entities.keys().map(|name| root(name)).sum();
    let target = |entity: &Entity| {
        if entity.key.is_empty() {
            return 1;
        }
        let share = u128::from(root(&entity.name)) * items as u128 / u128::from(total.max(1));
        usize::try_from(share).unwrap_or(items).max(FEWEST_VALUES)
    };
    let entities = design.entities.values();
    entities.map(|e| (e.name.clone(), target(e))).collect()
}

/// How many different values there are of what keys and unique sets are made of: few enough that calls meet, and enough
/// that all items find a key.
fn pool_sizes(design: &Design, targets: &BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for entity in design.entities.values() {
        let target = targets.get(&entity.name).copied().unwrap_or(FEWEST_VALUES);
        let size = target + target / 2;
        let unique = entity.uniques.iter().flat_map(|u| &u.attributes);
        for name in entity.key.iter().chain(unique) {
            let Some(attribute) = entity.attributes.get(name) else {
                continue;
            };
            let size = if attribute.reference {
                FEWEST_VALUES
            } else {
                size
            };
            let there = sizes.entry(attribute.root.clone()).or_default();
            *there = size.max(*there);
        }
    }
    sizes
}

impl Generator {
    /// Pools for every attribute of a design, for about `items` items of which each entity has its share of `counts`.
    pub(crate) fn new(design: &Design, seed: u64, items: usize, counts: &[(String, u64)]) -> Self {
        let targets = targets(design, items, counts);
        let sizes = pool_sizes(design, &targets);
        let mut random = Random::new(seed);
        let counted = writes::counted(design);
        let mut pools = BTreeMap::new();
        for entity in design.entities.values() {
            for (name, attribute) in &entity.attributes {
                let key = (attribute.root.clone(), format!("{:?}", attribute.kind));
                let size = sizes.get(&attribute.root).copied();
                let counted = counted.contains(&(entity.name.clone(), name.clone()));
                let mut values = || {
                    pool(
                        &mut random,
                        &attribute.kind,
                        attribute.max,
                        size.is_some(),
                        counted,
                        size.unwrap_or(FEWEST_VALUES),
                    )
                };
                let pool = pools.entry(key).or_insert_with(&mut values);
                // What patterns ask for by name comes first, where it is drawn most often.
                for constant in design.constants(entity, name) {
                    if !pool.contains(&constant) {
                        pool.insert(0, constant);
                    }
                }
            }
        }
        Self {
            random,
            pools,
            counted,
            amounts: BTreeSet::new(),
            targets,
            asked: BTreeMap::new(),
        }
    }

    /// An entity that has not as many items yet as it should have; nothing when all have, or find no further keys (those of
    /// an enumeration are few).
    pub(crate) fn missing(&mut self, model: &Model) -> Option<String> {
        let asked = |name: &str| self.asked.get(name).copied().unwrap_or(0);
        let left = |(name, target): (&String, &usize)| {
            let left = target.saturating_sub(model.items.count(name));
            (left > 0 && asked(name) < 4 * target).then(|| (name.clone(), left))
        };
        let all: Vec<(String, usize)> = self.targets.iter().filter_map(left).collect();
        let mut at = self.random.below(all.iter().map(|(_, left)| left).sum());
        for (name, left) in all {
            if at < left {
                *self.asked.entry(name.clone()).or_default() += 1;
                return Some(name);
            }
            at -= left;
        }
        None
    }

    /// A value for an attribute of an entity.
    pub(crate) fn value(
        &mut self,
        model: &Model,
        entity: &Entity,
        name: &str,
    ) -> Result<Value, String> {
        let attribute = entity.attribute(name)?;
        if entity.ttl.as_deref() == Some(name) {
            return Ok(self.time_to_live(&attribute.kind, model.now));
        }
        let identity = entity.key.iter().any(|k| k == name);
        let long = if identity { 5 } else { 12 };
        if attribute.kind == Type::Text && attribute.max.is_none() && self.random.below(1000) < long
        {
            let length = [900, 1100, 2100][self.random.below(3)];
            return Ok(Value::Text("long ".repeat(length / 5)));
        }
        let key = (attribute.root.clone(), format!("{:?}", attribute.kind));
        let pool = self
            .pools
            .get(&key)
            .ok_or_else(|| format!("no values for `{name}`"))?;
        let even = identity || matches!(attribute.kind, Type::Enumeration(_) | Type::Boolean);
        let picked = if even {
            self.random.pick(pool)
        } else {
            self.random.pick_skewed(pool)
        };
        picked
            .cloned()
            .ok_or_else(|| format!("an empty pool for `{name}`"))
    }

    /// Around the clock: before, just before, at, just after, long after.
    fn time_to_live(&mut self, kind: &Type, now: i64) -> Value {
        let offset = [
            -1000,
            -1,
            0,
            1,
            1000,
            3_600_000,
            40 * DAY,
            80 * DAY,
            80 * DAY,
            900 * DAY,
        ][self.random.below(10)];
        match kind {
            Type::Epoch | Type::Integer => Value::Int(i128::from((now + offset).div_euclid(1000))),
            Type::Date => Value::Text(civil_date((now + offset).div_euclid(DAY))),
            _ => Value::Instant(now + offset),
        }
    }

    /// A value for a parameter that stands for no whole attribute.
    fn loose(&mut self, parameter: &Parameter) -> Value {
        match parameter.kind {
            Type::Integer | Type::Epoch => {
                Value::Int([0, 1, 1, 2, 2, 3, 7, -1][self.random.below(8)])
            }
            Type::Decimal => Value::Dec(Decimal::new([1, 2, 25, -3][self.random.below(4)], 1)),
            Type::TextSet | Type::NumberSet => {
                let of = elements(&parameter.kind.element());
                let count = self.random.below(3);
                (0..count)
                    .filter_map(|_| self.random.pick(&of).cloned())
                    .collect::<BTreeSet<_>>()
                    .into_set()
            }
            _ => {
                let names = path_names();
                Value::Text(names[self.random.below(names.len())].to_owned())
            }
        }
    }

    /// Attributes of references that point to items which are there, for most of the references.
    fn references(
        &mut self,
        model: &Model,
        entity: &Entity,
        known: &Attrs,
    ) -> Result<Attrs, String> {
        let mut out = Attrs::new();
        for reference in &entity.references {
            let Some(target) = self.random.pick(&reference.targets) else {
                continue;
            };
            let target = model.design.entity(target)?;
            let pairs: Vec<(&String, &String)> =
                reference.attributes.iter().zip(&target.key).collect();
            let fits = |item: &Attrs| {
                pairs.iter().all(|(own, theirs)| {
                    let set = known.get(*own).or_else(|| out.get(*own));
                    set.is_none_or(|value| item.get(*theirs) == Some(value))
                })
            };
            if !self.random.chance(75) {
                continue;
            }
            let Some(item) = self.existing(model, target, fits) else {
                continue;
            };
            for (own, theirs) in pairs {
                out.extend(item.get(theirs).map(|v| (own.clone(), v.clone())));
            }
        }
        Ok(out)
    }

    /// One of the items of an entity; sometimes one that is over its time.
    pub(crate) fn existing<'m>(
        &mut self,
        model: &'m Model,
        entity: &Entity,
        like: impl Fn(&Attrs) -> bool,
    ) -> Option<&'m Attrs> {
        let gone = entity.ttl.is_some() && self.random.chance(12);
        let fits = |item: &Attrs| (gone || model.alive(entity, item)) && like(item);
        let count = model.items.count(&entity.name);
        if count > MOST_LOOKED_AT {
            let mut tried = (0..MOST_TRIED).filter_map(|_| {
                let place = self.random.skewed(count);
                model.items.nth(&entity.name, place)
            });
            return tried.find(|item| fits(item)).map(|item| &**item);
        }
        let all = model.items.of(&entity.name).map(|(_, item)| &**item);
        let fitting: Vec<&Attrs> = all.filter(|i| fits(i)).collect();
        self.random.pick_skewed(&fitting).copied()
    }
}

trait IntoSet {
    fn into_set(self) -> Value;
}

impl IntoSet for BTreeSet<Value> {
    fn into_set(self) -> Value {
        Value::Set(self)
    }
}

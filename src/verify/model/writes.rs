//! Writes of the model: they change the items as their names say, or leave them and say what failed.

use super::super::value::{Args, Attrs, Failure, Value};
use super::design::Entity;
use super::parameters::Parameters;
use super::patterns::{Body, Pattern, Write, WriteVerb};
use super::steps::{changed, conditions_hold, derive_all, value_of};
use super::{Identity, Model};
use std::collections::BTreeMap;

/// What a write that happened answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) returned: Vec<(String, Attrs)>,
    pub(crate) number: Option<usize>,
}

/// A reason against a write.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// A condition of a step on this entity.
    Fails(Failure, String),
    /// Two steps on one item.
    TwoOnOne,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Done(Answer),
    /// Nothing was written; every reason there is.
    Failed(Vec<Trouble>),
    /// A `delete` by more than the key, whose item is another one: nothing is written, and whether that is a
    /// failure the language does not say.
    Silent,
    /// The call breaks a promise that callers make (an immutable attribute, a promised uniqueness).
    Outside(String),
}

/// What becomes of an item.
#[derive(Default)]
enum After {
    #[default]
    Same,
    Item(Attrs),
    Gone,
}

/// What one step does in one repetition.
#[derive(Default)]
struct Step {
    identity: Option<Identity>,
    troubles: Vec<Trouble>,
    after: After,
    returned: Option<Attrs>,
    silent: bool,
    outside: Option<String>,
}

impl Model {
    /// Runs a writing pattern.
    pub(crate) fn write(
        &mut self,
        pattern: &Pattern,
        parameters: &Parameters,
        args: &Args,
    ) -> Result<Outcome, String> {
        let Body::Write { steps, transaction } = &pattern.body else {
            return Err("not a write".to_owned());
        };
        if let ([step], false) = (steps.as_slice(), transaction) {
            let entity = self.design.entity(&step.entity)?;
            let finds =
                matches!(step.verb, WriteVerb::Update | WriteVerb::Delete) && !step.by_key(entity);
            if finds {
                return self.find_then_write(step, &args.values);
            }
        }
        let mut done = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            for values in repetitions(parameters, args, place, step) {
                done.push((step, self.step(step, &values)?));
            }
        }
        Ok(self.finish(done))
    }

    /// The implied `put` of an entity that no pattern makes.
    pub(crate) fn put(&mut self, entity: &str, attributes: &Attrs) -> Result<Outcome, String> {
        self.items.begin();
        let entity = self.design.entity(entity)?;
        let mut item = attributes.clone();
        derive_all(entity, &mut item);
        let identity = entity.identity(&item).ok_or("an item without its key")?;
        let mut step = Step {
            identity: Some(identity),
            after: After::Item(item),
            ..Step::default()
        };
        self.contract(entity, &mut step);
        self.uniqueness(entity, &mut step);
        let name = entity.name.clone();
        Ok(self.finish_named(vec![(name, step)]))
    }

    fn finish(&mut self, steps: Vec<(&Write, Step)>) -> Outcome {
        self.finish_named(
            steps
                .into_iter()
                .map(|(write, step)| (write.entity.clone(), step))
                .collect(),
        )
    }

    fn finish_named(&mut self, mut steps: Vec<(String, Step)>) -> Outcome {
        if let Some(outside) = steps.iter_mut().find_map(|(_, s)| s.outside.take()) {
            return Outcome::Outside(outside);
        }
        let mut troubles: Vec<Trouble> =
            steps.iter().flat_map(|(_, s)| s.troubles.clone()).collect();
        for (place, (_, step)) in steps.iter().enumerate() {
            if steps[..place]
                .iter()
                .any(|(_, other)| other.identity == step.identity)
            {
                troubles.push(Trouble::TwoOnOne);
            }
        }
        troubles.extend(self.among_each_other(&steps));
        if !troubles.is_empty() {
            return Outcome::Failed(troubles);
        }
        let silent = steps.iter().any(|(_, s)| s.silent);
        let mut answer = Answer::default();
        for (entity, step) in steps {
            answer.returned.extend(step.returned.map(|r| (entity, r)));
            match (step.identity, step.after) {
                (Some(identity), After::Item(item)) => self.place(&identity, Some(item)),
                (Some(identity), After::Gone) => self.place(&identity, None),
                _ => {}
            }
        }
        if silent {
            Outcome::Silent
        } else {
            Outcome::Done(answer)
        }
    }

    /// Values that two steps of one transaction would both take.
    fn among_each_other(&self, steps: &[(String, Step)]) -> Vec<Trouble> {
        let mut taken: BTreeMap<(String, Vec<Value>), usize> = BTreeMap::new();
        let mut out = Vec::new();
        for (place, (name, step)) in steps.iter().enumerate() {
            let (Ok(entity), After::Item(item)) = (self.design.entity(name), &step.after) else {
                continue;
            };
            for (space, values, _) in unique_values(entity, item) {
                if taken.insert((space, values), place).is_some() {
                    out.push(Trouble::Fails(Failure::NotUnique, name.clone()));
                }
            }
        }
        out
    }

    fn step(&self, write: &Write, values: &Attrs) -> Result<Step, String> {
        let entity = self.design.entity(&write.entity)?;
        match write.verb {
            WriteVerb::Create | WriteVerb::Put => self.make(entity, write, values),
            WriteVerb::Update | WriteVerb::Delete | WriteVerb::Check => {
                self.alter(entity, write, values)
            }
        }
    }

    fn make(&self, entity: &Entity, write: &Write, values: &Attrs) -> Result<Step, String> {
        let mut item = Attrs::new();
        for (name, attribute) in entity
            .attributes
            .iter()
            .filter(|(_, a)| a.derived.is_none())
        {
            let set = write
                .set
                .iter()
                .find(|c| c.place.attribute == *name)
                .and_then(|c| c.value.as_ref());
            let source = set.or_else(|| write.by.iter().find(|(n, _)| n == name).map(|(_, s)| s));
            let given = match source {
                Some(source) => value_of(source, &attribute.kind, values)?,
                None => values.get(name).cloned(),
            };
            let value = given.or_else(|| attribute.default.clone());
            let value = value.filter(|v| !matches!(v, Value::Set(elements) if elements.is_empty()));
            item.extend(value.map(|v| (name.clone(), v)));
        }
        derive_all(entity, &mut item);
        let identity = entity
            .identity(&item)
            .ok_or_else(|| format!("a {} without its key", entity.name))?;
        let existing = self.item(&identity);
        let mut step = Step {
            identity: Some(identity),
            ..Step::default()
        };
        let fails = |failure| Trouble::Fails(failure, entity.name.clone());
        if write.verb == WriteVerb::Create && existing.is_some() {
            step.troubles.push(fails(Failure::Exists));
        }
        if !conditions_hold(entity, write, existing, values)? {
            step.troubles.push(fails(Failure::Condition));
        }
        step.returned = returned(write, &item);
        step.after = After::Item(item);
        // A generated identifier is not given to two items.
        if write.verb == WriteVerb::Put || (existing.is_some() && entity.is_generated()) {
            self.contract(entity, &mut step);
        }
        self.uniqueness(entity, &mut step);
        Ok(step)
    }

    fn alter(&self, entity: &Entity, write: &Write, values: &Attrs) -> Result<Step, String> {
        let mut by = Attrs::new();
        for (name, source) in &write.by {
            by.extend(
                value_of(source, &entity.attribute(name)?.kind, values)?.map(|v| (name.clone(), v)),
            );
        }
        let identity = entity
            .identity(&by)
            .ok_or_else(|| format!("a {} without its key", entity.name))?;
        let stored = self.item(&identity);
        let matches = |item: &&Attrs| by.iter().all(|(name, value)| item.get(name) == Some(value));
        let existing = stored.filter(matches);
        let mut step = Step {
            identity: Some(identity),
            ..Step::default()
        };
        let fails = |failure| Trouble::Fails(failure, entity.name.clone());
        let holds = conditions_hold(entity, write, existing, values)?;
        let missing_fails = !write.upsert && write.verb != WriteVerb::Delete;
        if existing.is_none() && missing_fails {
            step.troubles.push(fails(Failure::NotFound));
        }
        if !holds && (existing.is_some() || !missing_fails) {
            step.troubles.push(fails(Failure::Condition));
            if existing.is_none() && write.verb == WriteVerb::Delete {
                // Which of the two it is the language leaves open.
                step.troubles.push(fails(Failure::NotFound));
            }
        }
        match write.verb {
            WriteVerb::Delete => {
                step.silent = stored.is_some() && existing.is_none();
                step.after = if existing.is_some() {
                    After::Gone
                } else {
                    After::Same
                };
            }
            WriteVerb::Check => {}
            // An update changes what is there physically, also where that is over its time: the document has no way to
            // make such an item anew, and the compiler warns of it.
            _ if write.upsert
                && existing.is_none()
                && self
                    .items
                    .get(step.identity.as_ref().ok_or("an identity")?)
                    .is_some() =>
            {
                step.outside = Some("an upsert over an item past its time".to_owned());
            }
            _ if existing.is_none() && !write.upsert => {}
            _ => self.update(entity, write, existing.unwrap_or(&by), values, &mut step)?,
        }
        Ok(step)
    }

    fn update(
        &self,
        entity: &Entity,
        write: &Write,
        base: &Attrs,
        values: &Attrs,
        step: &mut Step,
    ) -> Result<(), String> {
        let Ok(mut item) = changed(entity, write, base, values)? else {
            step.troubles
                .push(Trouble::Fails(Failure::Condition, entity.name.clone()));
            return Ok(());
        };
        derive_all(entity, &mut item);
        step.returned = returned(write, &item);
        step.after = After::Item(item);
        self.contract(entity, step);
        self.uniqueness(entity, step);
        Ok(())
    }

    /// Another value of an immutable attribute is outside of the contract.
    fn contract(&self, entity: &Entity, step: &mut Step) {
        let Some(identity) = &step.identity else {
            return;
        };
        let (Some(before), After::Item(after)) = (self.item(identity), &step.after) else {
            return;
        };
        for name in entity.attributes.keys() {
            if self.design.immutable(entity, name) && before.get(name) != after.get(name) {
                step.outside = Some(format!("another value of the immutable `{name}`"));
            }
        }
    }

    fn uniqueness(&self, entity: &Entity, step: &mut Step) {
        let After::Item(item) = &step.after else {
            return;
        };
        for (space, values, promised) in unique_values(entity, item) {
            let others = |holder: &&Identity| {
                Some(*holder) != step.identity.as_ref() && self.item(holder).is_some()
            };
            let taken = self
                .items
                .holders(&(space, values.clone()))
                .any(|h| others(&h));
            if taken && promised {
                step.outside = Some(format!("{values:?} is promised to be unique"));
            } else if taken {
                step.troubles
                    .push(Trouble::Fails(Failure::NotUnique, entity.name.clone()));
            }
        }
    }

    /// Finds, then writes each; the result is the number written.
    fn find_then_write(&mut self, write: &Write, values: &Attrs) -> Result<Outcome, String> {
        let entity = self.design.entity(&write.entity)?;
        let mut wanted = Vec::new();
        for (name, source) in &write.by {
            wanted.extend(
                value_of(source, &entity.attribute(name)?.kind, values)?.map(|v| (name.clone(), v)),
            );
        }
        let matches = |item: &Attrs| {
            wanted
                .iter()
                .all(|(name, value)| item.get(name) == Some(value))
        };
        let found: Vec<Identity> = self
            .present(entity)
            .filter(|(_, item)| matches(item))
            .map(|(key, _)| (entity.name.clone(), key.to_vec()))
            .collect();
        let name = entity.name.clone();
        let mut number = 0;
        for identity in found {
            let entity = self.design.entity(&name)?;
            let mut step = Step {
                identity: Some(identity.clone()),
                ..Step::default()
            };
            let Some(item) = self.item(&identity).cloned() else {
                continue;
            };
            if !conditions_hold(entity, write, Some(&item), values)? {
                continue;
            }
            if write.verb == WriteVerb::Delete {
                step.after = After::Gone;
            } else {
                self.update(entity, write, &item, values, &mut step)?;
            }
            match self.finish_named(vec![(name.clone(), step)]) {
                Outcome::Done(_) => number += 1,
                Outcome::Outside(why) => return Ok(Outcome::Outside(why)),
                Outcome::Failed(_) | Outcome::Silent => {}
            }
        }
        Ok(Outcome::Done(Answer {
            returned: Vec::new(),
            number: Some(number),
        }))
    }
}

/// The values of a step, once or for each set of its list.
fn repetitions(parameters: &Parameters, args: &Args, place: usize, step: &Write) -> Vec<Attrs> {
    let list = parameters
        .lists
        .iter()
        .find(|l| l.steps.contains(&place))
        .filter(|_| step.times.is_some());
    let Some(list) = list else {
        return vec![args.values.clone()];
    };
    let with = |set: &Attrs| {
        let mut values = args.values.clone();
        values.extend(set.clone());
        values
    };
    args.lists
        .get(&list.name)
        .into_iter()
        .flatten()
        .map(with)
        .collect()
}

fn returned(write: &Write, item: &Attrs) -> Option<Attrs> {
    let value = |name: &String| Some((name.clone(), item.get(name)?.clone()));
    (!write.returns.is_empty()).then(|| write.returns.iter().filter_map(value).collect())
}

/// The values that an item takes of each uniqueness: where it is unique, the values, whether promised.
pub(super) fn unique_values(entity: &Entity, item: &Attrs) -> Vec<(String, Vec<Value>, bool)> {
    let of = |unique: &super::design::Unique| {
        let values: Option<Vec<Value>> = unique
            .attributes
            .iter()
            .map(|name| item.get(name).cloned())
            .collect();
        let own = || format!("{}: {}", entity.name, unique.attributes.join(", "));
        let space = unique
            .namespace
            .as_ref()
            .map_or_else(own, |n| format!("namespace {n}"));
        Some((space, values?, unique.promised))
    };
    entity.uniques.iter().filter_map(of).collect()
}

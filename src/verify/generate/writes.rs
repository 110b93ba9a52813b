//! Arguments of writes: mostly on items that are there and with conditions that hold, sometimes not.

use super::super::model::{
    Body, Design, Entity, Model, Parameter, Parameters, Pattern, Source, Test, Write, WriteVerb,
};
use super::super::value::{Args, Attrs, Value};
use super::Generator;
use std::collections::BTreeSet;

/// The attributes that some pattern adds to, as entity and name.
pub(super) fn counted(design: &Design) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    for pattern in &design.patterns {
        let Body::Write { steps, .. } = &pattern.body else {
            continue;
        };
        for step in steps {
            out.extend(
                step.add
                    .iter()
                    .map(|c| (step.entity.clone(), c.place.attribute.clone())),
            );
        }
    }
    out
}

impl Generator {
    pub(crate) fn write_args(
        &mut self,
        model: &Model,
        pattern: &Pattern,
        parameters: &Parameters,
    ) -> Result<Args, String> {
        let Body::Write { steps, .. } = &pattern.body else {
            return Err("not a write".to_owned());
        };
        let mut args = Args::default();
        self.amounts = amounts(steps);
        // First the steps on items that are there, then those that make new ones beside them.
        let makes = |step: &Write| matches!(step.verb, WriteVerb::Create | WriteVerb::Put);
        let mut order: Vec<(usize, &Write)> = steps
            .iter()
            .enumerate()
            .filter(|(_, s)| s.times.is_none())
            .collect();
        order.sort_by_key(|(_, step)| makes(step));
        for (place, step) in order {
            self.step(model, step, place, &parameters.single, &mut args.values)?;
        }
        for parameter in &parameters.single {
            if !parameter.optional && !args.values.contains_key(&parameter.name) {
                let value = self.parameter_value(model, parameter)?;
                args.values.insert(parameter.name.clone(), value);
            }
        }
        for list in &parameters.lists {
            let count = (list.min + self.random.below(3)).min(list.max);
            let mut sets = Vec::new();
            let mut order = list.steps.clone();
            order.sort_by_key(|place| makes(&steps[*place]));
            let keys = key_parameters(model, steps, &list.parameters)?;
            let mut attempts = 4 * count;
            while sets.len() < count {
                let mut scope = args.values.clone();
                for place in &order {
                    self.step(model, &steps[*place], *place, &list.parameters, &mut scope)?;
                }
                scope.retain(|name, _| list.parameters.iter().any(|p| p.name == *name));
                // Two sets for one item are an error: mostly other items.
                let same = |other: &Attrs| keys.iter().any(|k| other.get(k) == scope.get(k));
                attempts = attempts.saturating_sub(1);
                if attempts == 0 || !sets.iter().any(same) || self.random.chance(4) {
                    sets.push(scope);
                }
            }
            args.lists.insert(list.name.clone(), sets);
        }
        Ok(args)
    }

    /// Values for the parameters of one step that are still open.
    fn step(
        &mut self,
        model: &Model,
        step: &Write,
        place: usize,
        parameters: &[Parameter],
        values: &mut Attrs,
    ) -> Result<(), String> {
        let entity = model.design.entity(&step.entity)?;
        let own: Vec<&Parameter> = parameters
            .iter()
            .filter(|p| p.uses.iter().any(|u| u.step == place))
            .collect();
        let attribute_of = |p: &Parameter| {
            p.uses
                .iter()
                .find(|u| u.step == place)
                .map(|u| u.attribute.clone())
                .filter(|a| !a.is_empty())
        };
        let by = |p: &Parameter| {
            step.by
                .iter()
                .any(|(name, _)| Some(name) == attribute_of(p).as_ref())
        };
        let makes = matches!(step.verb, WriteVerb::Create | WriteVerb::Put);
        let in_key = |p: &Parameter| attribute_of(p).is_some_and(|a| entity.key.contains(&a));
        let known = values.clone();
        let met = self.random.chance(60);
        let fits = |item: &Attrs| {
            (!met || meets_constants(entity, step, item))
                && own
                    .iter()
                    .filter(|p| by(p) || (makes && in_key(p)))
                    .all(|p| match known.get(&p.name) {
                        None => true,
                        Some(value) => attribute_of(p).and_then(|a| item.get(&a)) == Some(value),
                    })
        };
        let wanted = match step.verb {
            WriteVerb::Create => 12,
            WriteVerb::Put => 50,
            _ if step.upsert => 60,
            _ => 88,
        };
        let target = if self.random.chance(wanted) {
            self.existing(model, entity, fits)
        } else {
            None
        };
        let named: Attrs = own
            .iter()
            .filter_map(|p| Some((attribute_of(p)?, values.get(&p.name)?.clone())))
            .collect();
        let references = if makes || (step.upsert && target.is_none()) {
            self.references(model, entity, &named)?
        } else {
            Attrs::new()
        };
        for parameter in own {
            if values.contains_key(&parameter.name) {
                continue;
            }
            let attribute = attribute_of(parameter);
            let of_target = attribute.as_ref().and_then(|a| target?.get(a)).cloned();
            let keep = by(parameter) || (makes && in_key(parameter)) || {
                step.verb == WriteVerb::Put
                    && target.is_some()
                    && attribute
                        .as_ref()
                        .is_some_and(|a| model.design.immutable(entity, a))
            };
            let checked = checks(step, &parameter.name) && self.random.chance(65);
            if (keep || checked) && target.is_some() {
                values.extend(of_target.clone().map(|v| (parameter.name.clone(), v)));
                if of_target.is_some() || keep {
                    continue;
                }
            }
            if parameter.optional && self.random.chance(30) {
                continue;
            }
            let referred = attribute.as_ref().and_then(|a| references.get(a)).cloned();
            let value = match referred {
                Some(value) => value,
                None => self.step_value(model, entity, step, parameter, attribute.as_deref())?,
            };
            values.insert(parameter.name.clone(), value);
        }
        Ok(())
    }

    fn step_value(
        &mut self,
        model: &Model,
        entity: &Entity,
        step: &Write,
        parameter: &Parameter,
        attribute: Option<&str>,
    ) -> Result<Value, String> {
        let Some(name) = attribute else {
            return Ok(self.loose(parameter));
        };
        let declared = &entity.attribute(name)?.kind;
        let counted = self
            .counted
            .contains(&(entity.name.clone(), name.to_owned()));
        let added = step.add.iter().any(|c| c.place.attribute == name);
        if declared.is_set() && *declared != parameter.kind {
            // An element of a set that is an attribute elsewhere, such as the key of an item made beside it.
            for used in parameter.uses.iter().filter(|u| !u.attribute.is_empty()) {
                let other = model.design.entity(&used.entity)?;
                if other.attribute(&used.attribute)?.kind == parameter.kind {
                    return self.value(model, other, &used.attribute);
                }
            }
        }
        if *declared != parameter.kind
            || (counted && added)
            || self.amounts.contains(&parameter.name)
        {
            return Ok(self.loose_of(parameter, declared));
        }
        self.value(model, entity, name)
    }

    /// An amount to add, an element of a set, a value inside of a map.
    fn loose_of(&mut self, parameter: &Parameter, declared: &super::Type) -> Value {
        if declared.is_set() && !parameter.kind.is_set() {
            let of = super::elements(&parameter.kind);
            return self.random.pick(&of).cloned().unwrap_or(Value::Null);
        }
        self.loose(parameter)
    }

    fn parameter_value(&mut self, model: &Model, parameter: &Parameter) -> Result<Value, String> {
        let used = parameter.uses.iter().find(|u| !u.attribute.is_empty());
        let Some(used) = used else {
            return Ok(self.loose(parameter));
        };
        let entity = model.design.entity(&used.entity)?;
        if entity.attribute(&used.attribute)?.kind != parameter.kind {
            return Ok(self.loose(parameter));
        }
        self.value(model, entity, &used.attribute)
    }

    /// The attributes of an implied `put`: of an item that is there, immutable ones kept, or of a new one.
    pub(crate) fn implied_put(&mut self, model: &Model, entity: &Entity) -> Result<Attrs, String> {
        let target = if self.random.chance(35) {
            self.existing(model, entity, |_| true)
        } else {
            None
        };
        let mut out = Attrs::new();
        let references = self.references(model, entity, &out)?;
        for (name, attribute) in entity
            .attributes
            .iter()
            .filter(|(_, a)| a.derived.is_none())
        {
            if let Some(item) = target
                && model.design.immutable(entity, name)
            {
                out.extend(item.get(name).map(|v| (name.clone(), v.clone())));
                continue;
            }
            if attribute.optional && self.random.chance(30) {
                continue;
            }
            let value = match references.get(name) {
                Some(value) => value.clone(),
                None => self.value(model, entity, name)?,
            };
            if !matches!(&value, Value::Set(elements) if elements.is_empty()) {
                out.insert(name.clone(), value);
            }
        }
        Ok(out)
    }
}

/// The parameters that some step adds.
fn amounts(steps: &[Write]) -> BTreeSet<String> {
    let sources = steps
        .iter()
        .flat_map(|s| &s.add)
        .filter_map(|c| c.value.as_ref());
    sources
        .filter_map(|s| {
            if let Source::Parameter { name, .. } = s {
                Some(name.clone())
            } else {
                None
            }
        })
        .collect()
}

/// The parameters of a list that say which items its steps are on.
fn key_parameters(
    model: &Model,
    steps: &[Write],
    parameters: &[Parameter],
) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for parameter in parameters {
        for used in &parameter.uses {
            let entity = model.design.entity(&used.entity)?;
            let by = steps
                .get(used.step)
                .is_some_and(|s| s.by.iter().any(|(name, _)| *name == used.attribute));
            if by || entity.key.contains(&used.attribute) {
                out.push(parameter.name.clone());
            }
        }
    }
    Ok(out)
}

/// Whether an item has the constants that the conditions of a step name.
fn meets_constants(entity: &Entity, step: &Write, item: &Attrs) -> bool {
    step.conditions.iter().all(|(place, test)| {
        let (Test::Is(Source::Constant(yaml)), true) = (test, place.path.is_empty()) else {
            return true;
        };
        let kind = entity.attributes.get(&place.attribute).map(|a| &a.kind);
        let wanted = kind.and_then(|kind| kind.constant(yaml).ok());
        item.get(&place.attribute) == wanted.as_ref()
    })
}

/// Whether a parameter is compared with the stored item for equality or by its elements.
fn checks(step: &Write, name: &str) -> bool {
    step.conditions
        .iter()
        .filter(|(place, _)| place.path.is_empty())
        .any(|(_, test)| match test {
            Test::Is(Source::Parameter { name: n, .. })
            | Test::Compared(_, Source::Parameter { name: n, .. }) => n == name,
            _ => false,
        })
}

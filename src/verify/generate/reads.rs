//! Parameters of reads: of items that are there, of values that nothing has, at bounds, from after to.

use super::super::model::{Model, Parameter, Parameters, Read, Type, compare};
use super::super::value::{Attrs, Value};
use super::Generator;
use std::cmp::Ordering;

impl Generator {
    pub(crate) fn read_values(
        &mut self,
        model: &Model,
        read: &Read,
        parameters: &Parameters,
    ) -> Result<Attrs, String> {
        let mut out = Attrs::new();
        let base = self.base(model, read)?;
        for parameter in &parameters.single {
            let given = match parameter.role {
                "by" => !parameter.optional || self.random.chance(55),
                "from" | "to" => !parameter.optional || self.random.chance(60),
                _ => !parameter.optional || self.random.chance(75),
            };
            if given {
                let value = self.read_value(model, parameter, base.as_ref())?;
                out.insert(parameter.name.clone(), value);
            }
        }
        self.order_bounds(parameters, &mut out);
        Ok(out)
    }

    /// An item whose values the call will mostly ask for.
    fn base(&mut self, model: &Model, read: &Read) -> Result<Option<(String, Attrs)>, String> {
        let Some(name) = self.random.pick(&read.entities) else {
            return Ok(None);
        };
        let entity = model.design.entity(name)?;
        Ok(self
            .existing(model, entity, |_| true)
            .map(|item| (name.clone(), item.clone())))
    }

    fn read_value(
        &mut self,
        model: &Model,
        parameter: &Parameter,
        base: Option<&(String, Attrs)>,
    ) -> Result<Value, String> {
        let first = parameter.uses.first().ok_or("a parameter without a use")?;
        let of_base = base.and_then(|(entity, item)| {
            let used = parameter.uses.iter().find(|u| u.entity == *entity)?;
            item.get(&used.attribute).cloned()
        });
        let likely = if parameter.role == "by" { 88 } else { 50 };
        if let Some(value) = of_base
            && self.random.chance(likely)
        {
            return Ok(self.shaped(model, parameter, value));
        }
        if parameter.kind == Type::Text && self.random.chance(10) {
            return Ok(Value::Text("nobody has this".to_owned()));
        }
        let entity = model.design.entity(&first.entity)?;
        let value = if self.random.chance(50) {
            let item = self.existing(model, entity, |i| i.contains_key(&first.attribute));
            item.and_then(|i| i.get(&first.attribute)).cloned()
        } else {
            None
        };
        let value = match value {
            Some(value) => value,
            None => self.value(model, entity, &first.attribute)?,
        };
        Ok(self.shaped(model, parameter, value))
    }

    /// Of a prefix the start of the value; of a bound sometimes a value just beside it.
    fn shaped(&mut self, model: &Model, parameter: &Parameter, value: Value) -> Value {
        match (parameter.role, value) {
            ("prefix", Value::Text(text)) => {
                let count = text.chars().count();
                let length = if self.random.chance(30) {
                    count
                } else {
                    self.random.below(count.min(6) + 1)
                };
                Value::Text(text.chars().take(length).collect())
            }
            ("from" | "to" | "bound", Value::Text(text))
                if parameter.kind == Type::Text && self.random.chance(35) =>
            {
                Value::Text(format!("{text}!"))
            }
            ("from" | "to" | "bound", value)
                if self.random.chance(35) && !bounded(model, parameter) =>
            {
                beside(value, self.random.chance(50))
            }
            (_, value) => value,
        }
    }

    /// Mostly from before to; sometimes on purpose not.
    fn order_bounds(&mut self, parameters: &Parameters, values: &mut Attrs) {
        let name = |role: &str| {
            parameters
                .single
                .iter()
                .find(|p| p.role == role)
                .map(|p| p.name.clone())
        };
        let (Some(from), Some(to)) = (name("from"), name("to")) else {
            return;
        };
        let (Some(lower), Some(upper)) = (values.get(&from).cloned(), values.get(&to).cloned())
        else {
            return;
        };
        if compare(&lower, &upper) == Ordering::Greater && self.random.chance(80) {
            values.insert(from, upper);
            values.insert(to, lower);
        }
    }
}

/// The attribute has a `max`, beyond which values are refused.
fn bounded(model: &Model, parameter: &Parameter) -> bool {
    parameter.uses.iter().any(|u| {
        let entity = model.design.entity(&u.entity);
        entity.is_ok_and(|e| {
            e.attributes
                .get(&u.attribute)
                .is_some_and(|a| a.max.is_some())
        })
    })
}

/// The next value above or below, where there is one.
fn beside(value: Value, above: bool) -> Value {
    let step = if above { 1 } else { -1 };
    match value {
        Value::Int(n) if n.abs() < 1 << 60 => Value::Int(n + step),
        Value::Instant(ms) if (-60_000_000_000_000..250_000_000_000_000).contains(&ms) => {
            Value::Instant(if above { ms + 1 } else { ms - 1 })
        }
        other => other,
    }
}

//! What the caller says of the item before: conditions that it is so, and values for the guards.

use super::OneStep;
use crate::plan::conditions::{absent, any, constant, element_as, on};
use crate::plan::{Assignment, Condition};
use crate::workload::{AttributeSet, Constant, Operand, Operator};

impl OneStep<'_> {
    /// That what the call knows of the item beside its table key is so.
    pub(super) fn extra_known(&self, or_missing: bool) -> Vec<Condition> {
        let entity = self.entity();
        let in_key = self
            .effect
            .schema
            .table_family(self.effect.step.entity)
            .map_or_else(AttributeSet::default, |(f, m)| f.key_attributes(m));
        let by_key = self
            .effect
            .step
            .by
            .iter()
            .filter(|(a, _)| !in_key.contains(*a))
            .map(|(a, name)| (*a, name.as_str()));
        let by_find = self.effect.found.into_iter().flat_map(|r| {
            r.by.iter().filter_map(|c| {
                c.binding
                    .get(&self.effect.step.entity)
                    .map(|a| (*a, c.name.as_str()))
            })
        });
        by_key
            .chain(by_find)
            .map(|(id, parameter)| {
                let attribute = entity.attribute(id);
                let same = on(&attribute.stored_as, "=")
                    .stored(element_as(&attribute.ty))
                    .parameter(parameter);
                if !or_missing {
                    return same.failing("not_found");
                }
                let absent = absent(self.effect.workload, entity);
                let mut of = absent.any.clone().unwrap_or_else(|| vec![absent]);
                of.push(same);
                any(of).failing("not_found")
            })
            .collect()
    }

    /// What the call knows of the item before.
    pub(super) fn known_values(&self) -> Vec<Assignment> {
        let mut made: Vec<Assignment> = Vec::new();
        let mut add = |attribute: String, parameter: Option<&String>, value: Option<&Constant>| {
            if !made.iter().any(|a: &Assignment| a.attribute == attribute) {
                made.push(Assignment {
                    attribute,
                    parameter: parameter.cloned(),
                    value: value.map(constant),
                    ..Assignment::default()
                });
            }
        };
        for (id, parameter) in &self.effect.step.by {
            add(self.name(*id), Some(parameter), None);
        }
        for column in self.effect.found.into_iter().flat_map(|r| &r.by) {
            if let Some(id) = column.binding.get(&self.effect.step.entity) {
                add(self.name(*id), Some(&column.name), None);
            }
        }
        if !self.effect.step.upsert {
            for condition in self
                .effect
                .step
                .conditions
                .iter()
                .filter(|c| c.operator == Operator::Equal && c.path.is_empty())
            {
                match &condition.operand {
                    Some(Operand::Constant(value)) => {
                        add(self.name(condition.attribute), None, Some(value));
                    }
                    Some(Operand::Parameter {
                        name, text: false, ..
                    }) => add(self.name(condition.attribute), Some(name), None),
                    _ => {}
                }
            }
        }
        made
    }
}

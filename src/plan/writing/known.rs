//! What a write knows of its item, before and after.

use super::{Known, OneStep};
use crate::plan::conditions::{absent, any, constant, element_as, on};
use crate::plan::{Assignment, Condition};
use crate::workload::{AttributeId, AttributeSet, Change, Constant, Operand, Operator, WriteVerb};

impl<'a> OneStep<'a> {
    /// What is known of an attribute before the write.
    pub(super) fn before(&self, id: AttributeId) -> Known<'a> {
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
    pub(super) fn after(&self, id: AttributeId) -> Known<'a> {
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
    pub(super) fn needs(&self, id: AttributeId) -> AttributeSet {
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

    /// That what the call knows of the item beside its table key is so.
    pub(super) fn extra_known(&self, or_missing: bool) -> Vec<Condition> {
        let entity = self.entity();
        let in_key = self
            .schema
            .table_family(self.step.entity)
            .map_or_else(AttributeSet::default, |(f, m)| f.key_attributes(m));
        let by_key = self
            .step
            .by
            .iter()
            .filter(|(a, _)| !in_key.contains(*a))
            .map(|(a, name)| (*a, name.as_str()));
        let by_find = self.found.into_iter().flat_map(|r| {
            r.by.iter().filter_map(|c| {
                c.binding
                    .get(&self.step.entity)
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
                let absent = absent(self.workload, entity);
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
        for (id, parameter) in &self.step.by {
            add(self.name(*id), Some(parameter), None);
        }
        for column in self.found.into_iter().flat_map(|r| &r.by) {
            if let Some(id) = column.binding.get(&self.step.entity) {
                add(self.name(*id), Some(&column.name), None);
            }
        }
        if !self.step.upsert {
            for condition in self
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

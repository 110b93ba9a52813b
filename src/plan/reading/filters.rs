//! Filters: conditions on the rows that a request reads.
//!
//! Promises: what the key does not fix of a read is in its filter, for each entity that it concerns, and no row that is
//! over its time passes.

use super::Scope;
use crate::demand::Criterion;
use crate::plan::Condition;
use crate::plan::conditions::{alive, constant, element_as, on, only_of};
use crate::workload::{EntityId, RangeOperator, Test};

impl Scope<'_> {
    /// That a row is of one of some entities.
    pub(super) fn kinds_filter(&self, entities: &[EntityId]) -> Vec<Condition> {
        let names: Vec<String> = entities
            .iter()
            .map(|e| self.workload.entity(*e).name.clone())
            .collect();
        let kind = on(&self.workload.settings.names.discriminator, "in").stored("string");
        vec![match names.as_slice() {
            [one] => on(&self.workload.settings.names.discriminator, "=")
                .stored("string")
                .constant(one.as_str().into()),
            _ => kind.constant(names.into()),
        }]
    }

    /// Conditions on the rows: those of the read that the key does not hold, and that no row is over its time.
    pub(super) fn filter(
        &self,
        criteria: &[Criterion],
        entities: &[EntityId],
    ) -> Option<Vec<Condition>> {
        let mut made = Vec::new();
        for criterion in criteria {
            let (binding, conditions) = self.criterion(criterion);
            let all = entities.iter().all(|e| binding.contains(e));
            for (entity, condition) in conditions {
                if all && made.contains(&condition) {
                    continue;
                }
                made.push(if all && entities.len() == 1 {
                    condition
                } else {
                    self.narrow(entity, condition, entities)
                });
            }
        }
        let living: Vec<Option<Condition>> = entities
            .iter()
            .map(|e| alive(self.workload.entity(*e)))
            .collect();
        match living.as_slice() {
            // Where all expire by the same attribute one condition does for all.
            [Some(first), rest @ ..] if rest.iter().all(|c| c.as_ref() == Some(first)) => {
                made.push(first.clone());
            }
            _ => {
                for (entity, condition) in entities.iter().zip(living) {
                    made.extend(condition.map(|c| self.narrow(*entity, c, entities)));
                }
            }
        }
        (!made.is_empty()).then_some(made)
    }

    pub(super) fn narrow(
        &self,
        entity: EntityId,
        condition: Condition,
        entities: &[EntityId],
    ) -> Condition {
        if entities.len() == 1 {
            condition
        } else {
            only_of(self.workload, entity, condition)
        }
    }

    /// A criterion as conditions, for each entity that it concerns.
    pub(super) fn criterion(
        &self,
        criterion: &Criterion,
    ) -> (Vec<EntityId>, Vec<(EntityId, Condition)>) {
        let read = self.read;
        let mut made: Vec<(EntityId, Condition)> = Vec::new();
        let binding = match criterion {
            Criterion::Sorted => {
                for (entity, attribute) in read.sort.iter().flat_map(|s| &s.binding) {
                    let declared = self.workload.entity(*entity).attribute(*attribute);
                    if declared.optional {
                        made.push((*entity, on(&declared.stored_as, "exists")));
                    }
                }
                return (made.iter().map(|(e, _)| *e).collect(), made);
            }
            Criterion::Column(at) => &read.by[*at].binding,
            Criterion::Constant(at) => &read.constants[*at].binding,
            Criterion::Range => match &read.range {
                Some(range) => &range.binding,
                None => return (Vec::new(), made),
            },
            Criterion::Prefix => match &read.prefix {
                Some((binding, _)) => binding,
                None => return (Vec::new(), made),
            },
        };
        for (entity, attribute) in binding {
            let declared = self.workload.entity(*entity).attribute(*attribute);
            let with = |op: &str| on(&declared.stored_as, op).stored(element_as(&declared.ty));
            let mut push = |c: Condition| made.push((*entity, c));
            match criterion {
                Criterion::Sorted => {}
                Criterion::Column(at) => push(with("=").parameter(&self.names.by[*at])),
                Criterion::Constant(at) => match &read.constants[*at].test {
                    Test::Exists => push(on(&declared.stored_as, "exists")),
                    Test::Missing => push(on(&declared.stored_as, "missing")),
                    Test::OneOf(values) => push(match values.as_slice() {
                        [one] => with("=").constant(constant(one)),
                        several => with("in").constant(several.iter().map(constant).collect()),
                    }),
                },
                Criterion::Range => {
                    let operator = read
                        .range
                        .as_ref()
                        .map_or(RangeOperator::FromTo, |r| r.operator);
                    for (op, name) in self.range_conditions(operator) {
                        push(with(op).parameter(&name));
                    }
                    // A range asks for the attribute even where the caller gives no bound.
                    if declared.optional {
                        push(on(&declared.stored_as, "exists"));
                    }
                }
                Criterion::Prefix => {
                    push(
                        with("begins_with")
                            .parameter(self.names.prefix.as_deref().unwrap_or_default()),
                    );
                    if declared.optional {
                        push(on(&declared.stored_as, "exists"));
                    }
                }
            }
        }
        (binding.keys().copied().collect(), made)
    }

    pub(super) fn range_conditions(&self, operator: RangeOperator) -> Vec<(&'static str, String)> {
        let from = || self.names.from.clone().unwrap_or_default();
        let to = || self.names.to.clone().unwrap_or_default();
        let bound = || self.names.bound.clone().unwrap_or_default();
        match operator {
            RangeOperator::FromTo | RangeOperator::Between => vec![(">=", from()), ("<=", to())],
            RangeOperator::Less => vec![("<", bound())],
            RangeOperator::LessOrEqual => vec![("<=", bound())],
            RangeOperator::Greater => vec![(">", bound())],
            RangeOperator::GreaterOrEqual => vec![(">=", bound())],
        }
    }
}

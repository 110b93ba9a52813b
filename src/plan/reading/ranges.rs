//! Key conditions: the segments of a partition key, and the run of sort keys that a read asks for.
//!
//! Promises: a condition on the sort key is equality, a beginning, or two bounds, exactly as [`Access`] says; bounds that a
//! caller may leave out have a choice for each case.

use super::{Scope, Source, literal};
use crate::demand::Demand;
use crate::encoding;
use crate::layout::access::{Access, Edge, Piece, Run};
use crate::layout::{Component, Family};
use crate::plan::keys::{Segments, encoding_of};
use crate::plan::{Choice, Segment, SortCondition};
use crate::workload::{AttributeId, Constant, EntityId, RangeOperator, Test};

impl Scope<'_> {
    /// Where the value of a fixed attribute comes from.
    pub(super) fn source(
        &self,
        entity: EntityId,
        attribute: AttributeId,
        fan: &[(AttributeId, Vec<Constant>)],
    ) -> Option<Source<'_>> {
        let by = self
            .variant
            .given
            .iter()
            .find(|c| self.read.by[**c].binding.get(&entity) == Some(&attribute));
        if let Some(at) = by {
            return Some(Source::Parameter(&self.names.by[*at]));
        }
        if fan.iter().any(|(a, _)| *a == attribute) {
            return Some(Source::Variable(
                self.workload
                    .entity(entity)
                    .attribute(attribute)
                    .name
                    .clone(),
            ));
        }
        let constant = self
            .read
            .constants
            .iter()
            .find(|w| w.binding.get(&entity) == Some(&attribute));
        match constant.map(|w| &w.test) {
            Some(Test::OneOf(values)) => values.first().map(Source::Constant),
            _ => None,
        }
    }

    /// The segment of a fixed component.
    pub(super) fn segment(
        &self,
        entity: EntityId,
        component: Component,
        fan: &[(AttributeId, Vec<Constant>)],
    ) -> Segment {
        let declared = self.workload.entity(entity);
        let how = encoding_of(declared, component);
        match self.source(entity, component.attribute, fan) {
            Some(Source::Parameter(name)) => Segment::Parameter {
                parameter: name.to_owned(),
                encoding: how.to_string(),
            },
            Some(Source::Variable(name)) => Segment::Variable {
                variable: name,
                encoding: how.to_string(),
            },
            // Constants were checked to fit when the file was read.
            Some(Source::Constant(value)) => {
                literal(&encoding::encode(value, how).unwrap_or_default())
            }
            None => literal(""),
        }
    }

    pub(super) fn sort_conditions(
        &self,
        demand: &Demand,
        family: &Family,
        found: &Access,
    ) -> Vec<Choice<SortCondition>> {
        let mut start = Segments::default();
        for piece in &found.start {
            match piece {
                Piece::Label(label) => start.literal(label),
                Piece::Fixed(member, component) => {
                    start.push(self.segment(
                        family.members[*member].entity,
                        *component,
                        &demand.fan,
                    ));
                    start.literal("#");
                }
                Piece::Value(_, _, value) => {
                    start.literal(&format!("{}#", encoding::escape(&value.plain())));
                }
            }
        }
        let begins = |s: Segments| Choice::Plain(SortCondition::BeginsWith(Choice::Plain(s.0)));
        match &found.run {
            Run::All if found.start.is_empty() => Vec::new(),
            Run::All => vec![begins(start)],
            Run::Point => vec![Choice::Plain(SortCondition::Equals(Choice::Plain(start.0)))],
            Run::Starts(_, _) => vec![self.starts(start)],
            Run::Bounded(member, component) => {
                let (low, high) =
                    self.bounds(&start, &start, family.members[*member].entity, *component);
                vec![Choice::Plain(SortCondition::Between(low, high))]
            }
            Run::Values(values) => {
                let at = |v: Option<&Constant>| {
                    let mut s = start.clone();
                    s.literal(&format!(
                        "{}#",
                        v.map(|v| encoding::escape(&v.plain())).unwrap_or_default()
                    ));
                    s
                };
                let (low, high) = (at(values.first()), at(values.last()).end());
                vec![Choice::Plain(SortCondition::Between(
                    Choice::Plain(low.0),
                    Choice::Plain(high.0),
                ))]
            }
            Run::Blocks(first, last) => {
                let low = self.edge(&start, family, first, true);
                let high = self.edge(&start, family, last, false);
                vec![Choice::Plain(SortCondition::Between(low, high))]
            }
        }
    }

    /// An end of a run of blocks.
    pub(super) fn edge(
        &self,
        start: &Segments,
        family: &Family,
        edge: &Edge,
        low: bool,
    ) -> Choice<Vec<Segment>> {
        let mut at = start.clone();
        at.literal(&edge.label);
        if let Some(value) = &edge.value {
            at.literal(&format!("{}#", encoding::escape(&value.plain())));
        }
        match &edge.cut {
            Some((member, component)) => {
                let (from, to) = self.bounds(&at, &at, family.members[*member].entity, *component);
                if low { from } else { to }
            }
            None if low => Choice::Plain(at.0),
            None => Choice::Plain(at.end().0),
        }
    }

    /// A start that a parameter gives, optional or not.
    pub(super) fn starts(&self, start: Segments) -> Choice<SortCondition> {
        let optional = self
            .read
            .prefix
            .as_ref()
            .is_some_and(|(_, optional)| *optional);
        let name = self.names.prefix.clone().unwrap_or_default();
        let mut with = start.clone();
        with.push(Segment::Parameter {
            parameter: name.clone(),
            encoding: "text".to_owned(),
        });
        let begins = |s: Segments| Choice::Plain(SortCondition::BeginsWith(Choice::Plain(s.0)));
        if !optional {
            return begins(with);
        }
        Choice::Given {
            given: vec![name],
            then: Box::new(begins(with)),
            otherwise: Box::new(begins(start)),
        }
    }

    /// The least and the greatest key of a bounded component: `P#v` lies before everything with v, `P#v$` after it.
    pub(super) fn bounds(
        &self,
        low: &Segments,
        high: &Segments,
        entity: EntityId,
        component: Component,
    ) -> (Choice<Vec<Segment>>, Choice<Vec<Segment>>) {
        let how = encoding_of(self.workload.entity(entity), component).to_string();
        let value = |of: &Segments, name: &str, after: bool| {
            let mut s = of.clone();
            s.push(Segment::Parameter {
                parameter: name.to_owned(),
                encoding: how.clone(),
            });
            if after {
                s.literal("$");
            }
            Choice::Plain(s.0)
        };
        let open_low = Choice::Plain(low.clone().0);
        let open_high = Choice::Plain(high.clone().end().0);
        let operator = self
            .read
            .range
            .as_ref()
            .map_or(RangeOperator::FromTo, |r| r.operator);
        let (from, to) = (self.names.from.as_deref(), self.names.to.as_deref());
        let bound = self.names.bound.as_deref().unwrap_or_default();
        // For each end of the range: the parameter, whether it may be left out, whether the value itself is outside.
        let lower = match operator {
            RangeOperator::FromTo => from.map(|n| (n, true, false)),
            RangeOperator::Between => from.map(|n| (n, false, false)),
            RangeOperator::Greater => Some((bound, false, true)),
            RangeOperator::GreaterOrEqual => Some((bound, false, false)),
            RangeOperator::Less | RangeOperator::LessOrEqual => None,
        };
        let upper = match operator {
            RangeOperator::FromTo => to.map(|n| (n, true, false)),
            RangeOperator::Between => to.map(|n| (n, false, false)),
            RangeOperator::Less => Some((bound, false, true)),
            RangeOperator::LessOrEqual => Some((bound, false, false)),
            RangeOperator::Greater | RangeOperator::GreaterOrEqual => None,
        };
        // Stored descending, the greatest values come first.
        let (first, last) = if component.descending {
            (upper, lower)
        } else {
            (lower, upper)
        };
        let end = |of: &Segments,
                   bound: Option<(&str, bool, bool)>,
                   open: Choice<Vec<Segment>>,
                   is_low: bool| match bound {
            None => open,
            Some((name, optional, exclusive)) => {
                let at = value(of, name, exclusive == is_low);
                if optional {
                    Choice::Given {
                        given: vec![name.to_owned()],
                        then: Box::new(at),
                        otherwise: Box::new(open),
                    }
                } else {
                    at
                }
            }
        };
        (
            end(low, first, open_low, true),
            end(high, last, open_high, false),
        )
    }
}

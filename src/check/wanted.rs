//! What the design asks of a read: which items of an entity, in which order, under which parameter names.

use super::compare::Operand;
use super::facts::{Atom, Relation, closure};
use super::values::Given;
use crate::workload::{
    AttributeId, AttributeSet, Binding, Entity, EntityId, RangeOperator, Read, ReadVerb, Test,
    Workload,
};

/// The names of the parameters of a read beside those of its `by`.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Of the lower bound.
    pub(super) from: Option<String>,
    /// Of the upper bound.
    pub(super) to: Option<String>,
    /// Of the one bound of a fixed operator.
    pub(super) bound: Option<String>,
    /// Of the start.
    pub(super) prefix: Option<String>,
}

/// The names by the rule of the document: `from` and `to`, else the attribute's; prefixed with the role on a clash.
pub(super) fn names(workload: &Workload, read: &Read) -> Names {
    let mut taken: Vec<String> = read.by.iter().map(|c| c.name.clone()).collect();
    let mut name = |role: &str, wanted: String| {
        let name = if taken.contains(&wanted) {
            format!("{role}_{wanted}")
        } else {
            wanted
        };
        taken.push(name.clone());
        Some(name)
    };
    let attribute = |binding: &Binding| {
        let first = binding
            .iter()
            .next()
            .map(|(e, a)| workload.entity(*e).attribute(*a).name.clone());
        first.unwrap_or_default()
    };
    let mut made = Names::default();
    match read.range.as_ref().map(|r| (r.operator, &r.binding)) {
        None => {}
        Some((RangeOperator::FromTo | RangeOperator::Between, _)) => {
            made.from = name("from", "from".to_owned());
            made.to = name("to", "to".to_owned());
        }
        Some((_, binding)) => made.bound = name("bound", attribute(binding)),
    }
    if let Some((binding, _)) = &read.prefix {
        made.prefix = name("prefix", attribute(binding));
    }
    made
}

/// Every choice of the optional parameters of a read.
pub(super) fn choices<'a>(read: &'a Read, names: &'a Names) -> Vec<Given<'a>> {
    let mut optional: Vec<&str> = read
        .by
        .iter()
        .filter(|c| c.optional)
        .map(|c| c.name.as_str())
        .collect();
    if read
        .range
        .as_ref()
        .is_some_and(|r| r.operator == RangeOperator::FromTo)
    {
        optional.extend(names.from.as_deref().into_iter().chain(names.to.as_deref()));
    }
    if read.prefix.as_ref().is_some_and(|(_, optional)| *optional) {
        optional.extend(names.prefix.as_deref());
    }
    let all = optional.iter().copied().collect();
    // The design admits six optional parameters of `by`, and a range and a prefix add three.
    let count = 1usize << optional.len().min(10);
    let chosen = |choice: usize| {
        let given = optional
            .iter()
            .enumerate()
            .filter(|(at, _)| at >= &10 || choice >> at & 1 == 1);
        given.map(|(_, name)| *name).collect()
    };
    (0..count)
        .map(|choice| Given {
            optional: std::collections::BTreeSet::clone(&all),
            given: chosen(choice),
        })
        .collect()
}

/// What must hold of the items of an entity that a read returns.
pub(super) fn atoms(
    workload: &Workload,
    read: &Read,
    names: &Names,
    id: EntityId,
    given: &Given<'_>,
) -> Vec<Atom> {
    let entity = workload.entity(id);
    let mut made = Vec::new();
    for column in read.by.iter().filter(|c| !given.lacks(&c.name)) {
        if let Some(attribute) = column.binding.get(&id) {
            made.push(Atom::Compare(
                *attribute,
                Relation::Equal,
                Operand::Parameter(column.name.clone()),
            ));
        }
    }
    for condition in &read.constants {
        let Some(attribute) = condition.binding.get(&id).copied() else {
            continue;
        };
        made.push(match &condition.test {
            Test::OneOf(values) => Atom::OneOf(attribute, values.clone()),
            Test::Exists => Atom::Present(attribute),
            Test::Missing => Atom::Missing(attribute),
        });
    }
    if let Some(range) = &read.range
        && let Some(attribute) = range.binding.get(&id)
    {
        made.push(Atom::Present(*attribute));
        let bounds = bounds(range.operator, names)
            .into_iter()
            .filter(|(_, name)| !given.lacks(name));
        made.extend(bounds.map(|(relation, name)| {
            Atom::Compare(*attribute, relation, Operand::Parameter(name.to_owned()))
        }));
    }
    if let (Some((binding, _)), Some(name)) = (&read.prefix, &names.prefix)
        && let Some(attribute) = binding.get(&id)
    {
        made.push(Atom::Present(*attribute));
        if !given.lacks(name) {
            made.push(Atom::Compare(
                *attribute,
                Relation::Begins,
                Operand::Parameter(name.clone()),
            ));
        }
    }
    made.extend(
        read.sort
            .iter()
            .filter_map(|s| s.binding.get(&id))
            .map(|a| Atom::Present(*a)),
    );
    if entity.ttl.is_some() {
        made.push(Atom::Alive);
    }
    made
}

fn bounds(operator: RangeOperator, names: &Names) -> Vec<(Relation, &str)> {
    let from = names.from.as_deref().map(|n| (Relation::AtLeast, n));
    let to = names.to.as_deref().map(|n| (Relation::AtMost, n));
    let bound = |relation| names.bound.as_deref().map(|n| (relation, n));
    match operator {
        RangeOperator::FromTo | RangeOperator::Between => from.into_iter().chain(to).collect(),
        RangeOperator::Less => bound(Relation::Below).into_iter().collect(),
        RangeOperator::LessOrEqual => bound(Relation::AtMost).into_iter().collect(),
        RangeOperator::Greater => bound(Relation::Above).into_iter().collect(),
        RangeOperator::GreaterOrEqual => bound(Relation::AtLeast).into_iter().collect(),
    }
}

/// The order in which the items of an entity are wanted: attribute, and whether from high to low.
pub(super) fn order(read: &Read, id: EntityId) -> Vec<(AttributeId, bool)> {
    if read.verb != ReadVerb::List {
        return Vec::new();
    }
    if !read.sort.is_empty() {
        return read
            .sort
            .iter()
            .filter_map(|s| Some((*s.binding.get(&id)?, s.descending)))
            .collect();
    }
    let range = read.range.as_ref().map(|r| &r.binding);
    let binding = range.or_else(|| read.prefix.as_ref().map(|(b, _)| b));
    binding
        .and_then(|b| b.get(&id))
        .map(|a| (*a, false))
        .into_iter()
        .collect()
}

/// What is left of an order when some attributes have one value, up to where at most one item is left.
pub(super) fn cut(
    entity: &Entity,
    order: &[(AttributeId, bool)],
    fixed: AttributeSet,
) -> Vec<(AttributeId, bool)> {
    let mut known = closure(entity, fixed);
    let mut made = Vec::new();
    for (attribute, descending) in order {
        if entity.determines(known) {
            break;
        }
        if !known.contains(*attribute) {
            made.push((*attribute, *descending));
            known = closure(entity, known.with(*attribute));
        }
    }
    made
}

//! Reads of the model: every item is looked at.

use super::super::value::{Attrs, Decimal, Value};
use super::design::{Design, Entity};
use super::parameters::Parameters;
use super::patterns::{Bounds, Read, Test};
use super::steps::meets;
use super::{Identity, Model};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The bounds that a caller gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Range {
    bounds: Vec<(Bounds, Value)>,
}

/// Two values of one type: text by its bytes, numbers by value, times by time, `false` before `true`.
pub(crate) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => {
                let scale = a.scale.max(b.scale);
                a.shifted(scale).cmp(&b.shifted(scale))
            }
            _ => a.cmp(b),
        },
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Dec(n) => Some(*n),
        Value::Int(n) => Some(Decimal::new(*n, 0)),
        _ => None,
    }
}

fn within(bounds: Bounds, value: &Value, bound: &Value) -> bool {
    let order = compare(value, bound);
    match bounds {
        Bounds::Less => order == Ordering::Less,
        Bounds::LessOrEqual => order != Ordering::Greater,
        Bounds::Greater => order == Ordering::Greater,
        Bounds::GreaterOrEqual | Bounds::FromTo | Bounds::Between => order != Ordering::Less,
    }
}

/// `<`, `<=`, `>` or `>=` between a value and a bound.
pub(super) fn is_within(bounds: Bounds, value: &Value, bound: &Value) -> bool {
    within(bounds, value, bound)
}

/// What a caller asks for.
struct Asked<'a> {
    values: &'a Attrs,
    range: Range,
    prefix: Option<&'a Value>,
}

impl<'a> Asked<'a> {
    fn new(parameters: &Parameters, values: &'a Attrs) -> Self {
        let prefix = parameters.single.iter().find(|p| p.role == "prefix");
        Self {
            values,
            range: range(parameters, values),
            prefix: prefix.and_then(|p| values.get(&p.name)),
        }
    }
}

impl Model {
    /// The items of one entity that a read matches for each of several calls, in the order of their keys.
    ///
    /// Every item is looked at, once for all calls; those that ask for another value of the first attribute of `by`
    /// are passed over.
    pub(crate) fn matches(
        &self,
        read: &Read,
        entity: &Entity,
        parameters: &Parameters,
        calls: &[&Attrs],
    ) -> Result<Vec<Vec<Rc<Attrs>>>, String> {
        let asked: Vec<Asked> = calls.iter().map(|v| Asked::new(parameters, v)).collect();
        let mut pairs = read.by.iter().zip(&parameters.single);
        let first = pairs.find_map(|(by, parameter)| Some((by.of(entity)?, &parameter.name)));
        let mut by_value: BTreeMap<&Value, Vec<usize>> = BTreeMap::new();
        let mut always = Vec::new();
        for (place, values) in calls.iter().enumerate() {
            match first.and_then(|(_, name)| values.get(name)) {
                Some(value) => by_value.entry(value).or_default().push(place),
                None => always.push(place),
            }
        }
        let mut out = vec![Vec::new(); calls.len()];
        for (_, item) in self.present(entity) {
            if !(fixed_matches(read, entity, item)? && ordered_matches(read, entity, item)) {
                continue;
            }
            let value = first.and_then(|(attribute, _)| item.get(attribute));
            let same = value.and_then(|v| by_value.get(v)).into_iter().flatten();
            for place in same.chain(&always) {
                let call = &asked[*place];
                let keep = by_matches(read, entity, parameters, call.values, item)
                    && range_matches(read, entity, &call.range, item)
                    && prefix_matches(read, entity, call.prefix, item);
                if keep {
                    out[*place].push(Rc::clone(item));
                }
            }
        }
        Ok(out)
    }

    /// The attributes that order an entity's items: of `sort`, else `range`, else `prefix`.
    pub(crate) fn order(read: &Read, entity: &Entity) -> Vec<(String, bool)> {
        let range = read.range.as_ref().map(|(name, _)| (name.clone(), false));
        let prefix = read.prefix.as_ref().map(|(name, _)| (name.clone(), false));
        let order = if read.sort.is_empty() {
            range.or(prefix).into_iter().collect()
        } else {
            read.sort.clone()
        };
        order
            .into_iter()
            .filter(|(name, _)| entity.attributes.contains_key(name))
            .collect()
    }

    /// How two items stand in an order.
    pub(crate) fn ordered(order: &[(String, bool)], left: &Attrs, right: &Attrs) -> Ordering {
        for (name, descending) in order {
            let (Some(left), Some(right)) = (left.get(name), right.get(name)) else {
                continue;
            };
            let ordering = compare(left, right);
            let ordering = if *descending {
                ordering.reverse()
            } else {
                ordering
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        Ordering::Equal
    }

    /// What the references of an item that a read follows point to.
    pub(crate) fn followed(
        &self,
        read: &Read,
        entity: &Entity,
        item: &Attrs,
    ) -> BTreeSet<Identity> {
        let mut out = BTreeSet::new();
        for reference in entity
            .references
            .iter()
            .filter(|r| read.follow.contains(&r.name))
        {
            let values: Option<Vec<Value>> = reference
                .attributes
                .iter()
                .map(|name| item.get(name).cloned())
                .collect();
            let Some(values) = values else { continue };
            for target in &reference.targets {
                let identity = (target.clone(), values.clone());
                if self.item(&identity).is_some() {
                    out.insert(identity);
                }
            }
        }
        out
    }
}

impl Design {
    /// The one entity of a collection whose items a limit counts; nothing where all are counted.
    pub(crate) fn limited(&self, read: &Read) -> Result<Option<String>, String> {
        if read.interleave {
            return Ok(None);
        }
        let mut many = Vec::new();
        for name in &read.entities {
            if read.entities.len() == 1 || !at_most_one(read, self.entity(name)?) {
                many.push(name.clone());
            }
        }
        match many.as_slice() {
            [one] => Ok(Some(one.clone())),
            other => Err(format!(
                "a limit needs one entity that can match many times, these can: {other:?}"
            )),
        }
    }
}

fn at_most_one(read: &Read, entity: &Entity) -> bool {
    let by = read
        .by
        .iter()
        .filter(|b| !b.optional)
        .filter_map(|b| b.of(entity));
    let fixed = read
        .fixed
        .iter()
        .filter(|(_, test)| matches!(test, Test::Is(_)))
        .map(|(name, _)| name.as_str());
    let given: BTreeSet<&str> = by.chain(fixed).collect();
    let holds = |set: &[String]| set.iter().all(|name| given.contains(name.as_str()));
    holds(&entity.key) || entity.uniques.iter().any(|u| holds(&u.attributes))
}

fn range(parameters: &Parameters, values: &Attrs) -> Range {
    let mut bounds = Vec::new();
    for parameter in &parameters.single {
        let bound = match parameter.role {
            "from" => Bounds::GreaterOrEqual,
            "to" => Bounds::LessOrEqual,
            _ => continue,
        };
        bounds.extend(values.get(&parameter.name).map(|v| (bound, v.clone())));
    }
    Range { bounds }
}

fn by_matches(
    read: &Read,
    entity: &Entity,
    parameters: &Parameters,
    values: &Attrs,
    item: &Attrs,
) -> bool {
    read.by
        .iter()
        .zip(&parameters.single)
        .all(|(by, parameter)| {
            let Some(attribute) = by.of(entity) else {
                return true;
            };
            let Some(wanted) = values.get(&parameter.name) else {
                return true;
            };
            item.get(attribute)
                .is_some_and(|found| compare(found, wanted) == Ordering::Equal)
        })
        && read.range.as_ref().is_none_or(|(name, bounds)| {
            let bound = parameters
                .single
                .iter()
                .find(|p| p.role == "bound")
                .and_then(|p| values.get(&p.name));
            match (bound, item.get(name)) {
                (Some(bound), Some(value)) => within(*bounds, value, bound),
                _ => true,
            }
        })
}

fn fixed_matches(read: &Read, entity: &Entity, item: &Attrs) -> Result<bool, String> {
    for (name, test) in &read.fixed {
        let Some(attribute) = entity.attributes.get(name) else {
            continue;
        };
        if meets(test, &attribute.kind, item.get(name), &Attrs::new())? == Some(false) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An item that lacks an attribute of `sort` is not returned.
fn ordered_matches(read: &Read, entity: &Entity, item: &Attrs) -> bool {
    let declared = read
        .sort
        .iter()
        .filter(|(name, _)| entity.attributes.contains_key(name));
    declared
        .into_iter()
        .all(|(name, _)| item.contains_key(name))
}

fn range_matches(read: &Read, entity: &Entity, range: &Range, item: &Attrs) -> bool {
    let Some((name, _)) = read
        .range
        .as_ref()
        .filter(|(name, _)| entity.attributes.contains_key(name))
    else {
        return true;
    };
    let Some(value) = item.get(name) else {
        return false;
    };
    range
        .bounds
        .iter()
        .all(|(bounds, bound)| within(*bounds, value, bound))
}

fn prefix_matches(read: &Read, entity: &Entity, prefix: Option<&Value>, item: &Attrs) -> bool {
    let Some((name, _)) = read
        .prefix
        .as_ref()
        .filter(|(name, _)| entity.attributes.contains_key(name))
    else {
        return true;
    };
    match (item.get(name), prefix) {
        (Some(_), None) => true,
        (Some(Value::Text(text)), Some(Value::Text(start))) => {
            text.as_bytes().starts_with(start.as_bytes())
        }
        _ => false,
    }
}

//! What a read asks, read off the language page: which items are wanted, and which must come before which.
//!
//! Promises: nothing here knows of keys or indexes. A *question* is a read with a choice of its optional parameters. A
//! value of an attribute is a small number that stands for its place among the values of its type, or [`MISSING`].

use crate::spec::{Action, Bounds, Design, Filter, Read, ReadVerb, Test};
use std::collections::BTreeMap;

/// The value of an attribute that an item lacks.
pub(crate) const MISSING: i8 = -1;

/// The bit of [`MISSING`] in a set of values.
pub(crate) const MISSING_BIT: u16 = 1 << 15;

/// An item: its entity, and the value of each attribute by its place. Attributes that do not matter are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) entity: usize,
    pub(crate) values: [i8; 10],
}

/// A read with a choice of its optional parameters.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) pattern: usize,
    pub(crate) read: Read,
    /// The places in `by` that the caller gives.
    pub(crate) given: Vec<usize>,
    /// Whether it finds what is then written.
    pub(crate) finds: bool,
}

/// What a caller gives: a value for each given column, and an interval of the bounded attribute.
#[derive(Debug, Clone)]
pub(crate) struct Parameters {
    pub(crate) values: Vec<i8>,
    pub(crate) bounds: Option<(i8, i8)>,
}

/// All questions of a design that do not go by the table's key.
/// Over how many partitions the tool spreads a read, by pattern and what is given: how much load a partition takes is
/// not for this oracle to say.
pub(crate) type Spread = BTreeMap<(usize, Vec<usize>), u32>;

pub(crate) fn questions(design: &Design, spread: &Spread) -> Vec<Question> {
    let mut made = Vec::new();
    for (pattern, of) in design.patterns.iter().enumerate() {
        let Some(read) = design.read(pattern) else {
            continue;
        };
        if design.goes_by_key(pattern) {
            continue;
        }
        let optional: Vec<usize> = (0..read.by.len())
            .filter(|c| read.by[*c].optional)
            .collect();
        for choice in 0..1_u32 << optional.len() {
            let left_out = |c: &usize| {
                optional
                    .iter()
                    .position(|o| o == c)
                    .is_some_and(|at| choice >> at & 1 == 1)
            };
            let given: Vec<usize> = (0..read.by.len()).filter(|c| !left_out(c)).collect();
            let mut question = Question {
                pattern,
                read: read.clone(),
                given,
                finds: matches!(of.action, Action::Find(..)),
            };
            let computed = spread.get(&(pattern, question.given.clone()));
            let single = |e: &usize| question.determines(design, *e);
            if read.entities.iter().all(single) {
                // A single item lies in one partition.
                question.read.shards = 1;
            } else if let (true, 1, Some(n)) = (read.allow.fan_out, read.shards, computed) {
                question.read.shards = *n;
            }
            made.push(question);
        }
    }
    made
}

impl Question {
    /// The question without constants that narrow what the caller gives: a request compares the parameter in the key,
    /// it does not depend on whether the parameter is one of the constants. A filter may drop the parameter instead.
    pub(crate) fn by_parameters(&self) -> Self {
        let mut made = self.clone();
        let is_given = |name: &String| {
            let column = |c: &usize| &self.read.by[*c];
            self.given
                .iter()
                .map(column)
                .any(|b| b.map.is_empty() && b.name == *name)
        };
        made.read.conditions.retain(|(name, _)| !is_given(name));
        made
    }

    /// Whether a filter may drop what the caller gives of an attribute that constants narrow too.
    pub(crate) fn drops_narrowed(&self) -> bool {
        let named = |n: &String| match &self.read.allow.filter {
            Filter::None => false,
            Filter::Any => true,
            Filter::Only(names) => names.contains(n),
        };
        self.read.conditions.iter().any(|(n, _)| named(n))
    }

    /// Over how many partitions its items may be spread: as many as it says, or one where it goes through values with
    /// one item each.
    pub(crate) fn spreads(&self, design: &Design, exact: bool) -> Vec<u32> {
        let mut made = vec![self.read.shards];
        if let (false, true, &[entity]) = (
            exact,
            self.read.allow.fan_out,
            self.read.entities.as_slice(),
        ) {
            let of = &design.entities[entity];
            let several = |a: usize| {
                self.constants(design, entity, a)
                    .is_some_and(|v| v.len() > 1)
            };
            let finite = |a: usize| design.ty(entity, a).is_finite() && !of.attributes[a].optional;
            let able = |a: &usize| several(*a) || finite(*a);
            let fan: Vec<usize> = (0..of.attributes.len()).filter(able).collect();
            if self.determines_with(design, entity, &fan) {
                made.push(1);
            }
        }
        made
    }

    /// Whether it asks for items of an entity.
    pub(crate) fn asks(&self, entity: usize) -> bool {
        self.read.entities.contains(&entity)
    }

    /// The attribute of an entity that a given column fixes.
    pub(crate) fn fixed(&self, design: &Design, entity: usize, column: usize) -> Option<usize> {
        self.read.by[column].attribute(design, entity)
    }

    /// The attributes of an entity on whose value the answer depends.
    pub(crate) fn compared(&self, design: &Design, entity: usize) -> Vec<usize> {
        let of = &design.entities[entity];
        let mut made: Vec<usize> = self
            .given
            .iter()
            .filter_map(|c| self.fixed(design, entity, *c))
            .collect();
        made.extend(
            self.read
                .conditions
                .iter()
                .filter(|(_, t)| matches!(t, Test::OneOf(_)))
                .filter_map(|(n, _)| of.find(n)),
        );
        made.extend(self.bounded().and_then(|n| of.find(n)));
        made.extend(self.read.sort.iter().filter_map(|(n, _)| of.find(n)));
        made.sort_unstable();
        made.dedup();
        made
    }

    /// The attributes of an entity of which only the presence matters.
    pub(crate) fn looked_at(&self, design: &Design, entity: usize) -> Vec<usize> {
        let tests = self
            .read
            .conditions
            .iter()
            .filter(|(_, t)| !matches!(t, Test::OneOf(_)));
        tests
            .filter_map(|(n, _)| design.entities[entity].find(n))
            .collect()
    }

    /// The attribute of `range` or, without one, of `prefix`.
    pub(crate) fn bounded(&self) -> Option<&str> {
        let range = self.read.range.as_ref().map(|(n, _)| n.as_str());
        range.or(self.read.prefix.as_ref().map(|(n, _)| n.as_str()))
    }

    /// The order asked for: without `sort` that of the bounded attribute.
    fn order(&self) -> Vec<(&str, bool)> {
        if self.read.verb != ReadVerb::List {
            return Vec::new();
        }
        if self.read.sort.is_empty() {
            return self.bounded().map(|n| (n, false)).into_iter().collect();
        }
        self.read
            .sort
            .iter()
            .map(|(n, down)| (n.as_str(), *down))
            .collect()
    }

    /// The constants that narrow an attribute of an entity.
    pub(crate) fn constants(
        &self,
        design: &Design,
        entity: usize,
        attribute: usize,
    ) -> Option<&[u8]> {
        let found = |(name, test): &'_ &(String, Test)| {
            matches!(test, Test::OneOf(_)) && design.entities[entity].find(name) == Some(attribute)
        };
        self.read
            .conditions
            .iter()
            .find(found)
            .and_then(|(_, t)| match t {
                Test::OneOf(values) => Some(values.as_slice()),
                Test::Exists | Test::Missing => None,
            })
    }

    /// The values that an attribute may have in an item that is wanted, out of all that it may have.
    pub(crate) fn possible(
        &self,
        design: &Design,
        entity: usize,
        attribute: usize,
        all: u16,
    ) -> u16 {
        let name = &design.entities[entity].attributes[attribute].name;
        let mut values = all;
        if self.compared(design, entity).contains(&attribute) {
            values &= !MISSING_BIT;
        }
        for (_, test) in self.read.conditions.iter().filter(|(n, _)| n == name) {
            values &= match test {
                Test::OneOf(of) => of.iter().fold(0, |set, v| set | 1 << v),
                Test::Exists => !MISSING_BIT,
                Test::Missing => MISSING_BIT,
            };
        }
        values
    }

    /// Every choice of parameters, of attributes with so many values.
    pub(crate) fn parameters(
        &self,
        design: &Design,
        size: impl Fn(usize, usize) -> i8,
    ) -> Vec<Parameters> {
        let mut made = vec![Vec::new()];
        for column in &self.given {
            let fixed = |e: &usize| self.fixed(design, *e, *column).map(|a| size(*e, a));
            let most = self
                .read
                .entities
                .iter()
                .filter_map(fixed)
                .max()
                .unwrap_or(1);
            made = made
                .into_iter()
                .flat_map(|v: Vec<i8>| (0..most).map(move |n| [v.clone(), vec![n]].concat()))
                .collect();
        }
        let bounded = |e: &usize| {
            design.entities[*e]
                .find(self.bounded()?)
                .map(|a| size(*e, a))
        };
        let most = self.read.entities.iter().filter_map(bounded).max();
        let intervals = most.map_or_else(
            || vec![None],
            |n| self.intervals(n).into_iter().map(Some).collect(),
        );
        made.into_iter()
            .flat_map(|values| {
                intervals.iter().map(move |b| Parameters {
                    values: values.clone(),
                    bounds: *b,
                })
            })
            .collect()
    }

    /// The intervals of values 0 to `n` - 1 that a caller can ask for; of a prefix those below one node of a tree of
    /// texts: `a`, `ab`, `b` and so on. Empty intervals ask for nothing.
    fn intervals(&self, n: i8) -> Vec<(i8, i8)> {
        let all = (0..n).flat_map(|lo| (lo..n).map(move |hi| (lo, hi)));
        let Some((_, bounds)) = &self.read.range else {
            return all
                .filter(|(lo, hi)| lo == hi || (*lo, *hi) == (0, n - 1) || (*lo, *hi) == (0, 1))
                .collect();
        };
        match bounds {
            Bounds::FromTo | Bounds::Between => all.collect(),
            Bounds::Less | Bounds::LessOrEqual => all.filter(|(lo, _)| *lo == 0).collect(),
            Bounds::Greater | Bounds::GreaterOrEqual => {
                all.filter(|(_, hi)| *hi == n - 1).collect()
            }
        }
    }

    /// Whether an item is wanted.
    pub(crate) fn wants(&self, design: &Design, item: &Item, given: &Parameters) -> bool {
        self.asks(item.entity)
            && self.meets(design, item, given, |_| true)
            && self.order().iter().all(|(n, _)| {
                design.entities[item.entity]
                    .find(n)
                    .is_none_or(|a| item.values[a] != MISSING)
            })
    }

    /// Whether a filter may drop an item, so that a request may read it although it is not wanted.
    pub(crate) fn may_drop(&self, design: &Design, item: &Item, given: &Parameters) -> bool {
        self.asks(item.entity)
            && match &self.read.allow.filter {
                Filter::None => false,
                Filter::Any => true,
                Filter::Only(names) => {
                    let checked = |n: &str| !names.iter().any(|f| f == n);
                    let present = |n: &str| {
                        let at = design.entities[item.entity].find(n);
                        at.is_none_or(|a| item.values[a] != MISSING)
                    };
                    self.meets(design, item, given, checked)
                        && self.order().iter().all(|(n, _)| !checked(n) || present(n))
                }
            }
    }

    /// Whether reading an item that is not wanted costs nothing: it agrees on a unique set with what the caller fixes, so
    /// that a request that reads all of those reads at most one item of the entity, and drops it if need be. As a `get`
    /// by more than the key does; in a collection the other entities' items would have to be read beside it.
    pub(crate) fn is_only_one(
        &self,
        design: &Design,
        item: &Item,
        given: &Parameters,
        fan: &[(usize, i8)],
    ) -> bool {
        let fixed: Vec<(usize, i8)> = self
            .given
            .iter()
            .zip(&given.values)
            .filter_map(|(c, v)| self.fixed(design, item.entity, *c).map(|a| (a, *v)))
            .chain(self.single_constants(design, item.entity))
            .chain(fan.iter().copied())
            .collect();
        let agrees = |a: &usize| fixed.iter().any(|(b, v)| a == b && item.values[*a] == *v);
        self.read.entities == [item.entity]
            && design.entities[item.entity]
                .unique_sets()
                .iter()
                .any(|set| set.iter().all(agrees))
    }

    pub(crate) fn single_constants(&self, design: &Design, entity: usize) -> Vec<(usize, i8)> {
        let single = |(n, t): &(String, Test)| match t {
            Test::OneOf(v) if v.len() == 1 => {
                design.entities[entity].find(n).zip(i8::try_from(v[0]).ok())
            }
            _ => None,
        };
        self.read.conditions.iter().filter_map(single).collect()
    }

    /// Whether an item meets every condition on the attributes that `checked` names.
    fn meets(
        &self,
        design: &Design,
        item: &Item,
        given: &Parameters,
        checked: impl Fn(&str) -> bool,
    ) -> bool {
        let of = &design.entities[item.entity];
        let equal = self.given.iter().zip(&given.values).all(|(column, value)| {
            !checked(&self.read.by[*column].name)
                || self
                    .fixed(design, item.entity, *column)
                    .is_none_or(|a| item.values[a] == *value)
        });
        let constant = self.read.conditions.iter().all(|(name, test)| {
            !checked(name)
                || of.find(name).is_none_or(|a| match test {
                    Test::OneOf(values) => values
                        .iter()
                        .any(|v| i8::try_from(*v) == Ok(item.values[a])),
                    Test::Exists => item.values[a] != MISSING,
                    Test::Missing => item.values[a] == MISSING,
                })
        });
        let bounded = self.bounded().is_none_or(|name| {
            !checked(name)
                || of.find(name).is_none_or(|a| {
                    given.bounds.is_none_or(|(lo, hi)| {
                        item.values[a] != MISSING && lo <= item.values[a] && item.values[a] <= hi
                    })
                })
        });
        equal && constant && bounded
    }

    /// Whether, of two items that are wanted, the first must come before the second when reading.
    pub(crate) fn precedes(&self, design: &Design, a: &Item, b: &Item) -> bool {
        if a.entity != b.entity && !self.read.interleave {
            return self.counted(design) == Some(b.entity);
        }
        for (name, down) in self.order() {
            let value = |i: &Item| design.entities[i.entity].find(name).map(|at| i.values[at]);
            let (Some(x), Some(y)) = (value(a), value(b)) else {
                continue;
            };
            if x != y {
                return (x < y) != down;
            }
        }
        false
    }

    /// With `interleave`, for each entity the attributes that put it in the one order of all.
    pub(crate) fn merged_by(&self, design: &Design) -> Vec<(usize, Vec<usize>)> {
        if !self.read.interleave {
            return Vec::new();
        }
        let of = |e: &usize| {
            let given = |a: &usize| {
                self.given
                    .iter()
                    .any(|c| self.fixed(design, *e, *c) == Some(*a))
            };
            let constant = |a: &usize| {
                self.single_constants(design, *e)
                    .iter()
                    .any(|(b, _)| a == b)
            };
            let named = self.order().into_iter();
            let all = named.filter_map(|(n, _)| design.entities[*e].find(n));
            (*e, all.filter(|a| !given(a) && !constant(a)).collect())
        };
        self.read.entities.iter().map(of).collect()
    }

    /// The entity whose items a limit counts, in a collection that is not interleaved: the one that can match many times.
    fn counted(&self, design: &Design) -> Option<usize> {
        if self.read.limit.is_none() || self.read.entities.len() < 2 || self.read.interleave {
            return None;
        }
        self.read
            .entities
            .iter()
            .copied()
            .find(|e| !self.determines(design, *e))
    }

    /// Whether at most one item of an entity matches.
    pub(crate) fn determines(&self, design: &Design, entity: usize) -> bool {
        self.determines_with(design, entity, &[])
    }

    /// Whether at most one item of an entity matches for each choice of values of some more attributes.
    pub(crate) fn determines_with(&self, design: &Design, entity: usize, more: &[usize]) -> bool {
        let mut fixed: Vec<usize> = self
            .given
            .iter()
            .filter_map(|c| self.fixed(design, entity, *c))
            .collect();
        fixed.extend(
            self.single_constants(design, entity)
                .iter()
                .map(|(a, _)| *a),
        );
        fixed.extend(more);
        design.entities[entity]
            .unique_sets()
            .iter()
            .any(|set| set.iter().all(|a| fixed.contains(a)))
    }

    /// Whether a scan of an index that holds just these items could answer it: a `list` or `count` without `by`,
    /// `range`, `prefix` and `sort`.
    pub(crate) fn is_plain(&self) -> bool {
        self.read.verb != ReadVerb::Get
            && self.given.is_empty()
            && self.order().is_empty()
            && self.bounded().is_none()
            && self.read.entities.len() == 1
    }

    /// Whether a price can never be avoided.
    pub(crate) fn always_pays(&self) -> bool {
        self.finds
    }

    /// Whether a scan of the table answers it: it comes in no order.
    pub(crate) fn may_scan(&self) -> bool {
        let counts_some = self.read.limit.is_some() && self.read.entities.len() > 1;
        self.read.allow.scan && self.order().is_empty() && !counts_some
    }

    /// Whether the pattern accepts any price that a key could save.
    pub(crate) fn may_pay(&self) -> bool {
        self.read.allow.filter != Filter::None || self.read.allow.fan_out || self.read.allow.scan
    }
}

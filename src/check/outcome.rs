//! From comparisons to statements about items: which ones a key condition selects.

use super::compare::{Of, Operand, Place, Tree};
use super::facts::{Atom, Relation};
use crate::workload::Constant;

/// Which items a condition selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// None.
    Never,
    /// Those of which all of this holds.
    When(Vec<Atom>),
    /// It cannot be told, for the reason.
    Unclear(String),
}

/// The conditions on one key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// The key is the value.
    Equals,
    /// It begins with the value.
    Begins,
    /// It is less.
    Below,
    /// It is less or the same.
    AtMost,
    /// It is greater.
    Above,
    /// It is greater or the same.
    AtLeast,
}

impl Test {
    const fn holds(self, place: Place) -> bool {
        match self {
            Self::Equals => matches!(place, Place::Same),
            Self::Begins => matches!(place, Place::Same | Place::Extends),
            Self::Below => matches!(place, Place::Before),
            Self::AtMost => matches!(place, Place::Before | Place::Same),
            Self::Above => matches!(place, Place::After | Place::Extends),
            Self::AtLeast => matches!(place, Place::Same | Place::After | Place::Extends),
        }
    }

    const fn takes_greater(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }
}

impl Outcome {
    /// Every item.
    pub(super) const fn all() -> Self {
        Self::When(Vec::new())
    }

    /// The items that both select.
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Never => Self::Never,
            Self::When(mut atoms) => match other() {
                Self::When(more) => {
                    atoms.extend(more);
                    Self::When(atoms)
                }
                rest => rest,
            },
            Self::Unclear(why) => match other() {
                Self::Never => Self::Never,
                _ => Self::Unclear(why),
            },
        }
    }
}

/// Which items a condition selects whose key lies as `tree` says.
pub(super) fn select(tree: &Tree, test: Test) -> Outcome {
    match tree {
        Tree::Is(place) if test.holds(*place) => Outcome::all(),
        Tree::Is(_) => Outcome::Never,
        Tree::Unclear(why) => Outcome::Unclear(why.clone()),
        Tree::OneOf(trees) => agreed(trees.iter().map(|t| select(t, test))),
        Tree::Cases(id, cases) => by_case(*id, cases.iter().map(|(v, t)| (v, select(t, test)))),
        Tree::Split {
            of,
            with,
            down,
            open,
            equal,
        } => {
            let equal = select(equal, test);
            if matches!(test, Test::Equals) || (test == Test::Begins && !open) {
                return is_equal(of, with).and(|| equal);
            }
            let Of::Attribute(id) = of else {
                return Outcome::Unclear("a shard is bounded".to_owned());
            };
            let relation = match (test, equal == Outcome::all(), equal == Outcome::Never) {
                (Test::Begins, true, _) => Relation::Begins,
                (_, true, _) if test.takes_greater() != *down => Relation::AtLeast,
                (_, true, _) => Relation::AtMost,
                (Test::Begins, ..) | (_, _, false) => {
                    return Outcome::Unclear(
                        "a bound goes on behind a value that it does not fix".to_owned(),
                    );
                }
                _ if test.takes_greater() != *down => Relation::Above,
                _ => Relation::Below,
            };
            Outcome::When(vec![Atom::Compare(*id, relation, with.clone())])
        }
    }
}

/// Which items lie between two values, both inclusive.
pub(super) fn between(low: &Tree, high: &Tree) -> Outcome {
    match (low, high) {
        // What both bounds fix alike is fixed: a lesser value lies below the one, a greater value above the other.
        (
            Tree::Split {
                of,
                with,
                equal: from,
                open: false,
                ..
            },
            Tree::Split {
                of: of_high,
                with: with_high,
                equal: to,
                open: false,
                ..
            },
        ) if of == of_high && with == with_high => is_equal(of, with).and(|| between(from, to)),
        (Tree::OneOf(trees), other) => agreed(trees.iter().map(|t| between(t, other))),
        (other, Tree::OneOf(trees)) => agreed(trees.iter().map(|t| between(other, t))),
        (Tree::Cases(id, from), Tree::Cases(other, to))
            if id == other && from.len() == to.len() =>
        {
            by_case(
                *id,
                from.iter()
                    .zip(to)
                    .map(|((value, a), (_, b))| (value, between(a, b))),
            )
        }
        _ => select(low, Test::AtLeast).and(|| select(high, Test::AtMost)),
    }
}

fn is_equal(of: &Of, with: &Operand) -> Outcome {
    Outcome::When(vec![match (of, with) {
        (Of::Attribute(id), with) => Atom::Compare(*id, Relation::Equal, with.clone()),
        (Of::Shard(of, count), Operand::Variable(name)) => {
            Atom::Shard(name.clone(), of.clone(), *count)
        }
        (Of::Shard(..), _) => {
            return Outcome::Unclear("a shard is not taken from `for_each`".to_owned());
        }
    }])
}

/// What a condition selects for every value of the request.
fn agreed(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let mut first: Option<Outcome> = None;
    for outcome in outcomes {
        if first.get_or_insert_with(|| outcome.clone()) != &outcome {
            return Outcome::Unclear(
                "which items come differs with the value of the request".to_owned(),
            );
        }
    }
    first.unwrap_or_else(|| Outcome::Unclear("the request has no value".to_owned()))
}

/// The items whose value is one of those whose case selects; the rest of what the cases say must be the same.
fn by_case<'a>(
    id: crate::workload::AttributeId,
    cases: impl Iterator<Item = (&'a Constant, Outcome)>,
) -> Outcome {
    let mut kept: Vec<Constant> = Vec::new();
    let mut rest: Option<Vec<Atom>> = None;
    for (value, outcome) in cases {
        match outcome {
            Outcome::Never => {}
            Outcome::Unclear(why) => return Outcome::Unclear(why),
            Outcome::When(atoms) => {
                if rest.as_ref().is_some_and(|r| *r != atoms) {
                    return Outcome::Unclear(
                        "a bound means something else for each value of an enumeration".to_owned(),
                    );
                }
                rest = Some(atoms);
                kept.push(value.clone());
            }
        }
    }
    match rest {
        None => Outcome::Never,
        Some(mut atoms) => {
            atoms.push(Atom::OneOf(id, kept));
            Outcome::When(atoms)
        }
    }
}

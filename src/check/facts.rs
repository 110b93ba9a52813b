//! Statements about the items of one entity, in a form in which equal statements look equal.
//!
//! A request, a sparse index and a filter each say something about the items that come; the design says which are
//! wanted. Both sides become [`Facts`], and the read is right when they are the same: nothing wanted is lost, nothing
//! else comes. What every item has by its declaration is left out, what a derived attribute needs is said of its
//! sources, and values are said only where they are not all that the type has.

use super::compare::{Operand, Scope};
use super::values::constant;
use crate::workload::{AttributeId, AttributeSet, Constant, Entity};
use std::collections::{BTreeMap, BTreeSet};

/// How a value compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// The same.
    Equal,
    /// Less.
    Below,
    /// Less or the same.
    AtMost,
    /// Greater.
    Above,
    /// Greater or the same.
    AtLeast,
    /// Begins with it.
    Begins,
}

/// One statement about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Atom {
    /// A value compares so.
    Compare(AttributeId, Relation, Operand),
    /// A value is one of these.
    OneOf(AttributeId, Vec<Constant>),
    /// An attribute is there.
    Present(AttributeId),
    /// An attribute is not there.
    Missing(AttributeId),
    /// The shard of some attributes among so many is the variable.
    Shard(String, Vec<AttributeId>, u32),
    /// The item is not over its time.
    Alive,
}

/// What is said of one attribute's value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct About {
    /// It is equal to all of these.
    pub(super) equal: BTreeSet<Operand>,
    /// It is one of these.
    pub(super) values: Option<BTreeSet<Constant>>,
    /// It is bounded by these.
    pub(super) bounds: BTreeSet<(Relation, Operand)>,
}

/// All that is said of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Facts {
    /// Of values.
    pub(super) about: BTreeMap<AttributeId, About>,
    /// Optional attributes that are there.
    pub(super) present: AttributeSet,
    /// Attributes that are not there.
    pub(super) missing: AttributeSet,
    /// Whether the item is not over its time.
    pub(super) alive: bool,
}

/// What a request goes through with `for_each`; no part of what is said of the items that come in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Spread {
    /// Variables that a key takes its values from, with the attribute.
    pub(super) variables: BTreeMap<String, AttributeId>,
    /// The variable of a shard, what is hashed, and the number of shards.
    pub(super) shard: Option<(String, Vec<AttributeId>, u32)>,
}

/// Some statements in their common form, and what the request goes through; `None` where no item can meet them all.
pub(super) fn facts(scope: Scope<'_>, atoms: &[Atom]) -> Option<(Facts, Spread)> {
    let mut made = Facts::default();
    let mut spread = Spread::default();
    for atom in atoms {
        match atom {
            Atom::Compare(id, relation, operand) => {
                present(scope.entity, *id, &mut made.present);
                compare(
                    scope,
                    *id,
                    *relation,
                    operand,
                    made.about.entry(*id).or_default(),
                    &mut spread,
                );
            }
            Atom::OneOf(id, values) => {
                present(scope.entity, *id, &mut made.present);
                narrow(
                    made.about.entry(*id).or_default(),
                    values.iter().cloned().collect(),
                );
            }
            Atom::Present(id) => present(scope.entity, *id, &mut made.present),
            Atom::Missing(id) => missing(scope.entity, *id, &mut made.missing),
            Atom::Shard(variable, of, count) => {
                spread.shard = Some((variable.clone(), of.clone(), *count));
            }
            Atom::Alive => made.alive = true,
        }
    }
    made.about.values_mut().for_each(within_bounds);
    let required = made.missing.iter().any(|id| !scope.entity.is_optional(id));
    let both = !made.missing.intersection(made.present).is_empty();
    let none = made
        .about
        .values()
        .any(|a| a.values.as_ref().is_some_and(BTreeSet::is_empty));
    if required || both || none {
        return None;
    }
    for (id, about) in &mut made.about {
        settle(scope, *id, about);
    }
    made.about.retain(|_, about| *about != About::default());
    Some((made, spread))
}

fn compare(
    scope: Scope<'_>,
    id: AttributeId,
    relation: Relation,
    operand: &Operand,
    about: &mut About,
    spread: &mut Spread,
) {
    match (relation, operand) {
        (Relation::Equal, Operand::Constant(value)) => {
            narrow(about, BTreeSet::from([value.clone()]));
        }
        (Relation::Equal, Operand::Variable(name)) => {
            spread.variables.insert(name.clone(), id);
            let ty = &scope.entity.attribute(id).ty;
            let values = scope.variables.get(name).into_iter().flatten();
            narrow(about, values.filter_map(|v| constant(v, ty)).collect());
        }
        (Relation::Equal, Operand::Parameter(name)) => {
            about.equal.insert(operand.clone());
            if let Some(values) = scope.parameters.get(name) {
                narrow(about, values.iter().cloned().collect());
            }
        }
        (Relation::Equal, Operand::Row(_)) => {
            about.equal.insert(operand.clone());
        }
        _ => {
            about.bounds.insert((relation, operand.clone()));
        }
    }
}

fn narrow(about: &mut About, to: BTreeSet<Constant>) {
    about.values = Some(match about.values.take() {
        Some(values) => values.intersection(&to).cloned().collect(),
        None => to,
    });
}

/// Of some values only those within constant bounds are left; the bounds then say no more.
fn within_bounds(about: &mut About) {
    let Some(values) = &mut about.values else {
        return;
    };
    let comparable = |a: &Constant, b: &Constant| match (a, b) {
        (Constant::Text(a), Constant::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Constant::Integer(a), Constant::Integer(b)) => Some(a.cmp(b)),
        _ => None,
    };
    about.bounds.retain(|(relation, operand)| {
        let Operand::Constant(bound) = operand else {
            return true;
        };
        if values.iter().any(|v| comparable(v, bound).is_none()) {
            return true;
        }
        let meets = |v: &Constant| match (relation, comparable(v, bound)) {
            (Relation::Below, Some(o)) => o.is_lt(),
            (Relation::AtMost, Some(o)) => o.is_le(),
            (Relation::Above, Some(o)) => o.is_gt(),
            (Relation::AtLeast, Some(o)) => o.is_ge(),
            (Relation::Equal | Relation::Begins, _) | (_, None) => true,
        };
        if matches!(relation, Relation::Equal | Relation::Begins) {
            return true;
        }
        values.retain(meets);
        false
    });
}

/// Leaves out what goes without saying.
fn settle(scope: Scope<'_>, id: AttributeId, about: &mut About) {
    if let Some(values) = &about.values
        && values.len() == 1
    {
        // A parameter that can only be this value says no more.
        let only = |p: &Operand| matches!(p, Operand::Parameter(n) if scope.parameters.get(n).is_some_and(|v| v.len() == 1));
        about.equal.retain(|p| !only(p));
    }
    let all = scope.entity.attribute(id).ty.values();
    if all.is_some_and(|all| {
        about
            .values
            .as_ref()
            .is_some_and(|v| all.iter().all(|one| v.contains(one)))
    }) {
        about.values = None;
    }
}

/// Notes that an attribute is there: of a derived one, that its sources are.
pub(super) fn present(entity: &Entity, id: AttributeId, to: &mut AttributeSet) {
    match &entity.attribute(id).derived {
        Some(derived) => derived
            .of
            .iter()
            .for_each(|source| present(entity, *source, to)),
        None if entity.is_optional(id) => to.insert(id),
        None => {}
    }
}

fn missing(entity: &Entity, id: AttributeId, to: &mut AttributeSet) {
    match entity
        .attribute(id)
        .derived
        .as_ref()
        .map(|d| d.of.as_slice())
    {
        Some([source]) => missing(entity, *source, to),
        _ => to.insert(id),
    }
}

impl Facts {
    /// The attributes that have one value for all items that come: fixed by a parameter or to one constant, of a type that
    /// has no other value, and what is derived from such.
    pub(super) fn fixed(&self, entity: &Entity) -> AttributeSet {
        let one =
            |a: &About| !a.equal.is_empty() || a.values.as_ref().is_some_and(|v| v.len() == 1);
        let is_fixed = |id: &AttributeId| self.about.get(id).is_some_and(one);
        let is_only = |id: &AttributeId| {
            let there = !entity.is_optional(*id) || self.present.contains(*id);
            let values = entity.attribute(*id).ty.values();
            there && values.is_some_and(|v| v.len() == 1)
        };
        let fixed = entity.attribute_ids();
        closure(
            entity,
            fixed.filter(|id| is_fixed(id) || is_only(id)).collect(),
        )
    }

    /// The facts in words.
    pub(super) fn describe(&self, entity: &Entity) -> String {
        let name = |id: AttributeId| entity.attribute(id).name.clone();
        let mut parts: Vec<String> = Vec::new();
        for (id, about) in &self.about {
            parts.extend(
                about
                    .equal
                    .iter()
                    .map(|o| format!("{} = {}", name(*id), operand(o))),
            );
            parts.extend(
                about
                    .bounds
                    .iter()
                    .map(|(r, o)| format!("{} {} {}", name(*id), symbol(*r), operand(o))),
            );
            if let Some(values) = &about.values {
                let values: Vec<String> = values.iter().map(Constant::plain).collect();
                parts.push(format!("{} in [{}]", name(*id), values.join(", ")));
            }
        }
        parts.extend(self.present.iter().map(|id| format!("{} exists", name(id))));
        parts.extend(
            self.missing
                .iter()
                .map(|id| format!("{} missing", name(id))),
        );
        if self.alive {
            parts.push("not over its time".to_owned());
        }
        if parts.is_empty() {
            "all".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// Attributes and all that is derived from them alone.
pub(super) fn closure(entity: &Entity, mut known: AttributeSet) -> AttributeSet {
    loop {
        let before = known;
        for id in entity.attribute_ids() {
            let derived = entity.attribute(id).derived.as_ref();
            if derived.is_some_and(|d| d.of.iter().all(|s| known.contains(*s))) {
                known.insert(id);
            }
        }
        if known == before {
            return known;
        }
    }
}

fn operand(of: &Operand) -> String {
    match of {
        Operand::Parameter(name) => format!("${name}"),
        Operand::Variable(name) => format!("each {name}"),
        Operand::Row(name) => format!("the row's {name}"),
        Operand::Constant(value) => value.plain(),
    }
}

const fn symbol(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "=",
        Relation::Below => "<",
        Relation::AtMost => "<=",
        Relation::Above => ">",
        Relation::AtLeast => ">=",
        Relation::Begins => "begins with",
    }
}

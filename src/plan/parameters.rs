//! Parameters: what the caller of a pattern gives, under which names.

use super::Parameter;
use super::conditions::constant;
use crate::resolve::transactions::{narrowed as narrower, parameters as used_in, repetitions};
use crate::workload::{
    Action, Binding, EntityId, Operand, PathSegment, Range, RangeOperator, Read, Step, Test, Type,
    Workload, WriteVerb,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The names of a read's parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Of each column of `by`.
    pub(super) by: Vec<String>,
    /// Of the lower bound, or of the one bound of a fixed operator.
    pub(super) from: Option<String>,
    /// Of the upper bound.
    pub(super) to: Option<String>,
    /// Of the one bound of a fixed operator.
    pub(super) bound: Option<String>,
    /// Of the start.
    pub(super) prefix: Option<String>,
}

fn attribute_name(workload: &Workload, binding: &Binding) -> String {
    binding
        .iter()
        .next()
        .map(|(e, a)| workload.entity(*e).attribute(*a).name.clone())
        .unwrap_or_default()
}

/// The names of a read's parameters: where two clash, the later role's is prefixed with the role.
pub(super) fn names(workload: &Workload, read: &Read) -> Names {
    let mut made = Names {
        by: read.by.iter().map(|c| c.name.clone()).collect(),
        ..Names::default()
    };
    let mut taken = made.by.clone();
    let mut name = |role: &str, wanted: String| {
        let name = if taken.contains(&wanted) {
            format!("{role}_{wanted}")
        } else {
            wanted
        };
        taken.push(name.clone());
        name
    };
    if let Some(range) = &read.range {
        match range.operator {
            RangeOperator::FromTo | RangeOperator::Between => {
                made.from = Some(name("from", "from".to_owned()));
                made.to = Some(name("to", "to".to_owned()));
            }
            _ => made.bound = Some(name("bound", attribute_name(workload, &range.binding))),
        }
    }
    if let Some((binding, _)) = &read.prefix {
        made.prefix = Some(name("prefix", attribute_name(workload, binding)));
    }
    made
}

/// The parameters of a read, by role and then by name.
pub(super) fn of_read(workload: &Workload, read: &Read) -> Vec<Parameter> {
    let names = names(workload, read);
    let mut made = Vec::new();
    let mut by: Vec<Parameter> = read
        .by
        .iter()
        .zip(&names.by)
        .map(|(column, name)| {
            let mut p = bound_to(workload, name, "by", &column.binding, column.optional);
            p.values = narrowed(workload, read, &column.binding).or(p.values);
            p
        })
        .collect();
    by.sort_by(|a, b| a.name.cmp(&b.name));
    made.extend(by);
    if let Some(range) = &read.range {
        made.extend(of_range(workload, range, &names));
    }
    if let (Some((binding, optional)), Some(name)) = (&read.prefix, &names.prefix) {
        let mut p = bound_to(workload, name, "prefix", binding, *optional);
        p.ty = Some("string".to_owned());
        p.values = None;
        made.push(p);
    }
    made
}

fn of_range(workload: &Workload, range: &Range, names: &Names) -> Vec<Parameter> {
    let optional = range.operator == RangeOperator::FromTo;
    let roles = [
        ("from", &names.from),
        ("to", &names.to),
        ("bound", &names.bound),
    ];
    roles
        .into_iter()
        .filter_map(|(role, name)| {
            Some(bound_to(
                workload,
                name.as_ref()?,
                role,
                &range.binding,
                optional,
            ))
        })
        .collect()
}

fn bound_to(
    workload: &Workload,
    name: &str,
    role: &str,
    binding: &Binding,
    optional: bool,
) -> Parameter {
    let attributes: BTreeMap<String, String> = binding
        .iter()
        .map(|(e, a)| {
            (
                workload.entity(*e).name.clone(),
                workload.entity(*e).attribute(*a).name.clone(),
            )
        })
        .collect();
    let ty = binding
        .iter()
        .next()
        .map(|(e, a)| &workload.entity(*e).attribute(*a).ty);
    Parameter {
        name: name.to_owned(),
        role: role.to_owned(),
        attributes,
        ty: ty.map(|t| t.name().to_owned()),
        values: ty.and_then(values_of),
        optional,
        min: None,
        max: None,
        parameters: None,
    }
}

fn values_of(ty: &Type) -> Option<Vec<Value>> {
    match ty {
        Type::Enumeration(values) => {
            Some(values.iter().map(|v| Value::String(v.clone())).collect())
        }
        _ => None,
    }
}

/// The values to which constants narrow a parameter.
fn narrowed(workload: &Workload, read: &Read, binding: &Binding) -> Option<Vec<Value>> {
    let same =
        |w: &&crate::workload::Where| binding.iter().any(|(e, a)| w.binding.get(e) == Some(a));
    let _ = workload;
    match read.constants.iter().find(same).map(|w| &w.test) {
        Some(Test::OneOf(values)) => Some(values.iter().map(constant).collect()),
        _ => None,
    }
}

/// What is known of a parameter of a write.
#[derive(Debug, Clone)]
struct Use {
    attributes: BTreeMap<String, String>,
    ty: Option<Type>,
    optional: bool,
    /// The repetition that it belongs to, if it occurs in repeated steps only.
    group: Option<usize>,
}

/// The parameters of a write or transaction, and the name of the list of each repeated step.
pub(super) fn of_writes(
    workload: &Workload,
    action: &Action,
) -> (Vec<Parameter>, Vec<Option<String>>) {
    let steps: Vec<&Step> = match action {
        Action::Write(step) => vec![step],
        Action::Find(find) => vec![&find.step],
        Action::Transaction(steps) => steps.iter().collect(),
        Action::Read(_) | Action::External => Vec::new(),
    };
    let owned: Vec<Step> = steps.iter().map(|s| (*s).clone()).collect();
    let groups = repetitions(&owned, workload);
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    for (step, group) in steps.iter().zip(&groups) {
        for (name, used) in uses_of(workload, step) {
            let used = Use {
                group: *group,
                ..used
            };
            match uses.get_mut(&name) {
                Some(known) => {
                    known.attributes.extend(used.attributes);
                    known.ty = narrower(known.ty.take(), used.ty);
                    known.optional &= used.optional;
                    if known.group != used.group {
                        known.group = None;
                    }
                }
                None => {
                    uses.insert(name, used);
                }
            }
        }
    }
    if let Action::Find(find) = action {
        // What the items are found by is given too.
        for column in &find.read.by {
            uses.entry(column.name.clone()).or_insert_with(|| Use {
                attributes: named(workload, &column.binding),
                ty: column
                    .binding
                    .iter()
                    .next()
                    .map(|(e, a)| workload.entity(*e).attribute(*a).ty.clone()),
                optional: false,
                group: None,
            });
        }
    }
    let lists = list_names(workload, &steps, &groups);
    let single: Vec<Parameter> = uses
        .iter()
        .filter(|(_, u)| u.group.is_none())
        .map(|(name, u)| value(name, u))
        .collect();
    let mut made = single;
    let mut listed: Vec<Parameter> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let (Some(list), Some(times)) = (&lists[at], step.times) else {
            continue;
        };
        if listed.iter().any(|p| p.name == *list) {
            continue;
        }
        let inner = uses
            .iter()
            .filter(|(_, u)| u.group.is_some() && u.group == groups[at]);
        listed.push(Parameter {
            name: list.clone(),
            role: "list".to_owned(),
            attributes: BTreeMap::new(),
            ty: None,
            values: None,
            optional: false,
            min: Some(times.min),
            max: Some(times.max),
            parameters: Some(inner.map(|(name, u)| value(name, u)).collect()),
        });
    }
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    made.extend(listed);
    (made, lists)
}

fn named(workload: &Workload, binding: &Binding) -> BTreeMap<String, String> {
    let name = |e: &EntityId, a| {
        (
            workload.entity(*e).name.clone(),
            workload.entity(*e).attribute(a).name.clone(),
        )
    };
    binding.iter().map(|(e, a)| name(e, *a)).collect()
}

/// For each step the name of the list that repeats it: its repetition's first step's name, else entity.
fn list_names(
    workload: &Workload,
    steps: &[&Step],
    groups: &[Option<usize>],
) -> Vec<Option<String>> {
    let mut taken: BTreeMap<usize, String> = BTreeMap::new();
    for group in groups.iter().flatten() {
        let first = steps[*group];
        let wanted = first
            .alias
            .clone()
            .unwrap_or_else(|| workload.entity(first.entity).name.clone());
        let clash = taken.iter().any(|(g, name)| g != group && *name == wanted);
        let name = if clash {
            format!("{wanted}_{group}")
        } else {
            wanted
        };
        taken.entry(*group).or_insert(name);
    }
    groups
        .iter()
        .map(|g| g.and_then(|g| taken.get(&g).cloned()))
        .collect()
}

fn value(name: &str, of: &Use) -> Parameter {
    let ty = of.ty.clone().unwrap_or(Type::String);
    Parameter {
        name: name.to_owned(),
        role: "value".to_owned(),
        attributes: of.attributes.clone(),
        ty: Some(ty.name().to_owned()),
        values: values_of(&ty),
        optional: of.optional,
        min: None,
        max: None,
        parameters: None,
    }
}

/// Every use of a parameter in a step.
fn uses_of(workload: &Workload, step: &Step) -> Vec<(String, Use)> {
    let entity = workload.entity(step.entity);
    let stands_for =
        |attribute: &str| BTreeMap::from([(entity.name.clone(), attribute.to_owned())]);
    let types: BTreeMap<String, Option<Type>> = {
        let mut types: BTreeMap<String, Option<Type>> = BTreeMap::new();
        for (name, ty, _) in used_in(step, workload) {
            let known = types.entry(name).or_default();
            *known = narrower(known.take(), ty);
        }
        types
    };
    let mut made: Vec<(String, Use)> = Vec::new();
    let mut note = |name: &str, attributes: BTreeMap<String, String>, optional: bool| {
        let ty = types.get(name).cloned().flatten();
        made.push((
            name.to_owned(),
            Use {
                attributes,
                ty,
                optional,
                group: None,
            },
        ));
    };
    for (id, name) in &step.by {
        note(name, stands_for(&entity.attribute(*id).name), false);
    }
    if matches!(step.verb, WriteVerb::Create | WriteVerb::Put) {
        for id in entity.attribute_ids() {
            let attribute = entity.attribute(id);
            if attribute.derived.is_none() && !step.set.iter().any(|c| c.attribute == id) {
                let optional = attribute.optional || attribute.default.is_some();
                note(&attribute.name, stands_for(&attribute.name), optional);
            }
        }
    }
    let in_path = |path: &[PathSegment]| -> Vec<String> {
        path.iter()
            .filter_map(|p| match p {
                PathSegment::Parameter(name) => Some(name.clone()),
                PathSegment::Name(_) => None,
            })
            .collect()
    };
    for (change, adds) in step
        .set
        .iter()
        .chain(&step.remove)
        .map(|c| (c, false))
        .chain(step.add.iter().map(|c| (c, true)))
    {
        in_path(&change.path)
            .iter()
            .for_each(|p| note(p, BTreeMap::new(), false));
        if let Some(Operand::Parameter { name, text, .. }) = &change.operand {
            let itself = !adds && change.path.is_empty() && !text && !change.element;
            let attributes = if itself {
                stands_for(&entity.attribute(change.attribute).name)
            } else {
                BTreeMap::new()
            };
            note(name, attributes, change.optional);
        }
    }
    for condition in &step.conditions {
        in_path(&condition.path)
            .iter()
            .for_each(|p| note(p, BTreeMap::new(), false));
        if let Some(Operand::Parameter { name, .. }) = &condition.operand {
            note(name, BTreeMap::new(), false);
        }
    }
    made
}

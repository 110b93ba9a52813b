//! The parameters of writes: what each stands for, its type, and that lists are lists.

use super::Findings;
use super::model::Model;
use crate::plan::{Parameter, Pattern};
use crate::workload::{Entity, Operand, PathSegment, Read, Step, Type, WriteVerb};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a parameter stands for in one place: the entity and the attribute, and its type.
struct Use<'a> {
    name: &'a str,
    of: Option<(&'a str, &'a str)>,
    ty: Option<&'a Type>,
    in_path: bool,
}

/// Checks what the parameters of a write say of themselves.
pub(super) fn check(
    model: &Model<'_>,
    planned: &Pattern,
    (steps, read): (&[&Step], Option<&Read>),
    found: &mut Findings,
) {
    let uses = uses(model, steps, read);
    for parameter in &planned.parameters {
        let inner = parameter.parameters.as_deref().unwrap_or_default();
        for one in std::iter::once(parameter).chain(inner) {
            let problem = if one.role == "list" {
                unlike_list(one)
            } else {
                unlike(one, &uses)
            };
            if let Some(problem) = problem {
                found.wrong(
                    &planned.name,
                    format!("the parameter `{}` {problem}", one.name),
                );
            }
        }
        if inner.iter().any(|p| p.role == "list") {
            found.wrong(
                &planned.name,
                format!("the list `{}` holds another list", parameter.name),
            );
        }
    }
}

fn unlike_list(of: &Parameter) -> Option<&'static str> {
    let single = of.ty.is_some() || of.values.is_some() || of.optional || !of.attributes.is_empty();
    let empty =
        of.min.is_none() || of.max < of.min || of.parameters.as_ref().is_none_or(Vec::is_empty);
    (single || empty).then_some("is a list and has what lists have not, or lacks what they have")
}

/// The values that a type has, as the document has them.
pub(super) fn values_of(ty: &Type) -> Option<Vec<Value>> {
    match ty {
        Type::Enumeration(values) => Some(values.iter().map(|v| json!(v)).collect()),
        _ => None,
    }
}

fn unlike(of: &Parameter, uses: &[Use<'_>]) -> Option<&'static str> {
    if of.role != "value" || of.min.is_some() || of.max.is_some() || of.parameters.is_some() {
        return Some("is no list and has what lists have");
    }
    let own: Vec<&Use<'_>> = uses.iter().filter(|u| u.name == of.name).collect();
    let mut stands: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    own.iter()
        .filter_map(|u| u.of)
        .for_each(|(entity, attribute)| stands.entry(entity).or_default().push(attribute));
    let named = stands.len() == of.attributes.len()
        && of.attributes.iter().all(|(entity, attribute)| {
            stands
                .get(entity.as_str())
                .is_some_and(|all| all.contains(&attribute.as_str()))
        });
    if !named {
        return Some("does not stand for the attributes that the design says");
    }
    let typed: Vec<&Type> = own.iter().filter_map(|u| u.ty).collect();
    // What nothing gives a type is a name in a path, or a value inside a map.
    if typed.is_empty() && !(of.ty.is_some() && of.values.is_none()) {
        return Some("has no type, or values that nothing gives it");
    }
    if own.iter().any(|u| u.in_path)
        && of.ty.as_deref() != Some("string")
        && own.iter().all(|u| u.ty.is_none())
    {
        return Some("is a name and no text");
    }
    let wrong = !typed.is_empty() && !is_of_all(of, &typed);
    wrong.then_some("has not the type or the values of its attribute")
}

/// Whether a parameter has the type of one of its uses, its values fit all of them, and no value that fits is left out.
fn is_of_all(of: &Parameter, uses: &[&Type]) -> bool {
    let Some(own) = of.ty.as_deref() else {
        return false;
    };
    let takes = |ty: &&Type| match ty {
        Type::String => matches!(own, "string" | "uuid" | "ulid" | "ksuid" | "enumeration"),
        Type::Decimal => matches!(own, "decimal" | "integer" | "epoch"),
        Type::Integer => matches!(own, "integer" | "epoch"),
        other => own == other.name(),
    };
    let mut lists = uses.iter().filter_map(|ty| values_of(ty));
    let expected = lists.next().map(|first| {
        let rest: Vec<Vec<Value>> = lists.collect();
        let everywhere = |v: &Value| rest.iter().all(|values| values.contains(v));
        first.into_iter().filter(everywhere).collect::<Vec<Value>>()
    });
    uses.iter().all(takes) && uses.iter().any(|ty| own == ty.name()) && of.values == expected
}

/// Every place where a parameter is something else: added, compared with, or a name in a path.
fn others<'a>(entity: &'a Entity, step: &'a Step) -> Vec<Use<'a>> {
    let mut made = Vec::new();
    let changes = step
        .set
        .iter()
        .chain(&step.add)
        .chain(&step.remove)
        .map(|c| (c.attribute, &c.path, c.operand.as_ref()));
    let conditions = step
        .conditions
        .iter()
        .map(|c| (c.attribute, &c.path, c.operand.as_ref()));
    for (id, path, operand) in changes.chain(conditions) {
        made.extend(path.iter().filter_map(|p| match p {
            PathSegment::Parameter(name) => Some(Use {
                name,
                of: None,
                ty: None,
                in_path: true,
            }),
            PathSegment::Name(_) => None,
        }));
        if let Some(Operand::Parameter {
            name, text: false, ..
        }) = operand
        {
            let ty = &entity.attribute(id).ty;
            // What one element of a set is, or a value in a map, is said by its own type.
            let ty = (path.is_empty() && !ty.is_set()).then_some(ty);
            made.push(Use {
                name,
                of: None,
                ty,
                in_path: false,
            });
        }
    }
    made
}

/// Every place where a parameter is the value of an attribute, and nothing computed from it; and the others.
fn uses<'a>(model: &Model<'a>, steps: &[&'a Step], read: Option<&'a Read>) -> Vec<Use<'a>> {
    let mut made = Vec::new();
    for step in steps {
        let entity = model.workload.entity(step.entity);
        let mut note = |name: &'a str, id| {
            let attribute = entity.attribute(id);
            made.push(Use {
                name,
                of: Some((&entity.name, &attribute.name)),
                ty: Some(&attribute.ty),
                in_path: false,
            });
        };
        step.by.iter().for_each(|(id, name)| note(name, *id));
        if matches!(step.verb, WriteVerb::Create | WriteVerb::Put) {
            let free = |id: &crate::workload::AttributeId| {
                entity.attribute(*id).derived.is_none()
                    && !step.set.iter().any(|c| c.attribute == *id)
            };
            entity
                .attribute_ids()
                .filter(free)
                .for_each(|id| note(&entity.attribute(id).name, id));
        }
        for change in step
            .set
            .iter()
            .chain(&step.remove)
            .filter(|c| c.path.is_empty() && !c.element)
        {
            if let Some(Operand::Parameter {
                name, text: false, ..
            }) = &change.operand
            {
                note(name, change.attribute);
            }
        }
        made.extend(others(entity, step));
    }
    for column in read.into_iter().flat_map(|r| &r.by) {
        for (entity, id) in &column.binding {
            let entity = model.workload.entity(*entity);
            let attribute = entity.attribute(*id);
            made.push(Use {
                name: &column.name,
                of: Some((&entity.name, &attribute.name)),
                ty: Some(&attribute.ty),
                in_path: false,
            });
        }
    }
    made
}

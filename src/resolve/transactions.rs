//! Transactions: several writes, their shared parameters and repetitions.

use super::{entity_named, writes};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::source::Span;
use crate::workload::{Change, Operand, PathSegment, Step, Type, Workload, WriteVerb};
use std::collections::BTreeMap;

/// Resolves the steps of a transaction.
pub(super) fn transaction(
    node: &Node,
    workload: &Workload,
    found: &mut Diagnostics,
) -> Option<Vec<Step>> {
    let verbs = [
        ("create", WriteVerb::Create),
        ("put", WriteVerb::Put),
        ("update", WriteVerb::Update),
        ("delete", WriteVerb::Delete),
        ("check", WriteVerb::Check),
    ];
    let mut steps = Vec::new();
    for body in node.one_or_many() {
        let (target, verb) = verbs
            .iter()
            .find_map(|(word, verb)| Some((body.get(word)?, *verb)))?;
        let entity = entity_named(target, &workload.entities, found)?;
        steps.push(writes::step(
            verb, entity, target, body, true, workload, found,
        ));
    }
    if steps.is_empty() {
        found.push(
            Diagnostic::at(
                Code::D0103,
                node.span,
                "a transaction needs at least one step",
            )
            .note("it is a list of writes that all happen or none")
            .help("list its writes, such as `- create: Order`"),
        );
        return None;
    }
    check_parameters(&steps, workload, found);
    check_aliases(&steps, found);
    check_repetitions(&steps, workload, found);
    check_items(&steps, workload, found);
    Some(steps)
}

/// The parameters that a step uses, with the types of what they stand for; `None` where any type will do.
#[must_use]
pub fn parameters(step: &Step, workload: &Workload) -> Vec<(String, Option<Type>, Span)> {
    let entity = workload.entity(step.entity);
    let mut made: Vec<(String, Option<Type>, Span)> = Vec::new();
    for (id, name) in &step.by {
        made.push((
            name.clone(),
            Some(entity.attribute(*id).ty.clone()),
            step.span,
        ));
    }
    if matches!(step.verb, WriteVerb::Create | WriteVerb::Put) {
        for id in entity.attribute_ids() {
            let attribute = entity.attribute(id);
            if attribute.derived.is_none() && !step.set.iter().any(|c| c.attribute == id) {
                made.push((
                    attribute.name.clone(),
                    Some(attribute.ty.clone()),
                    step.span,
                ));
            }
        }
    }
    let paths = |path: &[PathSegment], span| -> Vec<(String, Option<Type>, Span)> {
        path.iter()
            .filter_map(|p| match p {
                PathSegment::Parameter(name) => Some((name.clone(), Some(Type::String), span)),
                PathSegment::Name(_) => None,
            })
            .collect()
    };
    for change in step.set.iter().chain(&step.add).chain(&step.remove) {
        made.extend(paths(&change.path, change.span));
        if let Some(Operand::Parameter { name, text, .. }) = &change.operand {
            let ty = (!text && change.path.is_empty())
                .then(|| value_type(change, &entity.attribute(change.attribute).ty));
            made.push((name.clone(), ty, change.span));
        }
    }
    for condition in &step.conditions {
        made.extend(paths(&condition.path, condition.span));
        if let Some(Operand::Parameter { name, text, .. }) = &condition.operand {
            let ty = &entity.attribute(condition.attribute).ty;
            let ty = (!text && condition.path.is_empty())
                .then(|| if ty.is_set() { element(ty) } else { ty.clone() });
            made.push((name.clone(), ty, condition.span));
        }
    }
    made
}

fn value_type(change: &Change, ty: &Type) -> Type {
    if change.element && ty.is_set() {
        element(ty)
    } else {
        ty.clone()
    }
}

fn element(ty: &Type) -> Type {
    if *ty == Type::NumberSet {
        Type::Decimal
    } else {
        Type::String
    }
}

/// The type of the values that are of both types; `None` where there are none.
#[must_use]
pub fn common(a: &Type, b: &Type) -> Option<Type> {
    let both = |ty: &Type, of: &[Type]| of.contains(ty);
    let generated = [Type::Uuid, Type::Ulid, Type::Ksuid];
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (Type::Enumeration(a), Type::Enumeration(b)) => {
            let values: Vec<String> = a.iter().filter(|v| b.contains(v)).cloned().collect();
            (!values.is_empty()).then_some(Type::Enumeration(values))
        }
        (Type::String, narrow @ Type::Enumeration(_))
        | (narrow @ Type::Enumeration(_), Type::String) => Some(narrow.clone()),
        (Type::String, narrow) | (narrow, Type::String) if both(narrow, &generated) => {
            Some(narrow.clone())
        }
        (Type::Decimal, narrow) | (narrow, Type::Decimal)
            if both(narrow, &[Type::Integer, Type::Epoch]) =>
        {
            Some(narrow.clone())
        }
        (Type::Integer, Type::Epoch) | (Type::Epoch, Type::Integer) => Some(Type::Epoch),
        _ => None,
    }
}

/// The type of a parameter of which one more use is found: of the values that all of them take.
#[must_use]
pub fn narrowed(known: Option<Type>, more: Option<Type>) -> Option<Type> {
    match (known, more) {
        (Some(a), Some(b)) => Some(common(&a, &b).unwrap_or(a)),
        (known, more) => known.or(more),
    }
}

/// That no two steps have one name.
fn check_aliases(steps: &[Step], found: &mut Diagnostics) {
    for (at, step) in steps.iter().enumerate() {
        let same = |s: &&Step| s.alias.is_some() && s.alias == step.alias;
        if let Some(first) = steps.iter().take(at).find(same) {
            let name = step.alias.as_deref().unwrap_or_default();
            found.push(
                Diagnostic::at(
                    Code::D0201,
                    step.span,
                    format!("two steps are named `{name}`"),
                )
                .context(first.span, "the first one")
                .help("give one of them another name with `as`"),
            );
        }
    }
}

/// That equal names have one type.
pub(super) fn check_parameters(steps: &[Step], workload: &Workload, found: &mut Diagnostics) {
    let mut seen: BTreeMap<String, (Type, Span)> = BTreeMap::new();
    for (name, ty, span) in steps.iter().flat_map(|s| parameters(s, workload)) {
        let Some(ty) = ty else { continue };
        let Some((first, place)) = seen.get(&name) else {
            seen.insert(name, (ty, span));
            continue;
        };
        let place = *place;
        match common(first, &ty) {
            Some(both) => drop(seen.insert(name, (both, place))),
            None => found.push(
                Diagnostic::at(Code::D0217, span, format!("`{name}` is {} here", ty.with_article()))
                    .context(place, format!("and {} here", first.with_article()))
                    .note("equal parameter names in a write are one parameter")
                    .help(format!("name one of them otherwise, such as `$other_{name}`, or write `text(${name})` where the value is held as text")),
            ),
        }
    }
}

/// Which repetition each repeated step belongs to: steps that share a parameter that occurs in repeated steps only
/// repeat together. The numbers are places in `steps`; `None` of steps that are not repeated.
#[must_use]
pub fn repetitions(steps: &[Step], workload: &Workload) -> Vec<Option<usize>> {
    let names: Vec<Vec<String>> = steps
        .iter()
        .map(|s| {
            parameters(s, workload)
                .into_iter()
                .map(|(n, ..)| n)
                .collect()
        })
        .collect();
    let outer = |name: &String| {
        steps
            .iter()
            .zip(&names)
            .any(|(s, n)| s.times.is_none() && n.contains(name))
    };
    let mut group: Vec<Option<usize>> = steps
        .iter()
        .enumerate()
        .map(|(at, s)| s.times.is_some().then_some(at))
        .collect();
    let mut changed = true;
    while changed {
        changed = false;
        for a in 0..steps.len() {
            for b in 0..a {
                let (Some(ga), Some(gb)) = (group[a], group[b]) else {
                    continue;
                };
                if ga != gb && names[a].iter().any(|n| !outer(n) && names[b].contains(n)) {
                    let first = ga.min(gb);
                    group[a] = Some(first);
                    group[b] = Some(first);
                    changed = true;
                }
            }
        }
    }
    group
}

fn check_repetitions(steps: &[Step], workload: &Workload, found: &mut Diagnostics) {
    let groups = repetitions(steps, workload);
    for (step, group) in steps.iter().zip(&groups) {
        let Some(first) = group.and_then(|g| steps.get(g)) else {
            continue;
        };
        if first.times != step.times {
            found.push(
                Diagnostic::at(
                    Code::D0211,
                    step.span,
                    "steps that repeat together have different `times`",
                )
                .context(first.span, "this one shares a parameter with it")
                .note("parameters that occur only in repeated steps are given once a repetition")
                .help("give both the same `times`"),
            );
        }
    }
    let most: u64 = steps
        .iter()
        .map(|s| s.times.map_or(1, |t| u64::from(t.max)))
        .sum();
    if most > 100 {
        let span = steps.first().map_or_else(Span::default, |s| s.span);
        found.push(
            Diagnostic::at(Code::D0223, span, format!("the transaction can have {most} actions"))
                .note("DynamoDB takes at most 100 in one transaction (Amazon DynamoDB Developer Guide, \"Quotas in Amazon DynamoDB\")")
                .help("lower `times`, or split the work into several patterns"),
        );
    }
}

/// How a step names its item: a parameter or constant for each attribute of the key.
fn key_of(step: &Step, workload: &Workload) -> Vec<String> {
    let entity = workload.entity(step.entity);
    entity
        .identity
        .iter()
        .map(|id| {
            if let Some((_, name)) = step.by.iter().find(|(a, _)| a == id) {
                return format!("${name}");
            }
            match step
                .set
                .iter()
                .find(|c| c.attribute == *id)
                .and_then(|c| c.operand.as_ref())
            {
                Some(Operand::Parameter { name, .. }) => format!("${name}"),
                Some(Operand::Constant(value)) => value.plain(),
                _ => format!("${}", entity.attribute(*id).name),
            }
        })
        .collect()
}

/// That no two steps are evidently on one item.
fn check_items(steps: &[Step], workload: &Workload, found: &mut Diagnostics) {
    let groups = repetitions(steps, workload);
    let given_once = |step: &Step| {
        let inner: Vec<String> = steps
            .iter()
            .zip(&groups)
            .filter(|(_, g)| g.is_none())
            .flat_map(|(s, _)| {
                parameters(s, workload)
                    .into_iter()
                    .map(|(n, ..)| format!("${n}"))
            })
            .collect();
        key_of(step, workload)
            .iter()
            .all(|k| !k.starts_with('$') || inner.contains(k))
    };
    for (at, step) in steps.iter().enumerate() {
        if let Some(first) = steps
            .iter()
            .take(at)
            .find(|s| s.entity == step.entity && key_of(s, workload) == key_of(step, workload))
        {
            found.push(
                Diagnostic::at(Code::D0218, step.span, "this step is on the same item as another one")
                    .context(first.span, "the other one")
                    .note("DynamoDB refuses two actions on one item in a transaction")
                    .help("fold them into one step, or name the item of one of them by another parameter in `by`"),
            );
        } else if step.times.is_some_and(|t| t.max > 1) && given_once(step) {
            found.push(
                Diagnostic::at(
                    Code::D0218,
                    step.span,
                    "every repetition of this step is on the same item",
                )
                .note("its key is made of parameters that are given once for the whole transaction")
                .help("drop `times`"),
            );
        }
    }
}

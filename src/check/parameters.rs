//! Parameters: whether the document asks the caller for what the design says, and uses nothing else.

use super::Findings;
use super::model::PatternOf;
use super::values::constant;
use super::wanted::Names;
use crate::plan::{
    ActionEntry, Assignment, Choice, Condition, Parameter, PathStep, Pattern, ReadStep, Segment,
    SortCondition, Step,
};
use crate::workload::{Binding, Constant, RangeOperator, Read, Test, Type, Workload};
use std::collections::BTreeSet;

/// A parameter that a read must have.
struct Expected<'a> {
    name: &'a str,
    role: &'static str,
    binding: &'a Binding,
    optional: bool,
}

/// Checks the parameters of a read and that its steps use no others.
pub(super) fn check_read(
    workload: &Workload,
    pattern: &PatternOf<'_>,
    read: &Read,
    names: &Names,
    found: &mut Findings,
) {
    let place = pattern.planned.name.as_str();
    let mut expected: Vec<Expected<'_>> = Vec::new();
    for column in &read.by {
        expected.push(Expected {
            name: &column.name,
            role: "by",
            binding: &column.binding,
            optional: column.optional,
        });
    }
    if let Some(range) = &read.range {
        let optional = range.operator == RangeOperator::FromTo;
        for (name, role) in [
            (&names.from, "from"),
            (&names.to, "to"),
            (&names.bound, "bound"),
        ] {
            expected.extend(name.iter().map(|name| Expected {
                name,
                role,
                binding: &range.binding,
                optional,
            }));
        }
    }
    if let (Some((binding, optional)), Some(name)) = (&read.prefix, &names.prefix) {
        expected.push(Expected {
            name,
            role: "prefix",
            binding,
            optional: *optional,
        });
    }
    if expected.len() != pattern.planned.parameters.len() {
        found.wrong(place, "its parameters are not those of the design");
    }
    for one in &expected {
        match pattern
            .planned
            .parameters
            .iter()
            .find(|p| p.name == one.name)
        {
            Some(parameter) => check_one(workload, read, (place, parameter), one, found),
            None => found.wrong(place, format!("it has no parameter `{}`", one.name)),
        }
    }
    let known: BTreeSet<&str> = expected.iter().map(|e| e.name).collect();
    for step in &pattern.planned.steps {
        let Step::Read(step) = step else { continue };
        for name in used(step) {
            if !known.contains(name) {
                found.wrong(
                    place,
                    format!("a step uses `{name}`, which is no parameter"),
                );
            }
        }
        check_variables(place, step, found);
    }
}

fn check_one(
    workload: &Workload,
    read: &Read,
    (place, of): (&str, &Parameter),
    expected: &Expected<'_>,
    found: &mut Findings,
) {
    let attributes: Vec<(&String, &String)> = expected
        .binding
        .iter()
        .map(|(e, a)| {
            (
                &workload.entity(*e).name,
                &workload.entity(*e).attribute(*a).name,
            )
        })
        .collect();
    // The start of a text is any text, whatever the whole is.
    let is_start = expected.role == "prefix";
    let typed = expected.binding.iter().all(|(e, a)| {
        let whole = workload.entity(*e).attribute(*a).ty.name();
        of.ty.as_deref() == Some(if is_start { "string" } else { whole })
    });
    if !typed || of.min.is_some() || of.max.is_some() || of.parameters.is_some() {
        found.wrong(
            place,
            format!(
                "the parameter `{}` has not the type of its attribute, or is a list",
                of.name
            ),
        );
    }
    if of.role != expected.role
        || of.optional != expected.optional
        || !of.attributes.iter().eq(attributes)
    {
        found.wrong(
            place,
            format!("the parameter `{}` is not as the design has it", of.name),
        );
    }
    let Some(values) = &of.values else {
        if is_start {
            return;
        }
        let few = expected.binding.iter().any(|(e, a)| {
            let one_of = |w: &&crate::workload::Where| {
                matches!(w.test, Test::OneOf(_)) && w.binding.get(e) == Some(a)
            };
            matches!(workload.entity(*e).attribute(*a).ty, Type::Enumeration(_))
                || read.constants.iter().any(|w| one_of(&w))
        });
        if few {
            found.wrong(
                place,
                format!(
                    "the parameter `{}` does not say which values it can have",
                    of.name
                ),
            );
        }
        return;
    };
    for (entity, attribute) in expected.binding {
        let ty = &workload.entity(*entity).attribute(*attribute).ty;
        let Some(values) = values
            .iter()
            .map(|v| constant(v, ty))
            .collect::<Option<Vec<Constant>>>()
        else {
            found.wrong(
                place,
                format!("the values of `{}` are not of its type", of.name),
            );
            continue;
        };
        let narrowed = read
            .constants
            .iter()
            .filter(|w| w.binding.get(entity) == Some(attribute));
        let accepted = narrowed.fold(ty.values(), |all, w| match &w.test {
            Test::OneOf(these) => Some(
                these
                    .iter()
                    .filter(|v| all.as_ref().is_none_or(|all| all.contains(v)))
                    .cloned()
                    .collect(),
            ),
            Test::Exists | Test::Missing => all,
        });
        let lost = accepted.is_none_or(|all| all.iter().any(|v| !values.contains(v)));
        let unknown = matches!(ty, Type::Enumeration(_))
            && ty
                .values()
                .is_some_and(|all| values.iter().any(|v| !all.contains(v)));
        if lost || unknown {
            found.wrong(
                place,
                format!(
                    "the values of `{}` are not those that its conditions leave",
                    of.name
                ),
            );
        }
    }
}

/// Every variable of a step is one of its `for_each`, and each of those has values that differ.
fn check_variables(place: &str, step: &ReadStep, found: &mut Findings) {
    use crate::plan::ForEach;
    let mut known: Vec<&str> = Vec::new();
    for each in step.for_each.iter().flatten() {
        match each {
            ForEach::Values { variable, values } => {
                let repeated = values
                    .iter()
                    .enumerate()
                    .any(|(at, v)| values.iter().skip(at + 1).any(|w| w == v));
                if repeated || values.is_empty() {
                    found.wrong(
                        place,
                        format!("the values of `{variable}` repeat, or there are none"),
                    );
                }
                known.push(variable);
            }
            ForEach::Count { variable, count } => {
                if *count == 0 {
                    found.wrong(place, format!("`{variable}` counts to nothing"));
                }
                known.push(variable);
            }
            ForEach::Rows { .. } => {}
        }
    }
    let distinct: BTreeSet<&&str> = known.iter().collect();
    if distinct.len() != known.len() {
        found.wrong(place, "two elements of `for_each` have one variable");
    }
    for segment in segments(step) {
        if let Segment::Variable { variable, .. } = segment
            && !known.contains(&variable.as_str())
        {
            found.wrong(
                place,
                format!("a step uses `{variable}`, which its `for_each` does not have"),
            );
        }
    }
}

/// All segments of a step, those of every choice.
pub(super) fn segments(step: &ReadStep) -> Vec<&Segment> {
    let mut made: Vec<&Segment> = step.partition.iter().flat_map(|p| &p.segments).collect();
    step.sort
        .iter()
        .for_each(|c| conditions(c, &mut |segment| made.push(segment), &mut |_| {}));
    made
}

fn conditions<'a>(
    choice: &'a Choice<SortCondition>,
    note: &mut impl FnMut(&'a Segment),
    given: &mut impl FnMut(&'a str),
) {
    match choice {
        Choice::Plain(condition) => {
            let both: Vec<&Choice<Vec<Segment>>> = match condition {
                SortCondition::Equals(c)
                | SortCondition::BeginsWith(c)
                | SortCondition::Lt(c)
                | SortCondition::Le(c)
                | SortCondition::Gt(c)
                | SortCondition::Ge(c) => vec![c],
                SortCondition::Between(a, b) => vec![a, b],
            };
            for c in both {
                lists(c, note, given);
            }
        }
        Choice::Given {
            given: names,
            then,
            otherwise,
        } => {
            for name in names {
                given(name);
            }
            conditions(then, note, given);
            conditions(otherwise, note, given);
        }
    }
}

fn lists<'a>(
    choice: &'a Choice<Vec<Segment>>,
    note: &mut impl FnMut(&'a Segment),
    given: &mut impl FnMut(&'a str),
) {
    match choice {
        Choice::Plain(segments) => segments.iter().for_each(note),
        Choice::Given {
            given: names,
            then,
            otherwise,
        } => {
            for name in names {
                given(name);
            }
            lists(then, note, given);
            lists(otherwise, note, given);
        }
    }
}

/// The parameters that a step names.
fn used(step: &ReadStep) -> BTreeSet<&str> {
    let mut made = BTreeSet::new();
    let mut choices = Vec::new();
    let mut parts: Vec<&Segment> = step.partition.iter().flat_map(|p| &p.segments).collect();
    step.sort
        .iter()
        .for_each(|c| conditions(c, &mut |s| parts.push(s), &mut |n| choices.push(n)));
    made.extend(choices);
    made.extend(parts.into_iter().filter_map(|s| match s {
        Segment::Parameter { parameter, .. } => Some(parameter.as_str()),
        _ => None,
    }));
    made.extend(
        step.when
            .iter()
            .flat_map(|w| w.given.iter().chain(&w.missing))
            .map(String::as_str),
    );
    step.filter
        .iter()
        .flatten()
        .for_each(|c| of_condition(c, &mut made));
    made
}

fn of_condition<'a>(condition: &'a Condition, to: &mut BTreeSet<&'a str>) {
    to.extend(condition.parameter.as_deref());
    to.extend(condition.path.iter().flatten().filter_map(of_path));
    condition
        .any
        .iter()
        .flatten()
        .for_each(|c| of_condition(c, to));
}

fn of_path(step: &PathStep) -> Option<&str> {
    match step {
        PathStep::Parameter { parameter } => Some(parameter),
        PathStep::Name(_) => None,
    }
}

/// The parameters that an action names.
pub(super) fn of_action(action: &ActionEntry) -> BTreeSet<&str> {
    let mut made = BTreeSet::new();
    let all = action
        .values
        .iter()
        .chain(&action.set)
        .chain(&action.add)
        .chain(&action.remove);
    for Assignment {
        parameter, path, ..
    } in all
    {
        made.extend(parameter.as_deref());
        made.extend(path.iter().flatten().filter_map(of_path));
    }
    action
        .condition
        .iter()
        .for_each(|c| of_condition(c, &mut made));
    if let Some(key) = &action.key {
        let mut parts: Vec<&Segment> = key.partition.iter().flat_map(|p| &p.segments).collect();
        key.sort
            .iter()
            .for_each(|c| conditions(c, &mut |s| parts.push(s), &mut |_| {}));
        made.extend(parts.into_iter().filter_map(|s| match s {
            Segment::Parameter { parameter, .. } => Some(parameter.as_str()),
            _ => None,
        }));
    }
    made
}

/// The parameters of a pattern that an action repeated with `times` may name: those given once, and those of its list.
pub(super) fn within<'a>(pattern: &'a Pattern, times: Option<&str>) -> BTreeSet<&'a str> {
    let single = pattern.parameters.iter().filter(|p| p.role != "list");
    let list = pattern
        .parameters
        .iter()
        .filter(|p| p.role == "list" && Some(p.name.as_str()) == times);
    single
        .chain(list.flat_map(|p| p.parameters.iter().flatten()))
        .map(|p| p.name.as_str())
        .collect()
}

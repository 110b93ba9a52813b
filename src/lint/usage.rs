//! What of the file is not used, and reads that nothing can answer.
//!
//! An entity without any write that makes items has an implied `put` in the meaning of the language, so that nothing is
//! said of a read of it but a note.

use super::{Design, and};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::workload::{
    Action, AttributeId, AttributeSet, Change, Constant, Entity, EntityId, Operand, Operator, Read,
    ReadVerb, Step, Test, Workload, WriteVerb,
};
use std::collections::BTreeSet;

/// Applies the rules of this family.
pub(super) fn lint(design: &Design<'_>, found: &mut Diagnostics) {
    let workload = design.workload;
    let mut unmade: Vec<&Entity> = Vec::new();
    for (id, used) in workload.entity_ids().zip(uses(workload)) {
        entity(workload, id, &used, found);
        if used.read && !used.made {
            unmade.push(workload.entity(id));
        }
    }
    // A file without any writes is about reads.
    if let (Some(first), true) = (unmade.first(), workload.steps().next().is_some()) {
        found.push(
            Diagnostic::at(
                Code::D0311,
                first.span,
                format!("no pattern makes items of {}", and(unmade.iter().map(|e| e.name.as_str()))),
            )
            .note("a `put` of whole items is implied, whose rate nobody knows: its cost and its load are left out")
            .help("add the `create` or `put` with its `rate`"),
        );
    }
    for pattern in &workload.patterns {
        if let Some(read) = pattern.action.read() {
            never_matches(workload, &pattern.name, read, found);
        }
    }
    for (pattern, step) in workload.steps() {
        never_holds(workload, &workload.pattern(pattern).name, step, found);
    }
}

/// What the patterns do with an entity.
#[derive(Default)]
struct Use {
    /// Some pattern names it, or follows a reference to it.
    named: bool,
    /// Some pattern reads it, checks it or returns something of it, or a consumer sees its changes.
    read: bool,
    /// Some read returns chosen attributes of it.
    selected: bool,
    /// Some pattern makes items.
    made: bool,
    /// Its attributes that something names or returns; `None`: all of them.
    attributes: Option<AttributeSet>,
}

/// What the patterns do with each entity.
fn uses(workload: &Workload) -> Vec<Use> {
    let declared = |id: EntityId| {
        let streamed = workload.settings.stream.is_some() && workload.consumers.is_empty();
        let consumed =
            |c: &crate::workload::Consumer| c.entities.is_empty() || c.entities.contains(&id);
        let mut made = Use {
            attributes: Some(declared_uses(workload, workload.entity(id))),
            ..Use::default()
        };
        if streamed || workload.consumers.iter().any(consumed) {
            made.all();
        }
        made
    };
    let mut made: Vec<Use> = workload.entity_ids().map(declared).collect();
    let mut of = |id: EntityId, what: &dyn Fn(&mut Use)| what(&mut made[usize::from(id.0)]);
    for pattern in &workload.patterns {
        for id in &pattern.entities {
            of(*id, &|used| used.by_name(pattern.external.is_some()));
        }
        let Some(read) = pattern.action.read() else {
            continue;
        };
        for id in read.followed(workload) {
            of(id, &|used| used.by_name(true));
        }
        let finds = matches!(pattern.action, Action::Find(_));
        for id in &read.entities {
            of(*id, &|used| used.by_read(*id, read, finds));
        }
    }
    for (_, step) in workload.steps() {
        of(step.entity, &|used| used.by_step(step));
    }
    made
}

impl Use {
    /// A pattern names it, and uses `all` of it or says itself what.
    fn by_name(&mut self, all: bool) {
        self.named = true;
        if all {
            self.all();
        }
    }

    /// Everything of it is used.
    fn all(&mut self) {
        self.read = true;
        self.attributes = None;
    }

    fn uses(&mut self, more: impl IntoIterator<Item = AttributeId>) {
        if let Some(known) = &mut self.attributes {
            more.into_iter().for_each(|a| known.insert(a));
        }
    }

    fn by_read(&mut self, id: EntityId, read: &Read, finds: bool) {
        self.read = true;
        let bindings = read.by.iter().map(|c| &c.binding);
        let bindings = bindings
            .chain(read.constants.iter().map(|c| &c.binding))
            .chain(read.range.iter().map(|r| &r.binding))
            .chain(read.prefix.iter().map(|(b, _)| b))
            .chain(read.sort.iter().map(|s| &s.binding));
        self.uses(bindings.filter_map(|b| b.get(&id).copied()));
        match read.select.as_ref().map(|s| s.get(&id)) {
            _ if finds || read.verb == ReadVerb::Count => {}
            Some(Some(selected)) => {
                self.selected = true;
                self.uses(selected.iter().map(|(a, _)| *a));
            }
            Some(None) => {}
            None => self.all(),
        }
    }

    fn by_step(&mut self, step: &Step) {
        self.read |= step.verb == WriteVerb::Check;
        self.made |= matches!(step.verb, WriteVerb::Create | WriteVerb::Put) || step.upsert;
        self.read |= !step.conditions.is_empty() || !step.returns.is_empty();
        self.uses(step.conditions.iter().map(|c| c.attribute));
        self.uses(step.returns.iter().copied());
    }
}

/// Attributes that the declaration of the entity itself makes use of.
fn declared_uses(workload: &Workload, entity: &Entity) -> AttributeSet {
    let mut made = entity.identity_set();
    entity.ttl.iter().for_each(|a| made.insert(*a));
    let uniques = entity.uniques.iter().flat_map(|u| &u.attributes);
    uniques.for_each(|a| made.insert(*a));
    for id in entity.attribute_ids() {
        let attribute = entity.attribute(id);
        let derived = attribute.derived.iter().flat_map(|d| &d.of);
        derived.for_each(|a| made.insert(*a));
        if workload.tenant.as_ref() == Some(&attribute.name) {
            made.insert(id);
        }
    }
    made
}

fn entity(workload: &Workload, id: EntityId, used: &Use, found: &mut Diagnostics) {
    let entity = workload.entity(id);
    let name = &entity.name;
    if !used.named && !used.read {
        found.push(
            Diagnostic::at(
                Code::D0315,
                entity.span,
                format!("no pattern names `{name}`"),
            )
            .note("it has a place in the table, and nothing writes or reads it")
            .help("add the patterns that need it, or leave the entity out until there are some"),
        );
        return;
    }
    if !used.read {
        found.push(
            Diagnostic::at(Code::D0313, entity.span, format!("nothing reads `{name}`"))
                .note("its items are written and paid for, and no read, condition, `return` or consumer of the stream sees them")
                .help("add the pattern that reads it, name its reader with `external`, or declare the consumer of the stream"),
        );
        return;
    }
    let Some(attributes) = used.attributes.filter(|_| used.selected) else {
        return;
    };
    let idle: Vec<AttributeId> = entity
        .attribute_ids()
        .filter(|a| !attributes.contains(*a))
        .collect();
    if let Some(first) = idle.first() {
        found.push(
            Diagnostic::at(
                Code::D0314,
                entity.attribute(*first).span,
                format!("nothing uses or returns {} of `{name}`", and(entity.names(idle.iter().copied()))),
            )
            .note("every read of the entity selects other attributes, and no condition or key names these")
            .help("add them to a `select`, or leave them out of the table"),
        );
    }
}

/// The values that the writes of the file can give an attribute; `None` where they can be any.
fn possible(
    workload: &Workload,
    id: EntityId,
    attribute: AttributeId,
) -> Option<BTreeSet<Constant>> {
    let declared = workload.entity(id).attribute(attribute);
    if declared.derived.is_some() {
        return None;
    }
    let mut made = BTreeSet::new();
    let mut makes = false;
    for (_, step) in workload.steps().filter(|(_, s)| s.entity == id) {
        let own = |c: &&Change| c.attribute == attribute;
        if step.add.iter().any(|c| own(&c)) {
            return None;
        }
        let creates = matches!(step.verb, WriteVerb::Create | WriteVerb::Put);
        makes |= creates || step.upsert;
        match step.set.iter().find(own) {
            Some(change) => match &change.operand {
                Some(Operand::Constant(value)) if change.path.is_empty() => {
                    made.insert(value.clone());
                }
                _ => return None,
            },
            // The caller gives what a `create` does not fix.
            None if creates => return None,
            None => {}
        }
    }
    makes.then_some(made)
}

/// A read whose constant no item has.
fn never_matches(workload: &Workload, pattern: &str, read: &Read, found: &mut Diagnostics) {
    for condition in &read.constants {
        let Test::OneOf(values) = &condition.test else {
            continue;
        };
        for (entity, attribute) in &condition.binding {
            let Some(known) = possible(workload, *entity, *attribute) else {
                continue;
            };
            if values.iter().any(|v| known.contains(v)) {
                continue;
            }
            let name = &workload.entity(*entity).attribute(*attribute).name;
            found.push(
                Diagnostic::at(
                    Code::D0312,
                    condition.span,
                    format!(
                        "`{pattern}` finds nothing: no write gives `{name}` the value {}",
                        or(values)
                    ),
                )
                .note(given(name, &known))
                .help("add the pattern that writes the value, or ask for one that is written"),
            );
        }
    }
}

/// A condition of a write that no item meets.
fn never_holds(workload: &Workload, pattern: &str, step: &Step, found: &mut Diagnostics) {
    for condition in &step.conditions {
        let values: Vec<Constant> = match (&condition.operator, &condition.operand) {
            (Operator::Equal, Some(Operand::Constant(value))) => vec![value.clone()],
            (Operator::In, Some(Operand::Constants(values))) => values.clone(),
            _ => continue,
        };
        if !condition.path.is_empty() {
            continue;
        }
        let Some(known) = possible(workload, step.entity, condition.attribute) else {
            continue;
        };
        if values.iter().any(|v| known.contains(v)) {
            continue;
        }
        let name = &workload
            .entity(step.entity)
            .attribute(condition.attribute)
            .name;
        found.push(
            Diagnostic::at(
                Code::D0312,
                condition.span,
                format!(
                    "`{pattern}` always fails: no write gives `{name}` the value {}",
                    or(&values)
                ),
            )
            .note(given(name, &known))
            .help("add the pattern that writes the value, or ask for one that is written"),
        );
    }
}

fn or(values: &[Constant]) -> String {
    let names: Vec<String> = values.iter().map(|v| format!("`{}`", v.plain())).collect();
    names.join(" or ")
}

fn given(name: &str, known: &BTreeSet<Constant>) -> String {
    let values: Vec<String> = known.iter().map(Constant::plain).collect();
    format!(
        "the writes of the file give `{name}` {}",
        and(values.iter().map(String::as_str))
    )
}

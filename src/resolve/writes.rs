//! Writes: `create`, `put`, `update`, `delete`, and the steps of transactions.

use super::operands::{self, changes, conditions};
use super::sense;
use super::{attribute_named, entity_named, optional_text, read_unit, reads, units};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::workload::{
    Action, AttributeId, AttributeSet, Basis, Change, Entity, EntityId, Find, Operand, Step,
    Workload, WriteVerb,
};

/// Resolves a write pattern.
pub(super) fn write(
    verb: WriteVerb,
    target: &Node,
    body: &Node,
    workload: &Workload,
    found: &mut Diagnostics,
) -> Option<Action> {
    let entity = entity_named(target, &workload.entities, found)?;
    let by: Vec<&Node> = body
        .get("by")
        .map(Node::one_or_many)
        .unwrap_or_default()
        .iter()
        .collect();
    let names: Vec<&str> = by.iter().filter_map(|n| n.text()).collect();
    let declared = workload.entity(entity);
    let keyed = by.is_empty()
        || declared
            .identity
            .iter()
            .all(|id| names.contains(&declared.attribute(*id).name.as_str()));
    let step = step(verb, entity, target, body, keyed, workload, found);
    if keyed {
        if let Some(misplaced) = ["allow", "returns"].iter().find_map(|f| body.entry(f)) {
            let name = misplaced.0.text().unwrap_or_default();
            found.push(
                Diagnostic::at(
                    Code::D0211,
                    misplaced.0.span,
                    format!("`{name}` has no meaning for a write by the key"),
                )
                .note("such a write is one request that touches one item")
                .help(format!("remove `{name}`")),
            );
        }
        super::transactions::check_parameters(std::slice::from_ref(&step), workload, found);
        return Some(Action::Write(Box::new(step)));
    }
    if step.upsert {
        found.push(incomplete_key(
            body,
            declared,
            "an upsert names its item by the whole key",
        ));
    }
    let nodes = body.get("by").map(Node::one_or_many).unwrap_or_default();
    let mut read = reads::find(entity, nodes, workload, found);
    read.returns = read_unit(
        body.get("returns"),
        "count",
        "`20` or `2k`",
        found,
        units::count,
    );
    Some(Action::Find(Box::new(Find { read, step })))
}

/// Resolves what a step and a pattern have in common. `keyed`: the item is known by its key.
pub(super) fn step(
    verb: WriteVerb,
    entity: EntityId,
    target: &Node,
    body: &Node,
    keyed: bool,
    workload: &Workload,
    found: &mut Diagnostics,
) -> Step {
    let declared = workload.entity(entity);
    let names_item = matches!(
        verb,
        WriteVerb::Update | WriteVerb::Delete | WriteVerb::Check
    );
    let made = Step {
        verb,
        entity,
        span: target.span,
        by: if names_item && keyed {
            known_by(body, declared, found)
        } else {
            Vec::new()
        },
        set: changes(body.get("set"), declared, true, found),
        add: changes(body.get("add"), declared, true, found),
        remove: changes(body.get("remove"), declared, false, found),
        conditions: conditions(body.get("if"), declared, found),
        returns: body
            .get("return")
            .map(Node::one_or_many)
            .unwrap_or_default()
            .iter()
            .filter_map(|n| attribute_named(n.text()?, n.span, declared, found))
            .collect(),
        upsert: body.get("upsert").and_then(Node::boolean) == Some(true),
        times: read_unit(
            body.get("times"),
            "repetition",
            "`1..20` or `3`",
            found,
            units::times,
        ),
        alias: optional_text(body, "as"),
    };
    check_changes(&made, declared, body, found);
    sense::write(&made, declared, found);
    made
}

/// What the item is known by: the key, and what `by` adds to it or names otherwise.
fn known_by(body: &Node, entity: &Entity, found: &mut Diagnostics) -> Vec<(AttributeId, String)> {
    let same = |id: AttributeId| (id, entity.attribute(id).name.clone());
    let mut made: Vec<(AttributeId, String)> = entity.identity.iter().copied().map(same).collect();
    let Some(by) = body.get("by") else {
        return made;
    };
    let mut extra: Vec<(AttributeId, String)> = Vec::new();
    if by.is_map() {
        for (key, value) in by.entries() {
            let Some(id) = attribute_named(key.text().unwrap_or_default(), key.span, entity, found)
            else {
                continue;
            };
            let Some(Some(Operand::Parameter {
                name: parameter,
                negate: false,
                text: false,
            })) = value.text().map(operands::parameter)
            else {
                found.push(
                    Diagnostic::at(Code::D0104, value.span, "expected the name of a parameter")
                        .note("a map in `by` gives parameters other names; the key of an item is never a constant")
                        .help(format!("write `{}: $name`", entity.attribute(id).name)),
                );
                continue;
            };
            match made.iter_mut().find(|(a, _)| *a == id) {
                Some(known) => known.1 = parameter,
                None => extra.push((id, parameter)),
            }
        }
    } else {
        let ids: Vec<AttributeId> = by
            .one_or_many()
            .iter()
            .filter_map(|n| attribute_named(n.text().unwrap_or_default(), n.span, entity, found))
            .collect();
        if !entity.identity.iter().all(|id| ids.contains(id)) {
            found.push(incomplete_key(
                body,
                entity,
                "a step of a transaction names its item by the whole key",
            ));
        }
        extra.extend(
            ids.into_iter()
                .filter(|id| !entity.identity.contains(id))
                .map(same),
        );
    }
    extra.sort();
    extra.dedup();
    for (id, _) in &extra {
        let attribute = entity.attribute(*id);
        if !attribute.ty.fits_key() {
            let span = body.get("by").map_or(body.span, |n| n.span);
            found.push(
                Diagnostic::at(
                    Code::D0210,
                    span,
                    format!("an item cannot be known by {}", attribute.ty.with_article()),
                )
                .context(
                    attribute.span,
                    format!("`{}` is declared here", attribute.name),
                )
                .note("what `by` names may become part of the table's key")
                .help(format!("remove `{}` from `by`", attribute.name)),
            );
        }
    }
    made.extend(extra);
    made
}

fn incomplete_key(body: &Node, entity: &Entity, message: &str) -> Diagnostic {
    let span = body.get("by").map_or(body.span, |n| n.span);
    Diagnostic::at(Code::D0224, span, message)
        .context(
            entity.span,
            format!(
                "the key of `{}` is [{}]",
                entity.name,
                entity.names(entity.identity.iter().copied()).join(", ")
            ),
        )
        .note("it is one request that touches one item")
        .help("name all attributes of the key in `by`, or leave `by` out")
}

/// That the changes are of attributes that can change, once each, and leave a whole item.
fn check_changes(step: &Step, entity: &Entity, body: &Node, found: &mut Diagnostics) {
    let creates = matches!(step.verb, WriteVerb::Create | WriteVerb::Put);
    let mut touched: Vec<&Change> = Vec::new();
    for (change, removes) in step
        .set
        .iter()
        .chain(&step.add)
        .map(|c| (c, false))
        .chain(step.remove.iter().map(|c| (c, true)))
    {
        let attribute = entity.attribute(change.attribute);
        if !creates && entity.identity.contains(&change.attribute) {
            found.push(
                Diagnostic::at(
                    Code::D0215,
                    change.span,
                    format!("`{}` is part of the key", attribute.name),
                )
                .context(attribute.span, "declared here")
                .note("the key of an item never changes")
                .help("delete the item and create another one, in a transaction"),
            );
        }
        if attribute.derived.is_some() {
            found.push(
                Diagnostic::at(
                    Code::D0215,
                    change.span,
                    format!("`{}` is derived", attribute.name),
                )
                .context(attribute.span, "declared here")
                .note("derived attributes are computed on every write")
                .help("write what it is derived from"),
            );
        }
        if creates && !change.path.is_empty() {
            found.push(
                Diagnostic::at(
                    Code::D0211,
                    change.span,
                    "a new item has no map to lead into",
                )
                .note("a path changes an entry of a map that is stored already")
                .help(format!("give the whole of `{}`", attribute.name)),
            );
        }
        if removes && change.path.is_empty() && change.operand.is_none() && !attribute.optional {
            found.push(
                Diagnostic::at(
                    Code::D0216,
                    change.span,
                    format!("`{}` is required", attribute.name),
                )
                .context(attribute.span, "declared here")
                .note("only optional attributes can be removed")
                .help(format!("declare it as `{}?`", attribute.name)),
            );
        }
        if let Some(first) = touched
            .iter()
            .find(|c| c.attribute == change.attribute && c.path == change.path)
        {
            found.push(
                Diagnostic::at(
                    Code::D0215,
                    change.span,
                    format!("`{}` is changed twice", attribute.name),
                )
                .context(first.span, "the first change")
                .note("one request of DynamoDB changes an attribute once")
                .help("keep one of the changes"),
            );
        }
        touched.push(change);
    }
    for change in step
        .add
        .iter()
        .chain(step.remove.iter().filter(|c| c.operand.is_some()))
    {
        let attribute = entity.attribute(change.attribute);
        let adds_number =
            attribute.ty.is_number() && step.add.iter().any(|c| c.span == change.span);
        if change.path.is_empty() && !adds_number && !attribute.ty.is_set() {
            found.push(
                Diagnostic::at(
                    Code::D0210,
                    change.span,
                    format!("`{}` is {}", attribute.name, attribute.ty.with_article()),
                )
                .context(attribute.span, "declared here")
                .note("only numbers and sets can be added to, only elements of sets be removed")
                .help(format!(
                    "give it a new value with `set: {{ {}: ... }}`",
                    attribute.name
                )),
            );
        }
    }
    if step.upsert {
        check_upsert(step, entity, body, found);
    }
    let nothing = ["set", "add", "remove"].iter().all(|f| {
        body.get(f)
            .is_none_or(|n| n.one_or_many().is_empty() || (n.is_map() && n.entries().is_empty()))
    });
    if step.verb == WriteVerb::Update && nothing && !step.upsert {
        found.push(
            Diagnostic::at(Code::D0103, step.span, "the update changes nothing")
                .note("an `update` names what it changes")
                .help("say what it changes in `set`, `add` or `remove`; to look whether an item is there, use `get`"),
        );
    }
}

/// That an upsert makes a whole item.
fn check_upsert(step: &Step, entity: &Entity, body: &Node, found: &mut Diagnostics) {
    if let Some(ttl) = entity.ttl {
        let span = body.entry("upsert").map_or(step.span, |(k, _)| k.span);
        let message = format!(
            "the upsert may find an item of {} that is over its time",
            entity.name
        );
        found.push(
            Diagnostic::at(Code::D0304, span, message)
                .note(format!(
                    "DynamoDB deletes an item some days after `{}`; until then an upsert keeps what it does not set",
                    entity.attribute(ttl).name
                ))
                .help("set every attribute that matters, or use `put`"),
        );
    }
    let given: AttributeSet = step
        .by
        .iter()
        .map(|(id, _)| *id)
        .chain(
            step.set
                .iter()
                .filter(|c| !c.optional && c.path.is_empty())
                .map(|c| c.attribute),
        )
        .chain(
            step.add
                .iter()
                .filter(|c| c.path.is_empty() && !c.optional)
                .map(|c| c.attribute),
        )
        .collect();
    let missing: Vec<&str> = entity
        .attribute_ids()
        .filter(|id| {
            let attribute = entity.attribute(*id);
            !attribute.optional && attribute.derived.is_none() && !given.contains(*id)
        })
        .map(|id| entity.attribute(id).name.as_str())
        .collect();
    if !missing.is_empty() {
        let span = body.entry("upsert").map_or(step.span, |(k, _)| k.span);
        found.push(
            Diagnostic::at(
                Code::D0216,
                span,
                format!(
                    "the upsert leaves out {}",
                    crate::document::form::quoted(&missing)
                ),
            )
            .context(entity.span, "declared here as required")
            .note("the item is made of the key, `set` and `add`")
            .help("give them in `set`, or make them optional"),
        );
    }
}

/// That nothing is written to what the file declares immutable. Known only once mutability is settled.
pub(super) fn check_immutable(workload: &Workload, found: &mut Diagnostics) {
    for (_, step) in workload.steps() {
        let entity = workload.entity(step.entity);
        if !matches!(step.verb, WriteVerb::Update) {
            continue;
        }
        for change in step.set.iter().chain(&step.add).chain(&step.remove) {
            let attribute = entity.attribute(change.attribute);
            if attribute.basis == Basis::Declared && !attribute.mutable {
                found.push(
                    Diagnostic::at(
                        Code::D0215,
                        change.span,
                        format!("`{}` is immutable", attribute.name),
                    )
                    .context(attribute.span, "declared `immutable: true` here")
                    .note("it is written once, by the `create` or `put`")
                    .help("drop the change, or the declaration"),
                );
            }
        }
    }
}

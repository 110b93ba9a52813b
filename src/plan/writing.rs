//! Writing steps: one atomic call that keeps every index key and every guard right.
//!
//! An update changes the keys of each index whose key or condition has to do with what it changes. What the new keys
//! need and the call does not know is named in `current`: the item is read first, and written on the condition that
//! these attributes are still what was read.

mod known;
use super::conditions::{absent, alive, any, constant, of_write, path, present};
use super::entities::guard_name;
use super::keys::{encoding_of, partition, sort};
use super::parameters::of_writes;
use super::{
    ActionEntry, ActionKey, Assignment, Choice, Condition, ForEach, KeyChange, KeySegments,
    Parameter, Segment, SortCondition, WriteStep,
};
use crate::effect::{Effect, GuardWork, Put};
use crate::layout::Component;
use crate::schema::Schema;
use crate::workload::{
    Action, AttributeId, Change, Entity, Operand, Read, Step, Workload, WriteVerb,
};

/// The writing step of a pattern and its parameters.
pub(super) fn write(
    workload: &Workload,
    schema: &Schema,
    action: &Action,
) -> (WriteStep, Vec<Parameter>) {
    let (parameters, lists) = of_writes(workload, action);
    let (steps, found): (Vec<&Step>, Option<&Read>) = match action {
        Action::Write(step) => (vec![step], None),
        Action::Find(find) => (vec![&find.step], Some(&find.read)),
        Action::Transaction(steps) => (steps.iter().collect(), None),
        Action::Read(_) | Action::External => (Vec::new(), None),
    };
    let mut actions: Vec<ActionEntry> = Vec::new();
    for (step, list) in steps.iter().zip(&lists) {
        let one = OneStep {
            effect: Effect {
                workload,
                schema,
                step,
                found,
                joined: steps.len() > 1,
            },
            list: list.clone(),
        };
        one.actions(&mut actions);
    }
    let call = match actions.as_slice() {
        [one] if one.times.is_none() => match one.action.as_str() {
            "put" => "PutItem",
            "update" => "UpdateItem",
            "delete" => "DeleteItem",
            _ => "TransactWriteItems",
        },
        _ => "TransactWriteItems",
    };
    let for_each = found.map(|_| vec![ForEach::Rows { rows_of: 0 }]);
    let step = WriteStep {
        call: call.to_owned(),
        table: workload.settings.name.clone(),
        for_each,
        actions,
    };
    (step, parameters)
}

struct OneStep<'a> {
    effect: Effect<'a>,
    list: Option<String>,
}

impl<'a> OneStep<'a> {
    fn entity(&self) -> &'a Entity {
        self.effect.entity()
    }

    fn name(&self, id: AttributeId) -> String {
        self.entity().attribute(id).name.clone()
    }

    fn empty(&self, action: &str, kind: &str) -> ActionEntry {
        ActionEntry {
            action: action.to_owned(),
            entity: self.entity().name.clone(),
            kind: kind.to_owned(),
            name: self.effect.step.alias.clone(),
            of: None,
            times: self.list.clone(),
            current: Vec::new(),
            key: None,
            values: Vec::new(),
            set: Vec::new(),
            add: Vec::new(),
            remove: Vec::new(),
            keys: Vec::new(),
            upsert: false,
            condition: Vec::new(),
            returned: Vec::new(),
        }
    }

    /// The action on the item and those on its guards.
    fn actions(&self, made: &mut Vec<ActionEntry>) {
        let entity = self.entity();
        let place = made.len();
        let mut item = match self.effect.step.verb {
            WriteVerb::Create | WriteVerb::Put => self.put(),
            WriteVerb::Update => self.update(),
            WriteVerb::Delete => self.empty("delete", &entity.name),
            WriteVerb::Check => self.empty("check", &entity.name),
        };
        item.condition = self.conditions();
        if !matches!(self.effect.step.verb, WriteVerb::Create | WriteVerb::Put) {
            item.key = Some(self.key());
            item.values = self.known_values();
        }
        item.returned = self
            .effect
            .step
            .returns
            .iter()
            .map(|a| self.name(*a))
            .collect();
        item.current = entity
            .names(self.effect.current().iter())
            .into_iter()
            .map(str::to_owned)
            .collect();
        made.push(item);
        for work in self.effect.guards() {
            made.extend(self.guard(&work, place));
        }
    }

    fn put(&self) -> ActionEntry {
        let entity = self.entity();
        let mut made = self.empty("put", &entity.name);
        let rest = entity
            .attribute_ids()
            .filter(|a| !entity.identity.contains(a));
        for id in entity.identity.iter().copied().chain(rest) {
            let attribute = entity.attribute(id);
            let mut assignment = Assignment {
                attribute: attribute.name.clone(),
                ..Assignment::default()
            };
            match self.effect.step.set.iter().find(|c| c.attribute == id) {
                Some(change) => self.operand(change.operand.as_ref(), &mut assignment),
                None if attribute.derived.is_some() => assignment.derived = Some(true),
                None => assignment.parameter = Some(attribute.name.clone()),
            }
            made.values.push(assignment);
        }
        made
    }

    fn operand(&self, operand: Option<&Operand>, to: &mut Assignment) {
        match operand {
            Some(Operand::Parameter { name, negate, text }) => {
                to.parameter = Some(name.clone());
                to.negate = negate.then_some(true);
                to.text = text.then_some(true);
            }
            Some(Operand::Constant(value)) => to.value = Some(constant(value)),
            Some(Operand::Constants(_)) | None => {}
        }
    }

    fn update(&self) -> ActionEntry {
        let entity = self.entity();
        let mut made = self.empty("update", &entity.name);
        let assignment = |change: &Change| {
            let mut to = Assignment {
                attribute: self.name(change.attribute),
                path: path(&change.path),
                ..Assignment::default()
            };
            self.operand(change.operand.as_ref(), &mut to);
            to
        };
        made.set = self.effect.step.set.iter().map(assignment).collect();
        made.add = self.effect.step.add.iter().map(assignment).collect();
        made.remove = self.effect.step.remove.iter().map(assignment).collect();
        for id in self.effect.derived_anew().iter() {
            made.set.push(Assignment {
                attribute: self.name(id),
                derived: Some(true),
                ..Assignment::default()
            });
        }
        made.upsert = self.effect.step.upsert;
        made.keys = self.key_changes();
        made
    }

    /// What becomes of the index keys.
    fn key_changes(&self) -> Vec<KeyChange> {
        self.effect
            .touched()
            .into_iter()
            .map(|(name, family, member)| {
                let change = match self.effect.membership(family, member) {
                    Some(true) => "set",
                    Some(false) => "remove",
                    None => "either",
                };
                KeyChange {
                    index: name.to_owned(),
                    change: change.to_owned(),
                }
            })
            .collect()
    }

    /// The actions on a guard.
    fn guard(&self, work: &GuardWork, of: usize) -> Vec<ActionEntry> {
        let kind = guard_name(self.effect.workload, self.effect.step.entity, &work.guard);
        let action = |action: &str| ActionEntry {
            of: Some(of),
            name: None,
            ..self.empty(action, &kind)
        };
        let taken = if work.guard.of_identity {
            "exists"
        } else {
            "not_unique"
        };
        let mut made = Vec::new();
        match work.put {
            Some(Put::Taken) => made.push(ActionEntry {
                condition: vec![absent(self.effect.workload, self.entity()).failing(taken)],
                ..action("put")
            }),
            Some(Put::Again) => made.push(action("put")),
            None => {}
        }
        if work.delete {
            made.push(action("delete"));
        }
        made
    }

    /// What must hold of the stored item.
    fn conditions(&self) -> Vec<Condition> {
        let entity = self.entity();
        let step = self.effect.step;
        let mut made: Vec<Condition> = Vec::new();
        let ifs = || step.conditions.iter().map(|c| of_write(entity, c));
        match step.verb {
            WriteVerb::Create => made.push(absent(self.effect.workload, entity).failing("exists")),
            WriteVerb::Put => made.extend(ifs().flat_map(|c| self.of_living(c))),
            WriteVerb::Update if step.upsert => {
                made.extend(self.extra_known(true));
                made.extend(ifs().flat_map(|c| self.of_living(c)));
            }
            WriteVerb::Delete if step.conditions.is_empty() && self.effect.found.is_none() => {
                made.extend(self.extra_known(true));
            }
            WriteVerb::Update | WriteVerb::Delete | WriteVerb::Check => {
                made.push(present(self.effect.workload).failing("not_found"));
                made.extend(alive(entity).map(|c| c.failing("not_found")));
                made.extend(self.extra_known(false));
                made.extend(ifs());
            }
        }
        made
    }

    /// A condition for which an item over its time counts as none: no item meets only `missing` and `lacks`.
    fn of_living(&self, condition: Condition) -> Vec<Condition> {
        let Some(alive) = alive(self.entity()) else {
            return vec![condition];
        };
        if !matches!(condition.op.as_deref(), Some("missing" | "lacks")) {
            return vec![alive.failing("condition"), condition];
        }
        let failure = condition.failure.clone();
        let mut of = vec![Condition {
            failure: None,
            ..condition
        }];
        of.extend(expired(self.effect.workload, self.entity()));
        vec![Condition { failure, ..any(of) }]
    }

    /// Where the item is.
    fn key(&self) -> ActionKey {
        let names = &self.effect.workload.settings.names;
        if self.effect.found.is_some() {
            let row = |name: &str| Segment::Row {
                row: name.to_owned(),
                stored_as: "string".to_owned(),
                encoding: "raw".to_owned(),
            };
            return ActionKey {
                partition: vec![KeySegments {
                    segments: vec![row(&names.partition)],
                }],
                sort: vec![Choice::Plain(SortCondition::Equals(Choice::Plain(vec![
                    row(&names.sort),
                ])))],
            };
        }
        let Some((family, member)) = self.effect.schema.table_family(self.effect.step.entity)
        else {
            return ActionKey {
                partition: Vec::new(),
                sort: Vec::new(),
            };
        };
        let segment = |c: Component| {
            let parameter = self
                .effect
                .step
                .by
                .iter()
                .find(|(a, _)| *a == c.attribute)
                .map(|(_, name)| name.clone());
            Segment::Parameter {
                parameter: parameter.unwrap_or_default(),
                encoding: encoding_of(self.entity(), c).to_string(),
            }
        };
        let of = |a| {
            segment(Component {
                attribute: a,
                descending: false,
            })
        };
        let none = |_| Segment::Literal {
            literal: String::new(),
        };
        ActionKey {
            partition: vec![partition(self.effect.workload, family, member, of, none).key()],
            sort: vec![Choice::Plain(SortCondition::Equals(Choice::Plain(
                sort(family, member, segment).0,
            )))],
        }
    }
}

/// That an item is over its time, without the case that there is none.
fn expired(workload: &Workload, entity: &Entity) -> Vec<Condition> {
    absent(workload, entity)
        .any
        .unwrap_or_default()
        .into_iter()
        .filter(|c| c.now == Some(true))
        .collect()
}

//! Writes: whether the one atomic call of a pattern does what the design says and keeps every key and guard right.

use super::Findings;
use super::actions::{changes, claims, misplaced, word};
use super::conditions::{Stored, expected};
use super::given;
use super::keeping::{guards, index_keys};
use super::known::Writing;
use super::model::{Model, PatternOf};
use super::parameters::{of_action, within};
use super::price::applies;
use super::wanted::{choices, names};
use crate::plan::{ActionEntry, ForEach, Parameter, Pattern, Step as Planned, WriteStep};
use crate::workload::{Action, AttributeSet, Read, Step};
use std::collections::BTreeSet;

/// The most actions of a transaction: Amazon `DynamoDB` Developer Guide, "Quotas in Amazon `DynamoDB`".
const MOST_ACTIONS: u64 = 100;

/// Checks the writing step of a pattern.
pub(super) fn check(model: &Model<'_>, pattern: &PatternOf<'_>, found: &mut Findings) {
    let (steps, read): (Vec<&Step>, Option<&Read>) = match &pattern.declared.action {
        Action::Write(step) => (vec![step], None),
        Action::Find(find) => (vec![&find.step], Some(&find.read)),
        Action::Transaction(steps) => (steps.iter().collect(), None),
        Action::Read(_) | Action::External => return,
    };
    let planned = pattern.planned;
    let place = planned.name.as_str();
    if planned.steps.is_empty() {
        return;
    }
    let writing: Vec<&WriteStep> = planned
        .steps
        .iter()
        .filter_map(|s| {
            if let Planned::Write(w) = s {
                Some(w)
            } else {
                None
            }
        })
        .collect();
    let [write] = writing.as_slice() else {
        found.wrong(place, "it has not one writing step");
        return;
    };
    if !matches!(planned.steps.last(), Some(Planned::Write(_))) {
        found.wrong(place, "it reads after it has written");
    }
    if let Some(read) = read {
        check_rows(planned, write, read, model, found);
    } else {
        let ideal = planned.status == "covered"
            && planned.price.is_empty()
            && write.for_each.is_none()
            && planned.variants.is_none();
        if !ideal {
            found.wrong(place, "a write by the key is not one covered call");
        }
    }
    let call = Call {
        model,
        planned,
        write,
    };
    if let Some(problem) = call.misshapen() {
        found.wrong(place, problem);
    }
    call.parameters(&steps, read, found);
    given::check(model, planned, (&steps, read), found);
    call.actions(&steps, read, found);
}

/// The rows that are written are those of the reading step that is done, whatever the caller leaves out.
fn check_rows(
    planned: &Pattern,
    write: &WriteStep,
    read: &Read,
    model: &Model<'_>,
    found: &mut Findings,
) {
    let names = names(model.workload, read);
    for given in choices(read, &names) {
        let active: Vec<usize> = planned
            .steps
            .iter()
            .enumerate()
            .filter_map(|(at, s)| match s {
                Planned::Read(r) if r.when.as_ref().is_none_or(|w| applies(w, &given)) => Some(at),
                _ => None,
            })
            .collect();
        let rows = match write.for_each.as_deref() {
            Some([ForEach::Rows { rows_of }]) => vec![*rows_of],
            _ => Vec::new(),
        };
        if active.len() != 1 || rows != active {
            found.wrong(
                &planned.name,
                format!(
                    "{}it does not write the rows that it finds",
                    given.describe()
                ),
            );
        }
    }
}

/// The writing call of a pattern.
struct Call<'a, 'm> {
    model: &'m Model<'a>,
    planned: &'m Pattern,
    write: &'m WriteStep,
}

impl Call<'_, '_> {
    fn list(&self, name: &str) -> Option<&Parameter> {
        self.planned
            .parameters
            .iter()
            .find(|p| p.role == "list" && p.name == name)
    }

    fn times(&self, action: &ActionEntry) -> u64 {
        let list = action.times.as_deref().and_then(|name| self.list(name));
        list.and_then(|l| l.max).map_or(1, u64::from)
    }

    fn misshapen(&self) -> Option<String> {
        let single = match self.write.actions.as_slice() {
            [one] if one.times.is_none() => match one.action.as_str() {
                "put" => "PutItem",
                "update" => "UpdateItem",
                "delete" => "DeleteItem",
                _ => "TransactWriteItems",
            },
            _ => "TransactWriteItems",
        };
        if self.write.call != single {
            return Some(format!(
                "it is a {}, and its actions are a {single}",
                self.write.call
            ));
        }
        let count: u64 = self.write.actions.iter().map(|a| self.times(a)).sum();
        if count > MOST_ACTIONS || count == 0 {
            return Some(format!("it has {count} actions"));
        }
        let requests: u64 = 1 + self
            .write
            .actions
            .iter()
            .filter(|a| !a.current.is_empty())
            .map(|a| self.times(a))
            .sum::<u64>();
        let found = self.write.for_each.is_some();
        (self.planned.requests != (!found).then_some(requests)).then(|| {
            format!(
                "it makes {requests} requests, and says {:?}",
                self.planned.requests
            )
        })
    }

    /// The parameters are those that the actions use, optional where every use may be left out.
    fn parameters(&self, steps: &[&Step], read: Option<&Read>, found: &mut Findings) {
        let place = self.planned.name.as_str();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for action in &self.write.actions {
            let known = within(self.planned, action.times.as_deref());
            let own = of_action(action);
            for name in own.difference(&known) {
                found.wrong(
                    place,
                    format!("an action uses `{name}`, which is not given with it"),
                );
            }
            used.extend(own);
        }
        used.extend(
            read.into_iter()
                .flat_map(|r| &r.by)
                .map(|c| c.name.as_str()),
        );
        let single = self.planned.parameters.iter().filter(|p| p.role != "list");
        let listed = self
            .planned
            .parameters
            .iter()
            .flat_map(|p| p.parameters.iter().flatten());
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for parameter in single.chain(listed) {
            if !seen.insert(&parameter.name) {
                found.wrong(
                    place,
                    format!("the parameter `{}` is there twice", parameter.name),
                );
            }
            if !used.contains(parameter.name.as_str()) {
                found.wrong(
                    place,
                    format!("the parameter `{}` is not used", parameter.name),
                );
            }
            let optional: Vec<bool> = steps
                .iter()
                .flat_map(|s| uses(self.model, s))
                .filter(|(n, _)| *n == parameter.name)
                .map(|(_, o)| o)
                .collect();
            let by = read
                .into_iter()
                .flat_map(|r| &r.by)
                .filter(|c| c.name == parameter.name)
                .map(|c| c.optional);
            let optional: Vec<bool> = optional.into_iter().chain(by).collect();
            if !optional.is_empty() && parameter.optional != optional.iter().all(|o| *o) {
                found.wrong(
                    place,
                    format!(
                        "the parameter `{}` may be left out exactly where the design needs it",
                        parameter.name
                    ),
                );
            }
        }
        for list in self.planned.parameters.iter().filter(|p| p.role == "list") {
            if !self
                .write
                .actions
                .iter()
                .any(|a| a.times.as_ref() == Some(&list.name))
            {
                found.wrong(place, format!("nothing is repeated with `{}`", list.name));
            }
        }
    }

    fn actions(&self, steps: &[&Step], read: Option<&Read>, found: &mut Findings) {
        let place = self.planned.name.as_str();
        let mains: Vec<(usize, &ActionEntry)> = self
            .write
            .actions
            .iter()
            .enumerate()
            .filter(|(_, a)| a.of.is_none())
            .collect();
        if mains.len() != steps.len() {
            found.wrong(place, "it has not one action for each step of the design");
            return;
        }
        let is_main = |at: usize| mains.iter().any(|(m, _)| *m == at);
        if self
            .write
            .actions
            .iter()
            .any(|a| a.of.is_some_and(|of| !is_main(of)))
        {
            found.wrong(place, "an action on a guard belongs to none on an item");
        }
        for (step, (at, action)) in steps.iter().zip(&mains) {
            let own: Vec<&ActionEntry> = self
                .write
                .actions
                .iter()
                .filter(|a| a.of == Some(*at))
                .collect();
            for problem in self.action(step, read, action, &own) {
                found.wrong(
                    place,
                    format!("{} {}: {problem}", word(step.verb), action.kind),
                );
            }
        }
        self.lists(steps, &mains, found);
        for (at, (one, a)) in steps.iter().zip(&mains).enumerate() {
            for (two, b) in steps.iter().zip(&mains).skip(at + 1) {
                if one.entity == two.entity
                    && a.1.times == b.1.times
                    && self.one_item(one, a.1) == self.one_item(two, b.1)
                {
                    found.wrong(place, "two of its actions are on one item");
                }
            }
        }
    }

    /// What an item is known by: for each attribute of its identity the parameter or constant.
    fn one_item(
        &self,
        step: &Step,
        action: &ActionEntry,
    ) -> Vec<(Option<String>, Option<serde_json::Value>)> {
        let entity = self.model.workload.entity(step.entity);
        let of = |id: &crate::workload::AttributeId| {
            let name = &entity.attribute(*id).name;
            let value = action.values.iter().find(|v| v.attribute == *name);
            value.map_or((None, None), |v| (v.parameter.clone(), v.value.clone()))
        };
        entity.identity.iter().map(of).collect()
    }

    /// Repeated steps that share a parameter which is given once a repetition are repeated together.
    fn lists(&self, steps: &[&Step], mains: &[(usize, &ActionEntry)], found: &mut Findings) {
        let place = self.planned.name.as_str();
        for (step, (_, action)) in steps.iter().zip(mains) {
            let list = action.times.as_deref().and_then(|name| self.list(name));
            let same = match (step.times, list) {
                (None, None) => action.times.is_none(),
                (Some(times), Some(list)) => {
                    list.min == Some(times.min) && list.max == Some(times.max)
                }
                _ => false,
            };
            if !same {
                found.wrong(
                    place,
                    format!("{} is not repeated as the design says", action.kind),
                );
            }
        }
        for (_, action) in mains.iter().filter(|(_, a)| a.times.is_some()) {
            for name in of_action(action) {
                let sharing = || mains.iter().filter(|(_, b)| of_action(b).contains(name));
                let once = sharing().any(|(_, b)| b.times.is_none());
                if !once && sharing().any(|(_, b)| b.times != action.times) {
                    found.wrong(
                        place,
                        format!("steps that share `{name}` are not repeated together"),
                    );
                }
                let listed = action
                    .times
                    .as_deref()
                    .and_then(|l| self.list(l))
                    .is_some_and(|l| l.parameters.iter().flatten().any(|p| p.name == name));
                if listed == once {
                    found.wrong(place, format!("`{name}` is given once a repetition where it must be the same for all, or the other way round"));
                }
            }
        }
    }

    /// What is wrong with the action of a step and those on its guards.
    fn action(
        &self,
        step: &Step,
        read: Option<&Read>,
        action: &ActionEntry,
        own: &[&ActionEntry],
    ) -> Vec<String> {
        let entity = self.model.workload.entity(step.entity);
        let writing = Writing {
            entity,
            step,
            found: read,
        };
        let Some(kind) = self.model.item(step.entity) else {
            return vec!["it is of no item".to_owned()];
        };
        let Some(table) = self
            .model
            .table(&self.write.table)
            .filter(|t| t.name == kind.kind.table)
        else {
            return vec!["its table is not that of the item".to_owned()];
        };
        let mut wrong = Vec::new();
        let returned: Vec<&str> = entity.names(step.returns.iter().copied());
        let same = action.action == word(step.verb)
            && action.kind == kind.kind.name
            && action.entity == entity.name;
        if !same || action.name != step.alias || !action.returned.iter().eq(returned) {
            wrong.push("its verb, kind, name or `return` is not that of the design".to_owned());
        }
        wrong.extend(changes(&writing, action));
        wrong.extend(misplaced(&writing, kind, action, &table.key));
        let Some(partition) = table.key.partition.first().map(|p| p.attribute.as_str()) else {
            return wrong;
        };
        let in_key = kind.table_entry().map(|e| e.attributes).unwrap_or_default();
        if action.condition
            != expected(
                &writing,
                Stored {
                    partition,
                    kind,
                    in_key,
                },
            )
        {
            wrong.push("its conditions are not those that the design needs".to_owned());
        }
        let (known, more) = claims(&writing, action);
        wrong.extend(more);
        let current: AttributeSet = action
            .current
            .iter()
            .filter_map(|n| entity.find(n))
            .collect();
        let known = known.union(current);
        let (more, by_keys) = index_keys(&writing, kind, action, known);
        wrong.extend(more);
        let (more, by_guards) = guards(self.model, &writing, partition, (action, own), known);
        wrong.extend(more);
        if current.len() as usize != action.current.len() {
            wrong.push("`current` names what is no attribute, or one twice".to_owned());
        }
        for id in by_keys.union(by_guards).iter() {
            wrong.push(format!(
                "`current` lacks `{}`, which keys, derived attributes or guards need",
                entity.attribute(id).name
            ));
        }
        wrong
    }
}

/// Every use of a parameter in a step of the design, and whether it may be left out.
fn uses(model: &Model<'_>, step: &Step) -> Vec<(String, bool)> {
    use crate::workload::{Operand, PathSegment, WriteVerb};
    let entity = model.workload.entity(step.entity);
    let mut made: Vec<(String, bool)> = step
        .by
        .iter()
        .map(|(_, name)| (name.clone(), false))
        .collect();
    if matches!(step.verb, WriteVerb::Create | WriteVerb::Put) {
        for id in entity.attribute_ids() {
            let attribute = entity.attribute(id);
            if attribute.derived.is_none() && !step.set.iter().any(|c| c.attribute == id) {
                made.push((
                    attribute.name.clone(),
                    attribute.optional || attribute.default.is_some(),
                ));
            }
        }
    }
    let changes = step.set.iter().chain(&step.add).chain(&step.remove);
    let changes = changes.map(|c| (c.operand.as_ref(), &c.path, c.optional));
    let conditions = step
        .conditions
        .iter()
        .map(|c| (c.operand.as_ref(), &c.path, false));
    for (operand, path, optional) in changes.chain(conditions) {
        if let Some(Operand::Parameter { name, .. }) = operand {
            made.push((name.clone(), optional));
        }
        made.extend(path.iter().filter_map(|p| match p {
            PathSegment::Parameter(name) => Some((name.clone(), false)),
            PathSegment::Name(_) => None,
        }));
    }
    made
}

//! Reads: whether the steps of a pattern return exactly the items that the design asks for, under every choice of its
//! optional parameters.

use super::Findings;
use super::carried::lacking;
use super::compare::Scope;
use super::facts::{Facts, facts};
use super::follow;
use super::model::{Model, PatternOf};
use super::order::{Brought, disorder, overrun};
use super::parameters;
use super::price::{self, applies};
use super::request::{Brings, request};
use super::values::{Given, few};
use super::wanted::{Names, atoms, choices, names};
use crate::plan::{ForEach, Pattern, ReadStep, Step};
use crate::workload::{Action, Constant, EntityId, Read, ReadVerb};
use std::collections::BTreeMap;

/// Checks the reading steps of a pattern.
pub(super) fn check(model: &Model<'_>, pattern: &PatternOf<'_>, found: &mut Findings) {
    let (read, finds) = match &pattern.declared.action {
        Action::Read(read) => (read.as_ref(), false),
        Action::Find(find) => (&find.read, true),
        Action::Write(_) | Action::Transaction(_) | Action::External => {
            if pattern
                .planned
                .steps
                .iter()
                .any(|s| matches!(s, Step::Read(_)))
            {
                found.wrong(
                    &pattern.planned.name,
                    "it reads, and the design does not ask for it",
                );
            }
            return;
        }
    };
    let names = names(model.workload, read);
    if !finds {
        parameters::check_read(model.workload, pattern, read, &names, found);
        if pattern
            .planned
            .steps
            .iter()
            .any(|s| matches!(s, Step::Write(_)))
        {
            found.wrong(
                &pattern.planned.name,
                "it writes, and the design does not ask for it",
            );
        }
    }
    price::check(model, pattern, read, finds, found);
    if pattern.planned.steps.is_empty() {
        return;
    }
    let reading = Reading {
        model,
        pattern: pattern.planned,
        read,
        finds,
        names: &names,
        values: few(model.workload, pattern.planned),
    };
    for given in choices(read, &names) {
        if let Some(problem) = reading.choice(&given, found) {
            found.wrong(
                &pattern.planned.name,
                format!("{}{problem}", given.describe()),
            );
        }
    }
}

/// A read and its plan.
struct Reading<'a, 'm> {
    model: &'m Model<'a>,
    pattern: &'m Pattern,
    read: &'m Read,
    finds: bool,
    names: &'m Names,
    values: BTreeMap<String, Vec<Constant>>,
}

impl Reading<'_, '_> {
    /// What is wrong under a choice.
    fn choice(&self, given: &Given<'_>, found: &mut Findings) -> Option<String> {
        if self.is_uncovered(given) {
            return None;
        }
        let active: Vec<(usize, &ReadStep)> = self
            .pattern
            .steps
            .iter()
            .enumerate()
            .filter_map(|(at, step)| match step {
                Step::Read(step) if step.when.as_ref().is_none_or(|w| applies(w, given)) => {
                    Some((at, step))
                }
                _ => None,
            })
            .collect();
        let by_rows = |s: &ReadStep| {
            s.for_each
                .iter()
                .flatten()
                .any(|f| matches!(f, ForEach::Rows { .. }))
        };
        let (later, first): (Vec<_>, Vec<_>) = active.into_iter().partition(|(_, s)| by_rows(s));
        let mut seen: Vec<EntityId> = Vec::new();
        for (_, step) in &first {
            match self.step(step, given) {
                Ok(brought) => {
                    if let Some(twice) = brought.iter().find(|e| seen.contains(e)) {
                        return Some(format!(
                            "items of {} come from two steps",
                            self.model.workload.entity(*twice).name
                        ));
                    }
                    seen.extend(brought);
                }
                Err(problem) => return Some(problem),
            }
        }
        if let Some(lost) = self
            .read
            .entities
            .iter()
            .find(|e| !seen.contains(e) && self.wanted(**e, given).is_some())
        {
            return Some(format!(
                "no items of {} come",
                self.model.workload.entity(*lost).name
            ));
        }
        follow::check(self.model, (self.pattern, self.read), given, &later, found);
        None
    }

    /// Whether the document says that a choice is not answered.
    fn is_uncovered(&self, given: &Given<'_>) -> bool {
        let variants = self.pattern.variants.iter().flatten();
        variants
            .filter(|v| applies(&v.when, given))
            .any(|v| v.status == "uncovered")
    }

    /// What must hold of the items of an entity that are returned; `None` where none can be.
    fn wanted(&self, id: EntityId, given: &Given<'_>) -> Option<Facts> {
        let scope = Scope {
            entity: self.model.workload.entity(id),
            parameters: &self.values,
            variables: &BTreeMap::new(),
        };
        let atoms = atoms(self.model.workload, self.read, self.names, id, given);
        facts(scope, &atoms).map(|(facts, _)| facts)
    }

    /// The entities whose items a step brings, all of them as the design wants them.
    fn step(&self, step: &ReadStep, given: &Given<'_>) -> Result<Vec<EntityId>, String> {
        let table = self
            .model
            .table(&step.table)
            .ok_or("there is no such table")?;
        let index = step
            .index
            .as_ref()
            .and_then(|name| table.indexes.iter().find(|i| i.name == *name));
        let made = request(step, given)?;
        let misshapen = made.misshapen(index.map_or(&table.key, |i| &i.key));
        if let Some(problem) =
            misshapen.or_else(|| self.unlike(step, index.is_some_and(|i| i.kind == "global")))
        {
            return Err(problem);
        }
        let mut brought: Vec<Brought<'_>> = Vec::new();
        for (kind, entry) in self.model.residents((&step.table, step.index.as_deref())) {
            let name = kind.kind.name.as_str();
            let (facts, spread) = match made.brings(self.model, (kind, entry), given, &self.values)
            {
                Brings::Nothing => continue,
                Brings::Unclear(why) => {
                    return Err(format!(
                        "it cannot be told which items of {name} come: {why}"
                    ));
                }
                Brings::Items { facts, spread } => (facts, spread),
            };
            if !kind.is_item || !self.read.entities.contains(&kind.entity) {
                return Err(format!(
                    "items of {name} come, which the pattern does not name"
                ));
            }
            let entity = self.model.workload.entity(kind.entity);
            match self.wanted(kind.entity, given) {
                Some(wanted) if wanted == facts => {}
                Some(wanted) => {
                    return Err(format!(
                        "the items of {name} that come are those with [{}], wanted are those with [{}]",
                        facts.describe(entity),
                        wanted.describe(entity)
                    ));
                }
                None => return Err(format!("items of {name} come, and none are wanted")),
            }
            if let Some(problem) = unspread(step, &spread) {
                return Err(format!("{problem} for {name}"));
            }
            brought.push(Brought {
                entity: kind.entity,
                entry,
                facts,
                spread,
            });
        }
        let ordered = self.read.verb == ReadVerb::List && !self.finds;
        let disorder = if ordered {
            disorder(self.model.workload, self.read, step, &brought)
        } else {
            None
        };
        let problem = disorder
            .or_else(|| overrun(self.model.workload, self.read, step, &brought))
            .or_else(|| lacking(self.model, self.read, self.finds, step, &brought));
        match problem {
            Some(problem) => Err(problem),
            None => Ok(brought.into_iter().map(|b| b.entity).collect()),
        }
    }

    /// Why a first step is not the kind of request that the read needs.
    fn unlike(&self, step: &ReadStep, global: bool) -> Option<String> {
        let counts = self.read.verb == ReadVerb::Count;
        let returns = if self.finds { "nothing" } else { "items" };
        // What a GetItem brings is one item; whether the design wants no other is a matter of the facts.
        let (get, batch) = (step.call == "GetItem", step.call == "BatchGetItem");
        if step.select.is_some() && step.projection.is_some() {
            return Some("it counts rows, and names attributes of them".to_owned());
        }
        if step.merge.is_some() && step.for_each.as_ref().is_none_or(Vec::is_empty) {
            return Some("it merges one answer".to_owned());
        }
        if self.read.consistent != step.consistent {
            return Some(
                "it sees every earlier write, or not, where the design asks for the other"
                    .to_owned(),
            );
        }
        if step.consistent && global {
            return Some("a global index cannot be read consistently".to_owned());
        }
        if step.select.as_deref() != counts.then_some("count") {
            return Some(
                "it counts, or returns items, where the design asks for the other".to_owned(),
            );
        }
        if step.returns != returns {
            return Some(format!("it returns {}", step.returns));
        }
        if (get || batch) && (counts || step.for_each.is_some())
            || batch != self.read.batch.is_some()
        {
            return Some(format!("a {} is not what the read needs", step.call));
        }
        None
    }
}

/// Why the requests of a step do not go through all values once.
fn unspread(step: &ReadStep, spread: &super::facts::Spread) -> Option<String> {
    for each in step.for_each.iter().flatten() {
        let used = match each {
            ForEach::Values { variable, .. } => spread.variables.contains_key(variable),
            ForEach::Count { variable, count } => spread
                .shard
                .as_ref()
                .is_some_and(|(name, _, n)| name == variable && n == count),
            ForEach::Rows { .. } => true,
        };
        if !used {
            return Some("its requests do not go through all values or shards once".to_owned());
        }
    }
    None
}

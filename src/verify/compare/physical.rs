//! The tables themselves: every physical item rendered again from the model's items, and nothing beside them.

use super::super::execute::{CallError, normal};
use super::super::plan::Table;
use super::super::value::Physical;
use super::{Run, fault};
use serde_json::Value as Json;
use std::collections::BTreeMap;

impl Run<'_> {
    /// Items and guards are exactly what the plan's keys say; what is over its time may linger.
    pub(super) fn check_physical(&mut self) -> Result<(), String> {
        let mut expected: BTreeMap<(String, String), Physical> = BTreeMap::new();
        for ((name, identity), attributes) in &self.model.items {
            let entity = self.model.design.entity(name)?;
            if !self.model.alive(entity, attributes) {
                continue;
            }
            let items = match self.executor().items(name, attributes) {
                Ok(items) => items,
                Err(error) => {
                    return Err(format!(
                        "{name} {identity:?} has no physical items: {}",
                        fault(&error)
                    ));
                }
            };
            for (table, item) in items {
                let key = (table.clone(), self.key(&table, &item)?);
                if expected.insert(key.clone(), normalised(&item)).is_some() {
                    return Err(format!(
                        "two physical items with the key {key:?}, one of {name} {identity:?}"
                    ));
                }
            }
        }
        for table in &self.plan.tables {
            for item in self.client.everything(&table.name, None)? {
                self.check_item(table, &item, &mut expected)?;
            }
            self.check_indexes(table)?;
        }
        match expected.first_key_value() {
            Some((key, item)) => Err(format!(
                "no physical item {key:?} in the table: {}",
                shown(item)
            )),
            None => Ok(()),
        }
    }

    fn check_item(
        &mut self,
        table: &Table,
        item: &Physical,
        expected: &mut BTreeMap<(String, String), Physical>,
    ) -> Result<(), String> {
        self.stats.physical_items += 1;
        let key = (table.name.clone(), self.key(&table.name, item)?);
        match expected.remove(&key) {
            Some(wanted) if wanted == normalised(item) => self.check_membership(table, item),
            Some(wanted) => {
                let found = normalised(item);
                let names = wanted
                    .keys()
                    .chain(found.keys())
                    .filter(|n| wanted.get(*n) != found.get(*n));
                let names: std::collections::BTreeSet<&String> = names.collect();
                Err(format!(
                    "a physical item differs in {names:?}\n  expected {}\n  got {}",
                    shown(&wanted),
                    shown(&found)
                ))
            }
            None => match self.executor().over_its_time(&table.name, item) {
                Ok(true) => Ok(()),
                Ok(false) => Err(format!("a stray item in the table: {}", shown(item))),
                Err(error) => Err(fault(&error)),
            },
        }
    }

    /// An item that carries the key attributes of an index has an entry for it.
    fn check_membership(&self, table: &Table, item: &Physical) -> Result<(), String> {
        for index in &table.indexes {
            let carries = index.key.attributes().all(|a| item.contains_key(&a.name));
            let own = || {
                index
                    .key
                    .attributes()
                    .filter(|a| !table.key.attributes().any(|t| t.name == a.name))
            };
            let some = own().any(|a| item.contains_key(&a.name));
            let entry = match self.executor().kind(&table.name, item) {
                Ok(Some(kind)) => kind.entry(Some(&index.name)).is_some(),
                Ok(None) => true,
                Err(error) => return Err(fault(&error)),
            };
            if carries && !entry {
                return Err(format!(
                    "an item is in `{}` without an entry for it: {}",
                    index.name,
                    shown(item)
                ));
            }
            let synthetic = own().all(|a| self.synthetic(&a.name));
            if some && !carries && synthetic {
                return Err(format!(
                    "an item has only some of the key attributes of `{}`: {}",
                    index.name,
                    shown(item)
                ));
            }
        }
        Ok(())
    }

    fn synthetic(&self, name: &str) -> bool {
        !self
            .plan
            .entities
            .iter()
            .any(|e| e.stored.iter().any(|s| s.name == name))
    }

    /// What an index holds is what the table's items with its key attributes are.
    fn check_indexes(&self, table: &Table) -> Result<(), String> {
        let items = self.client.everything(&table.name, None)?;
        for index in &table.indexes {
            let members = items
                .iter()
                .filter(|i| index.key.attributes().all(|a| i.contains_key(&a.name)))
                .count();
            let found = self
                .client
                .everything(&table.name, Some(&index.name))?
                .len();
            if members != found {
                return Err(format!(
                    "`{}` holds {found} entries for {members} items",
                    index.name
                ));
            }
        }
        Ok(())
    }

    fn key(&self, table: &str, item: &Physical) -> Result<String, String> {
        let schema = &self.plan.table(table)?.key;
        let part =
            |a: &super::super::plan::KeyAttribute| item.get(&a.name).map(|v| normal(v).to_string());
        let parts: Option<Vec<String>> = schema.attributes().map(part).collect();
        parts
            .map(|p| p.join(" "))
            .ok_or_else(|| format!("an item without a key: {}", shown(item)))
    }
}

/// An item as JSON, for messages.
fn shown(item: &Physical) -> String {
    serde_json::to_string(item).unwrap_or_default()
}

fn normalised(item: &Physical) -> Physical {
    item.iter()
        .map(|(name, value): (&String, &Json)| (name.clone(), normal(value)))
        .collect()
}

impl super::super::execute::Executor<'_> {
    /// The kind of a physical item, by its discriminator.
    fn kind(
        &self,
        table: &str,
        item: &Physical,
    ) -> Result<Option<&super::super::plan::Kind>, CallError> {
        Ok(super::super::execute::kind_of(self.plan, table, item)?.map(|(_, kind)| kind))
    }
}

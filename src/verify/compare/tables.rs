//! The tables themselves: every physical item rendered again from the model's items, every entry of every index, and
//! nothing beside them.

use super::super::execute::{CallError, kind_of, normal};
use super::super::plan::{Index, KeyAttribute, Kind, Table};
use super::super::show;
use super::super::value::{Attrs, Physical};
use super::{Compared, Differs, Mismatch, Runner, fault};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What should lie in the tables, by table and key.
type Wanted = BTreeMap<(String, String), Physical>;

impl Runner<'_> {
    /// Items, guards and entries of indexes are exactly what the plan's keys say; what is over its time may linger.
    pub(super) fn tables(&mut self) -> Compared {
        let mut wanted = self.wanted()?;
        for table in &self.plan.tables {
            let items = self.client.everything(&table.name, None)?;
            for item in &items {
                self.item(table, item, &mut wanted)?;
            }
            for index in &table.indexes {
                self.index(table, index, &items)?;
            }
        }
        match wanted.first_key_value() {
            Some((_, item)) => Err(differs("an item is missing", Some(item), None)),
            None => Ok(()),
        }
    }

    /// The physical items of all items that count as there.
    fn wanted(&self) -> Compared<Wanted> {
        let mut wanted = Wanted::new();
        for entity in self.model.design.entities.values() {
            let alive: Vec<&Rc<Attrs>> = self.model.present(entity).map(|(_, item)| item).collect();
            for attributes in alive {
                let items = self
                    .executor()
                    .items(&entity.name, attributes)
                    .map_err(|error| {
                        let of = show::item(&entity.name, attributes);
                        tables(format!("{of} has no physical items: {}", fault(&error)))
                    })?;
                for (table, item) in items {
                    let key = (table.clone(), self.key(&table, &item)?);
                    let item = normalised(&item);
                    if let Some(other) = wanted.insert(key, item.clone()) {
                        let what = "two physical items have one key";
                        return Err(differs(what, Some(&other), Some(&item)));
                    }
                }
            }
        }
        Ok(wanted)
    }

    fn item(&mut self, table: &Table, item: &Physical, wanted: &mut Wanted) -> Compared {
        self.figures.physical_items += 1;
        let key = (table.name.clone(), self.key(&table.name, item)?);
        let found = normalised(item);
        match wanted.remove(&key) {
            Some(wanted) if wanted == found => self.membership(table, item),
            Some(wanted) => {
                let names = wanted.keys().chain(found.keys());
                let names = names.filter(|n| wanted.get(*n) != found.get(*n));
                let names: BTreeSet<&str> = names.map(String::as_str).collect();
                let names = names.into_iter().collect::<Vec<_>>().join(", ");
                let what = format!("an item has another {names}");
                Err(differs(what, Some(&wanted), Some(&found)))
            }
            None => match self.executor().over_its_time(&table.name, item) {
                Ok(true) => Ok(()),
                Ok(false) => Err(differs("an item should not be there", None, Some(&found))),
                Err(error) => Err(tables(fault(&error))),
            },
        }
    }

    /// An item that carries the key attributes of an index has an entry for it.
    fn membership(&self, table: &Table, item: &Physical) -> Compared {
        for index in &table.indexes {
            let own = || {
                let key = index.key.attributes();
                key.filter(|a| !table.key.attributes().any(|t| t.name == a.name))
            };
            let carries = index.key.attributes().all(|a| item.contains_key(&a.name));
            let some = own().any(|a| item.contains_key(&a.name));
            let entry = match self.kind(&table.name, item) {
                Ok(Some(kind)) => kind.entry(Some(&index.name)).is_some(),
                Ok(None) => true,
                Err(error) => return Err(tables(fault(&error))),
            };
            if carries && !entry {
                let what = format!("an item is in {} and should not be", index.name);
                return Err(differs(what, None, Some(item)));
            }
            if some && !carries && own().all(|a| self.synthetic(&a.name)) {
                let what = format!("an item has only some of the keys of {}", index.name);
                return Err(differs(what, None, Some(item)));
            }
        }
        Ok(())
    }

    fn synthetic(&self, name: &str) -> bool {
        let mut stored = self.plan.entities.iter().flat_map(|e| &e.stored);
        !stored.any(|s| s.name == name)
    }

    /// The kind of a physical item, by its discriminator.
    fn kind(&self, table: &str, item: &Physical) -> Result<Option<&Kind>, CallError> {
        Ok(kind_of(self.plan, table, item)?.map(|(_, kind)| kind))
    }

    /// An index holds an entry for each of the table's items with its key attributes, and no other; the entry has
    /// these attributes and the projected ones.
    fn index(&mut self, table: &Table, index: &Index, items: &[Physical]) -> Compared {
        let mut entries = BTreeMap::new();
        for entry in self.client.everything(&table.name, Some(&index.name))? {
            self.figures.index_entries += 1;
            entries.insert(self.key(&table.name, &entry)?, normalised(&entry));
        }
        let carries = |item: &&Physical| index.key.attributes().all(|a| item.contains_key(&a.name));
        for item in items.iter().filter(carries) {
            let wanted = projected(table, index, &normalised(item));
            let found = entries.remove(&self.key(&table.name, item)?);
            if found.as_ref() != Some(&wanted) {
                let what = format!("{} has another entry for an item", index.name);
                return Err(differs(what, Some(&wanted), found.as_ref()));
            }
        }
        match entries.first_key_value() {
            Some((_, stray)) => {
                let what = format!("{} has an entry that should not be there", index.name);
                Err(differs(what, None, Some(stray)))
            }
            None => Ok(()),
        }
    }

    fn key(&self, table: &str, item: &Physical) -> Result<String, Mismatch> {
        let schema = &self.plan.table(table)?.key;
        let part = |a: &KeyAttribute| item.get(&a.name).map(|v| normal(v).to_string());
        let parts: Option<Vec<String>> = schema.attributes().map(part).collect();
        parts
            .map(|p| p.join(" "))
            .ok_or_else(|| differs("an item has no key", None, Some(item)))
    }
}

/// The attributes of an item that an index holds.
fn projected(table: &Table, index: &Index, item: &Physical) -> Physical {
    if index.projection == "ALL" {
        return item.clone();
    }
    let keys = table.key.attributes().chain(index.key.attributes());
    let names: BTreeSet<&str> = keys
        .map(|a| &*a.name)
        .chain(index.included.iter().map(String::as_str))
        .collect();
    let held = item.iter().filter(|(name, _)| names.contains(&***name));
    held.map(|(n, v)| (n.clone(), v.clone())).collect()
}

fn tables(what: impl Into<String>) -> Mismatch {
    Mismatch::new(Differs::Tables, "", what)
}

fn differs(
    what: impl Into<String>,
    expected: Option<&Physical>,
    got: Option<&Physical>,
) -> Mismatch {
    let shown = |item: Option<&Physical>| match item {
        Some(item) => vec![Json::Object(item.clone()).to_string()],
        None => vec!["nothing".to_owned()],
    };
    Mismatch {
        expected: shown(expected),
        got: shown(got),
        ..tables(what)
    }
}

fn normalised(item: &Physical) -> Physical {
    item.iter()
        .map(|(name, value): (&String, &Json)| (name.clone(), normal(value)))
        .collect()
}

//! An entity: its kinds of items, where they lie and with what, and what each write touches.

use super::Asked;
use super::words::{bytes, count, micro, percent, rate, several, ticked, usd};
use crate::cost::odds::Odds;
use crate::cost::price::STORED_OVERHEAD;
use crate::cost::units::{Entry, index_write_units, read_halves};
use crate::cost::writes::EntryUnits;
use crate::estimate::WHOLE;
use crate::layout::Family;
use crate::report::explanation::{Block, Explanation, Section};
use crate::report::view::{money, only, templates};
use crate::schema::find;
use crate::solve::oracle::Slot;
use crate::workload::{EntityId, PatternId, Step};
use std::sync::Arc;

impl<'a> Asked<'a> {
    pub(super) fn entity(&self, id: EntityId) -> Explanation {
        let declared = self.workload.entity(id);
        let item = self.model.item_bytes(self.schema, id);
        let sections = vec![
            self.kinds(id),
            self.collections(id),
            self.entity_assumptions(id),
            self.written(id),
            self.read_by(id),
            self.stored(id),
        ];
        Explanation {
            kind: "entity",
            name: declared.name.clone(),
            headline: format!(
                "{}: {} items of {}, {} a month for storage and writes ({})",
                declared.name,
                count(u128::from(declared.count)),
                bytes(u128::from(item)),
                usd(self.model.entity(self.schema, id)),
                self.place(declared.span)
            ),
            sections,
            changes: Vec::new(),
            also: Vec::new(),
        }
    }

    /// The families of a slot.
    pub(super) fn families(&self, slot: Slot) -> &'a [Arc<Family>] {
        match slot.0.checked_sub(1) {
            Some(at) => &self.schema.indexes[at].families,
            None => &self.schema.table,
        }
    }

    fn kinds(&self, id: EntityId) -> Section {
        let entity = &self.plan.entities[usize::from(id.0)];
        let mut rows = Vec::new();
        for kind in &entity.kinds {
            for key in &kind.keys {
                let role = match &kind.unique {
                    Some(attributes) => {
                        format!(
                            "keeps {} unique",
                            ticked(attributes.iter().map(String::as_str))
                        )
                    }
                    None => String::new(),
                };
                let only = only(entity, key);
                rows.push(vec![
                    kind.name.clone(),
                    key.index.clone().unwrap_or_else(|| kind.table.clone()),
                    format!("{}\n{}", templates(&key.partition), templates(&key.sort)),
                    if only.is_empty() {
                        role
                    } else {
                        format!("only {only}")
                    },
                ]);
            }
        }
        let header = ["Item", "In", "Partition key / sort key", "Which"];
        Section::new("Items and their keys", vec![Block::table(&header, rows)])
    }

    /// With whom its items share partitions, and what for.
    fn collections(&self, id: EntityId) -> Section {
        let mut lines = Vec::new();
        for slot in self.slots() {
            let Some((family, _)) = find(self.families(slot), id) else {
                continue;
            };
            let others = family.members.iter().filter(|m| m.entity != id);
            let others: Vec<&str> = others
                .map(|m| self.workload.entity(m.entity).name.as_str())
                .collect();
            let mut why: Vec<&str> = self
                .served_in(slot)
                .filter(|v| {
                    let demand = self.demand(*v).map(|d| self.oracle.demand(d));
                    demand.is_some_and(|d| d.part(id).is_some())
                })
                .map(|v| self.variant_pattern(v))
                .collect();
            why.dedup();
            let name = self.slot_name(slot);
            let beside = if others.is_empty() {
                "in partitions of its own".to_owned()
            } else {
                format!("in the partitions of {}", ticked(others))
            };
            let reads = if why.is_empty() {
                "no query reads it there".to_owned()
            } else {
                format!("for {}", ticked(why))
            };
            lines.push(format!("{name}: {beside}, {reads}"));
        }
        Section::new("Where its items lie", vec![Block::List(lines)])
    }

    pub(super) fn assumption_lines(&self, of: Option<EntityId>) -> Vec<String> {
        let name = of.map(|e| self.workload.entity(e).name.as_str());
        let all = &self.plan.proof.assumptions;
        all.iter()
            .filter(|a| name.is_none_or(|n| n == a.entity))
            .map(|a| {
                let place = self.workload.find_entity(&a.entity).and_then(|e| {
                    let entity = self.workload.entity(e);
                    let attribute = entity.find(&a.attribute)?;
                    Some(self.place(entity.attribute(attribute).span))
                });
                format!(
                    "`{}` of {} ({}): {}",
                    a.attribute,
                    a.entity,
                    place.unwrap_or_default(),
                    a.text
                )
            })
            .collect()
    }

    fn entity_assumptions(&self, id: EntityId) -> Section {
        let mut lines = self.assumption_lines(Some(id));
        if !lines.is_empty() {
            lines.push(format!("what assumptions are: {}", self.ask("D0301")));
        }
        Section::new("Assumptions", vec![Block::List(lines)])
    }

    fn written(&self, id: EntityId) -> Section {
        let mut blocks = Vec::new();
        for (pattern, step) in self.workload.steps().filter(|(_, s)| s.entity == id) {
            let units = self.model.step(self.schema, pattern, step);
            let declared = self.workload.pattern(pattern);
            blocks.push(Block::Text(format!(
                "`{}` does {} at {}: {} write units a call, {} a month",
                declared.name,
                step.verb.word(),
                rate(declared.rate),
                micro(units.writes()),
                usd(self.model.monthly(declared.rate, units))
            )));
            blocks.push(Block::table(
                &["What", "Bytes ", "Why", "Units "],
                self.step_rows(pattern, step),
            ));
        }
        if blocks.is_empty() {
            blocks.push(Block::Text("Nothing in the file writes it.".to_owned()));
        }
        Section::new("What its writes touch", blocks)
    }

    /// What a step of a write touches: a row each for the item, its guards, its entries, and what is read before.
    pub(super) fn step_rows(&self, pattern: PatternId, step: &Step) -> Vec<Vec<String>> {
        let parts = self.model.step_units(self.schema, pattern, step);
        let entity = &self.workload.entity(step.entity).name;
        let row = |what: String, bytes_of: Option<u64>, why: String, units: String| {
            let size = bytes_of.map(|b| bytes(u128::from(b))).unwrap_or_default();
            vec![what, size, why, units]
        };
        let transaction = if parts.transaction {
            ", twice in a transaction"
        } else {
            ""
        };
        let mut rows = vec![row(
            format!("{} {entity}", step.verb.word()),
            Some(parts.item_bytes),
            format!("a unit for each KB begun{transaction}"),
            parts.item.to_string(),
        )];
        if parts.guards > 0 {
            rows.push(row(
                format!("guards of {entity}"),
                None,
                format!("{} put or deleted, in the transaction", parts.guards),
                (parts.guards * 2).to_string(),
            ));
        }
        for entry in &parts.entries {
            rows.push(row(
                format!("entry in {}", self.schema.indexes[entry.index].name),
                Some(entry.bytes),
                happens(entry),
                micro(entry.units),
            ));
        }
        if parts.read_before {
            rows.push(row(
                format!("read {entity} before"),
                Some(parts.item_bytes),
                "its keys need attributes that the call does not know".to_owned(),
                format!("{} RRU", read_halves(parts.item_bytes, true) / 2),
            ));
        }
        if parts.times != u128::from(WHOLE) {
            rows.push(row(
                "all of that".to_owned(),
                None,
                "on average so many times a call".to_owned(),
                format!("× {}", micro(parts.times)),
            ));
        }
        rows
    }

    fn read_by(&self, id: EntityId) -> Section {
        let name = &self.workload.entity(id).name;
        let reads = self.plan.patterns.iter().filter(|p| {
            p.entities.contains(name) && matches!(p.verb.as_deref(), Some("get" | "list" | "count"))
        });
        let lines = reads
            .map(|p| format!("`{}`: {} a month", p.name, money(p.cost.usd_per_month)))
            .collect();
        Section::new("Read by", vec![Block::List(lines)])
    }

    fn stored(&self, id: EntityId) -> Section {
        let declared = self.workload.entity(id);
        let all = self.model.storage(self.schema, id);
        let mut rows = Vec::new();
        let mut entries = 0;
        for at in 0..self.schema.indexes.len() {
            let Some((family, member)) = find(&self.schema.indexes[at].families, id) else {
                continue;
            };
            let held = self.model.held(family, member);
            let pico = self
                .model
                .prices
                .storing(self.model.entries_bytes(self.schema, at, id));
            entries += pico;
            rows.push(vec![
                self.schema.indexes[at].name.clone(),
                count(u128::from(declared.count) * u128::from(held) / u128::from(WHOLE)),
                percent(held),
                bytes(u128::from(self.model.entry_bytes(self.schema, at, id))),
                usd(pico),
            ]);
        }
        let guarded = self.plan.entities[usize::from(id.0)].kinds.len() > 1;
        rows.insert(
            0,
            vec![
                if guarded {
                    format!("{}, guards too", self.workload.settings.name)
                } else {
                    self.workload.settings.name.clone()
                },
                count(u128::from(declared.count)),
                percent(WHOLE),
                bytes(u128::from(self.model.item_bytes(self.schema, id))),
                usd(all.saturating_sub(entries)),
            ],
        );
        let header = ["In", "Items ", "Share ", "Bytes each ", "A month "];
        Section::new(
            "Storage",
            vec![
                Block::table(&header, rows),
                Block::Text(format!(
                    "{STORED_OVERHEAD} bytes are charged beside each item and each entry.{}",
                    if self.model.recovery(self.schema, None, 1 << 40) > 0 {
                        " Point-in-time recovery is part of what the table costs."
                    } else {
                        ""
                    }
                )),
            ],
        )
    }
}

/// What a write does to an entry of an index, in words.
pub(super) fn happens(of: &EntryUnits) -> String {
    let Odds {
        enters,
        leaves,
        moves,
        changes,
    } = of.odds;
    let each = |entry: Entry| index_write_units(entry);
    let all = [
        (enters, "put", each(Entry::Enters(of.bytes))),
        (leaves, "deleted", each(Entry::Leaves(of.bytes))),
        (
            moves,
            "moved: deleted and put",
            each(Entry::Moves(of.bytes, of.bytes)),
        ),
        (changes, "updated", each(Entry::Changes(of.bytes, of.bytes))),
    ];
    let happening = all.iter().filter(|(odds, ..)| *odds > 0);
    let parts: Vec<String> = happening
        .map(|(odds, what, units)| match u64::try_from(*odds) {
            Ok(odds) if odds < WHOLE => {
                let units = several(&units.to_string(), "unit", "units");
                format!("{what} in {} of the writes, at {units}", percent(odds))
            }
            _ => (*what).to_owned(),
        })
        .collect();
    if parts.is_empty() {
        "not touched".to_owned()
    } else {
        parts.join(", ")
    }
}

//! An index, or the table: why it exists, what it answers and holds, what it costs, and what would save it.

use super::Asked;
use super::standing::Standing;
use super::words::{bytes, count, micro, percent, rate, ticked, usd};
use crate::estimate::WHOLE;
use crate::layout::Kind;
use crate::plan::change::{Change, easier};
use crate::plan::proof::plural;
use crate::report::explanation::{Block, ChangeEntry, Explanation, Section};
use crate::report::view::{only, templates};
use crate::schema::{Projection, Served};
use crate::solve::oracle::Slot;
use crate::workload::{PatternId, Step};

/// Of so many patterns it is told in full why nothing else answers them.
const FULLY: usize = 2;

impl Asked<'_> {
    pub(super) fn index(&self, at: usize) -> Explanation {
        let slot = Slot(at + 1);
        let index = &self.schema.indexes[at];
        let (storage, writes, reads) =
            (self.storage_of(at), self.writes_of(at), self.reads_of(slot));
        let kind = if index.kind == Kind::Local {
            "local"
        } else {
            "global"
        };
        let carries = match &index.projection {
            Projection::All => "whole items".to_owned(),
            Projection::KeysOnly => "keys alone".to_owned(),
            Projection::Include(names) => ticked(names.iter().map(String::as_str)),
        };
        let (lead, changes) = self.that_remove(slot);
        let none = "No change of the file that was tried leads to fewer indexes.";
        let sections = vec![
            Section::new("Exists because", self.because(slot)),
            self.serves(slot),
            self.carried(slot),
            Section::new(
                "Costs",
                vec![
                    Block::List(vec![
                        format!("storage of its entries: {} a month", usd(storage)),
                        format!("writes of its entries: {} a month", usd(writes)),
                        format!("reads that it answers: {} a month", usd(reads)),
                    ]),
                    self.amplification(at),
                ],
            ),
            self.changes("To do without it", lead, &changes, none),
        ];
        Explanation {
            kind: "index",
            name: index.name.clone(),
            headline: format!(
                "{}: a {kind} secondary index with {carries}, {} a month to keep and {} to read",
                index.name,
                usd(storage + writes),
                usd(reads)
            ),
            sections,
            changes,
            also: Vec::new(),
        }
    }

    pub(super) fn table(&self) -> Explanation {
        let slot = Slot(0);
        let name = self.workload.settings.name.clone();
        let total: u128 = self
            .workload
            .entity_ids()
            .map(|e| self.model.entity(self.schema, e))
            .sum();
        let entries: u128 = (0..self.schema.indexes.len())
            .map(|at| self.storage_of(at) + self.writes_of(at))
            .sum();
        let mut why = vec![Block::Text(
            "Every item lies here under a key that never changes; indexes hold copies.".to_owned(),
        )];
        why.push(self.addressed());
        why.push(Block::List(self.assumption_lines(None)));
        Explanation {
            kind: "table",
            headline: format!(
                "{name}: the table, {} a month for storage and writes of its items",
                usd(total.saturating_sub(entries))
            ),
            name,
            sections: vec![
                Section::new("Its keys", why),
                self.serves(slot),
                self.carried(slot),
            ],
            changes: Vec::new(),
            also: Vec::new(),
        }
    }

    /// What goes by the key of each entity's items.
    fn addressed(&self) -> Block {
        let all = &self.design.solution.variants;
        let rows = self.workload.entity_ids().map(|id| {
            let entity = self.workload.entity(id);
            let reads = (0..all.len()).filter(|v| {
                let by_key = matches!(self.schema.served[*v], Served::ByKey);
                by_key
                    && self
                        .workload
                        .pattern(all[*v].pattern)
                        .entities
                        .contains(&id)
            });
            let writes = self.workload.steps().filter(|(_, s)| s.entity == id);
            let mut names: Vec<&str> = reads
                .map(|v| self.variant_pattern(v))
                .chain(writes.map(|(p, _)| self.name_of(p)))
                .collect();
            names.sort_unstable();
            names.dedup();
            vec![
                entity.name.clone(),
                entity.names(entity.identity.iter().copied()).join(", "),
                names.join(", "),
            ]
        });
        Block::table(&["Entity", "Its key", "Goes by it"], rows.collect())
    }

    /// The patterns that are answered in a slot.
    fn patterns_in(&self, slot: Slot) -> Vec<PatternId> {
        let all = &self.design.solution.variants;
        let mut made: Vec<PatternId> = self.served_in(slot).map(|v| all[v].pattern).collect();
        made.dedup();
        made
    }

    /// Why what an index answers can be answered nowhere else.
    fn because(&self, slot: Slot) -> Vec<Block> {
        let mut stuck: Vec<(usize, Vec<String>)> = Vec::new();
        let mut free: Vec<&str> = Vec::new();
        for variant in self.served_in(slot) {
            let mut reasons = Vec::new();
            for other in self.slots().filter(|s| *s != slot) {
                if let Standing::Cannot(why) = self.standing(variant, other) {
                    reasons.push(format!("not in {}: {why}", self.slot_name(other)));
                }
            }
            if reasons.len() + 1 == self.board.kinds.len() {
                stuck.push((variant, reasons));
            } else {
                free.push(self.variant_pattern(variant));
            }
        }
        free.dedup();
        // Those that the proof is about come first.
        let clique = &self.design.solution.proof.clique;
        stuck.sort_by_key(|(variant, _)| (!clique.contains(variant), *variant));
        let rest = stuck.split_off(stuck.len().min(FULLY));
        let mut made = Vec::new();
        for (variant, reasons) in stuck {
            made.push(Block::Text(format!(
                "{} can be answered nowhere else:",
                self.reasons.name(variant)
            )));
            made.push(Block::List(reasons));
        }
        if let Some((first, _)) = rest.first() {
            let mut names: Vec<&str> = rest.iter().map(|(v, _)| self.variant_pattern(*v)).collect();
            names.dedup();
            made.push(Block::Text(format!(
                "Nor can {}; of each you can ask why, as in {}.",
                ticked(names),
                self.ask(self.variant_pattern(*first))
            )));
        }
        let enough = self.design.solution.proof.fewest;
        if self.schema.indexes.len() > enough {
            made.push(Block::Text(format!(
                "As many as {} would be enough; with this one the design costs less: {}.",
                plural(enough, "index", "indexes"),
                self.ask("cost")
            )));
            return made;
        }
        if made.is_empty() {
            made.push(Block::Text(
                "Each of its patterns could be answered elsewhere, but not all of them at once."
                    .to_owned(),
            ));
        } else if !free.is_empty() {
            let could = if free.len() == 1 {
                "which could"
            } else {
                "which could each"
            };
            made.push(Block::Text(format!(
                "It also answers {}, {could} be answered elsewhere.",
                ticked(free)
            )));
        }
        let proof = &self.plan.proof;
        made.push(Block::Text(if proof.optimal {
            format!(
                "That fewer indexes are not enough is proven: {}.",
                self.ask("proof")
            )
        } else {
            format!(
                "It is not proven that fewer indexes are not enough: {}.",
                self.ask("proof")
            )
        }));
        made
    }

    fn serves(&self, slot: Slot) -> Section {
        let names = |p: &&crate::plan::Pattern| {
            p.steps.iter().any(|s| match s {
                crate::plan::Step::Read(r) => {
                    r.index.as_deref().unwrap_or(&self.workload.settings.name)
                        == self.slot_name(slot)
                        && r.returns != "followed"
                }
                crate::plan::Step::Write(_) => false,
            })
        };
        let rows = self.plan.patterns.iter().filter(names).map(|p| {
            let id = self
                .workload
                .patterns
                .binary_search_by(|q| q.name.cmp(&p.name));
            let called = id.map_or_else(
                |_| String::new(),
                |at| rate(self.workload.patterns[at].rate),
            );
            vec![
                p.name.clone(),
                called,
                crate::report::view::number(p.cost.read_units),
                crate::report::view::money(p.cost.usd_per_month),
            ]
        });
        let header = ["Pattern", "Rate ", "Read units ", "A month "];
        Section::new("Answers", vec![Block::table(&header, rows.collect())])
    }

    /// The kinds of items in an index.
    fn carried(&self, slot: Slot) -> Section {
        let index = slot.0.checked_sub(1);
        let mut rows = Vec::new();
        for (id, entity) in self.workload.entity_ids().zip(&self.plan.entities) {
            for kind in &entity.kinds {
                let Some(key) = kind.keys.iter().find(|k| {
                    k.index.as_deref() == index.map(|at| self.schema.indexes[at].name.as_str())
                }) else {
                    continue;
                };
                let only = only(entity, key);
                let held = crate::schema::find(self.families(slot), id)
                    .map_or(WHOLE, |(f, m)| self.model.held(f, m));
                let (share, size) = match (kind.role.as_str(), index) {
                    ("item", Some(at)) => (held, Some(self.model.entry_bytes(self.schema, at, id))),
                    ("item", None) => (WHOLE, Some(self.model.item_bytes(self.schema, id))),
                    _ => (WHOLE, None),
                };
                let all = u128::from(entity.count);
                rows.push(vec![
                    kind.name.clone(),
                    format!("{}\n{}", templates(&key.partition), templates(&key.sort)),
                    only,
                    size.map_or_else(String::new, |_| {
                        format!(
                            "{} ({})",
                            count(all * u128::from(share) / u128::from(WHOLE)),
                            percent(share)
                        )
                    }),
                    size.map(|b| bytes(u128::from(b))).unwrap_or_default(),
                ]);
            }
        }
        let header = [
            "Item",
            "Partition key / sort key",
            "Only where",
            "Entries ",
            "Each ",
        ];
        Section::new("Holds", vec![Block::table(&header, rows)])
    }

    /// Storage of an index's entries, in picodollars a month.
    pub(super) fn storage_of(&self, at: usize) -> u128 {
        let bytes: u128 = self
            .workload
            .entity_ids()
            .map(|e| self.model.entries_bytes(self.schema, at, e))
            .sum();
        self.model.prices.storing(bytes)
    }

    /// What each step of a write does to the entries of an index, with its picodollars a month.
    fn steps_of(
        &self,
        at: usize,
    ) -> Vec<(PatternId, &Step, crate::cost::writes::EntryUnits, u128)> {
        let mut made = Vec::new();
        for (pattern, step) in self.workload.steps() {
            let parts = self.model.step_units(self.schema, pattern, step);
            let times = parts.times;
            for entry in parts.entries.into_iter().filter(|e| e.index == at) {
                let units = crate::cost::model::Units {
                    index_write: entry.units,
                    ..crate::cost::model::Units::default()
                };
                let units = units.times(times, u128::from(WHOLE));
                let pico = self
                    .model
                    .monthly(self.workload.pattern(pattern).rate, units);
                made.push((pattern, step, entry, pico));
            }
        }
        made
    }

    /// Writes of an index's entries, in picodollars a month.
    pub(super) fn writes_of(&self, at: usize) -> u128 {
        self.steps_of(at).iter().map(|(.., pico)| pico).sum()
    }

    /// Reads that are answered in a slot, in picodollars a month.
    pub(super) fn reads_of(&self, slot: Slot) -> u128 {
        self.served_in(slot)
            .map(|v| self.model.variant(self.schema, v, &self.schema.served[v]))
            .sum()
    }

    /// What writes pay for the index.
    fn amplification(&self, at: usize) -> Block {
        let rows = self
            .steps_of(at)
            .into_iter()
            .filter(|(_, _, entry, _)| entry.units > 0)
            .map(|(pattern, step, entry, pico)| {
                let times = step
                    .times
                    .map_or_else(String::new, |t| format!(", {} to {} times", t.min, t.max));
                vec![
                    self.name_of(pattern).to_owned(),
                    format!(
                        "{} {}{times}",
                        step.verb.word(),
                        self.workload.entity(step.entity).name
                    ),
                    super::entity::happens(&entry),
                    micro(entry.units),
                    usd(pico),
                ]
            });
        let header = ["Write", "Does", "The entry is", "Units ", "A month "];
        Block::table(&header, rows.collect())
    }

    /// Changes of the file that lead to fewer indexes, with what there is to say of them: of the patterns that an index
    /// answers; where none of those does, of the others, or leaving out all that it answers.
    fn that_remove(&self, slot: Slot) -> (&'static str, Vec<ChangeEntry>) {
        if !self.can_try() {
            return ("", Vec::new());
        }
        let own = self.patterns_in(slot);
        let of = |patterns: &[PatternId]| -> Vec<Change> {
            let patterns = patterns.iter().filter(|p| self.matters(**p));
            patterns
                .flat_map(|p| {
                    let easier = easier(self.workload, *p).into_iter();
                    easier.chain([Change::Leave(vec![*p])])
                })
                .collect()
        };
        let found = self.with_fewer_indexes(of(&own));
        if !found.is_empty() {
            return ("", found);
        }
        let others: Vec<PatternId> = self
            .slots()
            .filter(|s| *s != slot)
            .flat_map(|s| self.patterns_in(s))
            .filter(|p| !own.contains(p))
            .collect();
        let mut found = self.with_fewer_indexes(of(&others));
        let alone = found.is_empty();
        found.extend(self.with_fewer_indexes([Change::Leave(own)]));
        let lead = if alone {
            "No change of a single pattern saves an index. "
        } else {
            "No change of a single one of its patterns saves an index; one of another pattern does. "
        };
        (lead, found)
    }
}

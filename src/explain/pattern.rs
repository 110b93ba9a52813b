//! A pattern: what it needs, what answers it and why nothing else does, what it costs.

use super::Asked;
use super::standing::Standing;
use super::words::{bytes, calls, micro, rate, several, ticked, usd};
use crate::cost::model::Units;
use crate::demand::{Demand, Reader};
use crate::estimate::WHOLE;
use crate::plan::change::{Change, easier, permissions};
use crate::plan::costs::both;
use crate::plan::proof::{listed, plural};
use crate::report::explanation::{Block, Explanation, Section};
use crate::report::query::requests;
use crate::report::view::{money, number};
use crate::schema::Served;
use crate::workload::{PatternId, Read};

impl Asked<'_> {
    pub(super) fn pattern(&self, id: PatternId) -> Explanation {
        let declared = self.workload.pattern(id);
        let entry = &self.plan.patterns[usize::from(id.0)];
        let status = match &entry.external {
            Some(place) => format!("external, served by {place}"),
            None => entry.status.clone(),
        };
        let mut sections = vec![self.needed(id)];
        sections.push(self.answered(id));
        let mut changes = Vec::new();
        if let Some(reader) = Reader::of(self.workload, id) {
            sections.push(self.shared(id));
            sections.push(self.elsewhere(id));
            sections.push(self.read_cost(id, reader.read));
            if self.can_try() {
                // A price is only chosen where it saves an index.
                let saves = self.matters(id);
                let candidates = easier(self.workload, id).into_iter();
                let candidates = candidates.filter(|c| saves || !matches!(c, Change::Allow(..)));
                changes = self.that_help(candidates.chain([Change::Leave(vec![id])]));
            }
            sections.push(self.changes(
                "What would make the design smaller or cheaper",
                "",
                &changes,
                "No small change of this pattern does, nor would leaving it out.",
            ));
        } else {
            sections.push(self.write_cost(id));
        }
        Explanation {
            kind: "pattern",
            name: declared.name.clone(),
            headline: format!(
                "{}: {status}, {} a month ({})",
                declared.name,
                money(entry.cost.usd_per_month),
                self.place(declared.span)
            ),
            sections,
            changes,
            also: Vec::new(),
        }
    }

    fn needed(&self, id: PatternId) -> Section {
        let declared = self.workload.pattern(id);
        let mut made = match Reader::of(self.workload, id) {
            Some(reader) => self.needs(reader.read),
            None => self
                .workload
                .steps()
                .filter(|(p, _)| *p == id)
                .map(|(_, step)| {
                    let times = match step.times {
                        Some(t) => format!(", {} to {} times", t.min, t.max),
                        None => String::new(),
                    };
                    let entity = &self.workload.entity(step.entity).name;
                    format!("{} {entity}{times}", step.verb.word())
                })
                .collect(),
        };
        if declared.external.is_none() {
            made.push(format!(
                "{} on average, {} at its peak",
                rate(declared.rate),
                rate(declared.peak)
            ));
        }
        let price = permissions(&declared.allow);
        if !price.is_empty() {
            made.push(format!("it accepts {}", ticked(price)));
        }
        Section::new("Needs", vec![Block::List(made)])
    }

    fn answered(&self, id: PatternId) -> Section {
        let entry = &self.plan.patterns[usize::from(id.0)];
        let all = requests(self.plan, entry);
        let mut lines: Vec<String> = all
            .iter()
            .map(|r| {
                let place = match r.index.as_str() {
                    "" => String::new(),
                    index => format!(" of {index}"),
                };
                format!("{}{place}: {}", r.operation, r.text)
            })
            .collect();
        if let Some(reason) = &entry.reason {
            lines.push(format!("{}, because {reason}", entry.status));
        }
        Section::new("Answered by", vec![Block::List(lines)])
    }

    /// What else is answered by its index.
    fn shared(&self, id: PatternId) -> Section {
        let mut lines = Vec::new();
        for variant in self.variants(id) {
            let line = match (&self.schema.served[variant], self.slot(variant)) {
                (Served::ByKey, _) => {
                    "it goes by the key of the table, as every item does".to_owned()
                }
                (Served::Scan(_), _) => "it scans the table".to_owned(),
                (_, Some(slot)) => {
                    let mut others: Vec<&str> = self
                        .served_in(slot)
                        .filter(|o| self.design.solution.variants[*o].pattern != id)
                        .map(|o| self.variant_pattern(o))
                        .collect();
                    others.dedup();
                    let place = self.slot_name(slot);
                    if others.is_empty() {
                        format!("{place} answers nothing else")
                    } else {
                        format!("{place} answers {}, too", ticked(others))
                    }
                }
                (_, None) => "nothing answers it".to_owned(),
            };
            let line = self.of_variant(id, variant, line);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        Section::new("Shared with", vec![Block::List(lines)])
    }

    /// Puts the choice of optional parameters before a line, where there are several.
    fn of_variant(&self, id: PatternId, variant: usize, line: String) -> String {
        if self.variants(id).count() > 1 {
            format!("{}: {line}", self.reasons.name(variant))
        } else {
            line
        }
    }

    /// The table and the other indexes: whether they could answer it, and why not.
    fn elsewhere(&self, id: PatternId) -> Section {
        let mut lines = Vec::new();
        for variant in self.variants(id) {
            if matches!(self.schema.served[variant], Served::ByKey) {
                continue;
            }
            let mut free: Vec<&str> = Vec::new();
            for slot in self.slots().filter(|s| self.slot(variant) != Some(*s)) {
                let name = self.slot_name(slot);
                let line = match self.standing(variant, slot) {
                    Standing::Could(price) if price.is_empty() => {
                        free.push(name);
                        continue;
                    }
                    Standing::Could(price) => {
                        format!("{name} could answer it with {}", ticked(price))
                    }
                    Standing::Cannot(why) => format!("{name} cannot: {why}"),
                };
                lines.push(self.of_variant(id, variant, line));
            }
            if !free.is_empty() {
                let free: Vec<String> = free.into_iter().map(str::to_owned).collect();
                let line = format!(
                    "{} could answer it, too; of the designs with as many indexes that were found, this is the cheapest",
                    listed(&free)
                );
                lines.push(self.of_variant(id, variant, line));
            }
        }
        Section::new("Why not elsewhere", vec![Block::List(lines)])
    }

    fn read_cost(&self, id: PatternId, read: &Read) -> Section {
        let mut lines = Vec::new();
        for variant in self.variants(id) {
            let served = &self.schema.served[variant];
            let units = self.model.read(self.schema, variant, served);
            let what = match served {
                Served::Table(d) => self.run(read, d, None),
                Served::Index(at, d) => self.run(read, d, Some(*at)),
                Served::ByKey => {
                    let entity = read.entities[0];
                    let bytes_read = self.model.item_bytes(self.schema, entity);
                    let batch = read.batch.map_or(1, u128::from);
                    format!(
                        "{} of {}",
                        plural(
                            usize::try_from(batch).unwrap_or(usize::MAX),
                            "item",
                            "items"
                        ),
                        bytes(u128::from(bytes_read))
                    )
                }
                Served::Scan(_) => "all items of the table".to_owned(),
                Served::Not => continue,
            };
            let followed = if read.follow.is_empty() {
                ""
            } else {
                ", and the items referred to"
            };
            let units = several(&micro(units.read), "read unit", "read units");
            let line = format!("a call reads {what}{followed}: {units}");
            lines.push(self.of_variant(id, variant, line));
        }
        let kind = if read.consistent {
            "a strongly consistent read takes a unit for each 4 KB of a request"
        } else {
            "an eventually consistent read takes half a unit for each 4 KB of a request"
        };
        lines.push(kind.to_owned());
        lines.extend(self.multiplied(id));
        Section::new("Cost", vec![Block::List(lines)])
    }

    /// What a query reads.
    fn run(&self, read: &Read, demand: &Demand, index: Option<usize>) -> String {
        let parts: Vec<String> = demand
            .parts
            .iter()
            .map(|part| {
                let (items, _) = self.model.part_items(read, demand, part);
                let each = match index {
                    Some(at) => self.model.entry_bytes(self.schema, at, part.entity),
                    None => self.model.item_bytes(self.schema, part.entity),
                };
                let all = items * u128::from(each) / u128::from(WHOLE);
                let entity = &self.workload.entity(part.entity).name;
                let (items, each) = (micro(items), bytes(u128::from(each)));
                if items == "1" {
                    format!("1 {entity} item of {each}")
                } else {
                    format!("{items} {entity} items of {each}, {} in all", bytes(all))
                }
            })
            .collect();
        let items = self.model.items(read, demand);
        let requests = match items.requests {
            1 => String::new(),
            n => format!(" in {n} requests"),
        };
        let dropped = if items.read > items.returned {
            format!(", of which it returns {}", micro(items.returned))
        } else {
            String::new()
        };
        format!("{}{requests}{dropped}", parts.join(" and "))
    }

    /// Units times calls times price.
    fn multiplied(&self, id: PatternId) -> Vec<String> {
        let declared = self.workload.pattern(id);
        let (pico, units) = self.model.pattern(self.schema, id);
        let (read, write) = both(units);
        let index_write = both(Units {
            index_write: units.index_write,
            ..Units::default()
        });
        let prices = self.model.prices;
        let one = |n: f64, word: &str, price: u64| {
            let units = several(
                &number(n),
                &format!("{word} unit"),
                &format!("{word} units"),
            );
            format!("{units} at {} a million", per_million(price))
        };
        let mut parts = Vec::new();
        if read > 0.0 {
            parts.push(one(read, "read", prices.read));
        }
        // Writes of indexes have a price of their own where the table has several Regions.
        if prices.write == prices.index_write {
            if write > 0.0 {
                parts.push(one(write, "write", prices.write));
            }
        } else {
            let (table, index) = (write - index_write.1, index_write.1);
            for (n, word, price) in [
                (table, "write", prices.write),
                (index, "index write", prices.index_write),
            ] {
                if n > 0.0 {
                    parts.push(one(n, word, price));
                }
            }
        }
        if parts.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "{} calls a month ({}), each {}: {} a month",
            calls(declared.rate),
            rate(declared.rate),
            parts.join(" and "),
            usd(pico)
        )]
    }

    /// The indexes whose entries a write touches.
    fn indexes_of(&self, id: PatternId) -> Vec<&str> {
        let mut made: Vec<usize> = Vec::new();
        for (_, step) in self.workload.steps().filter(|(p, _)| *p == id) {
            let parts = self.model.step_units(self.schema, id, step);
            let touched = parts.entries.iter().filter(|e| e.units > 0);
            made.extend(touched.map(|e| e.index));
        }
        made.sort_unstable();
        made.dedup();
        let name = |at: usize| self.schema.indexes[at].name.as_str();
        made.into_iter().map(name).collect()
    }

    fn write_cost(&self, id: PatternId) -> Section {
        if self.workload.pattern(id).external.is_some() {
            return Section::new("Cost", Vec::new());
        }
        let mut rows = Vec::new();
        for (_, step) in self.workload.steps().filter(|(p, _)| *p == id) {
            rows.extend(self.step_rows(id, step));
        }
        let header = ["What", "Bytes ", "Why", "Units "];
        let mut lines = self.multiplied(id);
        let touched = self.indexes_of(id);
        if !touched.is_empty() {
            let asked: Vec<String> = touched.iter().map(|n| self.ask(n)).collect();
            lines.push(format!("what would save an index: {}", asked.join(", ")));
        }
        let blocks = vec![Block::table(&header, rows), Block::List(lines)];
        Section::new("Cost of a call", blocks)
    }
}

/// A price a million units: picodollars a unit are millionths of a dollar a million units.
fn per_million(pico: u64) -> String {
    let text = format!(
        "{:.3}",
        f64::from(u32::try_from(pico).unwrap_or(u32::MAX)) / 1e6
    );
    format!("${}", text.trim_end_matches('0').trim_end_matches('.'))
}

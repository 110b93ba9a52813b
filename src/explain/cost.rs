//! The cost: by pattern, by entity, by index; every dollar with the command that says more of it.

use super::Asked;
use super::words::{rate, usd};
use crate::report::explanation::{Block, Explanation, Section};
use crate::report::view::{money, number};
use crate::solve::oracle::Slot;

impl Asked<'_> {
    pub(super) fn cost(&self) -> Explanation {
        let cost = &self.plan.cost;
        let units = |n: f64| if n > 0.0 { number(n) } else { String::new() };
        let by_pattern = self.workload.patterns.iter().zip(&self.plan.patterns);
        let by_pattern = by_pattern.map(|(declared, p)| {
            vec![
                p.name.clone(),
                rate(declared.rate),
                units(p.cost.read_units),
                units(p.cost.write_units),
                money(p.cost.usd_per_month),
            ]
        });
        let by_entity = self.workload.entity_ids().map(|e| {
            let all = self.model.entity(self.schema, e);
            let storage = self.model.storage(self.schema, e);
            vec![
                self.workload.entity(e).name.clone(),
                usd(storage),
                usd(all - storage),
                usd(all),
            ]
        });
        let by_index = (0..self.schema.indexes.len()).map(|at| {
            vec![
                self.schema.indexes[at].name.clone(),
                usd(self.storage_of(at)),
                usd(self.writes_of(at)),
                usd(self.reads_of(Slot(at + 1))),
            ]
        });
        let frontier = cost
            .frontier
            .iter()
            .map(|f| vec![f.indexes.to_string(), money(f.usd_per_month)]);
        let sections = vec![
            Section::new(
                "By pattern",
                vec![
                    Block::table(
                        &["Pattern", "Rate ", "RRU ", "WRU ", "A month "],
                        by_pattern.collect(),
                    ),
                    Block::Text(format!(
                        "How each is made of units: {}",
                        self.ask("PATTERN")
                    )),
                ],
            ),
            Section::new(
                "By entity",
                vec![
                    Block::table(
                        &["Entity", "Storage ", "Writes ", "A month "],
                        by_entity.collect(),
                    ),
                    Block::Text(format!(
                        "The writes are those of the patterns above, seen from what they write: {}",
                        self.ask("ENTITY")
                    )),
                ],
            ),
            Section::new(
                "By index",
                vec![
                    Block::table(
                        &["Index", "Storage ", "Writes ", "Reads "],
                        by_index.collect(),
                    ),
                    Block::Text(format!(
                        "All of it is part of the tables above; what would save an index: {}",
                        self.ask("INDEX")
                    )),
                ],
            ),
            Section::new(
                "The cheapest design with so many indexes",
                vec![Block::table(&["Indexes ", "A month "], frontier.collect())],
            ),
        ];
        Explanation {
            kind: "cost",
            name: "cost".to_owned(),
            headline: format!(
                "{} a month: reads {}, writes {}, storage {}, point-in-time recovery {}{}, at the {} prices of {}",
                money(cost.usd_per_month),
                money(cost.read_usd_per_month),
                money(cost.write_usd_per_month),
                money(cost.storage_usd_per_month),
                money(cost.recovery_usd_per_month),
                if cost.idle_usd_per_month > 0.0 {
                    format!(
                        ", capacity that nothing uses {}",
                        money(cost.idle_usd_per_month)
                    )
                } else {
                    String::new()
                },
                cost.prices_as_of,
                cost.region
            ),
            sections,
            changes: Vec::new(),
            also: Vec::new(),
        }
    }
}

//! What a read's steps come to: status, price, requests, items, and the reason where it is not covered.

use super::{Answer, Builder, grade, requests};
use crate::demand::Ways;
use crate::plan::advice::{Advice, Grade, advice};
use crate::plan::proof::first_demands;
use crate::plan::reasons::Reasons;
use crate::plan::{Pattern, ReadStep, costs};
use crate::schema::Served;
use crate::workload::{Action, PatternId, Read};
use std::ops::Range;

impl Builder<'_> {
    pub(super) fn answer(&self, variant: usize, read: &Read, steps: &[ReadStep]) -> Answer {
        let v = &self.solution.variants[variant];
        let served = &self.solution.schema.served[variant];
        let grade = grade(&v.ways, served);
        let price = match (served, &v.ways) {
            (Served::ByKey, Ways::ByKey { price, .. }) => *price,
            (Served::Table(d) | Served::Index(_, d) | Served::Scan(d), _) => d.price,
            _ => crate::demand::Price::default(),
        };
        let reason = match grade {
            Grade::Covered => None,
            Grade::Degraded => Some(self.why_degraded(read, served, price)),
            Grade::Uncovered => {
                let reasons = Reasons {
                    workload: self.workload,
                    variants: &self.solution.variants,
                };
                let first = first_demands(&self.solution.variants)[variant];
                Some(reasons.uncovered(self.oracle, variant, first))
            }
        };
        Answer {
            grade,
            price: price.words().into_iter().map(str::to_owned).collect(),
            requests: requests(read, steps),
            reason,
        }
    }

    pub(super) fn why_degraded(
        &self,
        read: &Read,
        served: &Served,
        price: crate::demand::Price,
    ) -> String {
        let mut parts: Vec<String> = Vec::new();
        if let Served::Table(d) | Served::Index(_, d) = served {
            let items = self.figures.model.items(read, d);
            if price.filter {
                let ratio = (items.read + items.returned / 2)
                    .checked_div(items.returned)
                    .unwrap_or(1)
                    .max(1);
                parts.push(format!(
                    "a filter reads {ratio} items for each one returned"
                ));
            }
            if price.fan_out {
                let n: usize = d.fan.iter().map(|(_, v)| v.len()).product();
                parts.push(format!("{n} requests in parallel, one for each value"));
            }
        }
        if price.extra_request {
            parts.push(
                if read.follow.is_empty() {
                    "the items are found before they are written"
                } else {
                    "references are followed in a second round"
                }
                .to_owned(),
            );
        }
        if price.scan {
            parts.push("the whole table is scanned".to_owned());
        }
        parts.join("; ")
    }

    /// What would answer a pattern better.
    pub(super) fn advice(&self, id: PatternId, grade: Grade) -> Option<Advice> {
        let action = &self.workload.pattern(id).action;
        let unavoidable = match action {
            Action::Read(read) => !read.follow.is_empty(),
            _ => matches!(action, Action::Find(_)),
        };
        match grade {
            Grade::Covered => None,
            Grade::Degraded if unavoidable => None,
            Grade::Degraded | Grade::Uncovered => advice(self.workload, self.solution, id, grade),
        }
    }

    pub(super) fn count_items(&self, own: Range<usize>, read: &Read, made: &mut Pattern) {
        let schema = &self.solution.schema;
        let whole = u128::from(crate::estimate::WHOLE);
        let items = own.map(|v| match &schema.served[v] {
            Served::Table(d) | Served::Index(_, d) => {
                let i = self.figures.model.items(read, d);
                (i.read, i.returned)
            }
            Served::ByKey => {
                let n = u128::from(read.batch.unwrap_or(1)) * whole;
                (n, n)
            }
            Served::Scan(d) => {
                let all: u128 = self
                    .workload
                    .entities
                    .iter()
                    .map(|e| u128::from(e.count) * whole)
                    .sum();
                (all, self.figures.model.items(read, d).returned)
            }
            Served::Not => (0, 0),
        });
        let (read_items, returned) = items.max().unwrap_or((0, 0));
        made.cost.items_read = costs::units(read_items);
        made.cost.items_returned = costs::units(returned);
    }
}

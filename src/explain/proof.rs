//! The proof: the pairs behind it, where its patterns went, and what it rests on.

use super::Asked;
use crate::report::explanation::{Block, Explanation, Section};
use crate::schema::Served;

impl Asked<'_> {
    pub(super) fn proof(&self) -> Explanation {
        let proof = &self.plan.proof;
        let pairs = proof.conflicts.iter().map(|c| c.reason.clone()).collect();
        let mut clique: Vec<&str> = Vec::new();
        let mut places = Vec::new();
        for variant in &self.design.solution.proof.clique {
            let name = self.variant_pattern(*variant);
            let place = match (self.slot(*variant), &self.schema.served[*variant]) {
                (Some(slot), _) => self.slot_name(slot),
                (None, Served::ByKey | Served::Scan(_)) => &self.workload.settings.name,
                (None, _) => "nothing",
            };
            clique.push(name);
            places.push(format!(
                "{} is answered by {place}",
                self.reasons.name(*variant)
            ));
        }
        clique.sort_unstable();
        clique.dedup();
        let mut sections = vec![
            Section::new("Why no two can share an index", vec![Block::List(pairs)]),
            Section::new("Where they are answered", vec![Block::List(places)]),
            Section::new(
                "It rests on",
                vec![Block::List(self.assumption_lines(None))],
            ),
        ];
        if !clique.is_empty() {
            let asked = clique.iter().map(|name| self.ask(name)).collect();
            let title = "What each of them needs, and which change of it would help";
            sections.push(Section::new(title, vec![Block::List(asked)]));
        }
        Explanation {
            kind: "proof",
            name: "proof".to_owned(),
            headline: proof.summary.clone(),
            sections,
            changes: Vec::new(),
            also: Vec::new(),
        }
    }
}

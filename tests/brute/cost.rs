//! The cheapest design: hardly ever is a way to place the reads cheaper than what the search found.
//!
//! Promises: all ways to place the reads of small designs in the least number of global indexes are looked at, one by one
//! and for all entities together. The search looks at each part of a design by itself and then moves single reads; in
//! one of two hundred designs at most it may miss a cheaper one, by a tenth at most. (The plan claims the least number of
//! indexes, not the least cost.) What fits and what it costs is the tool's own account (the oracle of the solver, the
//! cost model, whose arithmetic has tests of its own); what is tested is that neither branch and bound nor the division
//! into parts misses a cheaper design.

use crate::compare::{Solved, solved};
use crate::generate::{Style, design};
use crate::render::yaml;
use design::cost::model::Model;
use design::demand::Shape;
use design::layout::Kind;
use design::solve::oracle::{Board, DemandId, FixedKeys, Oracle, Slot};
use design::solve::problem::{Choice, Problem};
use design::solve::{flatten, names, refine, rules, scan};

/// Labels are given after the search, and a longer one costs some bytes of storage: one part in so many is no mistake.
const LABELS: u128 = 100_000;

/// Designs with more ways are left out.
const MOST_WAYS: usize = 10_000;

struct Enumeration<'w, 'a> {
    problem: &'w Problem<'w, 'a>,
    of: &'w Solved,
    model: Model<'w>,
    kinds: Vec<Kind>,
    tried: usize,
    least: Option<u128>,
}

impl Enumeration<'_, '_> {
    fn extend(&mut self, board: &mut Board, choices: &mut Vec<Option<Choice>>) {
        if self.tried > MOST_WAYS {
            return;
        }
        let at = choices.len();
        let Some(vertex) = self.problem.vertices.get(at) else {
            self.tried += 1;
            let cost = self.cost(board, choices);
            self.least = Some(self.least.map_or(cost, |l| l.min(cost)));
            return;
        };
        for demand in &vertex.demands {
            for slot in 0..self.kinds.len() {
                // New indexes are all the same: of the empty ones the first will do.
                let first = (1..slot).all(|s| !board.slots[s].is_empty());
                if (slot > 0 && !first) || !self.problem.oracle.fits(board, Slot(slot), *demand) {
                    continue;
                }
                let mut next = board.clone();
                next.insert(Slot(slot), *demand);
                choices.push(Some(Choice::At(Slot(slot), *demand)));
                self.extend(&mut next, choices);
                choices.pop();
            }
        }
        if let Some(free) = vertex.free {
            choices.push(Some(Choice::Free(free)));
            self.extend(board, choices);
            choices.pop();
        }
    }

    fn cost(&self, board: &Board, choices: &[Option<Choice>]) -> u128 {
        let (workload, solution) = (&self.of.workload, &self.of.solution);
        let variants = &solution.variants;
        let mut made = refine::schema(self.problem, workload, variants, board, choices);
        for (variant, served) in variants.iter().zip(&mut made.served) {
            if Model::by_key(variant) {
                *served = design::schema::Served::ByKey;
            }
        }
        let spread = scan::spread(workload, &solution.rules, variants, 0, made);
        let named = names::name(workload, variants, &FixedKeys::default(), spread);
        self.model.total(&named)
    }
}

/// The least cost of all ways; `None` where there are too many.
fn least(of: &Solved) -> Option<u128> {
    let variants = &of.solution.variants;
    let (demands, mut vertices) = flatten(variants);
    // Scans of indexes are found afterwards, from queries of a constant partition.
    let queries = |d: &DemandId| demands[*d as usize].shape != Shape::ScanIndex;
    vertices.iter_mut().for_each(|v| v.demands.retain(queries));
    let rules = rules::table_rules(&of.workload, variants);
    let fixed = FixedKeys::default();
    let oracle = Oracle::new(&of.workload, &rules, demands, &fixed);
    let entities = of.workload.entity_ids().collect();
    let problem = Problem::joined(&oracle, vertices, entities);
    let indexes = of.solution.schema.indexes.len();
    let kinds: Vec<Kind> = std::iter::once(Kind::Table)
        .chain(std::iter::repeat_n(Kind::Global, indexes))
        .collect();
    let mut ways = Enumeration {
        problem: &problem,
        of,
        model: Model::new(&of.workload, variants),
        tried: 0,
        least: None,
        kinds,
    };
    let mut board = Board::new(ways.kinds.iter().skip(1).copied());
    ways.extend(&mut board, &mut Vec::new());
    (ways.tried <= MOST_WAYS).then_some(ways.least).flatten()
}

#[test]
fn no_way_to_place_the_reads_is_cheaper() {
    let style = Style {
        spice: 60,
        most_entities: 3,
        most_reads: 5,
    };
    let (mut compared, mut dearer) = (0, 0);
    for seed in 50_000..51_500 {
        let text = yaml(&design(seed, style));
        let Ok(of) = solved(&text) else { continue };
        let local = of
            .solution
            .schema
            .indexes
            .iter()
            .any(|i| i.kind == Kind::Local);
        let open = crate::compare::score(&of).0 > 0;
        if local || open {
            continue;
        }
        let Some(least) = least(&of) else { continue };
        let found = of.solution.frontier[0].cost;
        if found > least + least / LABELS {
            dearer += 1;
            assert!(found <= least + least / 10, "seed {seed}\n{text}");
        }
        compared += 1;
    }
    assert!(compared > 800, "only {compared} designs were compared");
    assert!(
        dearer * 200 <= compared,
        "{dearer} of {compared} designs are dearer than need be"
    );
}

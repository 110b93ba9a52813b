//! Among the designs with a number of indexes the best: fewest uncovered, fewest degraded, cheapest, fewest placements.
//!
//! Branch and bound over the places of all vertices. What is placed so far is a lower bound of what it will cost, since
//! more to serve never costs less. It starts from a design improved by single moves. Ties are broken by the order of the
//! vertices, which is that of the patterns' names.

use super::colour::places;
use super::oracle::{Board, Slot};
use super::problem::{Choice, Problem};
use super::projection::projection;
use crate::cost::model::Model;
use crate::demand::{Demand, Variant};
use crate::layout::Kind;
use crate::schema::{Index, Projection, Schema, Served};
use crate::workload::PatternId;

/// How good a design is; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// Reads that nothing answers.
    pub uncovered: usize,
    /// Reads that are answered at a price.
    pub degraded: usize,
    /// Picodollars a month.
    pub cost: u128,
    /// Entities' entries in indexes.
    pub placements: usize,
}

/// Steps of the search.
const STEPS: u32 = 6_000;

/// A search for the best choices.
pub struct Refine<'r, 'o, 'a> {
    /// The problem.
    pub problem: &'r Problem<'o, 'a>,
    /// The cost model.
    pub model: Model<'a>,
    /// The slots.
    pub kinds: &'r [Kind],
    /// How many indexes exist already.
    pub fixed: usize,
}

impl Refine<'_, '_, '_> {
    /// The best choices, starting from some that are possible; and whether they are proven to be the best.
    #[must_use]
    pub fn best(&self, start: Vec<Choice>) -> (Vec<Choice>, Score, bool) {
        let some: Vec<Option<Choice>> = start.iter().copied().map(Some).collect();
        let start_score = self.score(&some);
        let (choices, score) = self.climb(start, start_score);
        let order = self.order();
        let mut search = Branch {
            rest: self.rest(&order),
            refine: self,
            order,
            board: Board::new(self.kinds.iter().skip(1).copied()),
            choices: vec![None; choices.len()],
            best: choices,
            score,
            left: STEPS,
        };
        search.extend(0);
        (search.best, search.score, search.left > 0)
    }

    /// For each depth the least that the vertices from there on can cost to read, wherever they are placed.
    fn rest(&self, order: &[usize]) -> Vec<u128> {
        let mut rest = vec![0; order.len() + 1];
        for (depth, vertex) in order.iter().enumerate().rev() {
            let v = &self.problem.vertices[*vertex];
            let demands = v.demands.iter().chain(&v.free).map(|d| self.problem.oracle.demand(*d));
            let least = demands.map(|d| self.model.least(v.variant, d)).min().unwrap_or(0);
            rest[depth] = rest[depth + 1] + least;
        }
        rest
    }

    /// The hardest vertices first: those with the most conflicts.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.problem.vertices.len()).collect();
        order.sort_by_key(|v| (std::cmp::Reverse(self.problem.graph.degree(*v)), *v));
        order
    }

    /// Moves single vertices as long as that makes the design better.
    fn climb(&self, mut choices: Vec<Choice>, mut score: Score) -> (Vec<Choice>, Score) {
        let mut improved = true;
        while improved {
            improved = false;
            for vertex in 0..choices.len() {
                for choice in self.alternatives(&choices, vertex) {
                    let before = std::mem::replace(&mut choices[vertex], choice);
                    let some: Vec<Option<Choice>> = choices.iter().copied().map(Some).collect();
                    let next = self.score(&some);
                    if next < score {
                        score = next;
                        improved = true;
                    } else {
                        choices[vertex] = before;
                    }
                }
            }
        }
        (choices, score)
    }

    /// The other places of a vertex while the rest stays.
    fn alternatives(&self, choices: &[Choice], vertex: usize) -> Vec<Choice> {
        let others: Vec<Option<Choice>> =
            choices.iter().enumerate().map(|(v, c)| (v != vertex).then_some(*c)).collect();
        let board = Problem::board(self.kinds, &others);
        let fitting = places(self.problem, &board, self.fixed, vertex)
            .into_iter()
            .filter(|(slot, d)| self.problem.oracle.fits(&board, *slot, *d))
            .map(|(slot, d)| Choice::At(slot, d));
        let free = self.problem.vertices[vertex].free.map(Choice::Free);
        fitting.chain(free).filter(|c| *c != choices[vertex]).collect()
    }

    /// How good some choices are; of partial ones a bound.
    #[must_use]
    pub fn score(&self, choices: &[Option<Choice>]) -> Score {
        let board = Problem::board(self.kinds, choices);
        let schema = self.schema(&board, choices);
        let mut score = Score { uncovered: 0, degraded: 0, cost: 0, placements: 0 };
        for (vertex, choice) in choices.iter().enumerate() {
            let Some(choice) = choice else { continue };
            let variant = self.problem.vertices[vertex].variant;
            match Problem::demand_of(*choice) {
                None => score.uncovered += 1,
                Some(d) if !self.problem.oracle.demand(d).price.is_free() => score.degraded += 1,
                Some(_) => {}
            }
            score.cost += self.model.variant(&schema, variant, &schema.served[variant]);
        }
        for entity in &self.problem.entities {
            score.cost += self.model.entity(&schema, *entity);
        }
        score.placements = schema.indexes.iter().flat_map(|i| &i.families).map(|f| f.members.len()).sum();
        score
    }

    /// The schema of some choices, of this problem's entities alone.
    #[must_use]
    pub fn schema(&self, board: &Board, choices: &[Option<Choice>]) -> Schema {
        schema(self.problem, self.model.workload, self.model.variants, board, choices)
    }
}

/// The schema that a board and choices describe.
#[must_use]
pub fn schema(
    problem: &Problem<'_, '_>,
    workload: &crate::workload::Workload,
    variants: &[Variant],
    board: &Board,
    choices: &[Option<Choice>],
) -> Schema {
    let mut families = problem.oracle.families(board, &problem.entities);
    let table = std::mem::take(&mut families[0]);
    let mut served: Vec<Served> = vec![Served::Not; variants.len()];
    let mut read: Vec<Vec<(PatternId, &Demand)>> = vec![Vec::new(); board.kinds.len()];
    for (vertex, choice) in problem.vertices.iter().zip(choices) {
        let pattern = variants[vertex.variant].pattern;
        served[vertex.variant] = match choice {
            Some(Choice::At(Slot(0), d)) => Served::Table(problem.oracle.demand(*d).clone()),
            Some(Choice::At(slot, d)) => {
                read[slot.0].push((pattern, problem.oracle.demand(*d)));
                Served::Index(slot.0 - 1, problem.oracle.demand(*d).clone())
            }
            Some(Choice::Free(d)) => Served::Scan(problem.oracle.demand(*d).clone()),
            Some(Choice::Not) | None => Served::Not,
        };
    }
    let indexes = board
        .kinds
        .iter()
        .enumerate()
        .skip(1)
        .map(|(at, kind)| Index {
            name: String::new(),
            kind: *kind,
            projection: if families[at].is_empty() { Projection::KeysOnly } else { projection(workload, &read[at]) },
            families: std::mem::take(&mut families[at]),
        })
        .collect();
    Schema { table, indexes, served }
}

struct Branch<'b, 'r, 'o, 'a> {
    refine: &'b Refine<'r, 'o, 'a>,
    order: Vec<usize>,
    rest: Vec<u128>,
    board: Board,
    choices: Vec<Option<Choice>>,
    best: Vec<Choice>,
    score: Score,
    left: u32,
}

impl Branch<'_, '_, '_, '_> {
    fn extend(&mut self, depth: usize) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let mut bound = self.refine.score(&self.choices);
        // What is left out costs nothing, so where more may be left out nothing is certain of the rest.
        if self.score.uncovered <= bound.uncovered {
            bound.cost += self.rest[depth];
        }
        if bound >= self.score {
            return;
        }
        let Some(vertex) = self.order.get(depth).copied() else {
            self.score = bound;
            self.best = self.choices.iter().map(|c| c.unwrap_or(Choice::Not)).collect();
            return;
        };
        for (slot, demand) in places(self.refine.problem, &self.board, self.refine.fixed, vertex) {
            if !self.refine.problem.oracle.fits(&self.board, slot, demand) {
                continue;
            }
            self.board.insert(slot, demand);
            self.choices[vertex] = Some(Choice::At(slot, demand));
            self.extend(depth + 1);
            self.board.remove(slot, demand);
        }
        if let Some(free) = self.refine.problem.vertices[vertex].free {
            self.choices[vertex] = Some(Choice::Free(free));
            self.extend(depth + 1);
        }
        if self.score.uncovered > bound.uncovered {
            self.choices[vertex] = Some(Choice::Not);
            self.extend(depth + 1);
        }
        self.choices[vertex] = None;
    }
}

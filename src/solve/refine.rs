//! Among the designs with a number of indexes the best: fewest uncovered, fewest degraded, cheapest, fewest placements.
//!
//! Branch and bound over the places of all vertices. What is placed so far, and the least that the rest can cost to
//! read, is a lower bound, since more to serve never costs less. It starts from a design improved by single moves. Ties
//! are broken by the order of the vertices, which is that of the patterns' names.

mod known;
mod state;

use super::colour::places;
use super::oracle::{Board, DemandId, Slot};
use super::problem::{Choice, Problem};
use super::projection::projection;
use crate::cost::model::Model;
use crate::demand::{Demand, Variant};
use crate::layout::Kind;
use crate::schema::{Index, Schema, Served};
use crate::workload::{PatternId, Workload};
pub use known::Known;
use state::State;
use std::cell::RefCell;

/// What makes a design better, after the number of uncovered reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// Fewer degraded reads, then lower cost.
    Covered,
    /// Lower cost, then fewer degraded reads.
    Cheap,
}

/// How good a design is; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// Reads that nothing answers.
    pub uncovered: usize,
    /// Degraded patterns, or the cost, whichever comes first.
    major: u128,
    /// The other one.
    minor: u128,
    /// Entities' entries in indexes.
    pub placements: usize,
}

/// The most steps of the search for the best choices of one part. Four times as many make random designs cheaper by less
/// than a hundredth of a percent.
pub const STEPS: u32 = 1_500;

/// The most moves of a whole design that are tried, times its vertices.
const WORK: usize = 1_000_000;

/// A search for the best choices.
pub struct Refine<'r, 'o, 'a> {
    problem: &'r Problem<'o, 'a>,
    model: Model<'a>,
    kinds: &'r [Kind],
    fixed: usize,
    preference: Preference,
    /// What is known of designs that were looked at before, by any search of the same instance.
    known: &'r RefCell<Known<'a>>,
    /// The design that was looked at last.
    state: RefCell<Option<State>>,
}

impl<'r, 'o, 'a> Refine<'r, 'o, 'a> {
    /// A search in slots of these kinds, of which `fixed` indexes exist already.
    #[must_use]
    pub fn new(
        problem: &'r Problem<'o, 'a>,
        model: Model<'a>,
        kinds: &'r [Kind],
        fixed: usize,
        preference: Preference,
        known: &'r RefCell<Known<'a>>,
    ) -> Self {
        Self {
            problem,
            model,
            kinds,
            fixed,
            preference,
            known,
            state: RefCell::default(),
        }
    }

    /// Whether what one slot can hold depends on the others.
    fn is_dependent(&self) -> bool {
        self.fixed > 0 || self.kinds.contains(&Kind::Local) || self.problem.oracle.is_fixed()
    }

    /// The best choices that are found in some steps, starting from some that are possible.
    #[must_use]
    pub fn best(&self, start: Vec<Choice>, steps: u32) -> Vec<Choice> {
        let some: Vec<Option<Choice>> = start.iter().copied().map(Some).collect();
        let start_score = self.score(&some, 0);
        let (choices, score) = self.climb(start, start_score, usize::MAX);
        let order = self.order();
        let mut search = Branch {
            rest: self.rest(&order),
            refine: self,
            order,
            board: Board::new(self.kinds.iter().skip(1).copied()),
            choices: vec![None; choices.len()],
            best: choices,
            score,
            left: steps,
        };
        search.extend(0);
        search.best
    }

    /// Choices improved by moves of single vertices, of which fewer are tried the more vertices there are: what one costs
    /// grows with them.
    #[must_use]
    pub fn improve(&self, start: Vec<Choice>) -> Vec<Choice> {
        let some: Vec<Option<Choice>> = start.iter().copied().map(Some).collect();
        let score = self.score(&some, 0);
        let moves = WORK / start.len().max(1);
        self.climb(start, score, moves).0
    }

    /// What choices for the first vertices cost, in picodollars a month, while the others have none.
    #[must_use]
    pub fn cost(&self, choices: &[Choice]) -> u128 {
        let mut some: Vec<Option<Choice>> = choices.iter().copied().map(Some).collect();
        some.resize(self.problem.vertices.len(), None);
        let mut looked = self.state.borrow_mut();
        let state = looked.get_or_insert_with(|| State::new(self));
        state.set(self, &some);
        state.cost()
    }

    /// For each depth the least that the vertices from there on can cost to read, wherever they are placed.
    fn rest(&self, order: &[usize]) -> Vec<u128> {
        let mut rest = vec![0; order.len() + 1];
        for (depth, vertex) in order.iter().enumerate().rev() {
            let v = &self.problem.vertices[*vertex];
            let demands = v
                .demands
                .iter()
                .chain(&v.free)
                .map(|d| self.problem.oracle.demand(*d));
            let least = demands
                .map(|d| self.model.least(v.variant, d))
                .min()
                .unwrap_or(0);
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

    /// Moves single vertices as long as that makes the design better, and so many moves are not tried.
    fn climb(
        &self,
        choices: Vec<Choice>,
        mut score: Score,
        mut moves: usize,
    ) -> (Vec<Choice>, Score) {
        let mut some: Vec<Option<Choice>> = choices.into_iter().map(Some).collect();
        let mut board = Problem::board(self.kinds, &some);
        let mut improved = true;
        while improved {
            improved = false;
            for vertex in 0..some.len() {
                for choice in self.alternatives(&mut board, &some, vertex) {
                    if moves == 0 {
                        return (settled(some), score);
                    }
                    moves -= 1;
                    let before = some[vertex].replace(choice);
                    let next = self.score(&some, 0);
                    if next < score {
                        score = next;
                        improved = true;
                        before.into_iter().for_each(|c| c.lift(&mut board));
                        choice.put(&mut board);
                    } else {
                        some[vertex] = before;
                    }
                }
            }
        }
        (settled(some), score)
    }

    /// The other places of a vertex while the rest, which lies on the board with it, stays.
    fn alternatives(
        &self,
        board: &mut Board,
        choices: &[Option<Choice>],
        vertex: usize,
    ) -> Vec<Choice> {
        choices[vertex].into_iter().for_each(|c| c.lift(board));
        let fitting = places(self.problem, board, self.fixed, vertex)
            .into_iter()
            .filter(|(slot, d)| self.problem.oracle.fits(board, *slot, *d))
            .map(|(slot, d)| Choice::At(slot, d));
        let free = self.problem.vertices[vertex].free.map(Choice::Free);
        let others = fitting.chain(free).filter(|c| Some(*c) != choices[vertex]);
        let others = others.collect();
        choices[vertex].into_iter().for_each(|c| c.put(board));
        others
    }

    /// How many patterns some choices degrade.
    fn degraded(&self, choices: &[Option<Choice>]) -> usize {
        let pays = |d: DemandId| !self.problem.oracle.demand(d).price.is_free();
        let mut patterns: Vec<PatternId> = Vec::new();
        for (vertex, choice) in self.problem.vertices.iter().zip(choices) {
            if choice.and_then(Problem::demand_of).is_some_and(pays) {
                patterns.push(vertex.pattern);
            }
        }
        patterns.sort_unstable();
        patterns.dedup();
        patterns.len()
    }

    /// How good some choices are; of partial ones a bound, when the rest costs `more` at least.
    fn score(&self, choices: &[Option<Choice>], more: u128) -> Score {
        let mut looked = self.state.borrow_mut();
        let state = looked.get_or_insert_with(|| State::new(self));
        state.set(self, choices);
        let uncovered = self.problem.uncovered(choices);
        let degraded = self.degraded(choices);
        let cost = state.cost() + more;
        let placements = state.placements();
        let degraded = degraded as u128;
        let (major, minor) = match self.preference {
            Preference::Covered => (degraded, cost),
            Preference::Cheap => (cost, degraded),
        };
        Score {
            uncovered,
            major,
            minor,
            placements,
        }
    }
}

/// Choices of which none is open any more.
fn settled(choices: Vec<Option<Choice>>) -> Vec<Choice> {
    let settled = choices.into_iter().map(|c| c.unwrap_or(Choice::Not));
    settled.collect()
}

/// The demands in a slot with their patterns.
fn demands_at<'a>(
    problem: &Problem<'_, 'a>,
    variants: &[Variant],
    choices: &[Option<Choice>],
    slot: usize,
) -> Vec<(PatternId, &'a Demand)> {
    let here = problem
        .vertices
        .iter()
        .zip(choices)
        .filter_map(|(v, c)| match c {
            Some(Choice::At(s, d)) if s.0 == slot => {
                Some((variants[v.variant].pattern, problem.oracle.demand(*d)))
            }
            _ => None,
        });
    here.collect()
}

/// What answers a vertex.
fn answer(problem: &Problem<'_, '_>, choice: Option<Choice>) -> Served {
    let demand = |d: DemandId| problem.oracle.demand(d).clone();
    match choice {
        Some(Choice::At(Slot(0), d)) => Served::Table(demand(d)),
        Some(Choice::At(slot, d)) => Served::Index(slot.0 - 1, demand(d)),
        Some(Choice::Free(d)) => Served::Scan(demand(d)),
        Some(Choice::Not) | None => Served::Not,
    }
}

/// The schema that a board and choices describe.
#[must_use]
pub fn schema(
    problem: &Problem<'_, '_>,
    workload: &Workload,
    variants: &[Variant],
    board: &Board,
    choices: &[Option<Choice>],
) -> Schema {
    let mut families = problem.oracle.families(board, &problem.entities);
    let table = std::mem::take(&mut families[0]);
    let mut served: Vec<Served> = vec![Served::Not; variants.len()];
    for (vertex, choice) in problem.vertices.iter().zip(choices) {
        served[vertex.variant] = answer(problem, *choice);
    }
    let indexes = board
        .kinds
        .iter()
        .enumerate()
        .skip(1)
        .map(|(at, kind)| Index {
            name: String::new(),
            kind: *kind,
            projection: projection(workload, &demands_at(problem, variants, choices, at)),
            families: std::mem::take(&mut families[at]),
        })
        .collect();
    Schema {
        table,
        indexes,
        served,
    }
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
        // What is left out costs nothing, so where something may be left out nothing is certain of the rest.
        let more = if self.score.uncovered == 0 {
            self.rest[depth]
        } else {
            0
        };
        let bound = self.refine.score(&self.choices, more);
        if bound >= self.score {
            return;
        }
        let Some(vertex) = self.order.get(depth).copied() else {
            self.score = bound;
            self.best = settled(self.choices.clone());
            return;
        };
        match self.siblings(vertex) {
            Some(Choice::Not) => self.leave_out(vertex, depth),
            Some(_) => self.place(vertex, depth),
            None => {
                self.place(vertex, depth);
                if self.score.uncovered > bound.uncovered {
                    self.leave_out(vertex, depth);
                }
            }
        }
    }

    /// What was decided about another variant of a vertex's pattern: all are answered, or none.
    fn siblings(&self, vertex: usize) -> Option<Choice> {
        let vertices = &self.refine.problem.vertices;
        let same = |v: usize| vertices[v].pattern == vertices[vertex].pattern;
        let decided = self.choices.iter().enumerate();
        decided.filter(|(v, _)| same(*v)).find_map(|(_, c)| *c)
    }

    fn place(&mut self, vertex: usize, depth: usize) {
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
        self.choices[vertex] = None;
    }

    fn leave_out(&mut self, vertex: usize, depth: usize) {
        self.choices[vertex] = Some(Choice::Not);
        self.extend(depth + 1);
        self.choices[vertex] = None;
    }
}

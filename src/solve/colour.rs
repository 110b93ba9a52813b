//! Whether some number of indexes is enough.
//!
//! The decision is exact: depth first, the clique's vertices first, then always the vertex with the fewest places left
//! (Brélaz, "New methods to color the vertices of a graph", CACM 1979). What can be coloured last is peeled off before.
//! Where the search takes long, a tabu search with fixed seeds looks for a colouring (Hertz and de Werra, "Using tabu
//! search techniques for graph coloring", Computing 1987). All bounds are numbers of steps, never times.

mod open;
mod tabu;

use super::oracle::{Board, DemandId, Slot};
use super::problem::{Choice, Problem};
use crate::layout::Kind;
use open::Open;
use tabu::tabu;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Enough, like this.
    Enough(Vec<Choice>),
    /// Not enough, whatever one does.
    TooFew,
    /// The search ended before it knew.
    Unknown,
}

/// Steps of a search, and of each tabu search after it, round by round: most that either finds it finds early.
const ROUNDS: [(u32, u32); 3] = [(2_000, 2_000), (20_000, 20_000), (200_000, 0)];
/// The seeds of the tabu searches.
const SEEDS: [u64; 3] = [1, 2, 3];

/// Whether the slots of these kinds are enough when at most `uncovered` patterns are left out. `fixed`: how many of the
/// indexes exist already; the others of a kind are interchangeable.
#[must_use]
pub fn enough(
    problem: &Problem<'_, '_>,
    kinds: &[Kind],
    fixed: usize,
    first: &[usize],
    uncovered: usize,
) -> Answer {
    let count = problem.vertices.len();
    if problem.is_plain() && uncovered == 0 && fixed == 0 && !kinds.contains(&Kind::Local) {
        let (peeled, core) = problem.graph.peel(kinds.len());
        let core: Vec<usize> = core.into_iter().filter(|v| *v < count).collect();
        let peeled: Vec<usize> = peeled.into_iter().filter(|v| *v < count).collect();
        match decide(problem, kinds, fixed, &core, first, uncovered) {
            Answer::Enough(choices) => {
                if let Some(all) = add_peeled(problem, kinds, choices, &peeled) {
                    return Answer::Enough(all);
                }
            }
            other => return other,
        }
    }
    let all: Vec<usize> = (0..count).collect();
    decide(problem, kinds, fixed, &all, first, uncovered)
}

fn decide(
    problem: &Problem<'_, '_>,
    kinds: &[Kind],
    fixed: usize,
    among: &[usize],
    first: &[usize],
    uncovered: usize,
) -> Answer {
    for (steps, moves) in ROUNDS {
        match Search::new(problem, kinds, fixed, among, first, uncovered, steps).run() {
            Answer::Unknown => {}
            known => return known,
        }
        // The tabu search leaves out nothing.
        let mut seeds = SEEDS.iter().filter(|_| uncovered == 0 && moves > 0);
        if let Some(choices) = seeds.find_map(|seed| tabu(problem, kinds, among, *seed, moves)) {
            return Answer::Enough(choices);
        }
    }
    Answer::Unknown
}

/// Colours what was peeled off, in the reverse order.
fn add_peeled(
    problem: &Problem<'_, '_>,
    kinds: &[Kind],
    choices: Vec<Choice>,
    peeled: &[usize],
) -> Option<Vec<Choice>> {
    let mut all: Vec<Option<Choice>> = choices
        .into_iter()
        .enumerate()
        .map(|(v, c)| (!peeled.contains(&v)).then_some(c))
        .collect();
    let mut board = Problem::board(kinds, &all);
    for vertex in peeled.iter().rev() {
        let choice = problem.vertices[*vertex]
            .demands
            .iter()
            .flat_map(|d| (0..kinds.len()).map(|s| (Slot(s), *d)))
            .find(|(slot, d)| {
                problem.pairwise(&board, *slot, *d) && problem.oracle.fits(&board, *slot, *d)
            });
        let choice = match (choice, problem.vertices[*vertex].free) {
            (Some((slot, demand)), _) => {
                board.insert(slot, demand);
                Choice::At(slot, demand)
            }
            (None, Some(free)) => Choice::Free(free),
            (None, None) => return None,
        };
        all[*vertex] = Some(choice);
    }
    all.into_iter().collect()
}

struct Search<'p, 'o, 'a> {
    problem: &'p Problem<'o, 'a>,
    fixed: usize,
    among: &'p [usize],
    first: Vec<usize>,
    uncovered: usize,
    left: u32,
    board: Board,
    choices: Vec<Option<Choice>>,
    open: Open,
    degrees: Vec<usize>,
}

impl<'p, 'o, 'a> Search<'p, 'o, 'a> {
    fn new(
        problem: &'p Problem<'o, 'a>,
        kinds: &[Kind],
        fixed: usize,
        among: &'p [usize],
        first: &[usize],
        uncovered: usize,
        budget: u32,
    ) -> Self {
        let degree = |v| problem.graph.degree(v);
        Self {
            board: Board::new(kinds.iter().skip(1).copied()),
            choices: vec![None; problem.vertices.len()],
            left: budget,
            open: Open::new(problem, kinds, fixed),
            degrees: (0..problem.vertices.len()).map(degree).collect(),
            first: first
                .iter()
                .filter(|v| among.contains(v))
                .copied()
                .collect(),
            problem,
            fixed,
            among,
            uncovered,
        }
    }

    fn run(&mut self) -> Answer {
        if self.extend() {
            // Vertices outside of `among` are for the caller.
            return Answer::Enough(
                self.choices
                    .iter()
                    .map(|c| c.unwrap_or(Choice::Not))
                    .collect(),
            );
        }
        if self.left == 0 {
            Answer::Unknown
        } else {
            Answer::TooFew
        }
    }

    fn extend(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.open.look(&self.board, self.fixed);
        let Some(vertex) = self.next() else {
            return true;
        };
        let demands = &self.problem.vertices[vertex].demands;
        let open = self.open.places(self.problem, demands);
        debug_assert_eq!(
            open,
            places(self.problem, &self.board, self.fixed, vertex),
            "what is kept up to date is what is there"
        );
        for (slot, demand) in open {
            if !self.problem.oracle.fits(&self.board, slot, demand) {
                continue;
            }
            self.board.insert(slot, demand);
            let before = self.open.place(self.problem, &self.board, slot, demand);
            self.choices[vertex] = Some(Choice::At(slot, demand));
            if self.extend() {
                return true;
            }
            self.open.lift(slot, before);
            self.board.remove(slot, demand);
            self.choices[vertex] = None;
        }
        if let Some(free) = self.problem.vertices[vertex].free {
            self.choices[vertex] = Some(Choice::Free(free));
            if self.extend() {
                return true;
            }
            self.choices[vertex] = None;
        }
        // A pattern counts once, however many of its variants are left out.
        self.choices[vertex] = Some(Choice::Not);
        if self.uncovered > 0
            && self.problem.uncovered(&self.choices) <= self.uncovered
            && self.extend()
        {
            return true;
        }
        self.choices[vertex] = None;
        false
    }

    /// The vertex to place next: the clique first, then the one to which pairs leave the fewest places.
    fn next(&self) -> Option<usize> {
        let is_open = |v: &usize| self.choices[*v].is_none();
        let of_clique = self.first.iter().copied().find(is_open);
        let open = self.among.iter().copied().filter(is_open);
        of_clique.or_else(|| {
            open.min_by_key(|v| {
                let places = self
                    .open
                    .count(self.problem, &self.problem.vertices[*v].demands);
                (places, std::cmp::Reverse(self.degrees[*v]), *v)
            })
        })
    }
}

/// The places that pairs leave a vertex; of empty interchangeable slots only the first of each kind.
#[must_use]
pub fn places(
    problem: &Problem<'_, '_>,
    board: &Board,
    fixed: usize,
    vertex: usize,
) -> Vec<(Slot, DemandId)> {
    let mut made = Vec::new();
    for demand in &problem.vertices[vertex].demands {
        let mut empty_seen: Vec<Kind> = Vec::new();
        for at in 0..board.kinds.len() {
            let kind = board.kinds[at];
            if at > fixed && board.slots[at].is_empty() {
                if empty_seen.contains(&kind) {
                    continue;
                }
                empty_seen.push(kind);
            }
            let held = (1..=fixed).contains(&at);
            if held || problem.pairwise(board, Slot(at), *demand) {
                made.push((Slot(at), *demand));
            }
        }
    }
    made
}

//! Whether some number of indexes is enough.
//!
//! The decision is exact: depth first, the clique's vertices first, then always the vertex with the fewest places left
//! (Brélaz, "New methods to color the vertices of a graph", CACM 1979). What can be coloured last is peeled off before.
//! Where the search takes long, a tabu search with fixed seeds looks for a colouring (Hertz and de Werra, "Using tabu
//! search techniques for graph coloring", Computing 1987). All bounds are numbers of steps, never times.

use super::oracle::{Board, DemandId, Slot};
use super::problem::{Choice, Problem};
use crate::layout::Kind;

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

/// Steps of the first search, before the tabu search.
const SHORT: u32 = 20_000;
/// Steps of the last search.
const LONG: u32 = 200_000;
/// Steps of each tabu search, and their seeds.
const TABU: u32 = 20_000;
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
    let mut search = Search::new(problem, kinds, fixed, among, first, uncovered, SHORT);
    match search.run() {
        Answer::Unknown => {}
        known => return known,
    }
    if uncovered == 0 {
        for seed in SEEDS {
            if let Some(choices) = tabu(problem, kinds, among, seed) {
                return Answer::Enough(choices);
            }
        }
    }
    Search::new(problem, kinds, fixed, among, first, uncovered, LONG).run()
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
    first: &'p [usize],
    uncovered: usize,
    left: u32,
    board: Board,
    choices: Vec<Option<Choice>>,
}

impl<'p, 'o, 'a> Search<'p, 'o, 'a> {
    fn new(
        problem: &'p Problem<'o, 'a>,
        kinds: &[Kind],
        fixed: usize,
        among: &'p [usize],
        first: &'p [usize],
        uncovered: usize,
        budget: u32,
    ) -> Self {
        Self {
            board: Board::new(kinds.iter().skip(1).copied()),
            choices: vec![None; problem.vertices.len()],
            left: budget,
            problem,
            fixed,
            among,
            first,
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
        let Some((vertex, places)) = self.next() else {
            return true;
        };
        for (slot, demand) in places {
            if !self.problem.oracle.fits(&self.board, slot, demand) {
                continue;
            }
            self.board.insert(slot, demand);
            self.choices[vertex] = Some(Choice::At(slot, demand));
            if self.extend() {
                return true;
            }
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

    /// The vertex to place next and the places that pairs leave it: the clique first, then the one with the fewest.
    fn next(&self) -> Option<(usize, Vec<(Slot, DemandId)>)> {
        if let Some(vertex) = self
            .first
            .iter()
            .find(|v| self.among.contains(v) && self.choices[**v].is_none())
        {
            return Some((*vertex, self.places(*vertex)));
        }
        let open = self
            .among
            .iter()
            .copied()
            .filter(|v| self.choices[*v].is_none());
        open.map(|v| (v, self.places(v))).min_by_key(|(v, places)| {
            (
                places.len(),
                std::cmp::Reverse(self.problem.graph.degree(*v)),
                *v,
            )
        })
    }

    fn places(&self, vertex: usize) -> Vec<(Slot, DemandId)> {
        places(self.problem, &self.board, self.fixed, vertex)
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

/// A colouring found by moving vertices that are in conflict, if one is found.
fn tabu(
    problem: &Problem<'_, '_>,
    kinds: &[Kind],
    among: &[usize],
    seed: u64,
) -> Option<Vec<Choice>> {
    let options: Vec<Vec<(usize, DemandId)>> = among
        .iter()
        .map(|v| {
            let demands = &problem.vertices[*v].demands;
            let stands = |s: usize, d: DemandId| !problem.clash(kinds[s], d, d);
            demands
                .iter()
                .flat_map(|d| (0..kinds.len()).map(|s| (s, *d)))
                .filter(|(s, d)| stands(*s, *d))
                .collect()
        })
        .collect();
    if options.iter().any(Vec::is_empty) {
        return None;
    }
    let mut state = seed;
    let mut random = move |n: usize| {
        // Knuth's MMIX generator; the high bits are the good ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n.max(1)
    };
    let mut place: Vec<usize> = options.iter().map(|o| random(o.len())).collect();
    let clashes = |place: &[usize], at: usize, option: usize| {
        let (slot, demand) = options[at][option];
        (0..options.len())
            .filter(|b| *b != at)
            .filter(|b| {
                let (other, d) = options[*b][place[*b]];
                other == slot && problem.clash(kinds[slot], demand, d)
            })
            .count()
    };
    let mut forbidden: Vec<Vec<u32>> = options.iter().map(|o| vec![0; o.len()]).collect();
    for step in 1..=TABU {
        let troubled: Vec<usize> = (0..options.len())
            .filter(|at| clashes(&place, *at, place[*at]) > 0)
            .collect();
        if troubled.is_empty() {
            return settle(problem, kinds, among, &options, &place);
        }
        let mut best: Option<(usize, usize, usize)> = None;
        for at in &troubled {
            for option in
                (0..options[*at].len()).filter(|o| *o != place[*at] && forbidden[*at][*o] < step)
            {
                let after = clashes(&place, *at, option) + 1_000
                    - clashes(&place, *at, place[*at]).min(1_000);
                if best.is_none_or(|(b, ..)| after < b) {
                    best = Some((after, *at, option));
                }
            }
        }
        let (_, at, option) = best.unwrap_or_else(|| {
            let at = troubled[random(troubled.len())];
            (0, at, random(options[at].len()))
        });
        let tenure = 5 + troubled.len() / 2 + random(6);
        forbidden[at][place[at]] = step + u32::try_from(tenure).unwrap_or(10);
        place[at] = option;
    }
    None
}

/// Checks a colouring of pairs with the oracle.
fn settle(
    problem: &Problem<'_, '_>,
    kinds: &[Kind],
    among: &[usize],
    options: &[Vec<(usize, DemandId)>],
    place: &[usize],
) -> Option<Vec<Choice>> {
    let mut board = Board::new(kinds.iter().skip(1).copied());
    let mut choices = vec![Choice::Not; problem.vertices.len()];
    for ((vertex, options), option) in among.iter().zip(options).zip(place) {
        let (slot, demand) = options[*option];
        if !problem.oracle.fits(&board, Slot(slot), demand) {
            return None;
        }
        board.insert(Slot(slot), demand);
        choices[*vertex] = Choice::At(Slot(slot), demand);
    }
    Some(choices)
}

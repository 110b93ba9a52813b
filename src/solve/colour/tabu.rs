//! A colouring found by local search.
//!
//! Promises: what it gives is checked with the oracle; it finds nothing where it takes long, and the same with every run.

use crate::layout::Kind;
use crate::solve::oracle::{Board, DemandId, Slot};
use crate::solve::problem::{Choice, Problem};

/// A colouring found by moving vertices that are in conflict, if one is found in so many steps.
pub(super) fn tabu(
    problem: &Problem<'_, '_>,
    kinds: &[Kind],
    among: &[usize],
    seed: u64,
    steps: u32,
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
    let mut clashes = Clashes::new(problem, kinds, &options, &place);
    let mut forbidden: Vec<Vec<u32>> = options.iter().map(|o| vec![0; o.len()]).collect();
    for step in 1..=steps {
        let troubled: Vec<usize> = (0..options.len())
            .filter(|at| clashes.of[*at][place[*at]] > 0)
            .collect();
        if troubled.is_empty() {
            return settle(problem, kinds, among, &options, &place);
        }
        let mut best: Option<(usize, usize, usize)> = None;
        for at in &troubled {
            let own = &clashes.of[*at];
            for option in
                (0..options[*at].len()).filter(|o| *o != place[*at] && forbidden[*at][*o] < step)
            {
                let after = own[option] + 1_000 - own[place[*at]].min(1_000);
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
        clashes.put(at, place[at], false);
        clashes.put(at, option, true);
        place[at] = option;
    }
    None
}

/// For each vertex and each of its options with how many others it clashes where they are.
struct Clashes<'p, 'o, 'a> {
    problem: &'p Problem<'o, 'a>,
    kinds: &'p [Kind],
    options: &'p [Vec<(usize, DemandId)>],
    of: Vec<Vec<usize>>,
}

impl<'p, 'o, 'a> Clashes<'p, 'o, 'a> {
    fn new(
        problem: &'p Problem<'o, 'a>,
        kinds: &'p [Kind],
        options: &'p [Vec<(usize, DemandId)>],
        place: &[usize],
    ) -> Self {
        let mut made = Self {
            problem,
            kinds,
            options,
            of: options.iter().map(|o| vec![0; o.len()]).collect(),
        };
        for (at, option) in place.iter().enumerate() {
            made.put(at, *option, true);
        }
        made
    }

    /// Counts a vertex at one of its options, or no longer.
    fn put(&mut self, at: usize, option: usize, there: bool) {
        let (slot, demand) = self.options[at][option];
        let others = self.options.iter().zip(&mut self.of).enumerate();
        for (_, (options, of)) in others.filter(|(other, _)| *other != at) {
            for ((_, d), count) in options.iter().zip(of).filter(|((s, _), _)| *s == slot) {
                if self.problem.clash(self.kinds[slot], *d, demand) {
                    *count = if there { *count + 1 } else { *count - 1 };
                }
            }
        }
    }
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

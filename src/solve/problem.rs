//! One part of an instance that can be solved alone: reads whose entities are connected.

use super::graph::Graph;
use super::oracle::{Board, DemandId, Oracle, Slot};
use crate::layout::Kind;
use crate::workload::{EntityId, PatternId};
use std::collections::BTreeSet;

/// What is decided about a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Its demand has a place in a slot.
    At(Slot, DemandId),
    /// It scans the table.
    Free(DemandId),
    /// It is not answered.
    Not,
}

impl Choice {
    /// Puts what it places on a board.
    pub fn put(self, board: &mut Board) {
        if let Self::At(slot, demand) = self {
            board.insert(slot, demand);
        }
    }

    /// Takes what it places from a board.
    pub fn lift(self, board: &mut Board) {
        if let Self::At(slot, demand) = self {
            board.remove(slot, demand);
        }
    }

    /// The slot that it takes.
    #[must_use]
    pub const fn slot(self) -> Option<Slot> {
        match self {
            Self::At(slot, _) => Some(slot),
            Self::Free(_) | Self::Not => None,
        }
    }
}

/// A variant of a read that needs a place.
#[derive(Debug, Clone)]
pub struct Vertex {
    /// Its place in the list of all variants.
    pub variant: usize,
    /// Its pattern, which is covered only if all of its variants are.
    pub pattern: PatternId,
    /// Demands that need a place, cheapest price first.
    pub demands: Vec<DemandId>,
    /// A demand that needs none: a scan of the table.
    pub free: Option<DemandId>,
}

/// Vertices, their conflicts, and the entities concerned.
pub struct Problem<'o, 'a> {
    /// What fits.
    pub oracle: &'o Oracle<'a>,
    /// The vertices, by pattern and variant.
    pub vertices: Vec<Vertex>,
    /// The entities that the vertices read.
    pub entities: Vec<EntityId>,
    /// Conflicts; the last vertex is the table.
    pub graph: Graph,
    /// The places of this problem's demands in the masks, from the first of them on.
    ranks: Vec<u32>,
    first: DemandId,
    /// For the table, local and global indexes: which demands cannot stand beside each one, as bits.
    masks: [Vec<Vec<u64>>; 3],
}

const KINDS: [Kind; 3] = [Kind::Table, Kind::Local, Kind::Global];

impl<'o, 'a> Problem<'o, 'a> {
    /// The problem of some vertices. `locals`: whether local indexes may be used.
    #[must_use]
    pub fn new(oracle: &'o Oracle<'a>, vertices: Vec<Vertex>, locals: bool) -> Self {
        let mut made = Self {
            entities: vertices
                .iter()
                .flat_map(|v| v.demands.iter().chain(&v.free))
                .flat_map(|d| oracle.demand(*d).parts.iter().map(|p| p.entity))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            masks: [Vec::new(), Vec::new(), Vec::new()],
            graph: Graph::new(0, &[]),
            ranks: Vec::new(),
            first: 0,
            oracle,
            vertices,
        };
        made.fill_masks(locals);
        made.graph = made.conflicts(locals);
        made
    }

    /// Vertices of several parts, for building their schema: no conflicts are computed.
    #[must_use]
    pub fn joined(oracle: &'o Oracle<'a>, vertices: Vec<Vertex>, entities: Vec<EntityId>) -> Self {
        let masks = [Vec::new(), Vec::new(), Vec::new()];
        Self {
            oracle,
            vertices,
            entities,
            graph: Graph::new(0, &[]),
            ranks: Vec::new(),
            first: 0,
            masks,
        }
    }

    /// The bits of what each demand cannot stand beside, itself where it cannot stand at all.
    fn fill_masks(&mut self, locals: bool) {
        let all: Vec<DemandId> = self.ranked().collect();
        let shares = |a: DemandId, b: DemandId| {
            self.oracle
                .demand(a)
                .parts
                .iter()
                .any(|p| self.oracle.demand(b).part(p.entity).is_some())
        };
        let scan = |d: DemandId| self.oracle.demand(d).shape == crate::demand::Shape::ScanIndex;
        self.rank(&all);
        let mut masks: [Vec<Vec<u64>>; 3] = Default::default();
        let kinds = KINDS.iter().filter(|k| locals || **k != Kind::Local);
        for kind in kinds {
            let clashes = |a: DemandId, b: DemandId| self.oracle.pair(*kind, a, b).is_err();
            let falls: Vec<bool> = all.iter().map(|d| clashes(*d, *d)).collect();
            let mut rows = vec![vec![0u64; all.len().div_ceil(64)]; all.len()];
            for (one, a) in all.iter().enumerate() {
                for (other, b) in all.iter().enumerate().take(one + 1) {
                    // What does not stand alone does not stand beside another either.
                    let known = falls[one] || falls[other];
                    let together = shares(*a, *b) || scan(*a) || scan(*b);
                    if together && (known || one != other && clashes(*a, *b)) {
                        rows[one][other / 64] |= 1 << (other % 64);
                        rows[other][one / 64] |= 1 << (one % 64);
                    }
                }
            }
            masks[*kind as usize] = rows;
        }
        self.masks = masks;
    }

    /// Numbers the demands of this problem, so that its masks are no longer than it needs.
    fn rank(&mut self, all: &[DemandId]) {
        let (Some(first), Some(last)) = (all.iter().min(), all.iter().max()) else {
            return;
        };
        self.first = *first;
        self.ranks = vec![u32::MAX; (last - first) as usize + 1];
        for (rank, demand) in (0..).zip(all) {
            self.ranks[(demand - first) as usize] = rank;
        }
    }

    /// The place of a demand among those of this problem.
    pub(super) fn rank_of(&self, demand: DemandId) -> usize {
        let at = demand.checked_sub(self.first);
        let rank = at.and_then(|at| self.ranks.get(at as usize));
        rank.map_or(usize::MAX, |r| *r as usize)
    }

    /// Whether two demands cannot share an index of a kind; of one demand with itself: whether it cannot be there.
    #[must_use]
    pub fn clash(&self, kind: Kind, a: DemandId, b: DemandId) -> bool {
        let b = self.rank_of(b);
        self.masks[kind as usize]
            .get(self.rank_of(a))
            .and_then(|m| m.get(b / 64))
            .is_some_and(|w| w >> (b % 64) & 1 == 1)
    }

    /// The demands of this problem, in the order of their ranks.
    pub(super) fn ranked(&self) -> impl Iterator<Item = DemandId> + '_ {
        self.vertices.iter().flat_map(|v| v.demands.iter().copied())
    }

    /// The ranks of the demands that cannot share an index of a kind with one.
    pub(super) fn clashing(&self, kind: Kind, demand: DemandId) -> impl Iterator<Item = usize> {
        let row = self.masks[kind as usize].get(self.rank_of(demand));
        let words = row.into_iter().flatten().enumerate();
        words.flat_map(|(at, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * 64 + bit)
        })
    }

    /// Whether a demand may stand in a slot as far as pairs tell.
    #[must_use]
    pub fn pairwise(&self, board: &Board, slot: Slot, demand: DemandId) -> bool {
        let kind = board.kinds[slot.0];
        !self.clash(kind, demand, demand)
            && board.slots[slot.0]
                .iter()
                .all(|d| !self.clash(kind, demand, *d))
    }

    /// The conflict graph.
    fn conflicts(&self, locals: bool) -> Graph {
        let kinds: &[Kind] = if locals {
            &KINDS
        } else {
            &[Kind::Table, Kind::Global]
        };
        let table = self.vertices.len();
        let mut edges = Vec::new();
        for (a, one) in self.vertices.iter().enumerate() {
            if one.free.is_some() {
                continue;
            }
            if !one.demands.iter().any(|d| !self.clash(Kind::Table, *d, *d)) {
                edges.push((a, table));
            }
            for (b, other) in self.vertices.iter().enumerate().take(a) {
                if other.free.is_none() && !self.compatible(one, other, kinds) {
                    edges.push((a, b));
                }
            }
        }
        Graph::new(table + 1, &edges)
    }

    fn compatible(&self, one: &Vertex, other: &Vertex, kinds: &[Kind]) -> bool {
        let pair = |a: DemandId, b: DemandId| {
            let open = kinds
                .iter()
                .any(|k| !self.clash(*k, a, a) && !self.clash(*k, b, b) && !self.clash(*k, a, b));
            open || self.oracle.compatible(a, b, &[])
        };
        one.demands
            .iter()
            .any(|a| other.demands.iter().any(|b| pair(*a, *b)))
    }

    /// Whether what fits in pairs fits altogether, as far as the theory tells: no collection and no scanned index.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.vertices.iter().flat_map(|v| &v.demands).all(|d| {
            let demand = self.oracle.demand(*d);
            !demand.is_collection() && demand.shape == crate::demand::Shape::Query
        })
    }

    /// The patterns that some choices leave uncovered: those with a vertex that is not answered.
    pub fn left_out<'c>(
        &'c self,
        choices: &'c [Option<Choice>],
    ) -> impl Iterator<Item = PatternId> + 'c {
        self.vertices
            .iter()
            .zip(choices)
            .filter(|(_, c)| **c == Some(Choice::Not))
            .map(|(v, _)| v.pattern)
    }

    /// How many patterns some choices leave uncovered.
    #[must_use]
    pub fn uncovered(&self, choices: &[Option<Choice>]) -> usize {
        let mut patterns: Vec<PatternId> = self.left_out(choices).collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns.len()
    }

    /// The demand of a choice.
    #[must_use]
    pub const fn demand_of(choice: Choice) -> Option<DemandId> {
        match choice {
            Choice::At(_, d) | Choice::Free(d) => Some(d),
            Choice::Not => None,
        }
    }

    /// The board of some choices.
    #[must_use]
    pub fn board(kinds: &[Kind], choices: &[Option<Choice>]) -> Board {
        let mut made = Board {
            kinds: kinds.to_vec(),
            slots: vec![Vec::new(); kinds.len()],
        };
        choices.iter().flatten().for_each(|c| c.put(&mut made));
        made
    }
}

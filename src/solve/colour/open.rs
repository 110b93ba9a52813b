//! The places that pairs leave each demand, kept up to date while demands are placed.
//!
//! Promises: [`Open::places`] are those of [`super::places`], in their order, without looking at what lies in the slots: the
//! search asks for them thousands of times.

use crate::layout::Kind;
use crate::solve::oracle::{Board, DemandId, Slot};
use crate::solve::problem::Problem;

/// Bits of a word.
const BITS: usize = 64;

/// The places, as bits of slots.
pub(super) struct Open {
    /// Words for each demand.
    words: usize,
    /// By the rank of a demand the slots that pairs leave it.
    bits: Vec<u64>,
    /// The words of which a bit was taken away, in that order.
    taken: Vec<usize>,
    /// The slots that are looked at: of empty interchangeable ones only the first of each kind.
    looked: Vec<u64>,
    /// The slots whose keys are kept; what fits there the oracle knows.
    kept: Vec<u64>,
}

impl Open {
    /// Nothing is placed.
    pub(super) fn new(problem: &Problem<'_, '_>, kinds: &[Kind], fixed: usize) -> Self {
        let words = kinds.len().div_ceil(BITS);
        let of = |slots: &mut dyn Iterator<Item = usize>| {
            let mut made = vec![0; words];
            slots.for_each(|slot| made[slot / BITS] |= 1 << (slot % BITS));
            made
        };
        let stands = |demand: DemandId| {
            of(&mut (0..kinds.len()).filter(|s| !problem.clash(kinds[*s], demand, demand)))
        };
        Self {
            words,
            bits: problem.ranked().flat_map(stands).collect(),
            taken: Vec::new(),
            looked: vec![0; words],
            kept: of(&mut (1..=fixed)),
        }
    }

    /// Notes which slots are empty.
    pub(super) fn look(&mut self, board: &Board, fixed: usize) {
        let mut seen = [false; 3];
        self.looked.fill(0);
        for (at, (kind, slot)) in board.kinds.iter().zip(&board.slots).enumerate() {
            let is_another =
                at > fixed && slot.is_empty() && std::mem::replace(&mut seen[*kind as usize], true);
            if !is_another {
                self.looked[at / BITS] |= 1 << (at % BITS);
            }
        }
    }

    /// A demand is placed; gives what [`Self::lift`] needs.
    pub(super) fn place(
        &mut self,
        problem: &Problem<'_, '_>,
        board: &Board,
        slot: Slot,
        demand: DemandId,
    ) -> usize {
        let before = self.taken.len();
        let bit = 1 << (slot.0 % BITS);
        for rank in problem.clashing(board.kinds[slot.0], demand) {
            let word = rank * self.words + slot.0 / BITS;
            if self.bits[word] & bit != 0 {
                self.bits[word] &= !bit;
                self.taken.push(word);
            }
        }
        before
    }

    /// The demand that was placed last is taken from its slot.
    pub(super) fn lift(&mut self, slot: Slot, before: usize) {
        for word in self.taken.drain(before..) {
            self.bits[word] |= 1 << (slot.0 % BITS);
        }
    }

    /// How many places some demands have.
    pub(super) fn count(&self, problem: &Problem<'_, '_>, demands: &[DemandId]) -> usize {
        let of = |d: &DemandId| self.of(problem, *d).map(|w| w.count_ones() as usize);
        demands.iter().flat_map(of).sum()
    }

    /// The places of some demands.
    pub(super) fn places(
        &self,
        problem: &Problem<'_, '_>,
        demands: &[DemandId],
    ) -> Vec<(Slot, DemandId)> {
        let mut made = Vec::new();
        for demand in demands {
            for (at, mut word) in self.of(problem, *demand).enumerate() {
                while word != 0 {
                    let slot = at * BITS + word.trailing_zeros() as usize;
                    made.push((Slot(slot), *demand));
                    word &= word - 1;
                }
            }
        }
        made
    }

    fn of(&self, problem: &Problem<'_, '_>, demand: DemandId) -> impl Iterator<Item = u64> + '_ {
        let start = problem.rank_of(demand) * self.words;
        let own = self.bits.iter().skip(start).take(self.words);
        let masks = self.looked.iter().zip(&self.kept);
        own.zip(masks)
            .map(|(own, (looked, kept))| own & looked | kept)
    }
}

//! Random designs, as the text of design files, for the benchmarks: the same seed gives the same file.
//!
//! Promises: every file is valid, and its reads can all be answered, given indexes enough.
//!
//! [`layered`] makes entities of eight attributes with a fixed number of reads each. One of them is a `get`, so that the
//! table's key is the identity. The others fix none (5 %), one (45 %), two (35 %) or three attributes (15 %) and sort by
//! none (35 %), one (50 %) or two (15 %); 12 % read a collection, an entity with one or two of its children. Attributes
//! are chosen at random, so these designs need far more indexes than those of real applications.
//!
//! [`rubis`] has the shape of the generator `random_rubis` of `NoSE` (Mior, Salem, Aboulnaga and Liu, ICDE 2016): by its
//! factor 7 entities that refer to each other, 30 queries, 3 updates and 5 inserts.

mod layered;
mod rubis;

pub(crate) use layered::layered;
pub(crate) use rubis::rubis;

/// Random numbers that are the same in every run (Knuth's MMIX generator).
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut made = Self(seed);
        // The first numbers of neighbouring seeds resemble each other.
        made.below(1);
        made.below(1);
        made
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    /// A place in a list of weights, by them.
    pub(crate) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}

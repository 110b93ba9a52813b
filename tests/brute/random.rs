//! Random numbers that are the same on every machine and in every run.
//!
//! Promises: the numbers follow from the seed alone (`SplitMix64`).

/// A source of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    /// True in this many of a hundred cases.
    pub(crate) fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    /// One of some things.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() {
            None
        } else {
            of.get(self.below(of.len()))
        }
    }

    /// Some of some things, in a random order, each with this chance.
    pub(crate) fn some<T: Clone>(&mut self, of: &[T], percent: usize) -> Vec<T> {
        let mut made: Vec<T> = of
            .iter()
            .filter(|_| self.percent(percent))
            .cloned()
            .collect();
        for at in (1..made.len()).rev() {
            made.swap(at, self.below(at + 1));
        }
        made
    }

    /// A random order of the numbers below `n`.
    pub(crate) fn order(&mut self, n: usize) -> Vec<usize> {
        self.some(&(0..n).collect::<Vec<_>>(), 100)
    }
}

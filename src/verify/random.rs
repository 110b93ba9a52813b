//! A small seeded generator (splitmix64): the same seed gives the same run on every machine.

#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// One of `from`, the first ones far more often.
    pub(crate) fn pick_skewed<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.skewed(from.len()))
    }

    /// A number below `n`, the first ones far more often; 0 for 0.
    pub(crate) fn skewed(&mut self, n: usize) -> usize {
        let place = self.below(n).min(self.below(n));
        if self.chance(40) { place / 2 } else { place }
    }

    /// A generator of its own, for a part of the work.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }
}

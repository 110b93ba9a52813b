//! Yes-or-no variables tied by "equal" and "different": which components are stored descending, which reads go backward.
//!
//! A read in the direction f of a component stored in the direction d yields the order f xor d. Every order that a read
//! asks for is therefore an equation of two variables, and a set of them is checked with a disjoint-set forest that
//! carries the parity to the root.

/// The equations so far.
#[derive(Debug, Clone)]
pub(super) struct Parity {
    parent: Vec<usize>,
    flipped: Vec<bool>,
}

/// The variable that is always false.
pub(super) const FALSE: usize = 0;

impl Parity {
    /// `count` variables besides [`FALSE`], from 1.
    pub(super) fn new(count: usize) -> Self {
        Self {
            parent: (0..=count).collect(),
            flipped: vec![false; count + 1],
        }
    }

    /// The root of a variable and whether it differs from it.
    fn root(&self, mut variable: usize) -> (usize, bool) {
        let mut flipped = false;
        while self.parent[variable] != variable {
            flipped ^= self.flipped[variable];
            variable = self.parent[variable];
        }
        (variable, flipped)
    }

    /// Demands that `a` and `b` differ, or that they are equal; false if that contradicts what is known.
    #[must_use]
    pub(super) fn tie(&mut self, a: usize, b: usize, differ: bool) -> bool {
        let (ra, fa) = self.root(a);
        let (rb, fb) = self.root(b);
        if ra == rb {
            return (fa ^ fb) == differ;
        }
        // The smaller one stays a root, so that FALSE always is one.
        let (root, child) = if ra < rb { (ra, rb) } else { (rb, ra) };
        self.parent[child] = root;
        self.flipped[child] = fa ^ fb ^ differ;
        true
    }

    /// The root of a variable and whether it differs from it: variables of one root are tied.
    pub(super) fn relation(&self, variable: usize) -> (usize, bool) {
        self.root(variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictions_are_found() {
        let mut p = Parity::new(3);
        assert!(p.tie(1, 2, true) && p.tie(2, 3, true) && p.tie(1, 3, false));
        assert!(!p.tie(1, 3, true));
        assert!(p.tie(3, FALSE, true));
        assert_eq!(
            (p.relation(1), p.relation(2)),
            ((FALSE, true), (FALSE, false))
        );
        assert!(!p.tie(1, FALSE, false));
    }
}

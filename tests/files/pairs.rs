//! Rows of settings in which each pair of values that go together stands at least once.
//!
//! Promises: the same rows each time, made greedily: a pair that no row has yet, and beside it, setting by setting, the
//! value that brings most pairs which are left.

/// Two settings, each with the place of its value.
pub(crate) type Pair = [usize; 4];

/// The rows of settings with so many values each, and the pairs that are in none. `possible`: whether values go together
/// while others are not chosen yet.
pub(crate) fn rows(
    sizes: &[usize],
    possible: impl Fn(&[Option<usize>]) -> bool,
) -> (Vec<Vec<usize>>, Vec<Pair>) {
    let mut missing: Vec<Pair> = Vec::new();
    for (a, of_a) in sizes.iter().enumerate() {
        for (b, of_b) in sizes.iter().enumerate().skip(a + 1) {
            for va in 0..*of_a {
                missing.extend((0..*of_b).map(|vb| [a, va, b, vb]));
            }
        }
    }
    let (mut rows, mut never) = (Vec::new(), Vec::new());
    while let Some(pair @ [a, va, b, vb]) = missing.first().copied() {
        let mut partial = vec![None; sizes.len()];
        partial[a] = Some(va);
        partial[b] = Some(vb);
        let row = possible(&partial)
            .then(|| fill(sizes, &possible, &partial, &missing))
            .flatten();
        if let Some(row) = row {
            missing.retain(|[a, va, b, vb]| row[*a] != *va || row[*b] != *vb);
            rows.push(row);
        } else {
            missing.remove(0);
            never.push(pair);
        }
    }
    (rows, never)
}

/// Fills a row, each time with the value that covers most new pairs; nothing where no value goes with the others.
fn fill(
    sizes: &[usize],
    possible: &impl Fn(&[Option<usize>]) -> bool,
    partial: &[Option<usize>],
    missing: &[Pair],
) -> Option<Vec<usize>> {
    let Some(at) = partial.iter().position(Option::is_none) else {
        return partial.iter().copied().collect();
    };
    let gain = |value: usize| {
        let covers = |[a, va, b, vb]: &&Pair| {
            let other = |o: usize, vo: usize| partial[o] == Some(vo);
            (*a == at && *va == value && other(*b, *vb))
                || (*b == at && *vb == value && other(*a, *va))
        };
        missing.iter().filter(covers).count()
    };
    let mut values: Vec<usize> = (0..sizes[at]).collect();
    values.sort_by_key(|v| std::cmp::Reverse(gain(*v)));
    values.into_iter().find_map(|value| {
        let mut next = partial.to_vec();
        next[at] = Some(value);
        possible(&next)
            .then(|| fill(sizes, possible, &next, missing))
            .flatten()
    })
}

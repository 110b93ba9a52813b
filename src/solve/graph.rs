//! The conflict graph: which reads can never share an index.
//!
//! A vertex is a variant of a read that needs a place in an index, or the table itself; an edge joins two vertices that
//! no index can serve together, and the table with what it cannot serve. Indexes are then colours, the table one of
//! them: a set of vertices that are all joined (a clique) needs as many indexes, less the table. Where only single
//! entities are read the converse holds too; where collections share partitions it need not, so colourings are checked
//! with the oracle.

use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::unionfind::UnionFind;

/// A graph with its adjacency as bits.
#[derive(Debug, Clone)]
pub struct Graph {
    graph: UnGraph<(), ()>,
    bits: Vec<Vec<u64>>,
}

impl Graph {
    /// A graph of `count` vertices and these edges.
    #[must_use]
    pub fn new(count: usize, edges: &[(usize, usize)]) -> Self {
        let mut graph = UnGraph::with_capacity(count, edges.len());
        for _ in 0..count {
            graph.add_node(());
        }
        let mut bits = vec![vec![0u64; count.div_ceil(64)]; count];
        for (a, b) in edges.iter().filter(|(a, b)| a != b) {
            graph.update_edge(NodeIndex::new(*a), NodeIndex::new(*b), ());
            bits[*a][b / 64] |= 1 << (b % 64);
            bits[*b][a / 64] |= 1 << (a % 64);
        }
        Self { graph, bits }
    }

    /// The number of vertices.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bits.len()
    }

    /// Whether there are no vertices.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// Whether two vertices are joined.
    #[must_use]
    pub fn joined(&self, a: usize, b: usize) -> bool {
        self.bits[a][b / 64] >> (b % 64) & 1 == 1
    }

    /// The number of vertices joined with one.
    #[must_use]
    pub fn degree(&self, vertex: usize) -> usize {
        self.graph.neighbors(NodeIndex::new(vertex)).count()
    }

    /// The vertices in the order in which they can be taken away because fewer than `k` of their neighbours are left;
    /// whatever `k` colours do for the rest, these can be coloured last. And the rest, the k-core.
    #[must_use]
    pub fn peel(&self, k: usize) -> (Vec<usize>, Vec<usize>) {
        let mut degree: Vec<usize> = (0..self.len()).map(|v| self.degree(v)).collect();
        let mut gone = vec![false; self.len()];
        let mut order = Vec::new();
        let mut open: Vec<usize> = (0..self.len()).rev().filter(|v| degree[*v] < k).collect();
        while let Some(vertex) = open.pop() {
            if std::mem::replace(&mut gone[vertex], true) {
                continue;
            }
            order.push(vertex);
            for neighbour in self
                .graph
                .neighbors(NodeIndex::new(vertex))
                .map(NodeIndex::index)
            {
                degree[neighbour] = degree[neighbour].saturating_sub(1);
                if !gone[neighbour] && degree[neighbour] < k {
                    open.push(neighbour);
                }
            }
        }
        let core = (0..self.len()).filter(|v| !gone[*v]).collect();
        (order, core)
    }

    /// A greatest clique among some vertices, the first in their order of those that the search meets first; and whether
    /// the search within `budget` steps shows that none is greater.
    #[must_use]
    pub fn clique(&self, among: &[usize], budget: u32) -> (Vec<usize>, bool) {
        let mut search = Clique {
            graph: self,
            best: Vec::new(),
            left: budget,
        };
        let mut order = among.to_vec();
        order.sort_by_key(|v| (std::cmp::Reverse(self.degree(*v)), *v));
        search.extend(&mut Vec::new(), &order);
        search.best.sort_unstable();
        (search.best, search.left > 0)
    }
}

/// Branch and bound over cliques, bounded by greedy colourings (Tomita and Seki, "An efficient branch-and-bound
/// algorithm for finding a maximum clique", DMTCS 2003).
struct Clique<'g> {
    graph: &'g Graph,
    best: Vec<usize>,
    left: u32,
}

impl Clique<'_> {
    fn extend(&mut self, chosen: &mut Vec<usize>, candidates: &[usize]) {
        if chosen.len() > self.best.len() {
            self.best.clone_from(chosen);
        }
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let (order, colours) = self.coloured(candidates);
        for at in (0..order.len()).rev() {
            if chosen.len() + colours[at] <= self.best.len() {
                return;
            }
            let vertex = order[at];
            let next: Vec<usize> = order[..at]
                .iter()
                .copied()
                .filter(|v| self.graph.joined(*v, vertex))
                .collect();
            chosen.push(vertex);
            self.extend(chosen, &next);
            chosen.pop();
        }
    }

    /// The candidates by colour class, each with the number of colours up to it: a bound on cliques among them.
    fn coloured(&self, candidates: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let mut classes: Vec<Vec<usize>> = Vec::new();
        for vertex in candidates {
            match classes
                .iter_mut()
                .find(|c| c.iter().all(|v| !self.graph.joined(*v, *vertex)))
            {
                Some(class) => class.push(*vertex),
                None => classes.push(vec![*vertex]),
            }
        }
        let mut order = Vec::with_capacity(candidates.len());
        let mut colours = Vec::with_capacity(candidates.len());
        for (at, class) in classes.into_iter().enumerate() {
            colours.extend(std::iter::repeat_n(at + 1, class.len()));
            order.extend(class);
        }
        (order, colours)
    }
}

/// The sets of `count` things that `links` connect, each sorted, by their first member.
#[must_use]
pub fn components(count: usize, links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut union: UnionFind<usize> = UnionFind::new(count);
    for (a, b) in links {
        union.union(*a, *b);
    }
    let labels = union.into_labeling();
    let mut made: Vec<Vec<usize>> = Vec::new();
    let mut place: Vec<Option<usize>> = vec![None; count];
    for (vertex, label) in labels.into_iter().enumerate() {
        let at = *place[label].get_or_insert_with(|| {
            made.push(Vec::new());
            made.len() - 1
        });
        made[at].push(vertex);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The size of a greatest clique, by looking at all sets.
    fn by_force(graph: &Graph) -> usize {
        let all_joined = |set: u32| {
            (0..graph.len()).all(|a| {
                (0..a).all(|b| set >> a & 1 == 0 || set >> b & 1 == 0 || graph.joined(a, b))
            })
        };
        (0u32..1 << graph.len())
            .filter(|s| all_joined(*s))
            .map(u32::count_ones)
            .max()
            .unwrap_or(0) as usize
    }

    fn graphs() -> impl Strategy<Value = Graph> {
        (1usize..11).prop_flat_map(|n| {
            proptest::collection::vec((0..n, 0..n), 0..n * n / 2 + 1)
                .prop_map(move |edges| Graph::new(n, &edges))
        })
    }

    proptest! {
        #[test]
        fn the_clique_is_one_and_greatest(graph in graphs()) {
            let (clique, complete) = graph.clique(&(0..graph.len()).collect::<Vec<_>>(), 100_000);
            prop_assert!(complete);
            prop_assert!(clique.iter().all(|a| clique.iter().all(|b| a == b || graph.joined(*a, *b))));
            prop_assert_eq!(clique.len(), by_force(&graph));
        }

        #[test]
        fn the_core_has_no_vertex_of_low_degree(graph in graphs(), k in 1usize..5) {
            let (order, core) = graph.peel(k);
            prop_assert_eq!(order.len() + core.len(), graph.len());
            prop_assert!(core.iter().all(|v| core.iter().filter(|w| graph.joined(*v, **w)).count() >= k));
            for (at, vertex) in order.iter().enumerate() {
                let later = order[at + 1..].iter().chain(&core).filter(|w| graph.joined(*vertex, **w)).count();
                prop_assert!(later < k);
            }
        }
    }

    #[test]
    fn connected_sets() {
        assert_eq!(
            components(5, &[(0, 3), (3, 4)]),
            vec![vec![0, 3, 4], vec![1], vec![2]]
        );
    }
}

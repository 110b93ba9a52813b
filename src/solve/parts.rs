//! Dividing an instance: what no index can answer is set aside, and the rest falls into parts that can be solved alone.
//!
//! Promises: a pattern is set aside only if some variant of it fits no index even alone, so that every design leaves it
//! uncovered; then none of its variants needs a place. Parts share no entity, and no scanned index.

use super::graph;
use super::oracle::{Board, DemandId, Oracle, Slot};
use super::problem::Vertex;
use crate::demand::Shape;
use crate::layout::Kind;
use crate::parallel::{self, is_much};
use crate::workload::PatternId;
use std::collections::BTreeSet;

/// The vertices of the patterns that some design covers; `kinds` has one slot of each kind that may be there.
#[must_use]
pub(super) fn answerable(
    oracle: &Oracle<'_>,
    vertices: Vec<Vertex>,
    kinds: &[Kind],
) -> Vec<Vertex> {
    let board = Board::new(kinds.iter().skip(1).copied());
    let stands = |d: &DemandId| (0..kinds.len()).any(|s| oracle.fits(&board, Slot(s), *d));
    let stands = |v: &Vertex| v.free.is_some() || v.demands.iter().any(stands);
    let stands = parallel::each(&vertices, is_much(vertices.len()), stands);
    let all = vertices.iter().zip(stands);
    let hopeless: BTreeSet<PatternId> = all
        .filter(|(_, stands)| !stands)
        .map(|(v, _)| v.pattern)
        .collect();
    vertices
        .into_iter()
        .filter(|v| !hopeless.contains(&v.pattern))
        .collect()
}

/// The parts of an instance whose entities are connected. A scan of a whole index keeps every other entity out of it,
/// so where one may be needed the parts are solved together; where a query of a constant partition does as well, it
/// is not considered (see [`scan`]).
#[must_use]
pub(super) fn parts(oracle: &Oracle<'_>, mut vertices: Vec<Vertex>) -> Vec<Vec<Vertex>> {
    let scans = |d: &DemandId| oracle.demand(*d).shape == Shape::ScanIndex;
    let needed: Vec<bool> = vertices
        .iter()
        .map(|v| needs_scan(oracle, v, &vertices))
        .collect();
    for (vertex, needed) in vertices.iter_mut().zip(&needed) {
        vertex.demands.retain(|d| *needed || !scans(d));
    }
    let entities = |v: &Vertex| -> Vec<usize> {
        let demands = v.demands.iter().chain(&v.free);
        demands
            .flat_map(|d| {
                oracle
                    .demand(*d)
                    .parts
                    .iter()
                    .map(|p| usize::from(p.entity.0))
            })
            .collect()
    };
    let count = oracle.workload.entities.len();
    let mut links: Vec<(usize, usize)> = Vec::new();
    for vertex in &vertices {
        let all = entities(vertex);
        links.extend(all.windows(2).map(|w| (w[0], w[1])));
    }
    if vertices.iter().any(|v| v.demands.iter().any(scans)) {
        links.extend((1..count).map(|e| (e - 1, e)));
    }
    let groups = graph::components(count, &links);
    let mut group_of = vec![0; count];
    for (at, group) in groups.iter().enumerate() {
        group.iter().for_each(|e| group_of[*e] = at);
    }
    let mut own: Vec<Vec<Vertex>> = vec![Vec::new(); groups.len()];
    for vertex in vertices {
        if let Some(entity) = entities(&vertex).first() {
            own[group_of[*entity]].push(vertex);
        }
    }
    own.retain(|vertices| !vertices.is_empty());
    own
}

/// Whether scanning an index may serve a read where a query of a constant partition cannot: beside sharded reads of the
/// same entity. (Beside a collection, whose partition key is never constant either, the index holds other entities too.)
fn needs_scan(oracle: &Oracle<'_>, vertex: &Vertex, all: &[Vertex]) -> bool {
    let entity = |d: &DemandId| oracle.demand(*d).parts.first().map(|p| p.entity);
    let Some(own) = vertex.demands.first().and_then(entity) else {
        return false;
    };
    vertex
        .demands
        .iter()
        .any(|d| oracle.demand(*d).shape == Shape::ScanIndex)
        && all.iter().flat_map(|v| &v.demands).any(|d| {
            let demand = oracle.demand(*d);
            demand.part(own).is_some() && demand.shards > 1
        })
}

//! The conflict graph as a drawing: patterns in columns by the index that answers them, and the pairs of the proof.
//!
//! Promises: the same plan gives the same drawing; nothing lies outside of it.

use crate::plan::{Plan, Step};
use serde::Serialize;
use std::collections::BTreeMap;

const COLUMN: usize = 236;
const BOX_WIDTH: usize = 180;
const BOX_HEIGHT: usize = 24;
const ROW: usize = 34;
const MARGIN: usize = 8;
const HEADER: usize = 34;
/// Characters of a name that fit into a box.
const NAME: usize = 25;

/// The drawing, in units of CSS pixels.
#[derive(Serialize)]
pub(super) struct Graph {
    width: usize,
    height: usize,
    columns: Vec<Column>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Patterns of the clique.
    clique: usize,
}

/// The table or an index.
#[derive(Serialize)]
struct Column {
    name: String,
    x: usize,
    middle: usize,
}

/// A pattern.
#[derive(Serialize)]
struct Node {
    name: String,
    short: String,
    x: usize,
    y: usize,
    /// Where its text begins.
    text: usize,
    clique: bool,
}

/// A pair of the proof.
#[derive(Serialize)]
struct Edge {
    path: String,
    /// Of a pattern and the table.
    table: bool,
    from: String,
    to: String,
    reason: String,
}

/// Where a line may begin.
#[derive(Clone, Copy)]
struct Spot {
    column: usize,
    y: usize,
}

/// The graph of a plan's proof.
pub(super) fn graph(plan: &Plan) -> Graph {
    let mut names: Vec<(&str, Option<&str>)> = Vec::new();
    for table in &plan.tables {
        names.push((&table.name, None));
        names.extend(
            table
                .indexes
                .iter()
                .map(|i| (table.name.as_str(), Some(i.name.as_str()))),
        );
    }
    let clique = clique(plan);
    let mut rows = vec![0_usize; names.len()];
    let mut spots: BTreeMap<&str, Spot> = BTreeMap::new();
    let mut nodes = Vec::new();
    for pattern in &plan.patterns {
        let reads = pattern.steps.iter().filter_map(|step| match step {
            Step::Read(read) if read.returns != "followed" => Some(read),
            _ => None,
        });
        let places = reads.filter_map(|r| {
            names
                .iter()
                .position(|(t, i)| *t == r.table && *i == r.index.as_deref())
        });
        // A pattern with several requests stands at the last index that one of them goes to.
        let Some(column) = places.max() else { continue };
        let y = MARGIN + HEADER + rows[column] * ROW;
        rows[column] += 1;
        spots.insert(&pattern.name, Spot { column, y });
        nodes.push(Node {
            name: pattern.name.clone(),
            short: short(&pattern.name),
            x: left(column),
            y,
            text: y + BOX_HEIGHT / 2 + 4,
            clique: clique.contains(&pattern.name.as_str()),
        });
    }
    let tallest = rows.iter().max().copied().unwrap_or(0).max(1);
    Graph {
        width: MARGIN * 2 + (names.len().max(1) - 1) * COLUMN + BOX_WIDTH,
        height: MARGIN * 2 + HEADER + tallest * ROW,
        columns: names
            .iter()
            .enumerate()
            .map(|(at, (table, index))| Column {
                name: index.unwrap_or(table).to_owned(),
                x: left(at),
                middle: left(at) + BOX_WIDTH / 2,
            })
            .collect(),
        nodes,
        edges: edges(plan, &names, &spots),
        clique: clique.len(),
    }
}

fn left(column: usize) -> usize {
    MARGIN + column * COLUMN
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let start: String = name.chars().take(NAME - 1).collect();
    format!("{start}…")
}

/// The patterns of which no two can share an index, and those that the table cannot answer.
fn clique(plan: &Plan) -> Vec<&str> {
    let mut made: Vec<&str> = Vec::new();
    for conflict in &plan.proof.conflicts {
        // Where the table is the other side, the second pattern only shows why.
        let count = if conflict.table.is_some() { 1 } else { 2 };
        for name in conflict.patterns.iter().take(count) {
            if !made.contains(&name.as_str()) {
                made.push(name);
            }
        }
    }
    made
}

fn edges(plan: &Plan, names: &[(&str, Option<&str>)], spots: &BTreeMap<&str, Spot>) -> Vec<Edge> {
    let mut made = Vec::new();
    for conflict in &plan.proof.conflicts {
        let spot = |at: usize| {
            let name = conflict.patterns.get(at)?;
            Some((name.clone(), *spots.get(name.as_str())?))
        };
        let other = match &conflict.table {
            Some(table) => names
                .iter()
                .position(|(t, i)| *t == table.as_str() && i.is_none())
                .map(|column| (table.clone(), Spot { column, y: MARGIN })),
            None => spot(1),
        };
        if let (Some((from, a)), Some((to, b))) = (spot(0), other) {
            made.push(Edge {
                path: path(a, b),
                table: conflict.table.is_some(),
                from,
                to,
                reason: conflict.reason.clone(),
            });
        }
    }
    made
}

/// A curve from the side of one box that faces the other to its side.
fn path(a: Spot, b: Spot) -> String {
    let (a, b) = if (a.column, a.y) <= (b.column, b.y) {
        (a, b)
    } else {
        (b, a)
    };
    let middle = |s: Spot| s.y + BOX_HEIGHT / 2;
    let from = left(a.column) + BOX_WIDTH;
    // Within one column the curve leaves and comes back on the same side.
    let (to, bend) = if a.column == b.column {
        (left(b.column) + BOX_WIDTH, left(a.column) + BOX_WIDTH + 24)
    } else {
        (left(b.column), left(b.column) - (COLUMN - BOX_WIDTH) / 2)
    };
    let out = if a.column == b.column {
        bend
    } else {
        from + (COLUMN - BOX_WIDTH) / 2
    };
    format!(
        "M{from} {} C{out} {} {bend} {} {to} {}",
        middle(a),
        middle(a),
        middle(b),
        middle(b)
    )
}

//! The conflict graph as a drawing: patterns in columns by the index that answers them, and the pairs of the proof.
//!
//! Promises: the same plan gives the same drawing; nothing lies outside of it. The patterns of the clique head their
//! columns and are joined by arcs above them, so that no line runs behind a name.

use crate::plan::{ConflictEntry, Plan, Step};
use serde::Serialize;
use std::collections::BTreeMap;

/// From the left side of a column to that of the next.
const COLUMN: usize = 236;
const BOX_WIDTH: usize = 180;
const BOX_HEIGHT: usize = 24;
/// From the top of a box to that of the next below.
const ROW: usize = 34;
const MARGIN: usize = 8;
/// For the names of the columns.
const HEADER: usize = 24;
/// What each column that an arc passes adds to its height.
const RISE: usize = 22;
/// Characters of a name that fit into a box.
const NAME: usize = 23;

/// The drawing, in CSS pixels.
#[derive(Serialize)]
pub(super) struct Graph {
    width: usize,
    height: usize,
    columns: Vec<Column>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Patterns of the clique.
    clique: usize,
    /// Whether some lines are those of the table.
    with_table: bool,
}

/// The table or an index.
#[derive(Serialize)]
struct Column {
    name: String,
    middle: usize,
    y: usize,
}

/// A pattern, or the table where it is one side of a conflict.
#[derive(Serialize)]
struct Node {
    name: String,
    short: String,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    /// The middle of its text.
    middle: usize,
    /// The line of its text.
    text: usize,
    clique: bool,
    table: bool,
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

/// A place among the columns and rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    column: usize,
    row: usize,
}

/// What stands at a place.
struct Standing<'a> {
    name: &'a str,
    clique: bool,
    table: bool,
}

/// The graph of a plan's proof.
pub(super) fn graph(plan: &Plan) -> Graph {
    let names = columns(plan);
    let standing = standing(plan, &names);
    let mut spots: BTreeMap<(&str, bool), Spot> = BTreeMap::new();
    for (column, all) in standing.iter().enumerate() {
        for (row, one) in all.iter().enumerate() {
            spots.insert((one.name, one.table), Spot { column, row });
        }
    }
    let pairs: Vec<(&ConflictEntry, Spot, Spot)> = plan
        .proof
        .conflicts
        .iter()
        .filter_map(|conflict| {
            let (from, to) = ends(conflict)?;
            Some((conflict, *spots.get(&(from, false))?, *spots.get(&to)?))
        })
        .collect();
    let span = |(_, a, b): &(&ConflictEntry, Spot, Spot)| a.column.abs_diff(b.column);
    let arcs = pairs.iter().map(span).max().unwrap_or(0);
    // A cubic curve rises three quarters of the way to its control points.
    let top = MARGIN + HEADER + arcs * RISE * 3 / 4;
    let rows = standing.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let clique = standing.iter().flatten().filter(|s| s.clique).count();
    Graph {
        width: MARGIN * 2 + (names.len().max(1) - 1) * COLUMN + BOX_WIDTH,
        height: top + rows * ROW + MARGIN,
        columns: names
            .iter()
            .enumerate()
            .map(|(at, (table, index))| Column {
                name: short(index.unwrap_or(table)),
                middle: middle(at),
                y: MARGIN + 12,
            })
            .collect(),
        nodes: standing
            .iter()
            .enumerate()
            .flat_map(|(column, all)| {
                let node = move |(row, one)| node(one, Spot { column, row }, top);
                all.iter().enumerate().map(node)
            })
            .collect(),
        with_table: pairs.iter().any(|(c, ..)| c.table.is_some()),
        edges: pairs
            .into_iter()
            .map(|(c, a, b)| edge(c, a, b, top))
            .collect(),
        clique,
    }
}

/// The tables and their indexes.
fn columns(plan: &Plan) -> Vec<(&str, Option<&str>)> {
    let mut names = Vec::new();
    for table in &plan.tables {
        names.push((table.name.as_str(), None));
        names.extend(
            table
                .indexes
                .iter()
                .map(|i| (table.name.as_str(), Some(i.name.as_str()))),
        );
    }
    names
}

/// The two sides of a conflict: a pattern, and another one or the table.
fn ends(conflict: &ConflictEntry) -> Option<(&str, (&str, bool))> {
    let pattern = |at: usize| conflict.patterns.get(at).map(String::as_str);
    match &conflict.table {
        Some(table) => Some((pattern(0)?, (table.as_str(), true))),
        None => Some((pattern(0)?, (pattern(1)?, false))),
    }
}

/// What stands in each column: those of the clique first, and the table before all where it is a side of a conflict.
fn standing<'a>(plan: &'a Plan, names: &[(&str, Option<&str>)]) -> Vec<Vec<Standing<'a>>> {
    let conflicts = || plan.proof.conflicts.iter().filter_map(ends);
    let in_clique =
        |name: &str| conflicts().any(|(from, (to, table))| from == name || (to == name && !table));
    let mut made: Vec<Vec<Standing<'a>>> = names.iter().map(|_| Vec::new()).collect();
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
        if let Some(column) = places.max() {
            made[column].push(Standing {
                name: &pattern.name,
                clique: in_clique(&pattern.name),
                table: false,
            });
        }
    }
    for (column, (name, index)) in made.iter_mut().zip(names) {
        column.sort_by_key(|s| !s.clique);
        let side = conflicts().find(|(_, (to, table))| *table && index.is_none() && to == name);
        if let Some((_, (name, _))) = side {
            column.insert(
                0,
                Standing {
                    name,
                    clique: false,
                    table: true,
                },
            );
        }
    }
    made
}

fn node(of: &Standing<'_>, at: Spot, top: usize) -> Node {
    let y = top + at.row * ROW;
    Node {
        name: of.name.to_owned(),
        short: if of.table {
            "the table".to_owned()
        } else {
            short(of.name)
        },
        x: MARGIN + at.column * COLUMN,
        y,
        width: BOX_WIDTH,
        height: BOX_HEIGHT,
        middle: middle(at.column),
        text: y + BOX_HEIGHT / 2 + 4,
        clique: of.clique,
        table: of.table,
    }
}

fn middle(column: usize) -> usize {
    MARGIN + column * COLUMN + BOX_WIDTH / 2
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let start: String = name.chars().take(NAME - 1).collect();
    format!("{start}…")
}

fn edge(conflict: &ConflictEntry, a: Spot, b: Spot, top: usize) -> Edge {
    Edge {
        path: path(a.min(b), a.max(b), top),
        table: conflict.table.is_some(),
        from: conflict.patterns.first().cloned().unwrap_or_default(),
        to: match &conflict.table {
            Some(table) => table.clone(),
            None => conflict.patterns.get(1).cloned().unwrap_or_default(),
        },
        reason: conflict.reason.clone(),
    }
}

/// An arc above the boxes; within one column a curve beside them.
fn path(a: Spot, b: Spot, top: usize) -> String {
    let y = |s: Spot| top + s.row * ROW;
    if a.column == b.column {
        let side = MARGIN + a.column * COLUMN + BOX_WIDTH;
        let (from, to) = (y(a) + BOX_HEIGHT / 2, y(b) + BOX_HEIGHT / 2);
        return format!("M{side} {from} C{0} {from} {0} {to} {side} {to}", side + 28);
    }
    // Arcs to nearer columns leave nearer to the sides, so that they do not cross above a box.
    let span = b.column - a.column;
    let aside = (BOX_WIDTH / 2 - 12).saturating_sub((span - 1) * 14);
    let (from, to) = (middle(a.column) + aside, middle(b.column) - aside);
    let height = span * RISE;
    format!(
        "M{from} {0} C{from} {1} {to} {2} {to} {3}",
        y(a),
        y(a).saturating_sub(height),
        y(b).saturating_sub(height),
        y(b)
    )
}

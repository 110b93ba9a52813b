//! The solver: the smallest schema that answers every read, and the proof that none is smaller.
//!
//! Promises: among all designs of the space that [`crate::layout`] describes: the fewest uncovered reads, then the
//! fewest secondary indexes, then the fewest degraded reads, then the lowest monthly cost, then the fewest entries in
//! indexes, then names. The same workload gives the same schema, whatever the order of its file. All budgets are
//! numbers of steps; where one runs out before the number of indexes is proven to be the least, [`Proof::optimal`] is
//! false.
//!
//! Phases: demands of every variant ([`crate::demand`]); parts that can be solved alone; the conflict graph and its
//! greatest clique, a lower bound ([`graph`]); the least number of indexes ([`colour`]); at that number the best design
//! ([`refine`]); names ([`names`]).

pub mod colour;
pub mod graph;
pub mod guards;
pub mod names;
pub mod oracle;
pub mod problem;
pub mod projection;
pub mod refine;
pub mod rules;
pub mod scan;

use crate::cost::model::Model;
use crate::cost::price::{INFREQUENT, Prices, STANDARD};
use crate::demand::{Demand, Shape, Variant, Ways, variants};
use crate::layout::{Kind, TableRule};
use crate::schema::{Schema, Served};
use crate::workload::Workload;
use colour::{Answer, enough};
use oracle::{Board, DemandId, FixedKeys, Oracle, Slot};
use problem::{Choice, Problem, Vertex};
use refine::{Preference, Refine};

/// What is put first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Objective {
    /// The number of indexes.
    #[default]
    Indexes,
    /// The monthly cost.
    Cost,
}

/// A solved workload.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Every read with every choice of its optional parameters.
    pub variants: Vec<Variant>,
    /// What the table's keys may be made of, by entity.
    pub rules: Vec<TableRule>,
    /// The schema.
    pub schema: Schema,
    /// What is proven of it.
    pub proof: Proof,
    /// The cheapest designs with this many indexes, one more and two more: number and picodollars a month.
    pub frontier: Vec<(usize, u128)>,
}

/// What is proven of the number of indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// No design that answers as much has fewer indexes than this.
    pub lower_bound: usize,
    /// The variants of which no two can share an index: one more than the bound, or as many where the table is left out.
    pub clique: Vec<usize>,
    /// Whether none of them can be answered by the table.
    pub without_table: bool,
    /// Whether the number of indexes is the least, by the bound or by exhaustive search.
    pub optimal: bool,
}

/// The prices of a workload's table class.
#[must_use]
pub const fn prices(workload: &Workload) -> Prices {
    if workload.settings.infrequent_access {
        INFREQUENT
    } else {
        STANDARD
    }
}

/// Solves a workload; `fixed` are keys that must be kept.
#[must_use]
pub fn solve(workload: &Workload, fixed: &FixedKeys, objective: Objective) -> Solution {
    let variants = variants(workload);
    let rules = rules::table_rules(workload, &variants);
    let (demands, vertices) = flatten(&variants);
    let oracle = Oracle::new(workload, &rules, demands, fixed);
    let locals = workload.limits.lsis > 0;
    let parts = parts(&oracle, vertices, locals);
    let model = Model {
        workload,
        variants: &variants,
        prices: prices(workload),
    };
    let context = Context {
        oracle: &oracle,
        model,
        fixed,
    };
    let counts: Vec<Counted> = parts.iter().map(|p| context.count(p)).collect();
    let (globals, local) = context.choose_kinds(&counts);
    let proof = context.proof(&parts, &counts, globals + local);
    let design = |globals: usize, preference| {
        let schema = context.design(&parts, &counts, globals, local, preference);
        let schema = scan::spread(workload, &rules, &variants, fixed.indexes.len(), schema);
        let named = names::name(workload, &variants, fixed, schema);
        (globals + local, model.total(&named), named)
    };
    let most = usize::try_from(workload.limits.gsis).unwrap_or(usize::MAX);
    let more = (1..3).map(|m| globals + m).filter(|g| *g <= most);
    let mut designs: Vec<(usize, u128, Schema)> = std::iter::once(globals)
        .chain(more)
        .map(|g| design(g, Preference::Cheap))
        .collect();
    let frontier = designs.iter().map(|(n, cost, _)| (*n, *cost)).collect();
    let schema = match objective {
        // Where no price can be chosen, the cheapest design is also the one with the fewest degraded reads.
        Objective::Indexes if choice_of_price(&variants) => design(globals, Preference::Covered).2,
        Objective::Indexes => designs.swap_remove(0).2,
        Objective::Cost => {
            let cheapest = (0..designs.len())
                .min_by_key(|at| (designs[*at].1, *at))
                .unwrap_or(0);
            designs.swap_remove(cheapest).2
        }
    };
    Solution {
        variants,
        rules,
        schema,
        proof,
        frontier,
    }
}

/// Whether some read may be answered at several prices.
fn choice_of_price(variants: &[Variant]) -> bool {
    variants.iter().any(|v| match &v.ways {
        Ways::Demands(all, _) => all
            .iter()
            .any(|d| Some(d.price) != all.first().map(|f| f.price)),
        Ways::ByKey { .. } => false,
    })
}

/// The demands of all variants in one list, and the vertices.
fn flatten(variants: &[Variant]) -> (Vec<&Demand>, Vec<Vertex>) {
    let mut demands: Vec<&Demand> = Vec::new();
    let mut vertices = Vec::new();
    for (at, variant) in variants.iter().enumerate() {
        let Ways::Demands(all, _) = &variant.ways else {
            continue;
        };
        let mut vertex = Vertex {
            variant: at,
            demands: Vec::new(),
            free: None,
        };
        for demand in all {
            let id = DemandId::try_from(demands.len()).unwrap_or(DemandId::MAX);
            demands.push(demand);
            if demand.shape == Shape::ScanTable {
                vertex.free = Some(id);
            } else {
                vertex.demands.push(id);
            }
        }
        vertices.push(vertex);
    }
    (demands, vertices)
}

/// The parts of an instance whose entities are connected. A scan of a whole index keeps every other entity out of it,
/// so where one may be needed the parts are solved together; where a query of a constant partition does as well, it
/// is not considered (see [`scan`]).
fn parts<'o, 'a>(
    oracle: &'o Oracle<'a>,
    mut vertices: Vec<Vertex>,
    locals: bool,
) -> Vec<Problem<'o, 'a>> {
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
    let mut groups = graph::components(count, &links);
    // Reads that nothing can answer name no entity; they belong to any part.
    let homeless: Vec<Vertex> = vertices
        .iter()
        .filter(|v| entities(v).is_empty())
        .cloned()
        .collect();
    groups.retain(|g| {
        vertices
            .iter()
            .any(|v| entities(v).first().is_some_and(|e| g.contains(e)))
    });
    let mut made: Vec<Vec<Vertex>> = groups
        .into_iter()
        .map(|g| {
            vertices
                .iter()
                .filter(|v| entities(v).first().is_some_and(|e| g.contains(e)))
                .cloned()
                .collect()
        })
        .collect();
    match made.first_mut() {
        Some(first) => first.extend(homeless),
        None if homeless.is_empty() => {}
        None => made.push(homeless),
    }
    made.into_iter()
        .map(|own| Problem::new(oracle, own, locals))
        .collect()
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

/// What is known of a part before the kinds are chosen.
struct Counted {
    /// For each number of local indexes the least number of global ones, and choices that do.
    globals: Vec<Found>,
    /// The greatest clique found; the last vertex of the graph is the table.
    clique: Vec<usize>,
}

/// A number of global indexes that is enough.
struct Found {
    globals: usize,
    choices: Vec<Choice>,
    /// Whether fewer are shown to be too few.
    least: bool,
    uncovered: usize,
}

struct Context<'c, 'o, 'a> {
    oracle: &'o Oracle<'a>,
    model: Model<'a>,
    fixed: &'c FixedKeys,
}

/// Steps of the search for a clique.
const CLIQUE_STEPS: u32 = 50_000;

impl<'o, 'a> Context<'_, 'o, 'a> {
    /// The slots of a design: the table, the indexes that exist, then the new ones, global before local.
    fn kinds(&self, globals: usize, locals: usize) -> Vec<Kind> {
        let more =
            |kind: Kind, n: usize| std::iter::repeat_n(kind, n.saturating_sub(self.fixed_of(kind)));
        let fixed = self.fixed.indexes.iter().map(|(_, kind, _)| *kind);
        std::iter::once(Kind::Table)
            .chain(fixed)
            .chain(more(Kind::Global, globals))
            .chain(more(Kind::Local, locals))
            .collect()
    }

    /// The least number of indexes of a part.
    fn count(&self, part: &Problem<'o, 'a>) -> Counted {
        let limits = self.oracle.workload.limits;
        let (mut clique, _) = part.graph.clique(CLIQUE_STEPS);
        // A clique of reads alone is easier to see than one with the table in it.
        if clique.contains(&part.vertices.len()) {
            let (alone, _) = part.graph.without_last().clique(CLIQUE_STEPS);
            if alone.len() == clique.len() {
                clique = alone;
            }
        }
        let least = clique.len().saturating_sub(1);
        let most = usize::try_from(limits.gsis).unwrap_or(usize::MAX);
        let locals = usize::try_from(limits.lsis).unwrap_or(0);
        let globals = (0..=locals)
            .map(|l| self.least(part, &clique, least.saturating_sub(l), most, l))
            .collect();
        Counted { globals, clique }
    }

    /// The least number of global indexes beside some local ones.
    fn least(
        &self,
        part: &Problem<'o, 'a>,
        clique: &[usize],
        from: usize,
        most: usize,
        locals: usize,
    ) -> Found {
        let table = part.vertices.len();
        let first: Vec<usize> = clique.iter().copied().filter(|v| *v != table).collect();
        // Reads that no slot can take alone are left out in any case.
        let hopeless = self.hopeless(part, locals);
        let fixed = self.fixed.indexes.len();
        for uncovered in hopeless..=part.vertices.len() {
            let mut least = true;
            for globals in from.min(most)..=most.min(from.max(1) + part.vertices.len()) {
                match enough(part, &self.kinds(globals, locals), fixed, &first, uncovered) {
                    Answer::Enough(choices) => {
                        return Found {
                            globals,
                            choices,
                            least,
                            uncovered,
                        };
                    }
                    Answer::TooFew => {}
                    Answer::Unknown => least = false,
                }
            }
        }
        let choices = vec![Choice::Not; part.vertices.len()];
        Found {
            globals: 0,
            uncovered: choices.len(),
            choices,
            least: false,
        }
    }

    fn hopeless(&self, part: &Problem<'o, 'a>, locals: usize) -> usize {
        let kinds = self.kinds(
            usize::try_from(self.oracle.workload.limits.gsis.min(1)).unwrap_or(1),
            locals.min(1),
        );
        let board = Board::new(kinds.iter().skip(1).copied());
        let stands = |d: &DemandId| (0..kinds.len()).any(|s| self.oracle.fits(&board, Slot(s), *d));
        part.vertices
            .iter()
            .filter(|v| v.free.is_none() && !v.demands.iter().any(stands))
            .count()
    }

    /// How many global and local indexes all parts need together: they share indexes, so the most demanding one counts.
    fn choose_kinds(&self, counts: &[Counted]) -> (usize, usize) {
        let locals = usize::try_from(self.oracle.workload.limits.lsis).unwrap_or(0);
        let of = |l: usize| {
            let uncovered: usize = counts.iter().map(|c| c.globals[l].uncovered).sum();
            let globals = counts
                .iter()
                .map(|c| c.globals[l].globals)
                .max()
                .unwrap_or(0);
            (uncovered, globals.max(self.fixed_of(Kind::Global)) + l, l)
        };
        let best = (self.fixed_of(Kind::Local).min(locals)..=locals)
            .map(of)
            .min()
            .unwrap_or((0, 0, 0));
        (best.1 - best.2, best.2)
    }

    fn fixed_of(&self, kind: Kind) -> usize {
        self.fixed
            .indexes
            .iter()
            .filter(|(_, k, _)| *k == kind)
            .count()
    }

    fn proof(&self, parts: &[Problem<'o, 'a>], counts: &[Counted], indexes: usize) -> Proof {
        // Of the greatest cliques one without the table, then that of the first part.
        let table = |p: &Problem<'_, '_>, c: &Counted| c.clique.contains(&p.vertices.len());
        let best = parts
            .iter()
            .zip(counts)
            .rev()
            .max_by_key(|(p, c)| (c.clique.len(), !table(p, c)));
        let mut made = Proof {
            lower_bound: 0,
            clique: Vec::new(),
            without_table: false,
            optimal: true,
        };
        if let Some((part, counted)) = best {
            let table = part.vertices.len();
            made.lower_bound = counted.clique.len().saturating_sub(1);
            made.without_table = counted.clique.contains(&table);
            made.clique = counted
                .clique
                .iter()
                .filter(|v| **v != table)
                .map(|v| part.vertices[*v].variant)
                .collect();
        }
        let searched = counts.iter().all(|c| c.globals.iter().all(|f| f.least));
        made.optimal = made.lower_bound == indexes || searched;
        made
    }

    /// The best schema with some numbers of indexes.
    fn design(
        &self,
        parts: &[Problem<'o, 'a>],
        counts: &[Counted],
        globals: usize,
        locals: usize,
        preference: Preference,
    ) -> Schema {
        let kinds = self.kinds(globals, locals);
        let fixed = self.fixed.indexes.len();
        let mut chosen: Vec<Vec<Choice>> = Vec::new();
        for (part, counted) in parts.iter().zip(counts) {
            let start = &counted.globals[locals];
            // Local indexes come after the global ones, so they move up with more of those.
            let last_global = self.kinds(start.globals, 0).len() - 1;
            let by = kinds.len() - self.kinds(start.globals, locals).len();
            let start = shifted(&start.choices, last_global.max(fixed), by);
            let refine = Refine::new(part, self.model, &kinds, fixed, preference);
            chosen.push(refine.best(start).0);
        }
        self.pack(parts, &kinds, chosen)
    }

    /// Puts the parts' indexes together: which index of one part becomes which index of all matters where projections
    /// differ, and where one is scanned.
    fn pack(&self, parts: &[Problem<'o, 'a>], kinds: &[Kind], chosen: Vec<Vec<Choice>>) -> Schema {
        let fixed = self.fixed.indexes.len();
        let movable: Vec<usize> = (fixed + 1..kinds.len())
            .filter(|s| kinds[*s] == Kind::Global)
            .collect();
        let mut placed: Vec<Vec<Choice>> = Vec::new();
        for choices in chosen {
            let mut best: Option<(u128, Vec<Choice>)> = None;
            for order in orders(movable.len()) {
                let moved: Vec<Choice> = choices
                    .iter()
                    .map(|c| relabel(*c, &movable, &order))
                    .collect();
                placed.push(moved);
                if self.exclusive_respected(kinds, &placed) {
                    let cost = self.joined_cost(parts, kinds, &placed);
                    let moved = placed.last().cloned().unwrap_or_default();
                    if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                        best = Some((cost, moved));
                    }
                }
                placed.pop();
            }
            placed.push(best.map_or(choices, |(_, c)| c));
        }
        self.joined(parts, kinds, &placed)
    }

    /// Whether no scanned index would hold two entities.
    fn exclusive_respected(&self, kinds: &[Kind], placed: &[Vec<Choice>]) -> bool {
        let mut entities: Vec<Vec<crate::workload::EntityId>> = vec![Vec::new(); kinds.len()];
        let mut scanned = vec![false; kinds.len()];
        for choice in placed.iter().flatten() {
            if let Choice::At(slot, d) = choice {
                let demand = self.oracle.demand(*d);
                scanned[slot.0] |= demand.shape == Shape::ScanIndex;
                for part in &demand.parts {
                    if !entities[slot.0].contains(&part.entity) {
                        entities[slot.0].push(part.entity);
                    }
                }
            }
        }
        scanned
            .iter()
            .zip(&entities)
            .all(|(s, e)| !s || e.len() <= 1)
    }

    fn joined_cost(
        &self,
        parts: &[Problem<'o, 'a>],
        kinds: &[Kind],
        placed: &[Vec<Choice>],
    ) -> u128 {
        let schema = self.joined(parts, kinds, placed);
        let parts = || parts.iter().take(placed.len());
        let stored: u128 = parts()
            .flat_map(|p| &p.entities)
            .map(|e| self.model.entity(&schema, *e))
            .sum();
        let variants = parts().flat_map(|p| p.vertices.iter().map(|v| v.variant));
        stored
            + variants
                .map(|v| self.model.variant(&schema, v, &schema.served[v]))
                .sum::<u128>()
    }

    /// One schema of the choices of the first parts.
    fn joined(&self, parts: &[Problem<'o, 'a>], kinds: &[Kind], placed: &[Vec<Choice>]) -> Schema {
        let vertices: Vec<Vertex> = parts
            .iter()
            .take(placed.len())
            .flat_map(|p| p.vertices.clone())
            .collect();
        let choices: Vec<Option<Choice>> = placed.iter().flatten().copied().map(Some).collect();
        let whole = Problem::joined(
            self.oracle,
            vertices,
            self.oracle.workload.entity_ids().collect(),
        );
        let board = Problem::board(kinds, &choices);
        let mut schema = refine::schema(
            &whole,
            self.oracle.workload,
            self.model.variants,
            &board,
            &choices,
        );
        for (variant, served) in self.model.variants.iter().zip(&mut schema.served) {
            if matches!(variant.ways, Ways::ByKey { .. }) {
                *served = Served::ByKey;
            }
        }
        schema
    }
}

/// Choices in slots of which those after `last` have moved up.
fn shifted(choices: &[Choice], last: usize, by: usize) -> Vec<Choice> {
    let moved = |c: &Choice| match c {
        Choice::At(slot, d) if slot.0 > last => Choice::At(Slot(slot.0 + by), *d),
        other => *other,
    };
    choices.iter().map(moved).collect()
}

fn relabel(choice: Choice, movable: &[usize], order: &[usize]) -> Choice {
    match choice {
        Choice::At(slot, d) => match movable.iter().position(|s| *s == slot.0) {
            Some(at) => Choice::At(Slot(movable[order[at]]), d),
            None => choice,
        },
        other => other,
    }
}

/// The orders of `count` things that are tried: all of up to five, else rotations.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count > 5 {
        return (0..count)
            .map(|by| (0..count).map(|at| (at + by) % count).collect())
            .collect();
    }
    let mut made: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        made = made
            .into_iter()
            .flat_map(|order| {
                let next = (0..count)
                    .filter(|n| !order.contains(n))
                    .collect::<Vec<_>>();
                next.into_iter()
                    .map(move |n| order.iter().copied().chain([n]).collect())
            })
            .collect();
    }
    made
}

//! The solver: the smallest schema that answers every read, and the proof that none is smaller.
//!
//! Promises: among all designs of the space that [`crate::layout`] describes: the fewest uncovered reads, then the
//! fewest secondary indexes, then the fewest degraded reads, then the lowest monthly cost, then the fewest entries in
//! indexes, then names. The same workload gives the same schema, whatever the order of its file. All budgets are
//! numbers of steps, each of one part; where one runs out before the number of indexes is proven to be the least,
//! [`Proof::optimal`] is false. Parts are counted and searched on all cores; neither their number nor who is first shows.
//!
//! Phases: demands of every variant ([`crate::demand`]); parts that can be solved alone; the conflict graph and its
//! greatest clique, a lower bound ([`graph`]); the least number of indexes ([`colour`]); at that number the best design
//! ([`refine`]); names ([`names`]).

pub mod colour;
mod count;
pub mod graph;
pub mod guards;
pub mod names;
pub mod oracle;
mod pack;
mod parts;
pub mod problem;
pub mod projection;
pub mod refine;
pub mod rules;
pub mod scan;

use crate::cost::figures::Figures;
use crate::cost::model::Model;
use crate::demand::{Demand, Shape, Variant, Ways, variants};
use crate::layout::{Kind, TableRule};
use crate::parallel::{self, is_much};
use crate::schema::{Schema, Served};
use crate::workload::{PatternId, Workload};
use count::Counted;
use oracle::{DemandId, FixedKeys, Oracle, Slot};
use problem::{Choice, Problem, Vertex};
use refine::{Known, Preference, Refine};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Steps of the search for the best choices of all parts together, so that a design of many parts takes no longer than
/// one of a few.
const STEPS: u32 = 8 * refine::STEPS;

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
    /// The cheapest designs that were found with this many indexes, one more and two more.
    pub frontier: Vec<Point>,
}

/// The cheapest design with a number of indexes.
#[derive(Debug, Clone)]
pub struct Point {
    /// Secondary indexes.
    pub indexes: usize,
    /// Picodollars a month.
    pub cost: u128,
    /// What of that each pattern takes, without storage.
    pub patterns: Vec<u128>,
    /// What of that storage takes.
    pub storage: u128,
    /// The design.
    pub schema: Schema,
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
    /// The fewest indexes that were found to be enough; the cheapest design may have more.
    pub fewest: usize,
    /// Whether the number of indexes is the least, by the bound or by exhaustive search.
    pub optimal: bool,
}

/// The fewest secondary indexes of a workload: as many as [`solve`] finds, without the design.
#[must_use]
pub fn fewest(workload: &Workload) -> usize {
    let variants = variants(workload);
    let rules = rules::table_rules(workload, &variants);
    let (demands, vertices) = flatten(&variants);
    let fixed = FixedKeys::default();
    let oracle = Oracle::new(workload, &rules, demands, &fixed);
    let context = Context::new(&oracle, Model::new(workload, &variants));
    let (_, counts) = context.counted(workload, vertices);
    let kinds = context.choose_kinds(&counts);
    kinds.first().map_or(0, |(globals, local)| globals + local)
}

/// Solves a workload; `fixed` are keys that must be kept.
#[must_use]
pub fn solve(workload: &Workload, fixed: &FixedKeys, objective: Objective) -> Solution {
    solved(workload, fixed, objective, 3)
}

/// Solves a changed workload to see what the change does: as [`solve`], without the designs of more indexes.
#[must_use]
pub fn attempt(workload: &Workload) -> Solution {
    solved(workload, &FixedKeys::default(), Objective::Indexes, 1)
}

fn solved(workload: &Workload, fixed: &FixedKeys, objective: Objective, points: usize) -> Solution {
    let variants = variants(workload);
    let rules = rules::table_rules(workload, &variants);
    let (demands, vertices) = flatten(&variants);
    let oracle = Oracle::new(workload, &rules, demands, fixed);
    let context = Context::new(&oracle, Model::new(workload, &variants));
    let (parts, counts) = context.counted(workload, vertices);
    let known = RefCell::default();
    let designs = |with: &[(usize, usize)], preference| -> Vec<Point> {
        let chosen = context.search(&parts, &counts, with, preference);
        let (schemas, at) = context.packed(&parts, with, preference, &chosen, &known);
        let named = |schema: &Schema| {
            let schema = schema.clone();
            let schema = scan::spread(workload, &rules, &variants, fixed.indexes.len(), schema);
            let schema = projection::within_quota(schema);
            let schema = names::name(workload, &variants, fixed, schema);
            let figures = Figures::new(context.model, &schema);
            Point {
                indexes: 0,
                cost: figures.total(),
                patterns: workload.pattern_ids().map(|p| figures.pattern(p)).collect(),
                storage: workload.entity_ids().map(|e| figures.storage(e)).sum(),
                schema,
            }
        };
        let named = parallel::each(&schemas, is_much(variants.len()), named);
        let numbers = with.iter().map(|(globals, locals)| globals + locals);
        let of = |(indexes, at): (usize, usize)| Point {
            indexes,
            ..named[at].clone()
        };
        numbers.zip(at).map(of).collect()
    };
    let design_with = |kinds, preference| designs(&[kinds], preference).swap_remove(0);
    let kinds = context.choose_kinds(&counts);
    let best = |kinds: &(usize, usize)| {
        let made = design_with(*kinds, Preference::Covered);
        (degraded(&variants, &made.schema), made.cost, kinds.1)
    };
    let (globals, local) = match kinds.as_slice() {
        [] => (0, 0),
        [one] => *one,
        several => several.iter().copied().min_by_key(best).unwrap_or((0, 0)),
    };
    let most = usize::try_from(workload.limits.gsis).unwrap_or(usize::MAX);
    let with: Vec<(usize, usize)> = (0..points)
        .map(|more| globals + more)
        .filter(|with| *with == globals || *with <= most)
        .map(|with| (with, local))
        .collect();
    let mut frontier = designs(&with, Preference::Cheap);
    let leaves_out = counts.iter().any(|c| c.globals[local].uncovered > 0);
    let schema = match objective {
        // Where no price can be chosen, the cheapest design is also the one with the fewest degraded reads.
        Objective::Indexes if choice_of_price(&variants) || leaves_out => {
            let made = design_with((globals, local), Preference::Covered);
            // Where the search ran out of steps, the other preference may have found the cheaper one.
            if made.cost < frontier[0].cost {
                frontier[0] = made.clone();
            }
            made.schema
        }
        Objective::Indexes => frontier[0].schema.clone(),
        Objective::Cost => {
            let cheapest = (0..frontier.len())
                .min_by_key(|at| (frontier[*at].cost, *at))
                .unwrap_or(0);
            frontier[cheapest].schema.clone()
        }
    };
    let proof = context.proof(&parts, &counts, &schema, globals + local);
    Solution {
        variants,
        rules,
        schema,
        proof,
        frontier,
    }
}

/// How many patterns a schema degrades.
fn degraded(variants: &[Variant], schema: &Schema) -> usize {
    let pays = |served: &Served| match served {
        Served::Table(d) | Served::Index(_, d) | Served::Scan(d) => !d.price.is_free(),
        Served::ByKey | Served::Not => false,
    };
    let paying = variants.iter().zip(&schema.served).filter(|(_, s)| pays(s));
    let patterns: BTreeSet<PatternId> = paying.map(|(v, _)| v.pattern).collect();
    patterns.len()
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
#[must_use]
pub fn flatten(variants: &[Variant]) -> (Vec<&Demand>, Vec<Vertex>) {
    let mut demands: Vec<&Demand> = Vec::new();
    let mut vertices = Vec::new();
    for (at, variant) in variants.iter().enumerate() {
        let Ways::Demands(all, _) = &variant.ways else {
            continue;
        };
        let mut vertex = Vertex {
            variant: at,
            pattern: variant.pattern,
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

struct Context<'o, 'a> {
    oracle: &'o Oracle<'a>,
    model: Model<'a>,
    fixed: &'a FixedKeys,
}

impl<'o, 'a> Context<'o, 'a> {
    fn new(oracle: &'o Oracle<'a>, model: Model<'a>) -> Self {
        Self {
            oracle,
            model,
            fixed: oracle.fixed,
        }
    }

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

    /// The parts that can be solved alone, and how many indexes each needs.
    fn counted(
        &self,
        workload: &Workload,
        vertices: Vec<Vertex>,
    ) -> (Vec<Problem<'o, 'a>>, Vec<Counted>) {
        let one = |most: u32| usize::from(most > 0);
        let (most_globals, most_locals) = (one(workload.limits.gsis), one(workload.limits.lsis));
        let kinds = self.kinds(most_globals, most_locals);
        let vertices = parts::answerable(self.oracle, vertices, &kinds);
        let much = is_much(vertices.len());
        let parts = parts::parts(self.oracle, vertices);
        let counted = parallel::each(&parts, much, |vertices| {
            let part = Problem::new(self.oracle, vertices.clone(), most_locals > 0);
            let counted = self.count(&part);
            (part, counted)
        });
        counted.into_iter().unzip()
    }

    /// The best choices of each part for each of some numbers of indexes that grow; with more indexes none that are worse.
    fn search(
        &self,
        parts: &[Problem<'o, 'a>],
        counts: &[Counted],
        with: &[(usize, usize)],
        preference: Preference,
    ) -> Vec<Vec<Vec<Choice>>> {
        let each: Vec<_> = parts.iter().zip(counts).collect();
        let much = is_much(parts.iter().map(|p| p.vertices.len()).sum());
        let share = STEPS / u32::try_from(parts.len().max(1)).unwrap_or(u32::MAX);
        let steps = share.min(refine::STEPS);
        let made = parallel::each(&each, much, |(part, counted)| {
            self.search_part(part, counted, with, preference, steps)
        });
        let by_number = |n: usize| made.iter().map(|part| part[n].clone()).collect();
        (0..with.len()).map(by_number).collect()
    }

    /// The same of one part.
    fn search_part(
        &self,
        part: &Problem<'o, 'a>,
        counted: &Counted,
        with: &[(usize, usize)],
        preference: Preference,
        steps: u32,
    ) -> Vec<Vec<Choice>> {
        let known = RefCell::default();
        let mut made: Vec<Vec<Choice>> = Vec::new();
        for (n, (globals, locals)) in with.iter().enumerate() {
            let kinds = self.kinds(*globals, *locals);
            let before = n
                .checked_sub(1)
                .map(|before| (&made[before], with[before].0));
            let fewest = &counted.globals[*locals];
            let (start, from) = before.unwrap_or((&fewest.choices, fewest.globals));
            let start = self.with_more(start, from, &kinds, *locals);
            // An index that it left empty is no better for there being two of them.
            let spares = before.is_some_and(|(choices, globals)| self.spares(choices, globals));
            let best = if spares {
                start
            } else {
                let fixed = self.fixed.indexes.len();
                Refine::new(part, self.model, &kinds, fixed, preference, &known).best(start, steps)
            };
            made.push(best);
        }
        made
    }

    /// The schemas of what the parts chose for some numbers of indexes, and for each number which one is its.
    fn packed(
        &self,
        parts: &[Problem<'o, 'a>],
        with: &[(usize, usize)],
        preference: Preference,
        chosen: &[Vec<Vec<Choice>>],
        known: &RefCell<Known<'a>>,
    ) -> (Vec<Schema>, Vec<usize>) {
        let (mut made, mut at): (Vec<Schema>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut before: Option<(usize, Vec<Choice>)> = None;
        for (n, (globals, locals)) in with.iter().enumerate() {
            let kinds = self.kinds(*globals, *locals);
            // Where the parts leave one more global index empty, the design is the one before.
            let is_as_before = n > 0
                && *locals == 0
                && chosen[n] == chosen[n - 1]
                && !self.depends_on_pairs(parts, &kinds, &chosen[n]);
            if !is_as_before {
                let earlier = before.map(|(from, all)| self.with_more(&all, from, &kinds, *locals));
                let (schema, all) =
                    self.pack(parts, &kinds, preference, &chosen[n], earlier, known);
                made.push(schema);
                before = Some((*globals, all));
            }
            at.push(made.len() - 1);
        }
        (made, at)
    }

    /// Choices for `globals` global indexes and some local ones, in slots of which there are more global ones. Local
    /// indexes come after the global ones, so they move up.
    fn with_more(
        &self,
        choices: &[Choice],
        globals: usize,
        kinds: &[Kind],
        locals: usize,
    ) -> Vec<Choice> {
        let last_global = self.kinds(globals, 0).len() - 1;
        let by = kinds.len() - self.kinds(globals, locals).len();
        shifted(choices, last_global.max(self.fixed.indexes.len()), by)
    }

    /// Whether choices leave a new global index empty.
    fn spares(&self, choices: &[Choice], globals: usize) -> bool {
        let mut new = self.fixed.indexes.len() + 1..self.kinds(globals, 0).len();
        new.any(|slot| choices.iter().all(|c| c.slot() != Some(Slot(slot))))
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

//! Why a design is as it is: of a pattern, an index, the table, an entity, the proof, or the cost.
//!
//! Promises: what is said is computed from the solved design by the modules that made it, or found by solving a changed
//! file; nothing is guessed. Every thing that the views of a plan name can be asked for. The form is
//! [`Explanation`], which [`crate::report::explanation`] shows.

mod changes;
mod cost;
mod entity;
mod index;
mod pattern;
mod proof;
mod standing;
mod words;

use crate::cost::model::Model;
use crate::layout::Kind;
use crate::plan::build::{model_of, oracle_of};
use crate::plan::proof::first_demands;
use crate::plan::reasons::Reasons;
use crate::plan::{Design, Plan};
use crate::report::explanation::{Explanation, command};
use crate::schema::{Schema, Served};
use crate::solve::oracle::{Board, DemandId, FixedKeys, Oracle, Slot};
use crate::source::{Source, Span};
use crate::workload::{EntityId, PatternId, Workload};

/// A thing that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// The number of indexes.
    Proof,
    /// What the design costs.
    Cost,
    /// The table.
    Table,
    /// A secondary index, by its place.
    Index(usize),
    /// An entity.
    Entity(EntityId),
    /// A pattern.
    Pattern(PatternId),
}

/// Every name that is known of a design, with what it is the name of: in the order in which a name that several things
/// have is taken. A kind of item is explained with its entity.
#[must_use]
pub fn things(design: &Design, plan: &Plan) -> Vec<(&'static str, String, Thing)> {
    let workload = &design.workload;
    let mut made = vec![
        ("proof", "proof".to_owned(), Thing::Proof),
        ("cost", "cost".to_owned(), Thing::Cost),
        ("table", workload.settings.name.clone(), Thing::Table),
    ];
    for (at, index) in design.solution.schema.indexes.iter().enumerate() {
        made.push(("index", index.name.clone(), Thing::Index(at)));
    }
    for (id, entity) in workload.entity_ids().zip(&plan.entities) {
        made.push(("entity", entity.name.clone(), Thing::Entity(id)));
        for kind in entity.kinds.iter().filter(|k| k.name != entity.name) {
            made.push(("entity", kind.name.clone(), Thing::Entity(id)));
        }
    }
    for id in workload.pattern_ids() {
        let name = workload.pattern(id).name.clone();
        made.push(("pattern", name, Thing::Pattern(id)));
    }
    made
}

/// The thing that is asked for: a name, or `kind:name`; and the other things of this name, as they are asked for.
#[must_use]
pub fn find(design: &Design, plan: &Plan, asked: &str) -> Option<(Thing, Vec<String>)> {
    let (kind, name) = match asked.split_once(':') {
        Some((kind, name)) => (Some(kind), name),
        None => (None, asked),
    };
    let fits = |(k, n, _): &(&str, String, Thing)| n == name && kind.is_none_or(|kind| kind == *k);
    let mut found = things(design, plan).into_iter().filter(fits);
    let (_, _, thing) = found.next()?;
    let others = found
        .filter(|(_, _, t)| *t != thing && kind.is_none())
        .map(|(k, n, _)| format!("{k}:{n}"))
        .collect();
    Some((thing, others))
}

/// Explains a thing of a design.
#[must_use]
pub fn explain(source: &Source, design: &Design, plan: &Plan, thing: Thing) -> Explanation {
    let fixed = FixedKeys::default();
    let oracle = oracle_of(&design.workload, &design.solution, &fixed);
    let asked = Asked::new(source, design, plan, &oracle);
    match thing {
        Thing::Proof => asked.proof(),
        Thing::Cost => asked.cost(),
        Thing::Table => asked.table(),
        Thing::Index(at) => asked.index(at),
        Thing::Entity(id) => asked.entity(id),
        Thing::Pattern(id) => asked.pattern(id),
    }
}

/// A design that is asked about.
struct Asked<'a> {
    source: &'a Source,
    design: &'a Design,
    workload: &'a Workload,
    schema: &'a Schema,
    plan: &'a Plan,
    oracle: &'a Oracle<'a>,
    model: Model<'a>,
    reasons: Reasons<'a>,
    /// The place of each variant's first demand in the oracle's list.
    first: Vec<Option<DemandId>>,
    /// What lies where.
    board: Board,
}

impl<'a> Asked<'a> {
    fn new(source: &'a Source, design: &'a Design, plan: &'a Plan, oracle: &'a Oracle<'a>) -> Self {
        let (workload, solution) = (&design.workload, &design.solution);
        let first = first_demands(&solution.variants);
        let board = Board::new(solution.schema.indexes.iter().map(|i| i.kind));
        let mut made = Self {
            source,
            design,
            workload,
            schema: &solution.schema,
            plan,
            oracle,
            model: model_of(workload, solution),
            reasons: Reasons {
                workload,
                variants: &solution.variants,
            },
            first,
            board,
        };
        for variant in 0..solution.variants.len() {
            if let (Some(slot), Some(demand)) = (made.slot(variant), made.demand(variant)) {
                made.board.insert(slot, demand);
            }
        }
        made
    }

    /// Where a variant is answered, if its demand has a place.
    fn slot(&self, variant: usize) -> Option<Slot> {
        match self.schema.served[variant] {
            Served::Table(_) => Some(Slot(0)),
            Served::Index(at, _) => Some(Slot(at + 1)),
            Served::ByKey | Served::Scan(_) | Served::Not => None,
        }
    }

    /// The demand by which a variant is answered; of one without a place its first.
    fn demand(&self, variant: usize) -> Option<DemandId> {
        let first = self.first[variant]?;
        let crate::demand::Ways::Demands(all, _) = &self.design.solution.variants[variant].ways
        else {
            return None;
        };
        let used = match &self.schema.served[variant] {
            Served::Table(d) | Served::Index(_, d) | Served::Scan(d) => {
                // A query of everything may have become a scan of its index: all else is the same.
                all.iter().position(|o| {
                    o == d || (o.price == d.price && o.parts == d.parts && o.dropped == d.dropped)
                })
            }
            Served::ByKey | Served::Not => None,
        };
        Some(first + DemandId::try_from(used.unwrap_or(0)).unwrap_or(0))
    }

    /// The variants of a pattern.
    fn variants(&self, pattern: PatternId) -> impl Iterator<Item = usize> + '_ {
        let all = &self.design.solution.variants;
        (0..all.len()).filter(move |v| all[*v].pattern == pattern)
    }

    /// The variants that are answered in a slot.
    fn served_in(&self, slot: Slot) -> impl Iterator<Item = usize> + '_ {
        (0..self.schema.served.len()).filter(move |v| self.slot(*v) == Some(slot))
    }

    /// The name of the table, or of an index.
    fn slot_name(&self, slot: Slot) -> &'a str {
        match slot.0.checked_sub(1) {
            Some(at) => &self.schema.indexes[at].name,
            None => &self.workload.settings.name,
        }
    }

    fn slot_kind(&self, slot: Slot) -> Kind {
        self.board.kinds[slot.0]
    }

    fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        (0..self.board.kinds.len()).map(Slot)
    }

    fn name_of(&self, pattern: PatternId) -> &'a str {
        &self.workload.pattern(pattern).name
    }

    /// The command that explains a thing of this design, in backticks.
    fn ask(&self, thing: &str) -> String {
        format!("`{}`", command(thing, &self.source.name))
    }

    /// Where something is written.
    fn place(&self, span: Span) -> String {
        let position = self.source.position(span);
        format!("{}:{}", self.source.name, position.line)
    }
}

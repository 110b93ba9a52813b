//! What was worked out before, of all designs of an instance that were looked at.
//!
//! Promises: what is known of a thing does not depend on the design in which it was met: what a slot has of an entity is
//! told by its family and by what entries carry, what an entity costs by all that it looks like.

use super::Refine;
use crate::cost::pieces::{EntityStep, InIndex, InTable};
use crate::cost::reading::Reading;
use crate::cost::storage::Bytes;
use crate::layout::{Family, Kind};
use crate::schema::{Index, Projection, Schema};
use crate::solve::oracle::DemandId;
use crate::workload::{EntityId, Workload};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// What a slot has of an entity, its family and what its entries carry, as a small number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Look(u32);

impl Look {
    /// Nothing.
    pub(super) const NONE: Self = Self(0);
}

/// What some demands make a slot hold.
pub(super) struct Held {
    /// What it has of entities.
    pub(super) looks: Vec<(EntityId, Look)>,
    /// Entities in it.
    pub(super) members: usize,
}

/// What a look means for the cost of its entity.
enum Piece {
    Table(InTable),
    Index(InIndex),
}

/// What was computed before, of all designs of an instance that were looked at.
#[derive(Default)]
pub struct Known<'a> {
    /// What some demands carry in one slot, as small numbers.
    pub(super) projections: FxHashMap<Vec<DemandId>, usize>,
    shapes: Vec<Projection>,
    numbers: FxHashMap<Projection, usize>,
    /// What each projection carries of an entity, as the number of a narrower one: a name that only other entities have
    /// makes no difference to it.
    narrowed: FxHashMap<(usize, EntityId), usize>,
    /// By demands what a slot of each kind holds that depends on no other slot.
    held: [FxHashMap<Vec<DemandId>, Rc<Held>>; 3],
    /// By family, entity and projection. Families are remembered by the oracle, so their addresses tell them apart.
    looks: FxHashMap<(usize, EntityId, Option<usize>), Look>,
    /// What the looks after the first mean.
    pieces: Vec<Piece>,
    /// The looks of entities that nothing asks the table for.
    plain: FxHashMap<EntityId, Look>,
    /// The writes of entities.
    steps: FxHashMap<EntityId, Vec<EntityStep<'a>>>,
    /// What an entity looks like in all slots, behind its number, with what it costs then and how large it is.
    rows: FxHashMap<Vec<u32>, (u128, Rc<Bytes>)>,
    /// What is looked for in the rows.
    row: Vec<u32>,
    readings: FxHashMap<DemandId, Option<Reading<'a>>>,
}

impl<'a> Known<'a> {
    /// What slots of a kind hold for some demands.
    pub(super) const fn held(&mut self, kind: Kind) -> &mut FxHashMap<Vec<DemandId>, Rc<Held>> {
        &mut self.held[kind as usize]
    }

    /// What a family in a slot has of an entity when its entries carry a projection.
    pub(super) fn look(
        &mut self,
        refine: &Refine<'_, '_, 'a>,
        kind: Kind,
        family: &Arc<Family>,
        entity: EntityId,
        projection: Option<usize>,
    ) -> Look {
        let workload = refine.model.workload;
        let carried = projection.map(|p| self.narrow(workload, p, entity));
        let key = (Arc::as_ptr(family).addr(), entity, carried);
        if let Some(look) = self.looks.get(&key) {
            return *look;
        }
        let families = vec![Arc::clone(family)];
        let steps = self.steps.entry(entity);
        let steps = steps.or_insert_with(|| refine.model.steps_of(entity));
        let mut schema = Schema::default();
        let piece = if let Some(carried) = carried {
            schema.indexes.push(Index {
                name: String::new(),
                kind,
                families,
                projection: self.shapes[carried].clone(),
            });
            let piece = refine.model.in_index(&schema, 0, entity, steps);
            piece.map(Piece::Index)
        } else {
            schema.table = families;
            Some(Piece::Table(refine.model.in_table(&schema, entity, steps)))
        };
        let look = piece.map_or(Look::NONE, |piece| {
            self.pieces.push(piece);
            Look(u32::try_from(self.pieces.len()).unwrap_or(u32::MAX))
        });
        self.looks.insert(key, look);
        look
    }

    /// What the table has of an entity that nothing asks it for.
    pub(super) fn plain(&mut self, refine: &Refine<'_, '_, 'a>, entity: EntityId) -> Look {
        if let Some(look) = self.plain.get(&entity) {
            return *look;
        }
        let family = refine.problem.oracle.plain_family(entity);
        let look = family.map_or(Look::NONE, |family| {
            self.look(refine, Kind::Table, &family, entity, None)
        });
        self.plain.insert(entity, look);
        look
    }

    /// What an entity costs that looks like this in the slots, and how large it is.
    pub(super) fn row(
        &mut self,
        refine: &Refine<'_, '_, 'a>,
        entity: EntityId,
        looks: &[Look],
    ) -> (u128, Rc<Bytes>) {
        // In which slot something lies matters: what is known of its size is known by slot.
        let used = looks.iter().rposition(|l| *l != Look::NONE);
        let looks = &looks[..used.map_or(0, |at| at + 1)];
        self.row.clear();
        self.row.push(u32::from(entity.0));
        self.row.extend(looks.iter().map(|l| l.0));
        if let Some((cost, bytes)) = self.rows.get(self.row.as_slice()) {
            return (*cost, Rc::clone(bytes));
        }
        let piece = |look: &Look| self.pieces.get((look.0 as usize).checked_sub(1)?);
        let indexes: Vec<Option<&InIndex>> = looks
            .iter()
            .skip(1)
            .map(|look| match piece(look) {
                Some(Piece::Index(index)) => Some(index),
                Some(Piece::Table(_)) | None => None,
            })
            .collect();
        let (bytes, cost) = match looks.first().and_then(piece) {
            Some(Piece::Table(table)) => refine.model.put_together(entity, table, &indexes),
            Some(Piece::Index(_)) | None => {
                let steps = refine.model.steps_of(entity);
                let table = refine.model.in_table(&Schema::default(), entity, &steps);
                refine.model.put_together(entity, &table, &indexes)
            }
        };
        let made = (cost, Rc::new(bytes));
        self.rows.insert(self.row.clone(), made.clone());
        made
    }

    /// The query of a demand that answers a variant.
    pub(super) fn reading(
        &mut self,
        refine: &Refine<'_, '_, 'a>,
        variant: usize,
        demand: DemandId,
    ) -> Option<&Reading<'a>> {
        let made = || {
            let of = refine.problem.oracle.demand(demand);
            refine.model.reading(variant, of)
        };
        self.readings.entry(demand).or_insert_with(made).as_ref()
    }

    /// What a projection carries of an entity, as the number of the projection that carries no more than that.
    fn narrow(&mut self, workload: &Workload, projection: usize, entity: EntityId) -> usize {
        let Some(Projection::Include(names)) = self.shapes.get(projection) else {
            return projection;
        };
        if let Some(at) = self.narrowed.get(&(projection, entity)) {
            return *at;
        }
        let declared = workload.entity(entity);
        let stored = declared.attribute_ids();
        let stored = stored.map(|a| declared.attribute(a).stored_as.as_str());
        let own = stored.chain([workload.settings.names.discriminator.as_str()]);
        let own = own.filter(|n| names.contains(*n)).map(str::to_owned);
        let at = self.shape(Projection::Include(own.collect()));
        self.narrowed.insert((projection, entity), at);
        at
    }

    /// The number of a projection.
    pub(super) fn shape(&mut self, shape: Projection) -> usize {
        if let Some(at) = self.numbers.get(&shape) {
            return *at;
        }
        let at = self.shapes.len();
        self.shapes.push(shape.clone());
        self.numbers.insert(shape, at);
        at
    }
}

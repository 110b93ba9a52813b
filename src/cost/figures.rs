//! What a finished schema takes, worked out once for all that ask for it: how large items and entries are, what each
//! write and each read takes.
//!
//! Promises: the numbers are those of [`Model`], which works out one at a time; nothing here depends on what a unit
//! costs but what is said in picodollars.

use super::load::Load;
use super::model::{Model, Place, Units};
use super::storage::Bytes;
use super::writes::StepUnits;
use crate::schema::Schema;
use crate::workload::{Billing, EntityId, PatternId, Step};

/// The figures of a schema.
pub struct Figures<'a> {
    /// How they are worked out.
    pub model: Model<'a>,
    /// The schema.
    pub schema: &'a Schema,
    entities: Vec<Kept>,
    writes: Vec<Written<'a>>,
    reads: Vec<Vec<(Place, Units)>>,
    calls: Vec<Units>,
}

/// An entity as it is stored.
struct Kept {
    bytes: Bytes,
    /// The bytes that are charged, overhead included.
    charged: Vec<(Place, u128)>,
}

/// A step of a write.
pub struct Written<'a> {
    /// The write.
    pub pattern: PatternId,
    /// The step.
    pub step: &'a Step,
    /// What one repetition takes.
    pub units: StepUnits,
}

impl<'a> Figures<'a> {
    /// Works them out.
    #[must_use]
    pub fn new(model: Model<'a>, schema: &'a Schema) -> Self {
        let workload = model.workload;
        let kept = |entity| {
            let bytes = model.bytes(schema, entity);
            let mut charged = Vec::new();
            model.stored_of(schema, entity, &bytes, |place, of| {
                charged.push((place, of));
            });
            Kept { bytes, charged }
        };
        let entities: Vec<Kept> = workload.entity_ids().map(kept).collect();
        let bytes = |entity: EntityId| &entities[usize::from(entity.0)].bytes;
        let written = |(pattern, step): (PatternId, &'a Step)| Written {
            pattern,
            step,
            units: model.step_of(schema, pattern, step, bytes(step.entity)),
        };
        let writes = workload.steps().map(written).collect();
        let sizes = |entity: EntityId, place: Place| bytes(entity).at(place);
        let read = |(variant, served)| {
            let mut made = Vec::new();
            model.read_of(variant, served, &sizes, |place, units| {
                made.push((place, units));
            });
            made
        };
        let reads = schema.served.iter().enumerate().map(read).collect();
        let mut made = Self {
            model,
            schema,
            entities,
            writes,
            reads,
            calls: Vec::new(),
        };
        made.calls = made.calls();
        made
    }

    /// What one call of each pattern takes; calls are taken as spread evenly over the variants of a pattern.
    fn calls(&self) -> Vec<Units> {
        let read = |pattern: PatternId| {
            let own = self.model.variants_of(pattern);
            let n = own.len().max(1) as u128;
            let all = own.map(|v| self.read(v));
            all.fold(Units::default(), Units::plus).times(1, n)
        };
        let mut made: Vec<Units> = self.model.workload.pattern_ids().map(read).collect();
        for written in &self.writes {
            let units = &mut made[usize::from(written.pattern.0)];
            *units = units.plus(written.units.total());
        }
        made
    }

    /// How large an entity's item and entries are.
    #[must_use]
    pub fn bytes(&self, entity: EntityId) -> &Bytes {
        &self.entities[usize::from(entity.0)].bytes
    }

    /// For each place of an entity the bytes that are charged, overhead included.
    #[must_use]
    pub fn stored(&self, entity: EntityId) -> &[(Place, u128)] {
        &self.entities[usize::from(entity.0)].charged
    }

    /// The steps of all writes, pattern by pattern.
    #[must_use]
    pub fn writes(&self) -> &[Written<'a>] {
        &self.writes
    }

    /// The steps of the writes of an entity.
    pub fn writes_of(&self, entity: EntityId) -> impl Iterator<Item = &Written<'a>> {
        self.writes.iter().filter(move |w| w.step.entity == entity)
    }

    /// What one call of a variant takes.
    #[must_use]
    pub fn read(&self, variant: usize) -> Units {
        let places = self.reads[variant].iter();
        places.fold(Units::default(), |sum, (_, units)| sum.plus(*units))
    }

    /// What one call of a pattern takes.
    #[must_use]
    pub fn call(&self, pattern: PatternId) -> Units {
        self.calls[usize::from(pattern.0)]
    }

    /// Picodollars a month of a pattern, without storage.
    #[must_use]
    pub fn pattern(&self, pattern: PatternId) -> u128 {
        let rate = self.model.workload.pattern(pattern).rate;
        self.model.monthly(rate, self.call(pattern))
    }

    /// The loads of the table and of its indexes, the table first.
    #[must_use]
    pub fn loads(&self) -> Vec<Load> {
        let mut made = vec![Load::default(); self.schema.indexes.len() + 1];
        let at = |place: Place| place.map_or(0, |index| index + 1);
        for (place, bytes) in self.entities.iter().flat_map(|e| &e.charged) {
            made[at(*place)].bytes += bytes;
        }
        let mut add = |pattern: PatternId, place: Place, units: Units, share: u128| {
            made[at(place)].add(self.model.workload.pattern(pattern), units, share);
        };
        for written in &self.writes {
            let each = |place, units| add(written.pattern, place, units, 1);
            written.units.at(each);
        }
        for (of, places) in self.model.variants.iter().zip(&self.reads) {
            let share = self.model.variants_of(of.pattern).len() as u128;
            for (place, units) in places {
                add(of.pattern, *place, *units, share);
            }
        }
        made
    }

    /// Picodollars a month that storing an entity costs, point-in-time recovery included.
    #[must_use]
    pub fn storage(&self, entity: EntityId) -> u128 {
        let places = self.stored(entity).iter();
        let model = &self.model;
        let cost = |(place, bytes): &(Place, u128)| {
            model.prices.storing(*bytes) + model.recovery(self.schema, *place, *bytes)
        };
        places.map(cost).sum()
    }

    /// Picodollars a month that an entity costs: storage of items, entries and guards, and all of its writes.
    #[must_use]
    pub fn entity(&self, entity: EntityId) -> u128 {
        let cost = |w: &Written<'_>| {
            let rate = self.model.workload.pattern(w.pattern).rate;
            self.model.monthly(rate, w.units.total())
        };
        self.storage(entity) + self.writes_of(entity).map(cost).sum::<u128>()
    }

    /// Picodollars a month of the whole schema: what its entities and reads cost, and capacity that nobody uses.
    #[must_use]
    pub fn total(&self) -> u128 {
        let model = &self.model;
        let entities: u128 = model.workload.entity_ids().map(|e| self.entity(e)).sum();
        let idle = match &model.workload.settings.billing {
            Billing::OnDemand => 0,
            Billing::Provisioned { .. } => model.idle(&model.pools(self.schema, &self.loads())),
        };
        let cost = |(variant, of): (usize, &crate::demand::Variant)| {
            let rate = model.workload.pattern(of.pattern).rate;
            let siblings = model.variants_of(of.pattern).len() as u128;
            model.monthly(rate, self.read(variant)) / siblings
        };
        let reads: u128 = model.variants.iter().enumerate().map(cost).sum();
        entities + reads + idle
    }
}

impl Model<'_> {
    /// Picodollars a month of the whole schema, where nothing else is asked of it.
    #[must_use]
    pub fn total(&self, schema: &Schema) -> u128 {
        Figures::new(*self, schema).total()
    }
}

//! Reading steps: a demand and the family that serves it, as a request.

mod filters;
mod parallel;
mod ranges;
use super::conditions::{alive, stored_as};
use super::keys::{encoding_of, partition, shard_encoding, sort};
use super::parameters::{Names, names};
use super::{Choice, Condition, ForEach, ReadStep, Segment, SortCondition, When};
use crate::demand::{Criterion, Demand, Shape, Variant};
use crate::layout::access::{Access, access};
use crate::layout::{Component, Family, Kind};
use crate::schema::{Schema, Served, find};
use crate::solve::projection::ttl_attribute;
use crate::workload::{
    AttributeId, AttributeSet, Constant, EntityId, Read, ReadVerb, Test, Workload,
};
use std::collections::BTreeSet;

/// What the steps of a variant are made of.
pub(super) struct Scope<'a> {
    pub(super) workload: &'a Workload,
    pub(super) schema: &'a Schema,
    pub(super) read: &'a Read,
    pub(super) variant: &'a Variant,
    /// Whether it finds items to write.
    pub(super) finds: bool,
    names: Names,
}

/// Where a fixed value comes from.
enum Source<'a> {
    Parameter(&'a str),
    Constant(&'a Constant),
    Variable(String),
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        workload: &'a Workload,
        schema: &'a Schema,
        read: &'a Read,
        variant: &'a Variant,
        finds: bool,
    ) -> Self {
        Self {
            names: names(workload, read),
            workload,
            schema,
            read,
            variant,
            finds,
        }
    }

    /// The steps of a variant; none where nothing answers it.
    pub(super) fn steps(&self, served: &Served) -> Vec<ReadStep> {
        let first = match served {
            Served::Not => return Vec::new(),
            Served::ByKey => self.by_key(None),
            Served::Scan(demand) => self.scan(demand, None),
            Served::Table(demand) if self.is_pointed(demand) => self.by_key(Some(demand)),
            Served::Table(demand) => match self.in_families(&self.schema.table, demand) {
                Some((family, found)) => self.query(demand, None, family, &found),
                None => return Vec::new(),
            },
            Served::Index(at, demand) if demand.shape == Shape::ScanIndex => {
                self.scan(demand, Some(*at))
            }
            Served::Index(at, demand) => {
                match self.in_families(&self.schema.indexes[*at].families, demand) {
                    Some((family, found)) => self.query(demand, Some(*at), family, &found),
                    None => return Vec::new(),
                }
            }
        };
        let mut made = vec![first];
        made.extend(self.following());
        let when = self.when();
        made.into_iter()
            .map(|s| ReadStep {
                when: when.clone(),
                ..s
            })
            .collect()
    }

    /// When this variant is meant, where a choice changes the steps.
    pub(super) fn when(&self) -> Option<When> {
        let optional = |c: &usize| self.read.by[*c].optional;
        let all: Vec<usize> = (0..self.read.by.len()).filter(optional).collect();
        if all.is_empty() {
            return None;
        }
        let name = |c: usize| self.names.by[c].clone();
        let (given, missing): (Vec<usize>, Vec<usize>) = all
            .into_iter()
            .partition(|c| self.variant.given.contains(c));
        let sorted = |of: Vec<usize>| {
            let mut names: Vec<String> = of.into_iter().map(name).collect();
            names.sort();
            names
        };
        Some(When {
            given: sorted(given),
            missing: sorted(missing),
        })
    }

    fn in_families(
        &self,
        families: &'a [std::sync::Arc<Family>],
        demand: &Demand,
    ) -> Option<(&'a Family, Access)> {
        let entity = demand.parts.first()?.entity;
        let (family, _) = find(families, entity)?;
        access(family, demand).map(|a| (family, a))
    }

    /// Whether a read on the table names one item by its key.
    fn is_pointed(&self, demand: &Demand) -> bool {
        let [part] = demand.parts.as_slice() else {
            return false;
        };
        let identity = self.workload.entity(part.entity).identity_set();
        if demand.fan.iter().any(|(a, _)| !identity.contains(*a)) {
            return false;
        }
        let known = self
            .schema
            .table_family(part.entity)
            .map(|(f, m)| f.key_attributes(m));
        identity.is_subset(part.fixed) && known.is_some_and(|k| k.is_subset(part.fixed))
    }

    fn empty(&self, call: &str) -> ReadStep {
        ReadStep {
            call: call.to_owned(),
            table: self.workload.settings.name.clone(),
            index: None,
            when: None,
            for_each: None,
            partition: Vec::new(),
            sort: Vec::new(),
            forward: true,
            limit: None,
            filter: None,
            projection: None,
            select: (self.read.verb == ReadVerb::Count).then(|| "count".to_owned()),
            consistent: self.read.consistent,
            merge: None,
            returns: if self.finds { "nothing" } else { "items" }.to_owned(),
            followed: None,
        }
    }

    /// One item by the table's key, or one for each value of a fan-out; what the key does not fix is a condition on the
    /// row.
    fn by_key(&self, demand: Option<&Demand>) -> ReadStep {
        let fan = demand.map_or(&[][..], |d| d.fan.as_slice());
        let entity = self.read.entities.first().copied().unwrap_or(EntityId(0));
        let counts = self.read.verb == ReadVerb::Count;
        let call = match (counts || !fan.is_empty(), self.read.batch) {
            (true, _) => "Query",
            (false, Some(_)) => "BatchGetItem",
            (false, None) => "GetItem",
        };
        let mut made = self.empty(call);
        let Some((family, member)) = self.schema.table_family(entity) else {
            return made;
        };
        let value = |a: AttributeId| {
            self.segment(
                entity,
                Component {
                    attribute: a,
                    descending: false,
                },
                fan,
            )
        };
        made.partition =
            vec![partition(self.workload, family, member, value, |_| literal("")).key()];
        let key = sort(family, member, |c| self.segment(entity, c, fan));
        made.for_each = demand.and_then(|d| self.for_each(&d.fan, 1, ""));
        made.limit = demand
            .filter(|_| !fan.is_empty())
            .and_then(|d| self.rows(d));
        made.merge = demand.and_then(|d| self.merge(d));
        made.sort = vec![Choice::Plain(SortCondition::Equals(Choice::Plain(key.0)))];
        let in_key = family.key_attributes(member);
        let all = crate::demand::conditions_of(self.workload, self.read, &self.variant.given);
        let rest: Vec<Criterion> = all
            .into_iter()
            .filter(|c| !self.fixed_by(c, entity, in_key, fan))
            .collect();
        made.filter = self.filter(&rest, &[entity]);
        made.projection = self.projection(&[entity], None, !counts);
        made
    }

    /// Whether a criterion is an equality that a key holds.
    fn fixed_by(
        &self,
        criterion: &Criterion,
        entity: EntityId,
        key: AttributeSet,
        fan: &[(AttributeId, Vec<Constant>)],
    ) -> bool {
        match criterion {
            Criterion::Column(at) => self.read.by[*at]
                .binding
                .get(&entity)
                .is_some_and(|a| key.contains(*a)),
            Criterion::Constant(at) => {
                let condition = &self.read.constants[*at];
                // A fan-out goes through just the values that are asked for.
                let fanned = |a: &AttributeId| fan.iter().any(|(b, _)| a == b);
                if condition.binding.get(&entity).is_some_and(fanned) {
                    return true;
                }
                let single = matches!(&condition.test, Test::OneOf(values) if values.len() == 1);
                let by = |a| {
                    self.variant
                        .given
                        .iter()
                        .any(|c| self.read.by[*c].binding.get(&entity) == Some(a))
                };
                // A constant beside a parameter narrows it; the key holds the parameter.
                single
                    && condition
                        .binding
                        .get(&entity)
                        .is_some_and(|a| key.contains(*a) && !by(a))
            }
            Criterion::Range | Criterion::Prefix | Criterion::Sorted => false,
        }
    }

    /// A scan of the table or of an index that holds nothing else.
    fn scan(&self, demand: &Demand, index: Option<usize>) -> ReadStep {
        let mut made = self.empty("Scan");
        let entities: Vec<EntityId> = demand.parts.iter().map(|p| p.entity).collect();
        made.limit = self.read.limit.map(|l| l.count);
        if let Some(at) = index {
            made.index = Some(self.schema.indexes[at].name.clone());
            made.filter = self.filter(&demand.dropped, &entities);
        } else {
            let all = crate::demand::conditions_of(self.workload, self.read, &self.variant.given);
            made.filter = Some(
                self.kinds_filter(&entities)
                    .into_iter()
                    .chain(self.filter(&all, &entities).into_iter().flatten())
                    .collect(),
            );
        }
        made.projection = self.projection(&entities, index, self.read.verb != ReadVerb::Count);
        made
    }

    fn query(
        &self,
        demand: &Demand,
        index: Option<usize>,
        family: &Family,
        found: &Access,
    ) -> ReadStep {
        let mut made = self.empty("Query");
        let first = &demand.parts[0];
        let member = family.member(first.entity).unwrap_or(0);
        made.index = index.map(|at| self.schema.indexes[at].name.clone());
        let local = index.is_some_and(|at| self.schema.indexes[at].kind == Kind::Local);
        // A local index has the table's partition key.
        let (of, at) = if local {
            self.schema
                .table_family(first.entity)
                .unwrap_or((family, member))
        } else {
            (family, member)
        };
        let value = |a: AttributeId| {
            self.segment(
                first.entity,
                Component {
                    attribute: a,
                    descending: false,
                },
                &demand.fan,
            )
        };
        let shard = |count: u32| Segment::Variable {
            variable: self.shard_variable(demand),
            encoding: shard_encoding(count),
        };
        made.partition = vec![partition(self.workload, of, at, value, shard).key()];
        made.sort = self.sort_conditions(demand, family, found);
        made.forward = found.forward;
        made.limit = self.rows(demand);
        let shard = self.shard_variable(demand);
        made.for_each = self.for_each(&demand.fan, demand.shards, &shard);
        let entities: Vec<EntityId> = demand.parts.iter().map(|p| p.entity).collect();
        made.filter = self.filter(&demand.dropped, &entities);
        made.merge = self.merge(demand);
        made.projection = self.projection(&entities, index, self.read.verb != ReadVerb::Count);
        made
    }

    /// The physical attributes that a step asks for; null for all.
    fn projection(
        &self,
        entities: &[EntityId],
        index: Option<usize>,
        rows: bool,
    ) -> Option<Vec<String>> {
        let names = &self.workload.settings.names;
        if !rows {
            return None;
        }
        let mut made: BTreeSet<String> = BTreeSet::new();
        if self.finds {
            return Some(vec![names.partition.clone(), names.sort.clone()]);
        }
        let select = self.read.select.as_ref()?;
        for entity in entities {
            let declared = self.workload.entity(*entity);
            let stored = |a: AttributeId| declared.attribute(a).stored_as.clone();
            made.extend(declared.identity.iter().copied().map(stored));
            made.extend(
                select
                    .get(entity)
                    .into_iter()
                    .flatten()
                    .map(|(a, _)| stored(*a)),
            );
            made.extend(declared.ttl.map(|t| ttl_attribute(declared, t)));
            let followed = self.read.follow.iter().filter(|(e, _)| e == entity);
            made.extend(
                followed
                    .flat_map(|(_, at)| declared.references[*at].attributes.iter().copied())
                    .map(stored),
            );
            // What the reader itself compares or merges by.
            let compared = self.read.by.iter().filter_map(|c| c.binding.get(entity));
            let fixed = self
                .read
                .constants
                .iter()
                .filter_map(|w| w.binding.get(entity));
            let bounded = self.read.range.iter().filter_map(|r| r.binding.get(entity));
            let started = self.read.prefix.iter().filter_map(|(b, _)| b.get(entity));
            let sorted = self.read.sort.iter().filter_map(|s| s.binding.get(entity));
            if index.is_none() {
                made.extend(
                    compared
                        .chain(fixed)
                        .chain(bounded)
                        .chain(started)
                        .chain(sorted)
                        .copied()
                        .map(stored),
                );
            } else if self.read.shards.is_some()
                || self.workload.pattern(self.variant.pattern).allow.fan_out
            {
                made.extend(bounded.chain(started).chain(sorted).copied().map(stored));
            }
        }
        if entities.len() > 1 {
            made.insert(names.discriminator.clone());
        }
        made.extend([names.partition.clone(), names.sort.clone()]);
        if let Some(of) = index.map(|at| &self.schema.indexes[at]) {
            if of.kind == Kind::Global {
                made.insert(format!("{}{}", of.name, names.partition));
            }
            made.insert(format!("{}{}", of.name, names.sort));
        }
        Some(made.into_iter().collect())
    }

    /// The second round of `follow`: the items that references of the rows point to.
    fn following(&self) -> Vec<ReadStep> {
        let mut made = Vec::new();
        for (entity, at) in &self.read.follow {
            let declared = self.workload.entity(*entity);
            let reference = &declared.references[*at];
            for target in &reference.targets {
                let Some((family, member)) = self.schema.table_family(*target) else {
                    continue;
                };
                let identity = &self.workload.entity(*target).identity;
                let row = |c: Component| {
                    let place = identity.iter().position(|a| *a == c.attribute);
                    let attribute = place
                        .and_then(|p| reference.attributes.get(p))
                        .map(|a| declared.attribute(*a));
                    let encoding = encoding_of(self.workload.entity(*target), c).to_string();
                    attribute.map_or_else(
                        || literal(""),
                        |a| Segment::Row {
                            row: a.stored_as.clone(),
                            stored_as: stored_as(&a.ty).to_owned(),
                            encoding,
                        },
                    )
                };
                let of = |a| {
                    row(Component {
                        attribute: a,
                        descending: false,
                    })
                };
                let mut step = self.empty("BatchGetItem");
                step.for_each = Some(vec![ForEach::Rows { rows_of: 0 }]);
                step.partition =
                    vec![partition(self.workload, family, member, of, |_| literal("")).key()];
                step.sort = vec![Choice::Plain(SortCondition::Equals(Choice::Plain(
                    sort(family, member, row).0,
                )))];
                step.filter = alive(self.workload.entity(*target)).map(|c| vec![c]);
                step.returns = "followed".to_owned();
                step.followed = Some(vec![self.workload.entity(*target).name.clone()]);
                step.select = None;
                made.push(step);
            }
        }
        made
    }
}

fn literal(text: &str) -> Segment {
    Segment::Literal {
        literal: text.to_owned(),
    }
}

/// Whether any of some conditions, `any` included, is on an attribute.
#[must_use]
pub(super) fn is_time_only(filter: Option<&Vec<Condition>>) -> bool {
    filter.is_none_or(|all| {
        all.iter().all(|c| {
            c.any
                .as_ref()
                .is_some_and(|of| of.iter().any(|c| c.now == Some(true)))
        })
    })
}

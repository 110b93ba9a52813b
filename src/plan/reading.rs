//! Reading steps: a demand and the family that serves it, as a request.

use super::conditions::{alive, constant, element_as, on, only_of, stored_as};
use super::keys::{Segments, encoding_of, partition, shard_encoding, sort};
use super::parameters::{Names, names};
use super::{Choice, Condition, ForEach, MergeKey, ReadStep, Segment, SortCondition, When};
use crate::demand::{Criterion, Demand, Shape, Variant};
use crate::encoding;
use crate::layout::access::{Access, Edge, Piece, Run, access};
use crate::layout::{Component, Family, Kind};
use crate::schema::{Schema, Served, find};
use crate::solve::projection::ttl_attribute;
use crate::workload::{
    AttributeId, AttributeSet, Constant, EntityId, RangeOperator, Read, ReadVerb, Test, Workload,
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
            Served::ByKey => self.by_key(),
            Served::Scan(demand) => self.scan(demand, None),
            Served::Table(demand) if self.is_pointed(demand) => self.by_key(),
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
        families: &'a [std::rc::Rc<Family>],
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

    /// One item by the table's key; what the key does not fix is a condition on the row.
    fn by_key(&self) -> ReadStep {
        let entity = self.read.entities.first().copied().unwrap_or(EntityId(0));
        let counts = self.read.verb == ReadVerb::Count;
        let call = match (counts, self.read.batch) {
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
                &[],
            )
        };
        made.partition =
            vec![partition(self.workload, family, member, value, |_| literal("")).key()];
        let key = sort(family, member, |c| self.segment(entity, c, &[]));
        made.sort = vec![Choice::Plain(SortCondition::Equals(Choice::Plain(key.0)))];
        let in_key = family.key_attributes(member);
        let all = crate::demand::conditions_of(self.workload, self.read, &self.variant.given);
        let rest: Vec<Criterion> = all
            .into_iter()
            .filter(|c| !self.fixed_by(c, entity, in_key))
            .collect();
        made.filter = self.filter(&rest, &[entity]);
        made.projection = self.projection(&[entity], None, !counts);
        made
    }

    /// Whether a criterion is an equality that a key holds.
    fn fixed_by(&self, criterion: &Criterion, entity: EntityId, key: AttributeSet) -> bool {
        match criterion {
            Criterion::Column(at) => self.read.by[*at]
                .binding
                .get(&entity)
                .is_some_and(|a| key.contains(*a)),
            Criterion::Constant(at) => {
                let condition = &self.read.constants[*at];
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
        match index {
            Some(at) => {
                made.index = Some(self.schema.indexes[at].name.clone());
                made.filter = self.filter(&demand.dropped, &entities);
            }
            None => {
                let all =
                    crate::demand::conditions_of(self.workload, self.read, &self.variant.given);
                made.filter = Some(
                    self.kinds_filter(&entities)
                        .into_iter()
                        .chain(self.filter(&all, &entities).into_iter().flatten())
                        .collect(),
                );
            }
        }
        made.projection = self.projection(&entities, index, self.read.verb != ReadVerb::Count);
        made
    }

    /// That a row is of one of some entities.
    fn kinds_filter(&self, entities: &[EntityId]) -> Vec<Condition> {
        let names: Vec<String> = entities
            .iter()
            .map(|e| self.workload.entity(*e).name.clone())
            .collect();
        let kind = on(&self.workload.settings.names.discriminator, "in").stored("string");
        vec![match names.as_slice() {
            [one] => on(&self.workload.settings.names.discriminator, "=")
                .stored("string")
                .constant(one.as_str().into()),
            _ => kind.constant(names.into()),
        }]
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
        made.for_each = self.for_each(demand);
        let entities: Vec<EntityId> = demand.parts.iter().map(|p| p.entity).collect();
        made.filter = self.filter(&demand.dropped, &entities);
        made.merge = self.merge(demand);
        made.projection = self.projection(&entities, index, self.read.verb != ReadVerb::Count);
        made
    }

    /// Rows that one request evaluates at most: the limit, and room for the items that it does not count.
    fn rows(&self, demand: &Demand) -> Option<u32> {
        if self.read.verb == ReadVerb::Get {
            return Some(1);
        }
        let limit = self.read.limit?.count;
        let others = if demand.limited.is_some() {
            demand.parts.len() - 1
        } else {
            0
        };
        Some(limit.saturating_add(u32::try_from(others).unwrap_or(0)))
    }

    fn shard_variable(&self, demand: &Demand) -> String {
        let taken = demand
            .fan
            .iter()
            .any(|(a, _)| self.fan_name(demand, *a) == "shard");
        if taken { "shard_number" } else { "shard" }.to_owned()
    }

    fn fan_name(&self, demand: &Demand, attribute: AttributeId) -> String {
        let entity = demand.parts.first().map_or(EntityId(0), |p| p.entity);
        self.workload
            .entity(entity)
            .attribute(attribute)
            .name
            .clone()
    }

    fn for_each(&self, demand: &Demand) -> Option<Vec<ForEach>> {
        let fans = demand
            .fan
            .iter()
            .map(|(attribute, values)| ForEach::Values {
                variable: self.fan_name(demand, *attribute),
                values: values.iter().map(constant).collect(),
            });
        let shards = (demand.shards > 1).then(|| ForEach::Count {
            variable: self.shard_variable(demand),
            count: demand.shards,
        });
        let made: Vec<ForEach> = fans.chain(shards).collect();
        (!made.is_empty()).then_some(made)
    }

    fn merge(&self, demand: &Demand) -> Option<Vec<MergeKey>> {
        let parallel = demand.shards > 1 || !demand.fan.is_empty();
        let part = demand.parts.first()?;
        if !parallel || demand.merge.is_empty() || self.read.verb == ReadVerb::Count {
            return None;
        }
        let entity = self.workload.entity(part.entity);
        let key = |(a, descending): &(AttributeId, bool)| MergeKey {
            attribute: entity.attribute(*a).name.clone(),
            descending: *descending,
        };
        Some(demand.merge.iter().map(key).collect())
    }

    /// Where the value of a fixed attribute comes from.
    fn source(
        &self,
        entity: EntityId,
        attribute: AttributeId,
        fan: &[(AttributeId, Vec<Constant>)],
    ) -> Option<Source<'_>> {
        let by = self
            .variant
            .given
            .iter()
            .find(|c| self.read.by[**c].binding.get(&entity) == Some(&attribute));
        if let Some(at) = by {
            return Some(Source::Parameter(&self.names.by[*at]));
        }
        if fan.iter().any(|(a, _)| *a == attribute) {
            return Some(Source::Variable(
                self.workload
                    .entity(entity)
                    .attribute(attribute)
                    .name
                    .clone(),
            ));
        }
        let constant = self
            .read
            .constants
            .iter()
            .find(|w| w.binding.get(&entity) == Some(&attribute));
        match constant.map(|w| &w.test) {
            Some(Test::OneOf(values)) => values.first().map(Source::Constant),
            _ => None,
        }
    }

    /// The segment of a fixed component.
    fn segment(
        &self,
        entity: EntityId,
        component: Component,
        fan: &[(AttributeId, Vec<Constant>)],
    ) -> Segment {
        let declared = self.workload.entity(entity);
        let how = encoding_of(declared, component);
        match self.source(entity, component.attribute, fan) {
            Some(Source::Parameter(name)) => Segment::Parameter {
                parameter: name.to_owned(),
                encoding: how.to_string(),
            },
            Some(Source::Variable(name)) => Segment::Variable {
                variable: name,
                encoding: how.to_string(),
            },
            // Constants were checked to fit when the file was read.
            Some(Source::Constant(value)) => {
                literal(&encoding::encode(value, how).unwrap_or_default())
            }
            None => literal(""),
        }
    }

    fn sort_conditions(
        &self,
        demand: &Demand,
        family: &Family,
        found: &Access,
    ) -> Vec<Choice<SortCondition>> {
        let mut start = Segments::default();
        for piece in &found.start {
            match piece {
                Piece::Label(label) => start.literal(label),
                Piece::Fixed(member, component) => {
                    start.push(self.segment(
                        family.members[*member].entity,
                        *component,
                        &demand.fan,
                    ));
                    start.literal("#");
                }
                Piece::Value(_, _, value) => {
                    start.literal(&format!("{}#", encoding::escape(&value.plain())))
                }
            }
        }
        let begins = |s: Segments| Choice::Plain(SortCondition::BeginsWith(Choice::Plain(s.0)));
        match &found.run {
            Run::All if found.start.is_empty() => Vec::new(),
            Run::All => vec![begins(start)],
            Run::Point => vec![Choice::Plain(SortCondition::Equals(Choice::Plain(start.0)))],
            Run::Starts(_, _) => vec![self.starts(start)],
            Run::Bounded(member, component) => {
                let (low, high) =
                    self.bounds(&start, &start, family.members[*member].entity, *component);
                vec![Choice::Plain(SortCondition::Between(low, high))]
            }
            Run::Values(values) => {
                let at = |v: Option<&Constant>| {
                    let mut s = start.clone();
                    s.literal(&format!(
                        "{}#",
                        v.map(|v| encoding::escape(&v.plain())).unwrap_or_default()
                    ));
                    s
                };
                let (low, high) = (at(values.first()), at(values.last()).end());
                vec![Choice::Plain(SortCondition::Between(
                    Choice::Plain(low.0),
                    Choice::Plain(high.0),
                ))]
            }
            Run::Blocks(first, last) => {
                let low = self.edge(&start, family, first, true);
                let high = self.edge(&start, family, last, false);
                vec![Choice::Plain(SortCondition::Between(low, high))]
            }
        }
    }

    /// An end of a run of blocks.
    fn edge(
        &self,
        start: &Segments,
        family: &Family,
        edge: &Edge,
        low: bool,
    ) -> Choice<Vec<Segment>> {
        let mut at = start.clone();
        at.literal(&edge.label);
        if let Some(value) = &edge.value {
            at.literal(&format!("{}#", encoding::escape(&value.plain())));
        }
        match &edge.cut {
            Some((member, component)) => {
                let (from, to) = self.bounds(&at, &at, family.members[*member].entity, *component);
                if low { from } else { to }
            }
            None if low => Choice::Plain(at.0),
            None => Choice::Plain(at.end().0),
        }
    }

    /// A start that a parameter gives, optional or not.
    fn starts(&self, start: Segments) -> Choice<SortCondition> {
        let optional = self
            .read
            .prefix
            .as_ref()
            .is_some_and(|(_, optional)| *optional);
        let name = self.names.prefix.clone().unwrap_or_default();
        let mut with = start.clone();
        with.push(Segment::Parameter {
            parameter: name.clone(),
            encoding: "text".to_owned(),
        });
        let begins = |s: Segments| Choice::Plain(SortCondition::BeginsWith(Choice::Plain(s.0)));
        if !optional {
            return begins(with);
        }
        Choice::Given {
            given: vec![name],
            then: Box::new(begins(with)),
            otherwise: Box::new(begins(start)),
        }
    }

    /// The least and the greatest key of a bounded component: `P#v` lies before everything with v, `P#v$` after it.
    fn bounds(
        &self,
        low: &Segments,
        high: &Segments,
        entity: EntityId,
        component: Component,
    ) -> (Choice<Vec<Segment>>, Choice<Vec<Segment>>) {
        let how = encoding_of(self.workload.entity(entity), component).to_string();
        let value = |of: &Segments, name: &str, after: bool| {
            let mut s = of.clone();
            s.push(Segment::Parameter {
                parameter: name.to_owned(),
                encoding: how.clone(),
            });
            if after {
                s.literal("$");
            }
            Choice::Plain(s.0)
        };
        let open_low = Choice::Plain(low.clone().0);
        let open_high = Choice::Plain(high.clone().end().0);
        let operator = self
            .read
            .range
            .as_ref()
            .map_or(RangeOperator::FromTo, |r| r.operator);
        let (from, to) = (self.names.from.as_deref(), self.names.to.as_deref());
        let bound = self.names.bound.as_deref().unwrap_or_default();
        // For each end of the range: the parameter, whether it may be left out, whether the value itself is outside.
        let lower = match operator {
            RangeOperator::FromTo => from.map(|n| (n, true, false)),
            RangeOperator::Between => from.map(|n| (n, false, false)),
            RangeOperator::Greater => Some((bound, false, true)),
            RangeOperator::GreaterOrEqual => Some((bound, false, false)),
            RangeOperator::Less | RangeOperator::LessOrEqual => None,
        };
        let upper = match operator {
            RangeOperator::FromTo => to.map(|n| (n, true, false)),
            RangeOperator::Between => to.map(|n| (n, false, false)),
            RangeOperator::Less => Some((bound, false, true)),
            RangeOperator::LessOrEqual => Some((bound, false, false)),
            RangeOperator::Greater | RangeOperator::GreaterOrEqual => None,
        };
        // Stored descending, the greatest values come first.
        let (first, last) = if component.descending {
            (upper, lower)
        } else {
            (lower, upper)
        };
        let end = |of: &Segments,
                   bound: Option<(&str, bool, bool)>,
                   open: Choice<Vec<Segment>>,
                   is_low: bool| match bound {
            None => open,
            Some((name, optional, exclusive)) => {
                let at = value(of, name, exclusive == is_low);
                if optional {
                    Choice::Given {
                        given: vec![name.to_owned()],
                        then: Box::new(at),
                        otherwise: Box::new(open),
                    }
                } else {
                    at
                }
            }
        };
        (
            end(low, first, open_low, true),
            end(high, last, open_high, false),
        )
    }

    /// Conditions on the rows: those of the read that the key does not hold, and that no row is over its time.
    fn filter(&self, criteria: &[Criterion], entities: &[EntityId]) -> Option<Vec<Condition>> {
        let mut made = Vec::new();
        for criterion in criteria {
            let (binding, conditions) = self.criterion(criterion);
            let all = entities.iter().all(|e| binding.contains(e));
            for (entity, condition) in conditions {
                if all && made.contains(&condition) {
                    continue;
                }
                made.push(if all && entities.len() == 1 {
                    condition
                } else {
                    self.narrow(entity, condition, entities)
                });
            }
        }
        let living: Vec<Option<Condition>> = entities
            .iter()
            .map(|e| alive(self.workload.entity(*e)))
            .collect();
        match living.as_slice() {
            // Where all expire by the same attribute one condition does for all.
            [Some(first), rest @ ..] if rest.iter().all(|c| c.as_ref() == Some(first)) => {
                made.push(first.clone())
            }
            _ => {
                for (entity, condition) in entities.iter().zip(living) {
                    made.extend(condition.map(|c| self.narrow(*entity, c, entities)));
                }
            }
        }
        (!made.is_empty()).then_some(made)
    }

    fn narrow(&self, entity: EntityId, condition: Condition, entities: &[EntityId]) -> Condition {
        if entities.len() == 1 {
            condition
        } else {
            only_of(self.workload, entity, condition)
        }
    }

    /// A criterion as conditions, for each entity that it concerns.
    fn criterion(&self, criterion: &Criterion) -> (Vec<EntityId>, Vec<(EntityId, Condition)>) {
        let read = self.read;
        let mut made: Vec<(EntityId, Condition)> = Vec::new();
        let binding = match criterion {
            Criterion::Sorted => {
                for (entity, attribute) in read.sort.iter().flat_map(|s| &s.binding) {
                    let declared = self.workload.entity(*entity).attribute(*attribute);
                    if declared.optional {
                        made.push((*entity, on(&declared.stored_as, "exists")));
                    }
                }
                return (made.iter().map(|(e, _)| *e).collect(), made);
            }
            Criterion::Column(at) => &read.by[*at].binding,
            Criterion::Constant(at) => &read.constants[*at].binding,
            Criterion::Range => match &read.range {
                Some(range) => &range.binding,
                None => return (Vec::new(), made),
            },
            Criterion::Prefix => match &read.prefix {
                Some((binding, _)) => binding,
                None => return (Vec::new(), made),
            },
        };
        for (entity, attribute) in binding {
            let declared = self.workload.entity(*entity).attribute(*attribute);
            let with = |op: &str| on(&declared.stored_as, op).stored(element_as(&declared.ty));
            let mut push = |c: Condition| made.push((*entity, c));
            match criterion {
                Criterion::Sorted => {}
                Criterion::Column(at) => push(with("=").parameter(&self.names.by[*at])),
                Criterion::Constant(at) => match &read.constants[*at].test {
                    Test::Exists => push(on(&declared.stored_as, "exists")),
                    Test::Missing => push(on(&declared.stored_as, "missing")),
                    Test::OneOf(values) => push(match values.as_slice() {
                        [one] => with("=").constant(constant(one)),
                        several => with("in").constant(several.iter().map(constant).collect()),
                    }),
                },
                Criterion::Range => {
                    let operator = read
                        .range
                        .as_ref()
                        .map_or(RangeOperator::FromTo, |r| r.operator);
                    for (op, name) in self.range_conditions(operator) {
                        push(with(op).parameter(&name));
                    }
                    // A range asks for the attribute even where the caller gives no bound.
                    if declared.optional {
                        push(on(&declared.stored_as, "exists"));
                    }
                }
                Criterion::Prefix => {
                    push(
                        with("begins_with")
                            .parameter(self.names.prefix.as_deref().unwrap_or_default()),
                    );
                    if declared.optional {
                        push(on(&declared.stored_as, "exists"));
                    }
                }
            }
        }
        (binding.keys().copied().collect(), made)
    }

    fn range_conditions(&self, operator: RangeOperator) -> Vec<(&'static str, String)> {
        let from = || self.names.from.clone().unwrap_or_default();
        let to = || self.names.to.clone().unwrap_or_default();
        let bound = || self.names.bound.clone().unwrap_or_default();
        match operator {
            RangeOperator::FromTo | RangeOperator::Between => vec![(">=", from()), ("<=", to())],
            RangeOperator::Less => vec![("<", bound())],
            RangeOperator::LessOrEqual => vec![("<=", bound())],
            RangeOperator::Greater => vec![(">", bound())],
            RangeOperator::GreaterOrEqual => vec![(">=", bound())],
        }
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

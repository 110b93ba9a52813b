//! Makes reading steps and their rows of the document.

use super::{Call, KeyBound, MergeBy, ReadCode, RowCode, RowField, Shape, SortOp, StepCode};
use crate::emit::client::clauses::{Name, Placeholders};
use crate::emit::client::entities::EntityCode;
use crate::plan::{
    Choice, ForEach, KeyAttribute, MergeKey, Pattern, Plan, ReadStep, Segment, SortCondition, Step,
};

/// What a reading step is made of.
pub(in crate::emit::client) struct Reader<'a> {
    pub(in crate::emit::client) plan: &'a Plan,
    pub(in crate::emit::client) entities: &'a [EntityCode],
    pub(in crate::emit::client) pattern: &'a Pattern,
}

impl Reader<'_> {
    pub(in crate::emit::client) fn read(&self) -> Result<ReadCode, String> {
        let mut steps = Vec::new();
        let mut plain = Vec::new();
        for (place, step) in self.pattern.steps.iter().enumerate() {
            let Step::Read(step) = step else {
                return Err("it writes and reads".to_owned());
            };
            steps.push(self.step(place, step)?);
            plain.push(step);
        }
        let items: Vec<&ReadStep> = plain
            .iter()
            .copied()
            .filter(|s| s.returns == "items")
            .collect();
        let followed: Vec<&ReadStep> = plain
            .iter()
            .copied()
            .filter(|s| s.returns == "followed")
            .collect();
        let shape = match self.pattern.verb.as_deref() {
            Some("get") => Shape::One,
            Some("count") => Shape::Count,
            _ if self.pattern.entities.len() == 1 => Shape::Many,
            _ if self.pattern.order == "merged" => Shape::Merged,
            _ => Shape::Aggregate,
        };
        let mut names: Vec<&String> = followed
            .iter()
            .flat_map(|s| s.followed.iter().flatten())
            .collect();
        names.sort();
        names.dedup();
        Ok(ReadCode {
            shape,
            rows: self.rows(self.pattern.entities.iter(), &items)?,
            followed: self.rows(names.into_iter(), &followed)?,
            steps,
            limit: self.pattern.limit.clone(),
            batch: self.pattern.batch,
        })
    }

    fn rows<'b>(
        &self,
        names: impl Iterator<Item = &'b String>,
        steps: &[&ReadStep],
    ) -> Result<Vec<RowCode>, String> {
        names.map(|name| self.row(name, steps)).collect()
    }

    /// What every step that gives rows of an entity can say of them.
    fn row(&self, name: &str, steps: &[&ReadStep]) -> Result<RowCode, String> {
        let entity = self.entity(name)?;
        let wanted: Vec<Option<Vec<String>>> = steps.iter().map(|s| self.physical_of(s)).collect();
        let has = |physical: &str, of: &Option<Vec<String>>| {
            of.as_ref()
                .is_none_or(|names| names.iter().any(|n| n == physical))
        };
        let fields: Vec<RowField> = entity
            .fields
            .iter()
            .filter(|f| wanted.iter().any(|w| has(&f.physical, w)))
            .map(|f| RowField {
                attribute: f.attribute.clone(),
                physical: f.physical.clone(),
                ty: f.ty.clone(),
                required: !f.optional && wanted.iter().all(|w| has(&f.physical, w)),
            })
            .collect();
        let whole = wanted
            .iter()
            .all(|w| entity.fields.iter().all(|f| has(&f.physical, w)));
        let fixed = |key: &String| {
            self.pattern
                .parameters
                .iter()
                .any(|p| p.role == "by" && !p.optional && p.attributes.get(name) == Some(key))
        };
        Ok(RowCode {
            entity: name.to_owned(),
            whole,
            single: entity.identity.iter().all(fixed),
            fields,
        })
    }

    /// The physical attributes that rows of a step have; nothing: all.
    fn physical_of(&self, step: &ReadStep) -> Option<Vec<String>> {
        if let Some(names) = &step.projection {
            return Some(names.clone());
        }
        let table = self.plan.tables.iter().find(|t| t.name == step.table)?;
        let index = table
            .indexes
            .iter()
            .find(|i| Some(&i.name) == step.index.as_ref())?;
        if index.projection.ty == "ALL" {
            return None;
        }
        let keys = [&table.key, &index.key];
        let keys = keys.iter().flat_map(|k| k.partition.iter().chain(&k.sort));
        let keys = keys.map(|a| a.attribute.clone());
        Some(
            keys.chain(index.projection.attributes.iter().cloned())
                .collect(),
        )
    }

    fn entity(&self, name: &str) -> Result<&EntityCode, String> {
        let missing = || format!("there is no entity `{name}`");
        self.entities
            .iter()
            .find(|e| e.name == name)
            .ok_or_else(missing)
    }

    pub(in crate::emit::client) fn step(
        &self,
        place: usize,
        step: &ReadStep,
    ) -> Result<StepCode, String> {
        let call = match step.call.as_str() {
            "GetItem" => Call::GetItem,
            "BatchGetItem" => Call::BatchGetItem,
            "Query" => Call::Query,
            "Scan" => Call::Scan,
            other => return Err(format!("the call `{other}` is not known here")),
        };
        let missing = || format!("there is no table `{}`", step.table);
        let table = self
            .plan
            .tables
            .iter()
            .find(|t| t.name == step.table)
            .ok_or_else(missing)?;
        let index = table
            .indexes
            .iter()
            .find(|i| Some(&i.name) == step.index.as_ref());
        if index.is_none() && step.index.is_some() {
            return Err("there is no such index".to_owned());
        }
        let schema = index.map_or(&table.key, |i| &i.key);
        let mut places = Placeholders::default();
        let mut keys = Vec::new();
        for (attribute, part) in schema.partition.iter().zip(&step.partition) {
            let bounds = vec![Choice::Plain(part.segments.clone())];
            keys.push(bound(
                &mut places,
                attribute,
                true,
                (SortOp::Equals, bounds),
            ));
        }
        for (attribute, condition) in schema.sort.iter().zip(&step.sort) {
            keys.push(bound(
                &mut places,
                attribute,
                false,
                pushed_down(condition)?,
            ));
        }
        let texts: Vec<String> = keys
            .iter()
            .map(|k| {
                let bounds: Vec<String> = k.bounds.iter().map(|(p, _)| p.clone()).collect();
                k.op.text(&k.name.placeholder, &bounds)
            })
            .collect();
        let optional = |name: &str| self.optional(name);
        let by_key = matches!(call, Call::GetItem | Call::BatchGetItem);
        let conditions = step.filter.as_deref().unwrap_or_default();
        let filter = if by_key {
            Vec::new()
        } else {
            let made = conditions.iter().map(|c| places.condition(c, &optional));
            made.collect::<Result<Vec<_>, _>>()?
        };
        let (rows_of, for_each) = for_each(step)?;
        let all_keys = table.key.partition.iter().chain(&table.key.sort);
        let of_index = index.filter(|_| !by_key).map(|i| &i.key);
        let of_index = of_index
            .into_iter()
            .flat_map(|k| k.partition.iter().chain(&k.sort));
        let mut key_names: Vec<String> = Vec::new();
        for attribute in all_keys.chain(of_index) {
            if !key_names.contains(&attribute.attribute) {
                key_names.push(attribute.attribute.clone());
            }
        }
        let projection = step.projection.as_ref().map(|names| {
            let mut all: Vec<Name> = names.iter().map(|n| places.physical(n)).collect();
            if call == Call::BatchGetItem {
                for name in key_names.iter().filter(|n| !names.contains(n)) {
                    all.push(places.physical(name));
                }
            }
            all
        });
        let merge = step.merge.as_deref().unwrap_or_default();
        Ok(StepCode {
            place,
            call,
            table: step.table.clone(),
            index: step.index.clone(),
            when: step.when.clone(),
            for_each,
            rows_of,
            keys,
            key_expression: if call == Call::Query {
                texts.join(" AND ")
            } else {
                String::new()
            },
            forward: step.forward,
            limit: step.limit,
            filter,
            reader_filter: if by_key {
                conditions.to_vec()
            } else {
                Vec::new()
            },
            projection,
            count: step.select.as_deref() == Some("count"),
            consistent: step.consistent,
            may_be_consistent: index.is_none_or(|i| i.kind == "local"),
            merge: merge.iter().map(|m| self.merge(m)).collect(),
            returns: step.returns.clone(),
            key_names,
        })
    }

    fn optional(&self, name: &str) -> bool {
        self.pattern
            .parameters
            .iter()
            .any(|p| p.name == name && p.optional)
    }

    fn merge(&self, of: &MergeKey) -> MergeBy {
        let physical = |name: &String| {
            let entity = self.entities.iter().find(|e| e.name == *name)?;
            let field = entity.field(&of.attribute)?;
            Some((name.clone(), field.physical.clone()))
        };
        MergeBy {
            physical: self.pattern.entities.iter().filter_map(physical).collect(),
            descending: of.descending,
        }
    }
}

fn for_each(step: &ReadStep) -> Result<(Option<usize>, Vec<ForEach>), String> {
    let mut rows_of = None;
    let mut others = Vec::new();
    for dimension in step.for_each.iter().flatten() {
        match dimension {
            ForEach::Rows { rows_of: place } if rows_of.is_none() => rows_of = Some(*place),
            ForEach::Rows { .. } => return Err("requests for the rows of two steps".to_owned()),
            other => others.push(other.clone()),
        }
    }
    Ok((rows_of, others))
}

fn bound(
    places: &mut Placeholders,
    attribute: &KeyAttribute,
    partition: bool,
    (op, bounds): (SortOp, Vec<Choice<Vec<Segment>>>),
) -> KeyBound {
    let name = places.physical(&attribute.attribute);
    let bounds = bounds
        .into_iter()
        .map(|b| (places.value(&attribute.attribute), b))
        .collect();
    KeyBound {
        name,
        ty: attribute.ty.clone(),
        partition,
        op,
        bounds,
    }
}

/// A condition as one operator, with the choices between parameters in its bounds.
pub(in crate::emit::client) fn pushed_down(
    of: &Choice<SortCondition>,
) -> Result<(SortOp, Vec<Choice<Vec<Segment>>>), String> {
    match of {
        Choice::Plain(condition) => Ok(match condition.clone() {
            SortCondition::Equals(a) => (SortOp::Equals, vec![a]),
            SortCondition::BeginsWith(a) => (SortOp::BeginsWith, vec![a]),
            SortCondition::Lt(a) => (SortOp::Less, vec![a]),
            SortCondition::Le(a) => (SortOp::LessOrEqual, vec![a]),
            SortCondition::Gt(a) => (SortOp::Greater, vec![a]),
            SortCondition::Ge(a) => (SortOp::GreaterOrEqual, vec![a]),
            SortCondition::Between(a, b) => (SortOp::Between, vec![a, b]),
        }),
        Choice::Given {
            given,
            then,
            otherwise,
        } => {
            let ((op, one), (other, two)) = (pushed_down(then)?, pushed_down(otherwise)?);
            if op != other {
                return Err("the operator of a key condition rests on what is given".to_owned());
            }
            let bounds = one
                .into_iter()
                .zip(two)
                .map(|(then, otherwise)| Choice::Given {
                    given: given.clone(),
                    then: Box::new(then),
                    otherwise: Box::new(otherwise),
                });
            Ok((op, bounds.collect()))
        }
    }
}

//! Projections: whether a request brings every attribute that is wanted of its items.

use super::filter::dropped_by;
use super::model::{KindOf, Model};
use super::order::Brought;
use super::values::physical;
use crate::plan::{Condition, Key, ReadStep};
use crate::workload::{AttributeSet, Entity, Read, ReadVerb};
use std::collections::BTreeSet;

/// What a step needs of its rows.
#[derive(Debug, Default)]
struct Needs {
    /// Physical attributes that the reader gets.
    read: BTreeSet<String>,
    /// Physical attributes that the engine compares with.
    compared: BTreeSet<String>,
}

/// Why a step lacks attributes of the items that it brings.
pub(super) fn lacking(
    model: &Model<'_>,
    read: &Read,
    finds: bool,
    step: &ReadStep,
    brought: &[Brought<'_>],
) -> Option<String> {
    let table = model.table(&step.table)?;
    let index = step
        .index
        .as_ref()
        .and_then(|name| table.indexes.iter().find(|i| i.name == *name));
    let mut needs = Needs::default();
    for of in brought {
        let entity = model.workload.entity(of.entity);
        let kind = model.item(of.entity)?;
        compared_with(step, kind, &mut needs);
        if read.verb != ReadVerb::Count && !finds {
            returned(read, entity, of, &mut needs.read);
            merged(step, entity, &mut needs.read);
        }
        if brought.len() > 1 {
            needs.read.insert(kind.kind.discriminator.attribute.clone());
        }
    }
    let whole_rows = matches!(step.call.as_str(), "GetItem" | "BatchGetItem");
    if whole_rows {
        // Rows of these calls are filtered by the reader.
        needs.read.append(&mut needs.compared.clone());
    }
    let keys = key_names(std::iter::once(&table.key).chain(index.map(|i| &i.key)));
    let is_cut = step.for_each.is_some() || (read.limit.is_some() && brought.len() > 1);
    if finds {
        needs.read.extend(key_names(std::iter::once(&table.key)));
    }
    if is_cut && !finds && step.select.is_none() && step.projection.is_some() {
        needs.read.extend(keys.iter().cloned());
    }
    if let Some(index) = index.filter(|i| i.projection.ty != "ALL") {
        let carries =
            |name: &&String| index.projection.attributes.contains(name) || keys.contains(*name);
        if let Some(name) = needs
            .read
            .iter()
            .chain(&needs.compared)
            .find(|n| !carries(n))
        {
            return Some(format!("{} does not carry `{name}`", index.name));
        }
    }
    let asked = step.projection.as_ref()?;
    needs
        .read
        .iter()
        .find(|n| !asked.contains(n))
        .map(|name| format!("its projection leaves out `{name}`"))
}

fn key_names<'a>(keys: impl Iterator<Item = &'a Key>) -> BTreeSet<String> {
    keys.flat_map(|k| k.partition.iter().chain(&k.sort))
        .map(|p| p.attribute.clone())
        .collect()
}

fn compared_with(step: &ReadStep, kind: &KindOf<'_>, needs: &mut Needs) {
    fn names(condition: &Condition, to: &mut BTreeSet<String>) {
        to.extend(condition.attribute.clone());
        condition.any.iter().flatten().for_each(|c| names(c, to));
    }
    let mut all = BTreeSet::new();
    step.filter
        .iter()
        .flatten()
        .for_each(|c| names(c, &mut all));
    // Of the attributes that a filter names only those matter that items of this kind have.
    let time = kind.expiry.map(|(name, _)| name.to_owned());
    needs.compared.extend(all.into_iter().filter(|n| {
        Some(n) == time.as_ref()
            || *n == kind.kind.discriminator.attribute
            || kind.physical.contains(n.as_str())
    }));
}

/// The attributes that the design wants returned: the selected ones and the identity, or all; and what is followed.
fn returned(read: &Read, entity: &Entity, of: &Brought<'_>, to: &mut BTreeSet<String>) {
    let mut wanted: AttributeSet = match &read.select {
        None => entity.attribute_ids().collect(),
        Some(select) => {
            let selected = select
                .get(&of.entity)
                .into_iter()
                .flatten()
                .map(|(a, _)| *a);
            selected.chain(entity.identity.iter().copied()).collect()
        }
    };
    for (_, at) in read.follow.iter().filter(|(e, _)| *e == of.entity) {
        let reference = entity.references.get(*at);
        wanted = reference
            .into_iter()
            .flat_map(|r| &r.attributes)
            .fold(wanted, |set, a| set.with(*a));
    }
    to.extend(wanted.iter().map(|a| entity.attribute(a).stored_as.clone()));
}

fn merged(step: &ReadStep, entity: &Entity, to: &mut BTreeSet<String>) {
    let keys = step
        .merge
        .iter()
        .flatten()
        .filter_map(|k| entity.find(&k.attribute));
    to.extend(keys.map(|a| entity.attribute(a).stored_as.clone()));
}

/// The design's names of the attributes by which a step drops items of its entities, other than by their time.
pub(super) fn dropped<'a>(model: &Model<'a>, read: &Read, step: &ReadStep) -> BTreeSet<&'a str> {
    let filter = step.filter.as_deref().unwrap_or_default();
    let of = |id| {
        Some(dropped_by(
            model.workload.entity(id),
            model.item(id)?,
            filter,
        ))
    };
    let mut made: BTreeSet<&str> = read
        .entities
        .iter()
        .filter_map(|id| of(*id))
        .flatten()
        .collect();
    // What no entity of the pattern has is dropped by as well.
    let unknown = |c: &&Condition| {
        let name = c.attribute.as_deref();
        name.is_some_and(|n| {
            read.entities.iter().all(|id| {
                physical(model.workload.entity(*id), n).is_none()
                    && model
                        .item(*id)
                        .is_none_or(|k| k.kind.discriminator.attribute != n)
            })
        })
    };
    if filter.iter().any(|c| unknown(&c)) {
        made.insert("");
    }
    made
}

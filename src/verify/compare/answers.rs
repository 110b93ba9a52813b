//! The rows of an answer against the items that should have come: each once, as they are, in their order, in full pages.

use super::super::execute::Page;
use super::super::model::{Entity, Model, Read};
use super::super::plan::Limit;
use super::super::value::{Attrs, Row};
use super::reads::{Difference, Expected};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What an item is, wherever it is seen: its place in memory, which the model never changes while it is there.
type Same = *const Attrs;

/// What an answer is compared with.
pub(super) struct Answers<'a> {
    model: &'a Model,
    read: &'a Read,
    expected: &'a Expected,
    entities: Vec<&'a Entity>,
    wanted: BTreeSet<Same>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(
        model: &'a Model,
        read: &'a Read,
        expected: &'a Expected,
    ) -> Result<Self, String> {
        let entities = read.entities.iter().map(|name| model.design.entity(name));
        Ok(Self {
            model,
            read,
            expected,
            entities: entities.collect::<Result<_, _>>()?,
            wanted: expected
                .items
                .iter()
                .map(|(_, item)| Rc::as_ptr(item))
                .collect(),
        })
    }

    /// The item that a row stands for.
    fn item(&self, row: &Row) -> Option<&'a Rc<Attrs>> {
        let entity = self.model.design.entity(&row.entity).ok()?;
        self.model.items.get(&entity.identity(&row.attributes)?)
    }

    /// Every row is an item that should come, with the attributes that are wanted, and comes once; where the walk was
    /// `complete`, none is missing. Gives the items that came.
    pub(super) fn items<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r Row>,
        complete: bool,
    ) -> Result<BTreeSet<Same>, Difference> {
        let rows: Vec<&Row> = rows.into_iter().collect();
        let mut seen = BTreeSet::new();
        for row in &rows {
            let item = self
                .item(row)
                .filter(|i| self.wanted.contains(&Rc::as_ptr(i)));
            let Some(item) = item else {
                return Err(Difference::of("an item that does not match", &rows));
            };
            if !seen.insert(Rc::as_ptr(item)) {
                return Err(Difference::of("an item came twice", &rows));
            }
            let entity = self.model.design.entity(&row.entity)?;
            if !same_attributes(self.read, entity, row, item) {
                return Err(Difference::of("an item with other attributes", &rows));
            }
        }
        let missing = self.wanted.len() - seen.len();
        if complete && missing > 0 {
            let what = match missing {
                1 => "an item is missing".to_owned(),
                many => format!("{many} items are missing"),
            };
            return Err(Difference::of(what, &rows));
        }
        Ok(seen)
    }

    /// The order that `sort`, else `range`, else `prefix` asks for; and nothing was passed over on the way.
    pub(super) fn order(&self, rows: &[&Row], seen: &BTreeSet<Same>) -> Result<(), Difference> {
        let mut last: BTreeMap<&str, &Attrs> = BTreeMap::new();
        for row in rows {
            let (Some(item), Ok(entity)) = (self.item(row), self.model.design.entity(&row.entity))
            else {
                continue;
            };
            let order = Model::order(self.read, entity);
            let before = last.insert(self.sequence(&row.entity), item);
            if before.is_some_and(|b| Model::ordered(&order, b, item) == Ordering::Greater) {
                return Err(Difference::of("the items come in another order", rows));
            }
        }
        for (place, item) in &self.expected.items {
            if seen.contains(&Rc::as_ptr(item)) {
                continue;
            }
            let entity = self.entities[*place];
            let order = Model::order(self.read, entity);
            let passed = last.get(self.sequence(&entity.name));
            if passed.is_some_and(|l| Model::ordered(&order, item, l) == Ordering::Less) {
                return Err(Difference::of("an item was passed over", rows));
            }
        }
        Ok(())
    }

    fn sequence<'n>(&self, entity: &'n str) -> &'n str {
        if self.read.interleave { "" } else { entity }
    }

    /// With a limit every page but the last is full; an empty page may come after all.
    pub(super) fn pages(&self, limit: Option<&Limit>, pages: &[Page]) -> Result<(), Difference> {
        let Some(limit) = limit else {
            return Ok(());
        };
        let counts = |entity: &str| limit.entity.as_ref().is_none_or(|e| e == entity);
        let expected = self.expected.items.iter();
        let mut left = expected
            .filter(|(place, _)| counts(&self.entities[*place].name))
            .count();
        for page in pages {
            let size = page.items.iter().filter(|row| counts(&row.entity)).count();
            let wanted = left.min(limit.count);
            if size != wanted {
                let what = format!("a page of {size} items, where {wanted} should be");
                return Err(Difference::of(what, &page.items.iter().collect::<Vec<_>>()));
            }
            left -= size;
        }
        Ok(())
    }

    /// In a collection with a limit, the first page has the other entities beside the first of the limited one.
    pub(super) fn company(&self, limit: Option<&Limit>, pages: &[Page]) -> Result<(), Difference> {
        let (Some(limited), Some(first)) = (limit.and_then(|l| l.entity.as_ref()), pages.first())
        else {
            return Ok(());
        };
        let there: BTreeSet<Same> = first
            .items
            .iter()
            .filter_map(|row| self.item(row).map(Rc::as_ptr))
            .collect();
        let other = |(place, _): &&(usize, Rc<Attrs>)| self.entities[*place].name != *limited;
        let mut others = self.expected.items.iter().filter(other);
        if others.all(|(_, item)| there.contains(&Rc::as_ptr(item))) {
            return Ok(());
        }
        let what = format!("the first page has not all items beside those of {limited}");
        Err(Difference::of(
            what,
            &first.items.iter().collect::<Vec<_>>(),
        ))
    }

    /// The items that the rows' references point to came with them, each once.
    pub(super) fn followed(&self, page: &Page) -> Result<(), Difference> {
        let mut wanted = BTreeSet::new();
        for row in &page.items {
            if let (Some(item), Ok(entity)) =
                (self.item(row), self.model.design.entity(&row.entity))
            {
                wanted.extend(self.model.followed(self.read, entity, item));
            }
        }
        let mut found = BTreeSet::new();
        let rows: Vec<&Row> = page.followed.iter().collect();
        for row in &page.followed {
            let entity = self.model.design.entity(&row.entity)?;
            let identity = entity.identity(&row.attributes);
            let item = identity.as_ref().and_then(|i| self.model.item(i));
            if item != Some(&row.attributes) {
                return Err(Difference::of(
                    "an item that was followed is another",
                    &rows,
                ));
            }
            if !found.insert(identity.unwrap_or_default()) {
                return Err(Difference::of("an item was followed twice", &rows));
            }
        }
        if wanted == found {
            Ok(())
        } else {
            Err(Difference::of(
                "other items were followed than the references say",
                &rows,
            ))
        }
    }

    /// The rows come as the expected items stand.
    pub(super) fn in_the_order_asked(&self, rows: &[Row]) -> bool {
        let asked = self
            .expected
            .items
            .iter()
            .map(|(_, item)| Some(Rc::as_ptr(item)));
        let came = rows.iter().map(|row| self.item(row).map(Rc::as_ptr));
        asked.eq(came)
    }
}

/// All attributes, or the selected ones and the identity; whatever else came must be right too.
fn same_attributes(read: &Read, entity: &Entity, row: &Row, item: &Attrs) -> bool {
    let Some(select) = &read.select else {
        return row.attributes == *item;
    };
    let partial = |name: &str| {
        select
            .iter()
            .any(|p| p.attribute == name && !p.path.is_empty())
    };
    let right = row
        .attributes
        .iter()
        .all(|(name, value)| item.get(name) == Some(value) || partial(name));
    let whole = select
        .iter()
        .filter(|p| p.path.is_empty())
        .map(|p| &p.attribute);
    right
        && entity
            .key
            .iter()
            .chain(whole)
            .all(|name| row.attributes.get(name) == item.get(name))
}

/// Whether two walks give the same rows in the same sequences: one, or one for each entity.
pub(super) fn same_sequences(whole: &[&Row], again: &[&Row], merged: bool) -> bool {
    fn sequences<'r>(rows: &[&'r Row], merged: bool) -> BTreeMap<&'r str, Vec<&'r Row>> {
        let mut out: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            out.entry(if merged { "" } else { &row.entity })
                .or_default()
                .push(row);
        }
        out
    }
    sequences(whole, merged) == sequences(again, merged)
}

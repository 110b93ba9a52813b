//! Reads: every page walked, whole and with answers cut short, and compared with what the model matches.

use super::super::execute::{CallError, Cursor, Page};
use super::super::model::{Model, Read, Verb};
use super::super::plan::Variant;
use super::super::value::{Attrs, Row, Value};
use super::{Run, fault, message};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

type Identity = (String, Vec<Value>);

/// One match as it should come.
struct Expected {
    identity: Identity,
    item: Attrs,
}

const MOST_PAGES: usize = 2000;

impl Run<'_> {
    /// One call of a reading pattern with random parameters.
    pub(super) fn read(&mut self, name: &str) -> Result<(), String> {
        if self.read_of(name)?.is_none() {
            return Ok(());
        }
        let parameters = self
            .parameters
            .get(name)
            .ok_or("a pattern without parameters")?;
        let values = read_values(&mut self.generator, &self.model, name, parameters)?;
        self.run_read(name, &values)
    }

    /// Runs a read with given parameters on both sides.
    pub(crate) fn run_read(&mut self, name: &str, values: &Attrs) -> Result<(), String> {
        self.client.take_log();
        let expected = self.expected(name, values)?;
        self.stats.reads += 1;
        let counts = self.stats.by_pattern.entry(name.to_owned()).or_default();
        counts.0 += 1;
        counts.1 += usize::from(!expected.is_empty());
        let outcome = self.compare_read(name, values, &expected);
        self.client.cut_answers(None);
        let trace = self.count_requests();
        match outcome {
            Ok(()) => Ok(()),
            Err(Difference::Refused(text)) if self.may_refuse(name, &text, &[values]) => {
                self.stats.refused += 1;
                Ok(())
            }
            Err(Difference::Refused(text) | Difference::Text(text)) => {
                let wanted: Vec<String> = expected
                    .iter()
                    .take(30)
                    .map(|e| format!("\n    {:?} {:?}", e.identity, e.item))
                    .collect();
                let wanted = format!("{} matches{}", expected.len(), wanted.concat());
                Err(message(
                    name,
                    &format!("{values:?}"),
                    &wanted,
                    &text,
                    &trace,
                ))
            }
        }
    }

    fn expected(&self, name: &str, values: &Attrs) -> Result<Vec<Expected>, String> {
        let Some(read) = self.read_of(name)? else {
            return Err(format!("`{name}` is no read"));
        };
        let parameters = self
            .parameters
            .get(name)
            .ok_or("a pattern without parameters")?;
        let mut out = Vec::new();
        for entity in &read.entities {
            let entity = self.model.design.entity(entity)?;
            for item in self.model.matches(read, entity, parameters, values)? {
                let identity = entity.identity(item).ok_or("an item without its key")?;
                out.push(Expected {
                    identity,
                    item: item.clone(),
                });
            }
        }
        Ok(out)
    }

    fn compare_read(
        &mut self,
        name: &str,
        values: &Attrs,
        expected: &[Expected],
    ) -> Result<(), Difference> {
        let verb = self.read_of(name)?.map(|r| r.verb);
        match verb {
            Some(Verb::Count) => self.compare_count(name, values, expected.len()),
            Some(Verb::Get) => self.compare_get(name, values, expected),
            _ => self.compare_list(name, values, expected),
        }
    }

    fn compare_count(
        &mut self,
        name: &str,
        values: &Attrs,
        expected: usize,
    ) -> Result<(), Difference> {
        for cut in [false, true] {
            self.cut(cut);
            let count = self.executor().count(name, values)?;
            if count != expected {
                return Err(Difference::Text(format!(
                    "{count} as the count (answers cut short: {cut})"
                )));
            }
            self.economy(name, values, cut, expected)?;
        }
        Ok(())
    }

    fn compare_get(
        &mut self,
        name: &str,
        values: &Attrs,
        expected: &[Expected],
    ) -> Result<(), Difference> {
        if expected.len() > 1 {
            return Err(Difference::Text(
                "the design's own get can match many".to_owned(),
            ));
        }
        for cut in [false, true] {
            self.cut(cut);
            let page = self.executor().page(name, values, None)?;
            self.check_items(name, &page.items, expected)?;
            self.check_followed(name, &page, expected)?;
            self.economy(name, values, cut, page.items.len() + page.followed.len())?;
        }
        Ok(())
    }

    fn compare_list(
        &mut self,
        name: &str,
        values: &Attrs,
        expected: &[Expected],
    ) -> Result<(), Difference> {
        let whole = self.walk(name, values, false)?;
        let rows: Vec<Row> = whole.iter().flat_map(|p| p.items.clone()).collect();
        self.stats.items += rows.len();
        self.stats.long_walks +=
            usize::from(whole.iter().filter(|p| !p.items.is_empty()).count() > 1);
        self.check_items(name, &rows, expected)?;
        self.check_order(name, &rows, expected)?;
        self.check_pages(name, &whole, expected.len())?;
        for page in &whole {
            self.check_followed(name, page, expected)?;
        }
        let cut = self.walk(name, values, true)?;
        let again: Vec<Row> = cut.iter().flat_map(|p| p.items.clone()).collect();
        let merged = self.plan.pattern(name)?.merged;
        if sequences(&again, merged) != sequences(&rows, merged) {
            return Err(Difference::Text(format!(
                "another walk, with answers cut short, gives {}, after {}",
                named(&again),
                named(&rows)
            )));
        }
        self.check_pages(name, &cut, expected.len())?;
        for page in &cut {
            self.check_followed(name, page, expected)?;
        }
        Ok(())
    }

    fn cut(&mut self, cut: bool) {
        let random = cut.then(|| self.random());
        self.client.cut_answers(random);
    }

    fn walk(&mut self, name: &str, values: &Attrs, cut: bool) -> Result<Vec<Page>, Difference> {
        self.cut(cut);
        let mut pages: Vec<Page> = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = self.executor().page(name, values, cursor.as_ref())?;
            self.stats.pages += 1;
            self.economy(name, values, cut, page.items.len() + page.followed.len())?;
            cursor.clone_from(&page.cursor);
            pages.push(page);
            if cursor.is_none() {
                return Ok(pages);
            }
            if pages.len() > MOST_PAGES {
                return Err(Difference::Text("a walk without an end".to_owned()));
            }
        }
    }

    /// Every match exactly once, with the attributes that are wanted.
    fn check_items(
        &self,
        name: &str,
        rows: &[Row],
        expected: &[Expected],
    ) -> Result<(), Difference> {
        let read = self.read_of(name)?.ok_or_else(|| "no read".to_owned())?;
        let mut seen = BTreeSet::new();
        for row in rows {
            let entity = self.model.design.entity(&row.entity)?;
            let identity = entity
                .identity(&row.attributes)
                .ok_or_else(|| format!("a row without its identity: {row:?}"))?;
            if !seen.insert(identity.clone()) {
                return Err(Difference::Text(format!(
                    "{identity:?} twice, in {}",
                    named(rows)
                )));
            }
            let Some(wanted) = expected.iter().find(|e| e.identity == identity) else {
                return Err(Difference::Text(format!(
                    "{identity:?}, which does not match: {row:?}"
                )));
            };
            same_attributes(read, entity, row, &wanted.item)?;
        }
        match expected.iter().find(|e| !seen.contains(&e.identity)) {
            Some(missing) => Err(Difference::Text(format!(
                "no {:?}, only {}",
                missing.identity,
                named(rows)
            ))),
            None => Ok(()),
        }
    }

    /// The order that `sort`, else `range`, else `prefix` asks for.
    fn check_order(
        &self,
        name: &str,
        rows: &[Row],
        expected: &[Expected],
    ) -> Result<(), Difference> {
        let read = self.read_of(name)?.ok_or_else(|| "no read".to_owned())?;
        let mut last: BTreeMap<&str, &Attrs> = BTreeMap::new();
        for row in rows {
            let entity = self.model.design.entity(&row.entity)?;
            let identity = entity.identity(&row.attributes);
            let Some(item) = expected
                .iter()
                .find(|e| Some(&e.identity) == identity.as_ref())
            else {
                continue;
            };
            let sequence = if read.interleave {
                ""
            } else {
                row.entity.as_str()
            };
            if let Some(before) = last.insert(sequence, &item.item) {
                let order = Model::order(read, entity);
                if Model::ordered(&order, before, &item.item) == Ordering::Greater {
                    let text = format!(
                        "another order than {order:?}: {before:?} before {:?}",
                        item.item
                    );
                    return Err(Difference::Text(text));
                }
            }
        }
        Ok(())
    }

    /// With a limit every page but the last is full; an empty page may come after all.
    fn check_pages(&self, name: &str, pages: &[Page], matches: usize) -> Result<(), Difference> {
        let Some(limit) = self.plan.pattern(name)?.limit.as_ref() else {
            return Ok(());
        };
        let counts = |row: &&Row| limit.entity.as_ref().is_none_or(|e| *e == row.entity);
        let sizes: Vec<usize> = pages
            .iter()
            .map(|p| p.items.iter().filter(counts).count())
            .collect();
        let total: usize = sizes.iter().sum();
        let mut left = total;
        for size in &sizes {
            if *size != left.min(limit.count) {
                return Err(Difference::Text(format!(
                    "pages of {sizes:?} items, of {matches} with a limit of {}",
                    limit.count
                )));
            }
            left -= size;
        }
        Ok(())
    }

    fn check_followed(
        &self,
        name: &str,
        page: &Page,
        expected: &[Expected],
    ) -> Result<(), Difference> {
        let read = self.read_of(name)?.ok_or_else(|| "no read".to_owned())?;
        let mut wanted = BTreeSet::new();
        for row in &page.items {
            let entity = self.model.design.entity(&row.entity)?;
            let identity = entity.identity(&row.attributes);
            let Some(item) = expected
                .iter()
                .find(|e| Some(&e.identity) == identity.as_ref())
            else {
                continue;
            };
            wanted.extend(self.model.followed(read, entity, &item.item));
        }
        let mut found = BTreeSet::new();
        for row in &page.followed {
            let entity = self.model.design.entity(&row.entity)?;
            let identity = entity
                .identity(&row.attributes)
                .ok_or_else(|| format!("a row without its identity: {row:?}"))?;
            let item = self.model.item(&identity).cloned().unwrap_or_default();
            if item != row.attributes || !found.insert(identity.clone()) {
                return Err(Difference::Text(format!(
                    "{row:?} as followed, for {item:?}"
                )));
            }
        }
        if wanted == found {
            Ok(())
        } else {
            Err(Difference::Text(format!(
                "{found:?} as followed, not {wanted:?}"
            )))
        }
    }

    /// A covered pattern reads only what it returns, in the requests that the plan says.
    fn economy(
        &mut self,
        name: &str,
        values: &Attrs,
        cut: bool,
        returned: usize,
    ) -> Result<(), Difference> {
        let log = self.client.take_log();
        self.stats.requests += log.requests;
        self.stats.rows_read += log.rows_read;
        self.stats.capacity += log.capacity;
        self.trace.extend(log.trace.iter().cloned());
        let pattern = self.plan.pattern(name)?;
        let timed = pattern
            .entities
            .iter()
            .chain(&pattern.followed)
            .any(|e| self.plan.entity(e).is_ok_and(|e| e.ttl.is_some()));
        if cut || timed {
            return Ok(());
        }
        let given = |name: &String| values.contains_key(name);
        let fits =
            |v: &&Variant| v.when.given.iter().all(given) && !v.when.missing.iter().any(given);
        let variant = pattern.variants.iter().find(fits);
        let (requests, price) = variant.map_or((pattern.requests, &pattern.price), |v| {
            (v.requests, &v.price)
        });
        if let Some(most) = requests.filter(|most| log.requests > *most) {
            return Err(Difference::Text(format!(
                "{} requests for a page, at most {most}: {:?}",
                log.requests, log.trace
            )));
        }
        // A read by the table's key gets its one item, and looks at what the key does not hold.
        let by_key = log
            .trace
            .iter()
            .all(|request| request.starts_with("GetItem") || request.starts_with("BatchGetItem"));
        if price.is_empty() && pattern.limit.is_none() && log.rows_read > returned && !by_key {
            return Err(Difference::Text(format!(
                "{} rows read to return {returned}, at no price: {:?}",
                log.rows_read, log.trace
            )));
        }
        Ok(())
    }

    /// A batch of parameter sets, some of them equal.
    pub(super) fn batch(&mut self, name: &str) -> Result<(), String> {
        let Some(most) = self.read_of(name)?.and_then(|r| r.batch) else {
            return Ok(());
        };
        let mut sets = Vec::new();
        for _ in 0..=self.random().below(most.min(9)) {
            let parameters = self
                .parameters
                .get(name)
                .ok_or("a pattern without parameters")?;
            sets.push(read_values(
                &mut self.generator,
                &self.model,
                name,
                parameters,
            )?);
        }
        if sets.len() < most {
            sets.extend(sets.first().cloned());
        }
        let mut expected: Vec<Expected> = Vec::new();
        for set in &sets {
            for one in self.expected(name, set)? {
                if !expected.iter().any(|e| e.identity == one.identity) {
                    expected.push(one);
                }
            }
        }
        for cut in [false, true] {
            self.cut(cut);
            let result = self.executor().batch(name, &sets);
            self.client.cut_answers(None);
            let trace = self.count_requests();
            let wanted: Vec<&Identity> = expected.iter().map(|e| &e.identity).collect();
            let outcome = result.map_err(Difference::from).and_then(|page| {
                self.check_items(name, &page.items, &expected)?;
                self.check_followed(name, &page, &expected)?;
                let order: Vec<Option<Identity>> =
                    page.items.iter().map(|row| self.identity(row)).collect();
                let same = order
                    .iter()
                    .map(Option::as_ref)
                    .eq(wanted.iter().map(|w| Some(*w)));
                if same {
                    Ok(())
                } else {
                    Err(Difference::Text(format!(
                        "another order: {}",
                        named(&page.items)
                    )))
                }
            });
            match outcome {
                Ok(()) => self.stats.reads += 1,
                Err(Difference::Refused(text))
                    if self.may_refuse(name, &text, &sets.iter().collect::<Vec<_>>()) =>
                {
                    self.stats.refused += 1;
                }
                Err(Difference::Refused(text) | Difference::Text(text)) => {
                    return Err(message(
                        name,
                        &format!("{sets:?}"),
                        &format!("{wanted:?}"),
                        &text,
                        &trace,
                    ));
                }
            }
        }
        Ok(())
    }

    fn identity(&self, row: &Row) -> Option<Identity> {
        self.model
            .design
            .entity(&row.entity)
            .ok()?
            .identity(&row.attributes)
    }
}

fn read_values(
    generator: &mut super::Generator,
    model: &Model,
    name: &str,
    parameters: &super::Parameters,
) -> Result<Attrs, String> {
    match &model.design.pattern(name)?.body {
        super::Body::Read(read) => generator.read_values(model, read, parameters),
        _ => Err(format!("`{name}` is no read")),
    }
}

/// All attributes, or the selected ones and the identity; whatever else came must be right too.
fn same_attributes(
    read: &Read,
    entity: &super::super::model::Entity,
    row: &Row,
    item: &Attrs,
) -> Result<(), Difference> {
    let differs = || Difference::Text(format!("{:?} for {item:?}", row.attributes));
    let Some(select) = &read.select else {
        return if row.attributes == *item {
            Ok(())
        } else {
            Err(differs())
        };
    };
    for (name, value) in &row.attributes {
        let partial = select
            .iter()
            .any(|p| p.attribute == *name && !p.path.is_empty());
        if item.get(name) != Some(value) && !partial {
            return Err(differs());
        }
    }
    let whole = select
        .iter()
        .filter(|p| p.path.is_empty())
        .map(|p| &p.attribute);
    for name in entity.key.iter().chain(whole) {
        if row.attributes.get(name) != item.get(name) {
            return Err(differs());
        }
    }
    Ok(())
}

/// The sequences that must be the same on every walk: one, or one for each entity.
fn sequences(rows: &[Row], merged: bool) -> BTreeMap<&str, Vec<&Row>> {
    let mut out: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        out.entry(if merged { "" } else { &row.entity })
            .or_default()
            .push(row);
    }
    out
}

/// Rows by their key attributes, for messages.
fn named(rows: &[Row]) -> String {
    let text: Vec<String> = rows
        .iter()
        .take(40)
        .map(|r| format!("{} {:?}", r.entity, r.attributes))
        .collect();
    format!("{} rows [\n    {}]", rows.len(), text.join("\n    "))
}

/// How an answer differs from what the model says.
enum Difference {
    Refused(String),
    Text(String),
}

impl From<CallError> for Difference {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(text) => Self::Refused(text),
            other => Self::Text(fault(&other)),
        }
    }
}

impl From<String> for Difference {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

//! Reads: every page walked, whole and with answers cut short, and compared with what the model matches.

use super::super::client::Log;
use super::super::execute::{CallError, Cursor, Page};
use super::super::model::{Model, Read, Verb};
use super::super::random::Random;
use super::super::show;
use super::super::value::{Attrs, Row};
use super::answers::{Answers, same_sequences};
use super::{Compared, Differs, Mismatch, Off, Runner, fault};
use std::rc::Rc;

/// Requests, and rows, after which a walk is left; what came is compared with the start of what should come.
const MOST_REQUESTS: usize = 40;
const MOST_ROWS: usize = 2000;
/// The most items that are read for a call that is repeated with answers cut short.
const MOST_CUT: usize = 60;
/// The most pages of one walk in a row that may have no items.
const MOST_EMPTY: usize = 2000;
/// The most items that a message shows.
const MOST_SHOWN: usize = 20;

/// The items that one call should answer: the place of the entity in the pattern, and the item.
#[derive(Clone, Default)]
pub(crate) struct Expected {
    pub(super) items: Vec<(usize, Rc<Attrs>)>,
}

/// What one call of a read needs throughout.
struct Call<'a> {
    name: &'a str,
    values: &'a Attrs,
    read: Rc<Read>,
    expected: &'a Expected,
    cuts: Random,
}

/// One walk over the pages.
struct Walk {
    pages: Vec<Page>,
    /// It was walked to its end.
    complete: bool,
    /// Items that the engine read for it.
    read: usize,
}

impl Walk {
    fn rows(&self) -> Vec<&Row> {
        self.pages.iter().flat_map(|p| &p.items).collect()
    }
}

impl Runner<'_> {
    /// What each of several calls of a read should answer.
    pub(crate) fn expected(&self, name: &str, calls: &[&Attrs]) -> Result<Vec<Expected>, String> {
        let read = self.read_of(name)?;
        let read = read.ok_or_else(|| format!("`{name}` is no read"))?;
        let parameters = self.parameters(name)?;
        let mut out = vec![Expected::default(); calls.len()];
        for (place, entity) in read.entities.iter().enumerate() {
            let entity = self.model.design.entity(entity)?;
            let matches = self.model.matches(&read, entity, parameters, calls)?;
            for (expected, found) in out.iter_mut().zip(matches) {
                expected
                    .items
                    .extend(found.into_iter().map(|item| (place, item)));
            }
        }
        Ok(out)
    }

    /// One call of a read, compared with what it should answer.
    pub(crate) fn read(
        &mut self,
        name: &str,
        values: &Attrs,
        cuts: u64,
        expected: &Expected,
    ) -> Compared {
        self.requests();
        let read = self.read_of(name)?.ok_or("the pattern is no read")?;
        let mut call = Call {
            name,
            values,
            read,
            expected,
            cuts: Random::new(cuts),
        };
        self.meter_next(name);
        let figures = self.figures.of(name);
        figures.calls += 1;
        figures.answered += usize::from(!expected.items.is_empty());
        let outcome = match call.read.verb {
            Verb::Count => self.compare_count(&mut call),
            Verb::Get => self.compare_get(&mut call),
            Verb::List => self.compare_list(&mut call),
        };
        self.client.cut_answers(None);
        self.conclude(name, &[values], &call.read, expected, outcome)
    }

    /// What an outcome means: nothing, a refusal that the values bring about, or a difference.
    fn conclude(
        &mut self,
        name: &str,
        given: &[&Attrs],
        read: &Read,
        expected: &Expected,
        outcome: Result<(), Difference>,
    ) -> Compared {
        let requests = self.requests();
        let (what, rows) = match outcome {
            Ok(()) => return Ok(()),
            Err(Difference::Refused(text)) if self.may_refuse(name, &text, given) => {
                self.figures.of(name).refused += 1;
                return Ok(());
            }
            Err(Difference::Refused(text)) => (format!("refused: {text}"), Vec::new()),
            Err(Difference::Units(off)) => return Err(self.off(name, off, requests)),
            Err(Difference::Is(what, rows)) => (what, rows),
        };
        let mut items = expected.items.clone();
        items.sort_by(|(one, left), (other, right)| {
            let entity = self.model.design.entity(&read.entities[*one]);
            let order = entity.map(|e| Model::order(read, e)).unwrap_or_default();
            let places = if read.interleave {
                one.cmp(one)
            } else {
                one.cmp(other)
            };
            places.then_with(|| Model::ordered(&order, left, right))
        });
        let items = items
            .iter()
            .map(|(place, item)| show::item(&read.entities[*place], item));
        let expected = match read.verb {
            Verb::Count => vec![expected.items.len().to_string()],
            _ => first_ones(items.collect()),
        };
        let parameters = match given {
            [one] => show::attrs(one),
            many => show::sets(&many.iter().map(|v| (*v).clone()).collect::<Vec<_>>()),
        };
        Err(Mismatch {
            parameters,
            expected,
            got: first_ones(rows),
            requests,
            ..Mismatch::new(Differs::Read, name, what)
        })
    }

    fn cut(&self, call: &mut Call, cut: bool) {
        let random = cut.then(|| call.cuts.fork());
        self.client.cut_answers(random);
    }

    fn compare_count(&mut self, call: &mut Call) -> Result<(), Difference> {
        let expected = call.expected.items.len();
        for cut in [false, true] {
            self.cut(call, cut);
            let count = self.count(call.name, call.values)?;
            if count != expected {
                let what = format!("another count{}", when_cut(cut));
                return Err(Difference::Is(what, vec![count.to_string()]));
            }
            let log = self.economy(call, cut, expected)?;
            if log.rows_read > MOST_CUT {
                break;
            }
        }
        Ok(())
    }

    fn compare_get(&mut self, call: &mut Call) -> Result<(), Difference> {
        let expected = call.expected.items.len();
        if expected > 1 {
            return Err("the design's own get can match many".to_owned().into());
        }
        for cut in [false, true] {
            self.cut(call, cut);
            let page = self.page(call.name, call.values, None)?;
            let answers = Answers::new(&self.model, &call.read, call.expected)?;
            answers.items(&page.items, true)?;
            answers.followed(&page)?;
            let log = self.economy(call, cut, page.items.len() + page.followed.len())?;
            if log.rows_read > MOST_CUT {
                break;
            }
        }
        Ok(())
    }

    fn compare_list(&mut self, call: &mut Call) -> Result<(), Difference> {
        let whole = self.walk(call, false)?;
        self.check_walk(call, &whole)?;
        if !whole.complete || whole.read > MOST_CUT {
            return Ok(());
        }
        let cut = self.walk(call, true)?;
        let merged = self.plan.pattern(call.name)?.merged;
        if !same_sequences(&whole.rows(), &cut.rows(), merged) {
            let what = "another walk over the pages, with answers cut short, gives other rows";
            return Err(Difference::of(what, &cut.rows()));
        }
        self.check_walk(call, &cut)
    }

    fn check_walk(&self, call: &Call, walk: &Walk) -> Result<(), Difference> {
        let answers = Answers::new(&self.model, &call.read, call.expected)?;
        let rows = walk.rows();
        let seen = answers.items(rows.iter().copied(), walk.complete)?;
        answers.order(&rows, &seen)?;
        let limit = self.plan.pattern(call.name)?.limit.as_ref();
        answers.pages(limit, &walk.pages)?;
        answers.company(limit, &walk.pages)?;
        walk.pages
            .iter()
            .try_for_each(|page| answers.followed(page))
    }

    fn walk(&mut self, call: &mut Call, cut: bool) -> Result<Walk, Difference> {
        self.cut(call, cut);
        let mut pages: Vec<Page> = Vec::new();
        let mut cursor: Option<Cursor> = None;
        let (mut requests, mut read, mut rows, mut empty) = (0, 0, 0, 0);
        loop {
            let page = self.page(call.name, call.values, cursor.as_ref())?;
            let log = self.economy(call, cut, page.items.len() + page.followed.len())?;
            requests += log.requests;
            read += log.rows_read;
            rows += page.items.len();
            empty = if page.items.is_empty() { empty + 1 } else { 0 };
            cursor.clone_from(&page.cursor);
            pages.push(page);
            let complete = cursor.is_none();
            if complete || (!cut && (requests >= MOST_REQUESTS || rows >= MOST_ROWS)) {
                return Ok(Walk {
                    pages,
                    complete,
                    read,
                });
            }
            if empty > MOST_EMPTY {
                return Err("a walk over the pages without an end".to_owned().into());
            }
        }
    }

    /// A covered pattern reads only what it returns, in the requests that the plan says.
    fn economy(&mut self, call: &Call, cut: bool, returned: usize) -> Result<Log, Difference> {
        let log = self.take_log_of(call.name, cut)?;
        if !cut {
            self.figures.of(call.name).page(returned);
        }
        let pattern = self.plan.pattern(call.name)?;
        let mut entities = pattern.entities.iter().chain(&pattern.followed);
        let timed = entities.any(|e| self.plan.entity(e).is_ok_and(|e| e.ttl.is_some()));
        if cut || timed {
            return Ok(log);
        }
        let given = |name: &String| call.values.contains_key(name);
        let variant = pattern
            .variants
            .iter()
            .find(|v| v.when.given.iter().all(given) && !v.when.missing.iter().any(given));
        let (requests, price) = variant.map_or((pattern.requests, &pattern.price), |v| {
            (v.requests, &v.price)
        });
        if let Some(most) = requests.filter(|most| log.requests > *most) {
            let what = format!("{} requests for a page, at most {most}", log.requests);
            return Err(what.into());
        }
        // A read by the table's key gets its one item, and looks at what the key does not hold.
        if price.is_empty() && pattern.limit.is_none() && log.rows_read > returned && !log.by_key {
            let what = format!("{} items read to return {returned}", log.rows_read);
            return Err(what.into());
        }
        Ok(log)
    }

    /// A `get` for several parameter sets, some of them equal: each match once, in the order of the sets.
    pub(super) fn batch(&mut self, name: &str, sets: &[Attrs], cuts: u64) -> Compared {
        self.requests();
        let read = self.read_of(name)?.ok_or("the pattern is no read")?;
        let given: Vec<&Attrs> = sets.iter().collect();
        let mut expected = Expected::default();
        for (place, item) in self
            .expected(name, &given)?
            .into_iter()
            .flat_map(|e| e.items)
        {
            if !expected
                .items
                .iter()
                .any(|(_, there)| Rc::ptr_eq(there, &item))
            {
                expected.items.push((place, item));
            }
        }
        self.meter_next(name);
        let mut random = Random::new(cuts);
        let mut outcome = Ok(());
        for cut in [false, true] {
            self.client.cut_answers(cut.then(|| random.fork()));
            outcome = self.compare_batch(name, sets, cut, &read, &expected);
            self.client.cut_answers(None);
            if outcome.is_err() {
                break;
            }
        }
        let figures = self.figures.of(name);
        figures.calls += 1;
        figures.answered += usize::from(!expected.items.is_empty());
        self.conclude(name, &given, &read, &expected, outcome)
    }

    fn compare_batch(
        &mut self,
        name: &str,
        sets: &[Attrs],
        cut: bool,
        read: &Read,
        expected: &Expected,
    ) -> Result<(), Difference> {
        let page = self.get_batch(name, sets)?;
        self.take_log_of(name, cut)?;
        if !cut {
            self.figures
                .of(name)
                .page(page.items.len() + page.followed.len());
        }
        let answers = Answers::new(&self.model, read, expected)?;
        answers.items(&page.items, true)?;
        answers.followed(&page)?;
        if answers.in_the_order_asked(&page.items) {
            Ok(())
        } else {
            let what = "another order than that of the parameter sets";
            Err(Difference::of(what, &page.items.iter().collect::<Vec<_>>()))
        }
    }
}

fn when_cut(cut: bool) -> &'static str {
    if cut { ", with answers cut short" } else { "" }
}

/// Not more lines than one reads.
fn first_ones(mut lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return vec!["no item".to_owned()];
    }
    let more = lines.len().saturating_sub(MOST_SHOWN);
    lines.truncate(MOST_SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

/// How an answer differs from what the model says.
pub(super) enum Difference {
    Refused(String),
    Units(Off),
    /// In a sentence, with the rows that came.
    Is(String, Vec<String>),
}

impl Difference {
    pub(super) fn of(what: impl Into<String>, rows: &[&Row]) -> Self {
        let rows = rows.iter().take(4 * MOST_SHOWN);
        Self::Is(what.into(), rows.map(|r| show::row(r)).collect())
    }
}

impl From<Off> for Difference {
    fn from(off: Off) -> Self {
        Self::Units(off)
    }
}

impl From<CallError> for Difference {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(text) => Self::Refused(text),
            other => Self::Is(fault(&other), Vec::new()),
        }
    }
}

impl From<String> for Difference {
    fn from(text: String) -> Self {
        Self::Is(text, Vec::new())
    }
}

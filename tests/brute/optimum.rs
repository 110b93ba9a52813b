//! The least numbers of uncovered patterns, indexes and degraded patterns of a design, by trying everything.
//!
//! Promises: [`best`] tries every way to give the questions of a design to the table and its indexes. Whether a set of
//! questions fits together is found on a scene and remembered by the set; a set fails when a part of it fails, because
//! taking a question away never hurts. Where a search is cut off by its budget the answer is `None`.

use crate::columns::share_a_column;
use crate::keys::{Outcome, Search};
use crate::question::{Question, Spread, questions};
use crate::scene::{Asked, Place, scene};
use crate::spec::Design;
use std::cell::RefCell;
use std::collections::HashMap;

/// What the best designs have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Best {
    pub(crate) uncovered: usize,
    pub(crate) indexes: usize,
    pub(crate) degraded: usize,
    /// Whether some question has no answer in any design.
    pub(crate) hopeless: bool,
    /// One such design, for people to read.
    pub(crate) told: String,
}

/// A set of questions: those answered exactly and those that may pay, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Set {
    pub(crate) exact: u32,
    pub(crate) paying: u32,
}

impl Set {
    const fn all(self) -> u32 {
        self.exact | self.paying
    }

    const fn with(self, question: usize, exact: bool) -> Self {
        if exact {
            Self {
                exact: self.exact | 1 << question,
                ..self
            }
        } else {
            Self {
                paying: self.paying | 1 << question,
                ..self
            }
        }
    }

    const fn and(self, mask: u32) -> Self {
        Self {
            exact: self.exact & mask,
            paying: self.paying & mask,
        }
    }
}

/// Answers which questions fit together.
pub(crate) struct Fits<'d> {
    pub(crate) design: &'d Design,
    pub(crate) questions: Vec<Question>,
    /// The same without constants that narrow parameters.
    by_parameters: Vec<Question>,
    known: RefCell<HashMap<(Place, Set, bool), bool>>,
    /// Whether some search was too long to be finished.
    pub(crate) unknown: RefCell<bool>,
}

/// Steps of one search for a key.
const STEPS: u64 = 40_000;

impl<'d> Fits<'d> {
    pub(crate) fn new(design: &'d Design, spread: &Spread) -> Self {
        let questions = questions(design, spread);
        Self {
            design,
            by_parameters: questions.iter().map(Question::by_parameters).collect(),
            questions,
            known: RefCell::default(),
            unknown: RefCell::new(false),
        }
    }

    /// Whether the table or one index can answer all of a set.
    pub(crate) fn fits(&self, place: Place, set: Set) -> bool {
        let parts = self.parts(set);
        let alone = self.entities(set).len() == 1;
        parts
            .into_iter()
            .all(|part| self.family(place, part, alone))
    }

    /// The parts of a set that share no entity: others never have to share a partition.
    fn parts(&self, set: Set) -> Vec<Set> {
        let mut parts: Vec<(u32, Vec<usize>)> = Vec::new();
        for (at, question) in self
            .questions
            .iter()
            .enumerate()
            .filter(|(at, _)| set.all() >> at & 1 == 1)
        {
            let mut own = (1_u32 << at, question.read.entities.clone());
            parts.retain(|(mask, entities)| {
                let apart = entities.iter().all(|e| !question.asks(*e));
                if !apart {
                    own.0 |= mask;
                    own.1.extend(entities);
                }
                apart
            });
            parts.push(own);
        }
        parts.into_iter().map(|(mask, _)| set.and(mask)).collect()
    }

    fn entities(&self, set: Set) -> Vec<usize> {
        let mut made: Vec<usize> = self
            .members(set)
            .flat_map(|q| q.read.entities.clone())
            .collect();
        made.sort_unstable();
        made.dedup();
        made
    }

    fn members(&self, set: Set) -> impl Iterator<Item = &Question> {
        self.questions
            .iter()
            .enumerate()
            .filter(move |(at, _)| set.all() >> at & 1 == 1)
            .map(|(_, q)| q)
    }

    fn family(&self, place: Place, set: Set, alone: bool) -> bool {
        if let Some(known) = self.known.borrow().get(&(place, set, alone)) {
            return *known;
        }
        let made = self.may_share(place, set, alone)
            && self.parts_fit(place, set)
            && self.has_key(place, set, alone);
        self.known.borrow_mut().insert((place, set, alone), made);
        made
    }

    fn parts_fit(&self, place: Place, set: Set) -> bool {
        set.all().count_ones() < 2
            || (0..self.questions.len())
                .filter(|q| set.all() >> q & 1 == 1)
                .all(|q| self.fits(place, set.and(!(1 << q))))
    }

    /// What no key can mend: a global index is never consistent; the items of a partition are spread over one number of
    /// shards; and the table's key cannot be spread where some access computes it.
    fn may_share(&self, place: Place, set: Set, alone: bool) -> bool {
        if !share_a_column(self.design, &self.asked(set), place != Place::Global) {
            return false;
        }
        let mut shards = self.spread_alike(&self.asked(set));
        if shards.is_empty() && alone && place == Place::Global {
            shards = self.spread_alike(&self.queried(set));
        }
        let addressed = || {
            self.entities(set)
                .iter()
                .any(|e| !self.design.accesses(*e).is_empty())
        };
        let spread = |n: &u32| *n == 1 || place == Place::Global || !addressed();
        (place != Place::Global || self.members(set).all(|q| !q.read.consistent))
            && shards.iter().any(spread)
    }

    /// The questions of a set, each with whether it must be answered exactly.
    fn asked(&self, set: Set) -> Vec<Asked<'_>> {
        let all = self.questions.iter().enumerate();
        all.filter(|(at, _)| set.all() >> at & 1 == 1)
            .map(|(at, q)| {
                let exact = set.exact >> at & 1 == 1;
                let strict = exact || !q.drops_narrowed();
                (if strict { &self.by_parameters[at] } else { q }, exact)
            })
            .collect()
    }

    /// The questions of a set that cannot scan an index.
    fn queried(&self, set: Set) -> Vec<Asked<'_>> {
        let mut asked = self.asked(set);
        asked.retain(|(q, _)| !(q.is_plain() && q.read.shards == 1));
        asked
    }

    /// Whether the items of some questions can be spread over one number of partitions, and which.
    fn spread_alike(&self, asked: &[Asked<'_>]) -> Vec<u32> {
        let mut asked = asked
            .iter()
            .map(|(q, exact)| q.spreads(self.design, *exact));
        let first = asked.next().unwrap_or_else(|| vec![1]);
        asked.fold(first, |all, own| {
            all.into_iter().filter(|n| own.contains(n)).collect()
        })
    }

    fn has_key(&self, place: Place, set: Set, alone: bool) -> bool {
        match self.key(place, set, alone) {
            Outcome::Found(_) => true,
            Outcome::None => false,
            Outcome::Unknown => {
                *self.unknown.borrow_mut() = true;
                false
            }
        }
    }

    fn key(&self, place: Place, set: Set, alone: bool) -> Outcome {
        let asked = self.asked(set);
        // Where reads of everything are spread over another number of partitions they scan.
        let scanned = self.spread_alike(&asked).is_empty();
        scene(
            self.design,
            place,
            &self.entities(set),
            &asked,
            alone,
            scanned,
        )
        .map_or(Outcome::Unknown, |made| {
            Search::run(self.design, &made, STEPS)
        })
    }

    /// Whether some question has no answer in any design.
    fn hopeless(&self) -> bool {
        self.questions.iter().enumerate().any(|(at, q)| {
            let set = Set::default().with(at, !q.may_pay());
            let places = [Place::Table, Place::Global, Place::Local];
            let there = |p: &Place| *p != Place::Local || self.design.lsis > 0;
            !q.may_scan()
                && !places
                    .iter()
                    .filter(|p| there(p))
                    .any(|p| self.fits(*p, set))
        })
    }

    /// Describes a key for a set.
    fn tell(&self, place: Place, set: Set) -> String {
        let alone = self.entities(set).len() == 1;
        let parts = self.parts(set);
        let told = parts.into_iter().map(|part| {
            let of: Vec<String> = self
                .questions
                .iter()
                .enumerate()
                .filter(|(at, _)| part.all() >> at & 1 == 1)
                .map(|(at, q)| {
                    let price = if part.exact >> at & 1 == 1 {
                        ""
                    } else {
                        " (at a price)"
                    };
                    format!(
                        "{}{:?}{price}",
                        self.design.patterns[q.pattern].name, q.given
                    )
                })
                .collect();
            let key = match self.key(place, part, alone) {
                Outcome::Found(told) => told.join(" | "),
                other => format!("{other:?}"),
            };
            format!("    {} by {key}\n", of.join(", "))
        });
        told.collect()
    }
}

/// Tries everything; `None` where that would take too long.
pub(crate) fn best(design: &Design, spread: &Spread) -> Option<Best> {
    let fits = Fits::new(design, spread);
    if fits.questions.len() > 12 {
        return None;
    }
    let mut best: Option<Solution> = None;
    let most = design
        .gsis
        .min(u32::try_from(fits.questions.len()).unwrap_or(u32::MAX));
    let locals = design
        .lsis
        .min(u32::try_from(fits.questions.len()).unwrap_or(u32::MAX));
    for total in 0..=most + locals {
        for local in (0..=locals.min(total)).filter(|l| total - l <= most) {
            let mut slots = vec![(Place::Table, Set::default())];
            slots.extend(vec![
                (Place::Global, Set::default());
                (total - local) as usize
            ]);
            slots.extend(vec![(Place::Local, Set::default()); local as usize]);
            let mut search = Assign {
                fits: &fits,
                best: &mut best,
                indexes: total as usize,
            };
            search.step(&Partial {
                slots,
                uncovered: 0,
                degraded: 0,
                at: 0,
            });
        }
    }
    let unknown = *fits.unknown.borrow();
    best.filter(|_| !unknown).map(|b| Best {
        uncovered: b.score.0,
        indexes: b.score.1,
        degraded: b.score.2,
        hopeless: fits.hopeless(),
        told: b
            .slots
            .iter()
            .map(|(place, set)| format!("  {place:?}\n{}", fits.tell(*place, *set)))
            .collect::<Vec<_>>()
            .concat(),
    })
}

struct Solution {
    score: (usize, usize, usize),
    slots: Vec<(Place, Set)>,
}

/// Some patterns are given to places.
#[derive(Clone)]
struct Partial {
    slots: Vec<(Place, Set)>,
    /// Patterns left out, as bits.
    uncovered: u64,
    /// Patterns that pay, as bits.
    degraded: u64,
    /// The next question.
    at: usize,
}

struct Assign<'a, 'd> {
    fits: &'a Fits<'d>,
    best: &'a mut Option<Solution>,
    indexes: usize,
}

impl Assign<'_, '_> {
    fn step(&mut self, partial: &Partial) {
        let score = (
            partial.uncovered.count_ones() as usize,
            self.indexes,
            partial.degraded.count_ones() as usize,
        );
        if self.best.as_ref().is_some_and(|b| b.score <= score) {
            return;
        }
        let Some(question) = self.fits.questions.get(partial.at) else {
            *self.best = Some(Solution {
                score,
                slots: partial.slots.clone(),
            });
            return;
        };
        let pattern = 1_u64 << question.pattern;
        if partial.uncovered & pattern != 0 {
            return self.step(&Partial {
                at: partial.at + 1,
                ..partial.clone()
            });
        }
        if question.finds && !question.read.allow.extra_request {
            return self.leave_out(partial, pattern);
        }
        self.place(partial, question, pattern, true);
        if question.may_pay() {
            self.place(partial, question, pattern, false);
            if question.may_scan() {
                self.step(&Partial {
                    degraded: partial.degraded | pattern,
                    at: partial.at + 1,
                    ..partial.clone()
                });
            }
        }
        self.leave_out(partial, pattern);
    }

    /// Leaves the pattern uncovered, with all of its questions.
    fn leave_out(&mut self, partial: &Partial, pattern: u64) {
        let mine: u32 = (0..self.fits.questions.len())
            .filter(|q| 1_u64 << self.fits.questions[*q].pattern == pattern)
            .fold(0, |m, q| m | 1 << q);
        let slots = partial
            .slots
            .iter()
            .map(|(p, s)| (*p, s.and(!mine)))
            .collect();
        let (uncovered, degraded) = (partial.uncovered | pattern, partial.degraded & !pattern);
        self.step(&Partial {
            slots,
            uncovered,
            degraded,
            at: partial.at + 1,
        });
    }

    fn place(&mut self, partial: &Partial, question: &Question, pattern: u64, exact: bool) {
        let degraded = if exact && !question.always_pays() {
            partial.degraded
        } else {
            partial.degraded | pattern
        };
        let mut empty = Vec::new();
        for (slot, (place, set)) in partial.slots.iter().enumerate() {
            // Empty indexes of one kind are all the same.
            if *set == Set::default() {
                if empty.contains(place) {
                    continue;
                }
                empty.push(*place);
            }
            let more = set.with(partial.at, exact);
            if self.fits.fits(*place, more)
                && self.partitions_agree(partial, slot, (question, exact))
            {
                let mut slots = partial.slots.clone();
                slots[slot].1 = more;
                self.step(&Partial {
                    slots,
                    degraded,
                    uncovered: partial.uncovered,
                    at: partial.at + 1,
                });
            }
        }
    }

    /// A local index has the table's partitions, so both share a column and are spread alike.
    fn partitions_agree(
        &self,
        partial: &Partial,
        slot: usize,
        (question, exact): Asked<'_>,
    ) -> bool {
        let mut anchored: Vec<Asked<'_>> = vec![(question, exact)];
        for (place, set) in &partial.slots {
            if *place != Place::Global {
                anchored.extend(self.fits.asked(*set));
            }
        }
        let near = |(q, _): &&Asked<'_>| q.read.entities.iter().any(|e| question.asks(*e));
        let near: Vec<Asked<'_>> = anchored.iter().filter(near).copied().collect();
        partial.slots[slot].0 == Place::Global
            || share_a_column(self.fits.design, &anchored, true)
                && !self.fits.spread_alike(&near).is_empty()
    }
}

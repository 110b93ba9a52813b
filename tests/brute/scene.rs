//! All items that can be told apart by some questions, and what each question wants of them.
//!
//! Promises: a scene holds every combination of values that matters to its questions, so that a key that answers them
//! here answers them on any data, and one that fails here fails on the data of the scene. Attributes that no question
//! names are left out: whatever a question wants of items that differ only in those, it wants of all or of none.
//!
//! How many values an attribute has: an enumeration and a truth value all of theirs; others two, so that "equal to a
//! parameter" has an outside; three where they are bounded or equal a constant, so that something lies on both sides;
//! five where two constants are named; and "missing" where the item may lack it.

use crate::question::{Item, MISSING, MISSING_BIT, Question};
use crate::spec::{Design, Filter, Type};

/// A question, and whether it must be answered without any price.
pub(crate) type Asked<'q> = (&'q Question, bool);

/// The items and what is wanted of them.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The entities, sorted.
    pub(crate) entities: Vec<usize>,
    pub(crate) items: Vec<Item>,
    /// For each entity of the scene the attributes that a key may hold.
    pub(crate) usable: Vec<Vec<usize>>,
    /// For each entity of the scene the enumerations that constants choose from, and their values.
    pub(crate) chosen: Vec<Vec<(usize, Vec<i8>)>>,
    /// Attributes of two entities that some question compares with one thing, or orders by together: only such ones can
    /// be one component. Entity and attribute, twice.
    pub(crate) links: Vec<[(usize, usize); 2]>,
    pub(crate) wishes: Vec<Wish>,
}

/// What a question wants.
#[derive(Debug)]
pub(crate) struct Wish {
    /// The entities that it asks for.
    pub(crate) entities: Vec<usize>,
    /// The attributes of each entity by which all come in one order, without those that the question fixes.
    pub(crate) merged: Vec<(usize, Vec<usize>)>,
    /// Ways of answering it, each a list of runs that must all hold.
    pub(crate) ways: Vec<Vec<Run>>,
}

/// The items that one request must return, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) wanted: Vec<u16>,
    /// Items that it must not read.
    pub(crate) stray: Vec<u16>,
    /// Pairs of which the first must come before the second, all in reading direction.
    pub(crate) before: Vec<(u16, u16)>,
}

/// Which items lie in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Table,
    Local,
    Global,
}

/// More items than this are too many for a test.
pub(crate) const MOST_ITEMS: usize = 700;

/// The scene of some questions in the table or an index; with `alone`, nothing else is in the index; with `scanned`,
/// reads of everything must scan it. `None`: too many
/// items to try.
pub(crate) fn scene(
    design: &Design,
    place: Place,
    entities: &[usize],
    asked: &[Asked<'_>],
    alone: bool,
    scanned: bool,
) -> Option<Scene> {
    let builder = Builder { design, asked };
    let mut items = Vec::new();
    for entity in entities {
        builder.items(*entity, place, &mut items)?;
    }
    let usable = entities.iter().map(|e| builder.usable(*e, place)).collect();
    let chosen = entities.iter().map(|e| builder.chosen(*e, place)).collect();
    let wishes = asked
        .iter()
        .filter(|a| {
            !(alone
                && place != Place::Table
                && a.0.is_plain()
                && items.iter().all(|i| wants_any(design, a.0, i)))
        })
        .map(|a| {
            let mut wish = builder.wish(*a, &items);
            if scanned && a.0.is_plain() && a.0.read.shards == 1 {
                wish.ways.clear();
            }
            wish
        })
        .collect();
    Some(Scene {
        entities: entities.to_vec(),
        items,
        usable,
        chosen,
        links: asked.iter().flat_map(|(q, _)| links(design, q)).collect(),
        wishes,
    })
}

/// The attributes that a question of several entities brings together.
fn links(design: &Design, question: &Question) -> Vec<[(usize, usize); 2]> {
    let mut made = Vec::new();
    let mut link = |of: &dyn Fn(usize) -> Option<usize>| {
        let all: Vec<(usize, usize)> = question
            .read
            .entities
            .iter()
            .filter_map(|e| of(*e).map(|a| (*e, a)))
            .collect();
        made.extend(all.windows(2).map(|pair| [pair[0], pair[1]]));
    };
    for column in &question.given {
        link(&|e| question.fixed(design, e, *column));
    }
    let read = &question.read;
    let conditions = read.conditions.iter().map(|(n, _)| n.as_str());
    let sorted = read.sort.iter().map(|(n, _)| n.as_str());
    for name in conditions.chain(sorted).chain(question.bounded()) {
        link(&|e| design.entities[e].find(name));
    }
    made
}

fn wants_any(design: &Design, question: &Question, item: &Item) -> bool {
    question
        .parameters(design, |_, _| 1)
        .iter()
        .any(|p| question.wants(design, item, p))
}

struct Builder<'b> {
    design: &'b Design,
    asked: &'b [Asked<'b>],
}

impl Builder<'_> {
    fn of(&self, entity: usize) -> impl Iterator<Item = &Question> {
        self.asked
            .iter()
            .map(|a| a.0)
            .filter(move |q| q.asks(entity))
    }

    /// The attributes of an entity that matter.
    fn attributes(&self, entity: usize) -> Vec<usize> {
        let mut made: Vec<usize> = self
            .of(entity)
            .flat_map(|q| {
                [
                    q.compared(self.design, entity),
                    q.looked_at(self.design, entity),
                ]
                .concat()
            })
            .collect();
        made.extend(self.fanned(entity));
        made.sort_unstable();
        made.dedup();
        made
    }

    /// The attributes of few values in unique sets, where a read may go through their values: together with what it
    /// fixes they may leave one item.
    fn fanned(&self, entity: usize) -> Vec<usize> {
        let fans =
            |(q, exact): &Asked<'_>| !exact && q.read.allow.fan_out && q.read.entities == [entity];
        if !self.asked.iter().any(fans) {
            return Vec::new();
        }
        let of = &self.design.entities[entity];
        let mut made = of.unique_sets().concat();
        made.retain(|a| self.design.ty(entity, *a).is_finite() && !of.attributes[*a].optional);
        made
    }

    /// How many values an attribute has, beside "missing". Attributes that a column or an order brings together across
    /// entities may differ in that: the parameter then takes the values of the larger one.
    fn size(&self, entity: usize, attribute: usize) -> i8 {
        match self.design.ty(entity, attribute) {
            Type::Truth => 2,
            Type::Enumeration(n) => i8::try_from(n).unwrap_or(i8::MAX),
            _ => {
                let name = &self.design.entities[entity].attributes[attribute].name;
                let constant = self
                    .asked
                    .iter()
                    .flat_map(|(q, _)| &q.read.conditions)
                    .filter(|(n, _)| n == name);
                let greatest = constant.flat_map(|(_, t)| match t {
                    crate::spec::Test::OneOf(v) => v.clone(),
                    _ => Vec::new(),
                });
                let bounded = self
                    .asked
                    .iter()
                    .any(|(q, _)| q.bounded() == Some(name.as_str()));
                match (greatest.max(), bounded) {
                    (Some(n), _) => i8::try_from(n + 2).unwrap_or(i8::MAX),
                    (None, true) => 3,
                    (None, false) => 2,
                }
            }
        }
    }

    /// All values of an attribute, as bits.
    fn all(&self, entity: usize, attribute: usize) -> u16 {
        let values = (1 << self.size(entity, attribute)) - 1;
        if self.design.entities[entity].attributes[attribute].optional {
            values | MISSING_BIT
        } else {
            values
        }
    }

    /// The values of an attribute in the items that lie in the place. A table holds all items. An index need hold no
    /// more than what its questions want of each attribute, and holding fewer never hurts: what is contiguous and in
    /// order stays so when other items are taken out.
    fn held(&self, entity: usize, attribute: usize, place: Place) -> u16 {
        let all = self.all(entity, attribute);
        if place == Place::Table {
            return all;
        }
        self.of(entity).fold(0, |set, q| {
            set | q.possible(self.design, entity, attribute, all)
        })
    }

    fn items(&self, entity: usize, place: Place, into: &mut Vec<Item>) -> Option<()> {
        let mut made = vec![Item {
            entity,
            values: [0; 10],
        }];
        for attribute in self.attributes(entity) {
            let held = self.held(entity, attribute, place);
            let values = (0..self.size(entity, attribute)).filter(|v| held >> v & 1 == 1);
            let values: Vec<i8> = values
                .chain((held & MISSING_BIT != 0).then_some(MISSING))
                .collect();
            made = made
                .into_iter()
                .flat_map(|item| {
                    values.iter().map(move |v| {
                        let mut item = item.clone();
                        item.values[attribute] = *v;
                        item
                    })
                })
                .collect();
            if made.len() + into.len() > MOST_ITEMS {
                return None;
            }
        }
        into.append(&mut made);
        Some(())
    }

    /// A key holds attributes that every item in the place has. One whose value no question compares would only tear
    /// apart what the questions want together. The table's key is made of certain attributes.
    fn usable(&self, entity: usize, place: Place) -> Vec<usize> {
        let mut made: Vec<usize> = self
            .of(entity)
            .flat_map(|q| q.compared(self.design, entity))
            .chain(self.fanned(entity))
            .collect();
        made.sort_unstable();
        made.dedup();
        made.retain(|a| self.held(entity, *a, place) & MISSING_BIT == 0);
        if place == Place::Table {
            let allowed = self.design.table_attributes(entity);
            made.retain(|a| allowed.contains(a));
        }
        made
    }

    fn chosen(&self, entity: usize, place: Place) -> Vec<(usize, Vec<i8>)> {
        let finite = |a: &usize| self.design.ty(entity, *a).is_finite();
        let narrowed = |a: &usize| {
            self.of(entity)
                .any(|q| q.constants(self.design, entity, *a).is_some())
        };
        let usable = self
            .usable(entity, place)
            .into_iter()
            .filter(finite)
            .filter(narrowed);
        usable
            .map(|a| {
                let held = self.held(entity, a, place);
                (
                    a,
                    (0..self.size(entity, a))
                        .filter(|v| held >> v & 1 == 1)
                        .collect(),
                )
            })
            .collect()
    }

    fn wish(&self, (question, exact): Asked<'_>, items: &[Item]) -> Wish {
        let allow = &question.read.allow;
        let filters = !exact && allow.filter != Filter::None;
        let mut fans = if !exact && allow.fan_out {
            self.fans(question)
        } else {
            vec![Vec::new()]
        };
        // Where others are not spread, it cannot be: one request each for single items is not.
        if question.read.shards > 1 && self.asked.iter().any(|(q, _)| q.read.shards == 1) {
            fans.retain(|fan| {
                question.determines_with(self.design, question.read.entities[0], fan)
            });
        }
        let ways = fans
            .iter()
            .map(|fan| self.way(question, items, fan, filters))
            .collect();
        Wish {
            entities: question.read.entities.clone(),
            merged: question.merged_by(self.design),
            ways,
        }
    }

    /// The sets of attributes over whose values a read can fan out: those with several constants, and those of few values
    /// that every wanted item has and the caller does not give. Only for reads of one entity.
    fn fans(&self, question: &Question) -> Vec<Vec<usize>> {
        let &[entity] = question.read.entities.as_slice() else {
            return vec![Vec::new()];
        };
        let fixed: Vec<usize> = question
            .given
            .iter()
            .filter_map(|c| question.fixed(self.design, entity, *c))
            .collect();
        let able = self.attributes(entity).into_iter().filter(|a| {
            let possible = question.possible(self.design, entity, *a, self.all(entity, *a));
            let several = question
                .constants(self.design, entity, *a)
                .is_some_and(|v| v.len() > 1);
            let finite = self.design.ty(entity, *a).is_finite() && possible.count_ones() > 1;
            !fixed.contains(a) && possible & MISSING_BIT == 0 && (several || finite)
        });
        let able: Vec<usize> = able.collect();
        (0..1_u32 << able.len())
            .map(|set| {
                able.iter()
                    .enumerate()
                    .filter(|(at, _)| set >> at & 1 == 1)
                    .map(|(_, a)| *a)
                    .collect()
            })
            .collect()
    }

    fn way(&self, question: &Question, items: &[Item], fan: &[usize], filters: bool) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for given in question.parameters(self.design, |e, a| self.size(e, a)) {
            let wanted: Vec<u16> = places(items, |i| question.wants(self.design, i, &given));
            for (values, part) in self.divided(&wanted, items, fan) {
                let of_fan: Vec<(usize, i8)> = fan.iter().copied().zip(values).collect();
                let stray = places(items, |i| {
                    let wanted = question.wants(self.design, i, &given);
                    let alone = question.is_only_one(self.design, i, &given, &of_fan);
                    let dropped = filters
                        && question.may_drop(self.design, i, &given)
                        && of_fan.iter().all(|(a, v)| i.values[*a] == *v);
                    !wanted && !alone && !dropped
                });
                // What a request wants of the others of a fan, it reads elsewhere: here they are strays.
                let others = wanted
                    .iter()
                    .copied()
                    .filter(|w| !part.contains(w))
                    .collect();
                let run = Run {
                    wanted: part,
                    stray: [stray, others].concat(),
                    before: Vec::new(),
                };
                if !run.wanted.is_empty() && !runs.contains(&run) {
                    runs.push(run);
                }
            }
        }
        self.order(question, items, &mut runs);
        runs
    }

    fn divided(&self, wanted: &[u16], items: &[Item], fan: &[usize]) -> Vec<(Vec<i8>, Vec<u16>)> {
        let mut parts: Vec<(Vec<i8>, Vec<u16>)> = Vec::new();
        for place in wanted {
            let values: Vec<i8> = fan
                .iter()
                .map(|a| items[usize::from(*place)].values[*a])
                .collect();
            match parts.iter_mut().find(|(v, _)| *v == values) {
                Some((_, part)) => part.push(*place),
                None => parts.push((values, vec![*place])),
            }
        }
        parts
    }

    /// The pairs of each run that is not part of a larger one, whose pairs are among that one's.
    fn order(&self, question: &Question, items: &[Item], runs: &mut [Run]) {
        let sets: Vec<Vec<u16>> = runs.iter().map(|r| r.wanted.clone()).collect();
        for (at, run) in runs.iter_mut().enumerate() {
            let inside = |(other, set): (usize, &Vec<u16>)| {
                other != at
                    && set.len() > run.wanted.len()
                    && run.wanted.iter().all(|w| set.binary_search(w).is_ok())
            };
            if sets.iter().enumerate().any(inside) {
                continue;
            }
            for a in &run.wanted {
                for b in &run.wanted {
                    let (x, y) = (&items[usize::from(*a)], &items[usize::from(*b)]);
                    if question.precedes(self.design, x, y) && self.may_both_be(x, y) {
                        run.before.push((*a, *b));
                    }
                }
            }
        }
    }

    /// Whether both items can be there at once: no unique set of the entity makes them one.
    fn may_both_be(&self, a: &Item, b: &Item) -> bool {
        if a.entity != b.entity {
            return true;
        }
        let attributes = self.attributes(a.entity);
        let differ = |set: &Vec<usize>| {
            set.iter().any(|at| {
                !attributes.contains(at)
                    || a.values[*at] == MISSING
                    || a.values[*at] != b.values[*at]
            })
        };
        self.design.entities[a.entity]
            .unique_sets()
            .iter()
            .all(differ)
    }
}

fn places(items: &[Item], is: impl Fn(&Item) -> bool) -> Vec<u16> {
    (0_u16..)
        .zip(items)
        .filter(|(_, i)| is(i))
        .map(|(at, _)| at)
        .collect()
}

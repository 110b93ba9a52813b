//! Every way to lay the items of some entities into sorted partitions, tried out on a scene.
//!
//! Promises: [`Search`] tries all trees of keys: at each place a component that the entities there share, or blocks in
//! any order, also one for each value of an enumeration that constants choose from (these in the order of the values), and below its block every sequence
//! of components of an entity, each stored ascending or, where the language allows, descending. A tree is accepted when
//! every run of every wish is contiguous and in order, forward or backward. That is checked on the items of the scene.
//!
//! Why one partition is enough to find out whether a key exists: a run lies in one partition, so its partition
//! attributes are fixed; moving them to the front of the sort key, shared by all, keeps every run together and in
//! order. (Which attributes are best moved into the partition key is a question of cost.)
//!
//! Why cutting off early is right: a key compares its parts from the first to the last, so what a longer key adds never
//! changes the order of items that a shorter one already tells apart.

use crate::scene::{Run, Scene, Wish};
use crate::spec::Design;

/// A key as it was found, for people to read.
pub(crate) type Told = Vec<String>;

/// The search.
pub(crate) struct Search<'s> {
    design: &'s Design,
    scene: &'s Scene,
    /// The key of each item so far: four bits a part, from the highest on.
    keys: Vec<u128>,
    /// Whether an item's key is complete.
    closed: Vec<bool>,
    told: Told,
    /// Steps left.
    budget: u64,
}

/// An open place of the tree.
#[derive(Debug, Clone)]
enum Open {
    /// Entities whose keys agree so far: what comes next is free, but entities in one block must share something.
    Group {
        members: Vec<usize>,
        used: Vec<u16>,
        depth: u32,
        must_share: bool,
    },
    /// Blocks in the making: members and values that are not placed yet.
    Blocks {
        rest: Vec<usize>,
        split: Vec<Split>,
        used: Vec<u16>,
        depth: u32,
        groups: Vec<(Vec<usize>, u32)>,
        any: bool,
    },
}

/// A member of which each value of an attribute is a block.
#[derive(Debug, Clone)]
struct Split {
    member: usize,
    attribute: usize,
    rest: Vec<i8>,
    /// The depth at which each value's block ends.
    placed: Vec<(i8, u32)>,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Found(Told),
    None,
    /// The budget ran out.
    Unknown,
}

impl<'s> Search<'s> {
    /// Looks for a key.
    pub(crate) fn run(design: &'s Design, scene: &'s Scene, budget: u64) -> Outcome {
        let mut search = Self {
            design,
            scene,
            keys: vec![0; scene.items.len()],
            closed: vec![false; scene.items.len()],
            told: Vec::new(),
            budget,
        };
        let members: Vec<usize> = (0..scene.entities.len()).collect();
        let open = Open::Group {
            used: vec![0; members.len()],
            members,
            depth: 0,
            must_share: false,
        };
        if search.step(vec![open]) {
            return Outcome::Found(search.told);
        }
        if search.budget == 0 {
            Outcome::Unknown
        } else {
            Outcome::None
        }
    }

    /// Completes the tree from its open places on; what was found stays told.
    fn step(&mut self, mut open: Vec<Open>) -> bool {
        if self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        match open.pop() {
            None => true,
            Some(Open::Group {
                members,
                used,
                depth,
                must_share,
            }) => {
                if let &[member] = members.as_slice() {
                    self.leaf(member, used[member], depth, &open)
                } else {
                    self.shared(&members, &used, depth, &open)
                        || (!must_share && self.blocks(&members, &used, depth, &open))
                }
            }
            Some(Open::Blocks {
                rest,
                split,
                used,
                depth,
                groups,
                any,
            }) => {
                if rest.is_empty() && split.iter().all(|s| s.rest.is_empty()) {
                    return self.placed(&split, &used, &groups, open);
                }
                let at = At {
                    used: &used,
                    depth,
                    groups: &groups,
                    any,
                };
                self.next_group(&rest, &split, &at, &open)
                    || self.next_value(&rest, &split, &at, &open)
                    || self.next_split(&rest, &split, &at, &open)
            }
        }
    }

    /// Ends the key of a member, or adds a component.
    fn leaf(&mut self, member: usize, used: u16, depth: u32, open: &[Open]) -> bool {
        let entity = self.scene.entities[member];
        let own = self.places(&[member]);
        own.iter().for_each(|i| self.closed[*i] = true);
        let told = self.told.len();
        self.told.push(format!("{} ends", self.name(member)));
        if self.holds(&[member]) && self.step(open.to_vec()) {
            return true;
        }
        self.told.truncate(told);
        own.iter().for_each(|i| self.closed[*i] = false);
        for attribute in self.scene.usable[member].clone() {
            if used >> attribute & 1 == 1 {
                continue;
            }
            for down in self.directions(entity, attribute) {
                let token = |s: &Self, i: usize| directed(s.scene.items[i].values[attribute], down);
                let name = &self.design.entities[entity].attributes[attribute].name;
                let word = format!("{}: {name}{}", self.name(member), arrow(down));
                let mut next = open.to_vec();
                next.push(Open::Group {
                    members: vec![member],
                    used: self.with_used(member, used | 1 << attribute),
                    depth: depth + 1,
                    must_share: false,
                });
                if self.refined(&own, depth, token, word, &[member], next) {
                    return true;
                }
            }
        }
        false
    }

    fn with_used(&self, member: usize, used: u16) -> Vec<u16> {
        let mut all = vec![0; self.scene.entities.len()];
        all[member] = used;
        all
    }

    /// A component that all members share: for each one attribute, all of one type.
    fn shared(&mut self, members: &[usize], used: &[u16], depth: u32, open: &[Open]) -> bool {
        for tuple in self.tuples(members, used) {
            let ty = self.design.ty(self.scene.entities[members[0]], tuple[0]);
            for down in if ty.inverts() {
                [false, true].as_slice()
            } else {
                &[false]
            } {
                let own = self.places(members);
                let of = |s: &Self, i: usize| {
                    let at = members
                        .iter()
                        .position(|m| s.scene.entities[*m] == s.scene.items[i].entity)
                        .unwrap_or(0);
                    directed(s.scene.items[i].values[tuple[at]], *down)
                };
                let mut next_used = used.to_vec();
                for (m, a) in members.iter().zip(&tuple) {
                    next_used[*m] |= 1 << a;
                }
                let word = format!(
                    "{}: shared {}{}",
                    self.names(members),
                    self.tuple_names(members, &tuple),
                    arrow(*down)
                );
                let group = Open::Group {
                    members: members.to_vec(),
                    used: next_used,
                    depth: depth + 1,
                    must_share: false,
                };
                if self.refined(&own, depth, of, word, members, [open, &[group]].concat()) {
                    return true;
                }
            }
        }
        false
    }

    fn tuples(&self, members: &[usize], used: &[u16]) -> Vec<Vec<usize>> {
        let mut made: Vec<Vec<usize>> = vec![Vec::new()];
        for m in members {
            let free: Vec<usize> = self.scene.usable[*m]
                .iter()
                .copied()
                .filter(|a| used[*m] >> a & 1 == 0)
                .collect();
            made = made
                .into_iter()
                .flat_map(|t| free.iter().map(move |a| [t.clone(), vec![*a]].concat()))
                .collect();
        }
        let ty = |m: usize, a: usize| self.design.ty(self.scene.entities[m], a);
        made.retain(|t| {
            t.iter()
                .zip(members)
                .all(|(a, m)| ty(*m, *a) == ty(members[0], t[0]))
                && self.is_linked(members, t)
        });
        made
    }

    /// Whether the questions bring the attributes of a component together.
    fn is_linked(&self, members: &[usize], tuple: &[usize]) -> bool {
        let entity = |m: &usize| self.scene.entities[*m];
        let all: Vec<(usize, usize)> = members
            .iter()
            .map(entity)
            .zip(tuple.iter().copied())
            .collect();
        let mut reached = vec![all[0]];
        loop {
            let near = |c: &&(usize, usize)| {
                let to = |l: &[(usize, usize); 2]| {
                    l.contains(c) && l.iter().any(|end| reached.contains(end))
                };
                !reached.contains(c) && self.scene.links.iter().any(to)
            };
            let Some(next) = all.iter().find(near).copied() else {
                return reached.len() == all.len();
            };
            reached.push(next);
        }
    }

    fn blocks(&mut self, members: &[usize], used: &[u16], depth: u32, open: &[Open]) -> bool {
        let started = Open::Blocks {
            rest: members.to_vec(),
            split: Vec::new(),
            used: used.to_vec(),
            depth,
            groups: Vec::new(),
            any: false,
        };
        self.step([open, &[started]].concat())
    }

    /// The next block holds some members that are not placed yet.
    fn next_group(&mut self, rest: &[usize], split: &[Split], at: &At<'_>, open: &[Open]) -> bool {
        for set in 1..1_u32 << rest.len() {
            let (inside, outside): (Vec<usize>, Vec<usize>) = rest
                .iter()
                .enumerate()
                .map(|(n, m)| (set >> n & 1 == 1, *m))
                .fold((Vec::new(), Vec::new()), |mut sets, (is, m)| {
                    if is {
                        sets.0.push(m);
                    } else {
                        sets.1.push(m);
                    }
                    sets
                });
            let last = outside.is_empty() && split.iter().all(|s| s.rest.is_empty());
            if last && !at.any {
                continue;
            }
            let all = [rest, &split.iter().map(|s| s.member).collect::<Vec<_>>()].concat();
            let own = self.unplaced(rest, split);
            let chosen = inside.clone();
            let token = |s: &Self, i: usize| {
                u8::from(
                    !chosen
                        .iter()
                        .any(|m| s.scene.entities[*m] == s.scene.items[i].entity),
                )
            };
            let word = format!("block of {}", self.names(&inside));
            let groups = [at.groups, &[(inside, at.depth + 1)]].concat();
            let next = Open::Blocks {
                rest: outside,
                split: split.to_vec(),
                used: at.used.to_vec(),
                depth: at.depth + 1,
                groups,
                any: true,
            };
            if self.refined(&own, at.depth, token, word, &all, [open, &[next]].concat()) {
                return true;
            }
        }
        false
    }

    /// The next block holds the next value of a member that is divided already: a key holds the value itself, so the
    /// values stay in their order.
    fn next_value(&mut self, rest: &[usize], split: &[Split], at: &At<'_>, open: &[Open]) -> bool {
        (0..split.len()).any(|n| {
            let least = split[n].rest.iter().min().copied();
            least.is_some_and(|value| self.place_value(rest, split, n, value, at, open))
        })
    }

    /// The next block holds the first value of a member that is now divided.
    fn next_split(&mut self, rest: &[usize], split: &[Split], at: &At<'_>, open: &[Open]) -> bool {
        for member in rest {
            for (attribute, values) in self.scene.chosen[*member].clone() {
                if at.used[*member] >> attribute & 1 == 1 {
                    continue;
                }
                let outside: Vec<usize> = rest.iter().copied().filter(|m| m != member).collect();
                let new = Split {
                    member: *member,
                    attribute,
                    rest: values.clone(),
                    placed: Vec::new(),
                };
                let all = [split, &[new]].concat();
                let least = values.into_iter().min();
                if least.is_some_and(|v| self.place_value(&outside, &all, split.len(), v, at, open))
                {
                    return true;
                }
            }
        }
        false
    }

    fn place_value(
        &mut self,
        rest: &[usize],
        split: &[Split],
        n: usize,
        value: i8,
        at: &At<'_>,
        open: &[Open],
    ) -> bool {
        let own = self.unplaced(rest, split);
        let (member, attribute) = (split[n].member, split[n].attribute);
        let entity = self.scene.entities[member];
        let token = |s: &Self, i: usize| {
            let item = &s.scene.items[i];
            u8::from(!(item.entity == entity && item.values[attribute] == value))
        };
        let mut next = split.to_vec();
        next[n].rest.retain(|v| *v != value);
        next[n].placed.push((value, at.depth + 1));
        let word = format!(
            "block of {} with {} = {value}",
            self.name(member),
            self.design.entities[entity].attributes[attribute].name
        );
        let all = [rest, &split.iter().map(|s| s.member).collect::<Vec<_>>()].concat();
        let open_next = Open::Blocks {
            rest: rest.to_vec(),
            split: next,
            used: at.used.to_vec(),
            depth: at.depth + 1,
            groups: at.groups.to_vec(),
            any: true,
        };
        self.refined(
            &own,
            at.depth,
            token,
            word,
            &all,
            [open, &[open_next]].concat(),
        )
    }

    /// The items that no block holds yet.
    fn unplaced(&self, rest: &[usize], split: &[Split]) -> Vec<usize> {
        let is = |i: &usize| {
            let item = &self.scene.items[*i];
            let of = |m: usize| self.scene.entities[m] == item.entity;
            rest.iter().any(|m| of(*m))
                || split
                    .iter()
                    .any(|s| of(s.member) && s.rest.contains(&item.values[s.attribute]))
        };
        (0..self.scene.items.len()).filter(is).collect()
    }

    /// All blocks are placed: their insides are open.
    fn placed(
        &mut self,
        split: &[Split],
        used: &[u16],
        groups: &[(Vec<usize>, u32)],
        mut open: Vec<Open>,
    ) -> bool {
        if !self
            .scene
            .wishes
            .iter()
            .all(|w| self.reads_blocks(w, split, used, groups))
        {
            return false;
        }
        for (members, depth) in groups {
            open.push(Open::Group {
                members: members.clone(),
                used: used.to_vec(),
                depth: *depth,
                must_share: true,
            });
        }
        for s in split {
            // All of them below the deepest block: parts of a key that are left out compare as equal.
            let depth = s.placed.iter().map(|(_, d)| *d).max().unwrap_or(0);
            let mut used = used.to_vec();
            used[s.member] |= 1 << s.attribute;
            open.push(Open::Group {
                members: vec![s.member],
                used,
                depth,
                must_share: false,
            });
        }
        self.step(open)
    }

    /// Whether a wish over several blocks wants all entities of each of them, and no order that merges them.
    fn reads_blocks(
        &self,
        wish: &Wish,
        split: &[Split],
        used: &[u16],
        groups: &[(Vec<usize>, u32)],
    ) -> bool {
        let wants = |m: &usize| wish.entities.contains(&self.scene.entities[*m]);
        let divided = split.iter().map(|s| vec![s.member]);
        let blocks = groups
            .iter()
            .map(|(members, _)| members.clone())
            .chain(divided);
        let read: Vec<Vec<usize>> = blocks.filter(|b| b.iter().any(wants)).collect();
        let settled = |m: &usize| {
            let of = |(e, _): &&(usize, Vec<usize>)| *e == self.scene.entities[*m];
            let order = wish.merged.iter().find(of);
            order.is_none_or(|(_, all)| all.iter().all(|a| used[*m] >> a & 1 == 1))
        };
        read.len() < 2 || read.iter().flatten().all(|m| wants(m) && settled(m))
    }

    /// Adds a part to the keys of some items, and goes on if no wish is broken.
    fn refined(
        &mut self,
        own: &[usize],
        depth: u32,
        token: impl Fn(&Self, usize) -> u8,
        word: String,
        members: &[usize],
        next: Vec<Open>,
    ) -> bool {
        assert!(depth < 32, "a key has at most 32 parts");
        let shift = 124 - 4 * depth;
        for i in own {
            self.keys[*i] |= u128::from(token(self, *i)) << shift;
        }
        let told = self.told.len();
        self.told.push(word);
        if self.holds(members) && self.step(next) {
            return true;
        }
        self.told.truncate(told);
        for i in own {
            self.keys[*i] &= !(15 << shift);
        }
        false
    }

    /// Whether every wish about some members can still come true.
    fn holds(&self, members: &[usize]) -> bool {
        let about = |w: &&Wish| {
            members
                .iter()
                .any(|m| w.entities.contains(&self.scene.entities[*m]))
        };
        self.scene.wishes.iter().filter(about).all(|w| {
            w.ways
                .iter()
                .any(|runs| runs.iter().all(|r| keeps(&self.keys, &self.closed, r)))
        })
    }

    fn places(&self, members: &[usize]) -> Vec<usize> {
        let is = |i: &usize| {
            members
                .iter()
                .any(|m| self.scene.entities[*m] == self.scene.items[*i].entity)
        };
        (0..self.scene.items.len()).filter(is).collect()
    }

    fn directions(&self, entity: usize, attribute: usize) -> Vec<bool> {
        if self.design.ty(entity, attribute).inverts() {
            vec![false, true]
        } else {
            vec![false]
        }
    }

    fn name(&self, member: usize) -> &str {
        &self.design.entities[self.scene.entities[member]].name
    }

    fn names(&self, members: &[usize]) -> String {
        members
            .iter()
            .map(|m| self.name(*m))
            .collect::<Vec<_>>()
            .join("+")
    }

    fn tuple_names(&self, members: &[usize], tuple: &[usize]) -> String {
        let name = |(m, a): (&usize, &usize)| {
            self.design.entities[self.scene.entities[*m]].attributes[*a]
                .name
                .clone()
        };
        members
            .iter()
            .zip(tuple)
            .map(name)
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// Where blocks are being placed.
struct At<'a> {
    used: &'a [u16],
    depth: u32,
    groups: &'a [(Vec<usize>, u32)],
    any: bool,
}

const fn arrow(down: bool) -> &'static str {
    if down { " desc" } else { "" }
}

fn directed(value: i8, down: bool) -> u8 {
    let value = value.unsigned_abs();
    if down { 15 - value } else { value }
}

/// Whether a run is contiguous and in order, forward or backward, as far as the keys say; the keys of closed items say
/// all that there is.
pub(crate) fn keeps(keys: &[u128], closed: &[bool], run: &Run) -> bool {
    let key = |i: &u16| keys[usize::from(*i)];
    let low = run.wanted.iter().map(key).min().unwrap_or(0);
    let high = run.wanted.iter().map(key).max().unwrap_or(0);
    let between = |i: &u16| {
        let k = key(i);
        (low < k && k < high) || ((k == low || k == high) && closed[usize::from(*i)])
    };
    if run.stray.iter().any(between) {
        return false;
    }
    let open = |i: &u16| !closed[usize::from(*i)];
    let ordered = |(a, b): (&u16, &u16)| key(a) < key(b) || key(a) == key(b) && open(a);
    run.before.iter().all(|(a, b)| ordered((a, b)))
        || run.before.iter().all(|(a, b)| ordered((b, a)))
}

//! Random small designs.
//!
//! Promises: a seed gives one design, which the language accepts; every construct that influences the choice of keys
//! occurs often. The entities of a design draw their attributes from one small pool of names, so that reads meet.

mod reads;

use crate::random::Random;
use crate::spec::{
    Action, Allow, Attribute, By, Design, Entity, Pattern, Read, ReadVerb, Type, Write, WriteVerb,
};

/// What the designs of a run are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Chance of each rare feature, in percent of its usual chance.
    pub(crate) spice: usize,
    pub(crate) most_entities: usize,
    pub(crate) most_reads: usize,
}

/// The design of a seed.
pub(crate) fn design(seed: u64, style: Style) -> Design {
    let mut maker = Maker {
        random: Random::new(seed),
        style,
        design: Design {
            entities: Vec::new(),
            patterns: Vec::new(),
            gsis: 20,
            lsis: 0,
        },
    };
    maker.entities();
    maker.limits();
    let reads = 1 + maker.random.below(style.most_reads);
    for _ in 0..reads {
        maker.read();
    }
    maker.writes();
    maker.design
}

struct Maker {
    random: Random,
    style: Style,
    design: Design,
}

const POOL: [(&str, Type); 7] = [
    ("x", Type::Text),
    ("y", Type::Text),
    ("t", Type::Time),
    ("n", Type::Number),
    ("s", Type::Enumeration(3)),
    ("f", Type::Truth),
    ("o", Type::Text),
];

impl Maker {
    fn rare(&mut self, percent: usize) -> bool {
        let percent = percent * self.style.spice / 100;
        self.random.percent(percent)
    }

    fn limits(&mut self) {
        if self.random.percent(35) {
            self.design.gsis = u32::try_from(self.random.below(4)).unwrap_or(0);
        }
        if self.rare(25) {
            self.design.lsis = 1;
        }
    }

    fn entities(&mut self) {
        let count = 1 + self.random.below(self.style.most_entities);
        let pool: Vec<(&str, Type)> = self.random.some(&POOL, 60).into_iter().take(4).collect();
        for at in 0..count {
            let entity = self.entity(at, &pool);
            self.design.entities.push(entity);
        }
    }

    fn entity(&mut self, at: usize, pool: &[(&str, Type)]) -> Entity {
        let letter = char::from(b'A' + u8::try_from(at).unwrap_or(0));
        let own = format!("k{}", letter.to_ascii_lowercase());
        let mut attributes: Vec<Attribute> = Vec::new();
        for (name, ty) in pool {
            if self.random.percent(75) {
                let optional = *name == "o" || self.rare(12);
                attributes.push(self.attribute(name, *ty, optional));
            }
        }
        if at > 0 && self.random.percent(60) {
            let target = self.random.below(at);
            if let &[key] = self.design.entities[target].key.as_slice() {
                let name = self.design.entities[target].attributes[key].name.clone();
                if attributes.iter().all(|a| a.name != name) {
                    let optional = self.rare(8);
                    attributes.push(self.attribute(&name, Type::Reference(target), optional));
                }
            }
        }
        let key = self.key(&own, &mut attributes);
        let uniques = self.uniques(&attributes);
        let sizes = [None, Some(150), Some(900), Some(3000)];
        let size = self.random.pick(&sizes).copied().flatten();
        let counts = [100, 5_000, 200_000];
        Entity {
            name: letter.to_string(),
            attributes,
            key,
            uniques,
            count: self.random.pick(&counts).copied().unwrap_or(100),
            size,
        }
    }

    fn attribute(&mut self, name: &str, ty: Type, optional: bool) -> Attribute {
        let immutable = if self.random.percent(30) {
            Some(self.random.percent(75))
        } else {
            None
        };
        let unique = ty == Type::Text && self.rare(8);
        Attribute {
            name: name.to_owned(),
            ty,
            optional,
            unique,
            immutable,
        }
    }

    /// A key of its own, or one of shared attributes, alone or before its own.
    fn key(&mut self, own: &str, attributes: &mut Vec<Attribute>) -> Vec<usize> {
        if self.rare(4) {
            return Vec::new();
        }
        let shape = self.random.below(100);
        let able: Vec<usize> = (0..attributes.len())
            .filter(|a| attributes[*a].ty != Type::Truth)
            .collect();
        let mut key = if shape < 50 {
            Vec::new()
        } else {
            self.random.some(&able, 45).into_iter().take(2).collect()
        };
        if key.is_empty() || shape > 80 && key.len() < 2 {
            let ty = if self.random.percent(50) {
                Type::Generated
            } else {
                Type::Text
            };
            attributes.push(Attribute {
                name: own.to_owned(),
                ty,
                optional: false,
                unique: false,
                immutable: None,
            });
            key.push(attributes.len() - 1);
        }
        for a in &key {
            attributes[*a].optional = false;
            attributes[*a].immutable = None;
            attributes[*a].unique = false;
        }
        key
    }

    fn uniques(&mut self, attributes: &[Attribute]) -> Vec<Vec<usize>> {
        let able: Vec<usize> = (0..attributes.len())
            .filter(|a| !attributes[*a].optional && attributes[*a].ty != Type::Truth)
            .collect();
        if !self.rare(6) || able.len() < 2 {
            return Vec::new();
        }
        let set: Vec<usize> = self.random.some(&able, 100).into_iter().take(2).collect();
        vec![set]
    }

    fn push(&mut self, action: Action) {
        let name = format!("p{}", self.design.patterns.len());
        let rate = [1, 5, 40];
        let rate = self.random.pick(&rate).copied().unwrap_or(1);
        self.design.patterns.push(Pattern { name, rate, action });
    }

    fn read(&mut self) {
        let entities = self.some_entities();
        if let &[entity] = entities.as_slice() {
            let kind = self.random.below(100);
            if kind < 12 {
                return self.get(entity);
            }
            if kind < 18 && self.style.spice > 0 {
                return self.find(entity);
            }
        }
        if let Some(read) = self.list(entities) {
            self.push(Action::Read(read));
        }
    }

    fn some_entities(&mut self) -> Vec<usize> {
        let all = self.random.order(self.design.entities.len());
        let count = [1, 1, 1, 2, 2, 3];
        let count = self.random.pick(&count).copied().unwrap_or(1);
        let mut made: Vec<usize> = all.into_iter().take(count).collect();
        made.sort_unstable();
        made
    }

    fn plain(verb: ReadVerb, entities: Vec<usize>) -> Read {
        Read {
            verb,
            entities,
            by: Vec::new(),
            conditions: Vec::new(),
            range: None,
            prefix: None,
            sort: Vec::new(),
            limit: None,
            consistent: false,
            interleave: false,
            shards: 1,
            select: None,
            allow: Allow::default(),
        }
    }

    fn column(&self, entity: usize, attribute: usize) -> By {
        By {
            name: self.design.entities[entity].attributes[attribute]
                .name
                .clone(),
            optional: false,
            map: Vec::new(),
        }
    }

    /// By the key, more than the key, or another unique set.
    fn get(&mut self, entity: usize) {
        let sets = self.design.entities[entity].unique_sets();
        let set = self.random.pick(&sets).cloned().unwrap_or_default();
        let mut read = Self::plain(ReadVerb::Get, vec![entity]);
        let is_key = set == self.design.entities[entity].key;
        if !is_key || self.random.percent(30) {
            read.by = set.iter().map(|a| self.column(entity, *a)).collect();
            let others: Vec<usize> = (0..self.design.entities[entity].attributes.len())
                .filter(|a| !set.contains(a))
                .collect();
            if is_key && self.random.percent(60) {
                let more = self.random.some(&others, 40);
                read.by.extend(more.iter().map(|a| self.column(entity, *a)));
            }
        }
        read.consistent = self.rare(10);
        self.push(Action::Read(read));
    }

    /// Find by attributes that are not the key, then write.
    fn find(&mut self, entity: usize) {
        let of = &self.design.entities[entity];
        let able: Vec<usize> = (0..of.attributes.len())
            .filter(|a| !of.key.contains(a))
            .collect();
        let mut read = Self::plain(ReadVerb::List, vec![entity]);
        read.by = self
            .random
            .some(&able, 50)
            .iter()
            .map(|a| self.column(entity, *a))
            .collect();
        // What is there once is written by its key.
        if read.by.is_empty() || of.key.is_empty() {
            return;
        }
        read.allow.extra_request = self.random.percent(85);
        let verb = if self.random.percent(50) {
            WriteVerb::Delete
        } else {
            WriteVerb::Update
        };
        let set = if verb == WriteVerb::Update {
            self.settable(entity)
        } else {
            Vec::new()
        };
        if verb == WriteVerb::Delete || !set.is_empty() {
            self.push(Action::Find(
                read,
                Write {
                    verb,
                    entity,
                    by: Vec::new(),
                    set,
                },
            ));
        }
    }

    fn settable(&mut self, entity: usize) -> Vec<usize> {
        let of = &self.design.entities[entity];
        let able: Vec<usize> = (0..of.attributes.len())
            .filter(|a| !of.key.contains(a) && of.attributes[*a].immutable != Some(true))
            .collect();
        self.random.some(&able, 50)
    }

    fn writes(&mut self) {
        let count = [0, 0, 1, 1, 2, 3];
        for _ in 0..self.random.pick(&count).copied().unwrap_or(0) {
            let entity = self.random.below(self.design.entities.len());
            let all = [
                WriteVerb::Create,
                WriteVerb::Create,
                WriteVerb::Put,
                WriteVerb::Update,
                WriteVerb::Update,
                WriteVerb::Delete,
            ];
            let verb = self.random.pick(&all).copied().unwrap_or(WriteVerb::Create);
            let set = if verb == WriteVerb::Update {
                self.settable(entity)
            } else {
                Vec::new()
            };
            if verb == WriteVerb::Update && set.is_empty() {
                continue;
            }
            let by = if matches!(verb, WriteVerb::Update | WriteVerb::Delete) {
                self.wider(entity, &set)
            } else {
                Vec::new()
            };
            self.push(Action::Write(Write {
                verb,
                entity,
                by,
                set,
            }));
        }
    }

    /// The key and sometimes more.
    fn wider(&mut self, entity: usize, set: &[usize]) -> Vec<usize> {
        let of = &self.design.entities[entity];
        let others: Vec<usize> = (0..of.attributes.len())
            .filter(|a| !of.key.contains(a) && !set.contains(a) && !of.attributes[*a].optional)
            .collect();
        let key = of.key.clone();
        if !self.random.percent(40) {
            return Vec::new();
        }
        let more = self.random.some(&others, 50);
        if more.is_empty() {
            Vec::new()
        } else {
            [key, more].concat()
        }
    }
}

//! Random small designs.
//!
//! Promises: a seed gives one design, which the language accepts; every construct that influences the choice of keys
//! occurs often. The entities of a design draw their attributes from one small pool of names, so that reads meet.

use crate::random::Random;
use crate::spec::{
    Action, Allow, Attribute, Bounds, By, Design, Entity, Filter, Pattern, Read, ReadVerb, Test,
    Type, Write, WriteVerb,
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

    fn list(&mut self, entities: Vec<usize>) -> Option<Read> {
        let verb = if entities.len() == 1 && self.random.percent(12) {
            ReadVerb::Count
        } else {
            ReadVerb::List
        };
        let mut read = Self::plain(verb, entities);
        self.columns(&mut read)?;
        let mut names = self.names(&read);
        names.retain(|n| {
            read.by
                .iter()
                .all(|b| b.name != *n && b.map.iter().all(|(_, a)| a != n))
        });
        self.constants(&mut read, &mut names);
        self.bounds(&mut read, &mut names);
        self.sorting(&mut read, &names);
        self.extras(&mut read);
        Some(read)
    }

    /// Every name that some entity of a read declares.
    fn names(&mut self, read: &Read) -> Vec<String> {
        let mut names: Vec<String> = read
            .entities
            .iter()
            .flat_map(|e| {
                self.design.entities[*e]
                    .attributes
                    .iter()
                    .map(|a| a.name.clone())
            })
            .collect();
        names.sort();
        names.dedup();
        self.random.some(&names, 100)
    }

    fn columns(&mut self, read: &mut Read) -> Option<()> {
        let names = self.names(read);
        if read.entities.len() == 1 {
            let chance = [0, 30, 45, 60];
            let chance = self.random.pick(&chance).copied().unwrap_or(40);
            let chosen = self.random.some(&names, chance);
            for name in chosen.into_iter().take(3) {
                let optional = self.rare(8);
                read.by.push(By {
                    name,
                    optional,
                    map: Vec::new(),
                });
            }
            return Some(());
        }
        let declared = |e: &usize, n: &str| self.design.entities[*e].find(n).is_some();
        let common: Vec<String> = names
            .iter()
            .filter(|n| read.entities.iter().all(|e| declared(e, n)))
            .cloned()
            .collect();
        let first = if common.is_empty() || self.rare(15) {
            self.mapped(read)?
        } else {
            By {
                name: self.random.pick(&common).cloned()?,
                optional: false,
                map: Vec::new(),
            }
        };
        let used: Vec<String> = first
            .map
            .iter()
            .map(|(_, a)| a.clone())
            .chain([first.name.clone()])
            .collect();
        read.by.push(first);
        let more = if self.random.percent(35) {
            self.random.pick(&names).cloned()
        } else {
            None
        };
        read.by
            .extend(more.filter(|n| !used.contains(n)).map(|name| By {
                name,
                optional: false,
                map: Vec::new(),
            }));
        Some(())
    }

    /// A parameter that fixes attributes of one type but different names.
    fn mapped(&mut self, read: &Read) -> Option<By> {
        let first = read.entities[0];
        if self.design.entities[first].attributes.is_empty() {
            return None;
        }
        let at = self
            .random
            .below(self.design.entities[first].attributes.len());
        let ty = self.design.ty(first, at);
        let mut map = Vec::new();
        for entity in &read.entities {
            let of = &self.design.entities[*entity];
            let able: Vec<usize> = (0..of.attributes.len())
                .filter(|a| self.design.ty(*entity, *a) == ty)
                .collect();
            map.push((
                *entity,
                of.attributes[*self.random.pick(&able)?].name.clone(),
            ));
        }
        Some(By {
            name: "w".to_owned(),
            optional: false,
            map,
        })
    }

    fn constants(&mut self, read: &mut Read, names: &mut Vec<String>) {
        if self.random.percent(35) {
            let Some(name) = names.pop() else { return };
            if let Some(test) = self.test(read, &name) {
                // An attribute that must be missing can be nothing else; others can still be ordered by.
                if test != Test::Missing && self.random.percent(15) {
                    names.insert(0, name.clone());
                }
                read.conditions.push((name, test));
            }
        }
        // Constants can also narrow a parameter.
        if self.rare(8)
            && let Some(by) = self
                .random
                .pick(&read.by)
                .filter(|b| b.map.is_empty())
                .cloned()
            && let Some(test @ Test::OneOf(_)) = self.test(read, &by.name)
        {
            read.conditions.push((by.name, test));
        }
    }

    fn test(&mut self, read: &Read, name: &str) -> Option<Test> {
        let (entity, at) = read
            .entities
            .iter()
            .find_map(|e| self.design.entities[*e].find(name).map(|a| (*e, a)))?;
        let optional = read.entities.iter().all(|e| {
            self.design.entities[*e]
                .find(name)
                .is_none_or(|a| self.design.entities[*e].attributes[a].optional)
        });
        if optional && self.random.percent(60) {
            return Some(if self.random.percent(60) {
                Test::Exists
            } else {
                Test::Missing
            });
        }
        let values: Vec<u8> = match self.design.ty(entity, at) {
            Type::Truth => vec![u8::from(self.random.percent(50))],
            Type::Enumeration(n) => self.random.some(&(0..n).collect::<Vec<_>>(), 50),
            Type::Text | Type::Number => self.random.some(&[1, 3], 50),
            Type::Generated | Type::Time | Type::Reference(_) => Vec::new(),
        };
        let mut values = values;
        values.sort_unstable();
        let whole = matches!(self.design.ty(entity, at), Type::Enumeration(n) if values.len() == usize::from(n));
        (!values.is_empty() && !whole).then_some(Test::OneOf(values))
    }

    fn bounds(&mut self, read: &mut Read, names: &mut Vec<String>) {
        let free = |name: &String| read.conditions.iter().all(|(n, _)| n != name);
        let ty = |name: &str| {
            read.entities.iter().find_map(|e| {
                self.design.entities[*e]
                    .find(name)
                    .map(|a| self.design.ty(*e, a))
            })
        };
        let able: Vec<String> = names
            .iter()
            .filter(|n| free(n) && ty(n).is_some_and(|t| !t.is_finite()))
            .cloned()
            .collect();
        let texts: Vec<String> = able
            .iter()
            .filter(|n| ty(n) == Some(Type::Text))
            .cloned()
            .collect();
        if self.random.percent(25) {
            let all = [
                Bounds::FromTo,
                Bounds::FromTo,
                Bounds::Between,
                Bounds::Less,
                Bounds::LessOrEqual,
                Bounds::Greater,
                Bounds::GreaterOrEqual,
            ];
            let bounds = self.random.pick(&all).copied();
            read.range = self.random.pick(&able).cloned().zip(bounds);
        } else if self.random.percent(10) {
            let optional = self.random.percent(40);
            read.prefix = self.random.pick(&texts).map(|n| (n.clone(), optional));
        }
        let bounded = read
            .range
            .as_ref()
            .map(|(n, _)| n)
            .or(read.prefix.as_ref().map(|(n, _)| n));
        if let Some(name) = bounded.cloned() {
            names.retain(|n| *n != name);
            // Its own order, mostly also asked for.
            if self.random.percent(40) && read.verb == ReadVerb::List {
                let down = self.random.percent(50);
                read.sort.push((name, down));
            }
        }
    }

    fn sorting(&mut self, read: &mut Read, names: &[String]) {
        let bounded = read.range.is_some() || read.prefix.is_some();
        let chance = match read.verb {
            ReadVerb::Count => 0,
            _ if bounded && read.sort.is_empty() => 8,
            _ => 40,
        };
        if !self.random.percent(chance) {
            return;
        }
        let names: Vec<&String> = names
            .iter()
            .filter(|n| {
                read.conditions
                    .iter()
                    .all(|(m, t)| m != *n || *t != Test::Missing)
            })
            .collect();
        for name in names.into_iter().take(1 + self.random.below(2)) {
            let down = self.random.percent(45);
            read.sort.push((name.clone(), down));
        }
    }

    fn extras(&mut self, read: &mut Read) {
        let collection = read.entities.len() > 1;
        let order: Vec<String> = read
            .sort
            .iter()
            .map(|(n, _)| n)
            .chain(read.range.as_ref().map(|(n, _)| n))
            .cloned()
            .collect();
        let declared = |n: &String| {
            read.entities
                .iter()
                .all(|e| self.design.entities[*e].find(n).is_some())
        };
        let shared = !order.is_empty() && order.iter().all(declared);
        read.interleave =
            collection && shared && read.verb == ReadVerb::List && self.random.percent(40);
        if self.may_limit(read) && self.random.percent(if collection { 60 } else { 25 }) {
            read.limit = Some(5);
        }
        read.consistent = self.rare(10);
        if !collection && self.rare(7) {
            read.shards = if self.random.percent(50) { 2 } else { 4 };
        }
        self.prices(read);
        if !collection && read.verb == ReadVerb::List && self.random.percent(15) {
            let names = self.names(read);
            let chosen: Vec<String> = self.random.some(&names, 50);
            read.select = (!chosen.is_empty()).then_some(chosen);
        }
    }

    /// A limit needs one entity that can match many times, unless the order is merged.
    fn may_limit(&self, read: &Read) -> bool {
        let question = crate::question::Question {
            pattern: 0,
            read: read.clone(),
            given: (0..read.by.len()).collect(),
            finds: false,
        };
        let many = read
            .entities
            .iter()
            .filter(|e| !question.determines(&self.design, **e))
            .count();
        read.verb == ReadVerb::List && (many == 1 || read.interleave)
    }

    fn prices(&mut self, read: &mut Read) {
        if self.rare(12) {
            read.allow.filter = Filter::Any;
        } else if self.rare(6) {
            let mut names: Vec<String> = read
                .by
                .iter()
                .filter(|b| b.map.is_empty())
                .map(|b| b.name.clone())
                .collect();
            names.extend(read.conditions.iter().map(|(n, _)| n.clone()));
            names.extend(read.range.iter().map(|(n, _)| n.clone()));
            names.dedup();
            let chosen = self.random.some(&names, 60);
            if !chosen.is_empty() {
                read.allow.filter = Filter::Only(chosen);
            }
        }
        if read.entities.len() == 1 && self.rare(10) {
            read.allow.fan_out = true;
        }
        if read.sort.is_empty() && read.range.is_none() && read.prefix.is_none() && self.rare(4) {
            read.allow.scan = true;
        }
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

//! Random lists, counts and collections.

use super::Maker;
use crate::spec::{Bounds, By, Filter, Read, ReadVerb, Test, Type};
impl Maker {
    pub(super) fn list(&mut self, entities: Vec<usize>) -> Option<Read> {
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
    pub(super) fn names(&mut self, read: &Read) -> Vec<String> {
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

    pub(super) fn columns(&mut self, read: &mut Read) -> Option<()> {
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
    pub(super) fn mapped(&mut self, read: &Read) -> Option<By> {
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

    pub(super) fn constants(&mut self, read: &mut Read, names: &mut Vec<String>) {
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

    pub(super) fn test(&mut self, read: &Read, name: &str) -> Option<Test> {
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

    pub(super) fn bounds(&mut self, read: &mut Read, names: &mut Vec<String>) {
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

    pub(super) fn sorting(&mut self, read: &mut Read, names: &[String]) {
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

    pub(super) fn extras(&mut self, read: &mut Read) {
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
    pub(super) fn may_limit(&self, read: &Read) -> bool {
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

    pub(super) fn prices(&mut self, read: &mut Read) {
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
}

//! A design as the tests make it: entities and access patterns as data, before they are written down.
//!
//! Promises: plain data with the look-ups that the language page implies (which attribute a name means in an entity),
//! and nothing of the tool. Entities, attributes and patterns are known by their places in lists.

/// A design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Design {
    pub(crate) entities: Vec<Entity>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) gsis: u32,
    pub(crate) lsis: u32,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entity {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    /// Places of the key's attributes; none of a singleton.
    pub(crate) key: Vec<usize>,
    /// Further unique sets of several attributes, all promised.
    pub(crate) uniques: Vec<Vec<usize>>,
    pub(crate) count: u32,
    pub(crate) size: Option<u32>,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    pub(crate) unique: bool,
    pub(crate) immutable: Option<bool>,
}

/// The types that the tests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    /// `string`
    Text,
    /// `ulid`: generated.
    Generated,
    /// `integer`
    Number,
    /// `timestamp`
    Time,
    /// `boolean`
    Truth,
    /// An enumeration with this many values: `e0`, `e1`, …
    Enumeration(u8),
    /// A reference to the entity at this place, whose key is one attribute.
    Reference(usize),
}

/// An access pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) name: String,
    pub(crate) rate: u32,
    pub(crate) action: Action,
}

/// What a pattern does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Read(Read),
    Write(Write),
    /// An `update` or `delete` of what a read finds: all that matches `by`.
    Find(Read, Write),
}

/// The verbs of reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadVerb {
    Get,
    List,
    Count,
}

/// A read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) verb: ReadVerb,
    pub(crate) entities: Vec<usize>,
    /// Empty on a `get`: the key.
    pub(crate) by: Vec<By>,
    pub(crate) conditions: Vec<(String, Test)>,
    pub(crate) range: Option<(String, Bounds)>,
    /// The attribute and whether the parameter may be left out.
    pub(crate) prefix: Option<(String, bool)>,
    /// Attribute and whether descending.
    pub(crate) sort: Vec<(String, bool)>,
    pub(crate) limit: Option<u32>,
    pub(crate) consistent: bool,
    pub(crate) interleave: bool,
    pub(crate) shards: u32,
    pub(crate) select: Option<Vec<String>>,
    pub(crate) allow: Allow,
}

/// An equality with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct By {
    pub(crate) name: String,
    pub(crate) optional: bool,
    /// Entities in which the parameter fixes an attribute of another name.
    pub(crate) map: Vec<(usize, String)>,
}

/// What a `where` asks. Constants are numbers of values: see [`Type::constant`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    OneOf(Vec<u8>),
    Exists,
    Missing,
}

/// Which bounds a range has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    FromTo,
    Between,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a pattern accepts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Allow {
    pub(crate) filter: Filter,
    pub(crate) fan_out: bool,
    pub(crate) extra_request: bool,
    pub(crate) scan: bool,
}

/// Which conditions a filter may take over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Filter {
    #[default]
    None,
    Any,
    Only(Vec<String>),
}

/// The verbs of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteVerb {
    Create,
    Put,
    Update,
    Delete,
    /// Only in a transaction; written with an `update` of the same parameters' entity beside it.
    Check,
}

/// A write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) verb: WriteVerb,
    pub(crate) entity: usize,
    /// What the item is known by, where that is not just the key.
    pub(crate) by: Vec<usize>,
    pub(crate) set: Vec<usize>,
}

impl Type {
    /// How a constant of this type is written. Of text and numbers the odd values 1 and 3 are constants, so that other
    /// values lie below, between and above them.
    pub(crate) fn constant(self, value: u8) -> String {
        match self {
            Self::Text | Self::Generated | Self::Reference(_) => format!("w{value}"),
            Self::Number => format!("{value}0"),
            Self::Time => format!("2026-01-0{}T00:00:00Z", value + 1),
            Self::Truth => (value == 1).to_string(),
            Self::Enumeration(_) => format!("e{value}"),
        }
    }

    /// Whether it has finitely many values, all known.
    pub(crate) const fn is_finite(self) -> bool {
        matches!(self, Self::Truth | Self::Enumeration(_))
    }

    /// Whether its values can be stored descending: the language says numbers and times.
    pub(crate) const fn inverts(self) -> bool {
        matches!(self, Self::Number | Self::Time)
    }
}

impl Entity {
    /// The place of an attribute.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.attributes.iter().position(|a| a.name == name)
    }

    /// Every set of attributes on which no two items agree; a singleton's is empty.
    pub(crate) fn unique_sets(&self) -> Vec<Vec<usize>> {
        let single = self
            .attributes
            .iter()
            .enumerate()
            .filter(|(_, a)| a.unique)
            .map(|(at, _)| vec![at]);
        std::iter::once(self.key.clone())
            .chain(self.uniques.iter().cloned())
            .chain(single)
            .collect()
    }
}

impl By {
    /// The attribute that it fixes in an entity, if any.
    pub(crate) fn attribute(&self, design: &Design, entity: usize) -> Option<usize> {
        let named = self
            .map
            .iter()
            .find(|(e, _)| *e == entity)
            .map_or(self.name.as_str(), |(_, a)| a.as_str());
        design.entities[entity].find(named)
    }
}

impl Design {
    /// The type of an attribute, of a reference that of the target's key.
    pub(crate) fn ty(&self, entity: usize, attribute: usize) -> Type {
        match self.entities[entity].attributes[attribute].ty {
            Type::Reference(target) => self.ty(target, self.entities[target].key[0]),
            ty => ty,
        }
    }

    /// The read of a pattern: its own, or the one that finds what is written.
    pub(crate) fn read(&self, pattern: usize) -> Option<&Read> {
        match &self.patterns[pattern].action {
            Action::Read(read) | Action::Find(read, _) => Some(read),
            Action::Write(_) => None,
        }
    }

    /// Whether a pattern is a `get` that goes by the key.
    pub(crate) fn goes_by_key(&self, pattern: usize) -> bool {
        let Action::Read(read) = &self.patterns[pattern].action else {
            return false;
        };
        let entity = read.entities[0];
        read.verb == ReadVerb::Get
            && (read.by.is_empty()
                || self.covers(entity, &self.known_by_get(read), &self.entities[entity].key))
    }

    /// What the caller of a `get` by the key knows.
    pub(crate) fn known_by_get(&self, read: &Read) -> Vec<usize> {
        let entity = read.entities[0];
        if read.by.is_empty() {
            return self.entities[entity].key.clone();
        }
        read.by
            .iter()
            .filter_map(|b| b.attribute(self, entity))
            .collect()
    }

    fn covers(&self, _entity: usize, known: &[usize], set: &[usize]) -> bool {
        set.iter().all(|a| known.contains(a))
    }

    /// The attributes that the table's key of an entity may hold: required, immutable, and known to every access by key.
    pub(crate) fn table_attributes(&self, entity: usize) -> Vec<usize> {
        let declared = &self.entities[entity];
        (0..declared.attributes.len())
            .filter(|a| declared.key.contains(a) || self.may_extend_key(entity, *a))
            .collect()
    }

    fn may_extend_key(&self, entity: usize, attribute: usize) -> bool {
        let optional = self.entities[entity].attributes[attribute].optional;
        !optional
            && !self.is_mutable(entity, attribute)
            && self
                .accesses(entity)
                .iter()
                .all(|known| known.contains(&attribute))
    }

    /// What each `get`, `update`, `delete` and `check` by the key knows of the item.
    pub(crate) fn accesses(&self, entity: usize) -> Vec<Vec<usize>> {
        let key = &self.entities[entity].key;
        let mut made = Vec::new();
        for (at, pattern) in self.patterns.iter().enumerate() {
            match &pattern.action {
                Action::Read(read) if read.entities[0] == entity && self.goes_by_key(at) => {
                    made.push(self.known_by_get(read));
                }
                Action::Write(w)
                    if w.entity == entity
                        && !matches!(w.verb, WriteVerb::Create | WriteVerb::Put) =>
                {
                    made.push(if w.by.is_empty() {
                        key.clone()
                    } else {
                        w.by.clone()
                    });
                }
                _ => {}
            }
        }
        made
    }

    /// Whether an attribute can change, by the section on mutability.
    pub(crate) fn is_mutable(&self, entity: usize, attribute: usize) -> bool {
        let declared = &self.entities[entity].attributes[attribute];
        if self.entities[entity].key.contains(&attribute) {
            return false;
        }
        if let Some(immutable) = declared.immutable {
            return !immutable;
        }
        let writes: Vec<&Write> = self
            .patterns
            .iter()
            .filter_map(|p| match &p.action {
                Action::Write(w) | Action::Find(_, w) => Some(w),
                Action::Read(_) => None,
            })
            .filter(|w| w.entity == entity && w.verb != WriteVerb::Check)
            .collect();
        if writes.is_empty() {
            return !matches!(
                declared.ty,
                Type::Reference(_) | Type::Time | Type::Generated
            );
        }
        writes.iter().any(|w| {
            w.verb == WriteVerb::Put || w.verb == WriteVerb::Update && w.set.contains(&attribute)
        })
    }
}

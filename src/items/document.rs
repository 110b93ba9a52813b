//! What the plan document says of tables, entities and their physical items, as structs.

use super::encode::Encoding;
use super::value::Failure;
use serde_json::Value as Json;

#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) key: KeySchema,
    pub(crate) indexes: Vec<Index>,
    pub(crate) ttl: Option<String>,
}

#[derive(Clone)]
pub(crate) struct KeySchema {
    pub(crate) partition: Vec<KeyAttribute>,
    pub(crate) sort: Vec<KeyAttribute>,
}

#[derive(Clone)]
pub(crate) struct KeyAttribute {
    pub(crate) name: String,
    /// `S`, `N` or `B`.
    pub(crate) kind: String,
}

#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) global: bool,
    pub(crate) key: KeySchema,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub(crate) projection: String,
    pub(crate) included: Vec<String>,
}

pub(crate) struct Entity {
    pub(crate) name: String,
    pub(crate) identity: Vec<String>,
    pub(crate) stored: Vec<Stored>,
    pub(crate) ttl: Option<String>,
    pub(crate) kinds: Vec<Kind>,
    /// How many items the design expects.
    pub(crate) count: u64,
}

/// How an attribute is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    Text,
    Timestamp,
    Number,
    Boolean,
    Binary,
    List,
    Map,
    TextSet,
    NumberSet,
}

pub(crate) struct Stored {
    pub(crate) attribute: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) form: As,
    pub(crate) optional: bool,
    pub(crate) mutable: bool,
    pub(crate) nonempty: bool,
    pub(crate) default: Option<Json>,
    pub(crate) derived: Option<Derived>,
}

pub(crate) struct Derived {
    pub(crate) function: String,
    pub(crate) of: Vec<String>,
    pub(crate) argument: Option<u32>,
}

/// One physical item of an instance.
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) guard: bool,
    pub(crate) table: String,
    /// Physical attribute and value.
    pub(crate) discriminator: Option<(String, String)>,
    pub(crate) attributes: Option<Vec<String>>,
    /// Physical attribute and its source.
    pub(crate) ttl: Option<(String, String)>,
    pub(crate) keys: Vec<KeyEntry>,
}

pub(crate) struct KeyEntry {
    pub(crate) index: Option<String>,
    pub(crate) partition: Vec<Vec<Segment>>,
    pub(crate) sort: Vec<Vec<Segment>>,
    pub(crate) only_when: Vec<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) enum Segment {
    Literal(String),
    Value { source: Source, encoding: Encoding },
}

#[derive(Clone, Debug)]
pub(crate) enum Source {
    Attribute(String),
    Shard { of: Vec<String>, count: u32 },
    Parameter(String),
    Variable(String),
    Row { name: String, stored_as: As },
}

#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Any {
        conditions: Vec<Self>,
        failure: Option<Failure>,
    },
    Test(Test),
}

#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) attribute: String,
    pub(crate) op: Op,
    pub(crate) stored_as: Option<As>,
    pub(crate) path: Vec<PathPart>,
    pub(crate) operand: Operand,
    pub(crate) failure: Option<Failure>,
}

impl Condition {
    pub(crate) fn failure(&self) -> Option<Failure> {
        match self {
            Self::Any { failure, .. } => *failure,
            Self::Test(test) => test.failure,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Exists,
    Missing,
    BeginsWith,
    Contains,
    Lacks,
}

#[derive(Clone, Debug)]
pub(crate) enum PathPart {
    Name(String),
    Parameter(String),
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    None,
    Constant(Json),
    Parameter { name: String, text: bool },
    Now,
}

/// The table of a name.
pub(crate) fn table<'a>(tables: &'a [Table], name: &str) -> Result<&'a Table, String> {
    let missing = || format!("the plan has no table `{name}`");
    tables.iter().find(|t| t.name == name).ok_or_else(missing)
}

impl Table {
    /// The key schema of the table (no name) or of one of its indexes.
    pub(crate) fn schema(&self, index: Option<&str>) -> Result<&KeySchema, String> {
        match index {
            None => Ok(&self.key),
            Some(name) => Ok(&self.index(name)?.key),
        }
    }

    pub(crate) fn index(&self, name: &str) -> Result<&Index, String> {
        let missing = || format!("the table `{}` has no index `{name}`", self.name);
        self.indexes
            .iter()
            .find(|i| i.name == name)
            .ok_or_else(missing)
    }
}

impl KeySchema {
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.partition.iter().chain(&self.sort)
    }
}

impl Entity {
    pub(crate) fn stored(&self, attribute: &str) -> Result<&Stored, String> {
        let missing = || {
            format!(
                "the entity `{}` stores no attribute `{attribute}`",
                self.name
            )
        };
        self.stored
            .iter()
            .find(|s| s.attribute == attribute)
            .ok_or_else(missing)
    }

    pub(crate) fn kind(&self, name: &str) -> Result<&Kind, String> {
        let missing = || format!("the entity `{}` has no item kind `{name}`", self.name);
        self.kinds
            .iter()
            .find(|k| k.name == name)
            .ok_or_else(missing)
    }

    /// The kind with role `item`; reading a plan makes sure that it is there.
    pub(crate) fn item(&self) -> Result<&Kind, String> {
        self.kinds
            .iter()
            .find(|k| !k.guard)
            .ok_or_else(|| format!("the entity `{}` has no item", self.name))
    }
}

impl Kind {
    /// The key entry of the table (no name) or of an index, if the item can be in it.
    pub(crate) fn entry(&self, index: Option<&str>) -> Option<&KeyEntry> {
        self.keys.iter().find(|k| k.index.as_deref() == index)
    }
}

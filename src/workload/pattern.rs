//! Access patterns: what is read, what is written, how often, at which price.

use super::{AttributeId, Constant, EntityId, Workload};
use crate::source::Span;
use std::collections::BTreeMap;

/// An access pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Its name; that of the generated function.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// The requirements that it answers.
    pub ids: Ids,
    /// What it is for.
    pub description: Option<String>,
    /// Average calls.
    pub rate: Rate,
    /// Whether the file says how many.
    pub rated: bool,
    /// Highest calls.
    pub peak: Rate,
    /// Where it is served, if not by this design.
    pub external: Option<String>,
    /// Its verb; of an external pattern perhaps none.
    pub verb: Option<&'static str>,
    /// The entities that it reads or writes, sorted.
    pub entities: Vec<EntityId>,
    /// What it does.
    pub action: Action,
    /// What it may cost beyond one request.
    pub allow: Allow,
}

/// The requirements that a pattern answers, written as a text or as a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// None.
    None,
    /// One, written as a text.
    One(String),
    /// A list.
    Many(Vec<String>),
}

/// What a pattern does.
#[derive(Debug, Clone)]
pub enum Action {
    /// A read.
    Read(Box<Read>),
    /// One write.
    Write(Box<Step>),
    /// Find by other attributes than the key, then write each.
    Find(Box<Find>),
    /// Several writes, all or nothing.
    Transaction(Vec<Step>),
    /// Nothing that this design knows.
    External,
}

/// For each entity that has it, an attribute.
pub type Binding = BTreeMap<EntityId, AttributeId>;

/// A read.
#[derive(Debug, Clone)]
pub struct Read {
    /// The verb.
    pub verb: ReadVerb,
    /// The entities, sorted; several for a collection.
    pub entities: Vec<EntityId>,
    /// Equalities with parameters, in the order of the file.
    pub by: Vec<Column>,
    /// Conditions with constants, sorted by name.
    pub constants: Vec<Where>,
    /// Bounds on one attribute.
    pub range: Option<Range>,
    /// The attribute whose start is matched, and whether the parameter may be left out.
    pub prefix: Option<(Binding, bool)>,
    /// The order that was asked for; empty if none was.
    pub sort: Vec<Sort>,
    /// The first n.
    pub limit: Option<Limit>,
    /// The attributes wanted, by entity; `None` for all.
    pub select: Option<BTreeMap<EntityId, Vec<(AttributeId, Vec<PathSegment>)>>>,
    /// References to follow: the entity and the place in its list of references.
    pub follow: Vec<(EntityId, usize)>,
    /// Up to this many keys a call.
    pub batch: Option<u32>,
    /// Must see every earlier write.
    pub consistent: bool,
    /// One merged order over the entities.
    pub interleave: bool,
    /// Items that an average call returns, where the file says so.
    pub returns: Option<u64>,
    /// The partitions to spread over, where the file says so.
    pub shards: Option<u32>,
}

/// The verbs of reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadVerb {
    /// At most one item.
    Get,
    /// All that match.
    List,
    /// How many match.
    Count,
}

/// An equality with a parameter.
#[derive(Debug, Clone)]
pub struct Column {
    /// The parameter's name.
    pub name: String,
    /// Whether the caller may leave it out.
    pub optional: bool,
    /// The attribute that it fixes, in each entity that has it.
    pub binding: Binding,
    /// Where it is written.
    pub span: Span,
}

/// A condition with constants.
#[derive(Debug, Clone)]
pub struct Where {
    /// The attribute, in each entity that declares it.
    pub binding: Binding,
    /// What is asked of it.
    pub test: Test,
    /// Where it is written.
    pub span: Span,
}

/// What a `where` asks of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It has one of these values, sorted.
    OneOf(Vec<Constant>),
    /// It is there.
    Exists,
    /// It is not there.
    Missing,
}

/// Bounds on an attribute.
#[derive(Debug, Clone)]
pub struct Range {
    /// The attribute, in each entity that declares it.
    pub binding: Binding,
    /// Which bounds.
    pub operator: RangeOperator,
    /// Where it is written.
    pub span: Span,
}

/// Which bounds the caller gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeOperator {
    /// From and to, each optional and inclusive.
    FromTo,
    /// From and to, both needed and inclusive.
    Between,
    /// Below.
    Less,
    /// At most.
    LessOrEqual,
    /// Above.
    Greater,
    /// At least.
    GreaterOrEqual,
}

/// An attribute to order by.
#[derive(Debug, Clone)]
pub struct Sort {
    /// The attribute, in each entity that declares it.
    pub binding: Binding,
    /// From high to low.
    pub descending: bool,
    /// Where it is written.
    pub span: Span,
}

/// The first n items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub count: u32,
    /// Of which entity; `None`: of all.
    pub entity: Option<EntityId>,
}

/// What a pattern may cost beyond one request that reads only what it returns.
#[derive(Debug, Clone, Default)]
pub struct Allow {
    /// Reading and dropping items.
    pub filter: bool,
    /// The only attributes that may be filtered by, by name.
    pub filter_only: Option<Vec<String>>,
    /// The least share of the items read that must be kept, in parts per million.
    pub filter_keeps: u64,
    /// One request a value, in parallel.
    pub fan_out: bool,
    /// A second round.
    pub extra_request: bool,
    /// A scan of the table.
    pub scan: bool,
    /// Where it is written.
    pub span: Option<Span>,
}

/// One write.
#[derive(Debug, Clone)]
pub struct Step {
    /// The verb.
    pub verb: WriteVerb,
    /// The entity.
    pub entity: EntityId,
    /// Where it is written.
    pub span: Span,
    /// What the item is known by: attribute and parameter; a superset of the key. Empty for `create` and `put`.
    pub by: Vec<(AttributeId, String)>,
    /// Attributes set.
    pub set: Vec<Change>,
    /// Numbers and sets added to.
    pub add: Vec<Change>,
    /// Attributes, or elements of sets, removed; the operand of a whole attribute is `None`.
    pub remove: Vec<Change>,
    /// Conditions on the stored item.
    pub conditions: Vec<Condition>,
    /// Attributes returned.
    pub returns: Vec<AttributeId>,
    /// Whether an update makes the item where it does not exist.
    pub upsert: bool,
    /// How often the step is repeated.
    pub times: Option<Times>,
    /// The step's name.
    pub alias: Option<String>,
}

/// The verbs of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteVerb {
    /// Fails if the item exists.
    Create,
    /// Replaces.
    Put,
    /// Changes.
    Update,
    /// Removes.
    Delete,
    /// Only checks.
    Check,
}

impl WriteVerb {
    /// Its word in the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Put => "put",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Check => "check",
        }
    }
}

impl Read {
    /// The entities that its references lead to.
    pub fn followed<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = EntityId> + 'a {
        self.follow.iter().flat_map(|(entity, at)| {
            let references = &workload.entity(*entity).references;
            references[*at].targets.iter().copied()
        })
    }
}

impl Action {
    /// What it reads: a read itself, or the items that it then writes.
    #[must_use]
    pub fn read(&self) -> Option<&Read> {
        match self {
            Self::Read(read) => Some(read),
            Self::Find(find) => Some(&find.read),
            Self::Write(_) | Self::Transaction(_) | Self::External => None,
        }
    }

    /// The verb of a pattern that does this.
    #[must_use]
    pub const fn verb(&self) -> Option<&'static str> {
        match self {
            Self::Read(read) => Some(match read.verb {
                ReadVerb::Get => "get",
                ReadVerb::List => "list",
                ReadVerb::Count => "count",
            }),
            Self::Write(step) => Some(step.verb.word()),
            Self::Find(find) => Some(find.step.verb.word()),
            Self::Transaction(_) => Some("transaction"),
            Self::External => None,
        }
    }

    /// The entities that it reads or writes, sorted.
    #[must_use]
    pub fn entities(&self) -> Vec<EntityId> {
        let mut ids: Vec<EntityId> = match self {
            Self::Read(read) => read.entities.clone(),
            Self::Write(step) => vec![step.entity],
            Self::Find(find) => vec![find.step.entity],
            Self::Transaction(steps) => steps.iter().map(|s| s.entity).collect(),
            Self::External => Vec::new(),
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Find by other attributes than the key, then write each.
#[derive(Debug, Clone)]
pub struct Find {
    /// The read that finds them.
    pub read: Read,
    /// The write of each; its `by` is empty.
    pub step: Step,
}

/// A change of an attribute, or of a place inside a map.
#[derive(Debug, Clone)]
pub struct Change {
    /// The attribute.
    pub attribute: AttributeId,
    /// The way into a map; empty for the attribute itself.
    pub path: Vec<PathSegment>,
    /// The value; `None` where an attribute is removed.
    pub operand: Option<Operand>,
    /// Whether the parameter may be left out, and the change with it.
    pub optional: bool,
    /// For sets: whether the parameter is one element rather than a set of them.
    pub element: bool,
    /// Where it is written.
    pub span: Span,
}

/// A step of a path into a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathSegment {
    /// A fixed name.
    Name(String),
    /// A parameter's value.
    Parameter(String),
}

/// A value of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A parameter; `negate`d, or as its plain `text`.
    Parameter {
        /// Its name.
        name: String,
        /// `-$name`
        negate: bool,
        /// `text($name)`
        text: bool,
    },
    /// A constant.
    Constant(Constant),
    /// Several constants, of `in`.
    Constants(Vec<Constant>),
}

/// A condition on the stored item.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The attribute.
    pub attribute: AttributeId,
    /// The way into a map; empty for the attribute itself.
    pub path: Vec<PathSegment>,
    /// What is asked.
    pub operator: Operator,
    /// With what; none of `exists` and `missing`.
    pub operand: Option<Operand>,
    /// Where it is written.
    pub span: Span,
}

/// The operators of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// One of several.
    In,
    /// The attribute is there.
    Exists,
    /// The attribute is not there.
    Missing,
    /// A text starts with.
    BeginsWith,
    /// A set contains.
    Contains,
    /// A set does not contain.
    Lacks,
}

impl Operator {
    /// How the language and the plan document write it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Exists => "exists",
            Self::Missing => "missing",
            Self::BeginsWith => "begins_with",
            Self::Contains => "contains",
            Self::Lacks => "lacks",
        }
    }
}

/// How often a step is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

/// A number of calls in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Millionths of a call.
    pub micro_calls: u64,
    /// In which period.
    pub period: Period,
}

/// The periods of rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
}

impl Period {
    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

impl Rate {
    /// `n` calls a second.
    #[must_use]
    pub const fn per_second(n: u64) -> Self {
        Self {
            micro_calls: n * 1_000_000,
            period: Period::Second,
        }
    }

    /// The rate times `factor`.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self {
            micro_calls: self.micro_calls.saturating_mul(factor),
            period: self.period,
        }
    }

    /// Millionths of a call in `seconds`, rounded up.
    #[must_use]
    pub const fn micro_calls_in(self, seconds: u64) -> u128 {
        (self.micro_calls as u128 * seconds as u128).div_ceil(self.period.seconds() as u128)
    }
}

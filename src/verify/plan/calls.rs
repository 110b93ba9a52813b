//! Patterns of a plan as structs: their parameters, reading and writing steps, and actions.

use super::{Condition, PathPart, Segment};
use serde_json::Value as Json;

/// `{ given, then, else }`, or the thing itself.
#[derive(Clone, Debug)]
pub(crate) enum Choice<T> {
    Plain(T),
    Given {
        given: Vec<String>,
        then: Option<Box<Self>>,
        otherwise: Option<Box<Self>>,
    },
}

pub(crate) type Segments = Choice<Vec<Segment>>;

#[derive(Clone, Debug)]
pub(crate) struct KeyPart {
    pub(crate) segments: Segments,
}

#[derive(Clone, Debug)]
pub(crate) struct SortCondition {
    pub(crate) op: SortOp,
    /// One segment list, or two for `between`.
    pub(crate) bounds: Vec<Segments>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortOp {
    Equals,
    BeginsWith,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct When {
    pub(crate) given: Vec<String>,
    pub(crate) missing: Vec<String>,
}

pub(crate) struct Pattern {
    pub(crate) name: String,
    pub(crate) verb: String,
    pub(crate) entities: Vec<String>,
    pub(crate) status: String,
    pub(crate) price: Vec<String>,
    pub(crate) requests: Option<usize>,
    /// Read and write units of an average call.
    pub(crate) units: f64,
    pub(crate) variants: Vec<Variant>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) limit: Option<Limit>,
    pub(crate) batch: Option<usize>,
    pub(crate) merged: bool,
    pub(crate) followed: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

pub(crate) struct Variant {
    pub(crate) when: When,
    pub(crate) price: Vec<String>,
    pub(crate) requests: Option<usize>,
}

pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) optional: bool,
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) parameters: Vec<Self>,
}

pub(crate) struct Limit {
    pub(crate) count: usize,
    pub(crate) entity: Option<String>,
}

pub(crate) enum Step {
    Read(Box<ReadStep>),
    Write(Box<WriteStep>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadCall {
    GetItem,
    BatchGetItem,
    Query,
    Scan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    Items,
    Nothing,
    Followed,
}

pub(crate) struct ReadStep {
    pub(crate) call: ReadCall,
    pub(crate) table: String,
    pub(crate) index: Option<String>,
    pub(crate) when: When,
    pub(crate) for_each: Vec<ForEach>,
    pub(crate) partition: Vec<Choice<KeyPart>>,
    pub(crate) sort: Vec<Choice<SortCondition>>,
    pub(crate) forward: bool,
    pub(crate) limit: Option<usize>,
    pub(crate) filter: Vec<Condition>,
    pub(crate) projection: Option<Vec<String>>,
    pub(crate) count: bool,
    pub(crate) consistent: bool,
    pub(crate) merge: Vec<MergeKey>,
    pub(crate) returns: Returns,
}

pub(crate) struct MergeKey {
    pub(crate) attribute: String,
    pub(crate) descending: bool,
}

pub(crate) enum ForEach {
    Count { variable: String, count: u32 },
    Values { variable: String, values: Vec<Json> },
    RowsOf(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteCall {
    Put,
    Update,
    Delete,
    Transact,
}

pub(crate) struct WriteStep {
    pub(crate) call: WriteCall,
    pub(crate) when: When,
    pub(crate) for_each: Vec<ForEach>,
    pub(crate) actions: Vec<Action>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Put,
    Update,
    Delete,
    Check,
}

pub(crate) struct Action {
    pub(crate) verb: Verb,
    pub(crate) entity: String,
    pub(crate) kind: String,
    pub(crate) times: Option<String>,
    pub(crate) of: Option<usize>,
    pub(crate) upsert: bool,
    pub(crate) current: Vec<String>,
    pub(crate) values: Vec<Given>,
    pub(crate) set: Vec<Given>,
    pub(crate) add: Vec<Given>,
    pub(crate) remove: Vec<Given>,
    pub(crate) keys: Vec<KeyChange>,
    pub(crate) condition: Vec<Condition>,
    pub(crate) returns: Vec<String>,
    pub(crate) key: Option<ActionKey>,
}

pub(crate) struct ActionKey {
    pub(crate) partition: Vec<Choice<KeyPart>>,
    pub(crate) sort: Vec<Choice<SortCondition>>,
}

/// An attribute (or a place in its map) and where its value comes from.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) attribute: String,
    pub(crate) path: Vec<PathPart>,
    pub(crate) value: Origin,
    pub(crate) negate: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A `remove` of the attribute itself.
    None,
    Constant(Json),
    Parameter {
        name: String,
        text: bool,
    },
    Derived,
    Row(String),
}

pub(crate) struct KeyChange {
    pub(crate) index: String,
    pub(crate) change: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Set,
    Remove,
    Either,
}

//! Reading patterns: steps, their requests, and the rows that come of them.

mod reader;

pub(super) use reader::{Reader, pushed_down};

use super::clauses::{Clause, Name};
use super::types::Type;
use crate::plan::{Choice, Condition, ForEach, LimitEntry, Segment, When};

/// What a call of a read answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One item or nothing.
    One,
    /// The items of one entity, in pages.
    Many,
    /// The items of several entities, each in its own order, in pages.
    Aggregate,
    /// The items of several entities in one order, in pages.
    Merged,
    /// A number.
    Count,
}

/// A reading pattern.
#[derive(Debug, Clone)]
pub(crate) struct ReadCode {
    /// What it answers.
    pub(crate) shape: Shape,
    /// The rows that it answers, one for each entity, in the order of the pattern's entities.
    pub(crate) rows: Vec<RowCode>,
    /// The rows that references are followed to, by entity.
    pub(crate) followed: Vec<RowCode>,
    /// What is done. Of those whose `when` holds all are done, in this order; the first one gives the pages. A later
    /// one without `rows_of` is read whole, with the first page.
    pub(crate) steps: Vec<StepCode>,
    /// What a page has at most.
    pub(crate) limit: Option<LimitEntry>,
    /// How many parameter sets one call takes at most: then it is called with a list of them.
    pub(crate) batch: Option<u32>,
}

impl ReadCode {
    /// Whether the caller may ask for strongly consistent reads: of all steps, none of which is so anyway.
    pub(crate) fn offers_consistent(&self) -> bool {
        let free = |s: &StepCode| s.may_be_consistent && !s.consistent;
        self.shape != Shape::Count && !self.steps.is_empty() && self.steps.iter().all(free)
    }
}

/// The items of one entity in an answer.
#[derive(Debug, Clone)]
pub(crate) struct RowCode {
    /// The entity.
    pub(crate) entity: String,
    /// Whether every attribute of the entity is among the fields, required as there.
    pub(crate) whole: bool,
    /// Whether the key says that there is one at most.
    pub(crate) single: bool,
    /// What it has.
    pub(crate) fields: Vec<RowField>,
}

/// An attribute of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RowField {
    /// Its name in the design.
    pub(crate) attribute: String,
    /// Its physical name.
    pub(crate) physical: String,
    /// Its type.
    pub(crate) ty: Type,
    /// Whether each row has it: one that lacks it is a fault.
    pub(crate) required: bool,
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// One item by its key.
    GetItem,
    /// Items by their keys.
    BatchGetItem,
    /// A range of a partition.
    Query,
    /// Everything.
    Scan,
}

impl Call {
    /// Its name in the service's API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::GetItem => "GetItem",
            Self::BatchGetItem => "BatchGetItem",
            Self::Query => "Query",
            Self::Scan => "Scan",
        }
    }
}

/// A reading step.
#[derive(Debug, Clone)]
pub(crate) struct StepCode {
    /// Its place among the pattern's steps.
    pub(crate) place: usize,
    /// What is called.
    pub(crate) call: Call,
    /// The table.
    pub(crate) table: String,
    /// The index; nothing for the table.
    pub(crate) index: Option<String>,
    /// When it is done; nothing: always.
    pub(crate) when: Option<When>,
    /// One request a combination, the last one varying fastest; without `Rows`.
    pub(crate) for_each: Vec<ForEach>,
    /// One request for each row of the step at this place. A row that lacks an attribute is skipped, and one whose key
    /// is empty or beyond the limits; equal keys are asked once.
    pub(crate) rows_of: Option<usize>,
    /// The key conditions, in the order of the key attributes. A Scan has none.
    pub(crate) keys: Vec<KeyBound>,
    /// The key conditions as an expression, of a Query.
    pub(crate) key_expression: String,
    /// Whether from low to high.
    pub(crate) forward: bool,
    /// Rows that one request evaluates.
    pub(crate) limit: Option<u32>,
    /// The filter, clause by clause: all must hold. Of `GetItem` and `BatchGetItem` empty.
    pub(crate) filter: Vec<Clause>,
    /// The conditions that the reader looks at itself, of `GetItem` and `BatchGetItem`.
    pub(crate) reader_filter: Vec<Condition>,
    /// The physical attributes wanted, with placeholders; nothing: all. A `BatchGetItem` needs those of the table's key
    /// too, to give the items their places; they are in `key_names`.
    pub(crate) projection: Option<Vec<Name>>,
    /// Whether only the number is wanted.
    pub(crate) count: bool,
    /// Whether the read is strongly consistent.
    pub(crate) consistent: bool,
    /// Whether it may be: a global index is always behind its table.
    pub(crate) may_be_consistent: bool,
    /// The k-way merge of the requests; empty: one answer after the other.
    pub(crate) merge: Vec<MergeBy>,
    /// `items`, `nothing` or `followed`.
    pub(crate) returns: String,
    /// The physical attributes of the keys of table and index, after which a request goes on; for a `BatchGetItem` and
    /// `GetItem` those of the table.
    pub(crate) key_names: Vec<String>,
}

/// A condition on a key attribute.
#[derive(Debug, Clone)]
pub(crate) struct KeyBound {
    /// The key attribute's physical name.
    pub(crate) name: Name,
    /// `S`, `N` or `B`.
    pub(crate) ty: String,
    /// Whether it is of the partition key.
    pub(crate) partition: bool,
    /// What is asked of it.
    pub(crate) op: SortOp,
    /// The bounds with their placeholders: two of `Between`, otherwise one.
    pub(crate) bounds: Vec<(String, Choice<Vec<Segment>>)>,
}

/// What is asked of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SortOp {
    /// The value.
    Equals,
    /// The start.
    BeginsWith,
    /// Below.
    Less,
    /// At most.
    LessOrEqual,
    /// Above.
    Greater,
    /// At least.
    GreaterOrEqual,
    /// From and to; a lower bound above the upper one: nothing is asked, the answer is empty.
    Between,
}

impl SortOp {
    fn text(self, place: &str, bounds: &[String]) -> String {
        let first = bounds.first().map_or("", String::as_str);
        match self {
            Self::Equals => format!("{place} = {first}"),
            Self::BeginsWith => format!("begins_with({place}, {first})"),
            Self::Less => format!("{place} < {first}"),
            Self::LessOrEqual => format!("{place} <= {first}"),
            Self::Greater => format!("{place} > {first}"),
            Self::GreaterOrEqual => format!("{place} >= {first}"),
            Self::Between => format!(
                "{place} BETWEEN {first} AND {}",
                bounds.get(1).map_or("", String::as_str)
            ),
        }
    }
}

/// A key of a merge.
#[derive(Debug, Clone)]
pub(crate) struct MergeBy {
    /// The physical attribute, by entity.
    pub(crate) physical: Vec<(String, String)>,
    /// Whether from high to low.
    pub(crate) descending: bool,
}

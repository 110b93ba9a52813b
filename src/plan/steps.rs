//! The document's patterns: parameters, steps, conditions.

use super::table::Segment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// An access pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pattern {
    /// Its name.
    pub name: String,
    /// The requirement that it answers: a text, a list, or null.
    pub id: Value,
    /// What it is for.
    pub description: Option<String>,
    /// Its verb; null for an external pattern without one.
    pub verb: Option<String>,
    /// The entities that it reads or writes, sorted.
    pub entities: Vec<String>,
    /// `covered`, `degraded`, `external` or `uncovered`.
    #[schemars(extend("enum" = ["covered", "degraded", "external", "uncovered"]))]
    pub status: String,
    /// Where it is served, if not by this design.
    pub external: Option<String>,
    /// What it costs beyond one request that reads only what it returns, sorted.
    pub price: Vec<String>,
    /// Requests of one page at most; null where there is no bound.
    pub requests: Option<u64>,
    /// Why it is degraded or uncovered, and the cheapest change that would help.
    pub reason: Option<String>,
    /// Where optional parameters choose between steps: the choices.
    pub variants: Option<Vec<VariantEntry>>,
    /// What the caller gives.
    pub parameters: Vec<Parameter>,
    /// What the caller gets at most.
    pub limit: Option<LimitEntry>,
    /// How many parameter sets a call takes at most.
    pub batch: Option<u32>,
    /// `by_entity` or `merged`.
    #[schemars(extend("enum" = ["by_entity", "merged"]))]
    pub order: String,
    /// What is done.
    pub steps: Vec<Step>,
    /// What a call takes on average.
    pub cost: PatternCost,
}

/// A choice of optional parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantEntry {
    /// Which parameters are given.
    pub when: When,
    /// Its status.
    #[schemars(extend("enum" = ["covered", "degraded", "uncovered"]))]
    pub status: String,
    /// Its price.
    pub price: Vec<String>,
    /// Its requests.
    pub requests: Option<u64>,
    /// Why it is degraded or uncovered.
    pub reason: Option<String>,
}

/// Which parameters are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct When {
    /// Those that are.
    pub given: Vec<String>,
    /// Those that are not.
    pub missing: Vec<String>,
}

/// Something that the caller gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `by`, `from`, `to`, `bound`, `prefix`, `value` or `list`.
    #[schemars(extend("enum" = ["by", "from", "to", "bound", "prefix", "value", "list"]))]
    pub role: String,
    /// For each entity the attribute that it stands for.
    pub attributes: BTreeMap<String, String>,
    /// Its type; null of a list.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// The values that it can have, of an enumeration or where constants narrow it.
    pub values: Option<Vec<Value>>,
    /// Whether it may be left out.
    pub optional: bool,
    /// The fewest sets of a list.
    pub min: Option<u32>,
    /// The most sets of a list.
    pub max: Option<u32>,
    /// The parameters of each set of a list.
    pub parameters: Option<Vec<Self>>,
}

/// What the caller gets at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LimitEntry {
    /// So many items.
    pub count: u32,
    /// Of this entity; null: of all.
    pub entity: Option<String>,
}

/// What a call of a pattern takes on average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PatternCost {
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
    /// US dollars a month, at the pattern's rate.
    pub usd_per_month: f64,
    /// Items that a call reads, on average.
    pub items_read: f64,
    /// Items that a call returns, on average.
    pub items_returned: f64,
}

/// A step: a read or a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Step {
    /// A write.
    Write(WriteStep),
    /// A read.
    Read(ReadStep),
}

/// A reading step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadStep {
    /// `GetItem`, `BatchGetItem`, `Query` or `Scan`.
    #[schemars(extend("enum" = ["GetItem", "BatchGetItem", "Query", "Scan"]))]
    pub call: String,
    /// The table.
    pub table: String,
    /// The index; null: the table.
    pub index: Option<String>,
    /// When it is done; null: always.
    pub when: Option<When>,
    /// One request for each.
    pub for_each: Option<Vec<ForEach>>,
    /// One entry for each attribute of the partition key; empty for a scan.
    pub partition: Vec<KeySegments>,
    /// One condition for each leading attribute of the sort key.
    pub sort: Vec<Choice<SortCondition>>,
    /// Whether from low to high.
    pub forward: bool,
    /// Rows evaluated by one request.
    pub limit: Option<u32>,
    /// Conditions on the rows.
    pub filter: Option<Vec<Condition>>,
    /// Physical attributes wanted; null: all.
    pub projection: Option<Vec<String>>,
    /// `count`: only their number.
    pub select: Option<String>,
    /// Whether the read is strongly consistent.
    pub consistent: bool,
    /// How the answers of several requests are merged; null: one after the other.
    pub merge: Option<Vec<MergeKey>>,
    /// `items`, `nothing` or `followed`.
    #[schemars(extend("enum" = ["items", "nothing", "followed"]))]
    pub returns: String,
    /// The entities of what is followed.
    pub followed: Option<Vec<String>>,
}

/// A value of a partition key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeySegments {
    /// Its parts.
    pub segments: Vec<Segment>,
}

/// Something that may depend on which parameters are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Choice<T> {
    /// One thing when the parameters are given, another when not.
    Given {
        /// The parameters.
        given: Vec<String>,
        /// When all are given.
        then: Box<Self>,
        /// When not.
        #[serde(rename = "else")]
        otherwise: Box<Self>,
    },
    /// The thing itself.
    Plain(T),
}

/// A condition on a sort key attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortCondition {
    /// The value.
    Equals(Choice<Vec<Segment>>),
    /// The start.
    BeginsWith(Choice<Vec<Segment>>),
    /// Below.
    Lt(Choice<Vec<Segment>>),
    /// At most.
    Le(Choice<Vec<Segment>>),
    /// Above.
    Gt(Choice<Vec<Segment>>),
    /// At least.
    Ge(Choice<Vec<Segment>>),
    /// From and to, inclusive.
    Between(Choice<Vec<Segment>>, Choice<Vec<Segment>>),
}

/// What requests are repeated for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ForEach {
    /// Each of some values.
    Values {
        /// The variable.
        variable: String,
        /// Its values.
        values: Vec<Value>,
    },
    /// Each number from 0.
    Count {
        /// The variable.
        variable: String,
        /// How many.
        count: u32,
    },
    /// Each row of an earlier step.
    Rows {
        /// Its place.
        rows_of: usize,
    },
}

/// A key of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MergeKey {
    /// The attribute.
    pub attribute: String,
    /// Whether from high to low.
    pub descending: bool,
}

/// A condition; of several in a list all must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// One of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Self>>,
    /// The attribute: the design's in `only_when`, physical elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The way into a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<PathStep>>,
    /// How the value, or an element of a set, is stored.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub stored_as: Option<String>,
    /// The operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// A constant to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// A parameter to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Whether the parameter's plain text is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<bool>,
    /// Whether to compare with the caller's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<bool>,
    /// What the caller learns when it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A step of a path into a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PathStep {
    /// A fixed name.
    Name(String),
    /// A parameter's value.
    Parameter {
        /// Its name.
        parameter: String,
    },
}

/// A writing step: one atomic call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WriteStep {
    /// `PutItem`, `UpdateItem`, `DeleteItem` or `TransactWriteItems`.
    #[schemars(extend("enum" = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]))]
    pub call: String,
    /// The table.
    pub table: String,
    /// One call for each row found before.
    pub for_each: Option<Vec<ForEach>>,
    /// What is written.
    pub actions: Vec<ActionEntry>,
}

/// A write of one physical item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActionEntry {
    /// `put`, `update`, `delete` or `check`.
    #[schemars(extend("enum" = ["put", "update", "delete", "check"]))]
    pub action: String,
    /// The entity.
    pub entity: String,
    /// The kind of item.
    pub kind: String,
    /// The name of the step of a transaction that it belongs to.
    pub name: Option<String>,
    /// The action that a guard's action belongs to, by its place.
    pub of: Option<usize>,
    /// The `list` parameter whose sets repeat the action.
    pub times: Option<String>,
    /// Attributes of the item before that must be read first.
    pub current: Vec<String>,
    /// Where the item is; null of a put and of guards, whose own keys say where.
    pub key: Option<ActionKey>,
    /// Of a put the instance, of other actions what the call knows of it before.
    pub values: Vec<Assignment>,
    /// Attributes set.
    pub set: Vec<Assignment>,
    /// Numbers and sets added to.
    pub add: Vec<Assignment>,
    /// Attributes, or elements of sets, removed.
    pub remove: Vec<Assignment>,
    /// The indexes whose key attributes change.
    pub keys: Vec<KeyChange>,
    /// Whether the item is made where it is missing.
    pub upsert: bool,
    /// What must hold of the stored item.
    pub condition: Vec<Condition>,
    /// Attributes that the call answers with.
    #[serde(rename = "return")]
    pub returned: Vec<String>,
}

/// Where an item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionKey {
    /// The partition key.
    pub partition: Vec<KeySegments>,
    /// The sort key.
    pub sort: Vec<Choice<SortCondition>>,
}

/// A value for an attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assignment {
    /// The attribute.
    pub attribute: String,
    /// The way into a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<PathStep>>,
    /// A parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// A constant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Whether it is computed from the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived: Option<bool>,
    /// Whether the parameter is negated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negate: Option<bool>,
    /// Whether the parameter's plain text is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<bool>,
}

/// What becomes of an item's key in an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyChange {
    /// The index.
    pub index: String,
    /// `set`, `remove` or `either`.
    #[serde(rename = "do")]
    #[schemars(extend("enum" = ["set", "remove", "either"]))]
    pub change: String,
}

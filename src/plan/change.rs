//! Small changes of a design file: in words, applied to a workload, and as edits of the file.
//!
//! Promises: [`Change::apply`] gives the workload of the file that [`Change::edits`] makes. Advice and explanations find
//! out what a change does by solving the changed workload, so they never guess.

use crate::demand::Reader;
use crate::workload::{
    Action, Allow, AttributeId, Basis, EntityId, PatternId, Read, Workload, WriteVerb,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// A price that a pattern may accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// One request a value, in parallel.
    FanOut,
    /// Reading and dropping items.
    Filter,
    /// A second round of requests.
    ExtraRequest,
    /// A scan of the table.
    Scan,
}

impl Permission {
    const ALL: [Self; 4] = [Self::ExtraRequest, Self::FanOut, Self::Filter, Self::Scan];

    /// Its word in the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FanOut => "fan_out",
            Self::Filter => "filter",
            Self::ExtraRequest => "extra_request",
            Self::Scan => "scan",
        }
    }

    const fn given(self, by: &Allow) -> bool {
        match self {
            Self::FanOut => by.fan_out,
            Self::Filter => by.filter,
            Self::ExtraRequest => by.extra_request,
            Self::Scan => by.scan,
        }
    }

    fn give(self, to: &mut Allow) {
        match self {
            Self::FanOut => to.fan_out = true,
            Self::Filter => {
                to.filter = true;
                to.filter_only = None;
                to.filter_keeps = 0;
            }
            Self::ExtraRequest => to.extra_request = true,
            Self::Scan => to.scan = true,
        }
    }
}

/// A field of a read that it can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The order.
    Sort,
    /// The first n.
    Limit,
    /// That every earlier write is seen.
    Consistent,
    /// The bounds of an attribute.
    Range,
    /// The partitions to spread over.
    Shards,
}

impl Field {
    const ALL: [Self; 5] = [
        Self::Sort,
        Self::Limit,
        Self::Consistent,
        Self::Range,
        Self::Shards,
    ];

    /// Its name in the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sort => "sort",
            Self::Limit => "limit",
            Self::Consistent => "consistent",
            Self::Range => "range",
            Self::Shards => "shards",
        }
    }

    /// Whether a read has it, and could be easier to answer without it.
    fn matters(self, read: &Read) -> bool {
        match self {
            Self::Sort => !read.sort.is_empty(),
            Self::Limit => read.limit.is_some() && read.entities.len() > 1,
            Self::Consistent => read.consistent,
            Self::Range => read.range.is_some(),
            Self::Shards => read.shards.is_some_and(|s| s > 1),
        }
    }

    fn drop(self, of: &mut Read) {
        match self {
            Self::Sort => of.sort.clear(),
            Self::Limit => of.limit = None,
            Self::Consistent => of.consistent = false,
            Self::Range => of.range = None,
            Self::Shards => of.shards = None,
        }
    }
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A pattern accepts a price.
    Allow(PatternId, Permission),
    /// A pattern accepts nothing.
    AllowNothing(PatternId),
    /// A read does without a field.
    Without(PatternId, Field),
    /// An attribute never changes.
    Immutable(EntityId, AttributeId),
    /// So many local indexes are allowed.
    Locals(u32),
    /// So many global indexes are allowed.
    Globals(u32),
    /// Some patterns are left out.
    Leave(Vec<PatternId>),
}

/// An edit of the design file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Edit {
    /// The names that lead to the field, from the top of the file.
    pub path: Vec<String>,
    /// The value that it then has; null: it is taken out.
    pub value: Value,
}

impl Change {
    /// The change in words.
    #[must_use]
    pub fn words(&self, workload: &Workload) -> String {
        match self {
            Self::Allow(_, what) => format!("`allow: [{}]`", what.word()),
            Self::AllowNothing(_) => "without `allow` it is covered".to_owned(),
            Self::Without(_, field) => format!("dropping `{}`", field.word()),
            Self::Immutable(entity, attribute) => {
                let owner = workload.entity(*entity);
                format!(
                    "`immutable: true` on `{}` of {}",
                    owner.attribute(*attribute).name,
                    owner.name
                )
            }
            Self::Locals(n) => format!("`limits: {{ lsis: {n} }}`"),
            Self::Globals(n) => format!("`limits: {{ gsis: {n} }}`"),
            Self::Leave(patterns) => {
                let names: Vec<String> = patterns
                    .iter()
                    .map(|p| format!("`{}`", workload.pattern(*p).name))
                    .collect();
                format!("leaving out {}", super::proof::listed(&names))
            }
        }
    }

    /// The pattern that it changes, where it changes one and the words do not name it.
    #[must_use]
    pub const fn pattern(&self) -> Option<PatternId> {
        match self {
            Self::Allow(p, _) | Self::AllowNothing(p) | Self::Without(p, _) => Some(*p),
            Self::Immutable(..) | Self::Locals(_) | Self::Globals(_) | Self::Leave(_) => None,
        }
    }

    /// The changed workload. Patterns that are left out keep their place and ask for nothing.
    #[must_use]
    pub fn apply(&self, to: &Workload) -> Workload {
        let mut made = to.clone();
        match self {
            Self::Allow(p, what) => what.give(&mut made.patterns[usize::from(p.0)].allow),
            Self::AllowNothing(p) => made.patterns[usize::from(p.0)].allow = Allow::default(),
            Self::Without(p, field) => match &mut made.patterns[usize::from(p.0)].action {
                Action::Read(read) => field.drop(read),
                Action::Find(_) | Action::Write(_) | Action::Transaction(_) | Action::External => {}
            },
            Self::Immutable(entity, attribute) => {
                let entity = &mut made.entities[usize::from(entity.0)];
                let attribute = &mut entity.attributes[usize::from(attribute.0)];
                attribute.mutable = false;
                attribute.basis = Basis::Declared;
            }
            Self::Locals(n) => made.limits.lsis = *n,
            Self::Globals(n) => made.limits.gsis = *n,
            Self::Leave(patterns) => {
                for p in patterns {
                    made.patterns[usize::from(p.0)].action = Action::External;
                }
            }
        }
        made
    }

    /// The change as edits of the file.
    #[must_use]
    pub fn edits(&self, workload: &Workload) -> Vec<Edit> {
        let of_pattern = |p: &PatternId, field: Option<&str>, value: Value| Edit {
            path: ["patterns", &workload.pattern(*p).name]
                .into_iter()
                .chain(field)
                .map(str::to_owned)
                .collect(),
            value,
        };
        let of_limits = |field: &str, value: u32| Edit {
            path: vec!["limits".to_owned(), field.to_owned()],
            value: json!(value),
        };
        match self {
            Self::Allow(p, what) => {
                let mut allow = workload.pattern(*p).allow.clone();
                what.give(&mut allow);
                vec![of_pattern(p, Some("allow"), json!(permissions(&allow)))]
            }
            Self::AllowNothing(p) => vec![of_pattern(p, Some("allow"), Value::Null)],
            Self::Without(p, field) => vec![of_pattern(p, Some(field.word()), Value::Null)],
            Self::Immutable(entity, attribute) => {
                let owner = workload.entity(*entity);
                let name = &owner.attribute(*attribute).name;
                let path = ["entities", &owner.name, "attributes", name, "immutable"];
                vec![Edit {
                    path: path.map(str::to_owned).to_vec(),
                    value: json!(true),
                }]
            }
            Self::Locals(n) => vec![of_limits("lsis", *n)],
            Self::Globals(n) => vec![of_limits("gsis", *n)],
            Self::Leave(patterns) => patterns
                .iter()
                .map(|p| of_pattern(p, None, Value::Null))
                .collect(),
        }
    }
}

/// The words of what a pattern accepts, sorted.
#[must_use]
pub fn permissions(allow: &Allow) -> Vec<&'static str> {
    let given = Permission::ALL.into_iter().filter(|w| w.given(allow));
    given.map(Permission::word).collect()
}

/// The changes of a read that could make it easier to answer, in the order in which ties are broken.
#[must_use]
pub fn easier(workload: &Workload, pattern: PatternId) -> Vec<Change> {
    let Some(reader) = Reader::of(workload, pattern) else {
        return Vec::new();
    };
    let read = reader.read;
    let mut made: Vec<Change> = Vec::new();
    for what in [
        Permission::FanOut,
        Permission::Filter,
        Permission::ExtraRequest,
        Permission::Scan,
    ] {
        if what != Permission::ExtraRequest || !read.follow.is_empty() || reader.finds {
            made.push(Change::Allow(pattern, what));
        }
    }
    // What is found before it is written has no fields of its own that could go.
    let fields = Field::ALL.into_iter().filter(|f| f.matters(read));
    for field in fields.filter(|_| !reader.finds) {
        made.push(Change::Without(pattern, field));
        if field == Field::Consistent {
            made.push(Change::Locals((workload.limits.lsis + 1).min(5)));
        }
    }
    for (entity, attribute) in could_be_immutable(workload, read) {
        made.push(Change::Immutable(entity, attribute));
    }
    made
}

/// Attributes of a read that change only because a `put` may replace them, or because nothing says that they do not.
fn could_be_immutable(workload: &Workload, read: &Read) -> Vec<(EntityId, AttributeId)> {
    let mut made = Vec::new();
    let bindings = read
        .by
        .iter()
        .map(|c| &c.binding)
        .chain(read.sort.iter().map(|s| &s.binding));
    for (entity, attribute) in bindings
        .chain(read.range.iter().map(|r| &r.binding))
        .flatten()
    {
        let declared = workload.entity(*entity).attribute(*attribute);
        let updated = workload.steps().any(|(_, s)| {
            s.entity == *entity
                && s.verb == WriteVerb::Update
                && s.set
                    .iter()
                    .chain(&s.add)
                    .chain(&s.remove)
                    .any(|c| c.attribute == *attribute)
        });
        if declared.mutable
            && !updated
            && declared.basis != Basis::Declared
            && !made.contains(&(*entity, *attribute))
        {
            made.push((*entity, *attribute));
        }
    }
    made
}

//! What a run does, one step at a time, so that a run can be told again, or a part of it.

use super::value::{Args, Attrs};

/// One thing that a run does. What it does to the items is the same each time it is done on the same items.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operation {
    /// A writing pattern.
    Write { pattern: String, args: Args },
    /// A write of an item that no pattern of the file makes.
    Put { entity: String, item: Attrs },
    /// A reading pattern, every page; `cuts` is where the random numbers begin that cut answers short.
    Read {
        pattern: String,
        values: Attrs,
        cuts: u64,
    },
    /// A `get` for many parameter sets at once.
    Batch {
        pattern: String,
        sets: Vec<Attrs>,
        cuts: u64,
    },
    /// The clock goes on, by milliseconds.
    Wait(i64),
    /// Every item of the tables and indexes is compared with what the keys of the logical items say.
    Tables,
}

impl Operation {
    /// Whether it may change items or the clock.
    pub(crate) fn changes(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Put { .. } | Self::Wait(_))
    }

    /// Every map of values that it is given.
    pub(crate) fn given(&self) -> Vec<&Attrs> {
        match self {
            Self::Write { args, .. } => std::iter::once(&args.values)
                .chain(args.lists.values().flatten())
                .collect(),
            Self::Put { item: values, .. } | Self::Read { values, .. } => vec![values],
            Self::Batch { sets, .. } => sets.iter().collect(),
            Self::Wait(_) | Self::Tables => Vec::new(),
        }
    }

    /// The same, to be changed.
    pub(crate) fn given_mut(&mut self) -> Vec<&mut Attrs> {
        match self {
            Self::Write { args, .. } => std::iter::once(&mut args.values)
                .chain(args.lists.values_mut().flatten())
                .collect(),
            Self::Put { item: values, .. } | Self::Read { values, .. } => vec![values],
            Self::Batch { sets, .. } => sets.iter_mut().collect(),
            Self::Wait(_) | Self::Tables => Vec::new(),
        }
    }
}

//! Attributes, their types, constants and sets of them.

use super::{AttributeId, EntityId};
use crate::source::Span;

/// What an entity's items hold.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its name in the table.
    pub stored_as: String,
    /// Its type, of a reference that of the target's key.
    pub ty: Type,
    /// The entity whose key it holds.
    pub target: Option<EntityId>,
    /// Whether an item may lack it.
    pub optional: bool,
    /// Whether its value can change once written.
    pub mutable: bool,
    /// How `mutable` is known.
    pub basis: Basis,
    /// What `create` and `put` write when the caller gives nothing.
    pub default: Option<Constant>,
    /// The most bytes of a text, or the greatest absolute value of a number.
    pub max: Option<u64>,
    /// How many different values are expected.
    pub distinct: Option<u64>,
    /// What part of the items has a value.
    pub share: Share,
    /// How it is computed, if it is.
    pub derived: Option<Derived>,
    /// What it is.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// How it is known whether an attribute changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The file says `immutable`.
    Declared,
    /// It is part of the key.
    Key,
    /// It is derived from others.
    Derived,
    /// The entity's write patterns.
    Writes,
    /// Its type, in an entity without write patterns.
    Assumed,
}

/// What part of the items has a value, in parts per million.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Share {
    /// Of any value.
    pub any: Option<u64>,
    /// Of each value.
    pub of: Vec<(Constant, u64)>,
}

/// The types of attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// 64 bit.
    Integer,
    /// A number with a fraction.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// An instant in milliseconds.
    Timestamp,
    /// A day.
    Date,
    /// A month.
    Month,
    /// Seconds since 1970.
    Epoch,
    /// A UUID.
    Uuid,
    /// An identifier that sorts by creation time.
    Ulid,
    /// An identifier that sorts by creation time.
    Ksuid,
    /// Bytes.
    Binary,
    /// A list.
    List,
    /// A map.
    Map,
    /// A set of texts.
    StringSet,
    /// A set of numbers.
    NumberSet,
    /// One of these values, in the order of the file.
    Enumeration(Vec<String>),
}

impl Type {
    /// Its name with `a` or `an`, for messages.
    #[must_use]
    pub fn with_article(&self) -> String {
        let name = self.name();
        let article = if name.starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {name}")
    }

    /// Its name in the design language; `enumeration` for any enumeration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
            Self::Month => "month",
            Self::Epoch => "epoch",
            Self::Uuid => "uuid",
            Self::Ulid => "ulid",
            Self::Ksuid => "ksuid",
            Self::Binary => "binary",
            Self::List => "list",
            Self::Map => "map",
            Self::StringSet => "set(string)",
            Self::NumberSet => "set(number)",
            Self::Enumeration(_) => "enumeration",
        }
    }

    /// Whether a key can hold it.
    #[must_use]
    pub const fn fits_key(&self) -> bool {
        !matches!(
            self,
            Self::List | Self::Map | Self::StringSet | Self::NumberSet
        )
    }

    /// Whether values are text, whose start can be matched.
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(
            self,
            Self::String
                | Self::Uuid
                | Self::Ulid
                | Self::Ksuid
                | Self::Date
                | Self::Month
                | Self::Enumeration(_)
        )
    }

    /// Whether its key encoding exists in descending form: numbers and times.
    #[must_use]
    pub const fn inverts(&self) -> bool {
        matches!(
            self,
            Self::Integer
                | Self::Decimal
                | Self::Epoch
                | Self::Timestamp
                | Self::Date
                | Self::Month
        )
    }

    /// Whether it is a number that can be added to.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Epoch)
    }

    /// Whether it is a set.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::StringSet | Self::NumberSet)
    }

    /// Whether it is a time from which `day`, `month`, `year` and `hour` can be taken.
    #[must_use]
    pub const fn is_time(&self) -> bool {
        matches!(
            self,
            Self::Timestamp | Self::Date | Self::Month | Self::Epoch
        )
    }

    /// Whether it is made when an item is created, and so unique by nature.
    #[must_use]
    pub const fn is_generated(&self) -> bool {
        matches!(self, Self::Uuid | Self::Ulid | Self::Ksuid)
    }

    /// The finitely many values of an enumeration or boolean, in the order of their keys.
    #[must_use]
    pub fn values(&self) -> Option<Vec<Constant>> {
        match self {
            Self::Enumeration(values) => {
                let mut values: Vec<Constant> =
                    values.iter().cloned().map(Constant::Text).collect();
                values.sort();
                Some(values)
            }
            Self::Boolean => Some(vec![Constant::Boolean(false), Constant::Boolean(true)]),
            _ => None,
        }
    }
}

/// A value that the file gives. Times are their text, an `epoch` an integer, a decimal its plain text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Constant {
    /// Text, an enumeration's value, or a time as text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A decimal, as plain text without needless zeros.
    Decimal(String),
    /// A truth value.
    Boolean(bool),
}

impl Constant {
    /// The plain text of the value.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text(t) | Self::Decimal(t) => t.clone(),
            Self::Integer(n) => n.to_string(),
            Self::Boolean(b) => b.to_string(),
        }
    }
}

/// How a derived attribute is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The function.
    pub function: Derivation,
    /// Its sources, in their order.
    pub of: Vec<AttributeId>,
    /// The length of `prefix`, the number of buckets of `bucket`.
    pub argument: Option<u32>,
}

/// The functions of derived attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// The day of a time.
    Day,
    /// The month of a time.
    Month,
    /// The year of a time.
    Year,
    /// The hour of a time.
    Hour,
    /// Unicode lower case.
    Lower,
    /// The first code points.
    Prefix,
    /// A stable hash modulo n.
    Bucket,
    /// The plain texts, one after the other.
    Concat,
}

impl Derivation {
    /// Every function.
    pub const ALL: [Self; 8] = [
        Self::Day,
        Self::Month,
        Self::Year,
        Self::Hour,
        Self::Lower,
        Self::Prefix,
        Self::Bucket,
        Self::Concat,
    ];

    /// Its name in the language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Hour => "hour",
            Self::Lower => "lower",
            Self::Prefix => "prefix",
            Self::Bucket => "bucket",
            Self::Concat => "concat",
        }
    }

    /// The type of what it computes.
    #[must_use]
    pub const fn result(self) -> Type {
        match self {
            Self::Day => Type::Date,
            Self::Month => Type::Month,
            Self::Year | Self::Bucket => Type::Integer,
            Self::Hour | Self::Lower | Self::Prefix | Self::Concat => Type::String,
        }
    }
}

/// A set of attributes of one entity, at most [`AttributeSet::CAPACITY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AttributeSet([u64; 4]);

impl AttributeSet {
    /// The greatest number of attributes of an entity.
    pub const CAPACITY: usize = 256;

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// How many it holds.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }

    /// Whether it holds `id`.
    #[must_use]
    pub fn contains(self, id: AttributeId) -> bool {
        self.0
            .get(usize::from(id.0 / 64))
            .is_some_and(|w| w >> (id.0 % 64) & 1 == 1)
    }

    /// Adds `id`.
    pub fn insert(&mut self, id: AttributeId) {
        if let Some(word) = self.0.get_mut(usize::from(id.0 / 64)) {
            *word |= 1 << (id.0 % 64);
        }
    }

    /// Takes `id` out.
    pub fn remove(&mut self, id: AttributeId) {
        if let Some(word) = self.0.get_mut(usize::from(id.0 / 64)) {
            *word &= !(1 << (id.0 % 64));
        }
    }

    /// With `id`.
    #[must_use]
    pub fn with(mut self, id: AttributeId) -> Self {
        self.insert(id);
        self
    }

    fn zip(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        let mut words = self.0;
        for (word, o) in words.iter_mut().zip(other.0) {
            *word = f(*word, o);
        }
        Self(words)
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Whether all of it is in the other.
    #[must_use]
    pub fn is_subset(self, other: Self) -> bool {
        self.without(other).is_empty()
    }

    /// Its members, in order.
    pub fn iter(self) -> impl Iterator<Item = AttributeId> {
        // Sets are small and iterated often, so only the bits that are there are looked at.
        (0u16..).zip(self.0).flat_map(|(at, word)| {
            std::iter::successors(Some(word), |w| Some(w & w.wrapping_sub(1)))
                .take_while(|w| *w != 0)
                .filter_map(|w| u16::try_from(w.trailing_zeros()).ok())
                .map(move |bit| AttributeId(at * 64 + bit))
        })
    }
}

impl FromIterator<AttributeId> for AttributeSet {
    fn from_iter<I: IntoIterator<Item = AttributeId>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_behave_like_sets() {
        let a: AttributeSet = [AttributeId(1), AttributeId(70), AttributeId(255)]
            .into_iter()
            .collect();
        let b: AttributeSet = [AttributeId(70)].into_iter().collect();
        assert!(b.is_subset(a) && !a.is_subset(b));
        assert_eq!(
            a.without(b).iter().collect::<Vec<_>>(),
            [AttributeId(1), AttributeId(255)]
        );
        assert_eq!(a.intersection(b), b);
        assert_eq!((a.len(), b.union(a)), (3, a));
    }
}

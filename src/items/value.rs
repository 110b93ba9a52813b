//! The logical values that everything here speaks of: what a caller gives, what a read answers.
//!
//! Plain data without meaning. How a value is stored, put in a key, compared or derived is said twice,
//! once by the executor (from the plan document) and once by the model (from the design language).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Attributes of one item by their logical names.
pub(crate) type Attrs = BTreeMap<String, Value>;

/// A physical item or key: attribute names and typed values, as the engine's JSON has them.
pub(crate) type Physical = serde_json::Map<String, serde_json::Value>;

/// One logical value. The derived order is any total order (for sets and maps), not the order of a sort.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Dec(Decimal),
    Text(String),
    /// Milliseconds since 1970.
    Instant(i64),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    Map(BTreeMap<String, Self>),
    Set(BTreeSet<Self>),
}

/// `units` / 10^`scale`, without zeros at the end of the fraction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal {
    pub(crate) units: i128,
    pub(crate) scale: u32,
}

impl Decimal {
    pub(crate) fn new(mut units: i128, mut scale: u32) -> Self {
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Self { units, scale }
    }

    /// Reads `-12.50` or `1.2E+3`; nothing for what is no number or has too many digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, exponent.trim_start_matches('+').parse().ok()?)
            }
            None => (text, 0_i64),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let units: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        if scale >= 0 {
            return Some(Self::new(units, u32::try_from(scale).ok()?));
        }
        let power = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
        Some(Self::new(units.checked_mul(power)?, 0))
    }

    /// The value × 10^`digits`, if that is whole and fits.
    pub(crate) fn shifted(self, digits: u32) -> Option<i128> {
        let missing = digits.checked_sub(self.scale)?;
        self.units.checked_mul(10_i128.checked_pow(missing)?)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.units);
        }
        let sign = if self.units < 0 { "-" } else { "" };
        let width = self.scale as usize + 1;
        let digits = format!("{:0>width$}", self.units.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}d")
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => write!(f, "null"),
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            Self::Dec(v) => write!(f, "{v:?}"),
            Self::Text(v) if v.len() > 120 => write!(f, "text of {} bytes", v.len()),
            Self::Text(v) => write!(f, "{v:?}"),
            Self::Instant(v) => write!(f, "@{v}ms"),
            Self::Bytes(v) => write!(f, "bytes{v:?}"),
            Self::List(v) => f.debug_list().entries(v).finish(),
            Self::Map(v) => f.debug_map().entries(v).finish(),
            Self::Set(v) => f.debug_set().entries(v).finish(),
        }
    }
}

/// What a caller gives: single values, and for each list parameter its sets.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Args {
    pub(crate) values: Attrs,
    pub(crate) lists: BTreeMap<String, Vec<Attrs>>,
}

impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.values)?;
        if self.lists.is_empty() {
            return Ok(());
        }
        write!(f, " lists {:?}", self.lists)
    }
}

/// One item as a read answers it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) entity: String,
    pub(crate) attributes: Attrs,
}

/// Why a write did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    Exists,
    NotFound,
    NotUnique,
    Condition,
}

impl Failure {
    /// Its name in the plan document.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::NotFound => "not_found",
            Self::NotUnique => "not_unique",
            Self::Condition => "condition",
        }
    }
}

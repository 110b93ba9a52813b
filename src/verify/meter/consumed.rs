//! The figures that are compared: what a request should have used by the arithmetic, and what the engine says it used.
//!
//! Promises whole numbers of half units on the side of the arithmetic, so that two figures are equal or they are not.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Half units (of reading or of writing) by where they are used: an index's name, or [`TABLE`].
pub(super) type Arms = BTreeMap<String, u64>;

/// The table itself among [`Arms`].
pub(super) const TABLE: &str = "";

/// A way in which the embedded engine is known to differ from AWS. The estimate follows AWS; a request whose figure
/// is exactly that of a difference is left out of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// A query of a local index for attributes that it does not hold. AWS fetches each item and rounds it up to 4 KB
    /// for itself; the embedded engine rounds the sum of the items once, and fetches only for `ALL_ATTRIBUTES`.
    LocalFetch,
    /// A scan of a local index: AWS says that the index used the units, the embedded engine that the table did.
    LocalScan,
}

/// What a request should have used.
#[derive(Clone, Debug, Default)]
pub(super) struct Estimate {
    /// By AWS's rules.
    pub(super) arms: Arms,
    /// Whether these are read units; otherwise they are write units.
    pub(super) reads: bool,
    /// The figures of an engine that differs in a known way.
    pub(super) known: Vec<(Difference, Arms)>,
}

impl Estimate {
    pub(super) fn halves(&self) -> u64 {
        self.arms.values().sum()
    }
}

/// What an answer says was used, in half units.
pub(super) struct Consumed {
    total: f64,
    /// Nothing where the engine gives totals only.
    arms: Option<BTreeMap<String, f64>>,
}

impl Consumed {
    /// Of an answer; nothing where the engine does not say.
    pub(super) fn of(answer: &Json) -> Option<Self> {
        let tables = match answer.get("ConsumedCapacity")? {
            Json::Array(tables) if !tables.is_empty() => tables.as_slice(),
            one @ Json::Object(_) => std::slice::from_ref(one),
            _ => return None,
        };
        let mut made = Self {
            total: 0.0,
            arms: Some(BTreeMap::new()),
        };
        for table in tables {
            made.total += halves(table)?;
            match (&mut made.arms, table.get("Table").and_then(halves)) {
                (Some(arms), Some(own)) => {
                    *arms.entry(TABLE.to_owned()).or_default() += own;
                    for (name, units) in indexes(table) {
                        *arms.entry(name.clone()).or_default() += units;
                    }
                }
                _ => made.arms = None,
            }
        }
        Some(made)
    }

    /// Units in all.
    pub(super) fn units(&self) -> f64 {
        self.total / 2.0
    }

    /// Whether the figures are those: in all, and each for itself where the engine gives them.
    pub(super) fn is(&self, expected: &Arms) -> bool {
        let ours = |name: &String| expected.get(name).copied().unwrap_or(0);
        let each = self.arms.as_ref().is_none_or(|said| {
            said.keys()
                .chain(expected.keys())
                .all(|name| same(said.get(name).copied().unwrap_or(0.0), ours(name)))
        });
        each && same(self.total, expected.values().sum())
    }
}

impl std::fmt::Display for Consumed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.units())?;
        let arms = self.arms.iter().flatten().map(|(n, u)| (n, u / 2.0));
        named(f, arms)
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", half(self.halves()))?;
        named(f, self.arms.iter().map(|(n, u)| (n, half(*u))))
    }
}

fn named<'a>(
    f: &mut std::fmt::Formatter<'_>,
    arms: impl Iterator<Item = (&'a String, f64)>,
) -> std::fmt::Result {
    for (name, units) in arms {
        let name = if name.is_empty() { "table" } else { name };
        write!(f, ", {name} {units}")?;
    }
    Ok(())
}

/// Half units as units.
#[expect(clippy::cast_precision_loss, reason = "no run uses 2^52 units")]
pub(super) fn half(halves: u64) -> f64 {
    halves as f64 / 2.0
}

fn same(said: f64, ours: u64) -> bool {
    (said / 2.0 - half(ours)).abs() < 1e-6
}

fn halves(of: &Json) -> Option<f64> {
    Some(of.get("CapacityUnits")?.as_f64()? * 2.0)
}

fn indexes(table: &Json) -> impl Iterator<Item = (&String, f64)> {
    ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .into_iter()
        .filter_map(|kind| table.get(kind)?.as_object())
        .flatten()
        .filter_map(|(name, detail)| Some((name, halves(detail)?)))
}

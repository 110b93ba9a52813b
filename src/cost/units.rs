//! Capacity arithmetic of `DynamoDB`: the size of an item, the units of a request.
//!
//! Sources: the Amazon `DynamoDB` Developer Guide, "`DynamoDB` item sizes and formats", "Read and write operations" and
//! "Using global secondary indexes". The exact size of a number is what the service charges; the guide says
//! "approximately".

/// Bytes of a read unit.
pub const READ_UNIT: u64 = 4096;
/// Bytes of a write unit.
pub const WRITE_UNIT: u64 = 1024;
/// Bytes of one page of a query or scan.
pub const PAGE: u64 = 1 << 20;

/// A stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Text.
    S(String),
    /// A number, in plain or scientific notation.
    N(String),
    /// Bytes.
    B(Vec<u8>),
    /// A truth value.
    Bool(bool),
    /// Nothing.
    Null,
    /// A set of texts.
    Ss(Vec<String>),
    /// A set of numbers.
    Ns(Vec<String>),
    /// A set of bytes.
    Bs(Vec<Vec<u8>>),
    /// A list.
    L(Vec<Self>),
    /// A map.
    M(Vec<(String, Self)>),
}

/// The bytes of an item: names and values.
#[must_use]
pub fn item_size(item: &[(&str, Stored)]) -> u64 {
    item.iter()
        .map(|(name, value)| name.len() as u64 + value_size(value))
        .sum()
}

/// The bytes of a value.
#[must_use]
pub fn value_size(value: &Stored) -> u64 {
    match value {
        Stored::S(text) => text.len() as u64,
        Stored::N(text) => number_size(text),
        Stored::B(bytes) => bytes.len() as u64,
        Stored::Bool(_) | Stored::Null => 1,
        Stored::Ss(texts) => texts.iter().map(|t| t.len() as u64).sum(),
        Stored::Ns(numbers) => numbers.iter().map(|n| number_size(n)).sum(),
        Stored::Bs(values) => values.iter().map(|b| b.len() as u64).sum(),
        Stored::L(items) => 3 + items.iter().map(|i| 1 + value_size(i)).sum::<u64>(),
        Stored::M(entries) => {
            3 + entries
                .iter()
                .map(|(k, v)| 1 + k.len() as u64 + value_size(v))
                .sum::<u64>()
        }
    }
}

/// The bytes of a number: one for each two significant digits before and after the point, one more, and one for a sign.
///
/// Zeros at both ends are not significant, and however a number is written it has the size of its value: `1.5E3`,
/// which the service stores as `1500`, that of `15`.
#[must_use]
pub fn number_size(text: &str) -> u64 {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (1, rest),
        None => (0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match magnitude.split_once(['E', 'e']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().unwrap_or(0_i64)),
        None => (magnitude, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let before_first = digits().take_while(|d| *d == b'0').count();
    let all = whole.len() + fraction.len();
    if before_first == all {
        return 1;
    }
    let after_last = digits().rev().take_while(|d| *d == b'0').count();
    let significant = all - before_first - after_last;
    // Where the point stands among the significant digits: before all of a small number, behind all of a large one.
    let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let point = signed(whole.len()) - signed(before_first) + exponent;
    let before = usize::try_from(point).unwrap_or(0).min(significant);
    (before.div_ceil(2) + (significant - before).div_ceil(2)) as u64 + 1 + negative
}

/// Half read units of reading `bytes` in one request: at least one, strongly consistent reads cost twice.
#[must_use]
pub const fn read_halves(bytes: u64, consistent: bool) -> u64 {
    let units = bytes.div_ceil(READ_UNIT);
    let units = if units == 0 { 1 } else { units };
    if consistent { units * 2 } else { units }
}

/// Half read units of a query or scan that reads `bytes` in pages of 1 MB, each rounded up.
#[must_use]
pub const fn query_halves(bytes: u64, consistent: bool) -> u64 {
    let pages = bytes / PAGE;
    let rest = bytes % PAGE;
    let full = pages * read_halves(PAGE, consistent);
    if rest == 0 && pages > 0 {
        full
    } else {
        full + read_halves(rest, consistent)
    }
}

/// Write units of writing an item of `bytes`: at least one.
#[must_use]
pub const fn write_units(bytes: u64) -> u64 {
    let units = bytes.div_ceil(WRITE_UNIT);
    if units == 0 { 1 } else { units }
}

/// What happens to an entry of an index when its item is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// It was not there and is not there.
    Absent,
    /// It comes into the index.
    Enters(u64),
    /// It leaves the index.
    Leaves(u64),
    /// It stays, and nothing of it changes.
    Same,
    /// It stays under its key, and something else of it changes: bytes before and after.
    Changes(u64, u64),
    /// Its key changes: it is deleted and inserted.
    Moves(u64, u64),
}

/// Write units of an index for a write, by what happens to the entry.
#[must_use]
pub const fn index_write_units(entry: Entry) -> u64 {
    match entry {
        Entry::Absent | Entry::Same => 0,
        Entry::Enters(bytes) | Entry::Leaves(bytes) => write_units(bytes),
        Entry::Changes(before, after) => write_units(if before > after { before } else { after }),
        Entry::Moves(before, after) => write_units(before) + write_units(after),
    }
}

#[cfg(test)]
mod tests;

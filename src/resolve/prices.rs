//! Price files: prices of a Region as data, and those that come with the tool.
//!
//! Promises: a price is exact, never a float; [`read`] reports every error of a file at once, each at its place.

use super::{read_unit, units};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::form::Shape;
use crate::document::{Node, grammar, parse};
use crate::source::Source;
use crate::time;
use crate::workload::{ClassPrices, Prices};
use std::sync::OnceLock;

/// The Region whose prices are used unless another is asked for.
pub const DEFAULT_REGION: &str = "us-east-1";

/// The price files that come with the tool, by Region.
const BUILT_IN: [(&str, &str); 1] = [("us-east-1", include_str!("prices/us-east-1.yaml"))];
/// What they say, read once.
static READ: [OnceLock<Option<Prices>>; BUILT_IN.len()] =
    [const { OnceLock::new() }; BUILT_IN.len()];

/// The Regions whose prices come with the tool.
pub fn regions() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(region, _)| *region)
}

/// The prices of a Region that come with the tool; where there are none, an error that names the Regions.
pub fn built_in(region: &str, found: &mut Diagnostics) -> Option<Prices> {
    let all = BUILT_IN.iter().zip(&READ);
    let Some(((name, text), known)) = all.into_iter().find(|((name, _), _)| *name == region) else {
        let known: Vec<&str> = regions().collect();
        found.push(
            Diagnostic::general(
                Code::D0202,
                format!("no prices of the Region `{region}` come with the tool"),
            )
            .note(format!("there are those of {}", super::some_of(&known)))
            .help("give the prices of the Region with `--prices FILE`; `design explain prices` shows the form of the file"),
        );
        return None;
    };
    let made = known.get_or_init(|| read(&Source::new(*name, *text)).ok());
    if made.is_none() {
        found.push(Diagnostic::general(
            Code::D0901,
            format!("the prices of `{name}` that come with the tool cannot be read"),
        ));
    }
    made.clone()
}

/// Reads a price file.
///
/// # Errors
/// Everything that is wrong with the file: D0101 to D0104 about its form, D0202 about its numbers.
pub fn read(source: &Source) -> Result<Prices, Diagnostics> {
    let mut found = Diagnostics::default();
    match parse(source) {
        Ok(tree) => {
            Shape::Map(&grammar::PRICES).check(&tree, &mut found);
            if !found.has_errors()
                && let Some(made) = prices(&tree, &mut found)
            {
                return Ok(made);
            }
        }
        Err(error) => found.push(error),
    }
    Err(found)
}

fn prices(tree: &Node, found: &mut Diagnostics) -> Option<Prices> {
    let region = super::optional_text(tree, "region")?;
    let as_of = read_unit(tree.get("as_of"), "month", "`2026-11`", found, time::month);
    let standard = class(tree.get("standard"), found);
    let infrequent_access = class(tree.get("infrequent_access"), found);
    let recovery = price(tree, "point_in_time_recovery", ONE, found);
    let stream_read = price(tree, "stream_reads", MILLION, found);
    Some(Prices {
        region,
        as_of: as_of?,
        standard: standard?,
        infrequent_access: infrequent_access?,
        recovery: recovery?,
        stream_read: stream_read?,
    })
}

fn class(node: Option<&Node>, found: &mut Diagnostics) -> Option<ClassPrices> {
    let node = node?;
    let mut of = |field: &str, places: u32| price(node, field, places, found);
    let (read, write) = (of("read_requests", MILLION), of("write_requests", MILLION));
    let replicated_write = of("replicated_write_requests", MILLION);
    let (read_hour, write_hour) = (of("read_capacity", ONE), of("write_capacity", ONE));
    let replicated_write_hour = of("replicated_write_capacity", ONE);
    let storage = of("storage", ONE);
    Some(ClassPrices {
        read: read?,
        write: write?,
        replicated_write: replicated_write?,
        read_hour: read_hour?,
        write_hour: write_hour?,
        replicated_write_hour: replicated_write_hour?,
        storage: storage?,
    })
}

/// Digits after the point of dollars in picodollars: of a price for one, of a price for a million.
const ONE: u32 = 12;
const MILLION: u32 = 6;

fn price(node: &Node, field: &str, places: u32, found: &mut Diagnostics) -> Option<u64> {
    let example = if places == ONE {
        "`0.00013`"
    } else {
        "`0.125`"
    };
    read_unit(node.get(field), "price", example, found, |text| {
        units::dollars(text, places)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_file_that_comes_with_the_tool_is_right() {
        for region in regions() {
            let mut found = Diagnostics::default();
            let made = built_in(region, &mut found);
            assert_eq!(made.map(|p| p.region).as_deref(), Some(region));
        }
    }

    #[test]
    fn prices_are_exact() {
        let made = built_in(DEFAULT_REGION, &mut Diagnostics::default());
        let of = made.map(|p| {
            let class = p.standard;
            (class.read, class.write, class.read_hour, class.storage)
        });
        assert_eq!(of, Some((125_000, 625_000, 130_000_000, 250_000_000_000)));
    }

    #[test]
    fn a_wrong_file_is_reported_at_all_its_places() {
        let text = include_str!("prices/us-east-1.yaml")
            .replace("0.625 ", "-1 ")
            .replace("as_of: 2026-11", "as_of: 2026-13")
            .replace("stream_reads: 0.20", "stream_reads: 2000000");
        let source = Source::new("prices.yaml", text);
        let found = read(&source).err().map(|d| d.render(&source, false, 100));
        let text = found.unwrap_or_default();
        for part in [
            "`2026-13` is no month",
            "`-1` is no price",
            "`2000000` is no price",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}

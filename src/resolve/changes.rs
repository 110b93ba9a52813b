//! Changes of a design that are tried without touching the file: "what if this were read ten times as often?"
//!
//! Promises: a change is one of the numbers that the file declares, written as the file writes it; whatever a change
//! names must be in the design.

use super::units;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::workload::{Pattern, Rate, Workload};

/// The greatest rate of the language, in millionths of a call.
const MOST_CALLS: u128 = 1_000_000_000_000_000_000;
/// One, in millionths.
const ONE: u128 = 1_000_000;

/// A change of some numbers of a design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// All rates and peaks times a factor, written `x2`.
    Rates(String),
    /// One number, written `orders_of_customer.rate=500/s` or `Order.count=2M`.
    One(String),
}

/// Applies changes in their order; what cannot be applied is reported.
pub fn apply(workload: &mut Workload, changes: &[Change], found: &mut Diagnostics) {
    for change in changes {
        let made = match change {
            Change::Rates(text) => rates(workload, text),
            Change::One(text) => one(workload, text),
        };
        if let Err(problem) = made {
            found.push(problem);
        }
    }
    let day = |rate: Rate| rate.micro_calls_in(86_400);
    for pattern in workload
        .patterns
        .iter()
        .filter(|p| day(p.peak) < day(p.rate))
    {
        found.push(
            Diagnostic::general(
                Code::D0202,
                format!(
                    "with these changes the peak of `{}` is below its average rate",
                    pattern.name
                ),
            )
            .note("the peak is the highest rate, so it is at least the average")
            .help(format!(
                "change `{0}.rate` and `{0}.peak` together",
                pattern.name
            )),
        );
    }
}

fn wrong(option: &str, text: &str, problem: &str) -> Diagnostic {
    Diagnostic::general(Code::D0202, format!("`{option} {text}`: {problem}"))
}

fn rates(workload: &mut Workload, text: &str) -> Result<(), Diagnostic> {
    let number = text.trim().strip_prefix('x').unwrap_or(text);
    let Some(factor) = units::factor(number) else {
        return Err(wrong("--rates", text, "this is no factor")
            .note("all rates and peaks are multiplied by a number above 0")
            .help("write it like `--rates x2` or `--rates x0.5`"));
    };
    for pattern in &mut workload.patterns {
        for rate in [&mut pattern.rate, &mut pattern.peak] {
            *rate = scaled(*rate, factor, ONE).ok_or_else(|| {
                wrong(
                    "--rates",
                    text,
                    &format!("`{}` would be called too often", pattern.name),
                )
                .note("a rate is at most 10^12 calls in its period")
                .help("take a smaller factor")
            })?;
        }
    }
    Ok(())
}

/// A rate times `part` divided by `of`; `None` where it is above what the language has.
fn scaled(rate: Rate, part: u128, of: u128) -> Option<Rate> {
    let calls = u128::from(rate.micro_calls).checked_mul(part)? / of.max(1);
    let micro_calls = u64::try_from(calls).ok().filter(|_| calls <= MOST_CALLS)?;
    Some(Rate {
        micro_calls,
        ..rate
    })
}

fn one(workload: &mut Workload, text: &str) -> Result<(), Diagnostic> {
    let form =
        "write it like `--what-if orders_of_customer.rate=500/s` or `--what-if Order.count=2M`";
    let parts = text.split_once('=').and_then(|(place, value)| {
        let (name, field) = place.rsplit_once('.')?;
        Some((name.trim(), field.trim(), value.trim()))
    });
    let Some((name, field, value)) = parts else {
        return Err(wrong("--what-if", text, "this is no change of a number")
            .note("a change names a pattern or an entity, one of its numbers, and the value")
            .help(form));
    };
    let no_value = |what: &str, example: &str| {
        wrong("--what-if", text, &format!("`{value}` is no {what}"))
            .note(super::rule_of(what))
            .help(format!("write it like {example}"))
    };
    let no_field = |has: &str| {
        wrong(
            "--what-if",
            text,
            &format!("`{name}` has no number `{field}` that can be tried"),
        )
        .note(has)
        .help(form)
    };
    if let Some(pattern) = workload.patterns.iter_mut().find(|p| p.name == name) {
        let rate = units::rate(value).ok_or_else(|| no_value("rate", "`300/s` or `2M/day`"));
        match field {
            "rate" => {
                let rate = rate?;
                pattern.peak = peak(pattern, rate);
                pattern.rate = rate;
            }
            "peak" => pattern.peak = rate?,
            _ => return Err(no_field("a pattern has `rate` and `peak`")),
        }
        return Ok(());
    }
    if let Some(entity) = workload.entities.iter_mut().find(|e| e.name == name) {
        match field {
            "count" => {
                entity.count = units::count(value)
                    .ok_or_else(|| no_value("count", "`1200`, `50k` or `2M`"))?;
            }
            "size" => {
                let size = units::size(value).filter(|n| *n <= 400 * 1024);
                entity.size = Some(
                    size.ok_or_else(|| no_value("size", "`400 B` or `1.5 KB`, up to `400 KB`"))?,
                );
            }
            _ => return Err(no_field("an entity has `count` and `size`")),
        }
        return Ok(());
    }
    let known = workload.patterns.iter().map(|p| p.name.as_str());
    let known = known.chain(workload.entities.iter().map(|e| e.name.as_str()));
    Err(wrong(
        "--what-if",
        text,
        &format!("the design has no pattern and no entity `{name}`"),
    )
    .note("a change names a pattern or an entity of the file")
    .help(nearest(name, known).map_or_else(|| form.to_owned(), |n| format!("did you mean `{n}`?"))))
}

/// The peak of a pattern when its rate changes: as many times the rate as before, at most the greatest there is.
fn peak(pattern: &Pattern, rate: Rate) -> Rate {
    let seconds = |r: Rate| u128::from(r.period.seconds());
    let part = u128::from(rate.micro_calls).saturating_mul(seconds(pattern.rate));
    let of = u128::from(pattern.rate.micro_calls).saturating_mul(seconds(rate));
    if of == 0 {
        return rate.times(3);
    }
    let calls = u128::from(pattern.peak.micro_calls)
        .saturating_mul(part)
        .div_ceil(of);
    Rate {
        micro_calls: u64::try_from(calls.min(MOST_CALLS)).unwrap_or(u64::MAX),
        ..pattern.peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::workload::Period;

    const DESIGN: &str = "
design: things
entities:
  Thing: { key: id, attributes: { id: string } }
patterns:
  get_thing: { get: Thing, rate: 60/min, peak: 5/s }
  put_thing: { put: Thing, rate: 2/day }
";

    /// Rate and peak of a pattern after some changes; `None` where they are refused.
    fn changed(changes: &[Change], pattern: &str) -> Option<(Rate, Rate)> {
        let mut found = Diagnostics::default();
        let tree = crate::document::parse(&Source::new("design.yaml", DESIGN)).ok()?;
        let mut workload = super::super::resolve(&tree, &mut found)?;
        apply(&mut workload, changes, &mut found);
        let of = workload.patterns.iter().find(|p| p.name == pattern)?;
        (!found.has_errors()).then_some((of.rate, of.peak))
    }

    fn one(text: &str) -> Change {
        Change::One(text.to_owned())
    }

    #[test]
    fn all_rates_are_scaled_alike() {
        let half = [Change::Rates("x0.5".to_owned())];
        let rate = |micro_calls, period| Rate {
            micro_calls,
            period,
        };
        assert_eq!(
            changed(&half, "get_thing"),
            Some((
                rate(30_000_000, Period::Minute),
                rate(2_500_000, Period::Second)
            ))
        );
        assert_eq!(
            changed(&half, "put_thing"),
            Some((rate(1_000_000, Period::Day), rate(3_000_000, Period::Day)))
        );
    }

    #[test]
    fn a_peak_stays_as_far_above_its_rate() {
        // From 1/s, with a peak of 5/s, to 10/s.
        let made = changed(&[one("get_thing.rate=10/s")], "get_thing");
        assert_eq!(made.map(|(_, peak)| peak), Some(Rate::per_second(50)));
        let both = [one("get_thing.rate = 10/s"), one("get_thing.peak = 10/s")];
        let made = changed(&both, "get_thing");
        assert_eq!(made, Some((Rate::per_second(10), Rate::per_second(10))));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in [
            "get_thing.peak=1/day",
            "Thing.count=x",
            "get_thing",
            "thing.rate=1/s",
            "=1",
        ] {
            assert_eq!(changed(&[one(text)], "get_thing"), None, "{text}");
        }
        let most = [one("get_thing.rate=1T/s"), Change::Rates("x2".to_owned())];
        assert_eq!(changed(&most, "get_thing"), None);
    }
}

//! At which prices: those that come with the tool, or a file.

use super::args::PriceArgs;
use super::{Exit, output, read_source};
use crate::Prices;
use crate::diagnostic::Diagnostics;
use crate::resolve::prices::{built_in, read};
use crate::source::Source;
use anyhow::Result;

/// The prices that the caller asks for; where they cannot be had, that is reported.
pub(super) fn given(args: &PriceArgs) -> Result<Result<Prices, Exit>> {
    let (source, made) = if let Some(file) = &args.prices {
        let source = read_source(file)?;
        let made = read(&source);
        (source, made)
    } else {
        let mut found = Diagnostics::default();
        let made = built_in(&args.region, &mut found);
        (Source::new("prices", ""), made.ok_or(found))
    };
    match made {
        Ok(prices) => Ok(Ok(prices)),
        Err(found) => {
            output::diagnose(&found, &source, false)?;
            Ok(Err(Exit::Invalid))
        }
    }
}

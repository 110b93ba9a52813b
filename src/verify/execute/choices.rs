//! What a `{ given, then, else }` stands for in one call.

use super::super::plan::{Choice, Segment, Segments};
use super::{CallError, Outcome};

/// What a `{ given, then, else }` stands for in this call; nothing where that branch is absent.
pub(super) fn chosen<'a, T>(choice: &'a Choice<T>, given: &dyn Fn(&str) -> bool) -> Option<&'a T> {
    match choice {
        Choice::Plain(plain) => Some(plain),
        Choice::Given {
            given: names,
            then,
            otherwise,
        } => {
            let branch = if names.iter().all(|n| given(n)) {
                then
            } else {
                otherwise
            };
            chosen(branch.as_deref()?, given)
        }
    }
}

/// The segments that stand for a bound in this call.
pub(super) fn chosen_segments<'a>(
    choice: &'a Segments,
    given: &dyn Fn(&str) -> bool,
) -> Outcome<&'a Vec<Segment>> {
    chosen(choice, given)
        .ok_or_else(|| CallError::Fault("a choice without segments for this call".to_owned()))
}

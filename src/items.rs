//! The physical items of an instance, from the plan document alone: its values, their texts, the keys, the guards.
//!
//! Promises to follow the plan document's page and to share nothing with what makes a plan, so that `verify` can judge a
//! plan by it; the picture of sample items uses the same.

#![cfg_attr(
    not(feature = "verify"),
    expect(dead_code, reason = "the rest is what a run of a plan needs")
)]

pub(crate) mod conditions;
pub(crate) mod document;
pub(crate) mod encode;
pub(crate) mod instance;
pub(crate) mod keys;
pub(crate) mod node;
pub(crate) mod physical;
pub(crate) mod reading;
pub(crate) mod stored;
pub(crate) mod value;

use value::Failure;

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CallError {
    /// The arguments are not allowed: a key too long, a value out of range, two actions on one item.
    Refused(String),
    /// A condition of the write did not hold.
    Failed {
        failure: Failure,
        action: usize,
        entity: String,
    },
    /// The plan is wrong: a rule of the page is broken, or the service refuses the request.
    Fault(String),
}

pub(crate) type Outcome<T> = Result<T, CallError>;

impl From<String> for CallError {
    fn from(text: String) -> Self {
        Self::Fault(text)
    }
}

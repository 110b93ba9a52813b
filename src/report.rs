//! The plan for people: text for the terminal, Markdown, a page for a browser, a picture of sample items; what a check
//! found, for programs; and what a run of it showed.
//!
//! Promises: made from the plan document alone, so the document knows at least as much; the same plan and width give
//! the same bytes; no line is wider than asked for, unless a name alone is.

pub mod cost;
pub mod explanation;
pub mod findings;
pub mod html;
pub mod markdown;
mod page;
pub mod picture;
pub mod query;
#[cfg(feature = "verify")]
pub mod run;
pub mod text;
pub mod view;
pub mod what_if;
mod xml;

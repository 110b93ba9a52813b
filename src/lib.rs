//! Compiles access patterns into the smallest `DynamoDB` schema that answers each of them.

pub mod diagnostic;
pub mod document;
pub mod source;
pub mod encoding;
pub mod resolve;
pub mod time;
pub mod workload;
pub mod cost;
pub mod demand;
pub mod estimate;
pub mod heat;
pub mod layout;
pub mod schema;
pub mod solve;

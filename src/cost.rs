//! What a design costs: sizes, capacity units, prices.
//!
//! Promises: integers only, money in millionths of a millionth of a US dollar (picodollars) until it is shown; the
//! same design costs the same on every machine.

pub mod figures;
pub mod load;
pub mod model;
pub mod odds;
pub mod pieces;
pub mod price;
pub mod reading;
pub mod size;
pub mod storage;
pub mod units;
pub mod writes;

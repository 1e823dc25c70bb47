//! JSON with places: every value knows where it is, and members keep their order.
//!
//! serde_json reads the same language but forgets both, and diagnostics need them. The reader is
//! strict. What it may put up with is counted and reported in [`Parsed::repairs`], never silent.

mod reader;
mod value;

pub use reader::{MAX_DEPTH, Parsed, ReadError, Repair, read};
pub(crate) use reader::{abbreviate, string_end};
pub use value::{Kind, Member, Value};

//! JSON that this build has no type for, kept as text.
//!
//! Text costs as much memory as it is long, where a tree of values costs ten times that. Each value has
//! one spelling, so that equal values are equal texts: no white space, escapes only where JSON needs
//! them, members in the order in which they came, fractions with an exponent where that is shorter. Integers
//! keep all their digits.

mod from_serde;
mod members;
mod raw;
mod to_serde;

pub(crate) use from_serde::{Copy, ObjectText};
pub use members::UnknownMembers;
pub use raw::RawJson;

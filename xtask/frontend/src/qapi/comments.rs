//! Documentation comments: to sections, by today's rules or by older ones, and from there to what
//! they describe.

pub(crate) mod attach;
mod older;
pub(crate) mod parse;
pub(crate) mod prose;
mod sections;
mod style;

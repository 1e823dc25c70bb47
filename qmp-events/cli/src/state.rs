//! The state of a machine, for people: in words, and as a table. It must never print.

pub(crate) mod news;
pub(crate) mod states;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod words;

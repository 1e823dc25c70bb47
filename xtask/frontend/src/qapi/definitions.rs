//! Syntax trees to definitions: which keys there are, and what their values look like. No name is
//! looked up here.

pub(crate) mod condition;
pub(crate) mod definition;
pub(crate) mod keys;
pub(crate) mod names;
pub(crate) mod parts;

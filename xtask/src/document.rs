//! Reads event documents (`qmp-events.txt`): the document's own words, in and out of shape.

mod model;

pub use model::*;

//! The two outputs, and what protects a terminal.

mod json;
pub(crate) mod line;
pub(crate) mod output;
pub(crate) mod palette;
pub(crate) mod text;

//! The two outputs, and what protects a terminal.

pub(crate) mod line;
pub(crate) mod output;
pub(crate) mod palette;
pub(crate) mod text;

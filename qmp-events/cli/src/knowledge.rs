//! What this build knows, as people look it up.

pub(crate) mod catalogue;
pub(crate) mod everyday_words;
pub(crate) mod foreign_input;
pub(crate) mod published;
pub(crate) mod severity;

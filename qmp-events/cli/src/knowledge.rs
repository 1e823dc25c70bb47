//! What this build knows, as people look it up.

pub(crate) mod catalogue;
pub(crate) mod published;
pub(crate) mod severity;

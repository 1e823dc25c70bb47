//! What happened to machines: as a story made from their events, in words, and as a page. It must never ask a
//! clock: all times come from the events.

pub(crate) mod page;
pub(crate) mod span;
pub(crate) mod story;
mod summary;

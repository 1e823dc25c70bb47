//! Typed QEMU events.

pub mod splitter;

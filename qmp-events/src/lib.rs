//! Typed QEMU events.

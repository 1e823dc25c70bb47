//! Real QEMU processes, without a guest: each test makes events happen and awaits them; none sleeps.
//!
//! Where QEMU is missing, the tests say so and pass; with `CI` or `QMP_EVENTS_REQUIRE_QEMU=1` in the
//! environment they fail instead.

mod block;
mod endings;
mod handshake;
mod lifecycle;
pub(crate) mod machine;
pub(crate) mod reconnect;
mod storage_daemon;
mod typed;

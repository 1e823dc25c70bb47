//! Real QEMU processes, without a guest: each test makes events happen and awaits them; none sleeps.
//!
//! Where QEMU is missing, the tests say so and pass; with `CI` or `QMP_EVENTS_REQUIRE_QEMU=1` in the
//! environment they fail instead. `QMP_EVENTS_TEST_QEMU` names another QEMU than the installed one:
//! CI runs these tests on that, and on the newest one.

mod attach;
mod block;
mod endings;
mod handshake;
mod lifecycle;
pub(crate) mod machine;
pub(crate) mod reconnect;
mod share;
mod storage_daemon;
mod typed;

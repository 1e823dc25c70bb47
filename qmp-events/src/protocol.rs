//! The QMP protocol without input and output: bytes to messages to what they mean.
//!
//! ```text
//! bytes ─► Splitter ─► ServerMessage ─► Session ─► Incoming
//!          JSON texts   event, reply,    negotiation, replies matched to commands
//!                       greeting
//! ```
//!
//! - [`Splitter`] cuts a byte stream into JSON messages and skips what is not one;
//! - [`ServerMessage`] tells greetings, events and replies apart;
//! - [`Session`] is the client's half of a connection as a state machine.
//!
//! The clients of this crate are thin loops around a [`Session`]. Use these types directly for another
//! runtime, a proxy, or a recorded stream. Nothing in here opens a socket, reads a clock or waits.

mod decoded_event;
mod greeting;
mod members;
mod server_message;
mod session;
mod splitter;

pub use decoded_event::DecodedEvent;
pub use greeting::{Greeting, QemuVersion};
pub use server_message::{CommandError, RawEvent, Reply, ServerMessage, Unrecognized};
pub use session::{CommandId, Incoming, Session, SessionState};
pub use splitter::{DEFAULT_MESSAGE_LIMIT, Frame, RawMessage, SkipReason, Skipped, Splitter};

//! From events to the state of a machine: does it run, why did it stop, is the job done, how did it end?
//!
//! A [`Machine`] takes events, what a client says of its connection, and replies to queries, in the order
//! in which they come, and is at any time what is known of the machine.
//!
//! ```
//! use qmp_events::EventMessage;
//! use qmp_events::machine::{Cause, Machine, RunState};
//!
//! let mut machine = Machine::new();
//! for line in [
//!     r#"{"event": "RESUME", "timestamp": {"seconds": 1, "microseconds": 0}}"#,
//!     r#"{"event": "BLOCK_IO_ERROR", "timestamp": {"seconds": 2, "microseconds": 0}, "data":
//!         {"device": "vda", "operation": "write", "action": "stop", "nospace": true, "reason": "ENOSPC"}}"#,
//!     r#"{"event": "STOP", "timestamp": {"seconds": 2, "microseconds": 9}}"#,
//! ] {
//!     let message: EventMessage = line.parse()?;
//!     for change in machine.apply(&message) {
//!         println!("{change:?}");
//!     }
//! }
//! assert_eq!(machine.run().status, Some(RunState::IoError));
//! let Some(Cause::IoError(cause)) = &machine.run().cause else { panic!() };
//! assert_eq!((cause.device.as_deref(), cause.nospace), (Some("vda"), Some(true)));
//! # Ok::<(), qmp_events::DecodeError>(())
//! ```
//!
//! # Known, unknown, and asked
//!
//! What events do not tell is unknown, never guessed: after a STOP without a cause the machine is stopped
//! and its run state `None`, and so is everything that was before the first event, or happened while events
//! were missed. A client asks: it sends each [`next_query`](Machine::next_query) and applies the reply. Events
//! that come while a query is on its way count more than its reply, or have it asked again, so replies and
//! events may be applied in any order. The trackers of the blocking and the tokio client do all
//! that.
//!
//! One thing is taken for granted: RESUME means `running`. A guest that sleeps on when its CPUs are started
//! again is known only if its falling asleep was seen; otherwise it takes a query.
//!
//! # Bounds
//!
//! A machine has no clock, no socket and no thread, and it must never grow without bounds: it keeps at most
//! 1024 things of a kind, with ids and texts of at most 1024 bytes, and [counts](Table::left_out) what it
//! leaves out.

mod apply;
#[cfg(feature = "blocking")]
pub mod blocking;
mod change;
mod device;
mod events;
mod job;
mod json;
mod migration;
mod query;
mod replies;
mod run;
mod run_state;
mod state;
mod table;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod wait;

pub use apply::Input;
pub use change::{Change, Connection};
pub use device::{DisplayClient, Drive, Errors, Export, Unplug};
pub use job::{Job, Outcome};
pub use migration::{Migration, MigrationProgress, Side};
pub use query::{IoStatus, Query};
pub use run::{Cause, End, EndCause, IoErrorCause, Run};
pub use run_state::RunState;
pub use state::Machine;
pub use table::Table;

//! A test kit: a QMP server that follows a script, for tests of programs that watch QEMU.
//!
//! A [`Script`] says what one connection gets: greeting, events, replies, and faults such as split bytes,
//! garbage, a sudden end, or never a greeting. A [`MockServer`] plays scripts on a real socket, one
//! connection after the other, as a QEMU monitor serves one client at a time. It needs no clock:
//! where the order of things matters, the script [pauses](Script::pause) until the test says so.
//!
//! ```
//! use qmp_events::testing::{MockServer, Script};
//! use serde_json::json;
//!
//! let script = Script::new().greet().negotiate().event("SHUTDOWN", json!({"guest": true}));
//! let server = MockServer::start([script])?;
//! let mut client = qmp_events::blocking::connect(server.endpoint())?;
//! assert_eq!(client.events().count(), 1);
//! server.finish()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod script;
mod server;

pub use script::{Script, ScriptError};
pub use server::MockServer;

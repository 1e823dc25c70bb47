//! A client for threads, without an asynchronous runtime.
//!
//! ```no_run
//! use qmp_events::{Event, blocking};
//!
//! for message in blocking::connect("unix:/run/vm.sock")?.events() {
//!     match message?.event {
//!         Event::Shutdown(e) => println!("shut down by the guest: {:?}", e.guest),
//!         Event::Unknown(e) => println!("{} is new to this build", e.name),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Silence is never ambiguous: the iterator ends if QEMU closed the connection after SHUTDOWN, and yields
//! [`Error::Disconnected`](crate::Error::Disconnected) before it ends otherwise, for example when QEMU was
//! killed. A malformed message is an [`Error::Malformed`](crate::Error::Malformed) in its place among the
//! events, and the next one follows.
//!
//! The client reads only while one of its methods runs, and starts no thread. It must never lose an event
//! that has arrived: what comes while a command waits for its reply is kept for the next call.

mod client;
mod deadline;
mod options;
mod pending;
mod socket;

pub use client::{Client, Events};
pub use options::{Options, connect};
pub use socket::Socket;

//! Compares QEMU's events between releases, schema trees and running binaries.
//!
//! A [`surface::Surface`] is everything of a QEMU that a client that reads events can see. There are
//! several ways to one, and any two can be compared:
//!
//! - [`projection::project`]: a QAPI schema, as a whole or as of one release;
//! - [`introspection::parse`]: what a binary says of itself, in its reply to `query-qmp-schema`;
//! - by hand: a surface is plain data.
//!
//! [`compare::compare`] finds the differences; [`diff::diff`] tells them to those who write clients,
//! [`verify::report`] to those who maintain the schema.
//!
//! ```
//! use qmp_events_compare::{compare::compare, introspection};
//!
//! let reply = r#"{ "return": [
//!     { "meta-type": "event", "name": "STOP", "arg-type": "0" },
//!     { "meta-type": "object", "name": "0", "members": [] }
//! ] }"#;
//! let qemu = introspection::parse(serde_json::from_str(reply)?)?;
//! assert!(qemu.events.contains_key("STOP"));
//! assert!(compare(&qemu, &qemu).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod compare;
pub mod diff;
pub mod difference;
pub mod introspection;
pub mod projection;
pub mod surface;
pub mod verify;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

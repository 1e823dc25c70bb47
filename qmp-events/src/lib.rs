//! Typed QEMU events that no newer, older or vendor QEMU can break.
//!
//! QEMU reports what happens to a virtual machine as *events* on its QMP socket: JSON objects such
//! as `{"timestamp": …, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}`.
//! This crate reads one as a [`EventMessage`], with exactly three outcomes that are never mixed:
//! an event that this build knows, typed; one that it does not know, kept whole
//! ([`UnknownEvent`]); or a malformed message, a [`DecodeError`] that says where and why.
//!
//! ```
//! use qmp_events::{Event, EventMessage};
//!
//! let line = br#"{"timestamp": {"seconds": 1, "microseconds": 5}, "event": "STOP"}"#;
//! let message = EventMessage::decode(line)?;
//! assert!(matches!(message.event, Event::Stop(_)));
//! assert_eq!(message.timestamp.map(|time| time.seconds), Some(1));
//! # Ok::<(), qmp_events::DecodeError>(())
//! ```
//!
//! - [`EventMessage`]: an event with its time; [`Envelope`]: the same with `data` left unread;
//! - [`Event`], [`EventKind`] and [`events`]: all events that QEMU has emitted, and their types;
//! - [`info`]: what is known about each event, member and value: since when, until when, how often;
//! - [`QapiEvent`] and its siblings: derive them for a vendor's events, or for a set of your own.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as qmp_events;

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
#[cfg(feature = "cloud-event")]
pub mod cloud_event;
mod cursor;
mod endpoint;
mod envelope;
mod error;
mod event_kind_set;
#[rustfmt::skip] // xtask prints it, and checks that it is as printed
mod generated;
pub mod info;
mod json;
mod kind;
#[cfg(feature = "log")]
pub mod log;
pub mod machine;
mod message;
pub mod protocol;
#[cfg(all(feature = "qapi", any(feature = "blocking", feature = "tokio")))]
mod qapi;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
#[cfg(feature = "tokio")]
pub mod tokio;
mod unknown;
mod wire;

pub use client::{Disconnected, Error, Gap, Malformed, Peer};
pub use endpoint::{Endpoint, EndpointError};
pub use envelope::Envelope;
pub use error::{DecodeError, DecodeErrorKind};
pub use event_kind_set::EventKindSet;
pub use generated::{Event, EventKind};
pub use info::Version;
pub use json::{RawJson, UnknownMembers};
pub use kind::{Kind, KindSet, UnknownKind};
pub use message::{EventMessage, QapiEvents};
pub use qmp_events_derive::{QapiAlternate, QapiEnum, QapiEvent, QapiEvents, QapiStruct, QapiUnion};
pub use timestamp::{Timestamp, TimestampError};
pub use unknown::{UnknownBranch, UnknownEvent, UnknownValue};
pub use wire::event::QapiEvent;
pub use wire::qapi_type::QapiType;

#[doc = include_str!("../docs/delivery.md")]
pub mod delivery {}

/// The types of all events, and of everything inside them.
pub mod events {
    pub use crate::generated::*;
}

/// The README's example compiles.
#[cfg(all(doctest, feature = "blocking"))]
#[doc = include_str!("../../README.md")]
struct Readme;

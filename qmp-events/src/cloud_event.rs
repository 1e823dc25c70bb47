//! CloudEvents 1.0 in the JSON format: for brokers and other systems that route events of all kinds.
//!
//! A [`CloudEvent`] carries an event of a machine, or one of the [notices](Content) with which a client makes
//! silence unambiguous: a consumer at the other end of a broker knows as much as one with a
//! [subscription](crate::tokio::Subscription), if whoever has the monitor sends them all.
//!
//! ```
//! use qmp_events::cloud_event::{CloudEvent, Content};
//! use qmp_events::{Event, EventMessage, machine::Machine};
//!
//! let text = br#"{"event": "STOP", "timestamp": {"seconds": 1700000000, "microseconds": 250000}}"#;
//! let event = CloudEvent::new("42", "unix:/run/web.sock", Content::Event(EventMessage::decode(text)?))
//!     .with_subject("web");
//! let json = event.to_string();
//! assert_eq!(
//!     json,
//!     r#"{"specversion":"1.0","type":"org.qemu.qmp.STOP","source":"unix:/run/web.sock","subject":"web","#
//!         .to_owned()
//!         + r#""id":"42","time":"2023-11-14T22:13:20.250000Z"}"#
//! );
//!
//! let read = CloudEvent::decode(json.as_bytes())?;
//! let Content::Event(message) = &read.content else { panic!("a notice") };
//! assert!(matches!(message.event, Event::Stop(_)));
//! let mut machine = Machine::new();
//! machine.apply_at(read.time, &read.content);
//! assert_eq!(machine.run().running, Some(false));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The mapping
//!
//! | attribute | is |
//! |---|---|
//! | `type` | `org.qemu.qmp.` and the event's name, or `qmp-events.` and the notice's |
//! | `source` | where the machine was read from, a URI reference |
//! | `subject` | the machine's label |
//! | `id` | unique for the source |
//! | `time` | when it happened, in microseconds |
//! | `data` | the event's `data`, as it is; a notice's details |
//! | `qmpunknown` | an extension: all else of the event's message, as the JSON text of an object |
//!
//! `qmpunknown` is there if something is left: members of the message that this build does not know, those
//! of its timestamp, and a timestamp that is not what `time` says, such as QEMU's -1 for a clock that could
//! not be read. So an event that was written is read as the same message. One without a timestamp gets `time`
//! as its own.
//!
//! | notice | `data` |
//! |---|---|
//! | `connected` | `version` and `capabilities`, as in QMP's greeting |
//! | `gap` | `peer`: `same`, `different` or `unknown` |
//! | `lagged` | `missed`, a number |
//! | `malformed` | `problem` and `raw`, texts |
//! | `disconnected` | `cause`, `text` and `normal`; for some causes `after-shutdown`, `error` and `error-kind` |
//! | `dropped` | `count`, a number |
//!
//! # Reading
//!
//! Members come in any order; of one that is repeated, the last counts, and one that is null is absent. A time
//! may have any offset and any number of digits: it is cut to microseconds. `data_base64` is read as well as
//! `data`. Attributes beyond these are [kept](CloudEvent::extensions); unknown members of a notice's data are
//! ignored. A CloudEvent of a type that is not in these tables is an
//! [error of its own](CloudEventError::Foreign), since a stream may hold others' events too.
//!
//! This module must never connect to anything, and reading must never take more memory than a small multiple of
//! the text.

mod disconnection;
mod error;
mod event;
mod members;
mod read;
mod time;
mod write;

pub use error::CloudEventError;
pub use event::{CloudEvent, Content, Message};

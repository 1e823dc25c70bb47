//! The front end of qmp-events: QEMU's own descriptions of its events, read with places and defects.
//!
//! Two languages are understood, and both end in data that knows where it was written:
//!
//! | | from | to |
//! |---|---|---|
//! | [`qapi`] | QAPI schema files, QEMU's or others, of QEMU 2.12 and later | [`schema::Schema`] |
//! | [`document`] | event documents (`qmp-events.txt`), whole, damaged or stripped | [`document::EventDocument`] |
//!
//! Every text that is read is kept in a [`source::SourceMap`]; every defect goes to
//! [`diagnostics::Diagnostics`], and reading goes on. Hostile input costs bounded time and memory and
//! never panics.
//!
//! ```
//! use std::collections::HashMap;
//! use std::path::{Path, PathBuf};
//!
//! use qmp_events_frontend::diagnostics::Diagnostics;
//! use qmp_events_frontend::{qapi, source::SourceMap};
//!
//! let text = "{ 'event': 'KETTLE_BOILED', 'data': { 'temperature': 'int' } }";
//! let files = HashMap::from([(PathBuf::from("kettle.json"), text.as_bytes().to_vec())]);
//! let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
//! let schema = qapi::read_from(
//!     &files,
//!     Path::new("kettle.json"),
//!     &mut sources,
//!     &mut diagnostics,
//!     qapi::Options::default(),
//! )?;
//! assert!(!diagnostics.has_errors());
//! let (definition, _event) = schema.events().next().expect("the event");
//! assert_eq!(definition.name, "KETTLE_BOILED");
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod diagnostics;
pub mod document;
pub mod files;
pub mod json;
pub mod printable;
pub mod qapi;
pub mod schema;
pub mod source;
pub mod version;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! The catalogue of QEMU's events as data, and what follows from it.
//!
//! ```text
//! events.json ─► Reference ─┬─► json_schema: messages of one release, or of any QEMU
//!                           ├─► async_api: the QMP server with all its messages
//!                           ├─► document: the event document of a release
//!                           ├─► changes: what came and went, release by release
//!                           └─► site: all of it to read (feature `site`)
//! ```
//!
//! [`Reference::built_in`] is the catalogue of this version. It is made from the project's schema
//! like the Rust types of `qmp-events`; nothing here knows an event by its name.
//!
//! ```
//! use qmp_events_reference::{Reference, Scope, event_schema};
//!
//! let reference = Reference::built_in();
//! let event = reference.event("BLOCK_IO_ERROR").expect("an event");
//! let schema = event_schema(reference, event, Scope::Release("7.2".parse()?));
//! assert!(schema.get("$schema").is_some());
//! # Ok::<(), qmp_events_reference::NotARelease>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "format-schema")]
mod artefacts;
mod async_api;
mod built_in;
mod changes;
mod document;
mod example;
#[cfg(feature = "format-schema")]
mod format_schema;
mod json;
mod json_schema;
pub mod model;
mod release;
#[cfg(feature = "site")]
#[cfg_attr(docsrs, doc(cfg(feature = "site")))]
pub mod site;

#[cfg(feature = "format-schema")]
#[cfg_attr(docsrs, doc(cfg(feature = "format-schema")))]
pub use artefacts::artefacts;
pub use async_api::async_api;
pub use changes::{Change, What, changes, changes_of_event, changes_of_type};
pub use document::event_document;
pub use example::in_scope as example_in_scope;
#[cfg(feature = "format-schema")]
#[cfg_attr(docsrs, doc(cfg(feature = "format-schema")))]
pub use format_schema::format_schema;
pub use json::Json;
pub use json_schema::{any_event_schema, event_schema, types_of_event};
pub use model::Reference;
pub use release::{NotARelease, Release, Scope};

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

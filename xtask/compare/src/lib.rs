//! Compares QEMU's events between releases, schema trees and running binaries.
//!
//! A [`surface::Surface`] is everything of a QEMU that a client that reads events can see. There are
//! several ways to one, and any two can be compared:
//!
//! - [`catalogue::Catalogue::at`]: a release, from a schema whose parts are dated;
//! - [`projection::project`]: a QAPI schema as it is, such as that of a QEMU tree;
//! - [`introspection::parse`]: what a binary says of itself, in its reply to `query-qmp-schema`;
//! - [`input::Input::open`]: any of these, as a user names them on a command line.
//!
//! [`compare::compare`] finds the differences; [`diff::diff`] tells them to those who write clients,
//! [`verify::report`] to those who maintain the schema.
//!
//! # For programs without a schema at hand
//!
//! With the feature `catalogue`, [`catalogue::Catalogue::built_in`] is the catalogue of qmp-events: the
//! same schema and the same rate limits from which the library's types are generated. The constants in
//! `qmp_events::info` are enough to describe an event, but not to compare releases: they do not say when
//! a type got its name, or since when a member is optional.
//!
#![cfg_attr(feature = "catalogue", doc = "```")]
#![cfg_attr(not(feature = "catalogue"), doc = "```ignore")]
//! use qmp_events_compare::{catalogue::Catalogue, diff::diff, input::Input};
//! use qmp_events_frontend::source::SourceMap;
//!
//! let (catalogue, mut sources) = (Catalogue::built_in(), SourceMap::default());
//! let old = Input::open("7.2", &catalogue, &mut sources)?;
//! let new = Input::open("10.0", &catalogue, &mut sources)?; // or a tree, or a recorded reply
//! let changes = diff((&old.name, &old.surface), (&new.name, &new.surface));
//! assert!(changes.render().contains("GUEST_PVSHUTDOWN"));
//! # Ok::<(), qmp_events_compare::input::InputError>(())
//! ```
//!
//! A program with a connection of its own asks QEMU `query-qmp-schema` and makes an input of the answer
//! with [`input::Input::of_reply`]. Output in colours is made from [`diff::Diff::groups`], whose entries
//! are displayed as one line each.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod catalogue;
pub mod compare;
pub mod conversation;
pub mod diff;
pub mod difference;
pub mod input;
pub mod introspection;
pub mod projection;
pub mod releases;
pub mod surface;
pub mod verify;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

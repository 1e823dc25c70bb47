//! A small catalogue in memory, and trees that differ from it in one thing each.

#![allow(dead_code, reason = "each of the test binaries that share this uses a part of it")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use qmp_events_compare::projection::project;
use qmp_events_compare::surface::Surface;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::qapi;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;

/// Where the catalogue is said to be.
pub(crate) const SCHEMA: &str = "schema";

const ROOT: &str = "\
{ 'include': 'disk.json' }
";

const DISK: &str = "\
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Disks.

##
# @DiskState:
#
# State of a disk.
#
# @idle: it does nothing
#
# @busy: it is at work, which takes a while with most disks that are
#     in use today
#
# Since: 1.0
##
{ 'enum': 'DiskState',
  'data': [ 'idle', 'busy' ] }

##
# @DiskPlace:
#
# Where a disk is.
#
# @bus: its bus
#
# @slot: its slot
#
# Since: 1.0
##
{ 'struct': 'DiskPlace',
  'data': { 'bus': 'str',
            '*slot': 'int' } }

##
# @DiskCauseKind:
#
# What made the disk change.
#
# @guest: the guest did
#
# @error: an error did
#
# Since: 1.0
##
{ 'enum': 'DiskCauseKind',
  'data': [ 'guest', 'error' ] }

##
# @DiskError:
#
# An error of a disk.
#
# @code: its number
#
# Since: 1.0
##
{ 'struct': 'DiskError',
  'data': { 'code': 'int' } }

##
# @DiskCause:
#
# What made the disk change, with details.
#
# @kind: who did it
#
# Since: 1.0
##
{ 'union': 'DiskCause',
  'base': { 'kind': 'DiskCauseKind' },
  'discriminator': 'kind',
  'data': { 'error': 'DiskError' } }

##
# @DISK_CHANGED:
#
# A disk changed.  More than one may change at a time, and then each
# of them has its event.
#
# @id: the disk
#
# @state: its new state
#
# @place: where it is
#
# @cause: what made it change
#
# Since: 1.0
##
{ 'event': 'DISK_CHANGED',
  'data': { 'id': 'str',
            'state': 'DiskState',
            'place': 'DiskPlace',
            '*cause': 'DiskCause' } }

##
# @DISK_LOST:
#
# A disk is gone.
#
# Since: 1.0
##
{ 'event': 'DISK_LOST' }
";

const DOCUMENT: &str = "\
Events of a tiny machine
========================

DISK_CHANGED
------------

A disk changed.  It may do so again.

Data:

- \"id\": the disk (json-string)
- \"state\": its new state, a DiskState (json-string)
- \"place\": where it is (json-object)
  - \"bus\": its bus, of those that the machine has or had at some time
    (json-string)
  - \"slot\": its slot (json-int, optional)
- \"cause\": what made it change (json-object, optional)
  - \"kind\": who did it, a DiskCauseKind (json-string)

Example:

{ \"timestamp\": { \"seconds\": 1, \"microseconds\": 2 },
  \"event\": \"DISK_CHANGED\",
  \"data\": {
    \"id\": \"d0\",
    \"state\": \"busy\",
    \"place\": { \"bus\": \"b0\", \"slot\": 1 } } }


DISK_LOST
---------

A disk is gone.

Data: None.

Example:

{ \"timestamp\": { \"seconds\": 1, \"microseconds\": 2 },
  \"event\": \"DISK_LOST\" }
";

/// QEMU 1.0, as far as it is known here.
pub(crate) const TREE: &str = "\
{ 'enum': 'DiskState', 'data': ['idle', 'busy'] }
{ 'struct': 'DiskPlace', 'data': { 'bus': 'str', '*slot': 'int' } }
{ 'enum': 'DiskCauseKind', 'data': ['guest', 'error'] }
{ 'struct': 'DiskError', 'data': { 'code': 'int' } }
{ 'union': 'DiskCause', 'base': { 'kind': 'DiskCauseKind' },
  'discriminator': 'kind', 'data': { 'error': 'DiskError' } }
{ 'event': 'DISK_CHANGED', 'data': { 'id': 'str', 'state': 'DiskState',
  'place': 'DiskPlace', '*cause': 'DiskCause' } }
{ 'event': 'DISK_LOST' }
";

/// Files by path.
pub(crate) type Texts = HashMap<PathBuf, Vec<u8>>;

/// The catalogue.
pub(crate) fn catalogue() -> Texts {
    let files = [
        ("qapi/qapi-schema.json", ROOT),
        ("qapi/disk.json", DISK),
        ("qmp-events.txt", DOCUMENT),
        ("names.toml", ""),
        ("releases.json", r#"{ "releases": ["1.0"] }"#),
    ];
    files.into_iter().map(|(name, text)| (Path::new(SCHEMA).join(name), text.as_bytes().to_vec())).collect()
}

/// [`TREE`] with one thing replaced.
pub(crate) fn tree_with(old: &str, new: &str) -> String {
    assert_eq!(TREE.matches(old).count(), 1, "{old} is in the tree once");
    TREE.replace(old, new)
}

/// A tree that was read.
pub(crate) struct ReadTree {
    pub(crate) sources: SourceMap,
    pub(crate) schema: Schema,
    pub(crate) surface: Surface,
}

/// Reads a tree of one module, `disk`.
pub(crate) fn read_tree(text: &str) -> ReadTree {
    let files = Texts::from([
        (PathBuf::from("qemu/qapi-schema.json"), b"{ 'include': 'disk.json' }\n".to_vec()),
        (PathBuf::from("qemu/disk.json"), text.as_bytes().to_vec()),
    ]);
    read_tree_files(&files)
}

/// Reads a tree whose root is `qemu/qapi-schema.json`.
pub(crate) fn read_tree_files(files: &Texts) -> ReadTree {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let root = Path::new("qemu/qapi-schema.json");
    let schema = qapi::read_from(files, root, &mut sources, &mut diagnostics, qapi::Options::default())
        .expect("the tree is in memory");
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render_plain(&sources));
    let surface = project(&schema, None);
    ReadTree { sources, schema, surface }
}

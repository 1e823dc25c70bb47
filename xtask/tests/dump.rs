//! What `cargo xtask dump` prints of either kind of source.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::{document, qapi};
use xtask::dump::{Dump, dump_document, dump_schema};

const DOCUMENT: &str = r#"Events of Lamps
===============

LAMP_LIT, LAMP_OUT
------------------

Sent when a lamp changes.

Data:

- "lamp": which one (json-object)
  - "id": its name (json-string)
  - "watt": what it needs (json-int, optional)
- "how": who did it (json-string, "hand" or "wind")

Examples:

{ "event": "LAMP_LIT"
  "data": { "lamp": { "id": "l0", "watt": 18446744073709551615 }, "how": "hand" } }

Note: this event is rate-limited separately for each "how".  The limit
began with QEMU 9.1.  It does not apply when "how" is "wind".

LAMP_BROKEN
-----------

 - data: LampInfo type as described in qapi-schema.json
"#;

const SCHEMA: &str = r"{ 'pragma': { 'doc-required': false } }
{ 'enum': 'LampState', 'data': [ 'on', 'off' ] }
{ 'struct': 'LampBase', 'data': { 'id': 'str' } }
{ 'struct': 'Lamp',
  'base': 'LampBase',
  'data': { 'state': 'LampState', '*watts': [ 'int' ] } }
{ 'union': 'LampInfo',
  'base': { 'state': 'LampState' },
  'discriminator': 'state',
  'data': { 'on': 'LampBase' } }
{ 'alternate': 'LampRef', 'data': { 'name': 'str', 'lamp': 'LampBase' } }

##
# @LAMP_LIT:
#
# A lamp was lit.
#
# @lamp: which one
#
# @how: who did it (since 9.0)
#
# Features:
#
# @unstable: It may go again.
#
# Since: 8.2
##
{ 'event': 'LAMP_LIT',
  'data': { 'lamp': 'Lamp', '*how': 'str' },
  'features': [ 'unstable' ] }
{ 'event': 'LAMP_MOVED', 'data': 'Lamp' }
{ 'event': 'LAMP_INFO', 'data': 'LampInfo', 'boxed': true }
{ 'event': 'LAMP_OUT' }
";

fn print(dump: &Dump) -> String {
    serde_json::to_string_pretty(dump).expect("a dump is plain data")
}

#[test]
fn a_document_says_its_events() {
    let mut sources = SourceMap::default();
    let file = sources.add("lamps.txt", DOCUMENT, None);
    let document = document::parse(file, &sources, &mut Diagnostics::default());
    let printed = print(&dump_document(&document, &sources));
    insta::assert_snapshot!(printed);
}

#[test]
fn a_schema_says_its_events_and_types() {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let files = HashMap::from([(PathBuf::from("lamps.json"), SCHEMA.as_bytes().to_vec())]);
    let schema = qapi::read_from(
        &files,
        Path::new("lamps.json"),
        &mut sources,
        &mut diagnostics,
        qapi::Options::default(),
    )
    .expect("the file is in memory");
    assert_eq!(diagnostics.render_plain(&sources), "");
    let printed = print(&dump_schema(&schema, &sources));
    insta::assert_snapshot!(printed);
}

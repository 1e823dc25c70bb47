//! No text makes the QAPI front end panic, overflow the stack, or point outside of the text.
#![no_main]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use libfuzzer_sys::fuzz_target;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::qapi::{Options, read_from};
use qmp_events_frontend::source::SourceMap;

fuzz_target!(|bytes: &[u8]| {
    let root = PathBuf::from("root.json");
    // The file may include itself; there is nothing else to include.
    let files = HashMap::from([(root.clone(), bytes.to_vec())]);
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    read_from(&files, Path::new("root.json"), &mut sources, &mut diagnostics, Options::default()).expect("the root is there");
    for one in diagnostics.sorted() {
        assert!(one.span.end as usize <= sources.file(one.span.file).text().len());
    }
    diagnostics.render_plain(&sources);
    diagnostics.render_snippets(&sources);
});

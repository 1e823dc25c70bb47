//! No text makes the event document's front end panic, overflow the stack, or point outside of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::parse;
use qmp_events_frontend::source::SourceMap;

fuzz_target!(|bytes: &[u8]| {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add("events.txt", String::from_utf8_lossy(bytes), None);
    parse(file, &sources, &mut diagnostics);
    for one in diagnostics.sorted() {
        assert!(one.span.end as usize <= sources.file(file).text().len());
    }
    diagnostics.render_plain(&sources);
    diagnostics.render_snippets(&sources);
});

//! The marker of descriptions that are still to be written.

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::source::{FileId, SourceMap, Span};

/// The text in place of a missing description.
pub const MARKER: &str = "TODO: describe";

/// Reports the marker wherever it is: what is not described is not ready to be generated.
pub fn check_described(
    files: impl IntoIterator<Item = FileId>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    for file in files {
        for (start, _) in sources.file(file).text().match_indices(MARKER) {
            let span = Span::new(file, start..start + MARKER.len());
            diagnostics
                .error("undescribed", span, "this was imported and is not described yet")
                .help("write in your own words what it is; QEMU's sentences are under another licence");
        }
    }
}

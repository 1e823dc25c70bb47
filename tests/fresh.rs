//! What is checked in of the schema, generated code and the reference, is what it says today.

use std::path::Path;

use qmp_events_frontend::files::Disk;
use qmp_events_reference::artefacts;
use xtask::pipeline::{generate, load_reference};
use xtask::write::compare;

fn stale_files() -> Vec<String> {
    let root = tests::workspace();
    let generated = generate(&Disk, &root.join("schema")).expect("the schema can be read");
    let rendered = generated.diagnostics.render_plain(&generated.sources);
    assert!(!generated.diagnostics.has_errors(), "{rendered}");
    let directory: &Path = &root.join("qmp-events/src/generated");
    let stale = compare(directory, &generated.files).expect("the generated files can be read");
    stale.iter().map(ToString::to_string).collect()
}

#[test]
fn generated_code_is_up_to_date() {
    assert_eq!(stale_files(), Vec::<String>::new(), "run `cargo xtask codegen` and commit the result");
}

#[test]
fn the_reference_is_up_to_date() {
    let root = tests::workspace();
    let described = load_reference(&Disk, &root.join("schema")).expect("the schema can be read");
    let rendered = described.diagnostics.render_plain(&described.sources);
    assert!(!described.diagnostics.has_errors(), "{rendered}");
    let directory = root.join("xtask/reference/data");
    let stale = compare(&directory, &artefacts(&described.reference)).expect("the files can be read");
    assert_eq!(stale, [], "run `cargo xtask codegen` and commit the result");
}

//! The checked-in generated code is what the schema says today.

use std::path::Path;

use qmp_events_frontend::files::Disk;
use xtask::pipeline::generate;
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

//! One minimal document for each rule, named for it.

use std::path::Path;

use crate::outline::{outline, read};

#[test]
fn each_rule_has_the_expected_result() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/document");
    let entries = std::fs::read_dir(&folder).expect("the folder of this test");
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter(|name| name.ends_with(".txt"))
        .collect();
    names.sort();
    assert!(names.len() > 50, "only {} inputs in {}", names.len(), folder.display());
    for name in names {
        let bytes = std::fs::read(folder.join(&name)).expect("a readable input");
        let read = read(&name, &String::from_utf8_lossy(&bytes));
        let understood = outline(&read.document);
        let diagnostics = read.diagnostics.render_plain(&read.sources);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.trim_end_matches(".txt"), format!("{understood}\n{diagnostics}"));
        });
    }
}

//! The document that the library is generated from.

use crate::outline::{outline, read};
use crate::strip::strip;

const OURS: &str = include_str!("../../../../schema/qmp-events.txt");

#[test]
fn it_has_no_defect() {
    let read = read("qmp-events.txt", OURS);
    assert_eq!(read.diagnostics.render_plain(&read.sources), "");
}

#[test]
fn its_stripped_form_says_the_same() {
    let whole = read("qmp-events.txt", OURS);
    let stripped = read("qmp-events.txt", &strip(OURS));
    let (whole, stripped) = (outline(&whole.document), outline(&stripped.document));
    for (whole, stripped) in whole.lines().zip(stripped.lines()) {
        assert_eq!(whole, stripped);
    }
    assert_eq!(whole.len(), stripped.len());
}

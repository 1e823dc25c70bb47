//! Documents with all the shapes that QEMU's own ones had from 0.13 to 2.9, in our own words.

use qmp_events_frontend::document::DocumentMember;

use crate::outline::{outline, read};
use crate::strip::strip;

const SHAPES: [(&str, &str); 2] =
    [("early.txt", include_str!("shapes/early.txt")), ("late.txt", include_str!("shapes/late.txt"))];

fn count(members: &[DocumentMember]) -> usize {
    members.iter().map(|member| 1 + count(&member.members)).sum()
}

#[test]
fn both_forms_say_the_same() {
    for (name, text) in SHAPES {
        let whole = read(name, text);
        let stripped = read(name, &strip(text));
        assert_eq!(outline(&whole.document), outline(&stripped.document), "{name}");
    }
}

#[test]
fn every_event_member_and_example_is_found() {
    for (name, text) in SHAPES {
        for text in [text.to_owned(), strip(text)] {
            let read = read(name, &text);
            let sections = &read.document.sections;
            let lines = || text.lines().map(str::trim_start);
            let underlines = lines().filter(|line| line.starts_with("---")).count();
            let bullets = lines().filter(|line| line.starts_with("- \"")).count();
            let messages = text.matches("\"event\":").count();
            assert_eq!(sections.len(), underlines, "{name}");
            assert_eq!(sections.iter().map(|section| count(&section.members)).sum::<usize>(), bullets);
            assert_eq!(sections.iter().map(|section| section.examples.len()).sum::<usize>(), messages);
        }
    }
}

#[test]
fn the_shapes_are_understood() {
    for (name, text) in SHAPES {
        let read = read(name, text);
        let understood = outline(&read.document);
        let diagnostics = read.diagnostics.render_plain(&read.sources);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("shapes_{name}"), format!("{understood}\n{diagnostics}"));
        });
    }
}

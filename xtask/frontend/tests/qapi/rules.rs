//! One minimal input per rule, the file named for the rule.

use qmp_events_frontend::files::Disk;
use qmp_events_frontend::qapi::Dialect;

use crate::{Read, inputs};

#[test]
fn every_broken_rule_gives_its_diagnostic() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, path) in inputs("") {
            insta::assert_snapshot!(name, Read::of(&Disk, &path, None).rendered());
        }
    });
}

#[test]
fn one_defect_gives_one_diagnostic() {
    let mut wrong = String::new();
    for (name, path) in inputs("").iter().filter(|(name, _)| !name.starts_with("recovery")) {
        let read = Read::of(&Disk, path, None);
        let found = read.errors() + read.warnings();
        if found != 1 {
            wrong += &format!("{name}: {found} diagnostics\n{}\n", read.rendered());
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn legal_schemas_give_no_diagnostic() {
    for (name, path) in inputs("accepted") {
        assert_eq!(Read::of(&Disk, &path, None).rendered(), "", "{name}");
    }
}

#[test]
fn older_schemas_are_legal_in_the_older_dialect_only() {
    for (name, path) in inputs("older") {
        assert_eq!(Read::of(&Disk, &path, Some(Dialect::OLDER)).rendered(), "", "{name}");
        assert!(Read::of(&Disk, &path, None).errors() > 0, "{name} is legal today");
    }
}

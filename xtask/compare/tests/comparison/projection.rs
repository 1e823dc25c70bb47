//! Our schema as of a release is what QEMU had in that release.

use qmp_events_compare::projection::project;
use serde_json::Value;

use crate::facts::{RELEASES, of_surface, our_schema, recorded};

#[test]
fn projections_equal_the_facts_of_twelve_releases() {
    let (schema, _) = our_schema();
    for (version, file) in RELEASES {
        let at = version.parse().expect("a version");
        let projected = of_surface(&project(&schema, Some(at)));
        let recorded = recorded(file);
        for part in ["events", "types"] {
            assert_same(&projected[part], &recorded[part], &format!("{part} of QEMU {version}"));
        }
    }
}

/// Names the first entry that differs: the whole is too long to read.
fn assert_same(projected: &Value, recorded: &Value, what: &str) {
    let projected = projected.as_object().expect("an object");
    let recorded = recorded.as_object().expect("an object");
    for (name, facts) in recorded {
        assert_eq!(projected.get(name), Some(facts), "{name} among the {what}");
    }
    for name in projected.keys() {
        assert!(recorded.contains_key(name), "{name} is not among the {what}");
    }
}

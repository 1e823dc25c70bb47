//! Our schema, the recorded facts of twelve releases, and surfaces in their form.

#![allow(dead_code, reason = "each of the test binaries that share this uses a part of it")]

use std::path::{Path, PathBuf};

use qmp_events_compare::surface::{Data, Event, Member, Object, Shape, Surface, TypeDefinition};
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::files::{Disk, Files};
use qmp_events_frontend::qapi;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;
use serde_json::{Map, Value, json};

/// The releases, with the names of their files.
pub(crate) const RELEASES: [(&str, &str); 12] = [
    ("2.12", "2.12"),
    ("3.0", "3.0"),
    ("3.1", "3.1"),
    ("5.1", "5.1"),
    ("5.2", "5.2"),
    ("6.1", "6.1"),
    ("7.0", "7.0"),
    ("7.2", "7.2.0"),
    ("8.0", "8.0"),
    ("8.1", "8.1"),
    ("9.1", "9.1"),
    ("10.0", "10.0.2"),
];

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|directory| directory.join("tests/fixtures").is_dir());
    root.expect("the package is in the workspace").to_owned()
}

/// Our schema with its texts.
pub(crate) fn our_schema() -> (Schema, SourceMap) {
    read_schema(&Disk, &workspace().join("schema"))
}

/// The schema in a directory, which has no defect.
pub(crate) fn read_schema(files: &dyn Files, directory: &Path) -> (Schema, SourceMap) {
    let (mut sources, mut defects) = (SourceMap::default(), Diagnostics::default());
    let root = directory.join("qapi/qapi-schema.json");
    let schema = qapi::read_from(files, &root, &mut sources, &mut defects, qapi::Options::default());
    assert!(!defects.has_errors(), "{}", defects.render_plain(&sources));
    (schema.expect("the schema can be read"), sources)
}

/// The facts of a release, as they were recorded.
pub(crate) fn recorded(name: &str) -> Value {
    let path = workspace().join(format!("tests/fixtures/facts/events-{name}.json"));
    let text = std::fs::read_to_string(&path).expect("the facts are in the repository");
    serde_json::from_str(&text).expect("the facts are JSON")
}

/// A surface in the form of the recorded facts.
pub(crate) fn of_surface(surface: &Surface) -> Value {
    let events: Map<String, Value> =
        surface.events.iter().map(|(name, event)| (name.clone(), of_event(event))).collect();
    let types: Map<String, Value> =
        surface.types.iter().map(|(name, definition)| (name.clone(), of_type(definition))).collect();
    json!({ "events": events, "types": types })
}

fn of_event(event: &Event) -> Value {
    let mut facts = match &event.data {
        Data::Members(members) => json!({ "members": of_members(members) }),
        Data::Type(name) => json!({ "data": name }),
    };
    add_features(&mut facts, &event.facts.features);
    facts
}

fn of_type(definition: &TypeDefinition) -> Value {
    match &definition.shape {
        Shape::Enum(values) => {
            let names: Vec<_> = values.iter().map(|value| &value.name).collect();
            json!({ "kind": "enum", "values": names })
        }
        Shape::Object(Object { base, members, variants: None }) => {
            json!({ "kind": "struct", "base": base, "members": of_members(members) })
        }
        Shape::Object(Object { base, members, variants: Some(variants) }) => {
            let branches: Map<String, Value> =
                variants.branches.iter().map(|branch| (branch.name.clone(), json!(branch.ty))).collect();
            let base = base.as_ref().map_or_else(|| of_members(members), |base| json!(base));
            json!({ "kind": "union", "base": base, "discriminator": variants.tag, "branches": branches })
        }
        Shape::Alternate(types) => {
            let names: Vec<_> = types.iter().map(ToString::to_string).collect();
            json!({ "kind": "alternate", "branches": names })
        }
    }
}

fn of_members(members: &[Member]) -> Value {
    let facts = members.iter().map(|member| {
        let mut facts = json!({ "type": member.ty.to_string(), "optional": member.optional });
        if member.facts.condition.is_some() {
            facts["conditional"] = json!(true);
        }
        add_features(&mut facts, &member.facts.features);
        (member.name.clone(), facts)
    });
    Value::Object(facts.collect())
}

fn add_features(facts: &mut Value, features: &std::collections::BTreeSet<String>) {
    if !features.is_empty() {
        facts["features"] = json!(features);
    }
}

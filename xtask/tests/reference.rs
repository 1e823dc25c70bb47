//! The event document that is written from the catalogue, read again by the front end.

#[path = "../compare/tests/comparison/facts.rs"]
mod facts;

use std::path::Path;

use qmp_events_compare::projection::project;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::{DocumentMember, EventDocument, parse};
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;
use qmp_events_reference::{Reference, Release, Scope, event_document};
use serde_json::{Map, Value};
use xtask::pipeline::{load, load_reference};

fn schema() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema")
}

fn reference() -> Reference {
    load_reference(&Disk, &schema()).expect("the schema can be read").reference
}

/// The document, which is read without a single diagnostic.
fn read(text: &str) -> EventDocument {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add("qmp-events.txt".to_owned(), text.to_owned(), None);
    let document = parse(file, &sources, &mut diagnostics);
    assert_eq!(diagnostics.render_plain(&sources), "");
    document
}

/// A member as facts and documents both know it: name, type, optional, and the same of what is in it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    name: String,
    ty: String,
    optional: bool,
    values: Vec<String>,
    members: Vec<Known>,
}

fn of_document(members: &[DocumentMember]) -> Vec<Known> {
    let known = members.iter().map(|member| Known {
        name: member.name.clone(),
        ty: member.ty.word().to_owned(),
        optional: member.optional,
        values: member.values.iter().map(|value| value.name.clone()).collect(),
        members: of_document(&member.members),
    });
    sorted(known.collect())
}

fn sorted(mut known: Vec<Known>) -> Vec<Known> {
    known.sort();
    known
}

/// The facts of one release.
struct Facts(Value);

impl Facts {
    fn event(&self, event: &Value) -> Vec<Known> {
        let members = match event["data"].as_str() {
            Some(name) => self.object(name),
            None => self.members(event["members"].as_object().expect("members")),
        };
        sorted(members)
    }

    fn members(&self, members: &Map<String, Value>) -> Vec<Known> {
        let known = members.iter().map(|(name, member)| {
            let ty = member["type"].as_str().expect("the name of a type");
            let definition = &self.0["types"][ty];
            let values = definition["values"].as_array().into_iter().flatten();
            Known {
                name: name.clone(),
                ty: word(ty, definition).to_owned(),
                optional: member["optional"] == true,
                values: values.map(|value| value.as_str().expect("a value").to_owned()).collect(),
                members: sorted(self.object(ty)),
            }
        });
        known.collect()
    }

    /// The members of a type with those of its base, and those of its branches, which may be missing.
    fn object(&self, name: &str) -> Vec<Known> {
        let definition = &self.0["types"][name];
        let mut all = match &definition["base"] {
            Value::String(base) => self.object(base),
            Value::Object(members) => self.members(members),
            _ => Vec::new(),
        };
        all.extend(definition["members"].as_object().into_iter().flat_map(|members| self.members(members)));
        for (_, branch) in definition["branches"].as_object().into_iter().flatten() {
            for inner in self.object(branch.as_str().expect("the name of a type")) {
                if !all.iter().any(|known| known.name == inner.name) {
                    all.push(Known { optional: true, ..inner });
                }
            }
        }
        all
    }
}

fn word<'a>(ty: &'a str, definition: &Value) -> &'a str {
    match (definition["kind"].as_str(), ty) {
        (Some("enum"), _) | (None, "str") => "json-string",
        (Some(_), _) => "json-object",
        (None, "bool") => "json-bool",
        (None, "any") => "any",
        (None, _) => "json-int",
    }
}

/// The document's type where it says none is that of the example.
fn assert_same(document: &EventDocument, facts: &Facts, release: &str) {
    let names: Vec<&str> = document.events().map(|(name, _)| name.text.as_str()).collect();
    let events = facts.0["events"].as_object().expect("events");
    let expected: Vec<&str> = events.keys().map(String::as_str).collect();
    assert_eq!(names, expected, "QEMU {release}");
    for (name, section) in document.events() {
        let mut members = of_document(&section.members);
        let expected = facts.event(&events[&name.text]);
        for (member, expected) in members.iter_mut().zip(&expected) {
            if expected.ty == "any" {
                member.ty = "any".to_owned();
            }
        }
        assert_eq!(members, expected, "{} of QEMU {release}", name.text);
    }
}

#[test]
fn the_document_of_a_release_has_the_facts_of_that_release() {
    let reference = reference();
    for (release, recording) in facts::RELEASES {
        let scope = Scope::Release(release.parse().expect("a release"));
        let document = read(&event_document(&reference, scope));
        assert_same(&document, &Facts(facts::recorded(recording)), release);
    }
}

#[test]
fn the_document_of_every_release_is_what_the_schema_says_of_it() {
    let loaded = load(&Disk, &schema()).expect("the schema can be read");
    let reference = reference();
    assert!(reference.releases.len() >= 22, "{:?}", reference.releases);
    for Release { major, minor } in reference.releases.iter().copied() {
        let surface = project(&loaded.catalogue.schema, Some(Version { major, minor }));
        let document = read(&event_document(&reference, Scope::Release(Release { major, minor })));
        assert_same(&document, &Facts(facts::of_surface(&surface)), &format!("{major}.{minor}"));
        assert!(document.sections.iter().all(|section| !section.description.is_empty()));
        assert!(document.sections.iter().all(|section| !section.examples.is_empty()));
    }
}

/// From the document to the catalogue, to the document, to the catalogue: nothing changes.
#[test]
fn the_document_of_all_releases_makes_the_same_catalogue() {
    let once = reference();
    let text = event_document(&once, Scope::Any);
    let directory = std::env::temp_dir().join(format!("qmp-events-reference-{}", std::process::id()));
    copy(&schema(), &directory);
    std::fs::write(directory.join("qmp-events.txt"), &text).expect("a file");
    let again = load_reference(&Disk, &directory).expect("the schema can be read");
    std::fs::remove_dir_all(&directory).expect("the directory is there");
    assert_eq!(again.diagnostics.render_plain(&again.sources), "");
    for (again, once) in again.reference.events.iter().zip(&once.events) {
        assert_eq!(again, once);
    }
    assert!(again.reference == once, "what is not an event differs");
    assert_eq!(event_document(&again.reference, Scope::Any), text);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, target).expect("a copy");
        }
    }
}

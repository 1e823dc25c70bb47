//! What the search looks through, as a script: a page that is opened from a file may load scripts,
//! but no data.

use serde::Serialize;

use super::markup::{event_page, type_page};
use crate::model::{Event, Object, Reference, Shape, Type, summary};

/// A page that can be found.
#[derive(Serialize)]
struct Entry<'a> {
    kind: &'a str,
    name: &'a str,
    page: String,
    summary: &'a str,
    /// Members with their places on the page, values with none.
    parts: Vec<(String, Option<String>)>,
    /// All other text.
    text: String,
}

/// `search.js`.
pub(super) fn index(reference: &Reference) -> String {
    let events = reference.events.iter().map(|event| of_event(reference, event));
    let entries: Vec<Entry<'_>> = events.chain(reference.types.iter().map(of_type)).collect();
    // Only a map whose keys are no strings could fail, and there is none.
    format!("window.searchIndex = {};\n", serde_json::to_string(&entries).unwrap_or_default())
}

fn of_event<'a>(reference: &'a Reference, event: &'a Event) -> Entry<'a> {
    let mut parts = Vec::new();
    let mut texts: Vec<&str> = vec![&event.description];
    texts.extend(event.notes.iter().map(String::as_str));
    texts.extend(event.aliases.iter().map(String::as_str));
    collect(reference, &event.data.object, "data.", &mut parts, &mut texts, 0);
    let summary = summary(&event.description);
    Entry {
        kind: "event",
        name: &event.name,
        page: event_page(&event.name),
        summary,
        parts,
        text: texts.join(" "),
    }
}

/// Members at every depth. Types that contain themselves end somewhere.
fn collect<'a>(
    reference: &'a Reference,
    object: &'a Object,
    path: &str,
    parts: &mut Vec<(String, Option<String>)>,
    texts: &mut Vec<&'a str>,
    depth: usize,
) {
    let branches = reference.branches_in(object, crate::release::Scope::Any);
    let inner = branches.into_iter().filter_map(|branch| reference.object(&branch.type_name));
    let members = object.members.iter().chain(inner.flat_map(|object| &object.members));
    for member in members {
        parts.push((member.name.clone(), Some(format!("{path}{}", member.name))));
        texts.push(&member.description);
        if let Some(object) = reference.object(member.ty.element()).filter(|_| depth < 4) {
            collect(reference, object, &format!("{path}{}.", member.name), parts, texts, depth + 1);
        }
    }
}

fn of_type(ty: &Type) -> Entry<'_> {
    let part = |name: &String| (name.clone(), Some(format!("part.{name}")));
    let (parts, texts): (Vec<_>, Vec<&str>) = match &ty.shape {
        Shape::Enum { values } => (
            values.iter().map(|value| part(&value.name)).collect(),
            values.iter().map(|value| value.description.as_str()).collect(),
        ),
        Shape::Struct(object) | Shape::Union(object) => (
            object.members.iter().map(|member| part(&member.name)).collect(),
            object.members.iter().map(|member| member.description.as_str()).collect(),
        ),
        Shape::Alternate { .. } => Default::default(),
    };
    let renamed = ty.renamed.iter().map(|renaming| renaming.from.as_str());
    let text = [ty.description.as_str()].into_iter().chain(texts).chain(renamed);
    Entry {
        kind: "type",
        name: &ty.name,
        page: type_page(&ty.name),
        summary: summary(&ty.description),
        parts,
        text: Vec::from_iter(text).join(" "),
    }
}

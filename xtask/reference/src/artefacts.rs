//! The files that are checked in and published as they are.

use std::collections::BTreeMap;

use crate::async_api::async_api;
use crate::format_schema::format_schema;
use crate::json_schema::any_event_schema;
use crate::model::Reference;
use crate::release::Scope;

/// File names with contents: the catalogue, the JSON Schema of its format, the open JSON Schema of
/// event messages, the AsyncAPI document.
pub fn artefacts(reference: &Reference) -> BTreeMap<String, String> {
    let files = [
        ("events.json", catalogue(reference)),
        ("events.schema.json", format_schema().to_file()),
        ("qmp-event.schema.json", any_event_schema(reference, Scope::Any).to_file()),
        ("asyncapi.json", async_api(reference).to_file()),
    ];
    files.into_iter().map(|(name, contents)| (name.to_owned(), contents)).collect()
}

/// The catalogue as a file, which [`Reference`] reads again.
fn catalogue(reference: &Reference) -> String {
    // Only a map whose keys are no strings could fail, and there is none.
    let text = serde_json::to_string_pretty(reference).unwrap_or_default();
    format!("{text}\n")
}

//! The JSON Schema of `events.json`, made from the Rust types that read it.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};

use crate::json::Json;
use crate::model::{FORMAT, Reference};
use crate::release::Release;

/// A JSON Schema of the catalogue's format.
pub fn format_schema() -> Json {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Reference>();
    let text = serde_json::to_string(&schema).unwrap_or_default();
    let mut schema: Json = serde_json::from_str(&text).unwrap_or(Json::Array(Vec::new()));
    if let Json::Object(members) = &mut schema {
        members.insert("$id".to_owned(), format!("urn:qmp-events:catalogue:{FORMAT}").into());
        members.move_index(members.len() - 1, 1);
    }
    schema
}

impl JsonSchema for Release {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Release".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A release of QEMU.",
            "type": "string",
            "pattern": "^[0-9]+\\.[0-9]+$",
        })
    }
}

/// Any JSON.
impl JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

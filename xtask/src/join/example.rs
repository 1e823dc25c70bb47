//! An example is a message that the schema allows, member by member.

use crate::described::object_members;
use crate::reach::data_members;
use qmp_events_frontend::diagnostics::{Diagnostic, Diagnostics, one_of};
use qmp_events_frontend::document::Example;
use qmp_events_frontend::json::{self, Kind as Json};
use qmp_events_frontend::schema::{
    Builtin, Data, Definition, DefinitionId, Event, Kind, Member, Schema, Type,
};
use qmp_events_frontend::source::Span;

/// Reports what QEMU would not send.
pub(super) fn check_example(
    schema: &Schema,
    definition: &Definition,
    event: &Event,
    example: &Example,
    diagnostics: &mut Diagnostics,
) {
    let mut check = Check { schema, owner: definition.owner(), diagnostics };
    let empty = json::Value { span: example.span, kind: Json::Object(Vec::new()) };
    let data = example.value.get("data").unwrap_or(&empty);
    match event.data {
        Data::Type(id) => check.object(id, data),
        _ => check.members(&data_members(schema, &event.data), data, true),
    }
}

struct Check<'a> {
    schema: &'a Schema,
    owner: String,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn error(&mut self, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        self.diagnostics.error(code, span, message).within(format!("the example of {}", self.owner))
    }

    fn wrong_type(&mut self, value: &json::Value, expected: &str) {
        self.error("example-type", value.span, format!("the schema wants {expected} here"));
    }

    fn value(&mut self, ty: &Type, value: &json::Value) {
        match ty {
            Type::Builtin(builtin) => self.builtin(*builtin, value),
            Type::Named(id) => self.named(*id, value),
            Type::List(element) => match &value.kind {
                Json::Array(values) => values.iter().for_each(|value| self.value(element, value)),
                _ => self.wrong_type(value, "a list"),
            },
        }
    }

    fn builtin(&mut self, builtin: Builtin, value: &json::Value) {
        if !builtin_allows(builtin, &value.kind) {
            self.wrong_type(value, &format!("'{}'", builtin.name()));
        }
    }

    fn named(&mut self, id: DefinitionId, value: &json::Value) {
        match &self.schema.get(id).kind {
            Kind::Enum(list) => match value.as_str() {
                Some(text) if list.values.iter().any(|known| known.name == text) => {}
                Some(_) => {
                    let values = one_of(list.values.iter().map(|value| value.name.as_str()));
                    self.error("example-value", value.span, format!("the schema wants {values} here"));
                }
                None => self.wrong_type(value, "a string"),
            },
            Kind::Alternate(alternate) => {
                let schema = self.schema;
                let fits = |ty: &Type| kind_fits(schema, ty, &value.kind);
                match alternate.branches.iter().find(|branch| fits(&branch.ty)) {
                    Some(branch) => self.value(&branch.ty, value),
                    None => self.wrong_type(value, &format!("'{}'", self.schema.get(id).name)),
                }
            }
            _ => self.object(id, value),
        }
    }

    /// A struct or a union.
    fn object(&mut self, id: DefinitionId, value: &json::Value) {
        let schema = self.schema;
        let members = object_members(schema, id, value);
        self.members(&members, value, false);
    }

    fn members(&mut self, members: &[&Member], value: &json::Value, is_data: bool) {
        let Some(found) = value.as_object() else {
            return self.wrong_type(value, "an object");
        };
        for member in members {
            match value.get(&member.name) {
                Some(inner) => self.value(&member.ty, inner),
                // The newest form is shown: what came later is there, what is gone may be.
                None if member.optional
                    || member.lifetime.removed.is_some()
                    || member.condition.is_some() => {}
                None => {
                    let place = if is_data && found.is_empty() { "the example" } else { "this object" };
                    self.error(
                        "example-misses-member",
                        value.span,
                        format!("{place} lacks '{}'", member.name),
                    );
                }
            }
        }
        for extra in found.iter().filter(|extra| !members.iter().any(|member| member.name == extra.name)) {
            let names = members.iter().map(|member| member.name.as_str());
            let message = format!("the schema has no member '{}' here", extra.name);
            let error = self.error("example-unknown-member", extra.name_span, message);
            if !members.is_empty() {
                error.help(format!("it knows {}", one_of(names)));
            }
        }
    }
}

fn kind_fits(schema: &Schema, ty: &Type, json: &Json) -> bool {
    match ty {
        Type::Builtin(builtin) => builtin_allows(*builtin, json),
        Type::List(_) => matches!(json, Json::Array(_)),
        Type::Named(id) => match schema.get(*id).kind {
            Kind::Enum(_) => matches!(json, Json::String(_)),
            _ => matches!(json, Json::Object(_)),
        },
    }
}

fn builtin_allows(builtin: Builtin, json: &Json) -> bool {
    let integer = |low: i128, high: i128| match json {
        Json::Number(text) => text.parse::<i128>().is_ok_and(|number| (low..=high).contains(&number)),
        _ => false,
    };
    match builtin {
        Builtin::Str | Builtin::QType => matches!(json, Json::String(_)),
        Builtin::Number => matches!(json, Json::Number(_)),
        Builtin::Int | Builtin::Int64 => integer(i64::MIN.into(), i64::MAX.into()),
        Builtin::Int8 => integer(i8::MIN.into(), i8::MAX.into()),
        Builtin::Int16 => integer(i16::MIN.into(), i16::MAX.into()),
        Builtin::Int32 => integer(i32::MIN.into(), i32::MAX.into()),
        Builtin::Uint8 => integer(0, u8::MAX.into()),
        Builtin::Uint16 => integer(0, u16::MAX.into()),
        Builtin::Uint32 => integer(0, u32::MAX.into()),
        Builtin::Uint64 | Builtin::Size => integer(0, u64::MAX.into()),
        Builtin::Bool => matches!(json, Json::Bool(_)),
        Builtin::Null => matches!(json, Json::Null),
        Builtin::Any => true,
    }
}

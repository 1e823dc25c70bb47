//! Examples made from the shape alone: a message that the schema allows, for people to improve.

use super::text::{Layout, Node};
use crate::reach::{data_members, own_members};
use qmp_events_frontend::schema::{Builtin, Data, DefinitionId, Event, Kind, Member, Schema, Type};

/// Deeper objects show only what they must have.
const MOST_DETAILED: usize = 2;

/// As deep as the event document goes.
const MOST_NESTED: usize = 16;

/// How many members an example shows: types that each hold the next one twice would have no end.
const MOST_MEMBERS: usize = 200;

/// Where in an example we are.
struct Place {
    /// The types that the value is in: an optional member does not lead back into them.
    open: Vec<DefinitionId>,
    /// How many more members may be shown.
    room: usize,
}

impl Place {
    fn outermost() -> Self {
        Self { open: Vec::new(), room: MOST_MEMBERS }
    }
}

/// The text of a message.
pub(super) fn message(schema: &Schema, name: &str, event: &Event) -> String {
    let mut out = String::from("{ \"timestamp\": { \"seconds\": 1722434561, \"microseconds\": 204118 },\n");
    out.push_str(&format!("  \"event\": \"{name}\""));
    if let Some(data) = data(schema, event) {
        out.push_str(&format!(",\n  \"data\": {}", data_text(&data)));
    }
    out.push_str(" }\n");
    out
}

/// The `data` of an event, if it has any.
pub(super) fn data(schema: &Schema, event: &Event) -> Option<Node> {
    let members = match event.data {
        Data::None => return None,
        Data::Type(id) => object(schema, id, &mut Place::outermost()),
        Data::Members(_) => members(schema, &data_members(schema, &event.data), &mut Place::outermost()),
    };
    (!members.is_empty()).then_some(Node::Object(members, Layout::Filled))
}

/// On the line of its name if it fits there, else a member on each line.
fn data_text(data: &Node) -> String {
    let inline = data.render("  \"data\": ".len(), 2);
    match data {
        Node::Object(entries, _) if inline.contains('\n') => {
            let lines: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("    {key}: {}", value.render(key.len() + 6, 4)))
                .collect();
            format!("{{\n{} }}", lines.join(",\n"))
        }
        _ => inline,
    }
}

/// A value for a member.
pub(super) fn member(schema: &Schema, member: &Member) -> Node {
    value(schema, &member.ty, &member.name, &mut Place::outermost())
}

fn value(schema: &Schema, ty: &Type, name: &str, place: &mut Place) -> Node {
    let id = match ty {
        Type::Builtin(builtin) => return Node::Word(builtin_text(*builtin, name)),
        Type::List(element) if leads_back(element, &place.open) => return Node::List(Vec::new()),
        Type::List(element) => return Node::List(vec![value(schema, element, name, place)]),
        Type::Named(id) => *id,
    };
    match &schema.get(id).kind {
        Kind::Enum(list) => {
            let value = list.values.iter().find(|value| value.lifetime.removed.is_none());
            Node::Word(format!("\"{}\"", value.map_or("", |value| &value.name)))
        }
        Kind::Alternate(alternate) => {
            let branch = alternate.branches.iter().find(|branch| !leads_back(&branch.ty, &place.open));
            branch.map_or(Node::Word("null".to_owned()), |branch| value(schema, &branch.ty, name, place))
        }
        _ => Node::Object(object(schema, id, place), Layout::Filled),
    }
}

fn leads_back(ty: &Type, open: &[DefinitionId]) -> bool {
    match ty {
        Type::Builtin(_) => false,
        Type::Named(id) => open.contains(id),
        Type::List(element) => leads_back(element, open),
    }
}

fn object(schema: &Schema, id: DefinitionId, place: &mut Place) -> Vec<(String, Node)> {
    // Only a schema that no value can satisfy leads here twice, and deeper ones are not documented.
    if place.open.contains(&id) || place.open.len() >= MOST_NESTED {
        return Vec::new();
    }
    place.open.push(id);
    let mut entries = members(schema, &own_members(schema, id), place);
    if let Kind::Union(union) = &schema.get(id).kind {
        let branch = union.branches.first();
        let tag = branch.map_or("", |branch| &branch.name);
        entries.insert(0, (format!("\"{}\"", union.tag), Node::Word(format!("\"{tag}\""))));
        if let Some(Type::Named(id)) = branch.map(|branch| &branch.ty) {
            entries.extend(object(schema, *id, place));
        }
    }
    place.open.pop();
    entries
}

fn members(schema: &Schema, members: &[&Member], place: &mut Place) -> Vec<(String, Node)> {
    let mut shown = Vec::new();
    for member in members {
        let too_much = place.open.len() > MOST_DETAILED || leads_back(&member.ty, &place.open);
        if member.lifetime.removed.is_some() || (member.optional && too_much) {
            continue;
        }
        let Some(room) = place.room.checked_sub(1) else { break };
        place.room = room;
        shown.push((format!("\"{}\"", member.name), value(schema, &member.ty, &member.name, place)));
    }
    shown
}

/// A value that any QEMU could send; a string shows what it is for.
fn builtin_text(builtin: Builtin, name: &str) -> String {
    match builtin {
        Builtin::Str => format!("\"{name}\""),
        Builtin::QType => "\"qstring\"".to_owned(),
        Builtin::Bool => "true".to_owned(),
        Builtin::Null => "null".to_owned(),
        Builtin::Any => "{}".to_owned(),
        Builtin::Number => "0.5".to_owned(),
        _ => "1".to_owned(),
    }
}

//! The published catalogue, for programs: the same objects as in `events.json`.

use std::io::{self, Write as _};

use qmp_events::info::EventInfo;
use qmp_events_reference::model::{Event, Feature, Lifetime, Member, Object, Type, summary};
use qmp_events_reference::{Reference, Scope, types_of_event};
use serde::Serialize;

use crate::terminal::output::Output;

/// An event in a list.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    name: &'static str,
    summary: &'static str,
    #[serde(flatten)]
    lifetime: Lifetime,
    #[serde(skip_serializing_if = "<[Feature]>::is_empty")]
    features: &'static [Feature],
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'static str>,
}

/// An event with all types of its members.
#[derive(Debug, Serialize)]
pub(crate) struct EventWithTypes {
    event: &'static Event,
    types: Vec<&'static Type>,
}

/// A member with its type, if that is not one that QAPI brings along.
#[derive(Debug, Serialize)]
pub(crate) struct MemberWithType {
    member: &'static Member,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<&'static Type>,
}

pub(crate) fn event(name: &str) -> Option<&'static Event> {
    Reference::built_in().event(name)
}

pub(crate) fn summaries(events: &[&EventInfo]) -> Vec<Summary> {
    let events = events.iter().filter_map(|info| event(info.name));
    events
        .map(|event| Summary {
            name: &event.name,
            summary: summary(&event.description),
            lifetime: event.lifetime,
            features: &event.features,
            condition: event.condition.as_deref(),
        })
        .collect()
}

pub(crate) fn event_with_types(event: &'static Event) -> EventWithTypes {
    EventWithTypes { event, types: types_of_event(Reference::built_in(), event, Scope::Any) }
}

/// The member at the end of a path such as `info.type`.
pub(crate) fn member(event: &'static Event, path: &str) -> Option<&'static Member> {
    let mut object = Some(&event.data.object);
    let mut found = None;
    for name in path.split('.') {
        let member = find(object?, name)?;
        object = Reference::built_in().object(member.ty.element());
        found = Some(member);
    }
    found
}

/// A member of an object, or of one of its branches.
fn find(object: &'static Object, name: &str) -> Option<&'static Member> {
    let reference = Reference::built_in();
    let own = object.members.iter().find(|member| member.name == name);
    own.or_else(|| {
        let branches = reference.branches_in(object, Scope::Any).into_iter();
        branches.filter_map(|branch| reference.object(&branch.type_name)).find_map(|inner| find(inner, name))
    })
}

pub(crate) fn member_with_type(member: &'static Member) -> MemberWithType {
    MemberWithType { member, ty: Reference::built_in().find_type(member.ty.element()) }
}

/// Prints indented JSON.
pub(crate) fn write(value: &impl Serialize, output: &mut Output) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, value)?;
    output.write_all(b"\n")
}

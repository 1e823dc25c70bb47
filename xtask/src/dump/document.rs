//! Dumps an event document.

use super::model::{Dump, Event, Exemption, Member, RateLimit, line};
use qmp_events_frontend::document::{DocumentMember, DocumentRateLimit, EventDocument, Section};
use qmp_events_frontend::source::SourceMap;

/// Dumps what a document says. A section with two names gives two events with one line.
pub fn dump_document(document: &EventDocument, sources: &SourceMap) -> Dump {
    let events = document.events().map(|(name, section)| dump_event(&name.text, section, sources));
    Dump { events: events.collect(), types: Vec::new() }
}

fn dump_event(name: &str, section: &Section, sources: &SourceMap) -> Event {
    Event {
        name: name.to_owned(),
        line: line(section.span, sources),
        since: None,
        features: Vec::new(),
        rate_limit: section.rate_limit.as_ref().map(dump_rate_limit),
        data: section.data_type.as_ref().map(|name| name.text.clone()),
        members: section.members.iter().map(dump_member).collect(),
        examples: section.examples.iter().map(|example| example.value.clone()).collect(),
    }
}

fn dump_rate_limit(limit: &DocumentRateLimit) -> RateLimit {
    RateLimit {
        key: limit.key.as_ref().map(|key| key.text.clone()),
        since: limit.since.map(|since| since.to_string()),
        exempt: limit
            .exempt
            .as_ref()
            .map(|exempt| Exemption { member: exempt.member.text.clone(), value: exempt.value.clone() }),
    }
}

fn dump_member(member: &DocumentMember) -> Member {
    Member {
        name: member.name.clone(),
        ty: member.ty.word().to_owned(),
        optional: member.optional,
        since: None,
        features: Vec::new(),
        values: member.values.iter().map(|value| value.name.clone()).collect(),
        members: member.members.iter().map(dump_member).collect(),
    }
}

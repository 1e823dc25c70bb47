//! Compares what a document says in one place with what it says in another.
//!
//! The document is whole before this begins; nothing here changes it.

use std::collections::{HashMap, HashSet};

use super::model::{DataLine, DocumentMember, DocumentType, EventDocument, Example, Section};
use crate::diagnostics::{Diagnostics, one_of};
use crate::json::{Kind, Member, Value};
use crate::source::Span;

/// How many defects of one example are reported. Who has seen that many rewrites the example.
const MAX_REPORTS: usize = 16;

/// Reports where `document` contradicts itself.
pub(super) fn check(document: &EventDocument, diagnostics: &mut Diagnostics) {
    check_repeated_events(document, diagnostics);
    for section in &document.sections {
        let names: Vec<_> = section.names.iter().map(|name| name.text.as_str()).collect();
        let owner = format!("event '{}'", names.join(", "));
        let mut checker = Checker { owner: &owner, diagnostics, left: usize::MAX };
        checker.check_data_line(section);
        checker.check_repeated_members(&section.members);
        let known = Known::of(&section.members);
        checker.check_rate_limit(section, &known);
        for example in &section.examples {
            checker.left = MAX_REPORTS;
            checker.check_example(example, section, &known);
        }
    }
}

fn check_repeated_events(document: &EventDocument, diagnostics: &mut Diagnostics) {
    let mut seen = HashMap::new();
    for (name, _) in document.events() {
        if let Some(first) = seen.get(name.text.as_str()) {
            diagnostics
                .warning("event-repeated", name.span, format!("the event '{}' is described twice", name.text))
                .note(*first, "first here")
                .help("describe it once: the first section counts");
        } else {
            seen.insert(name.text.as_str(), name.span);
        }
    }
}

/// The documented members of an object, for looking up.
#[derive(Debug, Default)]
struct Known<'a> {
    by_name: HashMap<&'a str, KnownMember<'a>>,
    required: Vec<&'a str>,
}

#[derive(Debug)]
struct KnownMember<'a> {
    member: &'a DocumentMember,
    values: HashSet<&'a str>,
    inner: Known<'a>,
}

impl<'a> Known<'a> {
    fn of(members: &'a [DocumentMember]) -> Self {
        let mut known = Self::default();
        for member in members {
            let name = member.name.as_str();
            if known.by_name.contains_key(name) {
                continue;
            }
            let values = member.values.iter().map(|value| value.name.as_str()).collect();
            let inner = Self::of(&member.members);
            known.by_name.insert(name, KnownMember { member, values, inner });
            if !member.optional {
                known.required.push(name);
            }
        }
        known
    }
}

struct Checker<'a> {
    owner: &'a str,
    diagnostics: &'a mut Diagnostics,
    /// How many more defects are reported.
    left: usize,
}

impl Checker<'_> {
    fn check_data_line(&mut self, section: &Section) {
        if let (DataLine::None(span), [first, ..]) = (section.data, section.members.as_slice()) {
            self.diagnostics
                .warning("data-none", span, "'Data: None.' is followed by members")
                .within(self.owner)
                .note(first.span, "the first member")
                .help("write 'Data:' alone; the members are kept");
        }
    }

    fn check_repeated_members(&mut self, members: &[DocumentMember]) {
        let mut seen = HashMap::new();
        for member in members {
            if let Some(first) = seen.get(member.name.as_str()) {
                let message = format!("the member '{}' is described twice", member.name);
                self.diagnostics
                    .warning("member-repeated", member.span, message)
                    .within(self.owner)
                    .note(*first, "first here")
                    .help("describe it once: the first one counts");
            } else {
                seen.insert(member.name.as_str(), member.span);
            }
            self.check_repeated_members(&member.members);
        }
    }

    fn check_rate_limit(&mut self, section: &Section, known: &Known<'_>) {
        let Some(limit) = &section.rate_limit else {
            return;
        };
        let exempt = limit.exempt.as_ref();
        for name in limit.key.iter().chain(exempt.map(|exempt| &exempt.member)) {
            if section.data_type.is_none() && !known.by_name.contains_key(name.text.as_str()) {
                let message = format!("the event has no member '{}'", name.text);
                let names = known.required.iter().take(8).copied();
                let help = match known.required.as_slice() {
                    [] => "describe the member below 'Data:'".to_owned(),
                    _ => format!("use {}, or describe the member below 'Data:'", one_of(names)),
                };
                self.warn("rate-limit-member", name.span, message).help(help);
            }
        }
        let Some(exempt) = exempt else {
            return;
        };
        if let Some(member) = known.by_name.get(exempt.member.text.as_str())
            && member.member.closed
            && !member.values.contains(exempt.value.as_str())
        {
            let message = format!("'{}' has no value '{}'", exempt.member.text, exempt.value);
            self.warn("rate-limit-member", exempt.member.span, message)
                .note(member.member.span, "its values are listed here")
                .help("list it there, or name a listed one");
        }
    }

    fn check_example(&mut self, example: &Example, section: &Section, known: &Known<'_>) {
        let Some(event) = example.value.get("event") else {
            self.warn("example-event", example.span, "the example does not say its event")
                .help("add the member \"event\"");
            return;
        };
        if !section.names.iter().any(|name| event.as_str() == Some(&name.text)) {
            let names = one_of(section.names.iter().map(|name| name.text.as_str()));
            let message = format!("the example's event is {event}, not {names}");
            self.warn("example-event", event.span, message)
                .note(section.span, "in this section")
                .help("show this event, or move the example to the other one's section");
            return;
        }
        if section.data_type.is_some() && section.members.is_empty() {
            return;
        }
        let nothing = Vec::new();
        match example.value.get("data").map(|data| (&data.kind, data.span)) {
            None => self.check_members(&nothing, example.span, known),
            Some((Kind::Null, span)) => self.check_members(&nothing, span, known),
            Some((Kind::Object(members), span)) => self.check_members(members, span, known),
            Some((_, span)) => {
                self.warn("example-type", span, "an event's data is an object")
                    .help("put braces around it, and name its members");
            }
        }
    }

    /// Compares the members of one object, which is at `span`.
    fn check_members(&mut self, members: &[Member], span: Span, known: &Known<'_>) {
        let mut present = HashSet::new();
        for member in members {
            match known.by_name.get(member.name.as_str()) {
                Some(described) => {
                    self.check_value(&member.value, described);
                }
                None if self.left > 0 => {
                    self.left -= 1;
                    let message = format!("the member '{}' is not described", member.name);
                    self.warn("example-member", member.name_span, message)
                        .help("describe it below 'Data:', or remove it here");
                }
                None => {}
            }
            present.insert(member.name.as_str());
        }
        let missing: Vec<_> =
            known.required.iter().filter(|name| !present.contains(**name)).take(3).collect();
        if !missing.is_empty() && self.left > 0 {
            self.left -= 1;
            let list = missing.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            self.warn("example-missing-member", span, format!("the example lacks {list}"))
                .help("add what is missing, or call it optional: '(json-TYPE, optional)'");
        }
    }

    fn check_value(&mut self, value: &Value, described: &KnownMember<'_>) {
        let member = described.member;
        if !member.inferred && !agrees(&value.kind, &member.ty) {
            if self.left > 0 {
                self.left -= 1;
                let message = format!("'{}' is {} here", member.name, kind_name(&value.kind));
                self.warn("example-type", value.span, message)
                    .note(member.span, format!("described as {} here", member.ty.word()))
                    .help("make both agree");
            }
            return;
        }
        let unlisted = value.as_str().filter(|text| member.closed && !described.values.contains(text));
        if let Some(text) = unlisted.filter(|_| self.left > 0) {
            self.left -= 1;
            let message = format!("'{text}' is not a value of '{}'", member.name);
            self.warn("example-value", value.span, message)
                .note(member.span, "the values are listed here")
                .help("list it there, or show a listed one");
        }
        if member.members.is_empty() {
            return;
        }
        match &value.kind {
            Kind::Object(members) => self.check_members(members, value.span, &described.inner),
            Kind::Array(values) => {
                for value in values {
                    if let Some(members) = value.as_object() {
                        self.check_members(members, value.span, &described.inner);
                    }
                }
            }
            _ => {}
        }
    }

    fn warn(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.warning(code, span, message).within(self.owner)
    }
}

fn agrees(kind: &Kind, ty: &DocumentType) -> bool {
    match (kind, ty) {
        (_, DocumentType::Named(_) | DocumentType::Untyped)
        | (Kind::String(_), DocumentType::String)
        | (Kind::Number(_), DocumentType::Number)
        | (Kind::Bool(_), DocumentType::Bool)
        | (Kind::Object(_), DocumentType::Object)
        | (Kind::Array(_), DocumentType::Array) => true,
        (Kind::Number(text), DocumentType::Int) => {
            text.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)
        }
        _ => false,
    }
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Number(_) => "a number",
        Kind::String(_) => "a string",
        Kind::Array(_) => "an array",
        Kind::Object(_) => "an object",
    }
}

//! Joins the event document to the schema, and cross-checks the two.
//!
//! The schema decides shapes, the document gives prose, examples and rate limits. Nothing is
//! generated unless both know the same events and members with the same types, and every example
//! is a message that the schema allows.

mod example;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Catalogue, EventText, ExampleText, RateLimit};
use crate::described::{described_members, nested_members};
use crate::names::Names;
use crate::reach::{data_members, named, own_members, reach};
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::{
    DataLine, DocumentMember, DocumentType, EventDocument, Example, Section,
};
use qmp_events_frontend::schema::{Builtin, Definition, Event, Kind, Member, Schema, Type};
use qmp_events_frontend::source::{SourceMap, Span};

/// Joins the three sources.
pub fn join(
    schema: Schema,
    document: &EventDocument,
    names: Names,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    check_dates(&schema, diagnostics);
    check_names(&schema, &names, diagnostics);
    check_known(&schema, document, diagnostics);
    let mut events = BTreeMap::new();
    for id in schema.ids() {
        let definition = schema.get(id);
        if let Kind::Event(event) = &definition.kind {
            let section = find_section(definition, document, diagnostics);
            let mut text = EventText::default();
            if let Some(section) = section {
                check_event(&schema, definition, event, section, diagnostics);
                text = join_event(&schema, definition, event, section, sources);
            }
            events.insert(id, text);
        }
    }
    Catalogue { schema, events, names }
}

/// Everything that becomes Rust has a date: without one it is unknown which QEMU sends it.
fn check_dates(schema: &Schema, diagnostics: &mut Diagnostics) {
    let reached = reach(schema);
    for id in schema.ids() {
        let definition = schema.get(id);
        let needed = reached.contains(&id) || matches!(definition.kind, Kind::Event(_));
        if needed && definition.lifetime.since.is_none() {
            diagnostics
                .error("missing-since", definition.span, format!("{} has no 'Since:'", definition.owner()))
                .help("say in its documentation comment which release of QEMU brought it: `# Since: X.Y`");
        }
    }
}

fn check_names(schema: &Schema, names: &Names, diagnostics: &mut Diagnostics) {
    let reached = reach(schema);
    let mut types = BTreeSet::new();
    let mut members = BTreeSet::new();
    for id in schema.ids() {
        let definition = schema.get(id);
        let parts = match &definition.kind {
            Kind::Event(event) => data_members(schema, &event.data),
            _ if reached.contains(&id) => own_members(schema, id),
            _ => continue,
        };
        members.extend(parts.iter().map(|member| format!("{}.{}", definition.name, member.name)));
        if let Kind::Enum(list) = &definition.kind {
            members.extend(list.values.iter().map(|value| format!("{}.{}", definition.name, value.name)));
        }
        types.insert(definition.name.clone());
    }
    names.check_used(&types, &members, diagnostics);
}

/// Every event of the document is in the schema, once.
fn check_known(schema: &Schema, document: &EventDocument, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, _) in document.events() {
        let known = schema.find(&name.text).is_some_and(|id| matches!(schema.get(id).kind, Kind::Event(_)));
        if !known {
            diagnostics
                .error("event-not-in-schema", name.span, format!("the schema has no event '{}'", name.text))
                .help("define it in schema/qapi, or correct the name");
        }
        if let Some(first) = seen.insert(&name.text, name.span) {
            diagnostics
                .error("duplicate-section", name.span, format!("'{}' has two sections", name.text))
                .note(first, "the first one");
        }
    }
}

fn find_section<'a>(
    definition: &Definition,
    document: &'a EventDocument,
    diagnostics: &mut Diagnostics,
) -> Option<&'a Section> {
    let section = document.find(&definition.name);
    if section.is_none() {
        diagnostics
            .error(
                "event-not-in-document",
                definition.span,
                format!("no section describes '{}'", definition.name),
            )
            .help("write one in schema/qmp-events.txt: heading, description, Data:, an Example:");
    }
    section
}

fn check_event(
    schema: &Schema,
    definition: &Definition,
    event: &Event,
    section: &Section,
    diagnostics: &mut Diagnostics,
) {
    let (members, in_branches) = described_members(schema, event);
    let mut check = Check { schema, owner: definition.owner(), diagnostics };
    check.data_line(&members, section);
    check.members(&members, &in_branches, &section.members, section.span);
    check.rate_limit(&members, section);
    if section.description.is_empty() {
        let error =
            check.error("missing-description", section.span, "the section describes nothing".to_owned());
        error.help("say when QEMU sends the event, and what a client does with it");
    }
    if section.examples.is_empty() {
        let error = check.error("missing-example", section.span, "the section has no example".to_owned());
        error.help("show a message as QEMU sends it, below a line `Example:`");
    }
    for one in &section.examples {
        example::check_example(schema, definition, event, one, diagnostics);
    }
}

fn join_event(
    schema: &Schema,
    definition: &Definition,
    event: &Event,
    section: &Section,
    sources: &SourceMap,
) -> EventText {
    let members = data_members(schema, &event.data);
    let example = |example: &Example| ExampleText {
        label: example.label.clone(),
        message: example.text.clone(),
        shown: sources.text(example.span).to_owned(),
    };
    EventText {
        description: section.description.clone(),
        notes: section.notes.iter().map(|note| note.text.clone()).collect(),
        members: section
            .members
            .iter()
            .map(|member| (member.name.clone(), member.description.clone()))
            .collect(),
        examples: section.examples.iter().map(example).collect(),
        rate_limit: section.rate_limit.as_ref().map(|limit| RateLimit {
            key: limit.key.as_ref().map(|key| key.text.clone()),
            since: limit.since.filter(|since| definition.lifetime.since.is_none_or(|event| event < *since)),
            exempt: limit.exempt.as_ref().map(|exempt| (exempt.member.text.clone(), exempt.value.clone())),
        }),
        bare: is_bare(schema, &members, section),
    }
}

/// `- data: T` against an event whose one member is a `T`: the document shows the member's value
/// where QEMU sends an object that holds it.
fn is_bare(schema: &Schema, members: &[&Member], section: &Section) -> bool {
    match (members, &section.data_type) {
        ([Member { ty: Type::Named(id), .. }], Some(shown)) => schema.get(*id).name == shown.text,
        _ => false,
    }
}

struct Check<'a> {
    schema: &'a Schema,
    owner: String,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: String,
    ) -> &mut qmp_events_frontend::diagnostics::Diagnostic {
        self.diagnostics.error(code, span, message).within(self.owner.clone())
    }

    fn data_line(&mut self, members: &[&Member], section: &Section) {
        if let (DataLine::None(span), false) = (section.data, members.is_empty()) {
            self.error("data-none", span, "the schema has members for this event".to_owned());
        }
    }

    /// The same members, documented with types that agree. What only a union's branches have may be
    /// described, but need not be.
    fn members(
        &mut self,
        members: &[&Member],
        in_branches: &[&Member],
        documented: &[DocumentMember],
        at: Span,
    ) {
        for member in members {
            if !documented.iter().any(|one| one.name == member.name) {
                let message = format!("the document does not describe the member '{}'", member.name);
                self.error("member-not-in-document", at, message)
                    .note(member.span, "the schema's member")
                    .help("add a bullet below `Data:` of its section in schema/qmp-events.txt");
            }
        }
        for one in documented {
            let own = members.iter().find(|member| member.name == one.name);
            if let Some(member) = own {
                self.member(member, member.optional, one);
            } else if let Some(member) = in_branches.iter().find(|member| member.name == one.name) {
                // Whatever a branch says, the object as a whole may lack it.
                self.member(member, true, one);
            } else {
                let message = format!("the schema has no member '{}' here", one.name);
                self.error("member-not-in-schema", one.span, message)
                    .help("add it in schema/qapi, or correct the name");
            }
        }
    }

    fn member(&mut self, member: &Member, optional: bool, documented: &DocumentMember) {
        if !self.types_agree(&member.ty, &documented.ty) {
            let expected = self.json_type(&member.ty);
            let message = format!("the schema says that '{}' is a {expected}", member.name);
            self.error("type-mismatch", documented.span, message).note(member.span, "the schema's member");
        }
        // What is gone need not be in the example, so the document may call it optional.
        let may_be_gone = member.lifetime.removed.is_some() && documented.optional;
        if optional != documented.optional && !may_be_gone {
            let word = if optional { "optional" } else { "mandatory" };
            self.error(
                "optional-mismatch",
                documented.span,
                format!("the schema says that '{}' is {word}", member.name),
            )
            .note(member.span, "the schema's member");
        }
        self.values(member, documented);
        if !documented.members.is_empty() {
            let schema = self.schema;
            let (members, in_branches) = nested_members(schema, &member.ty);
            self.members(&members, &in_branches, &documented.members, documented.span);
        }
    }

    /// Values that the document lists exist.
    fn values(&mut self, member: &Member, documented: &DocumentMember) {
        let Type::Named(id) = member.ty else { return };
        let Kind::Enum(list) = &self.schema.get(id).kind else { return };
        for value in &documented.values {
            if !list.values.iter().any(|known| known.name == value.name) {
                let message = format!("'{}' is not a value of '{}'", value.name, self.schema.get(id).name);
                self.error("value-not-in-schema", value.span, message);
            }
        }
    }

    fn types_agree(&self, ty: &Type, documented: &DocumentType) -> bool {
        if let DocumentType::Named(name) = documented {
            return matches!(ty, Type::Named(id) if self.schema.get(*id).name == name.text);
        }
        if let Some(Kind::Alternate(alternate)) = named(ty).map(|id| &self.schema.get(id).kind) {
            return alternate.branches.iter().any(|branch| self.types_agree(&branch.ty, documented));
        }
        matches!(documented, DocumentType::Untyped)
            || matches!(ty, Type::Builtin(Builtin::Any))
            || self.json_type(ty) == self.documented_json_type(documented)
            || matches!(documented, DocumentType::Number) && self.json_type(ty) == "json-int"
    }

    fn documented_json_type(&self, documented: &DocumentType) -> &'static str {
        match documented {
            DocumentType::String => "json-string",
            DocumentType::Int => "json-int",
            DocumentType::Number => "json-number",
            DocumentType::Bool => "json-bool",
            DocumentType::Object => "json-object",
            DocumentType::Array => "json-array",
            DocumentType::Named(_) | DocumentType::Untyped => "",
        }
    }

    fn json_type(&self, ty: &Type) -> &'static str {
        match ty {
            Type::List(_) => "json-array",
            Type::Builtin(Builtin::Str | Builtin::QType) => "json-string",
            Type::Builtin(Builtin::Bool) => "json-bool",
            Type::Builtin(Builtin::Number) => "json-number",
            Type::Builtin(Builtin::Any) => "value of any type",
            Type::Builtin(Builtin::Null) => "null",
            Type::Builtin(_) => "json-int",
            Type::Named(id) => match self.schema.get(*id).kind {
                Kind::Enum(_) => "json-string",
                Kind::Alternate(_) => "value of one of several types",
                _ => "json-object",
            },
        }
    }

    /// The members that a rate limit names exist.
    fn rate_limit(&mut self, members: &[&Member], section: &Section) {
        let Some(limit) = &section.rate_limit else { return };
        let exempt = limit.exempt.as_ref().map(|exempt| &exempt.member);
        for name in limit.key.iter().chain(exempt) {
            if !members.iter().any(|member| member.name == name.text) {
                let message = format!("the rate limit names '{}', which is not a member", name.text);
                self.error("rate-limit-member", name.span, message);
            }
        }
    }
}

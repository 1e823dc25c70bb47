//! The event document: sections, bullets and members of examples that the schema wants.

use std::collections::{BTreeMap, BTreeSet};

use super::example;
use super::our_schema::OurSchema;
use super::text::{Edits, WIDTH, fill};
use crate::described::{described_members, nested_members, object_members};
use crate::marker::MARKER;
use crate::reach::data_members;
use qmp_events_frontend::document::{DataLine, DocumentMember, Section};
use qmp_events_frontend::json;
use qmp_events_frontend::schema::{Builtin, Data, Event, Kind, Member, Schema, Type};
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

/// Three levels; deeper ones are not read, and types that all hold each other would have no end.
const MOST_INDENT: usize = 4;

/// Changed files with their texts.
pub(super) fn edit(ours: &OurSchema, at: Version) -> BTreeMap<String, String> {
    let text = ours.sources.file(ours.document_file).text();
    let mut editor = DocumentEditor { ours, at, text, appended: false, edits: Edits::default() };
    let mut events: Vec<_> = ours.schema.events().collect();
    events.sort_by_key(|(definition, _)| &definition.name);
    for (definition, event) in events {
        match ours.document.find(&definition.name) {
            Some(section) => editor.section(event, section),
            None => editor.add_section(&definition.name, event),
        }
    }
    editor.edits.apply(&ours.sources)
}

struct DocumentEditor<'a> {
    ours: &'a OurSchema,
    at: Version,
    text: &'a str,
    /// Whether a section was written into an empty document.
    appended: bool,
    edits: Edits,
}

impl<'a> DocumentEditor<'a> {
    fn schema(&self) -> &'a Schema {
        &self.ours.schema
    }

    fn insert(&mut self, offset: usize, text: String) {
        self.edits.insert(self.ours.document_file, offset, text);
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self, offset: usize) -> usize {
        self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at)
    }

    /// A new section, in front of the first one whose name comes later.
    fn add_section(&mut self, name: &str, event: &'a Event) {
        let (own, in_branches) = described_members(self.schema(), event);
        let members = described(&own, &in_branches);
        let data = match members.is_empty() {
            true => "Data: None.".to_owned(),
            false => format!("Data:\n\n{}", self.bullets(&members, 0, &mut Vec::new())),
        };
        let example = example::message(self.schema(), name, event);
        let underline = "-".repeat(name.len());
        let section = format!("{name}\n{underline}\n\n{MARKER}\n\n{data}\n\nExample:\n\n{example}");
        let mut sections = self.ours.document.sections.iter();
        match sections.find(|section| section.names.iter().all(|other| other.text.as_str() > name)) {
            Some(next) => self.insert(self.line_start(next.span.start as usize), format!("{section}\n\n")),
            None => {
                let end = self.text.len();
                let is_first = end == 0 && !std::mem::replace(&mut self.appended, true);
                let gap = if is_first { "" } else { "\n\n" };
                self.insert(end, format!("{gap}{section}"));
            }
        }
    }

    /// Bullets for members, with those of the objects in them.
    fn bullets(&self, members: &[Described<'a>], indent: usize, open: &mut Vec<&'a Type>) -> String {
        let lines = members.iter().map(|one| self.bullet(one, indent, open));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn bullet(&self, one: &Described<'a>, indent: usize, open: &mut Vec<&'a Type>) -> String {
        let Described { member, optional } = one;
        let margin = " ".repeat(indent);
        let group = match (json_type(self.schema(), &member.ty), optional) {
            (Some(ty), true) => format!(" (json-{ty}, optional)"),
            (Some(ty), false) => format!(" (json-{ty})"),
            (None, _) => String::new(),
        };
        let first = format!("{margin}- \"{}\": ", member.name);
        let mut text = fill(&format!("{MARKER}{group}"), &first, &format!("{margin}  "));
        if !open.contains(&&member.ty) && indent < MOST_INDENT {
            open.push(&member.ty);
            let (own, in_branches) = nested_members(self.schema(), &member.ty);
            let nested = self.bullets(&described(&own, &in_branches), indent + 2, open);
            if !nested.is_empty() {
                text.push('\n');
                text.push_str(&nested);
            }
            open.pop();
        }
        text
    }

    /// Adds what is missing in a section.
    fn section(&mut self, event: &'a Event, section: &'a Section) {
        let (own, in_branches) = described_members(self.schema(), event);
        let members = described(&own, &self.worth_describing(in_branches, &section.members));
        if section.members.is_empty() && !members.is_empty() {
            self.first_bullets(&members, section);
        } else {
            self.members(&members, &section.members);
        }
        for example in &section.examples {
            self.example(event, &example.value);
        }
    }

    fn first_bullets(&mut self, members: &[Described<'a>], section: &Section) {
        let bullets = self.bullets(members, 0, &mut Vec::new());
        if let DataLine::None(span) | DataLine::Members(span) = section.data {
            let start = self.line_start(span.start as usize);
            let line = Span::new(span.file, start..self.line_end(start));
            self.edits.replace(line, format!("Data:\n\n{bullets}"));
        }
    }

    fn members(&mut self, members: &[Described<'a>], documented: &'a [DocumentMember]) {
        let mut previous: Option<&DocumentMember> = None;
        for one in members {
            match documented.iter().find(|bullet| bullet.name == one.member.name) {
                Some(bullet) => {
                    self.member(one, bullet);
                    previous = Some(bullet);
                }
                None => self.add_bullet(one, previous, documented),
            }
        }
    }

    fn add_bullet(&mut self, one: &Described<'a>, previous: Option<&DocumentMember>, all: &[DocumentMember]) {
        let Some(neighbour) = previous.or(all.first()) else { return };
        let start = self.line_start(neighbour.span.start as usize);
        let indent = self.text[start..].chars().take_while(|c| *c == ' ').count();
        let bullet = self.bullet(one, indent, &mut Vec::new());
        match previous {
            Some(_) => self.insert(self.bullet_end(start, indent, true), format!("\n{bullet}")),
            None => self.insert(start, format!("{bullet}\n")),
        }
    }

    /// Where a bullet ends, with the bullets below it or without.
    fn bullet_end(&self, start: usize, indent: usize, with_nested: bool) -> usize {
        let mut end = self.line_end(start);
        for line in self.text[end..].split_inclusive('\n').skip(1) {
            let margin = line.chars().take_while(|c| *c == ' ').count();
            let is_bullet = line.trim_start().starts_with("- ");
            if line.trim().is_empty() || is_bullet && (margin <= indent || !with_nested) {
                break;
            }
            end += 1 + line.trim_end_matches('\n').len();
        }
        end
    }

    fn member(&mut self, one: &Described<'a>, bullet: &'a DocumentMember) {
        if one.optional && !bullet.optional && one.member.lifetime.removed.is_none() {
            self.make_optional(bullet);
        }
        if !bullet.members.is_empty() {
            let (own, in_branches) = nested_members(self.schema(), &one.member.ty);
            let in_branches = self.worth_describing(in_branches, &bullet.members);
            self.members(&described(&own, &in_branches), &bullet.members);
        }
    }

    /// Branches need not be described; of what is not, only what is new comes in.
    fn worth_describing(&self, in_branches: Vec<&'a Member>, known: &[DocumentMember]) -> Vec<&'a Member> {
        let is_known = |member: &&Member| known.iter().any(|bullet| bullet.name == member.name);
        in_branches.into_iter().filter(|member| is_known(member) || self.is_new(member)).collect()
    }

    /// Whether a member, or the whole definition that it is in, came with this release.
    fn is_new(&self, member: &Member) -> bool {
        let inside = |span: Span| {
            let within = |at: Span| at.file == span.file && at.start <= span.start && span.end <= at.end;
            self.schema().definitions.iter().find(|definition| within(definition.extent))
        };
        let since = |lifetime: &qmp_events_frontend::schema::Lifetime| {
            lifetime.since.is_some_and(|since| self.ours.releases.newest() < since && since <= self.at)
        };
        since(&member.lifetime) || inside(member.span).is_some_and(|owner| since(&owner.lifetime))
    }

    /// Says `optional` in the group of the type.
    fn make_optional(&mut self, bullet: &DocumentMember) {
        let start = self.line_start(bullet.span.start as usize);
        let indent = self.text[start..].chars().take_while(|c| *c == ' ').count();
        let end = self.bullet_end(start, indent, false);
        let joined = self.text[start..end].lines().map(str::trim).collect::<Vec<_>>();
        // A line break after a sentence counts as two blanks.
        let joined = joined.iter().enumerate().fold(String::new(), |mut text, (index, line)| {
            let gap = if index == 0 {
                ""
            } else if text.ends_with('.') {
                "  "
            } else {
                " "
            };
            text.push_str(gap);
            text.push_str(line);
            text
        });
        let Some(close) = joined.find("(json-").and_then(|at| Some(at + joined[at..].find(')')?)) else {
            return;
        };
        let margin = " ".repeat(indent);
        let text = format!("{}, optional{}", &joined[..close], &joined[close..]);
        let filled = fill(text.trim_start_matches("- "), &format!("{margin}- "), &format!("{margin}  "));
        self.edits.replace(Span::new(bullet.span.file, start..end), filled);
    }

    /// Adds the members that a message must have now.
    fn example(&mut self, event: &'a Event, message: &json::Value) {
        let members = |data: Option<&json::Value>| match (&event.data, data) {
            (Data::Type(id), Some(data)) => object_members(self.schema(), *id, data),
            _ => data_members(self.schema(), &event.data),
        };
        match message.get("data") {
            Some(data) => {
                let members = members(Some(data));
                self.object(&members, data);
            }
            None if members(None).iter().any(|member| is_missed(member)) => {
                let data = example::data(self.schema(), event);
                let last = message.as_object().and_then(<[json::Member]>::last);
                if let (Some(data), Some(last)) = (data, last) {
                    let text = format!(",\n  \"data\": {}", data.render("  \"data\": ".len(), 2));
                    self.insert(last.value.span.end as usize, text);
                }
            }
            None => {}
        }
    }

    fn object(&mut self, members: &[&'a Member], object: &json::Value) {
        let Some(found) = object.as_object() else { return };
        for member in members {
            match object.get(&member.name) {
                Some(value) => self.value(&member.ty, value),
                None if is_missed(member) => self.add_to_object(member, found, object),
                None => {}
            }
        }
    }

    fn value(&mut self, ty: &'a Type, value: &json::Value) {
        match (ty, &value.kind) {
            (Type::List(element), json::Kind::Array(values)) => {
                values.iter().for_each(|value| self.value(element, value));
            }
            (Type::Named(id), json::Kind::Object(_)) => {
                let members = object_members(self.schema(), *id, value);
                self.object(&members, value);
            }
            _ => {}
        }
    }

    fn add_to_object(&mut self, member: &Member, found: &[json::Member], object: &json::Value) {
        let name = format!("\"{}\": ", member.name);
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            let value = example::member(self.schema(), member).render(name.len(), 2);
            return self.edits.replace(object.span, format!("{{ {name}{value} }}"));
        };
        let position = |span: Span| self.ours.sources.position(span);
        let column = position(first.name_span).column - 1;
        let value = example::member(self.schema(), member).render(column + name.len(), 4);
        let end = last.value.span.end as usize;
        let line = self.text[self.line_start(end)..self.line_end(end)].chars().count();
        let on_one_line = position(first.name_span).line == position(last.name_span).line;
        let fits = line + name.len() + value.len() + 2 <= WIDTH && !value.contains('\n');
        let gap = if on_one_line && found.len() > 1 && fits {
            " ".to_owned()
        } else {
            format!("\n{}", " ".repeat(column))
        };
        self.insert(end, format!(",{gap}{name}{value}"));
    }
}

/// Whether an example lacks a member if it is not there.
fn is_missed(member: &Member) -> bool {
    !member.optional && member.lifetime.removed.is_none() && member.condition.is_none()
}

/// A member as the document shows it.
#[derive(Clone, Copy)]
struct Described<'a> {
    member: &'a Member,
    /// What only a branch has, the object as a whole may lack.
    optional: bool,
}

/// Each name once.
fn described<'a>(own: &[&'a Member], in_branches: &[&'a Member]) -> Vec<Described<'a>> {
    let own = own.iter().map(|member| Described { member, optional: member.optional });
    let in_branches = in_branches.iter().map(|member| Described { member, optional: true });
    let mut seen = BTreeSet::new();
    own.chain(in_branches).filter(|one| seen.insert(&one.member.name)).collect()
}

/// The word after `json-`. Of an alternate that of one of its branches.
fn json_type(schema: &Schema, ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::List(_) => "array",
        Type::Builtin(Builtin::Str | Builtin::QType) => "string",
        Type::Builtin(Builtin::Bool) => "bool",
        Type::Builtin(Builtin::Number) => "number",
        Type::Builtin(Builtin::Any) => "object",
        Type::Builtin(Builtin::Null) => return None,
        Type::Builtin(_) => "int",
        Type::Named(id) => match &schema.get(*id).kind {
            Kind::Enum(_) => "string",
            Kind::Alternate(alternate) => return json_type(schema, &alternate.branches.first()?.ty),
            _ => "object",
        },
    })
}

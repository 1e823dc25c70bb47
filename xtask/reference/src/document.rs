//! The event document of a release: `qmp-events.txt`, as QEMU had it until 2.9.
//!
//! What is written here is what the project's own parser reads without a diagnostic. The prose is
//! that of today; names, members, values and examples are those of the scope.

use crate::example::in_scope;
use crate::json::Json;
use crate::model::{Event, Member, Object, RateLimit, Reference, Shape, TypeRef};
use crate::release::Scope;

mod lines;

use lines::{Lines, NO_BREAK};

/// The event document of a scope.
pub fn event_document(reference: &Reference, scope: Scope) -> String {
    let mut lines = Lines::default();
    let title = match scope {
        Scope::Any => "Events of the QEMU Machine Protocol".to_owned(),
        Scope::Release(release) => format!("Events of the QEMU Machine Protocol, QEMU {release}"),
    };
    lines.heading(&title, '=');
    for event in reference.events_in(scope) {
        lines.blank();
        lines.blank();
        let writer = Writer { reference, scope, lines: &mut lines };
        writer.section(event);
    }
    lines.into_text()
}

struct Writer<'a, 'l> {
    reference: &'a Reference,
    scope: Scope,
    lines: &'l mut Lines,
}

impl<'a> Writer<'a, '_> {
    fn section(mut self, event: &'a Event) {
        self.lines.heading(&event.name, '-');
        for paragraph in event.description.split("\n\n") {
            self.lines.blank();
            self.lines.wrap("", "", paragraph);
        }
        self.data(event);
        self.examples(event);
        let limit = event.rate_limit_in(self.scope);
        for note in limit.as_ref().map(limit_note).iter().chain(&event.notes) {
            self.lines.blank();
            self.lines.wrap("", "", &format!("Note: {note}"));
        }
    }

    fn data(&mut self, event: &'a Event) {
        let bullets = self.bullets(&event.data.object);
        self.lines.blank();
        if bullets.is_empty() {
            self.lines.push("Data: None.");
            return;
        }
        self.lines.push("Data:");
        self.lines.blank();
        if let (true, Some(bullet)) = (event.data.bare, bullets.first()) {
            let ty = bullet.member.ty.element();
            let module = self.reference.find_type(ty).map_or("", |ty| ty.module.as_str());
            let text = format!("data: {ty} type as described in qapi/{module}.json");
            self.lines.wrap("- ", "  ", &text);
        }
        self.members(&bullets, "", &mut Vec::new());
    }

    /// The members of an object, and those of its branches, each name once.
    fn bullets(&self, object: &'a Object) -> Vec<Bullet<'a>> {
        let own = object.members_in(self.scope);
        let mut bullets: Vec<Bullet<'a>> = own.map(Bullet::of).collect();
        let tag = object.variants.as_ref().map_or("", |variants| variants.tag.as_str());
        for branch in self.reference.branches_in(object, self.scope) {
            let Some(inner) = self.reference.object(&branch.type_name) else { continue };
            for bullet in self.bullets(inner) {
                let case = format!("\"{}\"", branch.value);
                match bullets.iter_mut().find(|known| known.member.name == bullet.member.name) {
                    Some(known) => known.add_case(case, bullet.member),
                    None => bullets.push(Bullet { tag, cases: vec![case], ..bullet }),
                }
            }
        }
        bullets
    }

    fn members(&mut self, bullets: &[Bullet<'a>], indent: &str, within: &mut Vec<&'a str>) {
        for bullet in bullets {
            let member = bullet.member;
            let ty = member.ty.element();
            let values = match member.ty {
                TypeRef::Named(_) => self.reference.values_in(ty, self.scope).unwrap_or_default(),
                TypeRef::List { .. } => Vec::new(),
            };
            let mut text = format!("\"{}\": {}", member.name, joined(&member.description));
            if !bullet.cases.is_empty() {
                text.push_str(&format!(", if \"{}\" is {}", bullet.tag, bullet.cases.join(" or ")));
            }
            text.push_str(&self.type_group(bullet, !values.is_empty()));
            self.lines.wrap(&format!("{indent}- "), &format!("{indent}  "), &text);
            for value in values {
                let text = format!("\"{}\": {}", value.name, joined(&value.description));
                self.lines.wrap(&format!("{indent}    "), &format!("{indent}      "), &text);
            }
            // A type that contains itself is written out once.
            if let Some(object) = self.reference.object(ty).filter(|_| !within.contains(&ty)) {
                within.push(ty);
                let inner = self.bullets(object);
                self.members(&inner, &format!("{indent}  "), within);
                within.pop();
            }
        }
    }

    /// ` (json-string, one of these, optional)`
    fn type_group(&self, bullet: &Bullet<'_>, lists_values: bool) -> String {
        let word = self.json_word(&bullet.member.ty).filter(|_| !bullet.mixed);
        let optional = bullet.member.is_optional_in(self.scope) || !bullet.cases.is_empty();
        let words = [word, lists_values.then_some("one of these"), optional.then_some("optional")];
        let words = Vec::from_iter(words.into_iter().flatten()).join(", ");
        match words.as_str() {
            "" => String::new(),
            words => format!(" ({})", words.replace(' ', &NO_BREAK.to_string())),
        }
    }

    /// The document's word for a type; it has none for values of several types.
    fn json_word(&self, ty: &TypeRef) -> Option<&'static str> {
        let TypeRef::Named(name) = ty else { return Some("json-array") };
        Some(match self.reference.find_type(name).map(|ty| &ty.shape) {
            Some(Shape::Enum { .. }) => "json-string",
            Some(Shape::Struct(_) | Shape::Union(_)) => "json-object",
            Some(Shape::Alternate { .. }) => return None,
            None => match name.as_str() {
                "str" | "QType" => "json-string",
                "bool" => "json-bool",
                "number" => "json-number",
                "any" | "null" => return None,
                _ => "json-int",
            },
        })
    }

    fn examples(&mut self, event: &Event) {
        let sent = |message: &Json| in_scope(self.reference, event, message, self.scope);
        let examples =
            event.examples.iter().filter_map(|one| Some((one.label.as_deref(), sent(&one.message)?)));
        let examples: Vec<_> = examples.collect();
        for (index, (label, message)) in examples.iter().enumerate() {
            if index == 0 {
                self.lines.blank();
                self.lines.push(if examples.len() == 1 { "Example:" } else { "Examples:" });
            }
            if let Some(label) = label.filter(|_| examples.len() > 1) {
                self.lines.blank();
                self.lines.push(&format!("{label}:"));
            }
            self.lines.blank();
            self.lines.message(message);
        }
    }
}

/// A member of the document.
struct Bullet<'a> {
    member: &'a Member,
    /// The tag that decides whether it is there.
    tag: &'a str,
    /// The values of the tag with which it is there; none if that does not depend on a tag.
    cases: Vec<String>,
    /// Whether its type depends on the tag as well.
    mixed: bool,
}

impl<'a> Bullet<'a> {
    fn of(member: &'a Member) -> Self {
        Self { member, tag: "", cases: Vec::new(), mixed: false }
    }

    fn add_case(&mut self, case: String, member: &Member) {
        self.mixed |= member.ty != self.member.ty;
        self.cases.push(case);
    }
}

/// The sentences that the parser reads as a rate limit.
fn limit_note(limit: &RateLimit) -> String {
    let mut note = "this event is rate-limited".to_owned();
    if let Some(key) = &limit.key {
        note.push_str(&format!(" separately for each \"{key}\""));
    }
    note.push('.');
    if let Some(since) = limit.since {
        note.push_str(&format!(" The limit began with QEMU {since}."));
    }
    if let Some(exempt) = &limit.exempt {
        let (member, value) = (&exempt.member, &exempt.value);
        note.push_str(&format!(" It does not apply when \"{member}\" is \"{value}\"."));
    }
    note
}

/// A bullet has no paragraphs.
fn joined(text: &str) -> String {
    text.replace("\n\n", " ")
}

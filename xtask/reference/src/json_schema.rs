//! JSON Schema (2020-12) of messages and types.
//!
//! With [`Scope::Any`] a schema allows what the Rust decoder reads: what is not known is allowed,
//! what came later may be missing, and null for what may be missing is absence. With a release it
//! allows what that release can send, and nothing else.
//!
//! Two things cannot be said in JSON Schema: that an integer beyond 2⁵³ must not be spelled as a
//! float, and which one counts of two members of one name.

use crate::json::{Json, object, with};
use crate::model::{Event, Member, Object, Reference, Shape, Type, TypeRef, has_feature};
use crate::release::Scope;

mod reached;

pub(crate) use reached::reached_types;
#[cfg(feature = "site")]
pub(crate) use reached::types_below;

/// The dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The name that the definition of timestamps has among those of types and events, which have
/// capitals.
const TIMESTAMP: &str = "timestamp";

/// A JSON Schema of the messages of one event. The event must be in the scope.
pub fn event_schema(reference: &Reference, event: &Event, scope: Scope) -> Json {
    let schemas = Schemas::new(reference, scope);
    let root = head(&format!("event:{}", event.name), scope);
    let defs = schemas.definitions(reached_types(reference, [event], scope));
    join([root, schemas.event(event), object([with("$defs", defs)])])
}

/// The types that messages of an event hold values of, by name, without those whose members are
/// written out in place.
pub fn types_of_event<'a>(reference: &'a Reference, event: &'a Event, scope: Scope) -> Vec<&'a Type> {
    reached_types(reference, [event], scope)
}

/// A JSON Schema of the messages of every event: each of them is a definition.
pub fn any_event_schema(reference: &Reference, scope: Scope) -> Json {
    let schemas = Schemas::new(reference, scope);
    let events: Vec<&Event> = reference.events_in(scope).collect();
    let about = match scope {
        Scope::Any => {
            "An event message of any QEMU, older or newer ones and those of vendors included.".into()
        }
        Scope::Release(release) => format!("An event message of QEMU {release}."),
    };
    let mut references: Vec<Json> = events.iter().map(|event| schemas.reference_to(&event.name)).collect();
    let mut defs = Vec::from_iter(events.iter().map(|event| (event.name.clone(), schemas.event(event))));
    if scope == Scope::Any {
        references.push(schemas.reference_to("unknown-event"));
        defs.push(("unknown-event".to_owned(), schemas.unknown_event()));
    }
    let types = schemas.definitions(reached_types(reference, events, scope));
    defs.extend(types.as_object().into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())));
    let body = object([
        with("title", "QMP event"),
        with("description", about),
        with("oneOf", references),
        with("$defs", Json::from_iter(defs)),
    ]);
    join([head("event", scope), body])
}

/// What a schema begins with.
fn head(name: &str, scope: Scope) -> Json {
    let release = scope.release().map(|release| format!(":{release}")).unwrap_or_default();
    object([with("$schema", DIALECT), with("$id", format!("urn:qmp-events:{name}{release}"))])
}

/// One object with the members of all.
fn join<const N: usize>(parts: [Json; N]) -> Json {
    let members = parts.into_iter().flat_map(|part| match part {
        Json::Object(members) => members,
        _ => Default::default(),
    });
    Json::from_iter(members)
}

/// Writes the schemas of one scope.
pub(crate) struct Schemas<'a> {
    reference: &'a Reference,
    scope: Scope,
    /// Where definitions are in the document.
    place: &'static str,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(reference: &'a Reference, scope: Scope) -> Self {
        Self { reference, scope, place: "#/$defs/" }
    }

    /// The same with definitions elsewhere in the document.
    pub(crate) fn at(self, place: &'static str) -> Self {
        Self { place, ..self }
    }

    fn is_open(&self) -> bool {
        self.scope == Scope::Any
    }

    /// The definitions of types, and that of timestamps.
    pub(crate) fn definitions(&self, types: impl IntoIterator<Item = &'a Type>) -> Json {
        let types = types.into_iter().map(|ty| (ty.name.clone(), self.type_definition(ty)));
        [(TIMESTAMP.to_owned(), self.timestamp())].into_iter().chain(types).collect()
    }

    /// A message of an event.
    pub(crate) fn event(&self, event: &'a Event) -> Json {
        let mut names = vec![event.name.clone()];
        if self.is_open() {
            names.extend_from_slice(&event.aliases);
        }
        let name = match names.as_slice() {
            [name] => object([with("const", name.as_str())]),
            _ => object([with("type", "string"), with("enum", names)]),
        };
        let examples = event.examples.iter().filter_map(|example| {
            crate::example::in_scope(self.reference, event, &example.message, self.scope)
        });
        let deprecated = event.has_feature("deprecated", self.scope);
        let head = object([
            with("title", event.name.as_str()),
            with("description", event.description.as_str()),
            ("deprecated", deprecated.then_some(true.into())),
        ]);
        let body = self.message(name, self.data(event));
        join([head, body, object([with("examples", examples.collect::<Vec<_>>())])])
    }

    /// A message of an event that no schema knows.
    pub(crate) fn unknown_event(&self) -> Json {
        let names = self.reference.events.iter().flat_map(|event| {
            [event.name.as_str()].into_iter().chain(event.aliases.iter().map(String::as_str))
        });
        let known = object([with("enum", Vec::from_iter(names))]);
        let name = object([with("type", "string"), with("not", known)]);
        let head = object([
            with("title", "unknown event"),
            with("description", "An event that this catalogue does not know: a newer one, or a vendor's."),
        ]);
        join([head, self.message(name, Data::MayBeAbsent(nullable(object([with("type", "object")]))))])
    }

    /// `timestamp`, `event`, `data`.
    fn message(&self, name: Json, data: Data) -> Json {
        let timestamp = self.reference_to(TIMESTAMP);
        let mut required = vec!["event"];
        let timestamp = if self.is_open() {
            nullable(timestamp)
        } else {
            required.insert(0, "timestamp");
            timestamp
        };
        let data = match data {
            Data::Absent => None,
            Data::MayBeAbsent(schema) => Some(schema),
            Data::Present(schema) => {
                required.push("data");
                Some(schema)
            }
        };
        object([
            with("type", "object"),
            with("properties", [with("timestamp", timestamp), with("event", name), ("data", data)]),
            with("required", required),
            ("additionalProperties", self.closed()),
        ])
    }

    fn data(&self, event: &'a Event) -> Data {
        let members: Vec<&Member> = event.data.object.members_in(self.scope).collect();
        if members.is_empty() {
            return match self.is_open() {
                true => Data::MayBeAbsent(nullable(object([with("type", "object")]))),
                false => Data::Absent,
            };
        }
        let title = object([with("title", format!("{} data", event.name))]);
        if let (true, true, [member]) = (event.data.bare, self.is_open(), members.as_slice()) {
            return Data::Present(join([title, self.bare(member)]));
        }
        let schema = join([title, self.object(&event.data.object, &event.name)]);
        if self.is_open() && members.iter().all(|member| member.can_lack_in(self.scope)) {
            return Data::MayBeAbsent(nullable(schema));
        }
        Data::Present(schema)
    }

    /// `data` that is an object with one member, or the value of that member.
    fn bare(&self, member: &Member) -> Json {
        let wrapped = object([with("required", vec![member.name.as_str()])]);
        object([
            with("type", "object"),
            with("properties", [(member.name.as_str(), Some(self.member(member)))]),
            with("if", object([with("not", wrapped)])),
            with("then", self.type_reference(&member.ty)),
        ])
    }

    /// The definition of a type.
    fn type_definition(&self, ty: &'a Type) -> Json {
        let about = match self.reference.values_in(&ty.name, self.scope) {
            Some(values) => {
                let lines = values
                    .iter()
                    .map(|value| format!("- `{}`: {}", value.name, value.description.replace("\n\n", " ")));
                format!("{}\n\n{}", ty.description, Vec::from_iter(lines).join("\n"))
            }
            None => ty.description.clone(),
        };
        let deprecated = has_feature(&ty.features, "deprecated", self.scope);
        let head = object([
            with("title", ty.name.as_str()),
            with("description", about),
            ("deprecated", deprecated.then_some(true.into())),
        ]);
        let body = match &ty.shape {
            Shape::Enum { .. } => self.values(&ty.name),
            Shape::Struct(object) | Shape::Union(object) => self.object(object, &ty.name),
            Shape::Alternate { types } => {
                object([with("anyOf", Vec::from_iter(types.iter().map(|ty| self.type_reference(ty))))])
            }
        };
        join([head, body])
    }

    /// The values of an enum: all of a release; otherwise those that are known, and any other.
    fn values(&self, name: &str) -> Json {
        let values = self.reference.values_in(name, self.scope).unwrap_or_default();
        let names = Vec::from_iter(values.iter().map(|value| value.name.as_str()));
        let known = object([with("type", "string"), with("enum", names)]);
        match self.is_open() {
            true => object([with("anyOf", vec![known, object([with("type", "string")])])]),
            false => known,
        }
    }

    /// An object: its members, or one of several lists of members where a tag decides.
    fn object(&self, whole: &'a Object, title: &str) -> Json {
        let head = object([with("type", "object")]);
        let cases = self.cases(whole);
        if whole.variants.is_none() {
            return join([head, cases.first().map_or(Json::Array(Vec::new()), |case| self.members(case))]);
        }
        let cases = cases.iter().map(|case| {
            let title = format!("{title} {}", case.values.join(" "));
            join([object([with("title", title)]), self.members(case)])
        });
        join([head, object([with("oneOf", Vec::from_iter(cases))])])
    }

    /// What an object can be: one case for each value of its tag, and one for all others.
    fn cases(&self, whole: &'a Object) -> Vec<Case<'a>> {
        let own = Case { members: whole.members_in(self.scope).collect(), ..Case::default() };
        let tag = whole.variants.as_ref().map(|variants| variants.tag.as_str());
        let Some(tag) = own.members.iter().find(|member| Some(member.name.as_str()) == tag).copied() else {
            return vec![own];
        };
        let branches = self.reference.branches_in(whole, self.scope);
        let values = self.reference.values_in(tag.ty.element(), self.scope).unwrap_or_default();
        let mut cases = Vec::new();
        for value in &values {
            let fixed = own.with_tag(tag, &value.name, object([with("const", value.name.as_str())]));
            let branch = branches.iter().find(|branch| branch.value == value.name);
            match branch.and_then(|branch| self.reference.object(&branch.type_name)) {
                Some(inner) => cases.extend(self.cases(inner).into_iter().map(|inner| fixed.and(inner))),
                None => cases.push(fixed),
            }
        }
        if self.is_open() {
            let known = Vec::from_iter(values.iter().map(|value| value.name.as_str()));
            let other = object([with("type", "string"), with("not", object([with("enum", known)]))]);
            cases.push(own.with_tag(tag, "of another kind", other));
        }
        cases
    }

    fn members(&self, case: &Case<'_>) -> Json {
        let mut properties = Vec::new();
        let mut required: Vec<Json> = Vec::new();
        let mut spellings: Vec<Json> = Vec::new();
        for member in &case.members {
            let tag = case.tags.iter().find(|(tag, _)| *tag == member.name);
            let schema = tag.map_or_else(|| self.member(member), |(_, schema)| schema.clone());
            let aliases: &[String] = if self.is_open() { &member.aliases } else { &[] };
            if !member.can_lack_in(self.scope) && aliases.is_empty() {
                required.push(member.name.as_str().into());
            } else if !member.can_lack_in(self.scope) {
                let one = |name: &str| object([with("required", vec![name])]);
                let others = object([with("anyOf", Vec::from_iter(aliases.iter().map(|alias| one(alias))))]);
                spellings.push(object([with("if", others), with("else", one(&member.name))]));
            }
            properties.push((member.name.clone(), schema.clone()));
            properties.extend(aliases.iter().map(|alias| (alias.clone(), schema.clone())));
        }
        object([
            with("properties", Json::from_iter(properties)),
            ("required", (!required.is_empty()).then(|| required.into())),
            ("allOf", (!spellings.is_empty()).then(|| spellings.into())),
            ("additionalProperties", self.closed()),
        ])
    }

    fn member(&self, member: &Member) -> Json {
        let mut about = member.description.clone();
        let since = member.lifetime.since.filter(|_| self.is_open());
        if let Some(since) = since {
            about.push_str(&format!(" (since QEMU {since})"));
        }
        if let Some(removed) = member.lifetime.removed.filter(|_| self.is_open()) {
            about.push_str(&format!(" (removed in QEMU {removed})"));
        }
        let deprecated = has_feature(&member.features, "deprecated", self.scope);
        let head = object([with("description", about), ("deprecated", deprecated.then_some(true.into()))]);
        let ty = self.type_reference(&member.ty);
        let ty = if self.is_open() && member.can_lack_in(self.scope) { nullable(ty) } else { ty };
        join([head, ty])
    }

    fn type_reference(&self, ty: &TypeRef) -> Json {
        match ty {
            TypeRef::List { list } => {
                object([with("type", "array"), with("items", self.type_reference(list))])
            }
            TypeRef::Named(name) => builtin(name).unwrap_or_else(|| self.reference_to(name)),
        }
    }

    pub(crate) fn reference_to(&self, name: &str) -> Json {
        object([with("$ref", format!("{}{name}", self.place))])
    }

    fn timestamp(&self) -> Json {
        let part = |about: &str, low: i64, high: i64| {
            let (low, high) = if self.is_open() { (i64::MIN, i64::MAX) } else { (low, high) };
            object([
                with("description", about),
                with("type", "integer"),
                with("minimum", low),
                with("maximum", high),
            ])
        };
        object([
            with("title", "timestamp"),
            with("description", "When it happened, by the host's clock; -1 twice if QEMU could not read it."),
            with("type", "object"),
            with(
                "properties",
                [
                    with("seconds", part("seconds since 1970-01-01 00:00:00 UTC", -1, i64::MAX)),
                    with("microseconds", part("microseconds of that second", -1, 999_999)),
                ],
            ),
            with("required", vec!["seconds", "microseconds"]),
            ("additionalProperties", self.closed()),
        ])
    }

    /// `additionalProperties`: there are none in messages of a release.
    fn closed(&self) -> Option<Json> {
        (!self.is_open()).then_some(false.into())
    }
}

/// One of the forms of an object.
#[derive(Clone, Default)]
struct Case<'a> {
    /// The values of its tags, for people.
    values: Vec<&'a str>,
    /// The tags, with the schemas that they have here.
    tags: Vec<(&'a str, Json)>,
    /// The members, tags included.
    members: Vec<&'a Member>,
}

impl<'a> Case<'a> {
    fn with_tag(&self, tag: &'a Member, value: &'a str, schema: Json) -> Self {
        let mut case = self.clone();
        case.values.push(value);
        case.tags.push((&tag.name, schema));
        case
    }

    /// A case of the object with a case of its branch.
    fn and(&self, branch: Self) -> Self {
        let mut case = self.clone();
        case.values.extend(branch.values);
        case.tags.extend(branch.tags);
        case.members.extend(branch.members);
        case
    }
}

/// What a message has of `data`.
enum Data {
    Absent,
    MayBeAbsent(Json),
    Present(Json),
}

/// The schema of a type that QAPI brings along.
fn builtin(name: &str) -> Option<Json> {
    let plain = |ty: &str| object([with("type", ty)]);
    let integer = |low: Json, high: Json| {
        object([with("type", "integer"), with("minimum", low), with("maximum", high)])
    };
    let signed = |low: i64, high: i64| integer(low.into(), high.into());
    let unsigned = |high: u64| integer(0_u64.into(), high.into());
    Some(match name {
        "str" | "QType" => plain("string"),
        "bool" => plain("boolean"),
        "number" => plain("number"),
        "null" => plain("null"),
        "any" => object([]),
        "int" | "int64" => signed(i64::MIN, i64::MAX),
        "int32" => signed(i32::MIN.into(), i32::MAX.into()),
        "int16" => signed(i16::MIN.into(), i16::MAX.into()),
        "int8" => signed(i8::MIN.into(), i8::MAX.into()),
        "uint64" | "size" => unsigned(u64::MAX),
        "uint32" => unsigned(u32::MAX.into()),
        "uint16" => unsigned(u16::MAX.into()),
        "uint8" => unsigned(u8::MAX.into()),
        _ => return None,
    })
}

/// The same, or null.
fn nullable(schema: Json) -> Json {
    let Json::Object(mut members) = schema else { return schema };
    match members.get("type").and_then(Json::as_str) {
        Some(ty) => {
            let ty = vec![ty.to_owned(), "null".to_owned()];
            members.insert("type".to_owned(), ty.into());
            Json::Object(members)
        }
        None if members.contains_key("$ref") => {
            object([with("anyOf", vec![Json::Object(members), object([with("type", "null")])])])
        }
        // Any value may be null already.
        None => Json::Object(members),
    }
}

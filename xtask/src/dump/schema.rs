//! Dumps a schema.

use super::model::{Branch, Dump, Event, Member, Type, line};
use qmp_events_frontend::json;
use qmp_events_frontend::schema::{self, Data, Definition, Feature, Kind, Lifetime, Schema};
use qmp_events_frontend::source::SourceMap;

/// Dumps what a schema defines. Commands are left out.
pub fn dump_schema(schema: &Schema, sources: &SourceMap) -> Dump {
    let dumper = Dumper { schema, sources };
    let definitions = schema.definitions.iter();
    Dump {
        events: schema.events().map(|(definition, event)| dumper.event(definition, &event.data)).collect(),
        types: definitions.filter_map(|definition| dumper.type_of(definition)).collect(),
    }
}

struct Dumper<'a> {
    schema: &'a Schema,
    sources: &'a SourceMap,
}

impl Dumper<'_> {
    fn event(&self, definition: &Definition, data: &Data) -> Event {
        let (name, members) = match data {
            Data::None => (None, Vec::new()),
            Data::Members(members) => (None, members.iter().collect()),
            Data::Type(id) => {
                let ty = self.schema.get(*id);
                (Some(ty.name.clone()), self.members_of(&ty.kind))
            }
        };
        let documentation = definition.documentation.as_ref();
        let examples =
            documentation.map(|documentation| documentation.examples.as_slice()).unwrap_or_default();
        Event {
            name: definition.name.clone(),
            line: line(definition.extent, self.sources),
            since: since(&definition.lifetime),
            features: names(&definition.features),
            rate_limit: None,
            data: name,
            members: self.members(members),
            examples: examples.iter().filter_map(|text| self.example(definition, text)).collect(),
        }
    }

    fn example(&self, definition: &Definition, text: &str) -> Option<json::Value> {
        json::read(definition.span.file, text, 0, 0).ok().map(|parsed| parsed.value)
    }

    fn type_of(&self, definition: &Definition) -> Option<Type> {
        let mut ty = Type {
            name: definition.name.clone(),
            kind: definition.kind.word(),
            line: line(definition.extent, self.sources),
            since: since(&definition.lifetime),
            features: names(&definition.features),
            values: Vec::new(),
            members: self.members(self.members_of(&definition.kind)),
            tag: None,
            branches: Vec::new(),
        };
        match &definition.kind {
            Kind::Enum(list) => ty.values = list.values.iter().map(|value| value.name.clone()).collect(),
            Kind::Struct(_) => {}
            Kind::Union(union) => {
                ty.tag = Some(union.tag.clone());
                ty.branches = self.branches(&union.branches);
            }
            Kind::Alternate(alternate) => ty.branches = self.branches(&alternate.branches),
            Kind::Command(_) | Kind::Event(_) => return None,
        }
        Some(ty)
    }

    /// The members that every value of a type has.
    fn members_of<'a>(&'a self, kind: &'a Kind) -> Vec<&'a schema::Member> {
        match kind {
            Kind::Struct(structure) => self.schema.members_with_base(structure),
            Kind::Union(union) => union.base.iter().collect(),
            _ => Vec::new(),
        }
    }

    fn members(&self, members: Vec<&schema::Member>) -> Vec<Member> {
        let member = |member: &schema::Member| Member {
            name: member.name.clone(),
            ty: self.type_name(&member.ty),
            optional: member.optional,
            since: since(&member.lifetime),
            features: names(&member.features),
            values: Vec::new(),
            members: Vec::new(),
        };
        members.into_iter().map(member).collect()
    }

    fn branches(&self, branches: &[schema::Branch]) -> Vec<Branch> {
        let branch =
            |branch: &schema::Branch| Branch { name: branch.name.clone(), ty: self.type_name(&branch.ty) };
        branches.iter().map(branch).collect()
    }

    fn type_name(&self, ty: &schema::Type) -> String {
        match ty {
            schema::Type::Builtin(builtin) => builtin.name().to_owned(),
            schema::Type::Named(id) => self.schema.get(*id).name.clone(),
            schema::Type::List(element) => format!("[{}]", self.type_name(element)),
        }
    }
}

fn since(lifetime: &Lifetime) -> Option<String> {
    lifetime.since.map(|since| since.to_string())
}

fn names(features: &[Feature]) -> Vec<String> {
    features.iter().map(|feature| feature.name.clone()).collect()
}

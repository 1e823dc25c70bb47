//! The catalogue as the reference has it: names instead of ids, prose without markup of its own,
//! dates only where they differ from the owner's.
//!
//! Everything that is published is made from this by qmp-events-reference, which sees no schema.

use qmp_events_compare::releases::Releases;
use qmp_events_frontend::schema::{
    Data, Definition, DefinitionId, Enum, Event, Feature, Kind, Member, Schema, Struct, Type, Union,
};
use qmp_events_frontend::schema::{Lifetime, Module};
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;
use qmp_events_reference::model::{
    self, Branch, EnumValue, EventData, Example, Exemption, FORMAT, Object, Reference, Renaming, Shape,
    TypeRef, Variants,
};
use qmp_events_reference::{Json, Release};

use crate::catalogue::{Catalogue, EventText, ExampleText, RateLimit};
use crate::names::Names;
use crate::reach::reach;

mod prose;
mod reached;

use prose::{first_comment, plain};
use reached::published_types;

/// At most one event in this time, where QEMU limits one.
const INTERVAL_MS: u32 = 1000;

/// The catalogue, for releases that it covers.
pub fn describe(catalogue: &Catalogue, releases: &Releases, sources: &SourceMap) -> Reference {
    let describer = Describer { catalogue, in_rust: reach(&catalogue.schema) };
    let schema = &catalogue.schema;
    let mut events: Vec<model::Event> = Vec::new();
    for id in schema.ids() {
        let definition = schema.get(id);
        if let Kind::Event(event) = &definition.kind {
            events.push(describer.event(id, definition, event));
        }
    }
    let types = published_types(schema).into_iter();
    let mut types: Vec<model::Type> =
        types.filter_map(|id| describer.type_definition(id, schema.get(id))).collect();
    events.sort_by(|left, right| left.name.cmp(&right.name));
    types.sort_by(|left, right| left.name.cmp(&right.name));
    let modules =
        schema.modules.iter().filter(|module| events.iter().any(|event| event.module == module.name));
    let modules = modules.map(|module| model::Module {
        name: module.name.clone(),
        description: first_comment(sources.file(module.file).text()),
    });
    let modules = modules.collect();
    let releases = releases.iter().map(release).collect();
    Reference { format: FORMAT, releases, modules, events, types }
}

struct Describer<'a> {
    catalogue: &'a Catalogue,
    /// The types that Rust has.
    in_rust: std::collections::BTreeSet<DefinitionId>,
}

impl Describer<'_> {
    fn schema(&self) -> &Schema {
        &self.catalogue.schema
    }

    fn names(&self) -> &Names {
        &self.catalogue.names
    }

    fn name(&self, id: DefinitionId) -> String {
        self.schema().get(id).name.clone()
    }

    fn module(&self, definition: &Definition) -> String {
        let module: Option<&Module> = self.schema().modules.get(definition.module);
        module.map_or_else(String::new, |module| module.name.clone())
    }

    fn event(&self, id: DefinitionId, definition: &Definition, event: &Event) -> model::Event {
        let text = &self.catalogue.events[&id];
        model::Event {
            name: definition.name.clone(),
            aliases: self.names().aliases(&definition.name).to_vec(),
            rust: self.names().type_ident(&definition.name).to_string(),
            module: self.module(definition),
            lifetime: lifetime(&definition.lifetime),
            features: features(&definition.features, &definition.lifetime),
            condition: definition.condition.as_ref().map(ToString::to_string),
            description: plain(&text.description.join("\n\n")),
            notes: text.notes.iter().map(|note| plain(note)).collect(),
            rate_limit: text.rate_limit.as_ref().map(rate_limit),
            data: self.data(definition, &event.data, text),
            examples: text.examples.iter().filter_map(example).collect(),
        }
    }

    fn data(&self, definition: &Definition, data: &Data, text: &EventText) -> EventData {
        let mut described = match data {
            Data::None => EventData::default(),
            Data::Members(members) => {
                let members = members.iter().map(|member| self.member(definition, member, None)).collect();
                EventData { object: Object { members, variants: None }, ..EventData::default() }
            }
            Data::Type(id) => {
                let object = self.object(definition, *id).unwrap_or_default();
                EventData { type_name: Some(self.name(*id)), object, bare: false }
            }
        };
        // What the event document says of a member is about this event.
        for member in &mut described.object.members {
            if let Some(description) = text.members.get(&member.name) {
                member.description = plain(description);
            }
        }
        described.bare = text.bare;
        described
    }

    fn type_definition(&self, id: DefinitionId, definition: &Definition) -> Option<model::Type> {
        let shape = match &definition.kind {
            Kind::Enum(list) => Shape::Enum { values: self.values(definition, list) },
            Kind::Struct(_) => Shape::Struct(self.object(definition, id)?),
            Kind::Union(_) => Shape::Union(self.object(definition, id)?),
            Kind::Alternate(alternate) => {
                let types = alternate.branches.iter().map(|branch| self.type_reference(&branch.ty));
                Shape::Alternate { types: types.collect() }
            }
            Kind::Command(_) | Kind::Event(_) => return None,
        };
        let overview = definition.documentation.as_ref().map(|doc| plain(&doc.overview));
        let renamed = definition.lifetime.renamed.iter();
        Some(model::Type {
            name: definition.name.clone(),
            rust: self.in_rust.contains(&id).then(|| self.names().type_ident(&definition.name).to_string()),
            module: self.module(definition),
            lifetime: lifetime(&definition.lifetime),
            renamed: renamed
                .map(|(at, from)| Renaming { release: release(*at), from: from.clone() })
                .collect(),
            features: features(&definition.features, &definition.lifetime),
            condition: definition.condition.as_ref().map(ToString::to_string),
            description: overview.unwrap_or_default(),
            shape,
        })
    }

    /// The members of a struct or a union, as members of `owner`.
    fn object(&self, owner: &Definition, id: DefinitionId) -> Option<Object> {
        match &self.schema().get(id).kind {
            Kind::Struct(structure) => {
                Some(Object { members: self.inherited(owner, id, structure), variants: None })
            }
            Kind::Union(union) => Some(self.union(owner, id, union)),
            _ => None,
        }
    }

    fn inherited(&self, owner: &Definition, id: DefinitionId, structure: &Struct) -> Vec<model::Member> {
        let base = structure.base.and_then(|base| match &self.schema().get(base).kind {
            Kind::Struct(inner) => Some(self.inherited(owner, base, inner)),
            _ => None,
        });
        let from = self.schema().get(id);
        let from = (from.name != owner.name).then_some(from);
        let own = structure.members.iter().map(|member| self.member(owner, member, from));
        base.unwrap_or_default().into_iter().chain(own).collect()
    }

    fn union(&self, owner: &Definition, id: DefinitionId, union: &Union) -> Object {
        let from = union.base_type.or(Some(id)).map(|id| self.schema().get(id));
        let from = from.filter(|from| from.name != owner.name);
        let members = union.base.iter().map(|member| self.member(owner, member, from)).collect();
        let branches = union.branches.iter().filter_map(|branch| match branch.ty {
            Type::Named(id) => Some(Branch {
                value: branch.name.clone(),
                type_name: self.name(id),
                condition: branch.condition.as_ref().map(ToString::to_string),
            }),
            Type::Builtin(_) | Type::List(_) => None,
        });
        Object { members, variants: Some(Variants { tag: union.tag.clone(), branches: branches.collect() }) }
    }

    fn member(&self, owner: &Definition, member: &Member, from: Option<&Definition>) -> model::Member {
        let of_event = matches!(owner.kind, Kind::Event(_));
        model::Member {
            name: member.name.clone(),
            aliases: self.names().aliases(&format!("{}.{}", owner.name, member.name)).to_vec(),
            rust: self.names().member_ident(&owner.name, &member.name).to_string(),
            ty: self.type_reference(&member.ty),
            optional: member.optional,
            optional_since: member.lifetime.optional.map(release),
            mandatory_since: member.lifetime.mandatory.map(release),
            lifetime: lifetime_within(&member.lifetime, &owner.lifetime),
            features: features(&member.features, &member.lifetime),
            condition: member.condition.as_ref().map(ToString::to_string),
            inherited_from: from.filter(|_| !of_event).map(|from| from.name.clone()),
            description: plain(&member.description),
        }
    }

    fn values(&self, owner: &Definition, list: &Enum) -> Vec<EnumValue> {
        let value = |value: &qmp_events_frontend::schema::EnumValue| EnumValue {
            name: value.name.clone(),
            rust: self.names().value_ident(&owner.name, &value.name).to_string(),
            lifetime: lifetime_within(&value.lifetime, &owner.lifetime),
            features: features(&value.features, &value.lifetime),
            condition: value.condition.as_ref().map(ToString::to_string),
            description: plain(&value.description),
        };
        list.values.iter().map(value).collect()
    }

    fn type_reference(&self, ty: &Type) -> TypeRef {
        match ty {
            Type::Builtin(builtin) => TypeRef::Named(builtin.name().to_owned()),
            Type::Named(id) => TypeRef::Named(self.name(*id)),
            Type::List(element) => TypeRef::List { list: Box::new(self.type_reference(element)) },
        }
    }
}

fn release(version: Version) -> Release {
    Release { major: version.major, minor: version.minor }
}

fn lifetime(lifetime: &Lifetime) -> model::Lifetime {
    model::Lifetime { since: lifetime.since.map(release), removed: lifetime.removed.map(release) }
}

/// The dates that differ from those of the owner.
fn lifetime_within(part: &Lifetime, whole: &Lifetime) -> model::Lifetime {
    let since = part.since.filter(|since| whole.since.is_none_or(|whole| *since > whole));
    let removed = part.removed.filter(|removed| whole.removed.is_none_or(|whole| *removed < whole));
    model::Lifetime { since: since.map(release), removed: removed.map(release) }
}

fn features(features: &[Feature], owner: &Lifetime) -> Vec<model::Feature> {
    let feature = |feature: &Feature| model::Feature {
        name: feature.name.clone(),
        lifetime: lifetime_within(&feature.lifetime, owner),
        description: plain(&feature.description),
    };
    features.iter().map(feature).collect()
}

fn rate_limit(limit: &RateLimit) -> model::RateLimit {
    let exempt = limit.exempt.clone();
    model::RateLimit {
        interval_ms: INTERVAL_MS,
        key: limit.key.clone(),
        since: limit.since.map(release),
        exempt: exempt.map(|(member, value)| Exemption { member, value }),
    }
}

/// An example is JSON, or the document had an error.
fn example(example: &ExampleText) -> Option<Example> {
    let message: Json = serde_json::from_str(&example.message).ok()?;
    Some(Example { label: example.label.clone(), message })
}

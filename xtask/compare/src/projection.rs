//! A schema as of one release: what QEMU X.Y has of it.
//!
//! Something exists if `since <= X.Y < removed`, a branch if its tag value does, a type if an event
//! of that release reaches it. What is not dated is as old as its owner.

use std::collections::{BTreeMap, BTreeSet};

use crate::surface::{self, Branch, Facts, Object, Shape, Surface, TypeDefinition, TypeReference, Variants};
use qmp_events_frontend::schema::{
    self, Condition, Data, Definition, DefinitionId, Kind, Lifetime, Schema, Struct, Type, Union,
};
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

/// What the release `at` has of a schema. Without a release all dates are passed over: the schema
/// is that of one release already.
pub fn project(schema: &Schema, at: Option<Version>) -> Surface {
    let mut projection = Projection { schema, at, waiting: Vec::new(), wrappers: BTreeMap::new() };
    let mut surface = Surface::new(surface::Kind::Schema);
    for (definition, event) in schema.events() {
        if projection.has(&definition.lifetime) {
            surface.events.insert(definition.name.clone(), projection.event(definition, event));
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(id) = projection.waiting.pop() {
        if seen.insert(id)
            && let Some(definition) = projection.type_definition(schema.get(id))
        {
            surface.types.insert(projection.name(id), definition);
        }
    }
    surface.types.append(&mut projection.wrappers);
    surface
}

struct Projection<'a> {
    schema: &'a Schema,
    at: Option<Version>,
    /// Types that were referred to.
    waiting: Vec<DefinitionId>,
    /// What the branches of old simple unions add, which no schema names.
    wrappers: BTreeMap<String, TypeDefinition>,
}

impl Projection<'_> {
    fn has(&self, lifetime: &Lifetime) -> bool {
        let Some(at) = self.at else { return true };
        lifetime.since.is_none_or(|since| since <= at) && lifetime.removed.is_none_or(|removed| at < removed)
    }

    /// The name that a type had.
    fn name(&self, id: DefinitionId) -> String {
        let definition = self.schema.get(id);
        let Some(at) = self.at else { return definition.name.clone() };
        // Newest first: the last of those that were still to come.
        let later = definition.lifetime.renamed.iter().take_while(|(version, _)| at < *version);
        later.last().map_or(&definition.name, |(_, old)| old).clone()
    }

    fn facts(
        &self,
        features: &[schema::Feature],
        condition: Option<&Condition>,
        since: Option<Version>,
        span: Span,
    ) -> Facts {
        let features = features.iter().filter(|feature| self.has(&feature.lifetime));
        Facts {
            features: features.map(|feature| feature.name.clone()).collect(),
            condition: condition.cloned(),
            since,
            span: Some(span),
        }
    }

    fn definition_facts(&self, definition: &Definition) -> Facts {
        let Definition { features, condition, lifetime, span, .. } = definition;
        self.facts(features, condition.as_ref(), lifetime.since, *span)
    }

    fn event(&mut self, definition: &Definition, event: &schema::Event) -> surface::Event {
        let data = match &event.data {
            Data::None => surface::Data::Members(Vec::new()),
            Data::Members(members) => surface::Data::Members(self.members(members)),
            Data::Type(id) => surface::Data::Type(self.refer(*id)),
        };
        let facts = self.definition_facts(definition);
        surface::Event { data, facts }
    }

    fn type_definition(&mut self, definition: &Definition) -> Option<TypeDefinition> {
        let shape = match &definition.kind {
            Kind::Enum(list) => Shape::Enum(self.values(list)),
            Kind::Struct(structure) => Shape::Object(self.structure(structure)),
            Kind::Union(union) => Shape::Object(self.union(union)),
            Kind::Alternate(alternate) => {
                Shape::Alternate(alternate.branches.iter().map(|branch| self.reference(&branch.ty)).collect())
            }
            Kind::Command(_) | Kind::Event(_) => return None,
        };
        let facts = self.definition_facts(definition);
        Some(TypeDefinition { shape, facts })
    }

    fn values(&self, list: &schema::Enum) -> Vec<surface::Value> {
        let values = list.values.iter().filter(|value| self.has(&value.lifetime));
        values
            .map(|value| surface::Value {
                name: value.name.clone(),
                facts: self.facts(
                    &value.features,
                    value.condition.as_ref(),
                    value.lifetime.since,
                    value.span,
                ),
            })
            .collect()
    }

    fn structure(&mut self, structure: &Struct) -> Object {
        let schema = self.schema;
        let Some(base) = structure.base else {
            return Object { members: self.members(&structure.members), ..Object::default() };
        };
        if self.has(&schema.get(base).lifetime) {
            let base = Some(self.refer(base));
            return Object { base, members: self.members(&structure.members), variants: None };
        }
        // The base was split off later: then its members were the struct's own.
        let members = schema.members_with_base(structure);
        Object { members: self.members(members), ..Object::default() }
    }

    fn union(&mut self, union: &Union) -> Object {
        let tags = match union.tag_type.map(|id| &self.schema.get(id).kind) {
            Some(Kind::Enum(list)) => Some(list),
            _ => None,
        };
        let exists = |name: &str| {
            let value = tags.and_then(|list| list.values.iter().find(|value| value.name == name));
            value.is_none_or(|value| self.has(&value.lifetime))
        };
        let branches: Vec<_> = union.branches.iter().filter(|branch| exists(&branch.name)).collect();
        let branches = branches.into_iter().filter_map(|branch| {
            let facts = self.facts(&[], branch.condition.as_ref(), None, branch.span);
            let ty = match branch.ty {
                _ if union.simple => self.wrapper(branch),
                Type::Named(id) => self.refer(id),
                Type::Builtin(_) | Type::List(_) => return None,
            };
            Some(Branch { name: branch.name.clone(), ty, facts })
        });
        let branches = branches.collect();
        let base = union.base_type.map(|id| self.refer(id));
        let members = if base.is_some() { Vec::new() } else { self.members(&union.base) };
        Object { base, members, variants: Some(Variants { tag: union.tag.clone(), branches }) }
    }

    /// A branch of a simple union adds one member, `data`, which has the type of the branch.
    fn wrapper(&mut self, branch: &schema::Branch) -> String {
        let facts = self.facts(&[], None, None, branch.span);
        let ty = self.reference(&branch.ty);
        let name = format!("{ty}-wrapper");
        let member = surface::Member { name: "data".to_owned(), ty, optional: false, facts: facts.clone() };
        let shape = Shape::Object(Object { members: vec![member], ..Object::default() });
        self.wrappers.insert(name.clone(), TypeDefinition { shape, facts });
        name
    }

    fn members<'m>(&mut self, members: impl IntoIterator<Item = &'m schema::Member>) -> Vec<surface::Member> {
        let members = members.into_iter().filter(|member| self.has(&member.lifetime)).collect::<Vec<_>>();
        members.into_iter().map(|member| self.member(member)).collect()
    }

    fn member(&mut self, member: &schema::Member) -> surface::Member {
        surface::Member {
            name: member.name.clone(),
            ty: self.reference(&member.ty),
            optional: self.is_optional(member),
            facts: self.facts(
                &member.features,
                member.condition.as_ref(),
                member.lifetime.since,
                member.span,
            ),
        }
    }

    /// The schema calls a member optional if any release may leave it out.
    fn is_optional(&self, member: &schema::Member) -> bool {
        let Lifetime { optional, mandatory, .. } = member.lifetime;
        let since =
            |version: Option<Version>| version.is_some_and(|version| self.at.is_none_or(|at| version <= at));
        member.optional && !since(mandatory) && (optional.is_none() || since(optional))
    }

    fn reference(&mut self, ty: &Type) -> TypeReference {
        match ty {
            Type::Builtin(builtin) => TypeReference::builtin(*builtin),
            Type::Named(id) => TypeReference::Named(self.refer(*id)),
            Type::List(element) => TypeReference::List(Box::new(self.reference(element))),
        }
    }

    /// The name of a type that is reached with this.
    fn refer(&mut self, id: DefinitionId) -> String {
        self.waiting.push(id);
        self.name(id)
    }
}

//! Definitions to the [`Schema`]: names resolved, sugar gone. Rules between types come later.
//!
//! A reference that leads nowhere is reported once, however often the name is used, and what
//! depends on it is marked as damaged so that no later rule blames it again.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::diagnostics::show;
use crate::qapi::context::Context;
use crate::qapi::origin::Origin;
use crate::qapi::syntax::ast::{self, Body, Meta, Name, TypeName};
use crate::schema::{
    Alternate, Branch, Builtin, Command, Data, Definition, DefinitionId, Enum, EnumValue, Event, Feature,
    Kind, Lifetime, Member, Schema, Struct, Type, Union,
};

/// All definitions of a tree by name.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    /// With the index of the module; the ids of the schema count the same.
    list: Vec<(usize, ast::Definition)>,
    index: HashMap<String, usize>,
    /// Names that exist, or were reported: what they mean is not known.
    unusable: HashSet<String>,
    /// Any name might exist.
    incomplete: bool,
}

impl Definitions {
    pub(crate) fn new(incomplete: bool) -> Self {
        Self { incomplete, ..Self::default() }
    }

    /// Takes a definition in, unless its name is taken.
    pub(crate) fn declare(&mut self, module: usize, definition: ast::Definition, context: &mut Context<'_>) {
        let Name { text, span } = &definition.name;
        let previous = self.index.get(text).map(|&previous| self.list[previous].1.name.span);
        if previous.is_none() && Builtin::from_name(text).is_none() {
            self.index.insert(text.clone(), self.list.len());
            self.list.push((module, definition));
            return;
        }
        let message = format!("{} is already defined", show(text));
        let report = context.error(&definition, "redefinition", *span, message);
        match previous {
            Some(previous) => report.note(previous, "previous definition here"),
            None => report.help("the language itself defines it"),
        };
    }

    /// Notes a name whose definition is unusable.
    pub(crate) fn declare_broken(&mut self, name: String) {
        self.unusable.insert(name);
    }

    /// Notes that a definition was lost, name and all.
    pub(crate) fn lose(&mut self) {
        self.incomplete = true;
    }
}

/// Lowers all definitions.
pub(crate) fn lower(mut definitions: Definitions, context: &mut Context<'_>) -> (Schema, Vec<Origin>) {
    let mut schema = Schema::default();
    let list = std::mem::take(&mut definitions.list);
    let names = list
        .iter()
        .map(|(module, definition)| (schema.add(lower_head(*module, definition)), definition.meta))
        .collect();
    let mut lowering = Lowering { names, definitions, context, damaged: false, simple_tags: Vec::new() };
    let mut origins = Vec::with_capacity(list.len());
    for (id, (_, ast)) in schema.ids().zip(list) {
        lowering.damaged = ast.damaged;
        let kind = lowering.lower_body(&ast);
        schema.get_mut(id).kind = kind;
        for tag in lowering.simple_tags.drain(..) {
            define_simple_tag(&mut schema, id, tag);
        }
        origins.push(Origin { id, ast, damaged: lowering.damaged });
    }
    (schema, origins)
}

fn lower_head(module: usize, definition: &ast::Definition) -> Definition {
    Definition {
        name: definition.name.text.clone(),
        span: definition.name.span,
        extent: definition.span,
        module,
        documentation: None,
        condition: definition.condition.clone(),
        features: lower_features(&definition.features),
        lifetime: Lifetime::default(),
        kind: Kind::Struct(Struct::default()),
    }
}

fn lower_features(features: &[ast::Feature]) -> Vec<Feature> {
    let lower = |feature: &ast::Feature| Feature {
        name: feature.name.text.clone(),
        span: feature.name.span,
        condition: feature.condition.clone(),
        description: String::new(),
        lifetime: Lifetime::default(),
    };
    features.iter().map(lower).collect()
}

fn lower_value(value: &ast::EnumValue) -> EnumValue {
    EnumValue {
        name: value.name.text.clone(),
        span: value.name.span,
        condition: value.condition.clone(),
        features: lower_features(&value.features),
        description: String::new(),
        lifetime: Lifetime::default(),
    }
}

/// Gives an older simple union the enum that its tag has, which the schema does not spell out.
fn define_simple_tag(schema: &mut Schema, id: DefinitionId, values: Enum) {
    let union = schema.get(id);
    let tag = Definition {
        name: format!("{}Kind", union.name),
        span: union.span,
        extent: union.extent,
        module: union.module,
        documentation: None,
        condition: union.condition.clone(),
        features: Vec::new(),
        lifetime: Lifetime::default(),
        kind: Kind::Enum(values),
    };
    let span = union.span;
    let tag_id = schema.add(tag);
    let Kind::Union(union) = &mut schema.get_mut(id).kind else { return };
    union.tag_type = Some(tag_id);
    union.base.push(Member {
        name: union.tag.clone(),
        span,
        ty: Type::Named(tag_id),
        optional: false,
        condition: None,
        features: Vec::new(),
        description: String::new(),
        lifetime: Lifetime::default(),
    });
}

struct Lowering<'c, 'd> {
    /// By the index of the definition.
    names: Vec<(DefinitionId, Meta)>,
    definitions: Definitions,
    context: &'c mut Context<'d>,
    /// Whether the current definition lost something.
    damaged: bool,
    /// The tag of the current definition, if it is a simple union.
    simple_tags: Vec<Enum>,
}

impl Lowering<'_, '_> {
    fn lower_body(&mut self, definition: &ast::Definition) -> Kind {
        match &definition.body {
            Body::Enum { values, prefix } => {
                Kind::Enum(Enum { values: values.iter().map(lower_value).collect(), prefix: prefix.clone() })
            }
            Body::Struct { base, members } => Kind::Struct(Struct {
                base: base.as_ref().and_then(|base| self.resolve_base(base, definition)),
                members: self.lower_members(members, definition),
            }),
            Body::Union { base, discriminator, branches } => {
                Kind::Union(self.lower_union(base, discriminator.as_ref(), branches, definition))
            }
            Body::Alternate { branches } => {
                Kind::Alternate(Alternate { branches: self.lower_branches(branches, definition) })
            }
            Body::Command { data, returns, .. } => Kind::Command(Command {
                arguments: self.lower_data(data, definition),
                returns: returns
                    .as_ref()
                    .and_then(|ty| self.resolve(ty, format_args!("'returns'"), definition)),
            }),
            Body::Event { data, .. } => Kind::Event(Event { data: self.lower_data(data, definition) }),
        }
    }

    fn lower_union(
        &mut self,
        base: &ast::Data,
        discriminator: Option<&Name>,
        branches: &[ast::Branch],
        definition: &ast::Definition,
    ) -> Union {
        let (base, base_type) = match base {
            ast::Data::None => (Vec::new(), None),
            ast::Data::Members(members) => (self.lower_members(members, definition), None),
            ast::Data::Type(name) => (Vec::new(), self.resolve_base(name, definition)),
        };
        if discriminator.is_none() {
            let value = |branch: &ast::Branch| {
                lower_value(&ast::EnumValue {
                    name: branch.name.clone(),
                    condition: branch.condition.clone(),
                    features: Vec::new(),
                })
            };
            self.simple_tags.push(Enum { values: branches.iter().map(value).collect(), prefix: None });
        }
        Union {
            base,
            base_type,
            tag: discriminator.map_or_else(|| "type".to_owned(), |name| name.text.clone()),
            tag_type: None,
            branches: self.lower_branches(branches, definition),
            simple: discriminator.is_none(),
        }
    }

    fn lower_members(&mut self, members: &[ast::Member], definition: &ast::Definition) -> Vec<Member> {
        members.iter().map(|member| self.lower_member(member, definition)).collect()
    }

    fn lower_member(&mut self, member: &ast::Member, definition: &ast::Definition) -> Member {
        let what = format_args!("member {}", show(&member.name.text));
        let ty = self.resolve(&member.ty, what, definition);
        Member {
            name: member.name.text.clone(),
            span: member.name.span,
            ty: ty.unwrap_or(Type::Builtin(Builtin::Any)),
            optional: member.optional,
            condition: member.condition.clone(),
            features: lower_features(&member.features),
            description: String::new(),
            lifetime: Lifetime::default(),
        }
    }

    fn lower_branches(&mut self, branches: &[ast::Branch], definition: &ast::Definition) -> Vec<Branch> {
        let lower = |branch: &ast::Branch| {
            Some(Branch {
                name: branch.name.text.clone(),
                span: branch.name.span,
                ty: self.resolve(
                    &branch.ty,
                    format_args!("branch {}", show(&branch.name.text)),
                    definition,
                )?,
                condition: branch.condition.clone(),
                description: String::new(),
            })
        };
        branches.iter().filter_map(lower).collect()
    }

    fn lower_data(&mut self, data: &ast::Data, definition: &ast::Definition) -> Data {
        match data {
            ast::Data::None => Data::None,
            ast::Data::Members(members) => Data::Members(self.lower_members(members, definition)),
            ast::Data::Type(name) => self.resolve_object(name, definition).map_or(Data::None, Data::Type),
        }
    }

    /// The struct or union of `data`.
    fn resolve_object(&mut self, name: &Name, definition: &ast::Definition) -> Option<DefinitionId> {
        let ty = TypeName { name: name.clone(), list: false };
        let found = self.resolve(&ty, format_args!("'data'"), definition)?;
        if let Type::Named(id) = found
            && matches!(self.meta_of(name), Some(Meta::Struct | Meta::Union))
        {
            return Some(id);
        }
        self.damaged = true;
        let message = format!("'data' cannot be {}, it needs a struct or a union", self.describe(name));
        self.context.error(definition, "data-not-object", name.span, message);
        None
    }

    fn resolve_base(&mut self, name: &Name, definition: &ast::Definition) -> Option<DefinitionId> {
        let ty = TypeName { name: name.clone(), list: false };
        let found = self.resolve(&ty, format_args!("'base'"), definition)?;
        if let Type::Named(id) = found
            && self.meta_of(name) == Some(Meta::Struct)
        {
            return Some(id);
        }
        self.damaged = true;
        let message = format!("'base' cannot be {}, it needs a struct", self.describe(name));
        self.context.error(definition, "base-not-struct", name.span, message);
        None
    }

    fn resolve(
        &mut self,
        ty: &TypeName,
        what: fmt::Arguments<'_>,
        definition: &ast::Definition,
    ) -> Option<Type> {
        let Name { text, span } = &ty.name;
        let found = match (Builtin::from_name(text), self.definitions.index.get(text)) {
            (Some(builtin), _) => Some(Type::Builtin(builtin)),
            (None, Some(&index)) if self.names[index].1.is_type() => Some(Type::Named(self.names[index].0)),
            _ => None,
        };
        let Some(found) = found else {
            self.damaged = true;
            let known = self.definitions.incomplete || self.definitions.unusable.contains(text);
            if !known {
                self.definitions.unusable.insert(text.clone());
                let message = match self.meta_of(&ty.name) {
                    Some(_) => format!("{what} cannot be {}, it needs a type", self.describe(&ty.name)),
                    None => format!("{what} uses the unknown type {}", show(text)),
                };
                self.context.error(definition, "unknown-type", *span, message);
            }
            return None;
        };
        Some(if ty.list { Type::List(Box::new(found)) } else { found })
    }

    fn meta_of(&self, name: &Name) -> Option<Meta> {
        self.definitions.index.get(&name.text).map(|&index| self.names[index].1)
    }

    fn describe(&self, name: &Name) -> String {
        let shown = show(&name.text);
        match self.meta_of(name) {
            Some(meta) => format!("the {} {shown}", meta.key()),
            None => format!("the built-in type {shown}"),
        }
    }
}

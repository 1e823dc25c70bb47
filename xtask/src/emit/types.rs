//! One Rust type for each definition that events reach.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::attributes::Attributes;
use super::docs;
use super::emitter::Emitter;
use crate::catalogue::EventText;
use crate::names::{default_member_name, default_value_name};
use crate::reach::{contains, data_members, own_members};
use qmp_events_frontend::schema::{
    Alternate, Branch, Builtin, Data, Definition, DefinitionId, Enum, EnumValue, Event, Kind, Lifetime,
    Member, Type, Union,
};

/// The variant for what a build does not know.
pub(super) const UNKNOWN: &str = "Other";

/// The field for members that a build does not know.
pub(super) const UNKNOWN_MEMBERS: &str = "unknown";

impl Emitter<'_> {
    /// The items of a definition, one for most.
    pub(super) fn emit_definition(&self, id: DefinitionId, definition: &Definition) -> Vec<TokenStream> {
        match &definition.kind {
            Kind::Event(event) => vec![self.emit_event(id, definition, event)],
            Kind::Struct(_) => vec![self.emit_struct(id, definition)],
            Kind::Enum(list) => vec![self.emit_enum(definition, list)],
            Kind::Union(union) => self.emit_union(id, definition, union),
            Kind::Alternate(alternate) => vec![self.emit_alternate(id, definition, alternate)],
            Kind::Command(_) => Vec::new(),
        }
    }

    fn emit_event(&self, id: DefinitionId, definition: &Definition, event: &Event) -> TokenStream {
        let text = &self.catalogue.events[&id];
        let members = data_members(&self.catalogue.schema, &event.data);
        let mut fields: Vec<TokenStream> =
            members.iter().map(|member| self.emit_field(id, definition, member, Some(text))).collect();
        if let Data::Type(union) = event.data {
            fields.extend(self.branches_field(union));
        }
        let mut attributes = Attributes::default();
        attributes.definition(definition);
        attributes.aliases(self.catalogue.names.aliases(&definition.name));
        attributes.push(quote!(new));
        attributes.event(text);
        let derive = self.derives(quote!(QapiEvent), id);
        self.emit_object(definition, docs::event(definition, text), derive, attributes, &fields)
    }

    fn emit_struct(&self, id: DefinitionId, definition: &Definition) -> TokenStream {
        let members = own_members(&self.catalogue.schema, id);
        let mut fields: Vec<TokenStream> =
            members.iter().map(|member| self.emit_field(id, definition, member, None)).collect();
        fields.extend(self.branches_field(id));
        let mut attributes = Attributes::default();
        attributes.definition(definition);
        attributes.push(quote!(new));
        let derive = self.derives(quote!(QapiStruct), id);
        self.emit_object(definition, docs::definition(definition), derive, attributes, &fields)
    }

    fn emit_object(
        &self,
        definition: &Definition,
        docs: String,
        derive: TokenStream,
        attributes: Attributes,
        fields: &[TokenStream],
    ) -> TokenStream {
        let ident = self.catalogue.names.type_ident(&definition.name);
        let docs = docs::doc_attributes(&docs);
        let unknown = format_ident!("{UNKNOWN_MEMBERS}");
        quote! {
            #docs
            #derive
            #attributes
            #[non_exhaustive]
            pub struct #ident {
                #(#fields)*
                /// Members that this build does not know, kept as they came.
                #[qapi(unknown)]
                pub #unknown: UnknownMembers,
            }
        }
    }

    fn emit_field(
        &self,
        owner: DefinitionId,
        definition: &Definition,
        member: &Member,
        text: Option<&EventText>,
    ) -> TokenStream {
        let lifetime = later_than(&member.lifetime, &definition.lifetime);
        let described = text.and_then(|text| text.members.get(&member.name)).unwrap_or(&member.description);
        let docs = docs::doc_attributes(&docs::part(
            described,
            &lifetime,
            &member.features,
            member.condition.as_ref(),
        ));
        let ident = self.catalogue.names.member_ident(&definition.name, &member.name);
        let mut attributes = Attributes::default();
        let name = &member.name;
        if default_member_name(&ident) != *name {
            attributes.push(quote!(name = #name));
        }
        attributes.aliases(self.catalogue.names.aliases(&format!("{}.{name}", definition.name)));
        attributes.lifetime(&lifetime);
        let comes_and_goes =
            lifetime.since.is_some() || lifetime.removed.is_some() || member.condition.is_some();
        if comes_and_goes && !member.optional {
            attributes.push(quote!(mandatory));
        }
        attributes.features(&member.features);
        attributes.condition(member.condition.as_ref());
        if text.is_some_and(|text| text.bare) {
            attributes.push(quote!(bare));
        }
        let mut ty = self.emit_type(&member.ty);
        if contains(&self.catalogue.schema, &member.ty, owner) {
            ty = quote!(Box<#ty>);
        }
        if member.optional || comes_and_goes {
            ty = quote!(Option<#ty>);
        }
        quote! { #docs #attributes pub #ident: #ty, }
    }

    /// The field that holds a union's branches where the union has more members than its tag.
    fn branches_field(&self, id: DefinitionId) -> Option<TokenStream> {
        let Kind::Union(_) = self.catalogue.schema.get(id).kind else { return None };
        let branches = self.branches_ident(id);
        let docs = docs::doc_attributes("The members that depend on the tag.");
        Some(quote! { #docs #[qapi(branches)] pub branch: #branches, })
    }

    /// The enum of a union's branches: the union itself if it has no member but its tag.
    pub(super) fn branches_ident(&self, id: DefinitionId) -> Ident {
        let ident = self.catalogue.names.type_ident(&self.catalogue.schema.get(id).name);
        if own_members(&self.catalogue.schema, id).is_empty() {
            ident
        } else {
            format_ident!("{ident}Branch")
        }
    }

    fn emit_enum(&self, definition: &Definition, list: &Enum) -> TokenStream {
        let values = list.values.iter().map(|value| self.emit_value(definition, value, None));
        let ident = self.catalogue.names.type_ident(&definition.name);
        let docs = docs::doc_attributes(&docs::definition(definition));
        let mut attributes = Attributes::default();
        attributes.definition(definition);
        let unknown = format_ident!("{UNKNOWN}");
        quote! {
            #docs
            #[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
            #attributes
            #[non_exhaustive]
            pub enum #ident {
                #(#values)*
                /// A value that this build does not know, kept as it came.
                #[qapi(unknown)]
                #unknown(UnknownValue),
            }
        }
    }

    /// The variant of an enum's value, or of the branch that a tag's value selects.
    fn emit_value(&self, owner: &Definition, value: &EnumValue, payload: Option<TokenStream>) -> TokenStream {
        let lifetime = later_than(&value.lifetime, &owner.lifetime);
        let condition = value.condition.as_ref();
        let docs =
            docs::doc_attributes(&docs::part(&value.description, &lifetime, &value.features, condition));
        let mut attributes = Attributes::default();
        let variant = self.value_ident(owner, &value.name, &mut attributes);
        attributes.aliases(self.catalogue.names.aliases(&format!("{}.{}", owner.name, value.name)));
        attributes.lifetime(&lifetime);
        attributes.features(&value.features);
        attributes.condition(condition);
        quote! { #docs #attributes #variant #payload, }
    }

    fn emit_union(&self, id: DefinitionId, definition: &Definition, union: &Union) -> Vec<TokenStream> {
        let mut items = Vec::new();
        if !own_members(&self.catalogue.schema, id).is_empty() {
            items.push(self.emit_struct(id, definition));
        }
        let ident = self.branches_ident(id);
        let tag = &union.tag;
        let variants = self.emit_branches(id, definition, union);
        let docs = docs::doc_attributes(&docs::definition(definition));
        let mut attributes = Attributes::default();
        attributes.definition(definition);
        attributes.push(quote!(tag = #tag));
        let derive = self.derives(quote!(QapiUnion), id);
        let unknown = format_ident!("{UNKNOWN}");
        items.push(quote! {
            #docs
            #derive
            #attributes
            #[non_exhaustive]
            pub enum #ident {
                #(#variants)*
                /// A branch that this build does not know, kept whole.
                #[qapi(unknown)]
                #unknown(UnknownBranch),
            }
        });
        items
    }

    /// One variant for each value of the tag, whether or not the schema lists a branch for it.
    fn emit_branches(&self, id: DefinitionId, definition: &Definition, union: &Union) -> Vec<TokenStream> {
        let Some(Kind::Enum(list)) = union.tag_type.map(|tag| &self.catalogue.schema.get(tag).kind) else {
            return Vec::new();
        };
        let variant = |value: &EnumValue| {
            let branch = union.branches.iter().find(|branch| branch.name == value.name);
            let payload = match branch {
                Some(branch) => self.emit_branch_type(id, branch),
                None => quote!((UnknownMembers)),
            };
            self.emit_value(definition, value, Some(payload))
        };
        list.values.iter().map(variant).collect()
    }

    fn emit_branch_type(&self, owner: DefinitionId, branch: &Branch) -> TokenStream {
        let ty = self.emit_type(&branch.ty);
        if contains(&self.catalogue.schema, &branch.ty, owner) { quote!((Box<#ty>)) } else { quote!((#ty)) }
    }

    fn emit_alternate(
        &self,
        id: DefinitionId,
        definition: &Definition,
        alternate: &Alternate,
    ) -> TokenStream {
        let variants = alternate.branches.iter().map(|branch| {
            let docs = docs::doc_attributes(&docs::part(
                &branch.description,
                &Lifetime::default(),
                &[],
                branch.condition.as_ref(),
            ));
            let mut attributes = Attributes::default();
            let variant = self.value_ident(definition, &branch.name, &mut attributes);
            let ty = self.emit_type(&branch.ty);
            quote! { #docs #attributes #variant(#ty), }
        });
        let ident = self.catalogue.names.type_ident(&definition.name);
        let docs = docs::doc_attributes(&docs::definition(definition));
        let mut attributes = Attributes::default();
        attributes.definition(definition);
        let derive = self.derives(quote!(QapiAlternate), id);
        let unknown = format_ident!("{UNKNOWN}");
        quote! {
            #docs
            #derive
            #attributes
            #[non_exhaustive]
            pub enum #ident {
                #(#variants)*
                /// A value of a JSON type that this build does not expect here.
                #[qapi(unknown)]
                #unknown(RawJson<'static>),
            }
        }
    }

    fn value_ident(&self, owner: &Definition, name: &str, attributes: &mut Attributes) -> Ident {
        let variant = self.catalogue.names.value_ident(&owner.name, name);
        if default_value_name(&variant) != name {
            attributes.push(quote!(name = #name));
        }
        variant
    }

    fn emit_type(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Builtin(builtin) => emit_builtin(*builtin),
            Type::Named(id) => {
                let ident = self.catalogue.names.type_ident(&self.catalogue.schema.get(*id).name);
                quote!(#ident)
            }
            Type::List(element) => {
                let element = self.emit_type(element);
                quote!(Vec<#element>)
            }
        }
    }

    /// `Eq` is there unless a float is in it.
    fn derives(&self, derive: TokenStream, id: DefinitionId) -> TokenStream {
        if self.holds_float(id, &mut Vec::new()) {
            quote!(#[derive(Clone, Debug, PartialEq, #derive)])
        } else {
            quote!(#[derive(Clone, Debug, PartialEq, Eq, #derive)])
        }
    }

    pub(super) fn holds_float(&self, id: DefinitionId, seen: &mut Vec<DefinitionId>) -> bool {
        if seen.contains(&id) {
            return false;
        }
        seen.push(id);
        let schema = &self.catalogue.schema;
        let mut members = own_members(schema, id);
        let branches = match &schema.get(id).kind {
            Kind::Event(event) => {
                members.extend(data_members(schema, &event.data));
                if let Data::Type(data) = event.data {
                    return self.holds_float(data, seen);
                }
                &[][..]
            }
            Kind::Union(union) => &union.branches[..],
            Kind::Alternate(alternate) => &alternate.branches[..],
            _ => &[],
        };
        let types = members.iter().map(|member| &member.ty).chain(branches.iter().map(|branch| &branch.ty));
        types.into_iter().any(|ty| self.type_holds_float(ty, seen))
    }

    fn type_holds_float(&self, ty: &Type, seen: &mut Vec<DefinitionId>) -> bool {
        match ty {
            Type::Builtin(builtin) => *builtin == Builtin::Number,
            Type::Named(id) => self.holds_float(*id, seen),
            Type::List(element) => self.type_holds_float(element, seen),
        }
    }
}

/// Dates of a part that differ from those of the whole; the others go without saying.
fn later_than(part: &Lifetime, whole: &Lifetime) -> Lifetime {
    Lifetime {
        since: part.since.filter(|since| whole.since.is_none_or(|whole| *since > whole)),
        removed: part.removed.filter(|removed| whole.removed.is_none_or(|whole| *removed < whole)),
        ..Lifetime::default()
    }
}

fn emit_builtin(builtin: Builtin) -> TokenStream {
    match builtin {
        Builtin::Str | Builtin::QType => quote!(String),
        Builtin::Number => quote!(f64),
        Builtin::Int | Builtin::Int64 => quote!(i64),
        Builtin::Int8 => quote!(i8),
        Builtin::Int16 => quote!(i16),
        Builtin::Int32 => quote!(i32),
        Builtin::Uint8 => quote!(u8),
        Builtin::Uint16 => quote!(u16),
        Builtin::Uint32 => quote!(u32),
        Builtin::Uint64 | Builtin::Size => quote!(u64),
        Builtin::Bool => quote!(bool),
        Builtin::Null => quote!(()),
        Builtin::Any => quote!(RawJson<'static>),
    }
}

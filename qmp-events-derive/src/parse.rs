//! From a derive input to the model.

use syn::{Data, DeriveInput, Fields};

use crate::attr::{Place, parse_attrs, parse_description};
use crate::model::{Attrs, Body, Container, Member, Role, Shape, Variant};
use crate::names::{member_name, value_name};
use crate::sink::Sink;

/// Reads everything that can be read; what cannot goes into `sink`. Nothing, if the input is a
/// struct where the macro is for enums, or the other way round.
pub(crate) fn parse_container(input: &DeriveInput, shape: Shape, sink: &Sink) -> Option<Container> {
    let body = parse_body(input, shape, sink)?;
    let attrs = parse_attrs(&input.attrs, Place::container(shape), sink);
    if !input.generics.params.is_empty() {
        sink.report(&input.generics, "QAPI types are concrete; remove the generic parameters");
    }
    Some(Container {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        shape,
        name: attrs.name.as_ref().map(syn::LitStr::value).unwrap_or_default(),
        description: parse_description(&input.attrs),
        body,
        attrs,
    })
}

fn parse_body(input: &DeriveInput, shape: Shape, sink: &Sink) -> Option<Body> {
    let wants_struct = matches!(shape, Shape::Event | Shape::Struct);
    match &input.data {
        Data::Struct(data) if wants_struct => Some(Body::Members(parse_members(&data.fields, shape, sink))),
        Data::Enum(data) if !wants_struct => {
            let variants = data.variants.iter();
            Some(Body::Variants(variants.map(|variant| parse_variant(variant, shape, sink)).collect()))
        }
        _ => {
            let wanted = if wants_struct { "a struct" } else { "an enum" };
            sink.report(&input.ident, format_args!("this derive is for {wanted}"));
            None
        }
    }
}

fn parse_members(fields: &Fields, shape: Shape, sink: &Sink) -> Vec<Member> {
    if let Fields::Unnamed(fields) = fields {
        sink.report(fields, "members have names; give each field one");
    }
    fields
        .iter()
        .filter_map(|field| {
            let ident = field.ident.clone()?;
            let attrs = parse_attrs(&field.attrs, Place::item(shape), sink);
            let role = parse_role(&attrs, sink);
            Some(Member {
                name: name_or(&attrs, || member_name(&ident)),
                description: parse_description(&field.attrs),
                ty: field.ty.clone(),
                ident,
                role,
                attrs,
            })
        })
        .collect()
}

fn parse_role(attrs: &Attrs, sink: &Sink) -> Role {
    let roles =
        [(&attrs.bare, Role::Bare), (&attrs.branches, Role::Branches), (&attrs.unknown, Role::Unknown)];
    let mut given = roles.into_iter().filter_map(|(key, role)| Some((key.as_ref()?, role)));
    let Some((_, role)) = given.next() else { return Role::Member };
    if let Some((second, _)) = given.next() {
        sink.report(second, "a field is one of `bare`, `branches` and `unknown`");
    }
    role
}

fn parse_variant(variant: &syn::Variant, shape: Shape, sink: &Sink) -> Variant {
    let attrs = parse_attrs(&variant.attrs, Place::item(shape), sink);
    let payload = match &variant.fields {
        Fields::Unit => None,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some(fields.unnamed[0].ty.clone()),
        fields => {
            sink.report(fields, "a variant holds nothing, or one type in parentheses");
            None
        }
    };
    Variant {
        ident: variant.ident.clone(),
        name: name_or(&attrs, || value_name(&variant.ident)),
        description: parse_description(&variant.attrs),
        payload,
        attrs,
    }
}

fn name_or(attrs: &Attrs, default: impl FnOnce() -> String) -> String {
    attrs.name.as_ref().map_or_else(default, syn::LitStr::value)
}

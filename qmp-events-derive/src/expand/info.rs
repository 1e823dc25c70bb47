//! Metadata: statics that describe a type, its members, values and branches.

use proc_macro2::TokenStream;
use quote::quote;

use crate::check::named;
use crate::model::{Attrs, Container, Member, RateLimit, Role, Variant, Version};

pub(crate) fn expand_event_info(container: &Container) -> TokenStream {
    let Container { name, attrs, description, .. } = container;
    let (aliases, examples) = (&attrs.aliases, &attrs.examples);
    let availability = expand_availability(attrs);
    let rate_limit = option(attrs.rate_limit.as_ref().map(expand_rate_limit));
    let members = expand_members(container);
    let branches = expand_branches(container);
    quote! {
        qapi::EventInfo::new(#name, &[#(#aliases),*], #availability, #members, #branches, #description)
            .with_rate_limit(#rate_limit)
            .with_examples(&[#(#examples),*])
    }
}

pub(crate) fn expand_struct_info(container: &Container) -> TokenStream {
    let Container { name, attrs, description, .. } = container;
    let aliases = &attrs.aliases;
    let availability = expand_availability(attrs);
    let members = expand_members(container);
    let branches = expand_branches(container);
    quote! {
        qapi::StructInfo::new(#name, &[#(#aliases),*], #availability, #members, #branches, #description)
    }
}

pub(crate) fn expand_enum_info(container: &Container) -> TokenStream {
    let Container { name, attrs, description, .. } = container;
    let aliases = &attrs.aliases;
    let availability = expand_availability(attrs);
    let values = container.known().map(|variant| {
        let Variant { name, attrs, description, .. } = variant;
        let aliases = &attrs.aliases;
        let availability = expand_availability(attrs);
        quote! {
            qapi::ValueInfo::new(#name, &[#(#aliases),*], #availability, #description)
        }
    });
    quote! {
        qapi::EnumInfo::new(#name, &[#(#aliases),*], #availability, const { &[#(#values),*] }, #description)
    }
}

pub(crate) fn expand_union_info(container: &Container, tag: &str) -> TokenStream {
    let Container { name, attrs, description, .. } = container;
    let aliases = &attrs.aliases;
    let availability = expand_availability(attrs);
    let branches = container.known().map(|variant| {
        let Variant { name, attrs, description, payload, .. } = variant;
        let aliases = &attrs.aliases;
        let availability = expand_availability(attrs);
        let ty = option(payload.as_ref().map(|ty| quote!(<#ty as qapi::QapiType>::TYPE)));
        quote! {
            qapi::BranchInfo::new(#name, &[#(#aliases),*], #ty, #availability, #description)
        }
    });
    quote! {
        qapi::UnionInfo::new(#name, &[#(#aliases),*], #tag, #availability, const { &[#(#branches),*] }, #description)
    }
}

pub(crate) fn expand_alternate_info(container: &Container) -> TokenStream {
    let Container { name, attrs, description, .. } = container;
    let aliases = &attrs.aliases;
    let availability = expand_availability(attrs);
    let types = container.known().filter_map(|variant| variant.payload.as_ref());
    quote! {
        qapi::AlternateInfo::new(#name, &[#(#aliases),*], #availability, &[#(<#types as qapi::QapiType>::TYPE),*], #description)
    }
}

fn expand_members(container: &Container) -> TokenStream {
    let members = named(container.members()).map(expand_member);
    quote!(const { &[#(#members),*] })
}

fn expand_member(member: &Member) -> TokenStream {
    let Member { ty, name, role, attrs, description, .. } = member;
    let aliases = &attrs.aliases;
    let (mandatory, bare) = (attrs.mandatory.is_some(), *role == Role::Bare);
    let availability = expand_availability(attrs);
    quote! {
        qapi::MemberInfo::new(#name, &[#(#aliases),*], <#ty as qapi::QapiType>::TYPE, <#ty as qapi::QapiType>::OPTIONAL && !#mandatory, #bare, #availability, #description)
    }
}

fn expand_branches(container: &Container) -> TokenStream {
    let holder = container.members().iter().find(|member| member.role == Role::Branches);
    option(holder.map(|Member { ty, .. }| quote!(<#ty as qapi::QapiType>::TYPE)))
}

fn expand_availability(attrs: &Attrs) -> TokenStream {
    let Attrs { deprecated, unstable, features, condition, .. } = attrs;
    let since = option(attrs.since.as_ref().map(expand_version));
    let removed = option(attrs.removed.as_ref().map(expand_version));
    let condition = option(condition.as_ref().map(|condition| quote!(#condition)));
    quote! {
        qapi::Availability::new(#since, #removed, #deprecated, #unstable, &[#(#features),*], #condition)
    }
}

fn expand_version(version: &Version) -> TokenStream {
    let (major, minor) = version.number();
    quote!(qapi::Version::new(#major, #minor))
}

fn expand_rate_limit(limit: &RateLimit) -> TokenStream {
    let keys = &limit.keys;
    let since = option(limit.since.as_ref().map(expand_version));
    let exempt = option(limit.exempt.as_ref().map(|(member, value)| quote!((#member, #value))));
    quote!(qapi::RateLimit::new(&[#(#keys),*], #since, #exempt))
}

fn option(tokens: Option<TokenStream>) -> TokenStream {
    match tokens {
        Some(tokens) => quote!(::core::option::Option::Some(#tokens)),
        None => quote!(::core::option::Option::None),
    }
}

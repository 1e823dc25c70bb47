//! `new`, for those who make an event themselves: in a test, for instance.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::check::{is_named, is_option};
use crate::model::{Container, Member, Role};

/// A constructor that takes the members which every QEMU sends. Members that came later are
/// `Option`s, so the list never grows.
pub(crate) fn expand_new(container: &Container) -> TokenStream {
    if !container.attrs.new {
        return TokenStream::new();
    }
    let ident = &container.ident;
    let is_mandatory = |member: &&Member| member.role != Role::Unknown && !is_option(&member.ty);
    let mandatory: Vec<&Member> = container.members().iter().filter(is_mandatory).collect();
    let parameters = mandatory.iter().map(|member| expand_parameter(&member.ident, &member.ty));
    let fields = container.members().iter().map(|member| {
        let Member { ident, ty, .. } = member;
        match () {
            () if member.role == Role::Unknown => quote!(#ident: ::core::default::Default::default()),
            () if !is_mandatory(&member) => quote!(#ident: ::core::option::Option::None),
            () if is_string(ty) => quote!(#ident: #ident.into()),
            () => quote!(#ident),
        }
    });
    let doc = match mandatory.as_slice() {
        [] => "No member is set: all of them may be absent.",
        _ => "The members that every QEMU sends; all others are absent.",
    };
    let default = mandatory.is_empty().then(|| {
        quote! {
            impl ::core::default::Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    quote! {
        impl #ident {
            #[doc = #doc]
            #[allow(clippy::too_many_arguments)]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#fields),* }
            }
        }
        #default
    }
}

fn expand_parameter(ident: &syn::Ident, ty: &Type) -> TokenStream {
    if is_string(ty) { quote!(#ident: impl ::core::convert::Into<#ty>) } else { quote!(#ident: #ty) }
}

fn is_string(ty: &Type) -> bool {
    is_named(ty, "String")
}

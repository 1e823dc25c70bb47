//! Sets of events: dispatch by name, and the enum of kinds.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::in_private_scope;
use crate::model::{Container, Variant};

pub(crate) fn expand_events(container: &Container) -> TokenStream {
    let dispatch = in_private_scope(&expand_dispatch(container));
    let kinds = container.attrs.kind.as_ref().map(|kind| expand_kinds(container, kind));
    quote! {
        #dispatch
        #kinds
    }
}

fn expand_dispatch(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let Some(unknown) = container.unknown().map(|variant| &variant.ident) else {
        return TokenStream::new();
    };
    let known: Vec<&Variant> = container.known().collect();
    let idents: Vec<_> = known.iter().map(|variant| &variant.ident).collect();
    let names: Vec<_> = known.iter().map(|variant| &variant.name).collect();
    let types: Vec<_> = known.iter().filter_map(|variant| variant.payload.as_ref()).collect();
    let positions = 0..known.len();
    let position_of_name = expand_position(&known);
    let same_names = known.iter().map(|variant| expand_same_name(variant));
    quote! {
        #(#same_names)*

        impl #ident {
            /// The event's name on the wire.
            pub fn name(&self) -> &str {
                match self {
                    #(Self::#idents(_) => #names,)*
                    Self::#unknown(event) => event.name.as_str(),
                }
            }

            /// What is known about the event, unless it is an unknown one.
            pub fn info(&self) -> ::core::option::Option<&'static qapi::EventInfo> {
                match self {
                    #(Self::#idents(_) => ::core::option::Option::Some(<#types as qapi::QapiEvent>::INFO),)*
                    Self::#unknown(_) => ::core::option::Option::None,
                }
            }
        }

        impl qapi::QapiEvents for #ident {
            const INFOS: &'static [&'static qapi::EventInfo] =
                &[#(<#types as qapi::QapiEvent>::INFO),*];

            #[inline]
            fn position(name: &[u8]) -> ::core::option::Option<usize> {
                #position_of_name
            }

            #[inline]
            fn read<P: qapi::Payload>(
                position: ::core::option::Option<usize>,
                name: &[u8],
                payload: P,
            ) -> ::core::result::Result<Self, P::Error> {
                match position {
                    #(::core::option::Option::Some(#positions) => payload.event().map(Self::#idents),)*
                    _ => payload.unknown(name).map(Self::#unknown),
                }
            }

            fn name(&self) -> &str {
                #ident::name(self)
            }

            fn serialize_data<M: qapi::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> ::core::result::Result<(), M::Error> {
                match self {
                    #(Self::#idents(event) => qapi::serialize_data(event, map),)*
                    Self::#unknown(event) => event.serialize_data(map),
                }
            }
        }

        impl<'de> qapi::serde::Deserialize<'de> for #ident {
            fn deserialize<D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_event(deserializer)
            }
        }

        impl qapi::serde::Serialize for #ident {
            fn serialize<S: qapi::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                qapi::serialize_event(self, serializer)
            }
        }
    }
}

/// The position of a name: first by length, then by comparison with the few names of that length,
/// each a handful of instructions since the length is known.
fn expand_position(known: &[&Variant]) -> TokenStream {
    let mut by_length: BTreeMap<usize, Vec<(usize, &str)>> = BTreeMap::new();
    for (position, variant) in known.iter().enumerate() {
        by_length.entry(variant.name.len()).or_default().push((position, &variant.name));
    }
    let lengths = by_length.into_iter().map(|(length, names)| {
        let (positions, names): (Vec<_>, Vec<_>) = names
            .into_iter()
            .map(|(position, name)| (position, Literal::byte_string(name.as_bytes())))
            .unzip();
        quote! {
            #length => match name {
                #(#names => ::core::option::Option::Some(#positions),)*
                _ => ::core::option::Option::None,
            }
        }
    });
    quote! {
        match name.len() {
            #(#lengths,)*
            _ => ::core::option::Option::None,
        }
    }
}

/// Ties the literal name of a variant to the name of its type.
fn expand_same_name(variant: &Variant) -> TokenStream {
    let (Some(literal), Some(ty)) = (&variant.attrs.name, &variant.payload) else {
        return TokenStream::new();
    };
    let message = format!("`{}` is not the name of this variant's event; copy it from the type", variant.name);
    quote_spanned! {literal.span()=>
        const _: () = ::core::assert!(
            qapi::same_text(<#ty as qapi::QapiEvent>::INFO.name, #literal),
            #message,
        );
    }
}

fn expand_kinds(container: &Container, kind: &Ident) -> TokenStream {
    let (ident, vis) = (&container.ident, &container.vis);
    let known: Vec<&Variant> = container.known().collect();
    let idents: Vec<_> = known.iter().map(|variant| &variant.ident).collect();
    let names: Vec<_> = known.iter().map(|variant| &variant.name).collect();
    let docs = known.iter().map(|variant| format!("`{}`", variant.name));
    let unknown = container.unknown().map(|variant| &variant.ident);
    let types: Vec<_> = known.iter().filter_map(|variant| variant.payload.as_ref()).collect();
    let kind_doc = format!("The kinds of events that [`{ident}`] knows.");
    let impls = in_private_scope(&quote! {
        impl #kind {
            /// All kinds, in order.
            pub const ALL: &'static [Self] = &[#(Self::#idents),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#idents => #names,)*
                }
            }

            /// What is known about events of this kind.
            pub const fn info(self) -> &'static qapi::EventInfo {
                match self {
                    #(Self::#idents => <#types as qapi::QapiEvent>::INFO,)*
                }
            }
        }

        impl #ident {
            /// The kind, unless the event is an unknown one.
            pub const fn kind(&self) -> ::core::option::Option<#kind> {
                match self {
                    #(Self::#idents(_) => ::core::option::Option::Some(#kind::#idents),)*
                    Self::#unknown(_) => ::core::option::Option::None,
                }
            }
        }

        impl qapi::Kind for #kind {
            const ALL: &'static [Self] = #kind::ALL;
            fn index(self) -> usize {
                self as usize
            }
            fn from_name(name: &str) -> ::core::option::Option<Self> {
                let position = qapi::position_of::<#ident>(name.as_bytes())?;
                #kind::ALL.get(position).copied()
            }
        }

        impl ::core::str::FromStr for #kind {
            type Err = qapi::UnknownKind;
            fn from_str(name: &str) -> ::core::result::Result<Self, Self::Err> {
                <Self as qapi::Kind>::from_name(name).ok_or_else(|| qapi::UnknownKind::new(name))
            }
        }

        impl ::core::fmt::Display for #kind {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.pad(self.name())
            }
        }
    });
    quote! {
        #[doc = #kind_doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #vis enum #kind {
            #(
                #[doc = #docs]
                #idents,
            )*
        }
        #impls
    }
}

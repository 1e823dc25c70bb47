//! Sets of events: dispatch by name, and the enum of kinds.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Type};

use super::shared::in_private_scope;
use crate::hash::{best_multiplier, bucket, expand_bucket};
use crate::model::{Container, Variant};

pub(crate) fn expand_events(container: &Container) -> TokenStream {
    let dispatch = in_private_scope(&expand_dispatch(container));
    let conversions = in_private_scope(&expand_conversions(container));
    let kinds = container.attrs.kind.as_ref().map(|kind| expand_kinds(container, kind));
    quote! {
        #dispatch
        #conversions
        #kinds
    }
}

fn expand_dispatch(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let Some(others) = Others::of(container) else { return TokenStream::new() };
    let known: Vec<&Variant> = container.known().collect();
    let idents: Vec<_> = known.iter().map(|variant| &variant.ident).collect();
    let names: Vec<_> = known.iter().map(|variant| &variant.name).collect();
    let types: Vec<_> = known.iter().filter_map(|variant| variant.payload.as_ref()).collect();
    let read = expand_by_name(&known, |variant| {
        let (ident, ty) = (&variant.ident, &variant.payload);
        quote!(data.event::<#ty>().map(Self::#ident))
    });
    let read_opened = expand_read_opened(&known);
    let same_names = known.iter().map(|variant| expand_same_name(variant));
    let bucket = expand_bucket();
    let Others { ident: other, read: read_other, read_opened: read_other_opened, .. } = &others;
    let Others { infos, name, info, has_data, has_unknown, serialize_data, .. } = &others;
    quote! {
        #bucket
        #(#same_names)*

        impl #ident {
            /// The event's name on the wire.
            pub fn name(&self) -> &str {
                match self {
                    #(Self::#idents(_) => #names,)*
                    Self::#other(event) => #name,
                }
            }

            /// What is known about the event, unless it is an unknown one.
            pub fn info(&self) -> ::core::option::Option<&'static qapi::EventInfo> {
                match self {
                    #(Self::#idents(_) => ::core::option::Option::Some(<#types as qapi::QapiEvent>::INFO),)*
                    Self::#other(event) => {
                        let _ = event;
                        #info
                    }
                }
            }
        }

        const OWN: &[&qapi::EventInfo] = &[#(<#types as qapi::QapiEvent>::INFO),*];

        impl qapi::QapiEvents for #ident {
            const INFOS: &'static [&'static qapi::EventInfo] = #infos;

            #[inline]
            fn read<R: qapi::DataReader>(
                name: &[u8],
                data: R,
            ) -> ::core::result::Result<Self, R::Error> {
                #read
                match qapi::name_of_alias(OWN, name) {
                    ::core::option::Option::Some(name) => Self::read(name, data),
                    ::core::option::Option::None => #read_other.map(Self::#other),
                }
            }

            fn decode(
                message: &[u8],
            ) -> ::core::result::Result<qapi::EventMessage<Self>, qapi::DecodeError> {
                qapi::decode_message(message)
            }

            #[inline]
            fn read_opened(
                mut message: qapi::OpenedMessage<'_>,
            ) -> ::core::result::Result<qapi::EventMessage<Self>, qapi::DecodeError> {
                #read_opened
                #read_other_opened
            }

            fn name(&self) -> &str {
                #ident::name(self)
            }

            fn info(&self) -> ::core::option::Option<&'static qapi::EventInfo> {
                #ident::info(self)
            }

            fn has_data(&self) -> bool {
                match self {
                    #(Self::#idents(event) => <#types as qapi::Members>::has_members(event),)*
                    Self::#other(event) => #has_data,
                }
            }

            fn has_unknown(&self) -> bool {
                match self {
                    #(Self::#idents(event) => <#types as qapi::Members>::has_unknown(event),)*
                    Self::#other(event) => {
                        let _ = event;
                        #has_unknown
                    }
                }
            }

            fn serialize_data<M: qapi::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> ::core::result::Result<(), M::Error> {
                match self {
                    #(Self::#idents(event) => qapi::serialize_data::<#types, M>(event, map),)*
                    Self::#other(event) => #serialize_data,
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

/// What becomes of events that the set does not name: kept as unknown, or left to another set. The
/// expressions are about `name`, `data`, `message` and, in the variant, `event`.
struct Others<'a> {
    ident: &'a Ident,
    infos: TokenStream,
    read: TokenStream,
    read_opened: TokenStream,
    name: TokenStream,
    info: TokenStream,
    has_data: TokenStream,
    has_unknown: TokenStream,
    serialize_data: TokenStream,
}

impl<'a> Others<'a> {
    fn of(container: &'a Container) -> Option<Self> {
        match (container.unknown(), container.rest()) {
            (Some(Variant { ident, .. }), _) => Some(Self::unknown(ident)),
            (None, Some(Variant { ident, payload, .. })) => Some(Self::rest(ident, payload.as_ref()?)),
            (None, None) => None,
        }
    }

    fn unknown(ident: &'a Ident) -> Self {
        Others {
            ident,
            infos: quote!(OWN),
            read: quote!(data.unknown(name)),
            read_opened: quote!(message.other()),
            name: quote!(event.name.as_str()),
            info: quote!(::core::option::Option::None),
            has_data: quote!(event.data.is_some()),
            has_unknown: quote!(true),
            serialize_data: quote!(event.serialize_data(map)),
        }
    }

    fn rest(ident: &'a Ident, set: &Type) -> Self {
        let set = quote!(<#set as qapi::QapiEvents>);
        Others {
            ident,
            infos: quote! {
                const { &qapi::concat_infos::<{ OWN.len() + #set::INFOS.len() }>(OWN, #set::INFOS) }
            },
            read: quote!(#set::read(name, data)),
            read_opened: quote!(message.rest(OWN, Self::#ident)),
            name: quote!(#set::name(event)),
            info: quote!(#set::info(event)),
            has_data: quote!(#set::has_data(event)),
            has_unknown: quote!(#set::has_unknown(event)),
            serialize_data: quote!(#set::serialize_data(event, map)),
        }
    }
}

/// From an event's type to the set, and from a message to its event.
fn expand_conversions(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let variants = container.known().chain(container.rest());
    let from_types = variants.filter_map(|Variant { ident: variant, payload, .. }| {
        let ty = payload.as_ref()?;
        Some(quote! {
            impl ::core::convert::From<#ty> for #ident {
                fn from(event: #ty) -> Self {
                    Self::#variant(event)
                }
            }
        })
    });
    quote! {
        #(#from_types)*

        impl ::core::convert::From<qapi::EventMessage<#ident>> for #ident {
            fn from(message: qapi::EventMessage<#ident>) -> Self {
                message.event
            }
        }
    }
}

/// Returns what `result` says for the variant of this `name`: first by length, then by comparison
/// with the few names of that length.
fn expand_by_name(known: &[&Variant], result: impl Fn(&Variant) -> TokenStream) -> TokenStream {
    let mut by_length: BTreeMap<usize, Vec<&Variant>> = BTreeMap::new();
    for variant in known {
        by_length.entry(variant.name.len()).or_default().push(variant);
    }
    let lengths = by_length.into_iter().map(|(length, variants)| {
        let steps = variants.into_iter().map(|variant| {
            let name = Literal::byte_string(variant.name.as_bytes());
            let result = result(variant);
            quote!(if name == #name { return #result; })
        });
        quote!(#length => { #(#steps)* })
    });
    quote! {
        match name.len() {
            #(#lengths,)*
            _ => {}
        }
    }
}

/// Reads an event with `data` from the text of its name on: one jump by a hash that is made for the
/// names of this set, and one comparison with everything before `data`.
fn expand_read_opened(known: &[&Variant]) -> TokenStream {
    let openings: Vec<_> = known.iter().filter_map(|variant| Opening::of(variant)).collect();
    let starts: Vec<_> = openings.iter().map(|opening| opening.start).collect();
    let multiplier = best_multiplier(&starts);
    let mut buckets: BTreeMap<u8, Vec<TokenStream>> = BTreeMap::new();
    for Opening { variant, text, start } in openings {
        let (ident, ty) = (&variant.ident, &variant.payload);
        let text = Literal::byte_string(text.as_bytes());
        buckets.entry(bucket(&start, multiplier)).or_default().push(quote! {
            if message.expect(#text) {
                return message.event::<#ty, Self>(Self::#ident);
            }
        });
    }
    let buckets = buckets.into_iter().map(|(bucket, steps)| quote!(#bucket => { #(#steps)* }));
    quote! {
        if let ::core::option::Option::Some(start) = message.peek_chunk() {
            match bucket(start, #multiplier) {
                #(#buckets,)*
                _ => {}
            }
        }
    }
}

/// What QEMU writes between the opening quote of the event's name and `data`.
struct Opening<'a> {
    variant: &'a Variant,
    text: String,
    /// The first bytes of the text, and of `data` if the text is shorter.
    start: [u8; 16],
}

impl<'a> Opening<'a> {
    /// Nothing if the name is too short.
    fn of(variant: &'a Variant) -> Option<Self> {
        let text = format!("{}\", \"data\": ", variant.name);
        let start = *format!("{text}{{\"").as_bytes().first_chunk()?;
        Some(Opening { variant, text, start })
    }
}

/// Ties the literal name of a variant to the name of its type.
fn expand_same_name(variant: &Variant) -> TokenStream {
    let (Some(literal), Some(ty)) = (&variant.attrs.name, &variant.payload) else {
        return TokenStream::new();
    };
    let message =
        format!("`{}` is not the name of this variant's event; copy it from the type", variant.name);
    quote_spanned! {literal.span()=>
        const _: () = ::core::assert!(
            qapi::str_eq(<#ty as qapi::QapiEvent>::INFO.name, #literal),
            #message,
        );
    }
}

fn expand_kinds(container: &Container, kind: &Ident) -> TokenStream {
    let (ident, vis) = (&container.ident, &container.vis);
    let known: Vec<&Variant> = container.known().collect();
    let idents: Vec<_> = known.iter().map(|variant| &variant.ident).collect();
    let names: Vec<_> = known.iter().map(|variant| &variant.name).collect();
    let by_name = expand_by_name(&known, |variant| {
        let ident = &variant.ident;
        quote!(::core::option::Option::Some(Self::#ident))
    });
    let docs = known.iter().map(|variant| format!("`{}`", variant.name));
    let other = Others::of(container).map(|others| others.ident);
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

            /// The examples of the metadata, decoded. One that is not a message of the set is left
            /// out.
            pub fn examples(self) -> impl ::core::iter::Iterator<Item = qapi::EventMessage<#ident>> {
                let examples = self.info().examples.iter();
                examples.filter_map(|example| example.parse().ok())
            }
        }

        impl #ident {
            /// The kind, if the set itself names the event.
            pub const fn kind(&self) -> ::core::option::Option<#kind> {
                match self {
                    #(Self::#idents(_) => ::core::option::Option::Some(#kind::#idents),)*
                    Self::#other(_) => ::core::option::Option::None,
                }
            }
        }

        impl qapi::Kind for #kind {
            const ALL: &'static [Self] = #kind::ALL;
            fn index(self) -> usize {
                self as usize
            }
            fn from_name(name: &str) -> ::core::option::Option<Self> {
                let name = name.as_bytes();
                #by_name
                let own = &[#(<#types as qapi::QapiEvent>::INFO),*];
                qapi::name_of_alias(own, name).and_then(|name| {
                    Self::from_name(::core::str::from_utf8(name).ok()?)
                })
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

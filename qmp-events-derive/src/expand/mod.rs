//! Writes the impls, from the model alone.
//!
//! What does not depend on the type is in `qmp_events::__private`; an expansion holds only the
//! lists of the type: its members, values, branches or events.

mod alternates;
mod constructors;
mod enums;
mod events;
mod info;
mod objects;
mod unions;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{DeriveInput, LitStr};

use crate::check::check_container;
use crate::model::{Attrs, Container, Shape};
use crate::parse::parse_container;
use crate::sink::Sink;

pub(crate) fn expand_derive(input: &DeriveInput, shape: Shape) -> syn::Result<TokenStream> {
    let sink = Sink::new();
    let container = parse_container(input, shape, &sink);
    if let Some(container) = &container {
        check_container(container, &sink);
    }
    sink.finish()?;
    let Some(container) = container else { return Ok(TokenStream::new()) };
    let impls = match shape {
        Shape::Event => objects::expand_event(&container),
        Shape::Struct => objects::expand_struct(&container),
        Shape::Enum => enums::expand_enum(&container),
        Shape::Union => unions::expand_union(&container),
        Shape::Alternate => alternates::expand_alternate(&container),
        Shape::Events => return Ok(events::expand_events(&container)),
    };
    Ok(in_private_scope(&impls))
}

/// Helpers of an expansion are invisible outside of it.
fn in_private_scope(impls: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(missing_docs, missing_debug_implementations, unreachable_pub, deprecated)]
        const _: () = {
            use ::qmp_events::__private as qapi;
            #impls
        };
    }
}

/// `Deserialize` of a type whose `QapiType` says how.
fn expand_deserialize(container: &Container) -> TokenStream {
    let (ident, name) = (&container.ident, &container.name);
    quote! {
        impl<'de> qapi::serde::Deserialize<'de> for #ident {
            fn deserialize<D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <Self as qapi::QapiType>::deserialize_at(deserializer, &qapi::Place::Root(#name))
            }
        }
    }
}

/// Whether `bytes` are the name or one of the aliases. The compiler turns each comparison into a few
/// words at a time, which it does not do for a `match`.
fn expand_is_name(bytes: &TokenStream, name: &str, attrs: &Attrs) -> TokenStream {
    let names = std::iter::once(name.to_owned()).chain(attrs.aliases.iter().map(LitStr::value));
    let names = names.map(|name| Literal::byte_string(name.as_bytes()));
    quote!(#(#bytes == #names)||*)
}

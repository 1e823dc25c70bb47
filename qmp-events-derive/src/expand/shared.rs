//! What the expansions of several shapes have.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::LitStr;

use crate::model::{Attrs, Container};

/// Helpers of an expansion are invisible outside of it.
pub(super) fn in_private_scope(impls: &TokenStream) -> TokenStream {
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
pub(super) fn expand_deserialize(container: &Container) -> TokenStream {
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
pub(super) fn expand_is_name(bytes: &TokenStream, name: &str, attrs: &Attrs) -> TokenStream {
    let names = std::iter::once(name.to_owned()).chain(attrs.aliases.iter().map(LitStr::value));
    let names = names.map(|name| Literal::byte_string(name.as_bytes()));
    quote!(#(#bytes == #names)||*)
}

//! Unions: objects whose tag selects the other members.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use super::{expand_deserialize, info, name_pattern};
use crate::model::{Container, Variant};

pub(crate) fn expand_union(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let Some(unknown) = container.unknown().map(|variant| &variant.ident) else {
        return TokenStream::new();
    };
    let tag = container.attrs.tag.as_ref().map(LitStr::value).unwrap_or_default();
    let branches = container.known().map(expand_branch);
    let tags = container.known().map(|Variant { ident, payload, name, .. }| match payload {
        Some(_) => quote!(Self::#ident(_) => #name),
        None => quote!(Self::#ident => #name),
    });
    let entries = container.known().map(|Variant { ident, payload, .. }| match payload {
        Some(_) => quote!(Self::#ident(branch) => qapi::Members::serialize_members(branch, map)),
        None => quote!(Self::#ident => ::core::result::Result::Ok(())),
    });
    let info = info::expand_union_info(container, &tag);
    let deserialize = expand_deserialize(container);
    quote! {
        static INFO: qapi::UnionInfo = #info;

        impl #ident {
            /// The value of the member that selects the branch.
            pub fn tag(&self) -> &str {
                match self {
                    #(#tags,)*
                    Self::#unknown(branch) => branch.tag(),
                }
            }
        }

        impl qapi::Union for #ident {
            const TAG: &'static str = #tag;
            fn read<P: qapi::Branch>(tag: &[u8], branch: P) -> ::core::result::Result<Self, P::Error> {
                ::core::result::Result::Ok(match tag {
                    #(#branches,)*
                    _ => Self::#unknown(branch.unknown(Self::TAG, tag)?),
                })
            }
        }

        #[diagnostic::do_not_recommend]
        impl qapi::QapiType for #ident {
            const TYPE: qapi::TypeInfo = qapi::TypeInfo::Union(qapi::Definition::new(|| &INFO));
            const JSON: qapi::JsonType = qapi::JsonType::Object;
            fn decode(cursor: &mut qapi::Cursor<'_>) -> ::core::result::Result<Self, qapi::Fault> {
                qapi::decode_union(cursor)
            }
            fn deserialize_at<'de, D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
                place: &qapi::Place<'_>,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_union(deserializer, place)
            }
        }

        #deserialize

        impl qapi::Members for #ident {
            fn serialize_members<M: qapi::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> ::core::result::Result<(), M::Error> {
                map.serialize_entry(#tag, self.tag())?;
                match self {
                    #(#entries,)*
                    Self::#unknown(branch) => qapi::Members::serialize_members(branch, map),
                }
            }
        }

        impl qapi::serde::Serialize for #ident {
            fn serialize<S: qapi::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                qapi::serialize_object(self, serializer)
            }
        }
    }
}

fn expand_branch(variant: &Variant) -> TokenStream {
    let ident = &variant.ident;
    let pattern = name_pattern(&variant.name, &variant.attrs);
    match &variant.payload {
        Some(_) => quote!(#pattern => Self::#ident(branch.members()?)),
        None => quote! {
            #pattern => {
                branch.skip()?;
                Self::#ident
            }
        },
    }
}

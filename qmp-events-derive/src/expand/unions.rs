//! Unions: objects whose tag selects the other members.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use super::info;
use super::shared::{expand_deserialize, expand_is_name};
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
    let unknown_in_branch = container.known().filter_map(|Variant { ident, payload, .. }| {
        payload.as_ref().map(|_| quote!(Self::#ident(branch) => qapi::Members::has_unknown(branch)))
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
            fn read(
                tag: &[u8],
                branch: qapi::BranchReader<'_, '_>,
            ) -> ::core::result::Result<Self, qapi::Fault> {
                #(#branches)*
                branch.unknown(tag).map(Self::#unknown)
            }
        }

        #[diagnostic::do_not_recommend]
        impl qapi::QapiType for #ident {
            const TYPE: qapi::TypeInfo = qapi::TypeInfo::Union(qapi::Definition::new(|| &INFO));
            const JSON: qapi::JsonType = qapi::JsonType::Object;
            fn decode(cursor: &mut qapi::Cursor<'_>) -> ::core::result::Result<Self, qapi::Fault> {
                qapi::decode_union(cursor)
            }
            fn decode_branch(
                cursor: &mut qapi::Cursor<'_>,
                tags: &qapi::Tags<'_>,
            ) -> ::core::result::Result<Self, qapi::Fault> {
                qapi::decode_inner_union(cursor, ::core::option::Option::Some(tags))
            }
            fn deserialize_at<'de, D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
                place: &qapi::Place<'_>,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_union(deserializer, place)
            }
            fn has_unknown(&self) -> bool {
                qapi::Members::has_unknown(self)
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

            fn has_members(&self) -> bool {
                true
            }

            fn has_unknown(&self) -> bool {
                match self {
                    #(#unknown_in_branch,)*
                    Self::#unknown(_) => true,
                    #[allow(unreachable_patterns)]
                    _ => false,
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
    let is_name = expand_is_name(&quote!(tag), &variant.name, &variant.attrs);
    let read = match &variant.payload {
        Some(_) => quote!(branch.members().map(Self::#ident)),
        None => quote!(::core::result::Result::Ok(Self::#ident)),
    };
    quote! {
        if #is_name {
            return #read;
        }
    }
}

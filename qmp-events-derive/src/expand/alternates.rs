//! Alternates: the JSON type of the value selects the variant.

use proc_macro2::TokenStream;
use quote::quote;

use super::info;
use super::shared::expand_deserialize;
use crate::model::Container;

pub(crate) fn expand_alternate(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let Some(unknown) = container.unknown().map(|variant| &variant.ident) else {
        return TokenStream::new();
    };
    let known: Vec<_> = container.known().collect();
    let idents: Vec<_> = known.iter().map(|variant| &variant.ident).collect();
    let types: Vec<_> = known.iter().filter_map(|variant| variant.payload.as_ref()).collect();
    let info = info::expand_alternate_info(container);
    let deserialize = expand_deserialize(container);
    let clash = format!("two variants of `{ident}` have the same JSON type");
    quote! {
        static INFO: qapi::AlternateInfo = #info;

        const _: () = ::core::assert!(
            qapi::json_types_differ(&[#(<#types as qapi::QapiType>::JSON),*]),
            #clash,
        );

        impl qapi::Alternate for #ident {
            fn read(
                json: qapi::JsonType,
                cursor: &mut qapi::Cursor<'_>,
            ) -> ::core::result::Result<Self, qapi::Fault> {
                #(
                    if json as u8 == <#types as qapi::QapiType>::JSON as u8 {
                        return qapi::QapiType::decode(cursor).map(Self::#idents);
                    }
                )*
                qapi::QapiType::decode(cursor).map(Self::#unknown)
            }
        }

        #[diagnostic::do_not_recommend]
        impl qapi::QapiType for #ident {
            const TYPE: qapi::TypeInfo = qapi::TypeInfo::Alternate(qapi::Definition::new(|| &INFO));
            const JSON: qapi::JsonType = qapi::JsonType::Any;
            const TAKES_NULL: bool = false #(|| <#types as qapi::QapiType>::TAKES_NULL)*;
            fn decode(cursor: &mut qapi::Cursor<'_>) -> ::core::result::Result<Self, qapi::Fault> {
                qapi::decode_alternate(cursor)
            }
            fn deserialize_at<'de, D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
                place: &qapi::Place<'_>,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_alternate(deserializer, place)
            }
            fn has_unknown(&self) -> bool {
                match self {
                    #(Self::#idents(value) => <#types as qapi::QapiType>::has_unknown(value),)*
                    Self::#unknown(_) => true,
                }
            }
        }

        #deserialize

        impl qapi::serde::Serialize for #ident {
            fn serialize<S: qapi::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    #(Self::#idents(value) => qapi::serde::Serialize::serialize(value, serializer),)*
                    Self::#unknown(value) => qapi::serde::Serialize::serialize(value, serializer),
                }
            }
        }
    }
}

//! Enums: strings of a known set, and a variant for all others.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::info;
use super::shared::{expand_deserialize, expand_is_name};
use crate::model::Container;

pub(crate) fn expand_enum(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let Some(unknown) = container.unknown().map(|variant| &variant.ident) else {
        return TokenStream::new();
    };
    let known: Vec<_> = container.known().collect();
    let idents: Vec<_> = known.iter().map(|variant| &variant.ident).collect();
    let names: Vec<_> = known.iter().map(|variant| &variant.name).collect();
    let literals = names.iter().map(|name| Literal::byte_string(format!("\"{name}\"").as_bytes()));
    let is_name = known.iter().map(|variant| expand_is_name(&quote!(value), &variant.name, &variant.attrs));
    let info = info::expand_enum_info(container);
    let deserialize = expand_deserialize(container);
    let from_doc = "The value of this name, known or not.";
    quote! {
        static INFO: qapi::EnumInfo = #info;

        impl #ident {
            /// The value's name on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #names,)*
                    Self::#unknown(value) => value.as_str(),
                }
            }
        }

        impl ::core::fmt::Display for #ident {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl ::core::convert::From<&str> for #ident {
            #[doc = #from_doc]
            fn from(value: &str) -> Self {
                <Self as qapi::Enum>::read(value.as_bytes())
            }
        }

        impl ::core::str::FromStr for #ident {
            type Err = ::core::convert::Infallible;
            #[doc = #from_doc]
            fn from_str(value: &str) -> ::core::result::Result<Self, Self::Err> {
                ::core::result::Result::Ok(Self::from(value))
            }
        }

        impl qapi::Enum for #ident {
            #[inline]
            fn read(value: &[u8]) -> Self {
                #(
                    if #is_name {
                        return Self::#idents;
                    }
                )*
                Self::#unknown(qapi::UnknownValue::new(value))
            }
        }

        #[diagnostic::do_not_recommend]
        impl qapi::QapiType for #ident {
            const TYPE: qapi::TypeInfo = qapi::TypeInfo::Enum(qapi::Definition::new(|| &INFO));
            const JSON: qapi::JsonType = qapi::JsonType::String;
            fn decode(cursor: &mut qapi::Cursor<'_>) -> ::core::result::Result<Self, qapi::Fault> {
                #(
                    if cursor.expect(#literals) {
                        return ::core::result::Result::Ok(Self::#idents);
                    }
                )*
                ::core::result::Result::Ok(<Self as qapi::Enum>::read(&cursor.string()?))
            }
            fn deserialize_at<'de, D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
                place: &qapi::Place<'_>,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_enum(deserializer, place)
            }
            fn has_unknown(&self) -> bool {
                ::core::matches!(self, Self::#unknown(_))
            }
        }

        #deserialize

        impl qapi::serde::Serialize for #ident {
            fn serialize<S: qapi::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    }
}

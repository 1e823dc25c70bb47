//! Events and structs: objects with members.
//!
//! Decoding fills a partial object, in which every member is optional, first in the order in which
//! QEMU prints them, then in any order; at the end it is turned into the value. Both sources, bytes and
//! serde, fill the same partial object through the same `read_member`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::shared::{expand_deserialize, expand_is_name};
use super::{constructors, info};
use crate::check::named;
use crate::model::{Container, Member, Role};
use crate::order::printing_order;

pub(crate) fn expand_event(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let object = expand_object(container);
    let new = constructors::expand_new(container);
    let info = info::expand_event_info(container);
    let name = &container.name;
    quote! {
        #object
        #new
        static INFO: qapi::EventInfo = #info;
        #[diagnostic::do_not_recommend]
        impl qapi::QapiEvent for #ident {
            const INFO: &'static qapi::EventInfo = &INFO;
        }
        impl<'de> qapi::serde::Deserialize<'de> for #ident {
            fn deserialize<D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_object(deserializer, &qapi::Place::Root(#name))
            }
        }
    }
}

pub(crate) fn expand_struct(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let object = expand_object(container);
    let new = constructors::expand_new(container);
    let info = info::expand_struct_info(container);
    let deserialize = expand_deserialize(container);
    quote! {
        #object
        #new
        static INFO: qapi::StructInfo = #info;
        #[diagnostic::do_not_recommend]
        impl qapi::QapiType for #ident {
            const TYPE: qapi::TypeInfo = qapi::TypeInfo::Struct(qapi::Definition::new(|| &INFO));
            const JSON: qapi::JsonType = qapi::JsonType::Object;
            fn decode(cursor: &mut qapi::Cursor<'_>) -> ::core::result::Result<Self, qapi::Fault> {
                qapi::decode_object(cursor)
            }
            fn decode_branch(
                cursor: &mut qapi::Cursor<'_>,
                tags: &qapi::Tags<'_>,
            ) -> ::core::result::Result<Self, qapi::Fault> {
                qapi::decode_branch(cursor, tags)
            }
            fn deserialize_at<'de, D: qapi::serde::Deserializer<'de>>(
                deserializer: D,
                place: &qapi::Place<'_>,
            ) -> ::core::result::Result<Self, D::Error> {
                qapi::deserialize_object(deserializer, place)
            }
            fn has_unknown(&self) -> bool {
                qapi::Members::has_unknown(self)
            }
        }
        #deserialize
    }
}

/// The partial object, how it is filled and finished, and how the members are written.
fn expand_object(container: &Container) -> TokenStream {
    let ident = &container.ident;
    let members = container.members();
    let fields = named(members).map(|Member { ident, ty, .. }| quote!(#ident: ::core::option::Option<#ty>));
    let unknown = keeps_unknown(members).then(|| quote!(__unknown: qapi::UnknownMembers,));
    let read_member = expand_read_member(members);
    let in_qemu_order = expand_in_qemu_order(members);
    let finish = expand_finish(container);
    let serialize = expand_serialize(container);
    let has_members = members.iter().map(expand_has_member);
    let has_unknown = members.iter().map(expand_has_unknown);
    let name = &container.name;
    quote! {
        #[derive(::core::default::Default)]
        pub struct Partial { #(#fields,)* #unknown }

        impl qapi::Object for #ident {
            const NAME: &'static str = #name;
            type Partial = Partial;

            #[inline]
            fn read_member<'de, S: qapi::MemberReader<'de>>(
                partial: &mut Partial,
                name: &[u8],
                reader: S,
            ) -> ::core::result::Result<(), S::Error> {
                #read_member
            }

            #[inline]
            fn decode_in_qemu_order(
                partial: &mut Partial,
                cursor: &mut qapi::Cursor<'_>,
            ) -> ::core::result::Result<bool, qapi::Fault> {
                #in_qemu_order
                ::core::result::Result::Ok(true)
            }

            #[inline]
            fn finish(
                mut partial: Partial,
                nulls: bool,
            ) -> ::core::result::Result<Self, qapi::Incomplete> {
                let _ = (&mut partial, nulls);
                #finish
            }
        }

        impl qapi::Members for #ident {
            fn serialize_members<M: qapi::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> ::core::result::Result<(), M::Error> {
                #serialize
            }

            #[inline]
            fn has_members(&self) -> bool {
                false #(|| #has_members)*
            }

            fn has_unknown(&self) -> bool {
                false #(|| #has_unknown)*
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

/// Whether members of other names mean something: for a union in the same object, for a value that may
/// take the place of the object, or for the field that keeps them.
fn keeps_unknown(members: &[Member]) -> bool {
    members.iter().any(|member| member.role != Role::Member)
}

fn expand_read_member(members: &[Member]) -> TokenStream {
    let steps = named(members).map(|member| {
        let Member { ident, ty, name, .. } = member;
        let is_name = expand_is_name(&quote!(name), name, &member.attrs);
        quote! {
            if #is_name {
                return qapi::read_into::<#ty, S>(&mut partial.#ident, #name, reader);
            }
        }
    });
    let other = if keeps_unknown(members) {
        quote!(reader.keep(name, &mut partial.__unknown))
    } else {
        quote!(reader.skip())
    };
    quote! {
        let _ = (&partial, name);
        #(#steps)*
        #other
    }
}

/// One step per member, in QEMU's order; a member that is not next is left for later.
fn expand_in_qemu_order(members: &[Member]) -> TokenStream {
    let members: Vec<&Member> = named(members).collect();
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let steps = printing_order(&names).into_iter().map(|position| {
        let Member { ident, ty, name, .. } = members[position];
        let key = Literal::byte_string(format!("\"{name}\": ").as_bytes());
        quote! {
            if cursor.expect(#key) {
                partial.#ident = ::core::option::Option::Some(<#ty as qapi::QapiType>::decode(cursor)?);
                if !cursor.next_member()? {
                    return ::core::result::Result::Ok(false);
                }
            }
        }
    });
    quote! {
        let _ = (&partial, &cursor);
        #(#steps)*
    }
}

/// The fields that take from the unknown members come first, then the one that keeps the others.
fn expand_finish(container: &Container) -> TokenStream {
    let takers = container.members().iter().filter_map(|Member { ident, name, role, .. }| match role {
        Role::Bare => Some(quote! {
            let #ident = qapi::read_or_bare(partial.#ident, #name, &mut partial.__unknown)?;
        }),
        Role::Branches => Some(quote!(let #ident = qapi::branches(&mut partial.__unknown)?;)),
        Role::Member | Role::Unknown => None,
    });
    let nulls = container.unknown_members().map(|_| {
        let members = container.members().iter().filter(|member| member.role == Role::Member);
        let members = members.map(|Member { ident, name, .. }| {
            quote!(qapi::keep_null(&mut partial.__unknown, #name, partial.#ident.as_ref());)
        });
        quote!(if nulls { #(#members)* })
    });
    let fields = container.members().iter().map(|Member { ident, ty, name, role, .. }| match role {
        Role::Member => quote! {
            #ident: match partial.#ident {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => qapi::absent::<#ty>(#name)?,
            }
        },
        Role::Bare | Role::Branches => quote!(#ident),
        Role::Unknown => quote!(#ident: partial.__unknown),
    });
    quote! {
        #(#takers)*
        #nulls
        ::core::result::Result::Ok(Self { #(#fields,)* })
    }
}

/// The members of the schema first, then the unknown ones.
fn expand_serialize(container: &Container) -> TokenStream {
    let members = container.members();
    let entries = members.iter().filter_map(|Member { ident, ty, name, role, .. }| match role {
        Role::Member | Role::Bare => {
            Some(quote!(qapi::serialize_member::<#ty, M>(map, #name, &self.#ident)?;))
        }
        Role::Branches => Some(quote!(qapi::Members::serialize_members(&self.#ident, map)?;)),
        Role::Unknown => None,
    });
    let written = named(members).map(|member| {
        let (name, has_member) = (&member.name, expand_has_member(member));
        quote!(#name => #has_member,)
    });
    let unknown = container.unknown_members().map(|Member { ident, .. }| {
        quote! {
            self.#ident.serialize_into(map, |name| match name {
                #(#written)*
                _ => false,
            })?;
        }
    });
    quote! {
        let _ = &map;
        #(#entries)*
        #unknown
        ::core::result::Result::Ok(())
    }
}

/// Whether a field is written.
fn expand_has_member(Member { ident, ty, role, .. }: &Member) -> TokenStream {
    match role {
        Role::Member | Role::Bare => quote!(!<#ty as qapi::QapiType>::is_absent(&self.#ident)),
        Role::Branches => quote!(true),
        Role::Unknown => quote!(!self.#ident.is_empty()),
    }
}

/// Whether a field has something that this build does not know.
fn expand_has_unknown(Member { ident, ty, role, .. }: &Member) -> TokenStream {
    match role {
        Role::Member | Role::Bare => quote!(<#ty as qapi::QapiType>::has_unknown(&self.#ident)),
        Role::Branches => quote!(qapi::Members::has_unknown(&self.#ident)),
        Role::Unknown => quote!(!self.#ident.is_empty()),
    }
}

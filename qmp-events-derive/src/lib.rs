//! Derive macros of `qmp-events`: they turn plain structs and enums into QAPI types.
//!
//! Use the macros through `qmp_events`, which re-exports them beside the traits of the same names.
//!
//! # Attributes
//!
//! What Rust syntax cannot say goes into `#[qapi(...)]`, on the type, its fields or its variants. A
//! key that a place does not have is an error which lists the keys that it has.
//!
//! ## Names
//!
//! - `name = "…"`: the name on the wire. Required on every type and on the variants of a set of events.
//!   A field is named like its identifier with `-` for `_`, a variant like its identifier in kebab-case,
//!   unless `name` says otherwise.
//! - `alias = "…"`: another name that is read too; `name` is written. May be repeated.
//!
//! ## Versions and conditions: metadata for `qmp_events::info`
//!
//! - `since = "9.1"`, `removed = "10.0"`: the first release of QEMU with it, and the first without it. On
//!   a member: where they differ from those of the event or struct; the field is an `Option` then.
//! - `mandatory`, on an `Option` with `since` or `removed`: every QEMU that has the member sends it.
//! - `deprecated`, `unstable`, `feature = "…"`: features of the schema; `feature` may be repeated.
//! - `condition = "CONFIG_X"`: only builds of QEMU with this have it.
//!
//! ## Events and structs
//!
//! - `new`: makes `new(…)`, which takes the members that every QEMU sends (all that are not `Option`s), so
//!   that a program can make an event in its tests. Also `Default` if there is no such member.
//! - `rate_limit`, or `rate_limit(key = "…", since = "…", exempt(member = "value"))`, on an event: QEMU
//!   sends it at most once a second; for each value of the members `key`, which may be repeated; from this
//!   release on; unless this member has this value.
//! - `example = r#"{…}"#`, on an event: a message as JSON. May be repeated.
//! - `bare`, on one field of an event: the member's value may also take the place of `data` itself, as
//!   old documents show it. Both forms are read; the one with the member is written.
//! - `branches`, on one field of an event or struct: a union whose tag and members are members of this
//!   object.
//! - `unknown`, on one field of type `UnknownMembers`: it keeps members that the type does not know, and
//!   writes them again. Without such a field they are ignored.
//!
//! ## Unions and sets
//!
//! - `tag = "type"`, on a union: the member that selects the branch. Required.
//! - `kind = MyKind`, on a set of events: also makes `MyKind`, a `Copy` enum of the kinds of events.
//! - `unknown`, on one variant of every enum: it keeps what the other variants are not for. Required.
//! - `rest`, on one variant of a set of events, instead of `unknown`: another set, which has all events
//!   that this one does not name.
//!
//! # Inside
//!
//! One pass over the input builds a `model`; decoding from bytes, `Deserialize`, `Serialize`, names,
//! metadata and dispatch are all expanded from it, so that no list of members exists twice. The macros
//! never read a schema.
//!
//! - `attr` reads `#[qapi(...)]`, `parse` makes the model,
//! - `check` holds the rules about a whole type,
//! - `order` and `hash` compute ahead how QEMU prints members, and how to tell events apart,
//! - `expand` writes the impls, against `qmp_events::__private`.

mod attr;
mod check;
mod expand;
mod hash;
mod model;
mod names;
mod order;
mod parse;
mod sink;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use model::Shape;

/// An event: a struct of the members of `data`.
///
/// ```ignore
/// #[derive(Clone, Debug, PartialEq, QapiEvent)]
/// #[qapi(name = "__com.example_FAN_FAILED", since = "9.0", new)]
/// struct FanFailed {
///     fan: String,
///     #[qapi(since = "9.2", mandatory)]
///     temperature: Option<i64>,
/// }
/// ```
///
/// On the struct: `name` (required), `alias`, `since`, `removed`, `deprecated`, `unstable`, `feature`,
/// `condition`, `rate_limit`, `example`, `new`. On a field: `name`, `alias`, `since`, `removed`,
/// `deprecated`, `unstable`, `feature`, `condition`, `mandatory`, `bare`, `branches`, `unknown`. What they mean: see
/// the [crate](crate#attributes).
#[proc_macro_derive(QapiEvent, attributes(qapi))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Event)
}

/// A QAPI struct: an object with members, used inside events.
///
/// On the struct: `name` (required), `alias`, `since`, `removed`, `deprecated`, `unstable`, `feature`,
/// `condition`, `new`. On a field: as for [`QapiEvent`], without `bare`. What they mean: see the
/// [crate](crate#attributes).
#[proc_macro_derive(QapiStruct, attributes(qapi))]
pub fn derive_struct(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Struct)
}

/// A QAPI enum: a string of a known set, open for what a newer QEMU may send.
///
/// Every variant is a plain one, but for `#[qapi(unknown)] Other(UnknownValue)`. A variant's wire
/// name is its kebab-case unless `name` says otherwise.
#[proc_macro_derive(QapiEnum, attributes(qapi))]
pub fn derive_enum(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Enum)
}

/// A QAPI union: an object whose member `tag` selects the other members.
///
/// A variant holds the type with the members of its branch, or nothing if it has none, or
/// `UnknownMembers`, which keeps those that a newer QEMU adds;
/// `#[qapi(unknown)] Other(UnknownBranch)` keeps what this build does not know.
#[proc_macro_derive(QapiUnion, attributes(qapi))]
pub fn derive_union(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Union)
}

/// A QAPI alternate: a value whose JSON type selects the variant.
///
/// Each variant holds one type, no two of the same JSON type;
/// `#[qapi(unknown)] Other(RawJson<'static>)` keeps everything else.
#[proc_macro_derive(QapiAlternate, attributes(qapi))]
pub fn derive_alternate(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Alternate)
}

/// A set of events: an enum with one event type per variant, and
/// `#[qapi(unknown)] Unknown(UnknownEvent)` or `#[qapi(rest)] Qemu(Event)` for all others.
///
/// Every variant names its event, `#[qapi(name = "STOP")] Stop(Stop)`. With
/// `#[qapi(kind = MyKind)]` on the enum, the macro also makes a `Copy` enum of the kinds.
#[proc_macro_derive(QapiEvents, attributes(qapi))]
pub fn derive_events(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Events)
}

fn derive(input: DeriveInput, shape: Shape) -> TokenStream {
    expand::expand_derive(&input, shape).unwrap_or_else(syn::Error::into_compile_error).into()
}

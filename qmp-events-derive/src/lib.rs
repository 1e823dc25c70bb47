//! Derive macros of `qmp-events`: they turn plain structs and enums into QAPI types.
//!
//! One pass over the input builds a `model`; decoding from bytes, `Deserialize`, `Serialize`,
//! names, metadata and dispatch are all expanded from it, so that no list of members exists twice.
//! The macros never read a schema: what Rust syntax cannot say stands in `#[qapi(...)]`.
//!
//! - `attr` reads `#[qapi(...)]`, `parse` makes the model,
//! - `check` holds the rules about a whole type,
//! - `order` and `hash` compute ahead how QEMU prints members, and how to tell events apart,
//! - `expand` writes the impls, against `qmp_events::__private`.
//!
//! Use the macros through `qmp_events`, which re-exports them beside the traits of the same names.

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
/// On the struct: `name` (required), `alias`, `since`, `removed`, `deprecated`, `unstable`,
/// `feature`, `condition`, `rate_limit`, `example`. On a field: `name`, `alias`, `since`,
/// `removed`, `deprecated`, `unstable`, `feature`, `condition`, `mandatory`, `bare`, `branches`.
#[proc_macro_derive(QapiEvent, attributes(qapi))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Event)
}

/// A QAPI struct: an object with members, used inside events.
///
/// On the struct: `name` (required), `alias`, `since`, `removed`, `deprecated`, `unstable`,
/// `feature`, `condition`. On a field: as for `QapiEvent`, without `bare`.
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
/// A variant holds the type with the members of its branch, or nothing if it has none;
/// `#[qapi(unknown)] Other(UnknownBranch)` keeps what this build does not know.
#[proc_macro_derive(QapiUnion, attributes(qapi))]
pub fn derive_union(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Union)
}

/// A QAPI alternate: a value whose JSON type selects the variant.
///
/// Each variant holds one type, no two of the same JSON type;
/// `#[qapi(unknown)] Other(serde_json::Value)` keeps everything else.
#[proc_macro_derive(QapiAlternate, attributes(qapi))]
pub fn derive_alternate(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input), Shape::Alternate)
}

/// A set of events: an enum with one event type per variant, and
/// `#[qapi(unknown)] Unknown(UnknownEvent)` for all others.
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

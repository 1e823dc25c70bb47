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
mod shared;
mod unions;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::check::check_container;
use crate::model::Shape;
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
    Ok(shared::in_private_scope(&impls))
}

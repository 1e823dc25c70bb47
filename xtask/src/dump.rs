//! What was understood of a source, as data to print: the same shape for schemas and documents.
//!
//! Nothing is judged here. What a source does not say is left out, or is null.

mod document;
mod model;
mod schema;

pub use document::dump_document;
pub use model::*;
pub use schema::dump_schema;

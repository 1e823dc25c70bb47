//! Where a definition of the schema came from: what the passes after lowering report at.

use crate::qapi::syntax::ast;
use crate::schema::DefinitionId;

/// A definition of the schema and what it was made of.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) id: DefinitionId,
    pub(crate) ast: ast::Definition,
    /// Parts are missing because of a defect that was reported.
    pub(crate) damaged: bool,
}

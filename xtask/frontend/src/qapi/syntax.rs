//! Texts to syntax trees: what was written, and in which file.

pub mod ast;
pub(crate) mod includes;
pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod pragma;

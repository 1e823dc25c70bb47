//! What is known of releases: projection, verification, differences and import.

mod cli;
#[path = "../../compare/tests/comparison/facts.rs"]
mod facts;
mod import;
mod import_rounds;
mod live;
mod properties;
mod replies;
#[path = "../../compare/tests/comparison/tiny.rs"]
mod tiny;

//! What is known of releases: projection, verification, differences and import.

mod cli;
mod diff;
mod facts;
mod import;
mod import_rounds;
mod live;
mod projection;
mod properties;
mod tiny;
mod verify;

//! What is known of releases: projection, verification, import and differences.

mod facts;
mod projection;

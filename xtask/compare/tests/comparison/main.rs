//! The comparison from outside: our schema, recorded replies, and small trees that differ.

mod diff;
mod facts;
mod projection;
mod replies;
mod tiny;
mod verify;

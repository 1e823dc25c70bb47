//! The event document's front end, from outside: documents in, meaning and diagnostics out.

mod hostile;
mod outline;
mod rules;
mod shapes;
mod strip;
mod whole_is_stripped;

//! The event document's front end, from outside: documents in, meaning and diagnostics out.

mod damage;
mod hostile;
mod json;
mod ours;
mod outline;
mod rules;
mod shapes;
mod strip;
mod whole_is_stripped;

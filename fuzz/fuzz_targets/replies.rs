//! Replies to `query-qmp-schema`, alone or in a recorded conversation: whatever they hold, an answer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events_compare::compare::compare;
use qmp_events_compare::conversation::Conversation;
use qmp_events_compare::diff::diff;
use qmp_events_compare::introspection;
use qmp_events_compare::surface::{Kind, Surface};
use qmp_events_frontend::printable::is_harmful;

fuzz_target!(|text: &[u8]| {
    let Ok(Conversation { schema: Some(reply), .. }) = Conversation::read(text) else { return };
    let Ok(surface) = introspection::parse(reply) else { return };
    assert!(compare(&surface, &surface).is_empty(), "a QEMU differs from itself");
    let nothing = Surface::new(Kind::Build);
    let forth = diff(("", &nothing), ("", &surface));
    assert_eq!(forth.changes.len(), surface.events.len(), "every event is new to nothing");
    assert_eq!(diff(("", &surface), ("", &nothing)).changes.len(), surface.events.len());
    assert!(!forth.render().contains(|c| is_harmful(c) && c != '\n'), "hostile text is printed");
});

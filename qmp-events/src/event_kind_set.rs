//! The set of kinds of QEMU's own events.

use crate::generated::EventKind;
use crate::kind::KindSet;

/// A set of [`EventKind`]s.
///
/// ```
/// use qmp_events::{Envelope, EventKind, EventKindSet};
///
/// let wanted: EventKindSet = [EventKind::Stop, EventKind::Shutdown].into_iter().collect();
/// let envelope = Envelope::decode(br#"{"event": "STOP"}"#)?;
/// assert!(wanted.contains_name(envelope.name()));
/// # Ok::<(), qmp_events::DecodeError>(())
/// ```
pub type EventKindSet = KindSet<EventKind>;

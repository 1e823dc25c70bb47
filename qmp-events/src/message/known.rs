//! Whether a message is known down to its last member.

use super::event_message::EventMessage;
use super::set::QapiEvents;

impl<E: QapiEvents> EventMessage<E> {
    /// Whether anything in the message may be unknown to this build: the event, a member, a value or a branch.
    ///
    /// Far cheaper than [`info::audit`](crate::info::audit), which names what is unknown and is for the few
    /// messages for which this is true. It is true as well of what is [kept](Self::unknown) but known: a
    /// member that came as null.
    ///
    /// ```
    /// use qmp_events::EventMessage;
    ///
    /// let known = EventMessage::decode(br#"{"event": "SHUTDOWN", "data": {"guest": true}}"#)?;
    /// assert!(!known.has_unknown());
    /// let newer = EventMessage::decode(br#"{"event": "SHUTDOWN", "data": {"guest": true, "by": "alien"}}"#)?;
    /// assert!(newer.has_unknown());
    /// # Ok::<(), qmp_events::DecodeError>(())
    /// ```
    pub fn has_unknown(&self) -> bool {
        !self.unknown.is_empty() || self.event.has_unknown()
    }
}

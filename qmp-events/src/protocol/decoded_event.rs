//! Events that are decoded where they are, in one pass.

use std::cell::Cell;

use super::splitter::Splitter;
use crate::message::{EventMessage, OpenedMessage, QapiEvents};

/// An event of a stream, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedEvent<E> {
    /// The event.
    pub message: EventMessage<E>,
    /// Bytes of the stream before it.
    pub offset: u64,
    /// The line of the stream in which it begins, counted from 1.
    pub line: u64,
}

impl Splitter {
    /// The next message, decoded in one pass, if it is an event that is here as a whole, is written as QEMU
    /// writes them, and can be decoded. Everything else is left to [`next_frame`](Self::next_frame): ask for
    /// that if there is `None`.
    ///
    /// ```
    /// use qmp_events::Event;
    /// use qmp_events::protocol::Splitter;
    ///
    /// let mut splitter = Splitter::new();
    /// splitter.push(b"{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 1}, \"event\": \"STOP\"}\r\n");
    /// let decoded = splitter.next_event::<Event>().expect("an event");
    /// assert_eq!((decoded.message.event.name(), decoded.line), ("STOP", 1));
    /// ```
    #[inline]
    pub fn next_event<E: QapiEvents>(&mut self) -> Option<DecodedEvent<E>> {
        let length = Cell::new(0);
        let opened = OpenedMessage::read_prefix(self.peek()?, &length)?;
        let message = E::read_opened(opened).ok()?;
        let (offset, line) = self.place();
        self.take(length.get());
        Some(DecodedEvent { message, offset, line })
    }
}

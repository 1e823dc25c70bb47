//! What a subscriber receives.

use crate::client::{Disconnected, Gap, Malformed};
use crate::protocol::Greeting;
use crate::{DecodeError, EventMessage, QapiEvents};
use std::sync::Arc;

/// One thing that happened. `M` is what events are delivered as.
///
/// While the last item about the connection was [`Connected`](Self::Connected), silence means that nothing
/// happened, save for events that QEMU itself merged under a rate limit.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Item<M = EventMessage> {
    /// The capabilities negotiation is done: from here on QEMU sends its events. A subscriber that comes
    /// later gets this first.
    Connected(Arc<Greeting>),
    /// An event.
    Event(M),
    /// The server sent something that is not an event. The connection remains usable.
    Malformed(Arc<Malformed>),
    /// This subscriber was so slow that items were dropped here, the oldest ones.
    Lagged {
        /// The number of items.
        missed: u64,
    },
    /// After a reconnect, before `Connected`: events may be missing here.
    Gap(Gap),
    /// The connection has ended, or an attempt to connect has failed for another reason than the one
    /// before. If the client reconnects, more items follow; otherwise the stream ends.
    Disconnected(Disconnected),
}

/// What an event can be delivered as: an [`EventMessage`] of any set of events, or its JSON text as it
/// came (`Arc<[u8]>`).
pub trait DeliverAs: Sized + sealed::Sealed {
    /// Decodes a message.
    #[doc(hidden)]
    fn from_json(json: Arc<[u8]>) -> Result<Self, DecodeError>;
}

impl<E: QapiEvents> DeliverAs for EventMessage<E> {
    fn from_json(json: Arc<[u8]>) -> Result<Self, DecodeError> {
        E::decode(&json)
    }
}

impl DeliverAs for Arc<[u8]> {
    fn from_json(json: Arc<[u8]>) -> Result<Self, DecodeError> {
        Ok(json)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<E> Sealed for crate::EventMessage<E> {}
    impl Sealed for std::sync::Arc<[u8]> {}
}

//! What has arrived while the client waited for something else.

use crate::client::{Error, Malformed};
use std::collections::VecDeque;
use std::mem::size_of;

/// How much memory may be in use while a command waits for its reply, or during the handshake: 64 MiB.
pub(super) const LIMIT: usize = 64 << 20;

/// Something for the caller.
#[derive(Debug)]
pub(super) enum PendingItem {
    Event(Vec<u8>),
    Malformed(Malformed),
}

/// A queue of items that counts what they cost.
#[derive(Debug, Default)]
pub(super) struct Pending {
    items: VecDeque<PendingItem>,
    cost: usize,
}

impl PendingItem {
    /// Bytes of memory. A growing queue has places for twice its items, and each of up to three
    /// allocations has a header.
    fn cost(&self) -> usize {
        let heap = match self {
            PendingItem::Event(json) => json.capacity(),
            PendingItem::Malformed(malformed) => malformed.heap_size(),
        };
        2 * size_of::<Self>() + 3 * size_of::<[usize; 2]>() + heap
    }
}

impl Pending {
    /// Keeps an item in any case.
    ///
    /// # Errors
    ///
    /// [`Error::Backlog`] if all that is kept exceeds the limit.
    pub(super) fn push(&mut self, item: PendingItem) -> Result<(), Error> {
        self.cost += item.cost();
        self.items.push_back(item);
        if self.cost > LIMIT { Err(Error::Backlog { limit: LIMIT }) } else { Ok(()) }
    }

    pub(super) fn pop(&mut self) -> Option<PendingItem> {
        let item = self.items.pop_front()?;
        self.cost -= item.cost();
        if self.items.is_empty() {
            self.items = VecDeque::new();
        }
        Some(item)
    }
}

//! How much to ask for at once: little memory waits for an idle connection, and a flood takes few calls.

/// The size of a read while the connection is idle: so much memory waits for it.
const IDLE: usize = 4 << 10;

/// The size of a read after one that was filled.
const BUSY: usize = 64 << 10;

/// The size of the next read of a connection, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadSize(usize);

impl ReadSize {
    pub(crate) fn get(self) -> usize {
        self.0
    }

    /// Notes that a read brought so many bytes, with room for `room`.
    pub(crate) fn note(&mut self, count: usize, room: usize) {
        self.0 = if count == room { BUSY } else { IDLE };
    }
}

impl Default for ReadSize {
    fn default() -> Self {
        ReadSize(IDLE)
    }
}

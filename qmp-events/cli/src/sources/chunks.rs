//! The bytes of a file or a pipe, unpacked, read in a thread of their own: a signal is heard while the
//! input is silent.

use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use tokio::sync::mpsc;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// How many chunks are read ahead.
const CHUNKS: usize = 2;

/// How far a packed file may refer back, in bytes for zstd and in KiB for xz: as far as their own
/// programs allow at ordinary levels.
const ZSTD_WINDOW: u64 = 128 << 20;
const XZ_MEMORY: u32 = 128 << 10;

/// What is still to come of an input; nothing after its end.
pub(super) struct Chunks {
    read: Option<mpsc::Receiver<io::Result<Chunk>>>,
    /// Takes memory back to the reader: used again, it is in the processor's caches.
    spent: SyncSender<Vec<u8>>,
    current: Chunk,
}

/// Bytes that were read, at the beginning of a buffer.
#[derive(Default)]
struct Chunk {
    buffer: Vec<u8>,
    length: usize,
}

impl Chunks {
    pub(super) fn of(input: impl Read + Send + 'static) -> Self {
        let (sender, read) = mpsc::channel(CHUNKS);
        let (spent, reusable) = sync_channel(CHUNKS);
        std::thread::spawn(move || match unpacked(input) {
            Ok(input) => send(input, &sender, &reusable),
            Err(error) => drop(sender.blocking_send(Err(error))),
        });
        Chunks { read: Some(read), spent, current: Chunk::default() }
    }

    /// Nothing is to come.
    pub(super) fn none() -> Self {
        Chunks { read: None, spent: sync_channel(0).0, current: Chunk::default() }
    }

    /// Waits for more; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<io::Result<&[u8]>> {
        let chunk = self.read.as_mut()?.recv().await;
        match chunk {
            Some(Ok(chunk)) => {
                let Chunk { buffer, .. } = std::mem::replace(&mut self.current, chunk);
                // The reader may have enough, or have ended.
                let _ = self.spent.try_send(buffer);
                Some(Ok(&self.current.buffer[..self.current.length]))
            }
            Some(Err(error)) => Some(Err(error)),
            None => {
                self.read = None;
                None
            }
        }
    }
}

/// Sends what there is to read, up to its end or an error.
fn send(mut input: impl Read, chunks: &mpsc::Sender<io::Result<Chunk>>, reusable: &Receiver<Vec<u8>>) {
    loop {
        let mut buffer = reusable.try_recv().unwrap_or_default();
        buffer.resize(CHUNK, 0);
        let read = match input.read(&mut buffer) {
            Ok(0) => return,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok(length) => Ok(Chunk { buffer, length }),
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if chunks.blocking_send(read).is_err() || failed {
            return;
        }
    }
}

/// An input, and what was read of it to see what it is.
type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

/// Unpacks gzip, zstd and xz, which are told by their first bytes.
fn unpacked<R: Read + Send + 'static>(mut input: R) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    const MAGICS: [&[u8]; 3] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0"];
    let may_be_packed =
        |head: &[u8]| MAGICS.iter().any(|magic| magic.len() > head.len() && magic.starts_with(head));
    // No more than is needed: the rest may be long in coming.
    while may_be_packed(&head) {
        let mut byte = [0];
        match input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => head.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let packing = MAGICS.iter().position(|magic| *magic == head);
    let input: Peeked<R> = Cursor::new(head).chain(input);
    Ok(match packing {
        Some(0) => Box::new(MultiGzDecoder::new(input)),
        Some(1) => Box::new(Zstd::new(BufReader::new(input))?),
        Some(2) => Box::new(XzReader::new_mem_limit(BufReader::new(input), true, XZ_MEMORY)),
        _ => Box::new(input),
    })
}

/// Frames of zstd, one after the other.
struct Zstd<R: Read>(Option<StreamingDecoder<BufReader<R>, FrameDecoder>>);

impl<R: Read> Zstd<R> {
    fn new(input: BufReader<R>) -> io::Result<Self> {
        let frame = StreamingDecoder::new_with_max_window_size(input, ZSTD_WINDOW);
        Ok(Zstd(Some(frame.map_err(io::Error::other)?)))
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.0 else { return Ok(0) };
            let count = frame.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(mut input) = self.0.take().map(StreamingDecoder::into_inner) else { return Ok(0) };
            if input.fill_buf()?.is_empty() {
                return Ok(0);
            }
            *self = Zstd::new(input)?;
        }
    }
}

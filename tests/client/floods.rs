//! Memory while a server floods a client that waits for something else.

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use allocation_counter::{AllocationInfo, measure};
use qmp_events::blocking;
use qmp_events::tokio::{Item, Options};
use qmp_events::{Disconnected, Error};
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

const READY: &[u8] = b"{\"QMP\": {}}\r\n{\"return\": {}, \"id\": 1}\r\n";

/// What the blocking client and a tokio subscriber keep at most.
const BLOCKING_LIMIT: u64 = 64 << 20;
const SUBSCRIBER_LIMIT: u64 = 16 << 20;

/// Greets, or not, and then sends the same line for ever (blocking) or so many times (tokio).
struct Flood {
    head: &'static [u8],
    line: &'static [u8],
    left: usize,
}

impl Flood {
    fn fill(&mut self, buffer: &mut [u8]) -> usize {
        let mut filled = self.head.len().min(buffer.len());
        buffer[..filled].copy_from_slice(&self.head[..filled]);
        self.head = &self.head[filled..];
        while self.left >= self.line.len() && buffer.len() - filled >= self.line.len() {
            buffer[filled..filled + self.line.len()].copy_from_slice(self.line);
            filled += self.line.len();
            self.left -= self.line.len();
        }
        filled
    }
}

impl Read for Flood {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.fill(buffer))
    }
}

impl Write for Flood {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncRead for Flood {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = self.fill(buffer.initialize_unfilled());
        buffer.advance(filled);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

const FLOODS: [&[u8]; 5] =
    [b"x\n", b"{}\n", b"{\"hello\": \"world\"}\n", b"{\"event\": \"STOP\"}\n", b"{\"event\": 7}\n"];

fn assert_below(used: &AllocationInfo, limit: u64, flood: &[u8]) {
    let name = flood.escape_ascii();
    assert!(used.bytes_max < 2 * limit, "{} bytes at most under a flood of {name}", used.bytes_max);
    assert!(used.bytes_max > limit / 16, "a flood of {name} was not kept: {used:?}");
}

#[test]
fn a_blocking_client_that_waits_for_a_reply_ends_a_flood_with_backlog() {
    for line in FLOODS {
        let mut client = blocking::Client::from_stream(Flood { head: READY, line, left: usize::MAX })
            .expect("a handshake");
        let mut error = None;
        let used = measure(|| error = client.execute("query-status", None).err());
        assert!(matches!(error, Some(Error::Backlog { .. })), "{error:?}");
        assert_below(&used, BLOCKING_LIMIT, line);
        assert!(!matches!(client.next_event(), Err(Error::Disconnected(_)) | Ok(None)), "what came is kept");
    }
}

#[test]
fn a_blocking_handshake_ends_a_flood_and_quotes_it() {
    for line in FLOODS {
        let mut error = None;
        let flood = Flood { head: b"", line, left: usize::MAX };
        let used = measure(|| error = blocking::Client::from_stream(flood).err());
        let is_told = match &error {
            Some(Error::Backlog { .. }) => line.starts_with(b"{\"event\""),
            Some(Error::Disconnected(Disconnected::NoGreeting { .. })) => true,
            _ => false,
        };
        assert!(is_told, "{error:?}");
        assert_below(&used, BLOCKING_LIMIT, line);
    }
}

#[test]
fn a_subscriber_in_the_thread_of_the_connection_keeps_up_with_a_flood() {
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for line in FLOODS {
        runtime.block_on(async {
            let flood = Flood { head: READY, line, left: 20_000 * line.len() };
            let (_client, mut items) = Options::new().from_stream(flood).await.expect("a handshake");
            let mut received = 0;
            while let Some(item) = items.next().await {
                assert!(!matches!(item, Item::Lagged { .. }), "after {received}: {}", line.escape_ascii());
                received += usize::from(matches!(item, Item::Event(_) | Item::Malformed(_)));
            }
            assert_eq!(received, 20_000, "{}", line.escape_ascii());
        });
    }
}

#[test]
fn a_subscriber_that_never_reads_keeps_no_more_than_its_limit() {
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for line in FLOODS {
        let used = measure(|| {
            runtime.block_on(async {
                let flood = Flood { head: READY, line, left: 200_000 * line.len() };
                let (client, stuck) = Options::new().from_stream(flood).await.expect("a handshake");
                let stuck = stuck.with_capacity(usize::MAX);
                let mut other = client.subscribe().with_capacity(1);
                while !matches!(other.next().await, Some(Item::Disconnected(_))) {}
                drop(stuck);
            });
        });
        assert_below(&used, SUBSCRIBER_LIMIT, line);
    }
}

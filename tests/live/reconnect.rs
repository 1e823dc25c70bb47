//! A client that connects again: to the same QEMU after a gap, and to another one on the same path.

use super::machine::start;
use qmp_events::Endpoint;
use qmp_events::tokio::{Backoff, Connector, Item, Options, Peer, Socket, Subscription};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) const AT_ONCE: Backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(10));

async fn next_gap(events: &mut Subscription) -> Peer {
    let mut was_disconnected = false;
    loop {
        match events.next().await.expect("a reconnecting stream does not end") {
            Item::Disconnected(_) => was_disconnected = true,
            Item::Gap(gap) => {
                assert!(was_disconnected, "a gap follows an end");
                assert!(matches!(events.next().await, Some(Item::Connected(_))), "and precedes a connection");
                return gap.peer;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn another_qemu_on_the_same_path_is_told() {
    let Some(machine) = start(&[]) else { return };
    let options = Options::new().reconnect(AT_ONCE);
    let (_client, mut events) = options.connect(machine.endpoint()).await.expect("a handshake");
    let _machine = machine.restart(&[]);
    assert_eq!(next_gap(&mut events).await, Peer::Different);
}

#[tokio::test]
async fn the_same_qemu_after_a_gap_is_told() {
    let Some(machine) = start(&[]) else { return };
    let cuts = Arc::new(Semaphore::new(0));
    let endpoint: Endpoint = machine.endpoint().parse().expect("an endpoint");
    let connector = Cutting { endpoint, cuts: cuts.clone() };
    let options = Options::new().reconnect(AT_ONCE);
    let (_client, mut events) = options.connect_with(connector).await.expect("a handshake");
    for _ in 0..3 {
        cuts.add_permits(1);
        assert_eq!(next_gap(&mut events).await, Peer::Same);
    }
}

/// Connects to an endpoint and breaks the connection once per permit.
pub(crate) struct Cutting {
    pub(crate) endpoint: Endpoint,
    pub(crate) cuts: Arc<Semaphore>,
}

pub(crate) struct Cuttable {
    socket: Socket,
    cut: Pin<Box<dyn Future<Output = OwnedSemaphorePermit> + Send>>,
    is_cut: bool,
}

impl Connector for Cutting {
    type Stream = Cuttable;

    async fn connect(&mut self) -> io::Result<Cuttable> {
        let cuts = self.cuts.clone();
        let cut = Box::pin(async move { cuts.acquire_owned().await.expect("an open semaphore") });
        Ok(Cuttable { socket: self.endpoint.connect().await?, cut, is_cut: false })
    }

    fn process_id(&self, stream: &Cuttable) -> Option<i32> {
        self.endpoint.process_id(&stream.socket)
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.is_cut
            && let Poll::Ready(permit) = self.cut.as_mut().poll(context)
        {
            permit.forget();
            self.is_cut = true;
        }
        if self.is_cut { Poll::Ready(Ok(())) } else { Pin::new(&mut self.socket).poll_read(context, buffer) }
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

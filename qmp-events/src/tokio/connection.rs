//! One connection: reads, writes, and hands on what it means.
//!
//! It never waits for a subscriber, and it must never stop reading while it has something to send.

use super::hub::{Hub, Subscribers};
use super::identity::{self, Identity};
use super::queue::{Queue, Queued};
use super::request::{Outcome, Request};
use crate::client::{Disconnected, Gap, Handshake, Malformed, Peer, ReadSize, decode_reply};
use crate::protocol::{CommandError, CommandId, Greeting, Incoming, ServerMessage, Session};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};

/// Requests wait in their channel while this many bytes wait for the server.
const OUTPUT: usize = 64 << 10;

/// Subscribers get a turn after so many messages, half of what tokio lets a task take in one turn. So one that
/// runs in the same thread keeps up with any burst.
const MESSAGES_A_TURN: usize = 64;

/// When a server that cannot be made to stop has sent nothing for so long, all of what it sent has come. TCP may
/// hold back a small piece until the one before is acknowledged, which takes up to 0.2 s.
const QUIET: Duration = Duration::from_millis(250);

/// How long what was sent is read after the client was closed.
const LONGEST_DRAIN: Duration = Duration::from_secs(1);

/// How many items are held back until the connection is announced: as many as a subscriber may want to have.
const HELD: usize = 16 << 10;

pub(super) struct Connection<'a, S> {
    reader: ReadHalf<S>,
    writer: Writer<S>,
    session: Session,
    read_size: ReadSize,
    /// Messages since the subscribers had a turn.
    taken: usize,
    greeting: Option<Greeting>,
    requests: &'a mut mpsc::Receiver<Request>,
    unanswered: HashMap<CommandId, oneshot::Sender<Outcome>>,
    hub: &'a Hub,
    subscribers: Subscribers,
    /// What came before the connection is announced, so that it follows the announcement.
    held: Option<Queue>,
    handshake: Handshake,
    draining: Draining,
    end: Option<Result<(), Arc<io::Error>>>,
}

/// Whether the client was closed, and what the server has sent is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Draining {
    No,
    /// The server can send no more.
    ToTheEnd,
    /// Perhaps it sends more.
    UntilQuiet,
}

struct Writer<S> {
    stream: WriteHalf<S>,
    is_flushed: bool,
    /// A server that no longer reads may have written before, so that is not the end.
    has_failed: bool,
}

/// What a message means for the connection; the rest is for the subscribers.
enum ProtocolEvent {
    Greeting,
    Ready,
    Refused(CommandError),
    Reply(CommandId, Result<String, CommandError>),
}

impl<'a, S: AsyncRead + AsyncWrite> Connection<'a, S> {
    pub(super) fn new(
        stream: S,
        message_limit: usize,
        hub: &'a Hub,
        requests: &'a mut mpsc::Receiver<Request>,
    ) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Connection {
            reader,
            writer: Writer { stream: writer, is_flushed: true, has_failed: false },
            session: Session::with_message_limit(message_limit),
            read_size: ReadSize::default(),
            taken: 0,
            greeting: None,
            handshake: Handshake::default(),
            requests,
            unanswered: HashMap::new(),
            hub,
            subscribers: Subscribers::default(),
            held: Some(Queue::with_capacity(HELD)),
            draining: Draining::No,
            end: None,
        }
    }

    /// Whether the server has greeted.
    pub(super) fn has_greeted(&self) -> bool {
        self.greeting.is_some()
    }

    /// What explains a handshake that failed.
    pub(super) fn handshake(&mut self) -> &mut Handshake {
        &mut self.handshake
    }

    /// Why the handshake failed, if its time is up.
    pub(super) fn handshake_timed_out(&mut self, after: Duration) -> Disconnected {
        self.handshake.note_unfinished(&mut self.session);
        self.handshake.timed_out(after)
    }

    /// Waits until the capabilities are negotiated.
    pub(super) async fn negotiate(&mut self) -> Result<(), Disconnected> {
        loop {
            match self.next_protocol_event().await? {
                ProtocolEvent::Ready => return Ok(()),
                ProtocolEvent::Refused(error) => return Err(Disconnected::Refused(error)),
                ProtocolEvent::Greeting | ProtocolEvent::Reply(..) => {}
            }
        }
    }

    /// Asks the server what tells it from others.
    pub(super) async fn identify(&mut self, identity: &mut Identity) -> Result<(), Disconnected> {
        let mut query = self.session.execute(identity::QUERY, None);
        loop {
            match self.next_protocol_event().await? {
                // Another server has taken over, which is asked once it has agreed.
                ProtocolEvent::Reply(_, Err(CommandError::Unanswered)) => {}
                ProtocolEvent::Ready => query = self.session.execute(identity::QUERY, None),
                ProtocolEvent::Reply(id, result) if id == query => {
                    // A server without vCPUs refuses.
                    *identity = identity.with_vcpus(&decode_reply(result).unwrap_or_default());
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    /// Publishes `Connected` and everything that was held back for it.
    pub(super) fn announce(&mut self) {
        let greeting = self.greeting.clone().unwrap_or_default();
        self.hub.publish(&Queued::Connected(Arc::new(greeting)));
        self.release_events();
    }

    /// Publishes what was held back.
    pub(super) fn release_events(&mut self) {
        let held = self.held.take();
        while let Some(item) = held.as_ref().and_then(Queue::take) {
            match item {
                Queued::Event(json) => {
                    self.hub.publish_event(&mut self.subscribers, &name_of(&json), &json);
                }
                item => self.hub.publish(&item),
            }
        }
    }

    /// Serves the connection to its end.
    pub(super) async fn serve(&mut self) -> Disconnected {
        loop {
            match self.next_protocol_event().await {
                Ok(ProtocolEvent::Ready) => {
                    let is_announced = self.held.is_none();
                    if is_announced {
                        // A second greeting: a proxy at the other end has connected to a QEMU anew.
                        self.hub.publish(&Queued::Gap(Gap { peer: Peer::Unknown }));
                    }
                    self.announce();
                }
                Ok(ProtocolEvent::Refused(error)) => return Disconnected::Refused(error),
                Ok(ProtocolEvent::Greeting | ProtocolEvent::Reply(..)) => {}
                Err(cause) => return cause,
            }
        }
    }

    /// The same connection, after something was done with its stream, and what came of that.
    pub(super) fn with_stream<T>(mut self, act: impl FnOnce(&S) -> T) -> (Self, T)
    where
        S: Unpin,
    {
        let stream = self.reader.unsplit(self.writer.stream);
        let result = act(&stream);
        let (reader, writer) = tokio::io::split(stream);
        (self.reader, self.writer.stream) = (reader, writer);
        (self, result)
    }

    /// Hands on what the server has sent: to the end of the stream if the server cannot send more, however long a
    /// busy machine takes for that, and otherwise as far as it has come. Nothing is sent any more. A server that
    /// sends without end is left in the middle.
    pub(super) async fn drain(&mut self, is_stopped: bool) -> Disconnected {
        self.draining = if is_stopped { Draining::ToTheEnd } else { Draining::UntilQuiet };
        if is_stopped {
            self.serve().await;
        } else {
            // Whether it came to an end makes no difference: what was read has been handed on.
            let _: Result<Disconnected, Elapsed> = timeout(LONGEST_DRAIN, self.serve()).await;
        }
        Disconnected::Released
    }

    /// Ends the commands that were not answered.
    pub(super) fn fail_requests(&mut self, cause: &Disconnected) {
        for (_, reply) in self.unanswered.drain() {
            // Whoever asked may have given up.
            let _ = reply.send(Err(cause.clone().into()));
        }
    }

    /// Hands on what comes, until it is something else than events and replies to requests.
    async fn next_protocol_event(&mut self) -> Result<ProtocolEvent, Disconnected> {
        loop {
            if self.taken >= MESSAGES_A_TURN {
                self.give_turn().await;
            }
            let Some(incoming) = self.session.next_incoming() else {
                let after_shutdown = self.session.saw_shutdown();
                match &self.end {
                    None => self.exchange().await,
                    Some(Ok(())) => return Err(Disconnected::Closed { after_shutdown }),
                    Some(Err(error)) => {
                        return Err(Disconnected::Failed { error: error.clone(), after_shutdown });
                    }
                }
                continue;
            };
            self.taken += 1;
            match incoming {
                Incoming::Event(event) => match &self.held {
                    Some(held) => held.push(Queued::Event(event.json.into())),
                    None => self.hub.publish_event(&mut self.subscribers, &event.name, event.json),
                },
                Incoming::Reply { id, result } => {
                    let result = result.map(str::to_owned);
                    match self.unanswered.remove(&id) {
                        Some(reply) => drop(reply.send(Ok(result))), // as in `fail_requests`
                        None => return Ok(ProtocolEvent::Reply(id, result)),
                    }
                }
                Incoming::Greeting(greeting) => {
                    self.greeting = Some(greeting);
                    self.handshake.set_greeted();
                    return Ok(ProtocolEvent::Greeting);
                }
                Incoming::Ready => return Ok(ProtocolEvent::Ready),
                Incoming::Refused(error) => return Ok(ProtocolEvent::Refused(error)),
                Incoming::StrayReply(_) => {}
                Incoming::Unrecognized(message) => {
                    deliver(self.hub, self.held.as_ref(), &mut self.handshake, message.into())?;
                }
                Incoming::Skipped(skipped) => {
                    deliver(self.hub, self.held.as_ref(), &mut self.handshake, skipped.into())?;
                }
            }
        }
    }

    /// Lets subscribers run, or a burst would overflow their queues.
    async fn give_turn(&mut self) {
        self.taken = 0;
        tokio::task::yield_now().await;
    }

    /// Waits until something was read, written, or asked for. Cancelling it loses nothing.
    async fn exchange(&mut self) {
        self.give_turn().await;
        let (input, output) = self.session.buffers(self.read_size.get());
        let room = input.capacity() - input.len();
        let (has_output, has_room) = (!output.is_empty(), output.len() < OUTPUT);
        let is_open = self.draining == Draining::No;
        let (has_output, has_room) = (has_output && is_open, has_room && is_open);
        let can_write = !self.writer.has_failed && (has_output || !self.writer.is_flushed);
        tokio::select! {
            read = self.reader.read_buf(input) => match read {
                Ok(0) => self.set_end(Ok(())),
                Ok(count) => self.read_size.note(count, room),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.set_end(Err(Arc::new(error))),
            },
            sent = self.writer.send(output), if can_write => match sent {
                Ok(count) => self.session.advance_output(count),
                Err(_) => self.writer.has_failed = true,
            },
            Some(request) = self.requests.recv(), if has_room => {
                let id = self.session.execute(&request.name, request.arguments);
                self.unanswered.insert(id, request.reply);
            }
            () = async { sleep(QUIET).await }, if self.draining == Draining::UntilQuiet => self.set_end(Ok(())),
        }
    }

    fn set_end(&mut self, end: Result<(), Arc<io::Error>>) {
        self.session.finish();
        self.end = Some(end);
    }
}

impl<S: AsyncWrite> Writer<S> {
    /// Writes some of `output`, or flushes if there is none; says how much was written.
    async fn send(&mut self, output: &[u8]) -> io::Result<usize> {
        if output.is_empty() {
            self.stream.flush().await?;
            self.is_flushed = true;
            return Ok(0);
        }
        match self.stream.write(output).await? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            count => {
                self.is_flushed = false;
                Ok(count)
            }
        }
    }
}

/// Fails if it proves that the handshake will.
fn deliver(
    hub: &Hub,
    held: Option<&Queue>,
    handshake: &mut Handshake,
    malformed: Malformed,
) -> Result<(), Disconnected> {
    let noted = handshake.note(&malformed);
    let item = Queued::Malformed(Arc::new(malformed));
    match held {
        Some(held) => held.push(item),
        None => hub.publish(&item),
    }
    noted
}

/// The name of an event that is not decoded.
pub(super) fn name_of(json: &[u8]) -> String {
    match ServerMessage::classify(json) {
        ServerMessage::Event(event) => event.name.into_owned(),
        _ => String::new(),
    }
}

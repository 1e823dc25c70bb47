//! One client of a share.
//!
//! It reads no more commands while one is executed or its output is not taken, and takes no event from its queue
//! until the one before has been sent, but for those before the negotiation, which it does not get. So nothing of it
//! grows but the queue, which is bounded.

use super::clerk::Clerk;
use super::dialogue::{Command, Dialogue};
use super::reply::{write_event, write_greeting, write_lagged};
use crate::tokio::connector::Socket;
use crate::tokio::hub::Hub;
use crate::tokio::queue::{Queue, Queued};
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};

/// Commands wait in their socket while this many bytes wait for the client.
const OUTPUT: usize = 64 << 10;

/// The size of a read.
const READ: usize = 4 << 10;

/// How long a client may take to read the rest after the machine has gone.
const FAREWELL: Duration = Duration::from_secs(5);

/// How much a client may say before it is greeted.
const AHEAD: usize = 64 << 10;

pub(super) struct Reader {
    input: ReadHalf<Socket>,
    writer: WriteHalf<Socket>,
    registration: Registration,
    clerk: Arc<Clerk>,
    dialogue: Dialogue,
    /// What came before the greeting, in bytes.
    ahead: usize,
    output: Vec<u8>,
    /// How much of `output` is sent.
    sent: usize,
    stage: Stage,
    has_left: bool,
    execution: Option<Execution>,
    /// The time after the machine's end has passed.
    farewell: Option<Farewell>,
}

type Execution = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

type Farewell = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The machine is not there.
    Waiting,
    Greeted,
    /// The machine has gone.
    Ending,
}

/// A place among the subscribers, given up when dropped.
struct Registration {
    hub: Arc<Hub>,
    queue: Arc<Queue>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.queue);
    }
}

impl Reader {
    pub(super) fn new(socket: Socket, hub: Arc<Hub>, clerk: Arc<Clerk>, capacity: usize) -> Self {
        let queue = hub.subscribe();
        queue.set_capacity(capacity);
        let (input, writer) = tokio::io::split(socket);
        Reader {
            input,
            writer,
            registration: Registration { hub, queue },
            clerk,
            dialogue: Dialogue::new(),
            ahead: 0,
            output: Vec::new(),
            sent: 0,
            stage: Stage::Waiting,
            has_left: false,
            execution: None,
            farewell: None,
        }
    }

    /// Serves the client until it leaves or the machine does.
    pub(super) async fn serve(mut self) {
        // One that says all it has to say at once, and leaves, is greeted all the same.
        while let (Stage::Waiting, Some(item)) = (self.stage, self.registration.queue.take()) {
            self.take(Some(item));
        }
        // A client that cannot be reached has left.
        while let Ok(true) = self.step().await {}
    }

    /// Does what comes next. False at the end.
    async fn step(&mut self) -> io::Result<bool> {
        if self.execution.is_none()
            && self.stage == Stage::Greeted
            && let Some(command) = self.dialogue.next_command(&mut self.output, OUTPUT)
        {
            self.execution = Some(self.execute(command));
        }
        let is_executing = self.execution.is_some();
        let is_sent = self.output.is_empty();
        if is_sent && !is_executing && (self.has_left || self.stage == Stage::Ending) {
            return Ok(false);
        }
        // What is not handed on waits for nothing.
        let takes_items = is_sent || !self.dialogue.is_negotiated();
        let has_room = self.output.len() < OUTPUT && (self.stage != Stage::Waiting || self.ahead < AHEAD);
        tokio::select! {
            sent = self.writer.write(&self.output[self.sent..]), if !is_sent => self.advance(sent?)?,
            item = next_item(&self.registration.queue), if takes_items && self.stage != Stage::Ending => {
                self.take(item);
            }
            read = self.input.read_buf(self.dialogue.input(READ)), if has_room && !is_executing && !self.has_left => {
                self.note_read(read?);
            }
            Some(reply) = output_of(&mut self.execution), if is_executing => {
                self.execution = None;
                // Its events come before a reply.
                while let (Stage::Greeted, Some(item)) = (self.stage, self.registration.queue.take()) {
                    self.take(Some(item));
                }
                self.output.extend(reply);
            }
            Some(()) = output_of(&mut self.farewell), if self.farewell.is_some() => return Ok(false),
        }
        Ok(true)
    }

    fn execute(&self, command: Command) -> Execution {
        let clerk = self.clerk.clone();
        Box::pin(async move { clerk.execute(command).await })
    }

    /// Takes in what the machine did.
    fn take(&mut self, item: Option<Queued>) {
        let is_told = self.dialogue.is_negotiated();
        match (self.stage, item) {
            (Stage::Waiting, Some(Queued::Connected(greeting))) => {
                write_greeting(&greeting, &mut self.output);
                self.stage = Stage::Greeted;
                let hub = self.registration.hub.clone();
                self.farewell = Some(Box::pin(async move {
                    hub.cause().await;
                    tokio::time::sleep(FAREWELL).await;
                }));
            }
            (Stage::Waiting, Some(_)) => {}
            (_, Some(Queued::Event(json))) if is_told => write_event(&json, &mut self.output),
            (_, Some(Queued::Lagged(missed))) if is_told => write_lagged(missed, &mut self.output),
            // As with QEMU, nobody is told who has not negotiated.
            (_, Some(Queued::Event(_) | Queued::Lagged(_) | Queued::Malformed(_))) => {}
            (_, Some(Queued::Connected(_) | Queued::Disconnected(_) | Queued::Gap(_)) | None) => {
                self.stage = Stage::Ending;
            }
        }
    }

    /// So many bytes were sent.
    fn advance(&mut self, count: usize) -> io::Result<()> {
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.sent += count;
        if self.sent >= self.output.len() {
            // A long message leaves no memory behind.
            (self.output, self.sent) = (Vec::new(), 0);
        }
        Ok(())
    }

    /// So many bytes were read.
    fn note_read(&mut self, count: usize) {
        self.ahead = self.ahead.saturating_add(count);
        if count == 0 {
            self.has_left = true;
            self.dialogue.finish();
        }
    }
}

/// The next item. Cancel-safe.
async fn next_item(queue: &Queue) -> Option<Queued> {
    poll_fn(|context| queue.poll_take(context)).await
}

/// What a future gives, if there is one. Cancel-safe.
async fn output_of<T>(future: &mut Option<Pin<Box<dyn Future<Output = T> + Send>>>) -> Option<T> {
    match future {
        Some(future) => Some(future.await),
        None => None,
    }
}

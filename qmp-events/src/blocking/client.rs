//! The client: a loop around a session that waits for one thing at a time.

use super::deadline::{deadline_after, is_timeout, time_left};
use super::pending::{Pending, PendingItem};
use super::socket::Socket;
use crate::client::{Disconnected, Error, Handshake, Malformed, ReadSize, decode_reply};
use crate::protocol::{CommandError, CommandId, Greeting, Incoming, Session};
use crate::{Event, EventMessage, QapiEvents};
use serde_json::Value;
use std::fmt;
use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a stream's time-outs are set; `None` for no limit.
pub(super) type SetTimeout<S> = fn(&S, Option<Duration>) -> io::Result<()>;

/// A connection to a QMP server; see the [module](super). `E` is the set of events that it decodes.
pub struct Client<S = Socket, E = Event> {
    connection: Connection<S>,
    events: PhantomData<fn() -> E>,
}

/// A connection, whatever its events are decoded as.
#[derive(Debug)]
struct Connection<S> {
    stream: S,
    set_timeout: SetTimeout<S>,
    /// Whether the stream may have a time-out.
    has_timeout: bool,
    session: Session,
    read_size: ReadSize,
    /// What a read fills.
    buffer: Vec<u8>,
    greeting: Greeting,
    /// How many servers have greeted: behind a proxy, there may be one after the other.
    greetings: u64,
    pending: Pending,
    end: Option<Result<(), Arc<io::Error>>>,
    /// The server refused the negotiation.
    refused: Option<CommandError>,
}

/// What one message means to the client.
enum Step {
    Deliver(PendingItem),
    Greeting(Greeting),
    Ready,
    Refused(CommandError),
    Reply(CommandId, Result<String, CommandError>),
}

impl<S: Read + Write> Client<S> {
    pub(super) fn new(stream: S, set_timeout: SetTimeout<S>, message_limit: usize) -> Self {
        let connection = Connection {
            stream,
            set_timeout,
            has_timeout: true,
            session: Session::with_message_limit(message_limit),
            read_size: ReadSize::default(),
            buffer: Vec::new(),
            greeting: Greeting::default(),
            greetings: 0,
            pending: Pending::default(),
            end: None,
            refused: None,
        };
        Client { connection, events: PhantomData }
    }

    pub(super) fn negotiate(
        &mut self,
        deadline: Option<Instant>,
        handshake: &mut Handshake,
    ) -> Result<(), Error> {
        let connection = &mut self.connection;
        loop {
            let step = connection.step(deadline).inspect_err(|error| {
                if matches!(error, Error::TimedOut { .. }) {
                    handshake.note_unfinished(&mut connection.session);
                }
            });
            match step? {
                Step::Deliver(item) => {
                    if let PendingItem::Malformed(malformed) = &item {
                        handshake.note(malformed)?;
                    }
                    connection.pending.push(item)?;
                }
                Step::Greeting(greeting) => {
                    handshake.set_greeted();
                    connection.note_greeting(greeting);
                }
                Step::Ready => return Ok(()),
                Step::Refused(error) => return Err(Disconnected::Refused(error).into()),
                Step::Reply(..) => {}
            }
        }
    }
}

impl<S: Read + Write, E: QapiEvents> Client<S, E> {
    /// The same connection, with its events decoded as a set of your own, see
    /// [`QapiEvents`](macro@QapiEvents).
    pub fn decode_as<F: QapiEvents>(self) -> Client<S, F> {
        Client { connection: self.connection, events: PhantomData }
    }

    /// What the server said of itself: the last one, where a proxy went on with another.
    pub fn greeting(&self) -> &Greeting {
        &self.connection.greeting
    }

    /// How many servers have greeted.
    pub(crate) fn greetings(&self) -> u64 {
        self.connection.greetings
    }

    /// Executes a command and waits for its reply. `arguments` is a JSON object, or `None`. Events that
    /// come before the reply are kept, in order, for the next call that asks for events.
    ///
    /// ```no_run
    /// use serde_json::json;
    ///
    /// let mut client = qmp_events::blocking::connect("unix:/run/vm.sock")?;
    /// let status = client.execute("query-status", None)?;
    /// println!("{}", status["running"]);
    /// client.execute("device_del", json!({"id": "net0"}))?;
    /// # Ok::<(), qmp_events::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Command`] if the server refuses it, the reply is longer than the message limit, or another server
    /// took over behind a proxy; [`Error::Disconnected`] if there is no reply,
    /// [`Error::Backlog`] if what comes before the reply takes more than 64 MiB of memory.
    pub fn execute(&mut self, name: &str, arguments: impl Into<Option<Value>>) -> Result<Value, Error> {
        decode_reply(self.execute_undecoded(name, arguments.into())?)
    }

    /// What the command returned, as JSON text.
    pub(crate) fn execute_undecoded(
        &mut self,
        name: &str,
        arguments: Option<Value>,
    ) -> Result<Result<String, CommandError>, Error> {
        self.connection.execute(name, arguments, None)
    }

    /// As [`execute`](Self::execute), but gives up after `timeout`. The server may still execute the
    /// command; its reply is then ignored.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute), and [`Error::TimedOut`].
    pub fn execute_within(
        &mut self,
        name: &str,
        arguments: impl Into<Option<Value>>,
        timeout: Duration,
    ) -> Result<Value, Error> {
        let result = self.connection.execute(name, arguments.into(), deadline_after(timeout));
        decode_reply(result.map_err(|error| error.with_time(timeout))?)
    }

    /// Waits for the next event; `None` after the normal end of QEMU.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] in the place of a message that is not an event; the connection goes on after
    /// it. [`Error::Disconnected`] if the connection ends in another way than after SHUTDOWN.
    pub fn next_event(&mut self) -> Result<Option<EventMessage<E>>, Error> {
        self.connection.next_event(None)
    }

    /// As [`next_event`](Self::next_event), but gives up after `timeout`.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event), and [`Error::TimedOut`].
    pub fn next_event_within(&mut self, timeout: Duration) -> Result<Option<EventMessage<E>>, Error> {
        self.connection.next_event(deadline_after(timeout)).map_err(|error| error.with_time(timeout))
    }

    /// All events from here on; ends when the connection does.
    pub fn events(&mut self) -> Events<'_, S, E> {
        Events { client: self, is_ended: false }
    }
}

impl<S: Read + Write> Connection<S> {
    fn execute(
        &mut self,
        name: &str,
        arguments: Option<Value>,
        deadline: Option<Instant>,
    ) -> Result<Result<String, CommandError>, Error> {
        let id = self.session.execute(name, arguments);
        loop {
            match self.step(deadline)? {
                Step::Deliver(item) => self.pending.push(item)?,
                Step::Reply(replied, result) if replied == id => return Ok(result),
                Step::Greeting(greeting) => self.note_greeting(greeting),
                Step::Reply(..) | Step::Ready | Step::Refused(_) => {}
            }
        }
    }

    fn next_event<E: QapiEvents>(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<EventMessage<E>>, Error> {
        let malformed = |error| Error::Malformed(Malformed::from(error));
        match self.pending.pop() {
            Some(PendingItem::Event(json)) => return E::decode(&json).map(Some).map_err(malformed),
            Some(PendingItem::Malformed(malformed)) => return Err(malformed.into()),
            None => {}
        }
        loop {
            match self.session.next_decoded::<E>() {
                Some(Incoming::Event(decoded)) => return decoded.map(Some).map_err(malformed),
                Some(Incoming::Unrecognized(message)) => return Err(Malformed::from(message).into()),
                Some(Incoming::Skipped(skipped)) => return Err(Malformed::from(skipped).into()),
                Some(Incoming::Greeting(greeting)) => self.note_greeting(greeting),
                Some(Incoming::Refused(error)) => self.refused = Some(error),
                Some(_) => {}
                None => match self.exchange(deadline) {
                    Err(Error::Disconnected(cause)) if cause.is_normal() => return Ok(None),
                    exchanged => exchanged?,
                },
            }
        }
    }

    /// What the next message means, once it has arrived.
    fn step(&mut self, deadline: Option<Instant>) -> Result<Step, Error> {
        loop {
            if let Some(incoming) = self.session.next_incoming() {
                return Ok(match incoming {
                    Incoming::Greeting(greeting) => Step::Greeting(greeting),
                    Incoming::Ready => Step::Ready,
                    Incoming::Refused(error) => {
                        self.refused = Some(error.clone());
                        Step::Refused(error)
                    }
                    Incoming::Event(event) => Step::Deliver(PendingItem::Event(event.json.to_vec())),
                    Incoming::Reply { id, result } => Step::Reply(id, result.map(str::to_owned)),
                    Incoming::StrayReply(_) => continue,
                    Incoming::Unrecognized(message) => Step::Deliver(PendingItem::Malformed(message.into())),
                    Incoming::Skipped(skipped) => Step::Deliver(PendingItem::Malformed(skipped.into())),
                });
            }
            self.exchange(deadline)?;
        }
    }

    fn note_greeting(&mut self, greeting: Greeting) {
        self.greeting = greeting;
        self.greetings += 1;
    }

    /// Sends what is to be sent and takes what has come, at least one byte or the end.
    ///
    /// # Errors
    ///
    /// Why nothing more will come, once the end was taken before.
    fn exchange(&mut self, deadline: Option<Instant>) -> Result<(), Error> {
        if let Some(error) = &self.refused {
            return Err(Disconnected::Refused(error.clone()).into());
        }
        if let Some(end) = &self.end {
            let after_shutdown = self.session.saw_shutdown();
            return Err(Error::Disconnected(match end {
                Ok(()) => Disconnected::Closed { after_shutdown },
                Err(error) => Disconnected::Failed { error: error.clone(), after_shutdown },
            }));
        }
        while !self.session.output().is_empty() {
            self.set_deadline(deadline)?;
            match self.stream.write(self.session.output()) {
                Ok(count) if count > 0 => self.session.advance_output(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => return Err(Error::TimedOut { after: None }),
                // A server that no longer reads may have written before: the read below tells.
                _ => self.session.advance_output(self.session.output().len()),
            }
        }
        let _ = self.stream.flush(); // as above
        self.set_deadline(deadline)?;
        self.buffer.resize(self.read_size.get(), 0);
        self.buffer.shrink_to_fit();
        match self.stream.read(&mut self.buffer) {
            Ok(0) => self.set_end(Ok(())),
            Ok(count) => {
                self.session.receive(&self.buffer[..count]);
                self.read_size.note(count, self.buffer.len());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => return Err(Error::TimedOut { after: None }),
            Err(error) => self.set_end(Err(Arc::new(error))),
        }
        Ok(())
    }

    fn set_end(&mut self, end: Result<(), Arc<io::Error>>) {
        self.session.finish();
        self.end = Some(end);
    }

    fn set_deadline(&mut self, deadline: Option<Instant>) -> Result<(), Error> {
        let left = time_left(deadline).map_err(|_| Error::TimedOut { after: None })?;
        if left.is_none() && !self.has_timeout {
            return Ok(());
        }
        self.has_timeout = true;
        (self.set_timeout)(&self.stream, left).map_err(|error| {
            let after_shutdown = self.session.saw_shutdown();
            Disconnected::Failed { error: Arc::new(error), after_shutdown }
        })?;
        self.has_timeout = left.is_some();
        Ok(())
    }
}

impl Error {
    fn with_time(self, time: Duration) -> Self {
        match self {
            Error::TimedOut { .. } => Error::TimedOut { after: Some(time) },
            other => other,
        }
    }
}

impl<S: fmt::Debug, E> fmt::Debug for Client<S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Connection { stream, greeting, pending, end, .. } = &self.connection;
        f.debug_struct("Client")
            .field("stream", stream)
            .field("greeting", greeting)
            .field("pending", pending)
            .field("end", end)
            .finish_non_exhaustive()
    }
}

/// The events of a [`Client`], until the connection ends.
pub struct Events<'a, S = Socket, E = Event> {
    client: &'a mut Client<S, E>,
    is_ended: bool,
}

impl<S: Read + Write, E: QapiEvents> Iterator for Events<'_, S, E> {
    type Item = Result<EventMessage<E>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_ended {
            return None;
        }
        let next = self.client.next_event().transpose();
        self.is_ended = matches!(next, None | Some(Err(Error::Disconnected(_))));
        next
    }
}

impl<S: fmt::Debug, E> fmt::Debug for Events<'_, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("client", self.client).field("is_ended", &self.is_ended).finish()
    }
}

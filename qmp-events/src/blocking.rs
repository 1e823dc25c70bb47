//! A client for threads, on the standard library alone.
//!
//! ```no_run
//! use qmp_events::Event;
//!
//! for message in qmp_events::blocking::connect("unix:/run/vm.sock")?.events() {
//!     match message?.event {
//!         Event::Shutdown(e) => println!("shut down by the guest: {:?}", e.guest),
//!         Event::Unknown(e) => println!("{} is new to this build", e.name),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Silence is never ambiguous: the iterator ends if QEMU closed the connection after SHUTDOWN, and gives
//! [`Error::Disconnected`] before it ends otherwise, for example when QEMU was killed. A malformed message
//! is an [`Error::Malformed`] in its place among the events, and the next one follows.
//!
//! The client reads only while one of its methods runs. It must never lose an event that has arrived:
//! what comes while a command waits for its reply is kept for the next call.

mod socket;

pub use crate::client::{Disconnected, Error, Malformed};
pub use socket::Socket;

use crate::client::DEFAULT_HANDSHAKE_TIMEOUT;
use crate::endpoint::{Endpoint, ToEndpoint};
use crate::server_message::{CommandError, Greeting};
use crate::session::{CommandId, Incoming, Session};
use crate::splitter::DEFAULT_MESSAGE_LIMIT;
use crate::{Event, EventMessage, QapiEvents};
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many bytes of events are kept while a command waits for its reply: 64 MiB.
const KEPT_LIMIT: usize = 64 << 20;

/// Connects to a QMP server and negotiates the capabilities, with the default [`Options`].
///
/// # Errors
///
/// [`Error::Endpoint`] if the text names none; [`Error::Disconnected`] if connecting or the handshake fails.
pub fn connect(endpoint: impl ToEndpoint) -> Result<Client, Error> {
    Options::new().connect(endpoint)
}

/// How to connect.
///
/// ```no_run
/// use qmp_events::blocking::Options;
/// use std::time::Duration;
///
/// let client = Options::new().handshake_timeout(Duration::from_secs(1)).connect("tcp:localhost:4444")?;
/// println!("{}", client.greeting());
/// # Ok::<(), qmp_events::blocking::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    handshake_timeout: Duration,
    message_limit: usize,
}

/// A connection to a QMP server; see the [module](self).
#[derive(Debug)]
pub struct Client<S = Socket> {
    stream: S,
    set_timeout: fn(&S, Option<Duration>) -> io::Result<()>,
    session: Session,
    greeting: Greeting,
    kept: VecDeque<Kept>,
    kept_bytes: usize,
    end: Option<Result<(), Arc<io::Error>>>,
}

/// Something for the caller that arrived while it waited for something else.
#[derive(Debug)]
enum Kept {
    Event(Vec<u8>),
    Malformed(Malformed),
}

/// What one message means to the client.
enum Step {
    Keep(Kept),
    Greeting(Greeting),
    Ready,
    Refused(CommandError),
    Reply(CommandId, Result<Value, CommandError>),
}

impl Options {
    /// Ten seconds for the handshake, 16 MiB for a message.
    pub fn new() -> Self {
        Options { handshake_timeout: DEFAULT_HANDSHAKE_TIMEOUT, message_limit: DEFAULT_MESSAGE_LIMIT }
    }

    /// How long connecting, the greeting and the capabilities negotiation may take together. A monitor
    /// that serves another client sends no greeting until that one leaves.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// The longest message, in bytes; a longer one is passed over and reported.
    pub fn message_limit(mut self, limit: usize) -> Self {
        self.message_limit = limit;
        self
    }

    /// Connects to a QMP server and negotiates the capabilities.
    ///
    /// # Errors
    ///
    /// As [`connect`](connect()).
    pub fn connect(&self, endpoint: impl ToEndpoint) -> Result<Client, Error> {
        let deadline = Instant::now() + self.handshake_timeout;
        let endpoint: Endpoint = endpoint.to_endpoint()?;
        let stream =
            Socket::connect_within(&endpoint, self.handshake_timeout).map_err(|error| {
                match error.kind() {
                    io::ErrorKind::TimedOut => {
                        Disconnected::HandshakeTimedOut { after: self.handshake_timeout, greeted: false }
                    }
                    _ => Disconnected::NotConnected(Arc::new(error)),
                }
            })?;
        self.handshake(stream, Socket::set_timeout, Some(deadline))
    }

    /// Negotiates the capabilities over a connected stream: TLS, vsock, a pipe, a recording. It has no
    /// time-outs but those of the stream, which end in [`Error::TimedOut`].
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the handshake fails.
    pub fn over<S: Read + Write>(&self, stream: S) -> Result<Client<S>, Error> {
        self.handshake(stream, |_, _| Ok(()), None)
    }

    fn handshake<S: Read + Write>(
        &self,
        stream: S,
        set_timeout: fn(&S, Option<Duration>) -> io::Result<()>,
        deadline: Option<Instant>,
    ) -> Result<Client<S>, Error> {
        let mut client = Client {
            stream,
            set_timeout,
            session: Session::with_message_limit(self.message_limit),
            greeting: Greeting::default(),
            kept: VecDeque::new(),
            kept_bytes: 0,
            end: None,
        };
        let mut greeted = false;
        loop {
            match client.step(deadline) {
                Ok(Step::Keep(kept)) => client.keep(kept)?,
                Ok(Step::Greeting(greeting)) => {
                    greeted = true;
                    client.greeting = greeting;
                }
                Ok(Step::Ready) => return Ok(client),
                Ok(Step::Refused(error)) => return Err(Disconnected::Refused(error).into()),
                Ok(Step::Reply(..)) => {}
                Err(Error::TimedOut { .. }) => {
                    return Err(
                        Disconnected::HandshakeTimedOut { after: self.handshake_timeout, greeted }.into()
                    );
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Read + Write> Client<S> {
    /// Negotiates the capabilities over a connected stream, with the default [`Options`].
    ///
    /// # Errors
    ///
    /// As [`Options::over`].
    pub fn over(stream: S) -> Result<Self, Error> {
        Options::new().over(stream)
    }

    /// What the server said of itself.
    pub fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    /// Executes a command and waits for its reply. `arguments` is an object, or null for none. Events that
    /// come before the reply are kept, in order, for the next call that asks for events.
    ///
    /// ```no_run
    /// let mut client = qmp_events::blocking::connect("unix:/run/vm.sock")?;
    /// let status = client.execute("query-status", serde_json::Value::Null)?;
    /// println!("{}", status["running"]);
    /// # Ok::<(), qmp_events::blocking::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Command`] if the server refuses it, [`Error::Disconnected`] if there is no reply.
    pub fn execute(&mut self, name: &str, arguments: Value) -> Result<Value, Error> {
        self.execute_until(name, arguments, None)
    }

    /// As [`execute`](Self::execute), but gives up after `timeout`. The server may still execute the
    /// command; its reply is then passed over.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute), and [`Error::TimedOut`].
    pub fn execute_within(
        &mut self,
        name: &str,
        arguments: Value,
        timeout: Duration,
    ) -> Result<Value, Error> {
        let deadline = Instant::now() + timeout;
        self.execute_until(name, arguments, Some(deadline)).map_err(|error| error.with_time(timeout))
    }

    /// The next event; `None` after the normal end of QEMU. Never gives up waiting.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] in the place of a message that is no event, and then the connection goes on;
    /// [`Error::Disconnected`] if the connection ends in another way than after SHUTDOWN.
    pub fn next_event(&mut self) -> Result<Option<EventMessage>, Error> {
        self.next_event_until(None)
    }

    /// As [`next_event`](Self::next_event), but gives up after `timeout`.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event), and [`Error::TimedOut`].
    pub fn next_event_within(&mut self, timeout: Duration) -> Result<Option<EventMessage>, Error> {
        self.next_event_until(Some(Instant::now() + timeout)).map_err(|error| error.with_time(timeout))
    }

    /// All events from here on; ends when the connection does.
    pub fn events(&mut self) -> Events<'_, S> {
        self.events_as()
    }

    /// As [`events`](Self::events), for a set of events of your own, see [`QapiEvents`](macro@QapiEvents).
    pub fn events_as<E: QapiEvents>(&mut self) -> Events<'_, S, E> {
        Events { client: self, ended: false, events: PhantomData }
    }

    fn execute_until(
        &mut self,
        name: &str,
        arguments: Value,
        deadline: Option<Instant>,
    ) -> Result<Value, Error> {
        let id = self.session.execute(name, arguments);
        loop {
            match self.step(deadline)? {
                Step::Keep(kept) => self.keep(kept)?,
                Step::Reply(replied, result) if replied == id => return result.map_err(Error::Command),
                Step::Greeting(greeting) => self.greeting = greeting,
                Step::Reply(..) | Step::Ready | Step::Refused(_) => {}
            }
        }
    }

    fn next_event_until<E: QapiEvents>(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<EventMessage<E>>, Error> {
        loop {
            let step = match self.kept.pop_front() {
                Some(kept) => Ok(Step::Keep(kept)),
                None => self.step(deadline),
            };
            match step {
                Ok(Step::Keep(Kept::Event(json))) => {
                    self.kept_bytes = self.kept_bytes.saturating_sub(json.len());
                    return E::decode(&json).map(Some).map_err(|e| Malformed::from(e).into());
                }
                Ok(Step::Keep(Kept::Malformed(malformed))) => return Err(malformed.into()),
                Ok(Step::Greeting(greeting)) => self.greeting = greeting,
                Ok(Step::Reply(..) | Step::Ready | Step::Refused(_)) => {}
                Err(Error::Disconnected(cause)) if cause.is_normal() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    fn keep(&mut self, kept: Kept) -> Result<(), Error> {
        if let Kept::Event(json) = &kept {
            self.kept_bytes += json.len();
        }
        self.kept.push_back(kept);
        if self.kept_bytes > KEPT_LIMIT { Err(Error::Backlog { limit: KEPT_LIMIT }) } else { Ok(()) }
    }

    /// What the next message means, once it has arrived.
    fn step(&mut self, deadline: Option<Instant>) -> Result<Step, Error> {
        loop {
            if let Some(incoming) = self.session.next_incoming() {
                return Ok(match incoming {
                    Incoming::Greeting(greeting) => Step::Greeting(greeting),
                    Incoming::Ready => Step::Ready,
                    Incoming::Refused(error) => Step::Refused(error),
                    Incoming::Event(event) => Step::Keep(Kept::Event(event.json.to_vec())),
                    Incoming::Reply { id, result } => Step::Reply(id, result),
                    Incoming::StrayReply(_) => continue,
                    Incoming::Unrecognised(message) => Step::Keep(Kept::Malformed(message.into())),
                    Incoming::Skipped(skipped) => Step::Keep(Kept::Malformed(skipped.into())),
                });
            }
            let after_shutdown = self.session.saw_shutdown();
            match &self.end {
                None => self.exchange(deadline)?,
                Some(Ok(())) => return Err(Disconnected::Closed { after_shutdown }.into()),
                Some(Err(error)) => {
                    return Err(Disconnected::Failed { error: error.clone(), after_shutdown }.into());
                }
            }
        }
    }

    /// Sends what is to be sent and takes what has come, at least one byte or the end.
    fn exchange(&mut self, deadline: Option<Instant>) -> Result<(), Error> {
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
        let mut buffer = [0; 8 << 10];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.end(Ok(())),
            Ok(count) => self.session.receive(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => return Err(Error::TimedOut { after: None }),
            Err(error) => self.end(Err(Arc::new(error))),
        }
        Ok(())
    }

    fn end(&mut self, end: Result<(), Arc<io::Error>>) {
        self.session.finish();
        self.end = Some(end);
    }

    fn set_deadline(&mut self, deadline: Option<Instant>) -> Result<(), Error> {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(Error::TimedOut { after: None });
        }
        (self.set_timeout)(&self.stream, left).map_err(|error| {
            let after_shutdown = self.session.saw_shutdown();
            Disconnected::Failed { error: Arc::new(error), after_shutdown }.into()
        })
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

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The events of a [`Client`], until the connection ends.
#[derive(Debug)]
pub struct Events<'a, S = Socket, E = Event> {
    client: &'a mut Client<S>,
    ended: bool,
    events: PhantomData<fn() -> E>,
}

impl<S: Read + Write, E: QapiEvents> Iterator for Events<'_, S, E> {
    type Item = Result<EventMessage<E>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.client.next_event_until(None).transpose();
        self.ended = matches!(next, None | Some(Err(Error::Disconnected(_))));
        next
    }
}

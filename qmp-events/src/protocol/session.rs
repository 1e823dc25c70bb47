//! The client's half of a QMP connection as a state machine, without clock or socket.
//!
//! A session must never wait, and never drop anything that it cannot report.

use super::greeting::Greeting;
use super::server_message::{CommandError, RawEvent, Reply, ServerMessage, Unrecognized};
use super::splitter::{Frame, SkipReason, Skipped, Splitter};
use crate::error::DecodeError;
use crate::message::{EventMessage, OpenedMessage, QapiEvents};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};

/// The client's half of a QMP connection as a state machine, without clock or socket.
///
/// Bytes from the server go in with [`receive`](Self::receive); what they mean comes out of
/// [`next_incoming`](Self::next_incoming), in order; bytes for the server wait in
/// [`output`](Self::output).
///
/// - Every event is delivered, in every state: before the greeting, and between `qmp_capabilities` and
///   its reply too. (QEMU hardly ever sends those, but under load it does.)
/// - Replies are matched by `id` alone, so they may overtake each other; a reply without an `id`, or with
///   a foreign one, is an [`Incoming::StrayReply`] and disturbs nothing.
/// - A message over the limit that does not begin as an event does is the reply to the oldest command, since
///   QEMU answers in order: after the [`Incoming::Skipped`] comes the [`Incoming::Reply`], undecodable.
/// - A server that greets again is another one, behind a proxy: it is negotiated with anew, and for each command
///   that was sent before comes an [`Incoming::Reply`] with [`CommandError::Unanswered`].
/// - Nothing that the server sends ends the session.
///
/// ```
/// use qmp_events::protocol::{Incoming, Session};
///
/// let mut session = Session::new();
/// session.receive(br#"{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}}}}"#);
/// assert!(matches!(session.next_incoming(), Some(Incoming::Greeting(_))));
/// assert_eq!(session.output(), b"{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
/// session.receive(br#"{"return": {}, "id": 1} {"event": "STOP"}"#);
/// assert!(matches!(session.next_incoming(), Some(Incoming::Ready)));
/// assert!(matches!(session.next_incoming(), Some(Incoming::Event(e)) if e.name == "STOP"));
/// ```
#[derive(Debug)]
pub struct Session {
    splitter: Splitter,
    commands: Commands,
    saw_shutdown: bool,
}

/// What the client says, and what it waits for.
#[derive(Debug)]
struct Commands {
    state: SessionState,
    output: Vec<u8>,
    /// How much of `output` is sent.
    sent: usize,
    /// Commands for after the negotiation.
    queued: Vec<u8>,
    last_id: u64,
    unanswered: BTreeSet<CommandId>,
    /// What was sent to the server before, if it had not agreed when the next one greeted.
    negotiated_before: Option<CommandId>,
    /// The first command in `queued`.
    first_queued: Option<CommandId>,
    /// Commands to which there will be no reply; handed out after what tells of that.
    lost: VecDeque<(CommandId, CommandError)>,
}

/// How far the capabilities negotiation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// The server has not sent its greeting yet.
    AwaitingGreeting,
    /// `qmp_capabilities` is sent and not answered yet.
    Negotiating {
        /// The command that is to be answered.
        id: CommandId,
    },
    /// The server takes commands and sends events.
    Ready,
    /// The server refused the negotiation: there will be no events.
    Refused,
}

/// Names a command of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(u64);

/// What the server sent. `T` is what events are handed out as.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Incoming<'a, T = RawEvent<'a>> {
    /// The server's greeting; the session answers it with `qmp_capabilities`.
    Greeting(Greeting),
    /// The negotiation is done.
    Ready,
    /// The negotiation failed.
    Refused(CommandError),
    /// An event: not decoded from [`Session::next_incoming`], decoded from [`Session::next_decoded`].
    Event(T),
    /// The answer to a command of this session.
    Reply {
        /// The command.
        id: CommandId,
        /// The JSON text of what it returned, or why it failed.
        result: Result<&'a str, CommandError>,
    },
    /// An answer to no command that this session sent and still waits for.
    StrayReply(Reply<'a>),
    /// A message that is not a greeting, event or reply.
    Unrecognized(Unrecognized<'a>),
    /// Bytes that are not a message.
    Skipped(Skipped),
}

impl Session {
    /// A session at the beginning of a connection.
    pub fn new() -> Self {
        Self::with_splitter(Splitter::new())
    }

    /// A session that skips every message longer than `limit` bytes.
    pub fn with_message_limit(limit: usize) -> Self {
        Self::with_splitter(Splitter::with_limit(limit))
    }

    fn with_splitter(splitter: Splitter) -> Self {
        let commands = Commands {
            state: SessionState::AwaitingGreeting,
            output: Vec::new(),
            sent: 0,
            queued: Vec::new(),
            last_id: 0,
            unanswered: BTreeSet::new(),
            negotiated_before: None,
            first_queued: None,
            lost: VecDeque::new(),
        };
        Session { splitter, commands, saw_shutdown: false }
    }

    /// How far the negotiation is.
    pub fn state(&self) -> SessionState {
        self.commands.state
    }

    /// Whether SHUTDOWN came, and no RESUME after it: then the end of the connection is the normal end
    /// of QEMU. (`-no-shutdown` leaves QEMU running, and `cont` resumes it.)
    pub fn saw_shutdown(&self) -> bool {
        self.saw_shutdown
    }

    /// Takes the next bytes that the server sent.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.splitter.push(bytes);
    }

    /// Says that the server will send no more, so that an unfinished message is reported.
    pub fn finish(&mut self) {
        self.splitter.finish();
    }

    /// What the server sent next, if it has arrived as a whole.
    pub fn next_incoming(&mut self) -> Option<Incoming<'_>> {
        if let Some(reply) = self.commands.take_lost() {
            return Some(reply);
        }
        let classified = match self.splitter.next_frame()? {
            Frame::Message(message) => message.classify(),
            Frame::Skipped(skipped) => {
                self.commands.note_skipped(&skipped);
                return Some(Incoming::Skipped(skipped));
            }
        };
        Some(match classified {
            ServerMessage::Event(event) => {
                note_event(&event.name, &mut self.saw_shutdown);
                Incoming::Event(event)
            }
            ServerMessage::Greeting(greeting) => {
                self.commands.negotiate();
                Incoming::Greeting(greeting)
            }
            ServerMessage::Reply(reply) => self.commands.match_reply(reply),
            ServerMessage::Unrecognized(message) => Incoming::Unrecognized(message),
        })
    }

    /// As [`next_incoming`](Self::next_incoming), with events decoded as the set `E`: in one pass if they are
    /// written as QEMU does and are here as a whole. One that cannot be decoded is handed out as the error, which has its text.
    ///
    /// ```
    /// use qmp_events::Event;
    /// use qmp_events::protocol::{Incoming, Session};
    ///
    /// let mut session = Session::new();
    /// session.receive(b"{\"event\": \"STOP\"}\r\n");
    /// let Some(Incoming::Event(Ok(message))) = session.next_decoded::<Event>() else { panic!() };
    /// assert!(matches!(message.event, Event::Stop(_)));
    /// ```
    #[inline]
    pub fn next_decoded<E: QapiEvents>(
        &mut self,
    ) -> Option<Incoming<'_, Result<EventMessage<E>, DecodeError>>> {
        // Not by `Splitter::next_event`: the event is made where it is handed out. Moving it once more took
        // 6 to 9 % longer, on the even mix and on the recorded stream.
        let length = Cell::new(0);
        if self.commands.lost.is_empty()
            && let Some(text) = self.splitter.peek()
            && let Some(opened) = OpenedMessage::read_prefix(text, &length)
        {
            let decoded = E::read_opened(opened);
            if let Ok(message) = &decoded {
                note_event(message.event.name(), &mut self.saw_shutdown);
                self.splitter.take(length.get());
                return Some(Incoming::Event(decoded));
            }
        }
        Some(self.next_incoming()?.map_event(|event| E::decode(event.json)))
    }

    /// Sends a command: at once if the negotiation is done, otherwise after it. `arguments` is an object;
    /// none are sent if it is `None` or null.
    pub fn execute(&mut self, name: &str, arguments: impl Into<Option<Value>>) -> CommandId {
        self.commands.execute(name, arguments.into())
    }

    /// Where the next bytes from the server go, with room for `length` at least, and the bytes for the server
    /// that are not sent yet.
    #[cfg(feature = "tokio")]
    pub(crate) fn buffers(&mut self, length: usize) -> (&mut Vec<u8>, &[u8]) {
        let Commands { output, sent, .. } = &self.commands;
        (self.splitter.buffer(length), &output[*sent..])
    }

    /// Bytes for the server that are not sent yet.
    pub fn output(&self) -> &[u8] {
        &self.commands.output[self.commands.sent..]
    }

    /// Says that the first `count` bytes of [`output`](Self::output) are sent.
    pub fn advance_output(&mut self, count: usize) {
        let commands = &mut self.commands;
        commands.sent = (commands.sent + count).min(commands.output.len());
        if commands.sent == commands.output.len() {
            commands.output = Vec::new();
            commands.sent = 0;
        }
    }
}

impl<'a, T> Incoming<'a, T> {
    /// The same, with an event that is made of its event.
    pub fn map_event<U>(self, event: impl FnOnce(T) -> U) -> Incoming<'a, U> {
        match self {
            Incoming::Event(old) => Incoming::Event(event(old)),
            Incoming::Greeting(greeting) => Incoming::Greeting(greeting),
            Incoming::Ready => Incoming::Ready,
            Incoming::Refused(error) => Incoming::Refused(error),
            Incoming::Reply { id, result } => Incoming::Reply { id, result },
            Incoming::StrayReply(reply) => Incoming::StrayReply(reply),
            Incoming::Unrecognized(message) => Incoming::Unrecognized(message),
            Incoming::Skipped(skipped) => Incoming::Skipped(skipped),
        }
    }
}

impl Commands {
    fn negotiate(&mut self) {
        self.hold_back_unsent();
        self.give_up_sent();
        let id = self.next_id();
        write_command(&mut self.output, "qmp_capabilities", None, id);
        self.negotiated_before = match self.state {
            SessionState::Negotiating { id } => Some(id),
            _ => None,
        };
        self.state = SessionState::Negotiating { id };
    }

    /// What the server before was not sent is for the one that greets: commands after the negotiation with it.
    fn hold_back_unsent(&mut self) {
        let begun = match self.output[..self.sent].last() {
            // A command of which a part is sent.
            Some(last) if *last != b'\n' => {
                let rest = self.output[self.sent..].iter().position(|byte| *byte == b'\n');
                rest.map_or(self.output.len(), |end| self.sent + end + 1)
            }
            _ => self.sent,
        };
        let unsent = self.output.split_off(begun);
        if self.state == SessionState::Ready {
            let count = unsent.iter().filter(|byte| **byte == b'\n').count();
            self.first_queued =
                count.checked_sub(1).and_then(|last| self.unanswered.iter().rev().nth(last).copied());
            self.queued = unsent;
        }
    }

    fn execute(&mut self, name: &str, arguments: Option<Value>) -> CommandId {
        let id = self.next_id();
        self.unanswered.insert(id);
        let output = match self.state {
            SessionState::Ready => &mut self.output,
            _ => {
                self.first_queued.get_or_insert(id);
                &mut self.queued
            }
        };
        write_command(output, name, arguments, id);
        id
    }

    fn match_reply<'a>(&mut self, reply: Reply<'a>) -> Incoming<'a> {
        let Some(id) = reply.id.and_then(|id| id.parse().ok()).map(CommandId) else {
            return Incoming::StrayReply(reply);
        };
        match self.state {
            SessionState::Negotiating { id: awaited } if id == awaited => {
                return self.end_negotiation(reply.result);
            }
            // A proxy may have handed on to this server what was for the one before.
            SessionState::Negotiating { .. }
                if Some(id) == self.negotiated_before && reply.result.is_ok() =>
            {
                return self.end_negotiation(reply.result);
            }
            _ => {}
        }
        if self.unanswered.remove(&id) {
            return Incoming::Reply { id, result: reply.result };
        }
        Incoming::StrayReply(reply)
    }

    /// Takes a message over the limit for the reply to the oldest command, unless it begins as an event does. One
    /// that begins otherwise is mistaken for a reply; QEMU's events are far below any sensible limit.
    fn note_skipped(&mut self, skipped: &Skipped) {
        // Before that, no command is sent.
        if self.state == SessionState::Ready
            && let SkipReason::TooLong { limit } = skipped.reason
            && !skipped.begins_as_event()
        {
            let problem = format!("the reply is longer than the limit of {limit} bytes");
            let oldest = self.unanswered.pop_first();
            self.lost.extend(oldest.map(|id| (id, CommandError::Undecodable { problem })));
        }
    }

    /// A server that greets will answer nothing that was sent before. What is queued is sent to it.
    fn give_up_sent(&mut self) {
        let queued = self.first_queued.map(|first| self.unanswered.split_off(&first));
        let sent = std::mem::replace(&mut self.unanswered, queued.unwrap_or_default());
        self.lost.extend(sent.into_iter().map(|id| (id, CommandError::Unanswered)));
    }

    /// In place of a reply that will not come.
    fn take_lost(&mut self) -> Option<Incoming<'static>> {
        let (id, error) = self.lost.pop_front()?;
        Some(Incoming::Reply { id, result: Err(error) })
    }

    fn end_negotiation<'a>(&mut self, result: Result<&'a str, CommandError>) -> Incoming<'a> {
        match result {
            Ok(_) => {
                self.state = SessionState::Ready;
                self.output.append(&mut self.queued);
                self.first_queued = None;
                Incoming::Ready
            }
            Err(error) => {
                self.state = SessionState::Refused;
                Incoming::Refused(error)
            }
        }
    }

    fn next_id(&mut self) -> CommandId {
        self.last_id += 1;
        CommandId(self.last_id)
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// An event of this name came.
fn note_event(name: &str, saw_shutdown: &mut bool) {
    match name {
        "SHUTDOWN" => *saw_shutdown = true,
        "RESUME" => *saw_shutdown = false,
        _ => {}
    }
}

fn write_command(output: &mut Vec<u8>, name: &str, arguments: Option<Value>, id: CommandId) {
    let mut command = json!({ "execute": name, "id": id.0 });
    if let Some(arguments) = arguments.filter(|arguments| !arguments.is_null()) {
        command["arguments"] = arguments;
    }
    output.extend_from_slice(command.to_string().as_bytes());
    output.push(b'\n');
}

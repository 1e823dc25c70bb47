//! What a server does on one connection, step by step.

use crate::protocol::{Frame, ServerMessage, Splitter};
use serde_json::{Value, json};
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::mpsc::Receiver;

/// What the server of one connection does, step by step. It closes the connection at the end.
#[derive(Clone, Debug, Default)]
pub struct Script {
    steps: Vec<Step>,
    events: u32,
}

#[derive(Clone, Debug)]
enum Step {
    /// A server that greets knows of no command.
    Greet,
    Send(Vec<u8>),
    SplitInto(usize),
    Receive(String),
    Reply(Result<Value, (String, String)>),
    Pause,
    Hold,
}

/// Why a script could not be played to its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScriptError {
    /// The client sent another command than the script expects.
    UnexpectedCommand {
        /// The command that the script expects.
        expected: String,
        /// What the client sent.
        received: Value,
    },
    /// The client closed the connection before the script ended.
    ClientLeft,
    /// The test ended before the script.
    Abandoned,
    /// The socket failed.
    Io(io::Error),
}

impl Script {
    /// Closes the connection at once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends the greeting of a QEMU 10.0. Commands that came before are not answered any more.
    pub fn greet(mut self) -> Self {
        self.steps.push(Step::Greet);
        let version = json!({"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""});
        self.message(&json!({"QMP": {"version": version, "capabilities": ["oob"]}}))
    }

    /// Waits for `qmp_capabilities` and agrees.
    pub fn negotiate(self) -> Self {
        self.receive("qmp_capabilities").reply(json!({}))
    }

    /// Sends an event; `data` is left out if it is null. The n-th event of a script has the time of n
    /// seconds after the epoch.
    pub fn event(mut self, name: &str, data: Value) -> Self {
        self.events += 1;
        let mut event = json!({"timestamp": {"seconds": self.events, "microseconds": 0}, "event": name});
        if !data.is_null() {
            event["data"] = data;
        }
        self.message(&event)
    }

    /// Sends a message in a line of its own.
    pub fn message(self, message: &Value) -> Self {
        self.send(format!("{message}\r\n"))
    }

    /// Sends exactly these bytes.
    pub fn send(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Send(bytes.into()));
        self
    }

    /// Sends everything from here on in pieces of `size` bytes.
    pub fn split_into(mut self, size: usize) -> Self {
        self.steps.push(Step::SplitInto(size.max(1)));
        self
    }

    /// Waits for the next command, which must be `command`.
    pub fn receive(mut self, command: &str) -> Self {
        self.steps.push(Step::Receive(command.to_owned()));
        self
    }

    /// Answers the oldest command that was received and is not answered.
    pub fn reply(mut self, value: Value) -> Self {
        self.steps.push(Step::Reply(Ok(value)));
        self
    }

    /// Refuses the oldest command that was received and is not answered.
    pub fn refuse(mut self, class: &str, description: &str) -> Self {
        self.steps.push(Step::Reply(Err((class.to_owned(), description.to_owned()))));
        self
    }

    /// Waits until the test calls [`MockServer::resume`](super::MockServer::resume).
    pub fn pause(mut self) -> Self {
        self.steps.push(Step::Pause);
        self
    }

    /// Keeps the connection open and silent until the client closes it.
    pub fn hold(mut self) -> Self {
        self.steps.push(Step::Hold);
        self
    }

    /// What a recorded server sent: greeting, negotiation and all events as they came. Recorded replies to
    /// other commands are left out, for they belong to another client. Bytes that are no message are kept.
    pub fn replay(recording: &[u8]) -> Self {
        let mut splitter = Splitter::with_limit(usize::MAX);
        splitter.push(recording);
        splitter.finish();
        let (mut script, mut negotiated) = (Self::new(), false);
        let mut end = 0;
        while let Some(frame) = splitter.next_frame() {
            let (offset, length, is_reply) = match &frame {
                Frame::Message(message) => {
                    let is_reply = matches!(ServerMessage::classify(message.json), ServerMessage::Reply(_));
                    (message.offset, message.json.len() as u64, is_reply)
                }
                Frame::Skipped(skipped) => (skipped.offset, skipped.length, false),
            };
            let bytes = |from: u64, to: u64| {
                let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(recording.len());
                recording[index(from)..index(to)].to_vec()
            };
            script = script.send(bytes(end, offset));
            end = offset + length;
            script = match (is_reply, negotiated) {
                (true, false) => script.negotiate(),
                (true, true) => script,
                (false, _) => script.send(bytes(offset, end)),
            };
            negotiated |= is_reply;
        }
        script
    }

    /// Plays the script on a stream and gives the commands that came; `resume` ends pauses.
    pub(super) fn play(
        &self,
        stream: &mut (impl Read + Write),
        resume: &Receiver<()>,
    ) -> Result<Vec<Value>, ScriptError> {
        let mut splitter = Splitter::new();
        let mut commands = Vec::new();
        let mut answered = 0;
        let mut piece = usize::MAX;
        for step in &self.steps {
            match step {
                Step::Greet => answered = commands.len(),
                Step::SplitInto(size) => piece = *size,
                Step::Send(bytes) => send(stream, bytes, piece)?,
                Step::Receive(expected) => {
                    let received = receive(stream, &mut splitter)?.ok_or(ScriptError::ClientLeft)?;
                    commands.push(received.clone());
                    if received["execute"] != **expected {
                        let expected = expected.clone();
                        return Err(ScriptError::UnexpectedCommand { expected, received });
                    }
                }
                Step::Reply(result) => {
                    let mut reply = match result {
                        Ok(value) => json!({ "return": value }),
                        Err((class, description)) => json!({"error": {"class": class, "desc": description}}),
                    };
                    if let Some(id) = commands.get(answered).and_then(|command| command.get("id")) {
                        reply["id"] = id.clone();
                    }
                    answered += 1;
                    send(stream, format!("{reply}\r\n").as_bytes(), piece)?;
                }
                Step::Pause => resume.recv().map_err(|_| ScriptError::Abandoned)?,
                Step::Hold => while let Ok(Some(_)) = receive(stream, &mut splitter) {},
            }
        }
        Ok(commands)
    }
}

fn send(stream: &mut impl Write, bytes: &[u8], piece: usize) -> Result<(), ScriptError> {
    for piece in bytes.chunks(piece) {
        stream.write_all(piece)?;
        stream.flush()?;
    }
    Ok(())
}

/// The next command; `None` if the client is gone.
fn receive(stream: &mut impl Read, splitter: &mut Splitter) -> Result<Option<Value>, ScriptError> {
    loop {
        if let Some(Frame::Message(message)) = splitter.next_frame() {
            return Ok(Some(serde_json::from_slice(message.json).map_err(io::Error::from)?));
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            count => splitter.push(&buffer[..count]),
        }
    }
}

impl From<io::Error> for ScriptError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => ScriptError::ClientLeft,
            _ => ScriptError::Io(error),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptError::UnexpectedCommand { expected, received } => {
                write!(f, "the script expects the command `{expected}`, and the client sent {received}")
            }
            ScriptError::ClientLeft => {
                f.write_str("the client closed the connection before the script ended")
            }
            ScriptError::Abandoned => f.write_str("the test ended before the script"),
            ScriptError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ScriptError {}

//! The least that a QMP client needs in order to ask a running QEMU for its schema.
//!
//! The library has the real client; this program must not depend on it. Events that come in between
//! are skipped, and neither silence nor chatter keeps it waiting for ever.

use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Value, json};

/// QEMU answers within milliseconds; a monitor that another client holds never does.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Replies of today's QEMU have 200 kB.
const MAX_BYTES: u64 = 16 << 20;

/// What a running QEMU says of itself.
#[derive(Debug)]
pub struct Answer {
    /// `{"major": …, "minor": …, "micro": …}`, from the greeting.
    pub version: Value,
    /// The reply to `query-qmp-schema`.
    pub schema: Value,
}

/// Asks the QEMU whose monitor listens at a socket.
///
/// # Errors
///
/// Nobody listens, or whoever does speaks no QMP, refuses, or takes too long.
pub fn ask(socket: &Path) -> anyhow::Result<Answer> {
    ask_within(socket, TIMEOUT)
}

/// The same with another limit of time, for all of it.
///
/// # Errors
///
/// As for [`ask`].
pub fn ask_within(socket: &Path, timeout: Duration) -> anyhow::Result<Answer> {
    converse(UnixStream::connect(socket)?, timeout)
}

/// Asks the QEMU whose monitor listens at `HOST:PORT`.
///
/// # Errors
///
/// As for [`ask`].
pub fn ask_tcp(address: &str) -> anyhow::Result<Answer> {
    let mut refusal = anyhow!("there is no such host");
    for address in address.to_socket_addrs().context("this must be HOST:PORT")? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => return converse(stream, TIMEOUT),
            Err(error) => refusal = error.into(),
        }
    }
    Err(refusal)
}

/// A connection that can be given up.
trait Stream: Read + Write + Sized {
    fn try_clone(&self) -> io::Result<Self>;
    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()>;
    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()>;
}

macro_rules! stream {
    ($stream:ty) => {
        impl Stream for $stream {
            fn try_clone(&self) -> io::Result<Self> {
                self.try_clone()
            }

            fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
                self.set_read_timeout(Some(timeout))
            }

            fn set_write_timeout(&self, timeout: Duration) -> io::Result<()> {
                self.set_write_timeout(Some(timeout))
            }
        }
    };
}

stream!(UnixStream);
stream!(TcpStream);

fn converse<S: Stream>(stream: S, timeout: Duration) -> anyhow::Result<Answer> {
    stream.set_write_timeout(timeout)?;
    let writer = stream.try_clone()?;
    let until = UntilDeadline { stream, deadline: Instant::now() + timeout };
    let reader = BufReader::new(until.take(MAX_BYTES));
    let messages = serde_json::Deserializer::from_reader(reader).into_iter();
    let mut session = Session { writer, messages };
    let greeting = session
        .wait_for("QMP")
        .context("there was no greeting: is this a QMP socket, and does no other client hold it?")?;
    let version = greeting["QMP"]["version"]["qemu"].clone();
    session.execute("qmp_capabilities")?;
    let schema = session.execute("query-qmp-schema")?;
    Ok(Answer { version, schema })
}

/// Reads up to a point in time, however slowly the bytes come.
struct UntilDeadline<S> {
    stream: S,
    deadline: Instant,
}

impl<S: Stream> Read for UntilDeadline<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(left)?;
        self.stream.read(buffer)
    }
}

struct Session<'a, W, R> {
    writer: W,
    messages: serde_json::StreamDeserializer<'a, R, Value>,
}

impl<'a, W: Write, R: serde_json::de::Read<'a>> Session<'a, W, R> {
    fn execute(&mut self, command: &str) -> anyhow::Result<Value> {
        let request = json!({ "execute": command, "id": command });
        let refused = || format!("{command} was not answered");
        self.writer.write_all(format!("{request}\n").as_bytes()).with_context(refused)?;
        loop {
            let reply = self.wait_for("id").with_context(refused)?;
            if reply["id"] != command {
                continue;
            }
            if let Some(error) = reply.get("error") {
                bail!("QEMU refused {command}: {error}");
            }
            return Ok(reply);
        }
    }

    /// The next message with a member of this name, or an error reply to nothing in particular.
    fn wait_for(&mut self, member: &str) -> anyhow::Result<Value> {
        loop {
            let message = self.messages.next().context("the connection was closed")??;
            if message.get(member).is_some() {
                return Ok(message);
            }
            if let Some(error) = message.get("error") {
                bail!("QEMU reports an error: {error}");
            }
        }
    }
}

//! A QMP server that sends what it was given to its first client.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 0}, "package": ""}, "capabilities": []}}"#;

pub(super) struct Server {
    address: SocketAddr,
    thread: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Sends `bytes` after the negotiation, or after the first command that follows it.
    pub(super) fn start(bytes: Vec<u8>, is_reply: bool) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let thread = std::thread::spawn(move || serve(listener.accept()?.0, &bytes, is_reply));
        Ok(Server { address, thread })
    }

    pub(super) fn endpoint(&self) -> String {
        format!("tcp:{}", self.address)
    }

    /// Waits until the client is served. A client may leave before it has read everything.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self.thread.join() {
            Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => Ok(()),
            Ok(result) => Ok(result?),
            Err(_) => anyhow::bail!("the server panicked"),
        }
    }
}

fn serve(mut stream: TcpStream, bytes: &[u8], is_reply: bool) -> io::Result<()> {
    let mut commands = BufReader::new(stream.try_clone()?).lines();
    writeln!(stream, "{GREETING}")?;
    answer(&mut stream, &mut commands, b"{\"return\": {}")?;
    if is_reply {
        let reply = bytes.trim_ascii_end();
        answer(&mut stream, &mut commands, reply.strip_suffix(b"}").unwrap_or(reply))
    } else {
        stream.write_all(bytes)
    }
}

/// Replies to the next command with this, an object without its end, and the command's id.
fn answer(
    stream: &mut TcpStream,
    commands: &mut impl Iterator<Item = io::Result<String>>,
    reply: &[u8],
) -> io::Result<()> {
    let command = commands.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    let command: serde_json::Value = serde_json::from_str(&command)?;
    stream.write_all(reply)?;
    match command.get("id") {
        Some(id) => writeln!(stream, ", \"id\": {id}}}"),
        None => writeln!(stream, "}}"),
    }
}

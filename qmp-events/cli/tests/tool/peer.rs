//! A machine that connects to the tool, or is connected to: it answers what it is asked, and sends what the
//! test says.

use std::io::{BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use serde_json::{Deserializer, Value, json};

/// A directory that is removed after the test.
pub(crate) struct Directory(PathBuf);

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Directory {
    pub(crate) fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("qmp-events-peer-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Directory(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What stays behind is in the temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a machine says of itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Identity<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) uuid: Option<&'a str>,
    /// The thread of its first vCPU.
    pub(crate) thread: u32,
}

/// A machine with a connection.
pub(crate) struct Peer {
    stream: UnixStream,
    answers: JoinHandle<()>,
}

impl Peer {
    /// Connects to a listener.
    pub(crate) fn dial(path: &Path, identity: Identity<'_>) -> Self {
        Self::on(UnixStream::connect(path).expect("somebody listens"), identity)
    }

    /// Waits until somebody connects.
    pub(crate) fn accept(listener: &UnixListener, identity: Identity<'_>) -> Self {
        Self::on(listener.accept().expect("a connection").0, identity)
    }

    /// Greets, and answers from then on.
    pub(crate) fn on(stream: UnixStream, identity: Identity<'_>) -> Self {
        let version = json!({"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""});
        let peer = |stream: &UnixStream| stream.try_clone().expect("a socket");
        let (reader, mut writer) = (peer(&stream), peer(&stream));
        let name = identity.name.map_or_else(|| json!({}), |name| json!({"name": name}));
        let uuid = json!({"UUID": identity.uuid.unwrap_or("00000000-0000-0000-0000-000000000000")});
        let cpus = json!([{"thread-id": identity.thread}]);
        let _ = writeln!(writer, "{}", json!({"QMP": {"version": version, "capabilities": []}}));
        let answers = std::thread::spawn(move || {
            for command in Deserializer::from_reader(BufReader::new(reader)).into_iter::<Value>() {
                let Ok(command) = command else { return };
                let reply = match command["execute"].as_str().unwrap_or_default() {
                    "qmp_capabilities" => json!({"return": {}, "id": command["id"]}),
                    "query-name" => json!({"return": name, "id": command["id"]}),
                    "query-uuid" => json!({"return": uuid, "id": command["id"]}),
                    "query-cpus-fast" => json!({"return": cpus, "id": command["id"]}),
                    other => {
                        let error = json!({"class": "CommandNotFound", "desc": other});
                        json!({"error": error, "id": command["id"]})
                    }
                };
                if write_line(&mut writer, &reply).is_err() {
                    return;
                }
            }
        });
        Peer { stream, answers }
    }

    pub(crate) fn send(&mut self, event: &str) {
        let event = json!({"event": event, "timestamp": {"seconds": 1, "microseconds": 0}});
        write_line(&mut self.stream, &event).expect("the tool reads");
    }

    /// Ends as QEMU does when it is told to.
    pub(crate) fn quit(mut self) {
        let event = json!({"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-quit"},
            "timestamp": {"seconds": 1, "microseconds": 0}});
        write_line(&mut self.stream, &event).expect("the tool reads");
        self.kill();
    }

    /// Ends without a word.
    pub(crate) fn kill(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        self.answers.join().expect("no panic");
    }
}

/// Writes a message at once: two threads write.
fn write_line(stream: &mut UnixStream, message: &Value) -> std::io::Result<()> {
    stream.write_all(format!("{message}\n").as_bytes())
}

/// Reads until the other end closes the connection.
pub(crate) fn await_end(mut stream: &UnixStream) {
    let mut rest = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut rest);
}

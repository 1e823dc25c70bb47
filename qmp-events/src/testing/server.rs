//! Plays scripts on a real socket.

use super::script::{Script, ScriptError};
use crate::endpoint::Endpoint;
use serde_json::Value;
use std::io;
use std::net::{TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
#[cfg(unix)]
use std::path::PathBuf;
#[cfg(unix)]
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

/// A QMP server that plays one script per connection, one connection after the other. Another client can
/// connect meanwhile, and waits for its greeting as with a real QEMU.
#[derive(Debug)]
pub struct MockServer {
    endpoint: Endpoint,
    /// The socket on which it listens.
    #[cfg(unix)]
    file: Option<PathBuf>,
    resume: Sender<()>,
    thread: Option<JoinHandle<Result<Vec<Value>, ScriptError>>>,
}

#[cfg(unix)]
static SOCKETS: AtomicU32 = AtomicU32::new(0);

impl MockServer {
    /// Listens on a unix socket in the directory for temporary files (elsewhere than on unix: on TCP).
    /// After the last script it closes the socket.
    ///
    /// # Errors
    ///
    /// Those of listening.
    #[cfg(unix)]
    pub fn start(scripts: impl IntoIterator<Item = Script>) -> io::Result<Self> {
        let number = SOCKETS.fetch_add(1, Ordering::Relaxed);
        let name = format!("qmp-events-{}-{number}.sock", std::process::id());
        let path = std::env::temp_dir().join(name);
        // One that a process with the same number left behind.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)?;
        let mut server = Self::serve(Endpoint::from(&path), scripts, move |script, resume| {
            script.play(&mut listener.accept()?.0, resume)
        })?;
        server.file = Some(path);
        Ok(server)
    }

    /// As [`start_tcp`](Self::start_tcp).
    #[cfg(not(unix))]
    pub fn start(scripts: impl IntoIterator<Item = Script>) -> io::Result<Self> {
        Self::start_tcp(scripts)
    }

    /// Listens on a TCP port of this machine.
    ///
    /// # Errors
    ///
    /// Those of listening.
    pub fn start_tcp(scripts: impl IntoIterator<Item = Script>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        Self::serve(Endpoint::Tcp { host: "127.0.0.1".to_owned(), port }, scripts, move |script, resume| {
            script.play(&mut listener.accept()?.0, resume)
        })
    }

    /// Connects to a listener instead, once for each script, as a QEMU does whose socket is not a server.
    ///
    /// ```
    /// use qmp_events::testing::{MockServer, Script};
    /// use qmp_events::{Endpoint, blocking};
    /// use serde_json::json;
    ///
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let endpoint = Endpoint::try_from(format!("tcp:{}", listener.local_addr()?))?;
    /// let script = Script::new().greet().negotiate().event("SHUTDOWN", json!({"guest": true}));
    /// let machine = MockServer::dial(endpoint, [script])?;
    ///
    /// let (stream, _) = listener.accept()?;
    /// let mut client = blocking::Options::new().from_socket(stream)?;
    /// assert_eq!(client.events().count(), 1);
    /// machine.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of starting a thread. If it cannot connect, [`finish`](Self::finish) says so.
    pub fn dial(
        endpoint: impl Into<Endpoint>,
        scripts: impl IntoIterator<Item = Script>,
    ) -> io::Result<Self> {
        let endpoint = endpoint.into();
        Self::serve(endpoint.clone(), scripts, move |script, resume| match &endpoint {
            #[cfg(unix)]
            Endpoint::Unix(path) => script.play(&mut UnixStream::connect(path)?, resume),
            #[cfg(not(unix))]
            Endpoint::Unix(_) => Err(io::Error::from(io::ErrorKind::Unsupported).into()),
            Endpoint::Tcp { host, port } => {
                script.play(&mut TcpStream::connect((host.as_str(), *port))?, resume)
            }
        })
    }

    /// Plays the scripts in a thread of their own.
    fn serve(
        endpoint: Endpoint,
        scripts: impl IntoIterator<Item = Script>,
        play: impl Fn(Script, &Receiver<()>) -> Result<Vec<Value>, ScriptError> + Send + 'static,
    ) -> io::Result<Self> {
        let (resume, paused) = mpsc::channel();
        let scripts: Vec<Script> = scripts.into_iter().collect();
        let thread = thread::Builder::new().name("qmp-mock-server".to_owned()).spawn(move || {
            let mut commands = Vec::new();
            for script in scripts {
                commands.extend(play(script, &paused)?);
            }
            Ok(commands)
        })?;
        Ok(MockServer {
            endpoint,
            #[cfg(unix)]
            file: None,
            resume,
            thread: Some(thread),
        })
    }

    /// Where it listens, or what it connects to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Ends the current or the next [pause](Script::pause) of the script.
    pub fn resume(&self) {
        // The script may have ended; `finish` says so.
        let _ = self.resume.send(());
    }

    /// Waits until all scripts are played, and gives all commands that came.
    ///
    /// # Errors
    ///
    /// Why a script could not be played to its end.
    pub fn finish(mut self) -> Result<Vec<Value>, ScriptError> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            _ => Err(ScriptError::Abandoned),
        }
    }
}

/// Removes the socket's file. A script that still waits for a client ends with the process.
impl Drop for MockServer {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(path) = &self.file {
            // Nobody can do anything about a file that stays.
            let _ = std::fs::remove_file(path);
        }
    }
}

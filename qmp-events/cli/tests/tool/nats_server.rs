//! A real NATS server with JetStream, and what is in its stream.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpListener;
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};

use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::Stream;
use async_nats::{Client, ConnectOptions, jetstream};
use futures_core::Stream as _;
use serde_json::Value;

use crate::peer::Directory;
use crate::run::Process;

/// A server that ends with the test.
pub(crate) struct NatsServer {
    directory: Directory,
    port: u16,
    /// What its configuration has besides the port and the store.
    configuration: String,
    process: Process,
    /// Which would be full if it were not read.
    _log: BufReader<ChildStderr>,
}

/// A message of the stream.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) subject: String,
    pub(crate) id: String,
    pub(crate) event: Value,
}

impl Stored {
    /// The last token of its subject.
    pub(crate) fn kind(&self) -> &str {
        self.subject.rsplit('.').next().expect("a token")
    }
}

impl NatsServer {
    /// Starts a server; `None`, and a word about it, where there is none. In CI that is a failure.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("jetstream { store_dir: \"STORE\" }")
    }

    /// Starts a server with this configuration, in which `STORE` stands for a directory of its own.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn start_with(configuration: &str) -> Option<Self> {
        let directory = Directory::new();
        let port = free_port();
        let configuration = configuration.replace("STORE", &directory.path("store").display().to_string());
        let (process, log) = match spawn(&directory, port, &configuration) {
            Ok(spawned) => spawned,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                assert!(std::env::var_os("CI").is_none(), "CI needs nats-server");
                eprintln!("SKIPPED: there is no nats-server on this machine");
                return None;
            }
            Err(error) => panic!("cannot run nats-server: {error}"),
        };
        Some(NatsServer { directory, port, configuration, process, _log: log })
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.0.kill().expect("it runs");
        self.process.0.wait().expect("a child");
    }

    /// Starts it on its port and its store again.
    pub(crate) fn restart(&mut self) {
        (self.process, self._log) =
            spawn(&self.directory, self.port, &self.configuration).expect("it ran before");
    }

    pub(crate) async fn client(&self) -> Client {
        self.client_with(ConnectOptions::new()).await
    }

    pub(crate) async fn client_with(&self, options: ConnectOptions) -> Client {
        options.connect(self.url()).await.expect("a connection")
    }

    /// The stream, once it is there.
    pub(crate) async fn stream(&self) -> Stream {
        self.stream_with(ConnectOptions::new()).await
    }

    async fn stream_with(&self, options: ConnectOptions) -> Stream {
        let context = jetstream::new(self.client_with(options).await);
        loop {
            match context.get_stream("QMP_EVENTS").await {
                Ok(stream) => return stream,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    }

    /// Shows subjects and texts of the stream's messages in order, until that says false.
    pub(crate) async fn each_message(&self, mut show: impl FnMut(&str, &str) -> bool) {
        self.read(ConnectOptions::new(), |message| {
            show(&message.subject, std::str::from_utf8(&message.payload).expect("UTF-8"))
        })
        .await;
    }

    /// The messages of the stream in order, until one is the last.
    pub(crate) async fn messages_until(&self, is_last: impl FnMut(&Stored) -> bool) -> Vec<Stored> {
        self.messages_with(ConnectOptions::new(), is_last).await
    }

    /// As [`messages_until`](Self::messages_until), as somebody else.
    pub(crate) async fn messages_with(
        &self,
        options: ConnectOptions,
        mut is_last: impl FnMut(&Stored) -> bool,
    ) -> Vec<Stored> {
        let mut stored = Vec::new();
        self.read(options, |message| {
            let id = message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Id"));
            stored.push(Stored {
                subject: message.subject.to_string(),
                id: id.map(ToString::to_string).unwrap_or_default(),
                event: serde_json::from_slice(&message.payload).expect("JSON"),
            });
            !stored.last().is_some_and(&mut is_last)
        })
        .await;
        stored
    }

    async fn read(&self, options: ConnectOptions, mut take: impl FnMut(jetstream::Message) -> bool) {
        let stream = self.stream_with(options).await;
        let consumer = stream.create_consumer(OrderedConfig::default()).await.expect("a consumer");
        let mut messages = Box::pin(consumer.messages().await.expect("messages"));
        loop {
            let next = std::future::poll_fn(|context| messages.as_mut().poll_next(context)).await;
            if !take(next.expect("it goes on").expect("a message")) {
                return;
            }
        }
    }

    /// Publishes a message as somebody else would.
    pub(crate) async fn publish(&self, subject: &str, payload: &str) {
        let context = jetstream::new(self.client().await);
        let published = context.publish(subject.to_owned(), payload.to_owned().into()).await.expect("sent");
        published.await.expect("stored");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Starts a server, and waits until it is ready.
fn spawn(
    directory: &Directory,
    port: u16,
    configuration: &str,
) -> std::io::Result<(Process, BufReader<ChildStderr>)> {
    let file: &Path = &directory.path("nats.conf");
    let text = format!("host: 127.0.0.1\nport: {port}\n{configuration}\n");
    fs::write(file, text).expect("room on the disk");
    let mut command = Command::new("nats-server");
    command.arg("-c").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = Process(command.spawn()?);
    let mut log = BufReader::new(process.0.stderr.take().expect("a pipe"));
    let mut seen = String::new();
    while !seen.contains("Server is ready") {
        let count = log.read_line(&mut seen)?;
        assert!(count > 0, "nats-server ended:\n{seen}");
    }
    Ok((process, log))
}

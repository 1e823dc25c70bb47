//! How the QMP of a machine is reached: at a socket, or by a monitor of one's own that is added to it.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use qmp_events::protocol::{CommandError, Greeting, Reply, ServerMessage};
use qmp_events::tokio::{Attach, Client, Connector, Lender, Loan, Options, Socket, Subscription};
use qmp_events::{Disconnected, Endpoint, Error};
use serde_json::{Value, json};

use super::arrivals::QUEUE;
use super::libvirt::Domains;
use super::virsh::Domain;

/// Where the QMP of one machine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A monitor that is free.
    Socket(Endpoint),
    /// A monitor that can be borrowed for a moment.
    Attach(Endpoint),
    /// A domain of libvirt, which holds the monitor and executes commands on it.
    AttachDomain(Domain),
}

impl Address {
    /// Reads `unix:PATH`, `tcp:HOST:PORT`, `attach:` with one of these, or `attach:libvirt:URI#DOMAIN`.
    pub(super) fn parse(text: &OsStr) -> Result<Self, String> {
        let Some(lender) = strip_prefix(text, "attach:") else {
            return Endpoint::try_from(text).map(Address::Socket).map_err(|error| error.to_string());
        };
        match strip_prefix(lender, "libvirt:") {
            Some(domain) => match Domains::parse(domain)? {
                Domains { libvirt, domain: Some(name) } => {
                    Ok(Address::AttachDomain(Domain { libvirt, name }))
                }
                Domains { domain: None, .. } => {
                    Err("the domain is missing: write attach:libvirt:URI#DOMAIN".to_owned())
                }
            },
            None => Endpoint::try_from(lender).map(Address::Attach).map_err(|error| error.to_string()),
        }
    }

    /// Begins to connect, in a task of the runtime.
    pub(crate) fn start(&self, options: &Options) -> (Client, Subscription) {
        let (client, items) = match self {
            Address::Socket(endpoint) => options.start_with(endpoint.clone()),
            Address::Attach(lender) => options.start_with(Attach::by(lender.clone())),
            Address::AttachDomain(domain) => options.start_with(Beside::of(domain)),
        };
        // There is room before anything can come.
        (client, items.with_capacity(QUEUE))
    }

    /// Connects, executes one command, and gives what it returned and the greeting.
    pub(crate) async fn execute(
        &self,
        command: &str,
        arguments: Option<Value>,
        timeout: Duration,
    ) -> Result<(Greeting, Value), Error> {
        let options = Options::new();
        let (client, _events) = match self {
            Address::Socket(endpoint) => options.connect(endpoint).await?,
            Address::Attach(lender) => options.connect_with(Attach::by(lender.clone())).await?,
            Address::AttachDomain(domain) => options.connect_with(Beside::of(domain)).await?,
        };
        let greeting = client.greeting().unwrap_or_default();
        match tokio::time::timeout(timeout, client.execute(command, arguments)).await {
            Ok(reply) => Ok((Greeting::clone(&greeting), reply?)),
            Err(_) => Err(Error::TimedOut { after: Some(timeout) }),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Socket(endpoint) => endpoint.fmt(formatter),
            Address::Attach(lender) => write!(formatter, "attach:{lender}"),
            Address::AttachDomain(domain) => write!(formatter, "attach:{domain}"),
        }
    }
}

/// What follows a prefix. What is not UTF-8 after it stays as it is.
pub(super) fn strip_prefix<'a>(text: &'a OsStr, prefix: &str) -> Option<&'a OsStr> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        text.as_bytes().strip_prefix(prefix.as_bytes()).map(OsStr::from_bytes)
    }
    #[cfg(not(unix))]
    text.to_str().and_then(|text| text.strip_prefix(prefix)).map(OsStr::new)
}

/// A monitor of one's own beside libvirt's.
struct Beside {
    attach: Attach<Domain>,
    /// What needs no such monitor.
    alternative: String,
}

impl Beside {
    fn of(domain: &Domain) -> Self {
        Beside { attach: Attach::by(domain.clone()), alternative: domain.to_string() }
    }
}

impl Connector for Beside {
    type Stream = Socket;

    async fn connect(&mut self) -> io::Result<Socket> {
        self.attach.connect().await.map_err(|error| match error.kind() {
            ErrorKind::Unsupported => {
                let text = format!("{error}; `{}` does without", self.alternative);
                io::Error::new(error.kind(), text)
            }
            _ => error,
        })
    }

    fn process_id(&self, stream: &Socket) -> Option<i32> {
        self.attach.process_id(stream)
    }

    fn stop_receiving(&self, stream: &Socket) -> bool {
        self.attach.stop_receiving(stream)
    }
}

impl Lender for Domain {
    type Loan = Domain;

    async fn lend(&mut self) -> Result<Domain, Error> {
        Ok(self.clone())
    }
}

impl Loan for Domain {
    async fn execute(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        let message = json!({"execute": command, "arguments": arguments}).to_string();
        let reply = Domain::execute(self, &message)
            .await
            .map_err(|error| Error::Disconnected(Disconnected::NotConnected(error.into())))?;
        let undecodable = |problem: String| Error::Command(CommandError::Undecodable { problem });
        match ServerMessage::classify(reply.trim_ascii()) {
            ServerMessage::Reply(Reply { result, .. }) => {
                serde_json::from_str(result?).map_err(|error| undecodable(error.to_string()))
            }
            _ => Err(undecodable(String::from_utf8_lossy(&reply).into_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() {
        for text in [
            "unix:/run/vm.sock",
            "attach:unix:/run/vm.sock",
            "attach:tcp:[::1]:4444",
            "attach:libvirt:#web",
            "attach:libvirt:qemu:///system#my vm's #1",
        ] {
            assert_eq!(Address::parse(text.as_ref()).expect(text).to_string(), text);
        }
        for (text, problem) in [
            ("attach:", "write unix:PATH or tcp:HOST:PORT"),
            ("attach:unix:", "the path is missing"),
            ("attach:libvirt:qemu:///system", "the domain is missing"),
            ("attach:libvirt:qemu:///system#", "the domain's name is missing"),
        ] {
            let error = Address::parse(text.as_ref()).expect_err(text);
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}

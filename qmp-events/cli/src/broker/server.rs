//! NATS servers: how they are named, how one logs in, and the connection. Passwords and keys must never be in
//! what is printed.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_nats::{Client, ConnectOptions, Event, ServerAddr, ServerError};
use clap::{Args, ValueHint};
use tokio::sync::watch;

use super::subject;

/// How long a server may take to answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);

/// How often a connection is tried for a sign of life.
const PING: Duration = Duration::from_secs(10);

/// How many refusals of a connection are remembered.
const DENIALS: usize = 64;

/// One server, or those of a cluster.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Servers(Vec<ServerAddr>);

impl Servers {
    /// Whether a text is meant to be one: what other endpoints never begin with.
    pub(crate) fn is_meant(text: &str) -> bool {
        text.starts_with("nats://") || text.starts_with("tls://")
    }

    /// Reads `nats://[USER[:PASSWORD]@]HOST[:PORT]` or `tls://…`, several separated by commas.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let help = "write nats://HOST:PORT or tls://HOST:PORT, several separated by commas";
        if !Self::is_meant(text) {
            return Err(format!("not a NATS server: {help}"));
        }
        let scheme = text.split("://").next().unwrap_or_default();
        let server = |server: &str| {
            let server =
                if server.contains("://") { server.to_owned() } else { format!("{scheme}://{server}") };
            // The text itself may hold a password.
            let address: ServerAddr = server.parse().map_err(|error| format!("{error}; {help}"))?;
            match (address.scheme(), address.host()) {
                ("nats" | "tls", host) if !host.is_empty() => Ok(address),
                _ => Err(format!("not a NATS server: {help}")),
            }
        };
        text.split(',').map(server).collect::<Result<_, _>>().map(Servers)
    }
}

impl Servers {
    /// Adds the user and the password that a URL names, for all of them.
    fn log_in(&self, options: ConnectOptions) -> ConnectOptions {
        let named = |server: &ServerAddr| {
            let password = server.password().unwrap_or_default();
            Some((subject::text(server.username()?), subject::text(password)))
        };
        match self.0.iter().find_map(named) {
            Some((user, password)) => options.user_and_password(user, password),
            None => options,
        }
    }
}

/// Without user and password.
impl fmt::Display for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, server) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let host = server.host();
            let (open, close) =
                if host.contains(':') && !host.starts_with('[') { ("[", "]") } else { ("", "") };
            write!(formatter, "{comma}{}://{open}{host}{close}:{}", server.scheme(), server.port())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Servers({self})")
    }
}

/// How to log in, and whom to trust.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "NATS")]
pub(crate) struct Login {
    /// A credentials file (JWT and key) for the NATS server
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    nats_creds: Option<PathBuf>,

    /// A file with `USER:PASSWORD` for the NATS server, instead of in the URL
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "nats_creds")]
    nats_login: Option<PathBuf>,

    /// Certificates (PEM) of authorities that may vouch for the NATS server, besides those of the system
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    nats_ca: Option<PathBuf>,

    /// A certificate (PEM) that tells the NATS server who we are
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "nats_key")]
    nats_cert: Option<PathBuf>,

    /// The key (PEM) of this certificate
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "nats_cert")]
    nats_key: Option<PathBuf>,
}

impl Login {
    async fn options(&self) -> anyhow::Result<ConnectOptions> {
        let mut options = ConnectOptions::new();
        if let Some(file) = &self.nats_creds {
            let read = options.credentials_file(file).await;
            options = read.with_context(|| format!("cannot use the credentials in {}", file.display()))?;
        }
        if let Some(file) = &self.nats_login {
            let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let (user, password) = text
                .trim_end()
                .split_once(':')
                .with_context(|| format!("{} does not hold USER:PASSWORD", file.display()))?;
            options = options.user_and_password(user.to_owned(), password.to_owned());
        }
        for file in [&self.nats_ca, &self.nats_cert, &self.nats_key].into_iter().flatten() {
            fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        }
        if let Some(file) = &self.nats_ca {
            options = options.add_root_certificates(file.clone()).require_tls(true);
        }
        if let (Some(certificate), Some(key)) = (&self.nats_cert, &self.nats_key) {
            options = options.add_client_certificate(certificate.clone(), key.clone()).require_tls(true);
        }
        Ok(options)
    }
}

/// How the connection is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    pub(crate) is_connected: bool,
    /// How many connections there were.
    pub(crate) connections: u64,
    /// What the server refused on this one, in its words: the last of it, and how often it did.
    denials: VecDeque<String>,
    denied: u64,
    /// Why there is none.
    pub(super) problem: Option<String>,
}

/// A connection to a server, made again for ever.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(super) client: Client,
    pub(super) link: watch::Receiver<Link>,
    servers: Arc<str>,
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// The connection is gone.
    Lost,
    /// The server does not permit it, in its words.
    Denied(String),
}

impl Connection {
    /// Begins to connect; goes on until it succeeds.
    pub(crate) async fn begin(servers: &Servers, login: &Login, name: &str) -> anyhow::Result<Self> {
        let sender = watch::Sender::new(Link::default());
        let options = login.options().await?.name(name).retry_on_initial_connect();
        let connection = Self::with(servers, options, sender.clone()).await?;
        let (servers, options) = (servers.clone(), servers.log_in(login.options().await?.name(name)));
        // What tries again says no more than that there was an error.
        tokio::spawn(async move {
            if let Err(error) = options.connect(servers.0.as_slice()).await {
                sender.send_modify(|link| link.problem = Some(in_one(&error)).filter(|_| !link.is_connected));
            }
        });
        Ok(connection)
    }

    /// Connects. A connection that is lost later is made again.
    pub(crate) async fn make(servers: &Servers, login: &Login, name: &str) -> anyhow::Result<Self> {
        let link = watch::Sender::new(Link::default());
        let connection = Self::with(servers, login.options().await?.name(name), link).await?;
        connection.connected().await;
        Ok(connection)
    }

    async fn with(
        servers: &Servers,
        options: ConnectOptions,
        sender: watch::Sender<Link>,
    ) -> anyhow::Result<Self> {
        let link = sender.subscribe();
        let options = servers
            .log_in(options)
            .connection_timeout(TIMEOUT)
            .request_timeout(Some(TIMEOUT))
            .ping_interval(PING)
            .reconnect_delay_callback(|attempts| {
                let exponent = u32::try_from(attempts.min(7)).unwrap_or(7);
                Duration::from_millis(10 << exponent)
            })
            .event_callback(move |event| {
                sender.send_modify(|link| link.learn(event));
                std::future::ready(())
            });
        let client =
            options.connect(servers.0.as_slice()).await.map_err(|error| anyhow::anyhow!(in_one(&error)))?;
        Ok(Connection { client, link, servers: servers.to_string().into() })
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> u64 {
        self.link.borrow().connections
    }

    /// How the connection is, and will be.
    pub(crate) fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// Whether a consumer may have several filters: the server is 2.10 or newer.
    pub(crate) fn takes_several_filters(&self) -> bool {
        self.client.is_server_compatible(2, 10, 0)
    }

    /// What the servers are called, without passwords.
    pub(crate) fn servers(&self) -> &str {
        &self.servers
    }

    /// Waits until there is a connection.
    pub(crate) async fn connected(&self) {
        // The sender lives as long as the client.
        let _ = self.link.clone().wait_for(|link| link.is_connected).await;
    }

    /// Awaits an answer, unless the connection is lost or the server refuses something with one of these
    /// texts in its subject.
    pub(super) async fn unless_lost<T>(
        &self,
        subject: &str,
        answer: impl Future<Output = T>,
    ) -> Result<T, Unanswered> {
        let mut link = self.link.clone();
        let (connections, before) = {
            let link = link.borrow();
            (link.connections, link.denied)
        };
        let unanswered = link.wait_for(|link| {
            !link.is_connected || link.connections != connections || link.denial(subject, before).is_some()
        });
        tokio::select! {
            biased;
            answer = answer => Ok(answer),
            link = unanswered => Err(match link.ok().and_then(|link| link.denial(subject, before)) {
                Some(denial) => Unanswered::Denied(denial),
                None => Unanswered::Lost,
            }),
        }
    }
}

impl Link {
    fn learn(&mut self, event: Event) {
        match event {
            Event::Connected => {
                let connections = self.connections + 1;
                *self = Link { is_connected: true, connections, ..Link::default() };
            }
            Event::Disconnected | Event::Closed => self.is_connected = false,
            Event::ServerError(ServerError::Other(text)) => {
                if self.denials.len() == DENIALS {
                    self.denials.pop_front();
                }
                self.denials.push_back(text);
                self.denied += 1;
            }
            Event::ServerError(ServerError::AuthorizationViolation) => {
                self.problem = Some("the server refuses the login".to_owned());
            }
            Event::ClientError(error) => {
                self.problem.get_or_insert_with(|| error.to_string());
            }
            _ => {}
        }
    }

    /// How the server refused a message to this subject after so many denials, for permissions change; or the answers
    /// to all requests, which it says only once.
    fn denial(&self, subject: &str, before: u64) -> Option<String> {
        let publishing = format!("\"{}\"", subject.to_ascii_lowercase());
        let new = self.denied.saturating_sub(before);
        let concerns = |(age, text): &(u64, &String)| {
            let text = text.to_ascii_lowercase();
            text.contains("permissions violation")
                && ((*age < new && text.contains(&publishing)) || text.contains("subscription to"))
        };
        (0..).zip(self.denials.iter().rev()).find(concerns).map(|(_, text)| text.clone())
    }
}

/// An error with its causes, each said once.
pub(super) fn in_one(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_shown_without_their_passwords() {
        for (text, shown) in [
            ("nats://localhost", "nats://localhost:4222"),
            ("nats://me:secret@[::1]:4333", "nats://[::1]:4333"),
            ("tls://a:1,b:2,tls://c:3", "tls://a:1,tls://b:2,tls://c:3"),
        ] {
            let servers = Servers::parse(text).expect(text);
            assert_eq!(servers.to_string(), shown);
            assert!(!format!("{servers:?}").contains("secret"));
        }
        for text in ["nats://", "nats:///", "http://a", "nats://me:secret@:x", "nats://a,,b"] {
            let error = Servers::parse(text).expect_err(text);
            assert!(error.contains("write nats://HOST:PORT") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_refusal_is_found_by_its_subject_if_it_came_after_the_request_began() {
        let mut link = Link::default();
        link.learn(Event::Connected);
        let refusal = "Permissions Violation for Publish to \"$JS.API.STREAM.INFO.QMP_EVENTS\"".to_owned();
        link.learn(Event::ServerError(ServerError::Other(refusal.clone())));
        assert_eq!(link.denial("$JS.API.STREAM.INFO.QMP_EVENTS", 0), Some(refusal));
        assert_eq!(link.denial("$JS.API.STREAM.INFO.QMP_EVENTS", 1), None);
        assert_eq!(link.denial("$JS.API.STREAM.INFO.QMP", 0), None);
    }

    #[test]
    fn a_refusal_of_all_answers_holds_until_the_next_connection() {
        let mut link = Link::default();
        link.learn(Event::Connected);
        let refusal = "Permissions Violation for Subscription to \"_INBOX.x.*\"".to_owned();
        link.learn(Event::ServerError(ServerError::Other(refusal.clone())));
        assert_eq!(link.denial("qmp.events.h.web.STOP", 1), Some(refusal));
        link.learn(Event::Disconnected);
        link.learn(Event::Connected);
        assert_eq!(link.denial("qmp.events.h.web.STOP", 0), None);
    }
}

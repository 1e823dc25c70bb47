//! All that happens to the machines of a host, as CloudEvents on their way to a broker. It must never make the one
//! who tells wait.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueHint};
use qmp_events::cloud_event::{CloudEvent, Content};
use qmp_events::protocol::Greeting;
use qmp_events::tokio::{Gap, Peer};
use qmp_events::{Disconnected, EventMessage, Timestamp};
use tokio::task::JoinHandle;

use super::backlog::{Backlog, Writing, now};
use super::note::{Note, Notes};
use super::publisher::Publisher;
use super::server::{Connection, Login, Servers};
use super::store::{Bounds, Machine, Store};
use super::subject;
use crate::agent::backlog::Backlog as Figures;

/// How long the end waits for acknowledgements.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// What is told of a machine.
pub(crate) type Told<'a> = Content<&'a EventMessage>;

/// What the types of notices begin with.
const NOTICE: &str = "qmp-events.";

/// Where to publish, and how much may wait.
#[derive(Clone, Debug, Args)]
pub(crate) struct Publishing {
    /// Publish all that happens to a NATS server with JetStream: nats://HOST:PORT or tls://HOST:PORT, several
    /// of a cluster separated by commas
    ///
    /// Events are CloudEvents in the stream `QMP_EVENTS`, under the subject `qmp.events.HOST.MACHINE.EVENT`. The
    /// stream is made if it is not there: on disk, for 30 days. While the server is away, events wait on disk.
    #[arg(long = "publish", value_name = "NATS", value_parser = Servers::parse, group = "readers")]
    pub(crate) servers: Option<Servers>,

    /// What this host is called in subjects, instead of its host name
    #[arg(long, value_name = "NAME", requires = "servers")]
    host: Option<String>,

    /// The directory where events wait for the NATS server, one for each agent
    ///
    /// Without it, systemd's `$STATE_DIRECTORY`, or else `qmp-events` in `$XDG_STATE_HOME` or `~/.local/state`.
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath, requires = "servers")]
    backlog: Option<PathBuf>,

    /// How much may wait; more is dropped, the oldest first, and counted
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size)]
    backlog_size: u64,

    /// How long an event may wait; older ones are dropped and counted
    #[arg(long, value_name = "TIME", default_value = "168h", value_parser = parse_age)]
    backlog_age: Duration,

    #[command(flatten)]
    login: Login,
}

/// Events on their way.
pub(crate) struct Publication {
    backlog: Backlog,
    writing: Writing,
    publisher: JoinHandle<()>,
    host: String,
    notes: Notes,
    /// The machines of processes before this one, of which events may be missing until they are connected here.
    earlier: HashSet<String>,
}

impl Publication {
    /// Begins to publish to these servers, first what an earlier process left. That there is no connection is no
    /// error.
    ///
    /// # Errors
    ///
    /// If the store cannot be used, or something that is needed to log in.
    pub(crate) async fn start(
        options: &Publishing,
        servers: &Servers,
        figures: Arc<Figures>,
        notes: Notes,
    ) -> anyhow::Result<Self> {
        let directory = match &options.backlog {
            Some(directory) => directory.clone(),
            None => default_directory()?,
        };
        let host =
            options.host.clone().unwrap_or_else(|| gethostname::gethostname().to_string_lossy().into_owned());
        let bounds = Bounds { bytes: options.backlog_size, age: options.backlog_age };
        let store = Store::open(&directory, bounds, count_message)?;
        let machines = store.machines()?;
        let connection = Connection::begin(servers, &options.login, "qmp-events agent").await?;
        let (backlog, writing, entries) = Backlog::start(store, count_message, figures, notes.clone())?;
        let prefix = format!("{}.{}", subject::ROOT, subject::token(&host));
        let publisher =
            Publisher::new(connection, backlog.clone(), entries, prefix, count_one, notes.clone());
        let publisher = tokio::spawn(publisher.run());
        let earlier = machines.iter().map(|(machine, _)| machine.subject.clone()).collect();
        let publication = Publication { backlog, writing, publisher, host, notes, earlier };
        for (machine, _) in machines.into_iter().filter(|(_, is_connected)| *is_connected) {
            publication.tell_killed(machine);
        }
        Ok(publication)
    }

    /// A machine of this host.
    pub(crate) fn machine(&self, label: &str, source: &str) -> Arc<Machine> {
        let (subject, source) = (subject::of_machine(&self.host, label), source.to_owned());
        Arc::new(Machine { subject, source, label: label.to_owned() })
    }

    /// A connection to a machine was made. If an earlier process had one, events may be missing.
    pub(crate) fn connected(&mut self, machine: &Arc<Machine>, greeting: &Greeting) {
        if self.earlier.remove(&machine.subject) {
            self.tell(machine, Content::Gap(Gap::new(Peer::Unknown)));
        }
        self.put(machine, Content::Connected(greeting.clone()), None, Some(true));
    }

    /// A connection to a machine was made again.
    pub(crate) fn gap(&mut self, machine: &Arc<Machine>, peer: Peer) {
        self.earlier.remove(&machine.subject);
        self.tell(machine, Content::Gap(Gap::new(peer)));
    }

    /// A connection to a machine has ended, or could not be made.
    pub(crate) fn disconnected(&self, machine: &Arc<Machine>, cause: Disconnected) {
        self.put(machine, Content::Disconnected(cause), None, Some(false));
    }

    /// Anything else.
    pub(crate) fn tell(&self, machine: &Arc<Machine>, content: Told<'_>) {
        self.put(machine, content, None, None);
    }

    /// An event, and when it happened.
    pub(crate) fn event(&self, machine: &Arc<Machine>, content: Told<'_>, time: Option<Timestamp>) {
        self.put(machine, content, time, None);
    }

    /// An earlier process ended without a word.
    fn tell_killed(&self, machine: Machine) {
        let text = "the agent ended without notice: events may be missing here".to_owned();
        self.disconnected(&Arc::new(machine), Disconnected::Reported { text, is_normal: false });
    }

    fn put(
        &self,
        machine: &Arc<Machine>,
        content: Told<'_>,
        time: Option<Timestamp>,
        is_connected: Option<bool>,
    ) {
        let at = now();
        let kind = kind(&content);
        let message = |id: String| {
            let event =
                CloudEvent::new(id, machine.source.as_str(), content).with_subject(machine.label.as_str());
            let time = time.or(event.time).unwrap_or_else(|| timestamp(at));
            event.with_time(time).to_string().into_bytes()
        };
        self.backlog.push(machine, &kind, at, is_connected, message);
    }

    /// Nothing more will happen: everything is on disk at the end, and published if that goes soon.
    pub(crate) async fn finish(self) -> anyhow::Result<()> {
        let Publication { backlog, mut writing, publisher, notes, .. } = self;
        backlog.close(&mut writing).await;
        // What is not published by then is published after the next start.
        let _ = tokio::time::timeout(LAST_WAIT, backlog.drained()).await;
        publisher.abort();
        // Cancelled, or it had come to grief.
        let _ = publisher.await;
        let left = backlog.unpublished();
        let ended = backlog.clone();
        tokio::task::spawn_blocking(move || ended.end(writing)).await?;
        if left > 0 {
            notes(Note::Remark(format!("{left} messages wait on disk for the next start")));
        }
        Ok(())
    }
}

/// The last token of the subject, unencoded.
fn kind(content: &Told<'_>) -> String {
    match content {
        Content::Event(message) => message.event.name().to_owned(),
        notice => {
            let name = notice.type_name();
            name.strip_prefix(NOTICE).unwrap_or(&name).to_owned()
        }
    }
}

fn timestamp(milliseconds: i64) -> Timestamp {
    let (seconds, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    Timestamp { seconds, microseconds: rest * 1000 }
}

/// How many messages of a machine were dropped.
fn count_message(id: &str, machine: &Machine, at: i64, count: u64) -> Vec<u8> {
    let dropped: Told<'_> = Content::Dropped { count };
    CloudEvent::new(id, machine.source.as_str(), dropped)
        .with_subject(machine.label.as_str())
        .with_time(timestamp(at))
        .to_string()
        .into_bytes()
}

/// The count that takes the place of a message that cannot be published.
fn count_one(id: &str, message: &[u8]) -> Vec<u8> {
    let known = CloudEvent::decode(message).ok();
    let (source, label) =
        known.map(|known| (known.source, known.subject.unwrap_or_default())).unwrap_or_default();
    let machine = Machine { subject: String::new(), source, label };
    count_message(id, &machine, now(), 1)
}

/// Where state is kept by default: systemd says it to services, XDG to people.
fn default_directory() -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(directories) = variable("STATE_DIRECTORY") {
        return std::env::split_paths(&directories).next().context("$STATE_DIRECTORY names no directory");
    }
    if let Some(state) = variable("XDG_STATE_HOME") {
        return Ok(PathBuf::from(state).join("qmp-events"));
    }
    let home = variable("HOME").context("no place for the backlog is known: use --backlog DIRECTORY")?;
    Ok(PathBuf::from(home).join(".local/state/qmp-events"))
}

/// Reads `1GiB`, `500MB` or a number of bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "" | "B" => Some(1),
        "KiB" | "K" => Some(1 << 10),
        "MiB" | "M" => Some(1 << 20),
        "GiB" | "G" => Some(1 << 30),
        "TiB" | "T" => Some(1u64 << 40),
        "kB" | "KB" => Some(1_000),
        "MB" => Some(1_000_000),
        "GB" => Some(1_000_000_000),
        "TB" => Some(1_000_000_000_000),
        _ => None,
    };
    let number = number.parse::<u64>().ok();
    let size = factor.and_then(|factor| number?.checked_mul(factor));
    size.ok_or_else(|| format!("{text:?} is not a size such as 500MB or 1GiB"))
}

fn parse_age(text: &str) -> Result<Duration, String> {
    let signed: Option<jiff::SignedDuration> = text.parse().ok();
    let age = signed.and_then(|age| Duration::try_from(age).ok());
    age.ok_or_else(|| format!("{text:?} is not a time such as 30m or 168h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(parse_size("4096"), Ok(4096));
        assert_eq!(parse_size("1GiB"), Ok(1 << 30));
        assert_eq!(parse_size("500 MB"), Ok(500_000_000));
        for text in ["", "GiB", "1.5GiB", "-1", "1 parsec", "99999999999TiB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_published_leaves_a_count_with_its_machine() {
        let message =
            br#"{"specversion":"1.0","type":"org.qemu.qmp.STOP","source":"unix:/a","subject":"a","id":"1"}"#;
        let count = String::from_utf8(count_one("7-1", message)).expect("JSON");
        assert!(
            count.contains(r#""type":"qmp-events.dropped","source":"unix:/a","subject":"a","id":"7-1""#),
            "{count}"
        );
        assert!(count.ends_with(r#""data":{"count":1}}"#), "{count}");
    }
}

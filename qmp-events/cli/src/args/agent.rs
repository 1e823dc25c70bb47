//! The arguments of `agent`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use qmp_events::Endpoint;

#[cfg(feature = "nats")]
use crate::broker::publication::Publishing;
use crate::selection::Selection;
use crate::sinks::Display;
use crate::sources::machines::Machines;

#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("readers").required(true).multiple(true),
    mut_group("Selection", |group| group.requires("print")),
    mut_group("Display", |group| group.requires("print")),
)]
pub(crate) struct Agent {
    /// Machines, as `watch` takes them: unix:PATH, tcp:HOST:PORT, unix:DIRECTORY/PATTERN, listen:unix:PATH,
    /// listen:tcp:HOST:PORT, attach:ENDPOINT, libvirt:URI. With a name in front, if wanted
    ///
    /// With `listen:systemd:NAME`, machines connect to the socket of a unit with `FileDescriptorName=NAME`.
    #[arg(value_name = "[LABEL=]ENDPOINT", required_unless_present = "endpoints", value_parser = Machines::parser())]
    pub(crate) machines: Vec<Machines>,

    /// Also the endpoints in this file, one a line; SIGHUP reads it again
    ///
    /// Empty lines and those that begin with `#` are skipped. What is new in the file is begun with, what is gone from it
    /// ends, and nothing happens to the rest. If the file has a fault, an error says where, and nothing changes.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) endpoints: Option<PathBuf>,

    /// Show metrics to Prometheus at http://HOST:PORT/metrics; on port 0, at a free port, as a note says
    ///
    /// Connections, run states, times of standstill by cause, events by kind, I/O errors, jobs, migrations, what was
    /// dropped. The number of series is bounded for each machine, and those of a machine that has left for good are
    /// gone. Whoever can reach the port can read them: there is no TLS and no password. With `systemd:NAME`, the port is
    /// that of a socket unit with `FileDescriptorName=NAME`.
    #[arg(long, value_name = "HOST:PORT", group = "readers", value_parser = parse_address)]
    pub(crate) metrics: Option<Address>,

    /// For each machine, make a socket DIRECTORY/LABEL.qmp that speaks QMP to up to 64 clients at a time
    ///
    /// They see its events, and their commands are refused. Who may connect, the directory's permissions decide; it is
    /// made if there is none, for its owner alone. Domains of libvirt have a socket from their first event on.
    #[arg(long, value_name = "DIRECTORY", group = "readers", value_hint = ValueHint::DirPath)]
    pub(crate) share: Option<PathBuf>,

    /// Execute these commands for every client of a shared socket
    #[arg(long, value_name = "COMMAND", value_delimiter = ',', requires = "share")]
    pub(crate) allow: Vec<String>,

    /// Print events to standard output, as `watch` does
    #[arg(long, group = "readers")]
    pub(crate) print: bool,

    /// After events, print what changes in the state of the machine: `=>` for people, and JSON objects
    /// with `state` in place of `event`
    #[arg(long, requires = "print")]
    pub(crate) state: bool,

    #[cfg(feature = "nats")]
    #[command(flatten)]
    pub(crate) publishing: Publishing,

    /// Publish all that happens to a NATS server
    #[cfg(not(feature = "nats"))]
    #[arg(long, value_name = "NATS", hide = true, value_parser = refuse_nats)]
    publish: Option<std::convert::Infallible>,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) display: Display,
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp {
        host: String,
        port: u16,
    },
    /// At a socket that systemd hands over under this name.
    Systemd(String),
}

fn parse_address(text: &str) -> Result<Address, String> {
    if let Some(name) = text.strip_prefix("systemd:") {
        return Ok(Address::Systemd(name.to_owned()));
    }
    match Endpoint::try_from(format!("tcp:{text}").as_str()) {
        Ok(Endpoint::Tcp { host, port }) => Ok(Address::Tcp { host, port }),
        Ok(_) => Err("write HOST:PORT".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(not(feature = "nats"))]
fn refuse_nats(_: &str) -> Result<std::convert::Infallible, String> {
    Err(crate::sources::machines::NO_NATS.to_owned())
}

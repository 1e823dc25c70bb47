//! Machines to watch, as an argument of the command line names them: one, or any number that come and go.
//! Each kind is a file of its own.

use std::error::Error;
use std::ffi::OsStr;

use clap::builder::{OsStringValueParser, TypedValueParser};
use qmp_events::Endpoint;
use qmp_events::tokio::Options;

use super::address::{Address, strip_prefix};
use super::arrivals::Arrivals;
use super::libvirt::{self, Domains};
use super::listen::{Doorway, listen};
use super::machine::{Machine, split_label};
#[cfg(feature = "nats")]
use super::nats::{self, reading::Reading};
#[cfg(unix)]
use super::pattern::Pattern;
#[cfg(feature = "nats")]
use crate::broker::server::Servers;

/// Why an argument is not understood.
type Refusal = Box<dyn Error + Send + Sync>;

/// What a build without the feature says of NATS.
#[cfg(not(feature = "nats"))]
pub(crate) const NO_NATS: &str = "this build has no NATS: build qmp-events-cli with its feature `nats`";

/// A source of machines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Machines {
    label: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    One(Address),
    Listen(Doorway),
    Libvirt(Domains),
    #[cfg(feature = "nats")]
    Nats(Servers, Box<Reading>),
    #[cfg(unix)]
    Pattern(Pattern),
}

impl Machines {
    pub(super) fn parse(text: &OsStr) -> Result<Self, Refusal> {
        let (label, text) = split_label(text);
        let kind = if let Some(endpoint) = strip_prefix(text, "listen:") {
            Kind::Listen(Doorway::parse(endpoint)?)
        } else if let Some(domains) = strip_prefix(text, "libvirt:") {
            Kind::Libvirt(Domains::parse(domains)?)
        } else if let Some(servers) = nats_servers(text) {
            #[cfg(feature = "nats")]
            {
                Kind::Nats(Servers::parse(servers)?, Box::default())
            }
            #[cfg(not(feature = "nats"))]
            {
                let _ = servers;
                return Err(NO_NATS.into());
            }
        } else {
            Kind::of(Address::parse(text)?)
        };
        Ok(Machines { label: label.map(str::to_owned), kind })
    }

    fn parse_one(text: &OsStr) -> Result<Machine, Refusal> {
        refuse_listening(text)?;
        Machine::parse(text).map_err(Refusal::from)
    }

    /// For commands that take any number of machines.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(|text| Self::parse(&text))
    }

    /// For commands that take machines that are there.
    pub(crate) fn present_parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(|text| {
            refuse_listening(&text)?;
            Self::parse(&text)
        })
    }

    /// For commands that take one machine.
    pub(crate) fn one_parser() -> impl TypedValueParser<Value = Machine> {
        OsStringValueParser::new().try_map(|text| Self::parse_one(&text))
    }

    /// The machines that are there now: those that are named, and those whose sockets match.
    ///
    /// # Errors
    ///
    /// If no socket matches.
    pub(crate) fn present(&self) -> anyhow::Result<Vec<Machine>> {
        if let Some(machine) = self.named() {
            return Ok(vec![machine]);
        }
        match &self.kind {
            Kind::One(_) | Kind::Listen(_) | Kind::Libvirt(_) => Ok(Vec::new()),
            #[cfg(feature = "nats")]
            Kind::Nats(..) => Ok(Vec::new()),
            #[cfg(unix)]
            Kind::Pattern(pattern) => {
                let found = pattern.present(&self.prefix())?.into_iter();
                let machine =
                    |(label, path)| Machine { label, endpoint: Address::Socket(Endpoint::Unix(path)) };
                Ok(found.map(machine).collect())
            }
        }
    }

    /// For a command that takes one machine, or what libvirt or a broker tells.
    pub(crate) fn waited_parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(|text| {
            let endpoint = split_label(&text).1;
            if strip_prefix(endpoint, "libvirt:").is_some() || nats_servers(endpoint).is_some() {
                return Self::parse(&text);
            }
            Self::parse_one(&text)
                .map(|Machine { label, endpoint }| Machines { label: Some(label), kind: Kind::One(endpoint) })
        })
    }

    /// Whether they are those of a broker.
    pub(crate) fn are_published(&self) -> bool {
        match self.kind {
            #[cfg(feature = "nats")]
            Kind::Nats(..) => true,
            _ => false,
        }
    }

    /// For an agent, which keeps machines and takes none from a broker: what it publishes would come back to it.
    ///
    /// # Errors
    ///
    /// If they are those of a broker.
    pub(crate) fn ensure_kept(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.are_published(),
            "an agent keeps machines, not a broker: `watch` reads from nats://"
        );
        Ok(())
    }

    /// Those of a broker, at these servers.
    #[cfg(feature = "nats")]
    pub(crate) fn published(servers: Servers, reading: Reading) -> Self {
        Machines { label: None, kind: Kind::Nats(servers, Box::new(reading)) }
    }

    /// The same, of which only what is wanted of a broker is read.
    ///
    /// # Errors
    ///
    /// If only a broker understands what is wanted, and none is there.
    #[cfg(feature = "nats")]
    pub(crate) fn reading(machines: &[Self], reading: &Reading) -> anyhow::Result<Vec<Self>> {
        let is_needless = !machines.iter().any(Self::are_published) && reading.is_set();
        anyhow::ensure!(!is_needless, "--machine, --since, --until and --durable are for nats:// endpoints");
        let with_reading = |machines: &Self| match &machines.kind {
            Kind::Nats(servers, _) => Self::published(servers.clone(), reading.clone()),
            _ => machines.clone(),
        };
        Ok(machines.iter().map(with_reading).collect())
    }

    /// The domains, if it is libvirt's.
    pub(crate) fn domains(&self) -> Option<&Domains> {
        match &self.kind {
            Kind::Libvirt(domains) => Some(domains),
            _ => None,
        }
    }

    /// The machine that is named, if it is one.
    pub(super) fn named(&self) -> Option<Machine> {
        let endpoint = match &self.kind {
            Kind::One(endpoint) => endpoint.clone(),
            Kind::Listen(_) | Kind::Libvirt(_) => return None,
            #[cfg(feature = "nats")]
            Kind::Nats(..) => return None,
            #[cfg(unix)]
            Kind::Pattern(pattern) => Address::Socket(pattern.literal()?.into()),
        };
        Some(Machine::new(self.label.as_deref(), endpoint))
    }

    /// What is put in front of the labels of several.
    fn prefix(&self) -> String {
        self.label.as_ref().map(|label| format!("{label}/")).unwrap_or_default()
    }

    /// Begins to look for those that are not named, in a task that announces them.
    ///
    /// # Errors
    ///
    /// If that cannot begin.
    pub(super) async fn start(&self, arrivals: &Arrivals, options: Options) -> anyhow::Result<()> {
        let prefix = self.prefix();
        match &self.kind {
            Kind::One(_) => {}
            Kind::Listen(doorway) => listen(doorway, &prefix, arrivals, options).await?,
            Kind::Libvirt(domains) => {
                libvirt::start(domains, self.label.as_deref(), arrivals, options.backoff());
            }
            #[cfg(feature = "nats")]
            Kind::Nats(servers, reading) => {
                nats::start(servers, reading, options.backoff().is_some(), arrivals).await;
            }
            #[cfg(unix)]
            Kind::Pattern(pattern) => pattern.watch(&prefix, arrivals),
        }
        Ok(())
    }
}

/// Machines that connect are there only as long as somebody listens, and through libvirt none can be asked.
fn refuse_listening(text: &OsStr) -> Result<(), Refusal> {
    let endpoint = split_label(text).1;
    if strip_prefix(endpoint, "listen:").is_some() {
        return Err("only `watch` takes machines that connect: write unix:PATH or tcp:HOST:PORT".into());
    }
    if nats_servers(endpoint).is_some() {
        return Err("only `watch`, `wait` and `report` take nats:// endpoints".into());
    }
    match strip_prefix(endpoint, "libvirt:") {
        Some(_) => {
            Err("only `watch` and `wait` take libvirt's events: write attach:libvirt:URI#DOMAIN".into())
        }
        None => Ok(()),
    }
}

/// The text, if it names servers of NATS.
fn nats_servers(text: &OsStr) -> Option<&str> {
    text.to_str().filter(|text| text.starts_with("nats://") || text.starts_with("tls://"))
}

impl Kind {
    fn of(address: Address) -> Self {
        #[cfg(unix)]
        if let Address::Socket(Endpoint::Unix(path)) = &address
            && let Some(pattern) = Pattern::parse(path)
        {
            return Kind::Pattern(pattern);
        }
        Kind::One(address)
    }
}
